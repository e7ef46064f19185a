"""Confidence limits of any function of the state: repeated linearisation within a loss of log-likelihood."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol.operators import pauli_basis
from nvprotocol.tomography._constrained import constrained_maximum
from nvprotocol.tomography._fits import Fits, mixed
from nvprotocol.tomography._pauli_vectors import to_matrix, to_vector
from nvprotocol.tomography._profile_likelihood import BLUR, _correction, with_fewer_shots
from nvprotocol.tomography.reconstruction import flat_log_likelihood

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Function: TypeAlias = Callable[[Complex], Real]

ROUNDS = 30
"""Linearisations after which an ascent is given up; 2 to 10 are needed, more for a flat maximum inside."""
GAIN = 2e-3
"""Rise, relative to all that was gained so far, below which an ascent stops."""
STEPS = np.array([1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.12, 0.06, 0.03, 0.01])
"""Fractions of the way to the maximum of the linear function that are tried."""
DIRECTIONS = 48
"""Pure states towards which the function is tried out, for a second start."""


def limit_by_ascent(fits: Fits, function: Function, losses: Real, sign: float, summits: int = 1) -> Real:
    """The largest (sign 1) or smallest (sign −1) value at these losses that is found, shape (n,).

    The climbs start from the fit and from as many of the best states in other directions as `summits` says. Infinite
    where the climb from the fit fails.
    """

    def rising(states: Complex) -> Real:
        return sign * function(states)

    best = with_fewer_shots(fits, losses, partial(_ascent_from_all_starts, rising=rising, summits=summits))
    return sign * np.where(np.isnan(best), np.inf, best)


def _ascent_from_all_starts(fits: Fits, losses: Real, rising: Function, summits: int) -> Real:
    floor, here = fits.log_likelihood - losses, rising(fits.states)
    best = _climb(fits, rising, floor, fits.states, here)
    scouts = _scouts(fits, floor)
    n = len(here)
    found = rising(scouts.reshape(-1, 4, 4)).reshape(-1, n)
    for which in np.argsort(-found, axis=0)[:summits]:
        start, value = scouts[which, np.arange(n)], found[which, np.arange(n)]
        best = np.fmax(best, _climb(fits, rising, floor, start, value)) + 0 * best  # not known without the first
    return best


def _climb(fits: Fits, rising: Function, floor: Real, start: Complex, value: Real) -> Real:
    """The highest values, shape (n,); NaN where the first search for a linear maximum fails."""
    highest, rows, point = value.copy(), np.arange(len(floor)), start
    inside = fits.started()
    for step in range(ROUNDS):
        some = fits.part(rows)
        slope = _slope(mixed(point, BLUR / some.totals), rising) @ fits.projector
        size = np.linalg.norm(slope, axis=1)
        steep = size > 0
        if not steep.any():
            break
        rows, point, some = rows[steep], point[steep], some.part(steep)
        slope, size = slope[steep], size[steep]
        optimum = constrained_maximum(
            some.counts, some.model, inside[rows], floor=floor[rows], gradient=slope / size[:, None]
        )
        far, beyond = to_matrix(optimum.vectors), size * _correction(optimum, some.totals)
        tried = point + STEPS[:, None, None, None] * (far - point)
        values = rising(tried.reshape(-1, 4, 4)).reshape(len(STEPS), -1)
        values = np.where(np.isfinite(beyond), values + np.nan_to_num(beyond, neginf=0.0) * STEPS[:, None], -np.inf)
        which = np.argmax(values, axis=0)
        found = values[which, np.arange(len(rows))]
        gain, gained = found - highest[rows], np.maximum(found, highest[rows]) - value[rows]
        highest[rows] = np.maximum(highest[rows], found)
        if step == 0:
            highest[rows[~np.isfinite(beyond)]] = np.nan
        going = gain > GAIN * gained
        if not going.any():
            break
        point = tried[which, np.arange(len(rows))][going]
        rows = rows[going]
    return highest


def _slope(states: Complex, function: Function) -> Real:
    """Gradient by central differences along the 15 traceless coordinates, within the positive states."""
    n = len(states)
    # A coordinate of size h changes eigenvalues by at most h/2.
    step = np.clip(np.linalg.eigvalsh(states)[:, 0], 1e-9, 1e-4)
    moves = step[:, None, None, None] * pauli_basis(2)[1:]
    around = np.stack([states[:, None] + moves, states[:, None] - moves])
    up, down = function(around.reshape(-1, 4, 4)).reshape(2, n, 15)
    return np.concatenate([np.zeros((n, 1)), (up - down) / (2 * step[:, None])], axis=1)


def _scouts(fits: Fits, floor: Real) -> Complex:
    """As far as the floor allows towards fixed random pure states, shape (DIRECTIONS, n, 4, 4)."""
    parts = np.random.default_rng(0).normal(size=(2, DIRECTIONS, 4))
    kets = (parts[0] + 1j * parts[1]) / np.linalg.norm(parts, axis=(0, 2))[:, None]
    goals = to_vector(kets[:, :, None] * kets[:, None, :].conj()) @ fits.projector
    origin = to_vector(fits.states)
    low, high = np.zeros((DIRECTIONS, len(origin))), np.ones((DIRECTIONS, len(origin)))
    for _ in range(20):  # the log-likelihood is concave: once below the floor, always below
        middle = (low + high) / 2
        vectors = origin + middle[..., None] * (goals[:, None] - origin)
        allowed = flat_log_likelihood(vectors, fits.counts, fits.model) >= floor
        low, high = np.where(allowed, middle, low), np.where(allowed, high, middle)
    return to_matrix(origin + low[..., None] * (goals[:, None] - origin))
