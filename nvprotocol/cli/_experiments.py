"""Running an experiment file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvprotocol.cli._long_runs import LongRun
from nvprotocol.cli._progress import points_bar
from nvprotocol.cli._workers import Workers, executor_of

if TYPE_CHECKING:
    from nvprotocol.experiment import ExperimentResult

FILES = ("figure.pdf", "figure.png", "data.nc", "table.txt", "experiment.toml")
"""What the result folder of an experiment holds."""

_PRELOAD = (
    "qiskit_aer",
    "nvprotocol.compiler.tomography",
    "nvprotocol.engines.aer",
    "nvprotocol.engines.exact",
    "nvprotocol.experiment.chunks",
    "nvprotocol.protocols",
)
"""What a worker needs for the engines that are not pulses."""


def run_experiment(file: Path, output: Path | None, workers: Workers, *, force: bool, quiet: bool) -> None:
    """Runs an experiment file and leaves its result in a folder; goes on where a run of it was interrupted."""
    from nvprotocol import experiment
    from nvprotocol.experiment.chunks import key_of
    from nvprotocol.experiment.portable import portable_text

    loaded = experiment.load(file)
    target = Path("results", loaded.name) if output is None else output
    made = LongRun(target, FILES, "experiment.toml", portable_text(loaded), key_of(loaded))
    if not force and made.is_in(target):
        made.show_again("figure, data and table")
        return
    with (
        made.making(force=force) as (folder, store, kept),
        executor_of(workers, _PRELOAD) as executor,
        points_bar(quiet=quiet) as show,
    ):
        result = experiment.run(loaded, executor, store, progress=kept.showing(show))
        _write(result, folder)
    _print(result, target)


def _write(result: "ExperimentResult", folder: Path) -> None:
    from nvprotocol import experiment, plotting
    from nvprotocol._file_contents import netcdf, picture
    from nvprotocol._writing import write_files
    from nvprotocol.experiment.portable import portable_text

    figure = plotting.experiment_figure(result)
    printed = picture(figure, "pdf")
    figure.set_layout_engine("none")  # where everything is has been worked out, which takes as long as drawing it
    contents = {
        "figure.pdf": printed,
        "figure.png": picture(figure, "png"),
        "data.nc": netcdf(experiment.to_dataset(result)),
        "table.txt": experiment.report_text(result),
        "experiment.toml": portable_text(result.experiment),
    }
    write_files({folder / name: content for name, content in contents.items()})


def _print(result: "ExperimentResult", target: Path) -> None:
    from rich.console import Console

    from nvprotocol import experiment

    experiment.print_report(result, Console(width=None if sys.stdout.isatty() else 120))
    click.echo(f"Figure, data and table are in {target}.")
