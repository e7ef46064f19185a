"""Draws the house into CONTRIBUTING.md: `python .ci/house.py`.

Rooms, floors and what imports neither Qiskit nor Matplotlib come from the contracts in pyproject.toml, the line about
each room from its docstring, and the ways below say where a circuit, a job and a file go. A test compares.
"""

import ast
import re
import textwrap
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- the house, by .ci/house.py -->\n", "<!-- the end of the house -->"
WIDTH, COLUMN = 118, 9
WAYS = {
    "circuit": (
        ("protocols", "a plain QuantumCircuit, from here or from anywhere"),
        ("emulation", "takes circuit and device, checks what is asked for"),
        ("compiler", "times, conditions, what is kept: circuit × device become steps, once for all settings"),
        ("channels", "gives each stretch of time its channel, from the master equation"),
        (
            "engines",
            "exact follows the steps, Aer their kept branch, pulses the native circuit: kept state, probability",
        ),
        ("tomography", "draws counts, and makes them a state with intervals"),
        ("emulation", "puts it together: the Estimate"),
    ),
    "job": (
        ("backend", "NVBackend.run takes circuits that were transpiled for it"),
        ("compiler", "the same steps; the kept branch, where runs are postselected"),
        ("engines", "Aer: the kept branch once, or every shot"),
        ("backend", "Qiskit's Result"),
    ),
    "file": (
        ("cli", "names the file and the result folder"),
        ("experiment", "text becomes checked sections"),
        ("device", "sections become medium, equation and device"),
        ("protocols", "circuits, and the same solved by the master equation"),
        ("emulation", "runs the circuits: the way above"),
        ("experiment", "estimates beside exact values: table and data set"),
        ("plotting", "the figure"),
        ("cli", "writes the folder and prints the table"),
    ),
}


def contract(identity: str) -> dict[str, list[str]]:
    """One contract of import-linter."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (found,) = (one for one in settings["contracts"] if one["id"] == identity)
    return found


def floors() -> dict[str, int]:
    """Each room → its floor, 1 the lowest, from the top down; rooms beside each other share one."""
    layers = contract("rooms")["layers"]
    numbered = zip(range(len(layers), 0, -1), layers, strict=True)
    return {room.strip(" ()"): floor for floor, layer in numbered for room in re.split(r"[|:]", layer)}


def about(room: str) -> str:
    """The first line of a room's docstring."""
    folder = ROOT / "nvprotocol" / room
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.splitlines()[0].removesuffix(".")


def marks(way: str, rooms: list[str]) -> list[str]:
    """For each room when a way comes through, a line where it goes by, or nothing."""
    stops: dict[str, list[str]] = {}
    for number, (room, _) in enumerate(WAYS[way], 1):
        if room not in rooms:
            raise SystemExit(f'.ci/house.py: the way of a {way} goes through "{room}", which is no room.')
        stops.setdefault(room, []).append(str(number))
    reached = [k for k, room in enumerate(rooms) if room in stops]
    passed = range(reached[0], reached[-1] + 1)
    return [" ".join(stops.get(room, "│" if k in passed else "")) for k, room in enumerate(rooms)]


def picture() -> str:
    """The house as text, highest floor first."""
    floor_of, light = floors(), {name.rpartition(".")[2] for name in contract("numpy-rooms")["source_modules"]}
    rooms = list(floor_of)
    room_width = max(map(len, rooms)) + 3
    columns = [marks(way, rooms) for way in WAYS]
    head = "floor  " + "room".ljust(room_width) + "".join(way.center(COLUMN) for way in WAYS) + " what it is"
    lines, indent = [head, "─" * WIDTH], " " * (8 + room_width + COLUMN * len(WAYS))
    for k, room in enumerate(rooms):
        beside = k > 0 and floor_of[rooms[k - 1]] == floor_of[room]
        left = f"{'' if beside else floor_of[room]:>5}  " + (room + (" ○" if room in light else "")).ljust(room_width)
        row = left + "".join(column[k].center(COLUMN) for column in columns) + " "
        lines.append(textwrap.fill(about(room), WIDTH, initial_indent=row, subsequent_indent=indent))
    lines += [
        "─" * WIDTH,
        "A room imports from floors below its own only. ○ imports none of Qiskit, Aer and Matplotlib.",
        "",
    ]
    for way, steps in WAYS.items():
        lines.append(f"The way of a {way}:")
        lines += [f"  {number}  {room:<{room_width}}{what}" for number, (room, what) in enumerate(steps, 1)]
    return "\n".join(lines)


def drawn() -> str:
    """The page with the picture in its place."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + f"```text\n{picture()}\n```\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(drawn(), encoding="utf-8")
    print(f"wrote {PAGE}")
