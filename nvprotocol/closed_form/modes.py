"""Modes of the no-jump Hamiltonian: energies, kets, the Bell state and the rates (Eqs. 12–15)."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import ROUNDING
from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import Array, read, refuse
from nvprotocol.closed_form._two_level import phase_of, slow_rate, square_and_deficit

__all__ = ["bell_phase", "bell_state", "eigenenergies", "eigenkets", "growth_rate", "leak_rate"]


def eigenenergies(
    a: ArrayLike, A: ArrayLike, *, q: ArrayLike = 0.0, delta: ArrayLike = 0.0
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Eigenenergies E_s, E_a = ∓ω − i(a + ã) of the no-jump Hamiltonian in σᶻ = 0, ω = √(δ² − Γ²) (below Eq. 14).

    For δ < Γ, ω = iκ: both are imaginary and E_a decays least, at a + ã − κ.

    Args:
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.
        q: e^(−βΔ) in [0, 1].
        delta: Detuning δ in rad/µs.

    Returns:
        (E_s, E_a) in rad/µs, each of the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If a is negative, |A| > a, or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> low, high = nv.closed_form.eigenenergies(a=1.0, A=1.0, delta=0.6)
        >>> print(f"{low:.2f} {high:.2f}")
        -0.00-1.80j 0.00-0.20j
    """
    a, A, q, delta = read(a=a, A=A, q=q, delta=delta)
    rate, coupling = a * (1 + q), A * (1 + q)
    square, deficit = square_and_deficit(rate, coupling, delta)
    omega = np.sqrt((-square.real).astype(complex))
    return -omega - 1j * rate, -1j * slow_rate(rate, -1j * omega, deficit)


def eigenkets(Gamma: ArrayLike, *, delta: ArrayLike = 0.0) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Eigenkets |s⟩ = e^(iϕ) sin θ |↑↓⟩ + cos θ |↓↑⟩, |a⟩ = −cos θ |↑↓⟩ + e^(iϕ) sin θ |↓↑⟩ (Eq. 14).

    cos θ = Γ/√(|ω + δ|² + Γ²) and e^(iϕ) sin θ = −i(ω + δ)/√(|ω + δ|² + Γ²) with ω = √(δ² − Γ²), iκ for |δ| < Γ. They
    are normalised, not orthogonal, and coalesce into (|↑↓⟩ + i|↓↑⟩)/√2, up to a phase, at the exceptional point δ = Γ.

    Args:
        Gamma: Net dissipative coupling Γ in rad/µs, real or complex (then |↓↑⟩ gets the phase e^(i arg Γ)).
        delta: Detuning δ in rad/µs.

    Returns:
        (|s⟩, |a⟩) in Qiskit's order, each of shape (…, 4), … the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> shrinking, growing = nv.closed_form.eigenkets(Gamma=1.0)
        >>> growing.real.round(3)  # the singlet, up to a sign
        array([ 0.   ,  0.707, -0.707,  0.   ])
    """
    Gamma, delta = np.broadcast_arrays(*read(Gamma=Gamma, delta=delta))
    turn, strength = phase_of(Gamma), np.abs(Gamma)
    scale = np.maximum(strength, np.abs(delta))
    nothing = scale == 0  # every ket is an eigenket; the limit Γ → 0 at δ = 0 is taken
    scale = np.where(nothing, 1.0, scale)
    strength, delta = np.where(nothing, 1.0, strength / scale), delta / scale
    omega = np.sqrt(((delta - strength) * (delta + strength)).astype(complex))
    # For δ < −Γ, ω + δ = −Γ²/(ω − δ) cancels; both components times (ω − δ)/Γ do not.
    flipped = delta < -strength
    sine = np.where(flipped, 1j * strength, -1j * (omega + delta))
    cosine = np.where(flipped, omega - delta, strength).astype(complex)
    norm = np.hypot(np.abs(sine), np.abs(cosine))
    sine, cosine = sine / norm, cosine / norm
    return _ket(sine, cosine * turn), _ket(-cosine, sine * turn)


def bell_phase(Gamma: ArrayLike, *, delta: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Phase ϕ̃ of the long-time Bell state under monitoring, e^(iϕ̃) = (−κ + iδ)/Γ, κ = √(Γ² − δ²) (below Eq. 15).

    π at δ = 0 (singlet), π/2 at the exceptional point δ = Γ. For complex `Gamma` the phase of |↓↑⟩ is ϕ̃ + arg Γ.

    Args:
        Gamma: Net dissipative coupling Γ in rad/µs; only |Γ| enters.
        delta: Detuning δ in rad/µs, |δ| ≤ Γ.

    Returns:
        ϕ̃ in rad, in (−π, π]; the arguments broadcast.

    Raises:
        ArgumentError: If |δ| > Γ, where the state never settles, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.bell_phase(Gamma=1.0, delta=1.0).round(6))
        1.570796
    """
    Gamma, delta = read(Gamma=Gamma, delta=delta)
    strength = np.abs(Gamma)
    refuse("delta", delta, np.abs(delta) > strength * (1 + ROUNDING), "satisfy |δ| ≤ Γ")
    return np.arctan2(delta, -np.sqrt(np.maximum((strength - delta) * (strength + delta), 0.0)))


