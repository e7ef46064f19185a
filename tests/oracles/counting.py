"""Counts against distributions, worked out a second time: nothing of the package is used here.

Here stands, too, how probable it is that a right package fails a test of draws. Each test that chance could fail bears
the mark `statistical` and fails a new seed with the probability `FALSE_ALARM` at most: its thresholds come from this
number, shared out where it compares several times. `test_counting.py` adds the marks up. Seeds are fixed, so that a
pass stays a pass; `pytest -m statistical --reseed 5` shows what other seeds would say.
"""

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from qiskit.result import Result
from scipy.stats import binom, hypergeom, norm

if TYPE_CHECKING:
    from nvprotocol.emulation import Estimate

FALSE_ALARM = 1e-5
"""Probability with which a test of draws may fail for a new seed, though nothing is wrong."""
MOST_FALSE_ALARMS = 0.01
"""The same of all of them together."""
FEWEST = 5.0
"""Cells that expect fewer counts than this are counted together."""
_H = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
_ROTATION = {"X": _H, "Y": _H @ np.diag([1, -1j]), "Z": np.eye(2)}
SETTINGS = tuple("".join(letters) for letters in product("XYZ", repeat=2))


def outcome_probabilities(state: NDArray) -> NDArray[np.float64]:
    """Probabilities of the outcomes in each of the nine settings, the right-most letter on qubit 0, shape (9, 4)."""
    rows = []
    for left, right in SETTINGS:
        rotation = np.kron(_ROTATION[left], _ROTATION[right])
        rows.append(np.einsum("ab,bc,ac->a", rotation, state, rotation.conj()).real)
    return np.array(rows)


def cells(state: NDArray, probability: float) -> NDArray[np.float64]:
    """Probabilities of the kept outcomes and, last, of a discarded run, in each setting, shape (9, 5)."""
    return np.concatenate([probability * outcome_probabilities(state), np.full((9, 1), 1 - probability)], axis=1)


def with_discarded(counts: NDArray, shots: int) -> NDArray[np.int64]:
    return np.concatenate([counts, shots - counts.sum(axis=1, keepdims=True)], axis=1)


def pearson(counts: NDArray, shots: int, state: NDArray, probability: float) -> tuple[float, int]:
    """χ² and degrees of freedom of counts (9, 4) against a kept state and its probability, discarded runs included."""
    total, freedom = 0.0, 0
    for observed, expected in zip(with_discarded(counts, shots), shots * cells(state, probability), strict=True):
        observed, expected = _pooled(observed, expected, expected)
        total += float(((observed - expected) ** 2 / expected).sum())
        freedom += len(observed) - 1
    return total, freedom


def _pooled(one: NDArray, other: NDArray, weight: NDArray) -> tuple[NDArray, NDArray]:
    """Both rows, with the lightest cells added up until they weigh enough."""
    order = np.argsort(weight)
    number = 1
    while weight[order[:number]].sum() < FEWEST and number < len(order):
        number += 1
    groups = [order[:number], *([k] for k in order[number:])]
    return np.array([one[g].sum() for g in groups], float), np.array([other[g].sum() for g in groups], float)


def multinomial_p_value(counts: NDArray, probabilities: NDArray) -> float:
    """p value of counts (…, cells) against probabilities that sum to 1 along the cells, however few the counts are.

    Each cell alone is a binomial; the smallest of their exact tails, times the number of tails, is exceeded by chance
    with no more probability than it says. Pearson's χ² keeps this promise for many counts only.
    """
    counts, probabilities = np.asarray(counts), np.clip(probabilities, 0.0, 1.0)
    shots = counts.sum(axis=-1, keepdims=True)
    return _smallest(binom.cdf(counts, shots, probabilities), binom.sf(counts - 1, shots, probabilities))


def two_sample_p_value(first: NDArray, second: NDArray) -> float:
    """p value of two tables of counts (…, cells) for one common distribution: Fisher's exact test of each cell."""
    shots = first.sum(axis=-1, keepdims=True)
    both = shots + second.sum(axis=-1, keepdims=True), first + second, shots
    return _smallest(hypergeom.cdf(first, *both), hypergeom.sf(first - 1, *both))


def _smallest(lower: NDArray, upper: NDArray) -> float:
    return float(min(1.0, 2 * lower.size * min(lower.min(), upper.min())))


def sigmas(comparisons: int = 1) -> float:
    """Standard deviations that the worst of so many normal numbers exceeds, to either side, by a false alarm only."""
    return float(norm.isf(FALSE_ALARM / 2 / comparisons))


def fewest_inside(intervals: int, coverage: float, comparisons: int = 1) -> int:
    """How many intervals of this coverage hold the truth at least, but for a false alarm."""
    return int(binom.ppf(FALSE_ALARM / comparisons, intervals, coverage))


def counts_of(result: Result, number: int = 0) -> dict[str, int]:
    """The counts of one circuit of a run; empty where nothing was kept."""
    counts = result.get_counts(number)
    assert isinstance(counts, dict)
    return counts


def kept_counts(estimate: "Estimate") -> NDArray[np.int64]:
    """The counts of an estimate that has some."""
    assert estimate.counts is not None
    return estimate.counts
