"""Call paths: how often a call climbs from a lower room of the package into a higher one, and returns to a room.

The rooms and their order are those of the contract `rooms` in pyproject.toml. Each call has been made once before; then
it is made again while every Python function that begins is noted with its caller, which is the nearest function of the
package on the stack: NumPy's, Qiskit's and pydantic's frames between them are skipped, so that callbacks count. What
is counted is distinct pairs of functions (caller → callee), not how often a loop repeats them; a comprehension or a
generator counts as the function that it stands in, a lambda as itself.

- A **climb** is a pair whose callee lies in a higher room than its caller.
- A room's **entrances** are the pairs that lead into it from another room. A room with two or more is entered more
  than once: it has been entered, left (or called out of), and is entered again, from elsewhere or by another function.
  Methods and properties of an object that is at hand are no entrances: asking a device for its number of qubits is no
  visit to the room of devices. They are among the climbs, though.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/call_paths.py [--entrances] [--output FILE]
"""

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

from _report import Report, made_with, parser

import nvprotocol as nv

ROOT = Path(__file__).parent.parent
PACKAGE = "nvprotocol"
INSIDE = re.compile(r"(\.<locals>)?\.<(listcomp|genexpr|dictcomp|setcomp)>")
INSTRUMENTS: dict[str, Any] = {
    "gate_ns": {"sx": 20, "x": 40, "cx": 100, "measure": 300, "reset": 50},
    "single_qubit_error": 1e-3,
    "two_qubit_error": 1e-2,
    "readout": [[0.97, 0.04], [0.03, 0.96]],
    "initialisation_error": 0.01,
    "monitor_efficiency": 0.98,
    "monitor_false_alarm": 0.02,
    "intrinsic_t1_us": 1e3,
}


