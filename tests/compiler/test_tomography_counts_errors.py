"""Results without counts, and circuits that tomography cannot be appended to."""

import re
from typing import Any

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit
from qiskit.circuit import Qubit
from qiskit.primitives import StatevectorEstimator, StatevectorSampler
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer import AerSimulator

import nvprotocol as nv
from nvprotocol.backend import tomography_circuits, tomography_counts
from nvprotocol.errors import ArgumentError

PAIR = QuantumCircuit(2)


def without_measurement() -> Any:
    circuit = QuantumCircuit(1)
    circuit.save_statevector()  # pyright: ignore[reportAttributeAccessIssue]
    return AerSimulator().run([circuit] * 3).result()


NONE = {
    "a dictionary": (
        {"ZZ": {"00": 1}},
        "be a Result, or a PrimitiveResult of a SamplerV2, but is of type dict",
    ),
    "no pub": (StatevectorSampler().run([]).result(), "hold one circuit for each setting, but holds none"),
    "expectation values": (
        StatevectorEstimator().run([(PAIR, SparsePauliOp("ZZ"))]).result(),
        "hold the bits of classical registers, but pub 0 has none",
    ),
    "no counts": (without_measurement(), "hold counts, but circuit 0 has none"),
}


@pytest.mark.parametrize(("result", "message"), NONE.values(), ids=NONE)
def test_results_without_counts(result: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^{re.escape(f'Argument `result` must {message}.')}$"):
        tomography_counts(result)


def test_pubs_of_different_shapes() -> None:
    circuits = tomography_circuits(QuantumCircuit(1))
    pubs = [circuits[0], circuits[1], (circuits[2], np.zeros((2, 0)))]
    result = StatevectorSampler(seed=1).run(pubs, shots=5).result()
    with pytest.raises(
        ArgumentError, match=r"^Argument `result` must have pubs of one shape, but has \(\) and \(2,\)\.$"
    ):
        tomography_counts(result)


TAKEN = QuantumCircuit(2)
TAKEN.add_register(ClassicalRegister(1, "tomography"))
CIRCUITS = {
    "not a circuit": ("bell", {}, "`circuit` must be a QuantumCircuit, but is of type str"),
    "name taken": (TAKEN, {}, '`circuit` must have no register of the name "tomography", but has one'),
    "no qubit": (QuantumCircuit(0), {}, "`qubits` must contain at least one qubit, but are none"),
    "not that many": (PAIR, {"qubits": [0, 2]}, "`qubits` must be at most 1, but is 2"),
    "before the first": (PAIR, {"qubits": [-1]}, "`qubits` must be at least 0, but is -1"),
    "twice": (PAIR, {"qubits": [1, PAIR.qubits[1]]}, "`qubits` must be different qubits, but contain one twice"),
    "a stranger": (PAIR, {"qubits": [Qubit()]}, "`qubits` must be qubits of the circuit, but contain one that is not"),
    "letters": (PAIR, {"settings": ["Z"]}, '`settings` must have 2 letters, one for each qubit, but contain "Z"'),
    "too many letters": (
        PAIR,
        {"settings": nv.tomography.PAULI, "qubits": [0]},
        '`settings` must have 1 letters, one for each qubit, but contain "XX"',
    ),
}


@pytest.mark.parametrize(("circuit", "arguments", "message"), CIRCUITS.values(), ids=CIRCUITS)
def test_circuits_that_do_not_fit(circuit: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^{re.escape(f'Argument {message}.')}$"):
        tomography_circuits(circuit, **arguments)


def by_simulator(circuits: list[QuantumCircuit]) -> Any:
    return AerSimulator().run([one.decompose() for one in circuits], shots=5, seed_simulator=1).result()


def by_sampler(circuits: list[QuantumCircuit]) -> Any:
    return StatevectorSampler(seed=1).run(circuits, shots=5).result()


@pytest.mark.parametrize("run", [by_simulator, by_sampler])
def test_settings_that_the_circuits_contradict(run: Any) -> None:
    """Each circuit knows what it measures; a table in another order would be that of another state."""
    circuits = tomography_circuits(QuantumCircuit(2), ("ZZ", "XX"))
    assert tomography_counts(run(circuits), ("ZZ", "XX"))[0].tolist() == [5, 0, 0, 0]
    message = '`settings` must be in the order of the circuits, but circuit 0 has measured "ZZ" and not "XX"'
    with pytest.raises(ArgumentError, match=message):
        tomography_counts(run(circuits), ("XX", "ZZ"))


@pytest.mark.parametrize("keys", [("00", "0 0"), ("0x0", "00"), ("0x1", "0x01")])
def test_an_outcome_in_two_spellings(keys: tuple[str, str]) -> None:
    """Bits of registers together and apart, hexadecimal beside binary: which count is meant nobody can say."""
    result = by_simulator(tomography_circuits(QuantumCircuit(2), ["ZZ"]))
    result.results[0].data.counts = {keys[0]: 3, keys[1]: 4}
    message = f'`result` must have each outcome once, but circuit 0 has "{keys[0]}" in two spellings'
    with pytest.raises(ArgumentError, match=message):
        tomography_counts(result, ["ZZ"])


@pytest.mark.parametrize("count", [1e20, 2**53 + 1, np.uint64(2**63)])
def test_counts_that_no_float_holds_are_refused(count: float) -> None:
    with pytest.raises(ArgumentError, match=f"Argument `counts` must contain no number above {2**53}, but contains"):
        nv.tomography.estimate(np.full((9, 4), count))
