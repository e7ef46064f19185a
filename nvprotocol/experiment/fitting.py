"""Parameters of experiment files from what was measured with their circuits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instances, whole_number
from nvprotocol._read_only import holds_read_only
from nvprotocol.errors import ArgumentError
from nvprotocol.experiment.file import Experiment
from nvprotocol.experiment.free_parameters import FreeParameters, free_parameters
from nvprotocol.experiment.measured import Measured, measured
from nvprotocol.experiment.schema import ExperimentFile
from nvprotocol.experiment.sweep import Sweep
from nvprotocol.inference import DataTable, Fit, fit_together
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.series import task_of

__all__ = ["ExperimentFit", "fit"]

_SAME = 1e-9
"""Difference of probabilities that is rounding."""


@dataclass(frozen=True, eq=False)
@holds_read_only
class ExperimentFit:
    r"""Parameters of experiment files, from measured data.

    Attributes:
        fit: Values, intervals and what the data leave open; its circuits are those of all files, by device.
        experiments: The files.
        data: What was measured with the circuits of each.
        names: For each file path of a free parameter → its name in the fit.
        residuals: For each file and each row of its data reading → (number − expectation)/√variance.
        notes: What has to be said besides the numbers.

    Examples:
        >>> import pathlib, tempfile
        >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "relaxation.csv"
        >>> _ = file.write_text("t,counts,shots\n0.4,460,1000\n1.0,152,1000\n")
        >>> experiment = nv.experiment.parse(text)
        >>> found = nv.experiment.fit(experiment, nv.experiment.read_data(experiment, file), ["medium.a"])
        >>> print(found)
                  value  95 % interval   unit
        medium.a  0.955  0.901 to 1.011  rad/µs
        Agreement with the model: p = 0.61
    """

    fit: Fit
    experiments: tuple[Experiment, ...]
    data: tuple[DataTable, ...]
    names: tuple[dict[str, str], ...]
    residuals: tuple[tuple[dict[str, float], ...], ...]
    notes: tuple[str, ...]

    @property
    def values(self) -> dict[str, float]:
        """Parameter → value of the largest likelihood; without those that nothing tells."""
        return self.fit.values

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Parameter → (low, high) at the level."""
        return self.fit.intervals

    def fitted(self, number: int = 0) -> ExperimentFile:
        r"""The sections of a file with the fitted values in them; what the data do not tell stays as it was.

        Args:
            number: Which of the files.

        Raises:
            ArgumentError: If there is no such file.

        Examples:
            >>> import pathlib, tempfile
            >>> file = pathlib.Path(tempfile.mkdtemp()) / "relaxation.csv"
            >>> _ = file.write_text("t,counts,shots\n0.4,660,1000\n1.0,552,1000\n")
            >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
            >>> experiment = nv.experiment.parse(text)
            >>> found = nv.experiment.fit(experiment, nv.experiment.read_data(experiment, file), ["medium.a"])
            >>> found.fitted().medium.a == found.fit.values["medium.a"]
            True
        """
        whole_number(number, "number", minimum=0, maximum=len(self.experiments) - 1)
        content, of_curve = self.experiments[number].content, self.experiments[number].curves
        for path, name in self.names[number].items():
            if name in self.fit.values:
                content = _with(content, path, self.fit.values[name])
        if of_curve is not None and of_curve.parameter in self.names[number]:
            content = content.model_copy(update={"curves": None})
        return content

    def __str__(self) -> str:
        """The table of the fit, and what has to be said besides."""
        return "\n".join([str(self.fit), *self.notes])


def _with(content: ExperimentFile, path: str, value: float) -> ExperimentFile:
    """The sections with another value of a parameter, a coupling complex as files have it."""
    sweep = Sweep(path, np.array([value]))
    number = complex(value) if isinstance(getattr(getattr(content, sweep.section), sweep.key), complex) else value
    section = getattr(content, sweep.section).model_copy(update={sweep.key: number})
    return content.model_copy(update={sweep.section: section})


