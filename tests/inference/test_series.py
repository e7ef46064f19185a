"""Several series at once, and tables that have been summed up: against the same counts in one piece."""

import pickle
from typing import Any

import numpy as np
import pytest
from counting import sigmas
from prepared_pairs import drawn, prepared
from qiskit import QuantumCircuit

import nvprotocol as nv
from nvprotocol.inference.readings import Counts

TIMES = (0.3, 0.7, 1.2, 2.0, 3.0)
Z = [prepared(time_us, state) for state in ("ud", "dd") for time_us in TIMES]
RAMSEY = [prepared(time_us, "+u", "xz") for time_us in TIMES]
BOUNDS = {"a": (1e-3, 20.0), "ratio": (0.0, 1.0)}
START = {"a": 0.7, "ratio": 0.4}
READOUT = np.array([[0.98, 0.07], [0.02, 0.93]])


def model(a: float, ratio: float, delta: float = 0.0) -> nv.Device:
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a), delta), readout=READOUT)


def test_two_series_are_one_that_is_cut() -> None:
    counts = drawn(Z, 500, model(1.1, 0.7), seed=5)
    whole = nv.inference.fit(model, Z, counts, START, BOUNDS)
    parts = [nv.inference.Series(model, Z[part], counts[part]) for part in (slice(0, 4), slice(4, None))]
    both = nv.inference.fit_together(parts, START, BOUNDS)
    assert both.values == pytest.approx(whole.values, rel=1e-9)
    for name in START:
        assert both.intervals[name] == pytest.approx(whole.intervals[name], rel=1e-6)
    assert both.deviance == pytest.approx(whole.deviance, rel=1e-9)
    assert both.p_value == pytest.approx(whole.p_value, rel=1e-9)
    assert len(both.residuals) == len(Z)
    assert len(both.devices) == 2
    with pytest.raises(nv.errors.ArgumentError, match="must be of one series"):
        _ = both.device


def test_what_drifts_has_a_value_for_each_series_and_the_rest_is_told_by_all() -> None:
    truth = {"a": 1.0, "ratio": 0.6}
    days = {"delta (monday)": 0.9, "delta (tuesday)": 1.4}
    series = []
    for seed, (name, delta) in enumerate(days.items()):
        names = {"a": "a", "ratio": "ratio", "delta": name}
        counts = drawn(Z + RAMSEY, 10**6, model(**truth, delta=delta), seed)
        series.append(nv.inference.Series(model, Z + RAMSEY, counts, names=names))
    start, units = START | dict.fromkeys(days, 1.0), dict.fromkeys(days, "rad/µs") | {"a": "rad/µs"}
    found = nv.inference.fit_together(series, start, BOUNDS | dict.fromkeys(days, (0.0, 3.0)), units=units)
    for name, value in (truth | days).items():
        assert abs(found.values[name] - value) < sigmas(4) * found.standard_errors[name]
        assert found.standard_errors[name] < 0.01 * value
    alone = nv.inference.fit(
        model, Z + RAMSEY, series[0].counts, START | {"delta": 1.0}, BOUNDS | {"delta": (0.0, 3.0)}
    )
    assert found.standard_errors["a"] == pytest.approx(alone.standard_errors["a"] / np.sqrt(2), rel=0.05)
    top, *rows = str(found).splitlines()
    assert top.split() == ["value", "95", "%", "interval", "unit"]
    assert [row.endswith("rad/µs") for row in rows[:4]] == [True, False, True, True]


def test_a_series_travels_and_its_counts_cannot_be_changed() -> None:
    counts = [{"00": 600, "10": 400}]
    one = nv.inference.Series(model, Z[:1], counts)
    counts[0]["00"] = 0
    assert one.counts == (Counts({"00": 600, "10": 400}),)
    assert pickle.loads(pickle.dumps(one)).counts == one.counts


def events(counts: list[dict[str, int]], readings: tuple[str, ...]) -> list[nv.inference.Events]:
    return [
        nv.inference.Events(sum(table.get(one, 0) for one in readings), sum(table.values()), readings)
        for table in counts
    ]


