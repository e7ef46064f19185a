"""The command line. Help and errors must come at once, so everything heavy is imported where it is used."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from nvprotocol.cli._circuits import Options, run_circuit
from nvprotocol.cli._design import run_design
from nvprotocol.cli._experiments import run_experiment
from nvprotocol.cli._export import export
from nvprotocol.cli._figures import make_figures
from nvprotocol.cli._fit import Asked, run_fit
from nvprotocol.cli._paper import run_claims, run_errata
from nvprotocol.cli._signals import Interrupted, ends_when_told
from nvprotocol.cli._terminal import standard_streams
from nvprotocol.cli._tomography import run_tomography
from nvprotocol.cli._workers import Workers

__all__ = ["main"]

_ERROR_CODE = 2


class _PathType(click.Path):
    """The name of a file or a folder, which every text that mentions it can hold."""

    def __init__(self, *, dir_okay: bool = True) -> None:
        super().__init__(path_type=Path, dir_okay=dir_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuses what is no text."""
        name = os.fspath(value)
        if "\0" in name or any("\ud800" <= one <= "\udfff" for one in name):
            self.fail(f"the name {name!a} is not valid UTF-8.", param, ctx)
        return super().convert(value, param, ctx)


_PATH, _FILE = _PathType(), _PathType(dir_okay=False)


