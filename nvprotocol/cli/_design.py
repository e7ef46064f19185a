"""The geometry of qubits near a magnet."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvprotocol.cli._long_runs import LongRun
from nvprotocol.cli._progress import points_bar
from nvprotocol.cli._workers import Workers, executor_of

if TYPE_CHECKING:
    from nvprotocol.design.file import DesignTask
    from nvprotocol.design.optimum import Optimum
    from nvprotocol.design.rate_map import Survey

_FILES = ("map.pdf", "map.png", "data.nc", "table.txt", "device.toml", "design.toml")
"""What the result folder of a design holds."""


def run_design(file: Path, output: Path | None, workers: Workers, *, force: bool, quiet: bool) -> None:
    """Optimises the geometry, prints it, and writes map, data and a device file to a folder."""
    from rich.console import Console

    from nvprotocol._toml import versioned
    from nvprotocol.design.file import load

    task = load(file)
    target = Path("results", file.stem) if output is None else output
    made = LongRun(target, _FILES, "design.toml", versioned(task.source.text, "design"), task.key)
    if not force and made.is_in(target):
        made.show_again("map, data and device.toml")
        return
    with (
        made.making(force=force) as (folder, store, kept),
        executor_of(workers, ["nvprotocol.design.survey_chunks"]) as executor,
    ):
        console = Console(stderr=True)
        if quiet or not console.is_terminal:
            best = task.optimum()
        else:
            with console.status("looking for the optimum"):
                best = task.optimum()
        with points_bar(quiet=quiet) as show:
            found = task.survey(best, executor, store, kept.showing(show))
        said = _write(task, made, best, found, folder)
    click.echo(f"{said}Map, data and device.toml are in {target}.")


def _write(task: "DesignTask", made: LongRun, best: "Optimum", found: "Survey", folder: Path) -> str:
    """Writes the result and returns its table."""
    from nvprotocol import plotting
    from nvprotocol._file_contents import netcdf, picture
    from nvprotocol._text_table import aligned
    from nvprotocol._writing import write_files

    figure = plotting.design_figure(found)
    provenance = best.medium.provenance
    serious = [] if provenance is None else [note.text for note in provenance.notes if note.serious]
    title = task.content.title or "Optimal geometry of the pair"
    warnings = aligned([("warning", one) for one in serious], least=10)
    text = "\n".join([title, *warnings, str(best), *aligned([("map", str(found))], least=10)]) + "\n"
    contents = {
        "map.pdf": picture(figure, "pdf"),
        "map.png": picture(figure, "png"),
        "data.nc": netcdf(found.dataset().assign_attrs(key=made.key)),
        "device.toml": task.device_file(best),
        "design.toml": made.text,
        "table.txt": text,
    }
    write_files({folder / name: content for name, content in contents.items()})
    return text
