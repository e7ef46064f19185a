"""The full dynamics (S53–S64)."""

import numpy as np
from scipy.integrate import solve_ivp

from nvprotocol import closed_form, operators
from nvprotocol.entanglement import concurrence
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import equal, vanishes

__all__ = ["CLAIMS", "elements"]


def elements(r: np.ndarray, a: float, A: float, q: float, delta: float) -> dict[tuple[int, int], complex]:
    """The right-hand sides of S54, as printed, for a density matrix in the paper's order.

    Examples:
        >>> from nvprotocol.paper.claims.dynamics import elements
        >>> float(elements(np.diag([1.0, 0, 0, 0]), 1.0, 1.0, 0.1, 0.0)[0, 0])
        -0.4
    """
    at, At, gamma = q * a, q * A, (1 + q) * A
    cross, middle = r[1, 2] + r[2, 1], r[1, 1] + r[2, 2]
    gain = 2 * At * r[0, 0] + 2 * A * r[3, 3]
    return {
        (0, 0): -4 * at * r[0, 0] + 2 * a * middle + 2 * A * cross,
        (1, 1): -2 * (a + at) * r[1, 1] + 2 * at * r[0, 0] + 2 * a * r[3, 3] - gamma * cross,
        (2, 2): -2 * (a + at) * r[2, 2] + 2 * at * r[0, 0] + 2 * a * r[3, 3] - gamma * cross,
        (3, 3): -4 * a * r[3, 3] + 2 * at * middle + 2 * At * cross,
        (1, 2): 2 * (1j * delta - (a + at)) * r[1, 2] - gamma * middle + gain,
        (2, 1): 2 * (-1j * delta - (a + at)) * r[2, 1] - gamma * middle + gain,
    }


def _element_equations() -> Finding:
    residual = []
    for rng, a, A, q, delta in printed.draws(54, 20):
        rho = printed.random_state(rng)
        rate = operators.unvec(printed.equation(a, A, q, delta).liouvillian @ operators.vec(rho))[printed.PAPER]
        residual += [rate[index] - value for index, value in elements(rho[printed.PAPER], a, A, q, delta).items()]
    return Finding((vanishes("generator − S54, element by element, on random states", residual, 1e-13),))


def _reduction() -> Finding:
    """S56–S59 along the evolution, with derivatives by the generator."""
    a, A, delta = 1.0, 0.8, 0.3
    me, times = printed.equation(a, A, delta=delta), np.linspace(0.0, 3.0, 31)
    vectors = operators.vec(me.evolve("ud", times)).T
    r, dr = (operators.unvec(v.T) for v in (vectors, me.liouvillian @ vectors))
    up_down, down_up, ground = (np.real(r[:, k, k]) for k in (2, 1, 0))
    x, y, h = np.real(r[:, 2, 1]), np.imag(r[:, 2, 1]), down_up
    dx, dy, dh = np.real(dr[:, 2, 1]), np.imag(dr[:, 2, 1]), np.real(dr[:, 1, 1])
    decay = np.exp(-2 * a * times)
    return Finding(
        (
            vanishes("S56: ρ₁₁ − ρ₂₂ − e^(−2at)", up_down - down_up - decay, 1e-12),
            vanishes("S57: ρ₀₀ − 1 + 2ρ₂₂ + e^(−2at)", ground - 1 + 2 * h + decay, 1e-12),
            vanishes("S58: ḣ + 2ah + 2|A|x", dh + 2 * a * h + 2 * A * x, 1e-12),
            vanishes(
                "S58: ẋ + 2δy + 2ax + 2|A|h + |A|e^(−2at)",
                dx + 2 * delta * y + 2 * a * x + 2 * A * h + A * decay,
                1e-12,
            ),
            vanishes("S58: ẏ − 2δx + 2ay", dy - 2 * delta * x + 2 * a * y, 1e-12),
        )
    )


