"""Fits against exact counts, an independent likelihood, and counts that leave things open."""

import pickle
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from counting import sigmas
from numpy.typing import NDArray
from prepared_pairs import drawn, prepared
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from scipy.optimize import minimize
from scipy.stats import chi2, norm

import nvprotocol as nv
from nvprotocol.inference import fitting
from nvprotocol.inference.profile import threshold

READOUT = np.array([[0.98, 0.07], [0.02, 0.93]])
TIMES = (0.3, 0.7, 1.2, 2.0, 3.0)
BOUNDS = {"a": (1e-3, 20.0), "ratio": (-1.0, 1.0)}
WITH_Q = BOUNDS | {"q": (0.0, 0.9)}
Counts = list[dict[str, int]]


def model(
    a: float = 1.0, ratio: float = 0.75, phase: float = 0.0, q: float = 0.0, d: float = 0.0, delta: float = 0.0
) -> nv.Device:
    medium = nv.Medium.pair(a=a, A=ratio * a * np.exp(1j * phase), q=q, d=d)
    return nv.Device(nv.MasterEquation(medium, delta), readout=READOUT)


def expected(circuits: list[QuantumCircuit], shots: int, device: nv.Device, **asked: Any) -> Counts:
    """Counts as the model has them, rounded."""
    register = circuits[0].cregs[-1]
    found = nv.probability(circuits, device, "0" * register.size, register.name, None, engine="exact", **asked)
    width = circuits[0].cregs[-1].size
    return [
        {format(k, f"0{width}b"): round(shots * p) for k, p in enumerate(one.distribution) if round(shots * p)}
        for one in found
    ]


Z = [prepared(time_us, state) for state in ("ud", "dd") for time_us in TIMES]
XY = [prepared(time_us, basis=basis) for basis in ("xx", "xy", "zz") for time_us in TIMES]


def test_exact_counts_give_the_truth() -> None:
    truth = {"a": 1.3, "ratio": 0.6, "q": 0.2}
    counts = expected(Z, 10**12, model(**truth))
    found = nv.inference.fit(model, Z, counts, {"a": 0.5, "ratio": 0.3, "q": 0.4}, WITH_Q)
    for name, value in truth.items():
        assert found.values[name] == pytest.approx(value, rel=1e-6)
    assert found.p_value is not None
    assert found.p_value > 0.5
    assert found.mirrored == ("ratio",)
    assert str(found).splitlines()[-1] == "The sign of ratio is not identified by the counts."


def likelihood_by_hand(point: NDArray[np.float64], counts: Counts) -> float:
    """Twice minus the log-likelihood of counts in the z basis, from the matrix exponential of the generator."""
    a, ratio, q = point
    if not (a > 0 and 0 <= ratio <= 1 and 0 <= q < 1):
        return np.inf
    generator = nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a, q=q)).liouvillian
    confusion, total = np.kron(READOUT, READOUT), 0.0
    for place, table in enumerate(counts):
        start = np.zeros(16)
        start[5 * (2 if place < 5 else 3)] = 1.0
        populations = (scipy.linalg.expm(generator * TIMES[place % 5]) @ start)[::5].real
        chance = confusion @ populations
        total -= 2 * sum(number * np.log(chance[int(reading, 2)]) for reading, number in table.items())
    return total


def test_optimum_and_interval_of_an_independent_likelihood() -> None:
    counts = drawn(Z, 2000, model(ratio=0.75, q=0.2), seed=4)
    found = nv.inference.fit(model, Z, counts, {"a": 0.7, "ratio": 0.5, "q": 0.1}, WITH_Q | {"ratio": (0.0, 1.0)})
    best = minimize(
        likelihood_by_hand,
        [0.9, 0.7, 0.15],
        (counts,),
        "Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 2000},
    )
    np.testing.assert_allclose(best.x, list(found.values.values()), rtol=1e-6)
    for place, name in ((0, "a"), (1, "ratio"), (2, "q")):
        for end in found.intervals[name]:
            others = np.delete(best.x, place)

            def fixed(point: NDArray[np.float64], place: int = place, end: float = end) -> float:
                return likelihood_by_hand(np.insert(point, place, end), counts)

            rise = minimize(fixed, others, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-9}).fun - best.fun
            assert rise == pytest.approx(chi2.ppf(0.95, 1), rel=5e-3)