def fit(
    experiment: Experiment | Sequence[Experiment],
    data: DataTable | Sequence[DataTable],
    free: Sequence[str] | Mapping[str, float | None],
    bounds: Mapping[str, tuple[float, float]] | None = None,
    own: Sequence[str] | Mapping[str, float | None] = (),
    level: float = 0.95,
) -> ExperimentFit:
    r"""Finds parameters of one or several experiment files at which measured data are most likely.

    Circuits, postselection, readout errors and all numbers that are not free are those of the files. The values in the
    files are where the search starts. Rates, errors and lengths are kept from being negative; what else a medium or a
    device refuses, such as \|A\| > a, limits the fit, too. A complex coupling is fitted as a real number.

    Args:
        experiment: What was run; several for a fit to all of them at once.
        data: What was measured, as `read_data` gives it, one table for each file.
        free: Paths of the free parameters, such as "medium.a" or "magnet.damping", which the files share; or path →
            where to start, None for the value in the file.
        bounds: Path → (low, high), instead of those that the parameter has by itself.
        own: Paths of free parameters that each file has for itself, such as "device.detuning"; they are called
            "device.detuning (monday)" in the fit.
        level: Confidence level of the intervals, from 0.5 on.

    Raises:
        ArgumentError: If an argument is not as described, or data and file do not belong together.
        FileError: If a row of the data is none of the experiment; the message names file and line.

    Examples:
        >>> import pathlib, tempfile
        >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "relaxation.csv"
        >>> _ = file.write_text("t,counts,shots\n0.4,570,1000\n1.0,402,1000\n2.5,251,1000\n")
        >>> experiment = nv.experiment.parse(text)
        >>> data = nv.experiment.read_data(experiment, file)
        >>> found = nv.experiment.fit(experiment, data, {"medium.a": None, "medium.A": 0.6})
        >>> found.fit.mirrored
        ('medium.A',)
    """
    single = isinstance(experiment, Experiment)
    experiments = [experiment] if single else instances(experiment, "experiment", Experiment, article="an")
    tables = [data] if isinstance(data, DataTable) else instances(data, "data", DataTable)
    if len(tables) != len(experiments):
        fail("data", f"be a table for each of {len(experiments)} experiments", f"has {len(tables)}")
    chosen = free_parameters(experiments, free, own, bounds)
    several = [
        measured(one, table, frozenset(names))
        for one, table, names in zip(experiments, tables, chosen.names, strict=True)
    ]
    series = [one for bound, names in zip(several, chosen.names, strict=True) for one in bound.series(names)]
    found = fit_together(series, chosen.start, chosen.bounds, level, units=chosen.units)
    return ExperimentFit(
        found,
        tuple(experiments),
        tuple(tables),
        chosen.names,
        tuple(_by_row(several, found.residuals)),
        tuple(_notes(several, chosen, found)),
    )


def _by_row(several: Sequence[Measured], residuals: Sequence[dict[str, float]]) -> list[tuple[dict[str, float], ...]]:
    """Residuals in the order of each table."""
    left, found = iter(residuals), []
    for bound in several:
        own = {row: next(left) for run in bound.runs for row in run.rows}
        found.append(tuple(own[row] for row in range(len(bound.table))))
    return found


def _notes(several: Sequence[Measured], chosen: FreeParameters, found: Fit) -> list[str]:
    """What has to be said besides: weaker data, and phases of couplings that the data do not tell."""
    said = []
    averages, number = sum(one.table.averages for one in several), sum(len(one.table) for one in several)
    if averages:
        of = "All readings" if averages == number else f"{averages} of {number} readings"
        said.append(
            f"{of} are averages with error bars, taken as normal: they tell less than counts, and the test of the "
            "model is only as good as the error bars."
        )
    for path in sorted({path for names in chosen.names for path in names if _is_complex(several[0], path)}):
        if _is_blind_to_phase(several, chosen, found, path):
            said.append(f"The phase of {path} is not identified by the counts, which depend on |{path}| only.")
    return said


def _is_complex(bound: Measured, path: str) -> bool:
    """Whether a parameter is a complex coupling."""
    section, _, key = path.partition(".")
    return isinstance(getattr(getattr(bound.experiment.content, section), key, None), complex)


def _is_blind_to_phase(several: Sequence[Measured], chosen: FreeParameters, found: Fit, path: str) -> bool:
    """Whether all data are as likely with a coupling that is turned by 90°, and not only as it is 0."""
    if any(found.values.get(names[path], 0.0) == 0.0 for names in chosen.names if path in names):
        return False
    here = Parameters.checked({name: found.values.get(name, value) for name, value in chosen.start.items()}, None)

    def expected(turned: frozenset[str]) -> NDArray[np.float64]:
        pairs = zip(several, chosen.names, strict=True)
        task = task_of([one for bound, names in pairs for one in bound.series(names, turned)], here)
        return task.expectations(here.start[None])[0] / np.maximum(task.runs, 1.0)

    try:
        return bool(np.allclose(expected(frozenset([path])), expected(frozenset()), rtol=0.0, atol=_SAME))
    except ArgumentError:  # a medium that has no such coupling
        return False
