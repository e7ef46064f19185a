"""From checked arguments to fitted tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, numeric_array, one_of, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.tomography._checked import checked_readout, checked_table
from nvprotocol.tomography._model import ANSATZES, ansatz_projector, read_out_matrix, to_matrix, to_vector
from nvprotocol.tomography._profile import Fits
from nvprotocol.tomography.reconstruction import MaximumLikelihood, fit_tables

Real = NDArray[np.float64]

TOLERANCE = 1e-4
"""Certificate of the fits: how much log-likelihood they may lack, against drops of 0.1 and more."""


class Calibration(NamedTuple):
    """Readout matrices, one for each qubit or the joint one, and the shots that every column was estimated from."""

    parts: list[Real]
    shots: int


@dataclass
class Fitted:
    """Checked and fitted tables of two qubits."""

    fits: Fits
    fit: MaximumLikelihood
    table: Real  # (n, S, 4)
    settings: tuple[str, ...]
    leading: tuple[int, ...]
    known: NDArray[np.bool_]  # whether the kept shots determine the state
    calibration: Calibration | None = None

    def part(self, wanted: NDArray[np.bool_]) -> "Fitted":
        """Some of the tables."""
        parts = {name: getattr(self.fit, name)[wanted] for name in ("state", "log_likelihood", "certificate")}
        fit = replace(self.fit, **parts)
        leading = (int(np.count_nonzero(wanted)),)
        return replace(
            self,
            fits=self.fits.part(wanted),
            fit=fit,
            table=self.table[wanted],
            leading=leading,
            known=self.known[wanted],
        )


def fitted(
    counts: ArrayLike,
    settings: Sequence[str] | None,
    readout: ArrayLike | None,
    ansatz: str,
    calibration_shots: int | None = None,
    *,
    tolerance: float = TOLERANCE,
) -> Fitted:
    """Fits tables of two qubits by maximum likelihood within an ansatz.

    Raises:
        ArgumentError: If an argument does not fit, or there are calibration shots without a readout matrix.
    """
    projector = ansatz_projector(one_of(ansatz, "ansatz", ANSATZES))
    table, labels, leading = checked_table(counts, settings)
    if table.shape[-1] != 4:
        fail("counts", "have 4 outcomes, those of two qubits", f"has shape {np.shape(counts)}")
    matrix = checked_readout(readout, 4)
    if matrix is not None and np.linalg.svd(matrix, compute_uv=False)[-1] < 1e-6:
        fail("readout", "be invertible", "tells some true outcomes apart by nothing")
    model = read_out_matrix(labels, matrix) @ projector
    flat = table.reshape(len(table), -1)
    # Half of every table as if it came from the mixed state: near enough to the data to start from.
    ideal = read_out_matrix(labels, None) @ projector
    with np.errstate(invalid="ignore"):
        shares = np.nan_to_num(table / table.sum(axis=-1, keepdims=True), nan=0.25).reshape(flat.shape)
    guess = to_matrix(np.linalg.lstsq(ideal, shares.T, rcond=1e-9)[0].T)
    guess = guess / np.trace(guess, axis1=1, axis2=2).real[:, None, None]
    fit = fit_tables(flat, model, guess, tolerance)
    # What the ansatz leaves out changes no likelihood, but would change the concurrence.
    fit = replace(fit, state=to_matrix(to_vector(fit.state) @ projector))
    return Fitted(
        Fits(flat, model, projector, fit.state, fit.log_likelihood),
        fit,
        table,
        labels,
        leading,
        _known(table, model, projector),
        _calibration(readout, calibration_shots),
    )


def _calibration(readout: ArrayLike | None, shots: int | None) -> Calibration | None:
    if shots is None:
        return None
    number = whole_number(shots, "calibration_shots", minimum=1)
    if readout is None:
        fail("readout", "be given with `calibration_shots`", "is None")
    matrix = numeric_array(readout, "readout", real=True)
    return Calibration([matrix] if matrix.shape == (4, 4) else list(np.broadcast_to(matrix, (2, 2, 2))), number)


def _known(table: Real, model: Real, projector: Real) -> NDArray[np.bool_]:
    """Whether the settings with shots measure every coordinate of the ansatz."""
    wanted = round(np.trace(projector))
    kept = table.sum(axis=-1) > 0
    patterns, back = np.unique(kept, axis=0, return_inverse=True)
    rank = [np.linalg.matrix_rank(model[np.repeat(pattern, 4)], tol=1e-6) for pattern in patterns]
    return (np.array(rank) == wanted)[back.reshape(-1)]
