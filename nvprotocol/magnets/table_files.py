"""Tables of noise and Green's functions as files: CSV, NetCDF."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nvprotocol.errors import FileError

AXES = ("frequency_ghz", "separation_nm")


def read_table(path: Path, kinds: Sequence[str]) -> tuple[NDArray, NDArray, str, NDArray]:
    """Frequencies, separations, the kind of the table and its values (F, R), from a .csv, .nc or .nc4 file."""
    if path.suffix not in (".csv", ".nc", ".nc4"):
        raise FileError(f"{path}: the file must end in .csv, .nc or .nc4, but ends in {path.suffix or 'nothing'}.")
    if not path.is_file():
        raise FileError(f"{path}: there is no such file.")
    return _from_csv(path, kinds) if path.suffix == ".csv" else _from_netcdf(path, kinds)


def _from_csv(path: Path, kinds: Sequence[str]) -> tuple[NDArray, NDArray, str, NDArray]:
    columns = _columns(path)
    for axis in AXES:
        if axis not in columns:
            raise FileError(f"{path}: the column {axis} is missing; there are {', '.join(columns)}.")
    kind, values = _values(path, columns, kinds)
    frequency, row = np.unique(columns["frequency_ghz"], return_inverse=True)
    separation, column = np.unique(columns["separation_nm"], return_inverse=True)
    count = np.zeros((frequency.size, separation.size), dtype=int)
    np.add.at(count, (row, column), 1)
    if np.any(count != 1):
        at = np.argwhere(count != 1)[0]
        word = "missing" if count[tuple(at)] == 0 else "there more than once"
        raise FileError(f"{path}: the point {frequency[at[0]]:g} GHz, {separation[at[1]]:g} nm of the grid is {word}.")
    table = np.empty(count.shape, dtype=values.dtype)
    table[row, column] = values
    return frequency, separation, kind, table


def _columns(path: Path) -> dict[str, NDArray]:
    """The columns of a CSV file by their names; lines that are empty or begin with # are skipped."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: the file cannot be read: {error}.") from None
    lines = [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if len(lines) < 2:
        raise FileError(f"{path}: the file must have a header and at least one line, but has {len(lines)} lines.")
    rows = list(csv.reader(line for _, line in lines))
    header = [name.strip() for name in rows[0]]
    cells: list[list[float]] = []
    for (at, _), row in zip(lines[1:], rows[1:], strict=True):
        if len(row) != len(header):
            raise FileError(f"{path}, line {at}: there must be {len(header)} columns, but there are {len(row)}.")
        try:
            cells.append([float(cell) for cell in row])
        except ValueError as error:
            raise FileError(f"{path}, line {at}: every column must be a number, but: {error}.") from None
    return dict(zip(header, np.array(cells).T, strict=True))


def _from_netcdf(path: Path, kinds: Sequence[str]) -> tuple[NDArray, NDArray, str, NDArray]:
    import xarray

    try:
        with xarray.open_dataset(path, engine="h5netcdf") as data:
            data.load()
    except Exception as error:  # whatever the library raises for a file that is not NetCDF
        raise FileError(f"{path}: the file cannot be read as NetCDF: {error}.") from None
    for axis in AXES:
        if axis not in data.coords:
            raise FileError(f"{path}: the coordinate {axis} is missing; there are {', '.join(map(str, data.coords))}.")
    columns: dict[str, NDArray] = {}
    for name, variable in data.data_vars.items():
        if set(variable.dims) == set(AXES):
            columns[str(name)] = variable.transpose(*AXES).to_numpy()
    kind, values = _values(path, columns, kinds)
    return data[AXES[0]].to_numpy(), data[AXES[1]].to_numpy(), kind, values


def _values(path: Path, columns: dict[str, NDArray], kinds: Sequence[str]) -> tuple[str, NDArray]:
    """The one table that a file holds, whole or in real and imaginary parts."""
    names = {kind: (kind, f"{kind}_real", f"{kind}_imag") for kind in kinds}
    held = [kind for kind in kinds if any(name in columns for name in names[kind])]
    if len(held) != 1:
        found = " and ".join(held) if held else "none of them"
        raise FileError(f"{path}: the file must hold one of {', '.join(kinds)}, but holds {found}.")
    whole, real, imaginary = names[held[0]]
    if whole in columns:
        if real in columns or imaginary in columns:
            raise FileError(f"{path}: {whole} must be given whole or in parts, but is given as both.")
        return held[0], columns[whole]
    zero = np.zeros_like(columns.get(real, columns.get(imaginary)), dtype=float)
    return held[0], columns.get(real, zero) + 1j * columns.get(imaginary, zero)
