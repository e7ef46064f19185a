"""Figures and their data as files."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nvprotocol._checks import fail, instance, one_of, show, text, texts, truth
from nvprotocol._checks import path as as_path
from nvprotocol._file_contents import netcdf, picture
from nvprotocol._file_format import FORMAT_VERSIONS, VERSION_KEY
from nvprotocol._writing import check_folder, write_files
from nvprotocol.errors import OutputError
from nvprotocol.paper.figures.catalogue import NAMES, load
from nvprotocol.paper.figures.figure import PaperFigure

if TYPE_CHECKING:
    from xarray import Dataset

__all__ = ["FORMATS", "INDEX", "index_page", "refuse_existing", "save"]

FORMATS = ("pdf", "png", "nc", "csv")
"""What a figure can be written as: vector graphics, pixels, and its data."""
INDEX = "README.md"
"""The page with all figures."""


def refuse_existing(names: Sequence[str], folder: Path, *, force: bool = False) -> None:
    """Stops before any work where figures must not or cannot be written.

    Args:
        names: Names of figures.
        folder: Where they are to be written.
        force: Whether files of these names may be replaced.

    Raises:
        OutputError: If the folder is a file, or holds one of these figures and may not be written over.

    Examples:
        >>> import pathlib
        >>> from nvprotocol.paper.figures import refuse_existing
        >>> refuse_existing(["fig2"], pathlib.Path("a-folder-that-is-not-there"))
    """
    names, folder, force = texts(names, "names"), as_path(folder, "folder"), truth(force, "force")
    for name in names:
        if not re.fullmatch(r"[\w.-]+", name):
            fail("names", "be names of figures", f"contain {show(name)}")
    check_folder(folder)
    present = [path.name for name in names for path in sorted(folder.glob(f"{name}.*"))]
    if present and not force:
        raise OutputError(f"The output folder {folder} already holds {present[0]}; give --force to replace it.")


def save(
    name: str, figure: PaperFigure, data: "Dataset", folder: str | Path, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Draws a figure and writes it and its data: `NAME.pdf`, `NAME.png`, `NAME.nc`, `NAME.DIMENSIONS.csv`.

    A CSV file holds the variables that share their dimensions. Files of the same name are replaced, each as a whole.

    Args:
        name: Name of the figure.
        figure: The figure.
        data: What its `compute` has given.
        folder: Where to write; made if it is not there.
        formats: Which of `FORMATS` to write.

    Returns:
        The files.

    Raises:
        ArgumentError: If a format is another.
        OutputError: If the folder cannot be written.

    Examples:
        >>> import tempfile
        >>> from nvprotocol.paper.figures import load, save
        >>> figure = load("fig2")
        >>> written = save("fig2", figure, figure.compute(shots=100), tempfile.mkdtemp())
        >>> sorted({path.suffix for path in written})
        ['.csv', '.nc', '.pdf', '.png']
    """
    from xarray import Dataset

    formats = [one_of(one, "formats", FORMATS) for one in texts(formats, "formats")]
    one_of(name, "name", NAMES)
    instance(figure, "figure", PaperFigure)
    instance(data, "data", Dataset)
    target = as_path(folder, "folder")
    made = {target / each: content for each, content in _contents(name, figure, data, formats).items()}
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The output folder {target} cannot be written: {error.strerror or error}.") from error
    write_files(made)
    return list(made)


def index_page(agreed: Mapping[str, str]) -> str:
    r"""A page (Markdown) that shows figures of the folder it lies in, with their captions.

    Args:
        agreed: Name of a figure → how well its emulated points agree.

    Examples:
        >>> from nvprotocol.paper.figures import index_page
        >>> print(index_page({"fig2": "χ²/dof = 660/650"}).splitlines()[4])
        ## fig2: Entanglement of an unmonitored pair
    """
    made = "Made by `nvprotocol figures`; without `--format`, vector graphics and data come with them."
    if not isinstance(agreed, Mapping):
        fail("agreed", "be a mapping of names to words", f"is {show(agreed)}")
    parts = ["# Figures", made]
    for name, words in agreed.items():
        figure, words = load(name), text(words, f"agreed[{show(name)}]")
        parts += [f"## {name}: {figure.title}", f"![{figure.title}]({name}.png)", figure.caption]
        parts += [] if words == "nothing emulated" else [f"*Emulation against exact: {words}.*"]
    return "\n\n".join(parts) + "\n"


def _contents(name: str, figure: PaperFigure, data: "Dataset", formats: Sequence[str]) -> dict[str, str | bytes]:
    """Name → what is in the file."""
    made: dict[str, str | bytes] = {}
    if {"pdf", "png"} & set(formats):
        drawn = figure.draw(data)
        if "pdf" in formats:
            made[f"{name}.pdf"] = picture(drawn, "pdf", {"CreationDate": None})  # the same file every time
        if "png" in formats:
            made[f"{name}.png"] = picture(drawn, "png", {"Software": None})
    if "nc" in formats:
        made[f"{name}.nc"] = netcdf(data.assign_attrs({VERSION_KEY: FORMAT_VERSIONS["figure data"]}))
    return made | (_tables(name, data) if "csv" in formats else {})


def _tables(name: str, data: "Dataset") -> dict[str, str]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for variable in map(str, data.data_vars):
        groups.setdefault(tuple(map(str, data[variable].dims)), []).append(variable)
    return {
        f"{name}.{'-'.join(dimensions)}.csv": data[variables]
        .to_dataframe(dim_order=list(dimensions))
        .to_csv(float_format="%.10g")
        for dimensions, variables in groups.items()
    }
