"""Comparisons with the size that they say, and plans against the theory of optimal designs."""

import pickle
from typing import Any

import numpy as np
import pytest
from counting import sigmas
from prepared_pairs import drawn, prepared
from scipy.stats import chi2, ncx2

import nvprotocol as nv
from nvprotocol.inference.comparison import _drawn, likelihood_ratio
from nvprotocol.inference.fitting import largest_likelihood
from nvprotocol.inference.maximum import inverse
from nvprotocol.inference.parameters import Parameters
from nvprotocol.inference.series import task_of

TIMES = (0.3, 0.7, 1.2, 2.0, 3.0)


def cartesian(a: float = 1.0, re: float = 0.0, im: float = 0.0, delta: float = 0.0) -> nv.Device:
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=re + 1j * im), delta))


def polar(a: float = 1.0, ratio: float = 0.5, phase: float = 0.0) -> nv.Device:
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a * np.exp(1j * phase))))


def misread(a: float = 1.0, ratio: float = 0.5) -> nv.Device:
    medium = nv.Medium.pair(a=a, A=ratio * a)
    return nv.Device(nv.MasterEquation(medium), readout=[[0.98, 0.07], [0.02, 0.93]])


Z = [prepared(time_us, state, "zz") for state in ("ud", "dd") for time_us in TIMES]
XY = [prepared(time_us, "ud", basis) for basis in ("xx", "xy") for time_us in TIMES]


def test_distributions_are_those_of_the_cases() -> None:
    one = nv.inference.fit(cartesian, XY + Z, drawn(XY + Z, 1000, cartesian(), 1), {"a": 0.8, "re": 0.1, "im": 0.1})
    assert nv.inference.compare(one, {"re": 0.0}).distribution == "chi2(1)"
    both = nv.inference.compare(one, {"re": 0.0, "im": 0.0})
    assert both.distribution == "chi2(2)"
    assert both.p_value == pytest.approx(chi2.sf(both.ratio, 2))
    assert set(both.values) == {"a"}
    bounds = {"a": (0.1, 9.0), "ratio": (0.0, 1.0)}
    in_z = nv.inference.fit(polar, Z, drawn(Z, 1000, polar(ratio=0.5), 1), {"a": 0.8, "ratio": 0.4}, bounds)
    assert nv.inference.compare(in_z, {"ratio": 0.0}).distribution == "half chi2(1)"
    assert nv.inference.compare(in_z, {"ratio": 0.0}).p_value < 1e-3
    assert nv.inference.compare(in_z, {"ratio": 1.0}).p_value < 1e-3
    signed = nv.inference.fit(
        polar, Z, drawn(Z, 1000, polar(ratio=0.5), 1), {"a": 0.8, "ratio": 0.4}, {"ratio": (-1, 1)}
    )
    assert nv.inference.compare(signed, {"ratio": 0.0}).distribution == "half chi2(1)", "only its square is told"
    assert "ratio = 0: p = " in str(nv.inference.compare(signed, {"ratio": 0.0}))


def test_an_angle_of_what_vanishes_is_refused() -> None:
    counts = drawn(XY + Z, 1000, polar(ratio=0.5, phase=0.3), 1)
    found = nv.inference.fit(polar, XY + Z, counts, {"a": 0.8, "ratio": 0.4, "phase": 0.1}, {"ratio": (0, 1)})
    with pytest.raises(nv.errors.ArgumentError, match="leaves phase unidentified"):
        nv.inference.compare(found, {"ratio": 0.0})


@pytest.mark.parametrize(
    ("fixed", "says"),
    [
        ({}, "`fixed` must name parameters of the fit (rate)"),
        ({"b": 0.0}, "`fixed` must name parameters of the fit (rate)"),
        ({"rate": 7.0}, "`fixed['rate']` must lie within the bounds of the fit, 0.1 to 5, but is 7"),
        ({"rate": "x"}, "`fixed['rate']` must be a real number"),
    ],
)
def test_bad_comparisons(fixed: dict[str, Any], says: str) -> None:
    def model(rate: float) -> nv.Device:
        return polar(a=rate)

    found = nv.inference.fit(model, Z[:1], [{"00": 30, "10": 20}], {"rate": 0.5}, {"rate": (0.1, 5.0)})
    with pytest.raises(nv.errors.ArgumentError) as refused:
        nv.inference.compare(found, fixed)
    assert says in str(refused.value)
    with pytest.raises(nv.errors.ArgumentError, match="`fit` must be a Fit"):
        nv.inference.compare(1, {"rate": 0.5})  # pyright: ignore[reportArgumentType]


