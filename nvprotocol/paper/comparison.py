"""A computed number and the number expected of it."""

from dataclasses import dataclass
from math import ceil, log10
from typing import Literal, TypeAlias

import numpy as np

from nvprotocol._checks import fail
from nvprotocol._typing import ArrayLike

__all__ = ["Comparison", "at_least", "at_most", "equal", "vanishes"]

Relation: TypeAlias = Literal["=", "≈0", "≤", "≥"]

_SLACK = 1.001
"""A number printed to k digits is met by half a unit of the last one, and by what binary fractions add to it."""
_NOTHING = 1e-9
"""What is smaller beside a bound is shown as 0: its digits are rounding errors."""


@dataclass(frozen=True)
class Comparison:
    """Numbers found, numbers expected, and how near they must be.

    Attributes:
        quantity: What has been computed.
        relation: "=" within the tolerance, "≈0" a residual below the tolerance, "≤" or "≥" a bound.
        found: The numbers computed.
        expected: The numbers expected, one for each found.
        tolerance: Largest absolute difference; for "=" it says how many decimals are shown.

    Examples:
        >>> from nvprotocol.paper.comparison import equal
        >>> one = equal("C(∞)", 0.36486486, 0.364865, digits=6)
        >>> one.agrees, one.found_text, one.expected_text
        (True, '0.364865', '0.364865')
    """

    quantity: str
    relation: Relation
    found: tuple[float, ...]
    expected: tuple[float, ...]
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether every number found is as expected; a NaN is not."""
        found, expected = np.array(self.found), np.array(self.expected)
        if self.relation == "≤":
            return bool(np.all(found <= expected + self.tolerance))
        if self.relation == "≥":
            return bool(np.all(found >= expected - self.tolerance))
        return bool(np.all(np.abs(found - expected) <= self.tolerance * _SLACK))

    @property
    def found_text(self) -> str:
        """The numbers found, rounded to what the tolerance vouches for, so that rounding errors do not show."""
        if self.relation == "≈0":
            worst = max(map(abs, self.found))
            return f"< {self.tolerance:.0e}" if self.agrees else f"{worst:.1e}"
        if self.relation in ("≤", "≥"):
            return ", ".join(f"{0 if abs(value) <= _NOTHING else value:.3g}" for value in self.found)
        return ", ".join(_decimal(value, self._decimals) for value in self.found)

    @property
    def expected_text(self) -> str:
        """The numbers expected, as many digits as of those found."""
        if self.relation == "≈0":
            return "0"
        if self.relation in ("≤", "≥"):
            bounds = dict.fromkeys(self.expected)  # one for all is said once
            return ", ".join(
                f"{self.relation} {value:.3g}" for value in (bounds if len(bounds) == 1 else self.expected)
            )
        return ", ".join(_decimal(value, self._decimals) for value in self.expected)

    @property
    def _decimals(self) -> int:
        return max(0, ceil(-log10(2 * self.tolerance) - 1e-9))

    def __str__(self) -> str:
        return f"{self.quantity}: found {self.found_text}, expected {self.expected_text}"


def equal(
    quantity: str,
    found: ArrayLike,
    expected: ArrayLike,
    *,
    digits: int | None = None,
    tolerance: float | None = None,
) -> Comparison:
    """Numbers that must agree to so many decimals, or within a tolerance.

    Args:
        quantity: What has been computed.
        found: The number or numbers computed.
        expected: The number expected of all, or one for each.
        digits: Decimals to which the expected numbers are printed: half a unit of the last one may be missing.
        tolerance: Largest absolute difference, given instead of `digits`.

    Raises:
        ArgumentError: If neither or both of `digits` and `tolerance` are given.

    Examples:
        >>> from nvprotocol.paper.comparison import equal
        >>> equal("τ", 10.00003, 10.0, digits=3).agrees, equal("τ", 10.0, [5.0], tolerance=1e-3).agrees
        (True, False)
    """
    if (digits is None) == (tolerance is None):
        fail("digits", "be given, or `tolerance` instead", "both or neither are given")
    allowed = 0.5 * 10.0**-digits if digits is not None else tolerance
    return _comparison(quantity, "=", found, expected, allowed)


def vanishes(quantity: str, residual: ArrayLike, tolerance: float) -> Comparison:
    """A residual, or an array of residuals, of which the largest modulus must stay below the tolerance.

    Examples:
        >>> from nvprotocol.paper.comparison import vanishes
        >>> str(vanishes("trace of 𝓛[ρ]", [1e-17, -3e-16], 1e-13))
        'trace of 𝓛[ρ]: found < 1e-13, expected 0'
    """
    return _comparison(quantity, "≈0", np.abs(residual).max(), 0.0, tolerance)


def at_most(quantity: str, found: ArrayLike, bound: ArrayLike, tolerance: float = 0.0) -> Comparison:
    """Numbers that must not exceed a bound.

    Examples:
        >>> from nvprotocol.paper.comparison import at_most
        >>> at_most("|A|/a", [0.2, 1.0], 1.0).agrees
        True
    """
    return _comparison(quantity, "≤", found, bound, tolerance)


def at_least(quantity: str, found: ArrayLike, bound: ArrayLike, tolerance: float = 0.0) -> Comparison:
    """Numbers that must not fall below a bound.

    Examples:
        >>> from nvprotocol.paper.comparison import at_least
        >>> at_least("smallest eigenvalue of the Choi matrix", -1e-13, 0.0, 1e-12).agrees
        True
    """
    return _comparison(quantity, "≥", found, bound, tolerance)


def _comparison(
    quantity: str, relation: Relation, found: ArrayLike, expected: ArrayLike, tolerance: float | None
) -> Comparison:
    left, right = np.broadcast_arrays(np.atleast_1d(np.asarray(found, dtype=float)), np.asarray(expected, dtype=float))
    return Comparison(quantity, relation, tuple(left.tolist()), tuple(right.tolist()), float(tolerance or 0.0))


def _decimal(value: float, decimals: int) -> str:
    # Rounded first to more digits than are shown: a tie then falls to the same side on every platform.
    return f"{round(round(value, decimals + 4), decimals) + 0.0:.{decimals}f}"
