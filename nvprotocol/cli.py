"""The command line. Help and errors must come at once, so everything heavy is imported where it is used."""

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nvprotocol.experiment import Experiment, ExperimentResult

__all__ = ["main"]

_ERROR_CODE = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@click.version_option(package_name="nvprotocol")
def _nvprotocol() -> None:
    """Spin qubits entangled through the magnet that they share, emulated on Qiskit."""


@_nvprotocol.command(name="run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the result [results/NAME-OF-FILE].")
@click.option("-f", "--force", is_flag=True, help="Replace an existing result.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def _run(file: Path, output: Path | None, force: bool, quiet: bool) -> None:
    """Runs the experiment that FILE describes.

    Prints a table of emulated against exact values and how well they agree, and leaves figure, data, table and the
    experiment file in a folder.
    """
    from nvprotocol import experiment

    loaded = experiment.load(file)
    target = Path("results", loaded.name) if output is None else output
    with experiment.result_folder(target, force=force) as folder:
        result = _with_progress(loaded, quiet=quiet)
        _write(result, folder)
    _print(result, target)


def _with_progress(loaded: "Experiment", *, quiet: bool) -> "ExperimentResult":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from nvprotocol import experiment

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    hidden = quiet or not console.is_terminal  # a log or a pipe would get an empty line
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("points", total=loaded.n_curves * loaded.scan.values.size)
        return experiment.run(loaded, lambda done: progress.advance(task, done))


def _write(result: "ExperimentResult", folder: Path) -> None:
    from nvprotocol import experiment, plotting

    figure = plotting.experiment_figure(result)
    figure.savefig(folder / "figure.pdf")
    figure.savefig(folder / "figure.png")
    experiment.to_dataset(result).to_netcdf(folder / "data.nc", engine="h5netcdf")
    (folder / "table.txt").write_text(experiment.report_text(result), encoding="utf-8")
    (folder / "experiment.toml").write_text(result.experiment.text, encoding="utf-8")


def _print(result: "ExperimentResult", target: Path) -> None:
    from rich.console import Console

    from nvprotocol import experiment

    experiment.print_report(result, Console(width=None if sys.stdout.isatty() else 120))
    click.echo(f"Figure, data and table are in {target}.")


def main(arguments: list[str] | None = None) -> None:
    """The command `nvprotocol`: an error is one line on stderr and exit code 2.

    Args:
        arguments: The command line without the program's name, that of the process by default.

    Raises:
        SystemExit: Always, with the exit code.

    Examples:
        >>> from nvprotocol.cli import main
        >>> main(["--version"])
        Traceback (most recent call last):
            ...
        SystemExit: 0
    """
    from nvprotocol.errors import NVProtocolError

    if threading.current_thread() is threading.main_thread():  # a folder in the making goes when the process is ended
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        code = _nvprotocol.main(arguments, prog_name="nvprotocol", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("nvprotocol: interrupted; nothing has been written.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        click.echo(f"nvprotocol: {error.format_message()}", err=True)
        sys.exit(_ERROR_CODE)
    except NVProtocolError as error:
        click.echo(f"nvprotocol: {error}", err=True)
        sys.exit(_ERROR_CODE)
    sys.exit(code or 0)
