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

import numpy as np
from numpy.typing import NDArray

from nvprotocol.magnets.film.dispersion import Edge, edges_at
from nvprotocol.magnets.film.quadrature import distinct, integral_of_products
from nvprotocol.magnets.film.shells import DIGITS, FEWEST_DIGITS, Shells, ring_sums
from nvprotocol.magnets.film.stray_field import Pair
from nvprotocol.magnets.film.waves import FilmWaves

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

TOLERANCE = 3e-8
"""Error aimed at by the estimate, that of a rule of 10 points; the values, of 21 points, are right to some 1e-9."""

DECAYED = 32.0
WEIGHTY = 16.0
"""2kh beyond which a wave weighs nothing (1e-12), and beyond which it weighs little."""

TURN, MOST_CUTS = 30.0, 200
"""Phase of e^(ik·r) that a rule of 21 points follows to all its digits, and the largest number of cuts made for it."""

MOST_INTERVALS = 1000

MOST_UNUSED = 4
"""How many pairs of height and displacement are worked out for one that is asked for: products of matrices are fast."""


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
    distance = float(np.max(np.hypot(along, across), initial=0.0))
    decay = 2 * float(np.min(heights))
    kinds, kind = _kinds(pairs)
    (here, aside), where = distinct(*np.broadcast_arrays(along, across))
    (levels,), level = distinct(heights)
    scale = waves.noise_strength / (4 * np.pi * delta) * waves.filtered_weight(levels)
    columns, level = np.broadcast_arrays(kind * here.size + where, level)
    count = len(kinds) * here.size
    scattered = None
    if levels.size * count > MOST_UNUSED * level.size:  # each displacement has heights of its own
        scattered, columns = distinct(level, columns)

    def integrand(edge: Edge | None, k: Real) -> tuple[Real, Complex]:
        shells = Shells.at(waves, k, delta, edge)
        k = k if edge is None else edge.k + k
        digits = np.maximum(DIGITS - decay * k, FEWEST_DIGITS)
        ring = ring_sums(shells, k, here, aside, kinds, digits).reshape(k.size, 2, count)
        weight = waves.height_filter(k[:, None], levels)
        weight = weight * (waves.noise_strength * k[:, None] / (4 * np.pi**2)) / scale
        if scattered is not None:
            ring, weight = ring[..., scattered[1]] * weight[:, None, scattered[0]], np.ones((k.size, 1))
        return weight, ring.reshape(k.size, -1)

    total, error = np.zeros((1, 1), dtype=complex), 0.0
    entries = 2 * (levels.size * count if scattered is None else scattered[0].size)
    for piece, cuts in _pieces(integrand, *edges_at(waves, delta), decay, distance):
        value, estimate = integral_of_products(piece, cuts, TOLERANCE, entries=entries, limit=MOST_INTERVALS)
        total, error = total + value, error + estimate
    there, back = np.moveaxis(total.reshape(len(total), 2, -1), 1, 0)
    chosen, size = (level if scattered is None else 0, columns), scale[level]
    return there[chosen] * size, back[chosen] * size, error * size


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


def _pieces(
    integrand: Callable[[Edge | None, Real], tuple[Real, Complex]],
    edges: list[Edge],
    widths: list[float],
    decay: float,
    distance: float,
) -> Iterator[tuple[Callable[[Real], tuple[Real, Complex]], list[float]]]:
    """The integral over k from 0 to ∞ in pieces whose variables remove the inverse square roots at the edges.

    Each comes with its limits, and between them places where to cut it first since e^(ik·r) has turned so often. A
    wavenumber is given by its distance from the nearest edge, which has all its digits where it has lost them itself.
    """
    for at, high in enumerate(edges):
        width = widths[at - 1] if at else float(high.k)

        def between(
            v: Real, low: Edge | None = edges[at - 1] if at else None, high: Edge = high, width: float = width
        ) -> tuple[Real, Complex]:
            weight = width * np.pi / 4 * np.cos(np.pi * v / 2)
            after, before = (width * np.sin(np.pi * (1 + side * v) / 4) ** 2 for side in (1, -1))
            first = (v < 0) & (low is not None)
            near = Edge(*(np.where(first, *ends) for ends in zip(low or high, high, strict=True)))
            heights, value = integrand(near, np.where(first, after, -before))
            return heights * weight[:, None], value

        yield between, [-1.0, 1.0]

    def beyond(v: Real) -> tuple[Real, Complex]:
        heights, value = integrand(edges[-1] if edges else None, v * v / decay)
        return heights * (2 * v / decay)[:, None], value

    turn = TURN * decay / max(distance, TURN * decay / DECAYED)  # of v²
    cuts = np.sqrt(np.arange(turn, WEIGHTY, turn))[:MOST_CUTS]
    yield beyond, [0.0, *cuts.tolist(), float(np.sqrt(DECAYED))]
