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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn

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

from nvprotocol._checks import fail
from nvprotocol.compiler.conditions import Condition, condition_of
from nvprotocol.compiler.durations import delay_us, gate_us, native_us
from nvprotocol.compiler.places import nv_of, require_in_place
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError

_MOST_OPERATIONS = 1_000_000
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
    walk = _Walk(device, [0.0] * circuit.num_qubits, [0.0] * circuit.num_clbits, [0.0] * circuit.num_clbits)
    walk.follow(circuit, place)
    possible = [one for one in walk.operations if all(condition.readings for condition in one.conditions)]
    return TimedCircuit(tuple(sorted(possible, key=itemgetter(0))), order, max(walk.clocks))


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
    raise UnsupportedCircuitError(
        "Argument `circuit` must consist of gates, delays, barriers, measurements, resets, `for_loop` and `if_else`, "
        f"but has {what}."
    )


class _Site(NamedTuple):
    """Where an instruction stands: its qubits and bits, and the conditions around it."""

    qubits: tuple[int, ...]
    clbits: tuple[int, ...]
    place: Mapping[Bit, int]
    conditions: tuple[Condition, ...]

    def inside(self, body: QuantumCircuit) -> dict[Bit, int]:
        """The places of the qubits and bits of a body that stands here."""
        qubits = zip(body.qubits, self.qubits, strict=True)
        return {**self.place, **dict(qubits), **dict(zip(body.clbits, self.clbits, strict=True))}


_VISITS: dict[type, "Callable[[Any, _Walk, _Site], None]"] = {}
"""What `_visit` does with each kind of operation that has been seen: its own look-up takes longer than the visit."""


@dataclass(slots=True)
class _Walk:
    """A walk through a circuit: when each qubit is free, and until when each bit has been written and read."""

    device: Device
    clocks: list[float]
    written: list[float]
    read: list[float]
    operations: list[TimedOperation] = field(default_factory=list)
    durations: dict[tuple[type, str, tuple[int, ...]], float] = field(default_factory=dict)

    def follow(self, circuit: QuantumCircuit, place: Mapping[Bit, int], conditions: tuple[Condition, ...] = ()) -> None:
        for entry in circuit.data:
            operation = entry.operation  # which Qiskit makes anew whenever it is asked for
            if getattr(operation, "_condition", None) is not None and not isinstance(operation, ControlFlowOp):
                _refuse(f'"{operation.name}" with `c_if` (write `if_test`)')
            site = _Site(
                tuple([place[qubit] for qubit in entry.qubits]),
                tuple([place[bit] for bit in entry.clbits]),
                place,
                conditions,
            )
            visit = _VISITS.get(type(operation))
            if visit is None:
                visit = _VISITS[type(operation)] = _visit.dispatch(type(operation))
            visit(operation, self, site)
            if len(self.operations) > _MOST_OPERATIONS:
                _refuse(f"more than {_MOST_OPERATIONS} operations when its loops are written out")

    def meet(self, qubits: Sequence[int], bits_ready: float = 0.0) -> float:
        """Lets qubits wait for the last of them, and for the time at which some bits are ready."""
        now, clocks = bits_ready, self.clocks
        for k in qubits:
            now = max(now, clocks[k])
        for k in qubits:
            clocks[k] = now
        return now

    def occupy(self, qubits: Sequence[int], until: float) -> None:
        for k in qubits:
            self.clocks[k] = until

    def add(self, operation: QiskitOperation, site: _Site, time: float, piece: int = 1, pieces: int = 1) -> None:
        qubits, clbits, _, conditions = site
        self.operations.append(TimedOperation(time, operation, qubits, clbits, conditions, pieces, piece == pieces))

    def duration(self, operation: QiskitOperation, qubits: tuple[int, ...]) -> float:
        """How long a gate, a measurement or a reset takes, worked out once for each kind and place."""
        key = (type(operation), operation.name, qubits)
        known = self.durations.get(key)
        if known is None:
            known = self.durations[key] = (
                gate_us(operation, qubits, self.device)
                if isinstance(operation, Gate)
                else native_us(self.device, operation.name, monitor=qubits[0] >= self.device.n_qubits)
            )
        return known


