"""Branches of a circuit, one for every combination of the readings that matter, and what steps do to them."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Branches:
    """Unnormalised states of some qubits, one for every combination of the readings that matter.

    Qubits that are not among them are in |0⟩. It changes as the circuit is followed. Several media are followed at
    once, M of them; as long as none has acted, M may be 1.

    Args:
        qubits: The qubits, in increasing order.
        states: Their states, column-stacked, the highest qubit first in columns and rows, shape (M, B, 4ⁿ).
        bits: The bits whose readings matter.
        readings: What they read in each branch, shape (B, bits); nothing by default.

    Examples:
        >>> from nvprotocol.engines.exact_branches import Branches
        >>> branches = Branches((), np.ones((1, 1, 1), dtype=complex))
        >>> branches.occupy([0, 1])
        >>> branches.qubits, branches.states.shape, branches.traces.tolist()
        ((0, 1), (1, 1, 16), [[1.0]])
    """

    def __init__(
        self,
        qubits: tuple[int, ...],
        states: NDArray[np.complex128],
        bits: Sequence[int] = (),
        readings: NDArray[np.int8] | None = None,
    ) -> None:
        self.qubits = qubits
        self.states = states
        self.bits = list(bits)
        self.readings = np.zeros((states.shape[1], 0), dtype=np.int8) if readings is None else readings

    @property
    def traces(self) -> NDArray[np.float64]:
        """The probability of each branch, shape (M, B)."""
        return np.real(self.states[..., :: 2 ** len(self.qubits) + 1]).sum(axis=-1)

    def __len__(self) -> int:
        return self.states.shape[1]

    def reading(self, bit: int, known: Mapping[int, int]) -> NDArray[np.int8]:
        """What a bit reads in each branch; 0 or what is kept where it is not tracked."""
        if bit in self.bits:
            return self.readings[:, self.bits.index(bit)]
        return np.full(len(self), known.get(bit, 0), dtype=np.int8)

    def occupy(self, qubits: Iterable[int]) -> None:
        """Takes qubits in that are in |0⟩."""
        for qubit in qubits:
            if qubit not in self.qubits:
                around = self._around(qubit)
                states = np.zeros((*around[:2], 2, *around[2:4], 2, around[4]), dtype=complex)
                states[:, :, 0, :, :, 0, :] = self.states.reshape(around)
                self.qubits = tuple(sorted((*self.qubits, qubit)))
                self.states = states.reshape(*self.states.shape[:2], 4 ** len(self.qubits))

    def clear(self, qubit: int) -> None:
        """Leaves a qubit in |0⟩, whatever it was."""
        self.qubits = tuple(one for one in self.qubits if one != qubit)
        around = self._around(qubit)
        states = self.states.reshape((*around[:2], 2, *around[2:4], 2, around[4]))
        remain = states[:, :, 0, :, :, 0, :] + states[:, :, 1, :, :, 1, :]
        self.states = remain.reshape(*self.states.shape[:2], 4 ** len(self.qubits))

    def _around(self, qubit: int) -> tuple[int, int, int, int, int]:
        """Sizes of what stands before and after a qubit in columns and rows."""
        below = 2 ** sum(one < qubit for one in self.qubits)
        above = 2 ** sum(one > qubit for one in self.qubits)
        return math.prod(self.states.shape[:2]), above, below, above, below

    def apply(self, superoperator: NDArray[np.complex128], qubits: Sequence[int]) -> None:
        """A superoperator on some of the qubits, shape (4ᵏ, 4ᵏ), or one for each medium, (M, 4ᵏ, 4ᵏ)."""
        self.occupy(qubits)
        if tuple(qubits) == self.qubits:
            self.states = self.states @ np.swapaxes(superoperator, -1, -2)
            return
        n, k = len(self.qubits), len(qubits)
        columns = [n - self.qubits.index(qubit) for qubit in reversed(qubits)]
        axes = [axis + 1 for axis in (*columns, *(axis + n for axis in columns))]
        # A column-stacked index is (column, row), each with its highest qubit first.
        states = self.states.reshape(*self.states.shape[:2], *(2,) * (2 * n))
        last = list(range(-2 * k, 0))
        moved = np.moveaxis(states, axes, last)
        flat = moved.reshape(len(states), -1, 4**k) @ np.swapaxes(superoperator, -1, -2)
        back = np.moveaxis(flat.reshape(len(flat), *moved.shape[1:]), last, axes)
        self.states = back.reshape(len(flat), states.shape[1], 4**n)

    def track(self, bit: int) -> int:
        """The column of a bit, which has read 0 if it is new."""
        if bit not in self.bits:
            self.bits.append(bit)
            self.readings = np.column_stack([self.readings, np.zeros(len(self), dtype=np.int8)])
        return self.bits.index(bit)

    def only(self, chosen: NDArray) -> "Branches":
        """Some of the branches."""
        return Branches(self.qubits, self.states[:, chosen], self.bits, self.readings[chosen])

    def join(self, others: "Sequence[Branches]") -> None:
        """Becomes all branches of others, which have the same bits and qubits, without those that never happen."""
        self.qubits = others[0].qubits
        self.states = np.concatenate([one.states for one in others], axis=1)
        self.readings = np.concatenate([one.readings for one in others])
        possible = np.any(self.traces > 0, axis=0)
        if not possible.all():
            self.states, self.readings = self.states[:, possible], self.readings[possible]

    def forget(self, needed: Collection[int]) -> None:
        """Adds up branches that differ in bits only that nothing needs any more."""
        kept = [k for k, bit in enumerate(self.bits) if bit in needed]
        if len(kept) == len(self.bits):
            return
        self.bits = [self.bits[k] for k in kept]
        different, same = np.unique(self.readings[:, kept], axis=0, return_inverse=True)
        states = np.zeros((len(different), len(self.states), self.states.shape[-1]), dtype=complex)
        np.add.at(states, same.reshape(-1), np.swapaxes(self.states, 0, 1))
        self.states, self.readings = np.swapaxes(states, 0, 1), different


class Map(NamedTuple):
    """What a step does to its qubits wherever it happens, or for each medium; `clears` where it leaves one in |0⟩."""

    superoperator: NDArray[np.complex128]
    qubits: tuple[int, ...]
    clears: bool = False

    def on(self, branches: Branches) -> None:
        """Does it in every branch."""
        if not self.clears:
            branches.apply(self.superoperator, self.qubits)
        elif self.qubits[0] in branches.qubits:
            branches.clear(self.qubits[0])


@dataclass(frozen=True)
class Fork:
    """A step that does not do the same in all branches.

    Attributes:
        outcomes: What it does by what its bit then reads; None where it writes none that matters.
        tests: The bits that must read a value for it to happen.
        bit: The bit that it writes, if that matters.
        needed: The bits that something after it reads.
    """

    outcomes: Mapping[int | None, Map]
    tests: tuple[tuple[int, int], ...]
    bit: int | None
    needed: frozenset[int]

    def on(self, branches: Branches) -> None:
        """Does it in the branches where the tests hold, and forgets what nothing needs any more."""
        for one in self.outcomes.values():
            branches.occupy(one.qubits)
        column = None if self.bit is None else branches.track(self.bit)
        happens = np.ones(len(branches), dtype=bool)
        for bit, value in self.tests:
            happens &= branches.readings[:, branches.bits.index(bit)] == value
        parts = [branches.only(~happens)]
        for value, one in self.outcomes.items():
            part = branches.only(happens)
            part.apply(one.superoperator, one.qubits)
            if column is not None and value is not None:
                part.readings[:, column] = value
            parts.append(part)
        branches.join(parts)
        branches.forget(self.needed)


@dataclass(frozen=True)
class Keep:
    """Keeps the branches in which a bit reads a value; nothing needs it after that."""

    bit: int
    value: int
    needed: frozenset[int]

    def on(self, branches: Branches) -> None:
        """Drops the other branches."""
        column = branches.track(self.bit)
        branches.join([branches.only(branches.readings[:, column] == self.value)])
        branches.forget(self.needed)
