"""What the noise of a readout calibration adds to the variance of a function of the state, to first order."""

from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from nvprotocol.entanglement import signed_concurrence
from nvprotocol.tomography._fitted import Fitted
from nvprotocol.tomography._model import read_out_matrix, to_matrix, to_vector
from nvprotocol.tomography.reconstruction import fit_tables

Real = NDArray[np.float64]
Function = Callable[[NDArray[np.complex128]], Real]

TOLERANCE = 1e-6
"""Certificate of the fits that are compared: far below the change that one standard deviation of an entry makes."""


def widening(this: Fitted, error: Real, function: Function = signed_concurrence) -> Real:
    """Factor by which drops grow, as the variance does: 1 + Var/error² with the error of the counts alone, shape (n,).

    Without a calibration, and where the counts leave no error to compare with, it is 1.
    """
    if this.calibration is None:
        return np.ones(len(this.table))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(1 + readout_variance(this, function) / error**2, nan=1.0, posinf=1.0)


def readout_variance(this: Fitted, function: Function = signed_concurrence) -> Real:
    """Variance of a function that a readout matrix from finitely many calibration shots adds, shape (n,).

    Every column of the matrix of a qubit (or of the joint one) is taken as multinomial shares of the calibration shots.
    With Dᵣₜ the change of the function when column t moves towards outcome r, Var = Σₜ (Σᵣ Rᵣₜ Dᵣₜ² − (Σᵣ Rᵣₜ
    Dᵣₜ)²)/shots, by the propagation of errors; Dᵣₜ comes from fits with that entry moved by its standard deviation.
    """
    total = np.zeros(len(this.table))
    if this.calibration is None:
        return total
    parts, number = this.calibration
    centre = _value_at(this, parts, function)
    for which, part in enumerate(parts):
        for column in range(len(part)):
            first, second = np.zeros_like(total), np.zeros_like(total)
            for row in range(len(part)):
                share = part[row, column]
                if share == 0:
                    continue
                # Moving towards r by this much moves entry r by its standard deviation, if it has one.
                step = max(np.sqrt(share * (1 - share) / number), 1 / number) / max(1 - share, 0.1)
                moved = [other.copy() for other in parts]
                moved[which][:, column] += step * (np.eye(len(part))[row] - part[:, column])
                slope = (_value_at(this, moved, function) - centre) / step
                first, second = first + share * slope, second + share * slope**2
            total += np.maximum(second - first**2, 0) / number
    return total


def _value_at(this: Fitted, parts: list[Real], function: Function) -> Real:
    joint = np.asarray(reduce(np.kron, parts[::-1]), dtype=np.float64)
    model = read_out_matrix(this.settings, joint) @ this.fits.projector
    found = fit_tables(this.fits.counts, model, this.fits.states, TOLERANCE).state
    return function(to_matrix(to_vector(found) @ this.fits.projector))
