"""Argument checks: one file, one grammar ("Argument `x` must …, but …")."""

import os
from collections.abc import Callable, Mapping, Sequence
from math import inf, isfinite
from numbers import Integral, Real
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from nvprotocol._show import show as show
from nvprotocol._typing import ArrayLike
from nvprotocol.errors import ArgumentError, SelectionError
from nvprotocol.resources import require_memory

Seed: TypeAlias = int | np.random.Generator | None
Choice = TypeVar("Choice", bound=str)
Value = TypeVar("Value")

MOST_SHOTS = 10**12
"""More shots than any run has; counts of so many still fit their integers."""

_MOST_WHOLE, _LARGEST_SEED = 2**63 - 1, 2**128 - 1
"""What NumPy's integers hold, and what its generators make of their entropy."""

_LARGEST = 1e100
"""Of what enters products of three."""

_LONGEST_PATH = 4096
"""Characters; no system takes longer ones."""

_MOST_AXES = 24
"""More than any batch has; NumPy ends at 32 or 64, with those of its own that a computation adds."""

_MOST_QUBITS = 1000
"""So that powers of two are computed at once; what fits into memory is decided where it is known what is needed."""

_MANY = 100_000
"""Numbers of which it is worth while to ask whether they fit into memory."""

ROUNDING = 1e-12
"""Relative size up to which a violation of an inequality is repaired as rounding."""


def fail(name: str, must: str, but: str) -> NoReturn:
    """Raises the `ArgumentError` "Argument `name` must `must`, but `but`."."""
    raise ArgumentError(name, must, but)


def numeric_array(value: ArrayLike, name: str, *, real: bool = False, largest: float = inf) -> NDArray:
    """Converts to a finite float64 or complex128 array, with no number larger in size than `largest`.

    Raises:
        ArgumentError: If the value is not numeric, not finite, masked, in a unit of its own, or complex where `real` is
            asked for.
        TooLargeError: If the array would take more memory than it may.
    """
    array = plain_array(value, name)
    kind = complex if array.dtype.kind == "c" else float
    if array.dtype.char not in "gGFD" or (largest == inf and array.dtype.char == "D"):
        converted = array.astype(kind)
        size = inf if largest == inf else np.abs(converted).max(initial=0.0)
    else:
        with np.errstate(over="ignore"):  # long doubles beyond double precision, sizes of complex numbers
            converted = array.astype(kind)
            size = inf if largest == inf else np.abs(converted).max(initial=0.0)
    if not size <= largest or largest == inf:
        finite = np.isfinite(converted)
        if not np.all(finite):
            fail(name, "be finite", f"contains {show(array[~finite].flat[0])}")
        if size > largest:
            fail(name, f"be at most {largest:g} in size", f"{'contains' if array.ndim else 'is'} {show(size)}")
    if real and kind is complex:
        imaginary = np.imag(converted)
        if np.any(imaginary != 0):
            fail(name, "be real", f"contains {show(converted[imaginary != 0].flat[0])}")
        converted = np.real(converted).copy()
    return converted


def plain_array(value: ArrayLike, name: str) -> NDArray:
    """An array of numbers as NumPy takes them, without a copy where it is one."""
    require_plain_numbers(value, name)
    if not isinstance(value, np.ndarray | float | int | complex):
        _require_few(value, name)
    try:
        array = np.asarray(value)
    except ValueError:
        fail(name, "be a rectangular array of numbers", "its rows have different lengths")
    if array.dtype.kind == "O":
        array = _converted(array, value, name)
    if array.dtype.kind not in "iufc":
        fail(name, "be numeric", f"is {show(value)} of type {type(value).__name__}")
    if array.ndim > _MOST_AXES:
        fail(name, f"have at most {_MOST_AXES} axes", f"has {array.ndim}")
    if array.size > _MANY:
        require_memory(3 * 16 * array.size, name, f"{array.size} numbers")
    return array if type(array) is np.ndarray else np.asarray(array).view(np.ndarray)


def _require_few(value: object, name: str) -> None:
    """Refuses what NumPy would take long to find out that it is no array, or too large."""
    if isinstance(value, str | bytes | bytearray | type | ModuleType):
        fail(name, "be numeric", f"is {show(value)} of type {type(value).__name__}")
    known = isinstance(value, list | tuple | np.generic) or hasattr(value, "__array__")
    if not known and hasattr(value, "__len__"):
        size = _length(value)
        if size > _MANY:
            require_memory(100 * size, name, f"{size} numbers")


