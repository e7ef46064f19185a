"""How much memory a computation may take: what would take more is refused before it takes any.

The limit is half of what the machine, or the control group of the process, has. The environment variable
`NVPROTOCOL_MEMORY` sets another, such as "8 GB" or a number of bytes, and `limited_memory` one for a block of code.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from nvprotocol.errors import ArgumentError, TooLargeError

__all__ = ["limited_memory", "memory_limit"]

_SHARE = 0.5
_UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_VARIABLE = "NVPROTOCOL_MEMORY"
_GROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")

_limit: ContextVar[int | None] = ContextVar("_limit", default=None)


def memory_limit() -> int:
    """The bytes that a computation may take.

    Examples:
        >>> with nv.resources.limited_memory("2 GB"):
        ...     nv.resources.memory_limit()
        2000000000
    """
    limit = _limit.get()
    return _usual_limit() if limit is None else limit


@contextmanager
def limited_memory(limit: int | str) -> Iterator[None]:
    """Sets the limit for a block of code, in this thread and not in others that it starts.

    Args:
        limit: A number of bytes, or a text of a number and a unit, such as "2 GB".

    Raises:
        ArgumentError: If it is neither.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair())
        >>> with nv.resources.limited_memory("1 MB"):
        ...     try:
        ...         states = equation.evolve("ud", np.arange(100_000.0))
        ...     except nv.errors.TooLargeError as error:
        ...         print(error.but)
        2 × 100000 density matrices of 2 qubits take 51.2 MB
    """
    token = _limit.set(_bytes(limit, "limit"))
    try:
        yield
    finally:
        _limit.reset(token)


def require_memory(need: float, argument: str, what: str) -> None:
    """Refuses what takes more memory than it may.

    Args:
        need: Bytes.
        argument: The argument that decides on it.
        what: What takes them, in the plural, such as "1000 states of shape (4, 4)".

    Raises:
        TooLargeError: If it is too much.
    """
    limit = memory_limit()
    if need > limit:
        need = float(min(need, 10**300))
        must = f"ask for at most {_shown(limit)} ({_VARIABLE} and `nv.resources.limited_memory` set this limit)"
        raise TooLargeError(argument, must, f"{what} take {_shown(need)}")


@cache
def _usual_limit() -> int:
    given = os.environ.get(_VARIABLE)
    if given is not None:
        return _bytes(given, _VARIABLE)
    return int(_SHARE * min(_of_machine(), *map(_of_group, _GROUPS)))


def _of_machine() -> int:
    """Bytes of memory; where that is not told, as on Windows, those of a small machine."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 8 * 2**30


def _of_group(path: str) -> int:
    """Bytes that the control group of this process may take."""
    try:
        return int(Path(path).read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such file, or "max"
        return 2**62


def _bytes(limit: object, name: str) -> int:
    if isinstance(limit, str):
        number, _, unit = limit.strip().partition(" ")
        if number.isdecimal() and len(number) < 20 and (unit or "B") in _UNITS and int(number):
            return int(number) * _UNITS[unit or "B"]
    elif isinstance(limit, int) and not isinstance(limit, bool) and 0 < limit < 2**63:
        return limit
    shown = f'"{limit[:40]}"' if isinstance(limit, str) and limit.isprintable() else f"a {type(limit).__name__}"
    raise ArgumentError(name, 'be a number of bytes, or a number and a unit such as "8 GB"', f"is {shown}")


def _shown(size: float) -> str:
    """A number of bytes, as a text."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{float(size):.3g} {unit}"
        size /= 1000
    return f"{size:.3g} PB"
