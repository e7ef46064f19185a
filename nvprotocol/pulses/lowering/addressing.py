"""Which spin a pulse rotates: one field for all, an antenna for each, or a field gradient that addresses one of two.

While the gradient takes the detuning of a pair from δ₀ to δ, for a time T, its qubits gain phases ±(δ − δ₀)T, and a
pulse on one of them shifts the phase of the other, which is off resonance by 2δ (ac Stark effect). The gradient is
tuned such that the relative phase is whole turns when it is off again; the common one is a change of both frames. What
overlapping pulses do to each other besides is made up for in `nvprotocol.pulses.lowering.crosstalk`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError
from nvprotocol.pulses.calibration import rotation
from nvprotocol.pulses.envelopes import Drag, Envelope, Gaussian, RaisedCosine, Square
from nvprotocol.pulses.events import Event, GradientRamp, Pulse
from nvprotocol.pulses.lowering.crosstalk import LARGEST_MISS, compensated, share_of_power, stark_angle
from nvprotocol.pulses.lowering.gates import rotation_matrix, turns, z_rotation
from nvprotocol.pulses.schedules import TIME_RESOLUTION

_SIDE = np.array([1.0, -1.0])
"""Δ₁ = δ and Δ₂ = −δ about their mean."""
_TUNINGS = 8
_LARGER = (0.5, 1.0, 1.25, 1.5, 2.0, 3.0)
"""Gradients, relative to the default, that are tried for pulses that overlap where the first is not enough."""


class Turn(NamedTuple):
    """A rotation of one NV qubit that a pulse is to make.

    Attributes:
        begin: Beginning of its slot in µs.
        end: End of its slot in µs.
        qubit: The NV qubit.
        angle: Its angle in rad.
        phase: Its phase in rad, in the frame in which nothing but the device's own detuning turns the qubits.
    """

    begin: float
    end: float
    qubit: int
    angle: float
    phase: float

    @property
    def centre(self) -> float:
        """The middle of its slot in µs."""
        return (self.begin + self.end) / 2

    @property
    def length_ns(self) -> float:
        """Its slot in ns."""
        return round(1000 * (self.end - self.begin), 9)


class Played(NamedTuple):
    """Pulses and ramps, and what is left to the frames.

    Attributes:
        events: The events.
        windows: The times in which the gradient is on.
        completed: Whether what a window leaves behind is made good at its end, where it means something.
    """

    events: list[Event]
    windows: "list[_Window]"
    completed: bool

    def frame(self, qubit: int, time: float) -> float:
        """The angle in rad about z that a qubit is behind at a moment in µs, because of gradient and pulses."""
        begun = [window for window in self.windows if window.begin < time - TIME_RESOLUTION]
        if self.completed:
            begun = [window for window in begun if time < window.end - TIME_RESOLUTION]
        return float(sum(window.excess(qubit, min(time, window.end)) for window in begun))


def played(rotations: Sequence[Turn], device: Device, *, axial: bool) -> Played:
    """The pulses that make some rotations, with the gradient that they need.

    Rotations of all qubits at once by the same angle and phase are one pulse for all of them, if the antenna allows.

    Raises:
        UnsupportedCircuitError: If one of more than two qubits is to be turned, and the antenna turns others as well.
        ArgumentError: If the gradient cannot be as large as it has to be.
    """
    events: list[Event] = []
    windows: list[_Window] = []
    frame, completed = 0.0, not axial
    own_frame = float(device.equation.detuning) if device.n_qubits == 2 else 0.0
    for together in _clusters(sorted(rotations)):
        shifted = [turn._replace(phase=turn.phase - frame) for turn in together]
        if _collective(shifted, device):
            events.append(_pulse(shifted[0], device, 0.0, None))
        elif not _seen_by_others(shifted, device):
            events += [_pulse(turn, device, 0.0, turn.qubit) for turn in shifted]
        else:
            window = _Window(shifted, device)
            if events and isinstance(events[-1], GradientRamp) and window.begin - events[-1].begin < TIME_RESOLUTION:
                events.pop()  # one gradient gives way to the next
            events += [*window.events(), GradientRamp(own_frame, start=window.end)]
            frame += 0.0 if completed else window.excess(0, window.end)  # that of both, but for whole turns
            windows.append(window)
    return Played(events, windows, completed)


def _clusters(rotations: Sequence[Turn]) -> Iterator[list[Turn]]:
    """Rotations whose slots overlap."""
    cluster: list[Turn] = []
    for turn in rotations:
        if cluster and turn.begin > max(one.end for one in cluster) - TIME_RESOLUTION:
            yield cluster
            cluster = []
        cluster.append(turn)
    if cluster:
        yield cluster


def _collective(rotations: Sequence[Turn], device: Device) -> bool:
    """Whether one pulse turns all qubits as they are to be turned."""
    first, n = rotations[0], device.n_qubits
    alike = all(
        abs(turn.begin - first.begin) < TIME_RESOLUTION
        and turn.length_ns == first.length_ns
        and abs(turn.angle - first.angle) < 1e-9
        and not turns(turn.phase - first.phase)
        for turn in rotations
    )
    return alike and len(rotations) == n and bool(np.all(device.control.field(n)[:, 0] == 1))


def _seen_by_others(rotations: Sequence[Turn], device: Device) -> bool:
    """Whether the field of a pulse reaches other qubits than the one that it is for."""
    field = device.control.field(device.n_qubits) - np.eye(device.n_qubits)
    return any(bool(np.any(field[:, turn.qubit])) for turn in rotations)


def _pulse(turn: Turn, device: Device, offset: float, qubit: int | None) -> Pulse:
    """The pulse of a rotation, with an envelope for another qubit that is off by an offset in rad/µs."""
    envelope = envelope_of(device, turn.length_ns, offset)
    phase = float(np.angle(np.exp(1j * turn.phase)))
    return rotation(envelope, turn.angle, phase, qubit=qubit, start=max(turn.begin, 0.0))


def envelope_of(device: Device, duration_ns: float, offset: float = 0.0) -> Envelope:
    """The envelope that a device plays, where another qubit is off by an offset in rad/µs."""
    name = device.control.envelope
    if name == "drag" and offset:
        return Drag.against(offset, duration_ns)
    if name == "square":
        return Square(duration_ns)
    return RaisedCosine(duration_ns) if name == "raised_cosine" else Gaussian(duration_ns)


class _Window:
    """A time in which the gradient is on and some qubits of a pair are turned.

    Attributes:
        begin: When the gradient goes on in µs.
        end: When it goes off.
        detuning: δ in between, in rad/µs.
    """

    def __init__(self, rotations: Sequence[Turn], device: Device) -> None:
        if device.n_qubits != 2:
            must = "turn more than two NV qubits all at once for pulses, unless each has an antenna (control.crosstalk)"
            raise UnsupportedCircuitError("circuit", must, f"turns NV qubit {rotations[0].qubit} alone")
        self._rotations, self._device = rotations, device
        self.begin = rotations[0].begin
        self.end = max(turn.end for turn in rotations)
        self._own = float(device.equation.detuning)
        self.detuning = self._tuned(self._asked())
        self._pulses = [self._played(turn) for turn in rotations]
        if len({turn.qubit for turn in rotations}) == 2:
            self._pulses = self._together()

    def events(self) -> list[Event]:
        """The gradient and the pulses."""
        return [GradientRamp(self.detuning, start=max(self.begin, 0.0)), *self._pulses]

    def _together(self) -> list[Pulse]:
        """Pulses on both qubits, at the gradient that is asked for, or where that is the default, one that is enough.

        Raises:
            ArgumentError: If they miss the gates; the message names a gradient at which they do not, if there is one.
        """
        control, field = self._device.control, self._device.control.field(2)
        asked, default = self._asked(), self._default()
        found: list[Pulse] = []
        tried, left = asked, np.inf
        misses: list[tuple[float, float]] = []
        for tried in [asked, *(larger for larger in _rounded_up(default, _LARGER) if larger > asked)]:
            self.detuning = self._tuned(tried)
            pulses = [self._played(turn) for turn in self._rotations]
            found, left = compensated(pulses, self._targets(), _SIDE * self.detuning, field, self.begin, self.end)
            misses.append((self.detuning, left))
            if left <= LARGEST_MISS:
                break
        detuning, miss = misses[0]
        chosen = control.gradient is None and tried <= control.max_detuning
        if left > LARGEST_MISS or not (chosen or len(misses) == 1):
            such = f", such as {show(tried)} rad/µs" if left <= LARGEST_MISS else ""
            must = f"be larger for different gates of both NV qubits at once{such} (or put a barrier between these)"
            but = f"takes them {show(2 * abs(detuning))} rad/µs apart, where pulses miss by {2 * miss:.2g} rad"
            fail(self._limit(), must, but)
        return found

    def _targets(self) -> NDArray[np.complex128]:
        """What each qubit does in the mean's frame: its gates at the middle of their slots, and the angles behind."""
        found = []
        for qubit in (0, 1):
            own, now, matrix = _SIDE[qubit] * self._own, self.begin, np.eye(2, dtype=complex)
            for turn in (one for one in self._rotations if one.qubit == qubit):
                matrix = rotation_matrix(turn.angle, turn.phase) @ z_rotation(-own * (turn.centre - now)) @ matrix
                now = turn.centre
            found.append(z_rotation(-own * (self.end - now) - self.excess(qubit, self.end)) @ matrix)
        return np.array(found)

    def _played(self, turn: Turn) -> Pulse:
        """A pulse at the resonance of its qubit as other pulses shift it."""
        shifted = turn._replace(phase=turn.phase - self.excess(turn.qubit, turn.centre))
        pulse = _pulse(shifted, self._device, self._offset(1 - turn.qubit), turn.qubit)
        during = self._stark(turn.qubit, turn.end) - self._stark(turn.qubit, turn.begin)
        return replace(pulse, detuning=pulse.detuning + during / (turn.end - turn.begin))

    def _limit(self) -> str:
        control = self._device.control
        return "max_detuning" if control.gradient is None and np.isfinite(control.max_detuning) else "gradient"

    def _offset(self, qubit: int) -> float:
        """How much larger the splitting of one qubit is than that of the other."""
        return float(2 * _SIDE[qubit] * self.detuning)

    def excess(self, qubit: int, time: float) -> float:
        """The angle about z that a qubit is behind at a moment, because of gradient and pulses."""
        return float(_SIDE[qubit]) * (self.detuning - self._own) * (time - self.begin) + self._stark(qubit, time)

    def _stark(self, qubit: int, time: float) -> float:
        """What of it is due to the pulses on the other qubit."""
        angle = 0.0
        for turn in self._rotations:
            if turn.qubit != qubit:
                part = float(np.clip((time - turn.begin) / (turn.end - turn.begin), 0.0, 1.0))
                if part:
                    angle += self._stark_of(turn) * share_of_power(self._envelope(turn), part)
        return angle

    def _stark_of(self, turn: Turn) -> float:
        field = abs(self._device.control.field(2)[1 - turn.qubit, turn.qubit])
        return stark_angle(self._envelope(turn), turn.angle, float(field), self._offset(turn.qubit))

    def _envelope(self, turn: Turn) -> Envelope:
        return envelope_of(self._device, turn.length_ns, self._offset(1 - turn.qubit))

    def _asked(self) -> float:
        control = self._device.control
        return control.gradient or min(self._default(), control.max_detuning)

    def _default(self) -> float:
        """The gradient that distinguishes the qubits while the shortest of the pulses lasts."""
        return abs(self._own) + 4 * np.pi / min(turn.end - turn.begin for turn in self._rotations)

    def _tuned(self, asked: float) -> float:
        """The detuning at which the relative phase comes back, the nearest below the one that is asked for."""
        length = self.end - self.begin
        side = -1.0 if self._own < 0 else 1.0
        periods = np.floor((asked - abs(self._own)) * length / np.pi + 1e-9)
        if periods < 1:
            least = abs(self._own) + np.pi / length
            must = f"be at least |δ| + π/T = {show(float(least))} rad/µs for a pulse of T = {show(length)} µs on one NV"
            fail(self._limit(), f"{must} qubit of a pair", f"is {show(asked)}")
        self.detuning = float(self._own + side * periods * np.pi / length)
        for _ in range(_TUNINGS):
            before = self.detuning
            relative = self._stark(0, self.end) - self._stark(1, self.end)
            self.detuning = float(self._own + side * periods * np.pi / length - relative / (2 * length))
            if abs(self.detuning - before) * length < 1e-10:
                break
        return self.detuning


def _rounded_up(value: float, factors: Sequence[float]) -> list[float]:
    """Multiples of a value, rounded up to four digits, so that what a message names is what was tried."""
    unit = 10.0 ** (np.floor(np.log10(value)) - 3)
    return [float(np.ceil(factor * value / unit) * unit) for factor in factors]
