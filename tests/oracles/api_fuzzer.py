"""Gives every argument of everything public hostile values, and reports what answers otherwise than it should.

    python tests/oracles/api_fuzzer.py            # every case
    python tests/oracles/api_fuzzer.py --names 40 --sample 600 --seed 1

Fine is what returns, raises an error of this package whose message is one short line, or a `TypeError` of the call
itself. Mishandled is any other exception, a warning of another library, more than 20 s of processor time or 2 GB, and
the end of the process.

The cases run in a process of their own, which the first one starts again behind a case that ends it.
"""

import argparse
import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from hostile_values import ENTRIES, NUMBERS, VALUES
from public_calls import BY_OTHERS, ROOT, Call, known_calls, public

import nvprotocol as nv
from nvprotocol.errors import NVProtocolError

SECONDS, STUCK = 20, 900
GIGABYTES = 2
LONGEST = 1000
"""Characters of a message."""


@dataclass(frozen=True)
class Case:
    """One argument of one call in place of which a hostile value stands."""

    name: str
    parameter: str
    entry: bool
    label: str

    def __str__(self) -> str:
        return f"{self.name}({self.parameter}{'[…]' if self.entry else ''} = {self.label})"


class TookTooLong(BaseException):
    """More than the seconds that a case has."""


def cases(calls: dict[str, Call]) -> Iterator[Case]:
    """All cases of the calls that are known."""
    for name, call in calls.items():
        for parameter, given in call.parameters().items():
            if name in BY_OTHERS:
                continue
            for label in VALUES:
                yield Case(name, parameter, False, label)
            if isinstance(given, list | tuple | dict) and len(given):
                for label in ENTRIES:
                    yield Case(name, parameter, True, label)
            if isinstance(given, np.ndarray) and given.size and given.dtype.kind in "iufc":
                for label in NUMBERS:
                    yield Case(name, parameter, True, label)


def with_entry(given: Any, value: Any) -> Any:
    """A container with the value in place of its last entry."""
    if isinstance(given, np.ndarray):
        return np.where(np.arange(given.size).reshape(given.shape) == given.size - 1, value, given)
    if isinstance(given, dict):
        return {**given, list(given)[-1]: value}
    kind = tuple if isinstance(given, tuple) else list
    return kind([*given[:-1], value])


def mishandled(case: Case, call: Call) -> str | None:
    """Runs a case; what is wrong with the answer, or None."""
    value = VALUES[case.label]()
    if case.entry:
        value = with_entry(call.parameters()[case.parameter], value)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            call.again(case.parameter, value)
    except TookTooLong:
        return f"took more than {SECONDS} s of processor time"
    except NVProtocolError as error:
        text = str(error)
        if len(text.splitlines()) != 1:
            return f"a message of {len(text.splitlines())} lines: {text[:200]!r}"
        if len(text) > LONGEST:
            return f"a message of {len(text)} characters: {text[:200]!r}"
    except TypeError as error:
        if error.__traceback__ is None or not own_frames(error):
            return None
        return foreign(error)
    except BaseException as error:
        return foreign(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames below this file and that of the calls: none where the call itself does not fit the signature."""
    return [f for f in traceback.extract_tb(error.__traceback__) if "/tests/oracles/" not in f.filename]


def foreign(error: BaseException) -> str:
    """An exception of another library, with the place in this package that it comes from."""
    frames = own_frames(error)
    ours = [f for f in frames if "/nvprotocol/" in f.filename]
    where = "/".join(ours[-1].filename.rpartition("/nvprotocol/")[2:]) + f":{ours[-1].lineno}" if ours else "?"
    message = str(error).splitlines()
    return f"{type(error).__name__} at {where}: {(message or [''])[0][:160]}"


def work(options: argparse.Namespace) -> None:
    """Runs the cases from a number on; writes the number of each before it, and behind it what is wrong."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    calls = known_calls(drawn_names(options))
    chosen = drawn(list(cases(calls)), options)

    def write(**fields: object) -> None:
        out.write(f"{json.dumps(fields)}\n")

    def late(number: int, frame: FrameType | None) -> None:
        raise TookTooLong

    write(total=len(chosen))
    signal.signal(signal.SIGPROF, late)
    warnings.simplefilter("error")
    for module in ("qiskit", "qiskit_aer"):
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=module)
    for category in (nv.errors.ValidityWarning, nv.tomography.ModelWarning):
        warnings.filterwarnings("ignore", category=category)
    most = _used() + GIGABYTES * 2**30
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    for number in range(options.first, len(chosen)):
        case = chosen[number]
        write(at=number, case=str(case))
        start = time.process_time()
        if wrong := mishandled(case, calls[case.name]):
            write(case=str(case), wrong=wrong)
        if (seconds := time.process_time() - start) > 1:
            write(case=str(case), seconds=round(seconds, 1))
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")