@pytest.mark.parametrize("level", [0.68, 0.95, 0.99])
@pytest.mark.parametrize("distance", [0.0, 0.2, 0.8, 1.5, 1.9, 2.5])
def test_thresholds_near_a_limit_cover(level: float, distance: float) -> None:
    """The share of normal estimates, cut at 0, at which the truth is not rejected."""
    z = np.random.default_rng(3).standard_normal(1_000_000)
    x = distance + z
    rise = np.where(x >= 0, z**2, distance**2 - 2 * x * distance)
    share = np.mean(rise <= threshold(level, distance))
    assert share == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / z.size) + 2e-4)


def test_a_bound_of_few_events_is_not_zero_and_says_so() -> None:
    """None of 1000 runs has decayed: 3.0/1000 events would be exact, the likelihood ratio gives 1.35/1000."""

    def one(a: float) -> nv.Device:
        return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a)))

    found = nv.inference.fit(one, [nv.protocols.relaxometry(1.0)], [{"10": 1000}], {"a": 0.5}, {"a": (0.0, 50.0)})
    assert found.values["a"] == 0
    events = 1000 * (1 - np.exp(-2 * found.bound("a")))
    assert events == pytest.approx(norm.ppf(0.95) ** 2 / 2, rel=1e-2)
    assert found.few_events == ("a",)
    assert "Few events decide about a" in str(found)
    assert "Few events" not in str(
        nv.inference.fit(one, [nv.protocols.relaxometry(1.0)], [{"10": 900, "00": 100}], {"a": 0.5}, {"a": (0.0, 50.0)})
    )


def test_a_bound_is_an_end_of_an_interval_of_twice_the_error() -> None:
    counts = drawn(Z, 2000, model(ratio=0.6), seed=6)
    start: dict[str, Any] = {"start": {"a": 0.7, "ratio": 0.4}, "bounds": BOUNDS | {"ratio": (0.0, 1.0)}}
    found = nv.inference.fit(model, Z, counts, **start)
    twice = nv.inference.fit(model, Z, counts, level=0.9, **start)
    for name, (low, high) in twice.intervals.items():
        assert found.bound(name, "lower") == pytest.approx(low, rel=1e-3)
        assert found.bound(name, "upper") == pytest.approx(high, rel=1e-3)
    assert found.bound("a", level=0.99) > found.bound("a")
    none = nv.inference.fit(model, Z, expected(Z, 10_000, model(ratio=0.0)), **start)
    assert none.bound("ratio", "lower") == 0
    assert 0 < none.bound("ratio") < none.bound("ratio", level=0.99) < 0.5
    for wrong in ({"name": "b"}, {"name": "a", "side": "left"}, {"name": "a", "level": 0.3}):
        with pytest.raises(nv.errors.ArgumentError):
            found.bound(**wrong)  # pyright: ignore[reportArgumentType]


def test_parts_of_a_sum_have_no_standard_error() -> None:
    """Limits alone tell them: what the profile says, the Fisher information does not."""

    def summed(a: float, other: float) -> nv.Device:
        return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a + other)))

    counts, bounds = [{"00": 6000, "10": 4000}], {"other": (0.0, 0.2)}
    found = nv.inference.fit(summed, [nv.protocols.relaxometry(1.0)], counts, {"a": 0.4, "other": 0.1}, bounds)
    for name, (low, high) in found.intervals.items():
        assert high - low > 0.15
        assert found.standard_errors[name] == np.inf


def test_what_the_z_basis_does_not_tell_is_named() -> None:
    counts = expected(Z, 4000, model())
    found = nv.inference.fit(model, Z, counts, {"a": 0.7, "ratio": 0.5, "phase": 0.1}, BOUNDS | {"ratio": (0, 1)})
    assert set(found.values) == {"a", "ratio"}
    assert found.unidentified == ({"phase": pytest.approx(1.0)},) or found.unidentified == (
        {"phase": pytest.approx(-1.0)},
    )
    assert "phase is not identified by the counts." in str(found)
    assert "phase  not identified" in str(found)
    both = nv.inference.fit(model, XY, expected(XY, 4000, model(phase=0.4, delta=0.3)), {"phase": 0.1, "delta": 0.2})
    assert set(both.values) == {"phase", "delta"}


