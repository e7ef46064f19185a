"""A file in TOML that is being read: its sections, and errors that name file, line and key."""

import math
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ValidationError

from nvprotocol._checks import fail, show
from nvprotocol._checks import path as as_path
from nvprotocol._checks import text as as_text
from nvprotocol._file_format import VERSION_KEY, check_version
from nvprotocol._reading import printable
from nvprotocol._toml.messages import first_problem
from nvprotocol._toml.source import line_of, text_of
from nvprotocol.errors import ArgumentError, FileError
from nvprotocol.units import LARGEST

Content = TypeVar("Content", bound=BaseModel)
_DEEPEST = 12
_MOST = 2**63 - 1
"""Greatest whole number that TOML asks of what reads it."""


@dataclass(frozen=True)
class TomlFile:
    r"""A text in TOML, and what it is.

    Attributes:
        text: The file as it was read.
        name: Its name, for error messages; a path in it begins at its folder.
        kind: The kind of file, one of `nvprotocol._file_format.FORMAT_VERSIONS`.
        error: The kind of error that is raised.

    Examples:
        >>> from nvprotocol._toml import TomlFile
        >>> file = TomlFile("[run]\nseed = -1", "mine.toml", "experiment", nv.errors.ExperimentFileError)
        >>> print(file.refusal(("run", "seed"), 'key "run.seed" is wrong.'))
        mine.toml, line 2: key "run.seed" is wrong.
    """

    text: str
    name: str
    kind: str
    error: type[FileError]

    def __post_init__(self) -> None:
        as_text(self.text, "text"), as_text(self.name, "source")

    @classmethod
    def read(cls, path: str | Path, kind: str, error: type[FileError]) -> Self:
        """The file at a path.

        Raises:
            FileError: Of the kind given, if there is no such file or it is no text.
        """
        file = as_path(path, "path")
        return cls(text_of(file, error), str(path), kind, error)

    @property
    def folder(self) -> Path:
        """Where paths in it begin."""
        return Path(self.name).parent

    def content(self, model: type[Content], needed: str) -> Content:
        r"""The sections, without the version of the format.

        Args:
            model: What the file may say.
            needed: What it needs at least, for the message about one that says nothing.

        Raises:
            FileError: If the text is not TOML, says nothing or what it must not, or has a newer format than is known.

        Examples:
            >>> from pydantic import BaseModel
            >>> from nvprotocol._toml import CONFIG, TomlFile
            >>> class Content(BaseModel):
            ...     model_config = CONFIG
            ...     seed: int
            >>> TomlFile("\nseed = 0.5", "mine.toml", "device", nv.errors.FileError).content(Content, "a seed")
            Traceback (most recent call last):
                ...
            nvprotocol.errors.FileError: mine.toml, line 2: key "seed" must be a whole number, but is 0.5.
        """
        raw = self._parsed()
        if not raw:
            raise self.error(f"{self.name}, line 1: the file is empty; it needs at least {needed}.")
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            raise self.refusal(*first_problem(error, model)) from None

    def _parsed(self) -> dict[str, Any]:
        raw = content_of(self.text, self.name, self.error)
        try:
            _check_values(raw)
        except ArgumentError as wrong:
            path = tuple(wrong.argument.split("."))
            raise self.refusal(path, wrong.sentence(f'key "{wrong.argument}"')) from None
        version_line = f"{self.name}, line {line_of(self.text, (VERSION_KEY,))}"
        check_version(raw.pop(VERSION_KEY, 1), self.kind, version_line, self.error)
        return raw

    def refusal(self, path: tuple[str, ...], message: str) -> FileError:
        """The error with the name of the file and the line of a key in front of a message."""
        return self.error(f"{self.name}, line {line_of(self.text, path)}: {printable(' '.join(message.split()))}")

    @contextmanager
    def locating(self, path_of: Callable[[ArgumentError], tuple[str, ...]]) -> Iterator[None]:
        r"""Turns an error about an argument into one about the key that it was given by.

        Args:
            path_of: From the error to the path of the key.

        Examples:
            >>> from nvprotocol._toml import TomlFile
            >>> with TomlFile("a = -1", "mine.toml", "device", nv.errors.FileError).locating(lambda error: error.path):
            ...     nv.Medium.pair(a=-1)
            Traceback (most recent call last):
                ...
            nvprotocol.errors.FileError: mine.toml, line 1: key "a" must be at least 0, but is -1.
        """
        try:
            yield
        except ArgumentError as error:
            path = path_of(error)
            raise self.refusal(path, error.sentence(f'key "{".".join(path)}"')) from None


def content_of(text: str, name: str, error: type[FileError]) -> dict[str, Any]:
    r"""What a text in TOML says, as dictionaries, lists, texts and numbers.

    Args:
        text: The text.
        name: Name of the file, for the message.
        error: The kind of error that is raised.

    Raises:
        FileError: Of the kind given, if it is not TOML.

    Examples:
        >>> from nvprotocol._toml import content_of
        >>> content_of("[run]\nseed = 1", "mine.toml", nv.errors.FileError)
        {'run': {'seed': 1}}
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        raise error(f"{name}, {_syntax_message(reason, text)}.") from None
    except RecursionError:
        raise error(f"{name}: not valid TOML: brackets are nested too deep.") from None
    except ValueError:  # Python's own limit
        raise error(f"{name}: not valid TOML: a number has thousands of digits.") from None


def _check_values(content: Any) -> None:
    """Refuses numbers and texts that nothing further on could take, and nesting that no key of a file has."""
    left: list[tuple[tuple[str, ...], Any]] = [((), content)]
    while left:
        path, value = left.pop()
        key = ".".join(path)
        if len(path) > _DEEPEST:
            fail(".".join(path[:2]), f"have at most {_DEEPEST} levels of sections and lists below it", "has more")
        if isinstance(value, str):
            _check_text(value, key)
        elif isinstance(value, int) and abs(value) > _MOST:
            fail(key, "be a number of at most 64 bits", f"has {len(show(abs(value)))} digits")
        elif isinstance(value, float) and LARGEST < abs(value) < math.inf:
            fail(key, f"be at most {LARGEST:g} in size, or products of it overflow", f"is {show(value)}")
        elif isinstance(value, list):
            left += [((*path, str(number)), one) for number, one in enumerate(value)]
        elif isinstance(value, dict):
            for name, one in value.items():
                _check_text(name, ".".join((*path, printable(name))))
                left.append(((*path, name), one))


def _check_text(text: str, key: str) -> None:
    if wrong := next((one for one in text if unicodedata.category(one) == "Cc" and one not in "\t\n\r"), ""):
        fail(key, "be without control characters", f"has {wrong!a}")


def _syntax_message(reason: tomllib.TOMLDecodeError, text: str) -> str:
    """The line and what is wrong with it, from a message that has its place at its end."""
    message, _, place = str(reason).rpartition(" (at ")  # only from Python 3.14 on has the error fields
    if position := re.fullmatch(r"line (\d+), column (\d+)\)", place):
        return f"line {position[1]}: not valid TOML: {message} (column {position[2]})"
    return f"line {max(len(text.rstrip().splitlines()), 1)}: not valid TOML: {message or reason}"
