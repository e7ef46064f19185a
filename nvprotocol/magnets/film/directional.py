"""Spin waves whose frequency depends on their direction: a film not magnetised along its normal; SI units, rad/s.

The magnetisation lies at the angle θ from the normal, x along its part in the plane. Kalinikos and Slavin (DOI
10.1088/0022-3719/19/35/014), lowest thickness mode, with φ the direction of k from x, P = 1 − (1 − e^(−kt))/kt,
W = ω_i + Dk² − iαΔ and b = B_u/μ₀M_s:

    H₁₁ = W + ω_M[P cos²θ cos²φ + (1 − P − b) sin²θ],   H₂₂ = W + ω_M P sin²φ,   H₁₂ = ω_M P cosθ sinφ cosφ,
    g(r) = K ∫ d²k/(2π)² e^(−2kh) (1 − e^(−kt))² e^(ik·r) (c₁·n*)(c₂·n*)* S/(Δ² − H₁₁H₂₂ + H₁₂²),
    S = W(1 + sin²θ sin²φ) + ω_M(1 − b) sin²θ sin²φ − 2Δ sinθ sinφ

(from S = H₂₂|n·e₁|² + H₁₁|n·e₂|² − 2H₁₂ Re[n·e₁(n·e₂)*] + 2Δ Im[n·e₁(n·e₂)*], where the terms with P cancel). At a
given k the denominator is linear in sin²φ, so that the poles on the circle |k| = const are known: what they leave is an
entire periodic function, for which the trapezoidal rule converges exponentially, and what they give is known in closed
form. The integral over k that remains is cut where a root reaches an axis (it has inverse square roots there) and left
to adaptive quadrature.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.film.quadrature import batched_integral, distinct
from nvprotocol.magnets.film.stray_field import Pair, shared_weight
from nvprotocol.magnets.film.waves import FilmWaves
from nvprotocol.resources import require_memory

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

TOLERANCE = 1e-8
DECAYED = 32.0
WEIGHTY = 16.0
"""2kh beyond which a wave weighs little, and beyond which it weighs nothing (1e-12)."""

TURN, MOST_CUTS = 20.0, 200
"""Phase of e^(ik·r) that a rule of 21 points follows to all its digits, and the largest number of cuts made for it."""

MOST_INTERVALS = 1000
NEAR = 8.0
"""Imaginary part of kr cos φ at a pole, up to which the pole is subtracted; beyond it the sum over φ resolves it.

The imaginary part of φ itself has to be below 1 for that, too, or powers of sin φ at the pole cost digits.
"""

DIGITS = 26.0
"""−log of the error of a trapezoidal sum, 5·10⁻¹²: below what the integral over k aims at."""

AT_ONCE = 1 << 18
"""Phases k·r that are worked out together: they and their sines stay in a processor's cache."""


@dataclass(frozen=True)
class Shells:
    """The response at all directions of some wavenumbers, in arrays of one shape.

    Δ² − H₁₁H₂₂ + H₁₂² = share · (pole − sin²φ).
    """

    waves: FilmWaves
    delta: float
    base: NDArray
    volume: Real

    @classmethod
    def at(cls, waves: FilmWaves, k: Real, delta: float) -> "Shells":
        """The shells |k| = k in 1/m at the frequency Δ."""
        base = waves.exchange(k) - 1j * waves.damping * delta if waves.damping else waves.exchange(k)
        return cls(waves, delta, base, waves.magnetisation * waves.volume_share(k))

    @property
    def tilted(self) -> NDArray:
        """H₁₁ at φ = π/2: W + ω_M(1 − P − b) sin²θ."""
        return self.base + self.waves.out_of_plane - self.volume * self.waves.sine**2

    @property
    def share(self) -> NDArray:
        """How fast the denominator falls with sin²φ."""
        slope = self.base + self.waves.magnetisation * (1 - self.waves.anisotropy) - self.volume
        return self.volume * self.waves.sine**2 * slope

    @property
    def pole(self) -> NDArray:
        """sin²φ of the waves of frequency Δ."""
        along = self.tilted + self.volume * self.waves.cosine**2
        return (self.delta**2 - along * self.base) / self.share

    def strength(self, sine: NDArray) -> NDArray:
        """S, with the directions on the last axis; the sine has the shape of the shells and one more, or that alone."""
        even, odd = self.strength_parts(sine)
        return self.base[..., None] * even[0] + even[1] + odd

    def strength_parts(self, sine: NDArray) -> tuple[tuple[NDArray, NDArray], NDArray]:
        """S = W e₁ + e₂ + o: what is the same for φ + π, and what changes its sign."""
        tilt = self.waves.sine
        across = sine**2
        return (1 + tilt**2 * across, self.waves.out_of_plane * across), -2 * self.delta * tilt * sine


