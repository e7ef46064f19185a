"""Pumped, engineered and less symmetric media, and sensing (Discussion)."""

import numpy as np
from scipy.constants import Boltzmann, Planck
from scipy.linalg import expm

from nvprotocol import closed_form, operators
from nvprotocol.entanglement import concurrence
from nvprotocol.magnets import Exchange
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding
from nvprotocol.paper.comparison import equal, vanishes

__all__ = ["CLAIMS"]

_INSIDE = np.diag([0.0, 1.0, 1.0, 0.0])


def _chemical_potential() -> Finding:
    found = []
    for mu in (0.6, 0.0, -1.0):
        q = float(closed_form.boltzmann_ratio(1.0, 0.7, mu=mu))
        found.append(float(concurrence(printed.equation(q=q).steady_state("ud"))))
    n = 1 / (np.exp((1 - 0.6) / 0.7) - 1)
    return Finding(
        (
            equal("C(∞) at μ/Δ = .6, 0, −1, k_BT = .7 Δ", found, [0.050, 0.223, 0.419], digits=3),
            equal(
                "q at μ = .6 Δ: e^(−β(Δ − μ)) = n/(1 + n)",
                closed_form.boltzmann_ratio(1.0, 0.7, mu=0.6),
                n / (1 + n),
                digits=6,
            ),
            equal(
                "Γ at μ = .6 Δ over Γ at μ = 0 beside a film of magnons: both tunable, (1 + 2n)/(1 + 2n₀)",
                _pumped(0.6) / _pumped(0.0),
                (1 + 2 * n) / (1 + 2 / (np.exp(1 / 0.7) - 1)),
                digits=6,
            ),
        ),
        note="Magnons pumped in (μ > 0) speed up and heat; pumped out (μ < 0) they cool.",
    )


def _pumped(mu: float) -> float:
    """Γ of a pair beside an exchange-coupled film at k_BT = .7 Δ and a chemical potential in units of Δ."""
    ghz = 2.87
    film = Exchange(2, gap_ghz=2.5, stiffness_m2_per_s=8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=1.0)
    medium = film.medium(
        10.0,
        frequency_ghz=ghz,
        temperature_k=0.7 * Planck * ghz * 1e9 / Boltzmann,
        chemical_potential_ghz=mu * ghz,
        dipole=False,
        dephasing=False,
    )
    return float(np.abs(medium.relaxation[0, 1]) + np.abs(medium.excitation[0, 1]))


def _sensing() -> Finding:
    slope, curvature, expected = [], [], []
    for _, a, A, q, delta in printed.draws(8, 10):
        generator = printed.equation(a, A, q, delta).liouvillian
        inside, start = operators.vec(_INSIDE), operators.vec(operators.density_matrix("ud"))
        slope.append(np.real(inside @ generator @ start) + 2 * a * (1 + q))
        curvature.append(np.real(inside @ generator @ generator @ start))
        expected.append(4 * (a * (1 + q)) ** 2 + 4 * (A * (1 + q)) ** 2 + 16 * a**2 * q)
    return Finding(
        (
            vanishes("P_H'(0) + 2(a + ã): local noise alone", slope, 1e-12),
            vanishes(
                "P_H''(0) − [4(a + ã)² + 4Γ² + 16aã]: and the nonlocal one", np.array(curvature) - expected, 1e-10
            ),
        ),
        note="P_H is the population of σᶻ = 0 from |↑↓⟩: nonlocal correlations are seen by reading σᶻ alone.",
    )


def _one_way() -> Finding:
    """g₁₂/g₂₁ = x², made by a DM coupling beside Γ = 1."""
    ends, expected = [], []
    for ratio in (0.57, 0.29, 0.008):
        dm = (1 - ratio) / (2 * (1 + ratio))
        start = (operators.state("ud") + 1j * operators.state("du")) / np.sqrt(2)
        me = printed.equation(dm=dm)
        ends.append(float(concurrence(me.no_jump(start, 40 / np.sqrt(1 - 4 * dm**2)).states)[0]))
        expected.append(2 / (ratio**0.5 + ratio**-0.5))
    return Finding(
        (
            equal("C(∞) at |A| = a, δ = 0 for g₁₂/g₂₁ = .57, .29, .008", ends, expected, digits=6),
            equal("the same to two digits", ends, [0.96, 0.83, 0.18], digits=2),
        ),
        note="Without mirror symmetry a medium may work one way only; then |A| = a is not enough.",
    )


