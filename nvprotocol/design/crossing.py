"""The time at which a monitored pair reaches a fidelity."""

import numpy as np

from nvprotocol.design.bracket import bracket, fidelity_curve, rising_zero
from nvprotocol.design.sector import Array, Complex, bell_phase, is_chiral
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium

_CLOSE = 1e-13


def first_crossing(
    medium: Medium, delta: Array, eta: Array, g12: Complex, g21: Complex, target: float, *, end: Array
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
    """
    phase = bell_phase(g12, g21)
    # Without chirality, detuning and imbalance F only grows, up to its end.
    hopeless = (end < target) & ~is_chiral(g12, g21) & (delta == 0) & (eta == 0)
    low, high = (np.full(phase.shape, np.nan) for _ in range(2))
    live = (np.abs(g12 * g21) > 0) & ~hopeless
    energy = (g12 * np.exp(1j * phase) * np.sqrt(np.abs(g21 / np.where(live, g12, 1.0))))[live]
    skew = np.sqrt(np.abs(g21[live] / g12[live]))
    dephasing = 2 * np.einsum("...ij,ij->...", medium.dephasing.real, [[1, -1], [-1, 1]])
    dephasing = np.broadcast_to(dephasing, phase.shape)
    low[live], high[live] = bracket(fidelity_curve(energy, skew, delta[live], eta[live], dephasing[live], target))
    reached = np.isfinite(high)

    def at(duration: Array) -> tuple[Array, Array]:
        """Logit of the fidelity, less that of the target, and the success probability."""
        kept = MasterEquation(_scaled(medium, duration), delta * duration).no_jump("ud", np.array([1.0]))
        coherence = kept.states[..., 0, 1, 2] * np.exp(-1j * phase)  # ⟨↓↑|ρ|↑↓⟩
        fidelity = np.clip(0.5 + coherence.real, _CLOSE, 1 - _CLOSE)
        return np.log(fidelity / (1 - fidelity)) - np.log(target / (1 - target)), kept.probability[..., 0]

    low, high = (np.where(reached, one, 0.0) for one in (low, high))
    found = rising_zero(lambda time: at(time)[0], low, high, at(low)[0], at(high)[0])
    probability = at(found)[1]
    return np.where(reached, found, np.nan), np.where(reached, probability, np.nan)


def _scaled(medium: Medium, factor: Array) -> Medium:
    """The medium with all rates multiplied."""
    by = factor[..., None, None]
    names = ("relaxation", "excitation", "dephasing", "flip_flop", "ising")
    return Medium(**{name: getattr(medium, name) * by for name in names})
