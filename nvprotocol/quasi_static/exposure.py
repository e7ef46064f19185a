"""How long which coherences are there: what decides on the nodes of an average over detunings."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.resources import require_memory

_MOST_LISTED = 6
"""Qubits of which all 3ᴺ kinds of coherence are listed."""


@dataclass(frozen=True, eq=False)
@holds_read_only
class Exposure:
    """How long which coherences are there, in a run of N qubits.

    The element |m⟩⟨n| of a state turns at Σ eᵢξᵢ under detunings ξ, with eᵢ = −1, 0 or 1.

    Attributes:
        n_qubits: Number of qubits N.
        pieces: Times in µs, each with the vectors e of the elements that may be there meanwhile, shape (M, N).

    Examples:
        >>> from nvprotocol.quasi_static.exposure import Exposure
        >>> alone = Exposure(2, ((3.0, np.array([[0, 0], [1, 0]])),))  # qubit 1 stays in |↑⟩
        >>> alone.reach(np.array([[0.5], [7.0]])).tolist()
        [1.5]
    """

    n_qubits: int
    pieces: tuple[tuple[float, NDArray[np.int8]], ...]

    @classmethod
    def to_all(cls, n_qubits: int, duration: float) -> "Exposure":
        """Every coherence may be there for a time in µs.

        Examples:
            >>> from nvprotocol.quasi_static.exposure import Exposure
            >>> Exposure.to_all(2, 3.0).reach(np.array([[0.5], [-0.25]])).tolist()
            [2.25]
        """
        return cls(n_qubits, ((duration, every_sign(n_qubits)),))

    @classmethod
    def of_orders(cls, n_qubits: int, duration: float, orders: Iterable[int]) -> "Exposure":
        """For a time in µs coherences of some orders, the differences of the numbers of qubits in |↓⟩.

        An axial medium leaves the orders as they are.

        Examples:
            >>> from nvprotocol.quasi_static.exposure import Exposure
            >>> zero = Exposure.of_orders(2, 3.0, [0])  # within σᶻ = 0, and populations
            >>> zero.reach(np.array([[0.5], [0.5]])).tolist()  # a field that is common to both
            [0.0]
        """
        whole = cls.to_all(n_qubits, duration)
        ((time, signs),) = whole.pieces
        if whole.n_qubits > _MOST_LISTED:
            return whole
        return cls(whole.n_qubits, ((time, signs[np.isin(np.abs(signs.sum(axis=1)), np.abs(list(orders)))]),))

    @property
    def directions(self) -> NDArray[np.float64]:
        """Orthonormal directions of all detunings that matter, shape (N, D)."""
        seen = [signs for time, signs in self.pieces if time > 0]
        if not seen:
            return np.zeros((self.n_qubits, 0))
        _, sizes, rows = np.linalg.svd(np.unique(np.concatenate(seen), axis=0).astype(float))
        rank = int(np.sum(sizes > 1e-9))
        return np.eye(self.n_qubits) if rank == self.n_qubits else rows[:rank].T

    def reach(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """The largest phase in rad that a coherence can gather while the detunings are each of some columns.

        Args:
            columns: Detunings in rad/µs, shape (…, N, D).

        Returns:
            Phases, shape (…, D).
        """
        found = np.zeros((*columns.shape[:-2], columns.shape[-1]))
        for time, signs in self.pieces:
            if len(signs):
                found += time * np.abs(signs.astype(float) @ columns).max(axis=-2)
        return found


def every_sign(n_qubits: int) -> NDArray[np.int8]:
    """The vectors e of all coherences; of many qubits only those without a zero, which turn fastest."""
    values = (-1, 0, 1) if n_qubits <= _MOST_LISTED else (-1, 1)
    require_memory(64.0 * n_qubits * len(values) ** n_qubits, "n_qubits", f"all coherences of {n_qubits} qubits")
    return np.array(list(product(values, repeat=n_qubits)), dtype=np.int8)
