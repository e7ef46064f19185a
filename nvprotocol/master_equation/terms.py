"""The terms of the master equation on one block, as index arithmetic on the elements |i⟩⟨j|."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.symmetry import Kind, Sector, elements

Terms: TypeAlias = tuple[NDArray, NDArray, NDArray, NDArray]
"""Rows, columns, parameter numbers and coefficients."""


Kinds: TypeAlias = Literal["minus", "plus", "z"]

_CROSS: tuple[tuple[Kinds, Kinds], ...] = (("minus", "plus"), ("minus", "z"), ("plus", "z"))
"""The blocks of h above its diagonal, in the order of `Medium.cross`."""


@dataclass(frozen=True)
class ParameterLayout:
    """Where each real parameter stands in the vector that `parameters` makes.

    Attributes:
        n: Number of qubits.
        general: Whether there are places for blocks of h above its diagonal and for a drive.
    """

    n: int
    general: bool = False

    @classmethod
    def of(cls, values: NDArray[np.float64], n: int) -> "ParameterLayout":
        """The layout that a vector of parameters has."""
        return cls(n, values.shape[-1] != cls(n).total)

    @property
    def pairs(self) -> int:
        """Number of pairs of qubits."""
        return self.n * (self.n - 1) // 2

    @property
    def total(self) -> int:
        """Number of parameters."""
        return self._axial + self.n + (6 * self.n**2 + 2 * self.n if self.general else 0)

    @property
    def _axial(self) -> int:
        return 3 * self.n**2 + 3 * self.pairs

    @property
    def crossed(self) -> slice:
        """The blocks above the diagonal: real parts of all, row by row, then imaginary parts."""
        return slice(self._axial, self._axial + 6 * self.n**2)

    @property
    def driven(self) -> slice:
        """The drive: real parts, then imaginary parts."""
        return slice(self.crossed.stop, self.crossed.stop + 2 * self.n)

    def pair(self, k: int, m: int) -> int:
        """Number of the pair {k, m}."""
        k, m = min(k, m), max(k, m)
        return k * self.n - k * (k + 1) // 2 + m - k - 1

    def hermitian(self, block: int, k: int, m: int) -> list[tuple[int, complex]]:
        """The parameters, with coefficients, whose sum is entry (k, m) of relaxation, excitation or dephasing."""
        start = block * self.n**2
        if k == m:
            return [(start + k, 1)]
        return self._complex(start + self.n + self.pair(k, m), k < m)

    def flip_flop(self, k: int, m: int) -> list[tuple[int, complex]]:
        """The parameters, with coefficients, whose sum is entry (k, m) of the flip-flop coupling."""
        return self._complex(3 * self.n**2 + self.pair(k, m), k < m)

    def ising(self, k: int, m: int) -> int:
        """The parameter K_km."""
        return 3 * self.n**2 + 2 * self.pairs + self.pair(k, m)

    def offset(self, k: int) -> int:
        """The parameter Δ_k."""
        return self.total - self.n + k

    def cross(self, block: int, k: int, m: int) -> list[tuple[int, complex]]:
        """The parameters, with coefficients, whose sum is entry (k, m) of a block above the diagonal."""
        real = self.crossed.start + (block * self.n + k) * self.n + m
        return [(real, 1), (real + 3 * self.n**2, 1j)]

    def _complex(self, real: int, upper: bool) -> list[tuple[int, complex]]:
        return [(real, 1), (real + self.pairs, 1j if upper else -1j)]


class _Moves:
    """Index arithmetic on the elements |i⟩⟨j| of one block."""

    def __init__(self, n_qubits: int, sector: Sector) -> None:
        self.i, self.j = elements(n_qubits, sector)
        dimension = 2**n_qubits
        self._place = np.full((dimension, dimension), -1)
        self._place[self.i, self.j] = np.arange(self.i.size)

    def term(self, i: NDArray, j: NDArray, allowed: NDArray, parameter: int, value: NDArray | complex) -> Terms:
        """The terms that take |i⟩⟨j| of the block to new elements of it, where that is allowed."""
        source = np.flatnonzero(allowed & (self._place[i, j] >= 0))
        values = np.broadcast_to(np.asarray(value, dtype=complex), self.i.shape)[source]
        return self._place[i[source], j[source]], source, np.full(source.size, parameter), values


def generator_terms(layout: ParameterLayout, sector: Sector, kind: Kind) -> Iterator[Terms]:
    """Every term of the generator on one block."""
    n_qubits = layout.n
    moves = _Moves(n_qubits, sector)
    sites = range(n_qubits)
    for block, occupied in ((0, 1), (1, 0)):  # σ⁺ acts where a qubit is excited, σ⁻ where it is not
        for k in sites:
            for m in sites:
                for parameter, unit in layout.hermitian(block, k, m):
                    yield from _exchange_with_bath(moves, k, m, occupied, parameter, unit, jumps=kind == "full")
    yield from _diagonal_terms(moves, layout)
    for k in sites:
        for m in sites:
            if k != m:
                for parameter, unit in layout.flip_flop(k, m):
                    yield from _flip_flop(moves, k, m, parameter, unit)
    if layout.general and isinstance(sector, str):
        yield from _cross_terms(moves, layout, jumps=kind == "full")
        yield from _drive(moves, layout)


def _diagonal_terms(moves: _Moves, layout: ParameterLayout) -> Iterator[Terms]:
    """Detuning, dephasing and Ising coupling: what leaves every element where it is."""
    sites = range(layout.n)
    z = {k: (1 - 2 * ((moves.i >> k) & 1), 1 - 2 * ((moves.j >> k) & 1)) for k in sites}
    everywhere = np.ones(moves.i.shape, dtype=bool)
    for k in sites:
        yield moves.term(moves.i, moves.j, everywhere, layout.offset(k), 0.5j * (z[k][0] - z[k][1]))
        for m in sites:
            rate = 2 * z[k][0] * z[m][1] - z[m][0] * z[k][0] - z[m][1] * z[k][1]
            for parameter, unit in layout.hermitian(2, k, m):
                yield moves.term(moves.i, moves.j, everywhere, parameter, unit * rate)
            if k < m:
                energy = z[k][0] * z[m][0] - z[k][1] * z[m][1]
                yield moves.term(moves.i, moves.j, everywhere, layout.ising(k, m), -1j * energy)


def _exchange_with_bath(
    moves: _Moves, k: int, m: int, occupied: int, parameter: int, unit: complex, *, jumps: bool
) -> Iterator[Terms]:
    """h_km (2 O_k ρ O_m† − O_m†O_k ρ − ρ O_m†O_k) for O = σ⁺ (`occupied` = 1) or σ⁻ (0)."""
    i, j = moves.i, moves.j
    left, right = i ^ (1 << k), j ^ (1 << m)
    acts_left, acts_right = (i >> k) & 1 == occupied, (j >> m) & 1 == occupied
    if jumps:
        yield moves.term(left, right, acts_left & acts_right, parameter, 2 * unit)
    yield moves.term(left ^ (1 << m), j, acts_left & ((left >> m) & 1 != occupied), parameter, -unit)
    yield moves.term(i, right ^ (1 << k), acts_right & ((right >> k) & 1 != occupied), parameter, -unit)


def _flip_flop(moves: _Moves, k: int, m: int, parameter: int, unit: complex) -> Iterator[Terms]:
    """−i[2 G_km σ_k⁺σ_m⁻, ρ]."""
    i, j = moves.i, moves.j
    swap = (1 << k) | (1 << m)
    yield moves.term(i ^ swap, j, ((i >> k) & 1 == 1) & ((i >> m) & 1 == 0), parameter, -2j * unit)
    yield moves.term(i, j ^ swap, ((j >> k) & 1 == 0) & ((j >> m) & 1 == 1), parameter, 2j * unit)


def _acts(kind: Kinds, site: int, index: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Where an operator takes basis states: new states, whether there are any, and the factors."""
    bit = (index >> site) & 1
    if kind == "z":
        return index, np.ones(index.shape, dtype=bool), 1 - 2 * bit
    return index ^ (1 << site), bit == (1 if kind == "plus" else 0), np.ones_like(index)


