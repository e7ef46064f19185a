"""Intervals of a proportion: Wilson's, and the exact one of Clopper and Pearson."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from nvprotocol._checks import fail, real_number, show
from nvprotocol.tomography._checked import whole_counts

__all__ = ["clopper_pearson", "wilson"]


def wilson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's interval of a proportion (DOI 10.1080/01621459.1927.10502953).

    With p = k/n and z the quantile of the normal distribution, its ends are
    (p + z²/2n ± z √(p(1−p)/n + z²/4n²))/(1 + z²/n); no trials at all leave [0, 1].

    Args:
        successes: Number k of successes, any shape.
        trials: Number n of trials, broadcast with `successes`.
        level: Nominal probability that the interval covers the truth.

    Returns:
        The lower and the upper end, each of the broadcast shape.

    Raises:
        ArgumentError: If a number is negative or not whole, there are more successes than trials, or the level is
            not between 0 and 1.

    Examples:
        >>> low, high = nv.tomography.wilson([0, 30, 100], 100)
        >>> low.round(3), high.round(3)
        (array([0.   , 0.219, 0.963]), array([0.037, 0.396, 1.   ]))
    """
    k, n = _checked_proportion(successes, trials)
    z2 = normal_quantile(level) ** 2
    safe = np.maximum(n, 1)
    p = k / safe
    centre, spread = p + z2 / (2 * safe), np.sqrt(z2 * (p * (1 - p) / safe + z2 / (4 * safe**2)))
    # The ends at k = 0 and k = n are exactly 0 and 1, which rounding would miss.
    low = np.where(k == 0, 0.0, (centre - spread) / (1 + z2 / safe))
    high = np.where(k == n, 1.0, (centre + spread) / (1 + z2 / safe))
    return low, high


def clopper_pearson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The exact interval of a proportion (Clopper and Pearson, DOI 10.1093/biomet/26.4.404).

    Each end is the proportion under which what was seen, or more extreme, has probability α/2: the quantile α/2 of the
    distribution Beta(k, n−k+1) and the quantile 1−α/2 of Beta(k+1, n−k). It never covers less than the level, and is
    somewhat wider than `wilson`'s.

    Args:
        successes: Number k of successes, any shape.
        trials: Number n of trials, broadcast with `successes`.
        level: Guaranteed probability that the interval covers the truth.

    Returns:
        The lower and the upper end, each of the broadcast shape; no trials at all leave [0, 1].

    Raises:
        ArgumentError: If a number is negative or not whole, there are more successes than trials, or the level is
            not between 0 and 1.

    Examples:
        >>> low, high = nv.tomography.clopper_pearson([0, 30, 100], 100)
        >>> low.round(3), high.round(3)
        (array([0.   , 0.212, 0.964]), array([0.036, 0.4  , 1.   ]))
    """
    k, n = _checked_proportion(successes, trials)
    tail = (1 - checked_level(level)) / 2
    low = np.where(k == 0, 0.0, betaincinv(np.maximum(k, 1), n - k + 1, tail))
    high = np.where(k == n, 1.0, betaincinv(k + 1, np.maximum(n - k, 1), 1 - tail))
    return low, high


def _checked_proportion(successes: ArrayLike, trials: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    k, n = np.broadcast_arrays(whole_counts(successes, "successes"), whole_counts(trials, "trials"))
    if np.any(k > n):
        fail("successes", "be at most `trials`", f"{show(k[k > n].flat[0])} exceeds {show(n[k > n].flat[0])}")
    return k, n


def checked_level(level: float) -> float:
    """A level between 0 and 1."""
    number = real_number(level, "level", above=0.0)
    if number >= 1:
        fail("level", "be less than 1", f"is {show(number)}")
    return number


def normal_quantile(level: float) -> float:
    """The z within which a normal variable lies with this probability."""
    return NormalDist().inv_cdf((1 + checked_level(level)) / 2)
