"""The device: what the laboratory has."""

from dataclasses import dataclass

from nvprotocol._checks import fail, real_number
from nvprotocol.master_equation import MasterEquation

__all__ = ["Device"]


@dataclass(frozen=True, eq=False, repr=False)
class Device:
    """NV qubits on a medium, with ideal instruments: gates, checks and readout are perfect and take no time.

    Attributes:
        equation: Medium and detuning, without batch axes.
        dt_ns: Clock of the control electronics in ns, the unit of a `delay` given in "dt".

    Raises:
        ArgumentError: If the equation is not a `MasterEquation` of a single medium, or the clock is not positive.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)))
        >>> device.n_qubits
        2
    """

    equation: MasterEquation
    dt_ns: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.equation, MasterEquation):
            fail("equation", "be a MasterEquation", f"is of type {type(self.equation).__name__}")
        if self.equation.batch_shape:
            fail("equation", "describe one device, without batch axes", f"has batch {self.equation.batch_shape}")
        object.__setattr__(self, "dt_ns", real_number(self.dt_ns, "dt_ns", above=0.0))

    @property
    def n_qubits(self) -> int:
        """Number of NV qubits."""
        return self.equation.n_qubits

    def __str__(self) -> str:
        return f"Device with clock {self.dt_ns:g} ns and ideal instruments\n{self.equation}"

    __repr__ = __str__
