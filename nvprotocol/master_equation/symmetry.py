"""The blocks of a density matrix that the generator does not mix, and coordinates on them.

σᶻ is conserved in the weak sense: an element ρ_ij only feeds elements with the same difference of excitations,
n(i) − n(j). For a pair the 16 elements fall into blocks of 6, 4, 4, 1 and 1; without jumps n(i) and n(j) are conserved
each. Blocks between σ⁻ and σ⁺ change that difference by two and leave its parity; blocks between σᶻ and σ±, or a drive,
leave nothing.
"""

from functools import lru_cache
from math import comb
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol.medium.coefficient_matrix import Symmetry

Kind: TypeAlias = Literal["full", "no_jump"]
Sector: TypeAlias = tuple[int | None, int] | Literal["even", "odd", "all"]
"""(None, n(i) − n(j)) for a block of the full generator, (n(i), n(j)) for one of the no-jump generator; elsewhere those
with n(i) − n(j) even or odd, or all elements."""


@lru_cache(maxsize=64)
def elements(n_qubits: int, sector: Sector) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column indices (i, j) of the density-matrix elements of a block."""
    count = _excitations(n_qubits)
    rows, columns = np.indices((2**n_qubits, 2**n_qubits)).reshape(2, -1)
    if isinstance(sector, str):
        odd = (count[rows] - count[columns]) % 2 == 1
        inside = np.ones_like(odd) if sector == "all" else odd == (sector == "odd")
    elif sector[0] is None:
        inside = count[rows] - count[columns] == sector[1]
    else:
        inside = (count[rows] == sector[0]) & (count[columns] == sector[1])
    return rows[inside], columns[inside]


@lru_cache(maxsize=16)
def on_diagonal(n_qubits: int, sector: Sector) -> NDArray[np.bool_]:
    """Which coordinates of a block are populations ρ_ii."""
    rows, columns = elements(n_qubits, sector)
    return rows == columns


def sectors(n_qubits: int, kind: Kind, symmetry: Symmetry = "U(1)") -> list[Sector]:
    """The blocks that determine a Hermitian matrix: those with populations first, and one of each conjugate pair."""
    if symmetry != "U(1)":
        return ["even", "odd"] if symmetry == "parity" else ["all"]
    if kind == "full":
        return [(None, charge) for charge in range(n_qubits + 1)]
    counts = range(n_qubits + 1)
    diagonal: list[Sector] = [(k, k) for k in counts]
    return diagonal + [(k, m) for k in counts for m in counts if k > m]


def largest_block(n_qubits: int, symmetry: Symmetry) -> int:
    """The number of elements of the largest block of the full generator."""
    return {"U(1)": comb(2 * n_qubits, n_qubits), "parity": 4**n_qubits // 2, "none": 4**n_qubits}[symmetry]


def is_diagonal(sector: Sector) -> bool:
    """Whether the block is its own conjugate, so that real coordinates describe it."""
    return isinstance(sector, str) or sector[0] == sector[1] or (sector[0] is None and sector[1] == 0)


def holds_populations(sector: Sector) -> bool:
    """Whether there are populations in the block."""
    return is_diagonal(sector) and sector != "odd"


def to_coordinates(rho: NDArray[np.complex128], n_qubits: int, sector: Sector) -> NDArray:
    """The elements of a block; for a diagonal block as real numbers: Re ρ_ij for i ≤ j and Im ρ_ij for i > j."""
    rows, columns = elements(n_qubits, sector)
    if not is_diagonal(sector):
        return rho[..., rows, columns]
    ordered = rho[..., np.minimum(rows, columns), np.maximum(rows, columns)]
    return np.where(rows <= columns, ordered.real, ordered.imag)


def from_coordinates(vectors: NDArray, n_qubits: int, sector: Sector, rho: NDArray[np.complex128]) -> None:
    """Writes the block, and its conjugate, into matrices (…, T, d, d) from coordinates (…, n, T)."""
    rows, columns = elements(n_qubits, sector)
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        entry = vectors[..., k, :]
        if not is_diagonal(sector):
            rho[..., i, j] = entry
            rho[..., j, i] = entry.conj()
        elif i <= j:
            rho.real[..., i, j] = entry
            rho.real[..., j, i] = entry
        else:
            rho.imag[..., j, i] = entry
            rho.imag[..., i, j] = -entry


def matrices_of_block(vectors: NDArray, n_qubits: int, sector: Sector) -> NDArray[np.complex128]:
    """Matrices (…, T, d, d) that are zero outside a block with coordinates (…, n, T).

    For a pair as one product with a constant matrix, which writes every number once and in order: what a large sweep
    waits for is memory.
    """
    d = 2**n_qubits
    shape = (*vectors.shape[:-2], vectors.shape[-1], d, d)
    if n_qubits > 2 or not is_diagonal(sector):
        result = np.zeros(shape, dtype=complex)
        from_coordinates(vectors, n_qubits, sector, result)
        return result
    written = np.matmul(np.swapaxes(vectors, -1, -2), _basis(n_qubits, sector))
    return written.view(complex).reshape(shape)


@lru_cache(maxsize=16)
def _basis(n_qubits: int, sector: Sector) -> NDArray[np.float64]:
    """The matrices with one coordinate 1 and the others 0, flat, real and imaginary parts side by side: (n, 2d²)."""
    size = elements(n_qubits, sector)[0].size
    result = np.zeros((size, 2**n_qubits, 2**n_qubits), dtype=complex)
    from_coordinates(np.eye(size)[..., None], n_qubits, sector, result[:, None])
    flat = result.reshape(size, -1).view(float)
    flat.flags.writeable = False
    return flat


def _excitations(n_qubits: int) -> NDArray[np.intp]:
    return np.array([index.bit_count() for index in range(2**n_qubits)])
