"""States of N qubits: labels, Bell states, and whatever else a user may give as a state."""

from functools import reduce
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, number_of_qubits, one_of, real_number, show, text
from nvprotocol._typing import ArrayLike
from nvprotocol.resources import require_memory

STATE_TOLERANCE = 1e-9
"""Largest deviation of trace, Hermiticity and positivity that a given initial state may have."""

_MOST_LETTERS = 1000
"""So that powers of two are computed at once; how many fit into memory is decided where it is known what is needed."""

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


def state(label: str) -> NDArray[np.complex128]:
    """The product state with a label in the paper's order, as a ket of shape (2ᴺ,).

    Args:
        label: One letter per qubit, the paper's qubit 1 first: "u" for |↑⟩, "d" for |↓⟩, "+", "-", "r", "l" for the
            eigenstates of σˣ (+1, −1) and σʸ (+1, −1).

    Raises:
        ArgumentError: If the label is empty or has another letter.

    Examples:
        >>> nv.operators.state("ud").real  # the paper's qubit 1 up, 2 down: Qiskit's "10", index 2
        array([0., 0., 1., 0.])
    """
    check_label(label, None, "label")
    require_memory(3 * 16 * 2 ** len(label), "label", f"3 kets of {len(label)} qubits")
    return np.array(reduce(np.kron, [_SINGLE_QUBIT[letter] for letter in reversed(label)]), dtype=complex)


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
    ket[1 if name.startswith("psi") else 3] *= np.exp(1j * real_number(phase, "phase"))
    return ket


