"""Spin operators and states of N qubits, in Qiskit's order.

Site i of an operator is Qiskit's qubit i, the i-th bit from the right of a basis index. The paper's qubit 1 is site 0.
|↑⟩ = |0⟩ is the ground state and σ⁺ = |0⟩⟨1| relaxes. Labels such as "ud" are in the paper's order: qubit 1 first.
"""

from nvprotocol.operators.spins import sigma_minus, sigma_plus, sigma_x, sigma_y, sigma_z
from nvprotocol.operators.states import State, bell_state, density_matrix, fidelity, state

__all__ = [
    "State",
    "bell_state",
    "density_matrix",
    "fidelity",
    "sigma_minus",
    "sigma_plus",
    "sigma_x",
    "sigma_y",
    "sigma_z",
    "state",
]
