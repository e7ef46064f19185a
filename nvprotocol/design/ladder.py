"""All waits between checks and many numbers of checks at once: a table whose crossings and peaks are then worked out.

Waits are eight an octave, or more where F still oscillates when it is late, from 1/32 of 1 over the fastest rate, or
less for many checks, to 60 times 1 over √|g₁₂g₂₁|; numbers of checks are four an octave up to 32 and powers of 2
beyond, so that powers of the map of a period are squares.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol.design.cycle import MOST_CHECKS
from nvprotocol.design.populations import judged, monitored
from nvprotocol.design.sector import Array
from nvprotocol.design.trials import CONTINUOUS, LEAST_KEPT, Trials, logit, powered
from nvprotocol.master_equation.exponential import expm

Whole = NDArray[np.intp]

_AN_OCTAVE, _MOST_AN_OCTAVE = 8, 64
_TURN = 1.0
"""Phase in rad by which F may turn between two waits."""
_FADED = 1e-3
"""Weight of an oscillation, relative to what is left with it, at which it counts as over."""
_FEW = (*range(9), 10, 12, 14, 16, 20, 24, 28, 32)
"""Numbers of checks that are tried where few are; beyond, powers of 2."""
_EARLIEST, _LATEST = 1 / 32, 60.0
_SLOW_CHECKS = 256
"""Number of checks that are tried, however long each of them takes."""
_WEAKEST = 1e-5
"""Of √|g₁₂g₂₁|, in units of the fastest rate."""


@dataclass(frozen=True, eq=False)
class Rungs:
    """What a table says of each number of checks, arrays of shape (numbers, 2, 2, B): starts, phases, media.

    Attributes:
        numbers: The numbers of checks, shape (numbers,).
        waits: The waits in µs, shape (B, I).
        low: A wait in µs before F is first reached; NaN where it is not.
        high: A wait at which it is; the same where no shorter wait is possible.
        rate: About the rate there in 1/µs, 0 where F is not reached.
        best: Index of the wait of the largest fidelity.
        fidelity: The largest fidelity.
    """

    numbers: Array
    waits: Array
    low: Array
    high: Array
    rate: Array
    best: Whole
    fidelity: Array


def tried(trials: Trials, numbers: list[float], target: float, an_octave: int) -> Rungs:
    """The table of some media.

    Args:
        trials: The media.
        numbers: Numbers of checks, those of `numbers_of`.
        target: F.
        an_octave: How many waits there are in an octave.
    """
    waits, latest = _waits(trials, max([one for one in numbers if np.isfinite(one)], default=1), an_octave)
    rows = [
        _rung(trials, number, waits[:, : vectors.shape[1]], vectors, target, latest)
        for number, vectors in _vectors(trials, numbers, waits, an_octave)
    ]
    low, high, rate, best, fidelity = (np.stack(one) for one in zip(*rows, strict=True))
    return Rungs(np.array(numbers), waits, low, high, rate, best, fidelity)


def numbers_of(trials: Trials) -> list[float]:
    """The numbers of checks that are tried for a cycle that leaves them open, or the one that it gives."""
    cycle = trials.cycle
    if cycle.continuous:
        return [CONTINUOUS]
    if cycle.checks is not None:
        return [float(cycle.checks)]
    most, latest = float(MOST_CHECKS), latest_time(trials).max(initial=0.0)
    if most * cycle.shortest_period > latest:
        most = max(latest / cycle.shortest_period, 1.0)
    every = [*map(float, _FEW), *np.exp2(np.arange(6, 1 + np.log2(MOST_CHECKS))).tolist()]
    return [number for number in every if number <= most]


def resolution(trials: Trials) -> Whole:
    """How many waits an octave has to have for F not to turn by more than a rad between two, for each medium.

    That is asked of an oscillation as long as it has not faded beside what is left with it, and enough is kept.
    """
    inside = np.array([1, 2, 4, 5])  # what continuous monitoring leaves
    modes = np.linalg.eigvals(trials.generator[:, inside[:, None], inside])
    loss, turning = np.maximum(-modes.real, 0.0), np.abs(modes.imag)
    slowest = loss.min(axis=-1, keepdims=True)
    tiny = np.finfo(float).tiny ** 0.5
    fading = -np.log(_FADED) / np.maximum(loss - slowest, tiny)
    over = np.minimum(np.minimum(fading, -np.log(LEAST_KEPT) / np.maximum(slowest, tiny)), latest_time(trials)[:, None])
    needed = np.max(np.log(2) * turning * over / _TURN, axis=-1)
    doubled = np.ceil(np.log2(np.maximum(needed / _AN_OCTAVE, 1.0)))
    return np.minimum(_AN_OCTAVE * np.exp2(doubled), _MOST_AN_OCTAVE).astype(int)


def fastest_rate(trials: Trials) -> Array:
    """The norm of the generator in 1/µs, for each medium."""
    return np.maximum(np.abs(trials.generator).sum(axis=-2).max(axis=-1), np.finfo(float).tiny ** 0.5)


def latest_time(trials: Trials) -> Array:
    """The latest time in µs that is tried, for each medium."""
    slow = _LATEST / np.maximum(trials.coupling, _WEAKEST * fastest_rate(trials))
    return np.maximum(slow, max(4 * (trials.cycle.checks or 1), _SLOW_CHECKS) * trials.cycle.shortest_period)


def _waits(trials: Trials, most: float, an_octave: int) -> tuple[Array, Array]:
    """The waits, shape (B, I), of which the duration of a check is one, and the latest time for each medium."""
    latest, duration = latest_time(trials), trials.cycle.check_duration
    first = _EARLIEST / (fastest_rate(trials) * max(most, 1.0))
    if duration:
        aligned = duration * np.exp2(-np.maximum(np.ceil(np.log2(duration) - np.log2(first)), 0.0))
        first = np.where(duration > first, aligned, first)
    octaves = int(np.ceil(np.log2(latest / first)).max(initial=1.0))
    steps = np.exp2(np.arange(an_octave * octaves + 1) / an_octave)
    return first[:, None] * steps, latest


def propagators(generator: Array, waits: Array, an_octave: int) -> Array:
    """exp(Lt) at waits that double after every octave, shape (B, I, 6, 6)."""
    result = np.empty((*waits.shape, 6, 6))
    step = an_octave
    result[:, :step] = expm(generator[:, None] * waits[:, :step, None, None])
    for start in range(step, waits.shape[1], step):
        before = result[:, start - step : min(start, waits.shape[1] - step)]
        result[:, start : start + step] = before @ before
    return result


def _vectors(trials: Trials, numbers: list[float], waits: Array, an_octave: int) -> Iterator[tuple[float, Array]]:
    """For each number of checks v at the end, shape (B, I', 2, 6), at the first I' waits.

    The difference of a number and the one before is a power of 2, and never less than that of the numbers before.
    """
    start = np.swapaxes(trials.start, -1, -2)[:, None]
    free = propagators(trials.generator, waits, an_octave)
    after = expm(trials.generator * trials.cycle.check_duration)[:, None]
    power, step, done, vector = trials.check[:, None] @ free, 1.0, 0.0, start
    for number in numbers:
        if number == 0:
            end = free @ start
        elif np.isinf(number):
            end = propagators(monitored(trials.generator), waits, an_octave) @ start
        elif len(numbers) == 1:
            end = after @ powered(power, start, np.array(number))
        else:
            while number - done > step:  # longer waits than these are too long for so many checks
                power, step = power[:, : max(power.shape[1] - an_octave, 1)], 2 * step
                power = power @ power
            size = power.shape[1]
            vector = power @ (vector if vector.shape[1] == 1 else vector[:, :size])
            done, end = number, after @ vector
        yield number, np.swapaxes(end, -1, -2)


def _rung(
    trials: Trials, number: float, waits: Array, vectors: Array, target: float, latest: Array
) -> tuple[NDArray, ...]:
    """The entries of `Rungs` for one number of checks."""
    kept = judged(vectors, trials.phase[:, None, None])
    fidelity = np.transpose(kept.fidelity, (2, 3, 0, 1))  # (2, 2, B, I)
    probability = np.moveaxis(kept.probability, -1, 0)[:, None]
    time = trials.time(np.full(waits.shape, number), waits)
    possible = time <= latest[:, None] * (1 + 1e-9)
    shortest = trials.cycle.check_duration if number >= 2 and np.isfinite(number) else 0.0
    possible &= waits >= shortest * (1 - 1e-9)
    fidelity = np.where(possible & (probability >= LEAST_KEPT), fidelity, 0.0)
    reaches = fidelity >= target
    found = reaches.any(axis=-1)
    first = np.where(found, reaches.argmax(axis=-1), -1)
    alone = found & (shortest > 0) & (np.broadcast_to(possible.argmax(axis=-1), first.shape) == first)
    rate = _rate(trials, target, number, waits, first, alone, fidelity, probability)
    high = np.where(found, waits[np.arange(len(waits)), np.maximum(first, 0)], np.nan)
    before = np.where(first > 0, waits[np.arange(len(waits)), np.maximum(first - 1, 0)], 0.0)
    low = np.where(alone, high, np.where(found, before, np.nan))
    _enter_peaks(trials, number, waits, fidelity, target, (low, high, rate))
    return low, high, rate, fidelity.argmax(axis=-1), fidelity.max(axis=-1)


def _enter_peaks(
    trials: Trials, number: float, waits: Array, fidelity: Array, target: float, entries: tuple[Array, Array, Array]
) -> None:
    """Enters, in place, peaks between three waits that reach F before a wait of the table does."""
    low, high, rate = entries
    before, here, after = fidelity[..., :-2], fidelity[..., 1:-1], fidelity[..., 2:]
    curve = np.maximum(2 * here - before - after, np.finfo(float).tiny)
    above = (after - before) ** 2 / (8 * curve)  # the peak of a parabola
    peak = (here >= before) & (here >= after) & (before > 0) & (after > 0)
    peak &= (here + 2 * above >= target) & (here < target) & ~(waits[:, 1:-1] > high[..., None])
    start, free, media = np.nonzero(peak.any(axis=-1))
    if not media.size:
        return
    index = 1 + peak[start, free, media].argmax(axis=-1)
    around = (waits[media, index - 1], waits[media, index], waits[media, index + 1])
    checks, some = np.full(media.size, number), trials.at(media)
    wait, reached = some.peak(checks, start, free, around)
    won = np.flatnonzero(reached >= target)
    place = start[won], free[won], media[won]
    low[place], high[place] = around[0][won], wait[won]
    kept = some.at(won).kept(checks[won], wait[won], start[won], free[won])[1]
    time = trials.time(checks[won], wait[won]) + trials.cycle.overhead
    rate[place] = kept / np.maximum(time, np.finfo(float).tiny)


def _rate(
    trials: Trials,
    target: float,
    number: float,
    waits: Array,
    first: Whole,
    alone: NDArray[np.bool_],
    fidelity: Array,
    probability: Array,
) -> Array:
    """About the rate where F is first reached, between two waits."""
    stop = np.maximum(first, 0)
    start = np.maximum(stop - 1, 0)

    def taken(table: Array, index: Whole) -> Array:
        return np.take_along_axis(np.broadcast_to(table, fidelity.shape), index[..., None], axis=-1)[..., 0]

    low, high = logit(taken(fidelity, start)), logit(taken(fidelity, stop))
    apart = high - low
    part = np.where((apart > 0) & ~alone & (stop > start), (logit(target) - low) / np.where(apart > 0, apart, 1.0), 1.0)
    part = np.clip(part, 0.0, 1.0)
    wait = taken(waits, start) ** (1 - part) * taken(waits, stop) ** part
    tiny = np.finfo(float).tiny
    chance = np.log(np.maximum(taken(probability, start), tiny)) * (1 - part)
    chance = np.exp(chance + np.log(np.maximum(taken(probability, stop), tiny)) * part)
    time = trials.time(np.full(wait.shape, number), wait)
    return np.where(first >= 0, chance / np.maximum(time + trials.cycle.overhead, tiny), 0.0)
