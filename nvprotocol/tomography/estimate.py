"""The one call: a table of counts in, a state with concurrence, interval and certificate out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nvprotocol._checks import Seed
from nvprotocol.entanglement import concurrence
from nvprotocol.operators import State, fidelity
from nvprotocol.tomography._checked import whole_counts
from nvprotocol.tomography.intervals import ConcurrenceInterval, bootstrap
from nvprotocol.tomography.reconstruction import maximum_likelihood

__all__ = ["StateEstimate", "estimate"]


@dataclass(frozen=True, eq=False, repr=False)
class StateEstimate:
    """What tables of counts say about states; leading axes (…) are those of the tables.

    Attributes:
        state: The density matrix of maximum likelihood, shape (…, 2ᴺ, 2ᴺ).
        concurrence: Its concurrence, shape (…); NaN where there are not two qubits.
        interval: Lower and upper end of the interval of the concurrence (`concurrence_interval`), shape (…, 2).
        standard_error: Standard error of the concurrence (`concurrence_interval`), shape (…).
        log_likelihood: Σ n log p at the state, shape (…).
        certificate: No state has a log-likelihood that is higher by more than this, shape (…).
        counts: The tables, shape (…, S, 2ᴺ).
        level: Nominal level of the interval.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> estimate = nv.tomography.estimate(counts, resamples=50, seed=4)
        >>> estimate.fidelity("psi-") > 0.99
        True
    """

    state: NDArray[np.complex128]
    concurrence: NDArray[np.float64]
    interval: NDArray[np.float64]
    standard_error: NDArray[np.float64]
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
            >>> estimate = nv.tomography.estimate(counts, resamples=20, seed=2)
            >>> estimate.fidelity("ud") > 0.99, estimate.fidelity("du") < 0.01
            (True, True)
        """
        return fidelity(self.state, target)

    def __str__(self) -> str:
        if self.state.ndim > 2:
            return f"Estimates of states from tables of shape {self.counts.shape[:-2]}"
        kept = self.counts.sum(axis=1)
        if len(self.state) != 4:
            first = f"State of {len(self.state).bit_length() - 1} qubits"
        else:
            low, high = self.interval
            known = np.isfinite(self.standard_error)
            error = f"standard error {self.standard_error:.2g}" if known else "as the kept shots leave the state open"
            ends = f"{100 * self.level:g} % interval {low:.4f} to {high:.4f}"
            first = f"Concurrence {self.concurrence:.4f}, {ends}, {error}"
        return (
            f"{first}\n{kept.sum()} shots in {np.count_nonzero(kept)} of {len(kept)} settings, "
            f"log-likelihood within {self.certificate:.1e} of its maximum"
        )

    __repr__ = __str__


def estimate(
    counts: ArrayLike,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    level: float = 0.95,
    *,
    resamples: int = 200,
    seed: Seed = None,
) -> StateEstimate:
    """The state, the concurrence and its interval from tables of counts, all fitted together.

    Args:
        counts: Tables of counts, shape (…, S, 2ᴺ); rows may have different totals, as postselection leaves them.
        settings: Settings of the rows; all 3ᴺ Pauli settings by default (`PAULI` for two qubits).
        readout: Readout probabilities P(read | true), true outcome on the columns: one matrix of shape (2, 2) for every
            qubit, (N, 2, 2) with qubit 0 first, or the joint one of shape (2ᴺ, 2ᴺ).
        level: Nominal probability that the interval covers the truth.
        resamples: Resampled tables behind each interval.
        seed: Seed or generator of the resampling; None draws fresh entropy.

    Raises:
        ArgumentError: If an argument does not fit or the counts are not whole.
        NoKeptShotsError: If a table has no counts.
        FitError: If a fit does not reach its tolerance.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> estimate = nv.tomography.estimate(counts, nv.tomography.PAULI, resamples=50, seed=4)
        >>> low, high = estimate.interval
        >>> bool(low <= estimate.concurrence <= high <= 1)
        True
    """
    tables = whole_counts(counts, "counts")
    fit = maximum_likelihood(tables, settings=settings, readout=readout)
    if tables.shape[-1] == 4:
        ends = bootstrap(fit.state, tables, settings, readout, resamples, level, seed)
        values = concurrence(fit.state)
    else:
        values = np.full(tables.shape[:-2], np.nan)
        ends = ConcurrenceInterval(values, values, values)
    return StateEstimate(
        state=fit.state,
        concurrence=values,
        interval=np.stack([ends.low, ends.high], axis=-1),
        standard_error=ends.standard_error,
        log_likelihood=fit.log_likelihood,
        certificate=fit.certificate,
        counts=tables,
        level=level,
    )
