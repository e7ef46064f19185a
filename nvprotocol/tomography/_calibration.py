"""The noise of a readout calibration: the variance that it adds to a function of the state, and a fit that it joins.

A calibration prepared every outcome M times and read outcome r with the frequencies Rᵣ of a column. With a column θ
instead its deviance is 2M Σ Rᵣ log(Rᵣ/θᵣ). The least sum of this and of the deviance of the tables tests state and
readout together; the calibration brings as many data as parameters, so the degrees of freedom stay.
"""

from collections.abc import Callable
from functools import reduce

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray
from scipy.special import rel_entr, softmax

from nvprotocol.entanglement import signed_concurrence
from nvprotocol.tomography._fits import Calibration, Fits, Fitted
from nvprotocol.tomography._pauli_vectors import outcome_matrix, read_out_matrix, to_matrix, to_vector
from nvprotocol.tomography.reconstruction import fit_tables

Real = NDArray[np.float64]
Function = Callable[[NDArray[np.complex128]], Real]

TOLERANCE = 1e-6
"""Certificate of the fits that are compared: far below the change that one standard deviation of an entry makes."""
LONGEST = 0.5
"""Longest move of a column towards an outcome, as a fraction of the way: what was possible stays possible."""


def widening(this: Fitted, error: Real, function: Function = signed_concurrence) -> Real:
    """Factor by which losses grow, as the variance does: 1 + Var/error² with the error of the counts alone, shape (n,).

    Without a calibration it is 1, and so it is of a function that no calibration changes.
    """
    return growth(this, readout_variance(this, function), error)