def bell_state(Gamma: ArrayLike, *, delta: ArrayLike = 0.0) -> NDArray[np.complex128]:
    """The Bell state |a⟩ = (|↑↓⟩ + e^(iϕ̃)|↓↑⟩)/√2 that monitoring leads to for |δ| ≤ Γ (below Eq. 15).

    Args:
        Gamma: Net dissipative coupling Γ in rad/µs, real or complex (then |↓↑⟩ gets the phase e^(i arg Γ)).
        delta: Detuning δ in rad/µs, |δ| ≤ Γ.

    Returns:
        Kets of shape (…, 4) in Qiskit's order, … the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If |δ| > Γ, where the state never settles, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.bell_state(Gamma=1.0, delta=1.0).round(3)[1:3]  # |↓↑⟩, |↑↓⟩
        array([0.   +0.707j, 0.707+0.j   ])
    """
    turn = np.exp(1j * bell_phase(Gamma, delta=delta))
    (coupling,) = read(Gamma=Gamma)
    return _ket(np.full_like(turn, np.sqrt(0.5)), np.sqrt(0.5) * turn * phase_of(coupling))


def growth_rate(Gamma: ArrayLike, *, delta: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Rate 2κ = 2√(Γ² − δ²) at which |a⟩ outgrows |s⟩ (below Eq. 15); 0 for |δ| ≥ Γ.

    The Bell state needs 2κ above the `leak_rate`, that is κ > (a + ã)/2.

    Args:
        Gamma: Net dissipative coupling Γ in rad/µs; only |Γ| enters.
        delta: Detuning δ in rad/µs.

    Returns:
        The rate in rad/µs; the arguments broadcast.

    Raises:
        ArgumentError: If an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.growth_rate(Gamma=1.0, delta=0.6))
        1.6
    """
    Gamma, delta = read(Gamma=Gamma, delta=delta)
    strength = np.abs(Gamma)
    return 2 * np.sqrt(np.maximum((strength - delta) * (strength + delta), 0.0))


def leak_rate(a: ArrayLike, A: ArrayLike, *, q: ArrayLike = 0.0, delta: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Rate 2(a + ã − Re κ) at which the success probability falls in the end (below Eq. 15); 0 for |A| = a, δ = 0.

    Args:
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.
        q: e^(−βΔ) in [0, 1].
        delta: Detuning δ in rad/µs.

    Returns:
        The rate in rad/µs; all arguments broadcast.

    Raises:
        ArgumentError: If a is negative, |A| > a, or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.leak_rate(a=1.0, A=1.0, delta=0.6).round(12))
        0.4
    """
    return -2 * eigenenergies(a, A, q=q, delta=delta)[1].imag


def _ket(up_down: Array, down_up: Array) -> NDArray[np.complex128]:
    up_down, down_up = np.broadcast_arrays(up_down, down_up)
    zero = np.zeros_like(up_down)
    return np.stack([zero, down_up, up_down, zero], axis=-1).astype(complex)
