"""The medium acts whenever time passes, however a circuit says so. Each test guards against noise that goes missing."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.circuit import Qubit
from qiskit.circuit.library import XGate
from scipy.linalg import expm
from systems import EVERYTHING, reversed_qubits, stacked, unstacked

import nvprotocol as nv
from nvprotocol.emulation import Estimate
from nvprotocol.protocols import monitored_bell

# Nothing is symmetric: to swap the qubits, to conjugate A or to forget a coupling would show.
DEVICE = nv.Device(EVERYTHING.equation, dt_ns=2.5)
X1 = np.kron(np.eye(2), [[0, 1], [1, 0]])
X2 = np.kron([[0, 1], [1, 0]], np.eye(2))
GROUND = np.diag([1.0, 0, 0, 0]).astype(complex)


def both_engines(circuit: QuantumCircuit, **options: object) -> list[Estimate]:
    return [nv.emulate(circuit, DEVICE, shots=None, engine=name, **options) for name in ("aer", "exact")]  # pyright: ignore[reportCallIssue, reportArgumentType]


def waited(rho: NDArray, duration: float) -> NDArray[np.complex128]:
    return unstacked(expm(EVERYTHING.generator() * duration) @ stacked(rho))


def turned(rho: NDArray, unitary: NDArray) -> NDArray:
    return unitary @ rho @ unitary.conj().T


def assert_ends_in(circuit: QuantumCircuit, state: NDArray, **options: object) -> None:
    for found in both_engines(circuit, **options):
        np.testing.assert_allclose(found.state, state, atol=1e-13)


UP_DOWN = turned(GROUND, X2)
AFTER = waited(UP_DOWN, 0.7)


def pair_with(*others: QuantumRegister) -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), *others)
    circuit.x(1)
    return circuit


def delay_on(*qubits: int) -> Callable[[], QuantumCircuit]:
    def make() -> QuantumCircuit:
        circuit = pair_with(QuantumRegister(1, "monitor"))
        circuit.delay(0.7, list(qubits), unit="us")
        return circuit

    return make


@pytest.mark.parametrize("qubits", [(0,), (1,), (2,), (0, 1), (1, 0), (0, 2), (0, 1, 2)], ids=str)
def test_a_delay_on_any_qubit_is_time_for_all(qubits: tuple[int, ...]) -> None:
    # An error bound to the delays of single qubits would miss some of these.
    assert_ends_in(delay_on(*qubits)(), AFTER)


@pytest.mark.parametrize(
    ("duration", "unit"), [(0.7e-6, "s"), (0.7e-3, "ms"), (0.7, "us"), (700, "ns"), (0.7e6, "ps"), (280, "dt")]
)
def test_time_in_any_unit(duration: float, unit: str) -> None:
    circuit = pair_with()
    circuit.delay(duration, 0, unit=unit)
    assert_ends_in(circuit, AFTER)


def test_time_in_pieces() -> None:
    circuit = pair_with()
    for part in (0.1, 0.25, 0.05, 0.3):
        circuit.delay(part, [0, 1], unit="us")
        circuit.barrier()
    assert_ends_in(circuit, AFTER)


def test_delays_side_by_side_are_not_added_up() -> None:
    circuit = pair_with(QuantumRegister(1, "monitor"))
    circuit.delay(0.4, 0, unit="us")
    circuit.delay(0.7, 1, unit="us")
    circuit.delay(0.2, 2, unit="us")
    assert_ends_in(circuit, AFTER)


def test_a_gate_waits_for_its_own_qubits_only() -> None:
    circuit = pair_with()
    circuit.delay(0.3, 0, unit="us")
    circuit.delay(0.7, 1, unit="us")
    circuit.x(0)  # at 0.3 µs, while the other qubit still waits
    assert_ends_in(circuit, waited(turned(waited(UP_DOWN, 0.3), X1), 0.4))


def test_a_barrier_lets_a_gate_wait_for_other_qubits() -> None:
    circuit = pair_with()
    circuit.delay(0.7, 1, unit="us")
    circuit.barrier()
    circuit.x(0)
    assert_ends_in(circuit, turned(AFTER, X1))


def test_a_reset_of_an_nv_qubit_keeps_the_other() -> None:
    circuit = pair_with()
    circuit.delay(0.7, 0, unit="us")
    circuit.barrier()
    circuit.reset(1)
    up_up, up_down = np.eye(4)[[0, 1]], np.eye(4)[[2, 3]]  # qubit 1 of Qiskit, the left bit, is 0 or 1
    rho = sum((up_up.T @ rows @ AFTER @ rows.T @ up_up for rows in (up_up, up_down)), start=np.zeros((4, 4)))
    assert_ends_in(circuit, rho)


def test_an_outcome_that_nobody_looks_at_still_dephases() -> None:
    circuit = QuantumCircuit(2, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    circuit.h(0)
    assert_ends_in(circuit, np.diag([0.5, 0.5, 0, 0]))
    circuit.delay(0.7, 0, unit="us")
    assert_ends_in(circuit, waited(np.diag([0.5, 0.5, 0, 0]).astype(complex), 0.7))


def test_the_nv_register_may_stand_anywhere() -> None:
    nv_qubits, monitor, spare = QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), QuantumRegister(2, "spare")
    for registers in ((monitor, nv_qubits, spare), (spare, monitor, nv_qubits), (nv_qubits, spare, monitor)):
        circuit = QuantumCircuit(*registers)
        circuit.x(nv_qubits[1])
        circuit.h(spare)
        circuit.delay(0.7, monitor, unit="us")
        assert_ends_in(circuit, AFTER)


def test_the_nv_register_may_name_the_qubits_the_other_way_round() -> None:
    first, second = Qubit(), Qubit()
    nv_qubits = QuantumRegister(name="nv", bits=[second, first])
    circuit = QuantumCircuit([first, second], nv_qubits)
    circuit.x(first)  # the paper's qubit 2
    circuit.delay(0.7, first, unit="us")
    assert_ends_in(circuit, AFTER)


def test_without_a_register_nv_it_is_the_first_qubits() -> None:
    circuit = QuantumCircuit(4, 1)
    circuit.x(1)
    circuit.delay(0.7, 3, unit="us")
    assert_ends_in(circuit, AFTER)


def test_a_transpiled_circuit_means_the_same() -> None:
    # A transpiler removes identities; it must not remove time, whatever its level.
    circuit = monitored_bell(0.9, checks=4, initial="-r")
    plain = both_engines(circuit, postselect={"parity": 1})[1]
    for level in (0, 1, 2, 3):
        changed = transpile(
            circuit, basis_gates=["rz", "sx", "cx", "reset"], optimization_level=level, seed_transpiler=1
        )
        for found in both_engines(changed, postselect={"parity": 1}):
            np.testing.assert_allclose(found.state, plain.state, atol=1e-13)
            assert found.success_probability == pytest.approx(plain.success_probability, abs=1e-13)


def test_qubits_routed_elsewhere_are_followed() -> None:
    circuit = pair_with()
    circuit.swap(0, 1)
    circuit.delay(0.7, 0, unit="us")
    circuit.swap(0, 1)
    exchanged = reversed_qubits(waited(reversed_qubits(UP_DOWN), 0.7))
    assert_ends_in(circuit, exchanged)
    assert np.abs(exchanged - AFTER).max() > 0.1


def test_gates_that_aer_does_not_know_are_run_as_matrices() -> None:
    circuit = pair_with(QuantumRegister(1, "monitor"))
    circuit.append(XGate().control(1, ctrl_state=0), [2, 0])  # the monitor is in |0⟩, so the gate acts
    assert_ends_in(circuit, turned(UP_DOWN, X1))


def test_the_last_of_two_measurements_of_a_bit_is_kept() -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(2, "q"), ClassicalRegister(1, "c"))
    circuit.x(2)
    circuit.measure(2, 0)
    circuit.ry(2 * np.arccos(np.sqrt(0.3)), 3)
    circuit.cx(3, 1)
    circuit.measure(3, 0)
    for value, probability in ((0, 0.3), (1, 0.7)):
        for found in both_engines(circuit, postselect={"c": value}):
            assert found.success_probability == pytest.approx(probability, abs=1e-14)
            np.testing.assert_allclose(found.state, turned(GROUND, X2) if value else GROUND, atol=1e-14)


@pytest.mark.parametrize(
    ("postselect", "probability"), [({}, 1.0), (None, 1.0), ({"a": 0}, 0.4), ({"a": 1, "b": "0"}, 0.24)]
)
def test_probabilities_of_several_registers_multiply(
    postselect: dict[str, int | str] | None, probability: float
) -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), ClassicalRegister(1, "a"), ClassicalRegister(1, "b"))
    for qubit, zero in enumerate((0.4, 0.4)):
        circuit.ry(2 * np.arccos(np.sqrt(zero)), qubit)
        circuit.measure(qubit, qubit)
    circuit.id([0, 1])  # a circuit that ends by measuring them is refused
    for found in both_engines(circuit, postselect=postselect):
        assert found.success_probability == pytest.approx(probability, abs=1e-14)
