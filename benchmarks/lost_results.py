"""Commands that write, disturbed: by signals, full disks, and another one. Is a result lost, or a false word said?

There is an old result each time. A signal comes at a random moment, or at a random line of what writes files (half of
them each), in a process that is started afresh or forked from this one. Afterwards the old result must be intact or the
new one complete, byte by byte; what was said at most one line, and true; the exit status that of the signal. Then the
same command must end with the result of one that is left alone, compute no chunk again that was said to be kept, and
leave nothing hidden. Hidden folders are made to look a minute old before: younger ones may be those of a run that has
just begun.

Two things that Python says itself are counted on their own: of semaphores of a pool that was killed, and a traceback
where Ctrl-C comes while it starts, or imports the package, before the first line of the program.

Full disks need a file system of a given size, which only root can mount: without one they are left out.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/lost_results.py [--signals 200 --sizes 16 --doubles 20] [--output FILE]
"""

import importlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from _disturbed import PRELOADED, Command, Ended
from _report import Report, made_with, parser

SCAN = """
[medium]
a = 2.0
A = 1.9
[protocol]
name = "monitored_bell"
checks = 3
[scan]
parameter = "protocol.duration"
start = 0.01
stop = 1.0
points = 40
[run]
shots = 100
seed = {seed}
tomography = "X"
"""
DESIGN = """
[magnet]
kind = "film"
material = "YIG_COLD"
thickness_nm = 35
gap_ghz = 1.6
[design]
target_fidelity = {fidelity}
separation_nm = [40, 400]
height_nm = 20
frequency_ghz = 2.87
temperature_k = 0.01
overhead = "20 us"
dephasing_time = "1 s"
points = 40
"""
COUNTS = """setting,00,01,10,11
ZZ,{more},1,2,500
XX,240,260,255,245
YY,240,260,255,245
XY,240,260,255,245
YX,240,260,255,245
"""
INPUTS = {
    "new.toml": SCAN.format(seed=2),
    "old.toml": SCAN.format(seed=1),
    "new-design.toml": DESIGN.format(fidelity=0.95),
    "old-design.toml": DESIGN.format(fidelity=0.9),
    "new.csv": COUNTS.format(more=497),
    "old.csv": COUNTS.format(more=480),
}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
PYTHONS_OWN = re.compile(r".*resource_tracker.*\n(\s+warnings\.warn.*\n)?")
"""A warning of Python's about semaphores of a pool whose process was killed."""
KEPT = re.compile(r"nvprotocol: interrupted; (\d+) of (\d+) points are kept, and the same command goes on from there\.")
WRITTEN = re.compile(r"nvprotocol: interrupted; (.+) has been written\.")
OLD_S = 100
State = dict[str, bytes]


@dataclass
class Kind:
    """A command that writes.

    Attributes:
        name: What it is called in the table.
        old: The command that has written the old result.
        new: The command that is disturbed.
        output: Where both write.
        often: How many of a hundred signals it gets.
    """

    name: str
    old: list[str]
    new: list[str]
    output: str
    often: int
    states: dict[str, State] = field(default_factory=dict)
    seconds: float = 0.0
    lines: int = 0
    sizes: tuple[int, ...] = ()

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return len(self.sizes)

    @property
    def plain(self) -> list[str]:
        """The command where no old result is."""
        return [one for one in self.new if one != "-f"]


KINDS = [
    Kind("run", ["run", "old.toml", "-o", "out/mine"], ["run", "new.toml", "-o", "out/mine", "-f"], "out/mine", 36),
    Kind(
        "run --workers 2",
        ["run", "old.toml", "-o", "out/mine"],
        ["run", "new.toml", "-o", "out/mine", "-f", "--workers", "2"],
        "out/mine",
        10,
    ),
    Kind(
        "design",
        ["design", "old-design.toml", "-o", "out/mine"],
        ["design", "new-design.toml", "-o", "out/mine", "-f"],
        "out/mine",
        16,
    ),
    Kind(
        "figures",
        ["figures", "fig2", "-o", "out", "--shots", "50", "--seed", "1"],
        ["figures", "fig2", "-o", "out", "--shots", "50", "--seed", "2", "-f"],
        "out",
        10,
    ),
    Kind(
        "tomography",
        ["tomography", "old.csv", "-o", "out/mine", "--ansatz", "X"],
        ["tomography", "new.csv", "-o", "out/mine", "--ansatz", "X", "-f"],
        "out/mine",
        12,
    ),
    Kind(
        "export",
        ["export", "monitored_bell", "-o", "mine.qasm"],
        ["export", "monitored_bell", "-o", "mine.qasm", "--set", "duration=2us"],
        "mine.qasm",
        8,
    ),
    Kind("claims", ["claims", "eq11", "-o", "mine.md"], ["claims", "eq10", "-o", "mine.md"], "mine.md", 4),
    Kind("errata", ["errata", "E2", "-o", "mine.md"], ["errata", "E1", "-o", "mine.md"], "mine.md", 4),
]


