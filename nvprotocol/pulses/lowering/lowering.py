"""From a circuit to pulses: what antenna, gradient, laser and monitor do when a device plays it.

Everything happens at the time that it has for the other engines. A gate becomes a pulse that fills the gate's duration
on the device, and rotations about z are virtual, changes of frame (doi:10.1103/PhysRevA.96.022330); a gate that takes
no time is the limit of a short pulse, an instantaneous rotation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Measure, Reset

from nvprotocol._checks import fail
from nvprotocol.channels import Channel, depolarising, preparation
from nvprotocol.compiler.gates import matrix_of, to_native
from nvprotocol.compiler.postselection import kept_bits, require_measured, taken_operations
from nvprotocol.compiler.readout import instrument_of
from nvprotocol.compiler.timing import TimedOperation, timed
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError
from nvprotocol.operators import kraus_superoperator
from nvprotocol.pulses.events import Act, Check, Pulse
from nvprotocol.pulses.lowering.addressing import Played, Turn, played
from nvprotocol.pulses.lowering.drives import drive_pulses
from nvprotocol.pulses.lowering.frames import Frames, turn_about_z
from nvprotocol.pulses.lowering.gates import begin_of, length_of, rotation_of, z_rotation
from nvprotocol.pulses.lowering.parity import Parity, errant_check, in_order, parity_checks, refuse
from nvprotocol.pulses.schedules import TIME_RESOLUTION, Schedule

__all__ = ["schedule"]

_READINGS: dict[int | None, Literal[0, 1] | None] = {None: None, 0: 0, 1: 1}


def schedule(circuit: QuantumCircuit, device: Device, postselect: Mapping[str, int | str] | None = None) -> Schedule:
    """The pulses, waits and checks by which a device plays a circuit.

    Gates of one NV qubit are pulses of the device's envelope over the gate's duration, or where it has none,
    instantaneous rotations, whatever antenna and gradient can do; the same gate on all NV qubits at once is one pulse
    for all.
    For a gate of one of a pair the field gradient goes on, so far that the phases of both have come back when it goes
    off (`nv.device.Control`). What such a pulse leaves of the other qubit is an infidelity of at most 1e-11 (square),
    7e-9 (raised cosine), 1.4e-4 (Gaussian) or 1.5e-7 (DRAG) at the default gradient, whatever its duration, on a device
    without a detuning of its own. Pulses that overlap, of equal duration or not, are calibrated together at a gradient
    that addresses them while the shortest lasts: all of them end with an infidelity below 1e-9, or are refused
    with a gradient that is enough. Rotations about z are virtual: changes of frame. What measures or
    resets an NV qubit, and the parity check of a pair by a monitor, is an instantaneous map, with the errors of the
    device.

    Args:
        circuit: Gates, measurements and resets of NV qubits, delays, parity checks (one CX from each NV qubit onto a
            monitor in |0⟩, its measurement, its reset), `for_loop`, and `if_else` on what is kept. A bit that nothing
            has written reads 0.
        device: The device; what is not native on it is translated.
        postselect: Register → outcome that is kept, as for `emulate`; other outcomes are not looked at.

    Raises:
        ArgumentError: As for `emulate`, or if the device cannot make a pulse.
        UnsupportedCircuitError: If something in the circuit cannot be played; the message names it.

    Examples:
        >>> control = nv.device.Control(envelope="square")
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
        >>> device = nv.Device(equation, gate_ns={"x": 50}, control=control)
        >>> print(nv.pulses.schedule(nv.protocols.final_check(duration=1.0), device, {"parity": 1}))
        Schedule of 5 events, 1.05 µs
            start      end
             0 µs             gradient to δ = 249.356 rad/µs
             0 µs  0.05 µs    pulse on NV 1: square, 50 ns, Ω = 62.8319 rad/µs, phase -0.0492806
          0.05 µs             gradient to δ = 0 rad/µs
          1.05 µs             check of |σz|, 1 kept
          1.05 µs             frame: NV 0 by 0.09856, NV 1 by 0.09856
    """
    if not isinstance(circuit, QuantumCircuit):
        fail("circuit", "be a QuantumCircuit", f"is of type {type(circuit).__name__}")
    if not isinstance(device, Device):
        fail("device", "be a Device", f"is of type {type(device).__name__}")
    return lowered(to_native(circuit, device), device, kept_bits(circuit, postselect))


def lowered(circuit: QuantumCircuit, device: Device, keep: Mapping[int, int], *, to_end: bool = True) -> Schedule:
    """The schedule of a circuit in native gates.

    Args:
        circuit: The circuit.
        device: The device.
        keep: Index of a classical bit → the value that is kept of it.
        to_end: Whether time passes until every qubit is done, and not only until the last thing happens.
    """
    plan = timed(circuit, replace(device, gate_slices=1))
    require_measured(circuit, plan.operations, keep)
    happening = [event._replace(conditions=()) for event in taken_operations(plan.operations, keep, _undecided)]
    operations = in_order(happening, device)
    last_write = {bit: event for event in happening for bit in event.clbits}
    readings: dict[int, int | None] = {}
    for number, event in enumerate(operations):
        for bit in event.clbits:
            readings[number] = keep.get(bit) if last_write[bit] is event else None
    axial = device.equation.symmetry == "U(1)" and not plan.drives
    parts = _Lowering(device, readings, parity_checks(operations, device), axial)
    driven = drive_pulses(plan.drives, operations, device)
    if any(value and bit not in last_write for bit, value in keep.items()):
        parts.keep_nothing()
    for number, event in enumerate(operations):
        parts.take(number, event)
    return parts.schedule(plan.duration if to_end else None, driven)


def _undecided(bit: int, event: TimedOperation) -> NoReturn:
    but = f'bit {bit}, which is not, decides on "{event.operation.name}"'
    raise UnsupportedCircuitError("circuit", "decide on outcomes that are kept only, for pulses", but)


class _InstantaneousGate(NamedTuple):
    """A gate that takes no time, in a frame that is not known before the pulses are."""

    matrix: NDArray[np.complex128]
    qubit: int
    behind: float
    time: float
    name: str

    def act(self, n_qubits: int, pulses: Played) -> Act:
        """What it does to the qubit as it stands behind its frame."""
        behind = self.behind + pulses.frame(self.qubit, self.time)
        seen = z_rotation(-behind) @ self.matrix @ z_rotation(behind)
        return Act(Channel(kraus_superoperator(seen)).on([self.qubit], n_qubits), self.name, start=self.time)


@dataclass
class _Lowering:
    """The operations of a circuit that happen, taken one after another.

    Attributes:
        device: The device.
        readings: Number of each measurement → the value that is kept of it, None if its outcome is not looked at.
        parities: What `parity_checks` gives.
        axial: Whether the medium is axial and no drive is ever on.
    """

    device: Device
    readings: Mapping[int, int | None]
    parities: Mapping[int, Parity | None]
    axial: bool

    def __post_init__(self) -> None:
        self._frames = Frames(self.device, self.axial)
        self._maps: list[Act | Check | _InstantaneousGate] = []
        self._busy_until = 0.0

    def keep_nothing(self) -> None:
        """What is kept is 1 of a bit that no operation writes, which reads 0."""
        nothing = Channel(np.zeros((4**self.device.n_qubits,) * 2, dtype=complex))
        self._maps.append(Act(nothing, "1 kept of a bit that reads 0", start=0.0))

    def take(self, number: int, event: TimedOperation) -> None:
        """An operation of the circuit, the next in order of its beginning."""
        if number not in self.parities and len(event.qubits) != 1:
            refuse(event.operation.name, event.qubits, self.device)
        if number in self.parities:
            parity = self.parities[number]
            if parity is not None:
                self._check(parity)
            return
        begin = begin_of(event, self.device)
        if begin > self._busy_until + TIME_RESOLUTION:
            self._maps += self._frames.before_time_passes(self._busy_until)
        if isinstance(event.operation, Gate):
            self._gate(event, begin)
        elif isinstance(event.operation, Measure):
            self._measure(number, event)
        elif isinstance(event.operation, Reset):
            self._act(preparation(self.device.initialisation_error), event, "reset of")
            self._frames.forget(event.qubits[0])
        else:
            refuse(event.operation.name, event.qubits, self.device)
        self._busy_until = max(self._busy_until, begin + length_of(event, self.device))

    def schedule(self, duration: float | None, driven: Sequence[Pulse]) -> Schedule:
        """What has been taken and the pulses of drives; without a duration, until the last thing happens."""
        last = max([self._busy_until, *(act.begin for act in self._maps if not isinstance(act, _InstantaneousGate))])
        end = last if duration is None else duration
        if end > self._busy_until + TIME_RESOLUTION:
            self._maps += self._frames.before_time_passes(self._busy_until)
        pulses = played(self._frames.rotations, self.device, axial=self.axial)
        n = self.device.n_qubits
        acts = [one.act(n, pulses) if isinstance(one, _InstantaneousGate) else one for one in self._maps]
        completed = self._frames.at_the_end(end, pulses.frame(0, end + 2 * TIME_RESOLUTION))
        turned = []
        if pulses.completed:  # drive, or pump of the medium, follow the frame of both qubits
            left = [(window.end, [window.excess(k, window.end) for k in range(n)]) for window in pulses.windows]
            turned = [turn_about_z(angles, "frame", time) for time, angles in left]
        return Schedule([*pulses.events, *driven, *turned, *acts, *completed], max(end, last))

    def _gate(self, event: TimedOperation, begin: float) -> None:
        gate, qubit = event.operation, event.qubits[0]
        if qubit >= self.device.n_qubits:
            refuse(gate.name, event.qubits, self.device)
        matrix, length = matrix_of(gate), length_of(event, self.device)
        angle, phase, frame = rotation_of(matrix)
        behind = self._frames.behind[qubit]
        if not angle:
            self._frames.behind[qubit] += frame
        elif length:
            self._frames.rotate(Turn(begin, begin + length, qubit, angle, phase))
            self._frames.behind[qubit] += frame
        else:
            self._maps.append(
                _InstantaneousGate(matrix, qubit, float(behind), event.time, f"{gate.name} on NV {qubit}")
            )
            self._frames.stray(qubit)
        infidelity = 0.0 if self.device.is_ideal else self.device.gate_error(gate.name)
        if infidelity:
            what = f"error of {gate.name} on NV {qubit}"
            error = depolarising(1, infidelity).on([qubit], self.device.n_qubits)
            self._maps.append(Act(error, what, start=begin + length))

    def _measure(self, number: int, event: TimedOperation) -> None:
        qubit, kept = event.qubits[0], self.readings[number]
        instrument = instrument_of(self.device, qubit)
        self._act(instrument.unread if kept is None else instrument.branches[kept], event, "readout of")
        self._frames.forget(qubit)

    def _check(self, parity: Parity) -> None:
        kept = self.readings[parity.measurement]
        if parity.time > self._busy_until + TIME_RESOLUTION:
            self._maps += self._frames.before_time_passes(self._busy_until)
        start = self._busy_until = max(parity.time, self._busy_until)
        if self.device.two_qubit_error:
            name = "check of |σz| with errors of its CX" + ("" if kept is None else f", {kept} kept")
            self._maps.append(Act(errant_check(self.device, kept), name, start=start))
        else:
            self._maps.append(Check(_READINGS[kept], start=start))

    def _act(self, channel: Channel, event: TimedOperation, what: str) -> None:
        qubit = event.qubits[0]
        whole = channel.on([qubit], self.device.n_qubits)
        self._maps.append(Act(whole, f"{what} NV {qubit}", start=event.time))
