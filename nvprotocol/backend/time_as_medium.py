"""Time becomes physics: a circuit with delays and durations, rewritten as one in which the medium acts.

The circuit is cut at every time at which something acts, and each stretch between two of them becomes the exact
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
from collections.abc import Callable
from functools import cache
from itertools import product

from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Instruction, Reset
from qiskit.converters import circuit_to_dag
from qiskit.dagcircuit import DAGCircuit
from qiskit.transpiler.basepasses import TransformationPass

from nvprotocol._checks import ROUNDING
from nvprotocol.backend.conversion import superop_instruction, to_circuit
from nvprotocol.backend.gates import runnable
from nvprotocol.backend.places import layout_of, require_kept
from nvprotocol.backend.schedule import Event, schedule
from nvprotocol.backend.steps import Step, Timeless, blank
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
        """The circuit in which the medium acts.

        Raises:
            UnsupportedCircuitError: If passes before this one have moved a qubit.
        """
        layout = layout_of(self.property_set, dag)
        if layout is not None:
            require_kept(layout, self.device.n_qubits)
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
    return timeless(circuit, device, elapse, prepares=prepares, to_end=to_end).written()


def timeless(
    circuit: QuantumCircuit,
    device: Device,
    elapse: Callable[[float], Instruction] | None = None,
    *,
    prepares: bool = True,
    to_end: bool = True,
) -> Timeless:
    """The steps of `time_as_medium`, which takes the same arguments."""
    plan = schedule(circuit, device)
    elapse = elapse or elapsing(device)
    nv_qubits = tuple(range(device.n_qubits))
    steps = []
    if prepares and device.initialisation_error:
        steps += [Step(_prepared(device), (k,)) for k in nv_qubits]
    now, resolved = 0.0, ROUNDING * plan.duration
    for event in plan.events:
        if event.time - now > resolved:
            steps.append(Step(elapse(_shared(event.time - now, plan.duration)), nv_qubits))
            now = event.time
        steps += _steps(event, device)
    if to_end and plan.duration - now > resolved:
        steps.append(Step(elapse(_shared(plan.duration - now, plan.duration)), nv_qubits))
    return Timeless(steps, blank(circuit))


def elapsing(device: Device) -> Callable[[float], Instruction]:
    """Makes the instruction of a stretch of time on a device; equal stretches share one exponential."""
    return cache(lambda duration: superop_instruction(evolution(device.dynamics, duration)))


def _shared(duration: float, total: float) -> float:
    """As many decimals as the clocks have at the end: stretches that differ by their rounding share one exponential."""
    if total < sys.float_info.min / sys.float_info.epsilon:
        return duration
    return round(duration, -math.ceil(math.log10(4 * sys.float_info.epsilon * total)))


def _steps(event: Event, device: Device) -> list[Step]:
    """What an event does: the operation, or a piece of it, and the error that comes with it."""
    operation, qubits = event.operation, event.qubits
    found: list[Step]
    if event.clbits:
        found = [Step(operation, qubits, event.clbits)]
    elif isinstance(operation, Gate):
        found = [Step(runnable(operation, event.pieces), qubits)]
        if event.last and (error := _error_of(operation, device)) is not None:
            found.append(Step(error, qubits))
    else:  # a reset or a save
        found = [Step(operation, qubits)]
        if isinstance(operation, Reset) and qubits[0] < device.n_qubits and device.initialisation_error:
            found.append(Step(_prepared(device), qubits))
    if not event.conditions:
        return found
    # Every case in which it happens, as tests of single bits that exclude those of the other cases.
    cases = [sum(case, ()) for case in product(*(one.cases for one in event.conditions))]
    return [step._replace(tests=tests) for step in found for tests in cases]


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
