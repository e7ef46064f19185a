"""What is postselected, and what a circuit does in the runs that are kept."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NoReturn, Protocol, TypeVar

import numpy as np
from qiskit import QuantumCircuit

from nvprotocol._checks import fail, mapping, show
from nvprotocol.compiler.conditions import Condition


def kept_bits(circuit: QuantumCircuit, postselect: Mapping[str, int | str] | None) -> dict[int, int]:
    """Index of each postselected bit → the value that is kept; None keeps every run.

    Raises:
        ArgumentError: If a register is not there, or a value is not a bit or a string of as many bits as it has.
    """
    registers = {register.name: register for register in circuit.cregs}
    keep: dict[int, int] = {}
    for name, value in mapping(postselect, "postselect", "registers to outcomes").items():
        if name not in registers:
            has = ", ".join(show(known) for known in registers) or "none"
            but = f"names {show(name)}, and the circuit has {has}"
            fail("postselect", "name a classical register of the circuit", but)
        bits = list(registers[name])
        for bit, kept in zip(bits, kept_values(name, value, len(bits)), strict=True):
            if keep.setdefault(circuit.find_bit(bit).index, kept) != kept:
                fail("postselect", "keep one value of a bit that registers share", "keeps 0 and 1 of one")
    return keep


def kept_values(name: str, value: object, width: int) -> tuple[int, ...]:
    """The values that are kept of the bits of a register, its first bit first.

    Args:
        name: The register.
        value: 0 or 1 for every bit of it, or a string of bits in Qiskit's order.
        width: Number of its bits.

    Raises:
        ArgumentError: If the value is neither.
    """
    if isinstance(value, str):
        texts = list(reversed(value))
    else:
        is_bit = isinstance(value, int | np.integer) and not isinstance(value, bool) and value in (0, 1)
        texts = [str(value)] * width if is_bit else []
    if len(texts) != width or set(texts) - {"0", "1"}:
        fail("postselect", f"keep 0, 1 or a string of {width} bits of register {show(name)}", f"keeps {show(value)}")
    return tuple(map(int, texts))


class Conditioned(Protocol):
    """An operation that may write bits and happens under conditions."""

    @property
    def clbits(self) -> tuple[int, ...]:
        """Indices of the bits that it writes."""
        ...

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the bits must read for it to happen."""
        ...


Operation = TypeVar("Operation", bound=Conditioned)


def last_writes(operations: Iterable[Conditioned]) -> dict[int, int]:
    """Index of each bit that is written → position of the last operation that may write it."""
    return {bit: k for k, operation in enumerate(operations) for bit in operation.clbits}


def taken_operations(
    operations: Sequence[Operation], keep: Mapping[int, int], undecided: Callable[[int, Operation], NoReturn]
) -> list[Operation]:
    """The operations that happen in every run that is kept, in their order.

    A bit reads 0 before the first operation that happens and writes it, and what is kept of it after the last operation
    that may write it. In between its reading is not known.

    Args:
        operations: The operations in the order in which they act.
        keep: Index of a classical bit → the value that is kept of it.
        undecided: Called with a bit whose reading is not known and the operation on which it decides; it raises.
    """
    if not any(operation.conditions for operation in operations):
        return list(operations)
    last_write = last_writes(operations)
    written: set[int] = set()
    found: list[Operation] = []
    for k, operation in enumerate(operations):
        reads = {bit: keep.get(bit) if last_write[bit] < k else None for bit in written if operation.conditions}
        verdicts = [condition.holds(reads) for condition in operation.conditions]
        if False in verdicts:
            continue
        if None in verdicts:
            bits = operation.conditions[verdicts.index(None)].bits
            undecided(next(bit for bit in bits if reads.get(bit, 0) is None), operation)
        found.append(operation)
        written.update(operation.clbits)
    return found


def require_measured(circuit: QuantumCircuit, operations: Iterable[Conditioned], bits: Collection[int]) -> None:
    """Refuses to keep a bit that nothing can write: it reads 0, and whoever keeps it has forgotten to measure.

    Raises:
        ArgumentError: If there is one.
    """
    measured = {bit for operation in operations for bit in operation.clbits}
    for bit in bits:
        if bit not in measured:
            fail("postselect", "name bits that are measured", f"bit {name_of_bit(circuit, bit)} is not")


def name_of_bit(circuit: QuantumCircuit, bit: int) -> str:
    """What a bit is called: its number in its register."""
    registers = circuit.find_bit(circuit.clbits[bit]).registers
    return f'{registers[0][1]} of "{registers[0][0].name}"' if registers else str(bit)
