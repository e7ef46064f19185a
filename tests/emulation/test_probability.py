"""`nv.probability`: circuits that measure, on ideal and other devices, by kept branch, shot by shot and exactly."""

import numpy as np
import pytest
from counting import FALSE_ALARM, multinomial_p_value
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from scipy.stats import binom

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, NoKeptShotsError, UnsupportedCircuitError

EQUATION = nv.MasterEquation(nv.Medium.pair(a=0.7, A=0.5, q=0.3), detuning=0.8)
DEVICE = nv.Device(EQUATION)
FAULTY = nv.Device(EQUATION, readout=[[0.9, 0.2], [0.1, 0.8]], monitor_efficiency=0.8, monitor_false_alarm=0.1)


def checked_then_read(duration: float = 0.6) -> QuantumCircuit:
    """One check of |σᶻ| halfway, and a readout of both NV qubits at the end."""
    circuit = nv.protocols.final_check(duration=duration / 2)
    readout = ClassicalRegister(2, "readout")
    circuit.add_register(readout)
    circuit.delay(duration / 2, [0, 1], unit="us")
    circuit.measure([0, 1], readout)
    return circuit


@given(st.just(0.0) | st.floats(1e-6, 3.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@settings(max_examples=25)
def test_relaxometry_in_the_cold_is_its_closed_form(t: float, a: float, share: float) -> None:
    # P_H = e^(−2at) cosh 2|A|t
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=a, A=share * a)))
    circuit = nv.protocols.relaxometry(t)
    t = next((entry.operation.params[0] for entry in circuit.get_instructions("delay")), t)  # its 12 digits are written
    found = nv.probability(circuit, device, ["01", "10"], shots=None)
    assert found.value == pytest.approx(np.exp(-2 * a * t) * np.cosh(2 * share * a * t), abs=1e-12)
    assert found.interval == (found.value, found.value)
    assert found.success_probability == pytest.approx(1.0, abs=1e-12)
    assert (found.standard_error, found.counts, found.shots) == (0.0, None, None)


@pytest.mark.parametrize("device", [DEVICE, FAULTY], ids=["ideal", "faulty"])
@pytest.mark.parametrize("postselect", [None, {"parity": 1}, {"parity": 0}])
def test_both_engines_give_the_same_distribution(device: nv.Device, postselect: dict[str, int] | None) -> None:
    aer, exact = (
        nv.probability(checked_then_read(), device, "00", shots=None, postselect=postselect, engine=engine)
        for engine in ("aer", "exact")
    )
    np.testing.assert_allclose(aer.distribution, exact.distribution, atol=1e-12)
    assert aer.success_probability == pytest.approx(exact.success_probability, abs=1e-12)
    assert aer.distribution.sum() == pytest.approx(1.0, abs=1e-12)


def test_the_distribution_is_that_of_the_master_equation() -> None:
    kept = EQUATION.monitored("ud", [0.6], 0.3)  # the second check is at the end, where only populations matter
    found = nv.probability(checked_then_read(), DEVICE, ["01", "10"], shots=None, postselect={"parity": 1})
    joint = found.value * found.success_probability
    assert joint == pytest.approx(kept.probability[0], abs=1e-12)
    wanted = np.einsum("ii->i", kept.states[0]).real * kept.probability[0]
    measured = found.distribution * found.success_probability
    np.testing.assert_allclose(measured[[1, 2]], wanted[[1, 2]], atol=1e-12)


def test_readout_errors_are_in_it() -> None:
    confusion = np.array([[0.9, 0.2], [0.1, 0.8]])
    ideal = nv.probability(nv.protocols.relaxometry(0.6), DEVICE, "00", shots=None)
    read = nv.probability(nv.protocols.relaxometry(0.6), FAULTY, "00", shots=None)
    np.testing.assert_allclose(read.distribution, np.kron(confusion, confusion) @ ideal.distribution, atol=1e-12)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("per_shot", [False, True])
