"""Bell states by monitoring, in the broken phase, at the exceptional point and beyond (text below Eq. 15)."""

import numpy as np

from nvprotocol import closed_form
from nvprotocol.entanglement import concurrence
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding
from nvprotocol.paper.claims.no_jump import UP_DOWN
from nvprotocol.paper.comparison import at_most, equal, vanishes

__all__ = ["CLAIMS"]

_BELL = "text below Eq. 15"


def _any_start() -> Finding:
    rng, dark = np.random.default_rng(143), printed.singlet()
    starts = [printed.random_state(rng) for _ in range(10)]
    kept = [printed.equation(q=0.3).no_jump(rho, 40.0) for rho in starts]
    shares = [float(np.real(dark.conj() @ rho @ dark)) for rho in starts]
    ends = [concurrence(one.states[0]) for one in kept]
    detuned = printed.equation(1.0, 0.9, 0.3, 0.7).no_jump("du", 40.0)
    return Finding(
        (
            vanishes("1 − C at at = 40, 10 random states, |A| = a, δ = 0", 1 - np.array(ends), 1e-9),
            vanishes(
                "success probability − p_S",
                [one.probability[0] - share for one, share in zip(kept, shares, strict=True)],
                1e-9,
            ),
            vanishes("1 − C from |↓↑⟩ at |A| = .9, q = .3, δ = .7", 1 - concurrence(detuned.states), 1e-9),
        ),
        note="Only what is exactly |s⟩ (p_aa = 0) stays away from the Bell state.",
    )


def _tanh() -> Finding:
    times = np.array([0.25, 0.5, 1.0])
    found = concurrence(printed.equation(2.0, 2.0).no_jump("ud", times).states)
    hot = concurrence(printed.equation(1.0, 0.8, 0.5).no_jump("ud", times).states)
    return Finding(
        (
            equal("C(.25), C(.5), C(1) at Γ = 2", found, np.tanh(4 * times), digits=6),
            equal("the same at Γ = (1 + q)|A| = 1.2, q = .5", hot, np.tanh(2.4 * times), digits=6),
        )
    )


def _growth_and_leak() -> Finding:
    growth, leak, bound = [], [], []
    a, A, q = 1.0, 0.9, 0.5
    for delta in (0.0, 0.5, 1.0):
        me, kappa = printed.equation(a, A, q, delta), np.sqrt(1.35**2 - delta**2)
        final = me.no_jump("ud", 60.0).states[0]
        early, late = me.no_jump("ud", [6.0, 6.5]), me.no_jump("ud", [20.0, 20.5])
        distance = np.abs(early.states - final).max(axis=(-2, -1))
        growth.append(np.log(distance[0] / distance[1]) / 0.5 - 2 * kappa)
        leak.append(np.log(late.probability[0] / late.probability[1]) / 0.5 - 2 * (1.5 - kappa))
        bound.append(kappa)
    still = printed.equation(q=0.3).no_jump("ud", [20.0, 40.0]).probability
    return Finding(
        (
            vanishes("rate of coming to |a⟩ − 2κ, δ = 0, .5, 1", growth, 1e-3),
            vanishes("rate of falling success probability − 2(a + ã − κ)", leak, 1e-9),
            vanishes("leak rate at δ = 0, |A| = a, |Ã| = ã", np.log(still[0] / still[1]), 1e-12),
            equal("success probability there, t → ∞", still[1], 0.5, digits=6),
        ),
        note="Growth beats leaking where κ > (a + ã)/2.",
    )


def _exceptional_point() -> Finding:
    times = np.array([0.25, 0.5, 1.0, 4.0])
    me = printed.equation(2.0, 2.0, delta=2.0)
    kept = me.no_jump("ud", times)
    x = (2.0 * times) ** 2
    expected = 2 * np.sqrt(x * (1 + x)) / (1 + 2 * x)
    late = me.no_jump("ud", [20.0, 40.0])
    missing = 1 - concurrence(late.states)
    final = np.array([1, 1j]) / np.sqrt(2)
    end = me.no_jump("ud", 100.0).states[0][UP_DOWN]
    return Finding(
        (
            equal("C(.25), C(.5), C(1), C(4) at Γ = δ = 2", concurrence(kept.states), expected, digits=6),
            equal("power of t in 1 − C at late times", np.log2(missing[0] / missing[1]), 4, digits=1),
            equal("fidelity with (|↑↓⟩ + i|↓↑⟩)/√2 at t = 100", np.real(final.conj() @ end @ final), 1.0, digits=4),
        ),
        note="1 − C → 1/(8Γ⁴t⁴), while the success probability falls as e^(−2(a + ã)t): C = .99 costs all but 22 %.",
    )  # fmt: skip


