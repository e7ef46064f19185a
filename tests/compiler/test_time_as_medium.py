"""Time becomes the medium: gates that take time against a constant drive, errors as the device gives them."""

from collections.abc import Sequence
from typing import Any

import engines_on
import numpy as np
import pytest
from by_hand import durations, padding
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Instruction
from qiskit.circuit.library import CZGate, RZGate, SXGate, XGate
from qiskit.quantum_info import Operator, SuperOp, average_gate_fidelity
from qiskit.transpiler import PassManager
from qiskit.transpiler.passes import ASAPScheduleAnalysis
from scipy.linalg import expm, logm
from systems import EVERYTHING, SX, pair

import nvprotocol as nv
from nvprotocol.backend import NVBackend, TimeAsMedium, time_as_medium

NOTHING = nv.MasterEquation(nv.Medium.pair(a=0.0))
ONE = nv.MasterEquation(nv.Medium(relaxation=np.zeros((1, 1))))


def on_device(device: nv.Device, *gates: tuple[str, tuple], n_qubits: int = 2, prepares: bool = False) -> NDArray:
    """The superoperator of a circuit on a device."""
    circuit = QuantumCircuit(n_qubits)
    for name, arguments in gates:
        getattr(circuit, name)(*arguments)
    return engines_on.superoperator(time_as_medium(circuit, device, prepares=prepares))


def driven(generator: NDArray, gate: Instruction, qubits: Sequence[int], n_qubits: int, time: float) -> NDArray:
    """exp((𝓛 − i[H, ·])T) with the constant H that turns by the gate within T."""
    circuit = QuantumCircuit(n_qubits)
    circuit.append(gate, list(qubits))
    hamiltonian = 1j * np.asarray(logm(Operator(circuit).data)) / time
    one = np.eye(2**n_qubits)
    return expm(time * (generator - 1j * (np.kron(one, hamiltonian) - np.kron(hamiltonian.T, one))))


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


@pytest.mark.parametrize(("name", "gate"), [("sx", SXGate()), ("x", XGate())])
def test_the_error_of_slices_falls_with_their_square(name: str, gate: Instruction) -> None:
    expected = driven(EVERYTHING.generator(), gate, [1], 2, 0.3)
    numbers, errors = (4, 8, 16, 32, 64), []
    for slices in numbers:
        device = nv.Device(EVERYTHING.equation, gate_ns={name: 300}, gate_slices=slices)
        errors.append(np.abs(on_device(device, (name, (1,))) - expected).max())
    assert slope(numbers, errors) == pytest.approx(-2, abs=0.1)
    assert errors[-1] < 1e-4


@pytest.mark.parametrize("turns", [1.0, 1.5])
def test_a_rotation_by_more_than_half_a_turn_is_cut_by_its_angle(turns: float) -> None:
    relaxing, angle = nv.MasterEquation(nv.Medium(relaxation=[[1.0]])), 2 * np.pi * turns
    field = angle / 2 * np.array([[0, 1], [1, 0]])  # for 1 µs; a drive does not take the shortest way
    expected = expm(relaxing.liouvillian - 1j * (np.kron(np.eye(2), field) - np.kron(field.T, np.eye(2))))
    device = nv.Device(relaxing, gate_ns={"rx": 1000}, gate_slices=64)
    np.testing.assert_allclose(on_device(device, ("rx", (angle, 0)), n_qubits=1), expected, atol=5e-3)


def test_the_error_of_one_piece_grows_as_the_time_that_it_takes() -> None:
    times, errors = (1, 2, 5, 10), []
    for time in times:
        device = nv.Device(EVERYTHING.equation, gate_ns={"sx": time})
        expected = driven(EVERYTHING.generator(), SXGate(), [0], 2, time / 1000)
        errors.append(np.abs(on_device(device, ("sx", (0,))) - expected).max())
    assert slope(times, errors) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("slices", [1, 3])
def test_a_drive_that_commutes_with_the_medium_is_exact(slices: int) -> None:
    dephasing = pair(a=0.0, d=0.7, D=0.3 + 0.2j, Jz=0.4, delta=0.9)
    device = nv.Device(dephasing.equation, gate_ns={"rz": 400, "cz": 700}, gate_slices=slices)
    expected = driven(dephasing.generator(), RZGate(0.8), [0], 2, 0.4)
    np.testing.assert_allclose(on_device(device, ("rz", (0.8, 0))), expected, atol=1e-13)
    with_monitor = _beside_a_monitor(dephasing.generator())
    expected = driven(with_monitor, CZGate(), [0, 2], 3, 0.7)
    np.testing.assert_allclose(on_device(device, ("cz", (0, 2)), n_qubits=3), expected, atol=1e-13)


