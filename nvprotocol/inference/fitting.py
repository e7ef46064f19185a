"""Parameters of a model from counts, with intervals that cover."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instances, mapping, real_number, show, text, whole_number
from nvprotocol.device import Device
from nvprotocol.inference.fit_result import Fit
from nvprotocol.inference.goodness import goodness_of_fit
from nvprotocol.inference.maximum import Optimum, descend, inverse, unidentified
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.profile import intervals
from nvprotocol.inference.readings import Reading
from nvprotocol.inference.series import Series, task_of
from nvprotocol.inference.starts import mirrored_point, other_starts
from nvprotocol.inference.task import Task
from nvprotocol.tomography.proportions import checked_level

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Real = NDArray[np.float64]

_SAME = 1e-4
"""Difference of deviances that no counts tell."""

_FLAT = 0.01
"""Rise of the deviance over all that a parameter may be, up to which nothing tells it."""

_FITS = 0.05
"""p-value of an optimum beyond which no other is looked for."""

_FEW_EVENTS = 5.0
"""Expected runs of a reading below which they are not normal."""

_MORE_STARTS = 3
"""Further searches where the first one does not end in what fits."""


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
    units: Mapping[str, str] | None = None,
) -> Fit:
    """Finds the parameters of a device from what was counted on it, with intervals by profile likelihood.

    The likelihood is that of all counts, with readout errors, and of how many runs were discarded.

    Args:
        model: Function of the free parameters, by name, that returns the device.
        circuits: The circuits that were run.
        counts: For each the readings as `get_counts` gives them, {"01": 212, …}, with as many bits as the circuit;
            with `postselect` those of all runs, or of the kept ones and {"discarded": number}. Or `Events`, `Photons`,
            `Average`.
        start: Free parameters, and where to start.
        bounds: Parameter → (low, high), inf for none. The model is never asked beyond them.
        postselect: Register → outcome that is kept, as for `emulate`.
        level: Confidence level of the intervals, from 0.5 on.
        discarded: "counted" where the counts tell how many runs were discarded, which is then used; "unknown" where
            they do not: then only the kept ones are compared with each other.
        starts: In how many places searches begin: the given one, and the best ones of a set within the bounds, or
            within a factor of 4 of the start. By default in others only where the first one has ended in what does not
            fit or leaves something unidentified.
        units: Parameter → unit that tables show.

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
    series = Series(model, circuits, counts, postselect, discarded=discarded)
    return fit_together([series], start, bounds, level, starts=starts, units=units)


def fit_together(
    series: Sequence[Series],
    start: Mapping[str, float],
    bounds: Mapping[str, tuple[float, float]] | None = None,
    level: float = 0.95,
    *,
    starts: int | None = None,
    units: Mapping[str, str] | None = None,
) -> Fit:
    """Finds the parameters of several devices, or of one on several days, from all that was counted on them.

    The likelihoods of the series multiply. What is shared between them is told by all; what drifts has a name of its
    own in each (`Series.names`).

    Args:
        series: What was measured, each with its model.
        start: As for `fit`, all parameters of all series.
        bounds: As for `fit`.
        level: As for `fit`.
        starts: As for `fit`.
        units: As for `fit`.

    Returns:
        A `Fit`; its circuits are those of all series, one after the other.

    Raises:
        ArgumentError: If an argument is not as described, or a model raises an error at the start.

    Examples:
        >>> def model(a, a_other):
        ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a + a_other)))
        >>> circuits = [nv.protocols.relaxometry(1.0)]
        >>> cold = nv.inference.Series(model, circuits, [{"00": 600, "10": 400}], names={"a": "a", "a_other": "cold"})
        >>> warm = nv.inference.Series(model, circuits, [{"00": 800, "10": 200}], names={"a": "a", "a_other": "warm"})
        >>> start, bounds = {"a": 0.4, "cold": 0.1, "warm": 0.5}, {"cold": (0.0, 0.2)}
        >>> nv.inference.fit_together([cold, warm], start, bounds).unidentified != ()
        True
    """
    several = instances(series, "series", Series)
    checked_level(real_number(level, "level", minimum=0.5))
    chosen = Parameters.checked(start, bounds)
    shown = _units(units, chosen)
    number = None if starts is None else whole_number(starts, "starts", minimum=1)
    task = task_of(several, chosen)
    best, searches = largest_likelihood(task, number)
    return _result(task, best, level, shown, {"starts": searches})


