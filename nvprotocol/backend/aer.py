"""Circuits on the Aer simulator, with the medium as exact superoperators.

The kept branch: what is postselected becomes a projection that lowers the trace, and the circuit is followed once; the
trace of the final state is the probability of keeping a run. Shot by shot: the plain circuit with its mid-circuit
measurements, which is the reference for what postselection means.
"""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Gate, Instruction, Measure, Reset
from qiskit.circuit.library import UnitaryGate, get_standard_gate_name_mapping
from qiskit.quantum_info import Operator
from qiskit_aer import AerSimulator

from nvprotocol.backend.conversion import superop_instruction
from nvprotocol.backend.timeline import Elapse, Keep, Operation, Timeline
from nvprotocol.channels import evolution, qubit_readout
from nvprotocol.master_equation import MasterEquation

_TOMOGRAPHY = "tomography"
_ROTATION = {"X": ("h",), "Y": ("sdg", "h"), "Z": ()}
_READOUT = {outcome: superop_instruction(branch) for outcome, branch in qubit_readout().branches.items()}
_UNREAD = superop_instruction(qubit_readout().unread)


def elapsing(equation: MasterEquation) -> Callable[[float], Instruction]:
    """The medium's instruction for a stretch of time; equal stretches share one exponential."""
    return cache(lambda duration: superop_instruction(evolution(equation, duration)))


def simulator() -> AerSimulator:
    """Aer's density-matrix simulator.

    One thread: for few qubits Aer's threads cost more than they give. No truncation: it drops what happens to a qubit
    that is not saved, which would drop the projections that carry the odds of a kept branch.
    """
    return AerSimulator(method="density_matrix", max_parallel_threads=1, enable_truncation=False)


def kept_states(timelines: Sequence[Timeline], equation: MasterEquation) -> list[NDArray[np.complex128]]:
    """The unnormalised final state of the NV qubits in the kept branch of each timeline, all in one job."""
    elapse = elapsing(equation)
    circuits = [kept_branch(line, elapse) for line in timelines]
    result = simulator().run(circuits, shots=1).result()
    _require_success(result)
    return [np.asarray(result.data(k)["density_matrix"]) for k in range(len(circuits))]


def kept_branch(line: Timeline, elapse: Callable[[float], Instruction]) -> QuantumCircuit:
    """The circuit in which every kept measurement is a projection, ending with the state of the NV qubits saved."""
    circuit = QuantumCircuit(line.n_qubits)
    for step in line.steps:
        if isinstance(step, Elapse):
            circuit.append(elapse(step.duration), line.nv_qubits)
        elif isinstance(step, Keep):
            circuit.append(_READOUT[step.value], [step.qubit])
        elif isinstance(step.operation, Measure):  # an outcome that nobody looks at
            circuit.append(_UNREAD, [step.qubits[0]])
        else:
            _append_plain(circuit, step)
    circuit.save_density_matrix(list(line.nv_qubits))  # pyright: ignore[reportAttributeAccessIssue]  # added by Aer
    return circuit


def _append_plain(circuit: QuantumCircuit, step: Operation) -> None:
    """Appends a reset, or a gate: Aer's own where it is one, and not just called like one, else its matrix."""
    operation = step.operation
    if not isinstance(operation, Reset | _aer_gates().get(operation.name, Reset)):
        operation = UnitaryGate(Operator(operation))
    circuit.append(operation, list(step.qubits))


@cache
def _aer_gates() -> dict[str, type]:
    """The standard gates that Aer runs, by name."""
    standard = get_standard_gate_name_mapping()
    names = set(simulator().configuration().basis_gates) & set(standard)
    return {name: standard[name].base_class for name in names if isinstance(standard[name], Gate)}


def sampled_counts(
    timelines: Sequence[Timeline],
    equation: MasterEquation,
    *,
    n_clbits: Sequence[int],
    settings: Sequence[str],
    shots: int,
    seed: int,
) -> NDArray[np.int64]:
    """Shot by shot: the kept counts of every timeline and setting, shape (circuits, settings, 2ᴺ).

    Every shot runs through every mid-circuit measurement; the register is read and runs that differ from what is kept
    are dropped afterwards. All circuits are one job; `n_clbits` is the number of classical bits of each.
    """
    elapse = elapsing(equation)
    sized = list(zip(timelines, n_clbits, strict=True))
    circuits = [_measured(line, elapse, size, setting) for line, size in sized for setting in settings]
    result = simulator().run(circuits, shots=shots, seed_simulator=seed).result()
    _require_success(result)
    tables = []
    for k, (line, size) in enumerate(pair for pair in sized for _ in settings):
        wanted = {step.clbit: str(step.value) for step in line.steps if isinstance(step, Keep)}
        tables.append(_kept_counts(result.get_counts(k), wanted, len(line.nv_qubits), size))
    return np.array(tables).reshape(len(timelines), len(settings), -1)


def _measured(line: Timeline, elapse: Callable[[float], Instruction], n_clbits: int, setting: str) -> QuantumCircuit:
    outcome = ClassicalRegister(len(line.nv_qubits), _TOMOGRAPHY)
    circuit = QuantumCircuit(QuantumRegister(line.n_qubits), ClassicalRegister(max(n_clbits, 1), "c"), outcome)
    for step in line.steps:
        if isinstance(step, Elapse):
            circuit.append(elapse(step.duration), line.nv_qubits)
        elif isinstance(step, Keep):
            circuit.measure(step.qubit, step.clbit)
        elif isinstance(step.operation, Measure):
            circuit.measure(step.qubits[0], step.clbits[0])
        else:
            _append_plain(circuit, step)
    for letter, qubit, bit in zip(reversed(setting), line.nv_qubits, outcome, strict=True):
        for gate in _ROTATION[letter]:
            getattr(circuit, gate)(qubit)
        circuit.measure(qubit, bit)
    return circuit


def _kept_counts(counts: dict[str, int], wanted: dict[int, str], n_nv: int, n_clbits: int) -> NDArray[np.int64]:
    table = np.zeros(2**n_nv, dtype=np.int64)
    for key, count in counts.items():
        outcome, register = key.split(" ")
        if all(register[max(n_clbits, 1) - 1 - bit] == value for bit, value in wanted.items()):
            table[int(outcome, 2)] += count
    return table


def _require_success(result: object) -> None:
    if not getattr(result, "success", False):
        raise RuntimeError(f"Aer did not run the circuits: {getattr(result, 'status', 'no status')}")