def test_drawn_distributions_have_the_known_ones_as_limits() -> None:
    """One limit far away, one at the value: half of χ²; none: χ² with two degrees of freedom."""
    fisher = np.array([[2.0, 0.5, 0.1], [0.5, 1.0, 0.3], [0.1, 0.3, 3.0]])
    far = np.full(3, 50.0)
    two = _drawn(fisher, -far, far, np.array([0, 1]))
    assert np.mean(two > chi2.ppf(0.95, 2)) == pytest.approx(0.05, abs=0.005)
    low = np.array([0.0, -50.0, -50.0])
    half = _drawn(fisher, low, far, np.array([0]))
    assert np.mean(half > chi2.ppf(0.9, 1)) == pytest.approx(0.05, abs=0.005)
    assert np.mean(half == 0) == pytest.approx(0.5, abs=0.02)


def thermal(a: float = 1.0, ratio: float = 0.5) -> nv.Device:
    """A medium at whose temperature every reading occurs, without coupling, too."""
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a, q=0.3)))


@pytest.mark.slow
@pytest.mark.statistical
def test_size_of_a_test_at_the_limit() -> None:
    """Where the value lies on the limit half of the p values are even from 0 to 1/2, and the others above.

    P values half as large as they should be are noticed in most cases, and so are those that are always on one side.
    """
    bounds = {"a": (0.1, 9.0), "ratio": (0.0, 1.0)}
    found, number, most = [], 70, 0.48  # a search that ends just beside the limit gives 1/2, to its own precision
    for seed in range(number):
        counts = drawn(Z[::2], 1000, thermal(ratio=0.0), seed)
        start = Parameters.checked({"a": 0.8, "ratio": 0.4}, bounds)
        task = task_of([nv.inference.Series(thermal, Z[::2], counts)], start)
        found.append(likelihood_ratio(task, largest_likelihood(task)[0], {"ratio": 0.0}).p_value)
    low = [one for one in found if one < most]
    limit = sigmas(comparisons=2)
    assert abs(len(low) - most * number) < limit * np.sqrt(most * (1 - most) * number)
    assert abs(np.mean(low) - most / 2) < limit * most / np.sqrt(12 * len(low))


AT = {"a": 1.0, "ratio": 0.75, "phase": 0.4}


def test_no_circuit_of_the_best_spread_tells_more_than_the_mean() -> None:
    """The equivalence theorem of Kiefer and Wolfowitz: tr(F⁻¹ F_c) ≤ K, with equality where there are runs."""
    circuits = Z + XY
    found = nv.inference.plan(polar, circuits, AT, 100_000)
    shots = np.array(found.shots, dtype=float)
    fisher = np.tensordot(shots, found.information, 1) / shots.sum()
    told = np.einsum("cij,ji->c", found.information, np.linalg.inv(fisher))
    assert told.max() < 3 * (1 + 2e-3)
    assert np.all(told[shots > 0.01 * shots.sum()] > 3 * (1 - 2e-2))
    assert found.gain("ratio") > 0


def test_errors_of_a_plan_are_those_of_a_fit() -> None:
    circuits = Z + XY
    found = nv.inference.plan(polar, circuits, AT, 1500 * len(circuits))
    counts = drawn(circuits, 1500, polar(**AT), 5)
    bounds = {"a": (0.1, 9.0), "ratio": (0.0, 1.0)}
    fit = nv.inference.fit(polar, circuits, counts, {"a": 0.8, "ratio": 0.5, "phase": 0.2}, bounds)
    for name, error in found.equal_split.items():
        assert fit.standard_errors[name] == pytest.approx(error, rel=0.2)


def test_seconds_and_discarded_runs_count() -> None:
    short, long = Z[0], Z[4]
    by_shots = nv.inference.plan(polar, [short, long], {"a": 1.0}, 1000)
    by_time = nv.inference.plan(polar, [short, long], {"a": 1.0}, time_s=1.0, overhead_us=0.1)
    share = [one.shots[0] / sum(one.shots) for one in (by_shots, by_time)]
    assert share[1] >= share[0]
    assert by_time.time_s == pytest.approx(1.0, rel=1e-3)
    assert sum(by_shots.shots) == 1000


