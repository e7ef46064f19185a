"""Coherent, chiral and dephasing couplings: with and without monitoring (Eqs. S38–S41 and beyond the paper)."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import ROUNDING
from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import read, refuse
from nvprotocol.closed_form._two_level import scaled_pair

__all__ = [
    "chiral_conditional_concurrence",
    "chiral_steady_concurrence",
    "dephased_conditional_concurrence",
    "dephased_steady_concurrence",
    "dm_concurrence",
    "dm_state",
    "exchange_concurrence",
    "no_jump_couplings",
]


def exchange_concurrence(t: ArrayLike, J: ArrayLike) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ by exchange alone, H = J(σ₁ˣσ₂ˣ + σ₁ʸσ₂ʸ): C = |sin 4Jt| (from Eq. S38).

    Args:
        t: Time in µs.
        J: J⊥ in rad/µs.

    Returns:
        The concurrence; the arguments broadcast.

    Raises:
        ArgumentError: If t is negative or an argument is not finite.

    Examples:
        >>> import numpy as np
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.exchange_concurrence(t=np.pi / 8, J=1.0).round(12))
        1.0
    """
    t, J = read(t=t, J=J)
    return np.abs(np.sin(4 * J * t))


def dm_concurrence(t: ArrayLike, dm: ArrayLike) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ by the DM coupling alone: C = |sin 4Dt|, below Eq. S40.

    Args:
        t: Time in µs.
        dm: Dzyaloshinskii–Moriya coupling D in rad/µs, H = D ẑ·σ⃗₁×σ⃗₂.

    Returns:
        The concurrence; the arguments broadcast.

    Raises:
        ArgumentError: If t is negative or an argument is not finite.

    Examples:
        >>> import numpy as np
        >>> import nvprotocol as nv
        >>> nv.closed_form.dm_concurrence(t=[0.0, np.pi / 24], dm=1.0).round(6).tolist()
        [0.0, 0.5]
    """
    t, dm = read(t=t, dm=dm)
    return np.abs(np.sin(4 * dm * t))


def dm_state(t: ArrayLike, dm: ArrayLike) -> NDArray[np.complex128]:
    """The state cos(2Dt)|↑↓⟩ − sin(2Dt)|↓↑⟩ from |↑↓⟩ by the DM coupling alone, below Eq. S40.

    Args:
        t: Time in µs.
        dm: Dzyaloshinskii–Moriya coupling D in rad/µs, H = D ẑ·σ⃗₁×σ⃗₂.

    Returns:
        Kets of shape (…, 4) in Qiskit's order, … the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If t is negative or an argument is not finite.

    Examples:
        >>> import numpy as np
        >>> import nvprotocol as nv
        >>> nv.closed_form.dm_state(t=np.pi / 8, dm=1.0).real.round(3)
        array([ 0.   , -0.707,  0.707,  0.   ])
    """
    t, dm = read(t=t, dm=dm)
    angle = 2 * dm * t
    zero = np.zeros_like(angle)
    return np.stack([zero, -np.sin(angle), np.cos(angle), zero], axis=-1).astype(complex)


def no_jump_couplings(
    Gamma: ArrayLike, *, J: ArrayLike = 0.0, dm: ArrayLike = 0.0
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Off-diagonal elements g₁₂ = 2J + 2iD − iΓ* and g₂₁ = 2J − 2iD − iΓ of the no-jump Hamiltonian, |↑↓⟩ first.

    Γ = (1 + q)A. In a reciprocal medium (D = 0, real A) both are −i(Γ + 2iJ): any J ≠ 0 removes the exceptional point
    and the PT-exact phase, since √(δ² + g₁₂g₂₁) is then complex for every δ. Eq. 12 is the case J = D = 0.

    Args:
        Gamma: Net dissipative coupling (1 + q)A in rad/µs, real or complex.
        J: J⊥ in rad/µs.
        dm: Dzyaloshinskii–Moriya coupling D in rad/µs.

    Returns:
        (g₁₂, g₂₁) in rad/µs, each of the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> g12, g21 = nv.closed_form.no_jump_couplings(Gamma=1.0, J=0.1)
        >>> print(f"{nv.closed_form.chiral_steady_concurrence(g12, g21, delta=1.0):.4f}")
        0.9229
    """
    Gamma, J, dm = np.broadcast_arrays(*read(Gamma=Gamma, J=J, dm=dm))
    return 2 * J + 2j * dm - 1j * np.conj(Gamma), 2 * J - 2j * dm - 1j * Gamma


