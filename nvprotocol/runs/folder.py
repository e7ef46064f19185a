"""The folder that holds a result: all of it or nothing."""

import ctypes
import errno
import glob
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nvprotocol._checks import function, texts, truth
from nvprotocol._checks import path as as_path
from nvprotocol._writing import about_to_be_written, check_folder, held, held_if_abandoned
from nvprotocol.errors import OutputError

_ATTEMPTS = 10
"""How often another process may put something in a place, or take it away, just when a result is to go there."""
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux


@contextmanager
def result_folder(
    path: str | Path,
    *,
    files: Collection[str],
    force: bool = False,
    same: Callable[[Path], bool] | None = None,
) -> Iterator[Path]:
    """Gives a folder to write into, which takes its name only when everything has been written.

    Whether it can be written is known before the work begins. What killed runs have left beside it is cleared away. A
    symbolic link is followed.

    Args:
        path: The folder that is to hold the result.
        files: Names of the files that such a result consists of.
        force: Whether an existing result may be replaced. A folder that holds anything else never is.
        same: Whether a result that somebody else has put there meanwhile is this one; then this one is dropped. Any
            other stays, and this one gets a name beside it.

    Raises:
        ArgumentError: If an argument is not as described.
        OutputError: If the folder exists and may not be replaced, or cannot be written; or if another result has
            appeared there meanwhile, with the name that this one has got.

    Examples:
        >>> import pathlib, tempfile
        >>> target = pathlib.Path(tempfile.mkdtemp()) / "mine"
        >>> with nv.runs.result_folder(target, files=["table.txt"]) as folder:
        ...     _ = (folder / "table.txt").write_text("C = 0.5")
        >>> (target / "table.txt").read_text()
        'C = 0.5'
    """
    missing: list[Path] = []
    target, files, force = as_path(path, "path", of="a folder"), texts(files, "files"), truth(force, "force")
    if same is not None:
        function(same, "same")
    try:
        target = target.resolve()
        check_folder(target)
        clear_abandoned(target)
        missing = [folder for folder in target.parents if not folder.exists()]
        _refuse_existing(target, files, force=force)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _unfinished(target) as partial:
            yield partial
            partial.chmod(0o755)
            about_to_be_written(target, partial)
            _put_in_place(partial, target, files, force=force, same=same)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"The output folder {target} cannot be written: {error.strerror or error}.") from error
    finally:
        for folder in missing:  # innermost first; one that holds something stays
            with suppress(OSError):
                folder.rmdir()


def beside(path: str | Path, ending: str) -> Path:
    """A hidden name beside a folder, for what belongs to it.

    Raises:
        OutputError: If the path has no name, or the current folder is gone.

    Examples:
        >>> from nvprotocol.runs.folder import beside
        >>> beside("results/mine", "chunks").name
        '.mine.chunks'
    """
    try:
        target = Path(path).resolve()
        return target.with_name(f".{target.name}.{ending}")
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "it has no name"
        raise OutputError(f"The output folder {path} cannot be written: {said}.") from None


def _refuse_existing(target: Path, files: Collection[str], *, force: bool) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"The output folder {target} cannot be written: there is a file of that name.")
    present = list(target.iterdir())
    foreign = sorted(entry.name for entry in present if entry.name not in files or not entry.is_file())
    if foreign:
        raise OutputError(f"The output folder {target} is not replaced: it holds other things, such as {foreign[0]}.")
    if present and not force:
        raise OutputError(f"The output folder {target} already holds a result; give --force to replace it.")


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A hidden folder beside the target that goes with its process: at the end, or when the next run finds it."""
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with held(partial):
            yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def clear_abandoned(path: str | Path) -> None:
    """Removes hidden folders beside a result that no living process holds; an old result in one comes back.

    Examples:
        >>> import os, pathlib, tempfile
        >>> from nvprotocol.runs.folder import clear_abandoned
        >>> left = pathlib.Path(tempfile.mkdtemp(), ".mine-0a1b2c3d")
        >>> left.mkdir()
        >>> os.utime(left, (0, 0))
        >>> clear_abandoned(left.with_name("mine"))
        >>> left.exists()
        False
    """
    target = as_path(path, "path", of="a folder").resolve()
    for folder in target.parent.glob(f".{glob.escape(target.name)}-????????"):
        with suppress(OSError), held_if_abandoned(folder) as abandoned:  # or gone meanwhile
            if not abandoned:
                continue
            if (folder / "old").is_dir() and not target.exists():
                (folder / "old").rename(target)
            shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(
    partial: Path, target: Path, files: Collection[str], *, force: bool, same: Callable[[Path], bool] | None
) -> None:
    """Gives the new folder its name; what another process does in the same moment is seen at the next attempt."""
    for left in reversed(range(_ATTEMPTS)):
        try:
            _refuse_existing(target, files, force=force)
        except OutputError:  # which it did not say at the beginning
            if same is not None and same(target):
                return
            _put_beside(partial, target)
        try:
            _replace(partial, target, force=force)
        except OSError as error:  # taken, or gone, since it was looked at
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOENT) or not left:
                raise
        else:
            return


def _replace(partial: Path, target: Path, *, force: bool) -> None:
    """Renames the new folder to its name; an old one is exchanged for it, or steps aside as long as that takes."""
    if not force:
        with suppress(OSError):
            target.rmdir()  # if it is there and empty; else the renaming fails
    if not force or not target.exists():
        partial.rename(target)
    elif not _exchanged(partial, target):
        with _unfinished(target) as aside:
            old = aside / "old"
            target.rename(old)
            try:
                partial.rename(target)
            except BaseException:  # an interrupt too: either the new result is in place or the old one
                old.rename(target)
                raise


def _put_beside(partial: Path, target: Path) -> None:
    """Gives a result whose name has been taken meanwhile another one, and says so."""
    number = 2
    while (other := target.with_name(f"{target.name}-{number}")).exists():
        number += 1
    partial.rename(other)
    raise OutputError(f"The output folder {target} has been filled by somebody else meanwhile; this result is {other}.")


def _exchanged(first: Path, second: Path) -> bool:
    """Exchanges two folders in one step, where the system can: a process that is killed leaves either."""
    try:
        exchange = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):  # not Linux, or an old C library
        return False
    names = os.fsencode(first), os.fsencode(second)
    return exchange(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0