def dispersion(waves: FilmWaves, k: ArrayLike, sine_squared: float | Real) -> Real:
    """Frequency in rad/s of the undamped wave."""
    volume = waves.magnetisation * waves.volume_share(k)
    base = waves.exchange(k)
    along = base + waves.out_of_plane + volume * (waves.cosine**2 - waves.sine**2)
    slope = volume * waves.sine**2 * (base + waves.magnetisation * (1 - waves.anisotropy) - volume)
    return np.sqrt(along * base + slope * sine_squared)


def _dispersion_slope(waves: FilmWaves, k: float, sine_squared: float) -> float:
    """∂ω²/∂k."""
    volume, rise = waves.magnetisation * waves.volume_share(k), 2 * waves.stiffness * k
    growth = waves.magnetisation * waves.volume_share_slope(k)
    base, twist = waves.exchange(k), waves.cosine**2 - waves.sine**2
    along = base + waves.out_of_plane + volume * twist
    slope = base + waves.magnetisation * (1 - waves.anisotropy) - volume
    turning = waves.sine**2 * (growth * slope + volume * (rise - growth))
    return float((rise + growth * twist) * base + along * rise + turning * sine_squared)


def band_bottom(waves: FilmWaves) -> float:
    """Lowest frequency in rad/s: of a wave along or across the magnetisation, at k = 0 or beyond; NaN if unstable."""
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 400) * np.sqrt(waves.gap / waves.stiffness)])
    lowest = waves.gap
    for sine_squared in (0.0, 1.0):
        with np.errstate(invalid="ignore"):
            values = dispersion(waves, grid, sine_squared)
        at = int(np.argmin(values))  # NaN counts as the lowest
        if at == 0 or np.isnan(values[at]):
            lowest = min(lowest, float(values[at])) if np.isfinite(values[at]) else np.nan
            continue
        bounds = (grid[at - 1], grid[min(at + 1, grid.size - 1)])
        found = scipy.optimize.minimize_scalar(
            lambda k, s=sine_squared: float(dispersion(waves, k, s)), bounds=bounds, method="bounded"
        )
        lowest = min(lowest, float(found.fun))
    return lowest


def waves_at(waves: FilmWaves, delta: float, sine_squared: float) -> list[float]:
    """Wavenumbers in 1/m, rising, of the undamped waves of a frequency in a direction."""
    grid = np.geomspace(1e-6, 1.01, 1500) * np.sqrt(delta / waves.stiffness)  # ω ≥ Dk²
    values = dispersion(waves, grid, sine_squared) - delta

    def detuning(k: float) -> float:
        return float(dispersion(waves, k, sine_squared)) - delta

    def root(low: float, high: float) -> float:
        ends = detuning(low), detuning(high)
        if ends[0] * ends[1] >= 0:  # the array has rounded otherwise: the root is at one of the ends
            return low if abs(ends[0]) < abs(ends[1]) else high
        return float(scipy.optimize.root_scalar(detuning, bracket=(low, high)).root)

    crossings = np.flatnonzero(np.diff(np.sign(values)) != 0)
    return [root(float(grid[at]), float(grid[at + 1])) for at in crossings]


