"""Intervals of any function of the state: against the convex ones, closed forms, coverage where it can be, refusals."""

import numpy as np
import pytest
from counting import fewest_inside
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import SEEDS, states
from two_qubit_states import SINGLET, STEADY, State, purity, singlet_fidelity, werner

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.entanglement import eof_of_concurrence
from nvprotocol.errors import ArgumentError
from nvprotocol.tomography import _function_limits
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._pauli_vectors import ansatz_projector, to_matrix, to_vector
from nvprotocol.tomography._profile_likelihood import (
    highest_concurrence,
    lowest_concurrence,
    separable_loss,
    thresholds,
)
from nvprotocol.tomography.intervals import RESOLUTION


@given(rho=states(), seed=SEEDS)
def test_slope_of_the_purity(rho: State, seed: int) -> None:
    direction = np.random.default_rng(seed).normal(size=16)
    direction[0] = 0
    mixed = 0.9 * rho[None] + 0.1 * np.eye(4) / 4
    # tr ρ² is the squared length of the vector of ρ.
    assert _function_limits._slope(mixed, purity)[0] @ direction == pytest.approx(
        2 * to_vector(mixed)[0] @ direction, abs=1e-8
    )


@pytest.mark.slow
@settings(max_examples=10)
@given(rho=states(), seed=SEEDS, ansatz=st.sampled_from(["full", "X"]))
def test_a_linear_function_has_the_ends_of_the_fidelity(rho: State, seed: int, ansatz: str) -> None:
    rho = to_matrix(to_vector(rho) @ ansatz_projector(ansatz))
    counts = tomography.sample(rho, 300, seed)
    low, value, high = tomography.function_interval(counts, singlet_fidelity, bounds=(0, 1), ansatz=ansatz)
    np.testing.assert_allclose((low, high), tomography.fidelity_interval(counts, SINGLET, ansatz=ansatz), atol=1e-4)
    assert low <= value <= high


@pytest.mark.slow
@pytest.mark.parametrize("rho", [SINGLET, STEADY, werner(0.9), werner(0.4)], ids=["singlet", "steady", "w9", "w4"])
def test_agrees_with_the_search_made_for_the_concurrence(rho: State, rng: np.random.Generator) -> None:
    counts = tomography.sample(np.broadcast_to(rho, (10, 4, 4)), 500, rng)
    fits = fitted(counts, None, None, "full").fits
    drop = np.full(10, max(thresholds(0.95)))
    low = np.maximum(lowest_concurrence(fits, drop, separable_loss(fits)), 0)
    high = np.clip(highest_concurrence(fits, drop), 0, 1)
    found = tomography.function_interval(counts, nv.concurrence, bounds=(0, 1))
    # Climbs that stop within some per cent of the width; the lower end, which is exact, is passed by the reserve only.
    reserve = RESOLUTION * (high - low)
    assert np.all(found.low >= low - 1.1 * reserve - 1e-6)
    np.testing.assert_allclose(found.low, low, atol=1.5 * np.max(reserve))
    np.testing.assert_allclose(found.high, high, atol=0.1 * np.max(high - low))
    # What rises with the concurrence has its ends where the concurrence has them.
    formation = tomography.function_interval(counts, nv.entanglement_of_formation, bounds=(0, 1))
    np.testing.assert_allclose(formation.high, eof_of_concurrence(found.high), atol=0.1 * np.max(high - low))
    np.testing.assert_allclose(formation.low, eof_of_concurrence(found.low), atol=0.1 * np.max(high - low))


def test_upper_end_of_the_purity_of_a_werner_state() -> None:
    # The expected counts of a Werner state are those of every p in XX, YY and ZZ: among Werner states the drop is
    # that of three binomials, and the true upper end is at least as high.
    shots, p = 10_000, 0.5
    result = tomography.function_interval(shots * tomography.probabilities(werner(p)), purity, bounds=(0.25, 1))
    drop = max(thresholds(0.95))
    other = np.linspace(p, 0.6, 20_001)
    loss = 3 * shots * ((1 + p) / 2 * np.log((1 + p) / (1 + other)) + (1 - p) / 2 * np.log((1 - p) / (1 - other)))
    top = other[np.searchsorted(loss, drop)]
    assert result.value == pytest.approx((1 + 3 * p**2) / 4, abs=1e-6)
    assert (1 + 3 * top**2) / 4 - 1e-5 < result.high < (1 + 3 * 1.3**2 * top**2) / 4


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(("rho", "truth"), [(STEADY, 0.5), (werner(0.9), 0.8575), (SINGLET, 1.0)])
def test_interval_of_the_purity_covers(rho: State, truth: float, rng: np.random.Generator) -> None:
    tables = 100
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), 1000, rng)
    low, value, high = tomography.function_interval(counts, purity, bounds=(0.25, 1))
    assert purity(rho[None])[0] == pytest.approx(truth)
    assert np.sum((low <= truth + 1e-12) & (truth <= high + 1e-12)) >= fewest_inside(tables, 0.93)
    assert np.all((low <= value) & (value <= high))
    assert np.mean(high - low) < 0.1


def test_a_flat_function_and_an_open_state() -> None:
    counts = tomography.sample(np.array([STEADY, STEADY]), 100, seed=1)
    counts[1, 0] = 0
    low, value, high = tomography.function_interval(counts, lambda rho: np.full(len(rho), 0.3), bounds=(0, 1))
    assert (low[0], value[0], high[0]) == (0.3, 0.3, 0.3)
    assert (low[1], value[1], high[1]) == (0.0, 0.3, 1.0)


def test_refusals() -> None:
    counts = np.ones((9, 4))
    with pytest.raises(ArgumentError, match="Argument `function` must return one number a state, but of shape"):
        tomography.function_interval(counts, lambda rho: rho[:, 0].real)
    with pytest.raises(ArgumentError, match="Argument `function` must return finite real numbers"):
        tomography.function_interval(counts, lambda rho: rho[:, 0, 0])  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match="Argument `function` must return finite real numbers"):
        tomography.function_interval(counts, lambda rho: np.full(len(rho), np.nan))
    with pytest.raises(ArgumentError, match="Argument `bounds` must be a smaller and a greater number"):
        tomography.function_interval(counts, purity, bounds=(1, 0))
