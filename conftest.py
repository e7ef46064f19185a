"""Pytest for the whole tree: one thread per process, and every example of the documentation is a test."""

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator

# Before NumPy loads its BLAS. Processes that pytest-xdist starts inherit these, and so stay out of each other's way.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import pytest
from sybil import Document, Example, Region, Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers import markdown, rest
from sybil.typing import Parser

import nvprotocol

HAS_PULSE_ENGINE = importlib.util.find_spec("qiskit_dynamics") is not None


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


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    """Closes what a test has drawn; pyplot would keep, and in the end complain of, every figure."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


pytest_collect_file = (
    Sybil(
        parsers=[as_one(rest.DocTestParser(), rest.SkipParser())],
        path="nvprotocol",
        pattern="*.py",
        excludes=[] if HAS_PULSE_ENGINE else ["pulses/*.py", "pulses.py"],
        fixtures=["close_figures"],
        document_types={".py": Docstrings},
    )
    + Sybil(
        parsers=[as_one(markdown.PythonCodeBlockParser(), markdown.SkipParser())],
        patterns=["README.md", "docs/*.md"],
        fixtures=["close_figures"],
    )
).pytest()