def wave_at(waves: FilmWaves, delta: float, sine_squared: float) -> tuple[float, float] | None:
    """Wavenumber in 1/m and ∂ω/∂k in m/s of the shortest undamped wave in a direction, None if there is none."""
    found = waves_at(waves, delta, sine_squared)
    if not found:
        return None
    return found[-1], _dispersion_slope(waves, found[-1], sine_squared) / (2 * delta)


def transfer(
    waves: FilmWaves, delta: float, along: Real, across: Real, heights: Real, pairs: Sequence[Pair]
) -> tuple[Complex, Complex, Real]:
    """g(r) of each displacement, g(−r) with its two spins exchanged, and an estimate of their error in rad/s.

    Args:
        waves: The waves.
        delta: Δ.
        along: Components of r in m along x, the displacements on the last axis.
        across: Components along y.
        heights: Heights in m, which broadcast with them.
        pairs: For each displacement the vectors of its spins, or one pair for all.
    """
    heights = np.atleast_1d(heights)
    size = waves.noise_strength / (4 * np.pi * delta) * waves.filtered_weight(heights)
    distance = float(np.max(np.hypot(along, across), initial=0.0))
    decay = 2 * float(np.min(heights))
    kinds, kind = _kinds(pairs)
    (here, aside), where = distinct(*np.broadcast_arrays(along, across))
    where = where.reshape((1,) * (np.ndim(heights) - where.ndim) + where.shape)

    def integrand(k: Real) -> Complex:
        ring = _rings(Shells.at(waves, k, delta), k, here, aside, distance, kinds)
        weight = waves.height_filter(k.reshape(-1, *(1,) * np.ndim(heights)), heights) / size
        weight = weight * (waves.noise_strength * k / (4 * np.pi**2)).reshape(-1, *(1,) * np.ndim(heights))
        return weight[:, None] * ring[:, :, kind, where]

    total, error = np.zeros(1, dtype=complex), 0.0
    edges = sorted([*waves_at(waves, delta, 0.0), *waves_at(waves, delta, 1.0)])
    for piece, limits, cuts in _pieces(integrand, edges, decay, distance):
        value, estimate = batched_integral(piece, *limits, TOLERANCE, points=cuts, limit=MOST_INTERVALS)
        total, error = total + value, error + estimate
    there, back = np.asarray(total * size, dtype=complex)
    return there, back, error * size


def _kinds(pairs: Sequence[Pair]) -> tuple[list[Pair], NDArray[np.intp]]:
    """The different pairs of vectors, and which of them each displacement has."""
    kinds: list[Pair] = []
    which = []
    for pair in pairs:
        same = [at for at, kind in enumerate(kinds) if all(map(np.array_equal, kind, pair))]
        if not same:
            kinds.append(pair)
        which.append(same[0] if same else len(kinds) - 1)
    return kinds, np.array(which)


