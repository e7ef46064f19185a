"""Kets without jumps, of many qubits: against exponentials of the dense H_eff, and in closed form."""

from math import comb
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from qiskit.quantum_info import Statevector
from strategies import SEEDS
from systems import hermitian, positive, random_ket, random_state

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, NoKeptShotsError, TooLargeError

TIMES = np.array([0.0, 0.2, 0.9, 2.0])


def without_dephasing(rng: np.random.Generator, n: int, batch: int = 0, **more: Any) -> nv.MasterEquation:
    """Every rate and coupling but dephasing, at random; a batch of excitations where one is asked for."""
    g, k = hermitian(rng, n), hermitian(rng, n).real
    np.fill_diagonal(g, 0)
    np.fill_diagonal(k, 0)
    excitation = np.array([positive(rng, n) for _ in range(batch)]) if batch else positive(rng, n)
    medium = nv.Medium(relaxation=positive(rng, n), excitation=excitation, flip_flop=g, ising=k)
    return nv.MasterEquation(medium, rng.normal() if n == 2 else rng.normal(size=n), **more)


def exponentials(equation: nv.MasterEquation, ket: NDArray, times: NDArray = TIMES) -> tuple[NDArray, NDArray]:
    """e^(−iH_eff t)|ψ⟩, normalised up to its phase as a projector, and its squared length."""
    h = equation.effective_hamiltonian
    found = np.array([scipy.linalg.expm(-1j * h * t) @ ket for t in times])
    return found, np.sum(np.abs(found) ** 2, axis=-1)


@settings(max_examples=25)
@given(SEEDS, st.integers(1, 4))
def test_kets_are_the_exponential_of_the_effective_hamiltonian(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    equation, ket = without_dephasing(rng, n), random_ket(rng, n)
    exact, probability = exponentials(equation, ket)
    try:
        found = equation.no_jump_kets(ket, TIMES)
    except NoKeptShotsError:  # its estimate of rounding is a worst case
        assert probability[-1] < 1e-5
        return
    np.testing.assert_allclose(found.kets, exact / np.sqrt(probability)[:, None], rtol=0, atol=1e-11)
    np.testing.assert_allclose(found.probability, probability, rtol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("initial", ["udududud", "du++udud", "dddddddd", "u" * 8])
def test_krylov_spaces_of_eight_qubits(initial: str, rng: np.random.Generator) -> None:
    equation = without_dephasing(rng, 8)
    exact, probability = exponentials(equation, nv.operators.state(initial))
    found, matrices = equation.no_jump_kets(initial, TIMES), equation.no_jump(initial, TIMES)
    kets = exact / np.sqrt(probability)[:, None]
    assert found.metadata["method"] == "Krylov" or found.metadata["dimension"] <= 8
    np.testing.assert_allclose(found.kets, kets, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.probability, probability, rtol=1e-9)
    np.testing.assert_allclose(matrices.states, kets[:, :, None] * kets[:, None].conj(), rtol=0, atol=1e-10)
    np.testing.assert_allclose(matrices.probability, probability, rtol=1e-9)


@pytest.mark.parametrize("drive", [None, 0.7 - 0.4j])
def test_without_conserved_excitations(drive: complex | None, rng: np.random.Generator) -> None:
    """Two-mode squeezing, a drive, or both: kets of the whole space."""
    n = 3
    h = np.zeros((3 * n, 3 * n), dtype=complex)
    h[: 2 * n, : 2 * n] = positive(rng, 2 * n)
    equation = nv.MasterEquation(nv.Medium.from_matrix(h), rng.normal(size=n), drive=drive, offset=0.3)
    ket = random_ket(rng, n)
    exact, probability = exponentials(equation, ket)
    found = equation.no_jump_kets(ket, TIMES)
    assert found.metadata["sectors"] == "all"
    np.testing.assert_allclose(found.kets, exact / np.sqrt(probability)[:, None], rtol=0, atol=1e-11)
    np.testing.assert_allclose(found.probability, probability, rtol=1e-10)


@pytest.mark.parametrize("n", [3, 6, 8])
def test_batches_are_one_after_the_other(n: int, rng: np.random.Generator) -> None:
    """Where exponentials are formed for all at once, and where each medium has its Krylov space."""
    equation = without_dephasing(rng, n, batch=2)
    ket = random_ket(rng, n)
    found = equation.no_jump_kets(ket, TIMES[1:3])
    assert found.kets.shape == (2, 2, 2**n)
    for k in range(2):
        m = equation.medium
        one = nv.Medium(relaxation=m.relaxation, excitation=m.excitation[k], flip_flop=m.flip_flop, ising=m.ising)
        alone = equation.on(one).no_jump_kets(ket, TIMES[1:3])
        np.testing.assert_allclose(found.kets[k], alone.kets, rtol=0, atol=1e-11)
        np.testing.assert_allclose(found.probability[k], alone.probability, rtol=1e-10)


@pytest.mark.parametrize("n", range(2, 9))
def test_one_excitation_shared_by_all(n: int) -> None:
    """All-to-all |A| = a from |du…u⟩: it survives with (N − 1)/N, and then pairs with the first have C = 2/N."""
    equation = nv.MasterEquation(nv.Medium(relaxation=np.ones((n, n))))
    found = equation.no_jump_kets("d" + "u" * (n - 1), [60.0 / n])
    np.testing.assert_allclose(found.probability, (n - 1) / n, rtol=0, atol=1e-12)
    ket = found.kets[0]
    amplitudes = ket[1 << np.arange(n)]  # C of two qubits that share one excitation: 2|ψ₁ψ₂|
    np.testing.assert_allclose(2 * np.abs(amplitudes[0] * amplitudes[1:]), 2 / n, rtol=0, atol=1e-12)


def test_independent_decay_of_sixteen() -> None:
    equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(16)), np.linspace(-3, 3, 16))
    found = equation.no_jump_kets("ud" * 8, TIMES)
    np.testing.assert_allclose(found.probability, np.exp(-16 * TIMES), rtol=1e-11)
    assert found.metadata == {"method": "Krylov", "sectors": (8,), "dimension": comb(16, 8)}
    np.testing.assert_allclose(np.abs(found.kets[:, nv.operators.state("ud" * 8).argmax()]), 1.0, rtol=0, atol=1e-12)


