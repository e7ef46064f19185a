"""Pytest for the whole tree: one thread per process, and every example of the documentation is a test."""

import contextlib
import importlib.util
import io
import json
import os
import re
import shlex
import sys
import tomllib
from collections.abc import Iterable, Iterator
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path
from typing import Any

# Before NumPy loads its BLAS. Processes that pytest-xdist starts inherit these, and so stay out of each other's way.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import pytest
from sybil import Document, Example, Region, Sybil
from sybil.document import PythonDocStringDocument
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers import markdown, rest
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer
from sybil.typing import Parser

import nvprotocol
from nvprotocol.cli import main

ROOT = Path(__file__).parent
PLAIN_RNG = np.random.default_rng
HAS_PULSE_ENGINE = importlib.util.find_spec("qiskit_dynamics") is not None
FILE = re.compile(r"(?P<language>toml|csv|json|text|qasm)(?: (?P<name>[\w.-]+))?\n")
PYTHON = re.compile(r"python\n")
DRAWS = re.compile(r"seed\b|shots\s*=\s*\d|default_rng")
COMMANDS = re.compile(r"(?P<language>sh|console)\n")


class Docstrings(PythonDocStringDocument):
    """The docstrings of a file, without the names of its module: an example imports what it needs."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(text, path)
        self.pop_evaluator(self.import_document)


def as_one(*parsers: Parser) -> Parser:
    """Joins the examples of a docstring, or of a page, to one test with a namespace of its own.

    Sybil makes a test of each `>>>`; shuffled, or spread over processes, it would miss the lines before it. The
    namespace holds `nv` and `np`, as every example may assume, and nothing else: what an example needs, it imports.
    """

    def parse(document: Document) -> Iterator[Region]:
        page = Document(document.text, document.path)
        page.namespace.update(nv=nvprotocol, np=np)
        for parser in parsers:
            for region in parser(page):
                page.add(region)
        examples = list(page)
        if examples:
            yield Region(examples[0].start, examples[-1].end, examples, evaluate)

    return parse


def evaluate(joined: Example) -> None:
    """Evaluates the joined examples in their order; a failure names the line in the file."""
    __tracebackhide__ = True
    examples: Iterable[Example] = joined.parsed
    first = joined.line
    offset: int | None = None
    for example in examples:
        offset = first - example.line if offset is None else offset
        example.line += offset
        example.evaluate()


def python(document: Document) -> Iterator[Region]:
    """The blocks of a page that hold Python."""
    for lexed in RawFencedCodeBlockLexer(PYTHON)(document):
        yield Region(lexed.start, lexed.end, lexed.lexemes["source"], run_python)


def run_python(example: Example) -> None:
    """Runs a block, and keeps what it prints for the block of text below it, if there is one."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        PythonEvaluator()(example)
    example.namespace["_printed"] = printed.getvalue()


def files(document: Document) -> Iterator[Region]:
    """The blocks of a page that hold a file with its name after the language, or text that Python has printed."""
    for lexed in RawFencedCodeBlockLexer(FILE)(document):
        yield Region(lexed.start, lexed.end, lexed.lexemes, write_file)


def write_file(example: Example) -> str | None:
    """Reads a file of a page as what it says to be, and writes it for the blocks below it."""
    block = example.parsed
    if reader := {"toml": tomllib.loads, "json": json.loads}.get(block["language"]):
        reader(block["source"])
    if block["name"]:
        Path(block["name"]).write_text(block["source"], encoding="utf-8")
    elif block["language"] == "text":
        return agreed(example, block["source"], example.namespace["_printed"])
    return None


def commands(document: Document) -> Iterator[Region]:
    """The blocks of a page that hold commands for a shell, or with `$` before them also what they print."""
    for lexed in RawFencedCodeBlockLexer(COMMANDS)(document):
        yield Region(lexed.start, lexed.end, lexed.lexemes, run_commands)


def run_commands(example: Example) -> str | None:
    """Runs the commands that begin with `nvprotocol`; those that set a machine up (make, pip, git) are not for here."""
    block = example.parsed
    if block["language"] == "sh":
        for line in block["source"].splitlines():
            nvprotocol_command(line)
        return None
    sessions = re.split(r"^\$ ", block["source"], flags=re.MULTILINE)[1:]
    lines = [session.partition("\n")[0] for session in sessions]
    return agreed(example, block["source"], "".join(f"$ {line}\n{nvprotocol_command(line)}" for line in lines))


