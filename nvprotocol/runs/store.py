"""Chunks of a work in a folder: each a file that is whole or not there."""

import glob
import io
import json
import re
import secrets
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from nvprotocol._checks import fail, instance, show, text, whole_number
from nvprotocol._checks import path as as_path
from nvprotocol._sealed import DIGEST_LENGTH, is_whole, sealed
from nvprotocol._writing import replace_file
from nvprotocol.errors import OutputError, StoreError
from nvprotocol.runs.work import Arrays, Work

_ABOUT = "work.json"
_BEGUN = re.compile(rf"\.{re.escape(_ABOUT)}-[0-9a-f]{{8}}")
"""What a process that is killed while it writes that leaves of it."""
_OWN = ("file", "key", "number")
"""Names that a chunk, and what writes it, have for themselves."""


class ChunkStore:
    """The chunks of one work in a folder, which is made with the first of them.

    A chunk is an `.npz` file with its own digest, written beside and renamed; it names the work that it belongs to. Two
    runs of the same work may write to one folder: they write the same. The folder of other work, or of another version
    of this package, is refused with what differs.

    Args:
        folder: The folder.
        work: The work.

    Raises:
        StoreError: If the folder holds something else.
        OutputError: If the folder cannot be read.

    Examples:
        >>> import tempfile
        >>> from nvprotocol.runs import ChunkStore, Work
        >>> squares = Work("squares", {"up to": 4}, (2, 2), lambda k: {"square": np.arange(2 * k, 2 * k + 2) ** 2})
        >>> store = ChunkStore(tempfile.mkdtemp(), squares)
        >>> store.save(1, squares.compute(1))
        >>> store.load(0) is None, store.load(1)["square"].tolist()
        (True, [4, 9])
    """

    def __init__(self, folder: str | Path, work: Work) -> None:
        self.folder, self.work = as_path(folder, "folder", of="a folder"), instance(work, "work", Work)
        with self._refusing():
            self.folder = self.folder.absolute()
            if not self.folder.exists():
                return
            about = self.folder / _ABOUT
            if about.exists():
                self._require_same(about)
            elif others := [entry.name for entry in self.folder.iterdir() if not _BEGUN.fullmatch(entry.name)]:
                raise StoreError(str(self.folder), f"it holds other things, such as {min(others)}")

    def load(self, number: int) -> Arrays | None:
        """The arrays of a chunk; None where there is none, or where what is there is damaged or of other work."""
        number = whole_number(number, "number", minimum=0, maximum=10**6 - 1)
        with self._refusing():
            try:
                raw = self._path(number).read_bytes()
            except FileNotFoundError:
                return None
        if not is_whole(raw):
            return None
        with np.load(io.BytesIO(raw), allow_pickle=False) as file:
            arrays = dict(file)
        named = str(arrays.pop("key")), int(arrays.pop("number"))
        return arrays if named == (self.work.key, number) else None

    @property
    def points(self) -> int:
        """Number of points in the chunks that are there.

        Examples:
            >>> import tempfile
            >>> from nvprotocol.runs import ChunkStore, Work
            >>> ChunkStore(tempfile.mkdtemp(), Work("squares", {}, (2, 2), lambda k: {})).points
            0
        """
        return sum(size for number, size in enumerate(self.work.sizes) if self._path(number).exists())

    def save(self, number: int, arrays: Arrays) -> None:
        """Writes a chunk, whole or not at all.

        Raises:
            OutputError: If it cannot be written; what has been written before stays.
        """
        number = whole_number(number, "number", minimum=0, maximum=10**6 - 1)
        if not isinstance(arrays, Mapping):
            fail("arrays", "be a mapping of names to arrays", f"is {show(arrays)} of type {type(arrays).__name__}")
        for name, array in arrays.items():
            if text(name, "arrays", of="have texts as keys") in _OWN:
                fail("arrays", f"have other keys than {', '.join(_OWN)}", f"has {show(name)}")
            if not isinstance(array, np.ndarray) or array.dtype.hasobject:
                fail(f'arrays["{name}"]', "be an array of numbers or texts", f"is of type {type(array).__name__}")
        buffer = io.BytesIO()
        np.savez(buffer, **arrays, key=np.array(self.work.key), number=np.array(number))  # pyright: ignore[reportArgumentType]
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.comment = b"0" * DIGEST_LENGTH  # the end of the file, where the digest of all before it goes
        content = sealed(buffer.getvalue()[:-DIGEST_LENGTH])
        with self._refusing():
            try:
                self._write(self._path(number), content)
            except FileNotFoundError:  # the folder: a run of the same work has come to its end and cleared up
                self._write(self._path(number), content)

    @staticmethod
    def is_at(folder: str | Path) -> bool:
        """Whether a folder is one of chunks, of whatever work.

        Examples:
            >>> import tempfile
            >>> from nvprotocol.runs import ChunkStore
            >>> ChunkStore.is_at(tempfile.mkdtemp())
            False
        """
        return (as_path(folder, "folder", of="a folder") / _ABOUT).exists()

    @staticmethod
    def discard(folder: str | Path) -> None:
        """Removes a folder of chunks, of whatever work; a run that goes on makes it anew. Any other folder stays.

        What is left of one where a process was killed while it removed it goes, too.
        """
        folder = as_path(folder, "folder", of="a folder")
        if ChunkStore.is_at(folder):
            with suppress(OSError):
                folder.rename(folder.with_name(f"{folder.name}-{secrets.token_hex(4)}"))
        for discarded in folder.parent.glob(f"{glob.escape(folder.name)}-{'[0-9a-f]' * 8}"):
            shutil.rmtree(discarded, ignore_errors=True)

    def _write(self, path: Path, content: bytes) -> None:
        about = self.folder / _ABOUT
        if not about.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(about, json.dumps(self.work.identity, indent=1, ensure_ascii=False).encode())
        replace_file(path, content)

    def _path(self, number: int) -> Path:
        return self.folder / f"chunk-{number:06d}.npz"

    def _require_same(self, about: Path) -> None:
        try:
            there = json.loads(about.read_text(encoding="utf-8"))
        except ValueError:
            raise StoreError(str(self.folder), f"its {_ABOUT} is damaged") from None
        if there != self.work.identity:
            first = next(_differences(there, self.work.identity), "something")
            raise StoreError(str(self.folder), f"it is of another run, in which {first}")

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except (OutputError, FileNotFoundError):
            raise
        except OSError as error:
            raise OutputError(f"The store {self.folder} cannot be used: {error.strerror or error}.") from error


def _differences(there: Any, here: Any, path: str = "") -> Iterator[str]:
    """What differs between two contents of JSON, in words."""
    if isinstance(there, Mapping) and isinstance(here, Mapping):
        for key in sorted({*there, *here}):
            yield from _differences(there.get(key), here.get(key), f"{path}.{key}".removeprefix(".asked").lstrip("."))
    elif isinstance(there, list) and isinstance(here, list) and len(there) != len(here):
        yield f"{path} has {len(there)} entries, not {len(here)}"
    elif isinstance(there, list) and isinstance(here, list):
        for number, pair in enumerate(zip(there, here, strict=True)):
            yield from _differences(*pair, f"{path}[{number}]")
    elif there != here:
        yield f"{path} is {_shown(there)}, not {_shown(here)}"


def _shown(value: object) -> str:
    text = "none" if value is None else show(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
