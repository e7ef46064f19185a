"""The unmonitored pair at equal fields and finite temperature (the case that the paper calls unsolved below S65).

In the gauge where A is real and for δ = 0 the populations of |↑↑⟩, T₀, S, |↓↓⟩ obey a rate equation of their own: T₀ →
|↑↑⟩ and |↓↓⟩ → T₀ at f = 2(a + |A|), S → |↑↑⟩ and |↓↓⟩ → S at g = 2(a − |A|), the reverse at qf and qg. The coherence
between T₀ and S decouples and decays at 2(a + ã) while it turns at 4J.
"""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import Array, read, refuse
from nvprotocol.closed_form._two_level import embedded, phase_of

__all__ = ["thermal_concurrence", "thermal_evolution", "thermal_populations", "thermal_rates"]


def thermal_rates(a: ArrayLike, A: ArrayLike, *, q: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Decay rates of the populations at δ = 0, at any temperature.

    The roots of λ³ − 2sσλ² + (s²σ² + s²fg − q(f−g)²)λ − s³σfg = 0 with s = 1 + q, σ = f + g = 4a, f, g = 2(a ± |A|):
    all real. At T = 0 they are g, f, 4a; for |A| = a they are 0 and 4a(1 + q ∓ √q).

    Args:
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.
        q: e^(−βΔ) in [0, 1].

    Returns:
        The rates in rad/µs, smallest first, shape (…, 3).

    Raises:
        ArgumentError: If a is negative, |A| > a, or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.thermal_rates(a=1.0, A=1.0, q=0.25).round(6).tolist()
        [0.0, 3.0, 7.0]
    """
    return _modes(*read(a=a, A=A, q=q))[0]


def thermal_populations(t: ArrayLike, a: ArrayLike, A: ArrayLike, *, q: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Populations of |↑↑⟩, T₀, S and |↓↓⟩ from |↑↓⟩ at δ = 0, at any temperature.

    p(t) = p_eq + Σ_k v_k e^(−λ_k t) with p_eq = (1, q, q, q²)/(1+q)² and the rates of `thermal_rates`. S is the state
    that the jumps of Eq. 5 leave dark for |A| = a and T₀ the bright one, in the gauge where A is real and positive.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.
        q: e^(−βΔ) in [0, 1].

    Returns:
        Populations, shape (…, 4), … the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.thermal_populations(t=[0.0, 50.0], a=1.0, A=1.0, q=0.1).round(4).tolist()
        [[0.0, 0.5, 0.5, 0.0], [0.4505, 0.045, 0.5, 0.0045]]
    """
    t, a, A, q = read(t=t, a=a, A=A, q=q)
    return _populations(t, a, A, q)


def thermal_evolution(
    t: ArrayLike, a: ArrayLike, A: ArrayLike, *, q: ArrayLike = 0.0, J: ArrayLike = 0.0
) -> NDArray[np.complex128]:
    """The density matrix from |↑↓⟩ at δ = 0, at any temperature (the solution of Eq. S54 at δ = 0).

    The supplement says that S54 has no analytic solution at finite temperature; at δ = 0 it has this one.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; real where J ≠ 0 (else a DM coupling takes part).
        q: e^(−βΔ) in [0, 1].
        J: J⊥ in rad/µs.

    Returns:
        States of shape (…, 4, 4) in Qiskit's order, … the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, q lies outside [0, 1], or A is complex where J ≠ 0.

    Examples:
        >>> import nvprotocol as nv
        >>> state = nv.closed_form.thermal_evolution(t=50.0, a=30.0, A=30.0, q=0.1)
        >>> float(nv.concurrence(state).round(6))  # the plateau of Fig. S4a
        0.364865
    """
    t, a, A, q, J = read(t=t, a=a, A=A, q=q, J=J)
    refuse("A", A, (np.imag(A) != 0) & (J != 0), "be real where J is not 0")
    phase = phase_of(A)
    ground, bright, dark, top = np.moveaxis(_populations(*np.broadcast_arrays(t, a, A, q, J)[:4]), -1, 0)
    turning = 0.5 * np.exp(-(2 * a * (1 + q) + 4j * J * phase.real) * t)  # ⟨T₀|ρ|S⟩
    mean = (bright + dark) / 2
    coherence = phase.conj() * ((bright - dark) / 2 - 1j * turning.imag)
    rows = [
        np.stack(np.broadcast_arrays(mean + turning.real, coherence), axis=-1),
        np.stack(np.broadcast_arrays(coherence.conj(), mean - turning.real), axis=-1),
    ]
    return embedded(np.stack(rows, axis=-2), ground=ground, top=top)


def thermal_concurrence(
    t: ArrayLike, a: ArrayLike, A: ArrayLike, *, q: ArrayLike = 0.0, J: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ at δ = 0, at any temperature: C = 2 max(0, |⟨↑↓|ρ|↓↑⟩| − √(ρ_↑↑ρ_↓↓)).

    The text says that temperature does not change the picture qualitatively. One thing changes: for q > 0 and |A| < a,
    C reaches exactly 0 at a finite time, where at T = 0 it decays exponentially.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; real where J ≠ 0.
        q: e^(−βΔ) in [0, 1].
        J: J⊥ in rad/µs.

    Returns:
        The concurrence; all arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, q lies outside [0, 1], or A is complex where J ≠ 0.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.thermal_concurrence(t=0.1, a=30.0, A=[20.0, 27.0, 30.0], q=0.1).round(4).tolist()
        [0.0, 0.0835, 0.3648]
    """
    state = thermal_evolution(t, a, A, q=q, J=J)
    lost = np.sqrt(state[..., 0, 0].real * state[..., 3, 3].real)
    return 2 * np.maximum(np.abs(state[..., 2, 1]) - lost, 0.0)


def _populations(t: Array, a: Array, A: Array, q: Array) -> NDArray[np.float64]:
    rates, vectors = _modes(a, A, q)
    start = (vectors[..., 1, :] + vectors[..., 2, :]) / 2  # T₀ and S at 1/2; their weights are equal and drop out
    decay = np.exp(-rates * t[..., None])
    change = np.einsum("...ik,...k->...i", vectors, start * decay)
    equal = (q / np.square(1 + q))[..., None]
    shared = equal + change[..., 1:3]
    top = np.square(q / (1 + q)) + np.sqrt(q) * change[..., 3]
    shared, top = np.maximum(shared, 0.0), np.maximum(top, 0.0)
    ground = np.maximum(1 - shared.sum(axis=-1) - top, 0.0)
    return np.concatenate([ground[..., None], shared, np.broadcast_to(top, ground.shape)[..., None]], axis=-1)


def _modes(a: Array, A: Array, q: Array) -> tuple[Array, Array]:
    """Rates (…, 3) and orthonormal modes (…, 4, 3) of the rate equation made symmetric by the weights 1, √q, √q, q.

    The stationary mode (1, √q, √q, q)/(1+q) is split off by hand, so that no rounding mixes it with a slow one.
    """
    a, strength, q = np.broadcast_arrays(a, np.minimum(np.abs(A), a), q)
    f, g = 2 * (a + strength), 2 * (a - strength)
    root, zero = np.sqrt(q), np.zeros_like(a)
    symmetric = np.stack(
        [
            np.stack([q * (f + g), -root * f, -root * g, zero], axis=-1),
            np.stack([-root * f, (1 + q) * f, zero, -root * f], axis=-1),
            np.stack([-root * g, zero, (1 + q) * g, -root * g], axis=-1),
            np.stack([zero, -root * f, -root * g, f + g], axis=-1),
        ],
        axis=-2,
    )
    basis = _complement(q)
    rates, vectors = np.linalg.eigh(np.swapaxes(basis, -1, -2) @ symmetric @ basis)
    rest = rates[..., 1] * rates[..., 2]
    slowest = (1 + q) ** 3 * (f + g) * f * g / np.where(rest > 0, rest, 1.0)  # product of the roots: exact if small
    rates = np.concatenate([slowest[..., None], rates[..., 1:]], axis=-1)
    return np.maximum(rates, 0.0), basis @ vectors


def _complement(q: Array) -> NDArray[np.float64]:
    """An orthonormal basis (…, 4, 3) of what is orthogonal to (1, √q, √q, q)."""
    norm, zero, half = np.sqrt(1 + q**2), np.zeros_like(q), np.full_like(q, np.sqrt(0.5))
    corner, middle = np.sqrt(2 * q) / ((1 + q) * norm), -norm / (np.sqrt(2) * (1 + q))
    columns = [
        np.stack([zero, half, -half, zero], axis=-1),
        np.stack([q / norm, zero, zero, -1 / norm], axis=-1),
        np.stack([corner, middle, middle, q * corner], axis=-1),
    ]
    return np.stack(columns, axis=-1)
