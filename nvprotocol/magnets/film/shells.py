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
"""Largest phase, times i, of e^(ik·r) at a pole at which the pole is subtracted; beyond it the sum resolves it.

The imaginary part of φ itself has to be below 1 for that, too, or powers of sin φ at the pole cost digits.
"""

DIGITS = 26.0
"""−log of the error of a trapezoidal sum, 5·10⁻¹²: below what the integral over k aims at."""

FEWEST_DIGITS = 6.0
"""Those of a wave that weighs next to nothing."""

DEGREE = 4
"""Of the trigonometric polynomial that the strength and the weight of a wave make."""

_SAME_LINE = 13
"""Decimals of an angle in rad to which displacements lie on one line."""

AT_ONCE = 1 << 16
"""Phases k·r that are worked out together: they and their sines stay in a processor's cache."""


_TINY = np.finfo(float).tiny
_DEPTHS = np.geomspace(12.0, 1e-3, 400)
_DIRECTIONS = 1 / (_DEPTHS - np.tanh(_DEPTHS))
_PHASES = _DIRECTIONS / np.cosh(_DEPTHS)
"""Phases, and the numbers of directions that they need, both per digit."""


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


def ring_sums(shells: Shells, k: Real, along: Real, across: Real, kinds: Sequence[Pair], digits: Real) -> Complex:
    """∫dφ e^(±ik·r) (c₁·n*)(c₂·n*)* S/(Δ² − ω²) over circles |k| = k, the spins exchanged for −r.

    Args:
        shells: The circles.
        k: Their wavenumbers in 1/m.
        along: Displacements in m.
        across: Displacements in m.
        kinds: Pairs of vectors.
        digits: −log of the error that a circle may have.

    Returns:
        Shape (K, 2, kinds, displacements), r before −r.
    """
    found = np.empty((k.size, 2, len(kinds), along.size), dtype=complex)
    with np.errstate(divide="ignore", invalid="ignore"):
        pole = shells.pole  # without a share no direction stands out, and it is infinite
    root = np.arcsin(np.sqrt(np.where(np.isfinite(pole), pole, 1e300) + 0j))
    for line, members in _lines(along, across):
        lengths = along[members] * np.cos(line) + across[members] * np.sin(line)
        found[..., members] = _line_sums(shells, k, line, lengths, root, kinds, digits)
    return found


def _lines(along: Real, across: Real) -> Iterator[tuple[float, NDArray[np.intp]]]:
    """Directions of lines through the origin, and which displacements lie on them."""
    length = np.hypot(along, across)
    line = np.arctan2(across, along) % np.pi
    line = np.where(length > 0, line, line[np.argmax(length)])  # no displacement lies on any line
    line, which = np.unique(np.round(line, _SAME_LINE) % np.round(np.pi, _SAME_LINE), return_inverse=True)
    for at, direction in enumerate(line.tolist()):
        yield direction, np.flatnonzero(which == at)


def _line_sums(
    shells: Shells, k: Real, line: float, lengths: Real, root: Complex, kinds: Sequence[Pair], digits: Real
) -> Complex:
    """As `ring_sums`, for displacements on one line."""
    found = np.empty((k.size, 2, len(kinds), lengths.size), dtype=complex)
    depth, phase = np.abs(np.imag(root)), k * np.max(np.abs(lengths))
    subtracted = (depth < 1) & (phase * np.sinh(np.minimum(depth, 1)) < NEAR)
    quarter = np.ceil(_directions(phase, np.where(subtracted, np.inf, depth), digits) / 4).astype(int)
    worst = int(quarter.max())
    need = f"6 × {worst} directions at {lengths.size} distances"
    require_memory(6 * 16 * worst * lengths.size, "frequency_ghz", need)
    for chosen in _alike(quarter, lengths.size):
        found[chosen] = _one_size(
            shells.part(chosen),
            k[chosen],
            line,
            lengths,
            int(quarter[chosen].max()),
            root[chosen],
            subtracted[chosen],
            kinds,
        )
    return found


def _directions(phase: Real, depth: Real, digits: Real) -> Real:
    """How many directions a trapezoidal sum needs for an error of e^(−digits).

    With N of them the sum errs by e^(x sinh y − Ny) for any y up to which the imaginary part of φ meets no pole, where
    the integrand has grown by e^(x sinh y). Best is cosh y = N/x, with J_N(x) ∼ e^(−N(y − tanh y)); a pole may be
    nearer than that.

    Args:
        phase: x, the largest k·r.
        depth: Imaginary part of φ at the poles that are left in the sum, infinite without one.
        digits: What the exponent has to be.
    """
    entire = digits * np.interp(phase / digits, _PHASES, _DIRECTIONS)
    best = np.arccosh(np.maximum(entire / np.maximum(phase, _TINY), 1.0))
    near = np.minimum(depth, best)
    return DEGREE + np.where(depth < best, (digits + phase * np.sinh(near)) / np.maximum(near, _TINY), entire)


