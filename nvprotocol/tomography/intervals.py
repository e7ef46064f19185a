"""Intervals of the concurrence by profile likelihood, valid at the boundary of state space."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.entanglement import concurrence
from nvprotocol.tomography._calibration import growth, readout_variance, variance_of
from nvprotocol.tomography._fits import Fitted, fitted
from nvprotocol.tomography._profile_likelihood import (
    highest_concurrence,
    highest_where_undetermined,
    lowest_concurrence,
    separable_loss,
    thresholds,
)
from nvprotocol.tomography.separability import p_values_of_separability

__all__ = ["ConcurrenceInterval", "concurrence_bound", "concurrence_interval"]

Real = NDArray[np.float64]

RESOLUTION = 0.01
"""Fraction of its width by which the upper limit is raised, as the ascent to it stops a little early."""
SHORT_OF = 1 - 1e-6
"""Fraction of the loss at the border of separability at which a lower limit stays where the border is excluded."""


@holds_read_only
class ConcurrenceInterval(NamedTuple):
    """Limits of the interval in [0, 1] and the standard error of the concurrence, arrays of the same shape.

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

    The interval holds the concurrence of every state whose log-likelihood is below the maximum by no more than half the
    level's quantile of χ², with two degrees of freedom at the lower limit and four at the upper one (3.0 and 4.7 at
    95 %). The lower limit is exact, a convex problem; the upper one is found by repeated linearisation and raised by
    1 % of the width. A search without a solution leaves its limit at 0 or 1. Coverage is measured on a population of
    states: at 95 %, it is 99.0 % in the mean of 500 cells; the ten lowest of them cover 94.8 % or more on fresh tables.
    docs/intervals.md has the reasons and figures.

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
    fits, loss, variance = this.fits, thresholds(level)[1], readout_variance(this)
    low, narrow = _lower_limits(this, level, variance)
    every = np.full(len(low), loss)
    high = _highest(this, every)
    error = _standard_error(this, narrow, high + RESOLUTION * np.maximum(high - narrow, 0), level)
    if this.calibration is not None:
        error = np.hypot(error, np.sqrt(variance))
        high = _highest(this, loss * _growth_at_limit(this, _highest, high, every, variance))
    high = high + RESOLUTION * np.maximum(high - low, 0)
    return ConcurrenceInterval(low, np.clip(np.maximum(high, concurrence(fits.states)), 0, 1), error)


def _lower_limits(this: Fitted, level: float, variance: Real) -> tuple[Real, Real]:
    """The lower limits, in [0, 1], and what they would be with an exact readout matrix; each of shape (n,).

    Args:
        this: Fitted tables.
        level: Confidence.
        variance: That of Λ at the fits by the noise of the calibration.
    """
    fits, loss, value = this.fits, thresholds(level)[0], concurrence(this.fits.states)
    separable = separable_loss(fits)
    every = np.full(len(separable), loss)
    narrow = np.clip(np.minimum(lowest_concurrence(fits, every, separable), value), 0, 1)
    if this.calibration is None:
        return narrow, narrow
    wider = _growth_at_limit(this, _lowest, narrow, every, variance)
    # Separable states are excluded where their p-value says so, which compares the noise at the border.
    certified = p_values_of_separability(this, separable, variance) < 1 - level
    wider = np.where(certified, np.minimum(wider, SHORT_OF * separable / loss), wider)
    low = np.clip(np.minimum(lowest_concurrence(fits, loss * wider, separable), value), 0, 1)
    return np.where(certified, low, 0.0), narrow


def _lowest(this: Fitted, losses: Real) -> Real:
    return lowest_concurrence(this.fits, losses, separable_loss(this.fits))


def _highest(this: Fitted, losses: Real) -> Real:
    high, left_open = highest_concurrence(this.fits, losses), ~this.known
    if left_open.any():
        part = this.fits.part(left_open)
        high[left_open] = np.maximum(high[left_open], highest_where_undetermined(part, losses[left_open]))
    return high


def _growth_at_limit(
    this: Fitted, limit: Callable[[Fitted, Real], Real], found: Real, losses: Real, variance: Real
) -> Real:
    """Factor by which the loss at one limit grows, shape (n,), from `variance`, that of Λ at the fit.

    Where the kept shots leave the state open, the limit is far from the fit however many there are. Its error is then
    the pace at which it moves between a quarter of the loss and the whole, which are one standard error times √(2
    loss)/2 apart, and its variance is what the calibration changes of the limit itself. A limit that is within 1 % of 0
    or 1 anyway goes all the way.
    """
    error = (found - this.fits.signed) / np.sqrt(2 * losses)
    inside = (found > RESOLUTION) & (found < 1 - RESOLUTION)
    factor, left_open = growth(this, variance, error), ~this.known & inside
    factor = np.where(this.known | inside, factor, 1 + this.fits.totals)
    if left_open.any():
        part = this.part(left_open)
        losses = losses[left_open]
        error = (found[left_open] - limit(part, losses / 4)) / np.sqrt(losses / 2)
        moved = variance_of(part, lambda fits: limit(replace(part, fits=fits), losses))
        factor[left_open] = growth(part, moved, error)
    return factor


def _standard_error(this: Fitted, low: Real, high: Real, level: float) -> Real:
    """Mean half-width of the interval, brought to one sigma; NaN where the kept shots leave the state open."""
    lower, upper = thresholds(level)
    above = (high - this.fits.signed) / np.sqrt(2 * upper)
    below = (this.fits.signed - low) / np.sqrt(2 * lower)
    return np.where(this.known, np.where(low > 0, (above + below) / 2, above), np.nan)


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
    return _lower_limits(this, level, readout_variance(this))[0].reshape(this.leading)
