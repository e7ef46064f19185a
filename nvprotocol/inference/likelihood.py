"""What was measured, as independent numbers with an expectation each: their likelihood, and what it tells.

A table of counts is multinomial. Its likelihood is that of independent Poisson numbers wherever the expectations of a
circuit add up to its runs, as they do here, and so is its Fisher information.
"""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

Real = NDArray[np.float64]

_IMPOSSIBLE = 1e-300
"""Expectation of what the model says cannot be: what was counted nevertheless makes the likelihood all but 0."""


class Family(ABC):
    """How numbers of one kind scatter about their expectations, all arrays of one shape (…, R)."""

    @abstractmethod
    def deviance(self, expected: Real) -> Real:
        """2 (log L of a model that fits each number − log L), shape (…, R); not negative."""

    @abstractmethod
    def score(self, expected: Real) -> Real:
        """The derivative of log L by the expectation."""

    @abstractmethod
    def information(self, expected: Real) -> Real:
        """−E[d² log L/d expectation²], the inverse variance; 0 of what cannot be."""

    @abstractmethod
    def pearson(self, expected: Real) -> Real:
        """(number − expectation)/√variance."""


class Counted(Family):
    """Numbers of runs or photons.

    Args:
        numbers: What was counted, shape (R,).
    """

    def __init__(self, numbers: Real) -> None:
        self.numbers = numbers

    def deviance(self, expected: Real) -> Real:
        """Twice what log L lacks to that of a model that fits."""
        mean = np.maximum(expected, _IMPOSSIBLE)
        return 2 * (xlogy(self.numbers, self.numbers / mean) - (self.numbers - expected))

    def score(self, expected: Real) -> Real:
        """The derivative of log L."""
        return self.numbers / np.maximum(expected, _IMPOSSIBLE) - 1

    def information(self, expected: Real) -> Real:
        """The inverse variance."""
        possible = expected > 0
        return np.where(possible, 1 / np.where(possible, expected, 1.0), 0.0)

    def pearson(self, expected: Real) -> Real:
        """Residuals in units of the standard deviation."""
        return (self.numbers - expected) / np.sqrt(np.maximum(expected, _IMPOSSIBLE))


class Averaged(Family):
    """Averages with standard errors, taken as normal: what they came from would tell more.

    Args:
        values: The averages, shape (R,).
        errors: Their standard errors.
    """

    def __init__(self, values: Real, errors: Real) -> None:
        self.values, self.errors = values, errors

    def deviance(self, expected: Real) -> Real:
        """Twice what log L lacks to that of a model that fits."""
        return ((self.values - expected) / self.errors) ** 2

    def score(self, expected: Real) -> Real:
        """The derivative of log L."""
        return (self.values - expected) / self.errors**2

    def information(self, expected: Real) -> Real:
        """The inverse variance."""
        return np.broadcast_to(self.errors**-2.0, expected.shape)

    def pearson(self, expected: Real) -> Real:
        """Residuals in units of the standard deviation."""
        return (self.values - expected) / self.errors
