"""Vectors that change in ramps: splittings of the qubits, factors of the medium."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol.pulses.pulse import Event
from nvprotocol.pulses.schedule import INSTANT


@dataclass(frozen=True)
class Course:
    """A vector while it stays as it is, or while one ramp takes it elsewhere.

    Attributes:
        before: Its value when the ramp begins, shape (V,).
        after: Its value when the ramp ends.
        begin: When that is in µs.
        end: When that is in µs.
        cosine: Whether it follows half a period of a cosine.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    begin: float = 0.0
    end: float = 0.0
    cosine: bool = False

    @property
    def constant(self) -> bool:
        """Whether nothing changes."""
        return self.end <= self.begin

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values at times in µs, shape (V, T)."""
        if self.constant:
            return np.repeat(self.after[:, None], times.size, axis=1)
        part = np.clip((times - self.begin) / (self.end - self.begin), 0.0, 1.0)
        if self.cosine:
            part = (1 - np.cos(np.pi * part)) / 2
        return self.before[:, None] + (self.after - self.before)[:, None] * part

    def key(self, origin: float) -> tuple[object, ...]:
        """What tells it from other courses, seen from a moment."""
        if self.constant:
            return (self.after.tobytes(),)
        span = (round((self.begin - origin) / INSTANT), round((self.end - origin) / INSTANT))
        return (self.before.tobytes(), self.after.tobytes(), *span, self.cosine)


class Track:
    """A vector over the whole schedule, and the ramps that take it from value to value."""

    def __init__(self, initial: NDArray[np.float64], ramps: Iterable[tuple[Event, NDArray[np.float64]]]) -> None:
        self._courses = [Course(initial, initial, -np.inf, -np.inf)]
        for ramp, after in ramps:
            cosine = getattr(ramp, "shape", "") == "cosine"
            self._courses.append(Course(self._courses[-1].after, after, ramp.begin, ramp.end, cosine))
        self._begins = [course.begin for course in self._courses]

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values at times in µs, shape (V, T)."""
        return np.array([self.during(float(time)).at(np.array([time]))[:, 0] for time in times]).T

    def during(self, time: float) -> Course:
        """The vector about a moment: the ramp that is on, or the value that the last one has left."""
        last = self._courses[bisect_right(self._begins, time) - 1]
        return last if time < last.end else Course(last.after, last.after)
