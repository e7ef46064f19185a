"""Steady states: the projection of an initial state on the null space of the generator.

A singular-value decomposition gives the null space where every other singular value is far above rounding. Where rates
and frequencies differ so much that some is not, whole numbers decide and give the state (`integers`).
"""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.errors import NotUniqueError, PrecisionError
from nvprotocol.master_equation.evolution import touched_sectors
from nvprotocol.master_equation.exponential import expm
from nvprotocol.master_equation.generator import block_generator, real_coefficients, symmetry_of_parameters
from nvprotocol.master_equation.integers import Scaled, characteristic, combined, imaginary_roots, null_part, nullities
from nvprotocol.master_equation.rounding import span_of, turned, turned_to_real
from nvprotocol.master_equation.sparse_steady import MANY, MOST_DENSE, TOO_LARGE, steady_by_shift
from nvprotocol.master_equation.symmetry import (
    Sector,
    from_coordinates,
    holds_populations,
    is_diagonal,
    sectors,
    to_coordinates,
)
from nvprotocol.master_equation.terms import ParameterLayout

_ZERO = 3e-14
"""Singular values below this share of the largest look like zero."""

_TOLERANCE, _TOLERANCE_LARGE = 1e-10, 1e-8
"""Estimated error up to which a null space by singular-value decomposition is returned; where whole numbers cannot take
over, it may be larger. It is a worst case, which the true error stays far below in large blocks."""

_IMAGINARY = 1e-12
"""Decay rates below this share of the largest eigenvalue look like zero."""

_SPAN = 1e6
"""Ratio of the largest to the smallest parameter up to which what looks like zero is zero."""

_LARGEST_EXACT = 40
"""Dimension up to which whole numbers take over."""

_SETTLING = 200.0
"""Length, in units of the inverse norm of the generator, of the stretch that clears rounding away."""

_UNDECIDED = (
    "The steady state hangs on digits that the medium's numbers do not have: a rate of relaxation, excitation or "
    "dephasing indistinguishable from zero competes with other small rates or frequencies."
)


def steady_state(
    values: NDArray[np.float64],
    n_qubits: int,
    rho: NDArray[np.complex128] | None,
) -> NDArray[np.complex128]:
    """The limit of exp(𝓖t)ρ, shape (…, d, d); without ρ the only steady state.

    Args:
        values: Parameters of the generator 𝓖, shape (…, P).
        n_qubits: Number of qubits N.
        rho: Initial states, shape (…, d, d), or None.
    """
    if n_qubits > MOST_DENSE:
        return steady_by_shift(values, n_qubits, rho)
    d = 2**n_qubits
    values, phases, blurred = turned_to_real(values, n_qubits)
    start = np.eye(d, dtype=complex) / d if rho is None else turned(rho, phases.conj())
    batch = np.broadcast_shapes(values.shape[:-1], start.shape[:-2])
    values = np.broadcast_to(values, (*batch, values.shape[-1])).reshape(-1, values.shape[-1])
    blurred = np.broadcast_to(blurred, batch).reshape(-1)
    result = np.zeros((*batch, 1, d, d), dtype=complex)
    symmetry = symmetry_of_parameters(values, n_qubits)
    everything = sectors(n_qubits, "full", symmetry)
    for sector in everything if rho is None else touched_sectors(start, n_qubits, "full", symmetry):
        vectors = to_coordinates(start, n_qubits, sector)
        vectors = np.broadcast_to(vectors, (*batch, vectors.shape[-1])).reshape(len(values), -1)
        dimension, limit = _Sector(values, n_qubits, sector).limits(vectors, blurred)
        if rho is None and np.any(dimension > _least_dimension(sector)):
            raise NotUniqueError(MANY)
        from_coordinates(limit.reshape(*batch, -1, 1), n_qubits, sector, result)
    states = turned(result[..., 0, :, :], phases)
    return states / np.einsum("...ii->...", states).real[..., None, None]