def test_events_are_counts_that_have_been_summed() -> None:
    """The likelihood of a binomial number, by hand, is largest where the fit ends, and falls by 3.84/2 at its ends."""
    readings = ("01", "10")
    counts = events(drawn(Z, 1000, model(1.0, 0.6), seed=8), readings)
    found = nv.inference.fit(lambda a: model(a, 0.6), Z, counts, {"a": 0.5}, {"a": (0.01, 9.0)})

    def by_hand(a: float) -> float:
        given = nv.probability(Z, model(a, 0.6), readings, "c", None, engine="exact")
        chance = np.array([one.value for one in given])
        number, shots = np.array([(one.number, one.shots) for one in counts]).T
        return float(number @ np.log(chance) + (shots - number) @ np.log1p(-chance))

    best = found.values["a"]
    assert by_hand(best) > max(by_hand(best * 1.001), by_hand(best * 0.999))
    for end in found.intervals["a"]:
        assert 2 * (by_hand(best) - by_hand(end)) == pytest.approx(3.8415, rel=5e-3)
    assert set(found.residuals[0]) == {"01 or 10", "others"}


def test_no_photons_without_a_background() -> None:
    none = [nv.inference.Photons(0, 1000, bright=0.03, dark=0.0, bit=1)]
    found = nv.inference.fit(lambda a: model(a, 0.6), Z[:1], none, {"a": 0.5}, {"a": (0.01, 9.0)})
    assert found.intervals["a"][1] < 9


@pytest.mark.parametrize("bright", [0.03, 5.0])
def test_photons_scatter_as_they_do(bright: float) -> None:
    """The variance of many sums of photons, drawn run by run, over that of the likelihood."""
    rng, shots, draws, up = np.random.default_rng(12), 400, 20_000, 0.35
    runs_up = rng.binomial(shots, up, draws)
    dark = bright / 8
    numbers = rng.poisson(bright * runs_up + dark * (shots - runs_up))
    mean = shots * (bright * up + dark * (1 - up))
    scatter = nv.inference.Photons(round(mean), shots, bright, dark).scatter
    error = np.sqrt(2 / draws)
    assert abs(numbers.var() / (mean * scatter) - 1) < sigmas(2) * error + 0.02
    assert (scatter > 1.5) == (bright > 1)


@pytest.mark.statistical
def test_intervals_from_many_photons_hold_the_truth(rng: np.random.Generator) -> None:
    """Charge readout, where a run gives photons by the dozen: by their Poisson scatter alone every other one would."""
    circuits, shots, truth = Z[:5], 500, 1.0
    device = model(truth, 0.6)
    up = [one.value for one in nv.probability(circuits, device, ("00", "01"), "c", None, engine="exact")]
    inside, number = 0, 200
    for _ in range(number):
        photons = [
            nv.inference.Photons(int(rng.poisson(20.0 * n + 1.0 * (shots - n))), shots, 20.0, 1.0, bit=1)
            for n in (rng.binomial(shots, chance) for chance in up)
        ]
        low, high = nv.inference.fit(
            lambda a: model(a, 0.6), circuits, photons, {"a": 0.8}, {"a": (0.01, 9.0)}
        ).intervals["a"]
        inside += low <= truth <= high
    error = np.sqrt(0.95 * 0.05 / number)
    assert abs(inside / number - 0.95) < sigmas(1) * error


