"""The cycle of an attempt: how often |σᶻ| is checked, how long that takes, and how often it goes wrong."""

from dataclasses import KW_ONLY, dataclass, fields
from typing import TYPE_CHECKING, Self

from nvprotocol._checks import fail, instance, real_number, show, whole_number
from nvprotocol._text_table import aligned

if TYPE_CHECKING:
    from nvprotocol.device import Device

__all__ = ["Cycle"]

PREPARATION = 20.0
"""Time before an attempt in µs, where nothing else is said."""
MOST_CHECKS = 2**13
"""Largest number of checks that is tried where it is left open."""
_MOST_GIVEN = 10**6
_LONGEST = 1e15
"""In µs: beyond is a slip of the unit."""


@dataclass(frozen=True, repr=False)
class Cycle:
    """What one attempt at a Bell pair consists of: preparation, checks of |σᶻ| at equal intervals, final readout.

    A check acts after each period, the last one at the end of the last period. Its readout then takes `check_duration`,
    in which the medium goes on acting and no other check can begin; the pair counts as made once the last check has
    been read and accepted. Without checks a pair counts as made when the time is over.

    Attributes:
        checks: Number of checks in an attempt; None is the one that gives the largest rate.
        period: Time from one check to the next in µs, and from the beginning to the first; None is the one that gives
            the largest rate; 0 is continuous monitoring, the limit of many perfect checks that take no time.
        check_duration: Time in µs that the readout of a check takes, the reset of its ancilla included.
        efficiency: Probability that a check rejects a pair with |σᶻ| ≠ 0, as it should.
        false_alarm: Probability that a check rejects a pair with |σᶻ| = 0; at most the efficiency.
        gate_duration: Time in µs of each of the two gates that write the parity into the ancilla, before its readout.
        gate_error: Average infidelity of each of them.
        preparation: Time in µs before each attempt.
        final_readout: Time in µs after each attempt.
        initialisation_error: Probability that a qubit starts in |↓⟩ instead of |↑⟩.
        flip_duration: Time in µs of the pulse that flips one of the two qubits at the start.
        flip_error: Its average infidelity, the probability that it does not flip.

    Raises:
        ArgumentError: If a time is negative, a probability outside its range, a period shorter than a check takes, or
            monitoring continuous with checks that take time or raise false alarms.

    Examples:
        >>> nv.design.Cycle(check_duration=2.0, efficiency=0.95, false_alarm=0.02)
        checks         as many as give the largest rate
        period         that of the largest rate
        each check     takes 2 µs, rejects 0.95 of what it should and 0.02 of what it should not
        each attempt   20 µs of preparation
    """

    checks: int | None = None
    period: float | None = None
    _: KW_ONLY
    check_duration: float = 0.0
    efficiency: float = 1.0
    false_alarm: float = 0.0
    gate_duration: float = 0.0
    gate_error: float = 0.0
    preparation: float = PREPARATION
    final_readout: float = 0.0
    initialisation_error: float = 0.0
    flip_duration: float = 0.0
    flip_error: float = 0.0

    def __post_init__(self) -> None:
        checked = {name: _checked(name, getattr(self, name)) for name in (one.name for one in fields(self))}
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.false_alarm > self.efficiency:
            fail("false_alarm", f"be at most the efficiency {show(self.efficiency)}", f"is {show(self.false_alarm)}")
        if self.period is not None:
            self._check_period(self.period)

    def _check_period(self, period: float) -> None:
        least = self.shortest_period
        if period and self.checks == 0:
            fail("period", "not be given where there is no check", f"is {show(period)}")
        # A single check follows nothing that it would have to wait for.
        if period and period < (2 * self.gate_duration if self.checks == 1 else least):
            fail("period", f"be at least as long as a check takes, {show(least)} us", f"is {show(period)}")
        if not period and (least or self.false_alarm or self.gate_error):
            must = "be greater than 0 for checks that take time, have gate errors or raise false alarms"
            fail("period", must, "is 0")
        if not period and self.checks is not None:
            fail("checks", "not be given for continuous monitoring, a period of 0", f"is {self.checks}")

    @classmethod
    def of_device(cls, device: "Device", checks: int | None = None, period: float | None = None) -> Self:
        """The cycle of a device: its instruments; medium, detuning and intrinsic times are no part of it.

        A check takes two CX gates, "monitor_measure" and "monitor_reset". An attempt is prepared by "reset" and "x"
        and read out by "measure". On this device the rate is that of `emulate` with the circuit
        `protocols.monitored_bell`, exactly where `gate_slices` is 1.

        Args:
            device: A device of two NV qubits.
            checks: Number of checks; None is the one that gives the largest rate.
            period: Time between checks in µs; None is the one that gives the largest rate.

        Raises:
            ArgumentError: If it is not a device of two NV qubits with a monitor, or the period is shorter than a check
                takes.

        Examples:
            >>> nv.design.Cycle.of_device(nv.Device.builtin("nv_cryogenic"), checks=1)
            checks         1
            period         that of the largest rate
            each check     takes 500.3 µs, rejects 0.954 of what it should and 0.046 of what it should not
            each attempt   0.3 µs of preparation and 500 µs of final readout
        """
        from nvprotocol.device import Device  # which has much more to import

        if instance(device, "device", Device).n_qubits != 2 or not device.monitors:
            has = f"has {device.n_qubits} and {device.monitors}"
            fail("device", "have two NV qubits and a monitor qubit", has)
        monitor = [device.duration_us(name, monitor=True) for name in ("measure", "reset")]
        return cls(
            checks,
            period,
            check_duration=sum(monitor),
            efficiency=device.monitor_efficiency,
            false_alarm=device.monitor_false_alarm,
            gate_duration=device.duration_us("cx"),
            gate_error=device.gate_error("cx"),
            preparation=device.duration_us("reset"),
            final_readout=device.duration_us("measure"),
            initialisation_error=device.initialisation_error,
            flip_duration=device.duration_us("x"),
            flip_error=device.gate_error("x"),
        )

    @property
    def continuous(self) -> bool:
        """Whether monitoring is continuous."""
        return self.period == 0

    @property
    def costs_nothing(self) -> bool:
        """Whether a check takes no time, and many of them reject what a single perfect one would."""
        return not (self.shortest_period or self.false_alarm or self.gate_error) and self.efficiency > 0

    @property
    def shortest_period(self) -> float:
        """Shortest time between two checks in µs."""
        return self.check_duration + 2 * self.gate_duration

    @property
    def overhead(self) -> float:
        """Time of an attempt in µs besides that in which the pair is made."""
        return self.preparation + self.flip_duration + self.final_readout

    def __str__(self) -> str:
        if self.continuous:
            rows = [("monitoring", "continuous")]
        else:
            count = "as many as give the largest rate" if self.checks is None else str(self.checks)
            period = "that of the largest rate" if self.period is None else f"{show(self.period)} µs"
            rows = [("checks", count), ("period", period), ("each check", self._check_text())]
        rows.append(("each attempt", self._attempt_text()))
        return "\n".join(aligned(rows, least=14))

    def _check_text(self) -> str:
        takes = f"takes {show(self.shortest_period)} µs" if self.shortest_period else "takes no time"
        wrong = f"rejects {show(self.efficiency)} of what it should and {show(self.false_alarm)} of what it should not"
        gates = f", gate infidelity {show(self.gate_error)}" if self.gate_error else ""
        return f"{takes}, {wrong}{gates}"

    def _attempt_text(self) -> str:
        before = f"{show(self.preparation + self.flip_duration)} µs of preparation"
        after = f" and {show(self.final_readout)} µs of final readout" if self.final_readout else ""
        errors = {"initialisation error": self.initialisation_error, "flip error": self.flip_error}
        return before + after + "".join(f", {name} {show(value)}" for name, value in errors.items() if value)

    __repr__ = __str__


_PROBABILITIES = {"efficiency": 1.0, "false_alarm": 1.0, "gate_error": 0.75, "initialisation_error": 0.5}
_PROBABILITIES["flip_error"] = 0.5


def _checked(name: str, value: object) -> float | int | None:
    if name == "checks":
        return None if value is None else whole_number(value, name, minimum=0, maximum=_MOST_GIVEN)
    if name == "period" and value is None:
        return None
    return real_number(value, name, minimum=0.0, maximum=_PROBABILITIES.get(name, _LONGEST))


def without_checks(cycle: Cycle) -> Cycle:
    """The same preparation and final readout under continuous perfect monitoring."""
    kept = ("preparation", "final_readout", "initialisation_error", "flip_duration", "flip_error")
    return Cycle(period=0.0, **{name: getattr(cycle, name) for name in kept})
