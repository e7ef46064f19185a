"""What an experiment gives: every point emulated, beside the exact values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instance, instances, show, text, whole_number
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol.emulation import Estimate, Probability
from nvprotocol.experiment.agreement import Agreement
from nvprotocol.experiment.exact import Exact
from nvprotocol.experiment.file import Experiment
from nvprotocol.experiment.measured_points import MeasuredData
from nvprotocol.experiment.observable import Emulated, Observable, value_of
from nvprotocol.tomography.state_estimate import SUSPECT

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

    Raises:
        ArgumentError: If one is not as described.

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

    def __post_init__(self) -> None:
        text(self.label, "label")
        for name in ("exact", "fine_exact") if self.ideal is None else ("exact", "fine_exact", "ideal"):
            instance(getattr(self, name), name, Exact, article="an")
        known = [one for one in instance(self.estimates, "estimates", list) if one is not None]
        if not all(isinstance(one, Estimate | Probability) for one in known):
            fail("estimates", "contain an Estimate, a Probability or None for each point", "contains something else")
        if len(self.estimates) != self.exact.values.size:
            fail("estimates", f"have {self.exact.values.size} entries, as `exact` has", f"has {len(self.estimates)}")
        if not isinstance(self.fine, np.ndarray) or self.fine.shape != self.fine_exact.values.shape:
            fail("fine", f"be an array of shape {self.fine_exact.values.shape}, as that of `fine_exact`", "is not")
        protect(self)

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
        measured: What a laboratory has measured, where the file has a section [data].

    Raises:
        ArgumentError: If one is not as described.

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
    measured: MeasuredData | None = None

    def __post_init__(self) -> None:
        instance(self.experiment, "experiment", Experiment, article="an")
        instances(self.curves, "curves", Curve)
        instance(self.agreement, "agreement", Agreement, article="an")
        instance(self.observable, "observable", Observable, article="an")
        if self.measured is not None:
            instance(self.measured, "measured", MeasuredData)
        if not isinstance(self.covered, tuple) or len(self.covered) != 2:
            fail("covered", "be a pair of whole numbers", f"is {show(self.covered)}")
        for number in self.covered:
            whole_number(number, "covered", minimum=0)
        protect(self)

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


def _largest_difference(curve: Curve) -> float:
    """Of the states where there is tomography, else of the observable."""
    largest = 0.0
    for k, emulated in enumerate(curve.estimates):
        if isinstance(emulated, Estimate):
            largest = max(largest, float(np.abs(emulated.state - curve.exact.states[k]).max()))
        elif emulated is not None:
            largest = max(largest, abs(emulated.value - float(curve.exact.values[k])))
    return largest


def _deviation(emulated: Emulated | None, exact: float) -> float:
    if emulated is None or not emulated.standard_error > 0:
        return float("nan")
    return (value_of(emulated) - exact) / emulated.standard_error
