"""What the direct dipole coupling gives on its own: no magnet, no checks, and every attempt is kept."""

from dataclasses import dataclass, replace

import numpy as np

from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.design.attempt import part, reshaped
from nvprotocol.design.cycle import Cycle, without_checks
from nvprotocol.design.schedule_search import best_attempts
from nvprotocol.design.sector import Array
from nvprotocol.design.trials import Trials, flat
from nvprotocol.medium import Medium

__all__ = ["BareDipole"]


@dataclass(frozen=True, eq=False, kw_only=True)
@holds_read_only
class BareDipole:
    """Bell pairs by the direct dipole coupling of two qubits alone, arrays of one shape.

    Attributes:
        coupling: |⟨↑↓|H|↓↑⟩| = 2|J⊥| in rad/µs.
        rate: Bell pairs per second, 0 where F is not reached.
        time: Time in µs at which F is reached, arcsin(2F − 1)/2|h| without noise, NaN where it is not.
        best_fidelity: The largest fidelity.

    Examples:
        >>> film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=20, gap_ghz=2.0)
        >>> found = nv.design.survey(film, separation_nm=[50, 230], height_nm=10, frequency_ghz=2.87)
        >>> found.dipole.rate.round(1).ravel().tolist()
        [2231.8, 24.0]
    """

    coupling: Array
    rate: Array
    time: Array
    best_fidelity: Array


def bare_dipole(
    coupling: ArrayLike, target: float, cycle: Cycle, *, own_dephasing: ArrayLike = 0.0, delta: ArrayLike = 0.0
) -> BareDipole:
    """The Bell pairs of a flip-flop coupling from |↑↓⟩ without checks, phase known, with the same preparation.

    Args:
        coupling: |⟨↑↓|H|↓↑⟩| = 2|J⊥| in rad/µs.
        target: F.
        cycle: Preparation, final readout and their errors; its checks are left out.
        own_dephasing: 1/T_φ of each qubit on its own in 1/µs.
        delta: Detuning δ in rad/µs.

    Examples:
        >>> from nvprotocol.design.bare_dipole import bare_dipole
        >>> float(bare_dipole(1e-3, 0.95, nv.design.Cycle()).time.round(2))  # arcsin(0.9)/2|h|
        559.88
    """
    coupling, rate, detuning = np.broadcast_arrays(coupling, own_dephasing, delta)
    batch = coupling.shape
    zero = np.zeros((*batch, 2, 2))
    flip_flop, dephasing = zero.copy(), zero.copy()
    flip_flop[..., 0, 1] = flip_flop[..., 1, 0] = np.abs(coupling) / 2
    dephasing[..., 0, 0] = dephasing[..., 1, 1] = rate / 4
    medium = Medium(relaxation=flat(zero, batch, 2), dephasing=flat(dephasing, batch, 2),
                    flip_flop=flat(flip_flop, batch, 2))  # fmt: skip
    alone = replace(without_checks(cycle), checks=0, period=None)
    trials = Trials.of(medium, np.asarray(detuning, dtype=float).ravel(), alone)
    found = reshaped(part(best_attempts(trials, target, thorough=False), (0, 1)), *batch)
    return BareDipole(coupling=np.abs(coupling), rate=found.rate, time=found.time, best_fidelity=found.best_fidelity)
