"""Intervals of the concurrence that stay honest at the edge of state space: profile likelihood."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nvprotocol.tomography._calibration import widening
from nvprotocol.tomography._drops import LOWEST_LEVEL, drops, interval_level
from nvprotocol.tomography._fitted import Fitted, fitted
from nvprotocol.tomography._open import highest_where_open
from nvprotocol.tomography._profile import highest_concurrence, lowest_concurrence, separable_drop
from nvprotocol.tomography.separability import p_values_of_separability

__all__ = ["ConcurrenceInterval", "concurrence_bound", "concurrence_interval"]

Real = NDArray[np.float64]

RESOLUTION = 0.005
"""Share of its width by which the interval reaches further up, as the climb to its upper end stops a little early."""


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

    The interval holds the concurrence of every state whose log-likelihood is within a drop of the maximum. For the
    signed Λ = λ₁−λ₂−λ₃−λ₄ the lower end is a convex problem and exact; it is 0 where a separable state is within the
    drop. The upper end maximises a convex function, by successive linearisation from two starts (three within the
    ansatz); a higher one cannot be excluded. A drop of 1.92 on both sides is right inside state space and covers as
    little as half of the time at its edge. The drops at 95 % therefore depend on how many of the smallest eigenvalues
    the state of maximum likelihood may lose (for a loss of log-likelihood below 7), on this loss e (of which at most
    3.5 counts), and on what the best separable state lacks, s, which is less or more than 3.3:

        eigenvalues lost            0           1                    2                            3
        separable   lower, upper    2.1, 1.92   1.92, 2 + 0.1 e      3.3, 2.25 + 0.95 e + 0.45 s  2.6, 1.92 + 0.3 e
        entangled   lower, upper    2.6, 2.25   2.2, 2.1 + 0.25 e    1.5 + 0.15 e, 3.9 + 0.55 e   1.92, 3.2 + 0.55 e

    What spurious eigenvalues gain, a truth of lower rank lacks, so e adds to the upper drop, as does s towards the
    border. If all but the largest eigenvalue cost less than 60, rank 1 is near, and the entangled drops at rank 2 are
    2.5, 2.6 + 0.4 e. (For the other ansätze an eigenvalue is lost below 2.5 and neither e nor s counts: 2.3, 2.1 / 2.3,
    2.9 / 2.7, 2.9 / 2.7, 2.5 and 2.4, 2.25 / 2.2, 2.5 / 2.1, 2.7 / 2.1, 3.3.)

    At another level every constant D of the table becomes a drop with √(2·drop) = c + r(√(2D) − c), where r is the
    quantile of the normal distribution over 1.96, and c an offset from 0 inside to 0.8 at the edge, as a bias does not
    shrink with the level; what e and s add stays. Above 95 % the limits of the loss grow with r², that of s likewise,
    and the larger drops count. Levels below 50 % are refused. The rule is empirical.

    Measured coverage of the nominal 95 %, and mean width, for N shots a setting (1000 tables a cell, so ±0.007; seed
    602214; `benchmarks/tomography_coverage.txt` has every cell, the script beside it measures them again):

        state             C      N = 200        N = 1000       N = 10,000
        Bell              1      0.986  0.012  0.973  0.002  0.985  0.000
        steady (uu+S)/2   0.5    0.990  0.227  0.986  0.100  0.981  0.031
        steady, rotated   0.5    0.970  0.302  0.977  0.179  0.958  0.090
        Werner 0.99       0.985  0.948  0.035  0.956  0.018  0.951  0.006
        Werner 0.9        0.85   0.958  0.135  0.969  0.053  0.971  0.017
        Werner 0.4        0.1    0.964  0.208  0.968  0.110  0.975  0.035
        Werner 0.333      0      0.959  0.130  0.967  0.053  0.982  0.016
        X state           0.1    0.963  0.218  0.960  0.114  0.974  0.036
        product ud        0      0.995  0.094  0.995  0.042  0.996  0.013
        mixed (uu+dd)/2   0      0.958  0.177  0.965  0.078  0.963  0.025

    On 32 states (also random ones of ranks 1 to 4 and points along the curves of the paper), with and without 3 %
    readout error, the lowest of 192 cells is 0.939 and the mean 0.979, where drops of 1.92 reach 0.47 and 0.89. With
    the X ansatz and five settings at as many shots in all, the lowest of 138 cells is 0.949 and the mean 0.977. In 24
    critical cells, the nominal 50, 68, 80, 90 and 99 % cover at least 0.516, 0.684, 0.810, 0.904 and 0.982 (500 tables
    a cell). The drops and thresholds were chosen on other tables, of many of these states; on 40 that had no part in it
    the lowest of 306 cells is 0.937 (300 tables a cell, `tomography_fresh.txt`).

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them, taken as exact.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        level: Nominal probability that the interval covers the truth, at least 0.5.
        calibration_shots: Shots for each prepared outcome from which `readout` was estimated, as `estimate` takes them.

    Returns:
        The ends and the standard error, each of shape (…). Where the kept shots leave the state open, the ends are over
        all states that they allow, and the standard error is NaN.

    Raises:
        ArgumentError: If an argument does not fit, or the readout matrix is not invertible.
        NoKeptShotsError: If a table has no counts.
        FitError: If a fit does not reach its tolerance.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> interval = nv.tomography.concurrence_interval(counts)
        >>> bool(0.98 < interval.low < 1), float(interval.high)
        (True, 1.0)
    """
    this = fitted(counts, settings, readout, ansatz, calibration_shots)
    ends = profile_interval(this, separable_drop(this.fits), level, ansatz)
    return ConcurrenceInterval(*(part.reshape(this.leading) for part in ends))


