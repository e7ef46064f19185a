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
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol._file_format import FORMAT_VERSIONS, VERSION_KEY
from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.errors import FileError, OutputError
from nvprotocol.tomography._checked import checked_settings, whole_counts
from nvprotocol.tomography._formats import from_csv, from_json, table_of

__all__ = ["CountTable", "read_counts", "write_counts"]

SUFFIXES = (".csv", ".tsv", ".txt", ".json")


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
    file = Path(path)
    if file.suffix.lower() not in SUFFIXES:
        raise FileError(f"{file}: a table of counts must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FileError(f"{file}: there is no such file.") from None
    except (OSError, UnicodeDecodeError) as reason:
        raise FileError(f"{file}: cannot be read as text ({reason}).") from None
    if not text.strip():
        raise FileError(f"{file}: the file is empty.")
    if file.suffix.lower() == ".json":
        settings, cells = from_json(text, str(file))
    else:
        cells = list(from_csv(text, str(file)))
        settings = list(dict.fromkeys(cell.setting for cell in cells))
    return CountTable(table_of(settings, cells, str(file)), tuple(settings))


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
    file, labels, table = Path(path), checked_settings(settings), whole_counts(counts, "counts")
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
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"The file {file} cannot be written: {error.strerror or error}.") from None