def floors() -> dict[str, int]:
    """Each room → its floor, 0 the lowest; rooms beside each other share one."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (layers,) = (contract["layers"] for contract in settings["contracts"] if contract["id"] == "rooms")
    return {
        room.strip(" ()"): floor for floor, layer in enumerate(reversed(layers)) for room in re.split(r"[|:]", layer)
    }


FLOORS = floors()


class Function(NamedTuple):
    """A function of the package: its module without the package's name, its qualified name, whether it has a `self`."""

    module: str
    name: str
    of_object: bool

    @property
    def room(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


class Calls:
    """Notes who calls whom in the package while it is the profiler.

    Attributes:
        pairs: Caller → callee, and how often; the caller is None where nothing of the package calls.
    """

    def __init__(self) -> None:
        self.pairs: Counter[tuple[Function | None, Function]] = Counter()
        self._known: dict[CodeType, Function | None] = {}

    def of(self, work: Callable[[], object]) -> "Calls":
        """Notes the calls of some work."""
        sys.setprofile(self._note)
        try:
            work()
        finally:
            sys.setprofile(None)
        return self

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call" or (callee := self._function(frame)) is None:
            return
        above, caller = frame.f_back, None
        while above is not None and (caller := self._function(above)) is None:
            above = above.f_back
        self.pairs[caller, callee] += 1

    def _function(self, frame: FrameType) -> Function | None:
        code = frame.f_code
        if code not in self._known:
            self._known[code] = _named(frame)
        return self._known[code]


def _named(frame: FrameType) -> Function | None:
    package, _, module = str(frame.f_globals.get("__name__")).partition(".")
    if package != PACKAGE or not module or module.partition(".")[0] not in FLOORS:
        return None  # the root has no room
    code = frame.f_code
    name, of_object = code.co_qualname, code.co_varnames[:1] == ("self",)
    if of_object and code.co_filename == "<string>":  # which dataclasses write
        name = f"{type(frame.f_locals['self']).__qualname__}.{code.co_name}"
    return Function(module, INSIDE.sub("", name), of_object)


class Walk(NamedTuple):
    """What a call walks through.

    Attributes:
        files: Number of files.
        rooms: Number of rooms.
        climbs: The pairs that go up.
        entrances: Room → the pairs that lead into it from another room, but for methods.
    """

    files: int
    rooms: int
    climbs: list[tuple[Function, Function]]
    entrances: dict[str, list[tuple[Function, Function]]]

    @property
    def entered_again(self) -> dict[str, int]:
        """The rooms with more than one entrance, and how many, highest room first."""
        found = {room: len(pairs) for room, pairs in self.entrances.items() if len(pairs) > 1}
        return dict(sorted(found.items(), key=lambda one: -FLOORS[one[0]]))


def walk_of(work: Callable[[], object]) -> Walk:
    work()
    pairs = Calls().of(work).pairs
    functions = {callee for _, callee in pairs}
    inside = sorted({(caller, callee) for caller, callee in pairs if caller is not None})
    crossings = [(caller, callee) for caller, callee in inside if caller.room != callee.room]
    entrances: dict[str, list[tuple[Function, Function]]] = {}
    for caller, callee in crossings:
        if callee.of_object:
            continue
        entrances.setdefault(callee.room, []).append((caller, callee))
    climbs = [(caller, callee) for caller, callee in crossings if FLOORS[callee.room] > FLOORS[caller.room]]
    return Walk(len({one.module for one in functions}), len({one.room for one in functions}), climbs, entrances)


def cases() -> dict[str, tuple[int | None, Callable[[], object]]]:
    """Name → the most climbs there should be, and the call."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1), detuning=0.5)
    ideal, real = nv.Device(equation), nv.Device(equation, **INSTRUMENTS)
    circuit = nv.protocols.monitored_bell(duration=1.0, checks=5)
    options: dict[str, Any] = {"shots": 1000, "postselect": {"parity": 1}, "seed": 7}
    found: dict[str, tuple[int | None, Callable[[], object]]] = {}
    for name in ("final_check", "hahn_echo"):
        experiment = nv.experiment.load(ROOT / f"circuits/{name}.toml")
        found[f"experiment.run, {name}.toml"] = 6, lambda experiment=experiment: nv.experiment.run(experiment)
    for title, device, bar in (("ideal", ideal, 2), ("with instruments", real, 4)):
        for engine in ("exact", "aer"):
            found[f"emulate, {engine}, device {title}"] = (
                bar,
                lambda device=device, engine=engine: nv.emulate(circuit, device, engine=engine, **options),
            )
    found["MasterEquation.evolve"] = None, lambda: equation.evolve("ud", [0.0, 0.5, 1.0])
    return found


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--entrances", action="store_true", help="list the entrances of rooms, too")
    options.add_argument("--title", default="", help="words for the head of the table")
    given = options.parse_args()
    report = Report(given.output)
    report(f"{given.title + '; ' if given.title else ''}{made_with('qiskit')}")
    report(f"{'warm call':36}{'files':>7}{'rooms':>7}{'entered again':>15}{'entrances':>11}{'climbs':>8}{'bar':>5}")
    paths = {}
    for name, (bar, work) in cases().items():
        path = paths[name] = walk_of(work)
        report(
            f"{name:36}{path.files:7}{path.rooms:7}{len(path.entered_again):15}"
            f"{sum(len(pairs) for pairs in path.entrances.values()):11}{len(path.climbs):8}{bar or '':>5}"
        )
    for name, path in paths.items():
        report("", f"{name}: climbs")
        report(*[f"  {caller} -> {callee}" for caller, callee in path.climbs] or ["  none"])
        report("rooms entered more than once, and by how many entrances")
        report("  " + (", ".join(f"{room} {number}" for room, number in path.entered_again.items()) or "none"))
        if given.entrances:
            for room in path.entered_again:
                report(*[f"    {room}: {caller} -> {callee}" for caller, callee in path.entrances[room]])


if __name__ == "__main__":
    main()
