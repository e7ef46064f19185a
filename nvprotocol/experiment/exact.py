"""Exact values to compare with: of the master equation or, where instruments err, of the exact engine.

The master equation knows the protocol with ideal instruments. What gates, checks and readout with errors and durations
make of it, the exact engine works out on the circuits themselves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol.device import Device
from nvprotocol.emulation import Estimate
from nvprotocol.experiment.file import Experiment, parameters_of
from nvprotocol.experiment.observable import Emulated, Observable, emulated_or_none, value_of
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.protocols.parameters import DECLARED
from nvprotocol.quasi_static.noise import averaged, nodes_of, normalised, unnormalised
from nvprotocol.quasi_static.quadrature import Nodes

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.protocols import Protocol

_FINE = 201
_FINE_BY_CIRCUITS = 31


@dataclass(frozen=True, eq=False)
@holds_read_only
class Exact:
    r"""Exact values along a scan.

    Attributes:
        values: The observable, shape (n,); NaN where nothing is kept.
        probability: Success probability, of keeping a run, shape (n,).
        states: The states that are kept, before a readout, shape (n, 4, 4); NaN where nothing is, or where the exact
            engine has followed a circuit through its readout.
        outcomes: What a kept run reads in each setting, shape (n, settings, readings); None where it is not asked for.

    Raises:
        ArgumentError: If one is no array of such a shape.

    Examples:
        >>> text = "protocol.name = 'exchange'\nscan.parameter = 'medium.dm'\nscan.values = [0.1, 0.2]\nmedium.a = 0.0"
        >>> exact = nv.experiment.run(nv.experiment.parse(text + "\nrun.shots = 100")).curves[0].exact
        >>> bool(np.allclose(exact.values, np.sin([0.4, 0.8])))
        True
    """

    values: NDArray[np.float64]
    probability: NDArray[np.float64]
    states: NDArray[np.complex128]
    outcomes: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        axes = {"values": "(n,)", "probability": "(n,)", "states": "(n, 4, 4)", "outcomes": "(n, settings, readings)"}
        for name, wanted in axes.items():
            array = getattr(self, name)
            if name == "outcomes" and array is None:
                continue
            if not isinstance(array, np.ndarray) or array.dtype.kind not in "iufc":
                fail(name, "be an array of numbers", f"is {show(array)} of type {type(array).__name__}")
            inner = (4, 4) if name == "states" else array.shape[1:]
            if array.ndim != 1 + wanted.count(" ") or array.shape != (*self.values.shape, *inner):
                fail(name, f"have shape {wanted} with the same n as the others", f"has shape {array.shape}")
        protect(self)


def needs_circuits(experiment: Experiment, curve: int) -> bool:
    """Whether the exact values of any point of a curve need the circuits themselves."""
    if DECLARED[experiment.content.protocol.name].reference_is_limit:
        return True
    values = experiment.scan.values if experiment.scan.is_of_instruments else experiment.scan.values[:1]
    return not all(experiment.device(curve, value).is_ideal for value in values)


def by_master_equation(experiment: Experiment, protocol: "Protocol", values: NDArray[np.float64]) -> Conditional:
    """The protocol with ideal instruments, on every curve at given values of the scan, shape (curves, n).

    Media, detunings and durations go to the theory as arrays; it is called once for each choice of the other parameters
    of the protocol. Quasi-static noise is averaged over.
    """
    shape, parameters = (experiment.n_curves, values.size), parameters_of(experiment.content)
    durations = np.array(parameters.pop("duration"))
    columns = {}
    for sweep, along in experiment.along(values):
        if sweep.parameter == "protocol.duration":
            durations = along
        elif sweep.section == "protocol":
            columns[sweep] = _distinct(along, shape)
    times, time = _distinct(durations, shape)
    equation, nodes = experiment.equations(values), _nodes_of(experiment, protocol, values)
    states, probability = np.empty((*shape, 4, 4), dtype=complex), np.empty(shape)
    for choice in product(*(range(known.size) for known, _ in columns.values())):
        here = np.full(shape, True)
        for (sweep, (known, index)), k in zip(columns.items(), choice, strict=True):
            parameters[sweep.key] = sweep.number(known[k])
            here &= index == k
        solve = partial(protocol.reference, duration=times, **parameters)
        kept = solve(equation) if nodes is None else _averaged(nodes, equation, solve, times.size)
        place = (*_within(kept.probability.shape[:-1], here), time[here])
        states[here], probability[here] = kept.states[place], kept.probability[place]
    return Conditional(states, probability)


def _nodes_of(experiment: Experiment, protocol: "Protocol", values: NDArray[np.float64]) -> Nodes | None:
    """The static detunings that an average takes, enough for every circuit on ideal instruments; None for no noise."""
    from nvprotocol.compiler.circuit_to_steps import compile_circuits
    from nvprotocol.engines.exposure import exposure_of

    noise = experiment.noise(values)
    if noise is None:
        return None
    exposures = []
    for curve in range(experiment.n_curves):
        for circuit, device in zip(*circuits_on(experiment, protocol, curve, values), strict=True):
            ideal = replace(device, gate_ns=dict.fromkeys(device.gate_ns, 0.0))
            (compiled,) = compile_circuits([circuit], ideal, translate=True)
            exposures.append(exposure_of(compiled, ideal))
    return nodes_of(noise, experiment.device(0, values[0]).n_qubits, exposures)


def _averaged(
    nodes: Nodes, equation: MasterEquation, solve: Callable[[MasterEquation], Conditional], n_times: int
) -> Conditional:
    size = 16 * n_times * max(int(np.prod(np.broadcast_shapes(equation.batch_shape, nodes.shifts.shape[1:-1]))), 1)
    return normalised(averaged(nodes, equation, lambda one: unnormalised(solve(one)), size=size))


def _distinct(values: NDArray, shape: tuple[int, ...]) -> tuple[NDArray, NDArray[np.intp]]:
    """The values in order, each once, and which of them stands at each point."""
    known, index = np.unique(values, return_inverse=True)
    return known, np.broadcast_to(index.reshape(values.shape), shape)


def _within(batch: tuple[int, ...], here: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Where the points are in a batch that broadcasts against theirs."""
    places = np.nonzero(here)[len(here.shape) - len(batch) :]
    return [np.minimum(place, size - 1) for place, size in zip(places, batch, strict=True)]


