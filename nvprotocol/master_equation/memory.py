"""What the master equation of N qubits takes in memory, asked for before it is taken."""

from math import prod

from nvprotocol.master_equation.exponential import DENSE_LIMIT
from nvprotocol.master_equation.sparse_steady import MOST_DENSE, require_factorisation
from nvprotocol.master_equation.symmetry import largest_block
from nvprotocol.medium.coefficient_matrix import Symmetry
from nvprotocol.resources import require_memory

_COMPLEX, _REAL = 16, 8
_EXPONENTIAL = 12
"""Matrices that a Padé approximant holds at a time."""
_SINGULAR = 8
"""Matrices that a singular value decomposition holds."""


def require_states(n_qubits: int, batch: tuple[int, ...], times: int, symmetry: Symmetry) -> None:
    """Room for density matrices at many times, and for the exponential of their largest block, which is real.

    Raises:
        TooLargeError: If there is none.
    """
    number, size = prod(batch) * times, largest_block(n_qubits, symmetry)
    if size <= DENSE_LIMIT:  # else what the state touches decides (`blocked`)
        generators = f"{_EXPONENTIAL} × {_generators(batch, size)}"
        require_memory(_EXPONENTIAL * _REAL * prod(batch) * size**2, "medium", generators)
    taken = f"2 × {number} density matrices of {n_qubits} qubits"
    require_memory(2 * _COMPLEX * number * 4**n_qubits, "times" if times > 1 else "medium", taken)


def require_kept(n_qubits: int, batch: tuple[int, ...], times: int) -> None:
    """The same, where no quantum is exchanged, and blocks are smaller.

    Raises:
        TooLargeError: If there is none.
    """
    number = prod(batch) * times
    taken = f"3 × {number} density matrices of {n_qubits} qubits"
    require_memory(3 * _COMPLEX * number * 4**n_qubits, "times" if times > 1 else "medium", taken)


def require_steady(n_qubits: int, batch: tuple[int, ...], symmetry: Symmetry) -> None:
    """Room for the null space of the largest block.

    Raises:
        TooLargeError: If there is none.
    """
    size = largest_block(n_qubits, symmetry)
    if n_qubits > MOST_DENSE:
        require_factorisation(size)
        return
    taken = f"{_SINGULAR} × {_generators(batch, size)}"
    require_memory(_SINGULAR * _REAL * prod(batch) * size**2, "medium", taken)


def require_superoperators(n_qubits: int, batch: tuple[int, ...]) -> None:
    """Room for whole generators or propagators.

    Raises:
        TooLargeError: If there is none.
    """
    taken = f"2 × {_generators(batch, 4**n_qubits)}"
    require_memory(2 * _COMPLEX * prod(batch) * 16**n_qubits, "medium", taken)


def require_operators(n_qubits: int, batch: tuple[int, ...], number: int) -> None:
    """Room for matrices on the Hilbert space, so many for each medium of a batch.

    Raises:
        TooLargeError: If there is none.
    """
    count = prod(batch) * number
    require_memory(_COMPLEX * count * 4**n_qubits, "medium", f"{count} operators of {n_qubits} qubits")


def _generators(batch: tuple[int, ...], size: int) -> str:
    return f"{prod(batch)} generators of {size} × {size}"
