"""Tables of counts as files: what a laboratory writes, as CSV or JSON, for any number of qubits.

CSV has a header, and comma, semicolon or tab between its columns; empty lines and lines that begin with # are skipped.
Either every line is one outcome, and outcomes that are left out have not been seen:

    setting,outcome,count
    ZZ,00,512
    ZZ,11,488

or every line is one setting, with a column for each of the 2ᴺ outcomes:

    setting,00,01,10,11
    ZZ,512,0,0,488

JSON is an object of settings, each with an object of outcomes; {} stands for a setting of which no shot was kept:

    {"ZZ": {"00": 512, "11": 488}, "XX": {}}

Settings and outcomes are in Qiskit's order, the right-most letter and bit those of qubit 0. What `write_counts` writes
says the version of the format, in CSV by the line `# format_version = 1` on top, in JSON by the key "format_version".
Where nothing is said it is 1.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol._checks import path as as_path
from nvprotocol._csv import check_names, quoted, read_rows
from nvprotocol._file_format import FORMAT_VERSIONS, VERSION_KEY, check_version
from nvprotocol._read_only import holds_read_only
from nvprotocol._reading import read_text
from nvprotocol._typing import ArrayLike
from nvprotocol._writing import write_file
from nvprotocol.errors import FileError
from nvprotocol.tomography._arguments import MOST, checked_settings, whole_counts

__all__ = ["CountTable", "read_counts", "write_counts"]

SUFFIXES = (".csv", ".tsv", ".txt", ".json")
_LONG = ("setting", "outcome", "count")
_MOST_QUBITS = 12
_MOST_BYTES = 2**25
"""Size of the largest file that is read: all settings of six qubits take less than a megabyte."""
_MOST_CELLS = 10**7
_VERSION = re.compile(rf"#\s*{VERSION_KEY}\s*=\s*(\d{{1,9}})[\s,;]*")


@holds_read_only
class CountTable(NamedTuple):
    """Counts and their settings, the first two arguments of `estimate`.

    Attributes:
        counts: The table, shape (S, 2ᴺ).
        settings: The settings of the rows, in the order of the file.

    Examples:
        >>> from nvprotocol.tomography.files import CountTable
        >>> CountTable(np.array([[7, 3]]), ("Z",)).settings
        ('Z',)
    """

    counts: NDArray[np.int64]
    settings: tuple[str, ...]


def read_counts(path: str | Path) -> CountTable:
    r"""Reads a table of counts from a CSV or JSON file; `nvprotocol.tomography.files` describes both formats.

    Args:
        path: A file that ends in .csv, .tsv, .txt (all CSV) or .json.

    Returns:
        Counts and settings: `estimate(*read_counts(path))` is the state.

    Raises:
        FileError: If the file cannot be read, or is not such a table; the message names the line, or in JSON the key.

    Examples:
        >>> import pathlib, tempfile
        >>> from nvprotocol.tomography.files import read_counts
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "counts.csv"
        >>> _ = file.write_text("setting,00,01,10,11\nZZ,1,498,500,1\nXX,0,502,498,0\n")
        >>> counts, settings = read_counts(file)
        >>> counts.tolist(), settings
        ([[1, 498, 500, 1], [0, 502, 498, 0]], ('ZZ', 'XX'))
    """
    file = as_path(path, "path")
    if file.suffix.lower() not in SUFFIXES:
        raise FileError(f"{file}: a table of counts must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    text = read_text(file, most=_MOST_BYTES, encoding="utf-8-sig")
    if not text.strip():
        raise FileError(f"{file}: the file is empty.")
    if file.suffix.lower() == ".json":
        settings, cells = _from_json(text, str(file))
    else:
        cells = list(_from_csv(text, str(file)))
        settings = list(dict.fromkeys(cell.setting for cell in cells))
    return CountTable(_table_of(settings, cells, str(file)), tuple(settings))


def write_counts(path: str | Path, counts: ArrayLike, settings: Sequence[str]) -> None:
    r"""Writes a table of counts in the format that the name of the file asks for; CSV has one line for each setting.

    Args:
        path: A file that ends in .csv, .tsv, .txt or .json; an existing one is replaced.
        counts: The table, shape (S, 2ᴺ).
        settings: The settings of its rows.

    Raises:
        ArgumentError: If the table does not fit the settings, or the file has another ending.
        OutputError: If the file cannot be written.

    Examples:
        >>> import pathlib, tempfile
        >>> from nvprotocol.tomography.files import read_counts, write_counts
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "counts.json"
        >>> write_counts(file, [[7, 3], [0, 9]], ["X", "Y"])
        >>> file.read_text()
        '{"format_version": 1, "X": {"0": 7, "1": 3}, "Y": {"0": 0, "1": 9}}\n'
    """
    file, labels, table = as_path(path, "path"), checked_settings(settings), whole_counts(counts, "counts")
    if file.suffix.lower() not in SUFFIXES:
        fail("path", f"end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}", f"is {show(str(file))}")
    if table.shape != (len(labels), 2 ** len(labels[0])):
        fail("counts", f"have shape ({len(labels)}, {2 ** len(labels[0])})", f"has shape {table.shape}")
    outcomes = [f"{value:0{len(labels[0])}b}" for value in range(table.shape[1])]
    rows = zip(labels, table.tolist(), strict=True)
    if file.suffix.lower() == ".json":
        content = {label: dict(zip(outcomes, row, strict=True)) for label, row in rows}
        text = json.dumps({VERSION_KEY: FORMAT_VERSIONS["counts"], **content}) + "\n"
    else:
        mark = "\t" if file.suffix.lower() == ".tsv" else ","
        top = f"# {VERSION_KEY} = {FORMAT_VERSIONS['counts']}"
        lines = [[top], ["setting", *outcomes], *([label, *map(str, row)] for label, row in rows)]
        text = "".join(mark.join(line) + "\n" for line in lines)
    write_file(file, text)


class _Cell(NamedTuple):
    """One number of a file, not checked yet, and where it stands."""

    setting: str
    outcome: str
    count: Any
    place: str


def _from_csv(text: str, source: str) -> Iterator[_Cell]:
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
            yield _Cell(row["setting"], row["outcome"], _number(row["count"]), where)
        else:
            yield from (_Cell(row["setting"], name, _number(row[name]), where) for name in header if name != "setting")


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
    n_qubits = min(lengths.pop() if lengths else 0, _MOST_QUBITS)
    known = ("setting", *(f"{value:0{n_qubits}b}" for value in range(2**n_qubits))) if bits else _LONG
    check_names(header, known, where)
    missing = [name for name in known if name not in header]
    if missing:
        raise FileError(f"{where}: column {quoted(missing[0])} is missing.")
    return not bits


def _from_json(text: str, source: str) -> tuple[list[str], list[_Cell]]:
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
            _Cell(setting, bits, count, f"{source}: key {quoted(f'{setting}.{bits}')}") for bits, count in row.items()
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


def _table_of(settings: list[str], cells: list[_Cell], source: str) -> NDArray[np.int64]:
    """The checked table of all cells, shape (S, 2ᴺ)."""
    places = {cell.setting: cell.place for cell in reversed(cells)}
    for setting in settings:
        where = places.get(setting, source)
        if not setting or set(setting) - set("XYZ"):
            raise FileError(f"{where}: setting {quoted(setting)} is not known; it must be letters out of X, Y and Z.")
        if len(setting) != len(settings[0]):
            both = f"{quoted(settings[0])} and {quoted(setting)}"
            raise FileError(f"{where}: settings must have as many letters each, but {both} do not.")
        if len(setting) > _MOST_QUBITS:
            raise FileError(f"{where}: setting {quoted(setting)} has more than {_MOST_QUBITS} letters.")
    n_qubits = len(settings[0])
    if len(settings) * 2**n_qubits > _MOST_CELLS:
        must = f"have at most {_MOST_CELLS} cells, settings times outcomes"
        raise FileError(f"{source}: the table must {must}, but has {len(settings) * 2**n_qubits}.")
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


def _refuse_outcome(cell: _Cell, n_qubits: int) -> NoReturn:
    hint = ""
    if cell.outcome and len(cell.outcome) < n_qubits and not set(cell.outcome) - {"0", "1"}:
        hint = " (a spreadsheet takes leading zeros away)"
    must = f"must have {n_qubits} bits, one for each letter of setting {quoted(cell.setting)}"
    raise FileError(f"{cell.place}: outcome {quoted(cell.outcome)} {must}{hint}.")


def _count(cell: _Cell) -> int:
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
