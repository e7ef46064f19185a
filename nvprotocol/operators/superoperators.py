"""Superoperators as matrices on stacked columns, as Qiskit's `SuperOp` has them, and the basis of Pauli strings."""

from functools import lru_cache, reduce
from itertools import product
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, number_of_qubits, plain_array
from nvprotocol._typing import ArrayLike
from nvprotocol.operators.spins import PAULI_MATRICES
from nvprotocol.resources import require_memory


def vec(matrices: ArrayLike) -> NDArray:
    """The columns of (…, d, d) matrices on top of each other, shape (…, d²): superoperators act on these.

    Examples:
        >>> nv.operators.vec([[1, 2], [3, 4]]).tolist()
        [1, 3, 2, 4]
    """
    array = plain_array(matrices, "matrices")
    if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
        fail("matrices", "have shape (…, d, d)", f"has shape {array.shape}")
    return np.swapaxes(array, -1, -2).reshape(*array.shape[:-2], array.shape[-1] ** 2)


def unvec(vectors: ArrayLike) -> NDArray:
    """The matrices (…, d, d) whose stacked columns are (…, d²): the inverse of `vec`.

    Examples:
        >>> nv.operators.unvec([1, 3, 2, 4]).tolist()
        [[1, 2], [3, 4]]
    """
    array = plain_array(vectors, "vectors")
    d = isqrt(array.shape[-1]) if array.ndim else 0
    if d == 0 or d * d != array.shape[-1]:
        fail("vectors", "have shape (…, d²)", f"has shape {array.shape}")
    return np.swapaxes(array.reshape(*array.shape[:-1], d, d), -1, -2)


def kraus_superoperator(operator: ArrayLike) -> NDArray[np.complex128]:
    """The map ρ → KρK† of an operator K, as a unitary or a Kraus operator is one: K* ⊗ K, shape (d², d²).

    Examples:
        >>> flip = nv.operators.kraus_superoperator(nv.operators.sigma_x(0, 1))
        >>> nv.operators.unvec(flip @ nv.operators.vec(nv.operators.density_matrix("u"))).real.diagonal().tolist()
        [0.0, 1.0]
    """
    matrix = _square(operator, "operator")
    return np.asarray(np.kron(matrix.conj(), matrix), dtype=complex)


def hamiltonian_superoperator(hamiltonian: ArrayLike) -> NDArray[np.complex128]:
    """The generator ρ → −i(Hρ − ρH†), shape (d², d²); H need not be Hermitian, as that of Eq. 12 is not.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=0.0, J=0.5), detuning=0.3)
        >>> generator = nv.operators.hamiltonian_superoperator(equation.hamiltonian)
        >>> bool(np.allclose(generator, equation.liouvillian))
        True
    """
    h = _square(hamiltonian, "hamiltonian")
    identity = np.eye(len(h))
    return np.asarray(-1j * (np.kron(identity, h) - np.kron(h.conj(), identity)), dtype=complex)


def _square(value: ArrayLike, name: str) -> NDArray[np.complex128]:
    """A matrix, of which the Kronecker product with itself fits into memory."""
    matrix = bounded_array(value, name)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        fail(name, "have shape (d, d)", f"has shape {matrix.shape}")
    require_memory(3 * 16 * matrix.size**2, name, f"3 superoperators of shape {(len(matrix) ** 2,) * 2}")
    return matrix.astype(complex)


def pauli_basis(n_qubits: int) -> NDArray[np.complex128]:
    """The 4ᴺ Pauli strings over √d, orthonormal, the identity first, the last letter fastest, shape (4ᴺ, 2ᴺ, 2ᴺ).

    Examples:
        >>> basis = nv.operators.pauli_basis(2)
        >>> bool(np.allclose(np.einsum("iab,jba->ij", basis, basis), np.eye(16)))
        True
    """
    n = number_of_qubits(n_qubits, matrices=0)
    require_memory(3 * 16 * 16**n, "n_qubits", f"3 × {4**n} matrices of {n} qubits")
    return _pauli_basis(n)


@lru_cache
def _pauli_basis(n_qubits: int) -> NDArray[np.complex128]:
    single = np.array([np.eye(2), *PAULI_MATRICES])
    strings = [reduce(np.kron, letters) for letters in product(single, repeat=n_qubits)]
    basis = np.asarray(np.array(strings) / 2 ** (n_qubits / 2), dtype=complex)
    basis.flags.writeable = False  # it is shared
    return basis
