"""A circuit without time, read and written step by step."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from qiskit import QuantumCircuit
from qiskit.circuit import CircuitInstruction, IfElseOp, Instruction, Measure
from qiskit.circuit import Operation as QiskitOperation

from nvprotocol._checks import fail


class Step(NamedTuple):
    """One instruction, and the readings of single bits under which it happens.

    Attributes:
        operation: Qiskit's operation.
        qubits: Numbers of its qubits.
        clbits: Indices of the bits that it writes.
        tests: Index of a bit and the value that it must read, for each `if_else` around the instruction.
    """

    operation: QiskitOperation | Instruction
    qubits: tuple[int, ...]
    clbits: tuple[int, ...]
    tests: tuple[tuple[int, int], ...]


def steps_of(circuit: QuantumCircuit) -> list[Step]:
    """The instructions of what `time_as_medium` gives, whose `if_else` hold one instruction each."""
    qubit_of = {qubit: k for k, qubit in enumerate(circuit.qubits)}
    bit_of = {bit: k for k, bit in enumerate(circuit.clbits)}
    steps = []
    for entry in circuit.data:
        tests, operation = [], entry.operation  # which Qiskit makes anew whenever it is asked for
        while isinstance(operation, IfElseOp):
            condition: Any = operation.condition
            tests.append((bit_of[condition[0]], int(condition[1])))
            entry = operation.blocks[0].data[0]
            operation = entry.operation
        qubits = tuple([qubit_of[qubit] for qubit in entry.qubits])
        steps.append(Step(operation, qubits, tuple([bit_of[bit] for bit in entry.clbits]), tuple(tests)))
    return steps


def append(
    circuit: QuantumCircuit,
    operation: QiskitOperation | Instruction,
    qubits: Iterable[int],
    clbits: Iterable[int] = (),
) -> None:
    """Appends an operation to qubits and bits that are known to be there: Qiskit's own checks take half of the time."""
    known = circuit.qubits
    bits = [circuit.clbits[k] for k in clbits] if clbits else ()
    entry = CircuitInstruction(operation, [known[k] for k in qubits], bits)
    circuit._append(entry)  # pyright: ignore[reportCallIssue]  # its hints leave out the form with one argument


def require_measured(circuit: QuantumCircuit, steps: Sequence[Step], bits: Collection[int]) -> None:
    """Refuses to keep a bit that nothing writes.

    Raises:
        ArgumentError: If there is one.
    """
    measured = {step.clbits[0] for step in steps if isinstance(step.operation, Measure)}
    for bit in bits:
        if bit not in measured:
            fail("postselect", "name bits that are measured", f"bit {name_of_bit(circuit, bit)} is not")


def name_of_bit(circuit: QuantumCircuit, bit: int) -> str:
    """What a bit is called: its number in its register."""
    registers = circuit.find_bit(circuit.clbits[bit]).registers
    return f'{registers[0][1]} of "{registers[0][0].name}"' if registers else str(bit)
