"""Spin waves of a film magnetised in its plane, along x; spin qubits with their axis along x; SI units, rad/s.

Kalinikos and Slavin (DOI 10.1088/0022-3719/19/35/014), lowest thickness mode, sin φ = k_y/k, F = (1 − e^(−kt))/kt:

    w_y = ω_B + Dk² + ω_M(1 − F)sin²φ − iαΔ,   w_z = ω_B + Dk² + ω_M F − iαΔ,
    g(r) = K ∫ d²k/(2π)² e^(−2kh) (1 − e^(−kt))² e^(ik·r) |n·e|² (w_z sin²φ + w_y − 2Δ sin φ) / (Δ² − w_y w_z).

|n·e|² = (1 ∓ sin φ)² for the lower (upper) transition, which couples to B_y ∓ iB_z. At a given k the denominator is
linear in sin²φ, so that the poles on the circle |k| = const are known: what they leave is an entire periodic function,
for which the trapezoidal rule converges exponentially, and what they give is known in closed form. The integral over k
that remains is cut where a root reaches an axis (it has inverse square roots there) and left to adaptive quadrature.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.film.quadrature import distinct, integral
from nvprotocol.magnets.film.waves import FilmWaves
from nvprotocol.resources import require_memory

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

TOLERANCE = 1e-8
DECAYED = 40.0
MOST_INTERVALS = 1000
NEAR = 8.0
"""Imaginary part of kr cos φ at a pole, up to which the pole is subtracted; beyond it the sum over φ resolves it.

