"""The no-jump Hamiltonian and its modes: monitoring of |σᶻ| (Eqs. 11–15)."""

import numpy as np
from scipy.linalg import expm

from nvprotocol import operators
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding
from nvprotocol.paper.comparison import equal, vanishes

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
        residual.append(operators.unvec(me.liouvillian @ operators.vec(rho)) - expected)
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
            vanishes("probability of no jump − trace before normalisation", linear, 1e-12),
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


CLAIMS = (
    Claim("eq11", "Eq. 11", "The generator is a no-jump part plus 2ΣJρJ†", _split,
          "master_equation/test_generator.py::test_no_jump_part_and_jumps_make_the_generator"),
    Claim("eq12", "Eq. 12", "H_eff = H_S − iΣJ†J conserves σᶻ", _effective,
          "master_equation/test_no_jump.py::test_effective_hamiltonian_is_equation_12"),
    Claim("jumps-seen", "text below Eq. 11", "Every jump changes σᶻ, so monitoring |σᶻ| = 0 excludes them all",
          _jumps_change_parity,
          "master_equation/test_no_jump.py::test_states_and_probability_are_the_exponential_of_the_two_level_hamiltonian"),
    Claim("eq13", "Eq. 13", "Postselected states are the normalised no-jump evolution", _normalised,
          "master_equation/test_no_jump.py::test_any_system_any_state"),
    Claim("eq14", "Eq. 14", "Eigenkets |s⟩, |a⟩ with E = ∓ω − i(a + ã), ω = √(δ² − Γ²)", _eigenkets,
          "master_equation/test_no_jump.py::test_eigenkets_are_equation_14"),
    Claim("pt", "text below Eq. 14", "PT-broken for δ < Γ, exceptional point at δ = Γ, PT-exact for δ > Γ", _phases,
          "closed_form/test_monitored.py::test_eigenkets_and_energies_belong_to_the_effective_hamiltonian"),
    Claim("eq15", "Eq. 15", "ρ(t) in the modes; the end is (|↑↓⟩ + e^(iϕ̃)|↓↑⟩)/√2 with e^(iϕ̃) = (−κ + iδ)/Γ",
          _expansion, "master_equation/test_no_jump.py::test_states_are_equation_15"),
)  # fmt: skip
