"""Evolution in the subspace σᶻ = 0 without a jump, for all three phases in one form.

Without its uniform decay the no-jump Hamiltonian in the basis |↑↓⟩, |↓↑⟩ is [[−δ, g₁₂], [g₂₁, δ]]. Its exponential is
cosh κt + N sinh κt / κ with N = [[iδ, −ig₁₂], [−ig₂₁, −iδ]] and N² = κ² = −(δ² + g₁₂g₂₁). Both functions are entire in
κ²: real κ, κ = 0 (exceptional point) and imaginary κ need no cases. Here they come times e^(−κt), which never
overflows.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol.closed_form._arguments import Array

Complex: TypeAlias = NDArray[np.complex128]

_TINY = 1e-150  # below this a complex quotient overflows; the limit is exact there


def scaled_pair(t: Array, square: Array) -> tuple[Complex, Complex, Complex]:
    """κ with Re κ ≥ 0, e^(−κt) cosh κt and e^(−κt) sinh(κt)/κ, given κ²; all complex."""
    kappa: Complex = np.sqrt(np.asarray(square, dtype=complex))
    exponent: Complex = 2 * kappa * t
    decayed: Complex = np.exp(-exponent)
    return kappa, (1 + decayed) / 2, t * _one_minus_exp_over(exponent)


def _one_minus_exp_over(x: Array) -> Array:
    """(1 − e^(−x))/x, which is 1 at x = 0."""
    tiny = np.abs(x) < _TINY
    safe = np.where(tiny, 1.0, x)
    return np.where(tiny, 1.0, -np.expm1(-safe) / safe)


def slow_rate(rate: Array, kappa: Array, deficit: Array) -> Complex:
    """Rate − κ, the decay of the slow mode, from the deficit rate² − κ², which the caller has without cancellation."""
    total = rate + kappa
    tiny = np.abs(total) < _TINY
    return np.where(tiny, 0.0, deficit / np.where(tiny, 1.0, total))


def square_and_deficit(
    rate: Array, coupling: Array, delta: Array, J: Array | float = 0.0, dm: Array | float = 0.0
) -> tuple[Complex, Complex]:
    """κ² and rate² − κ² for a coupling A(1+q), detuning δ, exchange J and DM coupling."""
    strength = np.abs(coupling)
    coherent: Array = 4 * (np.square(J) + np.square(dm)) - 4j * (J * np.real(coupling) - dm * np.imag(coupling))
    square: Complex = (strength - delta) * (strength + delta) - coherent
    deficit: Complex = np.maximum(rate - strength, 0.0) * (rate + strength) + np.square(delta) + coherent
    return square, deficit


def amplitudes(
    t: Array,
    rate: Array,
    coupling: Array,
    delta: Array,
    J: Array | float = 0.0,
    dm: Array | float = 0.0,
) -> tuple[Complex, Complex]:
    """Amplitudes of |↑↓⟩ and |↓↑⟩ after no jump since |↑↓⟩ at t = 0; their squares sum to its probability."""
    square, deficit = square_and_deficit(rate, coupling, delta, J, dm)
    kappa, cosh, sinhc = scaled_pair(t, square)
    factor = np.exp(-slow_rate(rate, kappa, deficit) * t)
    g21 = 2 * J - 2j * dm - 1j * coupling
    return (cosh + 1j * delta * sinhc) * factor, -1j * g21 * sinhc * factor


def generator(coupling: Array, delta: Array) -> Array:
    """N of the module's text for g₁₂ = −i·coupling* and g₂₁ = −i·coupling, shape (…, 2, 2)."""
    coupling, delta = np.broadcast_arrays(coupling, delta)
    rows = [np.stack([1j * delta, -np.conj(coupling)], axis=-1), np.stack([-coupling, -1j * delta], axis=-1)]
    return np.stack(rows, axis=-2)


def conditional_block(
    t: Array, coupling: Array, delta: Array, block: Array, *, normalised: bool
) -> tuple[Array, Complex]:
    """The block (…, 2, 2) of a state after no jump, and κ; without normalisation it comes times e^(−2 Re κ t).

    Far in the broken phase the two modes of Eq. 15 are kept apart: a state without the growing one would otherwise
    drown in the rounding of the other.
    """
    strength = np.abs(coupling)
    kappa, cosh, sinhc = scaled_pair(t, (strength - delta) * (strength + delta))
    n = generator(coupling, delta)
    near = _sandwich(_matrix(cosh) * np.eye(2) + _matrix(sinhc) * n, block)
    far = np.asarray(kappa.real * t >= 1)
    ratio = n / _matrix(np.where(kappa.real > _TINY, kappa, 1.0))
    grows, shrinks = (np.eye(2) + ratio) / 2, (np.eye(2) - ratio) / 2
    e = _matrix(np.where(far, np.exp(-2 * kappa.real * t), 0.0))
    cross = e * (grows @ block @ _adjoint(shrinks))
    modes = _sandwich(grows, block) + cross + _adjoint(cross) + e**2 * _sandwich(shrinks, block)
    result = np.where(_matrix(far), modes, near)
    if not normalised:
        return result, kappa
    lost = trace(result) <= 0
    only_shrinking, result = np.broadcast_arrays(_sandwich(shrinks, block), result)
    result = np.where(_matrix(lost), only_shrinking, result)
    return result / _matrix(trace(result)), kappa


def trace(block: Array) -> NDArray[np.float64]:
    """Real trace over the last two axes."""
    return np.einsum("...ii->...", block).real


def _matrix(values: Array) -> Array:
    return np.asarray(values)[..., None, None]


def _adjoint(block: Array) -> Array:
    return np.swapaxes(block.conj(), -1, -2)


def _sandwich(left: Array, block: Array) -> Array:
    return left @ block @ _adjoint(left)


def phase_of(A: Array) -> Complex:
    """A/|A|, and 1 where A = 0."""
    strength = np.abs(A)
    return np.where(strength > 0, A / np.where(strength > 0, strength, 1.0), 1.0).astype(complex)


def embedded(block: Array, ground: Array | float = 0.0, top: Array | float = 0.0) -> Complex:
    """The (…, 4, 4) state in Qiskit's order with a block in |↑↓⟩, |↓↑⟩ and the populations of |↑↑⟩ and |↓↓⟩."""
    result = np.zeros((*block.shape[:-2], 4, 4), dtype=complex)
    result[..., 1:3, 1:3] = block[..., ::-1, ::-1]
    result[..., 0, 0] = ground
    result[..., 3, 3] = top
    return result
