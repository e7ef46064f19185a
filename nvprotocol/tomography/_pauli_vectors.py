"""The linear model behind every estimator: states and measurements as real vectors over the Pauli matrices.

A density matrix is ρ = Σᵢ xᵢ Bᵢ with the orthonormal Bᵢ = (Pauli string)/√d, so the probabilities of all
outcomes are M x with the real matrix M of tr(E Bᵢ). Everything below the public functions computes with x and M.
"""

from functools import lru_cache, reduce
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nvprotocol.operators import pauli_basis
from nvprotocol.operators.spins import PAULI_MATRICES
from nvprotocol.resources import require_memory

ANSATZES = ("full", "X", "real X", "imaginary X")


def pauli_labels(n_qubits: int) -> tuple[str, ...]:
    """The 3ᴺ settings of full Pauli tomography."""
    require_memory(150 * 3**n_qubits, "n_qubits", f"{3**n_qubits} settings of {n_qubits} qubits")
    return tuple("".join(letters) for letters in product("XYZ", repeat=n_qubits))


@lru_cache
def projectors(labels: tuple[str, ...]) -> NDArray[np.complex128]:
    """Projectors onto the outcomes of every setting, shape (S, 2ᴺ, 2ᴺ, 2ᴺ)."""
    n = len(labels[0])
    require_memory(3 * 16 * len(labels) * 8**n, "settings", f"3 × {len(labels) * 2**n} projectors of {n} qubits")
    sides = {
        x: ((np.eye(2) + pauli) / 2, (np.eye(2) - pauli) / 2) for x, pauli in zip("XYZ", PAULI_MATRICES, strict=True)
    }
    outcomes = list(product((0, 1), repeat=len(labels[0])))  # the left-most bit first, like the letters of a label
    return _frozen(
        np.array(
            [
                [reduce(np.kron, [sides[x][bit] for x, bit in zip(label, bits, strict=True)]) for bits in outcomes]
                for label in labels
            ]
        )
    )


@lru_cache
def outcome_matrix(labels: tuple[str, ...]) -> NDArray[np.float64]:
    """M with M[k, i] = tr(E_k Bᵢ), shape (S·2ᴺ, 4ᴺ): the probabilities of a state with the vector x are M x."""
    effects = projectors(labels).reshape(-1, 2 ** len(labels[0]), 2 ** len(labels[0]))
    return _frozen(to_vector(effects))


def read_out_matrix(labels: tuple[str, ...], readout: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """`outcome_matrix` of what is read rather than of what is true: E'_r = Σ_t P(r | t) E_t."""
    ideal = outcome_matrix(labels)
    if readout is None:
        return ideal
    return (readout @ ideal.reshape(len(labels), len(readout), -1)).reshape(ideal.shape)


@lru_cache
def ansatz_projector(ansatz: str) -> NDArray[np.float64]:
    """The projector of vectors of two qubits onto those that an ansatz allows, shape (16, 16).

    "X" keeps what commutes with the total σᶻ: 1, σᶻ₁, σᶻ₂, σᶻσᶻ, XX + YY and XY − YX, so ρ₀₀ ρ₁₁ ρ₂₂ ρ₃₃ and ρ₁₂;
    "real X" leaves out XY − YX, the imaginary part of ρ₁₂, and "imaginary X" leaves out XX + YY, its real part.
    """
    if ansatz == "full":
        return _frozen(np.eye(16))
    strings = np.zeros((6, 16))
    strings[[0, 1, 2, 3], [0, 3, 12, 15]] = 1
    if ansatz != "imaginary X":
        strings[4, [5, 10]] = np.sqrt(0.5)
    if ansatz != "real X":
        strings[5, [6, 9]] = np.sqrt(0.5), -np.sqrt(0.5)
    return _frozen(strings.T @ strings)


def to_vector(matrices: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Coordinates tr(Bᵢ A) of Hermitian matrices, shape (…, d, d) -> (…, d²)."""
    d = matrices.shape[-1]
    flat = np.ascontiguousarray(matrices, dtype=complex).view(float).reshape(-1, 2 * d * d)
    return (flat @ _real_strings(d).T).reshape(*matrices.shape[:-2], d * d)


def to_matrix(vectors: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Hermitian matrices Σᵢ xᵢ Bᵢ, shape (…, d²) -> (…, d, d)."""
    d = 1 << ((vectors.shape[-1].bit_length() - 1) // 2)
    flat = vectors.reshape(-1, d * d)  # one product of matrices, not one for each row of further axes
    return (flat @ _real_strings(d)).view(complex).reshape(*vectors.shape[:-1], d, d)


def strings(d: int) -> NDArray[np.complex128]:
    """The Bᵢ, shape (d², d, d); those of two qubits are at hand, as each table asks for them hundreds of times."""
    return PAIR if d == 4 else pauli_basis(d.bit_length() - 1)


PAIR = pauli_basis(2)


def _real_strings(d: int) -> NDArray[np.float64]:
    """The Bᵢ as rows of real and imaginary parts in turn, shape (d², 2d²): products with them are real ones."""
    return strings(d).view(float).reshape(d * d, -1)


def distribution(vectors: NDArray[np.float64], model: NDArray[np.float64], n_settings: int) -> NDArray[np.float64]:
    """Probabilities of the outcomes of every setting, shape (…, S, 2ᴺ), clipped at zero; each row sums to one."""
    flat = np.clip(vectors @ model.T, 0.0, None)
    rows = flat.reshape(*flat.shape[:-1], n_settings, flat.shape[-1] // n_settings)
    return rows / rows.sum(axis=-1, keepdims=True)


def _frozen(array: NDArray) -> NDArray:
    array.flags.writeable = False  # the cached arrays are shared
    return array
