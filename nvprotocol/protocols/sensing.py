"""What a magnet does to populations: relaxometry, read out on both NV qubits."""

from qiskit import QuantumCircuit

from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.protocols import unmonitored
from nvprotocol.protocols.parameters import checked
from nvprotocol.protocols.parts import pair_circuit, prepare, read_out, wait


def relaxometry(duration: float, initial: str = "ud") -> QuantumCircuit:
    """Prepares a product state, waits, and reads both NV qubits out.

    The probability P_H of σᶻ = 0, outcomes 01 and 10, shows from |↑↓⟩ what the medium correlates between two places, by
    populations alone and at any temperature: P_H'(0) = −2(a + ã) is local, P_H''(0) = 4(a + ã)² + 4Γ² + 16aã is not,
    with Γ = |A| + |Ã|. At zero temperature, without detuning and exchange, P_H = e^(−2at) cosh 2|A|t. For A = 0 each
    qubit's population by itself relaxes with 1/T1 = 2(a + ã) (Eq. S17).

    Args:
        duration: Time on the medium in µs.
        initial: Product state in the paper's order, letters out of u, d, +, -, r, l.

    Returns:
        A circuit with the register `nv` (2) and the classical register `readout` (2), bit 0 for the paper's qubit 1.

    Raises:
        ArgumentError: If the duration is negative or the label is not one of two qubits.

    Examples:
        >>> circuit = nv.protocols.relaxometry(duration=0.5)
        >>> device, exactly = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))), {"shots": None}
        >>> probability = [
        ...     nv.emulate(circuit, device, postselect={"readout": outcome}, **exactly).success_probability
        ...     for outcome in nv.protocols.GALLERY["relaxometry"].outcomes
        ... ]
        >>> bool(np.isclose(sum(probability), np.exp(-1) * np.cosh(1)))
        True
    """
    given = checked("relaxometry", duration=duration, initial=initial)
    circuit = pair_circuit("relaxometry", readout=2)
    prepare(circuit, given["initial"])
    wait(circuit, given["duration"])
    read_out(circuit, (0, 1))
    return circuit


def reference(equation: MasterEquation, duration: ArrayLike, initial: str = "ud") -> Conditional:
    """The states before the readout by the master equation, for durations of shape (T,)."""
    return unmonitored.reference(equation, duration, initial)
