"""Two qubits in a two-mode squeezed reservoir (Kraus and Cirac, DOI 10.1103/PhysRevLett.92.013602), from its jumps."""

import numpy as np

import nvprotocol as nv


def squeezed(r: float, *, n: float = 0.0, f: float = 1.0) -> nv.Medium:
    """L₁ = cosh r σ₁⁺ + sinh r σ₂⁻ and L₂ = cosh r σ₂⁺ + sinh r σ₁⁻ at 1 + n, their adjoints at n; cross block times f.

    As L = √2 J, each has half its square in h.
    """
    cosh, sinh = np.cosh(r), np.sinh(r)
    jumps = np.array([[0, sinh, cosh, 0, 0, 0], [sinh, 0, 0, cosh, 0, 0]])  # σ₁⁻, σ₂⁻, σ₁⁺, σ₂⁺, σ₁ᶻ, σ₂ᶻ
    adjoint = np.array([[cosh, 0, 0, sinh, 0, 0], [0, cosh, sinh, 0, 0, 0]])
    h = ((1 + n) * jumps.T @ jumps + n * adjoint.T @ adjoint) / 2
    h[:2, 2:4] *= f
    h[2:4, :2] *= f
    return nv.Medium.from_matrix(h)
