"""What happens in a schedule: pulses, waits, ramps of field and magnet, checks and other maps that take no time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import numpy as np

from nvprotocol._checks import fail, numeric_array, one_of, real_number, show, whole_number
from nvprotocol.channels import Channel
from nvprotocol.pulses.envelopes import Envelope, checked_envelope

__all__ = ["Act", "Check", "Event", "GradientRamp", "MediumRamp", "Pulse", "RampShape", "Wait"]

RampShape: TypeAlias = Literal["linear", "cosine"]
_SHAPES: tuple[RampShape, ...] = ("linear", "cosine")


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
        """The middle of the pulse in µs, at which its phase is given."""
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


@dataclass(frozen=True)
class _Ramp(Event):
    """A change from the value that there is to another, linear or along half a period of a cosine."""

    def _check_ramp(self, duration: object, shape: object) -> None:
        super().__post_init__()
        object.__setattr__(self, "duration", real_number(duration, "duration", minimum=0.0))
        one_of(shape, "shape", _SHAPES)


@dataclass(frozen=True)
class GradientRamp(_Ramp):
    """The field gradient takes the detuning to another value, at once or in some time.

    Attributes:
        detuning: The detuning from then on in rad/µs (before the first ramp it is the device's), in the form that
            `MasterEquation` takes: δ of a pair, or N splittings.
        duration: Time of the ramp in µs; 0 is a switch.
        shape: "linear", or "cosine" for half a period of a cosine.

    Raises:
        ArgumentError: If the detuning is no number or row of numbers, or the duration is negative.

    Examples:
        >>> ramp = nv.pulses.GradientRamp(0.0, duration=3.0, shape="cosine")
        >>> schedule = nv.pulses.Schedule([nv.pulses.GradientRamp(5.0), ramp])
        >>> print(schedule)  # doctest: +ELLIPSIS
        Schedule of 2 events, 3 µs
        ...
    """

    detuning: float | tuple[float, ...]
    duration: float = 0.0
    shape: RampShape = "linear"

    def __post_init__(self) -> None:
        self._check_ramp(self.duration, self.shape)
        given = numeric_array(self.detuning, "detuning", real=True)
        if given.ndim > 1:
            fail("detuning", "be a number or one for each qubit", f"has shape {given.shape}")
        object.__setattr__(self, "detuning", tuple(given.tolist()) if given.ndim else float(given))

    @property
    def length(self) -> float:
        """The duration in µs."""
        return self.duration


@dataclass(frozen=True)
class MediumRamp(_Ramp):
    """The magnet is tuned: its rates, and its coherent couplings, become so many times those of the device's medium.

    Intrinsic relaxation and dephasing of the NV qubits stay as they are.

    Attributes:
        scale: Factor of relaxation, excitation and dephasing from then on: Γ(t) = scale · Γ.
        duration: Time of the ramp in µs; 0 is a switch.
        shape: "linear", or "cosine" for half a period of a cosine.
        coherent: Factor of J, Jz and the Dzyaloshinskii–Moriya coupling; the same unless given.

    Raises:
        ArgumentError: If the factor of the rates or the duration is negative.

    Examples:
        >>> off = nv.pulses.MediumRamp(0.0)
        >>> off.scale, off.coherent
        (0.0, 0.0)
    """

    scale: float
    duration: float = 0.0
    shape: RampShape = "linear"
    coherent: float | None = None

    def __post_init__(self) -> None:
        self._check_ramp(self.duration, self.shape)
        object.__setattr__(self, "scale", real_number(self.scale, "scale", minimum=0.0))
        coherent = self.scale if self.coherent is None else real_number(self.coherent, "coherent")
        object.__setattr__(self, "coherent", coherent)

    @property
    def length(self) -> float:
        """The duration in µs."""
        return self.duration


@dataclass(frozen=True)
class Check(Event):
    """An instantaneous parity check of |σᶻ|, with the errors of the device's monitor.

    Attributes:
        keep: The reading that is kept: 1 for |σᶻ| = 0, 0 for the rest, None for both.

    Raises:
        ArgumentError: If there is no such reading.

    Examples:
        >>> nv.pulses.Check(start=1.0).keep
        1
    """

    keep: Literal[0, 1] | None = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.keep is not None and (
            isinstance(self.keep, bool) or not isinstance(self.keep, int | np.integer) or self.keep not in (0, 1)
        ):
            fail("keep", "be 0, 1 or None", f"is {show(self.keep)}")


@dataclass(frozen=True, eq=False)
class Act(Event):
    """Any other instantaneous map: a preparation, a projection, an error, a gate that takes no time.

    Attributes:
        channel: The map of all NV qubits; one that lowers the trace keeps only the runs that it leaves.
        name: What it is called in tables and drawings.

    Raises:
        ArgumentError: If the channel is none, or the name is empty.

    Examples:
        >>> reset = nv.channels.preparation(0.0).on([0], n_qubits=2)
        >>> print(nv.pulses.Schedule([nv.pulses.Act(reset, "reset NV 0")]))  # doctest: +ELLIPSIS
        Schedule of 1 event, 0 µs
        ...
    """

    channel: Channel
    name: str = "map"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.channel, Channel):
            fail("channel", "be a Channel", f"is of type {type(self.channel).__name__}")
        if not isinstance(self.name, str) or not self.name:
            fail("name", "be a text that is not empty", f"is {show(self.name)}")


Kind = TypeVar("Kind", bound=Event)


def of_kind(events: Iterable[Event], kind: type[Kind]) -> tuple[Kind, ...]:
    """The events of one kind."""
    if not isinstance(kind, type):
        fail("kind", "be a class of events", f"is {show(kind)}")
    return tuple(event for event in events if isinstance(event, kind))  # pyright: ignore[reportReturnType]


def merged(spans: Iterable[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    """Stretches of time in order, those closer than a gap as one."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1] + gap:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
