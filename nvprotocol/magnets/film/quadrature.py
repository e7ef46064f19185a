"""Adaptive quadrature of functions with array values, which does not fail in silence."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import scipy  # whose modules are loaded when they are first used
from numpy.polynomial import legendre
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol._warnings import warn
from nvprotocol.errors import ValidityWarning

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_GAUSS_POINTS = 10
"""Of the rule whose difference to that of 21 points estimates its error."""

_AT_ONCE = 1 << 20
"""Numbers that are worked out together."""


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


def integral_of_products(
    function: Callable[[Real], tuple[Real, Complex]],
    cuts: Sequence[float],
    tolerance: float,
    *,
    entries: int,
    limit: int = 10_000,
) -> tuple[Complex, float]:
    """The integrals of all products f_i g_j of two sets of functions, and an estimate of their error, the largest.

    Intervals are worked out together, and the worst of them halved: the functions are called few times with many
    points, where a method that halves one at a time calls them for each. Nothing is kept of an interval done with.

    Args:
        function: Of points (K,) in one variable: f, real, (K, I), and g, complex, (K, J), with products of order 1.
        cuts: The limits and where to divide what lies between them first, rising.
        tolerance: Error aimed at, of the real and the imaginary part.
        entries: The larger one of I·J and J, which limits how many intervals are worked out together.
        limit: Largest number of intervals.

    Returns:
        Shape (I, J), and the error.
    """
    nodes, rules = gauss_kronrod(_GAUSS_POINTS)
    low, high = np.asarray(cuts[:-1], dtype=float), np.asarray(cuts[1:], dtype=float)
    total, error, tried = np.zeros((1, 1)), 0.0, 0
    while low.size:
        tried += low.size
        left, halved = (tolerance - error) / low.size, []
        for some in np.array_split(np.arange(low.size), -(-low.size * nodes.size * entries // _AT_ONCE)):
            middle, half = (low[some] + high[some]) / 2, (high[some] - low[some]) / 2
            weights, values = function(np.ravel(middle[:, None] + half[:, None] * nodes))
            both = _by_interval(half[:, None] * rules[:, None], weights, values)
            errors = np.max(np.abs(both[1]), axis=(-2, -1), initial=0.0)
            best = np.argsort(errors)
            sums = np.cumsum(errors[best])
            good = some.size
            if sums[-1] > left * some.size and tried < limit:
                good = int(np.searchsorted(sums, left * some.size / 2, side="right"))
            total = total + np.sum(both[0, best[:good]], axis=0)
            error += float(np.sum(errors[best[:good]]))
            halved.append(some[best[good:]])
        bad = np.concatenate(halved)
        middle = (low[bad] + high[bad]) / 2
        low, high = np.concatenate([low[bad], middle]), np.concatenate([middle, high[bad]])
    _report(error <= tolerance, error, tolerance)
    return np.ascontiguousarray(total).view(complex), error


def _by_interval(rules: Real, weights: Real, values: Complex) -> Real:
    """What two rules make of each interval.

    Args:
        rules: Weights of the points, (2, intervals, points of one).
        weights: f of all points, (K, I).
        values: g of all points, (K, J).

    Returns:
        Shape (2, intervals, I, 2J), real and imaginary part one after the other.
    """
    number, points = rules.shape[1:]
    parts = np.ascontiguousarray(values).reshape(number, points, -1).view(float)
    return (rules[..., None, :] * np.swapaxes(weights.reshape(number, points, -1), 1, 2)) @ parts


@lru_cache(maxsize=1)
def gauss_kronrod(points: int) -> tuple[Real, Real]:
    """Nodes on (−1, 1) of a Gauss–Legendre rule and those that Kronrod adds, (2n+1,), and two rows of weights for them.

    The first row is Kronrod's rule; the second the difference to that of Gauss, an estimate of its error. The added
    nodes are the roots of the polynomial E of degree n + 1 with ∫ P_n E P_k = 0 for all k ≤ n.

    Args:
        points: n of the Gauss rule.

    Examples:
        >>> from nvprotocol.magnets.film.quadrature import gauss_kronrod
        >>> nodes, (kronrod, difference) = gauss_kronrod(10)
        >>> bool(abs(kronrod @ nodes**30 - 2 / 31) < 1e-14), bool(abs(difference @ nodes**18) < 1e-14)
        (True, True)
    """
    gauss, gauss_weights = legendre.leggauss(points)
    x, weight = legendre.leggauss(2 * points + 2)
    basis = legendre.legvander(x, points + 1)
    products = basis[:, :-1].T @ ((weight * basis[:, points])[:, None] * basis)
    lower = np.linalg.lstsq(products[:, :-1], -products[:, -1], rcond=None)[0]
    added = np.real(legendre.legroots([*lower, 1.0]))
    nodes, of_gauss = np.concatenate([gauss, added]), np.concatenate([gauss_weights, np.zeros(points + 1)])
    moments = np.zeros(nodes.size)
    moments[0] = 2.0
    weights = np.linalg.solve(legendre.legvander(nodes, 2 * points).T, moments)
    return nodes, np.array([weights, weights - of_gauss], dtype=float)


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