def test_what_has_been_measured_adds() -> None:
    """With it, the best spread is that of all runs together: no circuit tells more than those that are used."""
    bounds = {"a": (0.1, 9.0), "ratio": (0.0, 1.0)}
    before = Z[:3]
    fit = nv.inference.fit(polar, before, drawn(before, 2000, polar(), 3), {"a": 0.8, "ratio": 0.4}, bounds)
    found = nv.inference.plan(polar, Z, fit.values, 3000, after=fit)
    known = np.linalg.inv(fit.covariance)
    fisher = known + np.tensordot(np.array(found.shots, dtype=float), found.information, 1)
    errors = np.sqrt(np.diag(np.linalg.inv(fisher)))
    np.testing.assert_allclose(list(found.standard_errors.values()), errors, rtol=1e-9)
    told = np.einsum("cij,ji->c", found.information, np.linalg.inv(fisher))
    used = np.array(found.shots) > 0
    assert told.max() < told[used].min() * (1 + 2e-3)
    alone = nv.inference.plan(polar, Z, fit.values, 3000)
    for name, error in found.standard_errors.items():
        assert error < min(fit.standard_errors[name], alone.standard_errors[name])


def test_runs_that_do_not_tell_have_no_error() -> None:
    """All runs go where they tell the goal; another parameter is then not told, and an error of 0 would say it is."""

    def turning(a: float, delta: float) -> nv.Device:
        return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a), delta))

    circuits = [prepared(1.0), prepared(0.5, "+u", "xz")]
    several: list[dict[str, Any]] = [{"shots": 1000, "goal": "a"}, {"shots": [1000, 0]}]
    for asked in several:
        found = nv.inference.plan(turning, circuits, {"a": 0.5, "delta": 1.0}, **asked)
        assert found.shots == (1000, 0)
        assert found.standard_errors["delta"] == np.inf
        assert found.gain("delta") == 0
        assert 0 < found.standard_errors["a"] < 1


def test_seconds_are_spent_on_what_they_tell() -> None:
    """A run that takes a thousand times as long is not forgotten for its small number."""

    def turning(a: float, delta: float) -> nv.Device:
        return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a), delta))

    circuits = [prepared(0.5, "+u", "xz"), prepared(3000.0)]
    found = nv.inference.plan(turning, circuits, {"a": 2e-4, "delta": 1.0}, time_s=10.0, overhead_us=1.0)
    assert found.time_s == pytest.approx(10.0, rel=1e-2)
    assert found.time_s <= 10.0
    assert min(found.shots) > 0


def test_the_gain_is_in_runs_whatever_is_known() -> None:
    """So many times the runs, split equally, reach the error that is planned."""
    bounds = {"a": (0.1, 9.0), "ratio": (0.0, 1.0)}
    fit = nv.inference.fit(polar, Z, drawn(Z, 3000, polar(), 3), {"a": 0.8, "ratio": 0.4}, bounds)
    found = nv.inference.plan(polar, Z, fit.values, 3000, goal="ratio", after=fit)
    gain = found.gain("ratio")
    assert gain > 1.1
    runs = [round(gain * 300)] * len(Z)
    again = nv.inference.plan(polar, Z, fit.values, runs, after=fit)
    assert again.standard_errors["ratio"] == pytest.approx(found.standard_errors["ratio"], rel=1e-3)


def test_the_power_near_two_limits_at_the_truth_is_the_size() -> None:
    def warm(a: float, ratio: float, q: float) -> nv.Device:
        return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a, q=q)), readout=[[0.98, 0.07], [0.02, 0.93]])

    limits = {"a": (0.0, 20.0), "ratio": (0.0, 1.0), "q": (0.0, 0.95)}
    found = nv.inference.plan(warm, Z[:6], {"a": 1.1, "ratio": 0.0, "q": 0.01}, [200] * 6, bounds=limits)
    for level in (0.9, 0.95):
        assert found.power({"ratio": 0.0}, level) == pytest.approx(1 - level, abs=0.01)


def test_other_parameters_may_be_told_by_their_squares() -> None:
    bounds = {"a": (0.1, 9.0), "ratio": (0.0, 1.0)}
    for seed in range(4):
        fit = nv.inference.fit(misread, Z, drawn(Z, 1000, misread(ratio=0.0), seed), {"a": 0.8, "ratio": 0.4}, bounds)
        assert 0 < nv.inference.compare(fit, {"a": 1.02}).p_value <= 1