def _beside_a_monitor(generator: NDArray) -> NDArray:
    """A generator on qubits 0 and 1 as one on three qubits, by its action on a basis."""
    tensor, one = generator.reshape((4,) * 4), np.eye(2)
    return np.einsum("cadb,CD,AB->CcAaDdBb", tensor, one, one).reshape(64, 64)


def test_a_gate_of_no_time_is_the_gate_whatever_the_slices() -> None:
    device = nv.Device(EVERYTHING.equation, gate_slices=5)
    matrix = np.kron(np.eye(2), SX)
    expected = np.kron(matrix, matrix)
    np.testing.assert_allclose(on_device(device, ("x", (0,))), expected, atol=1e-15)


@pytest.mark.parametrize(("name", "infidelity"), [("x", 0.02), ("sx", 0.02), ("rz", 0.0), ("cx", 0.07), ("cz", 0.07)])
@pytest.mark.parametrize("slices", [1, 4])
def test_the_average_infidelity_is_the_devices_number(name: str, infidelity: float, slices: int) -> None:
    device = nv.Device(
        ONE, gate_ns={"x": 50, "cz": 30}, single_qubit_error=0.02, two_qubit_error=0.07, gate_slices=slices
    )
    n_qubits = 2 if name in ("cx", "cz") else 1
    arguments = {"rz": (0.4, 0), "cx": (0, 1), "cz": (1, 0)}.get(name, (0,))
    ideal = QuantumCircuit(n_qubits)
    getattr(ideal, name)(*arguments)
    channel = SuperOp(on_device(device, (name, arguments), n_qubits=n_qubits))
    assert channel.is_cptp()
    assert 1 - average_gate_fidelity(channel, Operator(ideal)) == pytest.approx(infidelity, abs=1e-12)


def test_the_preparation_and_every_reset_may_fail() -> None:
    device = nv.Device(NOTHING, initialisation_error=0.03)
    circuit = QuantumCircuit(3)
    populations = [0.97, 0.03]
    ground = engines_on.kept_state(time_as_medium(circuit, device), device, {})
    np.testing.assert_allclose(ground, np.diag(np.kron(populations, populations)), atol=1e-15)
    circuit.x([0, 1, 2])
    circuit.reset([0, 2])
    state = engines_on.kept_state(time_as_medium(circuit, device), device, {})
    np.testing.assert_allclose(state, np.diag(np.kron(populations[::-1], populations)), atol=1e-15)
    bare = engines_on.kept_state(time_as_medium(QuantumCircuit(2), device, prepares=False), device, {})
    np.testing.assert_array_equal(bare, np.diag([1, 0, 0, 0]))


def test_monitors_are_prepared_and_reset_without_error() -> None:
    device = nv.Device(ONE, initialisation_error=0.2)
    circuit = QuantumCircuit(2, 1)
    circuit.x(1)
    circuit.reset(1)
    circuit.measure(1, 0)
    found = engines_on.distribution(time_as_medium(circuit, device), device, {}, [0])
    np.testing.assert_allclose(found, [1, 0], atol=1e-15)


