"""How far rounding grows in an evolution that decays."""

import numpy as np
from numpy.typing import NDArray

EPSILON = float(np.finfo(float).eps)

_ROUNDINGS = 8.0
"""Rounding of one product of matrices, in units of ε."""


def relative_error(
    matrices: NDArray,
    eigenvalues: NDArray,
    log_slowest: NDArray[np.float64],
    lengths: NDArray[np.float64],
    log_left: NDArray[np.float64],
    tolerance: float,
) -> NDArray[np.float64]:
    """Estimated relative error of what an evolution leaves, shape (…, T).

    A rounding at time s reaches t with ‖e^(G(t−s))‖ ‖e^(Gs)‖ of itself. Relative to the decay of the slowest mode
    either norm is at most the condition number of the eigenvectors, Σ_(k<n) (Δt)ᵏ/k! with the departure from normality
    Δ = (‖G‖² − Σ|λ|²)^½ (Van Loan 1977, DOI 10.1137/0714065), and what a contraction allows.

    Args:
        matrices: Generators G less the rate of their slowest mode, or maps divided by their largest eigenvalue;
            shape (…, n, n).
        eigenvalues: Theirs, shape (…, n).
        log_slowest: Logarithm of what is left of the slowest mode, at most 0, shape (…, T).
        lengths: Times, or numbers of maps, shape (T,).
        log_left: Logarithm of what is left of the initial state, shape (…, T).
        tolerance: Error up to which no better estimate is needed.
    """
    n = matrices.shape[-1]
    frobenius = np.sum(np.abs(matrices) ** 2, axis=(-2, -1))
    departure = frobenius - np.sum(np.abs(eigenvalues) ** 2, axis=-1)
    departure = np.sqrt(np.maximum(departure, n * EPSILON * frobenius))[..., None] * lengths
    norm = np.abs(matrices).sum(axis=-2).max(axis=-1)
    rounding = _ROUNDINGS * EPSILON * (n + norm[..., None] * lengths)
    with np.errstate(over="ignore"):
        growth = np.minimum(_transient(departure, n), np.exp(-log_slowest))
        scale = rounding * np.exp(log_slowest - log_left)
        error = scale * growth**2
    unsure = np.any(~(error <= tolerance), axis=-1)
    if np.any(unsure):
        condition = np.broadcast_to(_condition(matrices), unsure.shape)[unsure]
        with np.errstate(over="ignore"):
            growth = np.minimum(np.broadcast_to(growth, error.shape)[unsure], condition[:, None])
            error[unsure] = np.broadcast_to(scale, error.shape)[unsure] * growth**2
    return error


def _transient(departure: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Σ_(k<n) xᵏ/k!."""
    term = total = np.ones_like(departure)
    for k in range(1, n):
        term = term * departure / k
        total = total + term
    return total


def _condition(matrices: NDArray) -> NDArray[np.float64]:
    """A bound on the condition number of the matrix of normalised eigenvectors, shape (…)."""
    vectors = np.linalg.eig(matrices)[1]
    smallest = np.linalg.svd(vectors, compute_uv=False)[..., -1]
    return np.sqrt(matrices.shape[-1]) / np.maximum(smallest, np.finfo(float).tiny)
