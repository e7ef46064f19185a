"""The recommended estimate of the concurrence: maximum likelihood, with the bias of rank 2 taken off where it shows."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.entanglement import concurrence, concurrence_spectrum
from nvprotocol.tomography._drops import ENTANGLED
from nvprotocol.tomography._fitted import Fitted
from nvprotocol.tomography._profile import highest_concurrence

Real = NDArray[np.float64]

RAISED = 1.35
"""Drop at which the upper end of the profile is about where a truth of rank 2 lies on average."""
PRESENT = 3.8
"""Third largest eigenvalue, in units of 1/√(all shots), from which on it does not pass for noise."""
SMALL, LARGE = 1.1, 2.9
"""λ₂ + λ₃ + λ₄ over the rise to `RAISED`, up to which it passes for noise, and from which on it does not."""
SECOND = 200.0
"""Loss of log-likelihood without all but the largest eigenvalue, below which rank 1 is near and none is believed."""


def recommended_concurrence(this: Fitted, separable: Real, ansatz: str) -> Real:
    """The concurrence of the fits, raised where they are of rank 2 and clearly entangled, shape (n,).

    Args:
        this: Fitted tables.
        separable: Drops of log-likelihood at the best separable states.
        ansatz: The ansatz; within all but "full" nothing is raised.
    """
    values = concurrence(this.fits.states)
    if ansatz != "full":
        return values
    third = this.fits.eigensystem[0][:, 1] * np.sqrt(this.fits.totals)
    rows = np.flatnonzero((third < PRESENT) & (this.fits.losses[2] > SECOND) & (separable >= ENTANGLED) & this.known)
    if not rows.size:
        return values
    some = this.fits.part(rows)
    top = highest_concurrence(some, np.full(len(rows), RAISED), rank_two=True)
    rise = np.maximum(np.where(top < 1, top - values[rows], 0), 1e-12)  # a climb that failed ends at 1
    noise = concurrence_spectrum(some.states)[:, 1:].sum(axis=1) / rise
    believed = _falling(third[rows], 0.0, PRESENT) * _falling(noise, SMALL, LARGE)
    values[rows] += believed * rise
    return values


def _falling(value: Real, start: float, end: float) -> Real:
    """1 up to the start, 0 from the end on, and straight between them."""
    return np.clip((end - value) / (end - start), 0, 1)
