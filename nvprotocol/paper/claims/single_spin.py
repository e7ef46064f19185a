"""One spin in its bath: relaxation, coherence, Bloch equations (S6–S23)."""

import numpy as np
from scipy.optimize import curve_fit

from nvprotocol import closed_form, operators
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import equal, vanishes

__all__ = ["CLAIMS"]

_PAULI = (operators.sigma_x, operators.sigma_y, operators.sigma_z)


def _single(q: float = 0.25, d: float = 0.3) -> MasterEquation:
    return MasterEquation(Medium(relaxation=[[1.0]], excitation=[[q]], dephasing=[[d]]))


def _single_spin() -> Finding:
    q, d, times = 0.25, 0.3, np.linspace(0.0, 3.0, 31)
    me = _single(q, d)
    z = np.real(me.evolve("d", times)[:, 0, 0] - me.evolve("d", times)[:, 1, 1]) / 2
    x = np.real(me.evolve("+", times)[:, 0, 1])
    (rate, end), _ = curve_fit(lambda t, r, s: s + (-0.5 - s) * np.exp(-r * t), times, z, p0=(1.0, 0.1))
    decay = -np.polyfit(times, np.log(2 * x), 1)[0]
    return Finding(
        (
            equal("1/T1 fitted to ⟨sᶻ⟩(t): 2(a + ã)", rate, 2 * (1 + q), digits=6),
            equal("its end s̄ᶻ = (B^> − B^<)/4B̄", end, (1 - q) / (2 * (1 + q)), digits=6),
            equal("1/T2 fitted to ⟨sˣ⟩(t): (a + ã) + 4d", decay, (1 + q) + 4 * d, digits=6),
            equal("ρ₁₁/ρ₂₂ in equilibrium, B^>/B^<", _equilibrium_ratio(me), 1 / q, digits=6),
        )
    )


def _equilibrium_ratio(me: MasterEquation) -> float:
    rho = me.steady_state()
    return float(np.real(rho[0, 0] / rho[1, 1]))


def _bloch() -> Finding:
    """The Bloch equations integrated as S23 has them, in steps of a fourth-order Runge–Kutta method."""
    q, d, splitting, step = 0.25, 0.3, 4.0, 1e-3
    t1, t2, end = 1 / (2 * (1 + q)), 1 / (1 + q + 4 * d), (1 - q) / (2 * (1 + q))
    field = np.array([0.0, 0.0, splitting])

    def slope(s: np.ndarray) -> np.ndarray:
        return np.cross(s, field) - np.array([s[0] / t2, s[1] / t2, (s[2] - end) / t1])

    s = np.array([0.3, -0.1, -0.35])
    start = 2 * s
    for _ in range(1000):
        k1 = slope(s)
        k2 = slope(s + step / 2 * k1)
        k3 = slope(s + step / 2 * k2)
        s = s + step / 6 * (k1 + 2 * k2 + 2 * k3 + slope(s + step * k3))
    rho = (np.eye(2) + sum(c * one(0, 1) for c, one in zip(start, _PAULI, strict=True))) / 2
    late = _single(q, d).propagator(1.0) @ operators.vec(rho)
    late = operators.unvec(late)
    turn = np.diag(np.exp([0.5j * splitting, -0.5j * splitting]))  # −i[−Δσᶻ/2, ρ] commutes with all of the rest
    late = turn @ late @ turn.conj().T
    found = np.real([np.trace(late @ one(0, 1)) for one in _PAULI]) / 2
    formula = closed_form.bloch_vector(1.0, start, a=1.0, q=q, d=d, Delta=splitting) / 2
    return Finding(
        (
            vanishes("S23 integrated − master equation of one spin, Δ = 4, t = 1", s - found, 1e-9),
            vanishes("S23 integrated − closed form", s - formula, 1e-9),
        )
    )


def _spin_components() -> Finding:
    """⟨σˣ⟩ of |→⟩ is 1, and (ρ₁₂ + ρ₂₁)/2 is half of it: that is sˣ, as sᶻ = ⟨σᶻ⟩/2."""
    rho = operators.density_matrix("+")
    mean = float(np.real(np.trace(rho @ operators.sigma_x(0, 1))))
    printed_right = float(np.real(rho[0, 1] + rho[1, 0]) / 2)
    return Finding(
        (equal("⟨σˣ⟩ of |→⟩, printed to be (ρ₁₂ + ρ₂₁)/2", mean, printed_right, digits=3),),
        (equal("⟨σˣ⟩/2 = (ρ₁₂ + ρ₂₁)/2", mean / 2, printed_right, digits=3),),
        note="The equations of motion are right with sˣ = ⟨σˣ⟩/2, sʸ = ⟨σʸ⟩/2, as for sᶻ.",
    )


def _relaxing_names() -> Finding:
    """S17: ρ̇₂₂ = 2B^<ρ₁₁ − 2B^>ρ₂₂; from |↓⟩ the population of |↑⟩ grows at 2B^>, and in the package at 2a."""
    growth = operators.unvec(_single(0.25, 0.0).liouvillian @ operators.vec(operators.density_matrix("d", 1)))
    a, a_tilde = 1.0, 0.25
    return Finding(
        (equal("2B^< if a is B^<: rate of |↓⟩ → |↑⟩ at a = 1, ã = .25", growth[0, 0].real, 2 * a_tilde, digits=3),),
        (equal("2B^> with a = B^>", growth[0, 0].real, 2 * a, digits=3),),
        note="a ↔ B^> and ã ↔ B^<; the decay processes that vanish at T = 0 are the excitations ã, Ã.",
    )


CLAIMS = (
    Claim("S15-S21", "S15–S22", "One spin: 1/T1 = 4B̄, 1/T2 = 4D + 2B̄, equilibrium ρ₁₁/ρ₂₂ = B^>/B^<", _single_spin,
          "closed_form/test_thermal.py::test_single_qubit_times_and_bloch_vector"),
    Claim("S23", "S20, S23", "The equations of one spin are the Bloch equations", _bloch,
          "closed_form/test_thermal.py::test_bloch_vector_precesses_as_in_s20_and_s23"),
    Claim("S20-components", "above S20", "sˣ = ⟨σˣ⟩ = (ρ₁₂ + ρ₂₁)/2, sʸ = ⟨σʸ⟩ = i(ρ₁₂ − ρ₂₁)/2", _spin_components,
          "closed_form/test_thermal.py::test_single_qubit_times_and_bloch_vector", Verdict.CORRECTED, ("E20",)),
    Claim("rates-named", "below S35", "a and ã correspond to B^< and B^>", _relaxing_names,
          "medium/test_medium.py::test_relaxation_and_coherence_times_are_those_of_each_qubit_alone", Verdict.CORRECTED,
          ("E9",)),
)  # fmt: skip
