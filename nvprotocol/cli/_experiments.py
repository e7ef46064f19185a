"""Running an experiment file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvprotocol.cli._progress import points_bar
from nvprotocol.cli._workers import Workers, executor_of

if TYPE_CHECKING:
    from nvprotocol.experiment import Experiment, ExperimentResult
    from nvprotocol.runs import ChunkStore, Work

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
    from nvprotocol.experiment.chunks import key_of, plan_of, work_of
    from nvprotocol.runs import result_folder

    loaded = experiment.load(file)
    target = Path("results", loaded.name) if output is None else output
    key = key_of(loaded)
    if not force and _is_of(target, loaded, key):
        click.echo((target / "table.txt").read_text(encoding="utf-8"), nl=False)
        click.echo(f"Nothing was left to do: figure, data and table are in {target}.")
        return

    def same(there: Path) -> bool:
        return _is_of(there, loaded, key)

    with result_folder(target, files=FILES, force=force, same=same) as folder:
        store = _opened(target, work_of(loaded, plan_of(loaded)), force=force)
        with (
            _saying_what_is_kept(store),
            executor_of(workers, _PRELOAD) as executor,
            points_bar(quiet=quiet) as progress,
        ):
            result = experiment.run(loaded, executor, store, progress=progress)
            _write(result, folder)
    store.remove()
    _print(result, target)


def _is_of(folder: Path, loaded: "Experiment", key: str) -> bool:
    """Whether a folder holds the result of an experiment by this version, whole."""
    from nvprotocol import experiment
    from nvprotocol.errors import FileError
    from nvprotocol.experiment.portable import portable_text

    if not all((folder / name).is_file() for name in FILES):
        return False
    if (folder / "experiment.toml").read_bytes() != portable_text(loaded).encode():
        return False
    try:
        return experiment.read_dataset(folder / "data.nc").attrs["key"] == key
    except FileError:
        return False


@contextmanager
def _saying_what_is_kept(store: "ChunkStore") -> Iterator[None]:
    """Ends an interrupted run with a line about what is kept."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as told:
        kept = store.points
        if not kept:
            raise
        of = f"{kept} of {sum(store.work.sizes)} points are kept"
        click.echo(f"nvprotocol: interrupted; {of}, and the same command goes on from there.", err=True)
        sys.exit(told.code if isinstance(told, SystemExit) else 130)


def _opened(target: Path, work: "Work", *, force: bool) -> "ChunkStore":
    """The chunks of a run that was interrupted, or a place for them."""
    from nvprotocol.errors import StoreError
    from nvprotocol.runs import ChunkStore
    from nvprotocol.runs.folder import beside

    try:
        return ChunkStore(beside(target, "chunks"), work, anew=force)
    except StoreError as error:
        raise StoreError(f"{str(error).removesuffix('.')}; give --force to begin anew.") from None


def _write(result: "ExperimentResult", folder: Path) -> None:
    from nvprotocol import experiment, plotting
    from nvprotocol.experiment.portable import portable_text

    figure = plotting.experiment_figure(result)
    figure.savefig(folder / "figure.pdf")
    figure.set_layout_engine("none")  # where everything is has been worked out, which takes as long as drawing it
    figure.savefig(folder / "figure.png")
    experiment.write_dataset(result, folder / "data.nc")
    (folder / "table.txt").write_text(experiment.report_text(result), encoding="utf-8")
    (folder / "experiment.toml").write_text(portable_text(result.experiment), encoding="utf-8")


def _print(result: "ExperimentResult", target: Path) -> None:
    from rich.console import Console

    from nvprotocol import experiment

    experiment.print_report(result, Console(width=None if sys.stdout.isatty() else 120))
    click.echo(f"Figure, data and table are in {target}.")
