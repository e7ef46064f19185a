"""Mutation testing: changes the code of a room at one place, in a copy, and asks whether the tests of that room notice.

`make mutants` draws 100 places at random, prints every mutant that survives, and the score. Rooms, tests and operators
stand in `mutants.toml`; the mutations are those of cosmic-ray. Mutants listed there as equivalent do not count.
"""

import argparse
import ast
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from cosmic_ray.commands.init import init
from cosmic_ray.modules import find_modules
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).parent.parent
CONFIG = Path(__file__).with_suffix(".toml")
MEMORY = 16 * 2**30
"""Address space of a test run in bytes: a mutant may ask for any amount."""

Place = tuple[int, int]
Outcome = tuple[str, str, bool]


@dataclass(frozen=True)
class Result:
    """What became of a mutant; `argument` says why no test could notice it, where that is known."""

    room: str
    where: str
    change: str
    killed: bool
    argument: str


def main() -> None:
    """Draws, runs, reports; exits with 1 where the score is below the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default="", help="of the sample; a fresh one where it is left out or empty")
    parser.add_argument("--sample", type=int, default=100, help="number of mutants")
    parser.add_argument("--room", action="append", help="only this room (can be repeated)")
    parser.add_argument("--only", default="", help="only mutants whose file and line (path:line) match this expression")
    parser.add_argument("--at-least", type=float, default=0.0, help="lowest accepted score, as a fraction")
    options = parser.parse_args()
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    rooms = {name: room for name, room in config["rooms"].items() if not options.room or name in options.room}
    seed = int(options.seed) if options.seed else random.SystemRandom().randrange(2**32)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory(prefix="nvprotocol-mutants-") as folder:
        copy(Path(folder))
        os.chdir(folder)
        os.environ |= {"CI": "true", "PYTHONPATH": folder}
        places = {
            (room, *place): mutants
            for room, table in rooms.items()
            for place, mutants in sorted(mutations(table["modules"], config["operators"]["exclude"]).items())
            if re.search(options.only, f"{place[0]}:{place[1][0]}")
        }
        chosen = draw(places, list(rooms), options.sample, random.Random(seed))
        print(f"{len(chosen)} of {len(places)} places, seed {seed}; {described()}", flush=True)
        results = list(run(chosen, rooms, config.get("equivalent", [])))
    sys.exit(report(results) < options.at_least)


def draw(places: dict, rooms: list[str], sample: int, lot: random.Random) -> list[tuple]:
    """Different places, of every room as many, and one mutant at each."""
    drawn = []
    for number, room in enumerate(rooms):
        own = sorted(place for place in places if place[0] == room)
        share = (sample + number) // len(rooms)
        drawn += [(*place, lot.choice(places[place])) for place in sorted(lot.sample(own, min(share, len(own))))]
    return drawn


def described() -> str:
    """The day, the commit and the tool."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    day = datetime.now(UTC).date().isoformat()
    return f"{day}, commit {commit.strip() or 'unknown'}, cosmic-ray {version('cosmic-ray')}"


