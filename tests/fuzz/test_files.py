"""Spoilt files and options: another valid content, or one clear line; no crash, no hang, no memory, no foreign words.

`make fuzz` tries many more cases than the tests do: `NVPROTOCOL_FUZZ` is their number for each kind of file.
"""

import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path

import pytest

WORKER = Path(__file__).parents[1] / "oracles" / "hostile_files.py"
NUMBER = int(os.environ.get("NVPROTOCOL_FUZZ", "15"))
SILENT_S = 300
"""Wall time without a word after which a process is ended: it hangs where no alarm reaches it."""
KINDS = ("experiment", "design", "device", "readout", "counts", "circuit", "table", "netcdf", "options")


def answers(kind: str, number: int) -> list[dict[str, object]]:
    """What comes of each case; a process that is ended by one goes on with the next."""
    found: dict[int, dict[str, object]] = {}
    first = 0
    while first < number:
        last = first - 1
        for answer in _lines(kind, first, number - first):
            last = int(answer["case"])
            found[last] = answer
        if last >= 0 and "found" not in found[last]:
            found[last] |= {"found": "wrong", "why": "the process has ended"}
        if last < first:
            raise AssertionError(f"no case of {kind} was read")
        first = last + 1
    return list(found.values())


def _lines(kind: str, first: int, number: int):
    command = [sys.executable, str(WORKER), kind, str(first), str(number)]
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    environment = os.environ | one_thread | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        waiting = selectors.DefaultSelector()
        waiting.register(process.stdout, selectors.EVENT_READ)
        heard, rest = time.monotonic(), b""
        while time.monotonic() - heard < SILENT_S:
            if not waiting.select(timeout=1):
                continue
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                break
            heard = time.monotonic()
            *lines, rest = (rest + data).split(b"\n")
            yield from map(json.loads, lines)
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_spoilt_content_is_refused_in_one_line(kind: str) -> None:
    found = answers(kind, NUMBER)
    wrong = [f"{kind} {one['case']}: {one['why']}" for one in found if one["found"] == "wrong"]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(found)} cases:", *wrong])
