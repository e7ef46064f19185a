"""What monitoring makes of a pair in the long run: the slowest state of the sector |σᶻ| = 0."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root

from nvprotocol._typing import ArrayLike
from nvprotocol.medium import Medium

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Rows = NDArray[np.intp]

_ALIKE = 1e-7
"""Difference of two decay rates, in units of the largest, from which they differ; at an exceptional point rounding
splits them by the root of a double's resolution."""
_RESOLVED, _LEAST = 1e-8, 1e-12
"""Tolerances are found to this relative precision, or of √|g₁₂g₂₁|."""
_STRONGEST = 1e6
"""Dephasing, in units of √|g₁₂g₂₁|, beyond which no budget is looked for."""
_RECIPROCAL = 1e-9
"""Relative difference of |g₁₂| and |g₂₁| up to which a medium is not chiral."""
_FIRST, _LAST, _APART = 1e-3, 4.0, 1.43
"""Detunings between which the fidelity is looked for to fall below a target: the first in units of √|g₁₂g₂₁|, the last
in units of √|g₁₂g₂₁|/(2F − 1), about where 2F − 1 falls as 1/|δ|, and the ratio of neighbours."""


def bell_phase(g12: Complex, g21: Complex) -> Array:
    """Relative phase of |↓↑⟩ against |↑↓⟩ in the state that decays slowest at δ = 0: that of E/g₁₂, Im E ≥ 0."""
    energy: Complex = np.sqrt(np.asarray(g12 * g21, dtype=complex))
    return np.angle(np.where(energy.imag < 0, -energy, energy) * np.conj(g12))


def imbalance(medium: Medium) -> Array:
    """Half the difference of the rates in 1/µs at which the amplitudes of |↑↓⟩ and |↓↑⟩ decay, 0 for equal qubits."""
    own = np.einsum("...ii->...i", medium.relaxation.real - medium.excitation.real)  # ↓ relaxes, ↑ is excited
    return (own[..., 1] - own[..., 0]) / 2


def steady_fidelity(
    g12: Complex, g21: Complex, phase: Array, delta: Array, dephasing: Array, eta: ArrayLike = 0.0
) -> Array:
    """Fidelity of the long-time monitored state with (|↑↓⟩ + e^(iφ)|↓↑⟩)/√2.

    Args:
        g12: ⟨↑↓|H|↓↑⟩ in rad/µs (Eq. 12).
        g21: ⟨↓↑|H|↑↓⟩ in rad/µs.
        phase: φ in rad.
        delta: Detuning δ in rad/µs.
        dephasing: g = 4(d − D) in rad/µs; the coherence decays at 2g.
        eta: Half the difference of the decay rates of |↑↓⟩ and |↓↑⟩, see `imbalance`.

    Returns:
        The fidelity; the arguments broadcast. NaN at and above an exceptional point, where two states decay alike and
        there is none.
    """
    g12, g21, phase, delta, dephasing, eta = np.broadcast_arrays(g12, g21, phase, delta, dephasing, eta)
    h = np.zeros((*g12.shape, 2, 2), dtype=complex)
    h[..., 0, 0], h[..., 0, 1], h[..., 1, 0], h[..., 1, 1] = -delta - 1j * eta, g12, g21, delta + 1j * eta
    one = np.eye(2)
    generator = np.einsum("ab,...cd->...acbd", one, h) - np.einsum("...ab,cd->...acbd", h.conj(), one)
    generator = -1j * generator.reshape(*h.shape[:-2], 4, 4)
    generator[..., 1, 1] -= 2 * dephasing
    generator[..., 2, 2] -= 2 * dephasing
    values, vectors = np.linalg.eig(generator)
    rates = np.real(values)
    slowest = np.argmax(rates, axis=-1)
    lead = -np.diff(-np.sort(-rates, axis=-1)[..., :2], axis=-1)[..., 0]
    ends = lead > _ALIKE * np.abs(generator).max(axis=(-2, -1))
    vector = np.take_along_axis(vectors, slowest[..., None, None], axis=-1)[..., 0]
    weight = vector[..., 0] + vector[..., 3]
    safe = np.where(np.abs(weight) > 1e-12, weight, 1.0)
    coherence = vector[..., 1] / safe  # ⟨↓↑|ρ|↑↓⟩, column-stacked
    return np.where(ends, np.clip(0.5 + (coherence * np.exp(-1j * phase)).real, 0.0, 1.0), np.nan)


