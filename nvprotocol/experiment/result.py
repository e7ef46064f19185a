"""Running an experiment: every point emulated, and the exact master equation beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol.device import Device
from nvprotocol.emulation import Estimate, emulate
from nvprotocol.entanglement import concurrence
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.experiment.agreement import Agreement, counts_agreement
from nvprotocol.experiment.file import Experiment, equation_of
from nvprotocol.master_equation import Conditional

if TYPE_CHECKING:
    from nvprotocol.protocols import Protocol

_CHUNK = 8
_FINE = 201


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve of an experiment.

    Attributes:
        label: What tells the curve apart, such as "δ = 2 rad/µs"; "" for the only one.
        estimates: One estimate for each point of the scan, None where no run was kept.
        exact: The same points by the master equation: states (n, 4, 4) and odds (n,).
        fine: Values of the scan for a smooth exact curve, shape (m,).
        fine_exact: The exact curve at these values.

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
    estimates: list[Estimate | None]
    exact: Conditional
    fine: NDArray[np.float64]
    fine_exact: Conditional

    @property
    def exact_concurrence(self) -> NDArray[np.float64]:
        """Concurrence at the points of the scan by the master equation, NaN where nothing is kept, shape (n,)."""
        return _concurrence(self.exact.states)

    @property
    def fine_concurrence(self) -> NDArray[np.float64]:
        """Concurrence of the smooth exact curve, NaN where nothing is kept, shape (m,)."""
        return _concurrence(self.fine_exact.states)

    @property
    def deviations(self) -> NDArray[np.float64]:
        """Emulated minus exact concurrence in standard errors, shape (n,); NaN without an estimate or an error."""
        pairs = zip(self.estimates, self.exact_concurrence, strict=True)
        return np.array([_deviation(estimate, value) for estimate, value in pairs])


@dataclass(frozen=True, eq=False, repr=False)
class ExperimentResult:
    """Everything that an experiment has given.

    Attributes:
        experiment: The experiment file.
        curves: Its curves.
        agreement: How the counts agree with the exact distribution.
        covered: Number of points whose interval contains the exact concurrence, and number of points.

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
        >>> result.covered[1], result.agreement.p_value > 0.01
        (2, True)
    """

    experiment: Experiment
    curves: list[Curve]
    agreement: Agreement
    covered: tuple[int, int]

    @property
    def discards(self) -> bool:
        """Whether the protocol discards runs at any point."""
        return any(bool(np.any(curve.exact.probability != 1)) for curve in self.curves)

    def __str__(self) -> str:
        inside, total = self.covered
        shots = self.experiment.content.run.shots
        if shots is None:
            largest = max(_largest_difference(curve) for curve in self.curves)
            return f"Without sampling noise; states of circuit and master equation differ by {largest:.1g} at most."
        return f"{self.agreement}\n{inside} of {total} intervals (95 %) contain the exact concurrence."

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
    curves = [_curve(experiment, protocol, number, progress) for number in range(experiment.n_curves)]
    agreement = sum((_agreement(curve, experiment.content.run.shots) for curve in curves), Agreement(0.0, 0))
    estimates = [(estimate, value) for curve in curves for estimate, value in _compared(curve)]
    inside = sum(estimate.interval[0] <= value <= estimate.interval[1] for estimate, value in estimates)
    return ExperimentResult(experiment, curves, agreement, (inside, len(estimates)))


def _curve(experiment: Experiment, protocol: "Protocol", number: int, progress: Callable[[int], None] | None) -> Curve:
    estimates: list[Estimate | None] = []
    points = range(experiment.scan.values.size)
    for start in range(0, len(points), _CHUNK):
        chunk = points[start : start + _CHUNK]
        estimates += _emulated(experiment, protocol, number, chunk)
        if progress is not None:
            progress(len(chunk))
    fine = _fine(experiment)
    label = ""
    if experiment.curves is not None:
        label = f"{experiment.curves.symbol} = {experiment.curves.values[number]:g} {experiment.curves.unit}".strip()
    exact = _exact(experiment, protocol, number, experiment.scan.values)
    return Curve(label, estimates, exact, fine, _exact(experiment, protocol, number, fine))


def _fine(experiment: Experiment) -> NDArray[np.float64]:
    """Where the exact curve is drawn: from time 0 on, or over the range of another parameter."""
    scan = experiment.scan
    low = 0.0 if scan.parameter == "protocol.duration" else scan.values.min()
    return scan.values if scan.is_whole else np.linspace(low, scan.values.max(), _FINE)


def _emulated(experiment: Experiment, protocol: "Protocol", curve: int, points: range) -> list[Estimate | None]:
    """The estimates of some points; one job for those that share a device."""
    settings = [experiment.settings(curve, point) for point in points]
    content = experiment.content.run
    rng = np.random.default_rng([content.seed, curve, points.start])
    circuits = [protocol.circuit(**one["protocol"]) for one in settings]
    shared = experiment.scan.parameter.startswith("protocol.")
    jobs = [list(range(len(points)))] if shared else [[k] for k in range(len(points))]
    results: list[Estimate | None] = []
    for job in jobs:
        device = Device(equation_of(settings[job[0]]))
        options: dict[str, Any] = {"shots": content.shots, "postselect": protocol.postselect, "engine": content.engine}
        results += _kept_or_none([circuits[k] for k in job], device, options, rng)
    return results


def _kept_or_none(
    circuits: list, device: Device, options: dict[str, Any], rng: np.random.Generator
) -> list[Estimate | None]:
    try:
        return list(emulate(circuits, device, seed=rng, **options))
    except NoKeptShotsError:
        if len(circuits) == 1:
            return [None]
    return [one for circuit in circuits for one in _kept_or_none([circuit], device, options, rng)]


def _exact(experiment: Experiment, protocol: "Protocol", curve: int, values: NDArray[np.float64]) -> Conditional:
    """The master equation at given values of the scan."""
    sections = experiment.settings(curve)
    if experiment.scan.parameter == "protocol.duration":
        parameters = sections["protocol"] | {"duration": np.sort(values)}
        kept = protocol.reference(equation_of(sections), **parameters)
        order = np.argsort(np.argsort(values))
        return Conditional(kept.states[order], kept.probability[order])
    kept = []
    for value in values:
        sections = experiment.settings(curve, value=value)
        kept.append(protocol.reference(equation_of(sections), **sections["protocol"]))
    return Conditional(np.concatenate([one.states for one in kept]), np.concatenate([one.probability for one in kept]))


def _compared(curve: Curve) -> list[tuple[Estimate, float]]:
    pairs = zip(curve.estimates, curve.exact_concurrence, strict=True)
    return [(one, float(value)) for one, value in pairs if one is not None]


def _concurrence(states: NDArray[np.complex128]) -> NDArray[np.float64]:
    known = np.all(np.isfinite(states), axis=(-2, -1))
    values = np.full(known.shape, np.nan)
    values[known] = concurrence(states[known])
    return values


def _largest_difference(curve: Curve) -> float:
    pairs = zip(curve.estimates, curve.exact.states, strict=True)
    return max((float(np.abs(one.state - state).max()) for one, state in pairs if one is not None), default=0.0)


def _agreement(curve: Curve, shots: int | None) -> Agreement:
    points = zip(curve.estimates, curve.exact.states, curve.exact.probability, strict=True)
    return sum((counts_agreement(one, state, odds, shots=shots) for one, state, odds in points), Agreement(0.0, 0))


def _deviation(estimate: Estimate | None, exact: float) -> float:
    if estimate is None or not estimate.standard_error > 0:
        return float("nan")
    return (estimate.concurrence - exact) / estimate.standard_error
