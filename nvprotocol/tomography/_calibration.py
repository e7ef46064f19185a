"""What the noise of a readout calibration adds to the variance of the concurrence, to first order."""

from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nvprotocol._checks import fail, numeric_array, whole_number
from nvprotocol.entanglement import signed_concurrence
from nvprotocol.tomography._fitted import Fitted
from nvprotocol.tomography._model import read_out_matrix
from nvprotocol.tomography.intervals import ConcurrenceInterval, profile_interval
from nvprotocol.tomography.reconstruction import fit_tables

TOLERANCE = 1e-6
"""Certificate of the fits that are compared: far below the change that one standard deviation of an entry makes."""


def calibrated_interval(
    this: Fitted,
    separable: NDArray[np.float64],
    level: float,
    ansatz: str,
    readout: ArrayLike | None,
    calibration_shots: int | None,
) -> ConcurrenceInterval:
    """The interval, with drops that grow as the variance does by the noise of the calibration."""
    ends = profile_interval(this, separable, level, ansatz)
    if calibration_shots is None:
        return ends
    variance = readout_variance(this, readout, calibration_shots)
    with np.errstate(invalid="ignore", divide="ignore"):
        widening = np.nan_to_num(1 + variance / ends.standard_error**2, nan=1.0, posinf=1.0)
    error = ends.standard_error * np.sqrt(widening)
    return profile_interval(this, separable, level, ansatz, widening)._replace(standard_error=error)


def readout_variance(this: Fitted, readout: ArrayLike | None, shots: int) -> NDArray[np.float64]:
    """Variance of Λ that a readout matrix from finitely many calibration shots adds, shape (n,).

    Every column of the matrix of a qubit (or of the joint one) is taken as multinomial shares of `shots` shots. With
    Dᵣₜ the change of Λ when column t moves towards outcome r, Var = Σₜ (Σᵣ Rᵣₜ Dᵣₜ² − (Σᵣ Rᵣₜ Dᵣₜ)²)/shots, by the
    propagation of errors; Dᵣₜ comes from fits with that entry moved by its standard deviation.

    Raises:
        ArgumentError: If there is no readout matrix, or the number of shots is not whole and at least 1.
    """
    number = whole_number(shots, "calibration_shots", minimum=1)
    if readout is None:
        fail("readout", "be given with `calibration_shots`", "is None")
    matrix = numeric_array(readout, "readout", real=True)
    parts = [matrix] if matrix.shape == (4, 4) else list(np.broadcast_to(matrix, (2, 2, 2)))
    total = np.zeros(len(this.table))
    centre = _signed_at(this, parts)
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
                slope = (_signed_at(this, moved) - centre) / step
                first, second = first + share * slope, second + share * slope**2
            total += np.maximum(second - first**2, 0) / number
    return total


def _signed_at(this: Fitted, parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    joint = np.asarray(reduce(np.kron, parts[::-1]), dtype=np.float64)
    model = read_out_matrix(this.settings, joint) @ this.fits.projector
    return signed_concurrence(fit_tables(this.fits.counts, model, this.fits.states, TOLERANCE).state)
