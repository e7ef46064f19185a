"""Which number of checks, and which time between them, gives the largest rate.

For one period, more checks take longer and keep less: the best number is the first that reaches F. For one number of
checks the best period is therefore the shortest that reaches F, and what is left is a search over numbers, in which the
rate has one maximum: some numbers first, by a table (`ladder`), then those between.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from nvprotocol.design.attempt import Attempt, joined, reshaped
from nvprotocol.design.bracket import Rows
from nvprotocol.design.fixed_period import counted
from nvprotocol.design.ladder import Rungs, numbers_of, resolution, tried
from nvprotocol.design.sector import Array
from nvprotocol.design.trials import Trials

_TOGETHER = 256
"""Media whose table is worked out at once, times the waits in an octave."""
ALIKE = 5e-3
"""Relative difference of rates up to which fewer checks are preferred."""
_ALIKE_BETWEEN = 1e-4
"""The same for each step of the search between powers of 2."""
_AROUND = np.exp2(np.arange(-6, 9) / 4)
"""Times, in units of that of a number of checks, among which that of a neighbour is looked for."""
_SAME_FIDELITY = 1e-4
"""Difference of the largest fidelities up to which fewer checks are preferred."""
_NEAR = 0.02
"""Relative precision of a number of checks above some 50."""


def best_attempts(trials: Trials, target: float, *, alike: float = ALIKE, thorough: bool = True) -> Attempt:
    """The best attempts of each start and each phase, shape (2, 2, B).

    Args:
        trials: The media.
        target: F.
        alike: Relative difference of rates up to which fewer checks are preferred.
        thorough: Whether numbers of checks between powers of 2 are tried.
    """
    size, found, order = trials.phase.size, [], []
    if not size:
        return Attempt(**{one.name: np.zeros((2, 2, 0)) for one in fields(Attempt)})
    needed = np.zeros(size, dtype=int) if trials.cycle.period else resolution(trials)
    for an_octave in np.unique(needed).tolist():
        alone = np.flatnonzero(needed == an_octave)
        together = max(1, _TOGETHER // max(an_octave, 1))
        for some in (alone[start : start + together] for start in range(0, alone.size, together)):
            part = trials.at(some)
            if trials.cycle.period:
                found.append(counted(part, target))
            else:
                found.append(_part(part, target, alike, an_octave, thorough=thorough))
            order.append(some)
    every, back = joined(found), np.argsort(np.concatenate(order))
    return Attempt(**{one.name: getattr(every, one.name)[..., back] for one in fields(Attempt)})


def _part(trials: Trials, target: float, alike: float, an_octave: int, *, thorough: bool) -> Attempt:
    rungs = tried(trials, numbers_of(trials), target, an_octave)
    start, free, media = (one.ravel() for one in np.indices(rungs.low.shape[1:]))
    search = _Search(trials.at(media), trials, rungs, target, start, free, media)
    return reshaped(search.result(alike, thorough=thorough), 2, 2, -1)


@dataclass(eq=False)
class _Search:
    """The rows of a search, one for each start, phase and medium."""

    rows: Trials
    trials: Trials
    rungs: Rungs
    target: float
    start: Rows
    free: Rows
    media: Rows

    def result(self, alike: float, *, thorough: bool) -> Attempt:
        size = self.media.size
        best_wait, best_fidelity, best_checks = self._largest_fidelity()
        rates = self.rungs.rate[:, self.start, self.free, self.media]
        level = (rates >= (1 - alike) * rates.max(axis=0)).argmax(axis=0)
        checks = self.rungs.numbers[level]
        low, high = self._of(self.rungs.low, level), self._of(self.rungs.high, level)
        missed = np.isnan(high) & (best_fidelity >= self.target)  # a peak between two waits of the table
        checks = np.where(missed, best_checks, checks)
        low, high = np.where(missed, best_wait / 2**0.25, low), np.where(missed, best_wait, high)
        reached = np.flatnonzero(np.isfinite(high))
        wait, probability, rate = (np.full(size, np.nan) for _ in range(3))
        wait[reached], probability[reached] = self._solved(checks, low, high, reached)
        rate[reached] = self._rate(checks[reached], wait[reached], probability[reached])
        if thorough and len(self.rungs.numbers) > 1:
            self._between(checks, wait, probability, rate, reached)
        time = self.trials.time(checks, wait)
        nowhere = np.isnan(time)
        return Attempt(
            rate=np.where(nowhere, 0.0, rate * 1e6),
            time=time,
            probability=probability,
            checks=np.where(nowhere, np.nan, checks),
            period=self._period(np.where(nowhere, np.nan, checks), wait),
            best_fidelity=best_fidelity,
            best_time=self.trials.time(best_checks, best_wait),
            best_checks=best_checks,
            longest_period=np.full(size, np.nan),
        )

    def _of(self, table: NDArray, level: Rows) -> NDArray:
        return table[level, self.start, self.free, self.media]

    def _solved(self, checks: Array, low: Array, high: Array, rows: Rows) -> tuple[Array, Array]:
        some = self.rows.at(rows)
        return some.crossing(self.target, checks[rows], self.start[rows], self.free[rows], low[rows], high[rows])

    def _rate(self, checks: Array, wait: Array, probability: Array) -> Array:
        """The rate in 1/µs."""
        tiny = np.finfo(float).tiny
        return probability / np.maximum(self.trials.time(checks, wait) + self.trials.cycle.overhead, tiny)

    def _period(self, checks: Array, wait: Array) -> Array:
        period = np.where(np.isinf(checks), 0.0, wait + 2 * self.trials.cycle.gate_duration)
        return np.where(checks > 0, period, np.nan)

    def _largest_fidelity(self) -> tuple[Array, Array, Array]:
        """Wait, fidelity and number of checks of the largest fidelity; worked out where the table does not reach F."""
        each = self.rungs.fidelity[:, self.start, self.free, self.media]
        level = (each >= each.max(axis=0) - _SAME_FIDELITY).argmax(axis=0)
        index, fidelity = self._of(self.rungs.best, level), self._of(self.rungs.fidelity, level).copy()
        checks, wait = self.rungs.numbers[level], self.rungs.waits[self.media, index]
        short = fidelity < self.target
        inside = (index > 0) & (index < self.rungs.waits.shape[1] - 1) & (fidelity > 0)
        shortest = np.where((checks >= 2) & np.isfinite(checks), self.trials.cycle.check_duration, 0.0)
        before = self.rungs.waits[self.media, np.maximum(index - 1, 0)]
        rows = np.flatnonzero(short & inside & (before >= shortest * (1 - 1e-9)))
        if rows.size:
            after = self.rungs.waits[self.media[rows], index[rows] + 1]
            ends = before[rows], wait[rows], after
            some = self.rows.at(rows)
            wait[rows], fidelity[rows] = some.peak(checks[rows], self.start[rows], self.free[rows], ends)
        return wait, fidelity, checks

    def _between(self, checks: Array, wait: Array, probability: Array, rate: Array, reached: Rows) -> None:
        """Improves what was found, in place, by numbers of checks between those of the table."""
        numbers = self.rungs.numbers
        rows = reached[np.isfinite(checks[reached]) & (checks[reached] > 0)]
        place, best = np.searchsorted(numbers, checks[rows]), checks[rows].copy()
        low, high = numbers[place - 1], numbers[np.minimum(place + 1, numbers.size - 1)]
        low, high = (
            np.maximum(np.minimum(low, best - 2), 0.0),
            np.maximum(np.where(high > best, high, 2 * best), best + 2),
        )
        while rows.size:
            for side in (low, high):
                middle = np.floor((side + best) / 2)
                new = np.flatnonzero((middle != side) & (middle != best) & (middle > 0))
                place, number = rows[new], middle[new]
                there, chance, value = self._near(place, number, self.trials.time(best[new], wait[place]))
                better = value > rate[place] * (1 + (_ALIKE_BETWEEN if side is high else -_ALIKE_BETWEEN))
                up, won = new[better], place[better]
                beaten = best[up].copy()
                wait[won], probability[won], rate[won], checks[won] = (
                    one[better] for one in (there, chance, value, number)
                )
                if side is low:
                    high[up] = beaten
                else:
                    low[up] = beaten
                best[up] = number[better]
                side[new[~better]] = number[~better]
            open_ = (np.maximum(best - low, high - best) > 1) & (high - low > _NEAR * best)
            rows, low, best, high = rows[open_], low[open_], best[open_], high[open_]

    def _near(self, rows: Rows, checks: Array, time: Array) -> tuple[Array, Array, Array]:
        """Wait, success probability and rate where a number of checks first reaches F near a time; else rate 0."""
        some, start, free = self.rows.at(rows), self.start[rows], self.free[rows]
        shortest = np.where(checks >= 2, self.trials.cycle.check_duration, 0.0)
        waits = np.maximum(self.trials.wait(checks, time * _AROUND[:, None]), shortest)
        each = np.arange(rows.size)
        tiled = np.tile(each, _AROUND.size)
        several = some.at(tiled).kept(checks[tiled], waits.ravel(), start[tiled], free[tiled])[0]
        reaches = several.reshape(waits.shape) >= self.target
        index = reaches.argmax(axis=0)
        high, low = waits[index, each], waits[np.maximum(index - 1, 0), each]
        wait, chance = some.crossing(self.target, checks, start, free, low, high)
        return wait, chance, np.where(reaches.any(axis=0), self._rate(checks, wait, chance), 0.0)
