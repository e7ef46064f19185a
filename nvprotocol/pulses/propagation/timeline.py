"""A schedule on a device: which tone sounds when, and what field and magnet are at every moment."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.device import Device
from nvprotocol.master_equation import MasterEquation
from nvprotocol.pulses.events import Act, Check, Event, GradientRamp, MediumRamp, Pulse
from nvprotocol.pulses.schedules import TIME_RESOLUTION, Schedule, refuse_overlap

_TONE = 1e-9


@dataclass(frozen=True)
class Piece:
    """A vector while it stays as it is, or while one ramp takes it elsewhere.

    Attributes:
        before: Its value when the ramp begins, shape (V,).
        after: Its value when the ramp ends.
        begin: When that is in µs.
        end: When that is in µs.
        cosine: Whether it follows half a period of a cosine.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    begin: float = 0.0
    end: float = 0.0
    cosine: bool = False

    @property
    def constant(self) -> bool:
        """Whether nothing changes."""
        return self.end <= self.begin

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values at times in µs, shape (V, T)."""
        if self.constant:
            return np.repeat(self.after[:, None], times.size, axis=1)
        part = np.clip((times - self.begin) / (self.end - self.begin), 0.0, 1.0)
        if self.cosine:
            part = (1 - np.cos(np.pi * part)) / 2
        return self.before[:, None] + (self.after - self.before)[:, None] * part

    def key(self, origin: float) -> tuple[object, ...]:
        """What tells it from other pieces, seen from a moment."""
        if self.constant:
            return (self.after.tobytes(),)
        span = (round((self.begin - origin) / TIME_RESOLUTION), round((self.end - origin) / TIME_RESOLUTION))
        return (self.before.tobytes(), self.after.tobytes(), *span, self.cosine)


class TimeDependence:
    """A vector over the whole schedule, and the ramps that take it from value to value."""

    def __init__(self, initial: NDArray[np.float64], ramps: Iterable[tuple[Event, NDArray[np.float64]]]) -> None:
        self._pieces = [Piece(initial, initial, -np.inf, -np.inf)]
        for ramp, after in ramps:
            cosine = getattr(ramp, "shape", "") == "cosine"
            self._pieces.append(Piece(self._pieces[-1].after, after, ramp.begin, ramp.end, cosine))
        self._begins = [piece.begin for piece in self._pieces]

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values at times in µs, shape (V, T)."""
        return np.array([self.during(float(time)).at(np.array([time]))[:, 0] for time in times]).T

    def during(self, time: float) -> Piece:
        """The vector about a moment: the ramp that is on, or the value that the last one has left."""
        last = self._pieces[bisect_right(self._begins, time) - 1]
        return last if time < last.end else Piece(last.after, last.after)


@dataclass(frozen=True)
class Tone:
    """A pulse as every NV qubit sees it.

    Attributes:
        pulse: The pulse.
        offset: Offset D of its tone from the mean splitting in rad/µs.
        field: Its field at each NV, relative to that at the one it addresses, shape (N,).
    """

    pulse: Pulse
    offset: float
    field: NDArray[np.complex128]

    def drive(self, times: NDArray[np.float64]) -> NDArray[np.complex128]:
        """E of each NV in the frame that rotates at the mean splitting, in rad/µs, shape (N, T)."""
        since = times - self.pulse.centre
        envelope = self.pulse.envelope
        inside = np.clip(1000 * since + envelope.duration_ns / 2, 0.0, envelope.duration_ns)
        wave = self.pulse.rabi * np.exp(1j * (self.pulse.phase - self.offset * since)) * envelope.shape(inside)
        return self.field[:, None] * wave

    def key(self, origin: float) -> tuple[object, ...]:
        """What tells it from other tones, seen from a moment."""
        p = self.pulse
        place = round((p.centre - origin) / TIME_RESOLUTION)
        return (p.envelope, p.rabi, p.phase, self.offset, self.field.tobytes(), place)


