"""Pure dephasing over a film: two-magnon noise of the magnetisation along itself at zero frequency; SI units, rad/s.

A magnon takes γħ off the moment of the film, and magnons scattered from q to q + k at the same frequency make noise,

    S(k) = (γħ/t)² ∫ d²q/(2π)² n(1 + n) 2πδ(ω_q − ω_q+k) = (γħ/t)² (1/πk) ∫ dη q² n(1 + n)/v_g(q),   q = (k/2) cosh η,

and D(r) = (γ_q²/8)(μ₀/2)² ∫ d²k/(2π)² e^(−2kh) (1 − e^(−kt))² |n·m|² (z₁·n*)(z₂·n*)* e^(ik·r) S(k), where m is the
direction of the magnetisation and z what the spin changes by between its two levels. Waves of the lowest thickness mode
with an isotropic dispersion; ellipticity is left out.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.constants import hbar, mu_0
from scipy.special import j0, j1, jv

from nvprotocol.magnets.film.quadrature import distinct, integral
from nvprotocol.magnets.film.stray_field import Pair, harmonics
from nvprotocol.magnets.film.waves import FilmWaves

Real = NDArray[np.float64]

TOLERANCE = 1e-7
"""Error aimed at, relative to the height filter's weight times S at k = 1/2h."""
DECAYED = 40.0
STEP = 0.1
"""Step of the trapezoidal sum over η; the integrand is even, analytic to |Im η| = π/4: its error is e^(−π²/2STEP)."""

STABLE = 4.0
"""Argument from which the recurrence of Bessel functions is used up to the fourth: below, it amplifies rounding."""


def isotropic(waves: FilmWaves, q: Real) -> tuple[Real, Real]:
    """Frequency and group velocity without what depends on the direction; for q t ≪ 1 if not magnetised upright."""
    rise = 2 * waves.stiffness * q
    first = waves.exchange(q)
    volume = waves.magnetisation * waves.cosine**2
    second = first + waves.out_of_plane + volume * waves.volume_share(q)
    second_rise = rise + volume * waves.volume_share_slope(q)
    frequency = np.sqrt(first * second)
    return frequency, (rise * second + first * second_rise) / (2 * frequency)


def longitudinal_noise(waves: FilmWaves, k: Real, temperature: Real, potential: Real) -> Real:
    """S(k) in A² s; k_B T/ħ and μ/ħ in rad/s; the arguments broadcast."""
    hottest = float(np.max(temperature, initial=0.0))
    if hottest == 0:
        return np.zeros(np.broadcast_shapes(k.shape, temperature.shape, potential.shape))
    # n(1 + n) falls exponentially above the temperature, and as q⁻⁴ above the gap
    largest = min(np.sqrt((waves.gap + 50 * hottest) / waves.stiffness), 1e5 * np.sqrt(waves.gap / waves.stiffness))
    reach = np.arccosh(1 + 2 * largest / float(np.min(k)))
    eta = np.arange(0.0, reach + STEP, STEP)
    q = k[..., None] / 2 * np.cosh(eta)
    frequency, velocity = isotropic(waves, q)
    with np.errstate(divide="ignore", over="ignore"):
        thermal = 1 / np.square(2 * np.sinh((frequency - potential[..., None]) / (2 * temperature[..., None])))
    weights = np.where(eta == 0, STEP / 2, STEP)
    moment = (waves.gyromagnetic * hbar / waves.thickness) ** 2
    return moment / (np.pi * k) * np.sum(weights * q**2 / velocity * thermal, axis=-1)


def dephasing(
    waves: FilmWaves,
    along: Real,
    across: Real,
    heights: Real,
    temperature: Real,
    potential: Real,
    pairs: Sequence[Pair],
) -> tuple[Real, Real]:
    """D(r), d for r = 0, and an estimate of its error in rad/s; all arrays broadcast.

    Args:
        waves: The waves.
        along: Components of r in m along x, the direction of the magnetisation in the plane, on the last axis.
        across: Components along y.
        heights: Heights in m.
        temperature: k_B T/ħ in rad/s.
        potential: μ/ħ in rad/s.
        pairs: For each displacement what its two spins change by, z₁ and z₂, or one pair for all.
    """
    distance = np.hypot(along, across)
    if not np.any(temperature > 0):
        zero = np.zeros(np.broadcast_shapes(distance.shape, heights.shape, temperature.shape, potential.shape))
        return zero, zero

    def noise(k: Real) -> Real:
        return longitudinal_noise(waves, k, temperature, potential)

    magnetisation = np.array([waves.sine, 0.0, waves.cosine])
    weights = np.array([np.convolve(harmonics((magnetisation, magnetisation)), harmonics(pair)) for pair in pairs])
    turns = np.exp(1j * np.arange(-4, 5) * np.arctan2(across, along)[..., None])
    turning = weights * turns * 1j ** np.abs(np.arange(-4, 5))
    # Noise at zero frequency is the same in both directions of time: D is real.
    shares = [turning[..., 4].real, *((turning[..., 4 + m] + turning[..., 4 - m]).real for m in range(1, 5))]
    (apart,), where = distinct(distance)

    def interference(k: Real) -> Real:
        if not np.any(weights[:, np.arange(9) != 4]):
            return shares[0] * j0(k * apart)[where]
        found = _bessel(k * apart)
        return sum((share * one[where] for share, one in zip(shares, found, strict=True)), start=np.zeros(()))

    decay = 2 * float(np.min(heights))
    front = waves.qubit_gyromagnetic**2 / 8 * (mu_0 / 2) ** 2 / (2 * np.pi)
    size = front * waves.filtered_weight(heights) * noise(np.asarray(1 / (2 * heights)))
    size = np.where(size > 0, size, 1.0)

    def integrand(x: float) -> Real:
        k = np.asarray(x / decay)
        weight = front * k * waves.height_filter(k, heights) / decay
        return weight * noise(k) * interference(k) / size

    value, error = integral(integrand, 0.0, DECAYED, TOLERANCE)
    return value * size, error * size


def _bessel(x: Real) -> list[Real]:
    """J₀ … J₄; by recurrence where that loses no digits, as J₀ and J₁ are much faster than the others."""
    found = [j0(x), j1(x)]
    far = np.maximum(x, STABLE)
    for order in range(1, 4):
        found.append(2 * order * found[order] / far - found[order - 1])
    near = x < STABLE
    for order in range(2, 5):
        found[order][near] = jv(order, x[near])
    return found
