"""Argument checks: one file, one grammar ("Argument `x` must …, but …")."""

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import NoReturn, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.errors import ArgumentError

Seed: TypeAlias = int | np.random.Generator | None
Choice = TypeVar("Choice", bound=str)
Value = TypeVar("Value")

MOST_SHOTS = 10**12
"""More shots than any run has; counts of so many still fit their integers."""

ROUNDING = 1e-12
"""Relative size up to which a violation of an inequality is repaired as rounding."""


def fail(name: str, must: str, but: str) -> NoReturn:
    """Raises the `ArgumentError` "Argument `name` must `must`, but `but`."."""
    raise ArgumentError(name, must, but)


def show(value: object) -> str:
    """Renders a value for an error message: texts in quotes, numbers with six digits."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    if isinstance(value, complex | np.complexfloating):
        return f"{complex(value):.6g}"
    return str(value)


def numeric_array(value: ArrayLike, name: str, *, real: bool = False) -> NDArray:
    """Converts to a finite float64 or complex128 array.

    Raises:
        ArgumentError: If the value is not numeric, not finite, masked, in a unit of its own, or complex where `real` is
            asked for.
    """
    require_plain_numbers(value, name)
    try:
        array = np.asarray(value)
    except ValueError:
        fail(name, "be a rectangular array of numbers", "its rows have different lengths")
    if array.dtype.kind not in "iufc":
        fail(name, "be numeric", f"is {show(value)} of type {type(value).__name__}")
    if not np.all(np.isfinite(array)):
        fail(name, "be finite", f"contains {show(array[~np.isfinite(array)].flat[0])}")
    if real and array.dtype.kind == "c":
        imaginary = np.imag(array)
        if np.any(imaginary != 0):
            fail(name, "be real", f"contains {show(array[imaginary != 0].flat[0])}")
        array = np.real(array)
    return array.astype(complex if array.dtype.kind == "c" else float)


def require_plain_numbers(value: object, name: str) -> None:
    """Refuses masked entries, quantities with units, and booleans among numbers: NumPy takes numbers without a word."""
    if isinstance(value, np.ma.MaskedArray):
        if np.ma.is_masked(value):
            fail(name, "be without masked entries", f"has {np.ma.count_masked(value)} of them")
    elif isinstance(value, list | tuple):
        for entry in value:
            if isinstance(entry, bool):
                fail(name, "be numeric", f"contains {entry}")
            if not isinstance(entry, float | int | complex):
                require_plain_numbers(entry, name)
    elif any(hasattr(type(value), unit) for unit in ("unit", "units")):
        fail(name, "be plain numbers, in the unit that is documented", f"is a {type(value).__name__} with a unit")


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
) -> float:
    """Converts to a finite float within closed (`minimum`, `maximum`) or open (`above`) bounds."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        fail(name, "be a real number", f"is {show(value)} of type {type(value).__name__}")
    number = float(value)
    if not np.isfinite(number):
        fail(name, "be finite", f"is {number}")
    if minimum is not None and number < minimum:
        fail(name, f"be at least {minimum:g}", f"is {show(number)}")
    if above is not None and number <= above:
        fail(name, f"be greater than {above:g}", f"is {show(number)}")
    if maximum is not None and number > maximum:
        fail(name, f"be at most {maximum:g}", f"is {show(number)}")
    return number


def whole_number(value: object, name: str, *, minimum: int, maximum: int | None = None) -> int:
    """Converts to an int between `minimum` and `maximum`; booleans and fractions are refused."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Integral):
        given = f"the float {value}" if isinstance(value, float) and value.is_integer() else show(value)
        fail(name, "be a whole number", f"is {given}")
    number = int(value)
    if number < minimum:
        fail(name, f"be at least {minimum}", f"is {number}")
    if maximum is not None and number > maximum:
        fail(name, f"be at most {maximum}", f"is {number}")
    return number


def one_of(value: object, name: str, choices: Sequence[Choice]) -> Choice:
    """Returns the value where it is one of the choices."""
    for choice in choices:
        if value == choice:
            return choice
    listed = ", ".join(f'"{choice}"' for choice in choices)
    fail(name, f"be one of {listed}", f"is {show(value)}")


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


def unit_vector(value: ArrayLike, name: str) -> tuple[float, float, float]:
    """Converts to the three components of a vector of length 1."""
    vector = numeric_array(value, name, real=True)
    if vector.shape != (3,) or not np.isclose(np.linalg.norm(vector), 1.0, rtol=1e-9):
        fail(name, "be a unit vector of three components", f"is {show(value)}")
    return (float(vector[0]), float(vector[1]), float(vector[2]))


def generator(seed: Seed, name: str = "seed") -> np.random.Generator:
    """Makes a random generator from a seed, never from global state; `None` draws fresh entropy."""
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is None:
        return np.random.default_rng()
    return np.random.default_rng(whole_number(seed, name, minimum=0))
