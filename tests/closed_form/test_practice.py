"""Closed forms beyond the paper: rates, imperfections, echo, many qubits, other media; against the master equation."""

from math import comb
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm

import nvprotocol as nv
from nvprotocol import closed_form as cf
from nvprotocol.errors import ArgumentError

TIMES = np.array([0.0, 1e-3, 0.1, 0.5, 1.0, 3.0, 8.0])


@given(F=st.floats(0.5, 0.9999), fraction=st.floats(0.05, 1), q=st.floats(0, 1))
def test_time_and_probability_at_a_fidelity(F: float, fraction: float, q: float) -> None:
    Gamma = cf.net_coupling(fraction, q=q)
    t = cf.time_to_fidelity(F, Gamma)
    np.testing.assert_allclose(cf.bell_fidelity(t, Gamma), F)
    state = cf.monitored_state(t, Gamma)
    bell = cf.bell_state(Gamma)
    np.testing.assert_allclose((bell.conj() @ state @ bell).real, F)
    probability = cf.probability_at_fidelity(F, 1.0, fraction, q=q)
    np.testing.assert_allclose(probability, cf.success_probability(t, 1.0, fraction, q=q), rtol=1e-9)
    np.testing.assert_allclose(cf.generation_rate(F, 1.0, fraction, q=q, overhead=2.0), probability / (t + 2.0))


def test_times_and_probability_to_95_percent() -> None:
    A = np.array([1.0, 0.9, 0.8, 0.4])
    np.testing.assert_allclose(cf.time_to_fidelity(0.95, A), [0.736, 0.818, 0.920, 1.84], atol=6e-4)
    np.testing.assert_allclose(cf.probability_at_fidelity(0.95, 1.0, A), [0.526, 0.447, 0.364, 0.058], atol=6e-4)


@pytest.mark.parametrize("efficiency", [0.0, 0.43, 0.9, 1.0])
def test_missed_magnons(efficiency: float) -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8), detuning=0.5)
    h = equation.effective_hamiltonian
    no_jump = -1j * (np.kron(np.eye(4), h) - np.kron(h.conj(), np.eye(4)))
    generator = no_jump + (1 - efficiency) * (equation.liouvillian - no_jump)
    for t in (0.3, 1.0, 4.0):
        start = nv.operators.density_matrix("ud").ravel(order="F")
        kept = (expm(generator * t) @ start).reshape(4, 4, order="F")
        value = cf.heralded_concurrence(t, 1.0, 0.8, efficiency=efficiency, delta=0.5)
        np.testing.assert_allclose(value, nv.concurrence(kept / np.trace(kept)), atol=1e-12)


def test_missed_magnons_at_late_times() -> None:
    efficiency = np.array([0.0, 0.43, 0.71, 1.0])
    limit = cf.heralded_limit(efficiency)
    np.testing.assert_allclose(limit, [0.5, 0.637, 0.775, 1.0], atol=5e-4)
    np.testing.assert_allclose(cf.heralded_concurrence(1e9, 1.0, 1.0, efficiency=efficiency), limit)
    np.testing.assert_allclose(cf.heralded_concurrence(1e9, 1.0, 0.5, efficiency=efficiency), [0, 0, 0, 1], atol=1e-15)


def pulsed_operator(spacing: float, Gamma: float, delta: float) -> NDArray:
    """Two periods with a π pulse on both qubits after each, in the basis |↑↓⟩, |↓↑⟩, without the uniform decay."""
    free = expm(-1j * spacing * np.array([[-delta, -1j * Gamma], [-1j * Gamma, delta]]))
    swap = np.array([[0, 1], [1, 0]])
    return swap @ free @ swap @ free


@pytest.mark.parametrize(("spacing", "Gamma", "delta"), [
    (0.1, 1.0, 5.0), (0.03, 1.0, 5.0), (0.7, 1.0, 1.0), (0.5, 2.0, 0.3), (1.3, 0.4, -2.0)
])  # fmt: skip
def test_echo_pulses_restore_the_laws_of_equal_fields(spacing: float, Gamma: float, delta: float) -> None:
    effective = cf.echo_coupling(spacing, Gamma, delta=delta)
    for pairs in (1, 2, 5):
        up_down, down_up = np.abs(np.linalg.matrix_power(pulsed_operator(spacing, Gamma, delta), pairs)[:, 0])
        t = 2 * pairs * spacing
        np.testing.assert_allclose(up_down**2 + down_up**2, np.cosh(2 * effective * t), rtol=1e-10)
        concurrence = 2 * up_down * down_up / (up_down**2 + down_up**2)
        np.testing.assert_allclose(concurrence, np.tanh(2 * effective * t), rtol=1e-10)


