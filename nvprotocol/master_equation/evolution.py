"""Evolution of density matrices, only in the blocks that the initial state touches."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.blocked import evolved_by_blocks
from nvprotocol.master_equation.exponential import DENSE_LIMIT, expm, propagate, refuse_endless
from nvprotocol.master_equation.generator import block_generator, symmetry_of_parameters
from nvprotocol.master_equation.symmetry import (
    Kind,
    Sector,
    elements,
    from_coordinates,
    holds_populations,
    is_diagonal,
    largest_block,
    matrices_of_block,
    on_diagonal,
    sectors,
    to_coordinates,
)
from nvprotocol.medium.coefficient_matrix import Symmetry

_NUMBERS = 2**18
"""Complex numbers of the states that are made at a time, at one time or at all."""


def touched_sectors(
    rho: NDArray[np.complex128], n_qubits: int, kind: Kind, symmetry: Symmetry = "U(1)"
) -> list[Sector]:
    """The blocks in which a state has an element that is not zero."""
    return [sector for sector in sectors(n_qubits, kind, symmetry) if np.any(to_coordinates(rho, n_qubits, sector))]


def evolved_in_parts(
    values: NDArray[np.float64],
    rho: NDArray[np.complex128],
    times: NDArray[np.float64],
    observable: Callable[[NDArray[np.complex128]], NDArray[Any]] | None = None,
) -> NDArray[Any]:
    """exp(𝓖t)ρ at every time, or an observable of it; a large batch a part at a time, which stays in the cache.

    Args:
        values: Real parameters of the generator 𝓖, shape (…, P).
        rho: Initial states, shape (…, d, d).
        times: Non-decreasing times in µs, shape (T,).
        observable: From matrices (…, d, d) to what is kept of them, shape (…, *); by default all.

    Returns:
        Matrices of shape (…, T, d, d), or what is kept of them, (…, T, *).
    """
    batch = np.broadcast_shapes(values.shape[:-1], rho.shape[:-2])
    kept_at_once = 1 if observable is None else times.size  # what is returned has all times anyway
    size, most = prod(batch), max(_NUMBERS // (kept_at_once * rho.shape[-1] ** 2), 1)
    if size <= most:
        states = evolved(values, rho, times)
        return states if observable is None else observable(states)
    if values.ndim > 1:
        values = np.broadcast_to(values, (*batch, values.shape[-1])).reshape(size, -1)
    if rho.ndim > 2:
        rho = np.broadcast_to(rho, (*batch, *rho.shape[-2:])).reshape(size, *rho.shape[-2:])
    result: NDArray[Any] | None = None
    for start in range(0, size, most):
        part = slice(start, start + most)
        states = evolved(values[part] if values.ndim > 1 else values, rho[part] if rho.ndim > 2 else rho, times)
        kept = states if observable is None else observable(states)
        if result is None:
            result = np.empty((size, *kept.shape[1:]), dtype=kept.dtype)
        result[part] = kept
    assert result is not None
    return result.reshape(*batch, *result.shape[1:])


def evolved(
    values: NDArray[np.float64],
    rho: NDArray[np.complex128],
    times: NDArray[np.float64],
    *,
    kind: Kind = "full",
    shift: NDArray[np.float64] | float = 0.0,
) -> NDArray[np.complex128]:
    """exp((𝓖 − shift)t)ρ at every time, of all points of a batch at once.

    Args:
        values: Real parameters of the generator 𝓖, shape (…, P).
        rho: Initial states, shape (…, d, d).
        times: Non-decreasing times in µs, shape (T,).
        kind: Whether the jumps are part of the generator.
        shift: Rate in rad/µs that is taken off the generator, so that decaying states do not underflow, shape (…).

    Returns:
        Matrices of shape (…, T, d, d).
    """
    d = rho.shape[-1]
    n_qubits = d.bit_length() - 1
    batch = np.broadcast_shapes(values.shape[:-1], rho.shape[:-2])
    symmetry = symmetry_of_parameters(values, n_qubits)
    if kind == "full" and largest_block(n_qubits, symmetry) > DENSE_LIMIT:
        return evolved_by_blocks(values, rho, times)
    states = None
    for sector in touched_sectors(rho, n_qubits, kind, symmetry):  # diagonal ones first
        generator = block_generator(values, n_qubits, sector, kind, real=is_diagonal(sector))
        start = to_coordinates(rho, n_qubits, sector)
        if np.any(shift):
            shifted = generator - np.asarray(shift)[..., None, None] * np.eye(generator.shape[-1])
            generator = np.where(np.any(start, axis=-1)[..., None, None], shifted, 0.0)  # an empty block must not grow
        vectors = propagate(generator, start, times)
        if kind == "full" and holds_populations(sector):
            # The trace is 1; squaring exp(𝓖t) many times lets it drift by rounding alone.
            vectors /= (on_diagonal(n_qubits, sector).astype(float) @ vectors)[..., None, :]
        if states is None:
            states = matrices_of_block(vectors, n_qubits, sector)
        else:
            from_coordinates(vectors, n_qubits, sector, states)
    return np.zeros((*batch, times.size, d, d), dtype=complex) if states is None else states


def propagator(values: NDArray[np.float64], n_qubits: int, durations: NDArray[np.float64]) -> NDArray[np.complex128]:
    """exp(𝓖t) as matrices on column-stacked density matrices, shape (…, T, d², d²), put together from its blocks."""
    d = 2**n_qubits
    result = np.zeros((*values.shape[:-1], durations.size, d * d, d * d), dtype=complex)
    for sector in sectors(n_qubits, "full", symmetry_of_parameters(values, n_qubits)):
        rows, columns = elements(n_qubits, sector)
        generator = block_generator(values, n_qubits, sector, "full")
        refuse_endless(generator, float(durations.max(initial=0.0)), "duration")
        block = expm(generator[..., None, :, :] * durations[:, None, None])
        place, mirrored = columns * d + rows, rows * d + columns
        result[..., mirrored[:, None], mirrored] = block.conj()
        result[..., place[:, None], place] = block
    return result
