"""Tables of counts with their states of maximum likelihood."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, numeric_array, one_of, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.entanglement import signed_concurrence
from nvprotocol.tomography._arguments import checked_readout, checked_table
from nvprotocol.tomography._pauli_vectors import ANSATZES, ansatz_projector, read_out_matrix, to_matrix, to_vector
from nvprotocol.tomography.reconstruction import MaximumLikelihood, fit_tables, flat_log_likelihood

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

TOLERANCE = 1e-4
"""Certificate of the fits: how much log-likelihood they may lack, against thresholds of 0.7 and more."""


MIXING = 20.0
"""Weight, in shots, of the mixed state that is added to start inside: it costs about as much log-likelihood."""
LEAST = 1e-5
"""Smallest weight of the mixed state: with less, the slope of Λ is too steep for the interior-point method."""


@dataclass
class Fits:
    """Tables with their states of maximum likelihood, within an ansatz; all arrays have n tables in front."""

    counts: Real  # (n, K)
    model: Real  # (K, 16), projected
    projector: Real  # (16, 16)
    states: Complex
    log_likelihood: Real

    def __post_init__(self) -> None:
        self.totals = self.counts.sum(axis=1)

    @cached_property
    def signed(self) -> Real:
        """The signed concurrence of the states, shape (n,)."""
        return signed_concurrence(self.states)

    def part(self, wanted: NDArray) -> "Fits":
        """Some of the tables."""
        return Fits(self.counts[wanted], self.model, self.projector, self.states[wanted], self.log_likelihood[wanted])

    @cached_property
    def eigensystem(self) -> tuple[Real, Complex]:
        """Rising eigenvalues of the states, shape (n, 4), and their vectors as columns, shape (n, 4, 4)."""
        values, vectors = np.linalg.eigh(self.states)
        return values, vectors

    @cached_property
    def truncated(self) -> Complex:
        """The states without their two smallest eigenvalues."""
        values, vectors = self.eigensystem
        kept = np.maximum(values, 0) * (np.arange(4) > 1)
        kept = kept / kept.sum(axis=-1, keepdims=True)
        matrices = (vectors * kept[:, None, :]) @ np.swapaxes(vectors.conj(), -1, -2)
        return to_matrix(to_vector(matrices) @ self.projector)

    def capped(self, most: Real) -> "Fits":
        """The same frequencies with at most so many shots a setting, shape (n,), and the same states.

        Their log-likelihood, from which losses are counted, is at most the maximum: where caps are unequal more states
        are allowed than from a fit of the fewer shots.
        """
        table = self.counts.reshape(len(self.counts), -1, 4)
        scale = np.minimum(1, most[:, None, None] / np.maximum(table.sum(axis=2, keepdims=True), 1))
        if np.all(scale == 1):
            return self
        counts = (table * scale).reshape(self.counts.shape)
        reached = flat_log_likelihood(to_vector(self.states), counts, self.model)
        return Fits(counts, self.model, self.projector, self.states, reached)

    def started(self, mixing: float = MIXING) -> Complex:
        """The states, moved a little inside."""
        return mixed(self.states, np.minimum(0.02, mixing / self.totals))


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
        fail("readout", "be invertible", "does not distinguish some true outcomes")
    model = read_out_matrix(labels, matrix) @ projector
    flat = table.reshape(len(table), -1)
    # Half of every table as if it came from the mixed state: near enough to the data to start from.
    ideal = read_out_matrix(labels, None) @ projector
    with np.errstate(invalid="ignore"):
        frequencies = np.nan_to_num(table / table.sum(axis=-1, keepdims=True), nan=0.25).reshape(flat.shape)
    guess = to_matrix(np.linalg.lstsq(ideal, frequencies.T, rcond=1e-9)[0].T)
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
    if kept.all():
        return np.full(len(table), np.linalg.matrix_rank(model, tol=1e-6) == wanted)
    patterns, back = np.unique(kept, axis=0, return_inverse=True)
    rank = [np.linalg.matrix_rank(model[np.repeat(pattern, 4)], tol=1e-6) for pattern in patterns]
    return (np.array(rank) == wanted)[back.reshape(-1)]


def mixed(states: Complex, weight: Real | float) -> Complex:
    """The states with an admixture of the maximally mixed state, at least `LEAST`."""
    admixture = np.maximum(np.asarray(weight, dtype=float), LEAST)[..., None, None]
    return (1 - admixture) * states + admixture * np.eye(4) / 4
