"""The unmonitored pair at zero temperature: three regimes of decay (Eqs. 7–9, Fig. 2)."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol import closed_form, operators
from nvprotocol._typing import ArrayLike
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import at_least, equal, vanishes
from nvprotocol.paper.maximum import maximum

__all__ = ["CLAIMS", "curve", "peak"]

_TIMES = np.linspace(0.05, 4.0, 80)
_REGIMES = ((1.0, 0.8, 0.3), (1.0, 0.8, 0.8), (1.0, 0.8, 2.0), (2.0, 2.0, 0.0))
"""(a, |A|, δ): overdamped, critical, underdamped, and |A| = a at equal fields."""
_TEXT = "text below Eq. 9"


def curve(me: MasterEquation, times: ArrayLike) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩, unmonitored.

    Examples:
        >>> from nvprotocol.paper.claims.unmonitored import curve
        >>> curve(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)), 50.0).round(6).tolist()
        [0.5]
    """
    return concurrence(me.evolve("ud", times))


def peak(me: MasterEquation, last: float) -> tuple[float, float]:
    """Largest concurrence on (0, last] from |↑↓⟩, and its time.

    Examples:
        >>> from nvprotocol.paper.claims.unmonitored import peak
        >>> top, time = peak(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), detuning=1.0), last=2.0)
        >>> round(top, 4), round(time, 3)
        (0.4226, 0.648)
    """
    return maximum(lambda times: curve(me, times), last)


def _oscillator() -> Finding:
    residual, apart = [], []
    for a, A, delta in _REGIMES:
        me = printed.equation(a, A, delta=delta)
        states = operators.vec(me.evolve("ud", _TIMES)).T
        slopes = me.liouvillian @ states
        x, dx, ddx = (np.real(operators.unvec(v.T)[:, 2, 1]) for v in (states, slopes, me.liouvillian @ slopes))
        residual.append(ddx + 4 * a * dx + 4 * (delta**2 + a**2 - A**2) * x)
        if delta != A:  # of a Jordan block of three, a third of the digits is left
            values = np.linalg.eigvals(me.liouvillian)
            omega = np.sqrt(complex(delta**2 - A**2))
            apart += [np.abs(values - w).min() for w in (-2 * a - 2j * omega, -2 * a + 2j * omega)]
    return Finding(
        (
            vanishes("ẍ + 4aẋ + 4(δ² + a² − |A|²)x along the evolution, all regimes", residual, 1e-12),
            vanishes("−iω± − nearest eigenvalue of the generator", apart, 1e-10),
        )
    )


def _s_form(a: float, A: float, delta: float, times: NDArray) -> NDArray[np.float64]:
    """C as the text prints it for the under- and the overdamped regime."""
    omega = np.sqrt(abs(delta**2 - A**2))
    if delta > A:
        sin, cos = np.sin(omega * times), np.cos(omega * times)
        return 2 * np.exp(-2 * a * times) * np.abs(A * sin) * np.sqrt(delta**2 - (A * cos) ** 2) / omega**2
    sinh, cosh = np.sinh(omega * times), np.cosh(omega * times)
    return 2 * np.exp(-2 * a * times) * A * sinh * np.sqrt((A * cosh) ** 2 - delta**2) / omega**2


def _underdamped() -> Finding:
    a, A, delta = 1.0, 0.8, 2.0
    me, omega = printed.equation(a, A, delta=delta), np.sqrt(2.0**2 - 0.8**2)
    periods = np.pi / omega * np.arange(1, 4)
    zeros, left = curve(me, periods), 1 - me.evolve("ud", periods)[:, 0, 0].real
    above = 1 - me.evolve("ud", _TIMES)[:, 0, 0].real
    exact = np.exp(-2 * a * _TIMES) * (1 + 2 * (A * np.sin(omega * _TIMES) / omega) ** 2)
    return Finding(
        (
            vanishes(
                "C(t) − printed formula, a = 1, |A| = .8, δ = 2",
                curve(me, _TIMES) - _s_form(a, A, delta, _TIMES),
                1e-12,
            ),
            vanishes("C at the period π/ω₀ and its multiples (frequency 2ω₀)", zeros, 1e-12),
            vanishes("what is not in |↑↑⟩ − e^(−t/τ)(1 + 2|A|² sin²ω₀t/ω₀²) for t from .05 to 4", above - exact, 1e-12),
            equal(
                "1/τ from one multiple of the period to the next", -np.diff(np.log(left)) / periods[0], 2 * a, digits=6
            ),
        )
    )


def _critical() -> Finding:
    times = np.array([0.05, 0.5, 1.0, 2.0, 4.0, 8.0])
    me = printed.equation(1.0, 1.0, delta=1.0)
    growth = curve(me, times) * np.exp(2 * times) / times
    top, at = peak(me, 2.0)
    return Finding(
        (equal("C e^(2at)/t at t = .05, .5, 1, 2, 4, 8 (constant if C ∝ t e^(−2at))", growth, growth[0], digits=2),),
        (
            equal("C e^(2at)/t, right form 2|A|√(1 + A²t²)", growth, 2 * np.sqrt(1 + times**2), digits=2),
            equal("largest C", top, 0.42256, digits=5),
            equal("its time", at, 0.648, digits=3),
        ),
        note="t e^(−2at) is the beginning of a curve that goes on as t² e^(−2at). There is no oscillation.",
    )