def chiral_conditional_concurrence(
    t: ArrayLike, g12: ArrayLike, g21: ArrayLike, *, delta: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ under monitoring for any off-diagonal elements g₁₂, g₂₁ of the no-jump Hamiltonian.

    C = 2|ψ₁ψ₂|/(|ψ₁|² + |ψ₂|²) with ψ₁ = cos Et + iδ sin(Et)/E, ψ₂ = −ig₂₁ sin(Et)/E, E² = δ² + g₁₂g₂₁. The case
    g₁₂ = g₂₁ = −iΓ is `conditional_concurrence`; g₁₂ ≠ g₂₁ describes a chiral medium.

    Args:
        t: Time in µs.
        g12: Element ⟨↑↓|H|↓↑⟩ in rad/µs, complex.
        g21: Element ⟨↓↑|H|↑↓⟩ in rad/µs, complex.
        delta: Detuning δ in rad/µs.

    Returns:
        The concurrence; all arguments broadcast.

    Raises:
        ArgumentError: If t is negative or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.chiral_conditional_concurrence(t=30.0, g12=-0.25j, g21=-1j).round(6))
        0.8
    """
    t, g12, g21, delta = read(t=t, g12=g12, g21=g21, delta=delta)
    _, cosh, sinhc = scaled_pair(t, -(delta**2 + g12 * g21))
    up_down, down_up = np.abs(cosh + 1j * delta * sinhc), np.abs(g21 * sinhc)
    norm = np.hypot(up_down, down_up)
    return 2 * (up_down / norm) * (down_up / norm)


def chiral_steady_concurrence(g12: ArrayLike, g21: ArrayLike, *, delta: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Long-time concurrence under monitoring, C = 2/(ρ + 1/ρ), ρ = |(δ + E)/g₁₂|, E = √(δ² + g₁₂g₂₁) with Im E > 0.

    At δ = 0, ρ = √|g₂₁/g₁₂|: exchange is harmless there, chirality is not; a one-way medium (g₁₂ = 0) ends with C = 0.

    Args:
        g12: Element ⟨↑↓|H|↓↑⟩ in rad/µs, complex.
        g21: Element ⟨↓↑|H|↑↓⟩ in rad/µs, complex.
        delta: Detuning δ in rad/µs.

    Returns:
        The concurrence; all arguments broadcast.

    Raises:
        ArgumentError: If Im E = 0 with E ≠ 0, or nothing couples at all: the state never settles.

    Examples:
        >>> import nvprotocol as nv
        >>> g12, g21 = nv.closed_form.no_jump_couplings(Gamma=1.0, J=0.1)
        >>> nv.closed_form.chiral_steady_concurrence(g12, g21, delta=[0.0, 0.5, 1.0, 1.5]).round(4).tolist()
        [1.0, 0.9941, 0.9229, 0.6695]
    """
    g12, g21, delta = read(g12=g12, g21=g21, delta=delta)
    energy = 1j * np.sqrt(-(delta**2 + g12 * g21).astype(complex))  # Im E ≥ 0
    size = np.maximum(np.maximum(np.abs(g12), np.abs(g21)), np.abs(delta))
    restless = ((energy.imag <= ROUNDING * size) & (energy != 0)) | (size == 0)
    refuse("delta", delta, restless, "leave a growing mode, Im √(δ² + g₁₂g₂₁) > 0")
    # The mode is (g₁₂, E + δ) or, the same, (E − δ, g₂₁): take the pair whose sum does not cancel.
    first = np.abs(energy + delta) >= np.abs(energy - delta)
    first &= (g12 != 0) | (energy + delta != 0)
    up_down = np.abs(np.where(first, g12, energy - delta))
    down_up = np.abs(np.where(first, energy + delta, g21))
    norm = np.hypot(up_down, down_up)
    return 2 * (up_down / norm) * (down_up / norm)


def dephased_conditional_concurrence(t: ArrayLike, Gamma: ArrayLike, g: ArrayLike) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ under monitoring at δ = 0 with pure dephasing: C = 2Γ/(μ coth μt + g), μ = √(4Γ² + g²).

    ⟨↑↓|ρ|↓↑⟩ loses 2g = 8(d − D) by dephasing (Eq. S28), which monitoring of |σᶻ| does not see; a state in σᶻ = 0 is
    untouched if D = d. The supplement calls D complex; fluctuation–dissipation at zero frequency makes it real.

    Args:
        t: Time in µs.
        Gamma: Net dissipative coupling Γ in rad/µs; only |Γ| enters.
        g: 4(d − D) in rad/µs; for independent dephasing of each qubit with 1/T_φ = 4d it is 1/T_φ.

    Returns:
        The concurrence; all arguments broadcast.

    Raises:
        ArgumentError: If t or g is negative or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.dephased_conditional_concurrence(t=[0.5, 9.0], Gamma=1.0, g=[0.0, 1.5]).round(4).tolist()
        [0.7616, 0.5]
    """
    t, Gamma, g = read(t=t, Gamma=Gamma, g=g)
    twice = 2 * np.abs(Gamma)
    mu = np.hypot(twice, g)
    rise = -np.expm1(-2 * mu * t)
    below = mu * (2 - rise) + g * rise
    return twice * rise / np.where(below > 0, below, 1.0)


def dephased_steady_concurrence(Gamma: ArrayLike, g: ArrayLike) -> NDArray[np.float64]:
    """The limit (√(4Γ² + g²) − g)/2Γ of `dephased_conditional_concurrence`.

    Args:
        Gamma: Net dissipative coupling Γ in rad/µs; only |Γ| enters.
        g: 4(d − D) in rad/µs.

    Returns:
        The concurrence, 0 where Γ = 0; the arguments broadcast.

    Raises:
        ArgumentError: If g is negative or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.dephased_steady_concurrence(Gamma=1.0, g=1.5))
        0.5
    """
    Gamma, g = read(Gamma=Gamma, g=g)
    twice = 2 * np.abs(Gamma)
    below = np.hypot(twice, g) + g
    return twice / np.where(below > 0, below, 1.0)