def _length(value: Any) -> float:
    try:
        return len(value)
    except OverflowError:  # such as that of range(10**30)
        return inf


def _converted(array: NDArray, value: object, name: str) -> NDArray:
    """Numbers of Python's own that NumPy keeps as objects, such as whole numbers of many digits."""
    entries = array.ravel().tolist()
    if not entries or any(isinstance(one, bool | np.timedelta64) or not isinstance(one, Real) for one in entries):
        fail(name, "be numeric", f"is {show(value)} of type {type(value).__name__}")
    try:
        return np.array([float(one) for one in entries]).reshape(array.shape)
    except OverflowError:
        largest = max(entries, key=abs)
        fail(name, "be finite in double precision, below 1.8e308", f"contains {show(largest)}")


def require_plain_numbers(value: object, name: str, depth: int = 0) -> None:
    """Refuses masked entries, quantities with units, and booleans among numbers: NumPy takes numbers without a word."""
    if isinstance(value, np.ma.MaskedArray):
        if np.ma.is_masked(value):
            fail(name, "be without masked entries", f"has {np.ma.count_masked(value)} of them")
    elif isinstance(value, list | tuple):
        if depth > _MOST_AXES:
            fail(name, f"have at most {_MOST_AXES} axes", "is nested deeper")
        for entry in value:
            if isinstance(entry, bool):
                fail(name, "be numeric", f"contains {entry}")
            if not isinstance(entry, float | int | complex):
                require_plain_numbers(entry, name, depth + 1)
    elif any(hasattr(type(value), unit) for unit in ("unit", "units")):
        fail(name, "be plain numbers, in the unit that is documented", f"is a {type(value).__name__} with a unit")


def bounded_array(value: ArrayLike, name: str, *, real: bool = False) -> NDArray:
    """Converts to a finite array of numbers whose products with each other are finite, too."""
    return numeric_array(value, name, real=real, largest=_LARGEST)


def require_bounded(array: NDArray, name: str) -> None:
    """Refuses numbers that are larger than any quantity, whose products would be infinite."""
    if array.size and (largest := np.abs(array).max()) > _LARGEST:
        fail(name, f"be at most {_LARGEST:g} in size", f"{'contains' if array.ndim else 'is'} {show(largest)}")


def nonnegative_array(value: ArrayLike, name: str) -> NDArray[np.float64]:
    """Converts to a real array with no negative entry."""
    array = numeric_array(value, name, real=True)
    if np.any(array < 0):
        fail(
            name,
            "be at least 0",
            f"contains {show(array[array < 0].flat[0])}" if array.ndim else f"is {show(array[()])}",
        )
    return array


