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
from nvprotocol.magnets.film.quadrature import batched_integral, distinct
from nvprotocol.magnets.film.shells import Shells, ring_sums
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

    def integrand(edge: Edge | None, k: Real) -> Complex:
        shells = Shells.at(waves, k, delta, edge)
        k = k if edge is None else edge.k + k
        ring = ring_sums(shells, k, here, aside, distance, kinds)
        weight = waves.height_filter(k.reshape(-1, *(1,) * np.ndim(heights)), heights) / size
        weight = weight * (waves.noise_strength * k / (4 * np.pi**2)).reshape(-1, *(1,) * np.ndim(heights))
        return weight[:, None] * ring[:, :, kind, where]

    total, error = np.zeros(1, dtype=complex), 0.0
    for piece, limits, cuts in _pieces(integrand, *edges_at(waves, delta), decay, distance):
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


def _pieces(
    integrand: Callable[[Edge | None, Real], Complex],
    edges: list[Edge],
    widths: list[float],
    decay: float,
    distance: float,
) -> Iterator[tuple[Callable[[Real], Complex], tuple[float, float], Real | None]]:
    """The integral over k from 0 to ∞ in pieces whose variables remove the inverse square roots at the edges.

    Each comes with its limits, and with places where to cut it first since e^(ik·r) has turned so often. A wavenumber
    is given by its distance from the nearest edge, which has all its digits where the wavenumber itself has lost them.
    """
    for at, high in enumerate(edges):
        width = widths[at - 1] if at else float(high.k)

        def between(
            v: Real, low: Edge | None = edges[at - 1] if at else None, high: Edge = high, width: float = width
        ) -> Complex:
            weight = width * np.pi / 4 * np.cos(np.pi * v / 2)
            after, before = (width * np.sin(np.pi * (1 + side * v) / 4) ** 2 for side in (1, -1))
            first = (v < 0) & (low is not None)
            near = Edge(*(np.where(first, *ends) for ends in zip(low or high, high, strict=True)))
            value = integrand(near, np.where(first, after, -before))
            return value * weight.reshape(-1, *(1,) * (value.ndim - 1))

        yield between, (-1.0, 1.0), None

    def beyond(v: Real) -> Complex:
        value = integrand(edges[-1] if edges else None, v * v / decay)
        return value * (2 * v / decay).reshape(-1, *(1,) * (value.ndim - 1))

    turn = TURN * decay / max(distance, TURN * decay / DECAYED)  # of v²
    cuts = np.sqrt(np.arange(turn, WEIGHTY, turn))[:MOST_CUTS]
    yield beyond, (0.0, float(np.sqrt(DECAYED))), cuts if cuts.size else None
