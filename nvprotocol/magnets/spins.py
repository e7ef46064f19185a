"""What the two levels of each qubit feel of a field: the matrix elements of their spins."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.magnets.nv_centre import NVCentre

__all__ = ["Spins"]


@holds_read_only
class Spins(NamedTuple):
    """Matrix elements of N spins in the laboratory's frame.

    Attributes:
        coupling: ⟨↑|S|↓⟩, shape (N, 3): relaxation, exchange.
        moment_change: ⟨↓|S|↓⟩ − ⟨↑|S|↑⟩, shape (N, 3): dephasing, Ising coupling.

    Examples:
        >>> from nvprotocol.magnets.spins import Spins
        >>> Spins.along((0.0, 0.0, 1.0), 1, 2).alike
        True
    """

    coupling: NDArray[np.complex128]
    moment_change: NDArray[np.float64]

    @classmethod
    def of(cls, centres: Sequence[NVCentre]) -> "Spins":
        """Those of NV centres, each in its own field."""
        return cls(np.array([one.coupling for one in centres]), np.array([one.moment_change for one in centres]))

    @classmethod
    def along(cls, axis: tuple[float, float, float], sign: int, n_qubits: int) -> "Spins":
        """Those of equal spins 1 whose field is along their axis: levels m = 0 and −1 (sign 1) or +1 (sign −1)."""
        z = np.array(axis)
        upright = np.hypot(z[0], z[1]) == 0
        x = np.array([1.0, 0.0, 0.0]) if upright else np.cross([0.0, 0.0, 1.0], z) / np.hypot(z[0], z[1])
        coupling = (x - 1j * sign * np.cross(z, x)) / np.sqrt(2)
        return cls(np.tile(coupling, (n_qubits, 1)), np.tile(-sign * z, (n_qubits, 1)))

    @property
    def alike(self) -> bool:
        """Whether all of them are the same."""
        return all(bool(np.all(array == array[0])) for array in self)

    @property
    def rows(self) -> tuple[list[int], list[int]]:
        """Pairs of spins: each with itself, or one for all if they are alike, then i < j as a `Setting` has them."""
        n = len(self.coupling)
        own = range(1 if self.alike else n)
        first, second = np.triu_indices(n, 1)
        return [*own, *first.tolist()], [*own, *second.tolist()]
