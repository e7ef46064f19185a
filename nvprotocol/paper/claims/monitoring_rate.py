"""Monitoring at a finite rate and with imperfect detectors (Discussion)."""

import numpy as np
from scipy.linalg import expm

from nvprotocol import operators
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import at_least, at_most, equal, vanishes

__all__ = ["CLAIMS", "leading", "lossy", "unseen"]

_PERIODS = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0)
_RATES = (0.0, 0.3, 1.0, 3.0, 10.0, 100.0)
_ENDS = (0.9986, 0.9842, 0.9436, 0.7665, 0.3345, 0.0177)
_DETUNED_ENDS = (0.9869, 0.8824, 0.6824, 0.2398, 0.0049, 0.0)
_RATE_ENDS = (0.0, 0.0, 0.323, 0.737, 0.916, 0.991)
_INSIDE = np.diag([0.0, 1.0, 1.0, 0.0])


def leading(generator: np.ndarray) -> np.ndarray:
    """The state that a generator which loses trace keeps the longest, normalised.

    Examples:
        >>> from nvprotocol.paper.claims.monitoring_rate import leading
        >>> generator = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5)).liouvillian
        >>> float(leading(generator)[0, 0].real.round(9))
        1.0
    """
    values, vectors = np.linalg.eig(generator)
    rho = operators.unvec(vectors[:, np.argmax(np.real(values))])
    return rho / np.trace(rho)


def lossy(me: MasterEquation, rate: float) -> np.ndarray:
    """The generator where a state outside of σᶻ = 0 is found, and thrown away, at a rate.

    Examples:
        >>> from nvprotocol.paper.claims.monitoring_rate import leading, lossy
        >>> me = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5))
        >>> float(nv.concurrence(leading(lossy(me, 1.0))).round(3))
        0.323
    """
    outside = 1 - operators.vec(np.outer(_INSIDE.diagonal(), _INSIDE.diagonal()))
    return me.liouvillian - rate * np.diag(outside)


def unseen(a: float, A: float, q: float, delta: float, efficiency: float) -> np.ndarray:
    """The generator of runs without a detected emission: J₃ and J₄ happen with 1 − η_d, absorption always.

    Examples:
        >>> from nvprotocol.paper.claims.monitoring_rate import unseen
        >>> full = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)).liouvillian
        >>> bool(np.allclose(unseen(1.0, 0.9, 0.0, 0.0, 0.0), full))
        True
    """
    emissions = printed.jumps(a, A, q)[2:]
    seen = sum(operators.kraus_superoperator(jump) for jump in emissions)
    return printed.equation(a, A, q, delta).liouvillian - 2 * efficiency * np.asarray(seen)


def _infinite_rate() -> Finding:
    hot, t = printed.equation(1.0, 0.9, 0.5, 0.3), 2.0
    limit = hot.no_jump("ud", t).states
    gaps = [np.abs(hot.monitored("ud", t, period).states - limit).max() for period in (0.02, 0.01)]
    cold = printed.equation(1.0, 0.9, 0.0, 0.3)
    once = cold.monitored("ud", t, t)
    exact = cold.no_jump("ud", t)
    return Finding(
        (
            equal(
                "deviation at q = .5 halves with the period: ratio at .02, .01", gaps[0] / gaps[1], 2.0, tolerance=0.1
            ),
            vanishes("q = 0, one check at the end: ρ − no-jump state", once.states - exact.states, 1e-12),
            vanishes("the success probability of both", once.probability - exact.probability, 1e-12),
        ),
        note="At T = 0 from |↑↓⟩ the rate does not matter, since no jump returns: one final check is exact.",
    )


def _zero_rate() -> Finding:
    me = printed.equation(1.0, 0.9, 0.5)
    unread = me.monitored("ud", 2.0, 3.0).states - me.evolve("ud", 2.0)
    slow = leading(lossy(me, 1e-6)) - me.steady_state()
    return Finding(
        (
            vanishes("ρ(t) before the first check − Lindblad evolution", unread, 1e-13),
            vanishes("end state, losses found at the rate 10⁻⁶ − Lindblad steady state", slow, 1e-5),
        )
    )


