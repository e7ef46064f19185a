"""Spin operators of one site among N."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, number_of_qubits, whole_number
from nvprotocol._typing import ArrayLike

PAULI_MATRICES = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
"""σˣ, σʸ, σᶻ of one spin, shape (3, 2, 2)."""
PAULI_MATRICES.flags.writeable = False


def _on_site(matrix: ArrayLike, site: int, n_qubits: int) -> NDArray[np.complex128]:
    n_qubits = number_of_qubits(n_qubits)
    site = whole_number(site, "site", minimum=0)
    if site >= n_qubits:
        fail("site", f"be less than n_qubits = {n_qubits}", f"is {site}")
    left, right = np.eye(2 ** (n_qubits - site - 1)), np.eye(2**site)
    return np.kron(np.kron(left, np.asarray(matrix)), right).astype(complex)


def sigma_x(site: int, n_qubits: int = 2) -> NDArray[np.complex128]:
    """The Pauli matrix σˣ of one site, shape (2ᴺ, 2ᴺ).

    Examples:
        >>> nv.operators.sigma_x(0, 1).real
        array([[0., 1.],
               [1., 0.]])
    """
    return _on_site(PAULI_MATRICES[0], site, n_qubits)


def sigma_y(site: int, n_qubits: int = 2) -> NDArray[np.complex128]:
    """The Pauli matrix σʸ of one site, shape (2ᴺ, 2ᴺ).

    Examples:
        >>> nv.operators.sigma_y(0, 1).imag
        array([[ 0., -1.],
               [ 1.,  0.]])
    """
    return _on_site(PAULI_MATRICES[1], site, n_qubits)


def sigma_z(site: int, n_qubits: int = 2) -> NDArray[np.complex128]:
    """The Pauli matrix σᶻ of one site, shape (2ᴺ, 2ᴺ); |↑⟩ has the eigenvalue +1.

    Examples:
        >>> nv.operators.sigma_z(0).diagonal().real  # site 0 is the right-most bit
        array([ 1., -1.,  1., -1.])
    """
    return _on_site(PAULI_MATRICES[2], site, n_qubits)


def sigma_plus(site: int, n_qubits: int = 2) -> NDArray[np.complex128]:
    """σ⁺ = |↑⟩⟨↓| = |0⟩⟨1| of one site: relaxes the qubit, shape (2ᴺ, 2ᴺ).

    Examples:
        >>> nv.operators.sigma_plus(0, 1).real
        array([[0., 1.],
               [0., 0.]])
    """
    return _on_site([[0, 1], [0, 0]], site, n_qubits)


def sigma_minus(site: int, n_qubits: int = 2) -> NDArray[np.complex128]:
    """σ⁻ = |↓⟩⟨↑| = |1⟩⟨0| of one site: excites the qubit, shape (2ᴺ, 2ᴺ).

    Examples:
        >>> nv.operators.sigma_minus(0, 1).real
        array([[0., 0.],
               [1., 0.]])
    """
    return _on_site([[0, 0], [1, 0]], site, n_qubits)
