"""Entanglement: concurrence of pairs, measures and witnesses of many qubits, spin squeezing; everything batched.

States are given as labels, kets of shape (…, 2ᴺ), density matrices of shape (…, 2ᴺ, 2ᴺ) or states of Qiskit. An array
whose last two axes are equal holds density matrices, unless all of its rows have norm one: then they are kets.
"""

from nvprotocol.entanglement.many import (
    biseparable_fidelity,
    negativity,
    pairwise_concurrence,
    three_tangle,
    witness,
)
from nvprotocol.entanglement.pairs import (
    concurrence,
    entanglement_of_formation,
    eof_of_concurrence,
    signed_concurrence,
)
from nvprotocol.entanglement.squeezing import collective_covariance, collective_spin, wineland_squeezing

__all__ = [
    "biseparable_fidelity",
    "collective_covariance",
    "collective_spin",
    "concurrence",
    "entanglement_of_formation",
    "eof_of_concurrence",
    "negativity",
    "pairwise_concurrence",
    "signed_concurrence",
    "three_tangle",
    "wineland_squeezing",
    "witness",
]