@singledispatch
def _visit(operation: QiskitOperation, walk: _Walk, site: _Site) -> None:
    """An operation at its place in the walk."""
    if operation.name == "box":
        _box(operation, walk, site)
    elif operation.name in _FLOW:
        _refuse(f'"{operation.name}"')
    else:
        _refuse(f'"{operation.name}" (if it is made of those, use `circuit.decompose()`)')


@_visit.register
def _(operation: Delay, walk: _Walk, site: _Site) -> None:
    walk.clocks[site.qubits[0]] += delay_us(operation, walk.device.dt_ns)


@_visit.register
def _(_operation: Barrier, walk: _Walk, site: _Site) -> None:
    walk.meet(site.qubits)


@_visit.register
def _(operation: SaveData, walk: _Walk, site: _Site) -> None:
    walk.add(operation, site, walk.meet(site.qubits))


@_visit.register
def _(operation: Gate, walk: _Walk, site: _Site) -> None:
    qubits = site.qubits
    if not qubits:  # a global phase
        return
    start, duration = walk.meet(qubits), walk.duration(operation, qubits)
    if not duration:
        walk.add(operation, site, start)
        return
    pieces = walk.device.gate_slices
    for piece in range(1, pieces + 1):
        walk.add(operation, site, start + duration * (piece - 0.5) / pieces, piece, pieces)
    walk.occupy(qubits, start + duration)


@_visit.register
def _(operation: Measure, walk: _Walk, site: _Site) -> None:
    (bit,) = site.clbits
    start = walk.meet(site.qubits, max(walk.written[bit], walk.read[bit]))
    walk.add(operation, site, start)
    walk.clocks[site.qubits[0]] = walk.written[bit] = start + walk.duration(operation, site.qubits)


@_visit.register
def _(operation: Reset, walk: _Walk, site: _Site) -> None:
    end = walk.clocks[site.qubits[0]] + walk.duration(operation, site.qubits)
    walk.add(operation, site, end)
    walk.clocks[site.qubits[0]] = end


@_visit.register
def _(operation: ForLoopOp, walk: _Walk, site: _Site) -> None:
    """A loop is its body written out, as often as it says."""
    indices, variable, body = operation.params
    for index in indices:
        turn = body.assign_parameters({variable: index}) if variable in body.parameters else body
        walk.follow(turn, site.inside(turn), site.conditions)


@_visit.register
def _(operation: IfElseOp, walk: _Walk, site: _Site) -> None:
    """Both branches begin together and take as long as the longer of them; neither waits for the other."""
    condition = condition_of(operation, site.place)
    end = start = walk.meet(site.qubits, max([walk.written[k] for k in condition.bits], default=0.0))
    before, ready, latest = len(walk.operations), (walk.written, walk.read), (walk.written, walk.read)
    for block, test in zip(operation.blocks, (condition, condition.opposite), strict=False):
        walk.occupy(site.qubits, start)
        walk.written, walk.read = map(list, ready)
        walk.follow(block, site.inside(block), (*site.conditions, test))
        end = max((end, *(walk.clocks[k] for k in site.qubits)))
        latest = tuple(list(map(max, *times)) for times in zip(latest, (walk.written, walk.read), strict=True))
    walk.written, walk.read = latest
    if any(set(one.clbits) & set(condition.bits) for one in walk.operations[before:]):
        _refuse('an "if_else" that writes a bit which it tests')
    walk.occupy(site.qubits, end)
    for k in condition.bits:  # nothing may write what is tested before the test is over
        walk.read[k] = max(walk.read[k], end)


def _box(operation: QiskitOperation, walk: _Walk, site: _Site) -> None:
    """A box is its body between two barriers; Qiskit 1.3 does not know it."""
    if getattr(operation, "duration", None) is not None:
        _refuse('a "box" with a duration (write its pauses as delays)')
    body = getattr(operation, "blocks", (QuantumCircuit(),))[0]
    walk.meet(site.qubits)
    walk.follow(body, site.inside(body), site.conditions)
    walk.meet(site.qubits)
