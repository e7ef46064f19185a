"""Spin operators and states of N qubits, in Qiskit's order.

Site i of an operator is Qiskit's qubit i, the i-th bit from the right of a basis index. The paper's qubit 1 is site 0.
|↑⟩ = |0⟩ is the ground state and σ⁺ = |0⟩⟨1| relaxes. Labels such as "ud" are in the paper's order: qubit 1 first.
"""

from functools import reduce
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nvprotocol._checks import fail, numeric_array, one_of, show, whole_number

__all__ = [
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

STATE_TOLERANCE = 1e-9
"""Largest deviation of trace, Hermiticity and positivity that a given initial state may have."""

_SINGLE_QUBIT = {
    "u": np.array([1, 0], dtype=complex),
    "d": np.array([0, 1], dtype=complex),
    "+": np.array([1, 1], dtype=complex) / np.sqrt(2),
    "-": np.array([1, -1], dtype=complex) / np.sqrt(2),
    "r": np.array([1, 1j], dtype=complex) / np.sqrt(2),
    "l": np.array([1, -1j], dtype=complex) / np.sqrt(2),
}
_BELL = {  # amplitudes of |uu>, |du>, |ud>, |dd>: indices 0 to 3
    "psi-": (0, -1, 1, 0),
    "psi+": (0, 1, 1, 0),
    "phi-": (1, 0, 0, -1),
    "phi+": (1, 0, 0, 1),
}


@runtime_checkable
class _QiskitState(Protocol):
    """What Qiskit's `Statevector` and `DensityMatrix` have in common."""

    @property
    def data(self) -> NDArray: ...
    @property
    def num_qubits(self) -> int | None: ...


State: TypeAlias = str | ArrayLike | _QiskitState


def _on_site(matrix: ArrayLike, site: int, n_qubits: int) -> NDArray[np.complex128]:
    n_qubits = whole_number(n_qubits, "n_qubits", minimum=1)
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
    return _on_site([[0, 1], [1, 0]], site, n_qubits)


def sigma_y(site: int, n_qubits: int = 2) -> NDArray[np.complex128]:
    """The Pauli matrix σʸ of one site, shape (2ᴺ, 2ᴺ).

    Examples:
        >>> nv.operators.sigma_y(0, 1).imag
        array([[ 0., -1.],
               [ 1.,  0.]])
    """
    return _on_site([[0, -1j], [1j, 0]], site, n_qubits)


def sigma_z(site: int, n_qubits: int = 2) -> NDArray[np.complex128]:
    """The Pauli matrix σᶻ of one site, shape (2ᴺ, 2ᴺ); |↑⟩ has the eigenvalue +1.

    Examples:
        >>> nv.operators.sigma_z(0).diagonal().real  # site 0 is the right-most bit
        array([ 1., -1.,  1., -1.])
    """
    return _on_site([[1, 0], [0, -1]], site, n_qubits)


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


def state(label: str) -> NDArray[np.complex128]:
    """The product state with a label in the paper's order, as a ket of shape (2ᴺ,).

    Args:
        label: One letter per qubit, the paper's qubit 1 first: "u" for |↑⟩, "d" for |↓⟩, "+", "-", "r", "l" for the
            eigenstates of σˣ (+1, −1) and σʸ (+1, −1).

    Raises:
        ArgumentError: If the label is empty or has another letter.

    Examples:
        >>> nv.operators.state("ud").real  # qubit 1 up, qubit 2 down: Qiskit's "10", index 2
        array([0., 0., 1., 0.])
    """
    if not label or any(letter not in _SINGLE_QUBIT for letter in label):
        fail("label", "be letters out of u, d, +, -, r, l, one for each qubit", f"is {show(label)}")
    return np.asarray(reduce(np.kron, [_SINGLE_QUBIT[letter] for letter in reversed(label)]), dtype=complex)


def bell_state(name: str = "psi-", phase: float = 0.0) -> NDArray[np.complex128]:
    """A Bell state as a ket of shape (4,).

    "psi-" is the paper's singlet |00⟩ = (|↑↓⟩ − |↓↑⟩)/√2, "psi+" the triplet T₀, "phi±" = (|↑↑⟩ ± |↓↓⟩)/√2.

    Args:
        name: "psi-", "psi+", "phi-" or "phi+".
        phase: Phase in rad put on the second term (|↓↑⟩ or |↓↓⟩).

    Raises:
        ArgumentError: If there is no state of that name.

    Examples:
        >>> nv.operators.bell_state("psi-").real.round(3)
        array([ 0.   , -0.707,  0.707,  0.   ])
    """
    ket = np.array(_BELL[one_of(name, "name", tuple(_BELL))], dtype=complex) / np.sqrt(2)
    ket[1 if name.startswith("psi") else 3] *= np.exp(1j * phase)
    return ket


def density_matrix(initial: State, n_qubits: int | None = None, name: str = "initial") -> NDArray[np.complex128]:
    """The density matrix of a state given as label, ket, density matrix or Qiskit state.

    Args:
        initial: A label in the paper's order ("ud"), a ket of shape (2ᴺ,), density matrices of shape (…, 2ᴺ, 2ᴺ), or
            Qiskit's `Statevector` or `DensityMatrix`; arrays are in Qiskit's order.
        n_qubits: The number of qubits that the state must have, where it is known.
        name: Name of the argument in error messages.

    Returns:
        The density matrix, shape (…, 2ᴺ, 2ᴺ).

    Raises:
        ArgumentError: If it is not a state: wrong size, not normalised, not Hermitian or not positive.

    Examples:
        >>> nv.operators.density_matrix("d").real
        array([[0., 0.],
               [0., 1.]])
    """
    if isinstance(initial, str):
        array = _from_label(initial, name)
    else:
        data = initial.data if isinstance(initial, _QiskitState) else initial
        array = numeric_array(data, name).astype(complex)
    size = array.shape[-1] if array.ndim else 1
    expected = 2 ** (max(1, (size - 1).bit_length()) if n_qubits is None else n_qubits)
    wanted = f"have shape ({expected},) for a ket or (…, {expected}, {expected}) for a density matrix"
    if array.ndim == 1 and array.shape == (expected,):
        norm = np.linalg.norm(array)
        if abs(norm - 1) > STATE_TOLERANCE:
            fail(name, "be a normalised ket", f"its norm is {show(norm)}")
        return np.outer(array, array.conj()) / norm**2
    if array.ndim < 2 or array.shape[-2:] != (expected, expected):
        fail(name, wanted, f"has shape {array.shape}")
    return _checked_matrices(array, name)


def fidelity(rho: State, target: State) -> float:
    """Fidelity of two states, F = (tr √(√ρ σ √ρ))², which is ⟨ψ|ρ|ψ⟩ for a ket (DOI 10.1080/09500349414552171).

    Args:
        rho: A state as `density_matrix` takes it.
        target: A state of as many qubits.

    Raises:
        ArgumentError: If one is not a state or they differ in size.

    Examples:
        >>> round(nv.operators.fidelity("ud", nv.operators.bell_state("psi-")), 12)
        0.5
    """
    first = density_matrix(rho, name="rho")
    second = density_matrix(target, len(first).bit_length() - 1, name="target")
    if first.ndim != 2 or second.ndim != 2:
        fail("rho", "be one state, as the target", f"has shape {first.shape}")
    if np.vdot(second, second).real > 1 - 1e-12:  # pure: no square roots, which would cost half the digits
        return float(np.clip(np.vdot(second, first).real, 0.0, 1.0))
    singular = np.linalg.svd(_square_root(first) @ _square_root(second), compute_uv=False)
    return float(np.clip(singular.sum() ** 2, 0.0, 1.0))


def _square_root(rho: NDArray[np.complex128]) -> NDArray[np.complex128]:
    values, vectors = np.linalg.eigh(rho)
    return (vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.conj().T


def _from_label(label: str, name: str) -> NDArray[np.complex128]:
    if not label or any(letter not in _SINGLE_QUBIT for letter in label):
        fail(name, 'be a state such as "ud", with letters out of u, d, +, -, r, l', f"is {show(label)}")
    return state(label)


def _checked_matrices(array: NDArray[np.complex128], name: str) -> NDArray[np.complex128]:
    adjoint = np.swapaxes(array.conj(), -1, -2)
    asymmetry = np.abs(array - adjoint).max(initial=0.0)
    if asymmetry > STATE_TOLERANCE:
        fail(name, "be Hermitian", f"differs from its adjoint by {show(asymmetry)}")
    array = (array + adjoint) / 2
    traces = np.trace(array, axis1=-2, axis2=-1).real
    wrong = np.abs(traces - 1) > STATE_TOLERANCE
    if np.any(wrong):
        fail(name, "have trace 1", f"its trace is {show(traces[wrong].flat[0])}")
    lowest = np.linalg.eigvalsh(array).min(initial=0.0)
    if lowest < -STATE_TOLERANCE:
        fail(name, "be positive semidefinite", f"has the eigenvalue {show(lowest)}")
    return array / traces[..., None, None]
