"""The couplings and the jump operators of a medium as matrices on the Hilbert space."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol.medium.coefficient_matrix import separate_kinds


def coupling_hamiltonian(blocks: dict[str, NDArray]) -> NDArray[np.complex128]:
    """H_eff of the couplings `flip_flop` and `ising` (Eq. S38), shape (…, d, d)."""
    flip_flop, ising = blocks["flip_flop"], blocks["ising"]
    n = flip_flop.shape[-1]
    d = 2**n
    z = [operators.sigma_z(k, n) for k in range(n)]
    result = np.zeros((*np.broadcast_shapes(flip_flop.shape[:-2], ising.shape[:-2]), d, d), dtype=complex)
    for k in range(n):
        for m in range(n):
            if k != m:
                hop = operators.sigma_plus(k, n) @ operators.sigma_minus(m, n)
                result += 2 * flip_flop[..., k, m, None, None] * hop
                result += 0.5 * ising[..., k, m, None, None] * (z[k] @ z[m])
    return result


def jump_operators(blocks: dict[str, NDArray]) -> NDArray[np.complex128]:
    """√2 J for excitation, relaxation and, only where there is any, dephasing; shape (…, K, d, d).

    Kinds that have a block between them are one list, of the eigenvectors of their part of h.
    """
    n = blocks["relaxation"].shape[-1]
    kinds = (operators.sigma_minus, operators.sigma_plus, operators.sigma_z)
    singles = np.stack([single(k, n) for single in kinds for k in range(n)])
    parts = [_jumps(matrix, singles[place]) for _, matrix, place in separate_kinds(blocks)]
    batch = np.broadcast_shapes(*(part.shape[:-3] for part in parts))
    return np.concatenate([np.broadcast_to(part, (*batch, *part.shape[-3:])) for part in parts], axis=-3)


def _jumps(block: NDArray[np.complex128], singles: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """√(2λ) Σ_i v_i O_i for every eigenpair of a block, largest rate first."""
    rates, vectors = np.linalg.eigh(block)
    rates, vectors = np.clip(rates[..., ::-1], 0.0, None), vectors[..., ::-1]
    first = vectors[..., :1, :]
    magnitude = np.abs(first)
    phase = np.where(magnitude > 0, first / np.where(magnitude > 0, magnitude, 1), 1)
    scaled = vectors / phase * np.sqrt(2 * rates)[..., None, :]
    return np.einsum("...ik,iab->...kab", scaled, singles)