def _cross_terms(moves: _Moves, layout: ParameterLayout, *, jumps: bool) -> Iterator[Terms]:
    """h_kl (2 O_k ρ O_l† − O_l†O_k ρ − ρ O_l†O_k) and its conjugate, for O_k and O_l of different kinds."""
    sites = range(layout.n)
    for block, (first, second) in enumerate(_CROSS):
        for k in sites:
            for m in sites:
                for parameter, unit in layout.cross(block, k, m):
                    yield from _bath(moves, (first, k), (second, m), parameter, unit, jumps=jumps)
                    yield from _bath(moves, (second, m), (first, k), parameter, np.conj(unit), jumps=jumps)


_ADJOINT: dict[Kinds, Kinds] = {"minus": "plus", "plus": "minus", "z": "z"}


def _bath(
    moves: _Moves, left: tuple[Kinds, int], right: tuple[Kinds, int], parameter: int, unit: complex, *, jumps: bool
) -> Iterator[Terms]:
    """The terms of one entry of h, with O_k on the left and O_l on the right of ρ."""
    i, j = moves.i, moves.j
    to_i, on_i, by_i = _acts(*left, i)
    to_j, on_j, by_j = _acts(*right, j)
    if jumps:
        yield moves.term(to_i, to_j, on_i & on_j, parameter, 2 * unit * by_i * by_j)
    again, further, by = _acts(_ADJOINT[right[0]], right[1], to_i)
    yield moves.term(again, j, on_i & further, parameter, -unit * by_i * by)
    again, further, by = _acts(_ADJOINT[left[0]], left[1], to_j)
    yield moves.term(i, again, on_j & further, parameter, -unit * by_j * by)


def _drive(moves: _Moves, layout: ParameterLayout) -> Iterator[Terms]:
    """−i[(Ω* σ⁺ + Ω σ⁻)/2, ρ] of each qubit, which is (Re Ω σˣ + Im Ω σʸ)/2."""
    i, j = moves.i, moves.j
    for k in range(layout.n):
        for offset, unit in ((0, 1), (layout.n, 1j)):
            parameter = layout.driven.start + offset + k
            up_i, up_j = (i >> k) & 1 == 0, (j >> k) & 1 == 0  # σ⁻ excites |↑⟩
            everywhere = np.ones(i.shape, dtype=bool)
            left = np.where(up_i, unit, np.conj(unit))
            right = np.where(up_j, np.conj(unit), unit)  # ⟨j|σ⁺ = (σ⁻|j⟩)†
            yield moves.term(i ^ (1 << k), j, everywhere, parameter, -0.5j * left)
            yield moves.term(i, j ^ (1 << k), everywhere, parameter, 0.5j * right)
