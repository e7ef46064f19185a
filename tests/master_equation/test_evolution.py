"""Evolution of states: what any master equation must obey, on random media of everything that is allowed."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from numpy.typing import NDArray
from scipy.sparse.linalg import expm_multiply
from strategies import DURATIONS, SEEDS, TIMES, pairs, states, systems
from systems import System, many, pair, random_state, random_symbols, reversed_qubits, stacked, unstacked

import nvprotocol as nv
from nvprotocol.errors import ArgumentError
from nvprotocol.master_equation import exponential


def assert_states(rho: NDArray, atol: float = 1e-12) -> None:
    """Trace 1, Hermitian, no eigenvalue below zero."""
    np.testing.assert_allclose(np.trace(rho, axis1=-2, axis2=-1), 1, rtol=0, atol=atol)
    np.testing.assert_array_equal(rho, np.swapaxes(rho.conj(), -1, -2))
    assert np.linalg.eigvalsh(rho).min() > -atol


@settings(max_examples=60)
@given(pairs(), states(), TIMES)
def test_states_of_a_pair_stay_states(system: System, rho: NDArray, times: NDArray) -> None:
    assert_states(system.equation.evolve(rho, times))


@settings(max_examples=15)
@given(systems(), SEEDS, TIMES)
def test_states_stay_states(system: System, seed: int, times: NDArray) -> None:
    rho = random_state(np.random.default_rng(seed), system.n_qubits)
    assert_states(system.equation.evolve(rho, times))


@settings(max_examples=60)
@given(pairs(), states(), DURATIONS, DURATIONS)
def test_semigroup(system: System, rho: NDArray, first: float, second: float) -> None:
    evolve = system.equation.evolve
    halfway = evolve(rho, [first])[0]
    together = evolve(rho, [first + second])[0]
    np.testing.assert_allclose(evolve(halfway, [second])[0], together, rtol=0, atol=1e-12)


@settings(max_examples=60)
@given(pairs(), states(), TIMES)
def test_evolution_is_the_exponential_of_the_papers_generator(system: System, rho: NDArray, times: NDArray) -> None:
    generator = system.generator()
    expected = [unstacked(scipy.linalg.expm(generator * time) @ stacked(rho)) for time in times]
    np.testing.assert_allclose(system.equation.evolve(rho, times), expected, rtol=0, atol=1e-12)


@settings(max_examples=60)
@given(pairs(), states())
def test_the_spacing_of_the_times_does_not_matter(system: System, rho: NDArray) -> None:
    uniform = np.linspace(0, 2, 17)
    uneven = np.sort(np.concatenate([uniform, [0.01, 0.3, 0.3001, 1.99]]))
    some = system.equation.evolve(rho, uneven)[np.isin(uneven, uniform)]
    np.testing.assert_allclose(system.equation.evolve(rho, uniform), some, rtol=0, atol=1e-12)


def test_a_batch_of_media_and_states_holds_the_single_ones(rng: np.random.Generator) -> None:
    symbols = [random_symbols(rng) for _ in range(3)]
    initial = np.array([random_state(rng) for _ in range(2)])
    times = [0.0, 0.4, 1.7]
    arrays = {name: np.array([single[name] for single in symbols]) for name in symbols[0]}
    delta = np.real(arrays.pop("delta"))
    batch = nv.MasterEquation(nv.Medium.pair(**arrays), detuning=delta).evolve(initial[:, None], times)
    assert batch.shape == (2, 3, 3, 4, 4)
    for (i, j), _ in np.ndenumerate(batch[..., 0, 0, 0].real):
        alone = pair(**symbols[j]).equation.evolve(initial[i], times)
        np.testing.assert_allclose(batch[i, j], alone, rtol=0, atol=1e-13)


def test_medium_detuning_and_state_broadcast_against_each_other(rng: np.random.Generator) -> None:
    medium = nv.Medium.pair(a=[[1.0], [2.0]], A=0.5)
    equation = nv.MasterEquation(medium, detuning=[0.0, 0.3, 0.6])
    assert equation.batch_shape == (2, 3)
    initial = np.array([random_state(rng) for _ in range(4)]).reshape(4, 1, 1, 4, 4)
    batch = equation.evolve(initial, 0.7)
    assert batch.shape == (4, 2, 3, 1, 4, 4)
    alone = nv.MasterEquation(nv.Medium.pair(a=2.0, A=0.5), detuning=0.3).evolve(initial[3, 0, 0], 0.7)
    np.testing.assert_allclose(batch[3, 1, 1], alone, rtol=0, atol=1e-14)


def test_labels_kets_density_matrices_and_qiskit_states_are_one_state() -> None:
    from qiskit.quantum_info import DensityMatrix, Statevector

    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.4j, q=0.3), detuning=0.7)
    by_label = equation.evolve("ud", 0.9)
    others = [
        np.array([0, 0, 1j, 0]),  # the paper's |ud⟩ is index 2; a global phase does not matter
        np.diag([0, 0, 1, 0]),
        Statevector.from_label("10"),
        DensityMatrix.from_label("10"),
    ]
    for other in others:
        np.testing.assert_allclose(equation.evolve(other, 0.9), by_label, rtol=0, atol=1e-15)


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_the_sparse_path_is_the_dense_one(
    n_qubits: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, rho = many(rng, n_qubits), random_state(rng, n_qubits)
    times = [0.0, 0.2, 0.2, 1.5]
    dense = system.equation.evolve(rho, times)
    monkeypatch.setattr(exponential, "DENSE_LIMIT", 0)
    np.testing.assert_allclose(system.equation.evolve(rho, times), dense, rtol=0, atol=1e-12)


def test_four_qubits_against_the_whole_generator(rng: np.random.Generator) -> None:
    system, rho = many(rng, 4), random_state(rng, 4)
    expected = unstacked(expm_multiply(0.8 * system.equation.liouvillian, stacked(rho)))
    np.testing.assert_allclose(system.equation.evolve(rho, 0.8)[0], expected, rtol=0, atol=1e-12)


def test_four_qubits_obey_the_papers_double_sum(rng: np.random.Generator) -> None:
    """Central difference at t = 0.5 against Eq. 3, which is of order h²: 1e-4² times a third derivative."""
    system, rho = many(rng, 4), random_state(rng, 4)
    before, middle, after = system.equation.evolve(rho, [0.5 - 1e-4, 0.5, 0.5 + 1e-4])
    slope = reversed_qubits(system.derivative(reversed_qubits(middle)))
    np.testing.assert_allclose((after - before) / 2e-4, slope, rtol=0, atol=2e-6)


def test_six_qubits_by_the_sparse_path() -> None:
    """All-to-all decay from one excitation: the singlets keep 1 − 1/N of it, whatever N is."""
    n = 6
    equation = nv.MasterEquation(nv.Medium(relaxation=np.ones((n, n))))
    rho = equation.evolve("d" + "u" * (n - 1), [3.0])[0]
    assert rho[0, 0].real == pytest.approx(1 / n, abs=1e-12)
    assert np.trace(rho).real == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("time", [1e3, 1e6, 1e9])
def test_long_times_cost_no_more_than_rounding(time: float) -> None:
    """Ends at Eq. 10. Squaring exp(𝓖t) carries a backward error of eps·‖𝓖‖t, and the norm is 4a here."""
    rho = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)).evolve("ud", time)[0]
    singlet = nv.operators.bell_state("psi-")
    expected = np.diag([0.5, 0, 0, 0]) + np.outer(singlet, singlet) / 2
    np.testing.assert_allclose(rho, expected, rtol=0, atol=1e-14 + np.finfo(float).eps * 4 * time)


@pytest.mark.parametrize("time", [1.0, 1e6, 1e9])
def test_the_trace_stays_however_long_it_takes(time: float, rng: np.random.Generator) -> None:
    """Squaring exp(𝓖t) lets the trace drift by eps·‖𝓖‖t, 1e-8 and more here, unless it is set right."""
    system, rho = pair(**random_symbols(rng)), random_state(rng)
    found = system.equation.evolve(rho, [time, 1.5 * time, 2 * time])
    np.testing.assert_allclose(np.trace(found, axis1=-2, axis2=-1), 1, rtol=0, atol=1e-14)


def test_without_a_medium_nothing_happens(rng: np.random.Generator) -> None:
    rho = random_state(rng)
    evolved = nv.MasterEquation(nv.Medium.pair(a=0.0)).evolve(rho, [0.0, 1.0, 100.0])
    np.testing.assert_allclose(evolved, np.broadcast_to(rho, evolved.shape), rtol=0, atol=1e-15)


def test_detuning_alone_turns_the_coherence() -> None:
    """H_S = −δ(σ₁ᶻ − σ₂ᶻ)/2, so ⟨↑↓|ρ|↓↑⟩ turns as e^(2iδt)."""
    delta, times = 0.7, np.array([0.0, 0.5, 3.0])
    rho = nv.MasterEquation(nv.Medium.pair(a=0.0), detuning=delta).evolve(nv.operators.bell_state("psi+"), times)
    up_down, down_up = 2, 1
    np.testing.assert_allclose(rho[:, up_down, down_up], 0.5 * np.exp(2j * delta * times), rtol=0, atol=1e-14)


def test_times_at_which_rounding_has_taken_over_are_refused() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
    with pytest.raises(
        ArgumentError, match=r"`times` must be at most .* µs for these rates .*, but 1e\+16 is asked for"
    ):
        equation.evolve("ud", [0.0, 1e16])
