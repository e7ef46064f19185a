"""Maximum likelihood within limits, by Fisher scoring."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol.inference.task import Task

Real = NDArray[np.float64]

_ENOUGH = 1e-9
"""Fall of the deviance that is still expected where a search ends: 3·10⁻⁵ of a standard error."""

_MOST_STEPS = 100
_TOLD = 1e-9
"""Eigenvalues of the Fisher information, in units of its diagonal, below which a combination has no slope."""

_LEAST = 1e-4
"""1/√F of a parameter in units of its scale, times this, beyond 1: it is rounding that has told of it."""


@dataclass(frozen=True)
class Optimum:
    """Where a search has ended.

    Attributes:
        point: The parameters, shape (K,).
        deviance: The deviance there.
        expected: Expectations, shape (R,).
        jacobian: Their derivatives, shape (R, K).
        reached: Whether the search has ended where the likelihood is largest nearby.
    """

    point: Real
    deviance: float
    expected: Real
    jacobian: Real
    reached: bool


def descend(task: Task, start: Real, free: NDArray[np.bool_]) -> Optimum:
    """The least deviance near a start.

    A step solves the quadratic model of the deviance within the limits; where it makes things worse it is shortened
    (Levenberg and Marquardt).

    Args:
        task: What is to be explained.
        start: Where to start, within the limits.
        free: Which parameters may move.
    """
    low, high = task.parameters.low, task.parameters.high
    point, damping, reached = start, 0.0, False
    expected, jacobian = task.linearised(point)
    deviance = task.deviance(expected)
    for _ in range(_MOST_STEPS):
        if not np.isfinite(deviance):
            break
        slope, fisher = jacobian.T @ task.score(expected), task.fisher(expected, jacobian)
        step = bounded_step(fisher, slope, (low - point, high - point), free, task.parameters.scale, damping)
        if 2 * slope @ step - step @ fisher @ step < _ENOUGH * (1 + damping):
            reached = True
            break
        after = np.clip(point + step, low, high)
        there = task.linearised(after)
        reduced = task.deviance(there[0])
        if reduced <= deviance:
            point, (expected, jacobian), deviance = after, there, reduced
            damping = damping / 10 if damping > 1e-4 else 0.0
        elif damping > 1e12:
            break
        else:
            damping = max(10 * damping, 1e-3)
    return Optimum(point, deviance, expected, jacobian, reached)


def bounded_step(
    fisher: Real, slope: Real, limits: tuple[Real, Real], free: NDArray[np.bool_], scale: Real, damping: float = 0.0
) -> Real:
    """The step within limits that a quadratic model asks for: max slope·s − s·(F + λ diag F)·s/2.

    What a step would lead out of the limits stops at them, and the others are asked again.
    """
    low, high = limits
    matrix = fisher + damping * np.diag(np.diag(fisher))
    step = np.zeros(slope.size)
    held = ~free | ((low >= 0) & (slope <= 0)) | ((high <= 0) & (slope >= 0))
    for _ in range(slope.size):
        moving = np.flatnonzero(~held)
        if not moving.size:
            break
        pull = slope[moving] - matrix[np.ix_(moving, np.flatnonzero(held))] @ step[held]
        step[moving] = inverse(matrix[np.ix_(moving, moving)], scale[moving]) @ pull
        beyond = moving[(step[moving] < low[moving]) | (step[moving] > high[moving])]
        if not beyond.size:
            break
        step[beyond] = np.clip(step[beyond], low[beyond], high[beyond])
        held[beyond] = True
    return step


def inverse(matrix: Real, scale: Real) -> Real:
    """The inverse of a Fisher information, 0 for combinations that it says nothing about.

    Args:
        matrix: The information, shape (K, K).
        scale: How large each parameter is.
    """
    size, values, vectors = _modes(matrix, scale)
    told = values > _TOLD
    return ((vectors[:, told] / values[told]) @ vectors[:, told].T) / np.outer(size, size)


def unidentified(matrix: Real, scale: Real) -> Real:
    """Combinations that a Fisher information says nothing about: orthonormal in units of `size`, shape (K, number)."""
    _, values, vectors = _modes(matrix, scale)
    return vectors[:, values <= _TOLD]


def _modes(matrix: Real, scale: Real) -> tuple[Real, Real, Real]:
    """In which units, and eigenvalues and eigenvectors in them: those of each parameter's own standard error."""
    size = np.maximum(np.sqrt(np.maximum(np.diag(matrix), 0.0)), _LEAST / scale)
    values, vectors = np.linalg.eigh(matrix / np.outer(size, size))
    return size, values, vectors
