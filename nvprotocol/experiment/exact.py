"""Exact values to compare with: of the master equation or, where instruments err, of the exact engine.

The master equation knows the protocol with ideal instruments. What gates, checks and readout with errors and durations
make of it, the exact engine works out on the circuits themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.device import Device
from nvprotocol.emulation import Estimate
from nvprotocol.experiment.file import Experiment, device_of, parameters_of
from nvprotocol.experiment.observable import Emulated, Observable, emulated_or_none, value_of
from nvprotocol.protocols.parameters import DECLARED

if TYPE_CHECKING:
    from nvprotocol.protocols import Protocol

_FINE = 201
_FINE_BY_CIRCUITS = 31


@holds_read_only
@dataclass(frozen=True, eq=False)
class Exact:
    r"""Exact values along a scan.

    Attributes:
        values: The observable, shape (n,); NaN where nothing is kept.
        probability: Success probability, of keeping a run, shape (n,).
        states: The states that are kept, before a readout, shape (n, 4, 4); NaN where nothing is, or where the exact
            engine has followed a circuit through its readout.
        outcomes: What a kept run reads in each setting, shape (n, settings, readings); None where it is not asked for.

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


def needs_circuits(experiment: Experiment, curve: int) -> bool:
    """Whether the exact values of any point of a curve need the circuits themselves."""
    if DECLARED[experiment.content.protocol.name].reference_is_limit:
        return True
    shared = experiment.scan.parameter.startswith("protocol.")
    points = [None] if shared else range(experiment.scan.values.size)
    return not all(device_of(experiment.settings(curve, point)).is_ideal for point in points)


def by_master_equation(
    experiment: Experiment,
    protocol: "Protocol",
    observable: Observable,
    curve: int,
    values: NDArray[np.float64],
    *,
    outcomes: bool = False,
) -> Exact:
    """The protocol with ideal instruments, by the master equation, at given values of the scan."""
    if experiment.scan.parameter == "protocol.duration":
        sections = experiment.settings(curve)
        parameters = parameters_of(sections)
        kept = protocol.reference(device_of(sections).dynamics, **parameters | {"duration": np.sort(values)})
        order = np.argsort(np.argsort(values))
        states, probability = kept.states[order], kept.probability[order]
    else:
        parts = []
        for value in values:
            sections = experiment.settings(curve, value=value)
            parts.append(protocol.reference(device_of(sections).dynamics, **parameters_of(sections)))
        parameters = parameters_of(experiment.settings(curve))
        states = np.concatenate([one.states for one in parts])
        probability = np.concatenate([one.probability for one in parts])
    table = None
    if outcomes:
        kept_at_all = np.isfinite(states).all(axis=(-2, -1), keepdims=True)
        table = observable.distribution(protocol, parameters, np.where(kept_at_all, states, np.eye(4) / 4))
    return Exact(observable.of_states(protocol, parameters, states), probability, states, table)


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
    sections = [experiment.settings(curve, value=value) for value in values]
    circuits = [protocol.circuit(**parameters_of(one)) for one in sections]
    found: list[Emulated | None] = []
    tables = []
    for job in jobs(experiment, len(values)):
        device = device_of(sections[job[0]])
        answers = emulated_or_none(observable, [circuits[k] for k in job], device, options)
        found += answers
        if outcomes:
            tables += [_read(one, device, observable) for one in answers]
    return Exact(
        np.array([np.nan if one is None else value_of(one) for one in found]),
        np.array([0.0 if one is None else one.success_probability for one in found]),
        _states(found),
        np.array(tables) if outcomes else None,
    )


def jobs(experiment: Experiment, number: int) -> list[list[int]]:
    """Which values of a scan share a device."""
    shared = experiment.scan.parameter.startswith("protocol.")
    return [list(range(number))] if shared else [[k] for k in range(number)]


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
    most, fewest = round(duration / low), max(round(duration / high), 1)
    checks = np.unique(np.round(np.geomspace(most, fewest, _FINE_BY_CIRCUITS)))[::-1]
    return np.clip(duration / checks, low, high)


def _states(found: Sequence[Emulated | None]) -> NDArray[np.complex128]:
    missing = np.full((4, 4), complex(np.nan, np.nan))
    return np.array([one.state if isinstance(one, Estimate) else missing for one in found])


def _read(one: Emulated | None, device: Device, observable: Observable) -> NDArray[Any]:
    """What a kept run reads in each setting, shape (settings, readings); 0 where nothing is kept."""
    from nvprotocol.emulation.state import outcome_probabilities

    if one is None:
        return np.zeros((len(observable.settings), len(observable.readings)))
    if isinstance(one, Estimate):
        return outcome_probabilities([one.state], device, observable.settings)[0]
    return one.distribution[None]
