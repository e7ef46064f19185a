"""What commands share that may run for long: they go on where they were interrupted, and know what is done."""

import glob
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
        """Prints the table of a result that is there, and clears away what a killed run has left beside it."""
        from nvprotocol.runs import ChunkStore
        from nvprotocol.runs.folder import clear_abandoned

        clear_abandoned(self.target)
        ChunkStore.discard(self._chunks(force=True))
        if self._is_older_than_data(self._chunks(force=False)):
            ChunkStore.discard(self._chunks(force=False))
        click.echo((self.target / "table.txt").read_text(encoding="utf-8"), nl=False)
        click.echo(f"Nothing was left to do: {what} are in {self.target}.")

    @contextmanager
    def making(self, *, force: bool) -> Iterator[tuple[Path, Path, "KeptPoints"]]:
        """Gives a folder for the result, one for the chunks, which goes when all is done, and what counts the points.

        A run that is interrupted is gone on with by the same command, also one that replaces a result: with `force`
        only the chunks of a run that had it, too, and of the same work, are used.

        Args:
            force: Whether an existing result may be replaced, and other chunks that are there are removed.
        """
        from nvprotocol.cli._signals import Interrupted, interruption
        from nvprotocol.errors import StoreError
        from nvprotocol.runs import ChunkStore, result_folder

        chunks, kept = self._chunks(force=force), KeptPoints()
        try:
            with result_folder(self.target, files=self.files, force=force, same=self.is_in) as folder:
                if force:
                    self._discard_others(chunks)
                yield folder, chunks, kept
        except BaseException as error:
            told = interruption(error)
            if told is not None:
                raise Interrupted(told.exit_code, str(kept) if ChunkStore.is_at(chunks) else "") from None
            # without a store of chunks it is somebody's own folder, which stays
            if not isinstance(error, StoreError) or not ChunkStore.is_at(chunks):
                raise
            raise StoreError(error.folder, f"{error.why}; give --force to begin anew") from None
        for one in (True, False):
            ChunkStore.discard(self._chunks(force=one))

    def _chunks(self, *, force: bool) -> Path:
        from nvprotocol.runs.folder import beside

        return beside(self.target, f"{self.key[:8]}.chunks" if force else "chunks")

    def _discard_others(self, chunks: Path) -> None:
        """Removes the chunks of other runs to this folder."""
        from nvprotocol.runs import ChunkStore

        ChunkStore.discard(self._chunks(force=False))
        name = glob.escape(self.target.resolve().name)
        for other in chunks.parent.glob(f".{name}.{'[0-9a-f]' * 8}.chunks"):
            if other != chunks:
                ChunkStore.discard(other)

    def _is_older_than_data(self, chunks: Path) -> bool:
        """Whether a folder of chunks is what was left when this result was done: with one there, none is begun."""
        try:
            return chunks.stat().st_mtime <= (self.target / "data.nc").stat().st_mtime
        except OSError:
            return False


class KeptPoints:
    """Hears of the progress of a run, hands it on, and knows at an interruption what is kept."""

    def __init__(self) -> None:
        self._last: Progress | None = None

    def __str__(self) -> str:
        if self._last is None:
            return "all that was kept before still is, and the same command goes on from there"
        return f"{self._last.done} of {self._last.total} points are kept, and the same command goes on from there"

    def showing(self, show: "Callable[[Progress], object] | None") -> "Callable[[Progress], object]":
        """What is to be told of the progress, and tells it on; None for nobody."""

        def tell(progress: "Progress") -> None:
            self._last = progress
            if show is not None:
                show(progress)

        return tell
