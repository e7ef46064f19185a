"""What the medium does to the pair: the master equation, detailed balance and stability (Eqs. 2–6)."""

import numpy as np
from scipy.constants import Boltzmann, Planck

from nvprotocol import closed_form, operators
from nvprotocol.channels import evolution
from nvprotocol.entanglement import concurrence
from nvprotocol.errors import ArgumentError
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding
from nvprotocol.paper.comparison import at_least, equal, vanishes

__all__ = ["CLAIMS"]

_DELTA_K = Planck * 2.87e9 / Boltzmann
"""ħΔ/k_B in kelvin at Δ/2π = 2.87 GHz."""


def _random_medium(rng: np.random.Generator, a: float, A: float, q: float) -> Medium:
    """A pair with every rate and coupling, none of them zero, A complex, D real."""
    d = rng.uniform(0.2, 1.0)
    phase, D = np.exp(2j * np.pi * rng.random()), d * rng.uniform(-1, 1)
    return Medium.pair(a=a, A=A * phase, q=q, d=d, D=D, J=rng.normal(), Jz=rng.normal(), dm=rng.normal())


def _lindblad_form() -> Finding:
    traces, lowest = [], []
    for rng, a, A, q, delta in printed.draws(23, 20):
        me = MasterEquation(_random_medium(rng, a, A, q), delta)
        traces.append(np.eye(4).ravel() @ me.liouvillian)
        lowest.append(np.linalg.eigvalsh(evolution(me, rng.uniform(0.1, 2.0)).choi)[0])
    return Finding(
        (
            vanishes("trace of dρ/dt, any ρ, 20 random media", traces, 1e-13),
            vanishes("negative eigenvalues of the Choi matrix of exp(𝓛t)", np.minimum(lowest, 0.0), 1e-12),
        )
    )


def _block_h() -> Finding:
    residual = []
    for rng, a, A, q, delta in printed.draws(4, 20):
        d, phase = rng.uniform(0.2, 1.0), np.exp(2j * np.pi * rng.random())
        D, rho = d * rng.uniform(-1, 1), printed.random_state(rng)
        me = MasterEquation(Medium.pair(a=a, A=A * phase, q=q, d=d, D=D), delta)
        h = printed.system_hamiltonian(delta)
        expected = -1j * (h @ rho - rho @ h) - printed.h_form(rho, printed.h_blocks(a, A * phase, q, d, D))
        residual.append(operators.unvec(me.liouvillian @ operators.vec(rho)) - expected)
    return Finding((vanishes("generator − double sum of Eq. 3 with h of Eq. 4, on random states", residual, 1e-13),))


def _jump_form() -> Finding:
    generator, forms = [], []
    for rng, a, A, q, delta in printed.draws(56, 20):
        rho, me = printed.random_state(rng), printed.equation(a, A, q, delta)
        by_jumps = printed.derivative(rho, a, A, q, delta)
        generator.append(operators.unvec(me.liouvillian @ operators.vec(rho)) - by_jumps)
        double_sum = printed.h_form(rho, printed.h_blocks(a, A, q, 0.0, 0.0))
        forms.append(double_sum - sum(printed.dissipator(jump, rho) for jump in printed.jumps(a, A, q)))
    return Finding(
        (
            vanishes("Eq. 3 − Eq. 6 on random states", forms, 1e-13),
            vanishes("generator − Eqs. 6 and 7", generator, 1e-13),
        )
    )


def _fluctuation_dissipation() -> Finding:
    q = closed_form.boltzmann_ratio(_DELTA_K, np.array([0.01, 0.02, 0.05, 0.1, 1.0, 4.0]))
    medium = Medium.pair(a=2.0, A=1.5 * np.exp(0.3j), q=0.25)
    ratio = [
        medium.excitation[0, 0] / medium.relaxation[0, 0],
        medium.excitation[0, 1] / medium.relaxation[1, 0],
    ]
    return Finding(
        (
            equal("ã/a at 2.87 GHz and 10 mK, in 1e-6", q[0] * 1e6, 1.04, digits=2),
            equal("ã/a at 20, 50, 100 mK, 1 K, 4 K", q[1:], [1.02e-3, 0.0636, 0.2522, 0.8713, 0.9662], digits=4),
            vanishes("ã/a − e^(−βΔ) and Ã/A − e^(−βΔ) of a medium", np.array(ratio) - 0.25, 1e-15),
        )
    )


def _zero_temperature() -> Finding:
    return Finding(
        (
            vanishes("ã and Ã at q = e^(−∞) = 0", Medium.pair(a=1.0, A=1.0).excitation, 1e-15),
            vanishes("jump operators J₁, J₂", printed.equation().jump_operators[:2], 1e-15),
        ),
        note="The supplement calls ã, Ã the decay processes here; they are the excitations (with E9).",
    )


def _stability() -> Finding:
    refused = []
    for bad in ({"A": 1.2}, {"A": 0.5, "a_tilde": 0.1, "A_tilde": 0.2}):
        try:
            Medium.pair(a=1.0, **bad)
        except ArgumentError:
            refused.append(1.0)
    lowest, margins = [], []
    for _, a, A, q, _ in printed.draws(42, 20):
        blocks = printed.h_blocks(a, A, q, 0.0, 0.0)
        lowest += [np.linalg.eigvalsh(blocks["+"])[0] - (a - A), np.linalg.eigvalsh(blocks["-"])[0] - q * (a - A)]
        margins.append(a - A)
    return Finding(
        (
            vanishes("least eigenvalue of the blocks of h − (a − |A|), (ã − |Ã|)", lowest, 1e-13),
            at_least("a − |A| of stable media", min(margins), 0.0),
            equal("|A| > a and |Ã| > ã refused", sum(refused), 2, digits=0),
        )
    )


