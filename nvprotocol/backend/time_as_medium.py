"""Time becomes physics: a circuit with delays and durations, rewritten as one in which the medium acts.

The circuit is cut at every instant at which something acts, and each stretch between two of them becomes the exact
channel of the medium on all NV qubits at once, for its length. A gate of finite duration acts in the middle of its
interval, so that the medium acts for half of it before and half after. Against a drive that is constant over the
interval T this is off by O(γT), γ the rates of the medium, for what the gate rotates; cut into n pieces
(`Device.gate_slices`) it is a symmetric Strang splitting, off by O(γT/n²). A rotation gate is cut by its angle, any
other gate along its shortest way.

Time does not depend on outcomes: both branches of an `if_else` take as long as the longer of them, also where it has no
`else`, as for a controller that keeps the same schedule in every run.
"""

import math
import sys
from collections.abc import Callable, Sequence
from functools import cache

from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import Gate, IfElseOp, Instruction, Measure, Reset
from qiskit.converters import circuit_to_dag
from qiskit.dagcircuit import DAGCircuit
from qiskit.transpiler.basepasses import TransformationPass

from nvprotocol._checks import ROUNDING
from nvprotocol.backend.conditions import Condition
from nvprotocol.backend.conversion import superop_instruction, to_circuit
from nvprotocol.backend.gates import runnable
from nvprotocol.backend.schedule import Event, schedule
from nvprotocol.backend.steps import append
from nvprotocol.channels import depolarising, evolution, preparation
from nvprotocol.device import Device

__all__ = ["TimeAsMedium", "time_as_medium"]


class TimeAsMedium(TransformationPass):
    """The transpiler pass that turns the time of a circuit into the medium of a device.

    Args:
        device: The device.

    Examples:
        >>> from qiskit.transpiler import PassManager
        >>> from nvprotocol.backend import TimeAsMedium
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)))
        >>> acts = PassManager([TimeAsMedium(device)]).run(nv.protocols.dissipative_entanglement(1.5))
        >>> dict(acts.count_ops())  # two delays side by side are one channel of the pair
        {'x': 1, 'superop': 1}
    """

    def __init__(self, device: Device) -> None:
        super().__init__()
        self.device = device

    def run(self, dag: DAGCircuit) -> DAGCircuit:
        """The circuit in which the medium acts."""
        # Start times of a scheduling pass belong to the nodes that are replaced here.
        self.property_set.pop("node_start_time", None)
        return circuit_to_dag(time_as_medium(to_circuit(dag), self.device))


def time_as_medium(
    circuit: QuantumCircuit,
    device: Device,
    elapse: Callable[[float], Instruction] | None = None,
    *,
    prepares: bool = True,
    to_end: bool = True,
) -> QuantumCircuit:
    """A circuit without time, in which superoperators stand for the medium and for imperfect instruments.

    Its qubits are in the device's order, the NV qubits first; its classical registers are those of the circuit. Errors
    of readout are not in it: they belong to the run.

    Args:
        circuit: The circuit.
        device: The device.
        elapse: Makes the instruction of a stretch of time; shared by circuits of one run.
        prepares: Whether the NV qubits are prepared at the start, with the device's error.
        to_end: Whether the medium acts until every qubit is done, which no bit can tell after the last measurement.

    Raises:
        ArgumentError: As for `schedule`.
        UnsupportedCircuitError: As for `schedule`.

    Examples:
        >>> from nvprotocol.backend import time_as_medium
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)))
        >>> time_as_medium(nv.protocols.monitored_bell(1.5, checks=3), device).count_ops()["superop"]
        3
    """
    plan = schedule(circuit, device)
    elapse = elapse or elapsing(device)
    result = QuantumCircuit(QuantumRegister(circuit.num_qubits, "q"), name=circuit.name, metadata=circuit.metadata)
    result.add_bits(circuit.clbits)
    for register in circuit.cregs:
        result.add_register(register)
    nv_qubits = range(device.n_qubits)
    if prepares and device.initialisation_error:
        for k in nv_qubits:
            append(result, _prepared(device), [k])
    now, resolved = 0.0, ROUNDING * plan.duration
    for event in plan.events:
        if event.time - now > resolved:
            append(result, elapse(_shared(event.time - now, plan.duration)), nv_qubits)
            now = event.time
        for instruction, qubits in _instructions(event, device):
            _append_conditional(result, instruction, qubits, event.clbits, event.conditions)
    if to_end and plan.duration - now > resolved:
        append(result, elapse(_shared(plan.duration - now, plan.duration)), nv_qubits)
    return result


def elapsing(device: Device) -> Callable[[float], Instruction]:
    """Makes the instruction of a stretch of time on a device; equal stretches share one exponential."""
    return cache(lambda duration: superop_instruction(evolution(device.dynamics, duration)))


def _shared(duration: float, total: float) -> float:
    """As many decimals as the clocks have at the end: stretches that differ by their rounding share one exponential."""
    if total < sys.float_info.min / sys.float_info.epsilon:
        return duration
    return round(duration, -math.ceil(math.log10(4 * sys.float_info.epsilon * total)))


def _instructions(event: Event, device: Device) -> list[tuple[Instruction, Sequence[int]]]:
    """What an event does: the operation, or a piece of it, and the error that comes with it."""
    operation, qubits = event.operation, event.qubits
    if isinstance(operation, Gate):
        found: list[tuple[Instruction, Sequence[int]]] = [(runnable(operation, event.pieces), qubits)]
        if event.last and (error := _error_of(operation, device)) is not None:
            found.append((error, qubits))
        return found
    found = [(operation, qubits)]  # pyright: ignore[reportAssignmentType]  # measurements, resets and saves
    if isinstance(operation, Reset) and qubits[0] < device.n_qubits and device.initialisation_error:
        found.append((_prepared(device), qubits))
    return found


def _append_conditional(
    circuit: QuantumCircuit,
    instruction: Instruction,
    qubits: Sequence[int],
    clbits: Sequence[int],
    conditions: Sequence[Condition],
) -> None:
    """Appends an instruction, within tests of single bits for every case in which it happens."""
    bits = clbits if isinstance(instruction, Measure) else ()
    if not conditions:
        append(circuit, instruction, qubits, bits)
        return
    first, others = conditions[0], conditions[1:]
    for case in first.cases:
        inner = QuantumCircuit(circuit.qubits, circuit.clbits)
        _append_conditional(inner, instruction, qubits, bits, others)
        for bit, value in case:
            outer = QuantumCircuit(circuit.qubits, circuit.clbits)
            for entry in inner.data:
                body = QuantumCircuit(circuit.qubits, circuit.clbits)
                body.append(entry)
                outer.append(IfElseOp((circuit.clbits[bit], value), body), circuit.qubits, circuit.clbits)
            inner = outer
        for entry in inner.data:
            circuit.append(entry)


def _error_of(gate: Gate, device: Device) -> Instruction | None:
    """The depolarising error of a native gate; on ideal instruments any gate is there and has none."""
    infidelity = 0.0 if device.is_ideal else device.gate_error(gate.name)
    return _depolarised(gate.num_qubits, infidelity) if infidelity else None


@cache
def _depolarised(n_qubits: int, infidelity: float) -> Instruction:
    return superop_instruction(depolarising(n_qubits, infidelity))


def _prepared(device: Device) -> Instruction:
    return _preparation(device.initialisation_error)


@cache
def _preparation(error: float) -> Instruction:
    return superop_instruction(preparation(error))