def test_intrinsic_times_are_those_of_decay_and_dephasing() -> None:
    device = nv.Device(NOTHING, intrinsic_t1_us=[2.0, 5.0], intrinsic_t2_us=[1.0, 4.0], gate_ns={"h": 0})
    for qubit, (t1, t2) in enumerate([(2.0, 1.0), (5.0, 4.0)]):
        populations, coherence = [], []
        for name in ("x", "h"):
            circuit = QuantumCircuit(2)
            getattr(circuit, name)(qubit)
            circuit.delay(0.7, 1 - qubit, unit="us")
            rho = engines_on.kept_state(time_as_medium(circuit, device), device, {}).reshape((2,) * 4)
            single = np.einsum("abcb->ac", rho) if qubit else np.einsum("abac->bc", rho)
            populations.append(single[1, 1].real)
            coherence.append(abs(single[0, 1]))
        assert populations[0] == pytest.approx((1 + np.exp(-0.7 / t1)) / 2, abs=1e-12)
        assert coherence[1] == pytest.approx(np.exp(-0.7 / t2) / 2, abs=1e-12)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Durations whose exponential is worked out."""
    made: list[float] = []
    propagator = nv.MasterEquation.propagator

    def count(equation: nv.MasterEquation, duration: NDArray[np.float64]) -> NDArray[np.complex128]:
        made.extend(duration)
        return propagator(equation, duration)

    monkeypatch.setattr(nv.MasterEquation, "propagator", count)
    return made


def test_a_thousand_equal_waits_cost_one_exponential(monkeypatch: pytest.MonkeyPatch) -> None:
    made = counted(monkeypatch)
    circuit = QuantumCircuit(2, 2)
    for _ in range(1000):
        circuit.x(0)
        circuit.delay(0.1, 0, unit="us")  # a thousand sums of 0.1, and as many roundings
    device = nv.Device(EVERYTHING.equation)
    time_as_medium(circuit, device)
    assert len(made) == 1
    NVBackend(device).run([circuit, circuit], shots=1).result()
    assert len(made) == 2


def test_one_run_shares_the_exponentials_of_all_circuits(monkeypatch: pytest.MonkeyPatch) -> None:
    made = counted(monkeypatch)
    device = nv.Device(EVERYTHING.equation)
    circuits = [nv.protocols.monitored_bell(0.1 * checks, checks=checks) for checks in (1, 10, 30)]
    nv.emulate(circuits, device, shots=None, postselect={"parity": 1})
    assert len(made) == 1


def test_rounding_makes_no_slices_of_time() -> None:
    circuit = QuantumCircuit(2)
    for qubit, parts in enumerate([(0.1, 0.2), (0.3,)]):  # 0.1 + 0.2 is not 0.3 in floating point
        for part in parts:
            circuit.delay(part, qubit, unit="us")
        circuit.x(qubit)
    assert time_as_medium(circuit, nv.Device(EVERYTHING.equation)).count_ops() == {"superop": 1, "x": 2}


@pytest.mark.parametrize("pieces", [[(0.7, 0)], [(0.7, 1)], [(0.7, 0), (0.7, 1)], [(0.3, 1), (0.4, 1), (0.1, 0)]])
def test_the_medium_acts_for_the_total_time_on_both(pieces: list[tuple[float, int]]) -> None:
    found = on_device(nv.Device(EVERYTHING.equation), *[("delay", (time, qubit, "us")) for time, qubit in pieces])
    np.testing.assert_allclose(found, expm(EVERYTHING.generator() * 0.7), atol=1e-13)


def test_the_pass_comes_after_scheduling(rng: np.random.Generator) -> None:
    device = nv.Device(EVERYTHING.equation, gate_ns={"x": 20, "sx": 30}, gate_slices=2)
    circuit = QuantumCircuit(2)
    for qubit in rng.integers(0, 2, size=6).tolist():
        circuit.sx(qubit)
        circuit.delay(int(rng.integers(0, 50)), qubit)
    known = durations(device, 2)
    passes: list[Any] = [ASAPScheduleAnalysis(known), padding(known), TimeAsMedium(device)]
    found = engines_on.superoperator(PassManager(passes).run(circuit))
    np.testing.assert_allclose(
        found, engines_on.superoperator(time_as_medium(circuit, device, prepares=True)), atol=1e-13
    )


def test_a_circuit_keeps_its_name_registers_and_metadata() -> None:
    circuit = nv.protocols.monitored_bell(0.5, checks=2)
    circuit.metadata = {"run": 3}
    plain = time_as_medium(circuit, nv.Device(EVERYTHING.equation))
    assert (plain.name, plain.cregs, plain.metadata) == (circuit.name, circuit.cregs, {"run": 3})


def test_gates_of_one_name_are_told_apart() -> None:
    """A user's gates may share a name and differ; as may a standard gate and one that is called like it."""

    def named(name: str, angle: float) -> Gate:
        body = QuantumCircuit(1, name=name)
        body.ry(angle, 0)
        return body.to_gate()

    still, angles = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0))), (0.3, 1.1, -0.7, 2.0)
    named_alike, written = QuantumCircuit(2), QuantumCircuit(2)
    for name in ("mine", "x"):
        for number, angle in enumerate(angles):
            named_alike.append(named(name, angle), [number % 2])
            named_alike.x(0)
            written.ry(angle, number % 2)
            written.x(0)
    found, expected = (engines_on.superoperator(time_as_medium(one, still)) for one in (named_alike, written))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)
