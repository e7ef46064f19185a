"""Running an experiment: every point emulated and compared with the exact master equation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.emulation import Estimate
from nvprotocol.experiment.agreement import Agreement, outcomes_agreement
from nvprotocol.experiment.exact import (
    Exact,
    by_circuits,
    by_master_equation,
    drawn_at,
    exact_of,
    jobs,
    needs_circuits,
)
from nvprotocol.experiment.file import Experiment, parameters_of
from nvprotocol.experiment.observable import Emulated, Observable, emulated_or_none, observable_of, value_of
from nvprotocol.master_equation import Conditional
from nvprotocol.tomography.state_estimate import SUSPECT

if TYPE_CHECKING:
    from nvprotocol.protocols import Protocol

_CHUNK = 8
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
@holds_read_only
class Curve:
    """One curve of an experiment.

    Attributes:
        label: What distinguishes the curve, such as "δ = 2 rad/µs"; "" for the only one.
        estimates: One answer for each point of the scan, an `Estimate` or a `Probability`; None where no run was kept.
        exact: The same points without sampling noise: values, success probabilities, states, what is read.
        fine: Values of the scan for a smooth exact curve, shape (m,).
        fine_exact: The exact curve at these values.
        ideal: The same curve by the master equation, which knows ideal instruments only; None where that is `exact`.

    Examples:
        >>> text = '''
        ... [protocol]
        ... name = "dissipative_entanglement"
        ... [scan]
        ... parameter = "protocol.duration"
        ... values = [0.5, 1.0]
        ... [run]
        ... shots = 500
        ... '''
        >>> curve = nv.experiment.run(nv.experiment.parse(text)).curves[0]
        >>> curve.exact.states.shape, curve.deviations.shape
        ((2, 4, 4), (2,))
    """

    label: str
    estimates: list[Emulated | None]
    exact: Exact
    fine: NDArray[np.float64]
    fine_exact: Exact
    ideal: Exact | None = None

    @property
    def deviations(self) -> NDArray[np.float64]:
        """Emulated minus exact value in standard errors, shape (n,); NaN without an estimate or an error."""
        pairs = zip(self.estimates, self.exact.values, strict=True)
        return np.array([_deviation(emulated, value) for emulated, value in pairs])


@dataclass(frozen=True, eq=False, repr=False)
@holds_read_only
class ExperimentResult:
    """Everything that an experiment has given.

    Attributes:
        experiment: The experiment file.
        curves: Its curves.
        agreement: How the counts agree with the exact distribution.
        covered: Number of points whose interval contains the exact value, and number of points.
        observable: What was asked of each run.

    Examples:
        >>> text = '''
        ... [protocol]
        ... name = "dissipative_entanglement"
        ... [scan]
        ... parameter = "protocol.duration"
        ... values = [0.5, 1.0]
        ... [run]
        ... shots = 2000
        ... '''
        >>> result = nv.experiment.run(nv.experiment.parse(text))
        >>> result.covered[1], result.agreement.p_value > 1e-6
        (2, True)
    """

    experiment: Experiment
    curves: list[Curve]
    agreement: Agreement
    covered: tuple[int, int]
    observable: Observable

    @property
    def discards(self) -> bool:
        """Whether the protocol discards runs at any point."""
        return any(bool(np.any(curve.exact.probability < 1 - _ROUNDING)) for curve in self.curves)

    @property
    def p_values(self) -> NDArray[np.float64]:
        """p-value of the tomography's model at every point, shape (curves, n); NaN where there is none."""
        return np.array([[getattr(one, "p_value", np.nan) for one in curve.estimates] for curve in self.curves])

    def __str__(self) -> str:
        inside, total = self.covered
        shots = self.experiment.content.run.shots
        if shots is None:
            largest = max(_largest_difference(curve) for curve in self.curves)
            return (
                f"Without sampling noise; emulated and exact {self.observable.symbol} differ by {largest:.1g} at most."
            )
        lines = [f"{self.agreement}", f"{inside} of {total} intervals (95 %) contain the exact {self.observable.name}."]
        if self.observable.outcomes is None:
            lines.append(self._said_of_the_model())
        return "\n".join(lines)

    def _said_of_the_model(self) -> str:
        observable, p = self.observable, self.p_values[np.isfinite(self.p_values)]
        assumed = "" if observable.ansatz == "full" else f", {observable.ansatz} ansatz"
        how = f"Tomography: {len(observable.settings)} settings ({' '.join(observable.settings)}){assumed}"
        if not p.size:
            return f"{how}; too few counts to test its model."
        lowest = f"the lowest of {p.size} p-values of the model is {p.min():.2g}"
        if p.min() * p.size >= SUSPECT:
            return f"{how}; {lowest}."
        of_state = "the states do not have the form of the ansatz, or " if assumed else ""
        return f"{how}; the counts contradict it: {lowest}; {of_state}instruments err in more than the readout."

    __repr__ = __str__


