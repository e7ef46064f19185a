"""Checks and repairs of the coefficient blocks of a medium."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import ROUNDING, fail, show


def square(block: NDArray, name: str) -> int:
    """Number of qubits of a (…, N, N) block."""
    if block.ndim < 2 or block.shape[-1] != block.shape[-2] or block.shape[-1] == 0:
        fail(name, "have shape (…, N, N)", f"has shape {block.shape}")
    return block.shape[-1]


def hermitian(block: NDArray, name: str) -> NDArray:
    """The block with rounding removed from its Hermiticity."""
    adjoint = np.swapaxes(block.conj(), -1, -2)
    asymmetry = np.abs(block - adjoint)
    if np.any(asymmetry > ROUNDING * _size(block)):
        word = "symmetric" if block.dtype.kind == "f" else "Hermitian"
        fail(name, f"be {word}", f"differs from its adjoint by {show(asymmetry.max())}")
    return (block + adjoint) / 2


def off_diagonal(block: NDArray, name: str) -> NDArray:
    """The block, once its diagonal is known to be zero."""
    diagonal = np.einsum("...ii->...i", block)
    if np.any(diagonal != 0):
        fail(name, "have a zero diagonal", f"has {show(diagonal[diagonal != 0].flat[0])} on it")
    return block


def positive(block: NDArray, name: str, *, of: str = "be positive semidefinite") -> NDArray:
    """The block with rounding removed from its positivity."""
    lowest, size = _lowest_eigenvalue(block), _size(block)[..., 0, 0]
    wrong = lowest < -ROUNDING * size
    if np.any(wrong):
        it = "it" if of.startswith("leave") else ""
        fail(name, of, f"{it}{' ' * bool(it)}has the eigenvalue {show(lowest[wrong].flat[0])}")
    rounded = lowest < -1e-15 * size
    if not np.any(rounded):
        return block
    values, vectors = np.linalg.eigh(block)
    repaired = (vectors * np.clip(values, 0.0, None)[..., None, :]) @ np.swapaxes(vectors.conj(), -1, -2)
    return np.where(rounded[..., None, None], repaired, block)


def pair_block(given: dict[str, NDArray], rate: str, coupling: str, *, conjugate: bool = False) -> NDArray:
    """The block [[rate, coupling], [coupling*, rate]] of a pair, or its conjugate, once |coupling| ≤ rate."""
    local, shared = np.broadcast_arrays(given[rate], given[coupling])
    magnitude = np.abs(shared)
    if np.any(magnitude > local * (1 + ROUNDING)):
        worst = np.argmax(magnitude - local)
        limit, found = show(local.flat[worst]), show(magnitude.flat[worst])
        if limit == found:  # too close for six digits
            limit, found = repr(float(local.flat[worst])), repr(float(magnitude.flat[worst]))
        fail(coupling, f"satisfy |{coupling}| ≤ {rate} = {limit}", f"|{coupling}| is {found}")
    above = magnitude > local  # only ever rounding
    shared = shared * np.where(above, local / np.where(above, magnitude, 1.0), 1.0)
    return two_by_two(local, shared.conj(), shared) if conjugate else two_by_two(local, shared, shared.conj())


def two_by_two(diagonal: NDArray, upper: NDArray, lower: NDArray) -> NDArray:
    """The batch of matrices [[diagonal, upper], [lower, diagonal]]."""
    diagonal, upper, lower = np.broadcast_arrays(diagonal, upper, lower)
    rows = [np.stack([diagonal, upper], axis=-1), np.stack([lower, diagonal], axis=-1)]
    return np.stack(rows, axis=-2)


def _lowest_eigenvalue(block: NDArray) -> NDArray:
    """The lowest eigenvalue of Hermitian matrices, shape (…); for pairs without LAPACK, ten times faster."""
    if block.shape[-1] != 2:
        return np.linalg.eigvalsh(block)[..., 0]
    first, second = np.real(block[..., 0, 0]), np.real(block[..., 1, 1])
    return (first + second) / 2 - np.hypot((first - second) / 2, np.abs(block[..., 0, 1]))


def _size(block: NDArray) -> NDArray:
    """Largest entry of each matrix, shape (…, 1, 1)."""
    return np.abs(block).max(axis=(-2, -1), keepdims=True)
