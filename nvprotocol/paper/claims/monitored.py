"""The pair under continuous monitoring of |σᶻ|: the no-jump Hamiltonian and its modes (Eqs. 11–15)."""

import numpy as np
from scipy.linalg import expm

from nvprotocol import closed_form, operators
from nvprotocol.entanglement import concurrence
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding
from nvprotocol.paper.comparison import at_most, equal, vanishes

__all__ = ["CLAIMS", "UP_DOWN"]

UP_DOWN = np.ix_([2, 1], [2, 1])
"""The block of |↑↓⟩, |↓↑⟩, in the paper's order."""
_RATIOS = (0.0, 0.4, 1.0, 2.5)
"""δ/Γ in both phases and at the exceptional point."""


def _split() -> Finding:
    residual = []
    for rng, a, A, q, delta in printed.draws(11, 20):
        rho, me = printed.random_state(rng), printed.equation(a, A, q, delta)
        h = me.effective_hamiltonian
        expected = -1j * (h @ rho - rho @ h.conj().T)
        expected = expected + 2 * sum(jump @ rho @ jump.conj().T for jump in printed.jumps(a, A, q))
        residual.append(printed.unstacked(me.liouvillian @ printed.stacked(rho)) - expected)
    return Finding((vanishes("generator − (no-jump part + 2ΣJρJ†), on random states", residual, 1e-13),))


def _effective() -> Finding:
    difference, block, leak = [], [], []
    for _, a, A, q, delta in printed.draws(12, 20):
        h = printed.equation(a, A, q, delta).effective_hamiltonian
        squares = sum(jump.conj().T @ jump for jump in printed.jumps(a, A, q))
        difference.append(h - (printed.system_hamiltonian(delta) - 1j * squares))
        gamma = (1 + q) * A
        block.append(
            h[UP_DOWN] - np.array([[-delta, -1j * gamma], [-1j * gamma, delta]]) + 1j * a * (1 + q) * np.eye(2)
        )
        total = operators.sigma_z(0) + operators.sigma_z(1)
        leak.append(h @ total - total @ h)
    return Finding(
        (
            vanishes("H_eff − (H_S − iΣJ†J)", difference, 1e-14),
            vanishes("its block − [[−δ, −iΓ], [−iΓ, δ]] + i(a + ã)", block, 1e-14),
            vanishes("[H_eff, σᶻ]", leak, 1e-14),
        )
    )


def _jumps_change_parity() -> Finding:
    total = operators.sigma_z(0) + operators.sigma_z(1)
    least = [np.abs(jump @ total - total @ jump).max() for jump in printed.jumps(1.0, 0.8, 0.3)]
    inside = np.diag([0.0, 1.0, 1.0, 0.0])
    stay = [inside @ jump @ inside for jump in printed.jumps(1.0, 0.8, 0.3)]
    return Finding(
        (
            equal("jump operators of four that do not commute with σᶻ", sum(np.array(least) > 0.1), 4, digits=0),
            vanishes("what a jump leaves in σᶻ = 0, from σᶻ = 0", stay, 1e-15),
        )
    )


def _normalised() -> Finding:
    residual, linear = [], []
    for rng, a, A, q, delta in printed.draws(13, 20):
        rho, time, me = printed.random_state(rng), rng.uniform(0.1, 3.0), printed.equation(a, A, q, delta)
        step = expm(-1j * me.effective_hamiltonian * time)
        whole = step @ rho @ step.conj().T
        kept = me.no_jump(rho, time)
        residual.append(kept.states[0] - whole / np.trace(whole))
        linear.append(kept.probability[0] - np.trace(whole).real)
    return Finding(
        (
            vanishes("ρ(t) − e^(−iHt)ρ₀e^(iH†t)/tr, random states and media", residual, 1e-12),
            vanishes("odds of no jump − trace before normalisation", linear, 1e-12),
        )
    )


def _eigenkets() -> Finding:
    residual, norms = [], []
    for a, A, q in ((1.0, 0.8, 0.3), (2.0, 2.0, 0.0)):
        gamma = (1 + q) * A
        for ratio in _RATIOS:
            delta = ratio * gamma
            h = printed.equation(a, A, q, delta).effective_hamiltonian
            for ket, energy in zip(_printed_kets(gamma, delta), _printed_energies(a, q, gamma, delta), strict=True):
                residual.append(h @ ket - energy * ket)
                norms.append(np.linalg.norm(ket) - 1)
    return Finding(
        (
            vanishes("H_eff|s⟩ − E_s|s⟩ and H_eff|a⟩ − E_a|a⟩, kets as printed, δ/Γ = 0, .4, 1, 2.5", residual, 1e-13),
            vanishes("their norms − 1", norms, 1e-14),
        )
    )


def _printed_kets(gamma: float, delta: float) -> tuple[np.ndarray, np.ndarray]:
    """|s⟩ and |a⟩ of Eq. 14, array index 2 being |↑↓⟩."""
    omega = np.sqrt(complex(delta**2 - gamma**2))
    norm = np.sqrt(abs(omega + delta) ** 2 + gamma**2)
    cos, phased_sin = gamma / norm, -1j * (omega + delta) / norm
    up_down, down_up = operators.state("ud"), operators.state("du")
    return phased_sin * up_down + cos * down_up, -cos * up_down + phased_sin * down_up


