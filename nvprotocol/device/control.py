"""How the spins are driven: what antenna and coils can do."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, numeric_array, one_of, real_number, show, whole_number
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol._typing import ArrayLike

__all__ = ["Control", "EnvelopeName"]

EnvelopeName: TypeAlias = Literal["raised_cosine", "square", "gaussian", "drag"]
_ENVELOPES: tuple[EnvelopeName, ...] = ("raised_cosine", "square", "gaussian", "drag")


_MOST_QUBITS = 10_000
"""More than any device has."""


@dataclass(frozen=True, eq=False, kw_only=True)
@holds_read_only
class Control:
    """What the antenna and the gradient of the field can do; without limits, on one antenna, unless said otherwise.

    Attributes:
        max_rabi: Largest Rabi rate in rad/µs, of all tones together, at the NV qubit that is addressed.
        max_detuning: Largest size of the detuning in rad/µs that the gradient reaches: |δ| of a pair, |Δ_i − mean| of
            more qubits.
        crosstalk: Field at NV qubit i of a tone that addresses NV qubit j, relative to the field at j, shape (N, N)
            with 1 on its diagonal; complex where the phases differ. None is one antenna as near to one qubit as to
            every other, all ones. The identity is an antenna for each.
        envelope: Envelope of the pulses that gates become: "raised_cosine", "square", "gaussian", or "drag", a Gaussian
            that spares the other NV qubit of a pair.
        gradient: Detuning δ in rad/µs to which the gradient takes a pair while one of its qubits is addressed; None is
            4π/T above the device's own for a pulse of duration T, the shortest of those that overlap (up to three times
            as much where that misses the gates), or `max_detuning` if that is less. What is played is
            the nearest value below at which the phases of the two qubits come back by the end of the pulse.

    Raises:
        ArgumentError: If a limit is not positive, there is no such envelope, or the crosstalk is no square matrix with
            ones on its diagonal.

    Examples:
        >>> control = nv.device.Control(max_rabi=200.0, crosstalk=[[1, 0.5], [2, 1]])  # NV 0 is half as near
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()), control=control)
        >>> device.control.max_rabi, device.control.field(2)[0].real.tolist()
        (200.0, [1.0, 0.5])
    """

    max_rabi: float = np.inf
    max_detuning: float = np.inf
    crosstalk: ArrayLike | None = field(default=None)
    envelope: EnvelopeName = "raised_cosine"
    gradient: float | None = None

    def __post_init__(self) -> None:
        for name in ("max_rabi", "max_detuning"):
            object.__setattr__(self, name, _limit(getattr(self, name), name))
        one_of(self.envelope, "envelope", _ENVELOPES)
        if self.gradient is not None:
            object.__setattr__(self, "gradient", real_number(self.gradient, "gradient", above=0.0))
            if self.gradient > self.max_detuning:
                must = f"be at most max_detuning = {show(self.max_detuning)}"
                fail("gradient", must, f"is {show(self.gradient)}")
        if self.crosstalk is not None:
            object.__setattr__(self, "crosstalk", _crosstalk(self.crosstalk))
        protect(self)

    def field(self, n_qubits: int) -> NDArray[np.complex128]:
        """The crosstalk as a matrix, shape (N, N), read-only.

        Raises:
            ArgumentError: If it is that of another number of qubits.
        """
        n_qubits = whole_number(n_qubits, "n_qubits", minimum=1, maximum=_MOST_QUBITS)
        if self.crosstalk is None:
            return np.broadcast_to(np.ones((), dtype=complex), (n_qubits, n_qubits))
        matrix = np.asarray(self.crosstalk)
        if len(matrix) != n_qubits:
            fail("crosstalk", f"have shape ({n_qubits}, {n_qubits})", f"has shape {matrix.shape}")
        return matrix


def checked_control(control: object, n_qubits: int) -> Control:
    """A control that fits so many qubits."""
    if not isinstance(control, Control):
        fail("control", "be a Control", f"is of type {type(control).__name__}")
    control.field(n_qubits)
    return control


def _limit(value: Any, name: str) -> float:
    return real_number(value, name, above=0.0, infinite=True)


def _crosstalk(value: ArrayLike) -> NDArray[np.complex128]:
    matrix = numeric_array(value, "crosstalk").astype(complex)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        fail("crosstalk", "have shape (N, N)", f"has shape {matrix.shape}")
    own = matrix.diagonal()
    if np.any(own != 1):
        fail("crosstalk", "have ones on its diagonal", f"has {show(own[own != 1][0])} there")
    return matrix
