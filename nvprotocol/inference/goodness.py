"""How probable it is that a true model fits no better."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from nvprotocol.inference.task import Task

Real = NDArray[np.float64]

_IMPOSSIBLE = 1e-9
"""Expected number of runs below which a reading cannot be."""

_FEW = 1.0
"""Expected number of runs below which readings are counted together."""


def goodness_of_fit(task: Task, expected: Real, fitted: int) -> float | None:
    """The p-value of Pearson's X², with the mean and the variance that it has for these numbers of runs.

    X² of a table of N runs with k possible readings has the mean k − 1 and the variance
    2(k − 1) + (Σ1/p − k² − 2k + 2)/N (Haldane, Biometrika 29, 133, 1937), of a Poisson number with the mean μ 1 and
    2 + 1/μ, of an average 1 and 2. Readings of which less than one run is expected count as one. Each parameter
    takes one degree of freedom. A gamma distribution with these moments is χ² where the numbers are large.

    Args:
        task: What is to be explained.
        expected: Expectations at the maximum of the likelihood.
        fitted: Number of parameters that the counts determine.

    Returns:
        The p-value; None where no degree of freedom is left.
    """
    square = mean = variance = 0.0
    counted, numbers = task.counted, task.counts
    residuals = task.pearson(expected)
    for circuit, is_table in enumerate(task.is_table):
        own = np.flatnonzero(task.circuit_of == circuit)
        if not counted[own[0]]:
            square, mean, variance = square + float(residuals[own] @ residuals[own]), mean + 1, variance + 2
            continue
        seen, likely = numbers[own], expected[own]
        if np.any((likely < _IMPOSSIBLE) & (seen > 0)):
            return 0.0
        seen, likely = _pooled(seen, likely) if is_table else (seen, likely)
        if likely.size > 1 or not is_table:
            square += float(np.sum((seen - likely) ** 2 / np.maximum(likely, _IMPOSSIBLE)))
            own_mean, own_variance = _moments(likely) if is_table else (1.0, 2 + 1 / max(float(likely[0]), _IMPOSSIBLE))
            mean, variance = mean + own_mean, variance + own_variance
    left = mean - fitted
    if left < 0.5:
        return None
    variance *= left / mean
    return float(gammaincc(left**2 / variance, square * left / variance))


def _moments(likely: Real) -> tuple[float, float]:
    """Mean and variance of X² of a table."""
    runs, cells = float(likely.sum()), likely.size
    return cells - 1.0, 2.0 * (cells - 1) + (float(np.sum(runs / likely)) - cells**2 - 2 * cells + 2) / runs


def _pooled(seen: Real, likely: Real) -> tuple[Real, Real]:
    """A table whose rare readings are one: few numbers that are seldom not 0 have no gamma distribution."""
    possible = likely >= _IMPOSSIBLE
    seen, likely = seen[possible], likely[possible]
    order = np.argsort(likely)
    rare = int(np.count_nonzero(likely < _FEW))
    if rare and likely[order[:rare]].sum() < _FEW:
        rare += 1
    together = [order[:rare]] if rare else []
    groups = [*together, *order[rare:, None]]
    return np.array([seen[one].sum() for one in groups]), np.array([likely[one].sum() for one in groups])