def test_a_fit_that_is_not_the_best_one_is_not_compared() -> None:
    def turning(delta: float) -> nv.Device:
        return nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.1), delta))

    circuits = [prepared(time_us, "+u", "xz") for time_us in (3.0, 4.0)]
    counts = drawn(circuits, 1000, turning(2.0), 1)
    found = nv.inference.fit(turning, circuits, counts, {"delta": 0.4}, starts=1)
    assert found.deviance > 10, "the search has ended in another minimum"
    with pytest.raises(nv.errors.ArgumentError, match="`fit` must be the best one"):
        nv.inference.compare(found, {"delta": 2.0})


def test_a_spread_that_is_given_is_left() -> None:
    equal = nv.inference.plan(polar, Z, {"a": 1.0, "ratio": 0.5}, [100] * len(Z))
    best = nv.inference.plan(polar, Z, {"a": 1.0, "ratio": 0.5}, 100 * len(Z))
    assert equal.standard_errors == pytest.approx(equal.equal_split)
    assert equal.standard_errors == pytest.approx(best.equal_split)
    assert equal.goal == ""


def test_the_power_at_the_truth_is_the_size() -> None:
    limits = {"a": (0.1, 9.0), "ratio": (0.0, 1.0)}
    at = {"a": 1.0, "ratio": 0.5}
    found = nv.inference.plan(polar, Z, at, 10_000, bounds=limits)
    for level in (0.9, 0.95, 0.99):
        assert found.power({"a": 1.0}, level) == pytest.approx(1 - level, abs=1e-6)
        assert found.power({"a": 1.0, "ratio": 0.5}, level) == pytest.approx(1 - level, abs=1e-6)


def test_the_power_of_a_binomial_number_in_closed_form() -> None:
    """One circuit, one rate: χ² of one degree, off by twice the relative entropy of the two probabilities."""
    shots, truth, null = 500, 0.5, 0.45
    circuit = nv.protocols.relaxometry(0.8)

    def model(rate: float) -> nv.Device:
        return nv.Device(nv.MasterEquation(nv.Medium.pair(a=rate)))

    p, p0 = (1 - np.exp(-2 * rate * 0.8) for rate in (truth, null))
    entropy = p * np.log(p / p0) + (1 - p) * np.log((1 - p) / (1 - p0))
    planned = nv.inference.plan(model, [circuit], {"rate": truth}, shots)
    assert planned.power({"rate": null}) == pytest.approx(ncx2.sf(chi2.isf(0.05, 1), 1, 2 * shots * entropy), rel=1e-5)


@pytest.mark.statistical
def test_the_power_is_the_share_of_rejections() -> None:
    """At a limit, in the middle between never and always."""
    bounds, truth, number = {"a": (0.1, 9.0), "ratio": (0.0, 1.0)}, {"a": 1.0, "ratio": 0.2}, 80
    planned = nv.inference.plan(misread, Z[::2], truth, [1000] * 5, bounds=bounds)
    expected = planned.power({"ratio": 0.0})
    assert 0.3 < expected < 0.9
    rejected = 0
    for seed in range(number):
        counts = drawn(Z[::2], 1000, misread(**truth), seed)
        task = task_of(
            [nv.inference.Series(misread, Z[::2], counts)], Parameters.checked({"a": 0.8, "ratio": 0.2}, bounds)
        )
        best, _ = largest_likelihood(task)
        rejected += likelihood_ratio(task, best, {"ratio": 0.0}).p_value < 0.05
    error = np.sqrt(expected * (1 - expected) / number)
    assert abs(rejected / number - expected) < sigmas(1) * error + 0.03


def test_a_plan_travels_without_its_model() -> None:
    found = pickle.loads(pickle.dumps(nv.inference.plan(polar, Z, {"a": 1.0}, 100)))
    assert found.standard_errors["a"] > 0
    with pytest.raises(nv.errors.ArgumentError, match="`plan` must hold its model"):
        found.power({"a": 1.0})


