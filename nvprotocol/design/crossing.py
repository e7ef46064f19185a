"""The time at which a monitored pair reaches a fidelity."""

from typing import Any

import numpy as np

from nvprotocol._typing import ArrayLike
from nvprotocol.design.bracket import Rows, bracket, fidelity_curve, rising_zero
from nvprotocol.design.sector import Array, Complex, bell_phase, is_chiral
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.operators import density_matrix

_CLOSE = 1e-13
_FIRST, _OTHER = density_matrix("ud", 2), density_matrix("du", 2)
_BLOCKS = ("relaxation", "excitation", "dephasing", "flip_flop", "ising")


def first_crossing(
    medium: Medium,
    delta: Array,
    eta: Array,
    g12: Complex,
    g21: Complex,
    target: float,
    *,
    end: Array,
    other: ArrayLike = 0.0,
) -> tuple[Array, Array]:
    """The first time at which the fidelity reaches the target, and the success probability up to then; NaN where never.

    It is the first one however often the fidelity oscillates before. Limits are left: a peak that misses or passes
    the target by less than about 1e-8 of F may count or not; where an oscillation lasts longer than 24 periods, a
    crossing later than 1e9 times 1 over the fastest rate counts as none, as its time hangs on the last digits of the
    rates; where the end is approached more slowly than at 1e-8 of the fastest rate and without an oscillation, so
    does one after 36 × 10⁸ times 1 over that rate.

    Args:
        medium: What the pair is monitored in.
        delta: Detuning δ in rad/µs.
        eta: Half the difference of the decay rates of |↑↓⟩ and |↓↑⟩, see `sector.imbalance`.
        g12: ⟨↑↓|H|↓↑⟩ in rad/µs (Eq. 12).
        g21: ⟨↓↑|H|↑↓⟩ in rad/µs.
        target: The fidelity that is waited for.
        end: The long-time one.
        other: Probability of |↓↑⟩ at the start, the rest is |↑↓⟩.
    """
    phase = bell_phase(g12, g21)
    # Without chirality, detuning and imbalance F only grows, up to its end.
    hopeless = (end < target) & ~is_chiral(g12, g21) & (delta == 0) & (eta == 0)
    live = (np.abs(g12 * g21) > 0) & ~hopeless
    energy = (g12 * np.exp(1j * phase) * np.sqrt(np.abs(g21 / np.where(live, g12, 1.0))))[live]
    skew = np.sqrt(np.abs(g21[live] / g12[live]))
    dephasing = 2 * np.einsum("...ij,ij->...", medium.dephasing.real, [[1, -1], [-1, 1]])
    dephasing = np.broadcast_to(dephasing, phase.shape)
    begin = np.broadcast_to(np.asarray(other, dtype=float), phase.shape)
    curve = fidelity_curve(energy, skew, delta[live], eta[live], dephasing[live], target, begin[live])
    low, high = bracket(curve)
    reached = np.flatnonzero(np.isfinite(high))
    place = np.flatnonzero(live)[reached]
    blocks: dict[str, Any] = {name: _rows(getattr(medium, name), phase.shape)[place] for name in _BLOCKS}
    phases, detunings, begins = phase.ravel()[place], delta.ravel()[place], begin.ravel()[place]

    def at(duration: Array, rows: Rows) -> tuple[Array, Array]:
        """Logit of the fidelity, less that of the target, and the success probability."""
        scaled = Medium(**{name: block[rows] * duration[:, None, None] for name, block in blocks.items()})
        start = begins[rows][:, None, None] * _OTHER + (1 - begins[rows])[:, None, None] * _FIRST
        kept = MasterEquation(scaled, detunings[rows] * duration).no_jump(start, np.array([1.0]))
        coherence = kept.states[..., 0, 1, 2] * np.exp(-1j * phases[rows])  # ⟨↓↑|ρ|↑↓⟩
        fidelity = np.clip(0.5 + coherence.real, _CLOSE, 1 - _CLOSE)
        return np.log(fidelity / (1 - fidelity)) - np.log(target / (1 - target)), kept.probability[..., 0]

    time, probability = np.full((2, phase.size), np.nan)
    time[place] = rising_zero(lambda duration, rows: at(duration, rows)[0], low[reached], high[reached])
    probability[place] = at(time[place], np.arange(place.size))[1]
    return time.reshape(phase.shape), probability.reshape(phase.shape)


def _rows(block: Complex, shape: tuple[int, ...]) -> Complex:
    """A block of a medium with all batch axes as one."""
    return np.broadcast_to(block, (*shape, 2, 2)).reshape(-1, 2, 2)
