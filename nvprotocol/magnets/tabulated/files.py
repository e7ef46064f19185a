"""Tables of noise and Green's functions as files: CSV, NetCDF.

What a table says besides its numbers (masks, fill values, valid ranges, units) is heeded or refused, and nothing in a
file is passed over: a column that is not read might be the one that was meant.
"""

import math
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol._csv import check_names, quoted, read_rows
from nvprotocol._reading import is_file, printable, read_text
from nvprotocol.errors import FileError
from nvprotocol.magnets.tabulated.storage import check_storage

if TYPE_CHECKING:
    import xarray

AXES = ("frequency_ghz", "separation_nm")
_UNITS = {
    "frequency_ghz": ("GHz",),
    "separation_nm": ("nm",),
    "spectrum": ("rad/us", "rad us-1", "rad us^-1"),
    "field_spectrum": ("T^2/Hz", "T2/Hz", "T2 Hz-1", "T**2/Hz"),
    "green": ("rad/us", "rad us-1", "rad us^-1"),
}
"""Spellings of the unit of each quantity, with us for µs; the first one is shown."""
MOST_BYTES = 2**27
"""Size of the largest CSV file that is read."""
MOST_POINTS = 2_000_000
"""Points of the largest grid that is read."""
_UNWRITTEN = {
    **dict.fromkeys(("f4", "f8"), 9.969209968386869e36),
    "i2": -32767.0,
    "i4": -2147483647.0,
    "i8": -9223372036854775806.0,
}
"""What the NetCDF library leaves where nothing has been written, by the type as stored."""


def read_table(path: Path, kinds: Sequence[str]) -> tuple[NDArray, NDArray, str, NDArray]:
    """Frequencies, separations, the kind of the table and its values (F, R), from a .csv, .nc or .nc4 file."""
    if path.suffix not in (".csv", ".nc", ".nc4"):
        raise FileError(f"{path}: the file must end in .csv, .nc or .nc4, but ends in {path.suffix or 'nothing'}.")
    if not is_file(path):
        raise FileError(f"{path}: there is no such file.")
    return _from_csv(path, kinds) if path.suffix == ".csv" else _from_netcdf(path, kinds)