def test_echo_coupling_has_its_limits() -> None:
    np.testing.assert_allclose(cf.echo_coupling([1e-9, 1e9], 2.0, delta=1.0), [2.0, np.sqrt(3.0)])
    assert cf.echo_coupling(np.pi / np.sqrt(3.0), 1.0, delta=2.0) == pytest.approx(0.0, abs=1e-15)
    effective = cf.echo_coupling([0.1, 0.03], 1.0, delta=5.0)
    np.testing.assert_allclose(np.exp(-12.0) * np.cosh(2 * effective * 6.0), [0.31, 0.48], atol=6e-3)


def test_coherent_couplings_alone() -> None:
    for medium, value in (
        (nv.Medium.pair(a=0.0, J=0.7), cf.exchange_concurrence(TIMES, 0.7)),
        (nv.Medium.pair(a=0.0, dm=0.7), cf.dm_concurrence(TIMES, 0.7)),
    ):
        states = nv.MasterEquation(medium).evolve("ud", TIMES)
        np.testing.assert_allclose(value, nv.concurrence(states), atol=1e-10)
    ket = cf.dm_state(TIMES, 0.7)
    np.testing.assert_allclose(ket[:, :, None] * ket[:, None, :].conj(), states, atol=1e-12)


def test_any_couplings_under_monitoring(rng: np.random.Generator) -> None:
    A = rng.uniform(0.2, 1, 100) * np.exp(2j * np.pi * rng.random(100))
    J, dm, delta, q = *rng.normal(size=(3, 100)), rng.random(100)
    medium = nv.Medium.pair(a=1.0, A=A, q=q, J=J, dm=dm)
    exact = nv.MasterEquation(medium, detuning=delta).no_jump("ud", TIMES)
    g12, g21 = cf.no_jump_couplings(A * (1 + q), J=J, dm=dm)
    value = cf.chiral_conditional_concurrence(TIMES, g12[:, None], g21[:, None], delta=delta[:, None])
    np.testing.assert_allclose(value, nv.concurrence(exact.states), atol=1e-10)
    growth = np.sqrt(-(delta**2 + g12 * g21)).real
    late = cf.chiral_conditional_concurrence(40 / growth, g12, g21, delta=delta)
    np.testing.assert_allclose(cf.chiral_steady_concurrence(g12, g21, delta=delta), late, atol=1e-12)


def test_steady_concurrence_with_exchange_and_chirality() -> None:
    g12, g21 = cf.no_jump_couplings(1.0, J=0.1)
    value = cf.chiral_steady_concurrence(g12, g21, delta=[0.5, 1.0, 1.5])
    np.testing.assert_allclose(value, [0.9941, 0.9229, 0.6695], atol=6e-5)
    ratio = np.array([0.57, 0.29, 0.07, 0.008])  # |g₁₂/g₂₁| of an in-plane film at 50 … 400 nm
    np.testing.assert_allclose(cf.chiral_steady_concurrence(-1j * ratio, -1j), [0.96, 0.83, 0.50, 0.18], atol=7e-3)
    one_way = cf.no_jump_couplings(1.0, dm=0.5)
    assert one_way[0] == 0 or one_way[1] == 0
    assert cf.chiral_steady_concurrence(*one_way) == 0
    assert cf.chiral_steady_concurrence(-1j, -1j, delta=1.0) == pytest.approx(1.0)  # the exceptional point


def test_dephasing_under_monitoring(rng: np.random.Generator) -> None:
    d, q = rng.uniform(0, 1, 50), rng.random(50)
    D = d * rng.uniform(-1, 1, 50)
    exact = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.7, q=q, d=d, D=D)).no_jump("ud", TIMES)
    Gamma, g = cf.net_coupling(0.7, q=q), 4 * (d - D)
    value = cf.dephased_conditional_concurrence(TIMES, Gamma[:, None], g[:, None])
    np.testing.assert_allclose(value, nv.concurrence(exact.states), atol=1e-10)
    steady = cf.dephased_steady_concurrence(Gamma, g)
    np.testing.assert_allclose(cf.dephased_conditional_concurrence(1e9, Gamma, g), steady)
    np.testing.assert_allclose(steady, (np.sqrt(4 * Gamma**2 + g**2) - g) / (2 * Gamma))
    np.testing.assert_allclose(cf.dephased_conditional_concurrence(TIMES, 0.0, 0.0), 0)