def copy(folder: Path) -> None:
    """Copies what git knows, or would add, as it lies in the working tree, which itself stays as it is."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def mutations(modules: list[str], excluded: list[str]) -> dict[tuple[str, Place], list[tuple[str, int]]]:
    """For every place of the modules that can be changed, its mutants: operators of cosmic-ray and which occurrence."""
    with tempfile.TemporaryDirectory() as folder, use_db(Path(folder) / "session.sqlite") as session:
        init(sorted(find_modules([Path(module) for module in modules])), session, {})
        specs = [item.mutations[0] for item in session.work_items]
    found = defaultdict(list)
    allowed = {str(path): Code(path) for path in {spec.module_path for spec in specs}}
    for spec in specs:
        kind = any(re.search(f"{expression}$", spec.operator_name) for expression in excluded)
        if not kind and allowed[str(spec.module_path)].runs(spec):
            found[str(spec.module_path), spec.start_pos].append((spec.operator_name, spec.occurrence))
    return {place: sorted(mutants) for place, mutants in found.items()}


class Code:
    """Which places of a file are code that runs: neither types nor the stars and slashes of signatures."""

    def __init__(self, path: Path) -> None:
        self.lines = path.read_text(encoding="utf-8").splitlines()
        nodes = list(ast.walk(ast.parse("\n".join(self.lines))))
        types = [getattr(node, name, None) for node in nodes for name in ("annotation", "returns")]
        types += [node.test for node in nodes if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
        self.types = [(self.start(node), self.end(node)) for node in types if node is not None]
        self.operators = [
            (self.end(node.left), self.start(node.right)) for node in nodes if isinstance(node, ast.BinOp)
        ]

    def start(self, node: ast.expr) -> Place:
        """Where an expression begins, in characters."""
        return node.lineno, self.characters(node.lineno, node.col_offset)

    def end(self, node: ast.expr) -> Place:
        """Where it ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return node.end_lineno, self.characters(node.end_lineno, node.end_col_offset)

    def characters(self, line: int, octets: int) -> int:
        """Number of characters that the first octets of a line are."""
        return len(self.lines[line - 1].encode()[:octets].decode())

    def runs(self, spec: MutationSpec) -> bool:
        """Whether a mutation changes what runs."""
        place = spec.start_pos
        if "TYPE_CHECKING" in self.lines[place[0] - 1] or any(low <= place < high for low, high in self.types):
            return False
        binary = "ReplaceBinaryOperator" in spec.operator_name
        return not binary or any(low <= place < high for low, high in self.operators)


def run(chosen: list, rooms: dict, equivalents: list[dict[str, str]]) -> Iterator[Result]:
    """Tests every mutant; a room's tests must pass before, and a mutant may take four times as long."""
    limits: dict[str, float] = {}
    for room, module, place, (operator, occurrence) in chosen:
        if room not in limits:
            begun = time.monotonic()
            subprocess.run(command(rooms[room]["tests"]).split(), check=True, stdout=subprocess.DEVNULL)
            limits[room] = 60 + 4 * (time.monotonic() - begun)
        begun = time.monotonic()
        mutation = MutationSpec(Path(module), operator, occurrence, place, (place[0] + 1, 0))
        outcome = mutate_and_test([mutation], command(rooms[room]["tests"], module), limits[room])
        assert outcome.diff is not None, outcome.output
        lines = [line for line in outcome.diff.splitlines() if re.match(r"[-+](?!--|\+\+)", line)]
        before, after = ("\n".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
        known = [one["because"] for one in equivalents if (one["before"], one["after"]) == (before, after)]
        result = Result(
            room, f"{module}:{place[0]}", f"  - {before}\n  + {after}", outcome.is_killed, "".join(known[:1])
        )
        word = "killed  " if result.killed else "survived"
        print(f"{word} {result.where} {operator.removeprefix('core/')} {time.monotonic() - begun:.0f} s", flush=True)
        if not result.killed:
            print(result.change, flush=True)
        yield result


def command(patterns: list[str], module: str = "") -> str:
    """Runs tests until one fails, those first that are likely to: the module's own examples, tests of its name."""
    files = [str(path) for pattern in patterns for path in sorted(Path().glob(pattern)) or [pattern]]
    names = set(re.findall(r"[a-z]{4,}", module)) - {"nvprotocol", "backend", "emulation", "tomography"}
    files.sort(key=lambda file: -sum(name[:6] in file for name in names))
    plugins = "-p no:randomly -p no:xdist -p no:nbmake"  # what they would do is not wanted here, and loading takes time
    return " ".join([str(ROOT / ".venv/bin/python"), "-m pytest -x -q", plugins, module, *files])


def report(results: list[Result]) -> float:
    """Prints survivors and scores; returns the score of all that are not equivalent."""
    print("\nSurvivors")
    for result in results:
        if not result.killed:
            print(f"{result.where} ({result.room})\n{result.change}")
            print(f"  equivalent: {result.argument}" if result.argument else "  not killed")
    print("\nroom            mutants  equivalent  killed  score")
    score = 0.0
    for room in [*dict.fromkeys(result.room for result in results), "all"]:
        those = [result for result in results if room in (result.room, "all")]
        equivalent = sum(bool(result.argument) and not result.killed for result in those)
        killed = sum(result.killed for result in those)
        score = killed / max(1, len(those) - equivalent)
        print(f"{room:<16}{len(those):7}{equivalent:12}{killed:8}{score:7.1%}")
    return score


if __name__ == "__main__":
    main()
