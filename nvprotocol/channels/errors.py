"""Imperfections of gates and of preparation as channels."""

import numpy as np

from nvprotocol._checks import number_of_qubits, real_number
from nvprotocol.channels.channel import Channel
from nvprotocol.resources import require_memory

__all__ = ["depolarising", "preparation"]


def depolarising(n_qubits: int, infidelity: float) -> Channel:
    """The depolarising channel ρ → (1 − p) ρ + p tr(ρ) 1/d with a given average gate infidelity r.

    The average over pure states of 1 − ⟨ψ|𝓔(ψ)|ψ⟩ is r = p (d − 1)/d (doi:10.1016/S0375-9601(02)01272-0).

    Args:
        n_qubits: Number of qubits N, d = 2ᴺ.
        infidelity: The average gate infidelity r, at most (d − 1)/d, where nothing is left of the state.

    Raises:
        ArgumentError: If an argument is out of range.

    Examples:
        >>> nv.channels.depolarising(1, 0.05)(nv.operators.density_matrix("u")).real.diagonal()
        array([0.95, 0.05])
    """
    n = number_of_qubits(n_qubits, matrices=0)
    require_memory(6 * 16 * 16**n, "n_qubits", f"6 superoperators of {n} qubits")
    d = 2**n
    r = real_number(infidelity, "infidelity", minimum=0.0, maximum=(d - 1) / d)
    p = r * d / (d - 1)
    identity = np.eye(d).ravel()
    return Channel((1 - p) * np.eye(d * d) + p / d * np.outer(identity, identity))


def preparation(error: float) -> Channel:
    """The preparation of |↑⟩ that gives |↓⟩ with some probability, whatever the qubit was in before.

    Args:
        error: The probability of |↓⟩.

    Raises:
        ArgumentError: If it is not a probability.

    Examples:
        >>> nv.channels.preparation(0.02)(nv.operators.density_matrix("d")).real.diagonal()
        array([0.98, 0.02])
    """
    e = real_number(error, "error", minimum=0.0, maximum=1.0)
    return Channel(np.outer(np.diag([1 - e, e]).ravel(), np.eye(2).ravel()))
