"""The no-jump evolution: Eqs. 12 to 15 in the paper's own terms, and exponentials of H_eff."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import SEEDS, TIMES, pairs, states, systems
from systems import System, pair, random_state, random_symbols, stacked, unstacked

import nvprotocol as nv

INSIDE = np.ix_([2, 1], [2, 1])
"""|↑↓⟩ and |↓↑⟩, in this order, among the four states of a pair in Qiskit's order."""

DETUNINGS = {"broken": 0.6, "near the point": 1.19, "exceptional point": 1.2, "exact": 2.5}
A_TIMES = np.array([0.0, 0.2, 0.7, 1.9, 4.0])


def eigenkets(gamma: float, delta: float) -> tuple[complex, NDArray, NDArray]:
    """ω, |s⟩ and |a⟩ of Eq. 14 and the line below it, in the basis |↑↓⟩, |↓↑⟩."""
    omega = np.sqrt(complex(delta**2 - gamma**2))
    norm = np.sqrt(abs(omega + delta) ** 2 + gamma**2)
    cos, e_sin = gamma / norm, -1j * (omega + delta) / norm
    return omega, np.array([e_sin, cos]), np.array([-cos, e_sin])


def equation_15(gamma: float, delta: float, rho: NDArray, time: float) -> NDArray:
    """ρ(t) of Eq. 15 from the p_ij of ρ₀ = Σ p_ij |i⟩⟨j|; with 2κ replaced by −2iω it holds on both sides."""
    omega, s, a = eigenkets(gamma, delta)
    inverse = np.linalg.inv(np.stack([a, s], axis=1))
    p = inverse @ rho @ inverse.conj().T
    growth = np.exp(-1j * omega * time), np.exp(1j * omega * time)
    kets = [growth[0] * a, growth[1] * s]
    result = sum(p[i, j] * np.outer(kets[i], kets[j].conj()) for i in range(2) for j in range(2))
    return np.asarray(result / np.trace(result))


def two_level(rate: float, gamma: float, delta: float) -> NDArray:
    """H_eff of Eq. 12 in the basis |↑↓⟩, |↓↑⟩, with rate = a + ã."""
    return np.array([[-delta, -1j * gamma], [-1j * gamma, delta]]) - 1j * rate * np.eye(2)


def embedded(block: NDArray) -> NDArray:
    rho = np.zeros((4, 4), dtype=complex)
    rho[INSIDE] = block
    return rho


def thermal_pair(delta: float) -> nv.MasterEquation:
    """a + ã = 1.5 and Γ = |A| + |Ã| = 1.2."""
    return nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.5), detuning=delta)


@pytest.mark.parametrize("delta", DETUNINGS.values(), ids=DETUNINGS)
def test_effective_hamiltonian_is_equation_12(delta: float) -> None:
    inside = thermal_pair(delta).effective_hamiltonian[INSIDE]
    np.testing.assert_allclose(inside, two_level(1.5, 1.2, delta), rtol=0, atol=1e-15)


@pytest.mark.parametrize("delta", DETUNINGS.values(), ids=DETUNINGS)
def test_eigenkets_are_equation_14(delta: float) -> None:
    omega, s, a = eigenkets(1.2, delta)
    effective = thermal_pair(delta).effective_hamiltonian[INSIDE]
    np.testing.assert_allclose(effective @ s, (-omega - 1.5j) * s, rtol=0, atol=1e-14)
    np.testing.assert_allclose(effective @ a, (omega - 1.5j) * a, rtol=0, atol=1e-14)


