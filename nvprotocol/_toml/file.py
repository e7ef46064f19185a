"""A file in TOML that is being read: its sections, and errors that name file, line and key."""

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ValidationError

from nvprotocol._checks import path as as_path
from nvprotocol._checks import text as as_text
from nvprotocol._file_format import VERSION_KEY, check_version
from nvprotocol._toml.messages import first_problem
from nvprotocol._toml.source import line_of, text_of
from nvprotocol.errors import ArgumentError, FileError

Content = TypeVar("Content", bound=BaseModel)


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
        try:
            raw = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as reason:
            raise self.error(f"{self.name}, {_syntax_message(reason, self.text)}.") from None
        version_line = f"{self.name}, line {line_of(self.text, (VERSION_KEY,))}"
        check_version(raw.pop(VERSION_KEY, 1), self.kind, version_line, self.error)
        return raw

    def refusal(self, path: tuple[str, ...], message: str) -> FileError:
        """The error with the name of the file and the line of a key in front of a message."""
        return self.error(f"{self.name}, line {line_of(self.text, path)}: {' '.join(message.split())}")

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


def _syntax_message(reason: tomllib.TOMLDecodeError, text: str) -> str:
    """The line and what is wrong with it, from a message that has its place at its end."""
    message, _, place = str(reason).rpartition(" (at ")  # only from Python 3.14 on has the error fields
    if position := re.fullmatch(r"line (\d+), column (\d+)\)", place):
        return f"line {position[1]}: not valid TOML: {message} (column {position[2]})"
    return f"line {max(len(text.rstrip().splitlines()), 1)}: not valid TOML: {message or reason}"
