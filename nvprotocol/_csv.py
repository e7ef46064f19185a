"""Tables as text: lines become fields, and a header that names every column once."""

import csv
import json
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from nvprotocol._reading import printable
from nvprotocol.errors import FileError

MARKS = ";\t,"
"""What may stand between columns: the one that the header has most of."""


_LONGEST = 80
"""Characters of a value that a message shows."""


class Row(NamedTuple):
    """The fields of one line, and its place as messages name it."""

    fields: list[str]
    place: str


def read_rows(text: str, source: str) -> list[Row]:
    """Header and rows of a table; lines that are empty or begin with # are skipped.

    Args:
        text: The file, without a byte order mark.
        source: Its name, for messages.

    Raises:
        FileError: If there is no line, one is not valid CSV, or one has another number of fields than the header.
    """
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if _says_something(line)]
    if not numbered:
        raise FileError(f"{source}: the file is empty.")
    mark = max(MARKS, key=numbered[0][1].count)
    rows = [Row(*_fields(line, mark, f"{source}, line {number}")) for number, line in numbered]
    for fields, place in rows[1:]:
        if len(fields) != len(rows[0].fields):
            raise FileError(f"{place}: has {len(fields)} columns, but the header has {len(rows[0].fields)}.")
    return rows


def _says_something(line: str) -> bool:
    return bool(line.strip(f" {MARKS}")) and not line.lstrip().startswith("#")


def _fields(line: str, mark: str, place: str) -> tuple[list[str], str]:
    try:
        (fields,) = csv.reader([line], delimiter=mark, strict=True, skipinitialspace=True)
    except csv.Error as reason:
        raise FileError(f"{place}: not valid CSV: {reason}.") from None
    return [field.strip() for field in fields], place


def check_names(names: Sequence[str], known: Sequence[str], place: str, kind: str = "column") -> None:
    """Refuses a name that is not known, which would be ignored, and one that is there twice, of which one would win.

    Raises:
        FileError: If there is one.
    """
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            meant = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(known[:5])}."
            raise FileError(f"{place}: {kind} {quoted(name)} is not known; {meant}")
        if list(names).count(name) > 1:
            raise FileError(f"{place}: {kind} {quoted(name)} is there twice.")


def quoted(value: object) -> str:
    """A value as JSON writes it: a text in quotes, all of it in one line, and only the beginning of a long one."""
    text = printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
