"""Where else a search for the largest likelihood may begin."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.inference.maximum import Optimum
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.task import Task

Real = NDArray[np.float64]

_STARTS = 16
"""Places where a search may begin, besides the given one; the best of them are tried."""


def other_starts(task: Task, first: Optimum, number: int) -> list[Real]:
    """The best places of a fixed set that spreads over the bounds, or about the start."""
    if not number:
        return []
    parameters = task.parameters
    size = parameters.start.size
    # Additive recurrence with the generalised golden ratio, which fills a cube evenly.
    ratio = _plastic(size) ** -np.arange(1.0, size + 1)
    cube = (0.5 + np.outer(np.arange(1, _STARTS + 1), ratio)) % 1
    bounded = np.isfinite(parameters.low) & np.isfinite(parameters.high)
    low, high = np.where(bounded, parameters.low, 0.0), np.where(bounded, parameters.high, 1.0)
    middle = np.where(parameters.start != 0, parameters.start * 4 ** (2 * cube - 1), (2 * cube - 1) * parameters.scale)
    wide = bounded & (high - low <= 100 * parameters.scale)
    points = np.clip(np.where(wide, low + cube * (high - low), middle), parameters.low, parameters.high)
    mirrored = [mirrored_point(parameters, first.point, k) for k in range(size)]
    points = np.vstack([*[one for one in mirrored if one is not None], points])
    values = np.array([task.deviance(expected) for expected in task.expectations(points)])
    best = np.argsort(values, kind="stable")
    return [points[k] for k in best[:number] if np.isfinite(values[k])]


def _plastic(size: int) -> float:
    """The root of x^(size + 1) = x + 1."""
    value = 2.0
    for _ in range(60):
        value = (1 + value) ** (1 / (size + 1))
    return value


def mirrored_point(parameters: Parameters, point: Real, number: int) -> Real | None:
    """The point with the sign of one parameter changed, if it may have that."""
    other = point.copy()
    other[number] = -point[number]
    inside = parameters.low[number] <= other[number] <= parameters.high[number]
    return other if inside and point[number] else None
