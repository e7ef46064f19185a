"""The rule for intervals: how far below its maximum the log-likelihood may be at each confidence limit."""

from scipy.special import gammaincinv

from nvprotocol._checks import fail, show
from nvprotocol.tomography.proportions import checked_level

BELOW = 2
"""Degrees of freedom at the lower limit: noise alone can make a coherence, which has a size and a phase."""
ABOVE = 4
"""The same at the upper limit: noise fills the two eigenvalues that a state of rank 2 lacks, a block of 2 × 2."""
LOWEST_LEVEL = 0.5
"""Below it, no coverage was measured."""


def thresholds(level: float) -> tuple[float, float]:
    """Loss of log-likelihood at the lower and at the upper limit: half the level's quantile of χ²."""
    number = interval_level(level)
    below, above = (float(gammaincinv(degrees / 2, number)) for degrees in (BELOW, ABOVE))
    return below, above


def interval_level(level: float, lowest: float = LOWEST_LEVEL) -> float:
    """A level for which coverage was measured, or a higher one."""
    number = checked_level(level)
    if number < lowest:
        fail("level", f"be at least {lowest:g}, as no coverage was measured below", f"is {show(number)}")
    return number
