"""What commands share that may run for long: they go on where they were interrupted, and know what is done."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nvprotocol.runs import Progress


def is_done(folder: Path, files: tuple[str, ...], source: str, text: str, key: str) -> bool:
    """Whether a folder holds the whole result of a file by this version: the file's text, and data of that key.

    Args:
        folder: The folder.
        files: What a result consists of.
        source: Name of the copy of the file in it.
        text: What that copy should say.
        key: Names what decides on the numbers.
    """
    from nvprotocol._file_contents import read_netcdf
    from nvprotocol.errors import FileError

    try:
        if not all((folder / name).is_file() for name in files) or (folder / source).read_bytes() != text.encode():
            return False
        return read_netcdf(folder / "data.nc").attrs.get("key") == key
    except (FileError, OSError):
        return False


def show_again(folder: Path, what: str) -> None:
    """Prints the table of a result that is there."""
    click.echo((folder / "table.txt").read_text(encoding="utf-8"), nl=False)
    click.echo(f"Nothing was left to do: {what} are in {folder}.")


@contextmanager
def chunks_beside(target: Path) -> Iterator[Path]:
    """Gives the folder for the chunks of a run, which goes when all is done and else is gone on with."""
    from nvprotocol.errors import StoreError
    from nvprotocol.runs import ChunkStore
    from nvprotocol.runs.folder import beside

    folder = beside(target, "chunks")
    try:
        yield folder
    except StoreError as error:
        raise StoreError(f"{str(error).removesuffix('.')}; give --force to begin anew.") from None
    ChunkStore.discard(folder)


class Watched:
    """Hears of the progress of a run, hands it on, and says at an interruption what is kept.

    Args:
        show: Shows the progress; None for nobody.
    """

    def __init__(self, show: "Callable[[Progress], object] | None") -> None:
        self._show, self._last = show, None

    def __call__(self, progress: "Progress") -> None:
        self._last = progress
        if self._show is not None:
            self._show(progress)

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, _: object, told: BaseException | None, __: object) -> None:
        if not isinstance(told, KeyboardInterrupt | SystemExit) or self._last is None or not self._last.done:
            return
        of = f"{self._last.done} of {self._last.total} points are kept"
        click.echo(f"nvprotocol: interrupted; {of}, and the same command goes on from there.", err=True)
        sys.exit(told.code if isinstance(told, SystemExit) else 130)
