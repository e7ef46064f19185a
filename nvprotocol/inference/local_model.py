"""Expectations close to a point as polynomials of second degree, which cost nothing to ask."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nvprotocol.inference.maximum import Optimum
from nvprotocol.inference.task import Task

Real = NDArray[np.float64]

_REACH = 1.5
"""Distance in standard errors at which curvatures are taken: about where intervals of 95 % end."""


class LocalTask(Task):
    """What was measured, with the expectations of a model near an optimum.

    Args:
        task: The task.
        best: The optimum.
        errors: Standard errors of the parameters, all positive and finite.
    """

    def __init__(self, task: Task, best: Optimum, errors: Real) -> None:
        self.__dict__.update(task.__dict__)
        low, high = task.parameters.low, task.parameters.high
        upwards = best.point + _REACH * errors <= high
        self._step = np.where(upwards, 1.0, -1.0) * _REACH * errors
        both = (best.point - self._step >= low) & (best.point - self._step <= high)
        size = best.point.size
        unit = np.eye(size)
        pairs = list(combinations(range(size), 2))
        places = [*unit, *np.where(both[:, None], -unit, unit / 2), *[unit[j] + unit[k] for j, k in pairs]]
        points = np.clip(best.point + np.array(places) * self._step, low, high)
        values = task.expectations(points) - best.expected
        self._centre, self._expected, self._curvature = (
            best.point,
            best.expected,
            np.zeros((size, size, values.shape[1])),
        )
        one, other = values[:size], values[size : 2 * size]
        self._slope = np.where(both[:, None], (one - other) / 2, 4 * other - one)
        diagonal = np.where(both[:, None], one + other, 4 * (one - 2 * other))
        self._curvature[range(size), range(size)] = diagonal
        for number, (j, k) in enumerate(pairs):
            mixed = values[2 * size + number] - one[j] - one[k]
            self._curvature[j, k] = self._curvature[k, j] = mixed
        self.usable = bool(np.isfinite(values).all())

    def expectations(self, points: Real) -> Real:
        """Expectation of every number, shape (P, R)."""
        off = (points - self._centre) / self._step
        bent = np.einsum("pj,pk,jkr->pr", off, off, self._curvature, optimize=True)
        return np.maximum(self._expected + off @ self._slope + bent / 2, 0.0)

    def linearised(self, point: Real) -> tuple[Real, Real]:
        """Expectations, shape (R,), and their derivatives, (R, K)."""
        off = (point - self._centre) / self._step
        turned = np.tensordot(off, self._curvature, 1)
        expected = np.maximum(self._expected + off @ self._slope + off @ turned / 2, 0.0)
        return expected, ((self._slope + turned) / self._step[:, None]).T
