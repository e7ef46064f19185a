"""Measured data beside an experiment: points with intervals, and how well they agree with the exact distribution."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import instance, instances, whole_number
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol.experiment.agreement import Agreement, chi_squared_of
from nvprotocol.experiment.measured import NOTHING, Measured, data_of, measured
from nvprotocol.experiment.shares import share_of, weights_of
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.readings import Counts
from nvprotocol.inference.series import task_of

if TYPE_CHECKING:
    from nvprotocol.experiment.file import Experiment
    from nvprotocol.experiment.observable import Observable

Real = NDArray[np.float64]

_LEVEL = 0.95


@dataclass(frozen=True, eq=False)
@holds_read_only
class MeasuredPoints:
    """What was measured along one curve: the observable with 95 % intervals.

    Attributes:
        x: The scan, shape (n,).
        values: What was measured, shape (n,).
        low: Lower limits, shape (n,).
        high: Upper limits, shape (n,).

    Examples:
        >>> nv.experiment.MeasuredPoints(*np.array([[0.5], [0.4], [0.3], [0.5]])).values
        array([0.4])
    """

    x: Real
    values: Real
    low: Real
    high: Real

    def __post_init__(self) -> None:
        for name in ("x", "values", "low", "high"):
            instance(getattr(self, name), name, np.ndarray)
        protect(self)


@dataclass(frozen=True, eq=False)
@holds_read_only
class MeasuredData:
    r"""Measured data of an experiment.

    Attributes:
        points: What was measured along each curve.
        agreement: How it agrees with the exact distribution, instruments included.
        rows: Rows of the data.
        averages: How many of them are averages with error bars, taken as normal.

    Examples:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (folder / "counts.csv").write_text("t,counts,shots\n0.4,460,1000\n1.0,152,1000\n")
        >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]\n"
        >>> experiment = nv.experiment.parse(text + "run.shots = 100\ndata.file = 'counts.csv'", str(folder / "x.toml"))
        >>> nv.experiment.run(experiment).measured.rows
        2
        >>> from nvprotocol.experiment.measured_points import MeasuredData
        >>> print(MeasuredData((), nv.experiment.Agreement(2.4, 2), rows=2, averages=0))
        Measured data, 2 rows, against the exact distribution: χ² = 2.4 for 2 degrees of freedom (p = 0.3).
    """

    points: tuple[MeasuredPoints, ...]
    agreement: Agreement
    rows: int
    averages: int

    def __post_init__(self) -> None:
        if not isinstance(self.points, tuple) or self.points:  # there are none where no row is on a curve
            instances(self.points, "points", MeasuredPoints)
        instance(self.agreement, "agreement", Agreement, article="an")
        for name in ("rows", "averages"):
            whole_number(getattr(self, name), name, minimum=0)

    def __str__(self) -> str:
        found, weaker = self.agreement, ""
        if self.averages:
            weaker = f" {self.averages} of them are averages with error bars, taken as normal."
        rows = f"{self.rows} {'row' if self.rows == 1 else 'rows'}"
        if not found.degrees_of_freedom:
            return f"Measured data, {rows}: too few counts to compare with the exact distribution.{weaker}"
        return (
            f"Measured data, {rows}, against the exact distribution: χ² = {found.chi_squared:.1f} for "
            f"{found.degrees_of_freedom} degrees of freedom (p = {found.p_value:.2g}).{weaker}"
        )


def bound_data(experiment: "Experiment") -> Measured | None:
    """The data of a file's section [data] with its circuits; None without one."""
    table = data_of(experiment)
    if table is None:
        return None
    with experiment.source.locating(lambda error: ("data", *error.path[1:])):
        return measured(experiment, table)


def measured_data(bound: Measured, observable: "Observable") -> MeasuredData:
    """The points and the agreement of measured data.

    Args:
        bound: The data with their circuits.
        observable: What is asked of each run.
    """
    curves, scanned = bound.experiment.curves, bound.table.values
    points = []
    for number in range(bound.experiment.n_curves):
        rows = np.arange(len(bound.table))
        if curves is not None and bound.table.curves is not None:
            rows = np.flatnonzero(np.isclose(bound.table.curves, curves.values[number], rtol=1e-9, atol=0.0))
        if observable.outcomes is None:
            drawn = [_concurrence(bound, observable, rows[scanned[rows] == x], x) for x in np.unique(scanned[rows])]
        else:
            drawn = [_share(bound, observable, int(row)) for row in rows]
        table = np.array(drawn, dtype=float).reshape(-1, 4)
        points.append(MeasuredPoints(*table.T.copy()))
    return MeasuredData(tuple(points), _agreement(bound), len(bound.table), bound.table.averages)


def _share(bound: Measured, observable: "Observable", row: int) -> tuple[float, ...]:
    """What was measured in one row."""
    reading = bound.table.readings[row]
    return (float(bound.table.values[row]), *share_of(reading, dict(weights_of(reading, observable)), _LEVEL))


def _concurrence(bound: Measured, observable: "Observable", rows: NDArray[np.intp], x: float) -> tuple[float, ...]:
    """The concurrence by tomography from the settings at one value of the scan; NaN where no run was kept."""
    from nvprotocol.experiment.file import device_of
    from nvprotocol.tomography import estimate

    settings, tables = [], []
    for row in rows.tolist():
        reading = bound.table.readings[row]
        assert isinstance(reading, Counts)
        assert bound.table.settings is not None
        settings.append(bound.table.settings[row])
        tables.append([reading.numbers.get(bits, 0) for bits in observable.readings])
    if not np.sum(tables):
        return (x, np.nan, np.nan, np.nan)
    content = next(run.content for run in bound.runs if rows[0] in run.rows)
    device = device_of(content)
    options: dict[str, Any] = {"ansatz": observable.ansatz, "level": _LEVEL}
    readout = None if device.readout is None else device.readout_matrices
    found = estimate(np.array(tables), settings, readout, **options)
    return (x, float(found.concurrence), *map(float, found.interval))


def _agreement(bound: Measured) -> Agreement:
    """Pearson's χ² of all that was measured against the devices of the file."""
    task = task_of(bound.as_it_is(), Parameters.checked({NOTHING: 0.0}, None))
    with np.errstate(divide="ignore", invalid="ignore"):  # of devices that keep no run
        expected = task.expectations(np.zeros((1, 1)))[0]
    residuals, found = task.pearson(expected), Agreement(0.0, 0)
    for circuit, is_table in enumerate(task.is_table):
        own = np.flatnonzero(task.circuit_of == circuit)
        if not np.all(np.isfinite(expected[own])):
            found += Agreement(np.inf, 1)
        elif is_table:
            found += chi_squared_of(task.counts[own], expected[own])
        else:  # photons, an average
            found += Agreement(float(np.sum(residuals[own] ** 2)), own.size)
    return found
