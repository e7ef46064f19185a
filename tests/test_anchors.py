"""Printed numbers of the paper's figures and statements, each computed anew from `MasterEquation`.

A row passes where the computed value rounds to the expected one: a difference of at most half a unit of the last digit.
Where the paper's own formula is wrong, the row holds the right number and says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar, root_scalar
from systems import stacked, unstacked

import nvprotocol as nv

BOLTZMANN_AT_2870_MHZ = 0.13774
"""ħΔ/k_B in kelvin at Δ/2π = 2.87 GHz."""


@dataclass(frozen=True)
class Row:
    id: str
    statement: str
    compute: Callable[[], ArrayLike]
    expected: ArrayLike
    digits: int


def equation(a: float = 1.0, A: float = 1.0, q: float = 0.0, delta: float = 0.0, J: float = 0.0) -> nv.MasterEquation:
    return nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q, J=J), detuning=delta)


def evolved(me: nv.MasterEquation, times: ArrayLike) -> NDArray[np.float64]:
    return nv.concurrence(me.evolve("ud", times))


def monitored(me: nv.MasterEquation, times: ArrayLike) -> NDArray[np.float64]:
    """Under continuous monitoring."""
    return nv.concurrence(me.no_jump("ud", times).states)


def peak(curve: Callable[[float], float], last: float) -> tuple[float, float]:
    """The first maximum of a curve on (0, last) that is the greatest: its value and its place."""
    times = np.linspace(0, last, 2001)[1:-1]
    near = times[np.argmax([curve(time) for time in times[::40]]) * 40]
    bounds = (max(1e-9, near - last / 40), near + last / 40)
    found = minimize_scalar(lambda time: -curve(time), bounds=bounds, method="bounded", options={"xatol": 1e-10})
    return -float(found.fun), float(found.x)


def evolved_peak(me: nv.MasterEquation, last: float = 2.0) -> tuple[float, float]:
    return peak(lambda time: float(evolved(me, time)[0]), last)


def greatest_conditional(eta: float) -> float:
    """The greatest concurrence under monitoring at δ = ηΓ, Γ = 1; ω = √(η² − 1)."""
    last = np.pi / np.sqrt(eta**2 - 1)
    return peak(lambda time: float(monitored(equation(delta=eta), time)[0]), last)[0]


def second_derivative_above(step: float) -> float:
    """One-sided second derivative of the greatest concurrence at η = 1, where it is 1 with zero slope."""
    return 2 * (greatest_conditional(1 + step) - 1) / step**2


def after_many_checks(delta: float, period: float) -> float:
    kept = equation(1.0, 0.9, 0.5, delta).monitored("ud", 4000 * period, period)
    return float(nv.concurrence(kept.states)[0])


def leaking(rate: float) -> float:
    """The conditional end state where σᶻ ≠ 0 is found, and thrown away, at a finite rate instead of at fixed times."""
    outside = np.ones((4, 4))
    outside[1:3, 1:3] = 0
    values, vectors = np.linalg.eig(equation(1.0, 0.9, 0.5).liouvillian - rate * np.diag(stacked(outside)))
    rho = unstacked(vectors[:, np.real(values).argmax()])
    return float(nv.concurrence(rho / np.trace(rho)))


def threshold_share(q: float) -> float:
    """The least share of the singlet, mixed with |↑↑⟩, that ends with any concurrence."""
    dark, ground = nv.operators.bell_state("psi-"), nv.operators.density_matrix("uu")

    def signed(share: float) -> float:
        rho = equation(q=q).steady_state(share * np.outer(dark, dark.conj()) + (1 - share) * ground)
        return float(np.abs(rho[1, 2]) - np.sqrt(rho[0, 0] * rho[3, 3]).real)

    return float(root_scalar(signed, bracket=(0.3, 0.9)).root)


def product_state_of_low_singlet_share() -> float:
    """cos α|↑⟩ + sin α|↓⟩ on qubit 1 beside |↑⟩, with p_S = sin²α/2 = 0.115, at q = 0.3."""
    angle = np.arcsin(np.sqrt(0.23))
    ket = np.kron([1, 0], [np.cos(angle), np.sin(angle)])
    return float(nv.concurrence(equation(q=0.3).steady_state(ket)))


def thermal_ends(temperatures: NDArray) -> NDArray[np.float64]:
    q = np.exp(-BOLTZMANN_AT_2870_MHZ / temperatures)
    return nv.concurrence(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, q=q)).steady_state("ud"))


def pumped_end(mu: float, temperature: float = 0.7) -> float:
    """A chemical potential μ: q = e^(−β(Δ−μ)), in units of Δ."""
    return float(nv.concurrence(equation(q=np.exp(-(1 - mu) / temperature)).steady_state("ud")))


def tail_lifetime(A: float) -> float:
    """τ of C ∝ e^(−t/τ) at long times, a = 1."""
    c = evolved(equation(A=A), [100.0, 100.1])
    return float(0.1 / np.log(c[0] / c[1]))


def critical_growth(times: ArrayLike) -> NDArray[np.float64]:
    return evolved(equation(delta=1), times) * np.exp(2 * np.asarray(times)) / np.asarray(times)


S4A, S4B = [20, 25, 27, 28, 29, 30], [0, 2, 4, 6, 8, 10, 16]
PERIODS = [0.01, 0.1, 0.3, 1, 3, 10]


def hot(A: float = 10, a: float = 10, delta: float = 0) -> nv.MasterEquation:
    return equation(a, A, 0.1, delta)


ROWS = [
    Row("Fig2 red", "δ = 0: C(1), C(2), C(5)", lambda: evolved(equation(), [1, 2, 5]), [0.49084, 0.49983, 0.5], 5),
    Row("Fig2 cyan", "δ = 0.3", lambda: evolved(equation(delta=0.3), [1, 2, 5]), [0.48003, 0.45504, 0.34664], 5),
    Row("Fig2 orange", "δ = 1", lambda: evolved(equation(delta=1), [1, 2, 5]), [0.38279, 0.16382, 0.00231], 5),
    Row("Fig2 black", "δ = 2", lambda: evolved(equation(delta=2), [1, 2]), [0.17753, 0.00681], 5),
    Row("Fig2 black late", "δ = 2: C(5)", lambda: evolved(equation(delta=2), 5), 4e-5, 5),
    Row("Fig2 cyan peak", "value", lambda: evolved_peak(equation(delta=0.3))[0], 0.48044, 5),
    Row("Fig2 orange peak", "value", lambda: evolved_peak(equation(delta=1))[0], 0.42256, 5),
    Row("Fig2 black peak", "value", lambda: evolved_peak(equation(delta=2))[0], 0.35611, 5),
    Row("Fig2 peaks", "their times", lambda: [evolved_peak(equation(delta=d))[1] for d in (0.3, 1, 2)],
        [1.074, 0.648, 0.450], 3),
    Row("E2", "δ = |A|: C e^(2at)/t at t = .05, .5, 1, 2, 4 grows, where the paper has a constant",
        lambda: critical_growth([0.05, 0.5, 1, 2, 4]), [2.00, 2.24, 2.83, 4.47, 8.25], 2),
    Row("E2 late", "the same at t = 8", lambda: critical_growth(8), 16.1, 1),
    Row("E3", "overdamped C is 2|x + iy|, not 2|x + y|", lambda: evolved(equation(1.2, 1, delta=0.35), 1), 0.31920, 5),
    Row("E4", "τ = 1/2(a − |A|), not 1/(a − |A|); 1/0.1 for |A| = 0.95", lambda: tail_lifetime(0.95), 10.0, 4),
    Row("Fig3 red", "Γ = 2, δ = 0: C(.25), C(.5), C(1)", lambda: monitored(equation(2, 2), [0.25, 0.5, 1]),
        [0.76159, 0.96403, 0.99933], 5),
    Row("Fig3 cyan", "δ = 2", lambda: monitored(equation(2, 2, delta=2), [0.25, 0.5, 1]),
        [0.74536, 0.94281, 0.99381], 5),
    Row("Fig3 black", "δ = 5: greatest value", lambda: greatest_conditional(2.5), 0.68966, 5),
    Row("Fig3 black time", "its time", lambda: peak(lambda t: float(monitored(equation(2, 2, delta=5), t)[0]), 0.6)[1],
        0.3428, 4),
    Row("Fig3 inset", "C_max = 2η/(1 + η²); the printed √(2 − 1/η²)/η is C at ωt = π/4",
        lambda: [greatest_conditional(eta) for eta in (1.2, 1.5, 2, 2.5, 4)],
        [0.9836, 0.9231, 0.8000, 0.6897, 0.4706], 4),
    Row("d2", "C''_max jumps at η = 1 from 0 to −1 (−4 by the printed formula)",
        lambda: second_derivative_above(0.01), -1, 1),
    Row("Fig S4a peaks", "a = 30, q = 0.1, |A| = 20…29", lambda: [evolved_peak(hot(A, 30), 0.3)[0] for A in S4A[:-1]],
        [0.0378, 0.1459, 0.2076, 0.2463, 0.2940], 4),
    Row("Fig S4a", "C(0.1)", lambda: [evolved(hot(A, 30), 0.1)[0] for A in S4A],
        [0, 0, 0.0835, 0.1548, 0.2466, 0.3648], 4),
    Row("Fig S4a plateau", "|A| = 30", lambda: nv.concurrence(hot(30, 30).steady_state("ud")), 0.364865, 6),
    Row("Fig S4b", "a = |A| = 10, q = 0.1, C(0.1)", lambda: [evolved(hot(delta=d), 0.1)[0] for d in S4B],
        [0.3344, 0.3275, 0.3071, 0.2747, 0.2324, 0.1828, 0.0197], 4),
    Row("Fig S4b late", "C(0.3)", lambda: [evolved(hot(delta=d), 0.3)[0] for d in S4B],
        [0.3648, 0.3193, 0.2020, 0.0588, 0, 0, 0], 4),
    Row("Fig S5", "C_inf at 10, 20, 50, 100 mK", lambda: thermal_ends(np.array([0.01, 0.02, 0.05, 0.1])),
        [0.5, 0.4985, 0.4106, 0.2125], 4),
    Row("Fig S5 hot", "10³ C_inf at 1 K", lambda: 1e3 * thermal_ends(np.array([1.0])), 3.1, 1),
    Row("Fig S5 4 K", "10⁴ C_inf at 4 K", lambda: 1e4 * thermal_ends(np.array([4.0])), 2.0, 1),
    Row("Fig S5 diagonal", "|Ã| = |A|", lambda: nv.concurrence(equation(q=1.0).steady_state("ud")), 0, 12),
    Row("E5", "q = 0.3 needs p_S > 0.393", lambda: threshold_share(0.3), 0.393, 3),
    Row("E5 product", "p_S = 0.115 ends with none", product_state_of_low_singlet_share, 0, 12),
    Row("Q1", "checks at finite rate, a = 1, A = .9, q = .5", lambda: [after_many_checks(0, p) for p in PERIODS],
        [0.9986, 0.9842, 0.9436, 0.7665, 0.3345, 0.0177], 4),
    Row("Q1 detuned", "δ = 1.2", lambda: [after_many_checks(1.2, p) for p in PERIODS],
        [0.9869, 0.8824, 0.6824, 0.2398, 0.0049, 0], 4),
    Row("Q1 rate", "losses found at the rates 0, .3, 1, 3, 10, 100",
        lambda: [leaking(rate) for rate in (0, 0.3, 1, 3, 10, 100)], [0, 0, 0.323, 0.737, 0.916, 0.991], 3),
    Row("Q3", "J = 0.1 with δ = .5, 1, 1.5, Γ = 1",
        lambda: [monitored(equation(delta=d, J=0.1), 200)[0] for d in (0.5, 1, 1.5)], [0.9941, 0.9229, 0.6695], 4),
    Row("Q5", "μ/Δ = .6, 0, −1 at T = .7Δ", lambda: [pumped_end(mu) for mu in (0.6, 0, -1)], [0.050, 0.223, 0.419], 3),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_number(row: Row) -> None:
    found, expected = np.asarray(row.compute(), dtype=float), np.asarray(row.expected, dtype=float)
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.5001 * 10.0**-row.digits, err_msg=row.statement)


def test_second_derivative_jump_is_minus_one() -> None:
    """The one-sided difference at η = 1 + h is −1 + O(h): extrapolated from two steps, and 0 below η = 1."""
    steps = np.array([0.02, 0.01])
    values = np.array([second_derivative_above(step) for step in steps])
    assert 2 * values[1] - values[0] == pytest.approx(-1, abs=2e-3)
    assert monitored(equation(delta=0.98), 60)[0] == pytest.approx(1, abs=1e-9)
    assert monitored(equation(delta=0.99), 90)[0] == pytest.approx(1, abs=1e-9)


def test_the_printed_greatest_concurrence_is_the_one_at_an_eighth_of_a_period() -> None:
    eta = 2.0
    early = np.pi / 4 / np.sqrt(eta**2 - 1)
    assert monitored(equation(delta=eta), early)[0] == pytest.approx(np.sqrt(2 - 1 / eta**2) / eta, abs=1e-13)


@pytest.mark.parametrize(("hot", "cold"), [(hot(28, 30), equation(30, 28)), (hot(delta=8), equation(10, 10, delta=8))])
def test_sudden_death(hot: nv.MasterEquation, cold: nv.MasterEquation) -> None:
    """E14: at finite temperature the concurrence of Figs. S4a and S4b is exactly 0 from a finite time on, below 0.3."""
    times = np.linspace(0.3, 1.5, 200)
    assert not np.any(evolved(hot, times))
    assert evolved(hot, 0.1)[0] > 0.1
    assert np.all(evolved(cold, times) > 0)  # while at T = 0 it only decays
