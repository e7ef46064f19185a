"""The paper's equations and statements, row by row, computed from `MasterEquation` alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import SEEDS, states
from systems import random_ket, random_state, stacked, unstacked

import nvprotocol as nv

PAPER = np.ix_([0, 2, 1, 3], [0, 2, 1, 3])
"""Takes matrices between Qiskit's order and the paper's |↑↑⟩, |↑↓⟩, |↓↑⟩, |↓↓⟩."""
TIMES = np.array([0.0, 0.1, 0.5, 1.3, 3.0])
SINGLET = nv.operators.bell_state("psi-")


def equation(a: float = 1.0, A: float = 1.0, q: float = 0.0, delta: float = 0.0, **more: float) -> nv.MasterEquation:
    return nv.MasterEquation(nv.Medium.pair(a=a, A=A, q=q, **more), detuning=delta)


def singlet_share(rho: NDArray) -> float:
    return float(np.real(SINGLET.conj() @ rho @ SINGLET))


@settings(max_examples=60)
@given(states(), st.floats(0.1, 3), st.floats(0, 1), st.floats(0, 1), st.floats(-2, 2))
def test_element_equations_s54(rho: NDArray, a: float, share: float, q: float, delta: float) -> None:
    """The six equations as printed, for every state and not only for those that |↑↓⟩ leads to."""
    A = a * share
    at, At, gamma = q * a, q * A, (1 + q) * A
    r = rho[PAPER]
    rate = unstacked(equation(a, A, q, delta).liouvillian @ stacked(rho))[PAPER]
    cross, middle = r[1, 2] + r[2, 1], r[1, 1] + r[2, 2]
    expected = {
        (0, 0): -4 * at * r[0, 0] + 2 * a * middle + 2 * A * cross,
        (1, 1): -2 * (a + at) * r[1, 1] + 2 * at * r[0, 0] + 2 * a * r[3, 3] - gamma * cross,
        (2, 2): -2 * (a + at) * r[2, 2] + 2 * at * r[0, 0] + 2 * a * r[3, 3] - gamma * cross,
        (3, 3): -4 * a * r[3, 3] + 2 * at * middle + 2 * At * cross,
        (1, 2): 2 * (1j * delta - (a + at)) * r[1, 2] - gamma * middle + 2 * At * r[0, 0] + 2 * A * r[3, 3],
        (2, 1): 2 * (-1j * delta - (a + at)) * r[2, 1] - gamma * middle + 2 * At * r[0, 0] + 2 * A * r[3, 3],
    }
    for index, value in expected.items():
        assert rate[index] == pytest.approx(value, abs=1e-13)


REGIMES = pytest.mark.parametrize(
    ("a", "A", "delta"), [(1.0, 0.8, 0.3), (1.0, 0.8, 0.8), (1.0, 0.8, 2.0), (2.0, 2.0, 0.0)]
)


@REGIMES
def test_oscillator_equation_8(a: float, A: float, delta: float) -> None:
    """ẍ + 4aẋ + 4(δ² + a² − |A|²)x = 0 for x = Re⟨↑↓|ρ|↓↑⟩, with the derivatives taken by the generator."""
    generator = equation(a, A, delta=delta).liouvillian
    vectors = stacked(equation(a, A, delta=delta).evolve("ud", TIMES)).T
    slopes = generator @ vectors
    x, dx, ddx = (np.real(unstacked(v.T)[:, 2, 1]) for v in (vectors, slopes, generator @ slopes))
    np.testing.assert_allclose(ddx + 4 * a * dx + 4 * (delta**2 + a**2 - A**2) * x, 0, rtol=0, atol=1e-13)


@REGIMES
def test_characteristic_frequencies_9(a: float, A: float, delta: float) -> None:
    """−iω± = −2a ∓ 2iω₀ are eigenvalues of the generator; ω₀ = √(δ² − |A|²)."""
    omega = np.sqrt(complex(delta**2 - A**2))
    eigenvalues = np.linalg.eigvals(equation(a, A, delta=delta).liouvillian)
    for value in (-2 * a - 2j * omega, -2 * a + 2j * omega):
        tolerance = 1e-4 if omega == 0 else 1e-12  # of a Jordan block of three only a third of the digits is left
        assert np.abs(eigenvalues - value).min() < tolerance


@pytest.mark.parametrize("delta", [0.0, 0.3, 0.79, 0.81, 2.0])
def test_concurrence_of_the_three_regimes(delta: float) -> None:
    """C = 2e^(−2at)|A sin ω₀t| √|δ² − A²cos²ω₀t| / |ω₀|², both sides of the critical point by complex ω₀."""
    a, A = 1.0, 0.8
    omega = np.sqrt(complex(delta**2 - A**2))
    envelope = np.abs(A * np.sin(omega * TIMES)) * np.sqrt(np.abs(delta**2 - (A * np.cos(omega * TIMES)) ** 2))
    expected = 2 * np.exp(-2 * a * TIMES) * envelope / np.abs(omega) ** 2
    np.testing.assert_allclose(
        nv.concurrence(equation(a, A, delta=delta).evolve("ud", TIMES)), expected, rtol=0, atol=1e-13
    )


def test_the_critical_point_grows_as_t_squared() -> None:
    """δ = |A|: C = 2|A|t√(1 + A²t²)e^(−2at); the printed ∝ te^(−2at) is its beginning only."""
    A = 0.8
    expected = 2 * A * TIMES * np.sqrt(1 + (A * TIMES) ** 2) * np.exp(-2 * TIMES)
    np.testing.assert_allclose(
        nv.concurrence(equation(1.0, A, delta=A).evolve("ud", TIMES)), expected, rtol=0, atol=1e-13
    )


def test_equation_10() -> None:
    expected = (np.outer(SINGLET, SINGLET.conj()) + nv.operators.density_matrix("uu")) / 2
    for found in (equation().steady_state("ud"), equation().evolve("ud", 50.0)[0]):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)
    assert nv.concurrence(equation().steady_state("ud")) == pytest.approx(0.5, abs=1e-14)


@pytest.mark.parametrize("q", [0.0, 0.4])
def test_the_singlet_is_dark(q: float) -> None:
    """Nothing acts on it where |A| = a and δ = 0: no jump operator, no part of the generator."""
    me = equation(q=q, J=0.3, Jz=0.2)
    np.testing.assert_allclose(me.jump_operators @ SINGLET, 0, rtol=0, atol=1e-15)
    np.testing.assert_allclose(me.liouvillian @ stacked(np.outer(SINGLET, SINGLET.conj())), 0, rtol=0, atol=1e-15)


def test_a_negative_coupling_has_a_dark_triplet() -> None:
    triplet = nv.operators.bell_state("psi+")
    np.testing.assert_allclose(equation(A=-1.0).jump_operators @ triplet, 0, rtol=0, atol=1e-15)


def test_two_dark_states_only() -> None:
    """S65: the null space of ΣJ†J is spanned by |00⟩ and |↑↑⟩ at T = 0."""
    jumps = equation().jump_operators
    values, vectors = np.linalg.eigh(np.einsum("kba,kbc->ac", jumps.conj(), jumps))
    assert np.count_nonzero(values < 1e-12) == 2
    dark = vectors[:, values < 1e-12]
    for ket in (SINGLET, nv.operators.state("uu")):
        assert np.linalg.norm(dark.conj().T @ ket) == pytest.approx(1, abs=1e-14)


@settings(max_examples=40)
@given(states())
def test_without_symmetry_of_the_initial_state_entanglement_stays(rho: NDArray) -> None:
    """At T = 0 the steady concurrence is the initial share p_S of the singlet."""
    assert nv.concurrence(equation().steady_state(rho)) == pytest.approx(singlet_share(rho), abs=1e-7)


@settings(max_examples=40)
@given(states(), st.floats(0.02, 0.9))
def test_at_finite_temperature_the_singlet_must_be_enough(rho: NDArray, q: float) -> None:
    """C = 2 max(0, |p_S/2 − (1−p_S)q/2Z| − (1−p_S)q/Z), Z = 1+q+q²; it takes p_S > 3q/(1+4q+q²)."""
    p, z = singlet_share(rho), 1 + q + q**2
    expected = 2 * max(0.0, abs(p / 2 - (1 - p) * q / (2 * z)) - (1 - p) * q / z)
    assert nv.concurrence(equation(q=q).steady_state(rho)) == pytest.approx(expected, abs=1e-11)
    assert (expected > 0) == (p > 3 * q / (1 + 4 * q + q**2))


@settings(max_examples=20)
@given(SEEDS)
def test_any_initial_state_ends_in_the_bell_state(seed: int) -> None:
    """Monitored, |A| = a and δ = 0: C = 1 with probability p_S; at T > 0 from every state, |↑↑⟩ and |↓↓⟩ included."""
    rng = np.random.default_rng(seed)
    for rho in (random_state(rng), np.outer(ket := random_ket(rng), ket.conj())):
        kept = equation(q=0.3).no_jump(rho, 40.0)
        assert nv.concurrence(kept.states[0]) == pytest.approx(1, abs=1e-9)
        assert kept.probability[0] == pytest.approx(singlet_share(rho), rel=1e-9)
        checked = equation().monitored(rho, 40.0, period=40.0)  # at T = 0 one check, which throws |↑↑⟩ away
        assert nv.concurrence(checked.states[0]) == pytest.approx(1, abs=1e-9)
        assert checked.probability[0] == pytest.approx(singlet_share(rho), rel=1e-9)


@pytest.mark.parametrize("delta", [0.0, 0.5, 1.0])
def test_rate_of_growth_and_rate_of_leaking(delta: float) -> None:
    """The state comes to |a⟩ at the rate 2κ, while the probability falls at 2(a + ã − κ)."""
    me, kappa = equation(1.0, 0.9, 0.5, delta), np.sqrt(1.35**2 - delta**2)
    final = me.no_jump("ud", 60.0).states[0]
    early, late = me.no_jump("ud", [6.0, 6.5]), me.no_jump("ud", [20.0, 20.5])
    distance = np.abs(early.states - final).max(axis=(-2, -1))
    assert np.log(distance[0] / distance[1]) / 0.5 == pytest.approx(2 * kappa, rel=1e-4)
    probability = late.probability
    assert np.log(probability[0] / probability[1]) / 0.5 == pytest.approx(2 * (1.5 - kappa), abs=1e-12)


def test_exchange_of_dzyaloshinskii_and_moriya_alone() -> None:
    """C_DM(t) = |sin 4𝒟t| from |↑↓⟩, and as much for J⊥."""
    times = np.linspace(0, 2, 41)
    for coupling in ({"dm": 0.7}, {"J": 0.7}):
        states_ = equation(0.0, 0.0, **coupling).evolve("ud", times)
        np.testing.assert_allclose(nv.concurrence(states_), np.abs(np.sin(2.8 * times)), rtol=0, atol=1e-13)


def test_isotropic_exchange_commutes_with_the_total_spin() -> None:
    """S41: J⊥ = Jz = J and δ = 0 is the Heisenberg form."""
    h = equation(0.0, 0.0, J=0.6, Jz=0.6).hamiltonian
    for single in (nv.operators.sigma_x, nv.operators.sigma_y, nv.operators.sigma_z):
        total = single(0) + single(1)
        np.testing.assert_allclose(h @ total, total @ h, rtol=0, atol=1e-15)


def test_weak_random_perturbations_leave_the_bell_state() -> None:
    """1 − F = |V_as|²/(2κ)² to first order, for 4 × 4 Gaussian unitary V within the monitored space."""
    rng, eps = np.random.default_rng(2108), 1e-3
    inside, kappa = np.ix_([2, 1], [2, 1]), 0.8 * 1.3
    effective = equation(1.0, 0.8, 0.3).effective_hamiltonian[inside]
    bell = {sign: np.array([1, sign]) / np.sqrt(2) for sign in (1, -1)}
    for _ in range(50):
        raw = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
        v = eps * ((raw + raw.conj().T) / 2)[inside]
        values, vectors = np.linalg.eig(effective + v)
        lasting = vectors[:, np.imag(values).argmax()]
        lost = 1 - abs(bell[-1] @ lasting) ** 2 / np.linalg.norm(lasting) ** 2
        expected = abs(bell[-1] @ v @ bell[1]) ** 2 / (2 * kappa) ** 2
        assert lost == pytest.approx(expected, rel=0.02, abs=1e-3 * eps**2)


@pytest.mark.parametrize(("a", "A", "delta"), [(30.0, 28.0, 0.0), (10.0, 10.0, 8.0)])
def test_sudden_death(a: float, A: float, delta: float) -> None:
    """At finite temperature C of Figs. S4a and S4b is exactly 0 from a finite time on, below 0.3."""
    times = np.linspace(0.3, 1.5, 200)
    hot, cold = equation(a, A, 0.1, delta), equation(a, A, 0.0, delta)
    assert not np.any(nv.concurrence(hot.evolve("ud", times)))
    assert nv.concurrence(hot.evolve("ud", 0.1))[0] > 0.1
    assert np.all(nv.concurrence(cold.evolve("ud", times)) > 0)
