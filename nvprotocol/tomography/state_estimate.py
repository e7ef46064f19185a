"""The one call: a table of counts in, a state with concurrence, interval and certificate out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import Seed, fail
from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol._warnings import warn
from nvprotocol.entanglement import concurrence, eof_of_concurrence
from nvprotocol.operators import State, fidelity
from nvprotocol.tomography._arguments import checked_table, whole_counts
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._goodness_of_fit import p_values
from nvprotocol.tomography.intervals import profile_interval
from nvprotocol.tomography.reconstruction import maximum_likelihood

__all__ = ["ModelWarning", "StateEstimate", "estimate"]

SUSPECT = 1e-5
"""p-value of the whole set of tables below which `estimate` warns that the model does not hold."""


class ModelWarning(UserWarning):
    """The counts contradict the model: the ansatz, the readout matrix, or that one state gave all of them.

    Examples:
        >>> issubclass(nv.tomography.ModelWarning, UserWarning)
        True
    """


@dataclass(frozen=True, eq=False, repr=False)
@holds_read_only
class StateEstimate:
    """What tables of counts say about states; leading axes (…) are those of the tables.

    Attributes:
        state: The density matrix of maximum likelihood, shape (…, 2ᴺ, 2ᴺ). Where the kept shots leave it open, this is
            one near the middle of all that fit best, and what is computed from it is fixed only as far as
            `nv.tomography.determines` says.
        concurrence: The concurrence of `state`, shape (…); NaN where there are not two qubits.
        interval: Lower and upper limit of the interval of the concurrence (`concurrence_interval`), shape (…, 2).
        standard_error: Standard error of the concurrence: the mean half-width of the interval, brought to one sigma,
            shape (…); NaN where the kept shots leave the state open.
        p_value: Probability of a fit as bad or worse if the model holds, shape (…); NaN where no degrees of freedom are
            left for a goodness-of-fit test, or there are not two qubits.
        log_likelihood: Σ n log p at the state, shape (…).
        certificate: No state has a log-likelihood that is higher by more than this, shape (…).
        counts: The tables, shape (…, S, 2ᴺ).
        level: Nominal level of the interval.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> estimate = nv.tomography.estimate(counts)
        >>> estimate.fidelity("psi-") > 0.97
        True
    """

    state: NDArray[np.complex128]
    concurrence: NDArray[np.float64]
    interval: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    p_value: NDArray[np.float64]
    log_likelihood: NDArray[np.float64]
    certificate: NDArray[np.float64]
    counts: NDArray[np.int64]
    level: float = 0.95

    def fidelity(self, target: State) -> float:
        """Fidelity of one state with a target state: ⟨ψ|ρ|ψ⟩ for a ket, Uhlmann's for a density matrix.

        Args:
            target: A state of as many qubits as `nvprotocol.operators.density_matrix` takes it.

        Raises:
            ArgumentError: If the target is not a state of as many qubits, or this is more than one state.

        Examples:
            >>> counts = nv.tomography.sample("ud", 1000, seed=1)
            >>> estimate = nv.tomography.estimate(counts)
            >>> estimate.fidelity("ud") > 0.97, estimate.fidelity("du") < 0.03
            (True, True)
        """
        return fidelity(self.state, target)

    @property
    def entanglement_of_formation(self) -> NDArray[np.float64]:
        """Entanglement of formation in ebit: lower limit, estimate, upper limit, shape (…, 3).

        It rises with the concurrence, so its interval covers whenever that of the concurrence does.

        Examples:
            >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
            >>> low, value, high = nv.tomography.estimate(counts).entanglement_of_formation
            >>> bool(0.9 < low <= value <= high <= 1)
            True
        """
        low, high = self.interval[..., 0], self.interval[..., 1]
        return eof_of_concurrence(np.stack([low, self.concurrence, high], axis=-1))

    def __str__(self) -> str:
        if self.state.ndim > 2:
            return f"Estimates of states from tables of shape {self.counts.shape[:-2]}"
        kept = self.counts.sum(axis=1)
        if len(self.state) != 4:
            first = f"State of {len(self.state).bit_length() - 1} qubits"
        else:
            low, high = self.interval
            limits = f"{100 * self.level:g} % interval {low:.4f} to {high:.4f}"
            first = f"Concurrence {self.concurrence:.4f}, {limits}, standard error {self.standard_error:.2g}"
            if np.isnan(self.standard_error):
                first = f"Concurrence not determined by these settings, {limits}"
        fits = f", p-value of the model {self.p_value:.2g}" if np.isfinite(self.p_value) else ""
        return (
            f"{first}\n{kept.sum()} shots in {np.count_nonzero(kept)} of {len(kept)} settings, "
            f"log-likelihood within {self.certificate:.1e} of its maximum{fits}"
        )

    __repr__ = __str__


def estimate(
    counts: ArrayLike,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    level: float = 0.95,
    *,
    ansatz: str = "full",
    calibration_shots: int | None = None,
    seed: Seed = None,
) -> StateEstimate:
    """The state, the concurrence with its interval, and a test of the model, from tables of counts fitted together.

    `state` has maximum likelihood and `concurrence` is its concurrence, which is biased downwards near states of rank
    2; the interval includes the bias. docs/intervals.md has the rule, its measured coverage and the bias.

    With ansatz="X" the state commutes with the total σᶻ, as every U(1)-symmetric protocol leaves it: only ρ₀₀, ρ₁₁,
    ρ₂₂, ρ₃₃ and ρ₁₂ differ from zero. The five settings `U1` suffice, and interval and bias are smaller. Where the
    counts contradict the model (p-value below 1e-5, shared among the tables of a batch) a `ModelWarning` is issued.

    The state is that of the kept runs, those included that a parity check accepted by error.

    Args:
        counts: Tables of counts, shape (…, S, 2ᴺ); rows may have different totals, as postselection leaves them.
        settings: Settings of the rows; all 3ᴺ Pauli settings by default (`PAULI` for two qubits).
        readout: Readout probabilities P(read | true), true outcome on the columns: one matrix of shape (2, 2) for every
            qubit, (N, 2, 2) with qubit 0 first, or the joint one of shape (2ᴺ, 2ᴺ).
        level: Nominal probability that the interval covers the truth, at least 0.5.
        ansatz: "full", or "X" for states of two qubits that commute with the total σᶻ; "real X" or "imaginary X" if it
            is known besides that ρ₁₂ is real or imaginary (`u1_settings`).
        calibration_shots: Shots for each prepared outcome from which `readout` was estimated: the interval becomes
            wider by their noise, and the p-value is that of the best fit to the tables and to the calibration together,
            each table with a matrix of its own. None takes the matrix as exact.
        seed: Not used: nothing here is random. It is accepted so that estimators can be exchanged.

    Raises:
        ArgumentError: If an argument does not fit or the counts are not whole.
        NoKeptShotsError: If a table has no counts.
        FitError: If a fit does not reach its tolerance.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> estimate = nv.tomography.estimate(counts, nv.tomography.PAULI)
        >>> low, high = estimate.interval
        >>> bool(low <= estimate.concurrence <= high <= 1)
        True
    """
    del seed
    checked_table(counts, settings)  # its labels are gone once it is an array
    tables = whole_counts(counts, "counts")
    if tables.shape[-1:] != (4,) or (settings is not None and len(next(iter(settings), "")) != 2):
        if ansatz != "full" or calibration_shots is not None:
            fail("counts", "have 4 outcomes, those of two qubits, for this", f"has shape {tables.shape}")
        return _of_other_size(tables, settings, readout, level)
    this = fitted(tables, settings, readout, ansatz, calibration_shots)
    limits = profile_interval(this, level)
    p = p_values(this)
    _warn_of(p, ansatz)
    shape = this.leading
    return StateEstimate(
        state=this.fit.state.reshape(*shape, 4, 4),
        concurrence=concurrence(this.fits.states).reshape(shape),
        interval=np.stack([limits.low, limits.high], axis=-1).reshape(*shape, 2),
        standard_error=limits.standard_error.reshape(shape),
        p_value=p.reshape(shape),
        log_likelihood=this.fit.log_likelihood.reshape(shape),
        certificate=this.fit.certificate.reshape(shape),
        counts=tables,
        level=level,
    )


def _warn_of(p: NDArray[np.float64], ansatz: str) -> None:
    tested = p[np.isfinite(p)]
    if tested.size and tested.min() * tested.size < SUSPECT:
        wrong = "the state does not have the form of the ansatz, or " if ansatz != "full" else ""
        warn(
            f"The counts contradict the model (p-value {tested.min():.1e}): {wrong}`readout` or `settings` is wrong.",
            ModelWarning,
            stacklevel=3,
        )


def _of_other_size(
    tables: NDArray[np.int64], settings: Sequence[str] | None, readout: ArrayLike | None, level: float
) -> StateEstimate:
    """The state alone, where there are not two qubits."""
    fit = maximum_likelihood(tables, settings=settings, readout=readout)
    empty = np.full(tables.shape[:-2], np.nan)
    return StateEstimate(
        state=fit.state,
        concurrence=empty,
        interval=np.stack([empty, empty], axis=-1),
        standard_error=empty,
        p_value=empty,
        log_likelihood=fit.log_likelihood,
        certificate=fit.certificate,
        counts=tables,
        level=level,
    )
