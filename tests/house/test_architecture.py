"""The rules of the house that no linter checks: sizes, examples, light imports, honest asserts, notebooks in step."""

import ast
import importlib
import importlib.util
import inspect
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import Any

import jupytext
import pytest
from repository import PACKAGE, ROOT, name_of, public_modules, public_objects

import nvprotocol

PYTHON = [
    path
    for folder in ("nvprotocol", "tests", "benchmarks", "notebooks", "docs")
    for path in (ROOT / folder).rglob("*.py")
]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
HEAVY = {"qiskit", "qiskit_aer", "qiskit_dynamics", "jax", "scipy", "matplotlib", "xarray"}
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
MAX_FILE_LINES = 400
MORE_LINES = {"nvprotocol/master_equation/equation.py": 450}
"""The noun that carries the theory: thin methods, most of whose lines say what they are and show it."""
MAX_FUNCTION_LINES = 40


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> int:
    """Counts the lines of a function that hold code: no comment, no blank line, no docstring."""
    segment = ast.get_source_segment(source, node) or ""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(segment).readline):
        if token.type not in skipped:
            lines.update(range(token.start[0], token.end[0] + 1))
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    return len(lines) - ((docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0)


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=name_of)
def test_no_assert_is_always_true(path: Path) -> None:
    vacuous = (ast.List, ast.ListComp, ast.Tuple, ast.GeneratorExp, ast.JoinedStr)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lines = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert) and isinstance(node.test, vacuous)]
    assert not lines, f"asserts of a container, which is true whatever it holds, in lines {lines}"


@pytest.mark.slow
@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_files_and_functions_are_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MORE_LINES.get(name_of(path), MAX_FILE_LINES)
    nodes = ast.walk(ast.parse(source))
    sizes = {node.name: code_lines(node, source) for node in nodes if isinstance(node, FUNCTION)}
    long = {name: size for name, size in sizes.items() if size > MAX_FUNCTION_LINES}
    assert not long, f"functions of more than {MAX_FUNCTION_LINES} code lines: {long}"


@pytest.mark.parametrize("module_name", public_modules())
def test_every_public_object_has_an_example(module_name: str) -> None:
    # An error shows itself under `Raises:` of what raises it; for it a sentence is enough.
    silent = [
        name
        for name, value in public_objects(module_name)
        if not (inspect.isclass(value) and issubclass(value, BaseException))
        and not re.search(r"^Examples:\n(.*\n)*?\s*>>> ", inspect.getdoc(value) or "", re.MULTILINE)
    ]
    undocumented = [name for name, value in public_objects(module_name) if not inspect.getdoc(value)]
    assert not undocumented, f"no docstring: {undocumented}"
    assert not silent, f"no example that runs: {silent}"


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after it has run some code."""
    script = f"import sys\n{code}\nprint('loaded:', *{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].removeprefix("loaded:").split())


def test_import_loads_nothing_heavy() -> None:
    assert not loaded_by("import nvprotocol") & HEAVY


def test_help_loads_nothing_heavy() -> None:
    shown = (
        "from importlib.metadata import entry_points\n"
        "(command,) = entry_points(group='console_scripts', name='nvprotocol')\n"
        "sys.argv = ['nvprotocol', '--help']\n"
        "try:\n    command.load()()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
    )
    assert not loaded_by(shown) & (HEAVY | {"numpy"})


def test_every_exported_name_exists() -> None:
    # The type stub is also the list of lazy exports; a wrong line in it would only show when somebody uses the name.
    missing = [name for name in dir(nvprotocol) if not hasattr(nvprotocol, name)]
    assert not missing


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebook_agrees_with_its_source(path: Path) -> None:
    notebook = path.with_suffix(".ipynb")
    assert notebook.exists(), "make notebooks-update has not been run"
    source, committed = jupytext.read(path), jupytext.read(notebook)
    assert [(cell.cell_type, cell.source) for cell in committed.cells] == [
        (cell.cell_type, cell.source) for cell in source.cells
    ], "make notebooks-update has not been run"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebook_was_executed_in_order_and_without_error(path: Path) -> None:
    cells = [cell for cell in jupytext.read(path.with_suffix(".ipynb")).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert kinds
    assert "error" not in kinds


def house() -> Any:
    """The script that draws the house; `.ci` is no package."""
    spec = importlib.util.spec_from_file_location("house", ROOT / ".ci" / "house.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_contributing_draws_the_house_of_the_contracts() -> None:
    script = house()
    assert script.PAGE.read_text(encoding="utf-8") == script.drawn(), "make pages has not been run"


def test_rooms_without_qiskit_are_rooms_and_lie_below_those_with_it() -> None:
    script = house()
    floors = script.floors()
    light = {name.removeprefix("nvprotocol.") for name in script.contract("numpy-rooms")["source_modules"]}
    assert light <= set(floors)
    assert {room for room, floor in floors.items() if floor <= floors["tomography"]} <= light


def test_no_notebook_without_source() -> None:
    orphans = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} - {path.stem for path in NOTEBOOKS}
    assert not orphans


def test_no_file_names_a_place_on_one_machine() -> None:
    place = re.compile(r"(?<![\w.:/])/(?:home|root|Users|work)/\w")
    patterns = (
        "*.md",
        "docs/**/*.md",
        "benchmarks/*.md",
        "notebooks/*.md",
        "notebooks/*.ipynb",
        "circuits/*.toml",
        "designs/*.toml",
    )
    texts = [*PYTHON, *(path for pattern in patterns for path in ROOT.glob(pattern))]
    found = {name_of(path) for path in texts if place.search(path.read_text(encoding="utf-8"))}
    assert not found
