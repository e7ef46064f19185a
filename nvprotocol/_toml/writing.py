"""Values as TOML writes them, and the version of a format on top of a file."""

import json
import tomllib
from typing import Any

from nvprotocol._file_format import FORMAT_VERSIONS, VERSION_KEY


def assignment(key: str, value: object) -> str:
    """A key and its value.

    Examples:
        >>> from nvprotocol._toml import assignment
        >>> assignment("A", 0.5 - 1j), assignment("material", {"name": "mine", "spin": 1})
        ('A = [0.5, -1.0]', 'material = { "name" = "mine", "spin" = 1 }')
    """
    return f"{key} = {_value(value)}"


def versioned(text: str, kind: str) -> str:
    r"""The text of a TOML file with the version of its format, which is written where it does not say one itself.

    Examples:
        >>> from nvprotocol._toml import versioned
        >>> versioned("[medium]\na = 1.0", "device")
        'format_version = 1\n[medium]\na = 1.0'
    """
    return text if VERSION_KEY in tomllib.loads(text) else f"{assignment(VERSION_KEY, FORMAT_VERSIONS[kind])}\n{text}"


def _value(value: Any) -> str:
    """A value; a complex coupling as its two parts."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, complex):
        return f"[{value.real!r}, {value.imag!r}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(assignment(_quoted(key), one) for key, one in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    """A text as JSON quotes it, but for the one character more that TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
