"""Intervals of the concurrence that stay honest at the edge of state space: profile likelihood."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.entanglement import concurrence
from nvprotocol.tomography._calibration import widening
from nvprotocol.tomography._fitted import Fitted, fitted
from nvprotocol.tomography._open import highest_where_open
from nvprotocol.tomography._profile import highest_concurrence, lowest_concurrence, separable_drop
from nvprotocol.tomography._thresholds import thresholds
from nvprotocol.tomography.separability import p_values_of_separability

__all__ = ["ConcurrenceInterval", "concurrence_bound", "concurrence_interval"]

Real = NDArray[np.float64]

RESOLUTION = 0.01
"""Share of its width by which the interval reaches further up, as the climb to its upper limit ends a little early."""


@holds_read_only
class ConcurrenceInterval(NamedTuple):
    """Ends of the interval in [0, 1] and the standard error of the concurrence, arrays of the same shape.

    Examples:
        >>> counts = [nv.tomography.sample(label, 100, seed=3) for label in ("ud", "du")]
        >>> nv.tomography.concurrence_interval(counts).low
        array([0., 0.])
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    standard_error: NDArray[np.float64]


def concurrence_interval(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    ansatz: str = "full",
    level: float = 0.95,
    calibration_shots: int | None = None,
) -> ConcurrenceInterval:
    """Interval of the concurrence by profile likelihood, both ends of all tables in one batch.

    The interval holds the concurrence of every state whose log-likelihood falls short of the maximum by no more than
    half the level's quantile of χ², with two degrees of freedom at the lower limit and four at the upper one: by 3.0
    and 4.7 at 95 %.

    One degree, 1.92 on both sides, is right where the truth is inside state space (Wilks, DOI 10.1214/aoms/1177732360).
    At the edge the state of maximum likelihood also gains by what noise can only add (DOI
    10.1080/01621459.1987.10478472): in a separable state of low rank a coherence, which has a size and a phase and
    raises C; in a state of rank 2 two eigenvalues, a Hermitian block of four numbers, which lower it. That the two
    numbers suffice is not a theorem but measured.

    For the signed Λ = λ₁−λ₂−λ₃−λ₄ the lower limit is a convex problem and exact; it is 0 where a separable state is
    allowed. The upper limit maximises a convex function, by successive linearisation from two starts (three within the
    ansatz), and reaches further by 1 % of the width, as climbs end early; a higher one cannot be excluded. A search
    without a solution leaves its limit at 0 or 1. Levels below 50 % are refused.

    Coverage is measured on a population of truths: what decay, monitoring and imperfect detection leave, also warm and
    dephased, X states, random states of every rank, separable, Werner and Bell states, half of them with turned spins;
    readout errors up to 10 %; 50 to 10,000 shots a setting, equal or not; nine settings, or five with the X ansatz. At
    nominal 68, 90, 95 and 99 % the intervals miss 9, 2.3, 1.0 and 0.1 % in the mean of 500 cells; at 95 % the ten cells
    that came out lowest cover 94.8 to 98.1 % of 2000 other tables. The profile with 1.92 on both sides misses 10 % in
    the mean and half in the worst cell, a Bell state. The price is 1.32 times its width.
    (`tomography_coverage.txt` in `benchmarks/` has every cell, `tomography_thresholds.txt` what the limits need.)

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them, taken as exact.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        level: Nominal probability that the interval covers the truth, at least 0.5.
        calibration_shots: Shots for each prepared outcome from which `readout` was estimated, as `estimate` takes them.

    Returns:
        The limits and the standard error, each of shape (…). Where the kept shots leave the state open, the limits are
        over all states that they allow, and the standard error is NaN.

    Raises:
        ArgumentError: If an argument does not fit, or the readout matrix is not invertible.
        NoKeptShotsError: If a table has no counts.
        FitError: If a fit does not reach its tolerance.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> interval = nv.tomography.concurrence_interval(counts)
        >>> bool(0.95 < interval.low < interval.high <= 1)
        True
    """
    this = fitted(counts, settings, readout, ansatz, calibration_shots)
    limits = profile_interval(this, level)
    return ConcurrenceInterval(*(part.reshape(this.leading) for part in limits))


def profile_interval(this: Fitted, level: float) -> ConcurrenceInterval:
    """`concurrence_interval` of fitted tables; thresholds grow as the variance does by the noise of a calibration."""
    separable, (lower, upper) = separable_drop(this.fits), thresholds(level)
    every = np.ones(len(this.table))
    limits = _limits(this, separable, lower * every, upper * every)
    if this.calibration is None:
        return limits
    wider = widening(this, limits.standard_error)
    error = limits.standard_error * np.sqrt(wider)
    limits = _limits(this, separable, lower * wider, upper * wider)._replace(standard_error=error)
    return limits._replace(low=_where_certified(this, separable, level, limits.low))


def _where_certified(this: Fitted, separable: Real, level: float, low: Real) -> Real:
    """Lower limits, but 0 where the p-value does not exclude separable states, whose noise was compared elsewhere."""
    return np.where(p_values_of_separability(this, separable) < 1 - level, low, 0.0)


def _limits(this: Fitted, separable: Real, lower: Real, upper: Real) -> ConcurrenceInterval:
    fits, left_open = this.fits, ~this.known
    low, high = lowest_concurrence(fits, lower, separable), highest_concurrence(fits, upper)
    if left_open.any():
        high[left_open] = np.maximum(high[left_open], highest_where_open(fits.part(left_open), upper[left_open]))
    high = high + RESOLUTION * np.maximum(high - low, 0)
    above = (high - fits.signed) / np.sqrt(2 * upper)
    below = (fits.signed - low) / np.sqrt(2 * lower)
    error = np.where(low > 0, (above + below) / 2, above)
    value = concurrence(fits.states)
    low, high = np.clip(np.minimum(low, value), 0, 1), np.clip(np.maximum(high, value), 0, 1)
    return ConcurrenceInterval(low, high, np.where(left_open, np.nan, error))


def concurrence_bound(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    ansatz: str = "full",
    level: float = 0.99,
    calibration_shots: int | None = None,
) -> NDArray[np.float64]:
    """A value that the concurrence exceeds with the given confidence: where it is positive, the state is entangled.

    The lower limit of `concurrence_interval` at the same level. Where the truth is separable nothing else can miss it,
    and so the bound is positive where `separable_p_value` is below 1 − level, and only there. The settings need not
    determine the state, as the bound is over all states that fit: XX and ZZ alone certify a Bell state.

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        level: Nominal confidence, at least 0.5.
        calibration_shots: Shots for each prepared outcome from which `readout` was estimated, as `estimate` takes them.

    Returns:
        The bounds, shape (…); 0 where a separable state explains the counts well enough.

    Raises:
        ArgumentError: If an argument does not fit.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 100, seed=3)
        >>> bool(nv.tomography.concurrence_bound(counts) > 0.7)
        True
    """
    this = fitted(counts, settings, readout, ansatz, calibration_shots)
    fits, separable = this.fits, separable_drop(this.fits)
    lower = np.full(len(separable), thresholds(level)[0])
    limits = np.clip(lowest_concurrence(fits, lower, separable), 0, 1)
    if this.calibration is not None:
        wider = widening(this, (fits.signed - limits) / np.sqrt(2 * lower))
        limits = np.clip(lowest_concurrence(fits, lower * wider, separable), 0, 1)
        limits = _where_certified(this, separable, level, limits)
    return limits.reshape(this.leading)