def main() -> None:
    """All three campaigns."""
    options = parser(__doc__, signals=16, sizes=2, doubles=3, seed=1).parse_args()
    for name in PRELOADED:
        importlib.import_module(name)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    say, rng = Report(options.output), np.random.default_rng(options.seed)
    say(made_with("numpy", "qiskit-aer"), f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        for kind in KINDS:
            learn(kind, here)
        if options.signals:
            signals(options.signals, here, rng, say)
        if options.sizes:
            full_disks(options.sizes, here, say)
        if options.doubles:
            doubles(options.doubles, here, rng, say)


def learn(kind: Kind, here: Path) -> None:
    """The old result of a command and the new one, made twice: equal byte by byte, or nothing could be compared."""
    found: list[State] = []
    for number, (before, arguments) in enumerate([(None, kind.old), (kind.old, kind.new), (kind.old, kind.new)]):
        folder = fresh_folder(here, kind, "old" if before and found else None)
        ended = Command(arguments, folder, counting=number == 2).result()
        if ended.code or ended.err:
            raise SystemExit(f"{' '.join(arguments)} ends with {ended.code} when it is left alone: {ended.err}")
        found.append(state(folder / kind.output))
        kind.states["old"] = found[0]
        kind.sizes = ended.sizes
        if number == 1:
            kind.seconds = ended.seconds
        kind.lines = ended.counts["lines"]
        shutil.rmtree(folder)
    if found[1] != found[2] or found[0] == found[1]:
        raise SystemExit(f"{kind.name}: two results that are left alone differ, or the old one is as the new one")
    kind.states["new"] = found[1]


def fresh_folder(here: Path, kind: Kind, result: str | None) -> Path:
    """A folder with the inputs, and with a result where one is asked for."""
    folder = Path(tempfile.mkdtemp(dir=here, prefix="case"))
    for name, text in INPUTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "out").mkdir()
    if result is not None:
        place = folder / kind.output
        if "" in kind.states[result]:
            place.write_bytes(kind.states[result][""])
        else:
            place.mkdir(exist_ok=True)
            for name, data in kind.states[result].items():
                (place / name).write_bytes(data)
    return folder


def state(output: Path) -> State:
    """What is in a file, or in the files of a folder; without hidden ones, which are no result."""
    if output.is_dir():
        return {one.name: one.read_bytes() for one in output.iterdir() if not one.name.startswith(".")}
    return {"": output.read_bytes()} if output.exists() else {}


def signals(number: int, here: Path, rng: np.random.Generator, say: Report) -> None:
    """Signals at random moments and at random lines."""
    weights = np.array([kind.often for kind in KINDS], float)
    shares = np.floor(number * weights / weights.sum()).astype(int)
    shares[0] += number - shares.sum()
    say("", f"{number} signals over an old result: half at random lines of what writes, half at random moments")
    say(row("command", "signals", "old", "new", "Python's", "lost", "false", "unfinished", "status", "hidden"))
    total: Counter[str] = Counter()
    for kind, share in zip(KINDS, shares, strict=True):
        count: Counter[str] = Counter()
        for case in range(share):
            for what, detail in signalled(kind, here, case, rng):
                count[what] += 1
                if detail:
                    say(f"  {kind.name}, {what}: {detail}")
        total += count
        say(verdict(kind.name, share, count))
    say(verdict("all", number, total))


def verdict(name: str, cases: int, count: Counter[str]) -> str:
    """A row of the table of signals."""
    return row(
        name, cases, *(count[one] for one in ("old", "new", "Python's", "lost", "false", "again", "status", "hidden"))
    )