def stochastic_columns(matrices: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Matrices of shape (…, R, C) with columns that sum to one, normalised to rounding."""
    sums = matrices.sum(axis=-2, keepdims=True)
    worst = sums.flat[np.abs(sums - 1).argmax()]
    if abs(worst - 1) > 1e-9:
        fail(name, "have columns (one for each true outcome) that sum to 1", f"one sums to {show(worst)}")
    return matrices / sums


def check_readout_tells(matrices: NDArray[np.float64], name: str) -> None:
    """Refuses P(read | true) of single qubits, shape (…, 2, 2), worse than chance: fidelities given as errors."""
    sums = matrices[..., 1, 0] + matrices[..., 0, 1]
    if np.any(sums > 1 + ROUNDING):
        fail(name, "have P(1|0) + P(0|1) of at most 1, or 0 stands for 1", f"they are {show(float(np.max(sums)))}")


def positive_array(value: ArrayLike, name: str) -> NDArray[np.float64]:
    """Converts to a real array with positive entries only."""
    array = numeric_array(value, name, real=True)
    if np.any(array <= 0):
        fail(name, "be greater than 0", f"{'contains' if array.ndim else 'is'} {show(array[array <= 0].flat[0])}")
    return array


def real_number(
    value: object,
    name: str,
    *,
    minimum: float | None = None,
    above: float | None = None,
    maximum: float | None = None,
    infinite: bool = False,
) -> float:
    """Converts to a float within closed (`minimum`, `maximum`) or open (`above`) bounds, finite unless asked for."""
    if isinstance(value, bool | np.bool_ | np.timedelta64) or not isinstance(value, Real):
        fail(name, "be a real number", f"is {show(value)} of type {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        fail(name, "be finite in double precision, below 1.8e308", f"is {show(value)}")
    if not isfinite(number) and (number != number or not infinite):
        fail(name, "be a number" if infinite else "be finite", f"is {number}")
    if minimum is not None and number < minimum:
        fail(name, f"be at least {minimum:g}", f"is {show(number)}")
    if above is not None and number <= above:
        fail(name, f"be greater than {above:g}", f"is {show(number)}")
    if maximum is not None and number > maximum:
        fail(name, f"be at most {maximum:g}", f"is {show(number)}")
    return number


def real_numbers(value: object, name: str) -> tuple[float, ...]:
    """Converts a sequence of numbers: a list, a tuple, or an array with one axis."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = plain_array(value, name).tolist()
    if not isinstance(value, list | tuple):
        fail(name, "be a sequence of numbers", f"is {show(value)} of type {type(value).__name__}")
    return tuple(real_number(one, name) for one in value)


def whole_number(value: object, name: str, *, minimum: int, maximum: int | None = None) -> int:
    """Converts to an int between `minimum` and `maximum` (2⁶³ − 1); booleans and fractions are refused."""
    maximum = _MOST_WHOLE if maximum is None else maximum
    if isinstance(value, bool | np.bool_ | np.timedelta64) or not isinstance(value, Integral):
        given = f"the float {value}" if isinstance(value, float) and value.is_integer() else show(value)
        fail(name, "be a whole number", f"is {given}")
    number = int(value)
    if number < minimum:
        fail(name, f"be at least {minimum}", f"is {show(number)}")
    if number > maximum:
        fail(name, f"be at most {maximum}", f"is {show(number)}")
    return number


def number_of_qubits(value: object, name: str = "n_qubits", *, minimum: int = 1, matrices: int = 3) -> int:
    """Converts to a number of qubits N of which so many matrices of shape (2ᴺ, 2ᴺ) fit into memory."""
    number = whole_number(value, name, minimum=minimum)
    if number > _MOST_QUBITS:
        fail(name, f"be at most {_MOST_QUBITS}", f"is {show(number)}")
    require_memory(16 * matrices * 4**number, name, f"{matrices} matrices of {number} qubits")
    return number


def one_of(value: object, name: str, choices: Sequence[Choice]) -> Choice:
    """Returns the value where it is one of the choices."""
    if isinstance(value, str):  # an array would be compared entry by entry
        for choice in choices:
            if value == choice:
                return choice
    listed = ", ".join(f'"{choice}"' for choice in choices)
    fail(name, f"be one of {listed}", f"is {show(value)}")


def instance(value: object, name: str, kind: type[Value], *, article: str = "a") -> Value:
    """Returns the value where it is of a class of this package, or of another library."""
    if not isinstance(value, kind):
        fail(name, f"be {article} {kind.__name__}", f"is of type {type(value).__name__}")
    return value


def instances(value: object, name: str, kind: type[Value], *, article: str = "a") -> list[Value]:
    """Converts a list or a tuple of objects of one class, at least one."""
    if not isinstance(value, list | tuple):
        fail(name, f"be a sequence of {kind.__name__}", f"is {show(value)} of type {type(value).__name__}")
    if not value:
        fail(name, f"contain at least one {kind.__name__}", "is empty")
    return [instance(one, f"{name}[{k}]", kind, article=article) for k, one in enumerate(value)]


def text(value: object, name: str, *, of: str = "be a text") -> str:
    """Returns the value where it is a text."""
    if not isinstance(value, str):
        fail(name, of, f"is {show(value)} of type {type(value).__name__}")
    return value


def texts(value: object, name: str) -> tuple[str, ...]:
    """Converts a sequence of texts; a single text is none."""
    if isinstance(value, str | bytes) or not isinstance(value, list | tuple | set | frozenset | Mapping):
        fail(name, "be a sequence of texts", f"is {show(value)} of type {type(value).__name__}")
    for one in value:
        text(one, name, of="contain texts only")
    return tuple(value)


def whole_numbers(
    value: object, name: str, *, minimum: int, maximum: int | None = None, must: str = "be a sequence of whole numbers"
) -> tuple[int, ...]:
    """Converts a sequence of whole numbers: a list, a tuple, a range, or an array with one axis."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = plain_array(value, name).tolist()
    if not isinstance(value, list | tuple | range) or (isinstance(value, range) and _length(value) > _MANY):
        fail(name, must, f"is {show(value)} of type {type(value).__name__}")
    return tuple(whole_number(one, name, minimum=minimum, maximum=maximum) for one in value)


def path(value: object, name: str, *, of: str = "a file") -> Path:
    """Converts a text or a path to what can be the path of a file."""
    if not isinstance(value, str | os.PathLike):
        fail(name, f"be the path of {of}", f"is {show(value)} of type {type(value).__name__}")
    found = os.fspath(value)
    if not isinstance(found, str) or not found or "\0" in found or len(found) > _LONGEST_PATH:
        fail(name, f"be the path of {of}", f"is {show(found)}")
    return Path(found)


def function(value: object, name: str) -> Callable[..., Any]:
    """Returns the value where it can be called, and is no class."""
    if not callable(value) or isinstance(value, type):
        fail(name, "be a function", f"is {show(value)} of type {type(value).__name__}")
    return value


def mapping(value: Mapping[str, Value] | None, name: str, of: str) -> Mapping[str, Value]:
    """Returns a mapping of what `of` says, empty for None; other things that are empty or false say nothing."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        fail(name, f"be a mapping of {of}, or None", f"is {show(value)} of type {type(value).__name__}")
    return value


def truth(value: object, name: str) -> bool:
    """Converts to a bool; numbers and texts, of which "no" would count as true, are refused."""
    if not isinstance(value, bool | np.bool_):
        fail(name, "be True or False", f"is {show(value)}")
    return bool(value)


def times_array(value: ArrayLike, name: str = "times") -> NDArray[np.float64]:
    """Converts to a one-dimensional array of non-negative, non-decreasing times; a number becomes an array of one."""
    times = np.atleast_1d(nonnegative_array(value, name))
    if times.ndim != 1:
        fail(name, "be a number or one-dimensional", f"has shape {times.shape}")
    if times.size == 0:
        fail(name, "contain at least one time", "is empty")
    drops = np.flatnonzero(np.diff(times) < 0)
    if drops.size:
        k = int(drops[0])
        fail(name, "not decrease", f"{show(times[k + 1])} follows {show(times[k])}")
    return times


def batch_shape(core: int, **arrays: NDArray) -> tuple[int, ...]:
    """The common batch shape of arrays with `core` axes of their own."""
    shapes = {name: array.shape[: array.ndim - core] for name, array in arrays.items()}
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        longest = max(shapes, key=lambda name: len(shapes[name]))
        listed = ", ".join(f"`{name}` {shape}" for name, shape in shapes.items() if shape)
        fail(longest, "broadcast against the other arguments", f"the batch shapes are {listed}")


def selected(array: NDArray, index: object, name: str = "index") -> NDArray:
    """The entries of an array that an index selects, by NumPy's rules."""
    try:
        return np.asarray(array[index])  # pyright: ignore[reportArgumentType, reportCallIssue]
    except (IndexError, TypeError, ValueError, OverflowError, MemoryError):  # without end
        pass
    raise SelectionError(name, f"select from a batch of shape {array.shape} as NumPy's do", f"is {show(index)}")


def unit_vector(value: ArrayLike, name: str) -> tuple[float, float, float]:
    """Converts to the three components of a vector of length 1."""
    vector = bounded_array(value, name, real=True)
    if vector.shape != (3,) or not np.isclose(np.linalg.norm(vector), 1.0, rtol=1e-9):
        fail(name, "be a unit vector of three components", f"is {show(value)}")
    return (float(vector[0]), float(vector[1]), float(vector[2]))


def generator(seed: Seed, name: str = "seed") -> np.random.Generator:
    """Makes a random generator from a seed, never from global state; `None` draws fresh entropy."""
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        return np.random.default_rng()
    return np.random.default_rng(whole_number(seed, name, minimum=0, maximum=_LARGEST_SEED))