def _anisotropic() -> Finding:
    """One jump operator μ(σ₁⁺ + σ₂⁺) + ν(σ₁⁻ + σ₂⁻): h is not block diagonal any more."""
    found, ratios = [], np.array([0.1, 0.5, 0.9])
    for ratio in ratios:
        up, down = (one(0) + one(1) for one in (operators.sigma_plus, operators.sigma_minus))
        jump = (up + ratio * down) / np.sqrt(2)
        dissipation = [operators.vec(printed.dissipator(jump, rho)) for rho in np.eye(16).reshape(16, 4, 4)]
        generator = -np.array(dissipation).T @ np.array([operators.vec(rho) for rho in np.eye(16).reshape(16, 4, 4)])
        late = expm(generator * 4000.0) @ operators.vec(operators.density_matrix("uu"))
        found.append(float(concurrence(operators.unvec(late))))
    return Finding(
        (equal("C(∞) from |↑↑⟩ for ν/μ = .1, .5, .9: 2μν/(μ² + ν²)", found, 2 * ratios / (1 + ratios**2), digits=5),),
        note="The dark state is μ|↑↑⟩ − ν|↓↓⟩. It takes an anisotropy that keeps pace with 2Δ, as in a pumped magnet.",
    )


def _two_channels() -> Finding:
    found, populations = [], []
    for ratio in (0.01, 0.05):
        medium = Medium.pair(a=1.0, A=-1.0) + Medium.pair(a=0.0, a_tilde=ratio, A_tilde=ratio)
        steady = MasterEquation(medium).steady_state()
        found.append(float(concurrence(steady)))
        weights = [np.real(ket.conj() @ steady @ ket) for ket in (printed.triplet(), printed.singlet())]
        populations.append(np.array(weights) * 2 * (1 + ratio) - [1, ratio])
    same = Medium.pair(a=1.0, A=1.0, q=0.2) + Medium.pair(a=0.5, A=-0.5, q=0.2)
    return Finding(
        (
            equal("C of the unique steady state, heating/cooling = .01, .05", found, [0.3911, 0.2394], digits=4),
            vanishes("weights of T₀, S − (d, u)/2(u + d)", populations, 1e-12),
            vanishes("C of two channels of one temperature", concurrence(MasterEquation(same).steady_state()), 1e-12),
        ),
        note="Two channels of opposite phase, one hot and one cold, give up to C = 1/2 from any initial state.",
    )


CLAIMS = (
    Claim("chemical-potential", "Discussion (open)", "A chemical potential of the magnons tunes rates and couplings",
          _chemical_potential, "closed_form/test_thermal.py::test_chemical_potential"),
    Claim("engineering", "Discussion (open)",
          "Engineering the medium manipulates entanglement: two competing channels", _two_channels,
          "paper/test_beyond_the_paper.py::test_two_channels_of_opposite_phase_have_one_entangled_end"),
    Claim("other-symmetries", "Discussion (open)", "Media of other symmetry change the long-time entanglement",
          _one_way, "paper/test_beyond_the_paper.py::test_a_medium_that_works_one_way"),
    Claim("anisotropic", "Discussion (open), refs. 89–91",
          "Media with anisotropies can be good entanglement reservoirs", _anisotropic,
          "paper/test_beyond_the_paper.py::test_an_anisotropic_medium_has_an_entangled_dark_state"),
    Claim("sensing", "Discussion (open)", "Two NV centres can sense nonlocal correlations of the noise", _sensing,
          "paper/test_beyond_the_paper.py::test_populations_alone_see_the_correlations"),
)  # fmt: skip
