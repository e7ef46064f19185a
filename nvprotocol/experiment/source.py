"""Where in a TOML text a key stands, so that an error can name its line."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

_TABLE = re.compile(r"^\s*\[\[?\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")


def line_of(text: str, path: Sequence[str]) -> int:
    """The line (from 1) of a key such as ("protocol", "checks"), or of the innermost table around it that is there."""
    lines = dict(_keys(text))
    for length in range(len(path), 0, -1):
        if tuple(path[:length]) in lines:
            return lines[tuple(path[:length])]
    return 1


def _keys(text: str) -> list[tuple[tuple[str, ...], int]]:
    table: tuple[str, ...] = ()
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _parts(header[1])
            found.append((table, number))
        elif key := _KEY.match(line):
            found.append(((*table, *_parts(key[1])), number))
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def suggestion(word: str, known: Sequence[str]) -> str:
    """What a misspelt word may have been meant to be, as the end of a message."""
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else f"; known are {', '.join(known)}."