def test_counts_come_from_the_exact_distribution(per_shot: bool) -> None:
    keep, circuit = {"parity": 1}, checked_then_read()
    exact = nv.probability(circuit, FAULTY, "01", shots=None, engine="exact", postselect=keep)
    found = nv.probability(circuit, FAULTY, "01", shots=20_000, seed=5, per_shot=per_shot, postselect=keep)
    assert found.counts is not None
    assert found.counts.shape == (1, 4)
    probability = exact.success_probability
    observed = np.append(found.counts[0], 20_000 - found.counts.sum())
    assert multinomial_p_value(observed, np.append(probability * exact.distribution, 1 - probability)) > FALSE_ALARM
    assert found.metadata["method"] == ("shot by shot" if per_shot else "kept branch")


def test_counted_numbers_are_shares_of_the_kept_runs() -> None:
    found = nv.probability(checked_then_read(), FAULTY, ["01", "10"], shots=800, postselect={"parity": 1}, seed=4)
    assert found.counts is not None
    counts, kept = found.counts[0], found.counts.sum()
    assert 0 < kept < 800
    np.testing.assert_allclose(found.distribution, counts / kept, rtol=1e-15)
    assert found.value == pytest.approx((counts[1] + counts[2]) / kept, rel=1e-14)
    assert found.success_probability == pytest.approx(kept / 800, rel=1e-14)
    assert found.standard_error == pytest.approx(np.sqrt(found.value * (1 - found.value) / kept), rel=1e-14)


def test_intervals_are_clopper_and_pearsons() -> None:
    found = nv.probability(checked_then_read(), DEVICE, ["01", "10"], shots=500, postselect={"parity": 1}, seed=1)
    assert found.counts is not None
    kept, hits = found.counts.sum(), found.counts[0, [1, 2]].sum()
    low, high = nv.tomography.clopper_pearson([hits, kept], [kept, 500])
    assert found.interval == (low[0], high[0])
    assert found.success_interval == (low[1], high[1])
    assert found.value == hits / kept
    assert found.standard_error == pytest.approx(np.sqrt(found.value * (1 - found.value) / kept))


@pytest.mark.statistical
def test_intervals_cover() -> None:
    # Of 400 runs at p = 0.57 and 200 shots: Clopper and Pearson's intervals cover what the binomial says, 95 % or more.
    exact = nv.probability(nv.protocols.relaxometry(0.5), DEVICE, ["01", "10"], shots=None).value
    runs = nv.probability([nv.protocols.relaxometry(0.5)] * 400, DEVICE, ["01", "10"], shots=200, seed=3)
    inside = sum(one.interval[0] <= exact <= one.interval[1] for one in runs)
    low, high = nv.tomography.clopper_pearson(np.arange(201), 200)
    coverage = binom.pmf(np.arange(201), 200, exact)[(low <= exact) & (exact <= high)].sum()
    assert 0.95 <= coverage < 0.97
    assert binom.cdf(inside, 400, coverage) > FALSE_ALARM / 2
    assert binom.sf(inside - 1, 400, coverage) > FALSE_ALARM / 2


def test_a_kept_bit_of_the_register_reads_what_is_kept() -> None:
    circuit = nv.protocols.relaxometry(0.5)
    for engine in ("aer", "exact"):
        found = nv.probability(circuit, DEVICE, "10", shots=None, postselect={"readout": "10"}, engine=engine)
        assert found.value == pytest.approx(1.0)
        assert found.success_probability == pytest.approx(EQUATION.evolve("ud", [0.5])[0, 2, 2].real)


