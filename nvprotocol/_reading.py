"""Texts of files that people write, and what of them goes into messages."""

from pathlib import Path

from nvprotocol.errors import FileError


def read_text(path: Path, *, most: int, error: type[FileError] = FileError, encoding: str = "utf-8") -> str:
    """The text of a file.

    Args:
        path: The file.
        most: Size in bytes of the largest one that is read.
        error: The kind of error that is raised.
        encoding: "utf-8", or "utf-8-sig" where a byte order mark is passed over.

    Raises:
        FileError: Of the kind given, if there is no such file, it is no text, or it is larger.

    Examples:
        >>> from pathlib import Path
        >>> from nvprotocol._reading import read_text
        >>> read_text(Path("nowhere.csv"), most=1000)
        Traceback (most recent call last):
            ...
        nvprotocol.errors.FileError: nowhere.csv: there is no such file.
    """
    name = printable(str(path))
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)  # what is no file at all, such as a device, has no size and no end
        text = data.decode(encoding) if len(data) <= most else ""
    except FileNotFoundError:
        raise error(f"{name}: there is no such file.") from None
    except (OSError, ValueError) as reason:
        raise error(f"{name}: cannot be read as text ({printable(str(reason))}).") from None
    if len(data) > most:
        raise error(f"{name}: the file must have at most {most} bytes, but has more.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_file(path: str | Path) -> bool:
    """Whether there is a file of that name; a name that no file can have is that of none.

    Examples:
        >>> from nvprotocol._reading import is_file
        >>> is_file("n" * 1000)
        False
    """
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def printable(text: str) -> str:
    r"""A text as it stands in a message of one line: what would break the line, or steer the terminal, is escaped.

    Examples:
        >>> from nvprotocol._reading import printable
        >>> print(printable("a\nb \x1b[2J σ"))
        a\nb \x1b[2J σ
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
