"""Circuits in the native gates of a device."""

from qiskit import QuantumCircuit
from qiskit.circuit import ControlFlowOp, Gate
from qiskit.transpiler import PassManagerConfig
from qiskit.transpiler.preset_passmanagers.builtin_plugins import BasisTranslatorPassManager

from nvprotocol.compiler.gates import is_native
from nvprotocol.compiler.places import require_in_place
from nvprotocol.device import Device


def to_native(circuit: QuantumCircuit, device: Device) -> QuantumCircuit:
    """The circuit in native gates, on the same qubits; as it is where the gates are ideal, or all of them native."""
    require_in_place(circuit, device.n_qubits)
    if device.is_ideal:
        return circuit
    operations = [entry.operation for entry in circuit.data]
    native = all(is_native(one, device) for one in operations if isinstance(one, Gate))
    if native and not any(isinstance(one, ControlFlowOp) for one in operations):
        return circuit
    # The translation stage alone: what is written takes the time that it takes, in whatever unit it is written.
    basis = [*device.native_gates, "if_else", "for_loop"]
    translation = BasisTranslatorPassManager().pass_manager(PassManagerConfig(basis_gates=basis), 0)
    return translation.run(circuit)