def density_matrix(initial: State, n_qubits: int | None = None, name: str = "initial") -> NDArray[np.complex128]:
    """The density matrix of a state given as label, ket, density matrix or Qiskit state.

    Args:
        initial: A label in the paper's order ("ud"), the name of a Bell state ("psi-"), a ket of shape (2ᴺ,), density
            matrices of shape (…, 2ᴺ, 2ᴺ), or Qiskit's `Statevector` or `DensityMatrix`; arrays are in Qiskit's order.
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
    if n_qubits is not None:
        n_qubits = number_of_qubits(n_qubits)
    array = _ket_or_matrices(initial, n_qubits, text(name, "name"))
    if array.ndim == 1:
        require_memory(4 * 16 * len(array) ** 2, name, f"4 matrices of shape {(len(array),) * 2}")
    return np.outer(array, array.conj()) / np.linalg.norm(array) ** 2 if array.ndim == 1 else array


def factor(initial: State, n_qubits: int | None = None, name: str = "initial") -> NDArray[np.complex128]:
    """A matrix W with ρ = W W† for a state given as label, ket, density matrix or Qiskit state.

    A label or a ket is its own factor. Of a density matrix it is made of the eigenvectors; eigenvalues below 4ε of the
    largest, with ε = 2.2e-16, are rounding and are dropped.

    Args:
        initial: As for `density_matrix`.
        n_qubits: The number of qubits that the state must have, where it is known.
        name: Name of the argument in error messages.

    Returns:
        W of shape (…, 2ᴺ, R), with R the largest rank of the states.

    Raises:
        ArgumentError: As for `density_matrix`.
    """
    array = _ket_or_matrices(initial, n_qubits, name)
    return array[:, None] if array.ndim == 1 else factor_of_matrices(array)


def factor_of_matrices(rho: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """The factors W, shape (…, d, R), of density matrices (…, d, d)."""
    values, vectors = np.linalg.eigh(rho)
    kept = values > 4 * np.finfo(float).eps * values[..., -1:]
    first = int(np.argmax(kept.reshape(-1, kept.shape[-1]).any(axis=0))) if kept.size else 0
    return (vectors * np.sqrt(np.where(kept, values, 0.0))[..., None, :])[..., first:]


class States(NamedTuple):
    """Checked states of N qubits: kets of shape (…, 2ᴺ), or density matrices of shape (…, 2ᴺ, 2ᴺ)."""

    array: NDArray[np.complex128]
    pure: bool

    @property
    def n_qubits(self) -> int:
        """The number N."""
        return self.array.shape[-1].bit_length() - 1

    @property
    def leading(self) -> tuple[int, ...]:
        """The axes of the batch."""
        return self.array.shape[: -1 if self.pure else -2]

    @property
    def flat(self) -> NDArray[np.complex128]:
        """The states with one leading axis."""
        return self.array.reshape(-1, *self.array.shape[len(self.leading) :])


def kets_or_matrices(state: State, name: str = "state") -> States:
    """States as kets where they are given as such.

    An array whose last axes are equal holds density matrices unless all of its rows have norm one: d rows of norm one
    have a sum of squares of d, and the purity of a density matrix is at most 1.

    Args:
        state: A label in the paper's order, kets of shape (…, 2ᴺ), density matrices of shape (…, 2ᴺ, 2ᴺ), or a state of
            Qiskit.
        name: Name of the argument in error messages.

    Raises:
        ArgumentError: If it is not a state.

    Examples:
        >>> from nvprotocol.operators.states import kets_or_matrices
        >>> kets_or_matrices(np.eye(4)).pure, kets_or_matrices(np.eye(4) / 4).pure
        (True, False)
    """
    if isinstance(state, str):
        return States(_from_label(state, None, name), pure=True)
    array = bounded_array(_data_of(state), name).astype(complex, copy=False)
    size = array.shape[-1] if array.ndim else 1
    if size < 2 or size & (size - 1) or array.size == 0:
        fail(name, "have shape (…, 2ᴺ) for kets or (…, 2ᴺ, 2ᴺ) for density matrices", f"has shape {array.shape}")
    norms = np.linalg.norm(array, axis=-1)
    wrong = np.abs(norms - 1) > STATE_TOLERANCE
    if array.ndim >= 2 and array.shape[-2] == size and wrong.any():
        return States(_checked_matrices(array, name), pure=False)
    if wrong.any():
        fail(name, "be normalised kets", f"a norm is {show(norms[wrong].flat[0])}")
    return States(array / norms[..., None], pure=True)


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
    first = _ket_or_matrices(rho, None, "rho")
    second = _ket_or_matrices(target, first.shape[-1].bit_length() - 1, "target")
    if first.ndim > 2 or second.ndim > 2:
        fail("rho", "be one state, as the target", f"has shape {first.shape}")
    first, second = (each / np.linalg.norm(each) if each.ndim == 1 else each for each in (first, second))
    for ket, other in ((second, first), (first, second)):
        if ket.ndim == 1:
            return float(overlaps(States(other, other.ndim == 1), ket)[0])
    if np.vdot(second, second).real > 1 - 1e-12:  # pure: no square roots, which would cost half the digits
        return float(np.clip(np.vdot(second, first).real, 0.0, 1.0))
    singular = np.linalg.svd(_square_root(first) @ _square_root(second), compute_uv=False)
    return float(np.clip(singular.sum() ** 2, 0.0, 1.0))


def overlaps(states: States, ket: NDArray[np.complex128]) -> NDArray[np.float64]:
    """⟨ψ|ρ|ψ⟩ of states with one ket ψ of shape (2ᴺ,), shape (n,)."""
    on_ket = states.flat @ ket.conj() if states.pure else states.flat @ ket
    found = np.abs(on_ket) ** 2 if states.pure else (on_ket @ ket.conj()).real
    return np.clip(found, 0.0, 1.0)


def _square_root(rho: NDArray[np.complex128]) -> NDArray[np.complex128]:
    values, vectors = np.linalg.eigh(rho)
    return (vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.conj().T


def _ket_or_matrices(initial: State, n_qubits: int | None, name: str) -> NDArray[np.complex128]:
    """A ket of shape (d,), or density matrices of shape (…, d, d)."""
    if isinstance(initial, str):
        array = _from_label(initial, n_qubits, name)
    else:
        data = _data_of(initial)
        array = bounded_array(data, name).astype(complex)
    size = array.shape[-1] if array.ndim else 1
    expected = 2 ** (max(1, (size - 1).bit_length()) if n_qubits is None else n_qubits)
    wanted = f"have shape ({expected},) for a ket or (…, {expected}, {expected}) for a density matrix"
    if array.ndim == 1 and array.shape == (expected,):
        norm = np.linalg.norm(array)
        if abs(norm - 1) > STATE_TOLERANCE:
            fail(name, "be a normalised ket", f"its norm is {show(norm)}")
        return array
    if array.ndim < 2 or array.shape[-2:] != (expected, expected):
        fail(name, wanted, f"has shape {array.shape}")
    return _checked_matrices(array, name)


def _data_of(initial: ArrayLike | _QiskitState) -> ArrayLike:
    """The array of a state of Qiskit; NumPy's arrays have a `data` of another kind."""
    if isinstance(initial, np.ndarray | np.generic) or not isinstance(initial, _QiskitState):
        return initial
    return initial.data


def _from_label(label: str, n_qubits: int | None, name: str) -> NDArray[np.complex128]:
    if label in _BELL and n_qubits in (None, 2):
        return bell_state(label)
    check_label(label, n_qubits, name)
    return state(label)


def check_label(label: object, n_qubits: int | None, name: str) -> None:
    """Refuses what is no label of a product state."""
    if not isinstance(label, str) or not label or any(letter not in _SINGLE_QUBIT for letter in label):
        fail(name, 'be a state such as "ud", with letters out of u, d, +, -, r, l', f"is {show(label)}")
    if len(label) > _MOST_LETTERS:
        fail(name, f"have at most {_MOST_LETTERS} letters", f"has {len(label)}")
    if n_qubits is not None and len(label) != n_qubits:
        fail(
            name,
            f"have {n_qubits} letters, one for each qubit" if n_qubits != 1 else "have 1 letter",
            f"is {show(label)}",
        )


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
