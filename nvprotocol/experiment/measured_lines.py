"""Measured data and a fitted experiment file as points and lines over the scan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import instance, whole_number
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol.emulation import probability
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.experiment.chunks import observable_of_experiment
from nvprotocol.experiment.file import Experiment, device_of, parameters_of
from nvprotocol.experiment.fitting import ExperimentFit
from nvprotocol.experiment.observable import REGISTER, Observable
from nvprotocol.experiment.schema import ExperimentFile
from nvprotocol.experiment.shares import Weights, share_of, weights_of
from nvprotocol.inference import DataTable, Photons
from nvprotocol.inference.readings import Reading

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.device import Device
    from nvprotocol.protocols import Protocol

Real = NDArray[np.float64]

_FINE, _FINE_OF_MAGNET = 81, 31


@dataclass(frozen=True, eq=False)
@holds_read_only
class MeasuredLine:
    r"""What was measured along a scan, and what a model says there.

    Attributes:
        label: Curve, setting, and which bit the photons are of where there are several.
        quantity: What the values are.
        rows: Numbers of the rows of the data.
        x: The scan at each, shape (n,).
        values: What was measured, shape (n,).
        low: Lower limits of its intervals, shape (n,).
        high: Upper limits, shape (n,).
        fine: Where the model is drawn, shape (m,).
        model: The model there, shape (m,); NaN where no run is kept.

    Examples:
        >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
        >>> table = nv.inference.DataTable(np.array([0.4]), (nv.inference.Events(46, 100, ("01", "10")),), ("here",))
        >>> (line,) = nv.experiment.fit_lines(nv.experiment.fit(nv.experiment.parse(text), table, ["medium.a"]))
        >>> line.quantity, line.values.tolist()
        ('probability $P_\\mathrm{H}$', [0.46])
    """

    label: str
    quantity: str
    rows: tuple[int, ...]
    x: Real
    values: Real
    low: Real
    high: Real
    fine: Real
    model: Real

    def __post_init__(self) -> None:
        protect(self)


def fit_lines(found: ExperimentFit, number: int = 0) -> list[MeasuredLine]:
    r"""The data of one file and its fitted model: of a protocol with a readout the probability of what it counts.

    Of a tomography it is the share of readings with an even number of ones in each setting, and of photons the share of
    runs that would read 0 at these brightnesses.

    Args:
        found: The fit.
        number: Which of its files.

    Raises:
        ArgumentError: If it is no fit, or has no such file.

    Examples:
        >>> import pathlib, tempfile
        >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "relaxation.csv"
        >>> _ = file.write_text("t,counts,shots\n0.4,460,1000\n1.0,152,1000\n")
        >>> experiment = nv.experiment.parse(text)
        >>> found = nv.experiment.fit(experiment, nv.experiment.read_data(experiment, file), ["medium.a"])
        >>> nv.experiment.fit_lines(found)[0].values
        array([0.46 , 0.152])
    """
    instance(found, "found", ExperimentFit, article="an")
    whole_number(number, "number", minimum=0, maximum=len(found.experiments) - 1)
    experiment, table = found.experiments[number], found.data[number]
    protocol, observable = observable_of_experiment(experiment)
    free = experiment.curves is not None and experiment.curves.parameter in found.names[number]
    grouped: dict[tuple[Any, ...], list[int]] = {}
    for row, reading in enumerate(table.readings):
        curve = None if table.curves is None or free else float(table.curves[row])
        setting = None if table.settings is None else table.settings[row]
        grouped.setdefault((curve, setting, weights_of(reading, observable)), []).append(row)
    bits = {one.bit for one in table.readings if isinstance(one, Photons)}
    fine, lines = _fine(experiment, table), []
    for (curve, setting, weights), rows in grouped.items():
        content = found.fitted(number)
        if experiment.curves is not None and not free:
            content = experiment.curves.put(content, experiment.curves.values[0] if curve is None else curve)
        model = _model(_Drawn(experiment, protocol, content, setting), fine, dict(weights))
        shares = np.array([share_of(table.readings[row], dict(weights), found.fit.level) for row in rows])
        values, low, high = shares.T
        first = table.readings[rows[0]]
        said = [] if curve is None or experiment.curves is None else [_label(experiment, curve)]
        said += [] if setting is None else [setting]
        label = ", ".join([*said, *([f"bit {first.bit}"] if isinstance(first, Photons) and len(bits) > 1 else [])])
        quantity = _quantity(first, observable, weights)
        lines.append(MeasuredLine(label, quantity, tuple(rows), table.values[rows], values, low, high, fine, model))
    return lines


def _quantity(reading: Reading, observable: Observable, weights: Weights) -> str:
    """What an axis calls it."""
    names = tuple(bits for bits, _ in weights)
    if isinstance(reading, Photons):
        return "share of bright runs"
    if observable.outcomes is None:
        return "share of even readings"
    if sorted(names) == sorted(observable.outcomes):
        symbol, _, index = observable.symbol.partition("_")
        below = rf"_\mathrm{{{index}}}" if index else ""
        return f"{observable.name} ${symbol}{below}$"
    return f"share of {', '.join(names)}"


def _label(experiment: Experiment, value: float) -> str:
    assert experiment.curves is not None
    return f"{experiment.curves.symbol} = {value:g} {experiment.curves.unit}".replace("-", "−").strip()


def _fine(experiment: Experiment, table: DataTable) -> Real:
    """Where the model is drawn."""
    scan, values = experiment.scan, np.unique(table.values)
    if scan.is_whole or scan.parameter == "protocol.period":  # between which the model is another, or a saw
        return values
    number = _FINE_OF_MAGNET if scan.section == "magnet" else _FINE
    low = 0.0 if scan.parameter == "protocol.duration" else values[0]
    return np.union1d(np.linspace(low, values[-1], number), values)


@dataclass(frozen=True)
class _Drawn:
    """What is drawn along a scan."""

    experiment: Experiment
    protocol: "Protocol"
    content: ExperimentFile
    setting: str | None


def _model(drawn: _Drawn, fine: Real, weights: Mapping[str, float]) -> Real:
    """The share of readings among the kept runs at values of the scan, NaN where none is kept."""
    from nvprotocol.compiler.tomography import REGISTER as TOMOGRAPHY
    from nvprotocol.compiler.tomography import tomography_circuits

    scan = drawn.experiment.scan
    contents = [scan.put(drawn.content, value) for value in fine.tolist()]
    circuits, register = [drawn.protocol.circuit(**parameters_of(one)) for one in contents], REGISTER
    if drawn.setting is not None:
        circuits = [tomography_circuits(one, [drawn.setting])[0] for one in circuits]
        register = TOMOGRAPHY
    one_device = scan.section == "protocol"
    devices = [device_of(contents[0])] * len(fine) if one_device else [device_of(one) for one in contents]
    chosen = next(iter(weights))
    tables = _distributions(circuits, devices, (chosen, register), drawn.protocol.postselect)
    weight = np.zeros(2 ** len(chosen))
    for bits, one in weights.items():
        weight[int(bits, 2)] = one
    return np.array([np.nan if one is None else float(one @ weight) for one in tables])


def _distributions(
    circuits: "Sequence[QuantumCircuit]", devices: "Sequence[Device]", of: tuple[str, str], keep: Any
) -> list[Real | None]:
    """What kept runs read; None where there are none."""
    try:
        found = probability(list(circuits), list(devices), *of, None, keep, "exact")
        return [one.distribution for one in found]
    except NoKeptShotsError:
        if len(circuits) == 1:
            return [None]
    middle = len(circuits) // 2
    halves = (slice(middle), slice(middle, None))
    return [one for half in halves for one in _distributions(circuits[half], devices[half], of, keep)]
