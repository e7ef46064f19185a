"""Steady states by sparse factorisations: against singular-value decompositions, closed forms, and exact evolution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import SEEDS
from systems import many, positive, random_state

import nvprotocol as nv
from nvprotocol.errors import NotUniqueError, PrecisionError, TooLargeError
from nvprotocol.master_equation.sparse_steady import steady_by_shift


def collective(n: int, q: float = 0.0) -> nv.MasterEquation:
    return nv.MasterEquation(nv.Medium(relaxation=np.ones((n, n)), excitation=q * np.ones((n, n))))


@pytest.mark.slow
@settings(max_examples=20)
@given(SEEDS, st.integers(2, 4), st.booleans())
def test_unique_ones_are_the_null_space(seed: int, n: int, symmetric: bool) -> None:
    rng = np.random.default_rng(seed)
    if symmetric:
        equation = many(rng, n).equation
    else:
        detuning = rng.normal() if n == 2 else rng.normal(size=3)
        n = min(n, 3)
        equation = nv.MasterEquation(nv.Medium.from_matrix(positive(rng, 3 * n)), detuning, drive=rng.normal())
    found = steady_by_shift(equation._parameters, n, None)
    np.testing.assert_allclose(found, equation.steady_state(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("q", [0.0, 0.3])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_others_remember_where_they_start(n: int, q: float, rng: np.random.Generator) -> None:
    equation = collective(n, q)
    for rho in (random_state(rng, n, 2), nv.operators.density_matrix("d" + "u" * (n - 1))):
        found = steady_by_shift(equation._parameters, n, rho)
        np.testing.assert_allclose(found, equation.steady_state(rho), rtol=0, atol=1e-11)


@pytest.mark.slow
def test_six_qubits_rest_in_their_steady_state(rng: np.random.Generator) -> None:
    equation = many(rng, 6).equation
    state = equation.steady_state()
    np.testing.assert_allclose(equation.evolve(state, 0.5)[0], state, rtol=0, atol=1e-11)
    np.testing.assert_array_equal(equation.steady_state("uuuddd"), state)
    assert np.linalg.eigvalsh(state)[0] > 0


@pytest.mark.slow
def test_six_qubits_at_one_temperature_rest_in_it() -> None:
    """ã = qa on every qubit, whatever they share: the steady state is the product of thermal ones."""
    shape = np.exp(-np.abs(np.subtract.outer(np.arange(6), np.arange(6))) / 2)
    state = nv.MasterEquation(nv.Medium(relaxation=shape, excitation=0.2 * shape)).steady_state()
    weights = 0.2 ** np.array([k.bit_count() for k in range(64)])
    np.testing.assert_allclose(state, np.diag(weights / weights.sum()), rtol=0, atol=1e-13)


@pytest.mark.slow
def test_six_qubits_with_dark_states() -> None:
    equation = collective(6)
    with pytest.raises(NotUniqueError, match="not unique"):
        equation.steady_state()
    pair = equation.steady_state("duuuuu").reshape(16, 4, 16, 4).trace(axis1=0, axis2=2)
    assert nv.concurrence(pair) == pytest.approx(2 * 5 / 36, abs=1e-10)


def test_what_oscillates_or_is_too_slow_to_tell_is_refused() -> None:
    swap = np.zeros((3, 3))
    swap[0, 1] = swap[1, 0] = 1.0
    lasting = nv.MasterEquation(nv.Medium(relaxation=np.diag([0, 0, 1.0]), flip_flop=swap))
    with pytest.raises(NotUniqueError, match="it oscillates undamped"):
        steady_by_shift(lasting._parameters, 3, nv.operators.density_matrix("duu"))
    with pytest.raises(NotUniqueError, match="not unique"):
        steady_by_shift(lasting._parameters, 3, None)
    slow = nv.MasterEquation(nv.Medium(relaxation=np.diag([1.0, 1.0, 1e-8])))
    with pytest.raises(PrecisionError, match="beyond floating point"):
        steady_by_shift(slow._parameters, 3, None)


def test_without_any_rate_a_state_stays() -> None:
    equation = nv.MasterEquation(nv.Medium(relaxation=np.zeros((3, 3))))
    rho = nv.operators.density_matrix("+ud")
    np.testing.assert_allclose(steady_by_shift(equation._parameters, 3, rho), rho, rtol=0, atol=1e-14)
    with pytest.raises(NotUniqueError, match="not unique"):
        steady_by_shift(equation._parameters, 3, None)


def test_batches_are_one_after_the_other(rng: np.random.Generator) -> None:
    media = nv.Medium(relaxation=np.array([positive(rng, 3) for _ in range(2)]), excitation=0.1 * np.eye(3))
    equation = nv.MasterEquation(media)
    found = steady_by_shift(equation._parameters, 3, None)
    np.testing.assert_allclose(found, equation.steady_state(), rtol=0, atol=1e-12)


def test_what_does_not_fit_is_refused_and_says_what_it_needs() -> None:
    equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(7)))
    with (
        nv.resources.limited_memory("100 MB"),
        pytest.raises(TooLargeError, match=r"factors of a generator on 3432 elements of density matrices take 283 MB"),
    ):
        equation.steady_state()
