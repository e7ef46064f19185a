"""The geometry of qubits near a magnet."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nvprotocol.design.file import DesignTask

_FILES = ("map.pdf", "map.png", "data.nc", "table.txt", "device.toml", "design.toml")
"""What the result folder of a design holds."""


def run_design(file: Path, output: Path | None, *, force: bool, quiet: bool) -> None:
    """Optimises the geometry, prints it, and writes map, data and a device file to a folder."""
    from rich.console import Console

    from nvprotocol.design.file import load
    from nvprotocol.experiment import result_folder

    task = load(file)
    target = Path("results", file.stem) if output is None else output
    console = Console(stderr=True)
    with result_folder(target, force=force, files=_FILES) as folder:
        if quiet or not console.is_terminal:
            text = _work(task, folder)
        else:
            with console.status("looking at every separation and height"):
                text = _work(task, folder)
    click.echo(f"{text}Map, data and device.toml are in {target}.")


def _work(task: "DesignTask", folder: Path) -> str:
    from nvprotocol import plotting
    from nvprotocol._file_contents import netcdf, picture
    from nvprotocol._text_table import aligned
    from nvprotocol._toml import versioned
    from nvprotocol._writing import write_files

    best = task.optimum()
    found = task.survey(best)
    figure = plotting.design_figure(found)
    provenance = best.medium.provenance
    serious = [] if provenance is None else [note.text for note in provenance.notes if note.serious]
    rows = aligned([*[("warning", one) for one in serious], ("map", str(found))], least=10)
    text = "\n".join([task.content.title or "Optimal geometry of the pair", str(best), *rows]) + "\n"
    contents = {
        "map.pdf": picture(figure, "pdf"),
        "map.png": picture(figure, "png"),
        "data.nc": netcdf(found.dataset()),
        "device.toml": task.device_file(best),
        "design.toml": versioned(task.source.text, "design"),
        "table.txt": text,
    }
    write_files({folder / name: content for name, content in contents.items()})
    return text
