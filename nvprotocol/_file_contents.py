"""Figures and data sets as the bytes of their files, made in memory: on a full disk the libraries would leave parts."""

from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

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
    """A data set as NetCDF.

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
    return buffer.getvalue()
