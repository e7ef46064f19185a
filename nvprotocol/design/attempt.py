"""What attempts of one kind give."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.design.sector import Array

__all__ = ["Attempt"]


@dataclass(frozen=True, eq=False, kw_only=True)
@holds_read_only
class Attempt:
    """What attempts give that start in one state and count a Bell pair in one way; arrays of one shape.

    Attributes:
        rate: Kept Bell pairs of the target fidelity per second, 0 where it is not reached.
        time: Time in µs from the start to the pair, the readout of the last check included; NaN where F is not reached.
        probability: Probability that an attempt is kept; NaN where F is not reached.
        checks: Number of checks, ∞ for continuous monitoring; NaN where F is not reached.
        period: Time between checks in µs, NaN where F is not reached or without a check.
        best_fidelity: The largest fidelity; where F is reached, to 1e-4 or so.
        best_time: The time in µs of it.
        best_checks: The fewest checks that give it to 1e-4.
        longest_period: Longest time between checks in µs with which some number of them still reaches F and keeps more
            than 1e-9 of the attempts, ∞ where there is none; NaN where none reaches F, or it was not asked for.

    Examples:
        >>> found = nv.design.bell_yield(nv.Medium.pair(a=1e-3, A=0.9e-3, q=0.1))
        >>> bool(found.attempt("du").checks == found.attempt("ud").checks)
        True
    """

    rate: Array
    time: Array
    probability: Array
    checks: Array
    period: Array
    best_fidelity: Array
    best_time: Array
    best_checks: Array
    longest_period: Array

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Whether the target is reached."""
        return np.isfinite(self.time)


def part(attempt: Attempt, index: object) -> Attempt:
    """A part of the arrays."""
    return Attempt(**{one.name: np.asarray(getattr(attempt, one.name)[index]) for one in fields(attempt)})


def chosen(condition: NDArray[np.bool_], one: Attempt, other: Attempt) -> Attempt:
    """One where something holds, the other elsewhere."""
    names = [each.name for each in fields(one)]
    return Attempt(**{name: np.where(condition, getattr(one, name), getattr(other, name)) for name in names})


def with_crossings(attempt: Attempt, rate: Array, time: Array, probability: Array, long_time: Array) -> Attempt:
    """Continuous monitoring, shape (2, 2, …), with other crossings, and a fidelity that the fixed phase ends in."""
    reached = np.isfinite(time)
    best, when = np.array(attempt.best_fidelity), np.array(attempt.best_time)
    higher = np.nan_to_num(long_time, nan=0.0) > best[:, 0]
    best[:, 0] = np.where(higher, long_time, best[:, 0])
    when[:, 0] = np.where(higher, np.inf, when[:, 0])
    return replace(
        attempt,
        rate=rate,
        time=time,
        probability=probability,
        checks=np.where(reached, np.inf, np.nan),
        period=np.where(reached, 0.0, np.nan),
        best_fidelity=best,
        best_time=when,
    )


def reshaped(attempt: Attempt, *shape: int) -> Attempt:
    """The same in another shape."""
    return Attempt(**{one.name: getattr(attempt, one.name).reshape(shape) for one in fields(attempt)})


def joined(parts: list[Attempt]) -> Attempt:
    """Attempts one after the other, along the last axis."""
    return Attempt(
        **{one.name: np.concatenate([getattr(part, one.name) for part in parts], -1) for one in fields(Attempt)}
    )
