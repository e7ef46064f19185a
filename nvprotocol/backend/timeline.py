"""When things happen in a circuit: gates and measurements in order of time, with the stretches between them.

Gates, measurements and resets are instantaneous and happen as soon as their qubits are free; `delay` takes time. The
medium acts on all NV qubits at once for as long as the circuit lasts, whichever qubit a delay is written on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from qiskit import QuantumCircuit
from qiskit.circuit import Barrier, ControlFlowOp, Delay, Gate, Measure, Reset
from qiskit.circuit import Operation as QiskitOperation

from nvprotocol._checks import ROUNDING, fail, show
from nvprotocol.errors import UnsupportedCircuitError

_US_PER_UNIT = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3, "ps": 1e-6}


@dataclass(frozen=True)
class Elapse:
    """Time passes on all NV qubits.

    Attributes:
        duration: Time in µs.

    Examples:
        >>> from nvprotocol.backend import Elapse, timeline
        >>> timeline(nv.protocols.dissipative_entanglement(1.5), n_nv=2).steps[-1] == Elapse(1.5)
        True
    """

    duration: float


@dataclass(frozen=True)
class Operation:
    """A gate, measurement or reset.

    Attributes:
        operation: Qiskit's operation.
        qubits: Indices of its qubits in the circuit.
        clbits: Indices of the bits that it writes.

    Examples:
        >>> from nvprotocol.backend import timeline
        >>> flip = timeline(nv.protocols.dissipative_entanglement(1.5), n_nv=2).steps[0]
        >>> flip.operation.name, flip.qubits
        ('x', (1,))
    """

    operation: QiskitOperation
    qubits: tuple[int, ...]
    clbits: tuple[int, ...] = ()


@dataclass(frozen=True)
class Keep:
    """A measurement of which only one outcome is kept.

    Attributes:
        qubit: Index of the measured qubit.
        value: The outcome, 0 or 1.
        clbit: Index of the bit that it writes.

    Examples:
        >>> from nvprotocol.backend import Keep, timeline
        >>> check = timeline(nv.protocols.monitored_bell(1.5, checks=1), n_nv=2, keep={0: 1}).steps[-2]
        >>> check == Keep(qubit=2, value=1, clbit=0)
        True
    """

    qubit: int
    value: int
    clbit: int


Step: TypeAlias = Elapse | Operation | Keep


@dataclass(frozen=True)
class Timeline:
    """A circuit as steps in time.

    Attributes:
        steps: Elapses, operations and kept measurements in order.
        nv_qubits: Indices of the NV qubits, the paper's qubit 1 first.
        n_qubits: Number of all qubits of the circuit.
        duration: Time from beginning to end in µs.

    Examples:
        >>> from nvprotocol.backend import timeline
        >>> line = timeline(nv.protocols.monitored_bell(1.5, checks=1), n_nv=2)
        >>> line.nv_qubits, line.n_qubits
        ((0, 1), 3)
    """

    steps: tuple[Step, ...]
    nv_qubits: tuple[int, ...]
    n_qubits: int
    duration: float


def timeline(
    circuit: QuantumCircuit, n_nv: int, *, dt_ns: float = 1.0, keep: Mapping[int, int] | None = None
) -> Timeline:
    """Orders a circuit in time.

    The NV qubits are the register `nv`, or the first qubits of a circuit that has no such register.

    Args:
        circuit: Circuit of gates, delays in any unit, barriers, measurements and resets.
        n_nv: Number of NV qubits.
        dt_ns: Length in ns of the unit "dt".
        keep: Index of a classical bit → the value that is kept of it. Where a bit is written more than once, its last
            value counts.

    Raises:
        ArgumentError: If the circuit has fewer qubits than the device, or an unbound parameter.
        UnsupportedCircuitError: If the circuit has control flow, which only a run shot by shot could follow.

    Examples:
        >>> from nvprotocol.backend import timeline
        >>> timeline(nv.protocols.monitored_bell(duration=1.5, checks=3), n_nv=2).duration
        1.5
    """
    if circuit.parameters:
        names = ", ".join(f'"{parameter.name}"' for parameter in circuit.parameters)
        fail("circuit", "have no unbound parameters (bind them with `assign_parameters`)", f"has {names}")
    nv_qubits = _nv_qubits(circuit, n_nv)
    timed, clocks = _timed(circuit, dt_ns)
    steps = _with_kept(_in_order(timed, max(clocks)), keep or {}, circuit)
    return Timeline(tuple(steps), nv_qubits, circuit.num_qubits, max(clocks))


def _nv_qubits(circuit: QuantumCircuit, n_nv: int) -> tuple[int, ...]:
    named = [register for register in circuit.qregs if register.name == "nv"]
    qubits = list(named[0]) if named else circuit.qubits[:n_nv]
    if len(qubits) != n_nv:
        fail("circuit", f"have {n_nv} NV qubits, as the device has", f"has {len(qubits)}")
    return tuple(circuit.find_bit(qubit).index for qubit in qubits)


def _timed(circuit: QuantumCircuit, dt_ns: float) -> tuple[list[tuple[float, Operation]], list[float]]:
    """Every operation with the time at which it happens, and the time at which each qubit is done."""
    clocks = [0.0] * max(circuit.num_qubits, 1)
    written = [0.0] * circuit.num_clbits  # a bit keeps the order of what is written into it, as a qubit does
    timed: list[tuple[float, Operation]] = []
    for entry in circuit.data:
        qubits = tuple(circuit.find_bit(qubit).index for qubit in entry.qubits)
        _refuse_unsupported(entry.operation)
        if isinstance(entry.operation, Delay):
            for qubit in qubits:
                clocks[qubit] += _delay_us(entry.operation, dt_ns)
            continue
        clbits = tuple(circuit.find_bit(bit).index for bit in entry.clbits)
        now = max((*(clocks[qubit] for qubit in qubits), *(written[bit] for bit in clbits)), default=0.0)
        for qubit in qubits:
            clocks[qubit] = now
        for bit in clbits:
            written[bit] = now
        if not isinstance(entry.operation, Barrier):
            timed.append((now, Operation(entry.operation, qubits, clbits)))
    return timed, clocks


def _refuse_unsupported(operation: QiskitOperation) -> None:
    if isinstance(operation, ControlFlowOp) or getattr(operation, "_condition", None) is not None:
        raise UnsupportedCircuitError(f'Argument `circuit` must have no control flow, but has "{operation.name}".')
    if not isinstance(operation, Gate | Barrier | Delay | Measure | Reset):
        raise UnsupportedCircuitError(
            "Argument `circuit` must consist of gates, delays, barriers, measurements and resets, but has "
            f'"{operation.name}" (if it is made of those, use `circuit.decompose()`).'
        )


def _delay_us(delay: Delay, dt_ns: float) -> float:
    duration, unit = delay.params[0], delay.unit
    scale = dt_ns * 1e-3 if unit == "dt" else _US_PER_UNIT.get(unit)
    if scale is None:
        raise UnsupportedCircuitError(
            f'Argument `circuit` must have delays in s, ms, us, ns, ps or dt, but one is in "{unit}".'
        )
    value = float(duration) * scale
    if not 0 <= value < float("inf"):
        fail("circuit", "have delays of at least 0", f"one is {show(value)} µs")
    return value


def _in_order(timed: list[tuple[float, Operation]], end: float) -> list[Step]:
    """The operations sorted by time, and the elapses between them; each qubit keeps its own order."""
    steps: list[Step] = []
    now = 0.0
    for time, operation in [*sorted(timed, key=lambda pair: pair[0]), (end, None)]:
        if time - now > ROUNDING * end:
            # 14 digits: stretches that differ by the rounding of the clocks are equal, and share one exponential.
            steps.append(Elapse(float(f"{time - now:.13e}")))
            now = time
        if operation is not None:
            steps.append(operation)
    return steps


def _with_kept(steps: list[Step], keep: Mapping[int, int], circuit: QuantumCircuit) -> list[Step]:
    """The steps, with the last measurement into every kept bit marked."""
    result = list(steps)
    for clbit, value in keep.items():
        writers = [k for k, step in enumerate(result) if isinstance(step, Operation) and clbit in step.clbits]
        if not writers:
            location = circuit.find_bit(circuit.clbits[clbit]).registers[0]
            fail("postselect", "name bits that are measured", f"bit {location[1]} of {show(location[0].name)} is not")
        last = result[writers[-1]]
        if not isinstance(last, Operation) or not isinstance(last.operation, Measure):
            raise UnsupportedCircuitError("Argument `postselect` must name bits that measurements write.")
        result[writers[-1]] = Keep(last.qubits[0], value, clbit)
    return result