def largest_likelihood(task: Task, starts: int | None = None) -> tuple[Optimum, int]:
    """Where the counts are most likely, and in how many places the search has begun.

    Args:
        task: What is to be explained.
        starts: As for `fit`.

    Raises:
        ArgumentError: If the counts cannot be wherever the search has begun.
    """
    parameters = task.parameters
    free = np.ones(len(parameters.names), dtype=bool)
    optima = [descend(task, parameters.start, free)]
    more = (0 if _is_sound(task, optima[0]) else _MORE_STARTS) if starts is None else starts - 1
    optima += [descend(task, point, free) for point in other_starts(task, optima[0], more)]
    best = min(optima, key=lambda one: one.deviance)
    if not np.isfinite(best.deviance):
        fail("start", "give the counts a chance", "is where the model says that they cannot be")
    near = [one for one in optima if one.deviance < best.deviance + _SAME]
    return min(near, key=lambda one: float(np.sum(((one.point - parameters.start) / parameters.scale) ** 2))), len(
        optima
    )


def _units(given: object, parameters: Parameters) -> dict[str, str]:
    """The units to show, of parameters that there are."""
    units = mapping(given, "units", "parameters to units") if given is not None else {}  # pyright: ignore[reportArgumentType]
    for name, unit in units.items():
        if name not in parameters.names:
            fail("units", f"be of parameters in `start` ({', '.join(parameters.names)})", f"has {show(name)}")
        text(unit, "units", of="contain texts only")
    return dict(units)


def _is_sound(task: Task, found: Optimum) -> bool:
    """Whether an optimum has been reached, fits, and tells all parameters but those that lie on a limit."""
    if not (found.reached and np.isfinite(found.deviance)):
        return False
    parameters = task.parameters
    inside = np.flatnonzero((found.point > parameters.low) & (found.point < parameters.high))
    fisher = task.fisher(found.expected, found.jacobian)[np.ix_(inside, inside)]
    if inside.size and unidentified(fisher, parameters.scale[inside]).size:
        return False
    p_value = goodness_of_fit(task, found.expected, found.point.size)
    return p_value is None or p_value > _FITS


def _result(task: Task, best: Optimum, level: float, units: dict[str, str], metadata: dict[str, Any]) -> Fit:
    """What an optimum says, with the intervals around it."""
    parameters = task.parameters
    names, fisher = np.array(parameters.names), task.fisher(best.expected, best.jacobian)
    modes = unidentified(fisher, parameters.scale)
    suspects = np.flatnonzero(np.sum(modes**2, axis=1) > 1e-6)
    hidden = {int(k) for k in suspects if _is_flat(task, best, int(k))}
    told = [k for k in range(names.size) if k not in hidden]
    some, correlation = _covariance(inverse(fisher, parameters.scale), told, suspects)
    errors = np.sqrt(np.diag(some))
    ends = intervals(task, best, told, level)
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
        intervals={str(names[k]): both for k, both in ends.items()},
        level=level,
        standard_errors={str(names[k]): float(error) for k, error in zip(told, errors, strict=True)},
        covariance=some,
        correlation=correlation,
        unidentified=tuple(one for one in combinations if one),
        at_limit=tuple(str(names[k]) for k in at_limit),
        few_events=tuple(str(names[k]) for k in _decided_by_few(task, best, ends)),
        mirrored=tuple(str(names[k]) for k in told if _has_mirror(task, best, k)),
        p_value=goodness_of_fit(task, best.expected, len(told) - len(at_limit)),
        deviance=best.deviance,
        residuals=residuals,
        devices=task.prediction.devices_at(best.point),
        units=units,
        metadata=metadata | {"evaluations": task.prediction.evaluations},
        _explained=lambda: (task, best),
    )


def _covariance(every: Real, told: list[int], suspects: NDArray[np.intp]) -> tuple[Real, Real]:
    """The covariance of parameters that are told, and their correlation coefficients."""
    some = every[np.ix_(told, told)]
    size = np.sqrt(np.where(np.diag(some) > 0, np.diag(some), 1.0))
    correlation = some / np.outer(size, size)
    # Told by their squares only, at 0, or by their limits, in combinations that the counts leave open.
    vague = [place for place, k in enumerate(told) if k in suspects or some[place, place] == 0]
    some[vague, vague] = np.inf
    return some, correlation


def _decided_by_few(task: Task, best: Optimum, ends: Mapping[int, tuple[float, float]]) -> list[int]:
    """Parameters for which rare readings make most of what the deviance rises by at an end of the interval."""
    if not np.any(task.counted & (best.expected < 2 * _FEW_EVENTS)):
        return []
    sides = [(k, end) for k, both in ends.items() for end in both if np.isfinite(end) and end != best.point[k]]
    points = np.tile(best.point, (len(sides), 1))
    for point, (k, end) in zip(points, sides, strict=True):
        point[k] = end
    found, before = [], task.deviances(best.expected)
    for (k, _), expected in zip(sides, task.expectations(points) if sides else [], strict=True):
        if np.isfinite(expected).all():
            rises = task.deviances(expected) - before
            rare = task.counted & (expected < _FEW_EVENTS)
            if rises[rare].sum() > rises.sum() / 2 and k not in found:
                found.append(k)
    return found


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
