"""Steady states: the projection of an initial state on the null space of the generator."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.errors import NotUniqueError
from nvprotocol.master_equation.evolution import touched_sectors
from nvprotocol.master_equation.exponential import expm
from nvprotocol.master_equation.generator import block_generator
from nvprotocol.master_equation.sectors import (
    Sector,
    from_coordinates,
    is_diagonal,
    sectors,
    to_coordinates,
)

_NULL = 1e-12
"""Singular values and decay rates below this share of the largest count as zero."""

_SETTLING = 200.0
"""Length, in units of the inverse norm of the generator, of the stretch that clears rounding away."""


def steady_state(
    values: NDArray[np.float64], n_qubits: int, rho: NDArray[np.complex128] | None
) -> NDArray[np.complex128]:
    """The limit of exp(𝓖t)ρ, shape (…, d, d); without ρ the only steady state."""
    d = 2**n_qubits
    if rho is None:
        _require_unique(values, n_qubits)
    start = np.eye(d, dtype=complex) / d if rho is None else rho
    batch = np.broadcast_shapes(values.shape[:-1], start.shape[:-2])
    result = np.zeros((*batch, 1, d, d), dtype=complex)
    for sector in touched_sectors(start, n_qubits, "full"):
        generator = block_generator(values, n_qubits, sector, "full", real=is_diagonal(sector))
        vector = to_coordinates(start, n_qubits, sector)
        size = vector.shape[-1]
        generator = np.broadcast_to(generator, (*batch, size, size)).reshape(-1, size, size)
        vector = np.broadcast_to(vector, (*batch, size)).reshape(-1, size)
        limit = _settled(generator, _limit(generator, vector))
        from_coordinates(limit.reshape(*batch, size, 1), n_qubits, sector, result)
    states = result[..., 0, :, :]
    return states / np.einsum("...ii->...", states).real[..., None, None]


def _limit(generators: NDArray, vectors: NDArray) -> NDArray:
    """R (L†R)⁻¹ L†x with R, L right and left null vectors, for each generator of a (B, n, n) batch."""
    left, singular, right = np.linalg.svd(generators)
    dimension = _null_dimension(singular)
    result = np.zeros(vectors.shape, dtype=np.result_type(generators, vectors))
    for count in np.unique(dimension[dimension > 0]):
        chosen = dimension == count
        null_left = left[chosen][:, :, -count:]
        null_right = np.swapaxes(right[chosen].conj(), -1, -2)[:, :, -count:]
        adjoint = np.swapaxes(null_left.conj(), -1, -2)
        weights = np.linalg.solve(adjoint @ null_right, adjoint @ vectors[chosen][..., None])
        result[chosen] = (null_right @ weights)[..., 0]
    _require_decay(generators, vectors - result)
    return result


def _settled(generators: NDArray, limits: NDArray) -> NDArray:
    """The limits after one more stretch of evolution: what is rounding in an empty population decays to zero.

    A population of 1e-17 where there should be none would cost the concurrence 1e-8.
    """
    norm = np.abs(generators).sum(axis=-2).max(axis=-1)
    span = _SETTLING / np.where(norm > 0, norm, 1.0)
    return (expm(generators * span[:, None, None]) @ limits[..., None])[..., 0]


def _require_decay(generators: NDArray, rest: NDArray) -> None:
    """Refuses a remainder that oscillates for ever: an eigenvalue on the imaginary axis that it overlaps with."""
    values = np.linalg.eigvals(generators)
    for k in np.flatnonzero(np.any(_lasting(values), axis=-1)):
        eigenvalues, vectors = np.linalg.eig(generators[k])
        lasting = _lasting(eigenvalues)
        share = np.linalg.lstsq(vectors, rest[k].astype(complex), rcond=None)[0][lasting]
        if np.abs(share).max() > 1e-9:
            frequency = np.abs(np.imag(eigenvalues[lasting])).max()
            raise NotUniqueError(
                f"There is no steady state from this `initial` state: it oscillates at {frequency:.6g} rad/µs for ever."
            )


def _require_unique(values: NDArray[np.float64], n_qubits: int) -> None:
    for sector in sectors(n_qubits, "full"):
        generator = block_generator(values, n_qubits, sector, "full", real=is_diagonal(sector))
        if _has_more(generator, sector):
            raise NotUniqueError("The steady state is not unique (dark states); give an `initial` state.")


def _has_more(generator: NDArray, sector: Sector) -> bool:
    singular = np.linalg.svd(generator, compute_uv=False)
    return bool(np.any(_null_dimension(singular) > (1 if sector == (None, 0) else 0)))


def _null_dimension(singular: NDArray[np.float64]) -> NDArray[np.intp]:
    """How many of (…, n) singular values, the largest first, count as zero."""
    return (singular <= _NULL * np.maximum(singular[..., :1], np.finfo(float).tiny)).sum(axis=-1)


def _lasting(eigenvalues: NDArray) -> NDArray[np.bool_]:
    """Which of (…, n) eigenvalues are imaginary and not zero."""
    size = np.abs(eigenvalues).max(axis=-1, keepdims=True)
    return (np.abs(np.real(eigenvalues)) <= _NULL * size) & (np.abs(eigenvalues) > 1e-9 * size)