def test_a_value_on_a_limit() -> None:
    counts = expected(Z, 10_000, model(ratio=1.0))
    found = nv.inference.fit(model, Z, counts, {"a": 0.7, "ratio": 0.8}, {"a": (0.1, 9), "ratio": (0, 1)})
    assert found.intervals["ratio"][1] == 1.0
    assert found.values["ratio"] == pytest.approx(1.0, abs=1e-3)


def monitored(time_us: float) -> QuantumCircuit:
    nv_qubits, monitor = QuantumRegister(2, "nv"), QuantumRegister(1, "monitor")
    parity, readout = ClassicalRegister(1, "parity"), ClassicalRegister(2, "readout")
    circuit = QuantumCircuit(nv_qubits, monitor, parity, readout)
    circuit.x(1)
    circuit.delay(time_us, nv_qubits, unit="us")
    circuit.barrier()
    circuit.cx(0, 2)
    circuit.cx(1, 2)
    circuit.measure(2, parity)
    circuit.barrier()
    circuit.measure(nv_qubits, readout)
    return circuit


def test_discarded_runs_are_data() -> None:
    circuits = [monitored(time_us) for time_us in TIMES]
    device, keep = model(ratio=0.6), {"parity": 1}
    found = nv.probability(circuits, device, "00", "readout", None, keep, engine="exact")
    shots, kept = 10**9, []
    for one in found:
        table = {f"{k:02b} 1": round(shots * one.success_probability * p) for k, p in enumerate(one.distribution)}
        kept.append(table | {"discarded": shots - sum(table.values())})
    start: dict[str, Any] = {"start": {"a": 0.7, "ratio": 0.4}, "bounds": {"a": (0.1, 9), "ratio": (0, 1)}}
    with_all = nv.inference.fit(model, circuits, kept, postselect=keep, **start)
    listed = [{("00 0" if key == "discarded" else key): number for key, number in one.items()} for one in kept]
    again = nv.inference.fit(model, circuits, listed, postselect=keep, **start)
    assert with_all.values == again.values
    assert with_all.values["ratio"] == pytest.approx(0.6, rel=1e-5)
    only = [{key: number for key, number in one.items() if key != "discarded"} for one in kept]
    unknown = nv.inference.fit(model, circuits, only, postselect=keep, discarded="unknown", **start)
    assert unknown.values["ratio"] * unknown.values["a"] == pytest.approx(0.6, rel=1e-4)
    assert unknown.intervals["ratio"][1] - unknown.intervals["ratio"][0] > 0.5, "of what is kept only |A| decides"


def test_photons_and_averages_tell_the_same_with_less() -> None:
    device, shots = model(ratio=0.6), 10**9
    chances = [one.distribution for one in nv.probability(Z, device, "00", "c", None, engine="exact")]
    photons, averages = [], []
    for chance in chances:
        up = chance[0] + chance[1]
        photons.append(nv.inference.Photons(round(shots * (0.03 * up + 0.02 * (1 - up))), shots, 0.03, 0.02, bit=1))
        averages.append(nv.inference.Average(chance[0] + chance[2], 1e-6))
    start: dict[str, Any] = {"start": {"a": 0.7, "ratio": 0.4}, "bounds": {"a": (0.1, 9), "ratio": (0, 1)}}
    for given in (photons, averages):
        found = nv.inference.fit(model, Z, given, **start)
        assert found.values["a"] == pytest.approx(1.0, rel=1e-3)
        assert found.values["ratio"] == pytest.approx(0.6, rel=1e-3)


@pytest.mark.statistical
@pytest.mark.parametrize("shots", [20, 200, 5000])
def test_p_values_of_true_models_are_even(shots: int) -> None:
    """Their mean is that of even numbers: a deviance that is twice or half as large as it should be is noticed."""
    start: dict[str, Any] = {"start": {"a": 0.9, "ratio": 0.7}, "bounds": {"a": (0.1, 9), "ratio": (0, 1)}}
    circuits, number = Z[::2], 16
    device = model(ratio=0.5)
    found = [
        nv.inference.fit(model, circuits, drawn(circuits, shots, device, seed), **start).p_value
        for seed in range(number)
    ]
    every = [one for one in found if one is not None]
    assert len(every) == number
    assert abs(np.mean(every) - 0.5) < sigmas() / np.sqrt(12 * number)