def _printed_energies(a: float, q: float, gamma: float, delta: float) -> tuple[complex, complex]:
    omega = np.sqrt(complex(delta**2 - gamma**2))
    return -omega - 1j * a * (1 + q), omega - 1j * a * (1 + q)


def _expansion() -> Finding:
    """Eq. 15 with the printed kets, in the broken phase; the p_ij are the coefficients of ρ₀ in them."""
    rng, residual, phases = np.random.default_rng(15), [], []
    for ratio in (0.0, 0.4, 0.9):
        a, A, q = 1.0, 0.8, 0.3
        gamma = (1 + q) * A
        delta, kappa, time = ratio * gamma, gamma * np.sqrt(1 - ratio**2), rng.uniform(0.2, 2.0)
        s, phi = _printed_kets(gamma, delta)
        basis = np.stack([phi, s], axis=1)  # columns |a⟩, |s⟩
        inside = np.diag([0.0, 1.0, 1.0, 0.0])
        rho = inside @ printed.random_state(rng) @ inside
        inverse = np.linalg.pinv(basis)
        p = inverse @ (rho / np.trace(rho)) @ inverse.conj().T
        grown = p * np.array([[np.exp(2 * kappa * time), 1], [1, np.exp(-2 * kappa * time)]])
        expected = basis @ grown @ basis.conj().T
        kept = printed.equation(a, A, q, delta).no_jump(rho / np.trace(rho), time).states[0]
        residual.append(kept - expected / np.trace(expected))
        end = printed.equation(a, A, q, delta).no_jump("ud", 30.0 / kappa).states[0]
        phases.append(end[1, 2] / end[2, 2] - (-kappa + 1j * delta) / gamma)
    return Finding(
        (
            vanishes("ρ(t) − Eq. 15 with kets of Eq. 14, random states in σᶻ = 0", residual, 1e-12),
            vanishes("ratio of amplitudes at late times − (−κ + iδ)/Γ", phases, 1e-9),
        )
    )


def _phases() -> Finding:
    gamma, a = 1.3, 1.0
    broken, exact = np.array([0.0, 0.5, 0.9]) * gamma, np.array([1.1, 2.0]) * gamma
    imaginary, real, rates, overlap = [], [], [], []
    for delta in broken:
        values = np.linalg.eigvals(printed.equation(a, 1.0, 0.3, delta).effective_hamiltonian[UP_DOWN])
        imaginary.append(values.real)
        rates.append(np.ptp(values.imag) - 2 * np.sqrt(gamma**2 - delta**2))
    for delta in exact:
        values = np.linalg.eigvals(printed.equation(a, 1.0, 0.3, delta).effective_hamiltonian[UP_DOWN])
        real.append(values.imag + a * 1.3)
        rates.append(np.ptp(values.real) - 2 * np.sqrt(delta**2 - gamma**2))
    for delta in (gamma * (1 - 1e-8), gamma * (1 + 1e-8)):
        vectors = np.linalg.eig(printed.equation(a, 1.0, 0.3, delta).effective_hamiltonian[UP_DOWN])[1]
        overlap.append(abs(np.vdot(vectors[:, 0], vectors[:, 1])))
    return Finding(
        (
            vanishes("δ < Γ: real parts of E", imaginary, 1e-13),
            vanishes("δ > Γ: Im E + (a + ã)", real, 1e-13),
            vanishes("splitting of E − 2|√(δ² − Γ²)|", rates, 1e-13),
            equal("|⟨s|a⟩| at δ = Γ(1 ∓ 10⁻⁸): one eigenvector left", overlap, 1.0, digits=6),
        )
    )


def _any_start() -> Finding:
    rng = np.random.default_rng(143)
    kept = [printed.equation(q=0.3).no_jump(printed.random_state(rng), 40.0) for _ in range(10)]
    rng = np.random.default_rng(143)
    shares = [
        float(np.real(printed.singlet().conj() @ printed.random_state(rng) @ printed.singlet())) for _ in range(10)
    ]
    ends = [concurrence(one.states[0]) for one in kept]
    detuned = printed.equation(1.0, 0.9, 0.3, 0.7).no_jump("du", 40.0)
    return Finding(
        (
            vanishes("1 − C at a t = 40, 10 random states, |A| = a, δ = 0", 1 - np.array(ends), 1e-9),
            vanishes("odds − p_S", [one.probability[0] - share for one, share in zip(kept, shares, strict=True)], 1e-9),
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
            equal("C(.25), C(.5), C(1) at Γ = 2", found, np.tanh(4 * times), digits=9),
            equal("the same at Γ = (1 + q)|A| = 1.2, q = .5", hot, np.tanh(2.4 * times), digits=9),
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
            vanishes("rate of falling odds − 2(a + ã − κ)", leak, 1e-9),
            vanishes("leak rate at δ = 0, |A| = a, |Ã| = ã", np.log(still[0] / still[1]), 1e-12),
            equal("odds there, for ever", still[1], 0.5, digits=9),
        ),
        note="Growth beats leaking where κ > (a + ã)/2.",
    )


