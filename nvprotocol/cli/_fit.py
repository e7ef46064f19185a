"""Parameters of experiment files from the tables of a laboratory."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvprotocol.cli._progress import progress_bar

if TYPE_CHECKING:
    from nvprotocol.experiment import Experiment, ExperimentFit
    from nvprotocol.inference import DataTable

_TABLES = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Asked:
    """What the command line says of a fit.

    Attributes:
        free: PATH or PATH=START of what all files share.
        own: The same of what each has for itself.
        bounds: PATH=LOW..HIGH.
        columns: ROLE=NAME, several with commas between them.
        bright: Photons a run of the reading 0.
        dark: Photons a run of the reading 1.
        level: Level of the intervals.
    """

    free: tuple[str, ...]
    own: tuple[str, ...]
    bounds: tuple[str, ...]
    columns: tuple[str, ...]
    bright: float | None
    dark: float | None
    level: float


def run_fit(files: Sequence[Path], output: Path | None, asked: Asked, *, force: bool, quiet: bool) -> None:
    """Reads tables and experiment files, fits, prints, and leaves figure, table and fitted files in a folder."""
    pairs = _pairs(files)
    starts = {"free": _starts(asked.free, "--free"), "own": _starts(asked.own, "--own")}
    if not starts["free"] and not starts["own"]:
        raise click.UsageError("A fit needs a free parameter: --free PATH, such as --free medium.a.")
    bounds, columns = _bounds(asked.bounds), _columns(asked.columns)
    if not any(tables for tables, _ in pairs) and (columns or asked.bright is not None or asked.dark is not None):
        raise click.UsageError("--columns, --bright and --dark are for tables; a section [data] says its own.")

    from nvprotocol import experiment
    from nvprotocol._writing import write_files
    from nvprotocol.runs import result_folder

    models = [experiment.load(model) for _, model in pairs]
    data = [_data(model, tables, asked, columns) for model, (tables, _) in zip(models, pairs, strict=True)]
    target = Path("results", f"{models[0].name}-fit") if output is None else output
    names = ("figure.pdf", "figure.png", "table.txt", "fit.json", *_names_of_files(models))
    kept: dict[str, Any] = {}

    def result() -> "ExperimentFit":
        if not kept:
            with progress_bar("fit", 1, quiet=quiet) as advance:
                kept["found"] = experiment.fit(models, data, **starts, bounds=bounds, level=asked.level)
                advance(1, "fit")
        return kept["found"]

    def is_there(folder: Path) -> bool:
        return all((folder / name).is_file() for name in names)

    def same(folder: Path) -> bool:
        """Whether this command, run before or at the same time, has left its result."""
        texts = _texts(result(), names)
        return is_there(folder) and all((folder / name).read_bytes() == text.encode() for name, text in texts.items())

    if not force and is_there(target) and same(target):
        click.echo(f"{_printed(result())}\nNothing was left to do: figure, table and fitted file are in {target}.")
        return
    with result_folder(target, files=names, force=force, same=same) as folder:
        found = result()
        write_files({folder / name: content for name, content in (_texts(found, names) | _pictures(found)).items()})
    click.echo(f"{_printed(found)}\nFigure, table and fitted file are in {target}.")


def _pairs(files: Sequence[Path]) -> list[tuple[list[Path], Path]]:
    """Each experiment file with the tables before it."""
    pairs, tables = [], []
    for file in files:
        if file.suffix.lower() in _TABLES:
            tables.append(file)
        elif file.suffix.lower() == ".toml":
            pairs.append((tables, file))
            tables = []
        else:
            raise click.UsageError(f"{file} is neither a table ({', '.join(_TABLES)}) nor an experiment file (.toml).")
    if tables:
        raise click.UsageError(f"{tables[0]} has no experiment file: MODEL.toml comes after its tables.")
    return pairs


def _starts(given: Sequence[str], option: str) -> dict[str, float | None]:
    """Path → where to start, None for the value in the file."""
    found: dict[str, float | None] = {}
    for one in given:
        path, mark, value = one.partition("=")
        path = path.strip()
        if path in found:
            raise click.UsageError(f"{option} {path} must be given once, but is given twice.")
        found[path] = _number(value, path, f"{option} {path}") if mark else None
    return found


def _number(value: str, path: str, option: str) -> float:
    """A number in house units, or with a unit."""
    from nvprotocol.errors import ArgumentError
    from nvprotocol.experiment.schema import PARAMETERS
    from nvprotocol.units import in_house_units

    known = PARAMETERS.get(path.partition(" (")[0])
    text: str | float = value.strip()
    with suppress(ValueError):
        text = float(text)
    try:
        return in_house_units(text, "number" if known is None else known.dimension)
    except ArgumentError as error:
        raise click.UsageError(error.sentence(option)) from None


def _bounds(given: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Path → limits."""
    found = {}
    for one in given:
        path, _, ends = one.partition("=")
        low, mark, high = ends.partition("..")
        if not mark:
            raise click.UsageError(f"--bounds must be PATH=LOW..HIGH, but is {one}.")
        path = path.strip()
        if path in found:
            raise click.UsageError(f"--bounds {path} must be given once, but is given twice.")
        of = f"--bounds {path}"
        limits = [
            float(f"{sign}inf") if text.strip() in ("", f"{sign}inf") else _number(text, path, of)
            for text, sign in ((low, "-"), (high, ""))
        ]
        found[path] = (limits[0], limits[1])
    return found


