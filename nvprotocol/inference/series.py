"""What was measured in one go, with the model of its device; and several of them as one task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nvprotocol._checks import fail, function, instances, mapping, one_of, show, text
from nvprotocol.device import Device
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.prediction import JointPrediction, Prediction
from nvprotocol.inference.readings import Reading, reading_of
from nvprotocol.inference.task import Task

if TYPE_CHECKING:
    from qiskit import QuantumCircuit


@dataclass(frozen=True, eq=False)
class Series:
    """Circuits that were run on one device, and what was counted.

    Attributes:
        model: Function of parameters, by name, that returns the device.
        circuits: The circuits that were run.
        counts: What was counted with each, as for `fit`.
        postselect: Register → outcome that is kept.
        names: Parameter of the model → parameter of the fit, so that series share some and have others for themselves;
            None where the model has all parameters of the fit, by their names.
        discarded: "counted" or "unknown", as for `fit`.

    Raises:
        ArgumentError: If one is not as described.

    Examples:
        >>> def model(rate):
        ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
        >>> counts = [{"00": 600, "10": 400}]
        >>> warm = nv.inference.Series(model, [nv.protocols.relaxometry(1.0)], counts, names={"rate": "rate at 300 K"})
        >>> print(warm.names)
        {'rate': 'rate at 300 K'}
    """

    model: Callable[..., Device]
    circuits: "Sequence[QuantumCircuit]"
    counts: Sequence[Mapping[str, int] | Reading]
    postselect: Mapping[str, int | str] | None = None
    names: Mapping[str, str] | None = None
    discarded: str = "counted"

    def __post_init__(self) -> None:
        function(self.model, "model")
        object.__setattr__(self, "circuits", tuple(checked_circuits(self.circuits)))
        one_of(self.discarded, "discarded", ("counted", "unknown"))
        counts, number = self.counts, len(self.circuits)
        if isinstance(counts, Mapping | str) or not isinstance(counts, Sequence) or len(counts) != number:
            is_of = f"has {len(counts)}" if isinstance(counts, Sequence) else f"is of type {type(counts).__name__}"
            fail("counts", f"be a sequence of {number}, one for each circuit", is_of)
        readings = tuple(reading_of(one, f"counts[{k}]") for k, one in enumerate(counts))
        object.__setattr__(self, "counts", readings)
        if self.names is not None:
            pairs = mapping(self.names, "names", "parameters of the model to those of the fit")
            for one in (*pairs, *pairs.values()):
                text(one, "names", of="contain texts only")
            if not pairs or not all((*pairs, *pairs.values())):
                fail("names", "name parameters of the model and of the fit", f"is {show(dict(pairs))}")
            object.__setattr__(self, "names", dict(pairs))


def checked_circuits(circuits: object) -> "list[QuantumCircuit]":
    """Circuits that a user gives.

    Raises:
        ArgumentError: If they are none.
    """
    from qiskit import QuantumCircuit

    return instances(circuits, "circuits", QuantumCircuit)


def task_of(series: Sequence[Series], parameters: Parameters) -> Task:
    """Several series as one task.

    Args:
        series: What was measured.
        parameters: The parameters of the fit.

    Raises:
        ArgumentError: If a parameter is of no series, a series has one that the fit has not, a model refuses the start,
            or counts do not fit their circuits.
    """
    every = dict(zip(parameters.names, parameters.names, strict=True))
    pairs = [every if one.names is None else dict(one.names) for one in series]
    for k, names in enumerate(pairs):
        for name in names.values():
            if name not in parameters.names:
                must = f"be parameters in `start` ({', '.join(parameters.names)})"
                fail(f"series[{k}].names", must, f"has {show(name)}")
    for name in parameters.names:
        if not any(name in names.values() for names in pairs):
            fail("start", "name parameters that a series has", f"names {show(name)}")
    parts = []
    for one, names in zip(series, pairs, strict=True):
        places = np.array([parameters.names.index(name) for name in names.values()])
        own = parameters.part(tuple(names), places)
        known = one.discarded == "counted"
        parts.append((Prediction(one.model, own, list(one.circuits), one.postselect, discarded=known), places))
    whose = [f"series[{k}]." if len(series) > 1 else "" for k in range(len(series))]
    called = [f"{of}counts[{k}]" for of, one in zip(whose, series, strict=True) for k in range(len(one.counts))]
    readings = [reading_of(reading, "counts") for one in series for reading in one.counts]
    return Task(JointPrediction(parameters, parts), readings, called)
