"""Which bits of a circuit are kept at which value."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nvprotocol._checks import fail, show

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.backend import Timeline


def kept_bits(circuit: "QuantumCircuit", postselect: Mapping[str, int | str]) -> dict[int, int]:
    """Index of each postselected bit → the value that is kept."""
    if not isinstance(postselect, Mapping):
        fail("postselect", "be a mapping of registers to outcomes", f"is of type {type(postselect).__name__}")
    registers = {register.name: register for register in circuit.cregs}
    keep: dict[int, int] = {}
    for name, value in postselect.items():
        if name not in registers:
            has = ", ".join(show(known) for known in registers) or "none"
            fail(
                "postselect",
                "name a classical register of the circuit",
                f"names {show(name)}, and the circuit has {has}",
            )
        bits = list(registers[name])
        if isinstance(value, str):
            values: list[int | str] = list(reversed(value))
        else:  # a number other than 0 and 1 is not a string of bits
            values = [value] * len(bits)
        if len(values) != len(bits) or any(str(bit) not in ("0", "1") for bit in values) or isinstance(value, bool):
            must = f"keep 0, 1 or a string of {len(bits)} bits of register {show(name)}"
            fail("postselect", must, f"keeps {show(value)}")
        keep |= {circuit.find_bit(bit).index: int(kept) for bit, kept in zip(bits, values, strict=True)}
    return keep


def refuse_measured_at_the_end(line: "Timeline") -> None:
    """Refuses a circuit that ends by measuring an NV qubit: tomography would find what that has left over."""
    from qiskit.circuit import Measure

    from nvprotocol.backend import Keep, Operation

    measured: dict[int, bool] = {}
    for step in line.steps:
        if isinstance(step, Keep):
            measured[step.qubit] = False
        elif isinstance(step, Operation):
            for qubit in step.qubits:
                measured[qubit] = isinstance(step.operation, Measure)
    for qubit in line.nv_qubits:
        if measured.get(qubit):
            must = "leave the NV qubits unmeasured at its end, for tomography to measure"
            fail("circuit", must, f"it measures qubit {qubit} there and does not postselect on it")
