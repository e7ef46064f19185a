"""The one way in which a file is written: beside its place, flushed, and renamed when it is there as a whole.

The old file stays as it is where the disk is full or the process ends. A link is followed: what it names is replaced,
and the link stays. What is no file, such as a pipe or a terminal, is written to directly.
"""

import glob
import os
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from nvprotocol.errors import OutputError

try:
    import fcntl
except ImportError:  # not a Unix
    fcntl = None

_NAME_KEPT = 40
"""Characters of a file's name in the hidden name, which thus is never longer than names may be."""
_SETTLED_S = 60.0
"""Age of a hidden file or folder that is held by nobody because nobody works on it, and not because it is new."""


class Account:
    """What is written while it is kept.

    It is entered before it takes its place, and counts when it is there: however a work is interrupted between the two,
    the account is right.
    """

    def __init__(self) -> None:
        self._entries: list[tuple[Path, tuple[int, int]]] = []

    def enter(self, place: Path, new: Path) -> None:
        """Enters a complete file or folder, and the place that it is about to take."""
        self._entries.append((place, _identity(new)))

    @property
    def written(self) -> list[Path]:
        """What is in its place, in the order in which it was entered."""
        there: list[Path] = []
        for place, identity in self._entries:
            with suppress(OSError):
                there += [place] if _identity(place) == identity else []
        return there


_ACCOUNT: ContextVar[Account | None] = ContextVar("_ACCOUNT", default=None)


def check_writable(path: str | Path) -> None:
    """Refuses, before anything is computed, what `write_files` could not write.

    Raises:
        OutputError: If it is a folder, its folder is not there, or it may not be written.

    Examples:
        >>> from nvprotocol._writing import check_writable
        >>> check_writable("nowhere/page.md")
        Traceback (most recent call last):
            ...
        nvprotocol.errors.OutputError: The file nowhere/page.md cannot be written: No such file or directory.
    """
    file = Path(path)
    with _refusing(file):
        _place(file)


def check_folder(path: str | Path) -> None:
    """Refuses, before anything is computed, a folder that could not be made or written into.

    Raises:
        OutputError: If it, or what it would be made in, is no folder or may not be written.

    Examples:
        >>> import pathlib, tempfile
        >>> from nvprotocol._writing import check_folder
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "notes.txt"
        >>> file.touch()
        >>> check_folder(file)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        nvprotocol.errors.OutputError: The output folder ...notes.txt cannot be written: there is a file of that name.
    """
    folder = Path(path)
    with _refusing(folder, "output folder"):
        if folder.is_symlink() and not folder.exists():
            raise FileNotFoundError(0, "it is a link to what is not there")
        if os.path.lexists(folder) and not folder.is_dir():
            raise NotADirectoryError(0, "there is a file of that name")
        there = next(one for one in (folder, *folder.absolute().parents) if os.path.lexists(one))
        if not there.is_dir():
            raise NotADirectoryError(0, "Not a directory")
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(0, f"{there} may not be changed")


def write_file(path: str | Path, content: str | bytes) -> None:
    """Writes one file, as `write_files` does.

    Raises:
        OutputError: If it cannot be written.

    Examples:
        >>> import pathlib, tempfile
        >>> from nvprotocol._writing import write_file
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "page.md"
        >>> write_file(file, "γ")
        >>> file.read_text(encoding="utf-8")
        'γ'
    """
    write_files({Path(path): content})


def write_files(contents: Mapping[Path, str | bytes]) -> None:
    """Writes files, none of which takes its place before all of them are written; text as UTF-8.

    An interrupt, once they take their places, waits until all of them have. What a killed process has left beside a
    file is cleared away.

    Args:
        contents: File → all that is in it.

    Raises:
        OutputError: If one cannot be written; then the files that were there before are as they were.

    Examples:
        >>> import pathlib, tempfile
        >>> from nvprotocol._writing import write_files
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> write_files({folder / "a.txt": "1", folder / "b.bin": b"2"})
        >>> sorted(path.name for path in folder.iterdir())
        ['a.txt', 'b.bin']
    """
    hidden: dict[Path, tuple[Path, Path]] = {}
    try:
        with ExitStack() as holding:
            for file, content in contents.items():
                with _refusing(file):
                    data = content.encode("utf-8") if isinstance(content, str) else content
                    place = _place(file)
                    if place is None:
                        file.write_bytes(data)
                        continue
                    _clear_abandoned(place)
                    beside = _hidden_name(place)
                    hidden[file] = beside, place
                    _write_new(beside, data, like=place)
                    holding.enter_context(held(beside))
            for file, (beside, _) in hidden.items():
                about_to_be_written(file, beside)
            try:
                _put_in_place(hidden)
            except (KeyboardInterrupt, SystemExit):
                _put_in_place({file: pair for file, pair in hidden.items() if pair[0].exists()})
                raise
    finally:
        for beside, _ in hidden.values():
            with suppress(OSError):
                beside.unlink(missing_ok=True)


