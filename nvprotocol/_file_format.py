"""Versions of the formats of files: each written file bears its own, and a newer one than is known here is refused.

A number rises when a file of the new kind would be misread, or not read, by what reads the old kind; what reads the new
one goes on reading all that came before. Files that people write need no version: theirs is 1, as long as there is no
other. `tests/specimens` holds one file of each kind and version, which stays readable.
"""

from types import MappingProxyType

from nvprotocol._checks import show
from nvprotocol.errors import FileError

VERSION_KEY = "format_version"
FORMAT_VERSIONS = MappingProxyType(
    {
        "experiment": 1,
        "design": 1,
        "device": 1,
        "readout": 1,
        "counts": 1,
        "experiment data": 1,
        "design data": 1,
        "figure data": 1,
    }
)
"""Kind of file → the newest version of its format, which is the one that is written."""

MOST_SEED = 2**63 - 1
"""Largest seed that the attributes of a data set hold."""


def check_version(version: object, kind: str, where: str, error: type[FileError] = FileError) -> None:
    """Refuses a file whose format is newer than what is read here, or whose version is none.

    Args:
        version: What the file says.
        kind: One of `FORMAT_VERSIONS`.
        where: File and line, or key, for the message.
        error: The kind of error that is raised.

    Raises:
        FileError: Of the kind given.

    Examples:
        >>> from nvprotocol._file_format import check_version
        >>> check_version(1, "counts", "mine.csv, line 1")
        >>> check_version(2, "counts", "mine.csv, line 1")
        Traceback (most recent call last):
            ...
        nvprotocol.errors.FileError: mine.csv, line 1: format_version must be at most 1, the newest known, but is 2.
    """
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise error(f"{where}: {VERSION_KEY} must be a whole number of at least 1, but is {show(version)}.")
    newest = FORMAT_VERSIONS[kind]
    if version > newest:
        raise error(f"{where}: {VERSION_KEY} must be at most {newest}, the newest known, but is {version}.")