def signalled(kind: Kind, here: Path, case: int, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """One signal: what of it is to be counted, and with what detail."""
    number = SIGNALS[(case // 2) % len(SIGNALS)]
    folder, detail = fresh_folder(here, kind, "old"), number.name
    if case % 2:
        aim = int(rng.integers(1, kind.lines + 1))
        detail += f" at line {aim} of {kind.lines}"
        ended = Command(kind.new, folder, aim=(aim, number)).result()
    else:
        started_afresh, group = bool(rng.random() < 0.25), "--workers" in kind.new and bool(rng.random() < 0.5)
        moment = rng.random() * kind.seconds * (1.5 if started_afresh else 1.05)
        detail += f" at {moment:.3f} s of {kind.seconds:.3f} s{', fresh' * started_afresh}{', all' * group}"
        running = Command(kind.new, folder, fresh=started_afresh)
        end = time.monotonic() + moment
        while time.monotonic() < end and not running.ended:
            time.sleep(min(0.01, max(0.0, end - time.monotonic())))
        running.send(number, group=group and number is not signal.SIGKILL)
        ended = running.result()
    yield from after_signal(kind, folder, number, ended, detail)
    shutil.rmtree(folder)


def after_signal(
    kind: Kind, folder: Path, number: signal.Signals, ended: Ended, detail: str
) -> Iterator[tuple[str, str]]:
    """What is wrong after a signal, and whether the old or the new result is there."""
    there = state(folder / kind.output)
    which = next((name for name in ("old", "new") if there == kind.states[name]), "lost")
    yield which, detail + f": {sorted(there)}" if which == "lost" else ""
    right = {0} if which == "new" else set()
    right |= {-number} if number is signal.SIGKILL else {-number, 128 + number}
    if ended.code not in right:
        yield "status", f"{detail}: exit status {ended.code}, {ended.err!r}"
    said = PYTHONS_OWN.sub("", ended.err)
    if said.endswith("\nKeyboardInterrupt\n") and "__main__.py" not in said:
        said = ""
    if said != ended.err:
        yield "Python's", ""
    chunks = len([*folder.glob("out/.mine.*/chunk-??????.npz")])
    if wrong := untrue(kind, folder, said, which, chunks):
        yield "false", f"{detail}: {wrong}: {said!r}"
    kept = KEPT.fullmatch(said.strip())
    make_old(folder)
    again = Command(kind.new, folder).result()
    if again.code or again.err or state(folder / kind.output) != kind.states["new"]:
        yield "again", f"{detail}: then exit status {again.code}, {again.err!r}"
    elif kept and again.counts["saved"] != kind.chunks - chunks:
        yield "false", f"{detail}: {again.counts['saved']} of {kind.chunks} chunks computed again: {said!r}"
    if left := hidden(folder):
        yield "hidden", f"{detail}: left by the next run: {left}"


def untrue(kind: Kind, folder: Path, said: str, which: str, chunks: int) -> str:
    """What is wrong with what a command said when it was told to end; "" where nothing is."""
    if said and (said.count("\n") != 1 or not said.endswith("\n")):
        return "not one line"
    line = said.strip()
    if not line:
        return ""
    if line == "nvprotocol: interrupted; nothing has been written.":
        return "" if which == "old" and not chunks else f"the result is {which}, {chunks} chunks are there"
    if kept := KEPT.fullmatch(line):
        points = sum(kind.sizes[int(path.stem[-6:])] for path in folder.glob("out/.mine.*/chunk-??????.npz"))
        return "" if int(kept[1]) == points and which == "old" else f"{points} points are kept, the result is {which}"
    if written := WRITTEN.fullmatch(line):
        named = (folder / written[1]).resolve()
        place = (folder / kind.output).resolve()
        mine = named == place or (named.parent == place and named.exists())
        return "" if mine and which == "new" else f"the result is {which}"
    return "unknown words"


def make_old(folder: Path) -> None:
    """Lets hidden things that have been left look as if they had been left a while ago."""
    then = time.time() - OLD_S
    for path in folder.rglob(".*"):
        os.utime(path, (then, then))


def hidden(folder: Path) -> list[str]:
    """Hidden things in a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob(".*"))


def full_disks(number: int, here: Path, say: Report) -> None:
    """Disks that are full after some bytes."""
    say("", f"{number} sizes of the free disk for each command, over an old result")
    disk = here / "disk"
    disk.mkdir()
    try:
        with mounted(disk):
            say(row("command", "sizes", "old", "new", "", "lost", "false", "unfinished", "status", "hidden"))
            for kind in KINDS:
                count: Counter[str] = Counter()
                for what, detail in on_full_disk(kind, disk, number):
                    count[what] += 1
                    if detail:
                        say(f"  {kind.name}, {what}: {detail}")
                say(verdict(kind.name, number, count))
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"no file system of a given size here: {error}")


@contextmanager
def mounted(disk: Path) -> Iterator[None]:
    """A file system in memory."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", disk], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", disk], check=True)


def on_full_disk(kind: Kind, disk: Path, number: int) -> Iterator[tuple[str, str]]:
    """A command on disks that are full after more and more pages, from none to what it needs."""
    page = os.statvfs(disk).f_frsize
    need = sum(len(data) // page + 1 for data in kind.states["new"].values()) + 2 * kind.chunks + 4
    for free in np.linspace(0, max(1.5 * need, number - 1), number).astype(int).tolist():
        folder = fresh_folder(disk, kind, "old")
        notes = folder.parent
        rest = os.statvfs(disk)
        ballast = notes / "ballast"
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, (rest.f_bavail - free)) * page)
        detail = f"{free} free pages of {need}"
        ended = Command(kind.new, folder, notes=disk.parent).result()
        there = state(folder / kind.output)
        which = next((name for name in ("old", "new") if there == kind.states[name]), "lost")
        yield which, f"{detail}: {sorted(there)}" if which == "lost" else ""
        if ended.code != (2 if which == "old" else 0):
            yield "status", f"{detail}: exit status {ended.code}, {ended.err!r}"
        lines = ended.err.splitlines()
        if which == "old" and not (len(lines) == 1 and lines[0].startswith("nvprotocol: ") and "No space" in lines[0]):
            yield "false", f"{detail}: {ended.err!r}"
        ballast.unlink()
        make_old(folder)
        again = Command(kind.new, folder, notes=disk.parent).result()
        if again.code or again.err or state(folder / kind.output) != kind.states["new"]:
            yield "again", f"{detail}: then exit status {again.code}, {again.err!r}"
        if left := hidden(folder):
            yield "hidden", f"{detail}: left by the next run: {left}"
        shutil.rmtree(folder)


def doubles(number: int, here: Path, rng: np.random.Generator, say: Report) -> None:
    """Two commands at once: the same, over an old result and over none, and two that want one place."""
    say("", f"{number} double runs: the same over an old result and over none; of different files over none")
    say(row("command", "pairs", "", "new", "beside", "lost", "false", "refused", "status", "hidden"))
    kinds = [KINDS[0], KINDS[2], KINDS[4], KINDS[0], KINDS[5], KINDS[0], KINDS[1]]
    cases = (("same, over old", "old"), ("same, over none", None), ("different, over none", ""))
    for first, (title, old) in enumerate(cases):
        count: Counter[str] = Counter()
        pairs = len(range(first, number, len(cases)))
        for case in range(pairs):
            kind = kinds[case % len(kinds)]
            for what, detail in twice(kind, here, old, rng):
                count[what] += 1
                if detail:
                    say(f"  {kind.name}, {title}, {what}: {detail}")
        names = ("", "new", "beside", "lost", "false", "refused", "status", "hidden")
        say(row(title, pairs, *(count[one] if one else "" for one in names)))


def twice(kind: Kind, here: Path, old: str | None, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Two commands in one folder, the second a random time after the first."""
    folder = fresh_folder(here, kind, old or None)
    both = [kind.new, kind.new] if old == "old" else [kind.plain, kind.old if old == "" else kind.plain]
    offset = float(rng.choice([0.0, rng.random() * kind.seconds]))
    first = Command(both[0], folder)
    time.sleep(offset)
    ended = [one.result() for one in (first, Command(both[1], folder))]
    detail = f"{offset:.3f} s of {kind.seconds:.3f} s apart: " + ", ".join(f"{one.code} {one.err!r}" for one in ended)
    there = state(folder / kind.output)
    wanted = [kind.states[name] for name in (("new", "old") if old == "" else ("new",))]
    yield ("new", "") if there in wanted else ("lost", detail)
    if old == "":
        yield from different(kind, folder, ended, there, detail)
    else:
        if any(one.code or one.err for one in ended):
            yield "status", detail
        first_lines = [one.out.splitlines()[:-1] for one in ended]
        if first_lines[0] != first_lines[1]:
            yield "false", f"{detail}: they print different tables"
    if left := [one for one in hidden(folder) if not (old == "" and ".chunks" in one)]:
        yield "hidden", f"{detail}: {left}"
    shutil.rmtree(folder)


def different(kind: Kind, folder: Path, ended: list[Ended], there: State, detail: str) -> Iterator[tuple[str, str]]:
    """Two commands of different files: both end well where files are replaced, else one says where its result is."""
    output = folder / kind.output
    for one, name in zip(ended, ("new", "old"), strict=True):
        if one.code == 0 and not one.err:
            if there != kind.states[name] and output.is_dir():
                yield "lost", f"{detail}: a result that has been announced is not there"
        elif one.code == 2 and one.err.count("\n") == 1:
            beside = re.search(r"this result is (.+)\.\n", one.err)
            if beside is None:
                yield "refused", "" if re.search("already holds|of another run", one.err) else detail
            elif state(Path(beside[1])) == kind.states[name]:
                yield "beside", ""
            else:
                yield "false", detail
        else:
            yield "status", detail


def row(*cells: object) -> str:
    """A row of a table."""
    first, *others = cells
    return f"{first!s:<22}" + "".join(f"{one!s:>11}" for one in others)


if __name__ == "__main__":
    main()