def test_a_wrong_model_is_caught() -> None:
    counts = drawn(Z, 5000, model(ratio=0.5), seed=2)

    def perfect(a: float, ratio: float) -> nv.Device:
        return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=ratio * a)))

    found = nv.inference.fit(perfect, Z, counts, {"a": 0.9, "ratio": 0.4}, BOUNDS)
    assert found.p_value is not None
    assert found.p_value < 1e-6
    assert "The counts contradict the model" in str(found)
    assert max(abs(value) for one in found.residuals for value in one.values()) > 4


def test_instruments_may_be_free() -> None:
    """A readout error is not what happens while time passes: every device is compiled for itself."""
    circuits = Z[::3]
    counts = expected(circuits, 10**9, model(ratio=0.5))

    def erring(a: float, error: float) -> nv.Device:
        readout = [[1 - error, 0.07], [error, 0.93]]
        return nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=0.5 * a)), readout=readout)

    found = nv.inference.fit(erring, circuits, counts, {"a": 0.8, "error": 0.05}, {"error": (0, 0.5)})
    assert found.values["error"] == pytest.approx(0.02, rel=1e-4)
    assert found.device.readout_matrices[0, 1, 0] == pytest.approx(0.02, rel=1e-4)


def test_a_picture_has_every_reading() -> None:
    counts = drawn(Z, 500, model(), seed=1)
    found = nv.inference.fit(model, Z, counts, {"a": 0.7, "ratio": 0.5}, BOUNDS)
    axes = found.plot(x=2 * TIMES, label="time (µs)")
    below = axes.figure.axes[1]
    assert below.get_xlabel() == "time (µs)"
    drawn_below = np.concatenate([line.get_ydata() for line in below.lines if np.size(line.get_xdata()) > 2])
    np.testing.assert_allclose(np.sort(drawn_below), np.sort([one for row in found.residuals for one in row.values()]))
    _, labels = axes.get_legend_handles_labels()
    assert labels == ["00", "01", "10", "11", "circuits 0–4", "circuits 5–9"]
    with pytest.raises(nv.errors.ArgumentError, match="`x` must have a number for each of 10 circuits, but has 5"):
        found.plot(x=TIMES)
    again = pickle.loads(pickle.dumps(found))
    assert again.values == found.values
    with pytest.raises(nv.errors.ArgumentError, match="`fit` must hold its model, but has left it behind"):
        again.plot()


def test_a_picture_of_photons_and_averages() -> None:
    given = [nv.inference.Photons(2600, 100_000, 0.03, 0.02, bit=1), nv.inference.Average(0.6, 0.01)]
    found = nv.inference.fit(lambda a: model(a=a, ratio=0.0), Z[:2], given, {"a": 0.5}, {"a": (0.01, 9)})
    _, labels = found.plot().get_legend_handles_labels()
    assert labels == ["photons", "average"]


def raising(a: float) -> nv.Device:
    raise ValueError(f"no device of {a}")


def nothing(a: float) -> Any:
    return a


