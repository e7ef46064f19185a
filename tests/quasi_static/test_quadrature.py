"""The rules of averages: their error is below what they say, and the number of nodes is what that takes."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from nvprotocol.errors import ArgumentError
from nvprotocol.quasi_static.exposure import Exposure
from nvprotocol.quasi_static.noise import MOST_NODES, QuasiStaticNoise, nodes_of
from nvprotocol.quasi_static.quadrature import (
    TOLERANCE,
    evenly_spaced,
    factors,
    grid,
    number_of_hermite,
    number_of_nodes,
    rule,
)

ROUNDING = 1e-14


@given(st.floats(0.0, 300.0), st.floats(-1.0, 1.0))
def test_every_phase_within_reach_is_averaged_to_the_tolerance(reach: float, part: float) -> None:
    """⟨exp(iτz)⟩ = exp(−τ²/2) for every |τ| ≤ x: bounds hold for all functions of exponential type x with |f| ≤ 1."""
    nodes, weights = rule(reach)
    found = weights @ np.exp(1j * part * reach * nodes)
    assert abs(found - np.exp(-((part * reach) ** 2) / 2)) < TOLERANCE + ROUNDING * (1 + reach)
    assert np.all(weights > 0)
    assert abs(weights.sum() - 1) < 1e-15


@pytest.mark.parametrize("reach", [0.01, 0.1, 0.5, 1.0, 2.0, 3.0])
def test_hermite_rules_are_as_small_as_their_bound_allows(reach: float) -> None:
    """One node less breaks the bound, and three less the tolerance itself at the end of the reach."""
    number = number_of_hermite(reach)
    assert number is not None
    assert number_of_nodes(reach) == number
    nodes, weights = np.polynomial.hermite_e.hermegauss(max(number - 3, 1))
    found = weights @ np.cos(reach * nodes) / weights.sum()
    assert abs(found - np.exp(-(reach**2) / 2)) > TOLERANCE


def test_number_of_nodes_grows_with_the_reach_and_in_the_end_as_a_straight_line() -> None:
    reaches = np.concatenate([[0.0, 1e-6, 1e-3], np.linspace(0.01, 50.0, 500)])
    numbers = [number_of_nodes(float(reach)) for reach in reaches]
    assert numbers[0] == 1
    assert np.all(np.diff(numbers) >= 0)
    assert number_of_nodes(4000.0) / 4000 == pytest.approx(2.46, abs=0.03)
    assert number_of_nodes(100.0) == 2 * evenly_spaced(100.0)[1] + 1 < 300  # Gauss–Hermite takes some 7000


def test_fewer_even_nodes_would_not_do() -> None:
    reach = 20.0
    spacing, side = evenly_spaced(reach)
    for nodes in (1.15 * spacing * np.arange(-side, side + 1), spacing * np.arange(-int(0.9 * side), int(0.9 * side))):
        weights = np.exp(-(nodes**2) / 2)
        worst = max(
            abs(weights @ np.cos(tau * nodes) / weights.sum() - np.exp(-(tau**2) / 2)) for tau in np.linspace(0, 20, 50)
        )
        assert worst > TOLERANCE


def test_a_grid_is_the_product_of_its_rules() -> None:
    values, weights = grid(np.array([1.0, 0.0, 30.0]))
    assert values.shape == (number_of_nodes(1.0) * number_of_nodes(30.0), 3)
    assert not values[:, 1].any()
    found = weights @ np.exp(1j * (0.7 * values[:, 0] + 29.0 * values[:, 2]))
    assert abs(found - np.exp(-(0.7**2 + 29.0**2) / 2)) < 2 * TOLERANCE
    assert [one.shape for one in grid(np.zeros(0))] == [(1, 0), (1,)]


@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_factors_make_the_covariance_again(n_qubits: int, seed: int, rank: int) -> None:
    root = np.random.default_rng(seed).normal(size=(3, n_qubits, min(rank, n_qubits)))
    covariance = root @ np.swapaxes(root, -1, -2)
    for factor in factors(covariance):
        np.testing.assert_allclose(factor @ np.swapaxes(factor, -1, -2), covariance, atol=1e-9)


def test_the_fewest_nodes_are_taken() -> None:
    """Of fields of their own each qubit is a direction; of one field both are; and what no coherence sees is none."""
    noise = {c: QuasiStaticNoise(1.0, c) for c in (-1.0, 0.0, 0.5, 1.0)}
    all_of_it = [Exposure.to_all(2, 1.0)]
    along = number_of_nodes(np.sqrt(2.0))
    assert len(nodes_of(noise[0.0], 2, all_of_it)) == along**2
    assert len(nodes_of(noise[1.0], 2, all_of_it)) == len(nodes_of(noise[-1.0], 2, all_of_it)) < 2.5 * along
    assert len(nodes_of(noise[0.5], 2, all_of_it)) < 1.3 * along**2
    within = [Exposure.of_orders(2, 1.0, [0])]
    assert len(nodes_of(noise[1.0], 2, within)) == 1
    assert len(nodes_of(noise[0.0], 2, within)) == number_of_nodes(2.0)
    assert len(nodes_of(noise[0.0], 2, [Exposure(2, ((5.0, np.array([[0, 0]])),))])) == 1
    assert len(nodes_of(QuasiStaticNoise([np.inf, 1.0]), 2, all_of_it)) == along


@given(st.integers(1, 4), st.floats(0.1, 2.5), st.integers(0, 2**32 - 1))
def test_the_covariance_of_the_nodes_is_that_of_the_noise(n_qubits: int, duration: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    correlation = rng.uniform(-1 / max(n_qubits - 1, 1), 1)
    noise = QuasiStaticNoise(rng.uniform(3.0, 9.0, n_qubits), correlation)
    nodes = nodes_of(noise, n_qubits, [Exposure.to_all(n_qubits, duration)])
    np.testing.assert_allclose(nodes.weights @ nodes.shifts, 0.0, atol=1e-12)
    covariance = np.einsum("k,ki,kj->ij", nodes.weights, nodes.shifts, nodes.shifts)
    np.testing.assert_allclose(covariance, noise.covariance(n_qubits), atol=1e-9)


def test_too_many_nodes_are_refused_with_their_number() -> None:
    runs = [Exposure.to_all(2, 500.0)]
    with pytest.raises(ArgumentError) as refused:
        nodes_of(QuasiStaticNoise(1.0), 2, runs)
    assert str(refused.value) == (
        "Argument `t2_star_us` must be at least 14.4 us for 500 us of evolution, but is 1 us, which takes an average "
        "over 3.08e+06 detunings, and 20000 are as many as may be."
    )
    assert len(nodes_of(QuasiStaticNoise(14.4), 2, runs)) <= MOST_NODES
    assert len(nodes_of(QuasiStaticNoise(1.0), 2, [Exposure.of_orders(2, 4000.0, [0])])) < MOST_NODES


def test_exposure_of_many_qubits_is_not_less_than_that_of_all_coherences() -> None:
    columns = np.random.default_rng(1).normal(size=(7, 3))
    assert Exposure.to_all(7, 2.0).reach(columns) == pytest.approx(2 * np.abs(columns).sum(axis=0))
    assert Exposure.of_orders(7, 2.0, [0]).reach(columns) == pytest.approx(2 * np.abs(columns).sum(axis=0))