def _columns(given: Sequence[str]) -> dict[str, str | list[str]]:
    """Role → name of the column."""
    found: dict[str, str | list[str]] = {}
    for one in (part for text in given for part in text.split(",")):
        role, mark, name = (part.strip() for part in one.partition("="))
        if not (role and mark and name):
            raise click.UsageError(f"--columns must be ROLE=NAME,..., but has {one or 'an empty entry'}.")
        if role == "ignore":
            found[role] = [*found.get(role, []), name]
        elif role in found:
            raise click.UsageError(f"--columns must name a column once, but has {role} twice.")
        else:
            found[role] = name
    return found


def _data(model: "Experiment", tables: Sequence[Path], asked: Asked, columns: Any) -> "DataTable":
    """What was measured for an experiment file."""
    from nvprotocol import experiment
    from nvprotocol.experiment.measured import data_of

    if not tables:
        data = data_of(model)
        if data is None:
            name = model.source.name
            raise click.UsageError(f"{name} has no data: give its tables before it, or its section [data] a file.")
        return data
    return experiment.read_data(model, list(tables), columns, bright=asked.bright, dark=asked.dark)


def _names_of_files(models: "Sequence[Experiment]") -> list[str]:
    """Names of the files with fitted values."""
    if len(models) == 1:
        return ["fitted.toml"]
    found: list[str] = []
    for one in models:
        name, number = f"fitted-{one.name}.toml", 1
        while name in found:
            number += 1
            name = f"fitted-{one.name}-{number}.toml"
        found.append(name)
    return found


def _texts(found: "ExperimentFit", names: Sequence[str]) -> dict[str, str]:
    """The files of a result that are texts."""
    from nvprotocol.experiment import fit_json, fitted_text

    texts = {"table.txt": f"{_printed(found)}\n", "fit.json": fit_json(found)}
    return texts | {name: fitted_text(found, number) for number, name in enumerate(names[4:])}


def _pictures(found: "ExperimentFit") -> dict[str, bytes]:
    from nvprotocol import plotting
    from nvprotocol._file_contents import picture

    figure = plotting.fit_figure(found)
    printed = picture(figure, "pdf")
    figure.set_layout_engine("none")
    return {"figure.pdf": printed, "figure.png": picture(figure, "png")}


def _printed(found: "ExperimentFit") -> str:
    """What is printed of a fit."""
    each = zip(found.experiments, found.data, strict=True)
    lines = [f"{one.name}: {len(table)} {'row' if len(table) == 1 else 'rows'} of data" for one, table in each]
    return "\n".join([*lines, str(found)])
