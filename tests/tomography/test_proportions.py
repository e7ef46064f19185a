"""Intervals of proportions: against SciPy, exact coverage, edges, and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm

from nvprotocol import tomography
from nvprotocol.errors import ArgumentError


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


def test_clopper_pearson_of_very_many_trials_and_in_batches() -> None:
    # n(n+1) overflows 64 bits here; the normal approximation is good to 1/√n.
    low, high = tomography.clopper_pearson([[10**9], [5 * 10**9]], [10**10, 2 * 10**10])
    assert low.shape == high.shape == (2, 2)
    share = np.array([[0.1, 0.05], [0.5, 0.25]])
    error = norm.ppf(0.975) * np.sqrt(share * (1 - share) / [1e10, 2e10])
    np.testing.assert_allclose([share - low, high - share], [error, error], rtol=1e-4)


def test_clopper_pearson_refuses() -> None:
    with pytest.raises(ArgumentError, match=r"Argument `successes` must be at most `trials`, but 3 exceeds 2\."):
        tomography.clopper_pearson([1, 3], 2)
    with pytest.raises(ArgumentError, match=r"Argument `trials` must contain only whole numbers, but contains 2\.5\."):
        tomography.clopper_pearson(1, 2.5)
    with pytest.raises(ArgumentError, match=r"Argument `level` must be less than 1, but is 1\."):
        tomography.clopper_pearson(1, 2, 1.0)
