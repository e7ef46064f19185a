"""The test of the model: the probability of a fit as bad or worse, also for few counts and at the boundary.

The deviance D = 2Σ(n log(n/m) − n + m), with m = N p the expected counts, has the moments of as many Poisson counts,
less those of a count for every setting, as its total is fixed, and less the fitted parameters. A state at the boundary
of state space is fitted with fewer parameters than it has coordinates: where F is the information about the coordinates
and G the curvature that the boundary adds, an eigenvector of F with the share s of F + G takes s off the mean of D, so
the effective number of parameters is Σs = tr F(F + G)⁻¹. G follows from the optimum itself: with the slack S = λ − R ≥
0 of R = Σ n/p E, it is Gᵢⱼ = Re tr(Bᵢ ρ⁻¹ Bⱼ S), without limit in directions that leave the boundary and zero in those
along it. Where the settings measure nothing, F = 0 and nothing is taken off.

A readout matrix from a calibration is known to its noise only, which a deviance that takes it as exact would count
against the model. So the calibration joins the fit (`joint_fit`), and its own deviance the sum.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc, gammaln

from nvprotocol.tomography._calibration import joint_fit
from nvprotocol.tomography._fits import Calibration, Fitted
from nvprotocol.tomography._interior_point import barrier_hessian
from nvprotocol.tomography._pauli_vectors import to_matrix, to_vector
from nvprotocol.tomography._profile_likelihood import Fits

Real = NDArray[np.float64]

FEWEST = 0.5
"""Mean of the deviance, in degrees of freedom, below which none are left for a test."""
SMALLEST = 1e-14
"""Eigenvalues of a fit are raised to this where its inverse is needed."""
UNMEASURED = 1e-10
"""Information, relative to all of it, that passes for none."""


def p_values(this: Fitted) -> Real:
    """Probability of a deviance as large or larger under the model, shape (n,); NaN without degrees of freedom.

    The best fit is better than the one that was found by no more than its certificate, and this is taken off: rounding
    must not speak against the model, however many shots there are.
    """
    fits, shots = this.fits, this.table.sum(axis=2)
    p = np.clip(to_vector(fits.states) @ fits.model.T, np.finfo(float).tiny, None).reshape(this.table.shape)
    expected = shots[..., None] * p
    deviance = _deviance(this.table, expected) - 2 * np.maximum(this.fit.certificate, 0)
    if this.calibration is not None:
        deviance = np.minimum(deviance, _joint_deviance(this, this.calibration))
    parameters = effective_parameters(fits)
    mean = _of_counts(expected).sum(axis=(1, 2)) - _of_counts(shots).sum(axis=1) - parameters
    variance = _variance_of_counts(expected).sum(axis=(1, 2)) - _variance_of_counts(shots).sum(axis=1) - 2 * parameters
    degrees = np.maximum(mean, FEWEST)
    scale = np.clip(variance / (2 * degrees), 0.5, 2.0)
    return np.where(mean > FEWEST, gammaincc(degrees / scale / 2, np.maximum(deviance, 0) / scale / 2), np.nan)


def _joint_deviance(this: Fitted, calibration: Calibration) -> Real:
    """Deviance of every table and the calibration together, shape (n,): each table may have its own readout matrix."""
    found = np.zeros(len(this.table))
    for row, table in enumerate(this.table):
        p, own = joint_fit(this, calibration, row)
        expected = table.sum(axis=1, keepdims=True) * p.reshape(table.shape)
        found[row] = _deviance(table[None], expected[None])[0] + own
    return found


def effective_parameters(fits: Fits) -> Real:
    """Effective number of fitted parameters, tr F(F + G)⁻¹ over the traceless coordinates of the ansatz, shape (n,)."""
    p = np.maximum(to_vector(fits.states) @ fits.model.T, np.finfo(float).tiny)
    ratio = np.where(fits.counts > 0, fits.counts / p, 0.0)
    sums = to_matrix(ratio @ fits.model)
    slack = np.linalg.eigvalsh(sums)[:, -1, None, None] * np.eye(4) - sums
    values, vectors = fits.eigensystem
    inverse = (vectors / np.maximum(values, SMALLEST)[:, None, :]) @ np.swapaxes(vectors.conj(), 1, 2)
    free = _traceless(fits.projector)
    information = free.T @ ((fits.model.T * (ratio / p)[:, None, :]) @ fits.model) @ free
    boundary = free.T @ barrier_hessian(inverse, slack) @ free
    least = UNMEASURED * np.trace(information, axis1=1, axis2=2)[:, None, None] * np.eye(free.shape[1])
    return np.trace(np.linalg.solve(information + boundary + least, information), axis1=1, axis2=2)


def _traceless(projector: Real) -> Real:
    """Orthonormal coordinates of the ansatz without the trace, as columns."""
    vectors = np.linalg.eigh(projector)[1][:, 16 - round(np.trace(projector)) :]
    return np.linalg.svd(vectors - np.outer(np.eye(16)[0], vectors[0]))[0][:, : vectors.shape[1] - 1]


def _deviance(counts: Real, expected: Real) -> Real:
    """2Σ(n log(n/m) − n + m), shape (n,): no term is negative, and none is a small difference of large numbers."""
    excess = (counts - expected) / np.maximum(expected, np.finfo(float).tiny)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = counts * np.log1p(excess) - (counts - expected)
    return 2 * np.sum(np.where(counts > 0, terms, expected), axis=(1, 2))


@lru_cache
def _moments() -> tuple[Real, Real, Real]:
    """Mean and variance of the deviance 2(n log(n/m) − n + m) of Poisson counts n of mean m, on a grid of log m."""
    grid = np.linspace(np.log(1e-6), np.log(300), 400)
    m = np.exp(grid)[:, None]
    n = np.arange(0, 450)[None]
    weight = np.exp(n * np.log(m) - m - gammaln(n + 1))
    value = 2 * (n * np.log(np.maximum(n, 1) / m) - n + m)
    mean = np.sum(weight * value, axis=1)
    return grid, mean, np.sum(weight * value**2, axis=1) - mean**2


def _of_counts(m: Real) -> Real:
    """Mean of the deviance of a Poisson count of mean m."""
    grid, mean, _ = _moments()
    safe = np.maximum(m, 1e-6)
    return np.where(m > 300, 1 + 1 / (6 * safe), np.where(m < 1e-6, 0, np.interp(np.log(safe), grid, mean)))


def _variance_of_counts(m: Real) -> Real:
    """Its variance."""
    grid, _, variance = _moments()
    safe = np.maximum(m, 1e-6)
    return np.where(m > 300, 2 + 2 / safe, np.where(m < 1e-6, 0, np.interp(np.log(safe), grid, variance)))
