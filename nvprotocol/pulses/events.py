"""What else can happen in a schedule: ramps of field and magnet, instantaneous checks and other maps."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from nvprotocol._checks import fail, numeric_array, one_of, real_number, show
from nvprotocol.channels import Channel
from nvprotocol.pulses.pulse import Event

__all__ = ["Act", "Check", "GradientRamp", "MediumRamp", "RampShape"]

RampShape: TypeAlias = Literal["linear", "cosine"]
_SHAPES: tuple[RampShape, ...] = ("linear", "cosine")


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
        if self.keep is not None and (isinstance(self.keep, bool) or self.keep not in (0, 1)):
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
