"""What a file in HDF5 holds, before any of it is read: no other files, nothing larger than a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nvprotocol._csv import quoted
from nvprotocol._reading import printable
from nvprotocol.errors import FileError

if TYPE_CHECKING:
    import h5py

MOST_BYTES = 2**28
"""Bytes of the largest variable that is read, as it is in memory."""
_MOST_MEMBERS = 1000


def check_storage(path: Path) -> None:
    """Refuses a file that is not HDF5, holds more than variables, leans on other files, or unfolds to too much.

    A few bytes can declare an array of any size, in a chunk that was never written; external storage and links would
    read whatever file of the machine they name.

    Raises:
        FileError: If it is one of these.

    Examples:
        >>> import pathlib, tempfile
        >>> from nvprotocol.magnets.tabulated.storage import check_storage
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "noise.nc"
        >>> _ = file.write_text("frequency_ghz")
        >>> check_storage(file)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        nvprotocol.errors.FileError: ...noise.nc: the file cannot be read as NetCDF: ...
    """
    import h5py

    with _telling(path), h5py.File(path, "r") as file:
        if len(file) > _MOST_MEMBERS:
            raise FileError(f"{path}: the file must hold at most {_MOST_MEMBERS} variables, but holds {len(file)}.")
        _read_attributes(file)
        for name in map(str, file):
            _check_member(file, name, f"{path}: variable {quoted(name)}")


def _check_member(file: "h5py.File", name: str, place: str) -> None:
    import h5py

    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise FileError(f"{place} must be in the file itself, but is a link to elsewhere.")
    member = file[name]
    if not isinstance(member, h5py.Dataset):
        raise FileError(f"{place} must be an array of numbers, but is a {type(member).__name__.lower()}.")
    if member.external or member.is_virtual:
        raise FileError(f"{place} must be in the file itself, but is stored in another one.")
    if member.shape is None or member.size is None or member.dtype.kind not in "iufcSUOV":
        raise FileError(f"{place} must be an array of numbers, but holds none.")
    size = member.size * max(member.dtype.itemsize, 8)
    if size > MOST_BYTES:
        shape = " × ".join(map(str, member.shape))
        raise FileError(f"{place} must take at most {MOST_BYTES} bytes, but its shape {shape} takes {size}.")
    _read_attributes(member)


def _read_attributes(holder: Any) -> None:
    """Reads every attribute, so that a broken one is found here."""
    for key in holder.attrs:
        holder.attrs[key]


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Says in one line what the HDF5 library finds wrong with a file."""
    try:
        yield
    except FileError:
        raise
    # by the library, for whatever it stumbles over: a wrong signature, a broken heap, a name or a type that is none
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        reason = printable(str(error)).strip("'\"")
        raise FileError(f"{path}: the file cannot be read as NetCDF: {reason}.") from None
