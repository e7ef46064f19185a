"""The gallery on a machine that was built for something else: transpiled to its gates, its coupling and its clock."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from counting import FALSE_ALARM, multinomial_p_value
from numpy.typing import NDArray
from protocol_runs import count
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Barrier, Gate, IfElseOp, Measure, Reset
from qiskit.circuit.library import XGate
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit.quantum_info import DensityMatrix, Operator, Statevector, partial_trace
from qiskit_aer import AerSimulator

import nvprotocol as nv
from nvprotocol.backend import follow_kept
from nvprotocol.engines.aer import OPTIONS
from nvprotocol.protocols import GALLERY, no_emitted_magnon

LEVELS = (0, 1, 2, 3)
GATES = ["cz", "id", "rz", "sx", "x"]
NOTHING = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))
TIME = 2.664
"""A duration in µs of 12,000 ticks of the machine's clock of 0.222 ns, so that its parts are whole ticks as well."""
CIRCUITS: dict[str, dict[str, Any]] = {
    "dissipative_entanglement": {},
    "echoed_bell": {"checks": 4, "pulses": 2},
    "exchange": {},
    "final_check": {},
    "finite_rate_monitoring": {"period": TIME / 4},
    "hahn_echo": {"qubit": "both", "phase": 0.3},
    "monitored_bell": {"checks": 4, "initial": "+r"},
    "no_emitted_magnon": {"steps": 2, "A": 0.6 * np.exp(0.4j), "q": 0.3},
    "ramsey": {"qubit": 1, "phase": 0.3},
    "relaxometry": {},
}
PLAYED: dict[str, dict[str, Any]] = {
    "cold": {"steps": 3},
    "any initial state": {"steps": 2, "A": 0.7 * np.exp(0.6j), "initial": "+d"},
    "warm": {"steps": 2, "A": -0.5j, "q": 0.4, "initial": "rd"},
    "order 2": {"steps": 1, "A": 0.8, "q": 0.2, "initial": "dl", "order": 2},
}


LINE = ((0, 1), (1, 2), (2, 3), (3, 4))
BRIDGE = ((0, 2), (1, 2))
"""Two qubits that only a third one connects, as far apart NV qubits and their monitor."""


@cache
def machine(pairs: tuple[tuple[int, int], ...] = LINE) -> GenericBackendV2:
    """A machine with IBM's gates between some pairs of qubits, measurements in mid-circuit and control flow."""
    both_ways = [[j, k] for pair in pairs for j, k in (pair, pair[::-1])]
    return GenericBackendV2(len(pairs) + 1, basis_gates=GATES, coupling_map=both_ways, control_flow=True, seed=7)


def on_machine(circuit: QuantumCircuit, level: int) -> QuantumCircuit:
    return transpile(circuit, machine(), optimization_level=level, seed_transpiler=11)


def allowed(circuit: QuantumCircuit, places: Sequence[int] | None = None) -> bool:
    """Whether the machine can do everything in a circuit where it stands, the blocks of control flow included."""
    places = range(circuit.num_qubits) if places is None else places
    for entry in circuit.data:
        operation: Any = entry.operation
        at = tuple(places[circuit.find_bit(qubit).index] for qubit in entry.qubits)
        if isinstance(operation, IfElseOp):
            possible = "if_else" in machine().target and all(allowed(block, at) for block in operation.blocks)
        else:
            possible = isinstance(operation, Barrier) or machine().target.instruction_supported(operation.name, at)
        if not possible:
            return False
    return True


def followed(circuit: QuantumCircuit) -> Statevector:
    """The unnormalised ket of the runs in which every bit reads 1, by Qiskit's own matrices.

    A qubit that has read 1 is in |1⟩, so that its reset is a flip and the state stays pure.
    """
    ket, reads = Statevector.from_int(0, 2**circuit.num_qubits), set()
    for entry in circuit.data:
        operation: Any = entry.operation
        qubits = [circuit.find_bit(qubit).index for qubit in entry.qubits]
        if isinstance(operation, Measure):
            ket = ket.evolve(Operator(np.diag([0.0, 1.0])), qubits)
            reads.add(entry.clbits[0])
        elif isinstance(operation, Reset):
            up, down = np.abs(ket.data).reshape(-1, 2, 2 ** qubits[0]).transpose(1, 0, 2).reshape(2, -1).max(axis=1)
            assert min(up, down) == 0
            ket = ket.evolve(XGate(), qubits) if down else ket
        elif isinstance(operation, IfElseOp):
            condition: Any = operation.condition
            bit, value = condition
            assert bit in reads
            if value:
                ket = ket.evolve(Operator(operation.blocks[0]), qubits)
        elif isinstance(operation, Gate):
            ket = ket.evolve(operation, qubits)
    return ket


def pair_of(circuit: QuantumCircuit) -> list[int]:
    """Where the NV qubits, the first two of the circuit as it was written, are at the end."""
    return circuit.layout.final_index_layout()[:2] if circuit.layout else [0, 1]


