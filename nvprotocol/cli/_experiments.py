"""Running an experiment file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvprotocol.cli._progress import progress_bar

if TYPE_CHECKING:
    from nvprotocol.experiment import ExperimentResult


def run_experiment(file: Path, output: Path | None, *, force: bool, quiet: bool) -> None:
    """Runs an experiment file and leaves its result in a folder."""
    from nvprotocol import experiment

    loaded = experiment.load(file)
    target = Path("results", loaded.name) if output is None else output
    with experiment.result_folder(target, force=force) as folder:
        with progress_bar("points", loaded.n_curves * loaded.scan.values.size, quiet=quiet) as advance:
            result = experiment.run(loaded, lambda done: advance(done, "points"))
        _write(result, folder)
    _print(result, target)


def _write(result: "ExperimentResult", folder: Path) -> None:
    from nvprotocol import experiment, plotting
    from nvprotocol.experiment.portable import portable_text

    figure = plotting.experiment_figure(result)
    figure.savefig(folder / "figure.pdf")
    figure.savefig(folder / "figure.png")
    experiment.to_dataset(result).to_netcdf(folder / "data.nc", engine="h5netcdf")
    (folder / "table.txt").write_text(experiment.report_text(result), encoding="utf-8")
    (folder / "experiment.toml").write_text(portable_text(result.experiment), encoding="utf-8")


def _print(result: "ExperimentResult", target: Path) -> None:
    from rich.console import Console

    from nvprotocol import experiment

    experiment.print_report(result, Console(width=None if sys.stdout.isatty() else 120))
    click.echo(f"Figure, data and table are in {target}.")
