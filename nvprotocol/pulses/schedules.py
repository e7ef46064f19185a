"""A schedule: pulses, waits, ramps and checks, each at its time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from itertools import pairwise
from typing import TYPE_CHECKING

from nvprotocol._checks import fail, instance, real_number, show
from nvprotocol._text_table import aligned
from nvprotocol.pulses.drawing import draw
from nvprotocol.pulses.envelopes import Drag, Gaussian, RaisedCosine, Samples, Square
from nvprotocol.pulses.events import Act, Check, Event, GradientRamp, Kind, MediumRamp, Pulse, Wait, of_kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TIME_RESOLUTION", "Schedule"]

TIME_RESOLUTION = 1e-9
"""Times in µs that differ by less, a femtosecond, are the same."""

_MOST_ROWS = 60


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Schedule:
    """Events in order of time; simultaneous ones happen in the order in which they are given.

    Attributes:
        events: The events, each with its start settled: its own, or the end of the one that was given before it.
        duration: Time from beginning to end in µs; the end of the last event, unless a later one is given.

    Raises:
        ArgumentError: If something is no event, pulses on one tone or ramps of one thing overlap, or the duration is
            shorter than what it has to hold.

    Examples:
        >>> pulse = nv.pulses.Pulse(nv.pulses.RaisedCosine(50.0), rabi=125.66, qubit=1)
        >>> print(nv.pulses.Schedule([nv.pulses.GradientRamp(100.0), pulse, nv.pulses.GradientRamp(0.0)]))
        Schedule of 3 events, 0.05 µs
            start      end
             0 µs             gradient to δ = 100 rad/µs
             0 µs  0.05 µs    pulse on NV 1: raised cosine, 50 ns, Ω = 125.66 rad/µs, phase 0
          0.05 µs             gradient to δ = 0 rad/µs
    """

    events: tuple[Event, ...]
    duration: float

    def __init__(self, events: Iterable[Event], duration: float | None = None) -> None:
        settled = _settled(events)
        end = max((event.end for event in settled), default=0.0)
        if duration is not None:
            duration = real_number(duration, "duration", minimum=0.0)
            if duration < end - TIME_RESOLUTION:
                fail("duration", f"be at least {show(end)} µs, where the last event ends", f"is {show(duration)}")
        in_order = tuple(sorted(settled, key=lambda event: event.begin))
        object.__setattr__(self, "events", in_order)
        object.__setattr__(self, "duration", end if duration is None else max(duration, end))
        _refuse_overlap(self.of(Pulse))
        for kind in (GradientRamp, MediumRamp):
            _refuse_overlapping_ramps(self.of(kind))

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """The events of one kind.

        Examples:
            >>> schedule = nv.pulses.Schedule([nv.pulses.Wait(1.0), nv.pulses.Check()])
            >>> [check.start for check in schedule.of(nv.pulses.Check)]
            [1.0]
        """
        return of_kind(self.events, kind)

    def then(self, other: "Schedule") -> "Schedule":
        """This schedule and another after it.

        Examples:
            >>> once = nv.pulses.Schedule([nv.pulses.Wait(1.0), nv.pulses.Check()])
            >>> [check.start for check in once.then(once).of(nv.pulses.Check)]
            [1.0, 2.0]
        """
        if not isinstance(other, Schedule):
            fail("other", "be a Schedule", f"is of type {type(other).__name__}")
        moved = (replace(event, start=event.begin + self.duration) for event in other.events)
        return Schedule([*self.events, *moved], self.duration + other.duration)

    def draw(self, ax: "Axes | None" = None) -> "Axes":
        """Draws the pulses by the spin that they are for, field gradient, tuning of the magnet, checks and other maps.

        A pulse is as high as its Rabi rate and filled in the colour of its phase. Where pulses are much shorter than
        the waits between them, the axis of time is stretched under them, on grey ground, and says how much.

        Args:
            ax: Where to draw; a figure of its own, a column wide, unless given.

        Returns:
            The axes, whose times are in µs.

        Examples:
            >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()), gate_ns={"x": 50})
            >>> ax = nv.pulses.schedule(nv.protocols.final_check(duration=1.0), device).draw()
            >>> [label.get_text() for label in ax.get_yticklabels()]
            ['NV 1', 'δ', 'checks']
        """
        if ax is not None:
            from matplotlib.axes import Axes

            instance(ax, "ax", Axes, article="Matplotlib's")
        return draw(self.events, self.duration, ax)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def __str__(self) -> str:
        return schedule_text(self.events, self.duration)

    __repr__ = __str__


def _settled(events: Iterable[Event]) -> list[Event]:
    """The events with their starts."""
    if not isinstance(events, Iterable):
        fail("events", "be a sequence of events", f"is of type {type(events).__name__}")
    settled: list[Event] = []
    now = 0.0
    for event in events:
        if not isinstance(event, Event):
            fail("events", "be pulses, waits, ramps, checks and the like", f"has one of type {type(event).__name__}")
        settled.append(event if event.start is not None else replace(event, start=now))
        now = settled[-1].end
    return settled


def _refuse_overlap(pulses: tuple[Pulse, ...]) -> None:
    """Refuses two pulses at a time on the tone of one NV, or on tones that are given as the same."""
    last: dict[object, Pulse] = {}
    for pulse in pulses:
        tone = (pulse.qubit, pulse.detuning) if pulse.tone_ghz is None else pulse.tone_ghz
        refuse_overlap(last.get(tone), pulse)
        last[tone] = pulse


def refuse_overlap(first: Pulse | None, second: Pulse) -> None:
    """Refuses a pulse that begins before the one before it on the same tone is over."""
    if first is not None and second.begin < first.end - TIME_RESOLUTION:
        must = f"not overlap on one tone: the one at {show(first.begin)} µs lasts until {show(first.end)} µs"
        fail("events", f"be pulses that do {must}", f"the next begins at {show(second.begin)} µs")


def _refuse_overlapping_ramps(ramps: tuple[Event, ...]) -> None:
    for first, second in pairwise(ramps):
        if second.begin < first.end - TIME_RESOLUTION:
            kind = "gradient" if isinstance(first, GradientRamp) else "medium"
            must = f"have ramps of the {kind} one after another: one lasts until {show(first.end)} µs"
            fail("events", must, f"the next begins at {show(second.begin)} µs")


def schedule_text(events: Sequence[Event], duration: float) -> str:
    """A line for each event, with its times; of a long schedule the beginning and the end."""
    count = f"{len(events)} event{'' if len(events) == 1 else 's'}"
    title = f"Schedule of {count}, {show(duration)} µs"
    if not events:
        return title
    rows = [
        (f"{show(event.begin)} µs", f"{show(event.end)} µs" if event.length else "", f"  {text(event)}")
        for event in events
    ]
    head, *table = aligned([("start", "end", ""), *rows], gap=2, indent="  ", right=True)
    if len(table) > _MOST_ROWS:
        half = _MOST_ROWS // 2
        table = [*table[:half], f"  … {len(table) - 2 * half} more …", *table[-half:]]
    return "\n".join([title, head, *table])


@singledispatch
def text(event: Event) -> str:
    """What an event does, in a few words."""
    return type(event).__name__


@text.register
def _(event: Pulse) -> str:
    whom = "all" if event.qubit is None else f"NV {event.qubit}"
    tone = f" at {event.tone_ghz:.9g} GHz" if event.tone_ghz is not None else ""
    shift = f" at {event.detuning:+.6g} rad/µs" if event.detuning else ""
    shape = f"{envelope_name(event.envelope)}, {show(event.envelope.duration_ns)} ns"
    return f"pulse on {whom}{tone}{shift}: {shape}, Ω = {show(event.rabi)} rad/µs, phase {event.phase:.6g}"


@text.register
def _(_event: Wait) -> str:
    return "wait"


@text.register
def _(event: GradientRamp) -> str:
    if isinstance(event.detuning, tuple):
        value = "splittings " + ", ".join(map(show, event.detuning))
    else:
        value = f"δ = {show(event.detuning)}"
    return f"gradient to {value} rad/µs{_how(event.duration, event.shape)}"


@text.register
def _(event: MediumRamp) -> str:
    coherent = "" if event.coherent == event.scale else f", couplings times {show(event.coherent)}"
    return f"medium times {show(event.scale)}{coherent}{_how(event.duration, event.shape)}"


@text.register
def _(event: Check) -> str:
    return "check of |σz|" + (", not kept" if event.keep is None else f", {event.keep} kept")


@text.register
def _(event: Act) -> str:
    return event.name


def _how(duration: float, shape: str) -> str:
    return f", {shape}" if duration else ""


_NAMES: dict[type, str] = {Drag: "DRAG", Gaussian: "Gaussian", RaisedCosine: "raised cosine", Square: "square"}


def envelope_name(envelope: object) -> str:
    """What an envelope is called."""
    if isinstance(envelope, Samples):
        return f"{len(envelope.values)} samples"
    return _NAMES.get(type(envelope), type(envelope).__name__)
