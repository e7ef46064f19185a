"""Entanglement by the medium alone, without a measurement (the paper's Fig. 2)."""

import numpy as np
from numpy.typing import ArrayLike
from qiskit import QuantumCircuit

from nvprotocol._checks import times_array
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.protocols.parts import duration_us, pair_circuit, prepare, wait


def dissipative_entanglement(duration: float, initial: str = "ud") -> QuantumCircuit:
    """Prepares a product state and lets the medium act (Eq. 7, Fig. 2).

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
    circuit = pair_circuit("dissipative_entanglement")
    prepare(circuit, initial)
    wait(circuit, duration_us(duration))
    return circuit


def reference(equation: MasterEquation, duration: ArrayLike, initial: str = "ud") -> Conditional:
    """The same protocol by the master equation, for durations of shape (T,): nothing is discarded."""
    states = equation.evolve(initial, times_array(duration, "duration"))
    return Conditional(states, np.ones(states.shape[:-2]))
