"""The longest time between checks with which a fidelity is still reached."""

import numpy as np

from nvprotocol.design.cycle import MOST_CHECKS
from nvprotocol.design.ladder import fastest_rate, latest_time, propagators
from nvprotocol.design.populations import judged
from nvprotocol.design.sector import Array
from nvprotocol.design.trials import LEAST_KEPT, Trials, powered
from nvprotocol.master_equation.exponential import expm

_AN_OCTAVE = 2
_TOGETHER = 64
"""Media that are worked out at once."""
_LATER = 2.0**10
"""Longest period that is distinguished from an infinite one, in units of the latest time that is tried for a pair."""


def longest_period(trials: Trials, target: float) -> Array:
    """The longest period in µs with which a number of checks reaches F, NaN where there is none, shape (2, 2, B).

    Numbers of checks are powers of 2, or the one that the cycle gives. Where a period may be as long as one likes, it
    is ∞, or that at which 1e-9 of the attempts are kept.

    Examples:
        >>> from nvprotocol.design.cycle import Cycle
        >>> from nvprotocol.design.longest_period import longest_period
        >>> from nvprotocol.design.trials import Trials
        >>> trials = Trials.of(nv.Medium.pair(a=1.0, A=0.9, q=[0.1, 0.5]), np.zeros(2), Cycle())
        >>> longest_period(trials, 0.9)[0, 0].round(2).tolist()
        [3.39, 0.87]
    """
    size = trials.phase.size
    if trials.cycle.checks == 0:
        return np.full((2, 2, size), np.nan)
    parts = [np.arange(start, min(start + _TOGETHER, size)) for start in range(0, size, _TOGETHER)]
    return np.concatenate([np.zeros((2, 2, 0)), *(_part(trials.at(rows), target) for rows in parts)], axis=-1)


def _part(trials: Trials, target: float) -> Array:
    given = trials.cycle.checks
    numbers = np.exp2(np.arange(1 + np.log2(MOST_CHECKS))) if given is None else np.array([float(given)])
    waits = _waits(trials)
    shortest = trials.cycle.check_duration
    fidelity = np.array([np.where((number < 2) | (waits >= shortest), one, 0.0) for number, one in
                         zip(numbers, _fidelities(trials, numbers, waits), strict=True)])  # fmt: skip
    reaches = fidelity >= target
    count = waits.shape[1]
    last = np.where(reaches.any(axis=-1), count - 1 - reaches[..., ::-1].argmax(axis=-1), -1)
    after = np.take_along_axis(fidelity, np.minimum(last + 1, count - 1)[..., None], axis=-1)[..., 0]
    level = (last + 0.5 * after).argmax(axis=0)  # the number of checks that reaches F last, or almost does after that
    index = np.take_along_axis(last, level[None], axis=0)[0].ravel()
    start, free, media = (one.ravel() for one in np.indices(level.shape))
    period = np.where(index < 0, np.nan, np.inf)
    rows = np.flatnonzero((index >= 0) & (index < count - 1))
    if rows.size:
        own, place = media[rows], index[rows]
        low, high = waits[own, place + 1], waits[own, place]
        checks = numbers[level.ravel()[rows]]
        edge, _ = trials.at(own).crossing(target, checks, start[rows], free[rows], low, high)
        period[rows] = edge + 2 * trials.cycle.gate_duration
    return period.reshape(level.shape)


def _waits(trials: Trials) -> Array:
    """Waits of shape (B, I), the first of them the shortest possible between two checks or one of no consequence."""
    first = np.maximum(trials.cycle.check_duration, 1 / (64 * fastest_rate(trials)))
    octaves = int(np.ceil(np.log2(_LATER * latest_time(trials) / first)).max(initial=1.0))
    return first[:, None] * np.exp2(np.arange(_AN_OCTAVE * octaves + 1) / _AN_OCTAVE)


def _fidelities(trials: Trials, numbers: Array, waits: Array) -> list[Array]:
    """F for each number of checks, arrays of shape (2, 2, B, I)."""
    power = trials.check[:, None] @ propagators(trials.generator, waits, _AN_OCTAVE)
    after = expm(trials.generator * trials.cycle.check_duration)[:, None]
    start = np.swapaxes(trials.start, -1, -2)[:, None]
    found = []
    for number in numbers:
        if numbers.size == 1:
            vector = powered(power, start, numbers)
        else:
            power = power @ power if number > 1 else power
            vector = power @ start
        kept = judged(np.swapaxes(after @ vector, -1, -2), trials.phase[:, None, None])
        enough = np.moveaxis(kept.probability, -1, 0)[:, None] >= LEAST_KEPT
        found.append(np.where(enough, np.transpose(kept.fidelity, (2, 3, 0, 1)), 0.0))
    return found
