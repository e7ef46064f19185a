"""The one call: a table of counts in, a state with concurrence, interval and certificate out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nvprotocol._checks import Seed, fail
from nvprotocol.entanglement import concurrence
from nvprotocol.operators import State, fidelity
from nvprotocol.tomography._checked import whole_counts
from nvprotocol.tomography.intervals import ConcurrenceInterval, bootstrap
from nvprotocol.tomography.reconstruction import maximum_likelihood

__all__ = ["StateEstimate", "estimate", "estimate_many"]


@dataclass(frozen=True, eq=False, repr=False)
class StateEstimate:
    """What a table of counts says about a state.

    Attributes:
        state: The density matrix of maximum likelihood, shape (2ᴺ, 2ᴺ).
        concurrence: Its concurrence; NaN where there are not two qubits.
        interval: Lower and upper end of the interval of the concurrence (`concurrence_interval`).
        standard_error: Standard error of the concurrence (`concurrence_interval`).
        log_likelihood: Σ n log p at the state.
        certificate: No state has a log-likelihood that is higher by more than this.
        counts: The table, shape (S, 2ᴺ).
        confidence: Nominal level of the interval.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> estimate = nv.tomography.estimate(counts, resamples=50, seed=4)
        >>> estimate.fidelity(nv.operators.bell_state("psi-")) > 0.99
        True
    """

    state: NDArray[np.complex128]
    concurrence: float
    interval: tuple[float, float]
    standard_error: float
    log_likelihood: float
    certificate: float
    counts: NDArray[np.int64]
    confidence: float = 0.95

    def fidelity(self, target: State) -> float:
        """Fidelity with a target state: ⟨ψ|ρ|ψ⟩ for a ket, Uhlmann's for a density matrix.

        Args:
            target: A state of as many qubits as `nvprotocol.operators.density_matrix` takes it.

        Raises:
            ArgumentError: If the target is not a state of as many qubits.

        Examples:
            >>> counts = nv.tomography.sample("ud", 1000, seed=1)
            >>> estimate = nv.tomography.estimate(counts, resamples=20, seed=2)
            >>> estimate.fidelity("ud") > 0.99, estimate.fidelity("du") < 0.01
            (True, True)
        """
        return fidelity(self.state, target)

    def __str__(self) -> str:
        kept = self.counts.sum(axis=1)
        if len(self.state) != 4:
            first = f"State of {len(self.state).bit_length() - 1} qubits"
        else:
            low, high = self.interval
            known = np.isfinite(self.standard_error)
            error = f"standard error {self.standard_error:.2g}" if known else "as the kept shots leave the state open"
            level = f"{100 * self.confidence:g} % interval {low:.4f} to {high:.4f}"
            first = f"Concurrence {self.concurrence:.4f}, {level}, {error}"
        return (
            f"{first}\n{kept.sum()} shots in {np.count_nonzero(kept)} of {len(kept)} settings, "
            f"log-likelihood within {self.certificate:.1e} of its maximum"
        )

    __repr__ = __str__


def estimate(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    confusion: ArrayLike | None = None,
    resamples: int = 200,
    confidence: float = 0.95,
    seed: Seed = None,
) -> StateEstimate:
    """The state, the concurrence and its interval from one table of counts.

    Args:
        counts: Table of counts, shape (S, 2ᴺ); rows may have different totals, as postselection leaves them.
        settings: Settings of the rows; all 3ᴺ Pauli settings by default.
        confusion: Readout probabilities P(read | true) of shape (2ᴺ, 2ᴺ), true outcome on the columns.
        resamples: Resampled tables behind the interval.
        confidence: Nominal probability that the interval covers the truth.
        seed: Seed or generator of the resampling; None draws fresh entropy.

    Raises:
        ArgumentError: If an argument does not fit or the counts are not whole.
        NoKeptShotsError: If the table has no counts.
        FitError: If a fit does not reach its tolerance.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> estimate = nv.tomography.estimate(counts, resamples=50, seed=4)
        >>> low, high = estimate.interval
        >>> low <= estimate.concurrence <= high <= 1
        True
    """
    table = whole_counts(counts, "counts")
    if table.ndim != 2:
        fail("counts", "have shape (S, 2ᴺ); `estimate_many` takes several tables", f"has shape {table.shape}")
    return estimate_many(
        table[None], settings=settings, confusion=confusion, resamples=resamples, confidence=confidence, seed=seed
    )[0]


def estimate_many(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    confusion: ArrayLike | None = None,
    resamples: int = 200,
    confidence: float = 0.95,
    seed: Seed = None,
) -> list[StateEstimate]:
    """`estimate` for tables of shape (T, S, 2ᴺ), fitted together.

    The first of them is resampled as `estimate` alone would with the same seed.

    Args:
        counts: Tables of counts, shape (T, S, 2ᴺ).
        settings: Settings of the rows; all 3ᴺ Pauli settings by default.
        confusion: Readout probabilities P(read | true) of shape (2ᴺ, 2ᴺ), true outcome on the columns.
        resamples: Resampled tables behind each interval.
        confidence: Nominal probability that an interval covers the truth.
        seed: Seed or generator of the resampling; None draws fresh entropy.

    Raises:
        ArgumentError: If an argument does not fit or the counts are not whole.
        NoKeptShotsError: If a table has no counts.
        FitError: If a fit does not reach its tolerance.

    Examples:
        >>> counts = [nv.tomography.sample(label, 1000, seed=3) for label in ("ud", "du")]
        >>> [x.fidelity("ud") > 0.5 for x in nv.tomography.estimate_many(counts, resamples=20, seed=4)]
        [True, False]
    """
    tables = whole_counts(counts, "counts")
    if tables.ndim != 3:
        fail("counts", "have shape (T, S, 2ᴺ): tables, settings, outcomes", f"has shape {tables.shape}")
    fit = maximum_likelihood(tables, settings=settings, confusion=confusion)
    if tables.shape[-1] == 4:
        ends = bootstrap(fit.state, tables, settings, confusion, resamples, confidence, seed)
        values = concurrence(fit.state)
    else:
        values = np.full(len(tables), np.nan)
        ends = ConcurrenceInterval(values, values, values)
    return [
        StateEstimate(
            state=fit.state[i],
            concurrence=float(values[i]),
            interval=(float(ends.low[i]), float(ends.high[i])),
            standard_error=float(ends.standard_error[i]),
            log_likelihood=float(fit.log_likelihood[i]),
            certificate=float(fit.certificate[i]),
            counts=tables[i],
            confidence=confidence,
        )
        for i in range(len(tables))
    ]
