"""Whatever an experiment, its results and its reports are given: a right answer, or one line of this package."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from experiments import MONITORED, UNMONITORED, result_of

import nvprotocol as nv
from nvprotocol.errors import ArgumentError
from nvprotocol.experiment import Agreement, Curve, Exact, ExperimentResult, Observable, Sweep, parse, run
from nvprotocol.experiment.schema import PROTOCOLS

MAKE: Any = Sweep
OUTCOMES = np.full((9, 4), 0.25)
STATE = np.eye(4) / 4


@pytest.mark.parametrize("name", PROTOCOLS)
def test_sections_of_protocols_are_found_by_pickle(name: str) -> None:
    section = PROTOCOLS[name]
    assert pickle.loads(pickle.dumps(section)) is section
    made = section.model_validate({"name": name})
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.model_fields_set == {"name"}


def test_what_an_experiment_has_computed_does_not_travel_with_it() -> None:
    experiment = parse(MONITORED)
    device = experiment.device(1, 0.2)
    for again in (pickle.loads(pickle.dumps(experiment)), copy.deepcopy(experiment)):
        assert again.content == experiment.content
        assert again.device(1, 0.2).dt_ns == device.dt_ns
        assert again.device(1, 0.2) is again.device(1, 0.3)
    part = pickle.loads(pickle.dumps(experiment.part(1, np.array([0.2]))))
    assert float(part.device(0, 0.2).equation.detuning) == 2.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda e: e.settings(2), r"`curve` must be at most 1, but is 2"),
        (lambda e: e.settings(0.0), r"`curve` must be a whole number"),
        (lambda e: e.settings(0, 3), r"`point` must be at most 2, but is 3"),
        (lambda e: e.settings(0, True), r"`point` must be a whole number"),
        (lambda e: e.settings(0, value="0.2"), r"`value` must be a real number"),
        (lambda e: e.settings(0, value=1e308), r"`value` must be at most 1e\+100"),
        (lambda e: e.device(-1, 0.2), r"`curve` must be at least 0"),
        (lambda e: e.device(0, None), r"`value` must be a real number"),
        (lambda e: e.equations([]), r"`values` must have one axis with at least one value"),
        (lambda e: e.equations([[0.1]]), r"`values` must have one axis"),
        (lambda e: e.equations([np.nan]), r"`values` must be finite"),
        (lambda e: e.along("ab"), r"`values` must be numeric"),
        (lambda e: e.part(0, [-1.0]), r"`duration` must be at least 0"),
        (lambda e: e.part(2, [1.0]), r"`curve` must be at most 1"),
        (lambda e: e.scan.put(None, 1.0), r"`content` must be an ExperimentFile"),
        (lambda e: e.scan.put(e.content, "1"), r"`value` must be a real number"),
        (lambda e: MAKE("protocol.pulses", [1.0]).put(e.content, 1), r"`content` must have the key protocol.pulses"),
        (lambda e: MAKE("magnet.gap_ghz", [1.0]).put(e.content, 1.0), r"`content` must have the key magnet.gap_ghz"),
        (lambda _: MAKE("protocol.checks", [1.0]).number(1.5), r"`value` must be a whole number, as protocol.checks"),
        (lambda _: MAKE("protocol.chekcs", [1.0]), r'is "protocol.chekcs"; did you mean "protocol.checks"\?'),
        (lambda _: MAKE("protocol.checks", 1.0), r"`values` must have one axis"),
    ],
)
def test_experiments_and_sweeps_say_what_they_take(call: Callable[[Any], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call(parse(MONITORED))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.0], r"`values` must be greater than 0, but contains 0"),
        ([1e-320], r"`values` must be at least 1e-100 us"),
        ([3.0, 4.5], r"`intrinsic_t2_us` must be at most 2·T1 = 4 us, but is 4.5\."),
    ],
)
def test_lifetimes_that_are_scanned_are_those_of_a_device(values: list[float], message: str) -> None:
    text = UNMONITORED.replace("medium.A", "device.intrinsic_t2").replace("start = 0.0", "start = 0.5")
    experiment = parse(f"device.intrinsic_t1 = 2.0\n{text}")
    with pytest.raises(ArgumentError, match=message):
        experiment.equations(np.array(values))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"estimate": STATE}, r"`estimate` must be an Estimate"),
        ({"state": "x"}, r"`state` must"),
        ({"state": np.eye(4)}, r"`state` must"),
        ({"state": np.stack([STATE, STATE])}, r"`state` must be one state, but has shape \(2, 4, 4\)"),
        ({"success_probability": 1.1}, r"`success_probability` must be from 0 to 1, but is 1.1"),
        ({"success_probability": None}, r"`success_probability` must be a real number"),
        ({"shots": 0}, r"`shots` must be at least 1"),
    ],
)
def test_states_to_compare_counts_with_are_states(changes: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"estimate": None, "state": STATE, "success_probability": 1.0, "shots": 10}
    nv.experiment.counts_agreement(**given)
    with pytest.raises(ArgumentError, match=message):
        nv.experiment.counts_agreement(**given | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"emulated": 1}, r"`emulated` must be an Estimate, a Probability or None, but is of type int"),
        ({"outcomes": OUTCOMES[0]}, r"`outcomes` must have shape \(settings, readings\)"),
        ({"outcomes": 2 * OUTCOMES}, r"`outcomes` must have rows that sum to 1, but one sums to 2"),
        ({"outcomes": OUTCOMES - np.array([0.3, -0.3, 0, 0])}, r"`outcomes` must be at least 0"),
        ({"outcomes": OUTCOMES[:5]}, r"`outcomes` must have shape \(9, 4\), as the counts have"),
    ],
)
def test_distributions_to_compare_counts_with_are_distributions(changes: dict[str, Any], message: str) -> None:
    estimate = result_of(UNMONITORED).curves[0].estimates[0]
    given: dict[str, Any] = {"emulated": estimate, "outcomes": OUTCOMES, "success_probability": 1.0}
    nv.experiment.outcomes_agreement(**given)
    with pytest.raises(ArgumentError, match=message):
        nv.experiment.outcomes_agreement(**given | changes)


@pytest.mark.parametrize("other", [None, 1.0, (1.0, 2), "x"])
def test_an_agreement_is_added_to_an_agreement(other: Any) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        Agreement(1.0, 2) + other
    for wrong in ((-1.0, 2), (1.0, 0.5), ("1", 2)):
        with pytest.raises(ArgumentError):
            Agreement(*wrong)  # pyright: ignore[reportArgumentType]


def test_results_are_results(tmp_path: Any) -> None:
    from rich.console import Console

    result = result_of(UNMONITORED)
    calls: list[Callable[[Any], object]] = [
        nv.experiment.to_dataset,
        nv.experiment.report_text,
        lambda one: nv.experiment.print_report(one, Console(quiet=True)),
        lambda one: nv.experiment.write_dataset(one, tmp_path / "data.nc"),
    ]
    for call in calls:
        with pytest.raises(ArgumentError, match=r"`result` must be an ExperimentResult, but is of type Experiment\."):
            call(result.experiment)
    with pytest.raises(ArgumentError, match="`console` must be a Console"):
        nv.experiment.print_report(result, print)  # pyright: ignore[reportArgumentType]
    for width in (0, 80.0, "80"):
        with pytest.raises(ArgumentError, match="`width` must be"):
            nv.experiment.report_text(result, width)  # pyright: ignore[reportArgumentType]
    for path in (None, 3, b"x", ""):
        with pytest.raises(ArgumentError, match="`path` must be the path of a file"):
            nv.experiment.write_dataset(result, path)  # pyright: ignore[reportArgumentType]
        with pytest.raises(ArgumentError, match="`path` must be the path of a file"):
            nv.experiment.read_dataset(path)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match="`progress` must be a function"):
        run(result.experiment, progress=int)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("curve", {"label": None}, "`label` must be a text"),
        ("curve", {"exact": None}, "`exact` must be an Exact"),
        ("curve", {"estimates": (None,)}, "`estimates` must be a list"),
        ("curve", {"estimates": [1, 2, 3]}, "`estimates` must contain an Estimate"),
        ("curve", {"estimates": [None]}, "`estimates` must have 3 entries"),
        ("curve", {"fine": np.zeros(3)}, r"`fine` must be an array of shape \(201,\)"),
        ("exact", {"values": [0.1]}, "`values` must be an array of numbers"),
        ("exact", {"values": np.zeros((3, 1))}, r"`values` must have shape \(n,\)"),
        ("exact", {"states": np.zeros((2, 4, 4))}, r"`states` must have shape \(n, 4, 4\) with the same n"),
        ("exact", {"outcomes": np.zeros((3, 4))}, r"`outcomes` must have shape \(n, settings, readings\)"),
        ("result", {"curves": []}, "`curves` must contain at least one Curve"),
        ("result", {"covered": (1, 2.0)}, "`covered` must be a whole number"),
        ("result", {"agreement": 1.0}, "`agreement` must be an Agreement"),
        ("observable", {"name": "fidelity"}, '`name` must be one of "concurrence", "probability"'),
        ("observable", {"settings": "ZZ"}, "`settings` must be a sequence of texts"),
        ("experiment", {"content": None}, "`content` must be an ExperimentFile"),
        ("experiment", {"curves": 1}, "`curves` must be a Sweep"),
    ],
)
def test_results_are_made_of_results(name: str, changes: dict[str, Any], message: str) -> None:
    result = result_of(UNMONITORED)
    curve: Curve = result.curves[0]
    made: dict[str, Any] = {
        "curve": curve,
        "exact": curve.exact,
        "result": result,
        "observable": result.observable,
        "experiment": result.experiment,
    }
    cls, fields = type(made[name]), made[name].__dataclass_fields__
    given = {field: getattr(made[name], field) for field in fields}
    assert isinstance(cls(**given), Curve | Exact | ExperimentResult | Observable | nv.experiment.Experiment)
    with pytest.raises(ArgumentError, match=message):
        cls(**given | changes)


def test_an_observable_is_of_states_of_pairs() -> None:
    result = result_of(UNMONITORED)
    observable, protocol = result.observable, nv.protocols.GALLERY["dissipative_entanglement"]
    states = result.curves[0].exact.states
    np.testing.assert_array_equal(observable.of_states(protocol, {}, states), result.curves[0].exact.values)
    assert np.isnan(observable.of_states(protocol, {}, np.full((1, 4, 4), np.nan))).all()
    assert observable.distribution(protocol, {}, np.zeros((0, 4, 4))).shape == (0, 9, 4)
    for wrong in (None, "ud", np.eye(2), [[1.0], [1.0, 2.0]]):
        for call in (observable.of_states, observable.distribution):
            with pytest.raises(ArgumentError, match="`states` must"):
                call(protocol, {}, wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match="`states` must"):
        observable.distribution(protocol, {}, 2 * states)
    with pytest.raises(ArgumentError, match="`protocol` must be a Protocol"):
        observable.of_states("ramsey", {}, states)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match="`parameters` must be a mapping"):
        observable.of_states(protocol, [], states)  # pyright: ignore[reportArgumentType]


def test_a_period_may_be_longer_than_the_duration() -> None:
    text = UNMONITORED.replace("dissipative_entanglement", "finite_rate_monitoring").replace(
        "medium.A", "protocol.period"
    )
    result = run(parse(text.replace("start = 0.0", "start = 120.0").replace("stop = 1.0", "stop = 130.0")))
    assert result.curves[0].fine.tolist() == [120.0]


def test_a_coupling_by_default_is_written_as_one_that_is_given() -> None:
    text = UNMONITORED.replace("dissipative_entanglement", "no_emitted_magnon").replace("A = 1.0\n", "")
    left_out = parse(text)
    given = parse(text.replace("duration = 1.5", "duration = 1.5\nA = 1.0"))
    assert left_out.content.model_dump() == given.content.model_dump()  # without a warning of pydantic
