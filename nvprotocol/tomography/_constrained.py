"""Optima under a likelihood constraint: a primal-dual interior-point method for many tables at once.

Find x and τ such that ρ(x) ≥ 0 maximises ℓ(x) ± τ·v(x) and ℓ(x) = ℓ₀: there, v is largest (or smallest) among all
states of log-likelihood ≥ ℓ₀. As in `_interior_point`, every positive
semidefinite cone has a slack S with ρ S = μ·1, every outcome a weight y with p y = f, and Newton's method follows μ
to zero. The multiplier τ is set anew in every step, so that the quadratic model of ℓ meets ℓ₀ after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol.tomography._interior_point import TINY, barrier_hessian, decay, eigenvalues, inverse_factor
from nvprotocol.tomography._pauli_vectors import to_matrix, to_vector

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Convex = Callable[[Complex], tuple[Real, Real, Real]]

CENTRING = 0.2
"""Factor by which each step asks μ to fall."""
DAMPING = 0.9
"""Fraction of the way to the boundary that a step may go."""
SHORT = 0.3
"""Step length below which ρ and S have come close to their boundaries at unequal pace, and get stuck there."""
OPENING = 4.0
"""Factor by which μ rises after a short step, back to where steps are long."""
STUCK = 0.1
"""Dual step length below which the dual side starts anew, for a nonlinear function or two cones.

