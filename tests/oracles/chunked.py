"""A small work in chunks, which other processes can import: what it computes, and how it goes wrong."""

import os
import time
from functools import partial
from pathlib import Path

import numpy as np

from nvprotocol.runs import Work
from nvprotocol.runs.work import Arrays

EXPECTED = [n**2 for n in range(200)]


def squares(number: int = 6, **asked: object) -> Work:
    """Squares of 0, 1, …, ten in each chunk."""
    return Work("squares", {"number": number, **asked}, (10,) * number, _squares)


def _squares(chunk: int) -> Arrays:
    return {"square": np.arange(10 * chunk, 10 * chunk + 10) ** 2, "text": np.array("σᶻ")}


def counted(folder: Path, number: int = 6) -> Work:
    """The same, and every computation leaves a file."""
    return Work("squares", {"number": number}, (10,) * number, partial(_counted, folder))


def _counted(folder: Path, chunk: int) -> Arrays:
    (folder / f"{chunk}-{time.monotonic_ns()}-{os.getpid()}").touch()
    return _squares(chunk)


def deadly(folder: Path, deaths: int, number: int = 6) -> Work:
    """The same, but the process that computes chunk 3 dies, a number of times."""
    return Work("squares", {"number": number}, (10,) * number, partial(_deadly, folder, deaths))


def _deadly(folder: Path, deaths: int, chunk: int) -> Arrays:
    if chunk == 3 and len(list(folder.glob("dead-*"))) < deaths:
        (folder / f"dead-{time.monotonic_ns()}").touch()
        os._exit(1)
    return _counted(folder, chunk)


def slow(folder: Path) -> Work:
    """A work whose chunks take a minute."""
    return Work("slow", {}, (1,) * 4, partial(_slow, folder))


def _slow(folder: Path, chunk: int) -> Arrays:
    (folder / f"worker-{os.getpid()}").touch()
    time.sleep(60)
    return _squares(chunk)


def failing(folder: Path) -> Work:
    """A work whose chunk 3 raises an error of its own."""
    return Work("squares", {"number": 6}, (10,) * 6, partial(_failing, folder))


def _failing(folder: Path, chunk: int) -> Arrays:
    if chunk == 3:
        raise ZeroDivisionError("of the work")
    return _counted(folder, chunk)


def dawdling(folder: Path) -> Work:
    """Twenty chunks, which take a little."""
    return Work("squares", {"number": 20}, (10,) * 20, partial(_dawdling, folder))


def _dawdling(folder: Path, chunk: int) -> Arrays:
    (folder / f"chunk-{chunk}").touch()
    time.sleep(0.3)
    return _squares(chunk)