def test_long_times_do_not_underflow() -> None:
    """P = e^(−1600) is 0 as a number, and the ket still right."""
    equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(8)))
    found = equation.no_jump_kets("dddduuuu", [200.0])
    assert found.probability.tolist() == [0.0]
    np.testing.assert_allclose(np.abs(found.kets[0, 15]), 1.0, rtol=0, atol=1e-12)


def test_a_state_that_rounding_has_taken_over_is_refused() -> None:
    """The symmetric state of four excitations decays in full, and what rounding puts into dark states does not."""
    equation = nv.MasterEquation(nv.Medium(relaxation=np.ones((8, 8))))
    ket = np.array([float(k.bit_count() == 4) for k in range(256)]) / np.sqrt(comb(8, 4))
    early = equation.no_jump_kets(ket, [0.1])
    np.testing.assert_allclose(early.probability, np.exp(-2 * 4 * 5 * 0.1), rtol=1e-10)
    with pytest.raises(NoKeptShotsError, match="probability of about 1e-52, which rounding has taken over"):
        equation.no_jump_kets(ket, [3.0])


def test_states_of_qiskit_and_pure_density_matrices(rng: np.random.Generator) -> None:
    equation, ket = without_dephasing(rng, 3), random_ket(rng, 3)
    kets = equation.no_jump_kets(ket, TIMES)
    np.testing.assert_array_equal(equation.no_jump_kets(Statevector(ket), TIMES).kets, kets.kets)
    again = equation.no_jump_kets(np.outer(ket, ket.conj()), TIMES)
    np.testing.assert_allclose(again.probability, kets.probability, rtol=1e-10)
    overlap = np.abs(np.sum(again.kets.conj() * kets.kets, axis=-1))
    np.testing.assert_allclose(overlap, 1.0, rtol=0, atol=1e-11)


def test_what_is_no_question_about_kets_is_refused(rng: np.random.Generator) -> None:
    equation = without_dephasing(rng, 3)
    with pytest.raises(ArgumentError, match=r"`initial` must be a pure state: .* but has rank 2"):
        equation.no_jump_kets(random_state(rng, 3, 2), TIMES)
    dephased = nv.MasterEquation(nv.Medium(relaxation=np.eye(3), dephasing=0.1 * np.eye(3)))
    with pytest.raises(ArgumentError, match="`medium` must not dephase, for kets to stay kets"):
        dephased.no_jump_kets("udu", TIMES)
    with pytest.raises(ArgumentError, match="`times` must not decrease"):
        equation.no_jump_kets("udu", [1.0, 0.5])


def test_what_does_not_fit_is_refused_and_says_what_it_needs() -> None:
    equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(16)))
    with (
        nv.resources.limited_memory("14 MB"),
        pytest.raises(TooLargeError, match=r"Krylov spaces of 12870 amplitudes, and 1 times, take 1[0-9]\.\d MB"),
    ):
        equation.no_jump_kets("ud" * 8, 1.0)


def test_it_reads_well() -> None:
    found = nv.MasterEquation(nv.Medium(relaxation=np.eye(8))).no_jump_kets("ud" * 4, [0.0, 0.1])
    assert str(found) == "Kets of shape (2, 256), kept with probability 0.4493 to 1, by Krylov in dimension 70"
