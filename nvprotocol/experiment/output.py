"""The folder that holds a result: all of it or nothing."""

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nvprotocol.errors import OutputError

FILES = ("figure.pdf", "figure.png", "data.nc", "table.txt", "experiment.toml")
"""What the result folder of an experiment holds."""


@contextmanager
def result_folder(path: str | Path, *, force: bool = False, files: Collection[str] = FILES) -> Iterator[Path]:
    """Gives a folder to write into, which takes its name only when everything has been written.

    Whether it can be written is known before the work begins.

    Args:
        path: The folder that is to hold the result.
        force: Whether an existing result may be replaced. A folder that holds anything else never is.
        files: Names of the files that such a result consists of.

    Raises:
        OutputError: If the folder exists and may not be replaced, or cannot be written.

    Examples:
        >>> import pathlib, tempfile
        >>> target = pathlib.Path(tempfile.mkdtemp()) / "mine"
        >>> with nv.experiment.result_folder(target) as folder:
        ...     _ = (folder / "table.txt").write_text("C = 0.5")
        >>> (target / "table.txt").read_text()
        'C = 0.5'
    """
    target = Path(path).absolute()
    missing = [folder for folder in target.parents if not folder.exists()]
    partial: Path | None = None
    try:
        _refuse_existing(target, files, force=force)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        yield partial
        partial.chmod(0o755)
        _put_in_place(partial, target)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"The output folder {target} cannot be written: {error.strerror or error}.") from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
        for folder in missing:  # innermost first; one that holds something stays
            with suppress(OSError):
                folder.rmdir()


def _refuse_existing(target: Path, files: Collection[str], *, force: bool) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"The output folder {target} cannot be written: there is a file of that name.")
    present = {entry.name for entry in target.iterdir()}
    foreign = present - set(files)
    if foreign:
        example = sorted(foreign)[0]
        raise OutputError(f"The output folder {target} is not replaced: it holds other things, such as {example}.")
    if present and not force:
        raise OutputError(f"The output folder {target} already holds a result; give --force to replace it.")


def _put_in_place(partial: Path, target: Path) -> None:
    """Renames the new folder to its name; an old one steps aside and comes back if that fails."""
    if not target.exists():
        partial.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    old = aside / "old"
    target.rename(old)
    try:
        partial.rename(target)
    except BaseException:  # an interrupt too: either the new result is in place or the old one
        old.rename(target)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)
