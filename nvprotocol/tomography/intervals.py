"""Intervals of functions of a two-qubit state that stay honest at the edge of state space: profile likelihood."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from nvprotocol.operators import State, density_matrix
from nvprotocol.tomography._fitted import Fitted, drops, fitted
from nvprotocol.tomography._model import to_vector
from nvprotocol.tomography._profile import highest_concurrence, linear_ends, lowest_concurrence, separable_drop
from nvprotocol.tomography.proportions import checked_level, normal_quantile

__all__ = ["ConcurrenceInterval", "concurrence_bound", "concurrence_interval", "fidelity_interval", "separable_p_value"]

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
) -> ConcurrenceInterval:
    """Interval of the concurrence by profile likelihood, both ends of all tables in one batch.

    The interval holds the concurrence of every state whose log-likelihood is within a drop of the maximum. For the
    signed Λ = λ₁−λ₂−λ₃−λ₄ the lower end is a convex problem and exact; it is 0 where a separable state is within the
    drop. The upper end maximises a convex function, by successive linearisation from two starts (three within the
    ansatz); a higher one cannot be excluded. A drop of 1.92 on both sides is right inside state space and covers as
    little as half of the time at its edge. The drops at 95 % therefore depend on how many of the smallest eigenvalues
    the state of maximum likelihood can lose for a loss of log-likelihood below 2.5, and on whether the best separable
    state lacks less or more than 3.3:

        eigenvalues lost                  0            1            2            3
        separable     lower, upper    2.1, 1.92    2.1, 3.7     3.7, 4.8     2.7, 1.92
        entangled     lower, upper    2.7, 2.2     2.4, 4.5     2.4, 5.7     2.2, 4.1

    (for ansatz="X": 2.1, 1.92 / 2.3, 2.9 / 2.7, 2.9 / 2.7, 2.5 and 2.2, 2.1 / 2.1, 2.5 / 1.92, 2.7 / 1.92, 3.3). Drops
    and threshold scale with the χ²₁ quantile of the level; only 95 % has been measured widely. The rule is empirical.

    Measured coverage of the nominal 95 %, and mean width, for N shots a setting (1000 tables a cell, so ±0.007; seed
    161803; `benchmarks/tomography_coverage.txt` has every cell, the script beside it measures them again):

        state             C      N = 200        N = 1000       N = 10,000
        Bell              1      0.993  0.013  0.995  0.003  0.998  0.000
        steady (uu+S)/2   0.5    0.994  0.273  0.996  0.122  0.996  0.037
        steady, rotated   0.5    0.978  0.347  0.978  0.200  0.972  0.099
        Werner 0.99       0.985  0.958  0.038  0.957  0.021  0.977  0.007
        Werner 0.9        0.85   0.971  0.147  0.965  0.061  0.971  0.017
        Werner 0.4        0.1    0.964  0.210  0.970  0.111  0.972  0.035
        Werner 0.333      0      0.968  0.126  0.971  0.053  0.977  0.016
        X state           0.1    0.961  0.233  0.967  0.114  0.976  0.036
        product ud        0      0.999  0.094  1.000  0.042  0.997  0.013
        mixed (uu+dd)/2   0      0.964  0.216  0.955  0.097  0.974  0.031

    On 32 states (also random ones of ranks 1 to 4 and points along the curves of the paper), with and without 3 %
    readout error, the lowest of 192 cells is 0.948 and the mean 0.986, where drops of 1.92 reach 0.504 and 0.887. With
    the X ansatz and five settings at as many shots in all, the lowest of 138 cells is 0.946 and the mean 0.974. The
    drops and thresholds were chosen on other tables, of mostly the same states.

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them, taken as exact.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        level: Nominal probability that the interval covers the truth.

    Returns:
        The ends and the standard error, each of shape (…); [0, 1] and NaN where the kept shots leave the state open.

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
    this = fitted(counts, settings, readout, ansatz)
    ends = profile_interval(this, separable_drop(this.fits), level, ansatz)
    return ConcurrenceInterval(*(part.reshape(this.leading) for part in ends))