@pytest.mark.parametrize("n_qubits", [3, 4])
def test_pairwise_correlations_of_several_qubits(n_qubits: int) -> None:
    """Relaxation of all qubits and of each pair: rates and correlations that fall off with the distance."""

    def many(a: float, near: float, far: float) -> nv.Device:
        distance = np.abs(np.subtract.outer(range(n_qubits), range(n_qubits)))
        table = a * np.select([distance == 0, distance == 1], [1.0, near], far)
        return nv.Device(nv.MasterEquation(nv.Medium(relaxation=table)))

    def relaxing(time_us: float, down: tuple[int, ...]) -> QuantumCircuit:
        circuit = QuantumCircuit(n_qubits, n_qubits)
        for qubit in down:
            circuit.x(qubit)
        circuit.delay(time_us, list(range(n_qubits)), unit="us")
        circuit.measure(range(n_qubits), range(n_qubits))
        return circuit

    truth = {"a": 1.0, "near": 0.5, "far": 0.2}
    single = [tuple(one for one in range(n_qubits) if one != excited) for excited in range(n_qubits)]
    circuits = [relaxing(time_us, down) for down in single for time_us in (0.5, 1.5)]
    tables = nv.probability(circuits, many(**truth), "0" * n_qubits, "c", None, engine="exact")
    shots = 10**9
    counts = [{format(k, f"0{n_qubits}b"): round(shots * p) for k, p in enumerate(one.distribution)} for one in tables]
    bounds: dict[str, Any] = {"a": (0.01, 9.0), "near": (0.0, 0.7), "far": (0.0, 0.7)}
    found = nv.inference.fit(many, circuits, counts, {"a": 0.7, "near": 0.3, "far": 0.1}, bounds)
    for name, value in truth.items():
        assert found.values[name] == pytest.approx(value, rel=1e-4)


GOOD: dict[str, Any] = {"model": model, "circuits": Z[:1], "counts": [{"00": 60, "10": 40}]}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"model": 3}, "Argument `model` must be a function, but is 3 of type int."),
        ({"circuits": []}, "`circuits`"),
        ({"counts": {"00": 3}}, "Argument `counts` must be a sequence of 1, one for each circuit"),
        ({"counts": [3]}, "Argument `counts[0]` must be a dict of readings to numbers"),
        ({"names": {"a": 3}}, "Argument `names` must contain texts only, but"),
        ({"names": {}}, "Argument `names` must name parameters of the model and of the fit"),
        ({"names": {"a": ""}}, "Argument `names` must name parameters of the model and of the fit"),
        ({"discarded": "lost"}, "`discarded`"),
    ],
)
def test_bad_series(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(nv.errors.ArgumentError) as error:
        nv.inference.Series(**(GOOD | wrong))
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("series", "more", "says"),
    [
        ([], {}, "`series`"),
        ([{"names": {"a": "rate", "ratio": "ratio"}}], {}, "Argument `series[0].names` must be parameters in `start`"),
        ([{"names": {"a": "a"}}], {}, 'Argument `start` must name parameters that a series has, but names "ratio".'),
        ([{}, {"counts": [{"0": 3}]}], {}, "Argument `series[1].counts[0]` must have readings like"),
        ([{}], {"units": {"b": "m"}}, "Argument `units` must be of parameters in `start` (a, ratio)"),
        ([{}], {"units": {"a": 3}}, "Argument `units` must contain texts only"),
        ([{}], {"start": {"": 1.0}}, "Argument `start` must name at least one parameter"),
        ([{"counts": [nv.inference.Events(3, 9, ("00", "01", "10", "11"))]}], {}, "must leave out a reading"),
        ([{"counts": [nv.inference.Events(3, 9, ("0",))]}], {}, "must have readings like"),
        ([{"counts": [nv.inference.Events(3, 9, ("01",), 4)]}], {}, "must tell of no discarded runs"),
        ([{"counts": [nv.inference.Average(0.3, 0.1, {"01": 1.0, "0 1": 0.0})]}], {}, "each with one weight"),
    ],
)
def test_bad_fits_together(series: list[dict[str, Any]], more: dict[str, Any], says: str) -> None:
    asked = {"start": START, "bounds": None} | more
    given = [nv.inference.Series(**(GOOD | one)) for one in series]
    with pytest.raises(nv.errors.ArgumentError) as error:
        nv.inference.fit_together(given, **asked)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((5, 4, ("1",)), "Argument `number` must be at most 4, but is 5."),
        ((-1, 4, ("1",)), "Argument `number` must be at least 0, but is -1."),
        ((1.5, 4, ("1",)), "`number`"),
        ((1, 0, ("1",)), "`shots`"),
        ((1, 4, ()), "Argument `readings` must name at least one"),
        ((1, 4, "01"), "`readings`"),
        ((1, 4, ("1",), -1), "`discarded`"),
    ],
)
def test_bad_events(given: tuple[Any, ...], says: str) -> None:
    with pytest.raises(nv.errors.ArgumentError) as error:
        nv.inference.Events(*given)
    assert says in str(error.value)
