"""Standard output and errors of a command: no result is lost for a line that cannot be printed."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO


class Stream(io.TextIOBase):
    """A standard stream that prints what its encoding lacks as "?", and keeps its first failure for the end.

    The work goes on where the disk is full or the reader gone, and its result is written; what failed is said then.

    Attributes:
        failure: Why it cannot be written, "" as long as it can.
    """

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream
        self.failure = "" if stream is not None else "it is closed"

    @property
    def encoding(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]  # as text streams have it
        """That of the stream itself."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str, /) -> int:
        """Prints a text, if that is still possible."""
        if self._stream is not None and not self.failure:
            with self._failing():
                self._stream.write(text.encode(self.encoding, errors="replace").decode(self.encoding))
        return len(text)

    def flush(self) -> None:
        """Prints what is left, if that is still possible."""
        if self._stream is not None and not self.failure:
            with self._failing():
                self._stream.flush()

    def isatty(self) -> bool:
        """Whether a person reads along."""
        return self._stream is not None and not self._stream.closed and self._stream.isatty()

    def fileno(self) -> int:
        """That of the stream itself."""
        if self._stream is None:
            raise OSError("the stream is closed")
        return self._stream.fileno()

    def writable(self) -> bool:
        """Always: what cannot be printed is passed over."""
        return True

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # the second where it has been closed meanwhile
            self.failure = (error.strerror if isinstance(error, OSError) else None) or str(error)
            self._give_up()

    def _give_up(self) -> None:
        """Sends what is still in its buffer nowhere: Python would complain of it when it ends."""
        with suppress(OSError, ValueError):
            number = self.fileno()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, number)
            os.close(nowhere)


@contextmanager
def standard_streams() -> Iterator[Stream]:
    """Puts such streams in the places of `sys.stdout` and `sys.stderr`; gives that of stdout."""
    out, err = sys.stdout, sys.stderr
    reserve_descriptors()
    sys.stdout, sys.stderr = stream, _ = Stream(out), Stream(err)
    try:
        yield stream
        stream.flush()
    finally:
        sys.stdout, sys.stderr = out, err


def reserve_descriptors() -> None:
    """Takes the numbers of standard streams that are closed: the next file would get them, and what is printed."""
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(number)
