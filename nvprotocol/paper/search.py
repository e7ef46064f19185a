"""The maximum of a curve."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from nvprotocol._typing import ArrayLike

__all__ = ["maximum"]


def maximum(curve: Callable[[ArrayLike], NDArray[np.float64]], last: float) -> tuple[float, float]:
    """Largest value of a curve on (0, last], and where it is: bracketed on 400 points, then refined.

    Args:
        curve: Takes an array of places, shape (T,), and gives the values there.
        last: End of the interval.

    Examples:
        >>> from nvprotocol.paper.search import maximum
        >>> [round(value, 6) for value in maximum(np.sin, 3.0)]
        [1.0, 1.570796]
    """
    places = np.linspace(0, last, 401)[1:]
    best = int(np.argmax(curve(places)))
    bounds = (places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)])
    found: Any = minimize_scalar(
        lambda place: -float(curve(np.array([place]))[0]), bounds=bounds, method="bounded", options={"xatol": 1e-12}
    )
    return -float(found.fun), float(found.x)
