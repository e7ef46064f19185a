"""Hamiltonian and jump operators of a medium as matrices on the Hilbert space."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol.medium import Medium


def hamiltonian(medium: Medium, offsets: NDArray[np.float64]) -> NDArray[np.complex128]:
    """H_S + H_eff (Eqs. 1 and S38), shape (…, d, d), from splittings Δ_i of shape (…, N)."""
    n = medium.n_qubits
    d = 2**n
    z = [operators.sigma_z(k, n) for k in range(n)]
    batch = np.broadcast_shapes(medium.batch_shape, offsets.shape[:-1])
    result = np.zeros((*batch, d, d), dtype=complex)
    for k in range(n):
        result -= 0.5 * offsets[..., k, None, None] * z[k]
        for m in range(n):
            if k != m:
                hop = operators.sigma_plus(k, n) @ operators.sigma_minus(m, n)
                result += 2 * medium.flip_flop[..., k, m, None, None] * hop
                result += 0.5 * medium.ising[..., k, m, None, None] * (z[k] @ z[m])
    return result


def jump_operators(medium: Medium) -> NDArray[np.complex128]:
    """√2 J for excitation, relaxation and, only where there is any, dephasing; shape (…, K, d, d)."""
    kinds = [(medium.excitation, operators.sigma_minus), (medium.relaxation, operators.sigma_plus)]
    if np.any(medium.dephasing):
        kinds.append((medium.dephasing, operators.sigma_z))
    n = medium.n_qubits
    parts = [_jumps(block, np.stack([single(k, n) for k in range(n)])) for block, single in kinds]
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
