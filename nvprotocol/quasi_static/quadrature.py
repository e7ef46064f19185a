"""Nodes and weights for averages over Gaussian detunings, with an error that is known beforehand.

Whatever is asked of an unnormalised kept state is a function f of the detunings that is at most 1 in size where they
are real. Between jumps and gates a coherence turns at a detuning or at none, so along a standard normal variable z that
moves the detunings f is entire and of exponential type x, the largest phase that a coherence can gather while z = 1
(`Exposure.reach`). By Bernstein's inequality its derivatives obey |f⁽ᵏ⁾| ≤ xᵏ. Hence, with no constant left open,

- n nodes of the Gauss–Hermite rule err by at most n!·x²ⁿ/(2n)!;
- evenly spaced nodes of spacing h up to ±L err by at most 2·exp(−(2π/h − x)²/2), by moving the contour of integration,
  and erfc(L/√2) for what lies beyond.

The first needs fewer nodes for small x and some e·x²/4 for large ones, the second some 2.5·(x + 8) for any.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from math import lgamma, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only

TOLERANCE = 1e-12
"""Largest error of an average along one direction, in trace norm of an unnormalised state."""

_MOST_HERMITE = 60


@dataclass(frozen=True, eq=False)
@holds_read_only
class Nodes:
    """Detunings that stand for all, with the probability of each.

    Attributes:
        shifts: What each run adds to the splittings in rad/µs, shape (K, …, N).
        weights: Probabilities, shape (K,).

    Examples:
        >>> from nvprotocol.quasi_static.exposure import Exposure
        >>> from nvprotocol.quasi_static.noise import nodes_of
        >>> noise = nv.quasi_static.QuasiStaticNoise(t2_star_us=2.0, correlation=1.0)
        >>> nodes = nodes_of(noise, 2, [Exposure.to_all(2, 1.0)])
        >>> nodes.shifts.shape, round(float(nodes.weights @ np.cos(nodes.shifts[:, 0])), 10)  # exp(−(1/2)²)
        ((13, 2), 0.7788007831)
    """

    shifts: NDArray[np.float64]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return self.weights.size


@lru_cache(maxsize=256)
def number_of_hermite(reach: float) -> int | None:
    """The number of Gauss–Hermite nodes for an exponential type, None where it is large."""
    if reach == 0:
        return 1
    for n in range(1, _MOST_HERMITE + 1):
        if lgamma(n + 1) - lgamma(2 * n + 1) + 2 * n * log(reach) <= log(TOLERANCE):
            return n
    return None


def evenly_spaced(reach: float) -> tuple[float, int]:
    """The spacing of even nodes for an exponential type, and the number of them on either side of 0."""
    beyond = np.sqrt(2 * np.log(8 / TOLERANCE))
    spacing = 2 * np.pi / (reach + beyond)
    return float(spacing), int(np.ceil(beyond / spacing))


def number_of_nodes(reach: float) -> int:
    """The number of nodes along a direction of an exponential type."""
    even = 2 * evenly_spaced(reach)[1] + 1
    return min(number_of_hermite(reach) or even, even)


def rule(reach: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values of a standard normal variable and their weights, exact to `TOLERANCE` for an exponential type."""
    number = number_of_nodes(reach)
    if number == number_of_hermite(reach):
        hermite: Any = np.polynomial.hermite_e.hermegauss(number)
        nodes, weights = hermite
    else:
        spacing, side = evenly_spaced(reach)
        nodes = np.asarray(spacing * np.arange(-side, side + 1), dtype=np.float64)
        weights = np.exp(-(nodes**2) / 2)
    return nodes, weights / weights.sum()


def grid(reaches: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Independent standard normal variables and their weights, shapes (K, D) and (K,), for an exponential type each."""
    rules = [rule(float(reach)) for reach in reaches]
    weights = np.array([1.0])
    for _, own in rules:
        weights = np.outer(weights, own).ravel()
    return np.array(list(product(*(nodes for nodes, _ in rules)))).reshape(weights.size, len(rules)), weights


def factors(covariance: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Matrices C with C Cᵀ the covariance, shape (…, N, N): from its eigenvectors, and triangular."""
    values, vectors = np.linalg.eigh(covariance)
    return [vectors * np.sqrt(np.clip(values, 0.0, None))[..., None, :], _triangular(covariance)]


def _triangular(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cholesky's factor of what may be singular: a pivot that is rounding is none."""
    n = covariance.shape[-1]
    rest, found = covariance.copy(), np.zeros_like(covariance)
    least = 1e-14 * np.einsum("...ii->...i", covariance)
    for k in range(n):
        pivot = rest[..., k, k]
        there = pivot > least[..., k]
        column = np.where(there[..., None], rest[..., :, k], 0.0) / np.sqrt(np.where(there, pivot, 1.0))[..., None]
        found[..., :, k] = column
        rest = rest - column[..., :, None] * column[..., None, :]
    return found


def chunks(number: int, most: int) -> list[slice]:
    """Parts of a row of nodes, each of at most so many."""
    cuts = [*range(0, number, max(most, 1)), number]
    return [slice(*pair) for pair in pairwise(cuts)]