@dataclass(frozen=True)
class Segment:
    """A stretch of time in which everything is smooth.

    Attributes:
        start: Its beginning in µs.
        end: Its end in µs.
        offsets: The splittings about their mean in rad/µs, V = N.
        scales: Factors of the medium's rates and of its coherent couplings, V = 2.
        tones: The tones that sound.
    """

    start: float
    end: float
    offsets: Piece
    scales: Piece
    tones: tuple[Tone, ...]

    @property
    def constant(self) -> bool:
        """Whether nothing is driven and nothing changes."""
        return self.offsets.constant and self.scales.constant and not self.tones

    @property
    def drive_rate(self) -> float:
        """How fast the drive changes in rad/µs: phases that turn, and envelopes that rise."""
        rates = (abs(tone.offset) + 1000 * tone.pulse.envelope.steepness for tone in self.tones)
        return max(rates, default=0.0)

    def drive(self, times: NDArray[np.float64]) -> NDArray[np.complex128]:
        """The drive of each NV by all tones together in rad/µs, shape (N, T); at an edge, the drive just inside."""
        edge = min(TIME_RESOLUTION / 2, (self.end - self.start) / 4)
        times = np.clip(times, self.start + edge, self.end - edge)
        silence = np.zeros((self.offsets.after.size, times.size), dtype=complex)
        return sum((tone.drive(times) for tone in self.tones), start=silence)

    def between(self, start: float, end: float) -> "Segment":
        """A part of it."""
        return Segment(start, end, self.offsets, self.scales, self.tones)

    def key(self) -> tuple[object, ...]:
        """What tells it from other segments that begin at other times; tones keep their phase in the rotating frame."""
        tones = tuple(tone.key(self.start) for tone in self.tones)
        span = round((self.end - self.start) / TIME_RESOLUTION)
        return (span, self.offsets.key(self.start), self.scales.key(self.start), tones)


