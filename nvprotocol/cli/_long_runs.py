"""What commands share that may run for long: they go on where they were interrupted, and know what is done."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nvprotocol.runs import Progress


@dataclass(frozen=True)
class LongRun:
    """A run of a file that leaves a folder.

    Attributes:
        target: The folder.
        files: Names of the files that its result consists of, data.nc and table.txt among them.
        source: Name of the copy of the file among them.
        text: What that copy says.
        key: Names what decides on the numbers; data.nc bears it.
    """

    target: Path
    files: tuple[str, ...]
    source: str
    text: str
    key: str

    def is_in(self, folder: Path) -> bool:
        """Whether a folder holds the whole result of this run by this version."""
        from nvprotocol._file_contents import read_netcdf
        from nvprotocol.errors import FileError

        try:
            if not all((folder / name).is_file() for name in self.files):
                return False
            same = (folder / self.source).read_bytes() == self.text.encode()
            return same and read_netcdf(folder / "data.nc").attrs.get("key") == self.key
        except (FileError, OSError):
            return False

    def show_again(self, what: str) -> None:
        """Prints the table of a result that is there."""
        click.echo((self.target / "table.txt").read_text(encoding="utf-8"), nl=False)
        click.echo(f"Nothing was left to do: {what} are in {self.target}.")

    @contextmanager
    def making(self, *, force: bool) -> Iterator[tuple[Path, Path]]:
        """Gives a folder for the result, and one for the chunks, which goes when all is done and else is gone on with.

        Args:
            force: Whether an existing result may be replaced, and chunks that are there are removed.
        """
        from nvprotocol.errors import StoreError
        from nvprotocol.runs import ChunkStore, result_folder
        from nvprotocol.runs.folder import beside

        chunks = beside(self.target, "chunks")
        try:
            with result_folder(self.target, files=self.files, force=force, same=self.is_in) as folder:
                if force:
                    ChunkStore.discard(chunks)
                yield folder, chunks
        except StoreError as error:
            if not ChunkStore.is_at(chunks):  # then it is somebody's own folder, which stays
                raise
            raise StoreError(error.folder, f"{error.why}; give --force to begin anew") from None
        ChunkStore.discard(chunks)


class KeptPoints:
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

    def __enter__(self) -> "KeptPoints":
        return self

    def __exit__(self, _: object, told: BaseException | None, __: object) -> None:
        if not isinstance(told, KeyboardInterrupt | SystemExit) or self._last is None or not self._last.done:
            return
        of = f"{self._last.done} of {self._last.total} points are kept"
        click.echo(f"nvprotocol: interrupted; {of}, and the same command goes on from there.", err=True)
        sys.exit(told.code if isinstance(told, SystemExit) else 130)