def replace_file(place: Path, data: bytes) -> None:
    """Writes one file where it is to be, whole or not at all, with the errors of the system and without an account.

    Raises:
        OSError: If it cannot be written; then what was there before is as it was.
    """
    beside = _hidden_name(place)
    try:
        _write_new(beside, data, like=place)
        beside.replace(place)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def about_to_be_written(place: Path, new: Path) -> None:
    """Enters a complete file or folder that is about to take its place into the account that is kept, if any."""
    account = _ACCOUNT.get()
    if account is not None:
        account.enter(place, new)


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Holds a file or folder as long as the process lives; gives whether it could, not where another process does."""
    if fcntl is None:
        yield False
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # also where the file system has no locks
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


@contextmanager
def held_if_abandoned(path: Path) -> Iterator[bool]:
    """Holds what a killed process may have left; gives whether it has: it is not new, and not held."""
    with held(path) as free:
        yield free and time.time() - path.stat().st_mtime >= _SETTLED_S


@contextmanager
def keeping_account() -> Iterator[Account]:
    """Gives an account of everything that is written meanwhile, for what is said of an interrupted work.

    Examples:
        >>> import pathlib, tempfile
        >>> from nvprotocol._writing import keeping_account, write_file
        >>> with keeping_account() as account:
        ...     write_file(pathlib.Path(tempfile.mkdtemp()) / "page.md", "text")
        >>> [path.name for path in account.written]
        ['page.md']
    """
    account = Account()
    token = _ACCOUNT.set(account)
    try:
        yield account
    finally:
        _ACCOUNT.reset(token)


@contextmanager
def _refusing(file: Path, what: str = "file") -> Iterator[None]:
    """Turns an error of the system into one line about a file or a folder."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"The {what} {file} cannot be written: {error.strerror or error}.") from None
    except ValueError as error:  # a name, or a text, with what no file may have
        raise OutputError(f"The {what} {str(file)!r} cannot be written: {error}.") from None


def _place(file: Path) -> Path | None:
    """Where a file lies when links are followed; None for what is no file, such as a pipe.

    Raises:
        OSError: If no file can be put there.
    """
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return None
    place = Path(os.path.realpath(file))
    if mode is None:
        place.parent.stat()  # a folder that is not there is the reason to name
    elif stat.S_ISDIR(mode):
        raise IsADirectoryError(0, "there is a folder of that name")
    elif not os.access(place, os.W_OK):
        raise PermissionError(0, "there is a file of that name that may not be changed")
    if not place.parent.is_dir():
        raise NotADirectoryError(0, "Not a directory")
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise PermissionError(0, f"its folder {place.parent} may not be changed")
    return place


def _put_in_place(hidden: Mapping[Path, tuple[Path, Path]]) -> None:
    """Renames hidden files to their names."""
    for file, (beside, place) in hidden.items():
        with _refusing(file):
            beside.replace(place)


def _clear_abandoned(place: Path) -> None:
    """Removes what killed processes have left of a file in the making."""
    for beside in place.parent.glob(f".{glob.escape(place.name[:_NAME_KEPT])}-{'[0-9a-f]' * 8}"):
        with suppress(OSError), held_if_abandoned(beside) as abandoned:  # or gone meanwhile
            if abandoned and stat.S_ISREG(beside.lstat().st_mode):
                beside.unlink()


def _identity(path: Path) -> tuple[int, int]:
    """What names a file or folder wherever it is renamed to."""
    found = path.stat()
    return found.st_dev, found.st_ino


def _hidden_name(place: Path) -> Path:
    return place.with_name(f".{place.name[:_NAME_KEPT]}-{secrets.token_hex(4)}")


def _write_new(file: Path, data: bytes, *, like: Path) -> None:
    """A file that was not there before, on the disk when this returns, with the mode of another if that exists."""
    with file.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(FileNotFoundError):
        file.chmod(stat.S_IMODE(like.stat().st_mode))