def pair_state(states: NDArray, n_qubits: int, first: int, second: int) -> NDArray:
    """The reduced states of two of N qubits."""
    tensor = states.reshape(-1, *[2] * (2 * n_qubits))
    rest = [k for k in range(n_qubits) if k not in (first, second)]
    axes = [n_qubits - 1 - k for k in (second, first, *rest)]
    order = [0, *[1 + k for k in axes], *[1 + n_qubits + k for k in axes]]
    matrix = tensor.transpose(order).reshape(-1, 4, 2 ** len(rest), 4, 2 ** len(rest))
    return np.einsum("tiaja->tij", matrix)


@pytest.mark.parametrize("n_qubits", [2, 3, 4])
@pytest.mark.parametrize("A", [1.0, 0.7, -0.3])
def test_many_qubits(n_qubits: int, A: float) -> None:
    equation = nv.MasterEquation(nv.Medium(relaxation=(1 - A) * np.eye(n_qubits) + A))
    label = "d" + "u" * (n_qubits - 1)
    open_states, kept = equation.evolve(label, TIMES), equation.no_jump(label, TIMES)
    probability = cf.many_qubit_success_probability(TIMES, n_qubits, 1.0, A)
    np.testing.assert_allclose(probability, kept.probability, atol=1e-10)
    pairs: list[tuple[Literal["first", "other"], tuple[int, int]]] = [("first", (0, 1)), ("other", (1, 2))]
    for pair, sites in pairs[: n_qubits - 1]:
        for states, conditional in ((open_states, False), (kept.states, True)):
            value = cf.many_qubit_concurrence(TIMES, n_qubits, 1.0, A, pair=pair, conditional=conditional)
            exact = nv.concurrence(pair_state(states, n_qubits, *sites))
            np.testing.assert_allclose(value, exact, atol=1e-7)  # off the X form, rounding enters by its root


@pytest.mark.parametrize("n_qubits", [2, 3, 4, 5, 8])
def test_dark_limit_of_many_qubits(n_qubits: int) -> None:
    limit = cf.dark_limit(n_qubits)
    probability = cf.many_qubit_success_probability(1e9, n_qubits, 1.0, 1.0)
    assert probability == pytest.approx(limit.probability) == pytest.approx((n_qubits - 1) / n_qubits)
    first = cf.many_qubit_concurrence(1e9, n_qubits, 1.0, 1.0)
    assert first == pytest.approx(limit.first_pair)
    conditional = cf.many_qubit_concurrence(1e9, n_qubits, 1.0, 0.5, conditional=True)  # the probability underflows
    assert conditional == pytest.approx(2 / n_qubits)
    if n_qubits > 2:
        other = cf.many_qubit_concurrence(1e9, n_qubits, 1.0, 1.0, pair="other")
        assert other == pytest.approx(limit.other_pair) == pytest.approx(2 / n_qubits**2)


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_dark_states_are_what_the_collective_decay_annihilates(n_qubits: int) -> None:
    lowering = np.sum([nv.operators.sigma_plus(k, n_qubits) for k in range(n_qubits)], axis=0)
    dimension = 2**n_qubits - np.linalg.matrix_rank(lowering)
    assert cf.dark_state_count(n_qubits) == dimension == comb(n_qubits, n_qubits // 2)
    generator = nv.MasterEquation(nv.Medium(relaxation=np.ones((n_qubits, n_qubits)))).liouvillian
    assert 4**n_qubits - np.linalg.matrix_rank(generator, tol=1e-9) == dimension**2


@given(u=st.floats(0.01, 10), d=st.floats(0.01, 10))
def test_competing_channels(u: float, d: float) -> None:
    heating, cooling = u * np.ones((2, 2)), d * np.array([[1, -1], [-1, 1]])
    exact = nv.MasterEquation(nv.Medium(relaxation=cooling, excitation=heating)).steady_state()
    np.testing.assert_allclose(cf.competing_channels_state(u, d), exact, atol=1e-9)
    value = cf.competing_channels_concurrence(u, d)
    np.testing.assert_allclose(value, nv.concurrence(cf.competing_channels_state(u, d)), atol=1e-12)


def test_sensing_by_populations(rng: np.random.Generator) -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8j, q=0.3, J=0.0), detuning=0.7)
    rho, generator = nv.operators.density_matrix("ud").ravel(order="F"), equation.liouvillian
    populations = np.zeros(16)
    populations[[5, 10]] = 1
    np.testing.assert_allclose((populations @ generator @ rho).real, cf.sensing_slope(1.0, q=0.3))
    curvature = (populations @ generator @ generator @ rho).real
    np.testing.assert_allclose(curvature, cf.sensing_curvature(1.0, 0.8j, q=0.3))
    a, A = rng.uniform(1, 2, 20), rng.uniform(-1, 1, 20)
    expected = cf.success_probability(1.7, a, A)
    np.testing.assert_allclose(cf.sensing_population(1.7, a, A), expected, rtol=1e-12)


