"""The concurrence before it is cut off at zero, Λ = λ₁ − λ₂ − λ₃ − λ₄, with its derivatives, batched.

With ρ = WW† and Wᵀ(σʸ⊗σʸ)W = diag(λ) (Wootters' decomposition, DOI 10.1103/PhysRevLett.80.2245) let zᵢ be the columns
of W⁻†. Perturbation theory in K = Z†dρZ gives dλᵢ = λᵢ Kᵢᵢ and, to second order in dρ,

    Λ(ρ + dρ) = Λ + Σᵢ ±λᵢ Kᵢᵢ + Σ_{j>1} 2λ₁λⱼ/(λ₁−λⱼ) (Re K₁ⱼ)² + Σ_{1<i<j} 2λᵢλⱼ/(λᵢ+λⱼ) (Im Kᵢⱼ)² :

no term is negative, so Λ is convex.
"""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.operators import pauli_basis
from nvprotocol.tomography._pauli_vectors import to_vector

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_FLIP = np.array([-1.0, 1.0, 1.0, -1.0])  # σʸ⊗σʸ is the anti-diagonal matrix with these entries
_SIGNS = np.array([1.0, -1.0, -1.0, -1.0])
_FIRST, _SECOND = np.array([0, 0, 0, 1, 1, 2]), np.array([1, 2, 3, 2, 3, 3])
SMALLEST = 1e-14
"""Eigenvalues are raised to this, as the derivatives are infinite at zero."""


def _wootters(states: Complex) -> tuple[Real, Complex]:
    """λ in falling order, shape (n, 4), and the zᵢ as columns, shape (n, 4, 4)."""
    values, vectors = np.linalg.eigh(states)
    roots = np.sqrt(np.maximum(values, SMALLEST))[:, None, :]
    w = vectors * roots
    a = np.swapaxes(w, 1, 2) @ (_FLIP[:, None] * w[:, ::-1, :])
    # A = Vᵀ⁻¹ diag(λ) V⁻¹ with unitary V (Takagi): V = p + iq from the real symmetric matrix with eigenvalues ±λ.
    re, im = np.real(a), np.imag(a)
    real = np.concatenate([np.concatenate([re, -im], 2), np.concatenate([-im, -re], 2)], 1)
    values, parts = np.linalg.eigh(real)
    falling, parts = np.maximum(values[:, :3:-1], 0), parts[:, :, :3:-1]
    return falling, (vectors / roots) @ (parts[:, :4] + 1j * parts[:, 4:])


def gradient(states: Complex) -> Real:
    """Gradient of Λ as vectors, shape (n, 16)."""
    values, z = _wootters(states)
    return to_vector((z * (_SIGNS * values)[:, None, :]) @ np.swapaxes(z.conj(), 1, 2))


def with_hessian(states: Complex) -> tuple[Real, Real, Real]:
    """Λ, the gradient of −Λ, and roots R (n, 6, 16) of the Hessian RᵀR of Λ."""
    values, z = _wootters(states)
    slope = to_vector((z * (_SIGNS * values)[:, None, :]) @ np.swapaxes(z.conj(), 1, 2))
    first, second = values[:, _FIRST], values[:, _SECOND]
    distance = np.where(_FIRST == 0, first - second, first + second)
    weight = 4 * first * second / np.maximum(distance, 1e-9)
    outer = np.swapaxes(z[:, :, _SECOND], 1, 2)[..., None] * np.swapaxes(z.conj()[:, :, _FIRST], 1, 2)[:, :, None, :]
    k = outer.reshape(len(values), 6, 16) @ pauli_basis(2).reshape(16, 16).conj().T
    rows = np.where((_FIRST == 0)[:, None], k.real, k.imag) * np.sqrt(weight)[:, :, None]
    return values @ _SIGNS, -slope, rows