@pytest.mark.slow
@pytest.mark.statistical
def test_a_branch_that_cannot_be_followed_is_run_shot_by_shot() -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(12, "log"))
    circuit.x(1)
    for bit in range(12):
        circuit.delay(0.05, [0, 1], unit="us")
        circuit.cx(1, 2)
        circuit.measure(2, bit)
        circuit.reset(2)
    found = nv.probability(circuit, DEVICE, "1" * 12, "log", shots=4000, seed=2)
    assert found.metadata["method"] == "shot by shot"
    assert "12 outcomes" in found.metadata["reason"]
    exact = nv.probability(circuit, DEVICE, "1" * 12, "log", shots=None, engine="exact").value
    assert found.counts is not None
    hits = int(found.counts[0, -1])
    assert multinomial_p_value(np.array([hits, 4000 - hits]), np.array([exact, 1 - exact])) > FALSE_ALARM
    with pytest.raises(UnsupportedCircuitError, match='use engine="exact"'):
        nv.probability(circuit, DEVICE, "1" * 12, "log", shots=None)


def test_several_circuits_are_one_job() -> None:
    circuits = [nv.protocols.relaxometry(t) for t in (0.1, 0.5)]
    both = nv.probability(circuits, DEVICE, ["01", "10"], shots=None)
    alone = [nv.probability(one, DEVICE, ["01", "10"], shots=None) for one in circuits]
    assert [one.value for one in both] == pytest.approx([one.value for one in alone], abs=1e-14)


def test_the_seed_decides() -> None:
    runs = [nv.probability(checked_then_read(), DEVICE, "01", shots=900, seed=seed).counts for seed in (4, 4, 5)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert np.any(runs[0] != runs[2])


def test_one_that_answers() -> None:
    said = str(nv.probability(checked_then_read(), DEVICE, ["01", "10"], shots=500, postselect={"parity": 1}, seed=1))
    assert said.startswith("probability of readout = 01 or 10 0.")
    assert "keeping parity = 1 (aer, 500 shots)" in said


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"outcomes": "0"}, r'`outcomes` must be strings of 2 bits, as register "readout" has, but contains "0"'),
        ({"outcomes": ["00", "2x"]}, '`outcomes` must be strings of 2 bits.*but contains "2x"'),
        ({"outcomes": ["00", "00"]}, "`outcomes` must name each outcome once"),
        ({"outcomes": []}, "`outcomes` must be a string of bits or several of them"),
        ({"outcomes": 3}, "`outcomes` must be a string of bits or several of them, but is 3"),
        ({"register": "foo"}, '`register` must name a classical register of the circuit, but is "foo".*"parity", "re'),
        ({"register": "spare", "outcomes": "0"}, '`register` must be one that the circuit measures into, but is "sp'),
        ({"postselect": {"foo": 1}}, "`postselect` must name a classical register"),
        ({"postselect": {"spare": 1}}, "`postselect` must name bits that are measured"),
        ({"shots": 0}, "`shots` must be at least 1"),
        ({"engine": "qutip"}, "`engine` must be one of"),
        ({"shots": None, "per_shot": True}, "`per_shot` must go with a number of shots"),
        ({"device": None}, "`device` must be a Device"),
        ({"circuit": None}, "`circuit` must be a QuantumCircuit"),
    ],
)
def test_wrong_arguments(changed: dict, message: str) -> None:
    circuit = checked_then_read()
    circuit.add_register(ClassicalRegister(1, "spare"))
    arguments = {"circuit": circuit, "device": DEVICE, "outcomes": "00"} | changed
    with pytest.raises(ArgumentError, match=message):
        nv.probability(**arguments)


def test_nothing_kept_is_an_error() -> None:
    cold = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
    rare = nv.Device(cold.equation, monitor_efficiency=1 - 1e-6)
    nothing = nv.protocols.final_check(duration=0.0, initial="uu")
    nothing.add_register(ClassicalRegister(1, "readout"))
    nothing.measure(0, nothing.cregs[1])
    with pytest.raises(NoKeptShotsError, match="none of 10 was kept; 1e-05 were to be expected"):
        nv.probability(nothing, rare, "0", shots=10, postselect={"parity": 1}, seed=1)
    with pytest.raises(NoKeptShotsError, match="below what rounding resolves"):
        nv.probability(checked_then_read(), cold, "00", postselect={"parity": 0, "readout": "11"})