class _Command(click.Command):
    """A command that refuses an option that is there twice, of which the last one would win."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Looks at what is given before anything is made of it."""
        _, _, given = self.make_parser(ctx).parse_args(list(args))
        for one in given:
            if isinstance(one, click.Option) and not (one.multiple or one.is_flag) and given.count(one) > 1:
                raise click.UsageError(f"{one.opts[-1]} must be given once, but is given {given.count(one)} times.")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Refuses to work where there is no working directory, from which the paths of files begin."""
        try:
            Path.cwd()
        except OSError as error:
            raise click.ClickException(f"The working directory cannot be used: {error.strerror}.") from None
        return super().invoke(ctx)


class _Group(click.Group):
    """The commands of the package."""

    command_class = _Command


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@click.version_option(package_name="nvprotocol")
def _nvprotocol() -> None:
    """Spin qubits entangled through the magnet that they share, emulated on Qiskit."""


@_nvprotocol.command(name="run")
@click.argument("file", type=_PATH)
@click.option("-o", "--output", type=_PATH, help="Folder for the result [results/NAME-OF-FILE].")
@click.option("-f", "--force", is_flag=True, help="Replace an existing result.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
@click.option("--workers", metavar="N", type=click.IntRange(min=1), help="Processes of this machine [this one].")
@click.option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster, instead of --workers.")
@click.option("--device", metavar="NAME|FILE", help="QASM: built-in device, device or experiment file [ideal].")
@click.option(
    "--postselect",
    metavar="REG=BITS",
    multiple=True,
    help="QASM: keep these runs; one bit applies to the whole register.",
)
@click.option("--outcomes", metavar="REG=BITS,...", multiple=True, help="QASM: print the probability of outcomes.")
@click.option("--shots", metavar="N", help='QASM: runs, or "none" for no sampling noise [10000].')
@click.option("--seed", metavar="N", type=click.IntRange(min=0), help="QASM: seed of what is random.")
@click.option("--engine", type=click.Choice(["aer", "exact", "pulse"]), help="QASM: pulse is exact with pulses [aer].")
def _run(
    file: Path, output: Path | None, force: bool, quiet: bool, workers: int | None, dask: str | None, **circuit: Any
) -> None:
    """Runs the experiment file or the circuit FILE.

    An experiment file (TOML): prints a table of emulated against exact values and how well they agree, and leaves
    figure, data, table and the experiment file in a folder. However a run is interrupted, the same command goes on from
    there; where all is done, it shows the result again. The result is the same for any number of workers.

    A circuit in OpenQASM 3 (.qasm): prints what tomography says of the NV qubits, or where the circuit measures them at
    its end, what their register reads. NV qubits are the register nv, or the first qubits. Time is delay: while it
    passes, the medium of the device acts.
    """
    given = {name: value for name, value in circuit.items() if value not in (None, ())}
    if file.suffix == ".qasm":
        if output is not None or force:
            raise click.UsageError("A circuit leaves no folder: --output and --force are for experiment files.")
        if workers is not None or dask is not None:
            raise click.UsageError("A circuit is one run: --workers and --dask are for experiment files.")
        defaults = {
            "device": "ideal",
            "postselect": (),
            "outcomes": (),
            "shots": "10000",
            "seed": None,
            "engine": "aer",
        }
        run_circuit(file, Options(**defaults | given))
        return
    if given:
        raise click.UsageError(f"An experiment file says it all itself: --{min(given)} is for circuits (.qasm).")
    run_experiment(file, output, Workers(workers, dask), force=force, quiet=quiet)


@_nvprotocol.command(name="export")
@click.argument("name")
@click.option("-o", "--output", type=_PATH, help="File to write instead of the terminal.")
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="A parameter, such as duration=2us.")
def _export(name: str, output: Path | None, settings: tuple[str, ...]) -> None:
    """Writes the circuit of a protocol as OpenQASM 3.

    NAME is a protocol of the gallery, such as monitored_bell, or an experiment file: [protocol] is the circuit, and
    the comment on top says how to run it with the file's medium and device.
    """
    export(name, output, settings)


@_nvprotocol.command(name="tomography")
@click.argument("file", type=_PATH)
@click.option("--readout", metavar="FILE", type=_PATH, help="Readout errors (TOML) [none].")
@click.option(
    "--ansatz", type=click.Choice(["full", "X"]), default="full", help="X: commutes with the total σᶻ [full]."
)
@click.option("--level", metavar="P", type=float, default=0.95, help="Nominal level of the intervals [0.95].")
@click.option("-o", "--output", type=_PATH, help="Folder for the result [results/NAME-OF-FILE].")
@click.option("-f", "--force", is_flag=True, help="Replace an existing result.")
def _tomography(file: Path, readout: Path | None, ansatz: str, level: float, output: Path | None, force: bool) -> None:
    """Finds the state that the counts in FILE come from.

    FILE is CSV, with columns setting, outcome and count, or setting and one column for each outcome (00, 01, 10, 11);
    or JSON, such as {"ZZ": {"00": 512, "11": 488}}. Settings are Pauli letters; the right-most letter and bit are those
    of qubit 0.

    Prints the state, concurrence and fidelities with intervals, whether the state is entangled, and a test of the
    model, and leaves a drawing of the density matrix and the table in a folder.

    The file of readout errors has a section [readout] with errors = [P(1|0), P(0|1)], or one such pair for each qubit,
    qubit 0 first; or matrix = the probabilities P(read|true), true outcome on the columns, of one qubit, of each, or of
    all jointly. With calibration_shots = N the interval of C has room for the noise of a calibration by N shots for
    each prepared outcome.
    """
    run_tomography(file, readout, output, ansatz=ansatz, level=level, force=force)


@_nvprotocol.command(name="fit")
@click.argument("files", metavar="[DATA.csv]... MODEL.toml...", nargs=-1, required=True, type=_PATH)
@click.option(
    "--free", metavar="PATH[=START]", multiple=True, help="A free parameter, such as medium.a [START: the file's]."
)
@click.option("--own", metavar="PATH[=START]", multiple=True, help="A free parameter that each file has for itself.")
@click.option(
    "--bounds", metavar="PATH=LOW..HIGH", multiple=True, help="Limits of a free parameter [those it has anyway]."
)
@click.option("--columns", metavar="ROLE=NAME,...", multiple=True, help="Columns that the header does not tell.")
@click.option("--bright", metavar="X", type=float, help="Photons a run of the reading 0, without a column for it.")
@click.option("--dark", metavar="Y", type=float, help="Photons a run of the reading 1.")
@click.option("--level", metavar="P", type=float, default=0.95, help="Level of the intervals [0.95].")
@click.option("-o", "--output", type=_PATH, help="Folder for the result [results/NAME-OF-MODEL-fit].")
@click.option("-f", "--force", is_flag=True, help="Replace an existing result.")
@click.option("-q", "--quiet", is_flag=True, help="No progress output.")
def _fit(files: tuple[Path, ...], output: Path | None, force: bool, quiet: bool, **asked: Any) -> None:
    """Fits parameters of the experiment file MODEL.toml to measured tables DATA.csv.

    MODEL.toml says the circuits, their scan and the device; what is --free starts from the value in the file. A table
    has a column with the scan, such as duration_us, and what was measured: a column for each reading (00, 01, 10, 11,
    discarded), or outcome and count, counts and shots, value and error, or photons and shots. A column setting says the
    Pauli letters of a tomography. Other names are given as --columns time=tau_us,counts=n1,shots=n.

    Several MODEL.toml, each with its tables before it, are fitted at once: --free parameters are shared, --own ones are
    not. Without tables the data are those of the file's section [data].

    Prints values with intervals, what the data leave open and how well the model agrees, and leaves a folder with
    figure, table, fit.json and fitted.toml, the file with the fitted values put in.
    """
    run_fit(files, output, Asked(**asked), force=force, quiet=quiet)


@_nvprotocol.command(name="claims")
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option("-o", "--output", type=_FILE, help="Page of Markdown to write.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def _claims(keys: tuple[str, ...], output: Path | None, quiet: bool) -> None:
    """Says of every statement of the paper whether it holds, by computing it.

    KEY is the key of a claim, such as eq10 or fig2; without any, all are computed (under a minute).
    """
    run_claims(keys, output, quiet=quiet)


@_nvprotocol.command(name="errata")
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option("-o", "--output", type=_FILE, help="Page of Markdown to write.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def _errata(keys: tuple[str, ...], output: Path | None, quiet: bool) -> None:
    """Lists what the paper prints wrong, with the right form and the numbers that decide.

    KEY is the key of an erratum, such as E1; without any, all are listed.
    """
    run_errata(keys, output, quiet=quiet)


@_nvprotocol.command(name="figures")
@click.argument("names", nargs=-1)
@click.option("-o", "--output", type=_PATH, default=Path("results", "figures"), show_default=True)
@click.option("--shots", metavar="N", type=int, default=4000, show_default=True, help="Runs in each setting.")
@click.option("--seed", metavar="N", type=int, default=7, show_default=True, help="Seed of what is random.")
@click.option("--format", "formats", multiple=True, help="Of pdf, png, nc and csv [all].")
@click.option("-f", "--force", is_flag=True, help="Replace existing figures.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def _figures(names: tuple[str, ...], output: Path, formats: tuple[str, ...], **options: Any) -> None:
    """Makes the figures of the paper, and of what it leaves open.

    NAMES are out of fig1, fig2, fig3, figS4a, figS4b, figS5, finite_rate, no_emitted_magnon, coherent_coupling,
    robustness, reservoirs, dephasing_and_echo, bell_rate, sudden_death, initial_state, beyond_the_pair; all of them
    without a name.
    Each is written as PDF and PNG, with its data (NetCDF and CSV): exact curves, and circuits emulated on
    Aer and read by tomography, with 95 % intervals. Prints how well the counts agree with the exact distribution.
    All of them together get a page with the captions.
    """
    make_figures(names, output, formats, **options)


@_nvprotocol.command(name="design")
@click.argument("file", type=_PATH)
@click.option("-o", "--output", type=_PATH, help="Folder for the result [results/NAME-OF-FILE].")
@click.option("-f", "--force", is_flag=True, help="Replace an existing result.")
@click.option("-q", "--quiet", is_flag=True, help="No progress output.")
@click.option("--workers", metavar="N", type=click.IntRange(min=1), help="Processes of this machine [this one].")
@click.option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster, instead of --workers.")
def _design(file: Path, output: Path | None, force: bool, quiet: bool, workers: int | None, dask: str | None) -> None:
    """Finds where a magnet gives the most Bell pairs per second.

    FILE is TOML: [magnet] says what the magnet is, [design] what is asked of it and between which ends separation,
    height and numbers of the magnet may vary, [cycle] what an attempt consists of. Prints validity warnings, the rate
    of kept Bell pairs beside that of the bare dipole coupling, time, number and period of the checks, how equal the
    fields and how long the dephasing time have to be, what limits the rate, and the geometry. Leaves a map of the rate
    (figure and data), and device.toml, which `run --device` and experiment files take as a base.
    """
    run_design(file, output, Workers(workers, dask), force=force, quiet=quiet)


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
    with standard_streams() as output:
        code = _code(arguments)
        output.flush()
        if output.failure and code == 0:
            code = _error(f"standard output cannot be written: {output.failure}.")
    sys.exit(code)


def _code(arguments: list[str] | None) -> int:
    """Runs a command; its exit code."""
    from nvprotocol._writing import keeping_account
    from nvprotocol.errors import NVProtocolError

    with keeping_account() as account:
        try:
            with ends_when_told():
                return _nvprotocol.main(arguments, prog_name="nvprotocol", standalone_mode=False) or 0
        except (click.exceptions.Abort, KeyboardInterrupt, Interrupted) as told:  # Abort is what click makes of Ctrl-C
            ended = told if isinstance(told, Interrupted) else Interrupted()
            done = [f"{path} has been written" for path in account.written[-1:]]
            _error(f"interrupted; {(done or [ended.kept or 'nothing has been written'])[0]}.")
            return ended.exit_code
        except click.ClickException as error:
            return _error(error.format_message())
        except NVProtocolError as error:
            return _error(str(error))


def _error(message: str) -> int:
    """Says in one line what is wrong; the exit code of that."""
    from nvprotocol._reading import printable

    click.echo(f"nvprotocol: {printable(message)}", err=True)
    return _ERROR_CODE
