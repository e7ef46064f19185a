"""How many checks reach a fidelity where the time between them is given."""

import numpy as np

from nvprotocol.design.attempt import Attempt
from nvprotocol.design.ladder import latest_time
from nvprotocol.design.populations import judged
from nvprotocol.design.sector import Array
from nvprotocol.design.trials import LEAST_KEPT, Trials, powered
from nvprotocol.master_equation.exponential import expm

_AN_OCTAVE = 4
_MOST_OCTAVES = 30.0


def counted(trials: Trials, target: float) -> Attempt:
    """Attempts of each start and each phase with the period of the cycle, shape (2, 2, B).

    The number of checks is that of the cycle, or the first that reaches F: more take longer and keep less.

    Args:
        trials: The media.
        target: F.

    Examples:
        >>> from nvprotocol.design.cycle import Cycle
        >>> from nvprotocol.design.fixed_period import counted
        >>> from nvprotocol.design.trials import Trials
        >>> trials = Trials.of(nv.Medium.pair(a=1.0, A=0.9, q=[0.05]), np.zeros(1), Cycle(period=0.2))
        >>> counted(trials, 0.9).checks[0, 0].tolist()
        [4.0]
    """
    walk = _Walk(trials)
    numbers = walk.numbers
    fidelity, _ = walk.kept(np.broadcast_to(numbers[:, None], (numbers.size, trials.phase.size)))
    if trials.cycle.checks is None:
        late = numbers[:, None] * (trials.cycle.period or 0.0) > 4 * latest_time(trials)
        fidelity = np.where((late & (numbers[:, None] > 1))[:, None, None], 0.0, fidelity)
    reaches = fidelity >= target
    found = reaches.any(axis=0)
    index = reaches.argmax(axis=0)
    checks = np.where(found, numbers[index], np.nan)
    high, low = numbers[index], np.where(index > 0, numbers[np.maximum(index - 1, 0)], numbers[index] - 1)
    while np.any(open_ := found & (high - low > 1)):
        middle = np.where(open_, np.floor((low + high) / 2), high)
        there = walk.each(middle)[0] >= target
        high, low = np.where(open_ & there, middle, high), np.where(open_ & ~there, middle, low)
    checks = np.where(found, high, np.nan)
    safe = np.where(found, checks, 1.0)
    chance = np.where(found, walk.each(safe)[1], np.nan)
    time = np.where(found, trials.time(safe, np.full_like(safe, walk.wait)), np.nan)
    rate = np.where(found, chance / np.where(found, time + trials.cycle.overhead, 1.0) * 1e6, 0.0)
    best = (fidelity >= fidelity.max(axis=0) - 1e-9).argmax(axis=0)
    best_checks = numbers[best]
    return Attempt(
        rate=rate,
        time=time,
        probability=chance,
        checks=checks,
        period=np.where(found, trials.cycle.period or 0.0, np.nan),
        best_fidelity=fidelity.max(axis=0),
        best_time=trials.time(best_checks, np.full_like(best_checks, walk.wait)),
        best_checks=best_checks,
        longest_period=np.full_like(rate, np.nan),
    )


class _Walk:
    """The map from check to check, and what many of them leave.

    Args:
        trials: The media.
    """

    def __init__(self, trials: Trials) -> None:
        cycle = trials.cycle
        self.trials, self.wait = trials, (cycle.period or 0.0) - 2 * cycle.gate_duration
        self._step = trials.check @ expm(trials.generator * self.wait)
        self._after = expm(trials.generator * cycle.check_duration)
        self._start = np.swapaxes(trials.start, -1, -2)

    @property
    def numbers(self) -> Array:
        """The numbers of checks that are tried first, four an octave."""
        cycle = self.trials.cycle
        if cycle.checks is not None:
            return np.array([float(cycle.checks)])
        latest = max(latest_time(self.trials).max(initial=0.0), np.finfo(float).tiny)
        octaves = np.clip(2 + np.log2(latest) - np.log2(cycle.period or 1.0), 2.0, _MOST_OCTAVES)
        return np.unique(np.round(np.exp2(np.arange(_AN_OCTAVE * octaves + 1) / _AN_OCTAVE)))

    def kept(self, checks: Array) -> tuple[Array, Array]:
        """Fidelity and success probability for numbers of checks (n, B), shape (n, 2, 2, B) each; 0 where too few."""
        vectors = np.swapaxes(self._after @ powered(self._step, self._start, checks), -1, -2)
        found = judged(vectors, self.trials.phase[:, None])
        fidelity = np.transpose(found.fidelity, (0, 2, 3, 1))
        probability = np.broadcast_to(np.swapaxes(found.probability, -1, -2)[:, :, None], fidelity.shape)
        return np.where(probability >= LEAST_KEPT, fidelity, 0.0), probability

    def each(self, checks: Array) -> tuple[Array, Array]:
        """The same for one number of checks for each start, phase and medium, shape (2, 2, B)."""
        flat = checks.reshape(4, -1)
        fidelity, probability = (one.reshape(4, 4, -1) for one in self.kept(flat))
        own = np.arange(4)
        return fidelity[own, own].reshape(checks.shape), probability[own, own].reshape(checks.shape)
