"""`emulate` on a device whose instruments are not ideal."""

import numpy as np
import pytest
from by_hand import Follower, chances_of, kept_by_hand
from counting import FALSE_ALARM, counts_of, fewest_inside, multinomial_p_value, with_discarded
from hypothesis import assume, given, settings
from laboratory import Bench, errant_device, random_device
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from strategies import SEEDS
from systems import EVERYTHING, pair, random_symbols

import nvprotocol as nv
from nvprotocol.backend import NVBackend
from nvprotocol.emulation import Estimate
from nvprotocol.protocols import monitored_bell

NATIVE = {"x": 20, "sx": 10, "cx": 40, "measure": 100, "reset": 20, "monitor_measure": 60, "monitor_reset": 30}
DEVICE = errant_device(EVERYTHING, NATIVE)
S, SX = np.diag([1, 1j]), np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2


@pytest.mark.slow
@settings(max_examples=15)
@given(seed=SEEDS)
def test_both_engines_agree_on_any_device(seed: int) -> None:
    rng = np.random.default_rng(seed)
    device = random_device(rng, pair(**random_symbols(rng)))
    circuit, postselect = Bench(rng, 2).grow(15), {"f": int(rng.integers(2))}
    circuit.sx([0, 1])  # a circuit that ends by measuring them is refused
    exact = nv.emulate(circuit, device, shots=None, postselect=postselect, engine="exact")
    found = nv.emulate(circuit, device, shots=None, postselect=postselect)
    assert found.success_probability == pytest.approx(exact.success_probability, abs=1e-9)
    assume(exact.success_probability > 1e-3)
    np.testing.assert_allclose(found.state, exact.state, atol=1e-9)


def test_the_state_is_the_one_by_hand(rng: np.random.Generator) -> None:
    circuit = Bench(rng, 2, monitors=1, flow=False, units=("dt",)).grow(12)
    circuit.sx([0, 1])
    kept = kept_by_hand(circuit, DEVICE, EVERYTHING, {2: 0})
    found = nv.emulate(circuit, DEVICE, shots=None, postselect={"f": 0})
    assert found.success_probability == pytest.approx(np.trace(kept).real, abs=1e-9)
    np.testing.assert_allclose(found.state * found.success_probability, kept, atol=1e-9)


def checked() -> QuantumCircuit:
    """In native gates, with a check that is kept and a bit that decides."""
    nv_qubits, monitor = QuantumRegister(2, "nv"), QuantumRegister(1, "monitor")
    circuit = QuantumCircuit(monitor, nv_qubits, ClassicalRegister(1, "parity"), ClassicalRegister(1, "told"))
    circuit.sx(nv_qubits)
    circuit.delay(0.2, nv_qubits, unit="us")
    circuit.cx(nv_qubits[0], monitor[0])
    circuit.cx(nv_qubits[1], monitor[0])
    circuit.measure(monitor[0], 0)
    circuit.reset(monitor[0])
    circuit.delay(0.1, nv_qubits[0], unit="us")
    return circuit


def decided() -> QuantumCircuit:
    """The same, and a flip of a qubit by what another measurement, which is not kept, has said."""
    circuit = checked()
    nv_qubits = circuit.qregs[1]
    circuit.measure(nv_qubits[0], 1)
    with circuit.if_test((circuit.clbits[1], 1)):
        circuit.x(nv_qubits[1])
        circuit.delay(50, nv_qubits[1], unit="ns")
    circuit.sx(nv_qubits)
    return circuit


def outcome_probabilities(state: NDArray, setting: str) -> NDArray[np.float64]:
    """What is read in a setting: h is rz·sx·rz, with the error and the time of sx, then the readout."""
    lab = Follower(DEVICE, EVERYTHING, 2)
    lab.rho = type(lab.rho)(state)
    needed = [k for k, letter in enumerate(reversed(setting)) if letter != "Z"]
    for k in needed:
        if setting[1 - k] == "Y":
            lab.turn(S.conj(), [k])
        lab.turn(S, [k])
    lab.wait(0.005 if needed else 0.0)
    for k in needed:
        lab.turn(SX, [k])
        lab.depolarise([k])
    lab.wait(0.005 if needed else 0.0)
    # The last rotation about z changes no population.
    populations = np.einsum("ii->i", np.asarray(lab.rho.data)).real.astype(float)
    return np.kron(chances_of(DEVICE, 1), chances_of(DEVICE, 0)) @ populations