class Timeline:
    """A schedule on a device, cut wherever a pulse, ramp or step begins or ends, so that no solver steps over one.

    Args:
        schedule: The schedule.
        device: The device.
        shifts: What the splittings are off in this run in rad/µs, shape (N,), which tones do not follow.

    Attributes:
        duration: Time from beginning to end in µs.
        tones: The pulses in order of time, as every NV sees them.
        maps: Checks and other instantaneous maps in order of time.
        segments: The stretches between the cuts.

    Raises:
        ArgumentError: If a pulse addresses an NV that there is not or does not reach all that it is for, is stronger
            than the device allows, is far from any splitting or shares its tone with another, or a ramp asks for more
            than the device can do.
    """

    def __init__(self, schedule: Schedule, device: Device, shifts: NDArray[np.float64] | None = None) -> None:
        self.device = device
        self._shifts = shifts
        self.duration = schedule.duration
        gradients = ((ramp, _offsets_of(ramp, device)) for ramp in schedule.of(GradientRamp))
        self._offsets = TimeDependence(_offsets_of(None, device), gradients)
        tunings = ((ramp, np.array([ramp.scale, ramp.coherent])) for ramp in schedule.of(MediumRamp))
        self._scales = TimeDependence(np.ones(2), tunings)
        self.tones = [self._tone(pulse) for pulse in schedule.of(Pulse)]
        self._refuse_tones()
        self.maps = tuple(event for event in schedule.events if isinstance(event, Act | Check))
        self.segments = tuple(self._segments(schedule))

    def offsets(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The splittings about their mean in rad/µs at times in µs, shape (N, T)."""
        return self._offsets.at(times)

    def scales(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The factors of the medium's rates and of its coherent couplings at times in µs, shape (2, T)."""
        return self._scales.at(times)

    def _tone(self, pulse: Pulse) -> Tone:
        n = self.device.n_qubits
        if pulse.qubit is not None and pulse.qubit >= n:
            fail("qubit", f"be less than the {n} NV qubits of the device", f"is {pulse.qubit}")
        field = self.device.control.field(n)[:, pulse.qubit or 0]
        if pulse.qubit is None and not np.all(field):
            unreached = int(np.flatnonzero(field == 0)[0])
            fail(
                "qubit", f"be an NV where the antenna of NV 0 does not reach NV {unreached}", "is None, for all of them"
            )
        return Tone(pulse, self._offset(pulse), field)

    def _offset(self, pulse: Pulse) -> float:
        """How far the tone of a pulse is from the mean splitting in rad/µs."""
        if pulse.tone_ghz is None:
            at_centre = self.offsets(np.array([pulse.centre]))[:, 0]
            return pulse.detuning + (0.0 if pulse.qubit is None else float(at_centre[pulse.qubit]))
        mean = self.device.frequency_ghz
        if pulse.tone_ghz >= 2 * mean:  # then the terms that rotate against the spins are the slower ones; or in MHz
            must = f"be less than {show(2 * mean)} GHz, twice the mean splitting"
            fail("tone_ghz", must, f"is {show(pulse.tone_ghz)}")
        return 2000 * np.pi * (pulse.tone_ghz - mean)

    def _refuse_tones(self) -> None:
        """Refuses two pulses on one tone at a time, and fields that are too strong together."""
        limit = self.device.control.max_rabi
        sounding: list[Tone] = []
        for tone in self.tones:
            start = tone.pulse.begin
            sounding = [one for one in sounding if one.pulse.end > start + TIME_RESOLUTION]
            for one in sounding:
                if abs(one.offset - tone.offset) <= _TONE * max(1.0, abs(one.offset)) and np.any(
                    one.field * tone.field
                ):
                    refuse_overlap(one.pulse, tone.pulse)
            sounding.append(tone)
            total = sum(one.pulse.peak for one in sounding)
            if total > limit * (1 + 1e-9):
                several = f"of {len(sounding)} pulses together " if len(sounding) > 1 else ""
                what = f"{several}reaches {show(total)} at {show(start)} µs"
                fail("rabi", f"be at most the device's {show(limit)} rad/µs", what)

    def _segments(self, schedule: Schedule) -> Iterator[Segment]:
        waiting = sorted(self.tones, key=lambda tone: -tone.pulse.on[0])
        sounding: list[Tone] = []
        for start, end in pairwise(_cuts(schedule)):
            middle = (start + end) / 2
            while waiting and waiting[-1].pulse.on[0] < middle:
                sounding.append(waiting.pop())
            sounding = [tone for tone in sounding if tone.pulse.on[1] > middle]
            offsets = self._offsets.during(middle)
            if self._shifts is not None:
                offsets = replace(offsets, before=offsets.before + self._shifts, after=offsets.after + self._shifts)
            yield Segment(start, end, offsets, self._scales.during(middle), tuple(sounding))


def _offsets_of(ramp: GradientRamp | None, device: Device) -> NDArray[np.float64]:
    """The splittings in the rotating frame, shape (N,)."""
    equation = device.equation
    if ramp is None:
        return equation.splittings
    detuning = np.asarray(ramp.detuning)
    if device.n_qubits == 2 and detuning.ndim:
        fail("detuning", "be one number, δ, for a pair", f"has shape {detuning.shape}")
    offsets = MasterEquation(equation.medium, detuning, equation.drive, offset=equation.offset).splittings
    largest = float(np.abs(offsets).max())
    if largest > device.control.max_detuning * (1 + 1e-9):
        must = f"be at most the device's {show(device.control.max_detuning)} rad/µs in size"
        fail("detuning", must, f"is {show(largest)} at {show(ramp.begin)} µs")
    return offsets


def _cuts(schedule: Schedule) -> list[float]:
    """The times at which anything begins, ends or is not smooth; those within a femtosecond are one."""
    times = [0.0, schedule.duration]
    for event in schedule.events:
        times += [event.begin, event.end]
        if isinstance(event, Pulse):
            on, off = event.on
            times += [on, off, *(on + knot / 1000 for knot in event.envelope.knots_ns)]
    cuts: list[float] = []
    for time in sorted(times):
        if not cuts or time > cuts[-1] + TIME_RESOLUTION:
            cuts.append(time)
    return cuts
