"""States of two qubits that many tests measure, functions of them, and readouts that err."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.operators import bell_state, density_matrix

State = NDArray[np.complex128]
SINGLET = density_matrix(bell_state("psi-"))
MIXED = np.eye(4) / 4
STEADY = (density_matrix("uu") + SINGLET) / 2
"""Where the pair ends at zero temperature (Eq. 10)."""
FLIPS = np.array([[0.97, 0.03], [0.03, 0.97]])
"""One qubit's readout that is wrong by 3 % either way."""
CONFUSION = np.kron([[0.97, 0.06], [0.03, 0.94]], [[0.99, 0.02], [0.01, 0.98]])
"""Two readouts of which no two errors are alike."""


def werner(p: float) -> State:
    return p * SINGLET + (1 - p) * MIXED


def purity(rho: State) -> NDArray[np.float64]:
    return np.einsum("nij,nji->n", rho, rho).real


def singlet_fidelity(rho: State) -> NDArray[np.float64]:
    return np.einsum("ij,nji->n", SINGLET, rho).real