def _overdamped() -> Finding:
    a, A, delta = 1.0, 0.8, 0.3
    me = printed.equation(a, A, delta=delta)
    late = curve(me, np.array([30.0, 31.0]))
    kappa = np.sqrt(A**2 - delta**2)
    return Finding(
        (
            vanishes(
                "C(t) − printed formula, a = 1, |A| = .8, δ = .3",
                curve(me, _TIMES) - _s_form(a, A, delta, _TIMES),
                1e-12,
            ),
            equal("rate of the late decay, 2(a − κ₀)", np.log(late[0] / late[1]), 2 * (a - kappa), digits=6),
        )
    )


def _tail_lifetime(A: float) -> float:
    """τ of C ∝ e^(−t/τ) at late times, a = 1, δ = 0."""
    late = curve(printed.equation(1.0, A), np.array([100.0, 101.0]))
    return float(1 / np.log(late[0] / late[1]))


def _lifetime() -> Finding:
    found = [_tail_lifetime(A) for A in (0.5, 0.8, 0.95)]
    late = curve(printed.equation(), np.array([100.0, 200.0]))
    spectrum = [np.linalg.eigvals(printed.equation(1.0, A).liouvillian) for A in (0.5, 0.8, 0.95, 1.0)]
    apart = [np.abs(one + 2 * (1 - A)).min() for one, A in zip(spectrum, (0.5, 0.8, 0.95, 1.0), strict=True)]
    me, dark = printed.equation(), np.outer(printed.singlet(), printed.singlet().conj())
    return Finding(
        (
            equal("τ for |A| = .5, .8, .95, a = 1, δ = 0", found, [1.0, 2.5, 10.0], digits=4),
            vanishes("−1/τ − nearest eigenvalue of the generator, |A| = .5, .8, .95, 1", apart, 1e-10),
            vanishes("1/τ at |A| = a, from C at t = 100 and 200", np.log(late[0] / late[1]) / 100, 1e-13),
            vanishes("the same from the closed form", 1 / closed_form.lifetime(a=1.0, A=1.0), 1e-15),
            vanishes("change of the singlet, which then carries it", me.liouvillian @ operators.vec(dark), 1e-15),
        ),
        note="The supplement once prints τ = 1/(a − |A|), twice as long: E4.",
    )


def _regimes_compared() -> Finding:
    tops = [peak(printed.equation(delta=delta), 2.0) for delta in (0.3, 1.0, 2.0)]
    fallen = [printed.equation(delta=delta).evolve("ud", 400.0)[0, 0, 0].real for delta in (0.3, 1.0, 2.0)]
    return Finding(
        (
            equal("largest C for δ = .3, 1, 2", [top for top, _ in tops], [0.48044, 0.42256, 0.35611], digits=5),
            equal("their times", [time for _, time in tops], [1.074, 0.648, 0.450], digits=3),
            equal("population of |↑↑⟩ in the end, δ = .3, 1, 2", fallen, 1.0, digits=6),
            at_least("C(5) at δ = .3 over C(5) at δ = 1", _late_ratio(), 100.0),
        ),
        note="Less detuning: more transient entanglement, and a slower decay.",
    )


def _late_ratio() -> float:
    slow, fast = (curve(printed.equation(delta=delta), 5.0)[0] for delta in (0.3, 1.0))
    return float(slow / fast)


def _figure_2() -> Finding:
    expected = {
        0.0: [0.49084, 0.49983, 0.50000],
        0.3: [0.48003, 0.45504, 0.34664],
        1.0: [0.38279, 0.16382, 0.00231],
        2.0: [0.17753, 0.00681, 0.00004],
    }
    times = np.array([1.0, 2.0, 5.0])
    return Finding(
        tuple(
            equal(f"C(1), C(2), C(5) at δ = {delta:g}", curve(printed.equation(delta=delta), times), values, digits=5)
            for delta, values in expected.items()
        ),
        note="δ = 2 stands for the underdamped curve, whose δ is not given in the caption.",
    )


CLAIMS = (
    Claim("eq7-9", "Eqs. 7–9, S55, S60",
          "x = Re⟨↑↓|ρ|↓↑⟩ is a damped oscillator with ω± = ±2ω₀ − 2ia, ω₀ = √(δ² − |A|²)", _oscillator,
          "paper/test_equations.py::test_oscillator_equation_8"),
    Claim("underdamped", _TEXT, "δ > |A|: C beats at 2ω₀ while the pair falls into |↑↑⟩ within τ = 1/2a", _underdamped,
          "closed_form/test_unmonitored.py::test_concurrence_equals_both_printed_forms"),
    Claim("critical", f"{_TEXT}, Fig. 2", "δ = |A|: no oscillation, C ∝ t e^(−2at)", _critical,
          "paper/test_equations.py::test_the_critical_point_grows_as_t_squared", Verdict.CORRECTED, ("E2",)),
    Claim("overdamped", _TEXT, "δ < |A|: C decays at 2(a − κ₀) in the end, κ₀ = √(|A|² − δ²)", _overdamped,
          "paper/test_equations.py::test_concurrence_of_the_three_regimes"),
    Claim("lifetime", _TEXT, "Equal fields: entanglement lasts for τ = 1/2(a − |A|), for ever at |A| = a", _lifetime,
          "closed_form/test_unmonitored.py::test_lifetime_is_the_decay_of_the_late_concurrence"),
    Claim("regimes", _TEXT,
          "Transient entanglement grows and its decay slows down from the underdamped to the overdamped regime",
          _regimes_compared, "closed_form/test_unmonitored.py::test_figure_2"),
    Claim("fig2", "Fig. 2", "The curves of Fig. 2: a = |A| = 1, start |↑↓⟩", _figure_2,
          "closed_form/test_unmonitored.py::test_figure_2"),
)  # fmt: skip
