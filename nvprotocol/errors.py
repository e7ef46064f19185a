"""Error types, and one warning. Every error follows one grammar: "Argument `x` must …, but …"."""

from typing import Self


def _in_one_line(text: str) -> str:
    """A message as it is shown: names of files, and what is in them, may hold what would break its line."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


class NVProtocolError(Exception):
    """Base class of every error that this package raises on purpose; its message is one line."""

    def __str__(self) -> str:
        return _in_one_line(super().__str__())


class _RefusedArgumentError(NVProtocolError, ValueError):
    """An argument is refused.

    Attributes:
        argument: Its name; of an entry of a mapping `name["key"]`.
        must: What it must be.
        but: What it is instead.
    """

    def __init__(self, argument: str, must: str, but: str) -> None:
        super().__init__(argument, must, but)
        self.argument, self.must, self.but = argument, must, but

    @property
    def path(self) -> tuple[str, ...]:
        """The name of the argument and, of an entry of a mapping, its key."""
        name, _, key = self.argument.partition('["')
        return (name, key.removesuffix('"]')) if key else (name,)

    def about(self, argument: str) -> Self:
        """The same about an argument of another name."""
        return type(self)(argument, self.must, self.but)

    def sentence(self, subject: str) -> str:
        """The message about what the argument is to a reader, such as a key of a file."""
        return f"{subject} must {self.must}, but {self.but}{'' if self.but.endswith(('.', '?')) else '.'}"

    def __str__(self) -> str:
        return _in_one_line(self.sentence(f"Argument `{self.argument}`"))


class ArgumentError(_RefusedArgumentError):
    """An argument has the wrong value, shape or type.

    Attributes:
        argument: Its name; of an entry of a mapping `name["key"]`.
        must: What it must be.
        but: What it is instead.
    """


class SelectionError(ArgumentError, IndexError):
    """An index selects nothing; with the fields of `ArgumentError`, and an `IndexError`, which ends an iteration."""


class TooLargeError(ArgumentError, MemoryError):
    """An argument asks for more memory than a computation may take; with the fields of `ArgumentError`.

    The limit is that of `nvprotocol.resources`.
    """


class UnsupportedCircuitError(_RefusedArgumentError):
    """A circuit contains something that the chosen engine cannot follow exactly; with the fields of `ArgumentError`."""


class NotUniqueError(NVProtocolError, ValueError):
    """The question has more than one answer, such as the steady state of a generator with a dark state."""


class NoKeptShotsError(NVProtocolError, RuntimeError):
    """Postselection has discarded every shot, so there is nothing to estimate from."""


class PrecisionError(NVProtocolError, ArithmeticError):
    """The answer hangs on digits that the numbers given do not have."""


class FitError(NVProtocolError, RuntimeError):
    """A fit of a state to counts has not reached its tolerance."""


class FileError(NVProtocolError, ValueError):
    """A file is malformed; the message names the file, the line and the key."""


class ExperimentFileError(FileError):
    """An experiment file is malformed."""


class DeviceFileError(FileError):
    """A device file is malformed."""


class DesignFileError(FileError):
    """A design file is malformed."""


class OutputError(NVProtocolError, OSError):
    """A result cannot be written where it was asked for."""


class StoreError(NVProtocolError, ValueError):
    """A store of chunks is not of the work that it is given to.

    Attributes:
        folder: Its folder.
        why: What it holds instead, or what differs.
    """

    def __init__(self, folder: str, why: str) -> None:
        super().__init__(folder, why)
        self.folder, self.why = folder, why

    def __str__(self) -> str:
        return _in_one_line(f"The store {self.folder} is not used: {self.why}.")


class ExecutorError(NVProtocolError, RuntimeError):
    """An executor has lost its workers before the work was done."""


class ValidityWarning(UserWarning):
    """A number was worked out where the theory behind it no longer holds well; the message says by how much."""


class MissingExtraError(NVProtocolError, ImportError):
    """Something needs a package that is not installed; the message says what to install."""
