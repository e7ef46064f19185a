"""Runs that read one of several readings, out of those that were kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail
from nvprotocol.inference.likelihood import Counted, Family
from nvprotocol.inference.readings import Cells, Reading, rows


@dataclass(frozen=True)
class Events(Reading):
    """Number of runs that read one of some readings.

    Attributes:
        number: These runs.
        shots: Runs that were kept.
        readings: The readings.
    """

    number: int
    shots: int
    readings: tuple[str, ...] = ("01", "10")


@rows.register
def _(reading: Events, cells: Cells, of: str, *, discarded: bool) -> tuple[NDArray[np.float64], Family]:  # noqa: ARG001
    weights = np.zeros(cells.size + 1)
    for one in reading.readings:
        place = cells.place(one, of)
        if place is None:
            fail(of, "be of readings that are kept", f"counts {one}")
        weights[place] = 1.0
    others = np.append(1 - weights[:-1], 0.0)
    numbers = np.array([reading.number, reading.shots - reading.number], dtype=float)
    return reading.shots * np.array([weights, others]), Counted(numbers)
