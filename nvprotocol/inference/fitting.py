"""Parameters of a model from counts, with intervals that cover."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, function, instances, one_of, real_number, show, whole_number
from nvprotocol._read_only import holds_read_only
from nvprotocol._text_table import aligned
from nvprotocol.device import Device
from nvprotocol.inference.goodness import goodness_of_fit
from nvprotocol.inference.maximum import Optimum, descend, inverse, unidentified
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.prediction import Prediction, Task
from nvprotocol.inference.profile import intervals
from nvprotocol.inference.readings import Reading, reading_of
from nvprotocol.inference.starts import mirrored_point, other_starts
from nvprotocol.tomography.proportions import checked_level

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from qiskit import QuantumCircuit

Real = NDArray[np.float64]

CONTRADICTION = 1e-3
"""p-value below which the counts are said to contradict the model."""

_NEVER = 1e4
"""Residual of what the model says cannot be."""

_SAME = 1e-4
"""Difference of deviances that no counts tell."""

_FLAT = 0.01
"""Rise of the deviance over all that a parameter may be, up to which nothing tells it."""

_FITS = 0.05
"""p-value of an optimum beyond which no other is looked for."""

_MORE_STARTS = 3
"""Further searches where the first one does not end in what fits."""


@dataclass(frozen=True, eq=False)
@holds_read_only
class Fit:
    """Parameters of a model, from counts.

    Attributes:
        names: The free parameters that the counts determine, then those that they do not.
        values: Parameter → value of the largest likelihood; without those that nothing tells.
        intervals: Parameter → (low, high) at the level, by profile likelihood.
        level: Confidence level.
        standard_errors: Parameter → standard error from the Fisher information, for planning; where a limit is near, or
            the likelihood is not quadratic, only the interval is right.
        covariance: The inverse Fisher information of the parameters in `values`, in their order.
        correlation: Their correlation coefficients.
        unidentified: Combinations of parameters that the counts say nothing about, each by its parameters' weights.
        at_limit: Parameters whose value lies on one of their bounds.
        mirrored: Parameters whose sign the counts do not tell; the value is the one nearer to the start.
        p_value: Probability that the counts of a true model fit no better (Pearson's X² with its exact moments); None
            where no degree of freedom is left.
        deviance: 2 (log L of a model that fits every number − log L).
        residuals: For each circuit reading → (number − expectation)/√variance; |…| of 3 is rare.
        device: The model at the values.
        metadata: "starts", how many searches were made; "evaluations", how often the model was asked.

    Examples:
        >>> def model(rate):
        ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
        >>> found = nv.inference.fit(model, [nv.protocols.relaxometry(1.0)], [{"00": 600, "10": 400}], {"rate": 0.5})
        >>> print(found)
              value  95 % interval
        rate  0.458  0.421 to 0.497
        Agreement with the model: no degrees of freedom are left for a goodness-of-fit test
    """

    names: tuple[str, ...]
    values: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    level: float
    standard_errors: dict[str, float]
    covariance: Real
    correlation: Real
    unidentified: tuple[dict[str, float], ...]
    at_limit: tuple[str, ...]
    mirrored: tuple[str, ...]
    p_value: float | None
    deviance: float
    residuals: tuple[dict[str, float], ...]
    device: Device
    metadata: dict[str, Any]
    _explained: Callable[[], tuple[Task, Optimum]] | None

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said besides the numbers."""
        said = [f"{_combination(one)} is not identified by the counts." for one in self.unidentified]
        said += [f"The sign of {name} is not identified by the counts." for name in self.mirrored]
        said += [f"{name} lies on its limit {show(self.values[name])}." for name in self.at_limit]
        if self.p_value is not None and self.p_value < CONTRADICTION:
            worst = max((abs(value), at, key) for at, one in enumerate(self.residuals) for key, value in one.items())
            of = f"{worst[2]} of circuit {worst[1]}"
            why = f"the largest residual, {worst[0]:.1f}, is that of {of}"
            why = f"it says that {of} cannot be, which was counted" if worst[0] > _NEVER else why
            said.append(f"The counts contradict the model (p = {self.p_value:.2g}): {why}.")
        return tuple(said)

    def __str__(self) -> str:
        """A table of the parameters, and what has to be said besides."""
        percent = f"{100 * self.level:g} %"
        rows = [("", "value", f"{percent} interval")]
        for name in self.names:
            if name in self.values:
                low, high = self.intervals[name]
                digits = _decimals(high - low)
                rows.append((name, f"{self.values[name]:.{digits}f}", f"{low:.{digits}f} to {high:.{digits}f}"))
            else:
                rows.append((name, "not identified", ""))
        quality = (
            "no degrees of freedom are left for a goodness-of-fit test"
            if self.p_value is None
            else f"p = {self.p_value:.2g}"
        )
        return "\n".join([*aligned(rows, gap=2), f"Agreement with the model: {quality}", *self.notes])

    def __getstate__(self) -> dict[str, Any]:
        """Without the model, which need not travel."""
        return vars(self) | {"_explained": None}

    def __copy__(self) -> "Fit":
        return self

    def __deepcopy__(self, _: object) -> "Fit":
        return self  # it cannot be changed

    def plot(self, ax: "Axes | None" = None, *, x: Sequence[float] | None = None, label: str = "circuit") -> "Axes":
        """Draws the measured shares of all readings with their intervals, and the model.

        Args:
            ax: Axes to draw into; new ones by default.
            x: A number of each circuit, such as its delay; its place by default.
            label: What that is, with its unit.

        Raises:
            ArgumentError: If there is not a number for each circuit, or the model was left behind in a pickle.

        Examples:
            >>> def model(rate):
            ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
            >>> counts = [{"00": 300, "10": 700}, {"00": 600, "10": 400}]
            >>> circuits = [nv.protocols.relaxometry(time) for time in (0.4, 1.0)]
            >>> axes = nv.inference.fit(model, circuits, counts, {"rate": 0.5}).plot(x=[0.4, 1.0], label="time (µs)")
            >>> axes.get_ylabel()
            'share of runs'
        """
        from nvprotocol.inference.drawing import draw

        return draw(*held(self), self.level, ax, x, label)


def held(found: Fit) -> tuple[Task, Optimum]:
    """What a fit was asked to explain, and the optimum.

    Raises:
        ArgumentError: If the model has been left behind: it does not travel in a pickle.
    """
    if found._explained is None:
        fail("fit", "hold its model", "has left it behind when it was pickled")
    return found._explained()


def fit(
    model: Callable[..., Device],
    circuits: "Sequence[QuantumCircuit]",
    counts: Sequence[Mapping[str, int] | Reading],
    start: Mapping[str, float],
    bounds: Mapping[str, tuple[float, float]] | None = None,
    postselect: Mapping[str, int | str] | None = None,
    level: float = 0.95,
    *,
    discarded: str = "counted",
    starts: int | None = None,
) -> Fit:
    """Finds the parameters of a device from what was counted on it, with intervals by profile likelihood.

    The likelihood is that of all counts, with readout errors, and of how many runs were discarded.

    Args:
        model: Function of the free parameters, by name, that returns the device.
        circuits: The circuits that were run.
        counts: For each the readings as `get_counts` gives them, {"01": 212, …}, with as many bits as the circuit;
            with `postselect` those of all runs, or of the kept ones and {"discarded": number}. Or `Photons`, `Average`.
        start: Free parameters, and where to start.
        bounds: Parameter → (low, high), inf for none. The model is never asked beyond them.
        postselect: Register → outcome that is kept, as for `emulate`.
        level: Confidence level of the intervals, from 0.5 on.
        discarded: "counted" where the counts tell how many runs were discarded, which is then used; "unknown" where
            they do not: then only the kept ones are compared with each other.
        starts: In how many places searches begin: the given one, and the best ones of a set within the bounds, or
            within a factor of 4 of the start. By default in others only where the first one has ended in what does not
            fit or leaves something unidentified.

    Returns:
        A `Fit`.

    Raises:
        ArgumentError: If an argument is not as described, or the model raises an error at the start.

    Examples:
        >>> from qiskit import QuantumCircuit
        >>> def relaxation(time):
        ...     circuit = QuantumCircuit(2, 2)
        ...     circuit.x(1)  # |ud⟩: the first qubit up
        ...     circuit.delay(time, [0, 1], unit="us")
        ...     circuit.measure([0, 1], [0, 1])
        ...     return circuit
        >>> def model(a, ratio):
        ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a)))
        >>> circuits = [relaxation(time) for time in (0.3, 1.0, 3.0)]
        >>> counts = [{"00": 148, "01": 25, "10": 327}, {"00": 301, "01": 64, "10": 135}, {"00": 431, "01": 69}]
        >>> found = nv.inference.fit(model, circuits, counts, {"a": 0.5, "ratio": 0.5}, {"a": (0, 10), "ratio": (0, 1)})
        >>> sorted(found.values)
        ['a', 'ratio']
    """
    task, chosen, number = _task_of(model, circuits, counts, start, bounds, postselect, level, discarded, starts)
    free = np.ones(len(task.parameters.names), dtype=bool)
    optima = [descend(task, chosen.start, free)]
    more = (0 if _is_sound(task, optima[0]) else _MORE_STARTS) if number is None else number - 1
    optima += [descend(task, point, free) for point in other_starts(task, optima[0], more)]
    best = min(optima, key=lambda one: one.deviance)
    if not np.isfinite(best.deviance):
        fail("start", "give the counts a chance", "is where the model says that they cannot be")
    near = [one for one in optima if one.deviance < best.deviance + _SAME]
    best = min(near, key=lambda one: float(np.sum(((one.point - chosen.start) / chosen.scale) ** 2)))
    return _result(task, best, level, {"starts": len(optima)})


def _task_of(
    model: object,
    circuits: object,
    counts: object,
    start: object,
    bounds: object,
    postselect: Mapping[str, int | str] | None,
    level: object,
    discarded: str,
    starts: object,
) -> tuple[Task, Parameters, int | None]:
    """The arguments of `fit`, checked."""
    called = function(model, "model")
    several = checked_circuits(circuits)
    checked_level(real_number(level, "level", minimum=0.5))
    one_of(discarded, "discarded", ("counted", "unknown"))
    if isinstance(counts, Mapping | str) or not isinstance(counts, Sequence) or len(counts) != len(several):
        is_of = f"has {len(counts)}" if isinstance(counts, Sequence) else f"is of type {type(counts).__name__}"
        fail("counts", f"be a sequence of {len(several)}, one for each circuit", is_of)
    parameters = Parameters.checked(start, bounds)
    known = discarded == "counted"
    prediction = Prediction(called, parameters, several, postselect, discarded=known)
    readings = [reading_of(one, f"counts[{k}]") for k, one in enumerate(counts)]
    number = None if starts is None else whole_number(starts, "starts", minimum=1)
    return Task(prediction, readings, discarded=known), parameters, number


def checked_circuits(circuits: object) -> "list[QuantumCircuit]":
    """Circuits that a user gives.

    Raises:
        ArgumentError: If they are none.
    """
    from qiskit import QuantumCircuit

    return instances(circuits, "circuits", QuantumCircuit)


def _is_sound(task: Task, found: Optimum) -> bool:
    """Whether an optimum has been reached, fits, and tells all parameters."""
    if not (found.reached and np.isfinite(found.deviance)):
        return False
    if unidentified(task.fisher(found.expected, found.jacobian), task.parameters.scale).size:
        return False
    p_value = goodness_of_fit(task, found.expected, found.point.size)
    return p_value is None or p_value > _FITS


def _result(task: Task, best: Optimum, level: float, metadata: dict[str, Any]) -> Fit:
    """What an optimum says, with the intervals around it."""
    parameters = task.parameters
    names, fisher = np.array(parameters.names), task.fisher(best.expected, best.jacobian)
    modes = unidentified(fisher, parameters.scale)
    suspects = np.flatnonzero(np.sum(modes**2, axis=1) > 1e-6) if modes.size else np.zeros(0, dtype=int)
    hidden = {int(k) for k in suspects if _is_flat(task, best, int(k))}
    told = [k for k in range(names.size) if k not in hidden]
    covariance = inverse(fisher, parameters.scale)
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    some = covariance[np.ix_(told, told)]
    size = np.where(errors[told] > 0, errors[told], 1.0)
    combinations = tuple(
        {str(names[k]): float(mode[k]) for k in sorted(hidden) if abs(mode[k]) > 1e-3} for mode in modes.T
    )
    at_limit = [k for k in told if best.point[k] in (parameters.low[k], parameters.high[k])]
    rows = task.pearson(best.expected)
    residuals = tuple(
        dict(zip(labels, rows[task.circuit_of == k].tolist(), strict=True)) for k, labels in enumerate(task.names)
    )
    return Fit(
        names=tuple(names[told].tolist() + names[sorted(hidden)].tolist()),
        values={str(names[k]): float(best.point[k]) for k in told},
        intervals={str(names[k]): ends for k, ends in intervals(task, best, told, level).items()},
        level=level,
        standard_errors={str(names[k]): float(errors[k]) for k in told},
        covariance=some,
        correlation=some / np.outer(size, size),
        unidentified=tuple(one for one in combinations if one),
        at_limit=tuple(str(names[k]) for k in at_limit),
        mirrored=tuple(str(names[k]) for k in told if _has_mirror(task, best, k)),
        p_value=goodness_of_fit(task, best.expected, len(told) - len(at_limit)),
        deviance=best.deviance,
        residuals=residuals,
        device=task.prediction.device_at(best.point),
        metadata=metadata | {"evaluations": task.prediction.evaluations},
        _explained=lambda: (task, best),
    )


def _is_flat(task: Task, best: Optimum, number: int) -> bool:
    """Whether the deviance, least over the others, hardly rises over what a parameter may be."""
    parameters = task.parameters
    free = np.arange(best.point.size) != number
    for side in (-1, 1):
        far = best.point[number] + side * max(parameters.scale[number], abs(best.point[number]))
        start = best.point.copy()
        start[number] = np.clip(far, parameters.low[number], parameters.high[number])
        if descend(task, start, free).deviance > best.deviance + _FLAT:
            return False
    return True


def _has_mirror(task: Task, best: Optimum, number: int) -> bool:
    """Whether the counts are as likely with the other sign of a parameter that is not 0."""
    other = mirrored_point(task.parameters, best.point, number)
    if other is None:
        return False
    return task.deviance(task.expectations(other[None])[0]) < best.deviance + _SAME


def _combination(shares: Mapping[str, float]) -> str:
    """A combination of parameters in words."""
    if len(shares) == 1:
        return next(iter(shares))
    return "a combination of " + " and ".join(shares)


def _decimals(width: float) -> int:
    """Decimals that show two digits of a width."""
    if not np.isfinite(width) or width <= 0:
        return 4
    return int(np.clip(1 - np.floor(np.log10(width / 2)), 0, 12))


__all__ = ["CONTRADICTION", "Fit", "fit"]