def largest_detuning(
    g12: Complex, g21: Complex, phase: Array, dephasing: Array, target: float, eta: ArrayLike = 0.0
) -> Array:
    """The largest |δ| up to which the steady fidelity reaches a target, NaN where it does not at δ = 0."""
    shape, sector = _flat(g12, g21, phase, dephasing, eta)
    g12, g21, phase, dephasing, eta = sector
    scale = np.sqrt(np.abs(g12 * g21))
    # Without chirality and imbalance, exchanging the qubits shows that both signs of δ do the same.
    signs = (1, -1) if np.any(is_chiral(g12, g21) | (eta != 0)) else (1,)

    def margin(delta: Array, rows: Rows) -> Array:
        a, b, angle, g, unequal = (one[rows] for one in sector)
        sides = [steady_fidelity(a, b, angle, sign * delta * scale[rows], g, unequal) for sign in signs]
        return np.nan_to_num(np.min(sides, axis=0) - target, nan=-1.0)

    every, last = np.arange(scale.size), _LAST / (2 * target - 1)
    low, high = np.zeros_like(scale), np.full_like(scale, last)
    inside = possible = margin(low, every) >= 0
    for delta in np.geomspace(_FIRST, last, 1 + int(np.ceil(np.log(last / _FIRST) / np.log(_APART)))):
        if not inside.any():
            break
        good = inside & (margin(np.full_like(scale, delta), every) >= 0)
        low, high = np.where(good, delta, low), np.where(inside & ~good, delta, high)
        inside = good
    edge = _edge(margin, low, np.where(possible, high, low))
    return np.where(possible, edge * scale, np.nan).reshape(shape)


def _flat(*arrays: ArrayLike) -> tuple[tuple[int, ...], list[NDArray]]:
    """The shape that arrays broadcast to, and the arrays with one axis."""
    broadcast = np.broadcast_arrays(*arrays)
    return broadcast[0].shape, [one.ravel() for one in broadcast]


def _edge(margin: Callable[[Array, Rows], Array], low: Array, high: Array) -> Array:
    """The last place at which a margin that is at least 0 at `low` and below at `high` is; `high` where it stays so."""
    given = {"xatol": _LEAST, "xrtol": _RESOLVED}
    found = find_root(margin, (low, high), args=(np.arange(low.size),), tolerances=given)
    return np.where(found.success, np.where(found.f_x == 0, found.x, found.bracket[0]), high)


def is_chiral(g12: Complex, g21: Complex) -> NDArray[np.bool_]:
    """Whether an excitation goes from one qubit to the other otherwise than back: |g₁₂| ≠ |g₂₁|."""
    there, back = np.abs(g12), np.abs(g21)
    return np.abs(there - back) > _RECIPROCAL * (there + back)


def largest_dephasing(g12: Complex, g21: Complex, phase: Array, target: float, eta: ArrayLike = 0.0) -> Array:
    """The largest g = 4(d − D) in rad/µs at which the steady fidelity reaches a target, NaN where it never does.

    Without chirality it is Γ(1 − c²)/c with c = 2F − 1, whatever J⊥: the fidelity obeys the rate equations of a
    singlet and a triplet that dephasing mixes.
    """
    shape, sector = _flat(g12, g21, phase, eta)
    g12, g21, phase, eta = sector
    scale = np.sqrt(np.abs(g12 * g21))
    none = np.zeros_like(scale)
    possible = steady_fidelity(g12, g21, phase, none, none, eta) >= target
    contrast = 2 * target - 1
    chiral = is_chiral(g12, g21) | (eta != 0)
    gamma = np.abs(np.imag(np.sqrt(np.asarray(g12 * g21, dtype=complex))))  # √(g₁₂g₂₁) = ±(2J⊥ − iΓ) without chirality
    high = np.where(chiral, scale, gamma) * (1 - contrast**2) / contrast

    def margin(dephasing: Array, rows: Rows) -> Array:
        """What the fidelity exceeds the target by, at a dephasing in units of √|g₁₂g₂₁|."""
        a, b, angle, unequal = (one[rows] for one in sector)
        reached = steady_fidelity(a, b, angle, none[rows], dephasing * scale[rows], unequal)
        return np.nan_to_num(reached - target, nan=-1.0)

    # Chirality only takes away from that; where |↑↓⟩ and |↓↑⟩ decay differently too, some more may be allowed.
    rows = np.flatnonzero(chiral & possible & (high > 0))
    low, top = np.zeros(rows.size), high[rows] / scale[rows]
    while np.any(beyond := (top < _STRONGEST) & (margin(top, rows) >= 0)):
        low, top = np.where(beyond, top, low), np.where(beyond, 2 * top, top)
    high[rows] = scale[rows] * _edge(lambda dephasing, at: margin(dephasing, rows[at]), low, top)
    return np.where(possible, high, np.nan).reshape(shape)
