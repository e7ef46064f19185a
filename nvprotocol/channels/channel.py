"""Completely positive maps of N qubits: superoperators, Choi matrices and Kraus operators.

Superoperators act on column-stacked density matrices, as Qiskit's `SuperOp` does; arrays are in Qiskit's order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, number_of_qubits, numeric_array, show, whole_numbers
from nvprotocol._read_only import holds_read_only, protect, read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.operators import unvec, vec
from nvprotocol.resources import require_memory

__all__ = ["Channel"]

_TRACE_TOLERANCE = 1e-8
_RANK_TOLERANCE = 32 * np.finfo(float).eps


@dataclass(frozen=True, eq=False, repr=False)
@holds_read_only
class Channel:
    """A completely positive map of N qubits, which may lower the trace (a branch of a measurement).

    Attributes:
        superoperator: Matrix on column-stacked density matrices, shape (d², d²).

    Raises:
        ArgumentError: If the matrix is not of a shape (4ᴺ, 4ᴺ), or the map is not completely positive.

    Examples:
        >>> relax = nv.channels.evolution(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)), duration=0.5)
        >>> relax.kraus.shape, relax.trace_preserving
        ((4, 4, 4), True)
    """

    superoperator: NDArray[np.complex128]

    def __post_init__(self) -> None:
        matrix = bounded_array(self.superoperator, "superoperator").astype(complex)
        size = len(matrix) if matrix.ndim else 0
        require_memory(6 * 16 * matrix.size, "superoperator", f"6 matrices of shape {matrix.shape}")
        if matrix.shape != (size, size) or size < 4 or 4 ** round(np.log2(size) / 2) != size:
            fail("superoperator", "have shape (4ᴺ, 4ᴺ)", f"has shape {matrix.shape}")
        object.__setattr__(self, "superoperator", matrix)
        lowest = np.linalg.eigvalsh(self.choi)[0]
        if lowest < -_TRACE_TOLERANCE:
            fail("superoperator", "be completely positive", f"its Choi matrix has the eigenvalue {show(lowest)}")
        protect(self)

    @property
    def n_qubits(self) -> int:
        """Number of qubits N."""
        return (len(self.superoperator).bit_length() - 1) // 2

    @cached_property
    def choi(self) -> NDArray[np.complex128]:
        """Choi matrix Σ_ij |i⟩⟨j| ⊗ 𝓔(|i⟩⟨j|), Qiskit's convention, shape (d², d²)."""
        d = 2**self.n_qubits
        choi = self.superoperator.reshape(d, d, d, d).transpose(3, 1, 2, 0).reshape(d * d, d * d)
        return read_only((choi + choi.conj().T) / 2)

    @cached_property
    def trace_preserving(self) -> bool:
        """Whether the map keeps the trace, to 1e-8."""
        d = 2**self.n_qubits
        kept = np.eye(d).ravel() @ self.superoperator
        return bool(np.abs(kept - np.eye(d).ravel()).max() < _TRACE_TOLERANCE)

    @cached_property
    def kraus(self) -> NDArray[np.complex128]:
        """Kraus operators K with 𝓔(ρ) = Σ KρK†: as few as there can be, the heaviest first, shape (K, d, d).

        The Choi matrix is diagonalised in its connected blocks, so that a rare process is not lost in the rounding of a
        frequent one. Where the map keeps the trace, ΣK†K = 1 holds to rounding.
        """
        operators_ = _kraus_operators(self.choi, 2**self.n_qubits)
        if self.trace_preserving:
            values, vectors = np.linalg.eigh(np.einsum("kba,kbc->ac", operators_.conj(), operators_))
            operators_ = operators_ @ ((vectors / np.sqrt(values)) @ vectors.conj().T)
        return read_only(operators_)

    def on(self, qubits: Sequence[int], n_qubits: int) -> "Channel":
        """The map on some of N qubits, the others left as they are.

        Args:
            qubits: The qubits that it acts on, the first of them its own qubit 0.
            n_qubits: Number of all qubits N.

        Raises:
            ArgumentError: If they are not as many different qubits out of N as the map is made for.

        Examples:
            >>> reset = nv.channels.preparation(0.0).on([1], n_qubits=2)
            >>> reset(nv.operators.density_matrix("ud")).real.diagonal().tolist()
            [1.0, 0.0, 0.0, 0.0]
        """
        n_qubits, k = number_of_qubits(n_qubits, matrices=0), self.n_qubits
        require_memory(3 * 16 * 16**n_qubits, "n_qubits", f"3 superoperators of {n_qubits} qubits")
        chosen = whole_numbers(qubits, "qubits", minimum=0)
        if len(set(chosen)) != k or len(chosen) != k or not all(0 <= qubit < n_qubits for qubit in chosen):
            fail("qubits", f"be {k} different ones of {n_qubits} qubits", f"is {show(chosen)}")
        order = [*chosen, *(qubit for qubit in range(n_qubits) if qubit not in chosen)]
        rest = np.eye(4 ** (n_qubits - k)).reshape((2 ** (n_qubits - k),) * 4)
        own = self.superoperator.reshape((2**k,) * 4)
        whole = np.einsum("abcd,ABCD->aAbBcCdD", rest, own).reshape((2,) * (4 * n_qubits))
        # Each of the four indices runs over bits, the highest first; bit p of `order` belongs to qubit order[p].
        place = [n_qubits - 1 - order.index(n_qubits - 1 - axis) for axis in range(n_qubits)]
        axes = [group * n_qubits + axis for group in range(4) for axis in place]
        return Channel(whole.transpose(axes).reshape((4**n_qubits,) * 2))

    def __call__(self, rho: ArrayLike) -> NDArray[np.complex128]:
        """The map applied to matrices of shape (…, d, d)."""
        matrix = numeric_array(rho, "rho")
        d = 2**self.n_qubits
        if matrix.shape[-2:] != (d, d):
            fail("rho", f"have shape (…, {d}, {d})", f"has shape {matrix.shape}")
        return unvec(vec(matrix) @ self.superoperator.T)

    def __matmul__(self, earlier: "Channel") -> "Channel":
        """The map that applies `earlier` first and then this one."""
        if not isinstance(earlier, Channel):
            return NotImplemented
        if earlier.n_qubits != self.n_qubits:
            fail("earlier", f"act on {self.n_qubits} qubits", f"acts on {earlier.n_qubits}")
        return Channel(self.superoperator @ earlier.superoperator)

    def __str__(self) -> str:
        kind = "trace-preserving" if self.trace_preserving else "trace-decreasing"
        return f"Channel on {self.n_qubits} qubits, {kind}, Kraus rank {len(self.kraus)}"

    __repr__ = __str__


def _kraus_operators(choi: NDArray[np.complex128], d: int) -> NDArray[np.complex128]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count, block_of = connected_components(csr_array(choi != 0), directed=False)
    found: list[tuple[float, NDArray[np.complex128]]] = []
    for block in range(count):
        place = np.flatnonzero(block_of == block)
        values, vectors = np.linalg.eigh(choi[np.ix_(place, place)])
        for value, vector in zip(values, vectors.T, strict=True):
            if value > _RANK_TOLERANCE * values[-1] > 0:
                flat = np.zeros(d * d, dtype=complex)
                largest = vector[np.abs(vector).argmax()]
                flat[place] = np.sqrt(value) * vector * (abs(largest) / largest)
                found.append((value, flat.reshape(d, d).T))
    found.sort(key=lambda pair: -pair[0])
    return np.array([matrix for _, matrix in found])