def assert_counts(found: Estimate, exact: Estimate, shots: int) -> None:
    assert found.counts is not None
    read = np.array([outcome_probabilities(exact.state, setting) for setting in nv.tomography.pauli_settings(2)])
    cells = np.column_stack([exact.success_probability * read, np.full(9, 1 - exact.success_probability)])
    assert multinomial_p_value(with_discarded(found.counts, shots), cells) > FALSE_ALARM


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("per_shot", [False, True], ids=["kept branch", "shot by shot"])
def test_counts_are_those_of_the_devices_rotations_and_readout(per_shot: bool) -> None:
    shots = 1500 if per_shot else 10**6
    exact = nv.emulate(checked(), DEVICE, shots=None, postselect={"parity": 0}, engine="exact")
    found = nv.emulate(checked(), DEVICE, shots=shots, postselect={"parity": 0}, seed=5, per_shot=per_shot)
    assert found.metadata["method"] == ("shot by shot" if per_shot else "kept branch")
    assert_counts(found, exact, shots)


@pytest.mark.slow
@pytest.mark.statistical
def test_where_an_outcome_decides_every_shot_is_run() -> None:
    exact = nv.emulate(decided(), DEVICE, shots=None, postselect={"parity": 0}, engine="exact")
    found = nv.emulate(decided(), DEVICE, shots=1500, postselect={"parity": 0}, seed=6)
    assert found.metadata["method"] == "shot by shot"
    assert 'bit 0 of "told", which is not kept, decides what happens' in found.metadata["reason"]
    assert_counts(found, exact, 1500)


@pytest.mark.statistical
def test_readout_errors_are_corrected_in_the_estimate() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)), readout=DEVICE.readout)
    circuit, number = monitored_bell(1.0, checks=10), 25
    true = nv.emulate(circuit, device, shots=None, postselect={"parity": 1})
    found = nv.emulate([circuit] * number, device, shots=20_000, postselect={"parity": 1}, seed=1)
    assert true.concurrence > 0.99
    inside = sum(one.interval[0] <= true.concurrence <= one.interval[1] for one in found)
    assert inside >= fewest_inside(number, 0.93, comparisons=2)
    for one in found:  # within ten standard errors of a fidelity, 0.004, and of what is read without correction, 0.01
        assert one.fidelity(nv.operators.bell_state("psi-")) > 0.95
    blind = nv.tomography.estimate(np.array([one.counts for one in found]))
    assert np.all(blind.concurrence < 0.6), "what is read is far from it"


@pytest.mark.statistical
def test_the_backend_counts_what_emulate_draws() -> None:
    circuit = checked()
    bits = ClassicalRegister(2, "out")
    circuit.add_register(bits)
    circuit.barrier()
    circuit.measure(circuit.qregs[1], bits)
    result = NVBackend(DEVICE).run(circuit, shots=10**6, seed_simulator=2, postselect={"parity": 0}).result()
    counts = np.array([sum(n for key, n in counts_of(result).items() if int(key[:2], 2) == k) for k in range(4)])
    exact = nv.emulate(checked(), DEVICE, shots=None, postselect={"parity": 0}, engine="exact")
    kept = exact.success_probability * outcome_probabilities(exact.state, "ZZ")
    cells = np.append(counts, 10**6 - counts.sum())
    assert multinomial_p_value(cells, np.append(kept, 1 - kept.sum())) > FALSE_ALARM


def test_gates_that_are_not_native_become_native_ones_in_the_time_that_they_take() -> None:
    # h is rz·sx·rz, of 10 ns; delays in different units stay what they are, those of less than the clock as well.
    circuit, native = QuantumCircuit(3, 1), QuantumCircuit(3, 1)
    for one in (circuit, native):
        one.delay(100.25, 0, unit="ns")
        one.delay(30, 1, unit="dt")
        one.measure(2, 0)
        with one.if_test((one.clbits[0], 0)):
            if one is circuit:
                one.h(0)
            else:
                one.rz(np.pi / 2, 0)
                one.sx(0)
                one.rz(np.pi / 2, 0)
            one.delay(0.2, 1, unit="us")
    first, second = (nv.emulate(one, DEVICE, shots=None, postselect={"c": 0}) for one in (circuit, native))
    np.testing.assert_allclose(first.state, second.state, atol=1e-12)
