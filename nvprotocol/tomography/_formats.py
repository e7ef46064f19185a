"""The formats of files of counts: texts become cells, and cells a checked table."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from nvprotocol._csv import check_names, quoted, read_rows
from nvprotocol._file_format import VERSION_KEY, check_version
from nvprotocol.errors import FileError
from nvprotocol.tomography._checked import MOST

LONG = ("setting", "outcome", "count")
MOST_QUBITS = 12
_VERSION = re.compile(rf"#\s*{VERSION_KEY}\s*=\s*(\d{{1,9}})[\s,;]*")


class Cell(NamedTuple):
    """One number of a file, not checked yet, and where it stands."""

    setting: str
    outcome: str
    count: Any
    place: str


def from_csv(text: str, source: str) -> Iterator[Cell]:
    """The cells of a CSV text; `source` names it in messages."""
    for number, line in enumerate(text.splitlines(), 1):
        if said := _VERSION.fullmatch(line):
            check_version(int(said[1]), "counts", f"{source}, line {number}")
    (header, place), *body = read_rows(text, source)
    long = _is_long(header, place)
    if not body:
        raise FileError(f"{source}: there are no counts below the header.")
    for fields, where in body:
        row = dict(zip(header, fields, strict=True))
        if long:
            yield Cell(row["setting"], row["outcome"], _number(row["count"]), where)
        else:
            yield from (Cell(row["setting"], name, _number(row[name]), where) for name in header if name != "setting")


def _number(text: str) -> int | str:
    """The whole number that a text says, or the text: numbers are texts in a CSV file, and in no JSON file."""
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()):
        return text
    return int(text) if len(text) <= len(str(MOST)) else MOST + 1


def _is_long(header: list[str], where: str) -> bool:
    """Whether each line is one outcome and not one setting; refuses a header that is neither."""
    header[:] = [name.lower() for name in header]
    bits = [name for name in header if name and not set(name) - {"0", "1"}]
    lengths = {len(name) for name in bits}
    if len(lengths) > 1:
        short, long = (next(name for name in bits if len(name) == size) for size in (min(lengths), max(lengths)))
        raise FileError(
            f"{where}: outcomes must have as many bits each, but {quoted(short)} and {quoted(long)} do not."
        )
    n_qubits = min(lengths.pop() if lengths else 0, MOST_QUBITS)
    known = ("setting", *(f"{value:0{n_qubits}b}" for value in range(2**n_qubits))) if bits else LONG
    check_names(header, known, where)
    missing = [name for name in known if name not in header]
    if missing:
        raise FileError(f"{where}: column {quoted(missing[0])} is missing.")
    return not bits


def from_json(text: str, source: str) -> tuple[list[str], list[Cell]]:
    """The settings and the cells of a JSON text."""
    content = _json(text, source)
    if not isinstance(content, dict):
        raise FileError(f'{source}: must be an object of settings such as {{"ZZ": {{"00": 512}}}}.')
    check_version(content.pop(VERSION_KEY, 1), "counts", source)
    if not content:
        raise FileError(f"{source}: there are no counts in it.")
    cells = []
    for setting, row in content.items():
        if not isinstance(row, dict):
            raise FileError(f'{source}: key {quoted(setting)} must be an object of outcomes such as {{"00": 512}}.')
        cells += [
            Cell(setting, bits, count, f"{source}: key {quoted(f'{setting}.{bits}')}") for bits, count in row.items()
        ]
    return list(content), cells


def _json(text: str, source: str) -> Any:
    """What a JSON text says; refuses a key that is there twice, of which the last one would win."""

    def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names: set[str] = set()
        for name, _ in pairs:
            if name in names:
                raise FileError(f"{source}: key {quoted(name)} is there twice.")
            names.add(name)
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=without_repeats)
    except FileError:
        raise
    except (json.JSONDecodeError, RecursionError) as reason:
        raise FileError(f"{source}: not valid JSON: {reason}.") from None
    except ValueError:  # a number of thousands of digits
        raise FileError(f"{source}: not valid JSON: a number is too long.") from None


def table_of(settings: list[str], cells: list[Cell], source: str) -> NDArray[np.int64]:
    """The checked table of all cells, shape (S, 2ᴺ)."""
    places = {cell.setting: cell.place for cell in reversed(cells)}
    for setting in settings:
        where = places.get(setting, source)
        if not setting or set(setting) - set("XYZ"):
            raise FileError(f"{where}: setting {quoted(setting)} is not known; it must be letters out of X, Y and Z.")
        if len(setting) != len(settings[0]):
            both = f"{quoted(settings[0])} and {quoted(setting)}"
            raise FileError(f"{where}: settings must have as many letters each, but {both} do not.")
        if len(setting) > MOST_QUBITS:
            raise FileError(f"{where}: setting {quoted(setting)} has more than {MOST_QUBITS} letters.")
    n_qubits = len(settings[0])
    rows = {setting: row for row, setting in enumerate(settings)}
    counts, seen = np.zeros((len(settings), 2**n_qubits), dtype=np.int64), set()
    for cell in cells:
        if set(cell.outcome) - {"0", "1"} or len(cell.outcome) != n_qubits:
            _refuse_outcome(cell, n_qubits)
        if (cell.setting, cell.outcome) in seen:
            raise FileError(f"{cell.place}: setting {quoted(cell.setting)} has outcome {quoted(cell.outcome)} twice.")
        seen.add((cell.setting, cell.outcome))
        counts[rows[cell.setting], int(cell.outcome, 2)] = _count(cell)
    return counts


def _refuse_outcome(cell: Cell, n_qubits: int) -> NoReturn:
    hint = ""
    if cell.outcome and len(cell.outcome) < n_qubits and not set(cell.outcome) - {"0", "1"}:
        hint = " (a spreadsheet takes leading zeros away)"
    must = f"must have {n_qubits} bits, one for each letter of setting {quoted(cell.setting)}"
    raise FileError(f"{cell.place}: outcome {quoted(cell.outcome)} {must}{hint}.")


def _count(cell: Cell) -> int:
    """The count of a cell."""
    value = cell.count
    if isinstance(value, bool) or not isinstance(value, int):
        shown = quoted(cell.count)
        raise FileError(f"{cell.place}: a count must be a whole number, but is {shown}.")
    if value < 0:
        raise FileError(f"{cell.place}: a count must be at least 0, but is {value}.")
    if value > MOST:
        raise FileError(f"{cell.place}: a count must be at most {MOST}, but is more.")
    return value
