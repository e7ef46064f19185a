"""The unmonitored pair: dissipation (the paper's Fig. 2) and exchange (below its Eq. S40)."""

import numpy as np
from qiskit import QuantumCircuit

from nvprotocol._checks import times_array
from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.protocols.parameters import checked
from nvprotocol.protocols.parts import pair_circuit, prepare, wait


def dissipative_entanglement(duration: float, initial: str = "ud") -> QuantumCircuit:
    """Prepares a product state and lets the medium act (Eq. 7, Fig. 2).

    On a medium with |A| = a at zero temperature and without detuning the concurrence goes to 1/2 (Eq. 10).

    Args:
        duration: Time on the medium in µs.
        initial: Product state in the paper's order, letters out of u, d, +, -, r, l.

    Returns:
        A circuit with the register `nv` of two qubits and no measurement.

    Raises:
        ArgumentError: If the duration is negative or the label is not one of two qubits.

    Examples:
        >>> circuit = nv.protocols.dissipative_entanglement(duration=1.5)
        >>> dict(circuit.count_ops())
        {'delay': 2, 'x': 1, 'barrier': 1}
    """
    return _left_alone("dissipative_entanglement", duration, initial)


def exchange(duration: float, initial: str = "ud") -> QuantumCircuit:
    """Prepares a product state and lets the coherent couplings J and DM of the medium act (Eq. S38).

    Without dissipation the concurrence from |↑↓⟩ is |sin 4Dt| by the DM coupling D alone, as below Eq. S40, |sin 4Jt|
    by J alone, and |sin 4√(J² + D²)t| by both. A magnet whose gap lies above the qubits' splitting is of this kind.

    Args:
        duration: Time on the medium in µs.
        initial: Product state in the paper's order, letters out of u, d, +, -, r, l.

    Returns:
        A circuit with the register `nv` of two qubits and no measurement.

    Raises:
        ArgumentError: If the duration is negative or the label is not one of two qubits.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0, dm=0.25)))
        >>> swapped_half = nv.protocols.exchange(duration=np.pi / 2)
        >>> round(nv.emulate(swapped_half, device, shots=None, engine="exact").concurrence, 10)
        1.0
    """
    return _left_alone("exchange", duration, initial)


def reference(equation: MasterEquation, duration: ArrayLike, initial: str = "ud") -> Conditional:
    """The same protocols by the master equation, for durations of shape (T,): nothing is discarded."""
    states = equation.evolve(initial, times_array(duration, "duration"))
    return Conditional(states, np.ones(states.shape[:-2]))


def _left_alone(name: str, duration: float, initial: str) -> QuantumCircuit:
    given = checked(name, duration=duration, initial=initial)
    circuit = pair_circuit(name)
    prepare(circuit, given["initial"])
    wait(circuit, given["duration"])
    return circuit