def _turn(angle: float) -> printed.Array:
    """exp(iφσ₂ᶻ/2) as a matrix on stacked density matrices."""
    unitary = np.diag(np.exp(0.5j * angle * operators.sigma_z(1).diagonal().real))
    return operators.kraus_superoperator(unitary)


def _gauge() -> Finding:
    plain, exchange, curves = [], [], []
    for rng, a, A, q, delta in printed.draws(71, 20):
        angle, J = float(rng.uniform(-np.pi, np.pi)), float(rng.normal())
        turn, phased = _turn(angle), A * np.exp(1j * angle)
        one, other = printed.equation(a, A, q, delta), printed.equation(a, phased, q, delta)
        plain.append(other.liouvillian @ turn - turn @ one.liouvillian)
        curves.append(np.subtract(*(concurrence(each.evolve("ud", [0.3, 1.0, 3.0])) for each in (one, other))))
        one = printed.equation(a, A, q, delta, J=J)
        other = printed.equation(a, phased, q, delta, J=J * np.cos(angle), dm=-J * np.sin(angle))
        exchange.append(other.liouvillian @ turn - turn @ one.liouvillian)
    kept = [concurrence(printed.equation(1.0, A, J=0.3).no_jump("ud", [12.0]).states)[0] for A in (0.8, 0.8j)]
    one_way = 2 / (np.sqrt(7) + np.sqrt(1 / 7))  # x² = |g₁₂/g₂₁| = (2J⊥ + |A|)/(|A| − 2J⊥)
    ends = [Medium.pair(a=1.0, A=1.0, a_tilde=u, A_tilde=-u) for u in (0.01, 0.05)]
    apart = [float(concurrence(MasterEquation(one).steady_state())) for one in ends]
    formula = [(1 - u) / (2 * (1 + u)) - np.sqrt(u) / (1 + u) for u in (0.01, 0.05)]
    drive = operators.sigma_x(0) + operators.sigma_x(1)
    return Finding(
        (
            vanishes(
                "generator of A e^(iφ), Ã e^(iφ) − that of |A|, |Ã| rotated by exp(iφσ₂ᶻ/2), any δ, q", plain, 1e-13
            ),
            vanishes("C(t) from |↑↓⟩ with and without the phase", curves, 1e-11),
            vanishes("with J⊥: the same, if J⊥ becomes J⊥cos φ and −J⊥sin φ a DM coupling", exchange, 1e-13),
            equal(
                "C(∞) monitored, |A| = .8 a, J⊥ = .3 a kept, at φ = 0, π/2: 1, 2/(√7 + 1/√7)",
                kept,
                [1.0, one_way],
                digits=4,
            ),
            equal(
                "C(∞) from any state where the phases of A and Ã differ by π, ã/a = .01, .05", apart, formula, digits=4
            ),
            at_least(
                "‖drive σ₁ˣ + σ₂ˣ, rotated by π/2 − itself‖", np.linalg.norm(_turned(drive, np.pi / 2) - drive), 1.0
            ),
        ),
        note="One phase of both, as in equilibrium, is a matter of axes; not so with J⊥, a drive, or two temperatures.",
    )


def _turned(operator: printed.Array, angle: float) -> printed.Array:
    return operators.unvec(_turn(angle) @ operators.vec(operator))


CLAIMS = (
    Claim("eq2-3", "Eqs. 2, 3", "The master equation has Lindblad form: it keeps the trace and is completely positive",
          _lindblad_form, "master_equation/test_generator.py::test_lindblad_form"),
    Claim("eq4", "Eq. 4", "Axial symmetry makes h block diagonal, with ã, Ã, a, A, d, D", _block_h,
          "master_equation/test_generator.py::test_pair_generator_is_the_papers_double_sum"),
    Claim("eq5-6", "Eqs. 5, 6, S34–S37", "Four jump operators J₁ … J₄ make the same dissipator as h", _jump_form,
          "master_equation/test_generator.py::test_jump_operators_of_a_pair_are_equation_5"),
    Claim("footnote71", "footnote 71", "The phases of A and Ã are gauged out by absorbing them into the spin operators",
          _gauge, "master_equation/test_symmetries.py::test_the_phase_of_the_coupling_is_a_rotation_of_one_qubit"),
    Claim("fdt", "text below Eq. 6", "Fluctuation–dissipation: ã = e^(−βΔ)a and Ã = e^(−βΔ)A",
          _fluctuation_dissipation,
          "medium/test_medium.py::test_q_is_the_fluctuation_dissipation_ratio_of_both_couplings"),
    Claim("zero-temperature", "text below Eq. 6", "At zero temperature only the decay processes survive, ã = Ã = 0",
          _zero_temperature, "medium/test_medium.py::test_the_default_is_zero_temperature"),
    Claim("stability", "text below Eq. 6, S42",
          "Stability asks for a ≥ |A| and ã ≥ |Ã|, which makes h positive semidefinite", _stability,
          "medium/test_medium.py::test_blocks_are_accepted_where_their_eigenvalues_are"),
)  # fmt: skip
