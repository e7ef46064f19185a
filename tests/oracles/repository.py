"""The files of this repository, and what the modules of the package make public."""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = sorted((ROOT / "nvprotocol").rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def public_modules() -> list[str]:
    """The modules that list their public names in `__all__`, found without importing any of them."""
    lists_names = re.compile(r"^(__getattr__.*)?__all__\b", re.MULTILINE)
    listed = [path for path in PACKAGE if lists_names.search(path.read_text(encoding="utf-8"))]
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in listed]
    return [".".join(part[:-1] if part[-1] == "__init__" else part) for part in parts]


def public_objects(module_name: str) -> Iterator[tuple[str, object]]:
    """The classes and functions in `__all__` of a module; data and submodules have no docstring of their own here."""
    module = importlib.import_module(module_name)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            yield name, value


def line_of(text: str, part: str) -> int:
    """The line of a text in which a part of it begins."""
    return text[: text.index(part)].count("\n") + 1