def test_the_goal_is_reached_at_the_cost_of_others() -> None:
    circuits = Z + XY
    plans = {}
    for goal in ("D", "A", "ratio", "phase"):
        found = nv.inference.plan(polar, circuits, AT, 10_000, goal=goal)
        plans[goal] = np.array([found.standard_errors[name] for name in AT])
    assert plans["ratio"][1] == min(one[1] for one in plans.values())
    assert plans["phase"][2] == min(one[2] for one in plans.values())
    volumes = {}
    for goal in plans:
        found = nv.inference.plan(polar, circuits, AT, 10_000, goal=goal)
        fisher = np.tensordot(np.array(found.shots, dtype=float), found.information, 1)
        volumes[goal] = np.linalg.det(inverse(fisher, np.ones(3)))
    assert volumes["D"] == min(volumes.values())


def test_what_no_circuit_tells_is_named() -> None:
    found = nv.inference.plan(polar, Z, AT, 1000)
    assert found.unidentified == ("phase",)
    assert "phase" not in found.standard_errors
    assert "phase  0.4    not identified" in str(found)
    with pytest.raises(nv.errors.ArgumentError, match="`goal` must be a parameter that the circuits tell"):
        nv.inference.plan(polar, Z, AT, 1000, goal="phase")
    with pytest.raises(nv.errors.ArgumentError, match="`name` must be one of"):
        found.gain("phase")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"shots": None}, "`shots` must be given, or `time_s`, but is not"),
        ({"time_s": 1.0}, "`shots` must be given, or `time_s`, but is given with it"),
        ({"goal": "x"}, "`goal` must be one of"),
        ({"shots": None, "time_s": 0.0}, "`time_s`"),
        ({"at": {}}, "`at` must name at least one parameter"),
        ({"shots": [1, 2]}, "`shots` must be a number, or numbers for each of 10 circuits"),
        ({"shots": [0] * 10}, "that are not all 0"),
        ({"shots": [1] * 9 + [-1]}, "`shots`"),
        ({"shots": [1] * 10, "goal": "A"}, "`goal` must be left out where the runs of each circuit are given"),
        ({"after": 3}, "`after` must be a Fit"),
        ({"bounds": {"a": (2.0, 3.0)}}, "`at['a']` must lie within `bounds`, 2 to 3, but is 1."),
        (
            {"at": {"a": 1.0, "ratio": 1.0}},
            "`at` must lie inside of where the model has a device, but lies on its edge",
        ),
        (
            {"shots": None, "time_s": 1.0, "circuits": [prepared(0.0)]},
            "`overhead_us` must be positive where",
        ),
    ],
)
def test_bad_plans(wrong: dict[str, Any], says: str) -> None:
    good: dict[str, Any] = {"model": polar, "circuits": Z, "at": {"a": 1.0}, "shots": 100}
    with pytest.raises(nv.errors.ArgumentError) as refused:
        nv.inference.plan(**(good | wrong))
    assert says in str(refused.value)


def test_a_design_that_is_planned_needs_a_third_of_the_runs() -> None:
    """Seven parameters, five kinds of circuits, 20 equal delays up to 3/a: for the same error of |A|/a."""

    def seven(a: float, ratio: float, phi: float, q: float, d: float, D: float, delta: float) -> nv.Device:
        medium = nv.Medium.pair(a=a, A=ratio * a * np.exp(1j * phi), q=q, d=d, D=D)
        return nv.Device(nv.MasterEquation(medium, delta))

    at = {"a": 1.0, "ratio": 0.75, "phi": 0.4, "q": 0.2, "d": 0.1, "D": 0.05, "delta": 0.3}
    kinds = [
        [("ud", "zz")],
        [("dd", "zz")],
        [("+u", "xz"), ("+u", "yz")],
        [("++", basis) for basis in ("xx", "xy", "yx", "yy")],
        [("ud", basis) for basis in ("xx", "xy", "yx", "yy")],
    ]
    circuits, share = [], []
    for time_us in np.linspace(0.15, 3.0, 20):
        for kind in kinds:
            circuits += [prepared(float(time_us), *one) for one in kind]
            share += [1 / (100 * len(kind))] * len(kind)
    found = nv.inference.plan(seven, circuits, at, 200_000, goal="ratio")
    fisher = np.tensordot(200_000 * np.array(share), found.information, 1)
    equal = np.sqrt(inverse(fisher, np.array(list(at.values())))[1, 1])
    assert (equal / found.standard_errors["ratio"]) ** 2 > 3
