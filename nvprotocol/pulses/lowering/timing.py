"""When operations of a circuit occupy their qubits."""

from qiskit.circuit import Gate

from nvprotocol.compiler.durations import gate_us
from nvprotocol.compiler.gates import matrix_of
from nvprotocol.compiler.timing import TimedOperation
from nvprotocol.device import Device
from nvprotocol.pulses.lowering.gates import rotation_of


def length_of(event: TimedOperation, device: Device) -> float:
    """How long a gate takes in µs; everything else is instantaneous."""
    return gate_us(event.operation, event.qubits, device) if isinstance(event.operation, Gate) else 0.0


def begin_of(event: TimedOperation, device: Device) -> float:
    """When an operation begins in µs."""
    return max(event.time - length_of(event, device) / 2, 0.0)


def end_of(event: TimedOperation, device: Device) -> float:
    """When an operation ends in µs."""
    return event.time + length_of(event, device) / 2


def is_frame(event: TimedOperation) -> bool:
    """Whether it is a gate that only turns a qubit about z."""
    gate = event.operation
    return isinstance(gate, Gate) and len(event.qubits) == 1 and not rotation_of(matrix_of(gate)).angle
