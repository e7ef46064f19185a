"""A drive that is on for a while: what a circuit says of it."""

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Instruction

from nvprotocol._checks import bounded_array, fail, real_number, whole_number
from nvprotocol._typing import ArrayLike

__all__ = ["DrivenDelay"]

_MOST_QUBITS = 1000


class DrivenDelay(Instruction):
    """A delay of NV qubits during which a drive is on, Σ (Re Ω σˣ + Im Ω σʸ)/2 in the rotating frame.

    The medium goes on acting on all NV qubits meanwhile. The engines "exact" and "aer" follow the master equation with
    that drive; for pulses it becomes a square pulse of the Rabi rate |Ω| at the frequency of the frame.

    Args:
        duration: Time in µs.
        drive: Ω in rad/µs, one complex number for all its qubits, or one for each.
        n_qubits: Number of qubits that it stands on.

    Raises:
        ArgumentError: If the duration is negative, or the drive is no number and not one for each qubit.

    Examples:
        >>> from qiskit import QuantumCircuit
        >>> circuit = QuantumCircuit(2)
        >>> _ = circuit.append(nv.protocols.DrivenDelay(0.5, [1.0, 0.5j]), [0, 1])
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
        >>> state = nv.emulate(circuit, nv.Device(equation), shots=None, engine="exact").state
        >>> driven = nv.MasterEquation(equation.medium, drive=[1.0, 0.5j])
        >>> bool(np.allclose(state, driven.evolve("uu", [0.5])[0]))
        True
    """

    def __init__(self, duration: float, drive: ArrayLike, n_qubits: int = 2) -> None:
        time = real_number(duration, "duration", minimum=0.0)
        size = whole_number(n_qubits, "n_qubits", minimum=1, maximum=_MOST_QUBITS)
        given = bounded_array(drive, "drive").astype(complex)
        if given.shape not in ((), (size,)):
            fail("drive", f"be a number or {size} numbers, one for each qubit", f"has shape {given.shape}")
        of_each: NDArray[np.complex128] = np.broadcast_to(given, (size,))
        super().__init__("driven_delay", size, 0, [time, *of_each.real.tolist(), *of_each.imag.tolist()])

    @property
    def time_us(self) -> float:
        """How long it lasts in µs."""
        return float(self.params[0])

    @property
    def drive(self) -> NDArray[np.complex128]:
        """Ω of each qubit in rad/µs, shape (n,)."""
        n = self.num_qubits
        return np.array(self.params[1 : n + 1], dtype=float) + 1j * np.array(self.params[n + 1 :], dtype=float)