def kept_by_qiskit(circuit: QuantumCircuit) -> NDArray[np.complex128]:
    first, second = pair_of(circuit)
    others = [k for k in range(circuit.num_qubits) if k not in (first, second)]
    rho = partial_trace(followed(circuit), others).data
    return rho if first < second else rho.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)


def kept_by_exact(circuit: QuantumCircuit) -> NDArray[np.complex128]:
    kept = nv.emulate(circuit, NOTHING, shots=None, engine="exact", postselect={"quiet": 1})
    return kept.state * kept.success_probability


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", sorted(GALLERY))
def test_every_protocol_of_the_gallery_runs_on_the_machine(name: str, level: int) -> None:
    circuit = GALLERY[name].circuit(duration=TIME, **CIRCUITS[name])
    found = on_machine(circuit, level)
    assert allowed(found)
    assert [(register.name, register.size) for register in found.cregs] == [
        (register.name, register.size) for register in circuit.cregs
    ]
    assert count(found, "measure") == count(circuit, "measure")


def test_the_gallery_as_it_is_written_does_not() -> None:
    assert not allowed(no_emitted_magnon(TIME, steps=2))


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", PLAYED)
def test_what_is_kept_is_the_same_after_transpiling(case: str, level: int) -> None:
    circuit = no_emitted_magnon(TIME, **PLAYED[case])
    before, after = kept_by_qiskit(circuit), kept_by_qiskit(on_machine(circuit, level))
    np.testing.assert_allclose(after, before, atol=1e-9)
    np.testing.assert_allclose(before, kept_by_exact(circuit), atol=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_a_reset_by_feed_forward_is_control_flow_that_the_machine_has(level: int) -> None:
    circuit = no_emitted_magnon(TIME, steps=3)
    conditional = circuit.copy_empty_like()
    bit = circuit.clbits[0]
    for entry in circuit.data:
        if isinstance(entry.operation, Reset):
            with conditional.if_test((bit, 1)):
                conditional.x(entry.qubits[0])
        else:
            bit = entry.clbits[0] if entry.clbits else bit
            conditional.append(entry)
    found = on_machine(conditional, level)
    assert count(found, "if_else") == 3
    assert allowed(found)
    np.testing.assert_allclose(kept_by_qiskit(found), kept_by_exact(circuit), atol=1e-9)


def unnormalised(branch: QuantumCircuit, simulator: AerSimulator) -> NDArray[np.complex128]:
    """The final state of the first two of three qubits."""
    circuit = branch.copy()
    circuit.save_density_matrix()  # pyright: ignore[reportAttributeAccessIssue]  # added by Aer
    whole = DensityMatrix(np.asarray(simulator.run(circuit, shots=1).result().data(0)["density_matrix"]))
    return partial_trace(whole, [2]).data


def bridged(circuit: QuantumCircuit, level: int) -> QuantumCircuit:
    return transpile(circuit, machine(BRIDGE), initial_layout=[0, 1, 2], optimization_level=level, seed_transpiler=11)


@pytest.mark.parametrize("level", LEVELS)
def test_the_kept_branch_of_a_transpiled_circuit_on_aer(level: int) -> None:
    found = bridged(no_emitted_magnon(TIME, steps=3, A=0.8, q=0.2), level)
    branch = follow_kept(found, dict.fromkeys(range(found.num_clbits), 1), NOTHING).circuit
    assert pair_of(found) == [0, 1]
    np.testing.assert_allclose(unnormalised(branch, AerSimulator(**OPTIONS)), kept_by_qiskit(found), atol=1e-9)


@pytest.mark.slow
@pytest.mark.statistical
def test_shots_on_the_noisy_machine_keep_as_many_runs_as_its_kept_branch() -> None:
    steps, shots = 3, 20_000
    found = bridged(no_emitted_magnon(TIME, steps), level=1)
    misread = machine(BRIDGE).target["measure"][(2,)].error
    reads = nv.Device(NOTHING.equation, monitors=1, monitor_efficiency=1 - misread, monitor_false_alarm=misread)
    branch = follow_kept(found, dict.fromkeys(range(steps), 1), reads).circuit
    noisy = AerSimulator.from_backend(machine(BRIDGE), **OPTIONS)
    probability = np.trace(unnormalised(branch, noisy)).real
    ideal = np.trace(kept_by_exact(no_emitted_magnon(TIME, steps))).real
    counts = noisy.run(found, shots=shots, seed_simulator=5).result().get_counts()
    kept = np.array([counts["1" * steps], shots - counts["1" * steps]])
    assert multinomial_p_value(kept, np.array([probability, 1 - probability])) > FALSE_ALARM
    assert multinomial_p_value(kept, np.array([ideal, 1 - ideal])) < FALSE_ALARM, "the noise is seen"