def growth(this: Fitted, variance: Real, error: Real) -> Real:
    """1 + variance/error²; where there is noise but no error to compare it with, all states are within the loss."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        factor = 1 + variance / error**2
    return np.where(variance == 0, 1.0, np.where(np.isfinite(factor), factor, 1 + this.fits.totals))


def readout_variance(this: Fitted, function: Function = signed_concurrence) -> Real:
    """Variance of a function that a readout matrix from finitely many calibration shots adds, shape (n,)."""
    return variance_of(this, lambda fits: function(fits.states))


def variance_of(this: Fitted, what: Callable[[Fits], Real]) -> Real:
    """The same of what is computed from fitted tables, shape (n,).

    Every column of the matrix of a qubit (or of the joint one), with d entries Rᵣ, comes from M prepared outcomes.
    After these and a flat prior it has a Dirichlet distribution, of mean w = (M R + 1)/(M + d) and covariance
    (diag w − w wᵀ)/(M + d + 1): an error that was never seen is not certain to be absent. With Dᵣ the change when the
    column moves towards outcome r, Var = Σᵣ wᵣ (Dᵣ − Σₛ wₛ Dₛ)²/(M + d + 1), by the propagation of errors; Dᵣ comes
    from fits with the column moved by a standard deviation.
    """
    total = np.zeros(len(this.table))
    if this.calibration is None:
        return total
    parts, number = this.calibration
    centre = what(_fits_at(this, parts))
    for which, part in enumerate(parts):
        size = len(part)
        for column in range(size):
            mean = (number * part[:, column] + 1) / (number + size)
            slopes = []
            for row in range(size):
                deviation = np.sqrt(mean[row] * (1 - mean[row]) / (number + size + 1))
                step = min(deviation / max(1 - part[row, column], 0.1), LONGEST)
                moved = [other.copy() for other in parts]
                moved[which][:, column] += step * (np.eye(size)[row] - part[:, column])
                slopes.append((what(_fits_at(this, moved)) - centre) / step)
            spread = np.array(slopes) - np.tensordot(mean, slopes, axes=1)
            total += np.tensordot(mean, spread**2, axes=1) / (number + size + 1)
    return total


def _fits_at(this: Fitted, parts: list[Real]) -> Fits:
    """The tables fitted with another readout."""
    fits = this.fits
    joint = np.asarray(reduce(np.kron, parts[::-1]), dtype=np.float64)
    model = read_out_matrix(this.settings, joint) @ fits.projector
    found = fit_tables(fits.counts, model, fits.states, TOLERANCE)
    states = to_matrix(to_vector(found.state) @ fits.projector)
    return Fits(fits.counts, model, fits.projector, states, found.log_likelihood)


JOINT_TOLERANCE = 1e-4
"""Certificate of the fits, in units of log-likelihood."""
FLAT = 0.02
"""Slope of the deviance, for each standard error of an entry, at which the search ends."""
FARTHEST = 15.0
"""Standard errors that an entry may be moved by at most."""
STEEPEST = 5.0
"""Largest change of the logarithm of an entry: what was read is never impossible."""


def joint_fit(this: Fitted, calibration: Calibration, row: int) -> tuple[Real, float]:
    """Probabilities of the outcomes of one table, shape (K,), and the deviance of the calibration, at the joint fit.

    The slope with the readout matrix is that at the fitted state, as the state is at its optimum.
    """
    parts, number = calibration
    frequencies = np.concatenate([part.T for part in parts])  # (columns, outcomes): one row for each prepared outcome
    expected = (number * frequencies + 1) / (number + frequencies.shape[1])
    unit = 1 / np.sqrt(number * expected * (1 - expected))
    counts, projector = this.fits.counts[row], this.fits.projector
    ideal, shots = outcome_matrix(this.settings) @ projector, np.repeat(this.table[row].sum(axis=1), 4)
    start = this.fits.states[row : row + 1]

    def at(point: Real) -> tuple[list[Real], Real, Real]:
        columns = softmax(np.log(expected) + unit * point.reshape(unit.shape), axis=1)
        matrices = [part.T for part in np.split(columns, len(parts))]
        model = read_out_matrix(this.settings, _joint(matrices)) @ projector
        state = to_matrix(to_vector(fit_tables(counts[None], model, start, JOINT_TOLERANCE).state) @ projector)
        return matrices, to_vector(state)[0], np.maximum(model @ to_vector(state)[0], np.finfo(float).tiny)

    def deviance(point: Real) -> tuple[float, Real]:
        matrices, vector, p = at(point)
        columns = np.concatenate([matrix.T for matrix in matrices])
        own = 2 * number * float(rel_entr(frequencies, columns).sum())
        pull = (counts / p).reshape(-1, 4).T @ (ideal @ vector).reshape(-1, 4)
        slope = -2 * np.concatenate([one.T for one in _chain(pull, matrices)])
        slope = columns * (slope - np.sum(columns * slope, axis=1, keepdims=True)) + 2 * number * (
            columns - frequencies
        )
        return 2 * float(rel_entr(counts, shots * p).sum()) + own, (unit * slope).ravel()

    far = np.minimum(FARTHEST, STEEPEST / unit).ravel()
    found = scipy.optimize.minimize(
        deviance,
        np.zeros(unit.size),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(-far, far, strict=True)),
        options={"gtol": FLAT, "ftol": 1e-10, "maxiter": 100},
    )
    matrices, _, p = at(found.x)
    columns = np.concatenate([matrix.T for matrix in matrices])
    return p, 2 * number * float(rel_entr(frequencies, columns).sum())


def _joint(matrices: list[Real]) -> Real:
    return np.asarray(reduce(np.kron, matrices[::-1]), dtype=np.float64)


def _chain(slope: Real, matrices: list[Real]) -> list[Real]:
    """Slopes with the matrices of the qubits from that with the joint one."""
    if len(matrices) == 1:
        return [slope]
    four = slope.reshape(2, 2, 2, 2)  # read 1, read 0, true 1, true 0
    return [np.einsum("iajb,ij->ab", four, matrices[1]), np.einsum("iajb,ab->ij", four, matrices[0])]
