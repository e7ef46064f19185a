"""The generator on density matrices too large for matrices on them: blocks between sectors of kets, one at a time.

A block of ρ between sectors with n and n' excitations is a matrix X. −iH_eff acts on it from both sides, and jumps take
it to blocks with one excitation more or less on both sides: n − n' stays. The memory of a few such blocks is all.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.coefficients import Coefficients
from nvprotocol.master_equation.ket_space import KetSpace
from nvprotocol.master_equation.krylov import LARGEST, propagate
from nvprotocol.resources import require_memory

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_FILLED = 0.25
"""Share of entries that are not zero from which a product with all of them is faster."""


class _Jump(NamedTuple):
    """Σ_j L_j X L_j† from one block to another."""

    target: int
    left: Any
    right: Any
    number: int


class Blocked:
    """The generator on the elements with one difference of excitations, or on all of them without that symmetry.

    Args:
        space: The kets of the medium.
        charge: n(i) − n(j), at least 0.
        reached: The sectors n of the blocks (n, n') that a state has; without them all.
        jumps: Whether quanta of relaxation and excitation are exchanged; dephasing goes on.

    Raises:
        TooLargeError: If a Krylov space does not fit in memory.

    Attributes:
        pairs: The blocks (n, n') in the order of a vector of elements, each row by row.
        size: Length of that vector.
        hermitian: Whether the elements make a Hermitian matrix.
    """

    def __init__(self, space: KetSpace, charge: int, reached: list[int] | None = None, *, jumps: bool = True) -> None:
        self.space, self.hermitian = space, charge == 0
        everything = [one for one in space.sectors if one - charge in space.sectors]
        sectors = _reachable(space, everything, reached) if jumps or reached is None else reached
        self.pairs = [(one, one - charge) for one in sectors]
        sizes = [space.size(left) * space.size(right) for left, right in self.pairs]
        ends = np.cumsum(sizes)
        self.size = int(ends[-1])
        _require_krylov(space.n_qubits, self.size)
        self._slices = [slice(int(end) - size, int(end)) for end, size in zip(ends, sizes, strict=True)]
        self._matrices = {one: _fast(space.sparse(one)) for one in sorted({one for pair in self.pairs for one in pair})}
        self._jumps = [self._jumps_from(pair) if jumps else [] for pair in self.pairs]
        self._dephasing = [self._weights(pair) for pair in self.pairs]

    def apply(self, vector: NDArray) -> NDArray:
        """The derivative of a vector of elements; of a Hermitian one, where `hermitian`."""
        result = np.zeros(vector.shape, dtype=complex)
        share = 0.5 if self.hermitian else 1.0  # made whole below
        for pair, part, jumps, weights in zip(self.pairs, self._slices, self._jumps, self._dephasing, strict=True):
            block, own = self._block(vector, pair, part), self._block(result, pair, part)
            own += self._matrices[pair[0]] @ block
            if not self.hermitian:
                own += (self._matrices[pair[1]] @ block.conj().T).conj().T
            if weights is not None:
                own += share * weights * block
            for jump in jumps:
                target = self._block(result, self.pairs[jump.target], self._slices[jump.target])
                target += share * _between(jump, block)
        if self.hermitian:
            for pair, part in zip(self.pairs, self._slices, strict=True):
                block = self._block(result, pair, part)
                block += block.conj().T.copy()
        return result

    def matrix(self) -> "csr_array":
        """The generator as a sparse matrix on the vector of elements."""
        from scipy.sparse import block_array, csr_array, diags_array, eye_array, kron

        grid: list[list[Any]] = [[None] * len(self.pairs) for _ in self.pairs]
        for k, (left, right) in enumerate(self.pairs):
            first, second = csr_array(self._matrices[left]), csr_array(self._matrices[right])
            height, width = self.space.size(left), self.space.size(right)
            own = kron(first, eye_array(width)) + kron(eye_array(height), second.conj())
            weights = self._dephasing[k]
            grid[k][k] = own if weights is None else own + diags_array(weights.ravel())
            for jump in self._jumps[k]:
                rows = self.space.size(self.pairs[jump.target][0])
                lefts = [jump.left[j * rows : (j + 1) * rows] for j in range(jump.number)]
                rights = [jump.right[:, j * width : (j + 1) * width] for j in range(jump.number)]
                total: Any = sum(kron(a, b) for a, b in zip(lefts, rights, strict=True))
                there = grid[jump.target][k]
                grid[jump.target][k] = total if there is None else there + total
        return csr_array(block_array(grid))

    def elements(self, rho: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """The vector of elements of a density matrix (d, d)."""
        states = {one: self.space.states(one) for pair in self.pairs for one in pair}
        return np.concatenate([rho[np.ix_(states[left], states[right])].ravel() for left, right in self.pairs])

    def write(self, vectors: NDArray[np.complex128], rho: NDArray[np.complex128]) -> None:
        """Writes vectors (T, size), and the conjugate elements, into density matrices (T, d, d)."""
        for pair, part in zip(self.pairs, self._slices, strict=True):
            rows, columns = (self.space.states(one) for one in pair)
            block = vectors[:, part].reshape(-1, rows.size, columns.size)
            rho[:, rows[:, None], columns] = block
            if not self.hermitian:
                rho[:, columns[:, None], rows] = np.swapaxes(block.conj(), -1, -2)

    def populations(self) -> NDArray[np.intp]:
        """Where the populations stand in the vector, if there are any."""
        places = []
        for (left, right), part in zip(self.pairs, self._slices, strict=True):
            if left == right:
                places.append(part.start + np.arange(self.space.size(left)) * (self.space.size(left) + 1))
        return np.concatenate(places) if places else np.zeros(0, dtype=np.intp)

    def inside(self, sectors: set[int]) -> NDArray[np.bool_]:
        """Which elements are between some sectors."""
        result = np.zeros(self.size, dtype=bool)
        for pair, part in zip(self.pairs, self._slices, strict=True):
            result[part] = set(pair) <= sectors
        return result

    def _block(self, vector: NDArray, pair: tuple[int, int], part: slice) -> NDArray:
        return vector[part].reshape(self.space.size(pair[0]), self.space.size(pair[1]))

    def _jumps_from(self, pair: tuple[int, int]) -> list[_Jump]:
        from scipy.sparse import csr_array, hstack

        result = []
        kinds = {jumps.kind: jumps for jumps in self.space.jumps(pair[1])}
        for jumps in self.space.jumps(pair[0]):
            other = kinds.get(jumps.kind)
            if other is None or jumps.kind == "dephasing" or (jumps.target, other.target) not in self.pairs:
                continue
            number, rows = jumps.numbers.size, self.space.size(other.target)
            right = hstack([other.stacked[j * rows : (j + 1) * rows].conj() for j in range(number)])
            place = self.pairs.index((jumps.target, other.target))
            result.append(_Jump(place, jumps.stacked, csr_array(right), number))
        return result

    def _weights(self, pair: tuple[int, int]) -> NDArray | None:
        """2 Σ D_km z_k(i) z_m(j), what jumps of dephasing leave where it is."""
        block = self.space.of.dephasing
        if not self.space.of.conserved or not np.any(block):
            return None
        sites = np.arange(self.space.n_qubits)
        z = [1.0 - 2 * ((self.space.states(one)[:, None] >> sites) & 1) for one in pair]
        return 2 * z[0] @ block @ z[1].T


def evolved_by_blocks(
    values: NDArray[np.float64], rho: NDArray[np.complex128], times: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """exp(𝓖t)ρ at every time in Krylov spaces, to an estimated error of 1e-12: shape (…, T, d, d).

    Args:
        values: Real parameters of the generator 𝓖, shape (…, P).
        rho: Initial states, shape (…, d, d).
        times: Non-decreasing times in µs, shape (T,).
    """
    batch = np.broadcast_shapes(values.shape[:-1], rho.shape[:-2])
    d = rho.shape[-1]
    result = np.zeros((*batch, times.size, d, d), dtype=complex)
    rows, starts = np.broadcast_to(values, (*batch, values.shape[-1])), np.broadcast_to(rho, (*batch, d, d))
    for place in np.ndindex(batch):
        space = KetSpace(Coefficients.of(rows[place], d.bit_length() - 1))
        for charge, reached in touched(space, starts[place]).items():
            blocked = Blocked(space, charge, reached)
            start = blocked.elements(starts[place])
            vectors = propagate(blocked.apply, start, times, real=blocked.hermitian)[0]
            if blocked.hermitian:  # the trace is 1
                vectors /= vectors[:, blocked.populations()].real.sum(axis=-1, keepdims=True)
            blocked.write(vectors, result[place])
    return result


def touched(space: KetSpace, rho: NDArray[np.complex128]) -> dict[int, list[int]]:
    """The differences of excitations that a state has, and the sectors n of the blocks (n, n') that are not zero."""
    if not space.of.conserved:
        return {0: [0]}
    found: dict[int, list[int]] = {}
    for charge in space.sectors:
        for one in range(charge, space.n_qubits + 1):
            if np.any(rho[np.ix_(space.states(one), space.states(one - charge))]):
                found.setdefault(charge, []).append(one)
    return found


def _require_krylov(n_qubits: int, size: int) -> None:
    """Room for a Krylov space of so many elements, and for what jumps make of them."""
    need = 16.0 * size * (LARGEST + 8 + 4 * n_qubits)
    require_memory(need, "initial", f"Krylov spaces of {size} elements of density matrices")


def _reachable(space: KetSpace, everything: list[int], reached: list[int] | None) -> list[int]:
    """The sectors n that jumps lead to from some of them."""
    if reached is None or not space.of.conserved:
        return everything
    low = everything[0] if np.any(space.of.relaxation) else min(reached)
    high = everything[-1] if np.any(space.of.excitation) else max(reached)
    return [one for one in everything if low <= one <= high]


def _fast(matrix: "csr_array") -> Any:
    return matrix.toarray() if matrix.nnz > _FILLED * len(matrix.indptr) ** 2 else matrix


def _between(jump: _Jump, block: NDArray) -> NDArray:
    rows, columns = jump.left.shape[0] // jump.number, block.shape[1]
    applied = (jump.left @ block).reshape(jump.number, rows, columns)
    turned = np.swapaxes(applied, -1, -2).reshape(jump.number * columns, rows)
    return (jump.right @ turned).T
