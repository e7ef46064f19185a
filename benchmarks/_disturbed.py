"""Commands of the package in processes of their own, that are disturbed: what `lost_results.py` does to them."""

import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

PRELOADED = (
    "h5netcdf.legacyapi",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_pdf",
    "nvprotocol.cli",
    "nvprotocol._file_contents",
    "nvprotocol.design.file",
    "nvprotocol.design.survey_chunks",
    "nvprotocol.emulation",
    "nvprotocol.experiment.chunks",
    "nvprotocol.experiment.qasm",
    "nvprotocol.paper.claims",
    "nvprotocol.paper.figures",
    "nvprotocol.plotting",
    "nvprotocol.tomography.files",
    "qiskit_aer",
    "rich.console",
    "xarray",
)
"""What a forked command need not import again; commands that are started afresh import all of it."""
AIMED_AT = (
    "nvprotocol/_writing.py",
    "nvprotocol/cli/__init__.py",
    "nvprotocol/cli/_design.py",
    "nvprotocol/cli/_experiments.py",
    "nvprotocol/cli/_export.py",
    "nvprotocol/cli/_figures.py",
    "nvprotocol/cli/_long_runs.py",
    "nvprotocol/cli/_paper.py",
    "nvprotocol/cli/_signals.py",
    "nvprotocol/cli/_tomography.py",
    "nvprotocol/runs/execution.py",
    "nvprotocol/runs/folder.py",
    "nvprotocol/runs/store.py",
)
"""Files in whose lines a signal can be made to arrive: those that write, and those that say what is written."""


@dataclass(frozen=True)
class Ended:
    """How a command has ended.

    Attributes:
        code: Its exit code, or minus the number of the signal that it died of.
        out: What it said on stdout.
        err: What it said on stderr.
        seconds: How long it took.
        counts: What it counted: lines that a signal can be aimed at, chunks that it has saved.
        sizes: Points in each chunk of its work, where it has saved one.
    """

    code: int
    out: str
    err: str
    seconds: float
    counts: Mapping[str, int]
    sizes: tuple[int, ...]


class Command:
    """A command that runs in a folder, in a process group of its own.

    Args:
        arguments: The command line without the program's name.
        folder: Where it runs.
        fresh: Whether Python starts anew for it; otherwise it is forked from here, where everything is imported.
        aim: At which of the lines in `AIMED_AT` it sends itself a signal, and which; forked commands only.
        counting: Whether it counts these lines.
        notes: Where what it says is kept; beside the folder by default.
    """

    def __init__(
        self,
        arguments: list[str],
        folder: Path,
        *,
        fresh: bool = False,
        aim: tuple[int, signal.Signals] | None = None,
        counting: bool = False,
        notes: Path | None = None,
    ) -> None:
        self._notes = (notes or folder.parent) / f"{folder.name}-{time.monotonic_ns()}"
        self._notes.mkdir()
        self._began = time.monotonic()
        self._ended: Ended | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid:
            return
        try:  # the child: nothing of the parent may run in it
            os.setsid()
            os.chdir(folder)
            for number, name in ((1, "out"), (2, "err")):
                os.dup2(os.open(self._notes / name, os.O_WRONLY | os.O_CREAT), number)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.environ["SOURCE_DATE_EPOCH"] = "0"  # pictures that are equal have equal bytes
            for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(one, signal.SIG_DFL)  # as a terminal leaves them
            if fresh:
                os.execv(sys.executable, [sys.executable, "-m", "nvprotocol", *arguments])
            _run_here(arguments, self._notes, aim, counting=counting)
        finally:
            os._exit(99)

    def send(self, number: signal.Signals, *, group: bool = False) -> None:
        """Sends a signal, if the command still runs, to it alone or to its workers as well, as a terminal does."""
        if not self.ended:
            (os.killpg if group else os.kill)(self.pid, number)

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._ended is not None or self._wait(os.WNOHANG)

    def result(self) -> Ended:
        """How it has ended, which is waited for."""
        if self._ended is None:
            self._wait(0)
        assert self._ended is not None
        return self._ended

    def _wait(self, how: int) -> bool:
        pid, status = os.waitpid(self.pid, how)
        if not pid:
            return False
        seconds = time.monotonic() - self._began
        texts = {one.name: one.read_text(encoding="utf-8") for one in self._notes.iterdir()}
        counts = {name: int(text) for name, text in texts.items() if name in ("lines", "saved") and text}
        sizes = tuple(map(int, texts.get("sizes", "").split()))
        code = os.waitstatus_to_exitcode(status)
        self._ended = Ended(code, texts.get("out", ""), texts.get("err", ""), seconds, counts, sizes)
        shutil.rmtree(self._notes)
        return True


def _run_here(arguments: list[str], notes: Path, aim: tuple[int, signal.Signals] | None, *, counting: bool) -> None:
    """The command in this forked process, which ends with it as Python would end."""
    import nvprotocol.__main__ as program
    from nvprotocol.runs import ChunkStore

    saved, save, sizes = [0], ChunkStore.save, [""]

    def counted(self: ChunkStore, number: int, arrays: Any) -> None:
        save(self, number, arrays)
        saved[0] += 1
        sizes[0] = " ".join(map(str, self.work.sizes))

    ChunkStore.save = counted
    sys.modules["__main__"] = program  # which worker processes import
    sys.argv = ["nvprotocol", *arguments]
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    lines, code = [0], 0
    if aim or counting:
        sys.settrace(_aiming(lines, aim))
    try:
        program.main()
    except SystemExit as told:
        code = told.code if isinstance(told.code, int) else 1
    except KeyboardInterrupt:  # as Python ends: a traceback, and death by the signal
        sys.settrace(None)
        traceback.print_exc()
        sys.stderr.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.settrace(None)
    sys.stdout.flush()
    sys.stderr.flush()
    (notes / "lines").write_text(str(lines[0]))
    (notes / "sizes").write_text(sizes[0])
    (notes / "saved").write_text(str(saved[0]))
    os._exit(code)


def _aiming(lines: list[int], aim: tuple[int, signal.Signals] | None) -> Callable[..., Any]:
    """A trace function that counts the lines in `AIMED_AT`, and sends a signal to this process at one of them."""

    def line(_: FrameType, event: str, __: object) -> Callable[..., Any] | None:
        if event == "line" and threading.current_thread() is threading.main_thread():
            lines[0] += 1
            if aim and lines[0] == aim[0]:
                os.kill(os.getpid(), aim[1])
        return line

    def call(frame: FrameType, *_: object) -> Callable[..., Any] | None:
        return line if frame.f_code.co_filename.endswith(AIMED_AT) else None

    return call