The imaginary part of φ itself has to be below 1 for that, too, or powers of sin φ at the pole cost digits.
"""

DIGITS = 36.0
"""−log of the error of a trapezoidal sum, so that it reaches rounding."""


@dataclass(frozen=True)
class Shell:
    """The response at all directions of one wavenumber: Δ² − w_y w_z = share · w_z · (pole − sin²φ)."""

    base: complex
    normal: complex
    share: float
    pole: complex

    @classmethod
    def at(cls, waves: FilmWaves, k: float, delta: float) -> "Shell":
        """The shell |k| = k in 1/m at the frequency Δ."""
        volume = float(waves.volume_share(k))
        base = complex(waves.field_frequency + waves.stiffness * k**2, -waves.damping * delta)
        normal = base + waves.magnetisation * (1 - volume)
        share = waves.magnetisation * volume
        return cls(base, normal, share, (delta**2 / normal - base) / share)

    def strength(self, sine: NDArray, delta: float, sign: int) -> NDArray:
        """|n·e|² (w_z sin²φ + w_y − 2Δ sin φ); the sign is 1 for the lower transition, −1 for the upper."""
        in_plane = self.base + self.share * sine**2
        return (1 - sign * sine) ** 2 * (self.normal * sine**2 + in_plane - 2 * delta * sine)


def dispersion(waves: FilmWaves, k: ArrayLike, sine_squared: float | Real) -> Real:
    """Frequency in rad/s of the undamped wave."""
    volume = waves.volume_share(k)
    base = waves.field_frequency + waves.stiffness * np.square(k)
    return np.sqrt((base + waves.magnetisation * volume * sine_squared) * (base + waves.magnetisation * (1 - volume)))


def band_bottom(waves: FilmWaves) -> float:
    """Lowest frequency in rad/s: of a wave along the magnetisation, at k = 0 or beyond."""
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 400) * np.sqrt(waves.gap / waves.stiffness)])
    lowest = int(np.argmin(dispersion(waves, grid, 0.0)))
    if lowest == 0:
        return waves.gap
    bounds = (grid[lowest - 1], grid[min(lowest + 1, grid.size - 1)])
    found = scipy.optimize.minimize_scalar(lambda k: float(dispersion(waves, k, 0.0)), bounds=bounds, method="bounded")
    return min(float(found.fun), waves.gap)


def waves_at(waves: FilmWaves, delta: float, sine_squared: float) -> list[float]:
    """Wavenumbers in 1/m, rising, of the undamped waves of a frequency in a direction."""
    grid = np.geomspace(1e-6, 1.01, 1500) * np.sqrt(delta / waves.stiffness)  # ω ≥ Dk²
    values = dispersion(waves, grid, sine_squared) - delta

    def detuning(k: float) -> float:
        return float(dispersion(waves, k, sine_squared)) - delta

    crossings = np.flatnonzero(np.diff(np.sign(values)) != 0)
    return [float(scipy.optimize.root_scalar(detuning, bracket=(grid[at], grid[at + 1])).root) for at in crossings]


def wave_at(waves: FilmWaves, delta: float, sine_squared: float) -> tuple[float, float] | None:
    """Wavenumber in 1/m and ∂ω/∂k in m/s of the shortest undamped wave in a direction, None if there is none."""
    found = waves_at(waves, delta, sine_squared)
    if not found:
        return None
    k = found[-1]
    volume, slope = waves.volume_share(k), waves.magnetisation * waves.volume_share_slope(k)
    base, rise = waves.field_frequency + waves.stiffness * k**2, 2 * waves.stiffness * k
    in_plane, normal = base + waves.magnetisation * volume * sine_squared, base + waves.magnetisation * (1 - volume)
    return k, float(((rise + slope * sine_squared) * normal + in_plane * (rise - slope)) / (2 * delta))


def transfer(
    waves: FilmWaves, delta: float, along: Real, across: Real, heights: Real, sign: int
) -> tuple[Complex, Complex, Real]:
    """g(r), g(−r) and an estimate of their error in rad/s; components of r and heights, in m, broadcast."""
    size = waves.noise_strength / (2 * np.pi * delta) * waves.filtered_weight(heights)
    distance = float(np.max(np.hypot(along, across), initial=0.0))
    decay = 2 * float(np.min(heights))
    (here, aside), where = distinct(*np.broadcast_arrays(along, across))
    where = where.reshape((1,) * (np.ndim(heights) - where.ndim) + where.shape)  # the axis of the sign comes before all

    def integrand(k: float) -> Complex:
        ring = _ring(Shell.at(waves, k, delta), k, delta, here, aside, distance, sign)
        weight = waves.height_filter(k, heights) / size * (waves.noise_strength * k / (4 * np.pi**2))
        return weight * ring[:, where]

    total, error = np.zeros(1, dtype=complex), 0.0
    edges = sorted([*waves_at(waves, delta, 0.0), *waves_at(waves, delta, 1.0)])
    for piece, limits in _pieces(integrand, edges, decay):
        value, estimate = integral(piece, *limits, TOLERANCE, limit=MOST_INTERVALS)
        total, error = total + value, error + estimate
    there, back = np.asarray(total * size, dtype=complex)
    return there, back, error * size


def _ring(shell: Shell, k: float, delta: float, along: Real, across: Real, distance: float, sign: int) -> Complex:
    """∫dφ e^(±ik·r) strength / (Δ² − w_y w_z) over the circle |k| = k, both signs on the first axis."""
    root = np.arcsin(np.sqrt(shell.pole + 0j))
    depth, phase = abs(root.imag), max(1.0, k * distance)
    subtracted = depth * phase < NEAR and depth < 1
    enough = phase + 10 * np.cbrt(phase) + DIGITS
    half = int(np.ceil((enough if subtracted else max(enough, DIGITS / depth)) / 2))
    require_memory(
        6 * 16 * half * max(along.size, 1), "frequency_ghz", f"6 × {half} directions at {along.size} distances"
    )
    # Half of the circle is enough: on the other one, sin φ, cos φ and k·r change their signs.
    angle = np.pi * (np.arange(half) + np.sqrt(0.125)) / half
    sine, cosine = np.sin(angle), np.cos(angle)
    share = 1 / (2 * half * (shell.pole - sine**2))
    phases = k * (along[..., None] * cosine + across[..., None] * sine)
    right, left = (shell.strength(s, delta, sign) * share for s in (sine, -sine))
    even, odd = _products(np.cos(phases), right + left), 1j * _products(np.sin(phases), right - left)
    rings = 2 * np.pi * np.stack([even + odd, even - odd])
    if subtracted:
        s, c = np.sin(root), np.cos(root)
        corners = [(s, c), (s, -c), (-s, c), (-s, -c)]
        for at, way in enumerate((1j * k, -1j * k)):
            one, two, three, four = (
                np.exp(way * (along * cos + across * sin)) * shell.strength(sin, delta, sign) for sin, cos in corners
            )
            mean, mixed = (one + two + three + four) / 4, (one - two - three + four) / (4 * s * c)
            on_shell = mean / (np.sqrt(shell.pole + 0j) * np.sqrt(shell.pole - 1 + 0j))
            rings[at] += 2 * np.pi * (on_shell - 2 * (mean * np.sum(share) + mixed * np.sum(sine * cosine * share)))
    return np.asarray(rings / (shell.share * shell.normal), dtype=complex)


def _products(matrix: Real, vector: Complex) -> Complex:
    """A real matrix times a complex vector, without a complex copy of the matrix."""
    return (matrix @ vector.view(float).reshape(-1, 2)).view(complex)[..., 0]


def _pieces(
    integrand: Callable[[float], Complex], edges: list[float], decay: float
) -> Iterator[tuple[Callable[[float], Complex], tuple[float, float]]]:
    """The integral over k from 0 to ∞ in pieces whose variables remove the inverse square roots at the edges."""
    starts = [0.0, *edges]
    for low, high in zip(starts, edges, strict=False):
        middle, half = (low + high) / 2, (high - low) / 2

        def between(v: float, middle: float = middle, half: float = half) -> Complex:
            return integrand(middle + half * np.sin(np.pi * v / 2)) * (half * np.pi / 2 * np.cos(np.pi * v / 2))

        yield between, (-1.0, 1.0)

    def beyond(v: float) -> Complex:
        return integrand(starts[-1] + v * v / decay) * (2 * v / decay)

    yield beyond, (0.0, float(np.sqrt(DECAYED)))
