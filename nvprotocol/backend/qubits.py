"""Which qubits of a circuit are the NV qubits: the register `nv`, or the first qubits where there is none."""

from collections.abc import Iterable, Sequence

from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import Qubit

from nvprotocol._checks import fail


def nv_of(circuit: QuantumCircuit, n_nv: int) -> list[Qubit]:
    """The NV qubits of a circuit.

    Raises:
        ArgumentError: If they are not as many as the device has.
    """
    qubits = named_nv(circuit.qregs) or circuit.qubits[:n_nv]
    require_number(qubits, n_nv)
    return qubits


def named_nv(registers: Iterable[QuantumRegister]) -> list[Qubit]:
    """The qubits of the register `nv`, none where there is no such register."""
    return [qubit for register in registers if register.name == "nv" for qubit in register]


def require_number(qubits: Sequence[Qubit], n_nv: int) -> None:
    """Refuses another number of NV qubits than the device has.

    Raises:
        ArgumentError: If there is.
    """
    if len(qubits) != n_nv:
        fail("circuit", f"have {n_nv} NV qubits, as the device has", f"has {len(qubits)}")