def _exceptional_point() -> Finding:
    times = np.array([0.25, 0.5, 1.0, 4.0])
    me = printed.equation(2.0, 2.0, delta=2.0)
    kept = me.no_jump("ud", times)
    x = (2.0 * times) ** 2
    late = me.no_jump("ud", [20.0, 40.0])
    missing = 1 - concurrence(late.states)
    final = np.array([1, 1j]) / np.sqrt(2)
    end = me.no_jump("ud", 100.0).states[0][UP_DOWN]
    return Finding(
        (
            equal("C(.25), C(.5), C(1), C(4) at Γ = δ = 2", concurrence(kept.states), 2 * np.sqrt(x * (1 + x)) / (1 + 2 * x), digits=9),
            equal("power of t in 1 − C at late times", np.log2(missing[0] / missing[1]), 4, digits=1),
            equal("fidelity with (|↑↓⟩ + i|↓↑⟩)/√2 at t = 100", np.real(final.conj() @ end @ final), 1.0, digits=4),
        ),
        note="1 − C → 1/(8Γ⁴t⁴), while the odds fall as e^(−2(a + ã)t): C = .99 costs all but 22 %.",
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
    """4×4 Gaussian unitary perturbations, seen by the lasting mode in σᶻ = 0."""
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


_MODES, _BELL = "text below Eq. 14", "text below Eq. 15"

CLAIMS = (
    Claim("eq11", "Eq. 11", "The generator is a no-jump part plus 2ΣJρJ†",
          _split, "test_generator.py::test_no_jump_part_and_jumps_make_the_generator"),
    Claim("eq12", "Eq. 12", "H_eff = H_S − iΣJ†J conserves σᶻ", _effective, "test_no_jump.py::test_effective_hamiltonian_is_equation_12"),
    Claim("jumps-seen", "text below Eq. 11", "Every jump changes σᶻ, so watching |σᶻ| = 0 excludes them all",
          _jumps_change_parity, "test_no_jump.py::test_states_and_odds_are_the_exponential_of_the_two_level_hamiltonian"),
    Claim("eq13", "Eq. 13", "Postselected states are the normalised no-jump evolution", _normalised, "test_no_jump.py::test_any_system_any_state"),
    Claim("eq14", "Eq. 14", "Eigenkets |s⟩, |a⟩ with E = ∓ω − i(a + ã), ω = √(δ² − Γ²)", _eigenkets, "test_no_jump.py::test_eigenkets_are_equation_14"),
    Claim("pt", _MODES, "PT-broken for δ < Γ, exceptional point at δ = Γ, PT-exact for δ > Γ",
          _phases, "test_closed_form_monitored.py::test_eigenkets_and_energies_belong_to_the_effective_hamiltonian"),
    Claim("eq15", "Eq. 15", "ρ(t) in the modes; the end is (|↑↓⟩ + e^(iϕ̃)|↓↑⟩)/√2 with e^(iϕ̃) = (−κ + iδ)/Γ",
          _expansion, "test_no_jump.py::test_states_are_equation_15"),
    Claim("any-start-monitored", _BELL, "Monitored, the pair reaches C = 1 from every initial state with p_aa ≠ 0",
          _any_start, "test_paper.py::test_any_initial_state_ends_in_the_bell_state"),
    Claim("tanh", f"{_BELL}, Fig. 3", "C(t) = tanh 2Γt from |↑↓⟩ at equal fields", _tanh, "test_closed_form_monitored.py::test_the_two_forms_of_the_paper"),
    Claim("growth-leak", _BELL, "|a⟩ grows at 2κ while the odds leak at 2(a + ã − κ); best at δ = 0, |A| = a, |Ã| = ã",
          _growth_and_leak, "test_paper.py::test_rate_of_growth_and_rate_of_leaking"),
    Claim("exceptional-point", _BELL, "At δ = Γ: C = 2Γt√(1 + Γ²t²)/(1 + 2Γ²t²), algebraically to 1, end (|↑↓⟩ + i|↓↑⟩)/√2",
          _exceptional_point, "test_closed_form_monitored.py::test_the_two_forms_of_the_paper"),
    Claim("pt-exact", _BELL, "δ > Γ: entanglement oscillates at 2ω, below 1, without a steady state",
          _exact_phase, "test_closed_form_monitored.py::test_largest_concurrence_beyond_the_point"),
    Claim("tuning", _BELL, "Bell states are reached by less detuning or by more Γ", _tuned, "test_no_jump.py::test_very_long_times_end_in_the_bell_state"),
    Claim("robust", "abstract", "The Bell state is robust against weak random perturbations",
          _robust, "test_paper.py::test_weak_random_perturbations_leave_the_bell_state"),
)  # fmt: skip