def exact_of(
    experiment: Experiment, protocol: "Protocol", observable: Observable, kept: Conditional, *, outcomes: bool = False
) -> Exact:
    """The observable of states, and what kept runs read on ideal instruments if it is asked for."""
    parameters = parameters_of(experiment.content)
    table = None
    if outcomes:
        known = np.isfinite(kept.states).all(axis=(-2, -1), keepdims=True)
        table = observable.distribution(protocol, parameters, np.where(known, kept.states, np.eye(4) / 4))
    return Exact(observable.of_states(protocol, parameters, kept.states), kept.probability, kept.states, table)


def by_circuits(
    experiment: Experiment,
    protocol: "Protocol",
    observable: Observable,
    curve: int,
    values: NDArray[np.float64],
    *,
    outcomes: bool = False,
) -> Exact:
    """The circuits themselves on the device as it is, by the exact engine, at given values of the scan."""
    options = {"shots": None, "engine": "exact", "postselect": protocol.postselect}
    circuits, devices = circuits_on(experiment, protocol, curve, values)
    answers = emulated_or_none(observable, circuits, devices, options)
    triples = zip(answers, circuits, devices, strict=True)
    return Exact(
        np.array([np.nan if answer is None else value_of(answer) for answer in answers]),
        np.array([0.0 if answer is None else answer.success_probability for answer in answers]),
        _states(answers),
        np.array([_read(*pair, observable, protocol) for pair in triples]) if outcomes else None,
    )


def circuits_on(
    experiment: Experiment, protocol: "Protocol", curve: int, values: NDArray[np.float64]
) -> tuple[list["QuantumCircuit"], list[Device]]:
    """The circuits at values of the scan, and the device of each."""
    circuits = [protocol.circuit(**parameters_of(experiment.settings(curve, value=value))) for value in values]
    return circuits, [experiment.device(curve, value) for value in values]


def drawn_at(experiment: Experiment, *, by_circuits: bool) -> NDArray[np.float64]:
    """Where the exact curve is drawn: from time 0 on, or over the range of another parameter."""
    scan = experiment.scan
    slow = by_circuits or scan.parameter.startswith("magnet.")  # for which each value is a few integrals
    number = _FINE_BY_CIRCUITS if slow else _FINE
    if scan.is_whole:
        return scan.values
    low, high = scan.values.min(), scan.values.max()
    if scan.parameter == "protocol.duration":
        return np.linspace(0.0, high, number)
    if scan.parameter == "protocol.period":
        return _dividing(experiment, float(low), float(high))
    return np.linspace(low, high, number)


def _dividing(experiment: Experiment, low: float, high: float) -> NDArray[np.float64]:
    """Periods that divide the duration: after any other, the pair evolves on unchecked, and the curve is a saw."""
    duration = float(parameters_of(experiment.settings(0))["duration"])
    most, fewest = (max(round(duration / period), 1) for period in (low, high))
    checks = np.unique(np.round(np.geomspace(most, fewest, _FINE_BY_CIRCUITS)))[::-1]
    return np.clip(duration / checks, low, high)


def _states(answers: Sequence[Emulated | None]) -> NDArray[np.complex128]:
    missing = np.full((4, 4), complex(np.nan, np.nan))
    return np.array([answer.state if isinstance(answer, Estimate) else missing for answer in answers])


def _read(
    answer: Emulated | None, circuit: "QuantumCircuit", device: Device, observable: Observable, protocol: "Protocol"
) -> NDArray[Any]:
    """What a kept run reads in each setting, shape (settings, readings); 0 where nothing is kept."""
    from nvprotocol.compiler.circuit_to_steps import compile_circuits
    from nvprotocol.emulation.state_tomography import kept_and_read, outcome_probabilities
    from nvprotocol.engines import engine_of

    if answer is None:
        return np.zeros((len(observable.settings), len(observable.readings)))
    if not isinstance(answer, Estimate):
        return answer.distribution[None]
    engine = engine_of("exact", device)
    if device.noise is not None:  # what rotates the state has the same detunings as what has made it
        compiled = compile_circuits([circuit], device, protocol.postselect, translate=True)
        _, read = kept_and_read(engine, compiled, observable.settings)
        if read is not None:
            return read[0] / answer.success_probability
    return outcome_probabilities([answer.state], engine, observable.settings)[0]
