"""Entanglement of two qubits: concurrence and entanglement of formation, batched."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, numeric_array, show
from nvprotocol._typing import ArrayLike

__all__ = ["concurrence", "entanglement_of_formation", "eof_of_concurrence", "signed_concurrence"]

_AT_ONCE = 1024  # states of which factors are made together: more of them leave the processor's cache
_OFF_X = np.repeat(1.0 - (np.eye(4) + np.eye(4)[::-1]).ravel(), 2)
"""1 for real and imaginary part of every element that is on neither diagonal."""


def concurrence(rho: ArrayLike) -> NDArray[np.float64]:
    r"""Wootters' concurrence of two-qubit states, C = max(0, λ₁ − λ₂ − λ₃ − λ₄).

    Eq. S49, after DOI 10.1103/PhysRevLett.80.2245.

    The λ are the singular values of Wᵀ(σʸ⊗σʸ)W with ρ = WW†, which keeps an error of 1e-15 on pure states where the
    eigenvalues of ρρ̃ keep half the digits. States whose only elements are on the two diagonals (X states, Eq. S52) take
    C = 2 max(0, |ρ₁₂| − √(ρ₀₀ρ₃₃), |ρ₀₃| − √(ρ₁₁ρ₂₂)), which is exact.

    Args:
        rho: Density matrices of shape (…, 4, 4); that they have trace 1 and are positive is not checked.

    Returns:
        The concurrence in [0, 1], shape (…).

    Raises:
        ArgumentError: If the last two axes are not 4 × 4 or an entry is not finite.

    Examples:
        >>> bell = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
        >>> float(nv.concurrence(bell).round(12))
        1.0
    """
    states = _two_qubit_states(rho)
    flat = states.reshape(-1, 4, 4)
    general = np.abs(np.ascontiguousarray(flat).view(float).reshape(-1, 32)) @ _OFF_X > 0
    if general.all():
        result = _signed(flat)
    else:
        result = _x_state_concurrence(flat)
        result[general] = _signed(flat[general])
    return np.clip(result, 0.0, 1.0).reshape(states.shape[:-2])


def _two_qubit_states(rho: ArrayLike) -> NDArray[np.complex128]:
    states = bounded_array(rho, "rho")
    if states.ndim < 2 or states.shape[-2:] != (4, 4):
        fail("rho", "have shape (…, 4, 4)", f"has shape {states.shape}")
    return states.astype(complex, copy=False)


def _x_state_concurrence(rho: NDArray[np.complex128]) -> NDArray[np.float64]:
    population = np.clip(np.einsum("...ii->...i", rho).real, 0.0, None)
    inner = np.abs(rho[..., 1, 2]) - np.sqrt(population[..., 0] * population[..., 3])
    outer = np.abs(rho[..., 0, 3]) - np.sqrt(population[..., 1] * population[..., 2])
    return 2 * np.maximum(inner, outer)


def concurrence_spectrum(rho: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Wootters' λ₁ ≥ λ₂ ≥ λ₃ ≥ λ₄, the roots of the eigenvalues of ρ(σʸ⊗σʸ)ρ*(σʸ⊗σʸ) (DOI 10.1103/PhysRevLett.80.2245).

    Args:
        rho: Hermitian matrices of shape (…, 4, 4).

    Examples:
        >>> from nvprotocol.entanglement.pairs import concurrence_spectrum
        >>> concurrence_spectrum(np.eye(4) / 4)
        array([0.25, 0.25, 0.25, 0.25])
    """
    flat = rho.reshape(-1, 4, 4)
    products = np.empty_like(flat)
    for first in range(0, len(flat), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        products[some] = np.moveaxis(_flipped_products(_factors(flat[some])), 2, 0)
    values = np.linalg.svd(products, compute_uv=False).astype(float, copy=False)
    return values.reshape(*rho.shape[:-2], 4)


def _factors(rho: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """W with ρ = WW†, shape (4, 4, n): the states on the last axis, so that all of them take part in each operation.

    By Cholesky's way, whose product differs from ρ by rounding wherever every pivot comes out positive; else, as of
    states of lower rank, from the eigenvectors.
    """
    left = np.moveaxis((rho + np.swapaxes(rho.conj(), -1, -2)) / 2, 0, 2).copy()  # what the columns leave of ρ
    w = np.zeros_like(left)
    with np.errstate(divide="ignore", invalid="ignore"):  # a pivot that is not positive spoils the last one, too
        for k in range(4):
            # The imaginary part of a pivot is rounding, which divided by the root of a tiny one is not small.
            w[k, k] = np.sqrt(left[k, k].real)
            w[k + 1 :, k] = left[k + 1 :, k] / w[k, k].real
            left[k + 1 :, k + 1 :] -= w[k + 1 :, None, k] * w[k + 1 :, k].conj()
    failed = ~np.isfinite(w[3, 3])
    if failed.any():
        singular = rho[failed]
        values, vectors = np.linalg.eigh((singular + np.swapaxes(singular.conj(), -1, -2)) / 2)
        w[:, :, failed] = np.moveaxis(vectors * np.sqrt(np.clip(values, 0.0, None))[:, None], 0, 2)
    return w


def _flipped_products(w: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Wᵀ(σʸ⊗σʸ)W, shape (4, 4, n)."""
    inner, outer = w[1][:, None] * w[2], w[0][:, None] * w[3]
    half = inner - outer
    return half + np.swapaxes(half, 0, 1)


def signed_concurrence(rho: ArrayLike) -> NDArray[np.float64]:
    """λ₁ − λ₂ − λ₃ − λ₄ before it is cut off at zero: negative inside the separable states.

    Args:
        rho: Hermitian matrices of shape (…, 4, 4).

    Examples:
        >>> from nvprotocol.entanglement import signed_concurrence
        >>> float(signed_concurrence(np.eye(4) / 4))
        -0.5
    """
    return _signed(_two_qubit_states(rho))


def _signed(rho: NDArray[np.complex128]) -> NDArray[np.float64]:
    spectrum = concurrence_spectrum(rho)
    return spectrum[..., 0] - spectrum[..., 1:].sum(axis=-1)


def entanglement_of_formation(rho: ArrayLike) -> NDArray[np.float64]:
    """Entanglement of formation E = h((1 + √(1−C²))/2) in ebit, h the binary entropy (Eq. S50).

    Args:
        rho: Density matrices of shape (…, 4, 4).

    Returns:
        The entanglement of formation in [0, 1], shape (…).

    Raises:
        ArgumentError: If the last two axes are not 4 × 4 or an entry is not finite.

    Examples:
        >>> bell = nv.operators.density_matrix(nv.operators.bell_state("phi+"))
        >>> float(nv.entanglement_of_formation(bell).round(12))
        1.0
    """
    return eof_of_concurrence(concurrence(rho))


def eof_of_concurrence(value: ArrayLike) -> NDArray[np.float64]:
    """Entanglement of formation in ebit of states with a given concurrence (Eq. S50).

    Args:
        value: Concurrence in [0, 1], any shape.

    Returns:
        The entanglement of formation, same shape.

    Raises:
        ArgumentError: If a concurrence lies outside [0, 1].

    Examples:
        >>> from nvprotocol.entanglement import eof_of_concurrence
        >>> round(float(eof_of_concurrence(0.5)), 4)
        0.3546
    """
    c = numeric_array(value, "value", real=True)
    outside = (c < 0) | (c > 1)
    if np.any(outside):
        fail("value", "be a concurrence in [0, 1]", f"contains {show(c[outside].flat[0])}")
    small = c**2 / (2 * (1 + np.sqrt(1 - c**2)))  # (1 - sqrt(1 - C²))/2 without cancellation
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -small * np.log2(small) - (1 - small) * np.log1p(-small) / np.log(2)
    return np.where(small > 0, entropy, 0.0)