def _used() -> int:
    """Bytes of data that this process has."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmData")).split()[1])


def drawn_names(options: argparse.Namespace) -> list[str] | None:
    """The names that are looked at, None for all."""
    if not options.names:
        return None
    every = sorted(public())
    places = np.random.default_rng(options.seed).choice(len(every), min(options.names, len(every)), replace=False)
    return [every[place] for place in places]


def drawn(every: list[Case], options: argparse.Namespace) -> list[Case]:
    """A sample of the cases, or those whose name holds a text."""
    every = [case for case in every if options.only in str(case)]
    if 0 < options.sample < len(every):
        places = np.random.default_rng(options.seed).choice(len(every), options.sample, replace=False)
        every = [every[place] for place in sorted(places)]
    return every


@dataclass
class Report:
    """What has been found.

    Attributes:
        tried: Number of cases.
        wrong: Case → what is wrong with its answer.
        slow: Case → seconds, of those that take more than one.
    """

    tried: int = 0
    wrong: dict[str, str] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)


def run(arguments: Sequence[str] = ()) -> Report:
    """Runs all cases, in as many processes as it takes."""
    report, first, total = Report(), 0, 1
    with tempfile.TemporaryDirectory() as folder:
        for name in ("circuits", "designs"):
            Path(folder, name).symlink_to(ROOT / name)
        while first < total:
            first, total = _in_one_process([*arguments, "--first", str(first)], folder, report)
    report.tried = total
    return report


def _in_one_process(arguments: list[str], folder: str, report: Report) -> tuple[int, int]:
    """Runs cases until the process ends; the number of the case to go on with, and that of all."""
    command = [sys.executable, __file__, "--work", *arguments]
    environment = {
        **os.environ,
        "NVPROTOCOL_MEMORY": "500 MB",
        "MPLBACKEND": "Agg",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    at, case, total = -1, "the examples", 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, env=environment) as process:
        assert process.stdout is not None
        timer = threading.Timer(STUCK, process.kill)
        timer.start()
        for line in process.stdout:
            timer.cancel()
            found = json.loads(line)
            at, case, total = found.get("at", at), found["case"] if "at" in found else case, found.get("total", total)
            if at % 500 == 0 and "at" in found:
                print(f"{at} of {total}, {len(report.wrong)} mishandled", file=sys.stderr, flush=True)
            if "wrong" in found:
                report.wrong[found["case"]] = found["wrong"]
            if "seconds" in found:
                report.slow[found["case"]] = found["seconds"]
            timer = threading.Timer(STUCK, process.kill)
            timer.start()
        timer.cancel()
        if process.wait() != 0:
            if at < 0:
                raise RuntimeError(f"The fuzzer has ended with {process.returncode} before its first case.")
            report.wrong[case] = f"the process has ended with {process.returncode}"
    return at + 1, total


def main() -> None:
    """Runs the cases, and prints what is wrong by kinds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sample", type=int, default=0, help="number of cases drawn from all (all)")
    parser.add_argument("--names", type=int, default=0, help="number of public things drawn from all (all)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--only", default="", help="cases whose name holds this text")
    parser.add_argument("--first", type=int, default=0, help="number of the case to begin with")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options)
        return
    report = run(sys.argv[1:])
    for case, wrong in report.wrong.items():
        print(f"{case}: {wrong}")
    for what, number in Counter(wrong.partition(":")[0] for wrong in report.wrong.values()).most_common():
        print(f"{number:6}  {what}")
    for case, seconds in sorted(report.slow.items(), key=lambda item: -item[1])[:10]:
        print(f"{seconds:6.1f} s  {case}")
    print(f"{report.tried} cases, {len(report.wrong)} mishandled")
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