def _rings(shells: Shells, k: Real, along: Real, across: Real, distance: float, kinds: Sequence[Pair]) -> Complex:
    """∫dφ e^(±ik·r) (c₁·n*)(c₂·n*)* S/(Δ² − ω²) over circles |k| = k, the spins exchanged for −r.

    Returns:
        Shape (K, 2, kinds, displacements), r before −r.
    """
    found = np.empty((k.size, 2, len(kinds), along.size), dtype=complex)
    with np.errstate(divide="ignore", invalid="ignore"):
        pole = shells.pole  # without a share no direction stands out, and it is infinite
    pole = np.where(np.isfinite(pole), pole, 1e300)
    root = np.arcsin(np.sqrt(pole + 0j))
    depth, phase = np.abs(np.imag(root)), np.maximum(1.0, k * distance)
    subtracted = (depth * phase < NEAR) & (depth < 1)
    enough = phase + 7 * np.cbrt(phase) + DIGITS
    with np.errstate(divide="ignore"):
        needed = np.where(subtracted, enough, np.maximum(enough, DIGITS / depth)) / 2
    half = np.ceil(needed).astype(int)
    worst = int(half.max())
    require_memory(
        6 * 16 * worst * max(along.size, 1), "frequency_ghz", f"6 × {worst} directions at {along.size} distances"
    )
    order = np.argsort(half)
    start = 0
    while start < order.size:  # circles that need about as many directions are worked out together
        count = 1
        while start + count < order.size and half[order[start + count]] <= 1.25 * half[order[start]] + 8:
            count += 1
        count = min(count, max(1, AT_ONCE // (int(half[order[start + count - 1]]) * max(along.size, 1))))
        chosen = order[start : start + count]
        part = Shells(shells.waves, shells.delta, shells.base[chosen], shells.volume[chosen])
        found[chosen] = _ring_sums(
            part, k[chosen], along, across, int(half[chosen].max()), root[chosen], subtracted[chosen], kinds
        )
        start += count
    return found


def _ring_sums(
    shells: Shells,
    k: Real,
    along: Real,
    across: Real,
    half: int,
    root: Complex,
    subtracted: NDArray[np.bool_],
    kinds: Sequence[Pair],
) -> Complex:
    """The rings with one number of directions for all."""
    # Half of the circle is enough: on the other one, sin φ, cos φ and k·r change their signs.
    angle = np.pi * (np.arange(half) + np.sqrt(0.125)) / half
    sine, cosine = np.sin(angle), np.cos(angle)
    below = (shells.delta**2 - (shells.tilted + shells.volume * shells.waves.cosine**2) * shells.base)[:, None]
    inverse = 1 / (2 * half * (below - shells.share[:, None] * sine**2))
    phases = k[:, None, None] * (along[:, None] * cosine + across[:, None] * sine)
    waves = np.cos(phases), np.sin(phases)
    backward = [(second, first) for first, second in kinds]
    rings = np.empty((k.size, 2, len(kinds), along.size), dtype=complex)
    parts = shells.strength_parts(sine)

    def half_circle(pairs: Sequence[Pair]) -> tuple[Complex, Complex]:
        weights = np.stack([shared_weight(pair, sine, cosine) for pair in pairs], axis=-1)
        turned = np.stack([shared_weight(pair, -sine, -cosine) for pair in pairs], axis=-1)
        return _half_circle(shells.base, inverse, parts, (weights + turned, weights - turned), waves)

    even, odd = half_circle(kinds)
    rings[:, 0] = even + odd
    if not all(np.array_equal(first, second) for first, second in kinds):
        even, odd = half_circle(backward)
    rings[:, 1] = even - odd
    if np.any(subtracted):
        at = np.flatnonzero(subtracted)
        part = Shells(shells.waves, shells.delta, shells.base[at], shells.volume[at])
        rings[at] += _pole_correction(
            part,
            k[at],
            along,
            across,
            root[at],
            np.sum(inverse[at], -1),
            np.sum(sine * cosine * inverse[at], -1),
            (kinds, backward),
        )
    return rings


def _pole_correction(
    shells: Shells,
    k: Real,
    along: Real,
    across: Real,
    root: Complex,
    plain: Complex,
    twisted: Complex,
    kinds: tuple[Sequence[Pair], Sequence[Pair]],
) -> Complex:
    """What the poles on a circle give, less what the sum over its directions has given of them.

    Args:
        shells: The circles.
        k: Their wavenumbers.
        along: Displacements.
        across: Displacements.
        root: φ of a pole.
        plain: The sum over directions of 1/(Δ² − ω²), over twice their number.
        twisted: The same of sin φ cos φ/(Δ² − ω²).
        kinds: Pairs of vectors, for r and for −r.
    """
    s, c = np.sin(root)[:, None], np.cos(root)[:, None]
    corners = [(s, c), (s, -c), (-s, c), (-s, -c)]
    strengths = [shells.strength(sin) for sin, _ in corners]
    pole = np.sin(root) ** 2
    on_shell = 1 / (np.sqrt(pole + 0j) * np.sqrt(pole - 1 + 0j) * shells.share)
    found = np.empty((k.size, 2, len(kinds[0]), along.size), dtype=complex)
    for side, way in enumerate((1j, -1j)):
        waves = [np.exp(way * k[:, None] * (along * cos + across * sin)) for sin, cos in corners]
        for number, pair in enumerate(kinds[side]):
            one, two, three, four = (
                wave * strength * shared_weight(pair, sin, cos)
                for wave, strength, (sin, cos) in zip(waves, strengths, corners, strict=True)
            )
            mean, mixed = (one + two + three + four) / 4, (one - two - three + four) / (4 * s * c)
            summed = 2 * (mean * plain[:, None] + mixed * twisted[:, None])
            found[:, side, number] = 2 * np.pi * (mean * on_shell[:, None] - summed)
    return found


def _half_circle(
    base: NDArray,
    inverse: NDArray,
    parts: tuple[tuple[NDArray, NDArray], NDArray],
    weights: tuple[Complex, Complex],
    waves: tuple[Real, Real],
) -> tuple[Complex, Complex]:
    """What cos(k·r) and i sin(k·r) give, from the parts of strength and weight that are even and odd in φ → φ + π."""
    (constant, rising), odd = parts
    even_weight, odd_weight = (_real_if_so(weight) for weight in weights)
    found = []
    for same, other, wave in ((even_weight, odd_weight, waves[0]), (odd_weight, even_weight, waves[1])):
        first = constant[:, None] * same
        second = rising[:, None] * same + odd[:, None] * other
        vectors = inverse[..., None] * (base[:, None, None] * first + second)
        found.append(2 * np.pi * np.moveaxis(_products(wave, vectors), -1, 1))
    return found[0], 1j * found[1]


def _real_if_so(values: Complex) -> NDArray:
    """The real part of what is real; half of the work then."""
    return values.real if not np.any(values.imag) else values


def _products(matrices: Real, vectors: NDArray) -> NDArray:
    """Real matrices times complex ones, without a complex copy of the former."""
    if not np.iscomplexobj(vectors):
        return matrices @ vectors
    whole = np.ascontiguousarray(vectors).view(float)
    return np.ascontiguousarray(matrices @ whole).view(complex)


def _pieces(
    integrand: Callable[[Real], Complex], edges: list[float], decay: float, distance: float
) -> Iterator[tuple[Callable[[Real], Complex], tuple[float, float], Real | None]]:
    """The integral over k from 0 to ∞ in pieces whose variables remove the inverse square roots at the edges.

    Each comes with its limits, and with places where to cut it first since e^(ik·r) has turned so often.
    """
    starts = [0.0, *edges]
    for low, high in zip(starts, edges, strict=False):
        middle, half = (low + high) / 2, (high - low) / 2

        def between(v: Real, middle: float = middle, half: float = half) -> Complex:
            weight = half * np.pi / 2 * np.cos(np.pi * v / 2)
            value = integrand(middle + half * np.sin(np.pi * v / 2))
            return value * weight.reshape(-1, *(1,) * (value.ndim - 1))

        yield between, (-1.0, 1.0), None

    def beyond(v: Real) -> Complex:
        value = integrand(starts[-1] + v * v / decay)
        return value * (2 * v / decay).reshape(-1, *(1,) * (value.ndim - 1))

    turn = TURN * decay / max(distance, TURN * decay / DECAYED)  # of v²
    cuts = np.sqrt(np.arange(turn, WEIGHTY, turn))[:MOST_CUTS]
    yield beyond, (0.0, float(np.sqrt(DECAYED))), cuts if cuts.size else None
