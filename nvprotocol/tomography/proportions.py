"""The exact interval of a proportion (Clopper and Pearson), and quantiles of levels."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from nvprotocol._checks import batch_shape, fail, real_number, show
from nvprotocol._typing import ArrayLike
from nvprotocol.tomography._arguments import whole_counts

__all__ = ["clopper_pearson"]


def clopper_pearson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The exact interval of a proportion (Clopper and Pearson, DOI 10.1093/biomet/26.4.404).

    Each limit is the proportion under which what was seen, or more extreme, has probability α/2: the quantile α/2 of
    the distribution Beta(k, n−k+1) and the quantile 1−α/2 of Beta(k+1, n−k). It never covers less than the level.

    Args:
        successes: Number k of successes, any shape.
        trials: Number n of trials, broadcast with `successes`.
        level: Guaranteed probability that the interval covers the truth.

    Returns:
        The lower and the upper limit, each of the broadcast shape; no trials at all leave [0, 1].

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
    k, n = whole_counts(successes, "successes"), whole_counts(trials, "trials")
    batch_shape(0, successes=k, trials=n)
    k, n = np.broadcast_arrays(k, n)
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
