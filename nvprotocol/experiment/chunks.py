"""An experiment as work in chunks: some points of one curve, emulated and solved exactly, or a curve as it is drawn."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nvprotocol.device.catalogue import BUILTIN
from nvprotocol.experiment.agreement import Agreement, outcomes_agreement
from nvprotocol.experiment.chunk_arrays import arrays_of, named
from nvprotocol.experiment.exact import (
    Exact,
    by_circuits,
    by_master_equation,
    circuits_on,
    drawn_at,
    exact_of,
    needs_circuits,
)
from nvprotocol.experiment.file import Experiment, parameters_of
from nvprotocol.experiment.observable import Emulated, Observable, emulated_or_none, observable_of
from nvprotocol.master_equation import Conditional
from nvprotocol.runs import Work, points_each, work
from nvprotocol.runs.work import Arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nvprotocol.protocols import Protocol

# Points that take about five seconds: of circuits that follow pulses, of those that make a device each, of others.
_MOST_PULSES, _MOST_DEVICES, _MOST = 8, 400, 1000
_KIND = "experiment"
_INSTRUCTIONS = 1500
"""Instructions of a circuit that take as long as its tomography."""


class Part(NamedTuple):
    """What a chunk is of: points of a curve, from `start` to before `stop`, or where the curve is drawn."""

    curve: int
    start: int
    stop: int


@dataclass(frozen=True)
class Plan:
    """How an experiment is cut and computed, all of it from the file alone.

    Attributes:
        parts: What each chunk is of: all points of a curve, then the curve as it is drawn (0 to 0).
        with_circuits: For every curve, whether its exact values need the circuits.
        fine: Where the exact curves are drawn, shape (m,).
    """

    parts: tuple[Part, ...]
    with_circuits: tuple[bool, ...]
    fine: "NDArray[np.float64]"


def plan_of(experiment: Experiment) -> Plan:
    """The chunks of an experiment."""
    numbers = range(experiment.n_curves)
    with_circuits = tuple(needs_circuits(experiment, number) for number in numbers)
    cut = points_each(experiment.scan.values.size, _most(experiment))
    parts = [Part(number, *ends) for number in numbers for ends in [*cut, (0, 0)]]
    return Plan(tuple(parts), with_circuits, drawn_at(experiment, by_circuits=any(with_circuits)))


def work_of(experiment: Experiment, plan: Plan) -> Work:
    """An experiment as work in chunks.

    Examples:
        >>> from nvprotocol.experiment.chunks import plan_of, work_of
        >>> experiment = nv.experiment.load("circuits/dissipative_entanglement.toml")
        >>> work = work_of(experiment, plan_of(experiment))
        >>> work.kind, sum(work.sizes) == experiment.n_curves * experiment.scan.values.size
        ('experiment', True)
    """
    sizes = tuple(part.stop - part.start for part in plan.parts)
    return Work(_KIND, _asked(experiment), sizes, partial(_compute, experiment, plan))


def key_of(experiment: Experiment) -> str:
    r"""SHA-256 of all that decides on the numbers of an experiment, the version of this package included.

    Examples:
        >>> from nvprotocol.experiment.chunks import key_of
        >>> text = "protocol.name = 'exchange'\nscan.parameter = 'medium.dm'\nscan.values = [0.1]"
        >>> key_of(nv.experiment.parse(text)) == key_of(nv.experiment.parse(f"title = 'Mine'\n{text}"))
        True
    """
    return work.key_of(_KIND, _asked(experiment))


def observable_of_experiment(experiment: Experiment) -> tuple["Protocol", Observable]:
    """The protocol of an experiment, and what is asked of each run."""
    from nvprotocol.protocols import GALLERY

    protocol = GALLERY[experiment.content.protocol.name]
    first = protocol.circuit(**parameters_of(experiment.settings(0, 0)))
    return protocol, observable_of(protocol, first, experiment.content.run.tomography)


def _most(experiment: Experiment) -> int:
    """Points that take about five seconds."""
    protocol, _ = observable_of_experiment(experiment)
    if experiment.content.run.engine == "pulse":
        return _MOST_PULSES
    most = _MOST if experiment.scan.section == "protocol" else _MOST_DEVICES
    last = protocol.circuit(
        **parameters_of(experiment.settings(experiment.n_curves - 1, experiment.scan.values.size - 1))
    )
    return max(int(most / (1 + len(last.data) / _INSTRUCTIONS)), 1)


def _asked(experiment: Experiment) -> dict[str, Any]:
    """All that decides on the numbers: the sections in house units, and of a table what it says, not where it is."""
    content: dict[str, Any] = experiment.content.model_dump(exclude={"title", "scan", "curves", "data"})
    if content["device"]["base"] not in BUILTIN:
        content["device"]["base"] = None  # its values are in the sections
    table = getattr(experiment.content.magnet, "file", None)
    if table is not None:
        content["magnet"]["file"] = hashlib.sha256(Path(table).read_bytes()).hexdigest()
    for name, sweep in (("scan", experiment.scan), ("curves", experiment.curves)):
        content[name] = None if sweep is None else {"parameter": sweep.parameter, "values": sweep.values}
    return content


def _compute(experiment: Experiment, plan: Plan, number: int) -> Arrays:
    """The arrays of a chunk."""
    part = plan.parts[number]
    given = observable_of_experiment(experiment)
    if part.start == part.stop:
        return _drawn(experiment.part(part.curve, plan.fine), *given, with_circuits=plan.with_circuits[part.curve])
    points = experiment.part(part.curve, experiment.scan.values[part.start : part.stop])
    exact = _exact(points, *given, with_circuits=plan.with_circuits[part.curve])
    estimates = _estimates(points, *given, [part.curve, part.start])
    agreement = _agreement(estimates, exact, experiment.content.run.shots)
    told = {"agreement": np.array([agreement.chi_squared, agreement.degrees_of_freedom])}
    return arrays_of(estimates) | named("exact", exact) | told


def _estimates(
    points: Experiment, protocol: "Protocol", observable: Observable, first: Sequence[int]
) -> list[Emulated | None]:
    """One answer for each point, which draws from a stream of its own: of the seed, the curve and the point."""
    run, (curve, start) = points.content.run, first
    options: dict[str, Any] = {"shots": run.shots, "postselect": protocol.postselect, "engine": run.engine}
    circuits, devices = circuits_on(points, protocol, 0, points.scan.values)
    seeds = [(run.seed, curve, start + k) for k in range(len(circuits))]
    return emulated_or_none(observable, circuits, devices, options, seeds)


def _exact(points: Experiment, protocol: "Protocol", observable: Observable, *, with_circuits: bool) -> Exact:
    """The exact values at the points of a curve, and what kept runs read there."""
    given = (points, protocol, observable)
    if with_circuits:
        return by_circuits(*given, 0, points.scan.values, outcomes=True)
    return exact_of(*given, _only(by_master_equation(points, protocol, points.scan.values)), outcomes=True)


def _drawn(curve: Experiment, protocol: "Protocol", observable: Observable, *, with_circuits: bool) -> Arrays:
    """The exact curve as it is drawn, and with it, where instruments err, that of ideal ones."""
    given, fine = (curve, protocol, observable), curve.scan.values
    theory = exact_of(*given, _only(by_master_equation(curve, protocol, fine)))
    if not with_circuits:
        return named("fine", theory)
    return named("fine", by_circuits(*given, 0, fine)) | named("ideal", theory)


def _only(theory: Conditional) -> Conditional:
    """Of all curves of an experiment that has one."""
    return Conditional(theory.states[0], theory.probability[0])


def _agreement(estimates: list[Emulated | None], exact: Exact, shots: int | None) -> Agreement:
    if exact.outcomes is None:
        return Agreement(0.0, 0)
    points = zip(estimates, exact.outcomes, exact.probability, strict=True)
    each = (outcomes_agreement(one, table, probability, shots=shots) for one, table, probability in points)
    return sum(each, Agreement(0.0, 0))
