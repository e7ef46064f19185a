"""Finite temperature, steady states, single qubits: the closed forms against the master equation and known numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nvprotocol as nv
from nvprotocol import closed_form as cf
from nvprotocol.errors import ArgumentError

TIMES = np.array([0.0, 1e-6, 0.01, 0.1, 0.5, 2.0, 20.0])
FRACTIONS = st.floats(0, 1)


def test_equal_fields_at_any_temperature_solve_the_master_equation(rng: np.random.Generator) -> None:
    a = rng.uniform(0.1, 3, 300)
    A = a * np.where(rng.random(300) < 0.3, 1.0, rng.uniform(-1, 1, 300))
    q, J = rng.random(300) * (rng.random(300) < 0.8), rng.normal(size=300)
    exact = nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q, J=J)).evolve("ud", TIMES)
    arguments = {"a": a[:, None], "A": A[:, None], "q": q[:, None], "J": J[:, None]}
    np.testing.assert_allclose(cf.thermal_evolution(TIMES, **arguments), exact, atol=1e-10)
    np.testing.assert_allclose(cf.thermal_concurrence(TIMES, **arguments), nv.concurrence(exact), atol=1e-10)


def test_equal_fields_with_a_phase_of_the_coupling(rng: np.random.Generator) -> None:
    A = 0.9 * np.exp(2j * np.pi * rng.random(20))
    exact = nv.MasterEquation(nv.Medium.pair(a=1.0, A=A, q=0.3)).evolve("ud", TIMES)
    np.testing.assert_allclose(cf.thermal_evolution(TIMES, 1.0, A[:, None], q=0.3), exact, atol=1e-10)


@given(fraction=FRACTIONS, q=FRACTIONS)
def test_thermal_rates_belong_to_the_generator(fraction: float, q: float) -> None:
    a = 1.5
    f, g, s, total = 2 * a * (1 + fraction), 2 * a * (1 - fraction), 1 + q, 4 * a
    cubic = [1, -2 * s * total, s**2 * (total**2 + f * g) - q * (f - g) ** 2, -(s**3) * total * f * g]
    rates = cf.thermal_rates(a, fraction * a, q=q)
    np.testing.assert_allclose(np.polyval(cubic, rates) / total**3, 0, atol=1e-11)
    assert np.all(np.diff(rates) >= -1e-12)
    np.testing.assert_allclose(rates.sum(), 2 * s * total)


def test_slow_rate_keeps_its_digits() -> None:
    # Next to |A| = a the slowest rate is s³σfg/(product of the others), far below the rounding of the matrix.
    gap = 2.0**-40
    slow = cf.thermal_rates(1.0, 1.0 - gap, q=0.25)[0]
    others = np.prod(cf.thermal_rates(1.0, 1.0, q=0.25)[1:])
    assert slow == pytest.approx(1.25**3 * 4 * 4 * 2 * gap / others, rel=1e-9)
    late = cf.thermal_populations([0.1 / gap, 1e30], 1.0, 1.0 - gap, q=0.25)[:, 2]
    equilibrium = 0.25 / 1.25**2
    np.testing.assert_allclose(late, [equilibrium + (0.5 - equilibrium) * np.exp(-0.1 * slow / gap), equilibrium])


def test_thermal_evolution_at_zero_temperature_is_the_other_closed_form(rng: np.random.Generator) -> None:
    t, A, J = rng.uniform(0, 4, 50), rng.uniform(-1, 1, 50), rng.normal(size=50)
    expected = cf.unmonitored_state(t, 1.0, A, J=J)
    np.testing.assert_allclose(cf.thermal_evolution(t, 1.0, A, J=J), expected, atol=1e-14)


def test_figure_s4a() -> None:
    A = np.array([20.0, 25.0, 27.0, 28.0, 29.0, 30.0])
    later = cf.thermal_concurrence(0.1, 30.0, A, q=0.1)
    np.testing.assert_allclose(later, [0, 0, 0.0835, 0.1548, 0.2466, 0.3648], atol=6e-5)
    t = np.linspace(0, 0.3, 30001)
    largest = cf.thermal_concurrence(t, 30.0, A[:, None], q=0.1).max(axis=-1)
    np.testing.assert_allclose(largest, [0.0378, 0.1459, 0.2076, 0.2463, 0.2940, 0.36486], atol=6e-5)
    assert cf.thermal_concurrence(0.3, 30.0, 28.0, q=0.1) == 0  # at a finite time


@given(q=FRACTIONS, p=FRACTIONS, phase=st.floats(-np.pi, np.pi))
def test_steady_state_is_stationary_and_gives_the_concurrence(q: float, p: float, phase: float) -> None:
    A = np.exp(1j * phase)
    state = cf.steady_state(q, p, A=A)
    generator = nv.MasterEquation(nv.Medium.pair(a=1.0, A=A, q=q)).liouvillian
    np.testing.assert_allclose(generator @ state.T.ravel(), 0, atol=1e-12)
    np.testing.assert_allclose([np.trace(state).real, cf.singlet_weight(state, A)], [1, p], atol=1e-12)
    np.testing.assert_allclose(cf.steady_concurrence(q, p), nv.concurrence(state), atol=1e-12)
    assert bool(cf.steady_concurrence(q, p) > 1e-12) <= bool(p > cf.singlet_threshold(q))


@pytest.mark.parametrize("initial", ["ud", "du", "+-", "+l", "uu"])
def test_steady_state_from_any_initial_state(initial: str) -> None:
    A = 1.3 * np.exp(0.7j)
    exact = nv.MasterEquation(nv.Medium.pair(a=1.3, A=A, q=0.2)).steady_state(initial)
    weight = cf.singlet_weight(initial, A)
    np.testing.assert_allclose(cf.steady_state(0.2, weight, A=A), exact, atol=1e-10)


def test_steady_state_without_dark_state_is_the_thermal_one() -> None:
    exact = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.6, q=0.3), detuning=0.4).steady_state()
    thermal = cf.steady_state(0.3, 0.3 / 1.3**2)
    np.testing.assert_allclose(thermal, exact, atol=1e-10)
    np.testing.assert_allclose(thermal, np.diag([1, 0.3, 0.3, 0.09]) / 1.69, atol=1e-15)


def test_steady_concurrence_of_the_paper() -> None:
    assert cf.steady_concurrence() == 0.5  # Eq. 10
    assert cf.steady_concurrence(0.1) == pytest.approx(0.364865, abs=5e-7)  # Fig. S4
    assert cf.singlet_threshold(0.3) == pytest.approx(0.393, abs=5e-4)
    assert cf.steady_concurrence(0.3, 0.115) == 0


def test_temperature_at_an_nv_frequency() -> None:
    kelvin = np.array([0.01, 0.02, 0.05, 0.1, 1.0, 4.0, 300.0])
    q = cf.boltzmann_ratio(Delta=0.13774, kT=kelvin)  # ħΔ/k_B = 0.13774 K at 2.87 GHz
    np.testing.assert_allclose(q, [1.0426e-6, 1.02e-3, 0.0636, 0.2522, 0.8713, 0.9662, 0.99954], rtol=2e-3)
    expected = [0.5000, 0.4985, 0.4106, 0.2125, 3.1e-3, 2.0e-4, 3.5e-8]
    np.testing.assert_allclose(cf.steady_concurrence(q), expected, rtol=2e-2)
    a, a_tilde = cf.local_rates(1.0, q)
    np.testing.assert_allclose((a + a_tilde), 1 / np.tanh(0.13774 / kelvin / 2))
    np.testing.assert_allclose(a - a_tilde, 1)
    assert cf.boltzmann_ratio(1.0, 0.0) == 0


def test_chemical_potential() -> None:
    q = cf.boltzmann_ratio(1.0, 0.7, mu=[0.0, 0.6, -1.0])
    np.testing.assert_allclose(cf.steady_concurrence(q), [0.223, 0.050, 0.419], atol=5e-4)
    with pytest.raises(ArgumentError, match=r"Argument `mu` must be less than .*, but is 0\.9\."):
        cf.boltzmann_ratio(1.0, 0.7, mu=0.9, gap=0.8)


def test_single_qubit_times_and_bloch_vector(rng: np.random.Generator) -> None:
    medium = nv.Medium(relaxation=[[1.2]], excitation=[[0.3]], dephasing=[[0.4]])
    assert cf.relaxation_time(1.2, q=0.25) == pytest.approx(medium.t1[0])
    assert cf.coherence_time(1.2, q=0.25, d=0.4) == pytest.approx(medium.t2[0])
    start = rng.normal(size=3)
    start /= 1.1 * np.linalg.norm(start)
    pauli = np.array([nv.operators.sigma_x(0, 1), nv.operators.sigma_y(0, 1), nv.operators.sigma_z(0, 1)])
    states = nv.MasterEquation(medium).evolve((np.eye(2) + np.tensordot(start, pauli, 1)) / 2, TIMES)
    exact = np.einsum("tij,kji->tk", states, pauli).real
    np.testing.assert_allclose(cf.bloch_vector(TIMES, start, 1.2, q=0.25, d=0.4), exact, atol=1e-12)
    assert cf.polarisation(0.25) == pytest.approx(cf.bloch_vector(1e9, start, 1.2, q=0.25)[2])


def test_bloch_vector_precesses_as_in_s20_and_s23() -> None:
    step, t = 1e-4, 0.7
    before, now, after = cf.bloch_vector([t - step, t, t + step], [0.6, 0.3, -0.5], 1.0, q=0.2, d=0.1, Delta=3.0)
    rates = np.array([1 / cf.coherence_time(1.0, q=0.2, d=0.1)] * 2 + [1 / cf.relaxation_time(1.0, q=0.2)])
    expected = np.cross(now, [0, 0, 3.0]) - rates * (now - [0, 0, cf.polarisation(0.2)])
    np.testing.assert_allclose((after - before) / (2 * step), expected, atol=1e-6)  # step² times a third derivative


@pytest.mark.parametrize(("call", "message"), [
    (lambda: cf.steady_concurrence(1.2), r"Argument `q` must lie in \[0, 1\], but is 1\.2\."),
    (lambda: cf.steady_state(0.1, [0.5, -0.1]), r"Argument `p_S` must lie in \[0, 1\], but contains -0\.1\."),
    (lambda: cf.local_rates(1.0, 1.0), r"Argument `q` must be less than 1, but is 1\."),
    (lambda: cf.thermal_evolution(1.0, 1.0, 0.5j, J=0.1), r"Argument `A` must be real where J is not 0"),
    (lambda: cf.bloch_vector(0.0, [1.0, 0.0], 1.0), r"Argument `initial` must have shape \(…, 3\)"),
    (lambda: cf.bloch_vector(0.0, [1.0, 1.0, 0.0], 1.0), r"Argument `initial` must have length at most 1"),
])  # fmt: skip
def test_wrong_arguments_are_refused(call, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()