def _crossover() -> Finding:
    me = printed.equation(1.0, 0.9, 0.5)
    ends = [_checked(0.0, period) for period in _PERIODS]
    detuned = [_checked(1.2, period) for period in _PERIODS]
    by_rate = [concurrence(leading(lossy(me, rate))) for rate in _RATES]
    gaps = []
    for rate in np.geomspace(0.01, 100, 41):
        values = np.sort(np.linalg.eigvals(lossy(me, rate)).real)[::-1]
        gaps.append(values[0] - values[1])
    return Finding(
        (
            equal("C(∞), checks every .01, .1, .3, 1, 3, 10", ends, _ENDS, digits=4),
            equal("the same at δ = 1.2", detuned, _DETUNED_ENDS, digits=4),
            equal("C(∞), losses found at the rates 0, .3, 1, 3, 10, 100", by_rate, _RATE_ENDS, digits=3),
            at_least("least gap of the conditional generator over all rates", min(gaps), 0.1),
        ),
        note="A crossover: the gap never closes. C(∞) starts at a threshold because concurrence does, not the state.",
    )  # fmt: skip


def _checked(delta: float, period: float) -> float:
    kept = printed.equation(1.0, 0.9, 0.5, delta).monitored("ud", 4000 * period, period)
    return float(concurrence(kept.states)[0])


def _emitted() -> Finding:
    start = operators.density_matrix((operators.state("uu") + printed.singlet()) / np.sqrt(2))
    cold, hot = expm(unseen(1.0, 1.0, 0.0, 0.0, 1.0) * 20.0), leading(unseen(1.0, 0.9, 0.3, 0.0, 1.0))
    stays = operators.unvec(cold @ operators.vec(start))
    right = operators.unvec(expm(unseen(1.0, 0.9, 0.0, 0.4, 1.0) * 1.5) @ operators.vec(operators.density_matrix("ud")))
    parity = printed.equation(1.0, 0.9, 0.0, 0.4).no_jump("ud", 1.5).states[0]
    missed = [_undetected_end(efficiency) for efficiency in (0.0, 0.43, 0.71, 1.0)]
    return Finding(
        (
            equal("C(∞) from (|↑↑⟩ + |00⟩)/√2, T = 0: 1 by |σᶻ| = 0", concurrence(_normalised(stays)), 1.0, digits=3),
        ),
        (
            at_most("C(∞) from |↑↓⟩ at q = .3, |A| = .9 a: 1 by |σᶻ| = 0", concurrence(hot), 0.99),
            vanishes("state from |↑↓⟩ at T = 0 − no-jump state", _normalised(right) - parity, 1e-12),
            equal("C(∞), detector of efficiency 0, .43, .71, 1: 1/(2 − η_d)", missed, [0.5, 0.637, 0.775, 1], digits=3),
        ),
        note="The same as |σᶻ| = 0 at T = 0 from |↑↓⟩ only: elsewhere |↑↑⟩ survives, and absorption is not heralded.",
    )  # fmt: skip


def _undetected_end(efficiency: float) -> float:
    """C(∞) at |A| = a, T = 0, δ = 0 from |↑↓⟩ without a detected emission."""
    late = expm(unseen(1.0, 1.0, 0.0, 0.0, efficiency) * 20.0) @ operators.vec(operators.density_matrix("ud"))
    rho = operators.unvec(late)
    return float(concurrence(_normalised(rho)))


def _normalised(rho: np.ndarray) -> np.ndarray:
    return rho / np.trace(rho)


CLAIMS = (
    Claim("infinite-rate", "Discussion", "The scheme is precise when the rate of measurements is infinite",
          _infinite_rate, "master_equation/test_monitored.py::test_checks_are_a_loop_of_exponentials_and_projections",
          errata=("E12",)),
    Claim("zero-rate", "Discussion", "As the rate goes to zero the full Lindblad dynamics returns", _zero_rate,
          "master_equation/test_monitored.py::test_checks_are_a_loop_of_exponentials_and_projections"),
    Claim("finite-rate", "Discussion (open)",
          "Finite rates may bring phase transitions or crossovers (a = 1, |A| = .9, q = .5)", _crossover,
          "master_equation/test_monitored.py::test_checks_are_a_loop_of_exponentials_and_projections"),
    Claim("no-magnon", "Discussion", "One may postselect on the absence of emitted magnons instead", _emitted,
          "closed_form/test_practice.py::test_missed_magnons", Verdict.CORRECTED, ("E13",)),
)  # fmt: skip
