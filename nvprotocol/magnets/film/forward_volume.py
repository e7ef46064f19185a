"""Forward-volume spin waves: a film magnetised along its normal, spin qubits at a height over it; SI units, rad/s.

The transfer function is made of the integrals

    I_m(r) = K ∫ k dk/2π e^(−2kh) (1 − e^(−kt))² J_m(kr) w_T / (Δ² − w_T w_L),    K = ħ γ³ μ₀² M_s / 4t,

with the damped Landau–Lifshitz–Gilbert response of the lowest thickness mode, w_T = Ω + Dk² − iαΔ and
w_L = w_T + ω_M (1 − (1 − e^(−kt))/kt) (Kalinikos and Slavin, DOI 10.1088/0022-3719/19/35/014). As no frequency depends
on the direction φ of a wave, a weight Σ h_m e^(imφ) (`stray_field.harmonics`) gives g(r) = Σ h_m i^m e^(imβ) I_m(r), β
the direction of r. The pole is subtracted and added in closed form; adaptive quadrature does the smooth rest.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray
from scipy.special import j0, j1, jv

from nvprotocol.magnets.film.quadrature import distinct, integral
from nvprotocol.magnets.film.waves import FilmWaves

TOLERANCE = 1e-9
"""Error aimed at, relative to K/(2πΔ) times the weight of the height filter (`scale`)."""

DECAYED = 40.0
"""Exponent at which e^(−2kh) is taken for 0."""

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


def wave_at(waves: FilmWaves, delta: float) -> tuple[float, float] | None:
    """Wavenumber in 1/m and group velocity in m/s of the undamped wave of a frequency, None below the gap."""
    if delta <= waves.gap:
        return None
    undamped = replace(waves, damping=0.0)
    # w_L ≥ w_T puts the wavenumber below √((Δ−Ω)/D).
    largest = 1.001 * np.sqrt((delta - waves.gap) / waves.stiffness)
    k = scipy.optimize.root_scalar(
        lambda k: _detuned(undamped, k, delta).real, bracket=(0.0, largest), xtol=1e-14 * largest
    ).root
    return float(k), -_slope(undamped, k, delta).real / (2 * delta)


def pole_at(waves: FilmWaves, delta: float) -> complex:
    """The wavenumber k̃ in 1/m with w_T w_L = Δ² of a damped wave above the gap, or one close to it with Im k̃ > 0.

    It need not be exact: what is subtracted is added again, only the rest is less smooth.
    """
    wave = wave_at(waves, delta)
    assert wave is not None
    start = complex(wave[0], wave[0] * 1e-3 * waves.damping)
    root = scipy.optimize.newton(
        lambda k: _detuned(waves, k, delta), start, lambda k: _slope(waves, k, delta), full_output=True, disp=False
    )[0]
    near = np.isfinite(root) and root.imag > 0 and abs(root - start) < start.real / 2
    return complex(root) if near else start


def local_rate(waves: FilmWaves, delta: float, heights: Real) -> Real:
    """(K/4)(k₀/v_g) e^(−2k₀h) (1 − e^(−k₀t))² √(w_T/w_L) in rad/s without damping, 0 below the gap: −Im I₀(0)."""
    wave = wave_at(waves, delta)
    if wave is None:
        return np.zeros_like(heights)
    k, velocity = wave
    weight = waves.noise_strength * k * waves.exchange(k) / (4 * delta * velocity)
    return weight * waves.height_filter(k, heights)


def scale(waves: FilmWaves, delta: float, heights: Real) -> Real:
    """A size in rad/s of the transfer function off resonance, against which errors are judged."""
    return waves.noise_strength / (4 * np.pi * delta) * waves.filtered_weight(heights)


def transfer(waves: FilmWaves, delta: float, distances: Real, heights: Real, order: int = 0) -> tuple[Complex, Real]:
    """I_m(r), m ≥ 0, and an estimate of its error in rad/s; distances and heights in m broadcast."""
    size, undamped = scale(waves, delta, heights), waves.damping == 0
    (apart,), where = distinct(distances)

    def share(k: complex, over: complex) -> complex:
        """What does not depend on the place; real without damping, so that the arrays are."""
        transverse = waves.exchange(k) - 1j * waves.damping * delta
        found = complex(waves.noise_strength * k / (2 * np.pi) * transverse / over)
        return found.real if undamped else found

    def whole(k: float) -> NDArray:
        weight = waves.height_filter(k, heights) / size * share(k, _detuned(waves, k, delta))
        return weight * _bessel(order, k * apart)[where]

    if delta <= waves.gap:
        value, error = _tail(whole, 0.0, heights)
        return np.asarray(value * size, dtype=complex), error * size
    wave = wave_at(waves, delta)
    assert wave is not None
    pole = wave[0] if undamped else pole_at(waves, delta)
    on_shell = jv(order, pole * apart)[where]
    residue = waves.height_filter(pole, heights) / size * share(pole, _slope(waves, pole, delta)) * on_shell
    reach = 2 * pole.real

    def smooth(u: float) -> NDArray:
        k = pole.real * u
        return pole.real * (whole(k) - residue / (k - pole))

    near, near_error = integral(smooth, 0.0, 2.0, TOLERANCE, points=[1.0])
    far, far_error = _tail(whole, reach, heights)
    value = (near + far + residue * (np.log((reach - pole) / pole) + 1j * np.pi)) * size
    if undamped:  # what is on shell is known in closed form
        value = value.real - 1j * local_rate(waves, delta, heights) * on_shell
    return value, (near_error + far_error) * size


def _bessel(order: int, x: Real) -> Real:
    """J_m(x); those of order 0 and 1 are much faster than the others."""
    return j0(x) if order == 0 else j1(x) if order == 1 else jv(order, x)


def _detuned(waves: FilmWaves, k: complex, delta: float) -> complex:
    """Δ² − w_T w_L."""
    transverse = waves.exchange(k) - 1j * waves.damping * delta
    return complex(delta**2 - transverse * (transverse + waves.magnetisation * waves.volume_share(k)))


def _slope(waves: FilmWaves, k: complex, delta: float) -> complex:
    """d(Δ² − w_T w_L)/dk."""
    transverse = waves.exchange(k) - 1j * waves.damping * delta
    longitudinal = transverse + waves.magnetisation * waves.volume_share(k)
    rise = 2 * waves.stiffness * k
    return complex(-rise * longitudinal - transverse * (rise + waves.magnetisation * waves.volume_share_slope(k)))


def _tail(integrand: Callable[[float], NDArray], start: float, heights: Real) -> tuple[NDArray, float]:
    """The integral from `start` to ∞ of what decays as e^(−2kh) or faster."""
    decay = 2 * float(np.min(heights))
    return integral(lambda x: integrand(start + x / decay) / decay, 0.0, DECAYED, TOLERANCE)
