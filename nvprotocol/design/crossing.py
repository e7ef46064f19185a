"""The time at which a monitored pair reaches a fidelity."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nvprotocol.design.sector import Array, Complex, bell_phase, is_chiral
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium

_GRID = np.geomspace(1e-2, 40.0, 80)
"""Times, in units of 1/√|g₁₂g₂₁|, between which the first crossing of the target is looked for."""
_MOST_STRETCHED = 1e4
"""Longest time, in those units and times 40, at which it is looked for where relaxation is slower than exchange."""
_STEPS = 60
_CLOSE = 1e-13
_ZERO = 1e-11

Logit = Callable[[Array, Array], tuple[Array, Array]]
Bracket = tuple[NDArray[np.bool_], tuple[Array, Array, Array, Array]]


def first_crossing(
    medium: Medium, delta: Array, g12: Complex, g21: Complex, target: float, *, end: Array
) -> tuple[Array, Array]:
    """The first time at which the fidelity reaches the target, and the odds of a run up to then; NaN where never.

    Args:
        medium: What the pair is monitored in.
        delta: Detuning δ in rad/µs.
        g12: ⟨↑↓|H|↓↑⟩ in rad/µs (Eq. 12).
        g21: ⟨↓↑|H|↑↓⟩ in rad/µs.
        target: The fidelity that is waited for.
        end: The one that monitoring ends in.
    """
    phase, scale = bell_phase(g12, g21), np.sqrt(np.abs(g12 * g21))
    slow = np.abs(np.imag(np.sqrt(delta**2 + g12 * g21)))  # the rate at which the end is approached
    # Without chirality and detuning F only grows, up to its end.
    hopeless = (end < target) & ~is_chiral(g12, g21) & (delta == 0)
    live = scale > 0
    unit = np.where(live, 1 / np.where(live, scale, 1.0), 0.0)
    stretch = np.clip(scale / np.maximum(slow, np.where(live, scale, 1.0) / _MOST_STRETCHED), 1.0, _MOST_STRETCHED)

    def at(duration: Array, times: Array) -> tuple[Array, Array]:
        """Logit of the fidelity, less that of the target, and the odds, at `duration` × `times`."""
        kept = MasterEquation(_scaled(medium, duration), delta * duration).no_jump("ud", times)
        coherence = kept.states[..., 1, 2] * np.exp(-1j * phase)[..., None]  # ⟨↓↑|ρ|↑↓⟩
        fidelity = np.clip(0.5 + coherence.real, _CLOSE, 1 - _CLOSE)
        return np.log(fidelity / (1 - fidelity)) - np.log(target / (1 - target)), kept.probability

    reached, ends = _bracketed(at, unit, target)
    later = live & ~reached & ~hopeless & (stretch > 1)
    if later.any():
        again, others = _bracketed(at, unit * np.where(later, stretch, 1.0), target)
        ends = tuple(np.where(later, other, end) for end, other in zip(ends, others, strict=True))
        reached = np.where(later, again, reached)
    reached = reached & live
    once = np.array([1.0])
    found = _illinois(lambda time: at(time, once)[0][..., 0], *ends)
    odds = at(found, once)[1][..., 0]
    return np.where(reached, found, np.nan), np.where(reached, odds, np.nan)


def _bracketed(at: Logit, unit: Array, target: float) -> Bracket:
    """Whether the target is reached on the grid; the times around that, and the logits there."""
    values = at(unit, _GRID)[0]
    above = values >= 0
    first = np.argmax(above, axis=-1)
    before = np.maximum(first - 1, 0)
    begins = first == 0  # then the crossing lies between t = 0, where F = 1/2, and the first of the grid
    low = np.where(begins, 0.0, _GRID[before]) * unit
    at_low = np.where(begins, np.log((1 - target) / target), _taken(values, before))
    return np.asarray(above.any(axis=-1)), (low, _GRID[first] * unit, at_low, _taken(values, first))


def _taken(values: Array, index: NDArray[np.intp]) -> Array:
    return np.take_along_axis(values, index[..., None], axis=-1)[..., 0]


def _illinois(function: Callable[[Array], Array], low: Array, high: Array, at_low: Array, at_high: Array) -> Array:
    """Zeros between ends of opposite signs, by false position that halves a stuck end; where signs are equal, any."""
    side = np.zeros(low.shape)
    found, crosses = high, (at_low < 0) & (at_high > 0)
    for _ in range(_STEPS):
        weight = np.where(crosses, at_high / np.where(crosses, at_high - at_low, 1.0), 0.0)
        found = high - weight * (high - low)
        value = function(found)
        if np.all((np.abs(value) < _ZERO) | ~crosses):
            break
        right = value >= 0
        at_low = np.where(right, np.where(side == 1, at_low / 2, at_low), value)
        at_high = np.where(right, value, np.where(side == -1, at_high / 2, at_high))
        low, high = np.where(right, low, found), np.where(right, found, high)
        side = np.where(right, 1, -1)
    return found


def _scaled(medium: Medium, factor: Array) -> Medium:
    """The medium with all rates multiplied."""
    by = factor[..., None, None]
    names = ("relaxation", "excitation", "dephasing", "flip_flop", "ising")
    return Medium(**{name: getattr(medium, name) * by for name in names})
