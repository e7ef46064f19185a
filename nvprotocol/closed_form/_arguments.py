"""Arguments of the closed forms: one rule for each symbol, wherever it appears."""

from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import ROUNDING, batch_shape, bounded_array, fail, nonnegative_array, require_bounded, show
from nvprotocol._typing import ArrayLike

Array: TypeAlias = NDArray[Any]

_NONNEGATIVE = {"t", "period", "a", "a0", "d", "g", "kT", "eta", "overhead", "heating", "cooling"}
_FRACTION = {"q", "p_S", "efficiency"}
_COMPLEX = {"A", "Gamma", "g12", "g21"}


def read(**given: ArrayLike) -> tuple[Array, ...]:
    """Converts and checks arguments by their symbol, in the order given.

    Raises:
        ArgumentError: If one of them breaks the rule of its symbol, |A| exceeds a, or the shapes do not broadcast.
    """
    arrays = {name: _converted(value, name) for name, value in given.items()}
    batch_shape(0, **arrays)
    if "a" in arrays and "A" in arrays:
        _bounded(arrays["a"], arrays["A"])
    return tuple(arrays.values())


def _converted(value: ArrayLike, name: str) -> Array:
    if name in _NONNEGATIVE:
        array = nonnegative_array(value, name)
        require_bounded(array, name)
        return array
    array = bounded_array(value, name, real=name not in _COMPLEX)
    if name in _FRACTION:
        refuse(name, array, (array < 0) | (array > 1), "lie in [0, 1]")
    return array


def _bounded(a: Array, A: Array) -> None:
    local, strength = np.broadcast_arrays(a, np.abs(A))
    if np.any(strength > local * (1 + ROUNDING)):
        worst = np.argmax(strength - local)
        fail("A", f"satisfy |A| ≤ a = {show(local.flat[worst])}", f"|A| is {show(strength.flat[worst])}")


def refuse(name: str, array: Array, wrong: Array, must: str) -> None:
    """Raises an `ArgumentError` that shows the first wrong entry, if there is any."""
    wrong, shown = np.broadcast_arrays(wrong, array)
    if np.any(wrong):
        _fail_with(name, must, shown, shown[wrong].flat[0])


def _fail_with(name: str, must: str, array: Array, value: object) -> NoReturn:
    fail(name, must, f"{'contains' if array.ndim else 'is'} {show(value)}")
