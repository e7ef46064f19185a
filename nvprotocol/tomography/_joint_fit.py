"""The fit that the counts of a readout calibration join: state and readout matrix of maximum likelihood.

A calibration prepared every outcome M times and read outcome r in the shares Rᵣ of a column. With a column θ instead
its deviance is 2M Σ Rᵣ log(Rᵣ/θᵣ). The least sum of this and of the deviance of the tables tests state and readout
together; the calibration brings as many data as parameters, so the degrees of freedom stay.
"""

from functools import reduce

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import rel_entr, softmax

from nvprotocol.tomography._fitted import Calibration, Fitted
from nvprotocol.tomography._model import outcome_matrix, read_out_matrix, to_matrix, to_vector
from nvprotocol.tomography.reconstruction import fit_tables

Real = NDArray[np.float64]

TOLERANCE = 1e-4
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
    shares = np.concatenate([part.T for part in parts])  # (columns, outcomes): one row for each prepared outcome
    expected = (number * shares + 1) / (number + shares.shape[1])
    unit = 1 / np.sqrt(number * expected * (1 - expected))
    counts, projector = this.fits.counts[row], this.fits.projector
    ideal, shots = outcome_matrix(this.settings) @ projector, np.repeat(this.table[row].sum(axis=1), 4)
    start = this.fits.states[row : row + 1]

    def at(point: Real) -> tuple[list[Real], Real, Real]:
        columns = softmax(np.log(expected) + unit * point.reshape(unit.shape), axis=1)
        matrices = [part.T for part in np.split(columns, len(parts))]
        model = read_out_matrix(this.settings, _joint(matrices)) @ projector
        state = to_matrix(to_vector(fit_tables(counts[None], model, start, TOLERANCE).state) @ projector)
        return matrices, to_vector(state)[0], np.maximum(model @ to_vector(state)[0], np.finfo(float).tiny)

    def deviance(point: Real) -> tuple[float, Real]:
        matrices, vector, p = at(point)
        columns = np.concatenate([matrix.T for matrix in matrices])
        own = 2 * number * float(rel_entr(shares, columns).sum())
        pull = (counts / p).reshape(-1, 4).T @ (ideal @ vector).reshape(-1, 4)
        slope = -2 * np.concatenate([one.T for one in _chain(pull, matrices)])
        slope = columns * (slope - np.sum(columns * slope, axis=1, keepdims=True)) + 2 * number * (columns - shares)
        return 2 * float(rel_entr(counts, shots * p).sum()) + own, (unit * slope).ravel()

    far = np.minimum(FARTHEST, STEEPEST / unit).ravel()
    found = minimize(
        deviance,
        np.zeros(unit.size),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(-far, far, strict=True)),
        options={"gtol": FLAT, "ftol": 1e-10, "maxiter": 100},
    )
    matrices, _, p = at(found.x)
    columns = np.concatenate([matrix.T for matrix in matrices])
    return p, 2 * number * float(rel_entr(shares, columns).sum())


def _joint(matrices: list[Real]) -> Real:
    return np.asarray(reduce(np.kron, matrices[::-1]), dtype=np.float64)


def _chain(slope: Real, matrices: list[Real]) -> list[Real]:
    """Slopes with the matrices of the qubits from that with the joint one."""
    if len(matrices) == 1:
        return [slope]
    four = slope.reshape(2, 2, 2, 2)  # read 1, read 0, true 1, true 0
    return [np.einsum("iajb,ij->ab", four, matrices[1]), np.einsum("iajb,ab->ij", four, matrices[0])]