Elsewhere it does so after two steps of less than a tenth of it.
"""
TRUST = 4.0
"""Largest relative growth of ρ in a step along a curved function, as its quadratic model is good for no more."""
MAX_STEPS = 60
"""Steps after which a table is left where it is; 6 to 20 are needed."""
LARGEST_MULTIPLIER = 1000.0
"""τ per shot above which the likelihood constrains no longer: v is within (ℓ_max − ℓ₀)/1000N of its maximum."""
MISS = 0.02
"""|N (ℓ − ℓ₀)| at the end; the value is corrected for it to first order."""
GAP = 1e-3
"""N·tr(ρS) at the end: how far the log-likelihood may be from its bound, against losses of 0.7 and more."""
PARTIAL_TRANSPOSE = np.where(np.arange(16) % 4 == 2, -1.0, 1.0)
"""Signs of the coordinates under the transposition of qubit 0, the right-most letter of the Pauli strings."""


class Optimum(NamedTuple):
    """Optima of the tables: vectors (n, 16), τ per shot, N (ℓ − ℓ₀), and whether they solve the problem."""

    vectors: Real
    multipliers: Real
    surplus: Real
    solved: NDArray[np.bool_]


@dataclass
class _Rows:
    """Where every unfinished table stands."""

    row: NDArray[np.int64]
    totals: Real  # N
    frequencies: Real  # f
    target: Real  # ℓ₀ per shot; minus infinity where τ stays 0
    gradient: Real  # of ±v
    x: Real
    p: Real
    y: Real
    slack: Real  # S as vectors, shape (n, cones, 16)
    tau: Real
    length: Real  # of the last step

    def keep(self, wanted: NDArray[np.bool_]) -> "_Rows":
        return _Rows(*(getattr(self, name)[wanted] for name in self.__dataclass_fields__))


def constrained_maximum(
    counts: Real,
    model: Real,
    start: Complex,
    *,
    floor: Real | None = None,
    gradient: Real | None = None,
    convex: Convex | None = None,
    separable: bool = False,
) -> Optimum:
    """Maximises a function among the states of log-likelihood ≥ floor, or the likelihood where there is no floor.

    Args:
        counts: Flat tables, shape (n, K).
        model: The matrix M of tr(E Bᵢ), shape (K, 16).
        start: Positive definite states of trace one, shape (n, 4, 4).
        floor: Log-likelihood to keep, shape (n,).
        gradient: Gradient of the linear function that is maximised, shape (n, 16).
        convex: Instead of it, a convex function that is minimised: from states to its values, the gradients of minus
            it, and roots R of its Hessians RᵀR. A table is done where the function falls below zero.
        separable: Whether the partial transpose must be positive as well.
    """
    cones = np.stack([np.ones(16), PARTIAL_TRANSPOSE] if separable else [np.ones(16)])
    products = (model[:, :, None] * model[:, None, :]).reshape(len(model), -1)
    now = _begin(counts, model, start, cones, floor, gradient)
    n = len(counts)
    out = Optimum(now.x.copy(), np.zeros(n), np.full(n, np.nan), np.zeros(n, dtype=bool))
    for step in range(MAX_STEPS):
        ell = (now.frequencies * np.log(now.p)).sum(axis=1)
        gap = (cones * now.x[:, None] * now.slack).sum(axis=(1, 2))
        root, enough = None, False
        if convex is not None:
            value, now.gradient, root = convex(to_matrix(now.x))
            enough = (value < 0) & (ell > now.target)
        left = ~_solved(now, ell, gap, hard=convex is not None) | (step < 3)
        left &= ~np.asarray(enough)
        if step == MAX_STEPS - 1 or not left.all():
            out.vectors[now.row], out.multipliers[now.row] = now.x, now.tau
            out.surplus[now.row], out.solved[now.row] = now.totals * (ell - now.target), ~left
            if not left.any():
                break
            now, ell, gap = now.keep(left), ell[left], gap[left]
            root = None if root is None else root[left]
        _advance(now, model, products, cones, ell, gap, root)
    return out


def _solved(now: _Rows, ell: Real, gap: Real, *, hard: bool) -> NDArray[np.bool_]:
    """Which tables have met their floor, with no gap left; after a short step a hard problem is not solved."""
    surplus = now.totals * (ell - now.target)
    met = (np.abs(surplus) < MISS) | np.isinf(now.target) | ((now.tau > 0.99 * LARGEST_MULTIPLIER) & (surplus > 0))
    return met & (now.totals * gap < GAP) & (now.length > SHORT if hard else True)


def _begin(counts: Real, model: Real, start: Complex, cones: Real, floor: Real | None, gradient: Real | None) -> _Rows:
    n, totals = len(counts), counts.sum(axis=1)
    x, frequencies = to_vector(start), counts / totals[:, None]
    p = np.maximum(x @ model.T, TINY)
    return _Rows(
        row=np.arange(n),
        totals=totals,
        frequencies=frequencies,
        target=np.full(n, -np.inf) if floor is None else floor / totals,
        gradient=np.zeros((n, 16)) if gradient is None else gradient,
        x=x,
        p=p,
        y=frequencies / p,
        slack=_inverse(cones * x[:, None]) / totals[:, None, None],
        tau=np.zeros(n),
        length=np.ones(n),
    )


def _advance(now: _Rows, model: Real, products: Real, cones: Real, ell: Real, gap: Real, root: Real | None) -> None:
    """One Newton step of all tables, in place."""
    number = len(cones)
    centring = np.where(now.length < SHORT, OPENING, CENTRING)
    aim = np.maximum(centring * gap / (4 * number), GAP / 20 / now.totals)[:, None, None]
    ratio, curvature = now.frequencies / now.p, now.y / now.p
    information, slope = (curvature @ products).reshape(-1, 16, 16), ratio @ model
    pairs = to_matrix(np.concatenate([cones * now.x[:, None], now.slack], axis=1))  # every ρ, then every S
    factors = inverse_factor(pairs)
    adjoints = np.swapaxes(factors.conj(), -1, -2)
    inverse = adjoints[:, :number] @ factors[:, :number]
    barrier, pulls = barrier_hessian(inverse, pairs[:, number:]), aim * to_vector(inverse)
    hessian = information + (barrier * (cones[:, :, None] * cones[:, None, :])).sum(axis=1)
    if root is not None:
        scaled = root * np.sqrt(now.tau)[:, None, None]
        hessian += np.swapaxes(scaled, 1, 2) @ scaled
    tau, dx = _newton(now, hessian, information, slope, slope + (cones * pulls).sum(axis=1), ell)
    dy = ratio - now.y - curvature * (dx @ model.T)
    inside = cones * dx[:, None]
    changes = pulls - (barrier @ inside[..., None])[..., 0] - now.slack
    moves = to_matrix(np.concatenate([inside, changes], axis=1))
    lowest, highest = eigenvalues(factors @ moves @ adjoints)[..., [0, -1]].T
    growth = np.maximum(-lowest, TINY)
    primal, dual = growth[:number].max(axis=0), growth[number:].max(axis=0)
    if root is not None:
        primal = np.maximum(primal, highest[:number].max(axis=0) / TRUST)
    primal, dual = np.minimum(1, DAMPING / primal), np.minimum(1, DAMPING / np.maximum(dual, decay(now.y, dy)))
    now.x = now.x + primal[:, None] * dx
    now.p = np.maximum(now.x @ model.T, TINY)
    now.y = now.y + dual[:, None] * dy
    now.slack = now.slack + dual[:, None, None] * changes
    now.tau = np.where(now.tau > 0, now.tau + dual * (tau - now.tau), tau)
    before, now.length = now.length, np.minimum(primal, dual)
    hard = root is not None or number > 1
    stuck = dual < STUCK if hard else np.maximum(before, now.length) < STUCK / 10
    if stuck.any():
        _restart(now, cones, aim, stuck)


def _restart(now: _Rows, cones: Real, aim: Real, stuck: NDArray[np.bool_]) -> None:
    """Forgets the dual side where it stands at its boundary, and puts what the primal side implies."""
    now.slack[stuck] = aim[stuck] * _inverse(cones * now.x[stuck][:, None])
    now.y[stuck] = now.frequencies[stuck] / now.p[stuck]


def _inverse(points: Real) -> Real:
    return to_vector(np.linalg.inv(to_matrix(points)).astype(complex, copy=False))


def _newton(now: _Rows, hessian: Real, information: Real, slope: Real, pull: Real, ell: Real) -> tuple[Real, Real]:
    """The next τ and the step in x. The trace (coordinate 0) is fixed; the Hessian is changed in place."""
    diagonal = hessian.reshape(len(hessian), -1)[:, ::17]
    diagonal += 1e-14 * diagonal.sum(axis=1, keepdims=True)
    u_and_w = np.zeros((len(hessian), 16, 2))
    u_and_w[:, :, 0], u_and_w[:, :, 1] = pull, now.gradient
    u_and_w[:, 1:], u_and_w[:, 0] = np.linalg.solve(hessian[:, 1:, 1:], u_and_w[:, 1:]), 0.0
    u, w = u_and_w[:, :, 0], u_and_w[:, :, 1]
    if np.isinf(now.target).all():
        return now.tau, u
    # ℓ after the step x + u + τw in its quadratic model: c₀ + c₁τ − c₂τ²/2, to be 0; the larger root is beyond.
    linear = (slope[:, None] @ u_and_w)[:, 0]
    quadratic = np.swapaxes(u_and_w, 1, 2) @ (information @ u_and_w)
    c0 = ell - now.target + linear[:, 0] - 0.5 * quadratic[:, 0, 0]
    c1 = linear[:, 1] - quadratic[:, 0, 1]
    c2 = np.maximum(quadratic[:, 1, 1], TINY)
    tau = (c1 + np.sqrt(np.maximum(c1**2 + 2 * c2 * c0, 0))) / c2
    near = np.minimum(np.maximum(tau, now.tau / 3), 3 * now.tau)
    tau = np.minimum(np.where(now.tau > 0, near, np.maximum(tau, 1e-12)), LARGEST_MULTIPLIER)
    return tau, u + tau[:, None] * w
