"""Kets of N qubits by excitations: basis states, −iH_eff and the jump operators on them, sparse or without a matrix.

Where the generator conserves the excitations there is a sector for each number of them; elsewhere one of all states.
"""

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.coefficients import Coefficients

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Apply = Callable[[NDArray], NDArray]
"""A generator: takes a vector to its derivative."""

_CHUNK = 2**22
"""Complex numbers that a product without a matrix holds at a time besides vectors."""


class Jumps(NamedTuple):
    """Jump operators of one kind on one sector.

    Attributes:
        kind: "excitation", "relaxation", "dephasing" or "general".
        target: The sector that they lead to.
        numbers: Their places in `MasterEquation.jump_operators`, shape (K,); those without a rate are left out.
        stacked: The operators below each other, K·(size of the target) rows.
    """

    kind: str
    target: int
    numbers: NDArray[np.intp]
    stacked: "csr_array"


@lru_cache(maxsize=8)
def excitations(n_qubits: int) -> NDArray[np.int8]:
    """How many qubits are excited in each basis state, shape (2ᴺ,)."""
    count = np.zeros(1, dtype=np.int8)
    for _ in range(n_qubits):
        count = np.concatenate([count, count + np.int8(1)])
    count.flags.writeable = False
    return count


@lru_cache(maxsize=64)
def states_with(n_qubits: int, count: int) -> NDArray[np.intp]:
    """The basis states with so many excitations, in ascending order."""
    states = np.flatnonzero(excitations(n_qubits) == count)
    states.flags.writeable = False
    return states


@lru_cache(maxsize=8)
def positions(n_qubits: int) -> NDArray[np.int32]:
    """The place of each basis state among those with as many excitations, shape (2ᴺ,)."""
    result = np.empty(2**n_qubits, dtype=np.int32)
    for count in range(n_qubits + 1):
        states = np.flatnonzero(excitations(n_qubits) == count)
        result[states] = np.arange(states.size)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=16)
def lowered(n_qubits: int, count: int) -> NDArray[np.int32]:
    """Where each state leads as one of its excitations goes: place below times N plus site, shape (n, count)."""
    states, place = states_with(n_qubits, count), positions(n_qubits)
    sites = np.arange(n_qubits)
    occupied = np.nonzero((states[:, None] >> sites) & 1)[1].reshape(states.size, count)
    below = place[states[:, None] ^ (1 << occupied)]
    result = (below.astype(np.int64) * n_qubits + occupied).astype(np.int32)
    result.flags.writeable = False
    return result


