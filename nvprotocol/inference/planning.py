"""What to measure next: what each circuit tells, and how to spread the runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from nvprotocol._checks import MOST_SHOTS, fail, instance, one_of, real_number, show, whole_number, whole_numbers
from nvprotocol._read_only import holds_read_only
from nvprotocol._text_table import aligned
from nvprotocol.device import Device
from nvprotocol.inference.comparison import checked_values, fixed_optimum, null_distribution
from nvprotocol.inference.fit_result import Fit, held
from nvprotocol.inference.maximum import inverse, unidentified
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.prediction import JointPrediction, Prediction
from nvprotocol.inference.readings import Expected
from nvprotocol.inference.series import checked_circuits
from nvprotocol.inference.task import Task
from nvprotocol.tomography.proportions import checked_level

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

Real = NDArray[np.float64]

_ROUNDS = 20_000
"""Most steps of the search for the best spread."""

_MOST_GAIN = 30.0
"""Logarithm of the largest gain that is looked for."""

_LEAST_SHARE = 1e-3
"""Share of all that there is to spend below which a circuit is not worth it."""

_SETTLED = 1e-6
"""Relative gain that a better spread could still have, at which the search ends."""


@dataclass(frozen=True, eq=False)
@holds_read_only
class Plan:
    """How to spread runs over circuits, and what comes out of it.

    Attributes:
        names: The parameters.
        at: Their values.
        goal: What was made small: "D", "A" or a parameter; "" where the spread was given.
        shots: Runs of each circuit; 0 for one that is not worth it.
        standard_errors: Parameter → standard error to expect with them, inf where these runs do not tell it; without
            those that no circuit tells.
        equal_split: The same for equally many runs of all circuits, as many together as planned, or as long together.
        information: Fisher information of a run of each circuit, shape (circuits, K, K).
        run_us: How long a run of each circuit takes in µs.
        per_second: Whether seconds were to be spread, and not runs.
        known: Fisher information of what has been measured before, shape (K, K).
        unidentified: Parameters that none of the circuits tells apart from the others.

    Examples:
        >>> def model(rate):
        ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
        >>> delays = [nv.protocols.relaxometry(time) for time in (0.1, 0.8, 6.0)]
        >>> print(nv.inference.plan(model, delays, {"rate": 0.5}, 1000))
              value  standard error  equal split
        rate  0.5    0.022           0.033
        Runs, 0.0008 s altogether: 1000 of circuit 1.
    """

    names: tuple[str, ...]
    at: dict[str, float]
    goal: str
    shots: tuple[int, ...]
    standard_errors: dict[str, float]
    equal_split: dict[str, float]
    information: Real
    run_us: tuple[float, ...]
    per_second: bool
    known: Real
    unidentified: tuple[str, ...]
    _predicted: Callable[[], Prediction] | None

    def __getstate__(self) -> dict[str, Any]:
        """Without the model, which need not travel."""
        return vars(self) | {"_predicted": None}

    def power(self, fixed: Mapping[str, float], level: float = 0.95) -> float:
        """How probable it is that the runs of the plan, and they alone, show that parameters have not some values.

        What `compare` finds is noncentral χ², or at a limit the square of a normal variable cut at 0, with the rise of
        the deviance that the expected counts have as noncentrality (Cowan et al., doi:10.1140/epjc/s10052-011-1554-0).

        Args:
            fixed: Parameters, and the values that are to be rejected, such as {"ratio": 0.0}.
            level: 1 − the probability of rejecting what is true.

        Raises:
            ArgumentError: If an argument is not as described, other parameters are unidentified there, or the plan has
                left its model behind in a pickle.

        Examples:
            >>> def model(rate):
            ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
            >>> planned = nv.inference.plan(model, [nv.protocols.relaxometry(0.8)], {"rate": 0.5}, 1000)
            >>> round(planned.power({"rate": 0.45}), 2)
            0.66
        """
        if self._predicted is None:
            fail("plan", "hold its model", "has left it behind when it was pickled")
        prediction = self._predicted()
        parameters = prediction.parameters
        values = checked_values(parameters, fixed)
        checked_level(real_number(level, "level", minimum=0.5))
        expected = [
            Expected(runs * table[0])
            for runs, table in zip(self.shots, prediction.probabilities(parameters.start[None]), strict=True)
        ]
        all_places = np.arange(parameters.start.size)
        called = [f"circuits[{k}]" for k in range(len(expected))]
        task = Task(JointPrediction(parameters, [(prediction, all_places)]), expected, called)
        null = fixed_optimum(task, parameters.start, values)
        places = np.array([parameters.names.index(name) for name in values])
        return null_distribution(task, null, places, parameters.start).power(max(null.deviance, 0.0), level)

    @property
    def time_s(self) -> float:
        """How long it takes in s."""
        return float(np.dot(self.shots, self.run_us)) * 1e-6

    def gain(self, name: str) -> float:
        """How many times as many runs an equal split needs for the same standard error of a parameter; inf for never.

        Raises:
            ArgumentError: If it is none that is told.

        Examples:
            >>> def model(rate):
            ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
            >>> delays = [nv.protocols.relaxometry(time) for time in (0.1, 0.8, 6.0)]
            >>> round(nv.inference.plan(model, delays, {"rate": 0.5}, 1000).gain("rate"), 1)
            2.2
        """
        one_of(name, "name", tuple(self.standard_errors))
        aim, place = self.standard_errors[name], self.names.index(name)
        scale = _scale(np.array(list(self.at.values())))
        cost = np.array(self.run_us) if self.per_second else np.ones(len(self.shots))
        split = np.full(len(self.shots), float(np.dot(self.shots, cost)) / cost.sum())

        def error(logarithm: float) -> float:
            return float(_errors(np.exp(logarithm) * split, self.information, self.known, scale)[place])

        if not np.isfinite(aim) or not np.isfinite(error(_MOST_GAIN)) or error(_MOST_GAIN) > aim:
            return np.inf if np.isfinite(aim) else 0.0
        found: Any = brentq(lambda one: error(one) - aim, -_MOST_GAIN, _MOST_GAIN, xtol=1e-9)
        return float(np.exp(found))

    def __str__(self) -> str:
        """Errors to expect, and the runs of the circuits that are worth any."""
        rows = [("", "value", "standard error", "equal split")]
        for name in self.names:
            if name in self.standard_errors:
                errors = f"{self.standard_errors[name]:.2g}", f"{self.equal_split[name]:.2g}"
                rows.append((name, f"{self.at[name]:g}", *errors))
            else:
                rows.append((name, f"{self.at[name]:g}", "not identified", ""))
        used = ", ".join(f"{shots} of circuit {k}" for k, shots in enumerate(self.shots) if shots)
        return "\n".join([*aligned(rows, gap=2), f"Runs, {self.time_s:.3g} s altogether: {used}."])


def plan(
    model: Callable[..., Device],
    circuits: "Sequence[QuantumCircuit]",
    at: Mapping[str, float],
    shots: int | Sequence[int] | None = None,
    postselect: Mapping[str, int | str] | None = None,
    goal: str | None = None,
    *,
    time_s: float | None = None,
    overhead_us: float = 0.0,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    after: Fit | None = None,
) -> Plan:
    """Spreads runs over circuits so that they tell most about parameters of a device.

    The Fisher information of a run of each circuit, with readout errors and what is discarded, adds up. Its inverse is
    the covariance to expect. A spread is best where no circuit's run would tell more than the mean one (Kiefer and
    Wolfowitz, doi:10.4153/CJM-1960-030-4), and is found by multiplying weights with what their circuits tell (Torsney's
    algorithm); what "more" is, is the goal.

    Args:
        model: As for `fit`.
        circuits: Candidates, such as many delays.
        at: Parameter → the value expected.
        shots: Runs altogether; or those of each circuit, whose spread is then left as it is; or
        time_s: seconds altogether; then what counts is what a circuit tells per second.
        postselect: As for `fit`; runs that are discarded are counted.
        goal: "D", the default, for the smallest volume of the confidence ellipsoid, "A" for the smallest sum of squared
            relative errors, or the parameter whose error is to be small.
        overhead_us: Time of a run besides the circuit's own in µs, such as preparation.
        bounds: As for `fit`; they matter for the power of comparisons.
        after: A fit of the same parameters to what has been measured already, whose information adds: with it, what is
            planned is the next measurement of a sequence.

    Raises:
        ArgumentError: If an argument is not as described, or nothing tells the parameter that is the goal.

    Examples:
        >>> def model(rate):
        ...     return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))
        >>> delays = [nv.protocols.relaxometry(time) for time in (0.1, 0.8, 6.0)]
        >>> nv.inference.plan(model, delays, {"rate": 0.5}, 1000).shots
        (0, 1000, 0)
    """
    parameters = Parameters.checked(at, bounds, "at")
    prediction = Prediction(model, parameters, checked_circuits(circuits), postselect, discarded=True)
    information = _information(prediction, parameters)
    run_us = np.array(prediction.durations_us) + real_number(overhead_us, "overhead_us", minimum=0.0)
    given = None if isinstance(shots, int | None) else _given(shots, run_us.size, goal)
    cost, budget = _budget(shots if given is None else sum(given), time_s, run_us)  # pyright: ignore[reportArgumentType]
    scale, before, names = _scale(parameters.start), _known(after, parameters), np.array(parameters.names)
    told = np.isfinite(_errors(np.ones(run_us.size), information, before, scale))
    aim = _aim(goal, parameters, told)
    each, criterion = information * (budget / cost)[:, None, None], _criterion(aim, parameters, scale, told)
    runs = given or _whole(_spread(each, before, criterion, scale, aim), budget, cost)
    equal = np.full(run_us.size, budget / cost.sum())
    errors = [_errors(one, information, before, scale)[told] for one in (np.array(runs, dtype=float), equal)]
    return Plan(
        names=parameters.names,
        at=dict(zip(parameters.names, parameters.start.tolist(), strict=True)),
        goal=aim if given is None else "",
        shots=runs,
        standard_errors=dict(zip(names[told].tolist(), errors[0].tolist(), strict=True)),
        equal_split=dict(zip(names[told].tolist(), errors[1].tolist(), strict=True)),
        information=information,
        run_us=tuple(run_us.tolist()),
        per_second=time_s is not None,
        known=before,
        unidentified=tuple(names[~told].tolist()),
        _predicted=lambda: prediction,
    )


def _aim(goal: str | None, parameters: Parameters, told: NDArray[np.bool_]) -> str:
    """What is to be made small."""
    if goal is None:
        return "D"
    one_of(goal, "goal", ("D", "A", *parameters.names))
    if goal not in ("D", "A") and not told[parameters.names.index(goal)]:
        fail("goal", "be a parameter that the circuits tell", f"is {show(goal)}")
    return goal


def _known(after: Fit | None, parameters: Parameters) -> Real:
    """The Fisher information of what has been measured already, shape (K, K)."""
    if after is None:
        return np.zeros((parameters.start.size,) * 2)
    task, best = held(instance(after, "after", Fit))
    if set(task.parameters.names) != set(parameters.names):
        must = f"be a fit of the parameters of the plan ({', '.join(parameters.names)})"
        fail("after", must, f"is of {', '.join(task.parameters.names)}")
    order = [task.parameters.names.index(name) for name in parameters.names]
    return task.fisher(best.expected, best.jacobian)[np.ix_(order, order)]


def _given(shots: object, number: int, goal: str | None) -> tuple[int, ...]:
    """Runs of each circuit, as they are given."""
    runs = whole_numbers(shots, "shots", minimum=0, maximum=MOST_SHOTS)
    if len(runs) != number or not sum(runs):
        fail("shots", f"be a number, or numbers for each of {number} circuits that are not all 0", f"is {show(runs)}")
    if goal is not None:
        fail("goal", "be left out where the runs of each circuit are given", f"is {show(goal)}")
    return runs


def _budget(shots: int | None, time_s: float | None, run_us: Real) -> tuple[Real, float]:
    """What a run of each circuit costs, and what there is to spend: runs, or µs."""
    if (shots is None) == (time_s is None):
        fail("shots", "be given, or `time_s`", "is not" if shots is None else "is given with it")
    if time_s is None:
        return np.ones(run_us.size), float(whole_number(shots, "shots", minimum=1, maximum=MOST_SHOTS))
    if not np.all(run_us > 0):
        fail("overhead_us", "be positive where a circuit takes no time and seconds are counted", "is 0")
    return run_us, 1e6 * real_number(time_s, "time_s", above=0.0)


def _scale(values: Real) -> Real:
    """How large each parameter is."""
    return np.where(values != 0, np.abs(values), 1.0)


def _information(prediction: Prediction, parameters: Parameters) -> Real:
    """Fisher information of a run of each circuit, shape (circuits, K, K)."""
    points, step = parameters.neighbours(parameters.start, both=True)
    points = np.clip(points, parameters.low, parameters.high)
    apart = np.diag(points[1 : step.size + 1] - points[step.size + 1 :])
    found = []
    for table in prediction.probabilities(points):
        if np.isnan(table).any():
            fail("at", "lie inside of where the model has a device", "lies on its edge")
        centre, up, down = table[0], table[1 : step.size + 1], table[step.size + 1 :]
        slope = ((up - down) / apart[:, None]).T
        possible = centre > 1e-12
        found.append(slope[possible].T @ (slope[possible] / centre[possible, None]))
    return np.array(found)


def _criterion(goal: str, parameters: Parameters, scale: Real, told: NDArray[np.bool_]) -> Real:
    """The matrix B of the goal tr(B F⁻¹), in the units of the parameters; for "D" it is not used."""
    if goal in ("D", "A"):
        return np.diag(np.where(told, scale**-2.0, 0.0))
    return np.diag((np.array(parameters.names) == goal).astype(float))


def _spread(information: Real, before: Real, criterion: Real, scale: Real, goal: str) -> Real:
    """The best weights, from what each circuit would tell if all were spent on it."""
    weights = np.full(len(information), 1 / len(information))
    for _ in range(_ROUNDS):
        covariance = inverse(before + np.tensordot(weights, information, 1), scale)
        middle = covariance if goal == "D" else covariance @ criterion @ covariance
        told = np.maximum(np.einsum("cij,ji->c", information, middle), 0.0)
        mean = float(weights @ told)
        if told.max() < mean * (1 + _SETTLED):
            break
        weights = weights * (told / mean if goal == "D" else np.sqrt(told / mean))
        weights /= weights.sum()
    return weights


def _errors(runs: Real, information: Real, before: Real, scale: Real) -> Real:
    """Standard errors with some runs of each circuit; inf of what they do not tell."""
    fisher = before + np.tensordot(runs, information, 1)
    lost = np.sum(unidentified(fisher, scale) ** 2, axis=1) > 1e-6
    return np.where(lost, np.inf, np.sqrt(np.maximum(np.diag(inverse(fisher, scale)), 0.0)))


def _whole(weights: Real, budget: float, cost: Real) -> tuple[int, ...]:
    """Whole numbers of runs for shares of what there is to spend, never more; single runs by largest remainders."""
    worth = np.where(weights < _LEAST_SHARE, 0.0, weights)
    runs = worth / worth.sum() * budget / cost
    whole = np.floor(runs + 1e-9)
    if np.all(cost == 1):
        missing = round(float(runs.sum() - whole.sum()))
        whole[np.argsort(whole - runs, kind="stable")[:missing]] += 1
    return tuple(int(one) for one in whole)
