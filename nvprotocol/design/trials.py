"""Trials of numbers of checks and times on a batch of media, and the times at which they reach a fidelity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_minimum

from nvprotocol._checks import fail, show
from nvprotocol.design.bracket import Rows, rising_zero
from nvprotocol.design.cycle import Cycle
from nvprotocol.design.populations import accepted, generators, judged, monitored, started
from nvprotocol.design.sector import Array, bell_phase
from nvprotocol.magnets.nonreciprocity import chirality
from nvprotocol.master_equation.exponential import expm
from nvprotocol.medium import Medium

CONTINUOUS = np.inf
"""The number of checks of continuous monitoring."""
LEAST_KEPT = 1e-9
"""Success probability below which a pair is not looked for: it counts as none."""
_CLOSE = 1e-13
_LONGEST = 1e11
"""Longest step, in units of 1 over the fastest rate."""


@dataclass(frozen=True, eq=False)
class Trials:
    """Everything that trials on B media need; one trial is a row: a medium, a start, a phase, a number of checks.

    Attributes:
        cycle: What an attempt consists of.
        generator: Shape (B, 6, 6), in 1/µs.
        check: What a check leaves, shape (B, 6, 6) or (6, 6).
        start: v at the start, shape (B, 2, 6).
        phase: Phase of the Bell state, shape (B,).
        coupling: √|g₁₂g₂₁| in rad/µs, shape (B,).
    """

    cycle: Cycle
    generator: Array
    check: Array
    start: Array
    phase: Array
    coupling: Array

    @classmethod
    def of(cls, medium: Medium, delta: Array, cycle: Cycle) -> "Trials":
        """The trials of media and detunings that have one batch axis, or broadcast to one."""
        generator = generators(medium, delta)
        _refuse_endless(generator, cycle)
        batch = generator.shape[:-2]
        g12, g21 = (np.broadcast_to(one, batch) for one in chirality(medium))
        check = np.broadcast_to(accepted(generator, cycle), generator.shape)
        coupling = np.sqrt(np.abs(g12 * g21))
        return cls(cycle, generator, check, started(generator, cycle), bell_phase(g12, g21), coupling)

    def at(self, media: Rows) -> "Trials":
        """Those of some of the media."""
        own = (one[media] for one in (self.generator, self.check, self.start, self.phase, self.coupling))
        return Trials(self.cycle, *own)

    def time(self, checks: Array, wait: Array) -> Array:
        """The time in µs at which a pair counts as made."""
        silent = 2 * self.cycle.gate_duration
        checked = _checked(checks)
        rounds = np.where(checked, checks, 1.0)
        return rounds * (wait + np.where(checked, silent, 0.0)) + np.where(checked, self.cycle.check_duration, 0.0)

    def wait(self, checks: Array, time: Array) -> Array:
        """The time in µs between two checks, from readout to gate, that makes a pair at a time."""
        silent = 2 * self.cycle.gate_duration
        checked = _checked(checks)
        rounds = np.where(checked, checks, 1.0)
        left = time - np.where(checked, self.cycle.check_duration, 0.0)
        return np.maximum(left / rounds - np.where(checked, silent, 0.0), 0.0)

    def vectors(self, checks: Array, wait: Array) -> Array:
        """The v at the end for one number of checks and one wait for each medium, shape (B, 2, 6)."""
        checked, endless = _checked(checks), np.isinf(checks)
        generator = np.where(endless[:, None, None], monitored(self.generator), self.generator)
        step = expm(generator * wait[:, None, None])
        step = np.where(checked[:, None, None], self.check @ step, step)
        after = np.where(checked, self.cycle.check_duration, 0.0)
        vector = powered(step, np.swapaxes(self.start, -1, -2), np.where(checked, checks, 1.0))
        if self.cycle.check_duration:
            vector = expm(self.generator * after[:, None, None]) @ vector
        return np.swapaxes(vector, -1, -2)

    def kept(self, checks: Array, wait: Array, start: Rows, free: Rows) -> tuple[Array, Array]:
        """Fidelity and success probability of one row for each medium."""
        every = np.arange(checks.size)
        vector = self.vectors(checks, wait)[every, start]
        fidelity, probability = judged(vector, self.phase)
        enough = probability > (0.0 if np.all(np.isinf(checks)) else LEAST_KEPT)
        return np.where(enough, fidelity[every, free], 0.0), probability

    def crossing(
        self, target: float, checks: Array, start: Rows, free: Rows, low: Array, high: Array
    ) -> tuple[Array, Array]:
        """Wait and success probability at which rows reach a fidelity between two waits; `high` where signs agree.

        Args:
            target: F.
            checks: Number of checks of each row.
            start: 0 or 1 of `STARTS`.
            free: 0 or 1 of `PHASES`.
            low: Waits at which F is below the target.
            high: Waits at which it is not.
        """

        def excess(wait: Array, rows: Rows) -> Array:
            fidelity = self.at(rows).kept(checks[rows], wait, start[rows], free[rows])[0]
            return logit(fidelity) - logit(target)

        wait = rising_zero(excess, low, high)
        return wait, self.kept(checks, wait, start, free)[1]

    def peak(self, checks: Array, start: Rows, free: Rows, waits: tuple[Array, Array, Array]) -> tuple[Array, Array]:
        """Wait and fidelity of the largest fidelity between three waits, of which the middle one is the best."""
        scale = waits[1]

        def loss(wait: Array, rows: Rows) -> Array:
            return -self.at(rows).kept(checks[rows], wait * scale[rows], start[rows], free[rows])[0]

        ends = tuple(one / scale for one in waits)
        tolerances = {"xatol": 1e-7, "xrtol": 1e-7, "fatol": 1e-12, "frtol": 1e-12}
        found = find_minimum(loss, ends, args=(np.arange(scale.size),), tolerances=tolerances, maxiter=40)
        middle = self.kept(checks, scale, start, free)[0]
        better = np.isfinite(found.f_x) & (-found.f_x > middle)
        return np.where(better, found.x * scale, scale), np.where(better, -found.f_x, middle)


def _refuse_endless(generator: Array, cycle: Cycle) -> None:
    """Rounding grows with the time that passes: what it has taken over must not be told."""
    rate = float(np.abs(generator).sum(axis=-2).max(initial=0.0))
    longest = max(cycle.shortest_period, cycle.flip_duration, cycle.period or 0.0)
    if rate * longest > _LONGEST:
        must = f"have no periods or durations above {show(_LONGEST / rate)} us for these rates"
        fail("cycle", must, f"has {show(longest)}")


def logit(fidelity: Array | float) -> Array:
    """ln(F/(1 − F)), finite for all F."""
    inside = np.clip(fidelity, _CLOSE, 1 - _CLOSE)
    return np.log(inside / (1 - inside))


def powered(step: Array, vector: Array, power: Array) -> Array:
    """stepᵏ·vector for matrices (…, 6, 6), columns (…, 6, n) and whole numbers k ≥ 1 that broadcast to their batch.

    Examples:
        >>> from nvprotocol.design.trials import powered
        >>> powered(2 * np.eye(6), np.ones((6, 1)), np.array([3.0, 4.0]))[:, 0, 0].tolist()
        [8.0, 16.0]
    """
    left = np.asarray(power).astype(np.int64)
    while True:
        vector = np.where((left % 2 == 1)[..., None, None], step @ vector, vector)
        left = left // 2
        if not left.any():
            return vector
        step = step @ step


def flat(array: NDArray, batch: tuple[int, ...], core: int) -> NDArray:
    """An array with all batch axes as one.

    Examples:
        >>> from nvprotocol.design.trials import flat
        >>> flat(np.zeros((2, 1, 4)), (2, 3), core=1).shape
        (6, 4)
    """
    own = array.shape[array.ndim - core :]
    return np.broadcast_to(array, (*batch, *own)).reshape(-1, *own)


def _checked(checks: Array) -> NDArray[np.bool_]:
    """Where there are checks, and they can be counted."""
    return (checks > 0) & np.isfinite(checks)
