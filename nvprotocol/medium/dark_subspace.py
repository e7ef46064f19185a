"""Dark states of any number of qubits: all that a medium leaves as it is, and the most entangled of a pair in it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol._checks import fail, show
from nvprotocol._read_only import holds_read_only
from nvprotocol.entanglement import concurrence
from nvprotocol.medium.matrices import coupling_hamiltonian, jump_operators
from nvprotocol.operators.reduced_states import different_qubits
from nvprotocol.resources import require_memory

__all__ = ["DarkSubspace", "dark_subspace"]

_ZERO = 1e-9
"""Singular values below this share of the largest rate are zero: as for `DarkState.exact`."""

_STARTS = 6
"""Searches for the most entangled state, besides one from each Bell state."""


@holds_read_only
class DarkSubspace(NamedTuple):
    """States |Ψ⟩ with 𝓛[|Ψ⟩⟨Ψ|] = 0 but for their energies: no jump operator acts on them, and H_eff stays inside.

    A jump of dephasing may give them a number, the same for all of one of the parts: superpositions of states of one
    part last, those of different parts lose their phase.

    Attributes:
        parts: Orthonormal bases as columns, one array of shape (2ᴺ, n) for each part.

    Examples:
        >>> dark = nv.Medium(relaxation=np.ones((3, 3))).dark_subspace
        >>> print(dark)
        3 dark states of 3 qubits
        >>> concurrence, ket = dark.most_entangled((0, 1))
        >>> round(concurrence, 6)  # the singlet of qubits 0 and 1
        1.0
    """

    parts: tuple[NDArray[np.complex128], ...]

    @property
    def dimension(self) -> int:
        """Number of dark states that are orthogonal to each other."""
        return sum(part.shape[1] for part in self.parts)

    @property
    def basis(self) -> NDArray[np.complex128]:
        """Orthonormal dark states as columns, shape (2ᴺ, dimension)."""
        return np.concatenate(self.parts, axis=1)

    def most_entangled(self, qubits: tuple[int, int]) -> tuple[float, NDArray[np.complex128]]:
        """The dark state in which two qubits have the largest concurrence that a search finds.

        Args:
            qubits: Two different qubits.

        Returns:
            The concurrence of their reduced state, and the ket, shape (2ᴺ,).

        Raises:
            ArgumentError: If they are not two different qubits of the medium, or there is no dark state.
        """
        n = self.parts[0].shape[0].bit_length() - 1
        first, second = _pair(qubits, n)
        found = [_most_entangled(part, first, second) for part in self.parts if part.shape[1]]
        if not found:
            fail("medium", "have a dark state", "has none")
        return max(found, key=lambda one: one[0])

    def __str__(self) -> str:
        n = self.parts[0].shape[0].bit_length() - 1
        count = self.dimension
        return f"{count or 'no'} dark state{'' if count == 1 else 's'} of {n} qubit{'' if n == 1 else 's'}"


def dark_subspace(blocks: dict[str, NDArray]) -> DarkSubspace:
    """The dark states of a single medium.

    Args:
        blocks: The blocks of a `Medium` by their names, without batch axes.

    Examples:
        >>> from nvprotocol.medium.dark_subspace import dark_subspace
        >>> dark_subspace(nv.Medium.pair(a=1.0, A=1.0).blocks).dimension
        2
    """
    n = blocks["relaxation"].shape[-1]
    d = 2**n
    require_memory(16 * d * d * (3 * n + 4), "medium", f"{3 * n + 4} operators of {n} qubits")
    jumps, hamiltonian = jump_operators(blocks), coupling_hamiltonian(blocks)
    size = np.abs(jumps).max(initial=0.0)
    jumps = jumps[np.abs(jumps).max(axis=(-2, -1)) > np.sqrt(_ZERO) * size]
    dephasing = np.array([np.array_equal(one, np.diag(one.diagonal())) for one in jumps], dtype=bool)
    numbers = np.diagonal(jumps[dephasing], axis1=-2, axis2=-1)
    scale = max(size**2, np.abs(hamiltonian).max(initial=0.0))
    parts = _alike(numbers, d)
    return DarkSubspace(tuple(_invariant(part, jumps[~dephasing], hamiltonian, scale) for part in parts))


def _alike(numbers: NDArray, d: int) -> Iterator[NDArray[np.complex128]]:
    """Product states to which all jumps of dephasing give the same numbers, shape (K, d), as columns, part by part."""
    labels = np.zeros(d, dtype=int)
    if len(numbers):
        rounded = np.round(numbers / np.abs(numbers).max(), 9) + 0.0
        labels = np.unique(rounded, axis=1, return_inverse=True)[1].reshape(-1)
    for label in range(labels.max() + 1):
        yield np.eye(d, dtype=complex)[:, labels == label]


def _invariant(part: NDArray, jumps: NDArray, hamiltonian: NDArray, scale: float) -> NDArray[np.complex128]:
    """The largest subspace of a part on which no jump acts and which the Hamiltonian does not leave."""
    basis = part
    if len(jumps):
        basis = basis @ _kernel((jumps @ basis).reshape(-1, basis.shape[1]), np.sqrt(scale))
    while basis.shape[1]:
        moved = hamiltonian @ basis
        left = moved - basis @ (basis.conj().T @ moved)
        inside = _kernel(left, scale)
        if inside.shape[1] == basis.shape[1]:
            break
        basis = basis @ inside
    return np.asarray(basis, dtype=complex)


def _kernel(matrix: NDArray, scale: float) -> NDArray:
    """Orthonormal vectors that a matrix takes to zero, as columns."""
    _, singular, right = np.linalg.svd(matrix)
    rank = int(np.sum(singular > np.sqrt(_ZERO) * max(scale, np.finfo(float).tiny)))
    return right[rank:].conj().T


def _pair(qubits: tuple[int, int], n: int) -> tuple[int, int]:
    chosen = different_qubits(qubits, n)
    if len(chosen) != 2:
        fail("qubits", f"be two different ones of {n} qubits", f"is {show(chosen)}")
    return chosen[0], chosen[1]


def _most_entangled(part: NDArray, first: int, second: int) -> tuple[float, NDArray[np.complex128]]:
    """The largest concurrence of two qubits in the span of the columns: searches from Bell states and at random."""
    from scipy.optimize import minimize

    n, size = len(part).bit_length() - 1, part.shape[1]

    def ket(x: NDArray) -> NDArray[np.complex128]:
        vector = part @ (x[:size] + 1j * x[size:])
        return vector / np.linalg.norm(vector)

    def loss(x: NDArray) -> float:
        return -float(concurrence(operators.reduced(ket(x), (first, second))))

    rng = np.random.default_rng(0)
    starts = []
    for name in ("psi-", "psi+", "phi-", "phi+"):
        bell = operators.bell_state(name)
        rows = np.moveaxis(part.reshape(*(2,) * n, size), (n - 1 - second, n - 1 - first), (0, 1)).reshape(4, -1, size)
        overlap = np.einsum("a,abk->bk", bell.conj(), rows)
        starts.append(np.linalg.svd(overlap)[2][0].conj())
    starts += [rng.normal(size=size) + 1j * rng.normal(size=size) for _ in range(_STARTS)]
    found = []
    for start in starts:
        x = np.concatenate([start.real, start.imag])
        best = x if loss(x) < -1 + 1e-12 else minimize(loss, x, method="L-BFGS-B").x
        found.append(min(x, best, key=loss))
        if loss(found[-1]) < -1 + 1e-12:
            break
    chosen = min(found, key=loss)
    return -loss(chosen), ket(chosen)
