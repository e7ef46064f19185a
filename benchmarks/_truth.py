"""Where the truth lies on the profile likelihood of a table, in standard deviations of a normal distribution."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root

from nvprotocol.tomography._fits import Fitted
from nvprotocol.tomography._profile_likelihood import highest_concurrence, lowest_concurrence, separable_loss
from nvprotocol.tomography.intervals import RESOLUTION

Real = NDArray[np.float64]

FARTHEST = 6.0
"""Distance beyond which none is told from another: a loss of log-likelihood of 18."""
CLOSE = 0.1
"""Uncertainty of a distance; a limit that is within 2 % of the way to the truth counts as well."""


def distances(this: Fitted, truth: float) -> tuple[Real, Real]:
    """The smallest √(2·loss) at which the lower and the upper limit let the true concurrence in, shape (tables,) each.

    An interval of loss D holds the truth where neither is above √(2D). One of both is always 0.
    """
    fits, separable = this.fits, separable_loss(this.fits)
    signed, below, above = np.maximum(fits.signed, 0.0), np.zeros(len(separable)), np.zeros(len(separable))
    rows = np.flatnonzero(signed > truth)
    if truth == 0:
        below[rows] = np.sqrt(2 * separable[rows])
    elif rows.size:
        some = fits.part(rows)

        def short_of(s: Real, which: NDArray[np.int64]) -> Real:
            return truth - lowest_concurrence(some.part(which), s**2 / 2, separable[rows][which])

        below[rows] = _root(short_of, truth - signed[rows])
    rows = np.flatnonzero(signed < truth - 1e-12)
    if rows.size:
        other = fits.part(rows)

        def beyond(s: Real, which: NDArray[np.int64]) -> Real:
            part = other.part(which)
            high = highest_concurrence(part, s**2 / 2)
            return high + RESOLUTION * (high - part.signed) - truth

        above[rows] = _root(beyond, fits.signed[rows] - truth)
    return below, above


def _root(function: Callable[[Real, NDArray[np.int64]], Real], start: Real) -> Real:
    """Where rising functions cross zero between 0, with their values given, and FARTHEST."""

    def rising(s: Real, which: NDArray[np.int64]) -> Real:
        values, away = start[which], s > 0
        if away.any():
            values[away] = function(s[away], which[away])
        return values

    tolerances = {"xatol": CLOSE, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.02}
    found = find_root(rising, (0.0, FARTHEST), args=(np.arange(len(start)),), tolerances=tolerances)
    return np.where(found.success, found.x, FARTHEST)
