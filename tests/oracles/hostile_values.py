"""Values that a public function may be given by mistake, or by malice, in place of any of its arguments."""

import datetime
import decimal
import enum
import fractions
import functools
import io
import math
import pathlib
import types
from collections.abc import Callable
from typing import Any

import numpy as np

Make = Callable[[], Any]


class Text(str):
    """A text of another class."""


class Whole(int):
    """An integer of another class."""


class Real(float):
    """A float of another class."""


class Empty:
    """An object that says nothing."""


class Mute:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("not to be shown")


class Long:
    """An object that shows itself on many lines."""

    def __repr__(self) -> str:
        return "\n".join("line" for _ in range(5000))


class Contrary:
    """An object that refuses to be compared or to be true or false."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("not to be compared")

    def __bool__(self) -> bool:
        raise RuntimeError("neither")

    __hash__ = None  # pyright: ignore[reportAssignmentType]


class Endless:
    """A sequence without an end."""

    def __len__(self) -> int:
        return 10**15

    def __getitem__(self, index: int) -> float:
        return 0.5


class Colour(enum.Enum):
    """A choice of another kind."""

    RED = 1


def _object_array() -> np.ndarray:
    array = np.empty(2, dtype=object)
    array[:] = [1.0, None]
    return array


def _circular() -> list[Any]:
    circle: list[Any] = []
    circle.append(circle)
    return circle


def _deep() -> list[Any]:
    return functools.reduce(lambda inner, _: [inner], range(5000), [1.0])


def _generator() -> Any:
    return (value for value in (0.1, 0.2))


VALUES: dict[str, Make] = {
    "None": lambda: None,
    "True": lambda: True,
    "False": lambda: False,
    "zero": lambda: 0,
    "minus one": lambda: -1,
    "three": lambda: 3,
    "half": lambda: 0.5,
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "-inf": lambda: -math.inf,
    "1e308": lambda: 1e308,
    "-1e308": lambda: -1e308,
    "1e-320": lambda: 1e-320,
    "2**63": lambda: 2**63,
    "10**9": lambda: 10**9,
    "10**18": lambda: 10**18,
    "10**400": lambda: 10**400,
    "-10**400": lambda: -(10**400),
    "5000 digits": lambda: 10**5000 - 1,
    "complex": lambda: 0.3 + 0.4j,
    "complex nan": lambda: complex(math.nan, 1.0),
    "Fraction": lambda: fractions.Fraction(1, 3),
    "huge Fraction": lambda: fractions.Fraction(10**400, 3),
    "Decimal": lambda: decimal.Decimal("0.5"),
    "Decimal sNaN": lambda: decimal.Decimal("sNaN"),
    "text": lambda: "x",
    "empty text": lambda: "",
    "long text": lambda: "x" * 100_000,
    "lines": lambda: "one\ntwo\nthree",
    "NUL": lambda: "a\0b",
    "surrogate": lambda: "\udcff",
    "braces": lambda: "{0} %s ${x",
    "bytes": lambda: b"x",
    "bytearray": lambda: bytearray(b"xy"),
    "memoryview": lambda: memoryview(b"xy"),
    "empty list": lambda: [],
    "empty tuple": lambda: (),
    "empty dict": lambda: {},
    "empty set": lambda: set(),
    "list": lambda: [0.1, 0.2],
    "list of None": lambda: [None],
    "list of text": lambda: ["x", "y"],
    "list of a bool": lambda: [True],
    "list of 10**400": lambda: [10**400],
    "list of nan": lambda: [math.nan],
    "nested": lambda: [[[[0.1]]]],
    "ragged": lambda: [[0.1], [0.1, 0.2]],
    "ragged with arrays": lambda: [np.zeros(2), np.zeros((2, 2))],
    "circular list": _circular,
    "deep list": _deep,
    "dict": lambda: {"x": 1},
    "dict of bytes": lambda: {b"x": None},
    "dict of ints": lambda: {0: 0.5},
    "set": lambda: {0.1, 0.2},
    "range": lambda: range(3),
    "endless range": lambda: range(10**15),
    "generator": _generator,
    "map": lambda: map(str, [1]),
    "function": lambda: len,
    "lambda": lambda: lambda *_, **__: None,
    "partial": lambda: functools.partial(lambda *_, **__: None, 1),
    "class": lambda: int,
    "module": lambda: math,
    "object": Empty,
    "mute object": Mute,
    "object on many lines": Long,
    "object that refuses to be compared": Contrary,
    "endless sequence": Endless,
    "namespace": lambda: types.SimpleNamespace(data=None, num_qubits=None, n_qubits=2),
    "Ellipsis": lambda: ...,
    "NotImplemented": lambda: NotImplemented,
    "slice": lambda: slice(None),
    "enum": lambda: Colour.RED,
    "str subclass": lambda: Text("x"),
    "int subclass": lambda: Whole(3),
    "float subclass": lambda: Real(0.5),
    "Path": lambda: pathlib.Path("x"),
    "Path of a folder": lambda: pathlib.Path(),
    "file": lambda: io.StringIO("x"),
    "exception": lambda: ValueError("x"),
    "date": lambda: datetime.date(2021, 8, 16),
    "timedelta": lambda: datetime.timedelta(microseconds=1),
    "array": lambda: np.array([0.1, 0.2]),
    "empty array": lambda: np.array([]),
    "0-d array": lambda: np.array(0.5),
    "array of bools": lambda: np.array([True, False]),
    "array of integers": lambda: np.array([1, 2], dtype=np.int8),
    "array of unsigned": lambda: np.array([2**64 - 1], dtype=np.uint64),
    "array of text": lambda: np.array(["x", "y"]),
    "0-d text": lambda: np.array("x"),
    "array of bytes": lambda: np.array([b"x"]),
    "array of objects": _object_array,
    "array of huge integers": lambda: np.array([10**400, 1], dtype=object),
    "array of complex": lambda: np.array([1j, 1.0]),
    "array of nan": lambda: np.array([math.nan, 0.1]),
    "array of 1e308": lambda: np.array([1e308, -1e308]),
    "array of float16": lambda: np.array([0.5, 65504], dtype=np.float16),
    "array of longdouble": lambda: np.array([np.finfo(np.longdouble).max]),
    "array of 64 axes": lambda: np.zeros((1,) * 32),
    "array without rows": lambda: np.zeros((0, 4, 4)),
    "huge shape": lambda: np.broadcast_to(np.float64(0.1), (10**6, 10**6)),
    "long array": lambda: np.broadcast_to(np.float64(0.1), (10**9,)),
    "huge matrix": lambda: np.broadcast_to(np.float64(0.0), (2**20, 2**20)),
    "many matrices": lambda: np.broadcast_to(np.eye(4) / 4, (10**8, 4, 4)),
    "masked array": lambda: np.ma.masked_array([0.1, 0.2], [True, False]),
    "masked": lambda: np.ma.masked,
    "masked text": lambda: np.ma.masked_array(["x", "y"], [True, False]),
    "structured array": lambda: np.zeros(2, dtype=[("a", float), ("b", "U1")]),
    "record": lambda: np.zeros((), dtype=[("a", float)])[()],
    "record array": lambda: np.rec.array([(1.0, "x")], dtype=[("a", float), ("b", "U1")]),
    "matrix": lambda: np.eye(2).view(np.matrix),
    "timedelta64": lambda: np.timedelta64(1, "us"),
    "array of timedelta64": lambda: np.array([1, 2], dtype="m8[us]"),
    "datetime64": lambda: np.datetime64("2021-08-16"),
    "NaT": lambda: np.datetime64("NaT"),
    "array of datetime64": lambda: np.array(["2021-08-16"], dtype="M8[D]"),
    "void": lambda: np.void(b"abc"),
    "np.bool": lambda: np.True_,
    "np.int8": lambda: np.int8(-128),
    "np.uint64": lambda: np.uint64(2**64 - 1),
    "np.float16": lambda: np.float16(0.5),
    "np.float32 nan": lambda: np.float32("nan"),
    "np.longdouble": lambda: np.finfo(np.longdouble).max,
    "np.complex64": lambda: np.complex64(1j),
    "np.str": lambda: np.str_("x"),
    "np.bytes": lambda: np.bytes_(b"x"),
    "random generator": lambda: np.random.default_rng(1),
    "np.dtype": lambda: np.dtype(float),
}
"""Each is made anew for each call."""

ENTRIES = ("None", "True", "nan", "10**400", "text", "empty list", "object", "array", "masked", "timedelta64", "-1e308")
"""Those that are also put in place of one entry of a list, a tuple or a dictionary."""

NUMBERS = ("None", "nan", "inf", "1e308", "-1e308", "1e-320", "10**18", "complex")
"""Those that are put in place of the last number of an array."""
