"""When things happen in a circuit: every operation with the time at which it acts.

Operations begin as soon as possible, in the order of the circuit: when their qubits are free and their bits are ready.
A read of a bit waits for its last write, not for other reads; a write waits for all reads and writes before it. A
measurement writes its bit as long as it lasts. An `if_else` reads what it tests from its beginning, when all its qubits
are free, to its end; its branches begin together and take as long as the longer of them, whichever is taken, and what
stands in one waits for bits of its own there. A gate acts in the middle of its interval, in as many equal pieces as the
device says; a measurement at the start; a reset at the end.

What acts earlier comes first, what acts at one time in the order of the circuit: an operation sees the bits as those
before it have left them. A bit that nothing has written reads 0, also where what would have written it stands in a
branch not taken. A circuit scheduled before, in which every pause is a delay, keeps its schedule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn, TypeAlias

from qiskit import QuantumCircuit
from qiskit.circuit import (
    Barrier,
    Bit,
    ControlFlowOp,
    Delay,
    ForLoopOp,
    Gate,
    IfElseOp,
    Measure,
    Parameter,
    ParameterExpression,
    Reset,
)
from qiskit.circuit import Operation as QiskitOperation
from qiskit_aer.library.save_instructions.save_data import SaveData

from nvprotocol._checks import fail, show
from nvprotocol.compiler.conditions import Condition, condition_of
from nvprotocol.compiler.gates import gate_us, native_us
from nvprotocol.compiler.places import nv_of, require_in_place
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError
from nvprotocol.protocols.driven import DrivenDelay

_MOST_OPERATIONS = 1_000_000
_MOST_VISITS = 3 * _MOST_OPERATIONS
"""With barriers and delays, which are no operations."""
_Indices: TypeAlias = tuple[int, ...]
_US_PER_UNIT = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3, "ps": 1e-6}
_FLOW = ("while_loop", "switch_case", "break_loop", "continue_loop", "store")


class TimedOperation(NamedTuple):
    """An operation, or one of the equal pieces of a gate, at the time at which it acts.

    Attributes:
        time: The time at which it acts in µs.
        operation: Qiskit's operation; the whole gate also for a piece of it.
        qubits: Numbers of its qubits in the device's order.
        clbits: Indices of the bits that it writes.
        conditions: What the bits must read for it to happen.
        pieces: Number of equal pieces of the gate, of which this is one.
        last: Whether this is the last piece, after which the gate's error comes.
    """

    time: float
    operation: QiskitOperation
    qubits: tuple[int, ...]
    clbits: tuple[int, ...]
    conditions: tuple[Condition, ...]
    pieces: int = 1
    last: bool = True


class TimedDrive(NamedTuple):
    """A drive that is on for a while.

    Attributes:
        start: When it goes on in µs.
        end: When it goes off.
        qubits: Numbers of its NV qubits.
        drive: Ω of each of them in rad/µs.
    """

    start: float
    end: float
    qubits: tuple[int, ...]
    drive: tuple[complex, ...]


@dataclass(frozen=True)
class TimedCircuit:
    """The operations of a circuit in order of time.

    Attributes:
        operations: The operations that can happen; those at one time in the order of the circuit.
        order: Indices of the circuit's qubits in the device's order: the NV qubits, then the others.
        duration: Time from beginning to end in µs.
    """

    operations: tuple[TimedOperation, ...]
    order: tuple[int, ...]
    duration: float
    drives: tuple[TimedDrive, ...] = ()

    def drive_at(self, time: float, n_qubits: int) -> tuple[complex, ...]:
        """Ω of each NV qubit at a time in µs; nothing where no drive is on."""
        on = [one for one in self.drives if one.start < time < one.end]
        total = [0j] * n_qubits if on else []
        for one in on:
            for qubit, drive in zip(one.qubits, one.drive, strict=True):
                total[qubit] += drive
        return tuple(total)


def timed(circuit: QuantumCircuit, device: Device) -> TimedCircuit:
    """The operations of a circuit on a device and their times.

    The NV qubits are the register `nv`, or the first qubits of a circuit that has no such register.

    Args:
        circuit: Circuit of gates, delays in any unit, barriers, measurements, resets, `for_loop` and `if_else`.
        device: The device.

    Raises:
        ArgumentError: If the circuit has fewer NV qubits than the device, an unbound parameter or a negative delay.
        UnsupportedCircuitError: If something in the circuit cannot be followed, or a transpiler has moved a qubit; the
            message names it.
    """
    require_in_place(circuit, device.n_qubits)
    if unbound := unbound_parameters(circuit):
        names = ", ".join(sorted(f'"{parameter.name}"' for parameter in unbound))
        fail("circuit", "have no unbound parameters (bind them with `assign_parameters`)", f"has {names}")
    nv_qubits = tuple(circuit.find_bit(qubit).index for qubit in nv_of(circuit, device.n_qubits))
    order = (*nv_qubits, *(k for k in range(circuit.num_qubits) if k not in nv_qubits))
    place: dict[Bit, int] = {circuit.qubits[index]: number for number, index in enumerate(order)}
    place |= {bit: number for number, bit in enumerate(circuit.clbits)}
    walk = _Walk(device, [0.0] * circuit.num_qubits, [0.0] * circuit.num_clbits, [0.0] * circuit.num_clbits, place)
    walk.follow(circuit)
    possible = [one for one in walk.operations if not one.conditions or all(test.readings for test in one.conditions)]
    return TimedCircuit(tuple(sorted(possible, key=itemgetter(0))), order, max(walk.clocks), tuple(walk.drives))


def unbound_parameters(circuit: QuantumCircuit) -> set[Parameter]:
    """The parameters that are free; the variable of a loop is not, though Qiskit 1 counts it among them."""
    if not circuit.parameters:
        return set()
    free = _parameters_of(circuit.global_phase)
    for entry in circuit.data:
        operation = entry.operation
        if not isinstance(operation, ControlFlowOp):
            free = free.union(*map(_parameters_of, operation.params))
            continue
        inside = set().union(*(unbound_parameters(block) for block in operation.blocks))
        free |= inside - {operation.params[1]} if isinstance(operation, ForLoopOp) else inside
    return free


def _parameters_of(value: object) -> set[Parameter]:
    return set(value.parameters) if isinstance(value, ParameterExpression) else set()


def _refuse(what: str) -> NoReturn:
    must = "consist of gates, delays, barriers, measurements, resets, `for_loop` and `if_else`"
    raise UnsupportedCircuitError("circuit", must, f"has {what}")


def _refuse_many() -> NoReturn:
    """Refuses a circuit that does not end soon, also where it only waits."""
    _refuse(f"more than {_MOST_OPERATIONS} operations when its loops are written out")


_VISITS: dict[type, "Callable[[Any, _Walk, _Indices, _Indices], None]"] = {}
"""What `_visit` does with each kind of operation that has been seen: its own look-up takes longer than the visit."""


@dataclass(slots=True)
class _Walk:
    """A walk through a circuit: when each qubit is free, and until when each bit has been written and read."""

    device: Device
    clocks: list[float]
    written: list[float]
    read: list[float]
    place: Mapping[Bit, int]
    conditions: tuple[Condition, ...] = ()
    operations: list[TimedOperation] = field(default_factory=list)
    drives: list[TimedDrive] = field(default_factory=list)
    durations: dict[tuple[int, _Indices], float] = field(default_factory=dict)
    visits: int = 0

    def follow(self, circuit: QuantumCircuit) -> None:
        place, operations = self.place, self.operations
        for entry in circuit.data:
            operation = entry.operation  # which Qiskit makes anew whenever it is asked for
            if getattr(operation, "_condition", None) is not None and not isinstance(operation, ControlFlowOp):
                _refuse(f'"{operation.name}" with `c_if` (write `if_test`)')
            visit = _VISITS.get(type(operation))
            if visit is None:
                visit = _VISITS[type(operation)] = _visit.dispatch(type(operation))
            clbits = tuple([place[bit] for bit in entry.clbits]) if entry.clbits else ()
            visit(operation, self, tuple([place[qubit] for qubit in entry.qubits]), clbits)
            self.visits += 1
            if len(operations) > _MOST_OPERATIONS or self.visits > _MOST_VISITS:
                _refuse_many()

    def turn(self) -> None:
        """Counts a turn of a loop, of which an empty one has nothing else to be counted."""
        self.visits += 1
        if self.visits > _MOST_VISITS:
            _refuse_many()

    def inside(
        self, body: QuantumCircuit, qubits: _Indices, clbits: _Indices, conditions: tuple[Condition, ...] = ()
    ) -> None:
        """Follows a body that stands on some qubits and bits, under more conditions."""
        outside = self.place, self.conditions
        places = (*zip(body.qubits, qubits, strict=True), *zip(body.clbits, clbits, strict=True))
        self.place, self.conditions = {**self.place, **dict(places)}, (*self.conditions, *conditions)
        self.follow(body)
        self.place, self.conditions = outside

    def meet(self, qubits: _Indices, bits_ready: float = 0.0) -> float:
        """Lets qubits wait for the last of them, and for the time at which some bits are ready."""
        now, clocks = bits_ready, self.clocks
        for k in qubits:
            now = max(now, clocks[k])
        for k in qubits:
            clocks[k] = now
        return now

    def occupy(self, qubits: _Indices, until: float) -> None:
        for k in qubits:
            self.clocks[k] = until

    def duration(self, operation: QiskitOperation, qubits: _Indices) -> float:
        """How long a gate, a measurement or a reset takes, worked out once where Qiskit has one object for many."""
        key = (id(operation), qubits)
        if key not in self.durations:
            self.durations[key] = (
                gate_us(operation, qubits, self.device)
                if isinstance(operation, Gate)
                else native_us(self.device, operation.name, monitor=qubits[0] >= self.device.n_qubits)
            )
        return self.durations[key]


@singledispatch
def _visit(operation: QiskitOperation, walk: _Walk, qubits: _Indices, clbits: _Indices) -> None:
    """An operation at its place in the walk."""
    if operation.name == "box":
        _box(operation, walk, qubits, clbits)
    elif operation.name in _FLOW:
        _refuse(f'"{operation.name}"')
    else:
        _refuse(f'"{operation.name}" (if it is made of those, use `circuit.decompose()`)')


@_visit.register
def _(operation: Delay, walk: _Walk, qubits: _Indices, _clbits: _Indices) -> None:
    walk.clocks[qubits[0]] += delay_us(operation, walk.device.dt_ns)


@_visit.register
def _(operation: DrivenDelay, walk: _Walk, qubits: _Indices, _clbits: _Indices) -> None:
    if walk.conditions:
        _refuse(f'"{operation.name}" in an `if_else`')
    if max(qubits) >= walk.device.n_qubits:
        _refuse(f'"{operation.name}" on a qubit that is no NV')
    start = walk.meet(qubits)
    if operation.time_us:
        walk.drives.append(TimedDrive(start, start + operation.time_us, qubits, tuple(operation.drive.tolist())))
    walk.occupy(qubits, start + operation.time_us)


@_visit.register
def _(_operation: Barrier, walk: _Walk, qubits: _Indices, _clbits: _Indices) -> None:
    walk.meet(qubits)


@_visit.register
def _(operation: SaveData, walk: _Walk, qubits: _Indices, clbits: _Indices) -> None:
    walk.operations.append(TimedOperation(walk.meet(qubits), operation, qubits, clbits, walk.conditions))


@_visit.register
def _(operation: Gate, walk: _Walk, qubits: _Indices, clbits: _Indices) -> None:
    if not qubits:  # a global phase
        return
    start, duration = walk.meet(qubits), walk.duration(operation, qubits)
    if not duration:
        walk.operations.append(TimedOperation(start, operation, qubits, clbits, walk.conditions))
        return
    pieces = walk.device.gate_slices
    for piece in range(1, pieces + 1):
        time, last = start + duration * (piece - 0.5) / pieces, piece == pieces
        walk.operations.append(TimedOperation(time, operation, qubits, clbits, walk.conditions, pieces, last))
    walk.occupy(qubits, start + duration)


@_visit.register
def _(operation: Measure, walk: _Walk, qubits: _Indices, clbits: _Indices) -> None:
    (bit,) = clbits
    start = walk.meet(qubits, max(walk.written[bit], walk.read[bit]))
    walk.operations.append(TimedOperation(start, operation, qubits, clbits, walk.conditions))
    walk.clocks[qubits[0]] = walk.written[bit] = start + walk.duration(operation, qubits)


@_visit.register
def _(operation: Reset, walk: _Walk, qubits: _Indices, clbits: _Indices) -> None:
    end = walk.clocks[qubits[0]] + walk.duration(operation, qubits)
    walk.operations.append(TimedOperation(end, operation, qubits, clbits, walk.conditions))
    walk.clocks[qubits[0]] = end


@_visit.register
def _(operation: ForLoopOp, walk: _Walk, qubits: _Indices, clbits: _Indices) -> None:
    """A loop is its body written out, as often as it says."""
    indices, variable, body = operation.params
    for index in indices:
        walk.turn()
        turn = body.assign_parameters({variable: index}) if variable in body.parameters else body
        walk.inside(turn, qubits, clbits)


@_visit.register
def _(operation: IfElseOp, walk: _Walk, qubits: _Indices, clbits: _Indices) -> None:
    """Both branches begin together and take as long as the longer of them; neither waits for the other."""
    condition = condition_of(operation, walk.place)
    end = start = walk.meet(qubits, max([walk.written[k] for k in condition.bits], default=0.0))
    before, ready, latest = len(walk.operations), (walk.written, walk.read), (walk.written, walk.read)
    for block, test in zip(operation.blocks, (condition, condition.opposite), strict=False):
        walk.occupy(qubits, start)
        walk.written, walk.read = map(list, ready)
        walk.inside(block, qubits, clbits, (test,))
        end = max((end, *(walk.clocks[k] for k in qubits)))
        latest = tuple(list(map(max, *times)) for times in zip(latest, (walk.written, walk.read), strict=True))
    walk.written, walk.read = latest
    if any(set(one.clbits) & set(condition.bits) for one in walk.operations[before:]):
        _refuse('an "if_else" that writes a bit which it tests')
    walk.occupy(qubits, end)
    for k in condition.bits:  # nothing may write what is tested before the test is over
        walk.read[k] = max(walk.read[k], end)


def delay_us(delay: Delay, dt_ns: float) -> float:
    """Duration of a delay in µs.

    Raises:
        ArgumentError: If it is negative or not finite.
        UnsupportedCircuitError: If its unit is none of s, ms, us, ns, ps and dt.
    """
    duration, unit = delay.params[0], delay.unit
    scale = dt_ns * 1e-3 if unit == "dt" else _US_PER_UNIT.get(unit)
    if scale is None:
        raise UnsupportedCircuitError("circuit", "have delays in s, ms, us, ns, ps or dt", f'one is in "{unit}"')
    value = float(duration) * scale
    if not 0 <= value < float("inf"):
        fail("circuit", "have delays of at least 0", f"one is {show(value)} µs")
    return value


def _box(operation: QiskitOperation, walk: _Walk, qubits: _Indices, clbits: _Indices) -> None:
    """A box is its body between two barriers; Qiskit 1.3 does not know it."""
    if getattr(operation, "duration", None) is not None:
        _refuse('a "box" with a duration (write its pauses as delays)')
    body = getattr(operation, "blocks", (QuantumCircuit(),))[0]
    walk.meet(qubits)
    walk.inside(body, qubits, clbits)
    walk.meet(qubits)
