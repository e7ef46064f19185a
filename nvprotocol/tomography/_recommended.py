"""The recommended estimate of the concurrence: maximum likelihood, with the bias of rank 2 taken off where it shows."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.entanglement import concurrence
from nvprotocol.tomography._drops import ENTANGLED, drops
from nvprotocol.tomography._fitted import Fitted
from nvprotocol.tomography._profile import highest_concurrence

Real = NDArray[np.float64]

MEDIAN = 1.0
"""Drop at which the upper end of the profile is about the median of where a truth of rank 2 lies."""
SURELY, PERHAPS = 1.0, 3.5
"""Loss of log-likelihood without the two smallest eigenvalues up to which rank 2 is believed, and from which on not."""
THIRD = 200.0
"""Loss without the third as well, below which the state may be of rank 1 and no rank is believed."""
STRAIGHT, BENT = 1.05, 1.15
"""Rise to `MEDIAN` over a parabola's through the end at 95 %, from which on the bias is taken off in part or whole.

A function that is smooth at the fit has 1; where noise in a zero eigenvalue costs its square root, the profile bends.
"""


def recommended_concurrence(this: Fitted, separable: Real, ansatz: str, high: Real) -> Real:
    """The concurrence of the fits, raised where they are of rank 2, clearly entangled, and bent, shape (n,).

    Args:
        this: Fitted tables.
        separable: Drops of log-likelihood at the best separable states.
        ansatz: The ansatz; within all but "full" nothing is raised.
        high: Upper ends of the intervals at 95 %.
    """
    values = concurrence(this.fits.states)
    if ansatz != "full":
        return values
    _, second, third = this.fits.losses
    rows = np.flatnonzero((second < PERHAPS) & (third > THIRD) & (separable >= ENTANGLED) & this.known)
    if not rows.size:
        return values
    some, floor, end = this.fits.part(rows), values[rows], high[rows]
    _, upper = drops(some, separable[rows], 0.95, ansatz)
    rise = np.minimum(highest_concurrence(some, np.full(len(rows), MEDIAN), rank_two=True), end) - floor
    bend = rise / np.maximum(end - floor, 1e-9) * np.sqrt(upper / MEDIAN)
    believed = np.clip((PERHAPS - second[rows]) / (PERHAPS - SURELY), 0, 1)
    believed = believed * np.clip((bend - STRAIGHT) / (BENT - STRAIGHT), 0, 1)
    values[rows] = floor + believed * np.maximum(rise, 0)
    return values