def profile_interval(
    this: Fitted, separable: Real, level: float, ansatz: str, widening: Real | float = 1.0
) -> ConcurrenceInterval:
    """`concurrence_interval` of fitted tables, with the drops times `widening`."""
    fits = this.fits
    lower, upper = drops(fits, separable, drop_scale(level), ansatz)
    lower, upper = lower * widening, upper * widening
    low, high = lowest_concurrence(fits, lower, separable), highest_concurrence(fits, upper)
    high = high + RESOLUTION * np.maximum(high - low, 0)
    above = (high - fits.signed) / np.sqrt(2 * upper)
    below = (fits.signed - low) / np.sqrt(2 * lower)
    error = np.where(low > 0, (above + below) / 2, above)
    low, high = np.minimum(np.clip(low, 0, 1), np.clip(fits.signed, 0, 1)), np.clip(high, 0, 1)
    known = this.known
    return ConcurrenceInterval(np.where(known, low, 0.0), np.where(known, high, 1.0), np.where(known, error, np.nan))


def concurrence_bound(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    ansatz: str = "full",
    level: float = 0.99,
) -> NDArray[np.float64]:
    """A value that the concurrence exceeds with the given confidence: where it is positive, the state is entangled.

    The lower end of `concurrence_interval` at the level 2·level − 1, which leaves 1 − level below it.

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        level: Nominal confidence, above 1/2.

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
    this = fitted(counts, settings, readout, ansatz)
    separable = separable_drop(this.fits)
    lower, _ = drops(this.fits, separable, drop_scale(2 * checked_level(level) - 1), ansatz)
    ends = np.clip(lowest_concurrence(this.fits, lower, separable), 0, 1)
    return np.where(this.known, ends, 0.0).reshape(this.leading)


def separable_p_value(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    ansatz: str = "full",
) -> NDArray[np.float64]:
    """How likely counts that speak as much for entanglement are where the state is separable.

    Twice the log-likelihood that the best separable state lacks is, on a smooth border of separability, half zero and
    half χ² of one degree of freedom (DOI 10.1080/01621459.1987.10478472), so p = Φ(−√(2·drop)). Where the separable
    state has low rank the border has corners; `concurrence_bound` makes room for them.

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        ansatz: "full", or "X" for states that commute with the total σᶻ.

    Returns:
        The p-values, shape (…), at most 1/2; 1 where a separable state fits best.

    Raises:
        ArgumentError: If an argument does not fit.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 100, seed=3)
        >>> bool(nv.tomography.separable_p_value(counts) < 1e-10)
        True
    """
    this = fitted(counts, settings, readout, ansatz)
    drop = separable_drop(this.fits)
    return np.where(drop > 0, ndtr(-np.sqrt(2 * drop)), 1.0).reshape(this.leading)


def fidelity_interval(
    counts: ArrayLike,
    target: State,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    ansatz: str = "full",
    level: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interval of the fidelity ⟨ψ|ρ|ψ⟩ with a pure target, by profile likelihood.

    The fidelity is linear in ρ, so both ends are convex problems. The drops are those of `concurrence_interval`, the
    larger of its two ends on both sides.

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        target: A pure state, as `nvprotocol.operators.density_matrix` takes it.
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        level: Nominal probability that the interval covers the truth.

    Returns:
        The lower and the upper end, each of shape (…).

    Raises:
        ArgumentError: If an argument does not fit.
        NoKeptShotsError: If a table has no counts.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> low, high = nv.tomography.fidelity_interval(counts, "psi-")
        >>> bool(0.98 < low < high <= 1)
        True
    """
    vector = to_vector(density_matrix(target, 2, name="target"))
    this = fitted(counts, settings, readout, ansatz)
    reach = np.maximum(*drops(this.fits, separable_drop(this.fits), drop_scale(level), ansatz))
    low, high = linear_ends(this.fits, vector, reach)
    low, high = low - RESOLUTION * (high - low), high + RESOLUTION * (high - low)
    low, high = np.where(this.known, np.clip(low, 0, 1), 0.0), np.where(this.known, np.clip(high, 0, 1), 1.0)
    return low.reshape(this.leading), high.reshape(this.leading)


def drop_scale(level: float) -> float:
    """The drops are stated at 95 %; others scale with the quantile of χ² of one degree of freedom."""
    return (normal_quantile(level) / normal_quantile(0.95)) ** 2
