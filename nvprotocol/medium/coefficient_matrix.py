"""The whole coefficient matrix h of a medium (Eq. 3, arXiv:2108.07365), its blocks, and the symmetry they leave."""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Symmetry: TypeAlias = Literal["U(1)", "parity", "none"]
"""What the generator conserves: the difference of excitations of ket and bra, only whether it is even, or nothing."""

CROSS = (("σ⁻", "σ⁺"), ("σ⁻", "σᶻ"), ("σ⁺", "σᶻ"))
"""The blocks of h above its diagonal, in the order of `Medium.cross`."""

_DIAGONAL = ("excitation", "relaxation", "dephasing")
_PLACES = ((0, 1), (0, 2), (1, 2))


def blocks_of(matrix: NDArray) -> dict[str, NDArray]:
    """The blocks of (…, 3N, 3N) in the order σ₁⁻ … σ_N⁻, σ₁⁺ … σ_N⁺, σ₁ᶻ … σ_Nᶻ, by the names that `Medium` has."""
    n = matrix.shape[-1] // 3
    split = matrix.reshape(*matrix.shape[:-2], 3, n, 3, n)
    blocks = {name: split[..., k, :, k, :] for k, name in enumerate(_DIAGONAL)}
    return blocks | {"cross": np.stack([split[..., i, :, j, :] for i, j in _PLACES], axis=-3)}


def matrix_of(blocks: dict[str, NDArray]) -> NDArray[np.complex128]:
    """The matrix (…, 3N, 3N) of blocks by the names that `Medium` has: the inverse of `blocks_of`."""
    n = blocks["relaxation"].shape[-1]
    cross = blocks["cross"]
    batch = np.broadcast_shapes(*(blocks[name].shape[:-2] for name in _DIAGONAL), cross.shape[:-3])
    whole = np.zeros((*batch, 3, n, 3, n), dtype=complex)
    for k, name in enumerate(_DIAGONAL):
        whole[..., k, :, k, :] = blocks[name]
    for k, (i, j) in enumerate(_PLACES):
        whole[..., i, :, j, :] = cross[..., k, :, :]
        whole[..., j, :, i, :] = np.swapaxes(cross[..., k, :, :].conj(), -1, -2)
    return whole.reshape(*batch, 3 * n, 3 * n)


def symmetry_of(cross: NDArray) -> Symmetry:
    """The symmetry that the blocks above the diagonal leave, of all media of a batch together."""
    if not np.any(cross):
        return "U(1)"
    return "none" if np.any(cross[..., 1:, :, :]) else "parity"


def separate_kinds(blocks: dict[str, NDArray]) -> list[tuple[str, NDArray, slice]]:
    """The parts of h that no block connects, to be diagonalised each alone, so that jumps of equal rate do not mix.

    Returns:
        For each its name ("excitation", "relaxation"; "general" where these are connected; "dephasing", only where
        there is any), its matrix, and its places among the 3N operators.
    """
    n, symmetry = blocks["relaxation"].shape[-1], symmetry_of(blocks["cross"])
    if symmetry == "none":
        return [("general", matrix_of(blocks), slice(3 * n))]
    if symmetry == "parity":
        kinds = [("general", matrix_of(blocks)[..., : 2 * n, : 2 * n], slice(2 * n))]
    else:
        kinds = [("excitation", blocks["excitation"], slice(n)), ("relaxation", blocks["relaxation"], slice(n, 2 * n))]
    return [*kinds, ("dephasing", blocks["dephasing"], slice(2 * n, 3 * n))] if np.any(blocks["dephasing"]) else kinds
