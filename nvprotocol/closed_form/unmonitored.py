"""The unmonitored pair at zero temperature, started in |↑↓⟩ (Eqs. 8–10, S55–S64)."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import read
from nvprotocol.closed_form._two_level import amplitudes, embedded

__all__ = [
    "characteristic_frequencies",
    "lifetime",
    "unmonitored_coherence",
    "unmonitored_concurrence",
    "unmonitored_state",
]


def characteristic_frequencies(
    a: ArrayLike, A: ArrayLike, *, delta: ArrayLike = 0.0
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """The frequencies ω± = ±2ω₀ − 2ia of the coherence, ω₀ = √(δ² − |A|²) (Eq. 9, the roots of Eq. 8).

    The coherence x ∝ e^(−iωt) obeys ẍ + 4aẋ + 4(δ² + a² − |A|²)x = 0. For δ < |A|, ω₀ = iκ₀ is imaginary.

    Args:
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.
        delta: Detuning δ in rad/µs.

    Returns:
        (ω₊, ω₋) in rad/µs, each of the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If a is negative, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> plus, minus = nv.closed_form.characteristic_frequencies(a=1.0, A=0.8, delta=1.0)
        >>> print(f"{plus:.2f} {minus:.2f}")
        1.20-2.00j -1.20-2.00j
    """
    a, A, delta = read(a=a, A=A, delta=delta)
    strength = np.abs(A)
    beat = 2 * np.sqrt(((delta - strength) * (delta + strength)).astype(complex))
    return beat - 2j * a, -beat - 2j * a


def lifetime(a: ArrayLike, A: ArrayLike, *, delta: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Lifetime of the entanglement, τ = 1/[2(a − Re κ₀)] with κ₀ = √(|A|² − δ²) (main text, Eq. S64).

    This is 1/2a in the underdamped regime, 1/[2(a − |A|)] at δ = 0, and ∞ for |A| = a, δ = 0.
    The supplement also prints "τ = 1/(a − |A|)", which is twice too long and contradicts S64.

    Args:
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.
        delta: Detuning δ in rad/µs.

    Returns:
        τ in µs.

    Raises:
        ArgumentError: If a is negative, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.lifetime(a=1.0, A=0.95).round(12))
        10.0
    """
    a, A, delta = read(a=a, A=A, delta=delta)
    strength = np.abs(A)
    kappa = np.sqrt(np.maximum((strength - delta) * (strength + delta), 0.0))
    # a − κ₀ = (a² − |A|² + δ²)/(a + κ₀): no cancellation where the entanglement lives long.
    deficit = np.maximum(a - strength, 0.0) * (a + strength) + delta**2
    gap = np.where(kappa > 0, deficit / np.where(kappa > 0, a + kappa, 1.0), a)
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / (2 * gap)


def unmonitored_concurrence(
    t: ArrayLike,
    a: ArrayLike,
    A: ArrayLike,
    *,
    delta: ArrayLike = 0.0,
    J: ArrayLike = 0.0,
    dm: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ at T = 0, in all three regimes (main text below Eq. 9, Eq. S63).

    C = 2|A| |s| √(c² + δ²s²) e^(−2at) with c = cosh κ₀t, s = sinh(κ₀t)/κ₀, κ₀² = |A|² − δ². It equals the printed
    2e^(−2at)|A sin ω₀t| √(δ² − |A cos ω₀t|²)/ω₀² (underdamped) and its overdamped form, and has no special points.
    S63 prints C = 2|x + y| where C = 2|x + iy|: at a = 1.2, A = 1, δ = .35, t = 1 that gives .39223 instead of .31920.

    With exchange J or DM coupling the same holds with |A|² − δ² replaced by −(δ² + g₁₂g₂₁), see `no_jump_couplings`.
    Only then does the phase of A matter.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, real or complex, |A| ≤ a.
        delta: Detuning δ in rad/µs.
        J: J⊥ in rad/µs.
        dm: Dzyaloshinskii–Moriya coupling in rad/µs.

    Returns:
        The concurrence; all arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.unmonitored_concurrence(t=2.0, a=1.0, A=1.0, delta=[0.0, 0.3, 1.0]).round(5).tolist()
        [0.49983, 0.45504, 0.16382]
    """
    t, a, A, delta, J, dm = read(t=t, a=a, A=A, delta=delta, J=J, dm=dm)
    up_down, down_up = amplitudes(t, a, A, delta, J, dm)
    return 2 * np.abs(up_down) * np.abs(down_up)


def unmonitored_coherence(
    t: ArrayLike, a: ArrayLike, A: ArrayLike, *, delta: ArrayLike = 0.0
) -> NDArray[np.complex128]:
    """The coherence ⟨↑↓|ρ|↓↑⟩ = x + iy from |↑↓⟩ at T = 0, in all three regimes (Eq. S61).

    x = −|A| c s e^(−2at), y = −|A| δ s² e^(−2at) with c = cosh κ₀t, s = sinh(κ₀t)/κ₀, times the phase A*/|A| that the
    paper gauges out.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, real or complex, |A| ≤ a.
        delta: Detuning δ in rad/µs.

    Returns:
        The matrix element; all arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> print(f"{nv.closed_form.unmonitored_coherence(t=1.0, a=1.2, A=1.0, delta=0.35):.4f}")
        -0.1539-0.0422j
    """
    t, a, A, delta = read(t=t, a=a, A=A, delta=delta)
    up_down, down_up = amplitudes(t, a, A, delta)
    return up_down * np.conj(down_up)


def unmonitored_state(
    t: ArrayLike,
    a: ArrayLike,
    A: ArrayLike,
    *,
    delta: ArrayLike = 0.0,
    J: ArrayLike = 0.0,
    dm: ArrayLike = 0.0,
) -> NDArray[np.complex128]:
    """The density matrix from |↑↓⟩ at T = 0, in all three regimes (Eq. S62; steady state Eq. 10 for |A| = a, δ = 0).

    Since nothing returns from |↑↑⟩, the block of |↑↓⟩, |↓↑⟩ is the unnormalised state after no jump, which is pure; the
    rest is in |↑↑⟩. S56 and S57 follow: ρ₁₁ = h + e^(−2at), ρ₀₀ = 1 − 2h − e^(−2at) with h = |A|²s²e^(−2at).

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, real or complex, |A| ≤ a.
        delta: Detuning δ in rad/µs.
        J: J⊥ in rad/µs.
        dm: Dzyaloshinskii–Moriya coupling in rad/µs.

    Returns:
        States of shape (…, 4, 4) in Qiskit's order, … the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.unmonitored_state(t=50.0, a=1.0, A=1.0).real.round(6)[:3, :3] + 0.0
        array([[ 0.5 ,  0.  ,  0.  ],
               [ 0.  ,  0.25, -0.25],
               [ 0.  , -0.25,  0.25]])
    """
    t, a, A, delta, J, dm = read(t=t, a=a, A=A, delta=delta, J=J, dm=dm)
    ket = np.stack(np.broadcast_arrays(*amplitudes(t, a, A, delta, J, dm)), axis=-1)
    block = ket[..., :, None] * ket[..., None, :].conj()
    ground = np.maximum(1 - np.sum(np.abs(ket) ** 2, axis=-1), 0.0)
    return embedded(block, ground=ground)
