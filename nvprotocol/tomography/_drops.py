"""The rule for the drops of log-likelihood: how far below its maximum each end of an interval lies."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.tomography._profile import Fits
from nvprotocol.tomography.proportions import checked_level, normal_quantile

Real = NDArray[np.float64]
Rows = tuple[tuple[float, float, float], ...]


class Rule(NamedTuple):
    """Drops by the class of a table: what its state of maximum likelihood may lose, and whether it is entangled.

    A row holds the drop D at 95 %, its offset c and its slope s. At another level √(2·drop) = c + r(√(2D) − c), with r
    the quantile of the normal distribution over that at 95 %: a bias does not shrink with the level as scatter does.
    The slope adds s times the loss, as a truth of lower rank lies further up by what the spurious eigenvalues gain.
    """

    loss: float  # of log-likelihood, up to which the smallest eigenvalues pass for zero
    counted: float  # loss that the slope counts at most
    second: float  # loss without all but the largest eigenvalue, from which a state of rank 2 is clearly not of rank 1
    border: float  # slope of the upper drop at rank 2, where separable states fit, in the drop at the best of them
    lower: tuple[Rows, Rows]  # where separable states fit, and where they do not; rows by lost eigenvalues 0, 1, 2, 3,
    upper: tuple[Rows, Rows]  # and last for rank 2 that is almost rank 1


_SEPARABLE_LOWER: Rows = ((2.1, 0.2, 0.0), (1.92, 0.4, 0.0), (3.3, 0.5, 0.0), (2.6, 0.5, 0.0), (3.3, 0.5, 0.0))
_SEPARABLE_UPPER: Rows = ((1.92, 0.0, 0.0), (2.0, 0.2, 0.1), (2.25, 0.6, 0.95), (1.92, 0.3, 0.3), (2.25, 0.6, 0.95))
_ENTANGLED_LOWER: Rows = ((2.6, 0.0, 0.0), (2.2, 0.4, 0.0), (1.5, 0.2, 0.15), (1.92, 0.4, 0.0), (2.5, 0.4, 0.0))
_ENTANGLED_UPPER: Rows = ((2.25, 0.0, 0.0), (2.1, 0.3, 0.25), (3.9, 0.6, 0.55), (3.2, 0.8, 0.55), (2.6, 0.8, 0.4))
FULL = Rule(7.0, 3.5, 60.0, 0.45, (_SEPARABLE_LOWER, _ENTANGLED_LOWER), (_SEPARABLE_UPPER, _ENTANGLED_UPPER))
"""The rule for general states; `concurrence_interval` shows it as a table."""

_SEPARABLE_LOWER_X: Rows = ((2.3, 0.2, 0.0), (2.3, 0.4, 0.0), (2.7, 0.5, 0.0), (2.7, 0.5, 0.0), (2.7, 0.5, 0.0))
_SEPARABLE_UPPER_X: Rows = ((2.1, 0.0, 0.0), (2.9, 0.5, 0.0), (2.9, 0.5, 0.0), (2.5, 0.3, 0.0), (2.9, 0.5, 0.0))
_ENTANGLED_LOWER_X: Rows = ((2.4, 0.0, 0.0), (2.2, 0.2, 0.0), (2.1, 0.2, 0.0), (2.1, 0.3, 0.0), (2.1, 0.2, 0.0))
_ENTANGLED_UPPER_X: Rows = ((2.25, 0.0, 0.0), (2.5, 0.5, 0.0), (2.7, 0.6, 0.0), (3.3, 0.7, 0.0), (2.7, 0.6, 0.0))
WITHIN_ANSATZ = Rule(
    2.5, 0.0, 0.0, 0.0, (_SEPARABLE_LOWER_X, _ENTANGLED_LOWER_X), (_SEPARABLE_UPPER_X, _ENTANGLED_UPPER_X)
)
"""The rule for the ansätze, which have fewer ways to lose rank."""

ENTANGLED = 3.3
"""Drop of log-likelihood at the best separable state, from which on a table counts as entangled."""
ENTANGLED_OFFSET = 0.5
"""Above 95 %, a table counts as separable as well up to a larger drop, which grows with this offset."""
LOWEST_LEVEL = 0.5
"""Below it, no coverage was measured."""


def drops(fits: Fits, separable: Real, level: float, ansatz: str) -> tuple[Real, Real]:
    """Drops of log-likelihood for the lower and the upper end (`concurrence_interval` says which and why)."""
    ratio = normal_quantile(interval_level(level)) / normal_quantile(0.95)
    rule = FULL if ansatz == "full" else WITHIN_ANSATZ
    border = float(_scaled(ENTANGLED, ENTANGLED_OFFSET, ratio))
    # Above 95 %, eigenvalues that cost more may still be zero, and separable states that cost more may still be true;
    # of all that a table may be, the largest drops count, so that no interval is shorter at a higher level.
    every = [(more, least) for more in {1.0, max(1.0, ratio**2)} for least in {ENTANGLED, max(ENTANGLED, border)}]
    found = [_drops(rule, fits, separable, ratio, more, least) for more, least in every]
    return np.max([one for one, _ in found], axis=0), np.max([one for _, one in found], axis=0)


def _drops(rule: Rule, fits: Fits, separable: Real, ratio: float, more: float, least: float) -> tuple[Real, Real]:
    lost = np.sum(fits.losses < rule.loss * more, axis=0)
    losses = np.concatenate([np.zeros((1, len(lost))), fits.losses])
    loss = np.clip(losses[lost, np.arange(len(lost))], 0, rule.counted * more)
    kind = np.where((lost == 2) & (fits.losses[2] < rule.second), 4, lost)
    entangled = (separable >= least).astype(int)
    chosen = [np.array(rows)[entangled, kind].T for rows in (rule.lower, rule.upper)]
    lower, upper = (_scaled(drop, offset, ratio) + slope * loss for drop, offset, slope in chosen)
    upper += np.where((lost == 2) & (entangled == 0), rule.border * np.minimum(separable, ENTANGLED), 0)
    return lower, upper


def interval_level(level: float, lowest: float = LOWEST_LEVEL) -> float:
    """A level for which coverage was measured, or a higher one."""
    number = checked_level(level)
    if number < lowest:
        fail("level", f"be at least {lowest:g}, as no coverage was measured below", f"is {show(number)}")
    return number


def _scaled(drop: Real | float, offset: Real | float, ratio: float) -> Real:
    return (offset + ratio * (np.sqrt(2 * np.asarray(drop)) - offset)) ** 2 / 2