def _exact_phase() -> Finding:
    delta, gamma = 5.0, 2.0
    omega = np.sqrt(delta**2 - gamma**2)
    times = np.pi / omega * np.array([1, 2, 3])
    me = printed.equation(gamma, gamma, delta=delta)
    grid = concurrence(me.no_jump("ud", np.linspace(0, 4, 2001)).states)
    return Finding(
        (
            vanishes(
                "C at π/ω and its multiples (frequency 2ω), Γ = 2, δ = 5",
                concurrence(me.no_jump("ud", times).states),
                1e-12,
            ),
            at_most("largest C on (0, 4]", grid.max(), 0.69),
            equal("largest C: 20/29", grid.max(), 20 / 29, digits=5),
        )
    )


def _tuned() -> Finding:
    """At a fixed Γ, less detuning ends in more entanglement; and so does more Γ at a fixed detuning."""
    end = [concurrence(printed.equation(1.0, 1.0, delta=d).no_jump("ud", 200.0).states)[0] for d in (0.0, 0.5, 0.9)]
    oscillating = concurrence(printed.equation(1.0, 1.0, delta=1.5).no_jump("ud", np.linspace(0, 30, 3001)).states)
    by_gamma = [concurrence(printed.equation(2.0, g, delta=1.5).no_jump("ud", 200.0).states)[0] for g in (1.6, 2.0)]
    return Finding(
        (
            equal("C(t → ∞) at Γ = 1, δ = 0, .5, .9", end, 1.0, digits=6),
            equal(
                "largest C at δ = 1.5", oscillating.max(), closed_form.largest_conditional_concurrence(1.5), digits=4
            ),
            equal("C(t → ∞) at δ = 1.5, Γ = 1.6, 2", by_gamma, 1.0, digits=6),
        )
    )


def _robust() -> Finding:
    """4×4 Gaussian unitary perturbations, on the slowest mode in σᶻ = 0."""
    rng, eps, kappa = np.random.default_rng(2108), 0.01, 1.04
    effective = printed.equation(1.0, 0.8, 0.3).effective_hamiltonian[UP_DOWN]
    bell = {sign: np.array([1, sign]) / np.sqrt(2) for sign in (1, -1)}
    lost, expected = [], []
    for _ in range(400):
        raw = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
        v = eps * ((raw + raw.conj().T) / 2)[UP_DOWN]
        values, vectors = np.linalg.eig(effective + v)
        lasting = vectors[:, np.imag(values).argmax()]
        lost.append(1 - abs(bell[-1] @ lasting) ** 2 / np.linalg.norm(lasting) ** 2)
        expected.append(abs(bell[-1] @ v @ bell[1]) ** 2 / (2 * kappa) ** 2)
    return Finding(
        (
            equal(
                "mean of 1 − F over mean of |V_as|²/(2κ)², ε = .01",
                np.mean(lost) / np.mean(expected),
                1.0,
                tolerance=0.02,
            ),
            at_most("mean of 1 − F", np.mean(lost), 5e-5),
        ),
        note="Quadratic in the perturbation, and suppressed by the gap 2κ.",
    )


CLAIMS = (
    Claim("any-start-monitored", _BELL, "Monitored, the pair reaches C = 1 from every initial state with p_aa ≠ 0",
          _any_start, "paper/test_equations.py::test_any_initial_state_ends_in_the_bell_state"),
    Claim("tanh", f"{_BELL}, Fig. 3", "C(t) = tanh 2Γt from |↑↓⟩ at equal fields", _tanh,
          "closed_form/test_monitored.py::test_the_two_forms_of_the_paper"),
    Claim("growth-leak", _BELL, "|a⟩ grows at 2κ, runs are lost at 2(a + ã − κ); best at δ = 0, |A| = a, |Ã| = ã",
          _growth_and_leak, "paper/test_equations.py::test_rate_of_growth_and_rate_of_leaking"),
    Claim("exceptional-point", _BELL,
          "At δ = Γ: C = 2Γt√(1 + Γ²t²)/(1 + 2Γ²t²), algebraically to 1, end (|↑↓⟩ + i|↓↑⟩)/√2", _exceptional_point,
          "closed_form/test_monitored.py::test_the_two_forms_of_the_paper"),
    Claim("pt-exact", _BELL, "δ > Γ: entanglement oscillates at 2ω, below 1, without a steady state", _exact_phase,
          "closed_form/test_monitored.py::test_largest_concurrence_beyond_the_point"),
    Claim("tuning", _BELL, "Bell states are reached by less detuning or by more Γ", _tuned,
          "master_equation/test_no_jump.py::test_very_long_times_end_in_the_bell_state"),
    Claim("robust", "abstract", "The Bell state is robust against weak random perturbations", _robust,
          "paper/test_equations.py::test_weak_random_perturbations_leave_the_bell_state"),
)  # fmt: skip
