"""What benchmarks take from inside the package: the one place to change when its rooms are rearranged."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit

import nvprotocol as nv
from nvprotocol.compiler.circuit_to_steps import compile_circuits
from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.engines import aer, exact
from nvprotocol.experiment.exact import by_master_equation, drawn_at, exact_of
from nvprotocol.experiment.file import parameters_of
from nvprotocol.experiment.observable import observable_of
from nvprotocol.inference.comparison import likelihood_ratio
from nvprotocol.inference.fitting import largest_likelihood
from nvprotocol.inference.goodness import goodness_of_fit
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.prediction import JointPrediction, Prediction
from nvprotocol.inference.readings import Counts
from nvprotocol.inference.task import Task
from nvprotocol.master_equation import Conditional

States = NDArray[np.complex128]
ENGINES = {"exact": exact.ExactEngine, "aer": aer.AerEngine}


def compiled(circuit: QuantumCircuit, device: nv.Device, postselect: Mapping[str, int | str]) -> CompiledCircuit:
    """The steps that the engines follow."""
    return compile_circuits([circuit], device, postselect)[0]


def compiled_all(
    circuits: Sequence[QuantumCircuit], device: nv.Device, postselect: Mapping[str, int | str]
) -> list[CompiledCircuit]:
    """The steps of several circuits, of which what is equal is worked out once."""
    return compile_circuits(circuits, device, postselect)


def kept_states(circuits: Sequence[CompiledCircuit], device: nv.Device, engine: str) -> list[States]:
    """The unnormalised states that an engine keeps."""
    return ENGINES[engine](device).kept_states(circuits)


def number_of(circuit: CompiledCircuit) -> int:
    """How many steps there are."""
    return len(circuit.steps)


def kept_state(circuit: CompiledCircuit, device: nv.Device) -> States:
    """The unnormalised state that the exact engine keeps."""
    return exact.kept_state(circuit, device)


def exact_part(experiment: nv.experiment.Experiment) -> Callable[[], States]:
    """The exact values of every curve of an experiment, at its points and where the curve is drawn: what `run` does.

    The states come back as they are drawn and scanned, shape (curves, drawn + scanned, 4, 4).
    """
    protocol = nv.protocols.GALLERY[experiment.content.protocol.name]
    first = protocol.circuit(**parameters_of(experiment.settings(0, 0)))
    observable = observable_of(protocol, first, experiment.content.run.tomography)
    drawn = drawn_at(experiment, by_circuits=False)

    def work() -> States:
        kept = by_master_equation(experiment, protocol, np.concatenate([drawn, experiment.scan.values]))
        for part, outcomes in ((slice(drawn.size), False), (slice(drawn.size, None), True)):
            of_part = Conditional(kept.states[:, part], kept.probability[:, part])
            exact_of(experiment, protocol, observable, of_part, outcomes=outcomes)
        return kept.states

    return work


def theory(experiment: nv.experiment.Experiment) -> Callable[[], States]:
    """The same states and their concurrence by one call of the theory, for [scan] and [curves] over δ and duration."""
    protocol = nv.protocols.GALLERY[experiment.content.protocol.name]
    scanned = np.concatenate([drawn_at(experiment, by_circuits=False), experiment.scan.values])
    axes = {experiment.scan.parameter: scanned}
    if experiment.curves is not None:
        axes[experiment.curves.parameter] = experiment.curves.values
    medium = experiment.device(0, experiment.scan.values[0]).equation.medium
    parameters = {**parameters_of(experiment.settings(0, 0)), "duration": np.unique(axes["protocol.duration"])}
    at = np.searchsorted(parameters["duration"], axes["protocol.duration"])

    def work() -> States:
        equation = nv.MasterEquation(medium, detuning=axes["device.detuning"])
        kept = protocol.reference(equation, **parameters)
        nv.concurrence(kept.states)
        states = kept.states[:, at]
        return states if experiment.scan.parameter == "protocol.duration" else np.swapaxes(states, 0, 1)

    return work


class Fits:
    """A model on circuits that are compiled once, for many data sets: optima without intervals.

    Args:
        model: Parameters → device.
        circuits: The circuits.
        start: Where searches begin.
        bounds: Limits.
        postselect: What is kept.
    """

    def __init__(
        self,
        model: Callable[..., nv.Device],
        circuits: Sequence[QuantumCircuit],
        start: Mapping[str, float],
        bounds: Mapping[str, tuple[float, float]],
        postselect: Mapping[str, int | str] | None = None,
    ) -> None:
        self._parameters = Parameters.checked(start, bounds)
        self._prediction = Prediction(model, self._parameters, list(circuits), postselect, discarded=True)
        self._called = [f"counts[{k}]" for k in range(len(circuits))]

    def tables(self, values: Mapping[str, float]) -> list[NDArray[np.float64]]:
        """Probabilities of all readings that are kept, and of being discarded, of each circuit."""
        point = np.array([values[name] for name in self._parameters.names])
        return [one[0] for one in self._prediction.probabilities(point[None])]

    def values(self, counts: Sequence[Mapping[str, int]]) -> dict[str, float]:
        """The most likely parameters, from the start alone."""
        best, _ = largest_likelihood(self._task(counts), 1)
        return dict(zip(self._parameters.names, best.point.tolist(), strict=True))

    def tested(self, counts: Sequence[Mapping[str, int]], fixed: dict[str, float]) -> tuple[float, float, float]:
        """p-value and rise of the deviance of fixed values (NaN without any), and p-value of the model."""
        task = self._task(counts)
        best, _ = largest_likelihood(task, None if fixed else 1)  # a wrong model fits no better elsewhere
        fits = goodness_of_fit(task, best.expected, best.point.size)
        quality = float("nan") if fits is None else fits
        if not fixed:
            return float("nan"), float("nan"), quality
        ratio = likelihood_ratio(task, best, fixed)
        return ratio.p_value, ratio.ratio, quality

    def _task(self, counts: Sequence[Mapping[str, int]]) -> Task:
        joint = JointPrediction(self._parameters, [(self._prediction, np.arange(len(self._parameters.names)))])
        return Task(joint, [Counts(one) for one in counts], self._called)