@pytest.mark.parametrize("delta", [0.0, 0.6, 1.1, 1.4, 2.5])
def test_states_are_equation_15(delta: float, rng: np.random.Generator) -> None:
    block = random_state(rng, 1)
    found = thermal_pair(delta).no_jump(embedded(block), A_TIMES).states
    for rho, time in zip(found, A_TIMES, strict=True):
        np.testing.assert_allclose(rho, embedded(equation_15(1.2, delta, block, time)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("delta", DETUNINGS.values(), ids=DETUNINGS)
def test_states_and_probability_are_the_exponential_of_the_two_level_hamiltonian(
    delta: float, rng: np.random.Generator
) -> None:
    block = random_state(rng, 1)
    kept = thermal_pair(delta).no_jump(embedded(block), A_TIMES)
    for rho, probability, time in zip(kept.states, kept.probability, A_TIMES, strict=True):
        u = scipy.linalg.expm(-1j * two_level(1.5, 1.2, delta) * time)
        survived = u @ block @ u.conj().T
        trace = np.trace(survived).real
        assert probability == pytest.approx(trace, rel=1e-12)
        np.testing.assert_allclose(rho, embedded(survived / trace), rtol=0, atol=1e-12)


@pytest.mark.slow
@settings(max_examples=60)
@given(pairs() | systems(), SEEDS, TIMES)
def test_any_system_any_state(system: System, seed: int, times: NDArray) -> None:
    """Eq. 13 with the probability it divides by; where there is dephasing its jumps go on."""
    rho = random_state(np.random.default_rng(seed), system.n_qubits)
    kept = system.equation.no_jump(rho, times)
    generator = system.generator(jumps=0.0)
    survived = np.array([unstacked(scipy.linalg.expm(generator * time) @ stacked(rho)) for time in times])
    trace = np.trace(survived, axis1=-2, axis2=-1).real
    np.testing.assert_allclose(kept.probability, trace, rtol=1e-10, atol=0)
    np.testing.assert_allclose(kept.states, survived / trace[:, None, None], rtol=0, atol=1e-10)


@settings(max_examples=40)
@given(pairs(), states(), st.floats(0, 1), st.floats(0, 1))
def test_conditions_follow_one_another(system: System, rho: NDArray, first: float, second: float) -> None:
    halfway = system.equation.no_jump(rho, first)
    on = system.equation.no_jump(halfway.states[0], second)
    together = system.equation.no_jump(rho, first + second)
    np.testing.assert_allclose(on.states, together.states, rtol=0, atol=1e-10)
    np.testing.assert_allclose(on.probability * halfway.probability, together.probability, rtol=1e-10)


@settings(max_examples=40)
@given(pairs(), states(), TIMES)
def test_probability_starts_at_one_and_never_grows(system: System, rho: NDArray, times: NDArray) -> None:
    kept = system.equation.no_jump(rho, np.concatenate([[0.0], times]))
    assert kept.probability[0] == pytest.approx(1, abs=1e-15)
    assert np.diff(kept.probability).max() < 1e-14
    np.testing.assert_allclose(np.trace(kept.states, axis1=-2, axis2=-1), 1, rtol=0, atol=1e-14)


@pytest.mark.parametrize("time", [500.0, 1e5])
@pytest.mark.parametrize("delta", [0.0, 0.6])
def test_very_long_times_end_in_the_bell_state(time: float, delta: float) -> None:
    """|a⟩ = (|↑↓⟩ + e^(iφ̃)|↓↑⟩)/√2 with e^(iφ̃) = (−κ + iδ)/Γ, though its probability is below 1e-80 or underflows."""
    kept = thermal_pair(delta).no_jump("ud", time)
    kappa = np.sqrt(1.2**2 - delta**2)
    ket = np.array([1, (-kappa + 1j * delta) / 1.2]) / np.sqrt(2)
    np.testing.assert_allclose(kept.states[0], embedded(np.outer(ket, ket.conj())), rtol=0, atol=1e-9)
    log_probability = -2 * (1.5 - kappa) * time + 2 * np.log(1.2 / (2 * kappa) * np.sqrt(2))
    assert kept.probability[0] == pytest.approx(np.exp(log_probability), rel=1e-9, abs=0)


def test_states_of_a_batch_decay_each_at_its_own_rate() -> None:
    """|uu⟩ never decays at T = 0; the probability of |ud⟩, about e^(−t), must not be lost, nor |uu⟩ grow as e^t."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5))
    initial = np.array([nv.operators.density_matrix(label) for label in ("uu", "ud")])
    together = equation.no_jump(initial, [0.0, 600.0, 2000.0])
    for index, label in enumerate(("uu", "ud")):
        alone = equation.no_jump(label, [0.0, 600.0, 2000.0])
        np.testing.assert_allclose(together.states[index], alone.states, rtol=0, atol=1e-13)
        np.testing.assert_allclose(together.probability[index], alone.probability, rtol=1e-12)


def test_a_batch_of_media_holds_the_single_ones(rng: np.random.Generator) -> None:
    symbols = [random_symbols(rng) for _ in range(4)]
    arrays = {name: np.array([single[name] for single in symbols]) for name in symbols[0]}
    delta, rho = np.real(arrays.pop("delta")), random_state(rng)
    together = nv.MasterEquation(nv.Medium.pair(**arrays), detuning=delta).no_jump(rho, A_TIMES)
    assert together.probability.shape == (4, 5)
    for index, single in enumerate(symbols):
        alone = pair(**single).equation.no_jump(rho, A_TIMES)
        np.testing.assert_allclose(together.states[index], alone.states, rtol=0, atol=1e-12)
        np.testing.assert_allclose(together.probability[index], alone.probability, rtol=1e-12)


def test_a_conditional_reads_well() -> None:
    kept = nv.MasterEquation(nv.Medium.pair(a=1.0)).no_jump("ud", [0.0, 1.0])
    assert str(kept) == "Conditional states of shape (2, 4, 4), kept with probability 0.1353 to 1"


@pytest.mark.parametrize("d", [0.0, 0.3])
def test_of_no_states_nothing_is_left(d: float) -> None:
    kept = nv.MasterEquation(nv.Medium.pair(d=d)).no_jump(np.zeros((0, 4, 4)), [0.0, 1.0])
    assert kept.states.shape == (0, 2, 4, 4)
    assert kept.probability.shape == (0, 2)
