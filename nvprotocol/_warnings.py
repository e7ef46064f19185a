"""Warnings of this package, and how a caller inside it mutes them: in its own thread only.

`warnings.catch_warnings` changes what all threads hear.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_MUTED: ContextVar[tuple[type[Warning], ...]] = ContextVar("muted", default=())


def warn(text: str, category: type[Warning], stacklevel: int) -> None:
    """Gives a warning, as `warnings.warn` does, unless it is muted.

    Args:
        text: The message.
        category: Its kind.
        stacklevel: Whose line it names: 1 is that of the caller.
    """
    if not issubclass(category, _MUTED.get()):
        warnings.warn(text, category, stacklevel=stacklevel + 1)


@contextmanager
def muted(category: type[Warning]) -> Iterator[None]:
    """Keeps warnings of a kind from being given, in this thread.

    Examples:
        >>> from nvprotocol._warnings import muted, warn
        >>> with muted(UserWarning):
        ...     warn("unheard", UserWarning, 1)
    """
    token = _MUTED.set((*_MUTED.get(), category))
    try:
        yield
    finally:
        _MUTED.reset(token)
