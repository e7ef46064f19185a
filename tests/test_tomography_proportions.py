"""Intervals of proportions: against SciPy, exact coverage, edges, and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from nvprotocol import tomography
from nvprotocol.errors import ArgumentError


@given(trials=st.integers(1, 10_000), share=st.floats(0, 1), level=st.floats(0.1, 0.999))
def test_wilson_agrees_with_scipy(trials: int, share: float, level: float) -> None:
    successes = round(trials * share)
    low, high = tomography.wilson(successes, trials, level)
    expected = binomtest(successes, trials).proportion_ci(level, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_at_the_edges_and_in_batches() -> None:
    low, high = tomography.wilson([[0], [5]], [5, 10])
    assert low.shape == high.shape == (2, 2)
    assert np.array_equal(low[0], [0, 0])
    assert 0 < high[0, 1] < high[0, 0] < 1
    assert high[1, 0] == 1
    assert low[1, 1] + high[1, 1] == pytest.approx(1)  # half of the trials: symmetric
    assert tomography.wilson(0, 0) == (0, 1)


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5, 0.7])
def test_wilson_covers_as_promised(share: float) -> None:
    outcomes = np.arange(101)
    low, high = tomography.wilson(outcomes, 100)
    covered = (low <= share) & (share <= high)
    # The sum over all outcomes is exact; that the outcomes are discrete moves it by at most one of their probabilities.
    chances = binom.pmf(outcomes, 100, share)
    assert abs(chances[covered].sum() - 0.95) < chances.max() / 2


def test_wilson_refuses() -> None:
    with pytest.raises(ArgumentError, match=r"Argument `successes` must be at most `trials`, but 3 exceeds 2\."):
        tomography.wilson([1, 3], 2)
    with pytest.raises(ArgumentError, match=r"Argument `trials` must contain only whole numbers, but contains 2\.5\."):
        tomography.wilson(1, 2.5)
    with pytest.raises(ArgumentError, match=r"Argument `level` must be less than 1, but is 1\."):
        tomography.wilson(1, 2, 1.0)


@given(trials=st.integers(1, 5000), share=st.floats(0, 1), level=st.floats(0.1, 0.999))
def test_clopper_pearson_agrees_with_scipy(trials: int, share: float, level: float) -> None:
    successes = round(trials * share)
    low, high = tomography.clopper_pearson(successes, trials, level)
    expected = binomtest(successes, trials).proportion_ci(level, method="exact")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("share", [0.003, 0.2, 0.5, 0.97])
def test_clopper_pearson_never_covers_less_than_promised(share: float) -> None:
    outcomes = np.arange(101)
    low, high = tomography.clopper_pearson(outcomes, 100)
    covered = (low <= share) & (share <= high)
    assert binom.pmf(outcomes, 100, share)[covered].sum() >= 0.95


def test_clopper_pearson_at_the_edges() -> None:
    assert tomography.clopper_pearson(0, 0) == (0, 1)
    low, high = tomography.clopper_pearson([0, 10], 10)
    # With no success the upper end solves (1 − p)^n = α/2.
    assert (low[0], high[0]) == pytest.approx((0, 1 - 0.025 ** (1 / 10)))
    assert (low[1], high[1]) == pytest.approx((0.025 ** (1 / 10), 1))
    with pytest.raises(ArgumentError, match=r"Argument `successes` must be at most `trials`, but 3 exceeds 2\."):
        tomography.clopper_pearson(3, 2)
