"""What a device declares to Qiskit."""

import numpy as np
from qiskit.circuit import Delay, ForLoopOp, IfElseOp, Measure, Parameter, Reset
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.providers import QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from nvprotocol.compiler.readout import confusion_of
from nvprotocol.device import Device
from nvprotocol.protocols.driven import DrivenDelay

_S_PER_US = 1e-6
_HZ_PER_GHZ = 1e9


def target_of(device: Device) -> Target:
    """The target: the NV qubits, then the monitors; two-qubit gates between an NV qubit and a monitor, or two monitors.

    Durations and errors are those of the device; T1, T2 and frequencies follow from its medium.
    """
    n_nv, n_qubits = device.n_qubits, device.n_qubits + device.monitors
    target = Target(
        description=f"{n_nv} NV qubits on a medium and {device.monitors} monitors",
        num_qubits=n_qubits,
        dt=device.dt_ns * 1e-9,
        qubit_properties=_qubit_properties(device),
    )
    pairs = [(j, k) for j in range(n_qubits) for k in range(n_qubits) if j != k and max(j, k) >= n_nv]
    standard = get_standard_gate_name_mapping()
    for name in device.native_gates:
        gate = standard[name]
        places = [(k,) for k in range(n_qubits)] if gate.num_qubits == 1 else pairs
        properties = InstructionProperties(device.duration_us(name) * _S_PER_US, device.gate_error(name))
        target.add_instruction(gate, dict.fromkeys(places, properties))
    for instruction in (Measure(), Reset()):
        target.add_instruction(
            instruction, {(k,): _of_instrument(device, instruction.name, k) for k in range(n_qubits)}
        )
    target.add_instruction(Delay(Parameter("t")), {(k,): None for k in range(n_qubits)})
    target.add_instruction(IfElseOp, name="if_else")
    target.add_instruction(ForLoopOp, name="for_loop")
    target.add_instruction(DrivenDelay, name="driven_delay")
    return target


def nv_qubits_of(target: Target) -> int:
    """The number of NV qubits of such a target: those that relax."""
    return sum(one is not None and one.t1 is not None for one in target.qubit_properties or ())


def _qubit_properties(device: Device) -> list[QubitProperties]:
    per_qubit = zip(
        device.total_t1_us * _S_PER_US,
        device.total_t2_us * _S_PER_US,
        device.frequencies_ghz * _HZ_PER_GHZ,
        strict=True,
    )
    nv = [QubitProperties(t1=float(t1), t2=float(t2), frequency=float(f)) for t1, t2, f in per_qubit]
    return nv + [QubitProperties()] * device.monitors


def _of_instrument(device: Device, name: str, qubit: int) -> InstructionProperties:
    is_monitor = qubit >= device.n_qubits
    error = float(np.mean(1 - confusion_of(device, qubit).diagonal()))
    if name == "reset":
        error = 0.0 if is_monitor else device.initialisation_error
    return InstructionProperties(duration=device.duration_us(name, monitor=is_monitor) * _S_PER_US, error=error)