def profile_interval(this: Fitted, separable: Real, level: float, ansatz: str) -> ConcurrenceInterval:
    """`concurrence_interval` of fitted tables; drops grow as the variance does by the noise of a calibration."""
    lower, upper = drops(this.fits, separable, level, ansatz)
    ends = _ends(this, separable, lower, upper)
    if this.calibration is not None:
        wider = widening(this, ends.standard_error)
        error = ends.standard_error * np.sqrt(wider)
        ends = _ends(this, separable, lower * wider, upper * wider)._replace(standard_error=error)
    # No end says that the state is entangled where the p-value does not.
    return ends._replace(low=np.where(p_values_of_separability(this, separable) <= 1 - level, ends.low, 0.0))


def _ends(this: Fitted, separable: Real, lower: Real, upper: Real) -> ConcurrenceInterval:
    fits, left_open = this.fits, ~this.known
    low, high = lowest_concurrence(fits, lower, separable), highest_concurrence(fits, upper)
    if left_open.any():
        high[left_open] = np.maximum(high[left_open], highest_where_open(fits.part(left_open), upper[left_open]))
    high = high + RESOLUTION * np.maximum(high - low, 0)
    above = (high - fits.signed) / np.sqrt(2 * upper)
    below = (fits.signed - low) / np.sqrt(2 * lower)
    error = np.where(low > 0, (above + below) / 2, above)
    low, high = np.minimum(np.clip(low, 0, 1), np.clip(fits.signed, 0, 1)), np.clip(high, 0, 1)
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

    The lower end of `concurrence_interval` at the level 2·level − 1, which leaves 1 − level below it, but 0 where
    `separable_p_value` is larger than 1 − level: either both say that the state is entangled, or none. The settings
    need not determine the state, as the bound is over all states that fit: XX, YY and ZZ certify a Bell state.

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        level: Nominal confidence, at least 0.75.
        calibration_shots: Shots for each prepared outcome from which `readout` was estimated, as `estimate` takes them.

    Returns:
        The bounds, shape (…); 0 where a separable state explains the counts well enough.

    Raises:
        ArgumentError: If an argument does not fit.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 100, seed=3)
        >>> bool(nv.tomography.concurrence_bound(counts) > 0.8)
        True
    """
    confidence = interval_level(level, lowest=(1 + LOWEST_LEVEL) / 2)
    this = fitted(counts, settings, readout, ansatz, calibration_shots)
    fits, separable = this.fits, separable_drop(this.fits)
    lower, _ = drops(fits, separable, 2 * confidence - 1, ansatz)
    ends = lowest_concurrence(fits, lower, separable)
    if this.calibration is not None:
        wider = widening(this, (fits.signed - ends) / np.sqrt(2 * lower))
        ends = lowest_concurrence(fits, lower * wider, separable)
    certified = p_values_of_separability(this, separable) <= 1 - confidence
    return np.where(certified, np.clip(ends, 0, 1), 0.0).reshape(this.leading)
