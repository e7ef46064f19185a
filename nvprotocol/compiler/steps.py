"""A compiled circuit: steps for the engines that follow states, and the native circuit for pulses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import CircuitInstruction, Clbit, IfElseOp, Instruction, Qubit
from qiskit.circuit import Operation as QiskitOperation

from nvprotocol.compiler.conditions import Condition
from nvprotocol.compiler.instructions import readable_by_aer
from nvprotocol.compiler.postselection import require_measured

Stretch: TypeAlias = tuple[float, tuple[complex, ...]]
"""Time in µs, and the drive of each NV qubit that is on meanwhile besides that of the device; nothing for none."""


class Step(NamedTuple):
    """One instruction, and the readings of single bits under which it happens.

    Attributes:
        operation: Qiskit's operation.
        qubits: Numbers of its qubits.
        clbits: Indices of the bits that it writes. Only a measurement writes any.
        tests: Index of a bit and the value that it must read, for each `if_else` around the instruction.
    """

    operation: QiskitOperation | Instruction
    qubits: tuple[int, ...]
    clbits: tuple[int, ...] = ()
    tests: tuple[tuple[int, int], ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Its tests as conditions."""
        return tuple([Condition((bit,), frozenset({(value,)})) for bit, value in self.tests])

    @property
    def measures(self) -> bool:
        """Whether it is a measurement."""
        return bool(self.clbits)

    @property
    def resets(self) -> bool:
        """Whether it is a reset."""
        return self.operation.name == "reset"


@dataclass(frozen=True)
class CompiledCircuit:
    """A circuit on a device, ready for an engine.

    Qiskit's objects are made of it only for what Aer runs.

    Attributes:
        steps: What happens, in its order; time has become channels of the medium.
        form: A circuit without instructions that has its qubits, bits, registers, name and metadata.
        keep: Index of each postselected bit → the value that is kept.
        native: The circuit that was compiled, in native gates, for engines that keep its time.
        elapsed: Index of each step that is time → what passes.
        shifts: What the splittings of the NV qubits are off in this run in rad/µs, as the steps have it; () for not.
    """

    steps: Sequence[Step]
    form: QuantumCircuit
    keep: Mapping[int, int]
    native: QuantumCircuit
    elapsed: Mapping[int, Stretch] = field(default_factory=dict)
    shifts: tuple[float, ...] = ()

    @classmethod
    def read(cls, circuit: QuantumCircuit, keep: Mapping[int, int]) -> "CompiledCircuit":
        """The steps of a circuit without time, whose `if_else` hold one instruction each, as `written` gives it.

        Raises:
            ArgumentError: If a bit that is kept is not measured.
        """
        qubit_of = {qubit: k for k, qubit in enumerate(circuit.qubits)}
        bit_of = {bit: k for k, bit in enumerate(circuit.clbits)}
        steps = []
        for entry in circuit.data:
            tests, operation = [], entry.operation  # which Qiskit makes anew whenever it is asked for
            while operation.name == "if_else":
                condition: Any = operation.condition
                tests.append((bit_of[condition[0]], int(condition[1])))
                entry = operation.blocks[0].data[0]
                operation = entry.operation
            qubits = tuple([qubit_of[qubit] for qubit in entry.qubits])
            steps.append(Step(operation, qubits, tuple([bit_of[bit] for bit in entry.clbits]), tuple(tests)))
        require_measured(circuit, steps, keep)
        return cls(steps, circuit.copy_empty_like(), keep, circuit)

    def written(self) -> QuantumCircuit:
        """The circuit as Qiskit's, with one `if_else` around an instruction for each test of a bit."""
        result = self.form.copy_empty_like()
        add = Writer(result)
        for step in self.steps:
            if step.tests:
                result.append(_tested(result, step))
            else:
                add(step.operation, step.qubits, step.clbits)
        return result


def _tested(circuit: QuantumCircuit, step: Step) -> Any:
    """A step inside the `if_else` of its tests."""
    qubits: list[Qubit] = [circuit.qubits[k] for k in step.qubits]
    entry = CircuitInstruction(readable_by_aer(step.operation), qubits, [circuit.clbits[k] for k in step.clbits])
    for bit, value in reversed(step.tests):
        body = QuantumCircuit(circuit.qubits, circuit.clbits)
        body.append(entry)
        tested: Clbit = circuit.clbits[bit]
        entry = CircuitInstruction(IfElseOp((tested, value), body), circuit.qubits, circuit.clbits)
    return entry


def blank(circuit: QuantumCircuit) -> QuantumCircuit:
    """A circuit without instructions on one register of qubits, with the bits, name and metadata of another."""
    result = QuantumCircuit(QuantumRegister(circuit.num_qubits, "q"), name=circuit.name, metadata=circuit.metadata)
    result.add_bits(circuit.clbits)
    for register in circuit.cregs:
        result.add_register(register)
    return result


class Writer:
    """Appends operations to qubits and bits that are known to be there: Qiskit's own checks take half of the time.

    Args:
        circuit: The circuit that is written.
    """

    def __init__(self, circuit: QuantumCircuit) -> None:
        self._qubits, self._clbits = circuit.qubits, circuit.clbits
        self._append: Any = circuit._append  # the form with one argument is missing in its hints

    def __call__(
        self, operation: QiskitOperation | Instruction, qubits: Iterable[int], clbits: Iterable[int] = ()
    ) -> None:
        """Appends an operation, its qubits and bits given by their indices."""
        on, into = [self._qubits[k] for k in qubits], [self._clbits[k] for k in clbits]
        self._append(CircuitInstruction(readable_by_aer(operation), on, into))
