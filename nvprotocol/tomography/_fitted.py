"""From checked arguments to fitted tables, and the test of the model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, gammaln

from nvprotocol._checks import fail, numeric_array, one_of, whole_number
from nvprotocol.tomography._checked import checked_readout, checked_table
from nvprotocol.tomography._model import ansatz_projector, read_out_matrix, to_matrix, to_vector
from nvprotocol.tomography._profile import Fits
from nvprotocol.tomography.reconstruction import MaximumLikelihood, fit_tables

Real = NDArray[np.float64]

ANSATZES = ("full", "X", "real X", "imaginary X")
TOLERANCE = 1e-4
"""Certificate of the fits: how much log-likelihood they may lack, against drops of 0.1 and more."""
SMALLEST_SHARE = 0.7
"""Loss of log-likelihood below which an eigenvalue is zero in the count of fitted parameters (then p is even)."""


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


def p_values(this: Fitted) -> Real:
    """Probability of a worse fit under the model, by the deviance 2Σ n log(n/Np)."""
    fits, n_settings = this.fits, this.table.shape[1]
    shots = this.table.sum(axis=2)
    share = this.table / np.maximum(shots, 1)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.sum(np.where(this.table > 0, this.table * np.log(share), 0.0), axis=(1, 2))
    deviance = np.maximum(2 * (best - fits.log_likelihood), 0)
    p = np.clip(to_vector(fits.states) @ fits.model.T, 0, None).reshape(-1, n_settings, 4)
    expected = shots[..., None] * p
    mean, variance = _poisson_deviance(expected), _poisson_deviance_variance(expected)
    total, spread = _poisson_deviance(shots), _poisson_deviance_variance(shots)
    mean = mean.sum(axis=(1, 2)) - total.sum(axis=1) - _parameters(fits)
    variance = variance.sum(axis=(1, 2)) - spread.sum(axis=1) - 2 * _parameters(fits)
    degrees = np.maximum(mean, 0.5)
    scale = np.clip(variance / (2 * degrees), 0.5, 2.0)
    return np.where(mean > 0.5, gammaincc(degrees / scale / 2, deviance / scale / 2), np.nan)


def _parameters(fits: Fits) -> Real:
    """Dimension of the states of the ansatz that vanish where a fit does."""
    values, vectors = fits.eigensystem
    losses = np.concatenate([fits.losses, np.full((1, len(values)), np.inf)])
    null = vectors * (losses < SMALLEST_SHARE).T[:, None, :]
    kept = null @ np.swapaxes(null.conj(), 1, 2)
    strings = to_matrix(np.linalg.svd(fits.projector)[0][:, : round(np.trace(fits.projector))].T)
    cut = kept[:, None] @ strings @ kept[:, None]
    flat = np.concatenate([cut.real, cut.imag], axis=2).reshape(len(values), len(strings), -1)
    return len(strings) - 1 - np.linalg.matrix_rank(flat, tol=1e-6).astype(float)


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


def _poisson_deviance(m: Real) -> Real:
    grid, mean, _ = _moments()
    safe = np.maximum(m, 1e-6)
    return np.where(m > 300, 1 + 1 / (6 * safe), np.where(m < 1e-6, 0, np.interp(np.log(safe), grid, mean)))


def _poisson_deviance_variance(m: Real) -> Real:
    grid, _, variance = _moments()
    safe = np.maximum(m, 1e-6)
    return np.where(m > 300, 2 + 2 / safe, np.where(m < 1e-6, 0, np.interp(np.log(safe), grid, variance)))