def _alike(quarter: NDArray[np.intp], distances: int) -> Iterator[NDArray[np.intp]]:
    """Circles that need about as many directions, and are worked out together."""
    order = np.argsort(quarter)
    sizes = quarter[order]
    start = 0
    while start < order.size:
        end = int(np.searchsorted(sizes, 1.25 * sizes[start] + 8, side="right"))
        end = min(end, start + max(1, AT_ONCE // (int(sizes[end - 1]) * distances)))
        yield order[start:end]
        start = end


def _one_size(
    shells: Shells,
    k: Real,
    line: float,
    lengths: Real,
    quarter: int,
    root: Complex,
    subtracted: NDArray[np.bool_],
    kinds: Sequence[Pair],
) -> Complex:
    """The rings with one number of directions for all."""
    # Seen from the line of the displacements, k·r is the same but for its sign in all quarters of the circle; and on
    # the other half of it sin φ and cos φ change their signs.
    angle = np.pi / 2 * (np.arange(quarter) + 0.5) / quarter
    around = line + np.concatenate([angle, np.pi - angle])
    sine, cosine = np.sin(around), np.cos(around)
    inverse = 1 / (4 * quarter * (shells.below[:, None] - shells.share[:, None] * sine**2))
    phases = k[:, None, None] * (lengths[:, None] * np.cos(angle))
    waves = np.cos(phases), np.sin(phases)
    rings = np.empty((k.size, 2, len(kinds), lengths.size), dtype=complex)
    parts = shells.strength_parts(sine)

    def circle(pairs: Sequence[Pair]) -> tuple[Complex, Complex]:
        weights = np.stack([shared_weight(pair, sine, cosine) for pair in pairs], axis=-1)
        turned = np.stack([shared_weight(pair, -sine, -cosine) for pair in pairs], axis=-1)
        return _circle(shells.base, inverse, parts, (weights + turned, weights - turned), waves)

    even, odd = circle(kinds)
    rings[:, 0] = even + odd
    if not all(np.array_equal(first, second) for first, second in kinds):
        even, odd = circle(_reversed(kinds))
    rings[:, 1] = even - odd
    at = np.flatnonzero(subtracted)
    if at.size:
        sums = np.sum(inverse[at], -1), np.sum(sine * cosine * inverse[at], -1)
        places = lengths * np.cos(line), lengths * np.sin(line)
        rings[at] += _pole_correction(shells.part(at), k[at], *places, root[at], sums, (kinds, _reversed(kinds)))
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
    first, second = (np.exp(1j * k[:, None] * part) for part in (along * c, across * s))
    forward = [first * second, second / first, first / second, 1 / (first * second)]
    for side, waves in enumerate((forward, forward[::-1])):
        for number, pair in enumerate(kinds[side]):
            one, two, three, four = (
                wave * strength * shared_weight(pair, sin, cos)
                for wave, strength, (sin, cos) in zip(waves, strengths, corners, strict=True)
            )
            mean, mixed = (one + two + three + four) / 4, (one - two - three + four) / (4 * s * c)
            summed = 2 * (mean * plain[:, None] + mixed * twisted[:, None])
            found[:, side, number] = 2 * np.pi * (mean * on_shell[:, None] - summed)
    return found


def _circle(
    base: NDArray,
    inverse: NDArray,
    parts: tuple[tuple[NDArray, NDArray], NDArray],
    weights: tuple[Complex, Complex],
    waves: tuple[Real, Real],
) -> tuple[Complex, Complex]:
    """What cos(k·r) and i sin(k·r) give, from the parts of strength and weight that are even and odd in φ → φ + π.

    Strengths and weights are those of half a circle, the waves those of its first quarter.
    """
    (constant, rising), odd = parts
    even_weight, odd_weight = (_real_if_so(weight) for weight in weights)
    quarter = waves[0].shape[-1]
    found = []
    for same, other, wave, sign in ((even_weight, odd_weight, waves[0], 1), (odd_weight, even_weight, waves[1], -1)):
        first = constant[:, None] * same
        second = rising[:, None] * same + odd[:, None] * other
        vectors = inverse[..., None] * (base[:, None, None] * first + second)
        folded = vectors[:, :quarter] + sign * vectors[:, quarter:]
        found.append(2 * np.pi * np.moveaxis(_products(wave, folded), -1, 1))
    return found[0], 1j * found[1]


def _real_if_so(values: Complex) -> NDArray:
    """The real part of what is real; quarter of the work then."""
    return values.real if not np.any(values.imag) else values


def _products(matrices: Real, vectors: NDArray) -> NDArray:
    """Real matrices times complex ones, without a complex copy of the former."""
    if not np.iscomplexobj(vectors):
        return matrices @ vectors
    whole = np.ascontiguousarray(vectors).view(float)
    return np.ascontiguousarray(matrices @ whole).view(complex)
