"""Data sets as NetCDF, with a digest behind the end of the file, where readers of NetCDF do not look."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from nvprotocol._sealed import is_whole, sealed
from nvprotocol.errors import FileError, OutputError

if TYPE_CHECKING:
    from xarray import Dataset


def write_netcdf(dataset: "Dataset", path: str | Path) -> None:
    """Writes a data set.

    Raises:
        OutputError: If the file cannot be written.
    """
    try:
        dataset.to_netcdf(path, engine="h5netcdf")
        Path(path).write_bytes(sealed(Path(path).read_bytes()))
    except OSError as error:
        raise OutputError(f"The file {path} cannot be written: {error.strerror or error}.") from error


def read_netcdf(path: str | Path) -> "Dataset":
    """Reads a data set that `write_netcdf` has written.

    Raises:
        FileError: If there is no such file, or it has changed since it was written.
    """
    from xarray import load_dataset

    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror or error}).") from None
    if not is_whole(raw):
        raise FileError(f"{path}: has changed since it was written, or was written by another program.")
    return load_dataset(io.BytesIO(raw), engine="h5netcdf")