def agreed(example: Example, shown: str, printed: str) -> str | None:
    """Compares what a page shows with what is printed; when asked to, it renews the page instead."""
    shown, printed = f"{shown.rstrip()}\n", f"{re.sub(' +$', '', printed, flags=re.MULTILINE).rstrip()}\n"
    if np.random.default_rng is not PLAIN_RNG or OutputChecker().check_output(shown, printed, ELLIPSIS):
        return None
    if not os.environ.get("RENEW_PAGES"):
        return f"shown:\n{shown}\nprinted:\n{printed}"
    page = ROOT / example.path
    old, new = (f"\n{text}```" for text in (shown, printed))
    if not shown.strip():  # an empty block, of which the first is meant
        old, new = "```text\n```", f"```text{new}"
    page.write_text(page.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    return None


def nvprotocol_command(line: str) -> str:
    """What a command prints; an exit code other than 0 is a failure."""
    program, *arguments = shlex.split(line, comments=True) or [""]
    if program != "nvprotocol":
        return ""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0, line
    return printed.getvalue()


def pytest_addoption(parser: pytest.Parser) -> None:
    """An option that moves every seed at once."""
    text = "moves the seeds of NumPy and Aer by NUMBER: what other seeds would show (0, the default, leaves them)"
    parser.addoption("--reseed", type=int, default=0, metavar="NUMBER", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Moves the seeds, where that is asked for; pages then show numbers of other draws, and are not compared."""
    if shift := config.getoption("reseed"):
        reseed(shift)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Counts every example that draws among the statistical tests, and pages, which run whole experiments, as slow.

    What takes longest comes first, so that no process is left alone with it: groups, then the slow ones.
    """
    for item in items:
        example: Example | None = getattr(item, "example", None)
        if example and DRAWS.search(example.document.text, example.region.start, example.region.end):
            item.add_marker("statistical")
        if example and item.path.suffix == ".md":
            item.add_marker("slow")
    yield
    items.sort(key=lambda item: [item.get_closest_marker(mark) is None for mark in ("xdist_group", "slow")])


def reseed(shift: int) -> None:
    """Makes every draw depend on a number besides its seed: equal seeds stay equal, unequal ones unequal.

    All that is random in the package, its tests and its examples comes from NumPy's `default_rng` or from Aer.
    """
    from qiskit_aer.backends import aerbackend

    plain, plain_config = np.random.default_rng, aerbackend.generate_aer_config

    def default_rng(seed: Any = None) -> np.random.Generator:
        if isinstance(seed, int | np.integer | list | tuple):
            seed = [*np.atleast_1d(seed).tolist(), shift]
        return plain(seed)

    def generate_aer_config(*arguments: Any, **options: Any) -> Any:
        config = plain_config(*arguments, **options)
        if config.seed_simulator is not None:
            config.seed_simulator = int(default_rng(config.seed_simulator).integers(2**31))
        return config

    np.random.default_rng = default_rng
    aerbackend.generate_aer_config = generate_aer_config


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    """Closes what a test has drawn; pyplot would keep, and in the end complain of, every figure."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for what a page writes, with the files of the gallery; help is as wide as on a usual terminal.

    The map of the design has 10 points along each axis in place of 40: pages show nothing of it.
    """
    for folder in ("circuits", "measured"):
        (tmp_path / folder).symlink_to(ROOT / folder, target_is_directory=True)
    (tmp_path / "designs").mkdir()
    text = (ROOT / "designs" / "film.toml").read_text(encoding="utf-8")
    assert text.count("points = 40 ") == 1
    (tmp_path / "designs" / "film.toml").write_text(text.replace("points = 40 ", "points = 10 "), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


pytest_collect_file = (
    Sybil(
        parsers=[as_one(rest.DocTestParser(), rest.SkipParser())],
        path="nvprotocol",
        pattern="*.py",
        excludes=[] if HAS_PULSE_ENGINE else ["pulses/*.py", "pulses/*/*.py", "pulses.py"],
        fixtures=["close_figures"],
        document_types={".py": Docstrings},
    )
    + Sybil(
        parsers=[as_one(python, files, commands, markdown.SkipParser())],
        patterns=["README.md", "docs/*.md", "docs/*/*.md"],
        fixtures=["close_figures", "own_folder"],
    )
).pytest()
