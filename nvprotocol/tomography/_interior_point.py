"""Maximum likelihood as a convex programme, solved for many tables at once by a primal-dual interior-point method.

Maximise Σₖ fₖ log pₖ over p = M x, ρ = Σᵢ xᵢ Bᵢ ≥ 0, tr ρ = 1, where fₖ is the frequency of outcome k among all shots.
Its optimum is where y and S = λ·1 − Σₖ yₖ Eₖ ≥ 0 exist with

    pₖ yₖ = fₖ   and   ρ S = 0.

The method keeps p, y, ρ and S positive, asks for ρ S = μ·1 instead, and lets μ fall by a factor of ten a Newton
step. Solutions on the boundary, where gradient methods crawl because pₖ → 0, are approached at the same pace as
interior ones. The step linearises S = μ ρ⁻¹ and keeps the Hermitian part (as DOI 10.1137/0806020 does with ρ and S
exchanged). Nothing here depends on the number of qubits.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol.tomography._pauli_vectors import strings, to_matrix, to_vector

CENTRING = 0.1
"""Factor by which each step asks μ to fall: smaller values save no steps, as the path is left too far."""
DAMPING = 0.95
"""Fraction of the way to the boundary that a step may go."""
MAX_STEPS = 50
"""Steps after which a fit is given up; 5 to 20 are needed, up to 35 for the most shots."""
PATIENCE = 3
"""Steps without halving its certificate after which an acceptable fit ends, as rounding allows no better."""

TINY = np.finfo(float).tiny

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


class Solution(NamedTuple):
    """States as vectors (tables, d²), λmax(R) minus the number of shots, and the largest number of steps."""

    vectors: Real
    certificates: Real
    steps: int


@dataclass
class _Iterates:
    """Where every unfinished table stands; all arrays have the tables on the first axis."""

    frequencies: Real  # f
    vectors: Real  # x
    likelihoods: Real  # p = M x
    weights: Real  # y
    multiplier: Real  # λ

    def keep(self, unfinished: NDArray[np.bool_]) -> "_Iterates":
        return _Iterates(*(getattr(self, name)[unfinished] for name in self.__dataclass_fields__))


def maximise(counts: Real, model: Real, start: Complex, tolerance: Real, acceptable: Real) -> Solution:
    """Fits every table until its certificate is at most its tolerance, or acceptable and no longer falling.

    Args:
        counts: Counts of shape (tables, K).
        model: The matrix M of tr(E Bᵢ), shape (K, d²).
        start: Positive definite states of trace one to start from, shape (tables, d, d).
        tolerance: Certificate λmax(R) − N at which a fit ends, one for each table.
        acceptable: Certificate at which it may end where rounding has stopped it, at least the tolerance.

    Returns:
        The states and their certificates; one above what is acceptable marks a fit that was given up.
    """
    totals = counts.sum(axis=1)
    now = _begin(counts / totals[:, None], model, start)
    vectors, certificates = to_vector(start), np.full(len(counts), np.inf)
    rows, waited = np.arange(len(counts)), np.zeros(len(counts), dtype=int)
    for step in range(1, MAX_STEPS + 1):
        _advance(now, model)
        reached = totals[rows] * (largest_gradient(now.frequencies, now.likelihoods, model) - 1)
        waited = np.where(reached < certificates[rows] / 2, 0, waited + 1)
        better = reached < certificates[rows]
        vectors[rows[better]], certificates[rows[better]] = now.vectors[better], reached[better]
        stopped = (waited >= PATIENCE) & (certificates[rows] <= acceptable[rows])
        unfinished = (reached > tolerance[rows]) & ~stopped
        if not unfinished.any():
            return Solution(vectors, certificates, step)
        if not unfinished.all():
            now, rows, waited = now.keep(unfinished), rows[unfinished], waited[unfinished]
    return Solution(vectors, certificates, MAX_STEPS)


def largest_gradient(frequencies: Real, likelihoods: Real, model: Real) -> Real:
    """λmax of Σₖ fₖ/pₖ Eₖ, one for each table; it is 1 at the optimum and larger elsewhere."""
    return eigenvalues(to_matrix((frequencies / likelihoods) @ model))[:, -1]


def _begin(frequencies: Real, model: Real, start: Complex) -> _Iterates:
    vectors = to_vector(start)
    likelihoods = vectors @ model.T
    weights = frequencies / likelihoods
    largest = largest_gradient(frequencies, likelihoods, model)
    # λ a little above the largest eigenvalue makes S positive definite; the margin only has to be of the size of μ.
    return _Iterates(frequencies, vectors, likelihoods, weights, largest + np.maximum(0.1 * (largest - 1), 1e-3))


def _advance(now: _Iterates, model: Real) -> None:
    """One Newton step of all tables, in place."""
    pairs = to_matrix(np.stack([now.vectors, _slack(now.multiplier, now.weights, model)]))  # ρ and S
    factors = inverse_factor(pairs)
    adjoints = np.swapaxes(factors.conj(), -1, -2)
    inverse = adjoints[0] @ factors[0]
    d = pairs.shape[-1]
    present = (now.multiplier - np.sum(now.weights * now.likelihoods, axis=1)) / d  # tr(ρS)/d
    target = CENTRING * present
    ratio, curvature = now.frequencies / now.likelihoods, now.weights / now.likelihoods
    hessian = (model.T * curvature[:, None, :]) @ model + barrier_hessian(inverse, pairs[1])
    gradient = target[:, None] * to_vector(inverse) + ratio @ model
    # The trace (coordinate 0) is fixed, so its equation yields λ instead.
    dx = np.zeros_like(now.vectors)
    dx[:, 1:] = _solve(hessian[:, 1:, 1:], gradient[:, 1:])
    d_multiplier = (gradient[:, 0] - np.sum(hessian[:, 0] * dx, axis=1)) / np.sqrt(d) - now.multiplier
    dy = ratio - now.weights - curvature * (dx @ model.T)
    moves = to_matrix(np.stack([dx, _slack(d_multiplier, dy, model)]))
    growth = np.maximum(-eigenvalues(factors @ moves @ adjoints)[..., 0], TINY)
    primal = np.minimum(1, DAMPING / growth[0])
    dual = np.minimum(1, DAMPING / np.maximum(growth[1], decay(now.weights, dy)))
    now.vectors += primal[:, None] * dx
    now.likelihoods = np.maximum(now.vectors @ model.T, TINY)
    now.weights += dual[:, None] * dy
    now.multiplier += dual * d_multiplier


def _slack(multiplier: Real, weights: Real, model: Real) -> Real:
    """S = λ·1 − Σₖ yₖ Eₖ as vectors."""
    vectors = -(weights @ model)
    vectors[:, 0] += multiplier * len(vectors[0]) ** 0.25  # 1 = √d B₀
    return vectors


def barrier_hessian(inverse: Complex, slacks: Complex) -> Real:
    """Re tr(Bᵢ ρ⁻¹ Bⱼ S) for all i and j, shape (…, d², d²)."""
    d = slacks.shape[-1]
    basis = strings(d).reshape(-1, d)
    left = (basis @ inverse).reshape(*slacks.shape[:-2], d * d, d, d)
    right = np.swapaxes((basis @ slacks).reshape(left.shape), -1, -2).conj()
    # The real part of a complex product is one real product of twice the inner length.
    real = (*slacks.shape[:-2], d * d, 2 * d * d)
    return left.view(float).reshape(real) @ np.swapaxes(np.ascontiguousarray(right).view(float).reshape(real), -1, -2)


def _solve(matrices: Real, vectors: Real) -> Real:
    try:
        return np.linalg.solve(matrices, vectors[..., None]).astype(float, copy=False)[..., 0]
    except np.linalg.LinAlgError:  # the counts say nothing of some direction, and the barrier is below rounding
        ridge: Real = np.finfo(float).eps * np.trace(matrices, axis1=1, axis2=2)[:, None, None]
        regular = matrices + ridge * np.eye(matrices.shape[-1])
        return np.linalg.solve(regular, vectors[..., None]).astype(float, copy=False)[..., 0]


def eigenvalues(matrices: Complex) -> Real:
    """Rising eigenvalues of Hermitian matrices, shape (…, d).

    Of F D F† with F = `inverse_factor` of A, they tell how far A + α·D stays positive: as far as 1 + α e does for the
    least of them.
    """
    return np.linalg.eigvalsh(matrices).astype(float, copy=False)


def inverse_factor(matrices: Complex) -> Complex:
    """F with F A F† = 1 for positive definite A, shape (…, d, d)."""
    try:
        return np.linalg.inv(np.linalg.cholesky(matrices)).astype(complex, copy=False)
    except np.linalg.LinAlgError:  # rounding has made one of them indefinite
        values, vectors = np.linalg.eigh(matrices)
        floor = np.finfo(float).eps * values[..., -1:]
        scale = np.sqrt(np.maximum(values, floor))[..., None]
        return (np.swapaxes(vectors.conj(), -1, -2) / scale).astype(complex, copy=False)


def decay(weights: Real, changes: Real) -> Real:
    """1/α at which the first of the weights + α·changes falls to zero, one a table; those that are zero stay there."""
    return (-changes / np.maximum(weights, TINY)).max(axis=1)
