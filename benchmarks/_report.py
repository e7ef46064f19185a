"""What the campaigns share: options, the line that says when and with what a table was made, and the table itself."""

import argparse
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def parser(doc: str | None, **numbers: int) -> argparse.ArgumentParser:
    """Options that are whole numbers, with their defaults, and `--output`; a docstring's first line describes them."""
    made = argparse.ArgumentParser(
        description=(doc or "").splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    for name, default in numbers.items():
        made.add_argument(f"--{name}", type=int, default=default, help=HELP.get(name, name))
    made.add_argument("--output", type=Path, help="file to keep the table in")
    return made


HELP = {
    "cases": "number of random cases",
    "cells": "cells of the population",
    "tables": "tables a cell",
    "again": "tables of the cells that are measured again",
    "named": "tables of the nearly pure states",
    "seed": "seed of the draws",
    "jobs": "processes",
}


def made_with(*packages: str) -> str:
    """Date and versions: of Python, the package, and what else matters."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("nvprotocol", *packages))
    return f"{datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}, {versions}"


class Report:
    """Prints lines as they come, and keeps them in a file where one is asked for."""

    def __init__(self, output: Path | None) -> None:
        self.lines: list[str] = []
        self.output = output

    def __call__(self, *lines: str) -> None:
        print(*lines, sep="\n", flush=True)
        self.lines.extend(lines)
        if self.output:
            self.output.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
