"""What a film answers at all directions of a wavenumber, summed over them; SI units, rad/s.

On the circle |k| = const, Δ² − ω² is linear in sin²φ: its poles are known, what they leave is an entire periodic
function, for which the trapezoidal rule converges exponentially, and what they give is known in closed form.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nvprotocol.magnets.film.dispersion import Edge, dispersion, dispersion_spread, squared_rise
from nvprotocol.magnets.film.stray_field import Pair, shared_weight
from nvprotocol.magnets.film.waves import FilmWaves
from nvprotocol.resources import require_memory

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

NEAR = 8.0
"""Imaginary part of kr cos φ at a pole, up to which the pole is subtracted; beyond it the sum over φ resolves it.

The imaginary part of φ itself has to be below 1 for that, too, or powers of sin φ at the pole cost digits.
"""

DIGITS = 26.0
"""−log of the error of a trapezoidal sum, 5·10⁻¹²: below what the integral over k aims at."""

AT_ONCE = 1 << 16
"""Phases k·r that are worked out together: they and their sines stay in a processor's cache."""


@dataclass(frozen=True)
class Shells:
    """The response at all directions of some wavenumbers, in arrays of one shape.

    Δ² − H₁₁H₂₂ + H₁₂² = share · (pole − sin²φ) = below − share sin²φ.

    Attributes:
        waves: The waves.
        delta: Δ.
        base: W.
        volume: ω_M P.
        detuned: Δ² − ω² of the undamped waves along the magnetisation.
    """

    waves: FilmWaves
    delta: float
    base: NDArray
    volume: Real
    detuned: Real

    @classmethod
    def at(cls, waves: FilmWaves, k: Real, delta: float, edge: Edge | None = None) -> "Shells":
        """The shells |k| = k in 1/m at the frequency Δ, or k beyond an edge: close to it, nothing is lost in rounding.

        Args:
            waves: The waves.
            k: Wavenumbers in 1/m, or how far they are from the edge.
            delta: Δ.
            edge: Where a wave along or across the magnetisation has the frequency Δ.
        """
        if edge is None:
            detuned = delta**2 - np.square(dispersion(waves, k, 0.0))
        else:
            rise, k = squared_rise(waves, edge, k), edge.k + k
            detuned = edge.sine_squared * dispersion_spread(waves, k) - rise
        base = waves.exchange(k) - 1j * waves.damping * delta if waves.damping else waves.exchange(k)
        return cls(waves, delta, base, waves.magnetisation * waves.volume_share(k), detuned)

    def part(self, chosen: NDArray) -> "Shells":
        """Some of the shells."""
        return replace(self, base=self.base[chosen], volume=self.volume[chosen], detuned=self.detuned[chosen])

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
    def below(self) -> NDArray:
        """The denominator at φ = 0."""
        if self.waves.damping == 0:
            return self.detuned
        loss = self.waves.damping * self.delta
        along = self.tilted + self.volume * self.waves.cosine**2
        return self.detuned + 1j * loss * (along + self.base) - loss**2

    @property
    def pole(self) -> NDArray:
        """sin²φ of the waves of frequency Δ."""
        return self.below / self.share

    def strength(self, sine: NDArray) -> NDArray:
        """S, with the directions on the last axis; the sine has the shape of the shells and one more, or that alone."""
        even, odd = self.strength_parts(sine)
        return self.base[..., None] * even[0] + even[1] + odd

    def strength_parts(self, sine: NDArray) -> tuple[tuple[NDArray, NDArray], NDArray]:
        """S = W e₁ + e₂ + o: what is the same for φ + π, and what changes its sign."""
        tilt = self.waves.sine
        across = sine**2
        return (1 + tilt**2 * across, self.waves.out_of_plane * across), -2 * self.delta * tilt * sine


def ring_sums(shells: Shells, k: Real, along: Real, across: Real, distance: float, kinds: Sequence[Pair]) -> Complex:
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
    for chosen in _alike(half, along.size):
        found[chosen] = _one_size(
            shells.part(chosen),
            k[chosen],
            along,
            across,
            int(half[chosen].max()),
            root[chosen],
            subtracted[chosen],
            kinds,
        )
    return found


def _alike(half: NDArray[np.intp], distances: int) -> Iterator[NDArray[np.intp]]:
    """Circles that need about as many directions, and are worked out together."""
    order = np.argsort(half)
    start = 0
    while start < order.size:
        count = 1
        while start + count < order.size and half[order[start + count]] <= 1.25 * half[order[start]] + 8:
            count += 1
        count = min(count, max(1, AT_ONCE // (int(half[order[start + count - 1]]) * max(distances, 1))))
        yield order[start : start + count]
        start += count


def _one_size(
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
    inverse = 1 / (2 * half * (shells.below[:, None] - shells.share[:, None] * sine**2))
    phases = k[:, None, None] * (along[:, None] * cosine + across[:, None] * sine)
    waves = np.cos(phases), np.sin(phases)
    rings = np.empty((k.size, 2, len(kinds), along.size), dtype=complex)
    parts = shells.strength_parts(sine)

    def half_circle(pairs: Sequence[Pair]) -> tuple[Complex, Complex]:
        weights = np.stack([shared_weight(pair, sine, cosine) for pair in pairs], axis=-1)
        turned = np.stack([shared_weight(pair, -sine, -cosine) for pair in pairs], axis=-1)
        return _half_circle(shells.base, inverse, parts, (weights + turned, weights - turned), waves)

    even, odd = half_circle(kinds)
    rings[:, 0] = even + odd
    if not all(np.array_equal(first, second) for first, second in kinds):
        even, odd = half_circle(_reversed(kinds))
    rings[:, 1] = even - odd
    at = np.flatnonzero(subtracted)
    if at.size:
        sums = np.sum(inverse[at], -1), np.sum(sine * cosine * inverse[at], -1)
        both = kinds, _reversed(kinds)
        rings[at] += _pole_correction(shells.part(at), k[at], along, across, root[at], sums, both)
    return rings


def _reversed(kinds: Sequence[Pair]) -> list[Pair]:
    return [(second, first) for first, second in kinds]


def _pole_correction(
    shells: Shells,
    k: Real,
    along: Real,
    across: Real,
    root: Complex,
    sums: tuple[Complex, Complex],
    kinds: tuple[Sequence[Pair], Sequence[Pair]],
) -> Complex:
    """What the poles on a circle give, less what the sum over its directions has given of them.

    Args:
        shells: The circles.
        k: Their wavenumbers.
        along: Displacements.
        across: Displacements.
        root: φ of a pole.
        sums: The sums over directions of 1/(Δ² − ω²) and of sin φ cos φ/(Δ² − ω²), over twice their number.
        kinds: Pairs of vectors, for r and for −r.
    """
    plain, twisted = sums
    s, c = np.sin(root)[:, None], np.cos(root)[:, None]
    corners = [(s, c), (s, -c), (-s, c), (-s, -c)]
    strengths = [shells.strength(sin) for sin, _ in corners]
    pole = np.sin(root) ** 2
    on_shell = 1 / (np.sqrt(pole + 0j) * np.sqrt(pole - 1 + 0j) * shells.share)
    if shells.waves.damping == 0:  # damping moves the pole off the real axis to the side that the share's sign says
        on_shell = np.where(shells.share < 0, np.conj(on_shell), on_shell)
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
