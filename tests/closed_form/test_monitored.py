"""The closed forms under monitoring of |σᶻ|, against the master equation, the paper's figures and each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol import closed_form as cf
from nvprotocol.errors import ArgumentError

TIMES = np.array([0.0, 1e-9, 1e-3, 0.1, 0.5, 1.0, 3.0, 8.0])
NEAR_POINT = np.array([0.0, 1e-13, -1e-13, 1e-9, -1e-9, 1e-5, -1e-5, 1e-2, -1e-2])


def random_media(rng: np.random.Generator, number: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """a, complex A, q and δ, a half of the δ near the exceptional point."""
    a, q = rng.uniform(0.1, 2.0, number), rng.random(number)
    A = a * rng.choice([1.0, 0.9, 0.3], number) * np.exp(2j * np.pi * rng.random(number))
    Gamma = np.abs(A) * (1 + q)
    delta = Gamma * np.where(rng.random(number) < 0.5, 1 + rng.choice(NEAR_POINT, number), rng.uniform(-3, 3, number))
    return a, A, q, delta


def random_states(rng: np.random.Generator, number: int) -> NDArray:
    """Mixed states with σᶻ = 0, shape (number, 4, 4)."""
    root = rng.normal(size=(number, 2, 2)) + 1j * rng.normal(size=(number, 2, 2))
    block = root @ np.swapaxes(root.conj(), -1, -2)
    states = np.zeros((number, 4, 4), dtype=complex)
    states[:, 1:3, 1:3] = block / np.einsum("...ii->...", block)[:, None, None]
    return states


def test_from_any_initial_state_it_is_the_no_jump_evolution(rng: np.random.Generator) -> None:
    a, A, q, delta = random_media(rng, 300)
    initial = random_states(rng, 300)
    exact = nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q), detuning=delta).no_jump(initial, TIMES)
    a, A, q, delta, initial = a[:, None], A[:, None], q[:, None], delta[:, None], initial[:, None]
    states = cf.monitored_state(TIMES, A * (1 + q), delta=delta, initial=initial)
    np.testing.assert_allclose(states, exact.states, atol=1e-10)
    probability = cf.success_probability(TIMES, a, A, q=q, delta=delta, initial=initial)
    np.testing.assert_allclose(probability, exact.probability, atol=1e-12, rtol=1e-8)


def test_from_up_down_concurrence_and_probability_follow_v(rng: np.random.Generator) -> None:
    a, A, q, delta = random_media(rng, 300)
    exact = nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q), detuning=delta).no_jump("ud", TIMES)
    a, A, q, delta = a[:, None], A[:, None], q[:, None], delta[:, None]
    Gamma = cf.net_coupling(A, q=q)
    concurrence = cf.conditional_concurrence(TIMES, Gamma, delta=delta)
    np.testing.assert_allclose(concurrence, nv.concurrence(exact.states), atol=1e-10)
    probability = cf.success_probability(TIMES, a, A, q=q, delta=delta)
    v_twice = probability * np.exp(2 * a * (1 + q) * TIMES) - 1
    np.testing.assert_allclose(concurrence**2, 1 - (1 + v_twice) ** -2, atol=1e-8)


@given(A=st.floats(-1, 1), delta=st.floats(-3, 3), t=st.floats(0, 50))
def test_at_zero_temperature_the_unmonitored_concurrence_is_probability_times_conditional(
    A: float, delta: float, t: float
) -> None:
    product = cf.success_probability(t, 1.0, A, delta=delta) * cf.conditional_concurrence(t, A, delta=delta)
    np.testing.assert_allclose(cf.unmonitored_concurrence(t, 1.0, A, delta=delta), product, atol=1e-14)


@given(Gamma=st.floats(0, 5), t=st.floats(0, 1e6))
def test_the_two_forms_of_the_paper(Gamma: float, t: float) -> None:
    np.testing.assert_allclose(cf.conditional_concurrence(t, Gamma), np.tanh(2 * Gamma * t), atol=1e-15)
    at_point = cf.exceptional_point_concurrence(t, Gamma)
    np.testing.assert_allclose(cf.conditional_concurrence(t, Gamma, delta=Gamma), at_point, atol=1e-15)


def test_figure_3() -> None:
    t = [0.25, 0.5, 1.0]
    np.testing.assert_allclose(cf.conditional_concurrence(t, 2.0), [0.76159, 0.96403, 0.99933], atol=6e-6)
    at_point = cf.conditional_concurrence(t, 2.0, delta=2.0)
    np.testing.assert_allclose(at_point, [0.74536, 0.94281, 0.99381], atol=6e-6)
    time = np.linspace(0, 0.5, 50001)
    black = cf.conditional_concurrence(time, 2.0, delta=5.0)
    assert black.max() == pytest.approx(0.68966, abs=6e-6)
    assert time[black.argmax()] == pytest.approx(0.3428, abs=6e-5)


def test_exceptional_point_costs_success_probability() -> None:
    np.testing.assert_allclose(cf.exceptional_point_concurrence([1.745, 3.27], 1.0), [0.99, 0.999], atol=5e-5)
    np.testing.assert_allclose(cf.success_probability([1.745, 3.27], 1.0, 1.0, delta=1.0), [0.216, 0.032], atol=6e-4)


@given(eta=st.floats(1.001, 50))
def test_largest_concurrence_beyond_the_point(eta: float) -> None:
    omega = np.sqrt(eta**2 - 1)
    largest = cf.largest_conditional_concurrence(eta)
    at_maximum = cf.conditional_concurrence(np.pi / 2 / omega, 1.0, delta=eta)
    np.testing.assert_allclose(at_maximum, largest, rtol=1e-12)
    over_time = cf.conditional_concurrence(np.linspace(0, np.pi / omega, 1001), 1.0, delta=eta)
    assert over_time.max() <= largest * (1 + 1e-12)


def test_printed_largest_concurrence_is_the_one_at_half_the_time() -> None:
    eta = np.array([1.2, 1.5, 2.0, 2.5, 4.0])
    printed = np.sqrt(2 - 1 / eta**2) / eta
    np.testing.assert_allclose(printed, [0.9522, 0.8315, 0.6614, 0.5426, 0.3480], atol=6e-5)
    early = cf.conditional_concurrence(np.pi / 4 / np.sqrt(eta**2 - 1), 1.0, delta=eta)
    np.testing.assert_allclose(early, printed, rtol=1e-12)
    right = cf.largest_conditional_concurrence(eta)
    np.testing.assert_allclose(right, [0.9836, 0.9231, 0.8000, 0.6897, 0.4706], atol=6e-5)


def test_second_derivative_of_the_largest_concurrence_jumps_to_minus_one() -> None:
    h = 1e-4
    below = np.diff(cf.largest_conditional_concurrence([1 - 2 * h, 1 - h, 1.0]), 2) / h**2
    above = np.diff(cf.largest_conditional_concurrence([1.0, 1 + h, 1 + 2 * h]), 2) / h**2
    np.testing.assert_allclose([below[0], above[0]], [0, -1], atol=1e-3)  # h times the third derivative, 3


def test_eigenkets_and_energies_belong_to_the_effective_hamiltonian(rng: np.random.Generator) -> None:
    a, A, q, delta = random_media(rng, 200)
    delta[:4], A[:2], A[2:4] = [1.0, -1.0, 0.0, -2.0], 0.0, 1e-12
    equation = nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q), detuning=delta)
    energies = cf.eigenenergies(a, A, q=q, delta=delta)
    for energy, ket in zip(energies, cf.eigenkets(A * (1 + q), delta=delta), strict=True):
        np.testing.assert_allclose(np.linalg.norm(ket, axis=-1), 1)
        applied = np.einsum("nij,nj->ni", equation.effective_hamiltonian, ket)
        np.testing.assert_allclose(applied, energy[:, None] * ket, atol=1e-13)


def test_eigenkets_without_any_coupling_are_the_limit() -> None:
    shrinking, growing = cf.eigenkets(0.0)
    np.testing.assert_allclose([shrinking[2], growing[2]], [np.sqrt(0.5), -np.sqrt(0.5)])


def test_rates_are_differences_of_the_energies(rng: np.random.Generator) -> None:
    a, A, q, delta = random_media(rng, 100)
    low, high = cf.eigenenergies(a, A, q=q, delta=delta)
    growth = cf.growth_rate(cf.net_coupling(A, q=q), delta=delta)
    # At the exceptional point the root turns a rounding of Γ, 1e-16, into 1e-8.
    np.testing.assert_allclose(growth, (high - low).imag, atol=1e-7)
    np.testing.assert_allclose(cf.leak_rate(a, A, q=q, delta=delta), -2 * high.imag, atol=1e-15)


def test_leak_rate_keeps_its_digits() -> None:
    assert cf.leak_rate(1.0, 1.0, delta=1e-9) == pytest.approx(1e-18, rel=1e-12)  # δ²/a to leading order
    late = cf.success_probability(1e18, 1.0, 1.0, delta=1e-9)
    assert late == pytest.approx(0.5 * np.exp(-1), rel=1e-9)


@given(ratio=st.floats(-1, 1), phase=st.floats(-np.pi, np.pi))
def test_monitoring_ends_in_the_bell_state(ratio: float, phase: float) -> None:
    Gamma = 2.0 * np.exp(1j * phase)
    bell = cf.bell_state(Gamma, delta=2.0 * ratio)
    assert float(nv.concurrence(np.outer(bell, bell.conj()))) == pytest.approx(1.0, abs=1e-12)
    growing = cf.eigenkets(Gamma, delta=2.0 * ratio)[1]
    assert abs(np.vdot(growing, bell)) == pytest.approx(1.0, abs=1e-12)
    state = cf.monitored_state(1e8, Gamma, delta=2.0 * ratio, initial="du")
    np.testing.assert_allclose(state, np.outer(bell, bell.conj()), atol=1e-7)


def test_bell_phase_from_singlet_to_the_exceptional_point() -> None:
    np.testing.assert_allclose(cf.bell_phase(1.0, delta=[0.0, 1.0, -1.0]), [np.pi, np.pi / 2, -np.pi / 2])
    delta = np.linspace(-1, 1, 11)
    expected = -np.sqrt(1 - delta**2) + 1j * delta
    np.testing.assert_allclose(np.exp(1j * cf.bell_phase(1.0, delta=delta)), expected, atol=1e-15)


def test_probability_out_of_equilibrium() -> None:
    medium = nv.Medium.pair(a=1.0, A=0.9, a_tilde=0.7, A_tilde=0.2)
    exact = nv.MasterEquation(medium, detuning=0.4).no_jump("ud", TIMES)
    np.testing.assert_allclose(cf.success_probability(TIMES, 1.7, 1.1, delta=0.4), exact.probability, rtol=1e-9)
    states = cf.monitored_state(TIMES, 1.1, delta=0.4)
    np.testing.assert_allclose(states, exact.states, atol=1e-10)


@pytest.mark.parametrize("t", [0.1, 2.0, 1e3, 1e9])
def test_the_shrinking_ket_stays_as_it_is(t: float) -> None:
    # p_aa = 0: in floating point the growing mode must not be born of rounding.
    triplet = np.zeros((4, 4))
    triplet[1:3, 1:3] = 0.5
    np.testing.assert_allclose(cf.monitored_state(t, 1.0, initial=triplet), triplet, atol=1e-12)
    assert cf.success_probability(t, 1.0, 1.0, initial=triplet) == pytest.approx(np.exp(-4 * t), rel=1e-12)


def test_probability_counts_what_is_outside_as_failure() -> None:
    product = nv.operators.density_matrix("+-")  # half of it has σᶻ = 0, and that half is the singlet
    np.testing.assert_allclose(cf.success_probability([0.0, 1.0, 1e6], 1.0, 1.0, initial=product), 0.5)
    assert cf.singlet_weight(product) == pytest.approx(0.5)


def test_nothing_overflows_at_late_times() -> None:
    t = np.array([1e3, 1e12, 1e100])
    np.testing.assert_allclose(cf.conditional_concurrence(t, 3.0), 1.0)
    np.testing.assert_allclose(cf.conditional_concurrence(t, 3.0, delta=3.0), 1.0)
    assert np.all(cf.conditional_concurrence(t, 3.0, delta=6.0) <= 0.8 + 1e-12)
    np.testing.assert_allclose(cf.success_probability(t, 3.0, 3.0), 0.5)
    np.testing.assert_allclose(cf.success_probability(t, 3.0, 2.0, delta=3.0), 0.0, atol=1e-300)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: cf.bell_state(1.0, delta=1.5), r"Argument `delta` must satisfy \|δ\| ≤ Γ, but is 1\.5\."),
    (lambda: cf.monitored_state(1.0, 1.0, initial="uu"), r"Argument `initial` must have a part with σᶻ = 0, but"),
    (lambda: cf.success_probability(1.0, 1.0, 1.0, initial="x"), r"Argument `initial` must be a state"),
    (lambda: cf.conditional_concurrence(-1.0, 1.0), r"Argument `t` must be at least 0"),
    (lambda: cf.net_coupling(1.0, q=-0.1), r"Argument `q` must lie in \[0, 1\], but is -0\.1\."),
])  # fmt: skip
def test_wrong_arguments_are_refused(call, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()
