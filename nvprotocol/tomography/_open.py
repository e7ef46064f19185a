"""The upper end of the concurrence where the settings leave the state open."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.tomography._profile import LEAST, Fits, _climb, _mixed, with_fewer_shots

Real = NDArray[np.float64]

STARTS = 28
"""Random maximally entangled states from which the climb starts, besides the four Bell states."""


def highest_where_open(fits: Fits, drops: Real) -> Real:
    """The largest signed concurrence that is found among the states at these drops, shape (n,).

    Many states fit equally well, far from the one that was found, and Λ has hills in several directions among them. So
    the climb of `highest_concurrence` is made from many sides: its first slope is that of Λ at a maximally entangled
    state, which leads to the allowed state of the highest overlap with it. It is 1 where every climb fails.
    """
    return np.nan_to_num(with_fewer_shots(fits, drops, _highest), nan=1.0)


def _highest(fits: Fits, drops: Real) -> Real:
    kets = _maximally_entangled()
    points = _mixed(kets[:, :, None] * kets[:, None, :].conj(), LEAST)
    tables = np.repeat(np.arange(len(drops)), len(kets))
    floor = (fits.log_likelihood - drops)[tables]
    found = _climb(fits, tables, floor, fits.started(), np.tile(points, (len(drops), 1, 1)))
    best = found.reshape(len(drops), -1).max(axis=1)
    return np.where(np.isfinite(best), best, np.nan)


def _maximally_entangled() -> NDArray[np.complex128]:
    """Kets, shape (4 + STARTS, 4): one spin of a Bell state turned at random, which reaches all of them."""
    root = np.sqrt(0.5)
    bell = root * np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]], dtype=complex)
    q = np.random.default_rng(0).normal(size=(STARTS, 4))
    a, b, c, d = (q / np.linalg.norm(q, axis=1, keepdims=True)).T
    turned = root * np.stack([a + 1j * b, c + 1j * d, -c + 1j * d, a - 1j * b], axis=1)
    return np.concatenate([bell, turned])
