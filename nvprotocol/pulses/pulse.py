"""Pulses and the time between them."""

from dataclasses import dataclass

from nvprotocol._checks import fail, real_number, show, whole_number
from nvprotocol.pulses._envelope import Envelope, checked_envelope

__all__ = ["Event", "Pulse", "Wait"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens, at a time of its own or as soon as what stands before it is over.

    Attributes:
        start: Time of its beginning in µs; None is the end of the event before it in the schedule.

    Examples:
        >>> wait = nv.pulses.Wait(2.0)
        >>> wait.start is None, nv.pulses.Schedule([wait, wait]).events[1].start
        (True, 2.0)
    """

    start: float | None = None

    @property
    def length(self) -> float:
        """How long it occupies the schedule in µs."""
        return 0.0

    @property
    def begin(self) -> float:
        """The start in µs, 0 where it is not settled yet."""
        return 0.0 if self.start is None else self.start

    @property
    def end(self) -> float:
        """The end in µs."""
        return self.begin + self.length

    def __post_init__(self) -> None:
        if self.start is not None:
            object.__setattr__(self, "start", real_number(self.start, "start", minimum=0.0))


@dataclass(frozen=True)
class Pulse(Event):
    """A microwave pulse of one tone, which every NV qubit sees.

    In the frame that rotates at the mean splitting its drive of the NV that it addresses is Ω s(t) e^(iφ) e^(−iDt'),
    H = ½ (E |↓⟩⟨↑| + E* |↑⟩⟨↓|) with E that drive, s the envelope, D the offset of the tone from the mean and t' the
    time since the middle of the pulse. A resonant pulse therefore turns its NV as a gate in its middle would that turns
    about the axis cos φ x + sin φ y.

    Attributes:
        envelope: Envelope s(t), which has the duration.
        rabi: Rabi rate Ω at the NV that is addressed in rad/µs, where s = 1. `rotation` finds it for an angle.
        qubit: The NV that is addressed; None addresses all at their mean splitting, with Ω the rate at NV 0, whose
            antenna has to reach all of them.
        phase: φ in rad, in the frame that rotates at the mean splitting.
        detuning: Offset of the tone in rad/µs from the splitting that the NV has in the middle of the pulse (or from
            the mean); the tone stays as it is where a ramp goes on meanwhile.
        tone_ghz: The tone itself in GHz instead, in cycles.
        slot_ns: Time in ns that is set aside for the pulse, which then stands in the middle of it; its duration, unless
            given.

    Raises:
        ArgumentError: If a number is out of range, the pulse is longer than its slot, or both `detuning` and `tone_ghz`
            are given.

    Examples:
        >>> pulse = nv.pulses.Pulse(nv.pulses.Square(50.0), rabi=62.8, qubit=0, start=1.0, slot_ns=60.0)
        >>> round(pulse.centre, 6), round(pulse.end, 6)
        (1.03, 1.06)
    """

    envelope: Envelope
    rabi: float
    qubit: int | None = None
    phase: float = 0.0
    detuning: float = 0.0
    tone_ghz: float | None = None
    slot_ns: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        checked_envelope(self.envelope)
        values: dict[str, object] = {"rabi": real_number(self.rabi, "rabi", minimum=0.0)}
        values |= {name: real_number(getattr(self, name), name) for name in ("phase", "detuning")}
        if self.qubit is not None:
            values["qubit"] = whole_number(self.qubit, "qubit", minimum=0)
        if self.tone_ghz is not None:
            values["tone_ghz"] = real_number(self.tone_ghz, "tone_ghz", above=0.0)
            if self.detuning:
                fail("tone_ghz", "not be given together with `detuning`", f"is {show(self.tone_ghz)}")
        duration = self.envelope.duration_ns
        if self.slot_ns is not None:
            slot = values["slot_ns"] = real_number(self.slot_ns, "slot_ns", above=0.0)
            if duration > slot * (1 + 1e-12):
                fail("slot_ns", f"be at least the {show(duration)} ns of the pulse", f"is {show(slot)}")
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def length(self) -> float:
        """Its slot in µs."""
        return (self.envelope.duration_ns if self.slot_ns is None else self.slot_ns) / 1000

    @property
    def centre(self) -> float:
        """The middle of the pulse in µs, where its phase is told."""
        return self.begin + self.length / 2

    @property
    def on(self) -> tuple[float, float]:
        """When the field goes on and off in µs."""
        half = self.envelope.duration_ns / 2000
        return self.centre - half, self.centre + half

    @property
    def peak(self) -> float:
        """The largest Rabi rate in rad/µs at the NV that is addressed."""
        return self.rabi * self.envelope.peak


@dataclass(frozen=True)
class Wait(Event):
    """Time in which nothing is done, and the medium acts.

    Attributes:
        duration: Time in µs.

    Raises:
        ArgumentError: If it is negative.

    Examples:
        >>> nv.pulses.Wait(1.5, start=0.5).end
        2.0
    """

    duration: float

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "duration", real_number(self.duration, "duration", minimum=0.0))

    @property
    def length(self) -> float:
        """The duration in µs."""
        return self.duration