class _Sector:
    """The generators of a batch on one block."""

    def __init__(self, values: NDArray[np.float64], n_qubits: int, sector: Sector) -> None:
        self.values, self.n_qubits = values, n_qubits
        self.sector: Sector = sector
        self.generators = block_generator(values, n_qubits, sector, "full", real=is_diagonal(sector))

    def limits(self, vectors: NDArray, blurred: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray]:
        """The dimension of each null space, and the limit of exp(𝓖t)x, shapes (B,) and (B, n)."""
        dimension, result, error = by_singular_values(self.generators, vectors)
        sure = error <= _tolerance(self.generators)
        more = sure & (dimension > _least_dimension(self.sector))
        seen = more & ~blurred & self._small
        sure[seen] = self._nullities(seen) == dimension[seen]
        sure[more & ~seen] = span_of(self.values[more & ~seen]) <= _SPAN
        turning = _turning(self.generators)
        result[sure] = _settled(self.generators[sure], result[sure])
        for k in np.flatnonzero(~sure):
            if blurred[k]:
                raise PrecisionError(_UNDECIDED)
            if not self._small:
                raise PrecisionError(TOO_LARGE)
            dimension[k], result[k] = self._exactly(int(k), vectors[k])
        for k in np.flatnonzero(turning):
            if blurred[k] or not self._small or self._lasts(int(k)):
                _require_rest(self.generators[k], vectors[k] - result[k])
        return dimension, result

    @property
    def _small(self) -> bool:
        return self.generators.shape[-1] <= _LARGEST_EXACT

    def _nullities(self, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
        if not np.any(chosen):
            return np.zeros(0, dtype=np.intp)
        found = nullities(self.values[chosen], real_coefficients(self._layout, self.sector, "full"))
        return found if is_diagonal(self.sector) else found // 2

    def _exactly(self, k: int, vector: NDArray) -> tuple[int, NDArray]:
        real = is_diagonal(self.sector)
        start = Scaled.exactly(vector if real else np.concatenate([np.real(vector), np.imag(vector)]))
        dimension, part = null_part(self._integers(k).integers, start)
        if real:
            return dimension, part
        return dimension // 2, part[: vector.size] + 1j * part[vector.size :]

    def _lasts(self, k: int) -> bool:
        """Whether an eigenvalue is imaginary and not zero."""
        return imaginary_roots(characteristic(self._integers(k).integers)) > 0

    def _integers(self, k: int) -> Scaled:
        """The generator as a real matrix without rounding."""
        return combined(self.values[k], real_coefficients(self._layout, self.sector, "full"))

    @property
    def _layout(self) -> ParameterLayout:
        return ParameterLayout.of(self.values, self.n_qubits)


def by_singular_values(generators: NDArray, vectors: NDArray) -> tuple[NDArray[np.intp], NDArray, NDArray[np.float64]]:
    """R (L†R)⁻¹ L†x with R, L right and left null vectors: dimensions (B,), limits (B, n), estimated errors (B,)."""
    left, singular, right = np.linalg.svd(generators)
    size, largest = singular.shape[-1], singular[:, :1]
    zero = singular <= _ZERO * largest
    smallest = np.where(zero, np.inf, singular).min(axis=-1)
    rounding = size * np.finfo(float).eps * largest[:, 0]
    error = np.where(np.isinf(smallest), 0.0, rounding / np.where(np.isinf(smallest), 1.0, smallest))
    dimension, tolerance = zero.sum(axis=-1), _tolerance(generators)
    result = np.zeros(vectors.shape, dtype=np.result_type(generators, vectors))
    for count in np.unique(dimension[dimension > 0]):
        chosen = (dimension == count) & (error <= tolerance)
        null_left = left[chosen][:, :, size - count :]
        null_right = np.swapaxes(right[chosen].conj(), -1, -2)[:, :, size - count :]
        adjoint = np.swapaxes(null_left.conj(), -1, -2)
        overlap = adjoint @ null_right
        weights = np.linalg.solve(overlap, adjoint @ vectors[chosen][..., None])
        result[chosen] = (null_right @ weights)[..., 0]
        error[chosen] /= np.linalg.svd(overlap, compute_uv=False)[:, -1]
    return dimension, result, error


def _tolerance(generators: NDArray) -> float:
    return _TOLERANCE if generators.shape[-1] <= _LARGEST_EXACT else _TOLERANCE_LARGE


def _least_dimension(sector: Sector) -> int:
    """Of the null space, in every medium."""
    return int(holds_populations(sector))


def _settled(generators: NDArray, limits: NDArray) -> NDArray:
    """The limits after one more stretch of evolution: what is rounding in an empty population decays to zero.

    A population of 1e-17 where there should be none would cost the concurrence 1e-8.
    """
    norm = np.abs(generators).sum(axis=-2).max(axis=-1)
    span = _SETTLING / np.where(norm > 0, norm, 1.0)
    return (expm(generators * span[:, None, None]) @ limits[..., None])[..., 0]


def _turning(generators: NDArray) -> NDArray[np.bool_]:
    """Where an eigenvalue looks imaginary and not zero, shape (B,)."""
    return np.any(_looks_imaginary(np.linalg.eigvals(generators)), axis=-1)


def _require_rest(generator: NDArray, rest: NDArray) -> None:
    """Refuses a remainder that oscillates for ever: an eigenvalue on the imaginary axis that it overlaps with."""
    eigenvalues, vectors = np.linalg.eig(generator)
    imaginary = _looks_imaginary(eigenvalues)
    share = np.linalg.lstsq(vectors, rest.astype(complex), rcond=None)[0][imaginary]
    if np.abs(share).max() > 1e-9:
        frequency = np.abs(np.imag(eigenvalues[imaginary])).max()
        raise NotUniqueError(
            f"There is no steady state from this `initial` state: it oscillates at {frequency:.6g} rad/µs undamped."
        )


def _looks_imaginary(eigenvalues: NDArray) -> NDArray[np.bool_]:
    """Which of (…, n) eigenvalues are imaginary and not zero, as far as floating point can tell."""
    size = np.abs(eigenvalues).max(axis=-1, keepdims=True)
    return (np.abs(np.real(eigenvalues)) <= _IMAGINARY * size) & (np.abs(eigenvalues) > 1e-9 * size)
