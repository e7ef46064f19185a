"""Where Aer loses something without a word: what the package does about it, and whether the trap is still there.

A trap that has gone is no failure: the test then says so and is skipped, and the precaution can be reconsidered.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Instruction
from qiskit_aer import AerSimulator
from systems import pair, random_state, random_symbols

import nvprotocol as nv
from nvprotocol.backend import to_kraus
from nvprotocol.channels import Channel, evolution
from nvprotocol.compiler.instructions import superop_instruction


def run(instruction: Instruction, rho: NDArray) -> NDArray[np.complex128]:
    """ρ after an instruction on Aer's density-matrix method."""
    circuit = QuantumCircuit(2)
    circuit.set_density_matrix(rho)  # pyright: ignore[reportAttributeAccessIssue]  # added by Aer
    circuit.append(instruction, [0, 1])
    circuit.save_density_matrix()  # pyright: ignore[reportAttributeAccessIssue]
    result = AerSimulator(method="density_matrix", max_parallel_threads=1).run(circuit, shots=1).result()
    assert result.success, result.status
    return np.asarray(result.data(0)["density_matrix"])


def test_a_superoperator_reaches_aer_the_right_way_round(rng: np.random.Generator) -> None:
    # Aer 0.18 reads a read-only array in the other memory order, that is, transposed. Channels are read-only.
    channel, rho = evolution(pair(**random_symbols(rng)).equation, 0.8), random_state(rng)
    assert not channel.superoperator.flags.writeable
    instruction = superop_instruction(channel)
    assert instruction.params[0].flags.writeable
    np.testing.assert_allclose(run(instruction, rho), channel(rho), atol=1e-14)
    read_only = Instruction("superop", 2, 0, [channel.superoperator])
    if np.allclose(run(read_only, rho), channel(rho), atol=1e-9):
        pytest.skip("Aer reads read-only superoperators as they are by now")
    np.testing.assert_allclose(run(read_only, rho), transposed(channel, rho), atol=1e-14)


def transposed(channel: Channel, rho: NDArray) -> NDArray[np.complex128]:
    return (channel.superoperator.T @ rho.ravel(order="F")).reshape(4, 4, order="F")


def test_our_kraus_operators_act_on_aer_as_the_superoperator_does(rng: np.random.Generator) -> None:
    for duration in (1e-3, 0.8):
        channel, rho = evolution(pair(**random_symbols(rng)).equation, duration), random_state(rng)
        np.testing.assert_allclose(run(to_kraus(channel).to_instruction(), rho), channel(rho), atol=1e-13)


def test_a_gate_from_any_matrix_acts_as_that_matrix(rng: np.random.Generator) -> None:
    # Aer 0.18 transposes what is read-only, or does not lie in memory row by row.
    matrix = np.linalg.qr(rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)))[0]
    frozen = matrix.copy()
    frozen.flags.writeable = False
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5)))
    for given in (frozen, np.stack([matrix, matrix], axis=-1)[..., 0], np.asfortranarray(matrix)):
        plain = QuantumCircuit(2)
        plain.unitary(given, [0, 1])
        tested = QuantumCircuit(QuantumRegister(2, "nv"), ClassicalRegister(1, "c"))
        tested.measure(0, 0)
        with tested.if_test((tested.clbits[0], 0)):
            tested.unitary(given, [0, 1])
        for circuit, postselect in ((plain, None), (tested, {"c": 0})):
            exact, aer = (
                nv.emulate(circuit, device, shots=None, engine=engine, postselect=postselect).state
                for engine in ("exact", "aer")
            )
            np.testing.assert_allclose(aer, exact, atol=1e-13)


def last_check_without_reset() -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(1, "c"))
    circuit.ry(2 * np.arccos(np.sqrt(0.3)), 2)
    circuit.measure(2, 0)
    return circuit


def test_a_kept_outcome_of_a_qubit_that_is_not_saved_counts() -> None:
    # Aer's truncation leaves out qubits that cannot influence what is saved. Keeping a run depends on one.
    device = nv.Device(nv.MasterEquation(nv.Medium.pair()))
    found = nv.emulate(last_check_without_reset(), device, shots=None, postselect={"c": 1})
    assert found.success_probability == pytest.approx(0.7, abs=1e-14)


def test_aer_truncates_what_is_not_saved() -> None:
    projection = superop_instruction(Channel(np.diag([0, 0, 0, 1.0]).astype(complex)))
    traces = {}
    for truncation in (False, True):
        circuit = QuantumCircuit(3)
        circuit.ry(2 * np.arccos(np.sqrt(0.3)), 2)
        circuit.append(projection, [2])
        circuit.save_density_matrix([0, 1])  # pyright: ignore[reportAttributeAccessIssue]
        simulator = AerSimulator(method="density_matrix", max_parallel_threads=1, enable_truncation=truncation)
        data = simulator.run(circuit, shots=1).result().data(0)["density_matrix"]
        traces[truncation] = float(np.trace(np.asarray(data)).real)
    assert traces[False] == pytest.approx(0.7, abs=1e-14)
    if traces[True] == pytest.approx(0.7):
        pytest.skip("Aer's truncation keeps maps that lower the trace by now")
    assert traces[True] == pytest.approx(1.0)


def test_a_delay_does_nothing_on_aer_itself() -> None:
    # Which is why circuits go through `emulate`: Aer alone takes a delay for nothing, with or without noise elsewhere.
    circuit = QuantumCircuit(2)
    circuit.x(1)
    circuit.delay(5, [0, 1], unit="us")
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
    assert nv.emulate(circuit, device, shots=None).concurrence == pytest.approx(0.5, abs=1e-6)
    circuit.save_density_matrix()  # pyright: ignore[reportAttributeAccessIssue]
    alone = AerSimulator(method="density_matrix", max_parallel_threads=1).run(circuit, shots=1).result()
    np.testing.assert_allclose(np.asarray(alone.data(0)["density_matrix"]), nv.operators.density_matrix("ud"))


def test_a_circuit_that_aer_cannot_run_is_an_error() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair()))
    with nv.resources.limited_memory(2**63 - 1), pytest.raises(RuntimeError, match="Aer did not run the circuits"):
        nv.emulate(QuantumCircuit(29), device, shots=None)  # a density matrix of 2⁵⁸ entries
    with pytest.raises(nv.errors.TooLargeError, match=r"`circuit` must ask for at most .* matrices of 60 qubits take"):
        nv.emulate(QuantumCircuit(60), device, shots=None)
