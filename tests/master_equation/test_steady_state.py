"""Steady states: where every evolution ends, where there is only one, and where there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import ENERGIES, PHASES, states
from systems import many, pair, random_state, random_symbols, reversed_qubits

import nvprotocol as nv
from nvprotocol.errors import NotUniqueError


def singlet_and_ground(singlet: float) -> NDArray[np.complex128]:
    ket = nv.operators.bell_state("psi-")
    return singlet * np.outer(ket, ket.conj()) + (1 - singlet) * np.diag([1, 0, 0, 0])


def test_unique_steady_states_forget_where_they_came_from(rng: np.random.Generator) -> None:
    for _ in range(10):
        system = pair(**random_symbols(rng))
        steady = system.equation.steady_state()
        np.testing.assert_allclose(reversed_qubits(system.derivative(reversed_qubits(steady))), 0, rtol=0, atol=1e-14)
        from_one = system.equation.steady_state(random_state(rng))
        np.testing.assert_allclose(from_one, steady, rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_steady_states_are_where_long_evolution_ends(n_qubits: int, rng: np.random.Generator) -> None:
    system, rho = many(rng, n_qubits), random_state(rng, n_qubits)
    slowest = np.sort(np.linalg.eigvals(system.equation.liouvillian).real)[-2]
    late = system.equation.evolve(rho, 35 / -slowest)[0]
    np.testing.assert_allclose(system.equation.steady_state(rho), late, rtol=0, atol=1e-12)


@settings(max_examples=40)
@given(PHASES, st.just(0.0) | st.floats(0.1, 0.9), ENERGIES, states())
def test_with_a_dark_state_the_end_is_where_long_evolution_ends(
    phase: float, q: float, Jz: float, rho: NDArray
) -> None:
    """|A| = a: the dark state keeps its population, and at q = 0 also its coherence with the ground state."""
    equation = pair(a=1.0, A=np.exp(1j * phase), q=q, Jz=Jz if q else 0.0).equation
    late = equation.evolve(rho, 200.0)[0]
    np.testing.assert_allclose(equation.steady_state(rho), late, rtol=0, atol=1e-11)


@settings(max_examples=40)
@given(states())
def test_at_zero_temperature_the_end_is_the_projection_on_the_dark_states(rho: NDArray) -> None:
    """S and |uu⟩ keep their block; what was in T₀ and |dd⟩ falls to |uu⟩, without any coherence."""
    ket = nv.operators.bell_state("psi-")
    basis = np.stack([np.eye(4)[0], ket], axis=1)
    dark = basis @ basis.conj().T
    expected = dark @ rho @ dark
    expected[0, 0] += 1 - np.trace(expected)
    found = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)).steady_state(rho)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_a_single_qubit_ends_in_its_thermal_state() -> None:
    """Populations 1 : q, polarisation (1 − q)/(1 + q) (supplement, section ii)."""
    found = nv.MasterEquation(nv.Medium(relaxation=[[1.0]], excitation=[[0.3]])).steady_state()
    np.testing.assert_allclose(found, np.diag([1, 0.3]) / 1.3, rtol=0, atol=1e-15)


def test_n_qubits_of_one_medium_end_in_the_thermal_state(rng: np.random.Generator) -> None:
    """Where excitation is q times the conjugate of relaxation, so that each dark state has gone: populations qⁿ."""
    n, q = 3, 0.35
    factor = rng.normal(size=(n, n))
    relaxation = factor @ factor.T
    medium = nv.Medium(relaxation=relaxation, excitation=q * relaxation)
    found = nv.MasterEquation(medium, detuning=[0.3, -0.2, 0.5]).steady_state()
    weights = q ** np.array([index.bit_count() for index in range(2**n)])
    np.testing.assert_allclose(found, np.diag(weights / weights.sum()), rtol=0, atol=1e-12)


def test_a_batch_with_and_without_a_dark_state(rng: np.random.Generator) -> None:
    """Null spaces of different dimension in one call."""
    couplings, delta = np.array([1.0, 0.5, 1.0, 1.0]), np.array([0.0, 0.0, 0.4, 0.0])
    together = nv.MasterEquation(nv.Medium.pair(a=1.0, A=couplings, q=[0.0, 0.0, 0.2, 0.2]), detuning=delta)
    found = together.steady_state("ud")
    for index, q in enumerate([0.0, 0.0, 0.2, 0.2]):
        alone = nv.MasterEquation(nv.Medium.pair(a=1.0, A=couplings[index], q=q), detuning=delta[index])
        np.testing.assert_allclose(found[index], alone.steady_state("ud"), rtol=0, atol=1e-13)
    np.testing.assert_allclose(found[0], singlet_and_ground(0.5), rtol=0, atol=1e-14)
    np.testing.assert_allclose(found[1], singlet_and_ground(0.0), rtol=0, atol=1e-14)


def test_initial_states_broadcast(rng: np.random.Generator) -> None:
    initial = np.array([random_state(rng) for _ in range(3)])
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=[1.0, -1.0]))
    found = equation.steady_state(initial[:, None])
    assert found.shape == (3, 2, 4, 4)
    for i, j in np.ndindex(3, 2):
        alone = nv.MasterEquation(nv.Medium.pair(a=1.0, A=[1.0, -1.0][j])).steady_state(initial[i])
        np.testing.assert_allclose(found[i, j], alone, rtol=0, atol=1e-13)


def test_scale_of_the_rates_does_not_matter() -> None:
    for scale in (1e-9, 1e9):
        found = nv.MasterEquation(nv.Medium.pair(a=scale, A=scale, q=0.1)).steady_state("ud")
        expected = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, q=0.1)).steady_state("ud")
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


NOT_UNIQUE = {
    "dark state": nv.Medium.pair(a=1.0, A=1.0),
    "dark state at finite temperature": nv.Medium.pair(a=1.0, A=-1.0, q=0.3),
    "dephasing only": nv.Medium.pair(a=0.0, d=1.0),
    "nothing": nv.Medium.pair(a=0.0),
    "one of a batch": nv.Medium.pair(a=1.0, A=[0.5, 1.0]),
    "three qubits on one mode": nv.Medium(relaxation=np.ones((3, 3))),
}


@pytest.mark.parametrize("case", list(NOT_UNIQUE))
def test_more_than_one_steady_state_needs_an_initial_state(case: str) -> None:
    with pytest.raises(NotUniqueError, match=r"not unique \(dark states\); give an `initial` state"):
        nv.MasterEquation(NOT_UNIQUE[case]).steady_state()


def test_detuning_ends_the_dark_state() -> None:
    """δ ≠ 0 mixes S with T₀, and the only steady state is the ground state."""
    found = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), detuning=0.1).steady_state()
    np.testing.assert_allclose(found, singlet_and_ground(0.0), rtol=0, atol=1e-13)


@pytest.mark.parametrize(("initial", "frequency"), [("psi+", 1.4), ("phi+", None)])
def test_what_oscillates_for_ever_has_no_steady_state(initial: str, frequency: float | None) -> None:
    """H_S alone turns ⟨↑↓|ρ|↓↑⟩ at 2δ; ⟨↑↑|ρ|↓↓⟩ has no splitting and dephases."""
    equation = nv.MasterEquation(nv.Medium.pair(a=0.0, d=0.5, D=0.5), detuning=0.7)
    ket = nv.operators.bell_state(initial)
    if frequency is None:
        assert np.abs(equation.steady_state(ket)).max() == pytest.approx(0.5)
    else:
        with pytest.raises(NotUniqueError, match=rf"oscillates at {frequency:g} rad/µs undamped"):
            equation.steady_state(ket)


def test_a_dark_coherence_that_turns_has_no_steady_state() -> None:
    """S and |uu⟩ are both dark at T = 0 and Jz splits them by 2Jz: their coherence turns for ever."""
    ket = (nv.operators.bell_state("psi-") + nv.operators.state("uu")) / np.sqrt(2)
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, Jz=0.4))
    with pytest.raises(NotUniqueError, match=r"oscillates at 0\.8 rad/µs"):
        equation.steady_state(ket)
    np.testing.assert_allclose(equation.steady_state("ud"), singlet_and_ground(0.5), rtol=0, atol=1e-14)
