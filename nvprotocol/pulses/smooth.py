"""Smooth functions as Chebyshev series, so that a compiled solver can take them as data."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol.errors import ArgumentError

_FIRST, _MOST = 32, 4096


def chebyshev(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]], start: float, end: float, tolerance: float
) -> NDArray[np.float64]:
    """The coefficients c of Σ c_k T_k(x), x from −1 at the start to 1 at the end, of smooth functions of time.

    Args:
        function: Times of shape (T,) → values of shape (V, T).
        start: Beginning of the stretch.
        end: Its end.
        tolerance: Size, relative to the largest value of each function, of the last quarter of the coefficients.

    Returns:
        Coefficients of shape (V, K), K a power of two, so that compiled programs have few shapes.

    Raises:
        ArgumentError: If thousands of coefficients do not reach the tolerance.
    """
    from scipy.fft import dct

    count = _FIRST
    while True:
        nodes = np.cos(np.pi * (np.arange(count) + 0.5) / count)
        values = function(start + (end - start) * (nodes + 1) / 2)
        found = np.asarray(dct(values, type=2, axis=-1)) / count
        found[:, 0] /= 2
        size = np.maximum(np.abs(values).max(axis=-1), np.finfo(float).tiny)
        tail = np.abs(found[:, -count // 4 :]).max(axis=-1) / size
        if np.all(tail <= tolerance):
            return found
        count *= 2
        if count > _MOST:
            what = f"the drive from {show(start)} to {show(end)} µs is not smooth enough for its series"
            raise ArgumentError("method", 'be "magnus" here', what)
