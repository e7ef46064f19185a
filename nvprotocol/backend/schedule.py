"""The schedule of a circuit: every operation with the time at which it acts.

Operations begin as soon as possible, in the order of the circuit: when their qubits are free and their bits are ready.
A read of a bit waits for its last write, not for other reads; a write waits for all reads and writes before it. A
measurement writes its bit as long as it lasts. An `if_else` reads what it tests from its beginning, when all its qubits
are free, to its end; its branches begin together and take as long as the longer of them, whichever is taken, and what
stands in one waits for bits of its own there. A gate acts in the middle of its interval, in as many equal pieces as the
device says; a measurement at the start; a reset at the end.

What acts earlier comes first, what is simultaneous in the order of the circuit: an operation sees the bits as those
before it have left them. A bit that nothing has written reads 0, also where what would have written it stands in a
branch not taken. A circuit scheduled before, in which every pause is a delay, keeps its schedule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import NamedTuple, NoReturn

from qiskit import QuantumCircuit
from qiskit.circuit import Barrier, Bit, ControlFlowOp, Delay, ForLoopOp, Gate, IfElseOp, Measure, Reset
from qiskit.circuit import Operation as QiskitOperation
from qiskit_aer.library.save_instructions.save_data import SaveData

from nvprotocol._checks import fail
from nvprotocol.backend.conditions import Condition, condition_of
from nvprotocol.backend.durations import delay_us, gate_us, native_us
from nvprotocol.backend.places import require_in_place
from nvprotocol.backend.qubits import nv_of
from nvprotocol.backend.unbound import unbound_parameters
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError

_MOST_EVENTS = 1_000_000
_FLOW = ("while_loop", "switch_case", "break_loop", "continue_loop", "store")


class Event(NamedTuple):
    """An operation, or one of the equal pieces of a gate, at the time at which it acts.

    Attributes:
        time: The time in µs.
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
class Schedule:
    """A circuit as events in order of time.

    Attributes:
        events: The events that can happen; simultaneous ones in the order of the circuit.
        order: Indices of the circuit's qubits in the device's order: the NV qubits, then the others.
        duration: Time from beginning to end in µs.
    """

    events: tuple[Event, ...]
    order: tuple[int, ...]
    duration: float


def schedule(circuit: QuantumCircuit, device: Device) -> Schedule:
    """The events of a circuit on a device.

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
    possible = [event for event in walk.events if all(condition.readings for condition in event.conditions)]
    return Schedule(tuple(sorted(possible, key=lambda event: event.time)), order, max(walk.clocks))


def _refuse(what: str) -> NoReturn:
    raise UnsupportedCircuitError(
        "Argument `circuit` must consist of gates, delays, barriers, measurements, resets, `for_loop` and `if_else`, "
        f"but has {what}."
    )


@dataclass(slots=True)
class _Site:
    """Where an instruction stands: its qubits and bits, and the conditions around it."""

    qubits: tuple[int, ...]
    clbits: tuple[int, ...]
    place: Mapping[Bit, int]
    conditions: tuple[Condition, ...]

    def inside(self, body: QuantumCircuit) -> dict[Bit, int]:
        """The places of the qubits and bits of a body that stands here."""
        qubits = zip(body.qubits, self.qubits, strict=True)
        return {**self.place, **dict(qubits), **dict(zip(body.clbits, self.clbits, strict=True))}


@dataclass
class _Walk:
    """A walk through a circuit: when each qubit is free, and until when each bit has been written and read."""

    device: Device
    clocks: list[float]
    written: list[float]
    read: list[float]
    events: list[Event] = field(default_factory=list)

    def follow(self, circuit: QuantumCircuit, place: Mapping[Bit, int], conditions: tuple[Condition, ...] = ()) -> None:
        for entry in circuit.data:
            qubits = tuple([place[qubit] for qubit in entry.qubits])
            clbits = tuple([place[bit] for bit in entry.clbits])
            operation = entry.operation  # which Qiskit makes anew whenever it is asked for
            if getattr(operation, "_condition", None) is not None and not isinstance(operation, ControlFlowOp):
                _refuse(f'"{operation.name}" with `c_if` (write `if_test`)')
            _visit(operation, self, _Site(qubits, clbits, place, conditions))
            if len(self.events) > _MOST_EVENTS:
                _refuse(f"more than {_MOST_EVENTS} operations when its loops are written out")

    def meet(self, qubits: Sequence[int], *bits_ready: float) -> float:
        """Lets qubits wait for the last of them, and for the times at which some bits are ready."""
        now = max([*[self.clocks[k] for k in qubits], *bits_ready], default=0.0)
        self.occupy(qubits, now)
        return now

    def occupy(self, qubits: Sequence[int], until: float) -> None:
        for k in qubits:
            self.clocks[k] = until

    def add(self, operation: QiskitOperation, site: _Site, *times: float) -> None:
        for number, time in enumerate(times, start=1):
            last = number == len(times)
            self.events.append(Event(time, operation, site.qubits, site.clbits, site.conditions, len(times), last))

    def is_monitor(self, site: _Site) -> bool:
        return site.qubits[0] >= self.device.n_qubits


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
    if not site.qubits:  # a global phase
        return
    duration = gate_us(operation, site.qubits, walk.device)
    pieces = walk.device.gate_slices if duration > 0 else 1
    start = walk.meet(site.qubits)
    walk.add(operation, site, *(start + duration * (k + 0.5) / pieces for k in range(pieces)))
    walk.occupy(site.qubits, start + duration)


@_visit.register
def _(operation: Measure, walk: _Walk, site: _Site) -> None:
    start = walk.meet(site.qubits, *[walk.written[k] for k in site.clbits], *[walk.read[k] for k in site.clbits])
    walk.add(operation, site, start)
    end = start + native_us(walk.device, "measure", monitor=walk.is_monitor(site))
    walk.clocks[site.qubits[0]] = walk.written[site.clbits[0]] = end


@_visit.register
def _(operation: Reset, walk: _Walk, site: _Site) -> None:
    end = walk.clocks[site.qubits[0]] + native_us(walk.device, "reset", monitor=walk.is_monitor(site))
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
    end = start = walk.meet(site.qubits, *[walk.written[k] for k in condition.bits])
    before, ready, latest = len(walk.events), (walk.written, walk.read), (walk.written, walk.read)
    for block, test in zip(operation.blocks, (condition, condition.opposite), strict=False):
        walk.occupy(site.qubits, start)
        walk.written, walk.read = map(list, ready)
        walk.follow(block, site.inside(block), (*site.conditions, test))
        end = max((end, *(walk.clocks[k] for k in site.qubits)))
        latest = tuple(list(map(max, *times)) for times in zip(latest, (walk.written, walk.read), strict=True))
    walk.written, walk.read = latest
    if any(set(event.clbits) & set(condition.bits) for event in walk.events[before:]):
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
