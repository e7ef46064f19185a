"""Values as texts in messages: one short line, whatever the value is."""

import reprlib
from typing import Any

import numpy as np

__all__ = ["show"]


def show(value: object) -> str:
    """Renders a value for an error message in one short line: texts in quotes, numbers with six digits.

    Examples:
        >>> from nvprotocol._show import show
        >>> show("a b"), show(1 / 3), show(10**400)
        ('"a b"', '0.333333', 'a whole number of 401 digits')
    """
    text = _text_of(value)
    if not text.isprintable():
        text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text[:_LONGEST])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 20]}…{text[-10:]}"


def _text_of(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | np.integer) and not isinstance(value, np.timedelta64):
        digits = int(int(value).bit_length() * 0.30103) + 1
        return f"a whole number of {digits} digits" if digits > 30 else str(value)
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    if isinstance(value, complex | np.complexfloating):
        return f"{complex(value):.6g}"
    if isinstance(value, np.ndarray) and value.size > _FEW:
        return f"an array of shape {value.shape}"
    return _SHORT.repr(value.tolist() if isinstance(value, np.ndarray) else value)


class _Short(reprlib.Repr):
    """Objects as short texts, whatever they hold; what cannot say what it is, is named by its type."""

    def repr1(self, x: Any, level: int) -> str:
        """One of them, at a depth."""
        if isinstance(x, list | tuple | dict | set | frozenset):
            return super().repr1(x, level) if level > 0 else "…"
        if isinstance(x, str):
            return super().repr1(str(x), level)
        numbers = int | float | complex | np.integer | np.inexact | np.ndarray
        if isinstance(x, numbers) and not isinstance(x, np.timedelta64):
            return _text_of(x)
        try:
            return str(x)[: 2 * _LONGEST]
        except Exception:  # whatever it is: it is being refused for another reason
            return f"a {type(x).__name__}"


_LONGEST, _FEW = 160, 16
"""Characters of a value in a message, and numbers of an array that is shown in full."""
_SHORT = _Short()
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxtuple, _SHORT.maxdict, _SHORT.maxstring = 4, 9, 9, 4, 60
