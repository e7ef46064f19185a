"""Counts against distributions, worked out a second time: nothing of the package is used here."""

from itertools import product

import numpy as np
from numpy.typing import NDArray
from qiskit.result import Result
from scipy.stats import chi2

SIGNIFICANCE = 1e-4
"""Probability below which counts are said not to come from a distribution; seeds are fixed, so a pass stays a pass."""
FEWEST = 5.0
"""Cells that expect fewer counts than this are counted together."""
_H = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
_ROTATION = {"X": _H, "Y": _H @ np.diag([1, -1j]), "Z": np.eye(2)}
SETTINGS = tuple("".join(letters) for letters in product("XYZ", repeat=2))


def outcome_odds(state: NDArray) -> NDArray[np.float64]:
    """Odds of the four outcomes in each of the nine settings, the right-most letter on qubit 0, shape (9, 4)."""
    rows = []
    for left, right in SETTINGS:
        rotation = np.kron(_ROTATION[left], _ROTATION[right])
        rows.append(np.einsum("ab,bc,ac->a", rotation, state, rotation.conj()).real)
    return np.array(rows)


def cells(state: NDArray, odds: float) -> NDArray[np.float64]:
    """Odds of the kept outcomes and, last, of a discarded run, in each setting, shape (9, 5)."""
    return np.concatenate([odds * outcome_odds(state), np.full((9, 1), 1 - odds)], axis=1)


def with_discarded(counts: NDArray, shots: int) -> NDArray[np.int64]:
    return np.concatenate([counts, shots - counts.sum(axis=1, keepdims=True)], axis=1)


def pearson(counts: NDArray, shots: int, state: NDArray, odds: float) -> tuple[float, int]:
    """χ² and degrees of freedom of counts (9, 4) against the kept state and its odds, discarded runs included."""
    total, freedom = 0.0, 0
    for observed, expected in zip(with_discarded(counts, shots), shots * cells(state, odds), strict=True):
        observed, expected = _pooled(observed, expected, expected)
        total += float(((observed - expected) ** 2 / expected).sum())
        freedom += len(observed) - 1
    return total, freedom


def two_sample(first: NDArray, second: NDArray) -> tuple[float, int]:
    """χ² and degrees of freedom of two tables (settings, cells) with the same shots, for one common distribution."""
    total, freedom = 0.0, 0
    for one, other in zip(first, second, strict=True):
        one, other = _pooled(one, other, (one + other) / 2)
        total += float(((one - other) ** 2 / (one + other)).sum())
        freedom += len(one) - 1
    return total, freedom


def p_value(result: tuple[float, int]) -> float:
    return float(chi2.sf(*result))


def _pooled(one: NDArray, other: NDArray, weight: NDArray) -> tuple[NDArray, NDArray]:
    """Both rows, with the lightest cells added up until they weigh enough."""
    order = np.argsort(weight)
    number = 1
    while weight[order[:number]].sum() < FEWEST and number < len(order):
        number += 1
    groups = [order[:number], *([k] for k in order[number:])]
    return np.array([one[g].sum() for g in groups], float), np.array([other[g].sum() for g in groups], float)


def multinomial_p_value(counts: NDArray, odds: NDArray) -> float:
    """p value of Pearson's χ² of counts against odds that sum to 1; an outcome that cannot be must not be there."""
    counts, expected = np.ravel(counts), counts.sum() * np.clip(np.ravel(odds), 0.0, None)
    if counts[expected < 1e-9 * counts.sum()].any():
        return 0.0
    possible = expected >= 1e-9 * counts.sum()
    observed, wanted = _pooled(counts[possible], expected[possible], expected[possible])
    return float(chi2.sf(((observed - wanted) ** 2 / wanted).sum(), len(wanted) - 1)) if len(wanted) > 1 else 1.0


def two_sample_p_value(first: NDArray, second: NDArray) -> float:
    """p value of the χ² of two rows of counts with the same shots, for one common distribution."""
    there = first + second > 0
    return p_value(two_sample(first[None, there], second[None, there]))


def counts_of(result: Result, number: int = 0) -> dict[str, int]:
    """The counts of one circuit of a run; empty where nothing was kept."""
    counts = result.get_counts(number)
    assert isinstance(counts, dict)
    return counts
