"""Intervals by profile likelihood, with thresholds that are right also close to a limit.

The values of a parameter that are not rejected are those where the deviance, least over the others, has risen by at
most a threshold. Far from limits that is the quantile of χ² with one degree of freedom. Close to a limit the maximum
may lie on it, and the rise is smaller: the threshold is then the one that Feldman and Cousins found for a normal
variable whose mean cannot be negative (doi:10.1103/PhysRevD.57.3873), at the limit itself the square of the one-sided
quantile. With the χ² threshold an interval would cover too often there, 97.5 % for 95 %, and be wider.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from nvprotocol.inference.local_model import LocalTask
from nvprotocol.inference.maximum import Optimum, descend, inverse
from nvprotocol.inference.task import Task
from nvprotocol.tomography.proportions import normal_quantile

Real = NDArray[np.float64]

_CLOSE = 1e-3
"""Of the threshold, to which its end is found: 5·10⁻⁴ of half the width."""

_AGREEING = 0.02
"""Share of the threshold by which a local model may be wrong for its end to be moved; beyond, it is not used."""

_MOST_DOUBLINGS = 40


def threshold(level: float, distance: float = np.inf) -> float:
    """By how much the deviance may have risen at a value some standard errors away from the nearest limit.

    For x = μ + z with μ ≥ 0 and a standard normal z the rise at μ is (x − μ)² if x ≥ 0 and μ² − 2xμ else. The threshold
    c, which it stays below with the probability of the level, has Φ(√c) − Φ(−(μ² + c)/2μ) = level while √c > μ, and is
    that of χ² beyond.

    Args:
        level: Confidence level.
        distance: μ.

    Examples:
        >>> from nvprotocol.inference.profile import threshold
        >>> [round(threshold(0.95, at), 3) for at in (0.0, 0.5, 1.0, 3.0)]
        [2.706, 2.749, 3.31, 3.841]
    """
    plain = normal_quantile(level)
    if distance >= plain:
        return plain**2
    grid, values = _thresholds(level)
    return float(np.interp(distance, grid, values))


@cache
def _thresholds(level: float) -> tuple[Real, Real]:
    plain = normal_quantile(level)
    grid = np.linspace(0.0, plain, 60)
    values = [float(ndtri(level)) ** 2]
    for distance in grid[1:].tolist():

        def missing(root: float, distance: float = distance) -> float:
            return float(ndtr(root) - ndtr(-(distance**2 + root**2) / (2 * distance))) - level

        root: Any = plain if missing(distance) > 0 else brentq(missing, distance, plain + 1e-9)
        values.append(root**2)
    return grid, np.array(values)


def intervals(task: Task, best: Optimum, numbers: Sequence[int], level: float) -> dict[int, tuple[float, float]]:
    """The values of parameters that are not rejected; a limit of one where nothing speaks against that.

    The ends are looked for in a local model of the expectations. The model itself is asked at each of them, and where
    the two do not agree it is followed all the way.

    Args:
        task: What is to be explained.
        best: The maximum of the likelihood.
        numbers: Which parameters.
        level: Confidence level.
    """
    sides = [(number, side) for number in numbers for side in (-1, 1)]
    found, ends = dict.fromkeys(sides, np.nan), {}
    errors = np.sqrt(np.maximum(np.diag(_covariance(task, best)), 0.0))
    if np.all(errors > 0):
        with np.errstate(over="ignore", invalid="ignore"):  # polynomials far away; there they are not believed
            local = LocalTask(task, best, errors)
            profiles = {number: _Profile(local, best, number, level) for number in numbers}
            ends = {of: _end(profiles[of[0]], of[1]) for of in sides} if local.usable else {}
            at = {of: profiles[of[0]].at(end) for of, end in ends.items() if np.isfinite(end)}
        expected = task.expectations(np.array(list(at.values()))) if at else []
        for of, there in zip(at, expected, strict=True):
            found[of] = profiles[of[0]].corrected(ends[of], task.deviance(there))
    for number, side in sides:
        if np.isnan(found[number, side]):
            about = abs(ends.get((number, side), np.nan) - best.point[number])
            found[number, side] = _end(_Profile(task, best, number, level), side, about)
    return {number: (float(found[number, -1]), float(found[number, 1])) for number in numbers}


def one_sided_bound(task: Task, best: Optimum, number: int, side: int, level: float) -> float:
    """The value that a parameter is said not to be beyond, with the probability of the level.

    Args:
        task: What is to be explained.
        best: The maximum of the likelihood.
        number: Which parameter.
        side: 1 for an upper bound, −1 for a lower one.
        level: Confidence level.
    """
    return _end(_OneSided(task, best, number, level), side)


def _covariance(task: Task, best: Optimum) -> Real:
    return inverse(task.fisher(best.expected, best.jacobian), task.parameters.scale)


class _Profile:
    """The rise of the deviance along one parameter, above its threshold."""

    def __init__(self, task: Task, best: Optimum, number: int, level: float) -> None:
        self.task, self.best, self.number, self.level = task, best, number, level
        parameters = task.parameters
        covariance = _covariance(task, best)
        self.error = float(np.sqrt(max(covariance[number, number], 0.0)))
        self.slope = covariance[number] / covariance[number, number] if self.error else np.zeros(len(covariance))
        self.low, self.high = float(parameters.low[number]), float(parameters.high[number])
        self._found = [best.point]
        """Where the deviance has been least at other values: a search begins at the nearest."""

    def excess(self, value: float) -> float:
        """√ of the rise, less √ of the threshold: close to a straight line."""
        found = self._least(value)
        if not np.isfinite(found.deviance):
            return np.inf
        return self._root_rise(found.deviance) - np.sqrt(self.threshold(value))

    def at(self, value: float) -> Real:
        """The point of the least deviance at a value."""
        return self._least(value).point

    def threshold(self, value: float) -> float:
        """The threshold at a value."""
        near = min(value - self.low, self.high - value)
        return threshold(self.level, near / self.error if self.error else np.inf)

    def corrected(self, end: float, deviance: float) -> float:
        """An end that a local model has given, with the deviance that the model itself has there.

        NaN where the two disagree.
        """
        rise, aim = self._root_rise(deviance), np.sqrt(self.threshold(end))
        centre = float(self.best.point[self.number])
        if end in (self.low, self.high) and end != centre:
            return end if rise <= aim else np.nan
        if end == centre:
            return end if end in (self.low, self.high) else np.nan
        if abs(rise - aim) <= _CLOSE * aim:
            return end
        if abs(rise - aim) > _AGREEING * aim:
            return np.nan
        return float(np.clip(centre + (end - centre) * aim / rise, self.low, self.high))

    def _least(self, value: float) -> Optimum:
        parameters, best, number = self.task.parameters, self.best, self.number
        free, size = np.arange(best.point.size) != number, np.maximum(np.abs(best.point), parameters.scale)
        near = min(self._found, key=lambda point: abs(point[number] - value))
        shift = np.clip(self.slope * (value - near[number]), -size, size)
        # Along the covariance, as far as that can be true; else from where the others are.
        for start in (near + shift, near, best.point):
            point = np.clip(start, parameters.low, parameters.high)
            point[number] = value
            found = descend(self.task, point, free)
            if np.isfinite(found.deviance):
                self._found.append(found.point)
                break
        return found

    def _root_rise(self, deviance: float) -> float:
        return float(np.sqrt(max(deviance - self.best.deviance, 0.0)))


class _OneSided(_Profile):
    """The rise above the square of the normal quantile: close to a limit a bound covers more often than it says."""

    def threshold(self, value: float) -> float:  # noqa: ARG002  # the same everywhere
        """The threshold at a value."""
        return float(ndtri(self.level)) ** 2


def _end(profile: _Profile, side: int, about: float = np.nan) -> float:
    """Where the excess is 0 on one side of the optimum, looked for at a distance first; the limit if it is not."""
    best, limit = float(profile.best.point[profile.number]), profile.high if side > 0 else profile.low
    scale = float(profile.task.parameters.scale[profile.number])
    reach = np.sqrt(threshold(profile.level)) * (profile.error if profile.error else 0.1 * scale)
    reach = about if 0 < about < np.inf else reach
    if best == limit:
        return limit
    inner, below = best, -np.sqrt(threshold(profile.level))
    for _ in range(_MOST_DOUBLINGS):
        outer = best + side * reach
        outer = min(outer, limit) if side > 0 else max(outer, limit)
        above = profile.excess(outer)
        if above >= 0:
            return _root(profile, (inner, below), (outer, above))
        if outer == limit:
            return limit
        inner, below, reach = outer, above, 2 * reach if above < -0.5 else 1.25 * reach
    return side * np.inf


def _root(profile: _Profile, inner: tuple[float, float], outer: tuple[float, float]) -> float:
    """Where the excess is 0 between two values, by false position that does not stick (Illinois)."""
    (a, below), (b, above) = inner, outer
    enough = _CLOSE * np.sqrt(threshold(profile.level))
    kept = 0
    for _ in range(100):
        if above <= enough:
            return b
        between = b - above * (b - a) / (above - below) if np.isfinite(above) else (a + b) / 2
        if abs(b - a) < 1e-12 * max(abs(a), abs(b)):
            return a
        value = profile.excess(between)
        if abs(value) <= enough:
            return between
        if value > 0:
            b, above = between, value
            below = below / 2 if kept > 0 else below
            kept = 1
        else:
            a, below = between, value
            above = above / 2 if kept < 0 and np.isfinite(above) else above
            kept = -1
    return b