def _overdamped_state(times: np.ndarray, a: float, A: float, delta: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y and h of S61, as printed."""
    kappa, decay = np.sqrt(A**2 - delta**2), np.exp(-2 * a * times)
    x = -A / (2 * kappa) * np.sinh(2 * kappa * times) * decay
    y = -A * delta * decay / kappa**2 * np.sinh(kappa * times) ** 2
    return x, y, A**2 * decay / kappa**2 * np.sinh(kappa * times) ** 2


def _density_matrix() -> Finding:
    a, A, delta, times = 1.0, 0.8, 0.3, np.linspace(0.05, 4.0, 40)
    x, y, h = _overdamped_state(times, a, A, delta)
    kappa, decay = np.sqrt(A**2 - delta**2), np.exp(-2 * a * times)
    states = printed.equation(a, A, delta=delta).evolve("ud", times)
    expected = np.zeros_like(states)
    expected[:, 0, 0] = 1 - (A**2 * np.cosh(2 * kappa * times) - delta**2) / kappa**2 * decay
    expected[:, 2, 2] = (A**2 * np.cosh(kappa * times) ** 2 - delta**2) / kappa**2 * decay
    expected[:, 1, 1] = h
    expected[:, 2, 1], expected[:, 1, 2] = x + 1j * y, x - 1j * y
    return Finding((vanishes("ρ(t) − S62 with S61, overdamped", states - expected, 1e-12),))


def _coherence_modulus() -> Finding:
    x, y, _ = (one[0] for one in _overdamped_state(np.array([1.0]), 1.2, 1.0, 0.35))
    found = concurrence(printed.equation(1.2, 1.0, delta=0.35).evolve("ud", 1.0))[0]
    kappa = np.sqrt(1 - 0.35**2)
    second = 2 * np.sinh(kappa) * np.exp(-2.4) * np.sqrt(np.cosh(kappa) ** 2 - 0.35**2) / kappa**2
    return Finding(
        (equal("C at a = 1.2, |A| = 1, δ = .35, t = 1; printed 2|x + y|", found, 2 * abs(x + y), digits=5),),
        (
            equal("C, right: 2|x + iy|", found, 2 * abs(x + 1j * y), digits=5),
            equal("C, the last expression of S63", found, second, digits=5),
        ),
        note="The last expression of S63 is right; the one between is a misprint.",
    )


def _time_scale() -> Finding:
    late = concurrence(printed.equation(1.0, 0.95).evolve("ud", np.array([100.0, 101.0])))
    rate = float(np.log(late[0] / late[1]))
    detuned = concurrence(printed.equation(1.0, 0.95, delta=0.3).evolve("ud", np.array([60.0, 61.0])))
    return Finding(
        (equal("1/τ at |A| = .95, a = 1, δ = 0; printed τ = 1/(a − |A|)", rate, 0.05, digits=4),),
        (
            equal("1/τ, right: 2(a − |A|)", rate, 0.1, digits=4),
            equal(
                "1/τ at δ = .3: S64, 2(a − √(|A|² − δ²))",
                np.log(detuned[0] / detuned[1]),
                2 * (1 - np.sqrt(0.95**2 - 0.09)),
                digits=4,
            ),
        ),
        note="S64 and the main text are right.",
    )


def _finite_temperature() -> Finding:
    """The supplement has no analytic solution; at δ = 0 there is one, here against S54 integrated step by step."""
    a, A, q, t = 1.0, 0.9, 0.05, 0.5

    def slope(_: float, y: np.ndarray) -> np.ndarray:
        rho = y.reshape(4, 4)
        rate = np.zeros((4, 4), dtype=complex)
        for index, value in elements(rho, a, A, q, 0.0).items():
            rate[index] = value
        return rate.ravel()

    start = np.zeros((4, 4), dtype=complex)
    start[1, 1] = 1.0
    end = solve_ivp(slope, (0.0, t), start.ravel(), method="DOP853", rtol=1e-12, atol=1e-13).y[:, -1].reshape(4, 4)
    formula = closed_form.thermal_evolution(t, a, A, q=q)
    met = float(np.abs(formula[printed.PAPER] - end).max() < 1e-9)
    return Finding(
        (equal("closed forms that meet S54 integrated to 9 decimals, δ = 0", met, 0, digits=0),),
        (
            vanishes(
                "closed form − S54 integrated, a = 1, |A| = .9, q = .05, t = .5", formula[printed.PAPER] - end, 1e-10
            ),
            equal("C there", concurrence(formula), concurrence(end[printed.PAPER]), digits=8),
        ),
        note="At δ = 0 singlet, T₀, |↑↑⟩ and |↓↓⟩ obey a rate equation of their own.",
    )


CLAIMS = (
    Claim("S53-S54", "S53, S54", "The element equations", _element_equations,
          "paper/test_equations.py::test_element_equations_s54"),
    Claim("S55-S60", "S55–S60", "At T = 0 they reduce to one equation for x", _reduction,
          "closed_form/test_unmonitored.py::test_populations_obey_s56_and_s57"),
    Claim("S61-S62", "S61, S62", "The density matrix in the overdamped regime", _density_matrix,
          "closed_form/test_unmonitored.py::test_state_at_zero_temperature_solves_the_master_equation"),
    Claim("S63", "S63", "C = 2|x + y|", _coherence_modulus,
          "closed_form/test_unmonitored.py::test_concurrence_adds_the_parts_of_the_coherence_as_complex_numbers",
          Verdict.CORRECTED, ("E3",)),
    Claim("S64", "S64 and below", "1/τ = 2a − 2κ₀; at equal fields τ = 1/(a − |A|)", _time_scale,
          "closed_form/test_unmonitored.py::test_lifetime_is_the_decay_of_the_late_concurrence", Verdict.CORRECTED,
          ("E4",)),
    Claim("S54-hot", "supplement (vii)", "At finite temperature S54 has no analytic solution", _finite_temperature,
          "closed_form/test_thermal.py::test_equal_fields_at_any_temperature_solve_the_master_equation",
          Verdict.CORRECTED, ("E6",)),
)  # fmt: skip