def test_x_states(rng: np.random.Generator) -> None:
    p, phases = rng.dirichlet(np.ones(4), 50), np.exp(2j * np.pi * rng.random((2, 50)))
    inner, outer = rng.random((2, 50)) * np.sqrt([p[:, 1] * p[:, 2], p[:, 0] * p[:, 3]])
    rho = np.zeros((50, 4, 4), dtype=complex)
    rho[:, range(4), range(4)] = p
    rho[:, 1, 2], rho[:, 0, 3] = inner * phases[0], outer * phases[1]
    rho[:, 2, 1], rho[:, 3, 0] = rho[:, 1, 2].conj(), rho[:, 0, 3].conj()
    roots = np.sqrt([p[:, 0] * p[:, 3], p[:, 1] * p[:, 2]])
    expected = 2 * np.maximum(0, np.maximum(inner - roots[0], outer - roots[1]))
    np.testing.assert_allclose(cf.x_state_concurrence(rho), expected, atol=1e-15)
    # The same states turned by local rotations take the general route of Eq. S49.
    turn = np.kron(*[expm(0.5j * angle * nv.operators.sigma_x(0, 1)) for angle in (0.4, 1.1)])
    np.testing.assert_allclose(nv.concurrence(turn @ rho @ turn.conj().T), expected, atol=1e-7)


def test_entanglement_of_formation_of_the_steady_state() -> None:
    assert cf.eof_of_concurrence(cf.steady_concurrence()) == pytest.approx(0.3546, abs=5e-5)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: cf.time_to_fidelity(1.0, 1.0), r"Argument `F` must lie in \[0\.5, 1\), but is 1\."),
    (lambda: cf.time_to_fidelity(0.9, 0.0), r"Argument `Gamma` must not be 0"),
    (lambda: cf.probability_at_fidelity(0.9, 1.0, 0.0), r"Argument `A` must not be 0"),
    (lambda: cf.generation_rate(0.5, 1.0, 1.0, overhead=0.0), r"`overhead` must be greater than 0 where F = 1/2"),
    (lambda: cf.heralded_limit(1.1), r"Argument `efficiency` must lie in \[0, 1\], but is 1\.1\."),
    (lambda: cf.echo_coupling(0.0, 1.0), r"Argument `spacing` must be greater than 0"),
    (lambda: cf.chiral_steady_concurrence(-1j, -1j, delta=2.0), r"Argument `delta` must leave a growing mode"),
    (lambda: cf.chiral_steady_concurrence(0.0, 0.0), r"Argument `delta` must leave a growing mode"),
    (lambda: cf.many_qubit_amplitudes(1.0, 3, 1.0, -0.6), r"Argument `A` must be at least −a/\(N−1\)"),
    (lambda: cf.many_qubit_amplitudes(1.0, 3, 1.0, 0.5j), r"Argument `A` must be real"),
    (lambda: cf.many_qubit_concurrence(1.0, 2, 1.0, 0.5, pair="other"), r"Argument `n_qubits` must be at least 3"),
    (lambda: cf.competing_channels_state(0.0, 1.0), r"Argument `heating` must be greater than 0"),
    (lambda: cf.x_state_concurrence(np.full((4, 4), 0.25)), r"Argument `rho` must be 0 away from the two diagonals"),
    (lambda: cf.x_state_concurrence(np.eye(3)), r"Argument `rho` must have shape"),
])  # fmt: skip
def test_wrong_arguments_are_refused(call, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        call()
