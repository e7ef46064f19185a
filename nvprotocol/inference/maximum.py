"""Maximum likelihood within limits, by Fisher scoring."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol.inference.task import Task

Real = NDArray[np.float64]

_ENOUGH = 1e-9
"""Fall of the deviance that is still expected where a search ends: 3·10⁻⁵ of a standard error."""

_ROUNDING = 1e-6
"""Fall that is expected where a search ends that finds none: the deviance is known no better."""

_BENDING = 0.05
"""Step in units of a parameter's scale by which a curvature is taken."""

_STIFF = 1e-4
"""Least damping of a parameter, as a share of the largest, in units of the scales."""

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

    A step solves the quadratic model of the deviance within the limits. Where it makes things worse, the curvature of
    the expectations is put into the model, and then the step is shortened (Levenberg and Marquardt).

    Args:
        task: What is to be explained.
        start: Where to start, within the limits.
        free: Which parameters may move.
    """
    low, high, scale = task.parameters.low, task.parameters.high, task.parameters.scale
    point, damping, reached, bent = start, 0.0, False, None
    expected, jacobian = task.linearised(point)
    deviance = task.deviance(expected)
    for _ in range(_MOST_STEPS):
        if not np.isfinite(deviance):
            break
        slope, quadratic = jacobian.T @ task.score(expected), task.fisher(expected, jacobian)
        if bent is not None:
            quadratic = quadratic + np.diag(bent)
        step = bounded_step(quadratic, slope, (low - point, high - point), free, scale, damping)
        fall = float(2 * slope @ step - step @ quadratic @ step) * (1 + damping)  # about that of an undamped step
        if fall < _ENOUGH:
            reached = True
            break
        after = np.clip(point + step, low, high)
        there = task.linearised(after)
        reduced = task.deviance(there[0])
        if reduced <= deviance:
            point, (expected, jacobian), deviance = after, there, reduced
            damping = damping / 10 if damping > 1e-4 else 0.0
            bent = None if bent is None else _bending(task, point, expected, jacobian)
        elif fall < _ROUNDING:
            reached = True
            break
        elif damping > 1e12:
            break
        elif bent is None:
            bent = _bending(task, point, expected, jacobian)
        else:
            damping = max(10 * damping, 1e-3)
    return Optimum(point, deviance, expected, jacobian, reached)


def _bending(task: Task, point: Real, expected: Real, jacobian: Real) -> Real:
    """What the curvature of the expectations along each parameter adds to half of the deviance's, if it is positive.

    It is small where the model fits, but for a parameter of which the expectations know the square only, at 0.
    """
    curved = curvatures(task, point, expected, jacobian)
    return np.maximum(-np.where(np.isfinite(curved), curved, 0.0) @ task.score(expected), 0.0)


def curvatures(task: Task, point: Real, expected: Real, jacobian: Real) -> Real:
    """The second derivative of the expectations by each parameter, shape (K, R); NaN where the model has none nearby.

    Args:
        task: What is to be explained.
        point: The parameters.
        expected: Expectations there.
        jacobian: Their derivatives.
    """
    parameters, size = task.parameters, point.size
    step = _BENDING * parameters.scale
    signed = np.concatenate([step, -step])
    points = np.tile(point, (2 * size, 1)) + np.vstack([np.diag(step), np.diag(-step)])
    inside = np.flatnonzero(np.all((points >= parameters.low) & (points <= parameters.high), axis=1))
    curved = np.full((2 * size, expected.size), np.nan)
    if inside.size:
        straight = expected + signed[inside, None] * jacobian.T[inside % size]
        curved[inside] = 2 * (task.expectations(points[inside]) - straight) / signed[inside, None] ** 2
    one, other = curved[:size], curved[size:]
    return np.where(np.isnan(one), other, np.where(np.isnan(other), one, (one + other) / 2))


def bounded_step(
    fisher: Real, slope: Real, limits: tuple[Real, Real], free: NDArray[np.bool_], scale: Real, damping: float = 0.0
) -> Real:
    """The step within limits that a quadratic model asks for: max slope·s − s·(F + λ diag F)·s/2.

    What a step would lead out of the limits stops at them, and the others are asked again. Where the expectations have
    no slope along a parameter its information says nothing of how far a step may go, and its damping is a share of the
    others'.
    """
    low, high = limits
    told = np.diag(fisher) * scale**2
    matrix = fisher + damping * np.diag(np.maximum(told, _STIFF * told[free].max(initial=0.0)) / scale**2)
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
