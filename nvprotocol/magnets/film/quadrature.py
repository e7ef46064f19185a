"""Adaptive quadrature of functions with array values, which does not fail in silence."""

from collections.abc import Callable, Sequence

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol._warnings import warn
from nvprotocol.errors import ValidityWarning

_SAME_PLACE = 13
"""Decimals to which two points of a rule are compared."""


def integral(
    function: Callable[[float], NDArray],
    start: float,
    end: float,
    tolerance: float,
    *,
    points: Sequence[float] | None = None,
    limit: int = 10_000,
) -> tuple[NDArray, float]:
    """The integral and an estimate of its error, the largest of all entries (Gauss–Kronrod, 21 points).

    Args:
        function: Of one variable, with values of one shape and of order 1.
        start: Lower limit.
        end: Upper limit.
        tolerance: Error aimed at.
        points: Where to divide the interval first.
        limit: Largest number of intervals.
    """
    value, error, outcome = scipy.integrate.quad_vec(
        function, start, end, epsabs=tolerance, epsrel=0.0, norm="max", points=points, limit=limit, full_output=True
    )
    _report(outcome.success, float(error), tolerance)
    return value, float(error)


def batched_integral(
    function: Callable[[NDArray], NDArray],
    start: float,
    end: float,
    tolerance: float,
    *,
    points: NDArray | None = None,
    limit: int = 10_000,
) -> tuple[NDArray, float]:
    """As `integral`, of a function that takes many points at once, shape (K,), and puts them on its first axis.

    Args:
        function: Of one variable, with complex values of one shape and of order 1.
        start: Lower limit.
        end: Upper limit.
        tolerance: Error aimed at, of the real and the imaginary part.
        points: Where to divide the interval first.
        limit: Largest number of intervals.
    """
    row: dict[float, int] = {}
    rows = np.empty(0)

    def parts(points: NDArray) -> NDArray:
        """Real numbers, which SciPy's rules are for; for the error they ask for the points of an interval again."""
        nonlocal rows
        places = np.round(points[:, 0], _SAME_PLACE).tolist()
        new = [place for place in dict.fromkeys(places) if place not in row]
        if new:
            fresh = np.ascontiguousarray(function(np.array(new))).view(float)
            if len(new) == len(places):  # another interval
                row.clear()
                rows = fresh
            else:
                rows = np.concatenate([rows, fresh])
            row.update(zip(new, range(len(row), len(row) + len(new)), strict=True))
        return rows[[row[place] for place in places]]

    outcome = scipy.integrate.cubature(
        parts,
        [start],
        [end],
        rtol=0.0,
        atol=tolerance,
        max_subdivisions=limit,
        points=None if points is None else list(points[:, None]),
    )
    error = float(np.max(outcome.error, initial=0.0))
    _report(outcome.status == "converged", error, tolerance)
    return np.ascontiguousarray(outcome.estimate).view(complex), error


def _report(reached: bool, error: float, tolerance: float) -> None:
    if not reached:
        text = f"An integral over the film's waves has reached an error of {show(error)}, not {show(tolerance)}."
        warn(text, ValidityWarning, stacklevel=4)


def distinct(*arrays: NDArray) -> tuple[list[NDArray], NDArray]:
    """The different sets of numbers at the places of arrays of one shape, and which of them is where.

    What depends on the displacement alone is so worked out once for each of them: that of a qubit from itself comes
    with every point.
    """
    sets, where = np.unique(np.stack([one.ravel() for one in arrays]), axis=1, return_inverse=True)
    return list(sets), where.reshape(arrays[0].shape)