GOOD: dict[str, Any] = {
    "model": lambda a: model(a=a),
    "circuits": Z[:1],
    "counts": [{"00": 5, "10": 5}],
    "start": {"a": 1.0},
}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"model": 1}, "`model` must be a function"),
    ({"model": raising}, "`model` must return a Device at a = 1, but raises: no device of 1.0"),
    ({"model": nothing}, "`model` must return a Device, but returns an object of type float"),
    ({"model": lambda b: model(a=b)}, "`model` must take the arguments a, but says"),
    ({"circuits": []}, "`circuits` must contain at least one"),
    ({"circuits": Z[0]}, "`circuits` must be a sequence of QuantumCircuit"),
    ({"circuits": [1]}, "`circuits[0]` must be a QuantumCircuit"),
    ({"circuits": [QuantumCircuit(2, 2)]}, "`circuits[0]` must measure something, but measures nothing"),
    ({"counts": []}, "`counts` must be a sequence of 1, one for each circuit, but has 0"),
    ({"counts": {"00": 1}}, "`counts` must be a sequence of 1, one for each circuit, but is of type dict"),
    ({"counts": [{"0": 1}]}, '`counts[0]` must have readings like "00" as keys, but has "0"'),
    ({"counts": [{"02": 1}]}, '`counts[0]` must have readings like "00" as keys, but has "02"'),
    ({"counts": [{3: 1}]}, '`counts[0]` must have readings like "00" as keys, but has 3'),
    ({"counts": [{"discarded": 1}]}, '`counts[0]` must have readings like "00" as keys, but has "discarded"'),
    ({"counts": [{"00": -1}]}, "`counts[0]['00']` must be at least 0, but is -1"),
    ({"counts": [{"00": 0.5}]}, "`counts[0]['00']` must be a whole number"),
    ({"counts": [{"00": True}]}, "`counts[0]['00']` must be a whole number"),
    ({"counts": [{"00": 0}]}, "`counts[0]` must hold at least one run, but holds none"),
    ({"counts": [{}]}, "`counts[0]` must hold at least one run, but holds none"),
    ({"counts": [5]}, "`counts[0]` must be a dict of readings to numbers, Photons or an Average, but is of type int"),
    ({"counts": [nv.inference.Photons(5, 100, 0.03, 0.02, bit=7)]}, "`counts[0]` must be of a bit that the circuit"),
    ({"counts": [nv.inference.Average(0.5, 0.1, {"0": 1.0})]}, "`counts[0]` must have readings like"),
    ({"start": {}}, "`start` must name at least one parameter"),
    ({"start": {"a": "x"}}, "`start['a']` must be a real number"),
    ({"start": {"a": np.nan}}, "`start['a']` must be finite"),
    ({"start": [1.0]}, "`start` must be a mapping"),
    ({"bounds": {"b": (0, 1)}}, '`bounds` must be of parameters in `start` (a), but has "b"'),
    ({"bounds": {"a": (2, 3)}}, "`start['a']` must lie within `bounds`, 2 to 3, but is 1"),
    ({"bounds": {"a": (3, 0)}}, "`bounds['a']` must rise, but is (3, 0)"),
    ({"bounds": {"a": 1}}, "`bounds['a']` must be a pair of numbers"),
    ({"bounds": {"a": (0, "x")}}, "`bounds['a']` must be a real number"),
    ({"postselect": {"parity": 1}}, "`postselect` must"),
    ({"level": 0.3}, "`level` must be at least 0.5, but is 0.3"),
    ({"level": 1.0}, "`level` must be less than 1, but is 1"),
    ({"discarded": "lost"}, "`discarded` must be one of"),
    ({"starts": 0}, "`starts` must be at least 1, but is 0"),
]


@pytest.mark.parametrize(("wrong", "says"), BAD)
def test_bad_input_is_named(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(nv.errors.ArgumentError) as refused:
        nv.inference.fit(**(GOOD | wrong))
    assert f"Argument {says}" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((-1, 100, 0.03, 0.02), "`number` must be at least 0"),
        ((5, 0, 0.03, 0.02), "`shots` must be at least 1"),
        ((5, 100, 0.03, 0.03), "`dark` must differ from `bright`, but is 0.03, too"),
        ((5, 100, -0.03, 0.02), "`bright` must be"),
    ],
)
def test_bad_photons(given: tuple[Any, ...], says: str) -> None:
    with pytest.raises(nv.errors.ArgumentError) as refused:
        nv.inference.Photons(*given)
    assert says in str(refused.value)


def test_bad_averages() -> None:
    with pytest.raises(nv.errors.ArgumentError, match="`error` must be positive, but is 0"):
        nv.inference.Average(0.5, 0.0)


def test_other_starts_are_tried_where_the_first_does_not_fit() -> None:
    counts = expected(Z, 10_000, model(ratio=0.9, q=0.2))
    found = nv.inference.fit(model, Z, counts, {"a": 15.0, "ratio": 0.01, "q": 0.8}, WITH_Q | {"ratio": (0, 1)})
    assert found.values["a"] == pytest.approx(1.0, rel=0.02)
    assert fitting._MORE_STARTS >= 2
