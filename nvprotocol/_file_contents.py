"""Figures and data sets as the bytes of their files, made in memory: on a full disk the libraries would leave parts."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nvprotocol._reading import printable
from nvprotocol._sealed import is_whole, sealed
from nvprotocol.errors import FileError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import Dataset


def picture(figure: "Figure", kind: Literal["pdf", "png"], metadata: dict[str, Any] | None = None) -> bytes:
    """A figure as PDF or PNG.

    Args:
        figure: The figure.
        kind: The format.
        metadata: What the file says of itself, as `savefig` takes it.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> from nvprotocol._file_contents import picture
        >>> picture(Figure(), "png")[1:4]
        b'PNG'
    """
    buffer = BytesIO()
    figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()


def netcdf(data: "Dataset") -> bytes:
    """A data set as NetCDF, with a digest behind its end, where readers of NetCDF do not look.

    Args:
        data: The data set.

    Examples:
        >>> import xarray
        >>> from nvprotocol._file_contents import netcdf
        >>> netcdf(xarray.Dataset({"a": ("x", [1.0, 2.0])}))[1:4]
        b'HDF'
    """
    import h5netcdf
    from xarray.backends import H5NetCDFStore

    buffer = BytesIO()
    store = H5NetCDFStore(h5netcdf.File(buffer, "w"))
    data.dump_to_store(store)
    store.close()
    return sealed(buffer.getvalue())


def read_netcdf(path: str | Path) -> "Dataset":
    """Reads a file with the content that `netcdf` has made.

    Raises:
        FileError: If there is no such file, or it has changed since it was written.
    """
    from xarray import load_dataset

    try:
        raw = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise FileError(f"{printable(str(path))}: cannot be read ({said}).") from None
    if not is_whole(raw):
        raise FileError(f"{printable(str(path))}: has changed since it was written, or was written by another program.")
    return load_dataset(BytesIO(raw), engine="h5netcdf")
