"""Protocols that only pulses can show: what takes place while field, magnet and drive change."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from nvprotocol._checks import fail, instance, real_number, show, whole_number
from nvprotocol.pulses.calibration import rotation
from nvprotocol.pulses.envelopes import Envelope
from nvprotocol.pulses.events import Check, Event, GradientRamp, MediumRamp, Pulse, RampShape, merged
from nvprotocol.pulses.schedules import TIME_RESOLUTION, Schedule

__all__ = ["detuning_sweep", "echo_train", "magnet_off_during_pulses", "selective_flip"]

_MOST = 100_000
"""Pulses or checks of a train, as many as a protocol has steps."""


def selective_flip(envelope: Envelope, gradient: float, qubit: int = 1, *, rest: float = 0.0) -> Schedule:
    """Flips one spin of a pair with an antenna that both see: gradient on, π pulse at its resonance, gradient off.

    With a gradient δ the other spin is 2δ away. A square pulse of Rabi rate Ω flips it with the probability
    Ω²/(Ω² + 4δ²) sin²(√(Ω² + 4δ²) T/2) (Rabi's formula), and so not at all where the root is a whole number of turns:
    δ = √(m² − 1/4) π/T for a π pulse of duration T.

    Args:
        envelope: Envelope of the pulse, which has the duration.
        gradient: δ in rad/µs while the gradient is on.
        qubit: The spin that is flipped: 1 makes |↑↓⟩ of |↑↑⟩, 0 makes |↓↑⟩.
        rest: δ in rad/µs after it.

    Raises:
        ArgumentError: If an argument is out of its range.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.1, A=0.1)))
        >>> flip = nv.pulses.selective_flip(nv.pulses.Square(50.0), gradient=np.sqrt(4 - 1 / 4) * np.pi / 0.05)
        >>> round(nv.operators.fidelity(nv.pulses.evolve(flip, device).states[-1], "ud"), 3)  # the magnet acts as well
        0.996
    """
    if whole_number(qubit, "qubit", minimum=0) > 1:
        fail("qubit", "be 0 or 1", f"is {qubit}")
    flip = rotation(envelope, qubit=qubit)
    return Schedule([GradientRamp(gradient), flip, GradientRamp(rest)])


def detuning_sweep(
    start: float, stop: float, duration: float, *, shape: RampShape = "linear", hold: float = 0.0
) -> Schedule:
    """Takes the detuning of a pair from one value to another, and keeps it there for a while.

    Under `no_jump` (Eq. 12) this crosses the exceptional point δ = Γ if the values lie on either side of it. Above it
    both modes decay at the same rate, below it one of them, a Bell state at δ = 0, outlives the other. At the point
    itself the modes and their energies are the same, so that no sweep is slow enough to follow one of them through it:
    what comes out in the end is the mode that lives longest, whichever one began with. From |↑↓⟩, half of which is that
    mode, a sudden step leaves it with probability 1/2; what is lost in the time of a sweep only lowers it.

    Args:
        start: δ in rad/µs at the beginning.
        stop: δ in rad/µs at the end.
        duration: Time of the sweep in µs; 0 is a sudden step.
        shape: "linear", or "cosine" for half a period of a cosine.
        hold: Time at the end value in µs.

    Raises:
        ArgumentError: If a time is negative.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
        >>> for duration in (0.0, 1.0):  # at once, or slowly
        ...     sweep = nv.pulses.detuning_sweep(5.0, 0.0, duration, hold=2.0)
        ...     kept = nv.pulses.evolve(sweep, device, "ud", no_jump=True)
        ...     print(f"{nv.concurrence(kept.states)[-1]:.3f} {kept.probability[-1]:.3f}")
        0.999 0.500
        1.000 0.119
    """
    hold = real_number(hold, "hold", minimum=0.0)
    ramp = GradientRamp(stop, duration=duration, shape=shape)
    return Schedule([GradientRamp(start), ramp], ramp.length + hold)


def echo_train(
    duration: float, pulses: int, envelope: Envelope, *, checks: int = 0, keep: Literal[0, 1] | None = 1
) -> Schedule:
    """π pulses on both spins at once, in the middle of as many equal periods, and checks at the ends of others.

    A collective π pulse turns δ into −δ and leaves the singlet as it is, so that runs that every check accepts end in a
    Bell state however large δ is. Without checks the train does harm: it exchanges relaxation and excitation, so that
    fast pulses mix the three triplet states as infinite temperature would, and nothing entangled is left.

    Args:
        duration: Time of the whole in µs.
        pulses: Number of pulses, at least 1.
        envelope: Envelope of each pulse, which must be shorter than a period.
        checks: Number of checks of |σᶻ| at equal distances, the last of them at the end.
        keep: The reading that is kept, None for both.

    Raises:
        ArgumentError: If the pulses do not fit, or a check falls into one.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), detuning=5.0))
        >>> flips = nv.pulses.Square(10.0)
        >>> for checks in (120, 0):
        ...     train = nv.pulses.echo_train(6.0, 120, flips, checks=checks)
        ...     kept = nv.pulses.evolve(train, device, "ud")
        ...     print(f"{nv.concurrence(kept.states)[-1]:.2f} {kept.probability[-1]:.2f}")
        1.00 0.40
        0.00 1.00
    """
    duration = real_number(duration, "duration", above=0.0)
    number = whole_number(pulses, "pulses", minimum=1, maximum=_MOST)
    count = whole_number(checks, "checks", minimum=0, maximum=_MOST)
    flip = rotation(envelope)
    if flip.length > duration / number * (1 + 1e-12):
        must = f"be at least {show(number * flip.length)} µs for {number} pulses of {show(envelope.duration_ns)} ns"
        fail("duration", must, f"is {show(duration)}")
    middles = [duration * float(Fraction(2 * k + 1, 2 * number)) for k in range(number)]
    train = [replace(flip, start=max(middle - flip.length / 2, 0.0)) for middle in middles]
    seen = [Check(keep, start=duration * float(Fraction(k, count))) for k in range(1, count + 1)]
    _refuse_within(seen, train)
    return Schedule([*train, *seen], duration)


def magnet_off_during_pulses(schedule: Schedule, rise: float = 0.0) -> Schedule:
    """The same schedule with the magnet tuned away, Γ(t) = 0, while pulses sound, and back after them.

    Args:
        schedule: A schedule that does not tune the magnet itself.
        rise: Time in µs in which the magnet goes off before each pulse, and on after it (half a period of a cosine);
            where there is no room for it between two pulses, the magnet stays off.

    Raises:
        ArgumentError: If the schedule tunes the magnet, or there is no room for the rise before the first pulse.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)), gate_ns={"x": 50})
        >>> flip = nv.pulses.schedule(nv.protocols.dissipative_entanglement(0.0), device)
        >>> both = flip, nv.pulses.magnet_off_during_pulses(flip)
        >>> states = [nv.pulses.evolve(one, device).states[-1] for one in both]
        >>> [round(nv.operators.fidelity(state, "ud"), 4) for state in states]
        [0.958, 1.0]
    """
    rise = real_number(rise, "rise", minimum=0.0)
    if instance(schedule, "schedule", Schedule).of(MediumRamp):
        fail("schedule", "not tune the magnet itself", "has a MediumRamp")
    found: list[Event] = []
    for start, end in merged([pulse.on for pulse in schedule.of(Pulse)], 2 * rise + TIME_RESOLUTION):
        if start < rise - TIME_RESOLUTION:
            fail("rise", f"be at most the {show(start)} µs before the first pulse", f"is {show(rise)}")
        found.append(MediumRamp(0.0, duration=rise, shape="cosine", start=max(start - rise, 0.0)))
        found.append(MediumRamp(1.0, duration=rise, shape="cosine", start=end))
    return Schedule([*found, *schedule.events], max(schedule.duration, max((one.end for one in found), default=0.0)))


def _refuse_within(checks: Iterable[Check], pulses: Iterable[Pulse]) -> None:
    spans = [pulse.on for pulse in pulses]
    for check in checks:
        for start, end in spans:
            if start + TIME_RESOLUTION < check.begin < end - TIME_RESOLUTION:
                must = f"not fall into a pulse, such as that from {show(start)} to {show(end)} µs"
                fail("checks", must, f"one is at {show(check.begin)} µs")
