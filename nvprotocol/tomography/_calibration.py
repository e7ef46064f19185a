"""What the noise of a readout calibration adds to the variance of a function of the state, to first order."""

from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from nvprotocol.entanglement import signed_concurrence
from nvprotocol.tomography._fitted import Fitted
from nvprotocol.tomography._model import read_out_matrix, to_matrix, to_vector
from nvprotocol.tomography._profile import Fits
from nvprotocol.tomography.reconstruction import fit_tables

Real = NDArray[np.float64]
Function = Callable[[NDArray[np.complex128]], Real]

TOLERANCE = 1e-6
"""Certificate of the fits that are compared: far below the change that one standard deviation of an entry makes."""
LONGEST = 0.5
"""Longest move of a column towards an outcome, as a share of the way: what was possible stays possible."""


def widening(this: Fitted, error: Real, function: Function = signed_concurrence) -> Real:
    """Factor by which drops grow, as the variance does: 1 + Var/error² with the error of the counts alone, shape (n,).

    Without a calibration it is 1, and so it is of a function that no calibration changes.
    """
    return growth(this, readout_variance(this, function), error)


def growth(this: Fitted, variance: Real, error: Real) -> Real:
    """1 + variance/error²; where there is noise but no error to compare it with, all states are within the drop."""
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
            share = (number * part[:, column] + 1) / (number + size)
            slopes = []
            for row in range(size):
                deviation = np.sqrt(share[row] * (1 - share[row]) / (number + size + 1))
                step = min(deviation / max(1 - part[row, column], 0.1), LONGEST)
                moved = [other.copy() for other in parts]
                moved[which][:, column] += step * (np.eye(size)[row] - part[:, column])
                slopes.append((what(_fits_at(this, moved)) - centre) / step)
            spread = np.array(slopes) - np.tensordot(share, slopes, axes=1)
            total += np.tensordot(share, spread**2, axes=1) / (number + size + 1)
    return total


def _fits_at(this: Fitted, parts: list[Real]) -> Fits:
    """The tables fitted with another readout."""
    fits = this.fits
    joint = np.asarray(reduce(np.kron, parts[::-1]), dtype=np.float64)
    model = read_out_matrix(this.settings, joint) @ fits.projector
    found = fit_tables(fits.counts, model, fits.states, TOLERANCE)
    states = to_matrix(to_vector(found.state) @ fits.projector)
    return Fits(fits.counts, model, fits.projector, states, found.log_likelihood)