class KetSpace:
    """The sectors of kets of one medium, and what acts on them.

    Args:
        coefficients: Of one medium, without batch axes.
        dephasing: Whether dephasing is part of −iH_eff and of the jumps.
    """

    def __init__(self, coefficients: Coefficients, *, dephasing: bool = True) -> None:
        self.of, self.n_qubits = coefficients, coefficients.n_qubits
        self._dephasing = dephasing
        self._jumps: dict[int, list[Jumps]] = {}

    @property
    def sectors(self) -> range:
        """Numbers of the sectors: of excitations, or 0 alone."""
        return range(self.n_qubits + 1) if self.of.conserved else range(1)

    def size(self, sector: int) -> int:
        """Number of basis states."""
        return comb(self.n_qubits, sector) if self.of.conserved else 2**self.n_qubits

    def states(self, sector: int) -> NDArray[np.intp]:
        """The basis states of a sector, in ascending order."""
        return states_with(self.n_qubits, sector) if self.of.conserved else np.arange(2**self.n_qubits)

    def touched(self, ket: NDArray[np.complex128]) -> list[int]:
        """The sectors in which a ket (2ᴺ,), or one of several (…, 2ᴺ), has an amplitude that is not zero."""
        return [sector for sector in self.sectors if np.any(ket[..., self.states(sector)])]

    def dense(self, sector: int) -> NDArray[np.complex128]:
        """−iH_eff as a matrix."""
        return self.sparse(sector).toarray()

    def sparse(self, sector: int) -> "csr_array":
        """−iH_eff as a sparse matrix."""
        from scipy.sparse import coo_array

        states = self.states(sector)
        diagonal = self.of.diagonal(states, dephasing=self._dephasing)
        parts = [(np.arange(states.size), np.arange(states.size), diagonal)]
        parts += self._hops(sector) if self.of.conserved else self._everything(states)
        row, column, value = (np.concatenate(part) for part in zip(*parts, strict=True))
        return coo_array((value, (row, column)), shape=(states.size,) * 2).tocsr()

    def apply(self, sector: int) -> Apply:
        """−iH_eff as a function of a vector; in a sector of excitations without a matrix.

        All excitations are taken away one at a time, their places mixed by one product with an N × N matrix, and put
        back: for half of 20 qubits 0.1 GB, where a sparse matrix takes 0.4 GB.
        """
        if not self.of.conserved:
            return self.sparse(sector).__matmul__
        diagonal = self.of.diagonal(self.states(sector), dephasing=self._dephasing)
        mixed = -self.of.hopping
        if sector == 0 or not np.any(mixed):
            return lambda vector: diagonal * vector
        table = lowered(self.n_qubits, sector)
        n, below = self.n_qubits, comb(self.n_qubits, sector - 1)

        def product(vector: NDArray) -> NDArray:
            taken = np.zeros((below, n), dtype=complex)
            taken.reshape(-1)[table] = vector[:, None]
            for start in range(0, below, step := max(_CHUNK // n, 1)):
                taken[start : start + step] = taken[start : start + step] @ mixed
            result = diagonal * vector
            for column in range(sector):
                result += taken.reshape(-1)[table[:, column]]
            return result

        return product

    def jumps(self, sector: int) -> list[Jumps]:
        """The jump operators on a sector, by kind; made once."""
        if sector not in self._jumps:
            self._jumps[sector] = list(self._made_jumps(sector))
        return self._jumps[sector]

    @cached_property
    def _modes(self) -> list[tuple[str, NDArray[np.float64], NDArray[np.complex128]]]:
        return self.of.jumps()

    def _made_jumps(self, sector: int) -> Iterator[Jumps]:
        from scipy.sparse import csr_array, vstack

        first, change = 0, {"excitation": 1, "relaxation": -1, "dephasing": 0, "general": 0}
        for kind, rates, vectors in self._modes:
            numbers = np.flatnonzero(rates > 0)
            target = sector + (change[kind] if self.of.conserved else 0)
            if numbers.size and target in self.sectors and (kind != "dephasing" or self._dephasing):
                stack = [np.sqrt(rates[k]) * self._single(sector, target, vectors[k]) for k in numbers]
                yield Jumps(kind, target, first + numbers, csr_array(vstack(stack)))
            first += rates.size

    def _single(self, sector: int, target: int, amplitudes: NDArray[np.complex128]) -> "csr_array":
        """Σ v_i O_i with amplitudes on σ⁻, σ⁺ and σᶻ, from one sector to another."""
        from scipy.sparse import coo_array

        n, states = self.n_qubits, self.states(sector)
        place = positions(n) if self.of.conserved else None
        rows, columns, values = [], [], []
        for k in range(n):
            excited = (states >> k) & 1
            for amplitude, acts in ((amplitudes[k], excited == 0), (amplitudes[n + k], excited == 1)):
                if amplitude:
                    (source,) = np.nonzero(acts)
                    reached = states[source] ^ (1 << k)
                    rows.append(reached if place is None else place[reached])
                    columns.append(source)
                    values.append(np.full(source.size, amplitude))
        along_z = amplitudes[2 * n :]
        if np.any(along_z):
            here = np.arange(states.size)
            rows, columns = [*rows, here], [*columns, here]
            values.append((1 - 2 * ((states[:, None] >> np.arange(n)) & 1)) @ along_z)
        shape = (self.size(target), states.size)
        if not rows:
            return coo_array(shape, dtype=complex).tocsr()
        return coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape).tocsr()

    def _hops(self, sector: int) -> list[tuple[NDArray, NDArray, NDArray]]:
        rows, columns, leaving, arriving = hops(self.n_qubits, sector)
        hopping = self.of.hopping
        return [(rows, columns, -hopping[leaving, arriving])] if np.any(hopping) else []

    def _everything(self, states: NDArray[np.intp]) -> list[tuple[NDArray, NDArray, NDArray]]:
        """Hops of one excitation, two excitations that come or go, and one that does, on all basis states."""
        n, of, parts = self.n_qubits, self.of, []
        pairing = of.cross[0] + of.cross[0].T
        hopping = of.hopping
        excited = [(states >> k) & 1 for k in range(n)]
        for k in range(n):
            for m in range(n):
                swap = (1 << k) | (1 << m)
                if k != m and hopping[k, m]:
                    parts.append(_flips(states, (excited[k] == 1) & (excited[m] == 0), swap, -hopping[k, m]))
                if k < m and pairing[k, m]:
                    parts.append(_flips(states, (excited[k] == 0) & (excited[m] == 0), swap, -pairing[k, m]))
                    parts.append(_flips(states, (excited[k] == 1) & (excited[m] == 1), swap, -pairing[k, m].conj()))
        z = 1 - 2 * np.array(excited)
        first, second = of.cross[1] @ z, of.cross[2] @ z  # Σ_l h_kl z_l before the flip, shape (N, n)
        for k in range(n):
            flipped = 2 * z[k]  # what z_k is more before the flip than after it
            up = -(first[k] - of.cross[1][k, k] * flipped) - second[k].conj() - 0.5j * of.drive[k]
            down = -first[k].conj() - (second[k] - of.cross[2][k, k] * flipped) - 0.5j * of.drive[k].conj()
            parts.append(_flips(states, excited[k] == 0, 1 << k, up))
            parts.append(_flips(states, excited[k] == 1, 1 << k, down))
        return parts


@lru_cache(maxsize=16)
def hops(n_qubits: int, count: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Every hop of one excitation in a sector: rows, columns, the site that it leaves, and that it arrives at."""
    if count == 0 or count == n_qubits:
        none = np.zeros(0, dtype=np.intp)
        return none, none, none, none
    states, place, sites = states_with(n_qubits, count), positions(n_qubits), np.arange(n_qubits)
    bits = (states[:, None] >> sites) & 1
    column, leaving = np.nonzero(bits)
    free = np.nonzero(1 - bits)[1].reshape(states.size, n_qubits - count)
    arriving = free[column]
    rows = place[(states[column] ^ (1 << leaving))[:, None] ^ (1 << arriving)]
    width = n_qubits - count
    return rows.ravel(), np.repeat(column, width), np.repeat(leaving, width), arriving.ravel()


def dense_generators(coefficients: Coefficients, count: int) -> NDArray[np.complex128]:
    """−iH_eff without dephasing on kets with so many excitations, of all media of a batch: shape (…, n, n)."""
    n_qubits = coefficients.n_qubits
    diagonal = coefficients.diagonal(states_with(n_qubits, count), dephasing=False)
    result = np.zeros((*diagonal.shape, diagonal.shape[-1]), dtype=complex)
    rows, columns, leaving, arriving = hops(n_qubits, count)
    result[..., rows, columns] = -coefficients.hopping[..., leaving, arriving]
    np.einsum("...ii->...i", result)[...] = diagonal
    return result


def _flips(states: NDArray, chosen: NDArray, flipped: int, value: complex | NDArray) -> tuple[NDArray, ...]:
    """Entries of a matrix on all basis states that flips some bits of the chosen ones."""
    (source,) = np.nonzero(chosen)
    entries = np.full(source.size, value) if np.ndim(value) == 0 else np.asarray(value)[source]
    return states[source] ^ flipped, source, entries
