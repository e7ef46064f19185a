"""The text of a TOML file: how it is read, and where in it a key stands, so that an error can name its line."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from nvprotocol._reading import read_text
from nvprotocol.errors import FileError

MOST_BYTES = 2**23
"""Size of the largest file in TOML, or OpenQASM, that is read; a scan that lists a million values is as long."""

_TABLE = re.compile(r"\[\[?([^\[\]]+)\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")


def text_of(path: Path, error: type[FileError]) -> str:
    """The text of a file.

    Raises:
        FileError: Of the kind given, if there is no such file, it is no text, or more than anybody writes.

    Examples:
        >>> from pathlib import Path
        >>> from nvprotocol._toml import text_of
        >>> text_of(Path("nowhere.toml"), nv.errors.DeviceFileError)
        Traceback (most recent call last):
            ...
        nvprotocol.errors.DeviceFileError: nowhere.toml: there is no such file.
    """
    return read_text(path, most=MOST_BYTES, error=error)


def line_of(text: str, path: Sequence[str]) -> int:
    r"""The line (from 1) of a key such as ("protocol", "checks"), or of the innermost table around it that is there.

    Examples:
        >>> from nvprotocol._toml.source import line_of
        >>> text = "[medium]\na = 1.0\n\n[device.gate_ns]\nsx = 20"
        >>> line_of(text, ("device", "gate_ns", "sx")), line_of(text, ("medium", "q"))
        (5, 1)
    """
    lines = dict(_keys(text))
    for length in range(len(path), 0, -1):
        if tuple(path[:length]) in lines:
            return lines[tuple(path[:length])]
    return 1


def _keys(text: str) -> list[tuple[tuple[str, ...], int]]:
    table: tuple[str, ...] = ()
    keys = []
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line.strip()):
            table = _parts(header[1])
            keys.append((table, number))
        elif key := _KEY.match(line):
            keys.append(((*table, *_parts(key[1])), number))
    return keys


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def suggestion(word: str, known: Sequence[str]) -> str:
    """What a misspelt word may have been meant to be, as the end of a message.

    Examples:
        >>> from nvprotocol._toml import suggestion
        >>> suggestion("chekcs", ["duration", "checks"])
        '; did you mean "checks"?'
    """
    bare = word.removesuffix("_us")  # the name of an argument, where the key takes any unit
    longer = [key for key in known if key.endswith(f"_{bare}")]  # "t1" of "intrinsic_t1"
    close = [bare] if bare in known else longer or get_close_matches(word, known, n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else f"; known are {', '.join(known)}"
