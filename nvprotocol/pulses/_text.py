"""A schedule as a table for people."""

from collections.abc import Sequence
from functools import singledispatch

from nvprotocol._checks import show
from nvprotocol._text_table import aligned
from nvprotocol.pulses.envelopes import Drag, Gaussian, RaisedCosine, Samples, Square
from nvprotocol.pulses.events import Act, Check, GradientRamp, MediumRamp
from nvprotocol.pulses.pulse import Event, Pulse, Wait

_MOST_ROWS = 60


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