def _names(kinds: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Kind → the names that its values may have: whole, real part, imaginary part."""
    return {kind: (kind, f"{kind}_real", f"{kind}_imag") for kind in kinds}


def _known(kinds: Sequence[str]) -> list[str]:
    return [*AXES, *(name for names in _names(kinds).values() for name in names)]


def _from_csv(path: Path, kinds: Sequence[str]) -> tuple[NDArray, NDArray, str, NDArray]:
    columns = _columns(path, kinds)
    for axis in AXES:
        if axis not in columns:
            raise FileError(f"{path}: the column {axis} is missing; there are {', '.join(columns)}.")
    kind, values = _values(path, columns, kinds)
    frequency, row = np.unique(columns["frequency_ghz"], return_inverse=True)
    separation, column = np.unique(columns["separation_nm"], return_inverse=True)
    if frequency.size * separation.size > MOST_POINTS:
        size = f"{frequency.size} frequencies and {separation.size} separations"
        raise FileError(f"{path}: the grid must have at most {MOST_POINTS} points, but has {size}.")
    there = Counter(zip(row.tolist(), column.tolist(), strict=True))
    grid = ((i, j) for i in range(frequency.size) for j in range(separation.size))
    if wrong := next((at for at in grid if there[at] != 1), None):
        word = "there more than once" if there[wrong] else "missing"
        where = f"{frequency[wrong[0]]:g} GHz, {separation[wrong[1]]:g} nm"
        raise FileError(f"{path}: the point {where} of the grid is {word}.")
    table = np.empty((frequency.size, separation.size), dtype=values.dtype)
    table[row, column] = values
    return frequency, separation, kind, table


def _columns(path: Path, kinds: Sequence[str]) -> dict[str, NDArray]:
    """The columns of a CSV file by their names."""
    text = read_text(path, most=MOST_BYTES, encoding="utf-8-sig")
    (header, place), *body = read_rows(text, str(path))
    check_names(header, _known(kinds), place)
    if not body:
        raise FileError(f"{path}: there are no numbers below the header.")
    if len(body) > MOST_POINTS:
        raise FileError(f"{path}: the table must have at most {MOST_POINTS} lines, but has {len(body)}.")
    cells = [[_number(cell, name, where) for name, cell in zip(header, row, strict=True)] for row, where in body]
    return dict(zip(header, np.array(cells).T, strict=True))


def _number(cell: str, name: str, place: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in cell:  # which Python's own numbers may have
        raise FileError(f"{place}: column {quoted(name)} must be a finite number, but is {quoted(cell)}.")
    return value


def _from_netcdf(path: Path, kinds: Sequence[str]) -> tuple[NDArray, NDArray, str, NDArray]:
    import xarray

    check_storage(path)
    try:  # a fill value becomes NaN, a scale is applied; "us" is the unit of a rate here and never one of a date
        with warnings.catch_warnings():
            for category in (UserWarning, RuntimeWarning):  # of attributes that are passed over
                warnings.simplefilter("error", category)
            with xarray.open_dataset(path, engine="h5netcdf", decode_times=False) as data:
                data.load()
    except Exception as error:  # whatever the library raises for a file that is not NetCDF
        raise FileError(f"{path}: the file cannot be read as NetCDF: {printable(str(error))}.") from None
    for axis in AXES:
        if axis not in data.coords:
            raise FileError(
                f"{path}: the coordinate {axis} is missing; there are {printable(', '.join(map(str, data.coords)))}."
            )
    check_names([str(name) for name in data.variables], _known(kinds), str(path), "variable")
    columns: dict[str, NDArray] = {}
    for name, variable in data.variables.items():
        dims = (str(name),) if name in AXES else AXES
        if set(variable.dims) != set(dims):
            has = printable(", ".join(map(str, variable.dims))) or "none"
            raise FileError(f"{path}: variable {name} must have the dimensions {', '.join(dims)}, but has {has}.")
        columns[str(name)] = _checked(path, str(name), variable).transpose(*dims).to_numpy()
    kind, values = _values(path, {name: one for name, one in columns.items() if name not in AXES}, kinds)
    return columns[AXES[0]], columns[AXES[1]], kind, values


def _checked(path: Path, name: str, variable: "xarray.Variable") -> "xarray.Variable":
    """A variable whose numbers are all there, in the unit that its name has, and within the range that it states."""
    values, attributes = variable.to_numpy(), variable.attrs
    if values.dtype.kind not in "iufc":
        raise FileError(f"{path}: variable {name} must be numbers, but is of type {values.dtype}.")
    spellings = _UNITS[name.removesuffix("_real").removesuffix("_imag")]
    unit = str(attributes.get("units", spellings[0])).strip()
    if unit.replace("µ", "u").replace("μ", "u") not in spellings:
        raise FileError(f"{path}: variable {name} must be in {spellings[0]}, but its units are {quoted(unit)}.")
    unwritten = None
    if not {"_FillValue", "missing_value"} & variable.encoding.keys():
        unwritten = _UNWRITTEN.get(np.dtype(variable.encoding.get("dtype", values.dtype)).str[1:])
    empty = ~np.isfinite(values)
    if unwritten is not None:
        empty |= np.isclose(values, unwritten, rtol=1e-6, atol=0)
    if np.any(empty):
        raise FileError(f"{path}: variable {name} must be finite everywhere, but {empty.sum()} of its values are not.")
    low, high = _valid_range(variable, f"{path}: variable {name}")
    outside = values[(np.real(values) < low) | (np.real(values) > high)]
    if outside.size:
        must = f"lie within its valid range, {low:g} to {high:g}"
        raise FileError(f"{path}: variable {name} must {must}, but contains {outside.flat[0]:g}.")
    return variable


def _valid_range(variable: "xarray.Variable", place: str) -> tuple[float, float]:
    """The range that a variable states of its numbers as stored, in which a scale may not be applied yet."""
    low, high = _stated(variable, "valid_range", (-np.inf, np.inf), place)
    (least,), (most,) = (
        _stated(variable, key, (end,), place) for key, end in (("valid_min", low), ("valid_max", high))
    )
    ends = [least, most]
    scale, offset = (
        float(variable.encoding.get(key, neutral)) for key, neutral in (("scale_factor", 1), ("add_offset", 0))
    )
    low, high = sorted(scale * end + offset for end in ends)
    return low, high


def _stated(variable: "xarray.Variable", key: str, default: tuple[float, ...], place: str) -> NDArray[np.float64]:
    """An attribute of so many numbers as its default has."""
    given = variable.attrs.get(key, default)
    try:
        numbers = np.array(given, dtype=float).ravel()
    except (TypeError, ValueError):
        numbers = np.array([])
    if numbers.size != len(default) or np.any(np.isnan(numbers)):
        what = "be a number" if len(default) == 1 else f"be {len(default)} numbers"
        raise FileError(f"{place}: attribute {key} must {what}, but is {show(given)}.")
    return numbers


def _values(path: Path, columns: dict[str, NDArray], kinds: Sequence[str]) -> tuple[str, NDArray]:
    """The one table that a file holds, whole or in real and imaginary parts."""
    names = _names(kinds)
    held = [kind for kind in kinds if any(name in columns for name in names[kind])]
    if len(held) != 1:
        found = " and ".join(held) if held else "none of them"
        raise FileError(f"{path}: the file must hold one of {', '.join(kinds)}, but holds {found}.")
    whole, real, imaginary = names[held[0]]
    if whole in columns:
        if real in columns or imaginary in columns:
            raise FileError(f"{path}: {whole} must be given whole or in parts, but is given as both.")
        return held[0], columns[whole]
    for part in (real, imaginary):
        if part not in columns:
            raise FileError(f"{path}: {part} is missing; where it is 0 everywhere, the file must say so.")
    return held[0], columns[real] + 1j * columns[imaginary]