def run(experiment: Experiment, progress: Callable[[int], None] | None = None) -> ExperimentResult:
    """Emulates every point of an experiment and solves the same by the master equation.

    The outcome depends on the file alone: every chunk of points has a random stream of its own, derived from the seed.

    Args:
        experiment: A checked experiment file.
        progress: Called with the number of points that have just been done.

    Returns:
        Estimates, exact values and their agreement. A point at which no run is kept has no estimate; the others stand.

    Examples:
        >>> experiment = nv.experiment.load("circuits/dissipative_entanglement.toml")
        >>> experiment.n_curves
        4
    """
    from nvprotocol.protocols import GALLERY

    protocol = GALLERY[experiment.content.protocol.name]
    first = protocol.circuit(**parameters_of(experiment.settings(0, 0)))
    observable = observable_of(protocol, first, experiment.content.run.tomography)
    numbers = range(experiment.n_curves)
    fine = drawn_at(experiment, by_circuits=any(needs_circuits(experiment, number) for number in numbers))
    estimates = [_estimates(experiment, protocol, observable, number, progress) for number in numbers]
    values, given = experiment.scan.values, (experiment, protocol, observable)
    theory = by_master_equation(experiment, protocol, np.concatenate([values, fine]))
    points, drawn = (
        Conditional(theory.states[:, part], theory.probability[:, part])
        for part in (slice(values.size), slice(values.size, None))
    )
    exact = exact_of(*given, points, outcomes=True), exact_of(*given, drawn)
    curves = [_curve(*given, number, estimates[number], fine, exact) for number in numbers]
    agreement = sum((_agreement(curve, experiment.content.run.shots) for curve in curves), Agreement(0.0, 0))
    compared = [pair for curve in curves for pair in zip(curve.estimates, curve.exact.values, strict=True)]
    kept = [(emulated, value) for emulated, value in compared if emulated is not None]
    inside = sum(_contains(emulated.interval, value) for emulated, value in kept)
    return ExperimentResult(experiment, curves, agreement, (inside, len(kept)), observable)


def _label(experiment: Experiment, number: int) -> str:
    """What distinguishes a curve."""
    if experiment.curves is None:
        return ""
    value = f"{experiment.curves.values[number]:g}".replace("-", "−")
    return f"{experiment.curves.symbol} = {value} {experiment.curves.unit}".strip()


def _curve(
    experiment: Experiment,
    protocol: "Protocol",
    observable: Observable,
    number: int,
    estimates: list[Emulated | None],
    fine: NDArray[np.float64],
    theory: tuple[Exact, Exact],
) -> Curve:
    """One curve, from its estimates and the master equation of all curves at the points and where they are drawn."""
    given = (experiment, protocol, observable, number)
    label, (points, drawn) = _label(experiment, number), (part.of_curve(number) for part in theory)
    if not needs_circuits(experiment, number):
        return Curve(label, estimates, points, fine, drawn)
    exact = by_circuits(*given, experiment.scan.values, outcomes=True)
    return Curve(label, estimates, exact, fine, by_circuits(*given, fine), drawn)


def _estimates(
    experiment: Experiment,
    protocol: "Protocol",
    observable: Observable,
    curve: int,
    progress: Callable[[int], None] | None,
) -> list[Emulated | None]:
    """One answer for each point of a curve; every chunk of points has a random stream of its own."""
    run = experiment.content.run
    options: dict[str, Any] = {"shots": run.shots, "postselect": protocol.postselect, "engine": run.engine}
    estimates: list[Emulated | None] = []
    for start in range(0, experiment.scan.values.size, _CHUNK):
        chunk = experiment.scan.values[start : start + _CHUNK]
        rng = np.random.default_rng([run.seed, curve, start])
        for device, circuits in jobs(experiment, protocol, curve, chunk):
            estimates += emulated_or_none(observable, circuits, device, options, rng)
        if progress is not None:
            progress(len(chunk))
    return estimates


def _contains(interval: tuple[float, float], value: float) -> bool:
    return interval[0] <= value <= interval[1]


def _largest_difference(curve: Curve) -> float:
    """Of the states where there is tomography, else of the observable."""
    largest = 0.0
    for k, emulated in enumerate(curve.estimates):
        if isinstance(emulated, Estimate):
            largest = max(largest, float(np.abs(emulated.state - curve.exact.states[k]).max()))
        elif emulated is not None:
            largest = max(largest, abs(emulated.value - float(curve.exact.values[k])))
    return largest


def _agreement(curve: Curve, shots: int | None) -> Agreement:
    if curve.exact.outcomes is None:
        return Agreement(0.0, 0)
    points = zip(curve.estimates, curve.exact.outcomes, curve.exact.probability, strict=True)
    return sum(
        (outcomes_agreement(one, table, probability, shots=shots) for one, table, probability in points),
        Agreement(0.0, 0),
    )


def _deviation(emulated: Emulated | None, exact: float) -> float:
    if emulated is None or not emulated.standard_error > 0:
        return float("nan")
    return (value_of(emulated) - exact) / emulated.standard_error
