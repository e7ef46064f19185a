"""Spin operators, states and superoperators of N qubits, in Qiskit's order.

Site i of an operator is Qiskit's qubit i, the i-th bit from the right of a basis index. The paper's qubit 1 is site 0.
|↑⟩ = |0⟩ is the ground state and σ⁺ = |0⟩⟨1| relaxes. Labels such as "ud" are in the paper's order: qubit 1 first.
"""

from nvprotocol.operators.reduced_states import reduced
from nvprotocol.operators.spins import sigma_minus, sigma_plus, sigma_x, sigma_y, sigma_z
from nvprotocol.operators.states import State, bell_state, density_matrix, fidelity, state
from nvprotocol.operators.superoperators import (
    hamiltonian_superoperator,
    kraus_superoperator,
    pauli_basis,
    unvec,
    vec,
)
from nvprotocol.operators.symmetric_states import dicke_state, ghz_state, w_state

__all__ = [
    "State",
    "bell_state",
    "density_matrix",
    "dicke_state",
    "fidelity",
    "ghz_state",
    "hamiltonian_superoperator",
    "kraus_superoperator",
    "pauli_basis",
    "reduced",
    "sigma_minus",
    "sigma_plus",
    "sigma_x",
    "sigma_y",
    "sigma_z",
    "state",
    "unvec",
    "vec",
    "w_state",
]
