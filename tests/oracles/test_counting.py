"""What tests of draws lean on: p values that keep their promise, and the probability of all false alarms together."""

import numpy as np
import pytest
from counting import (
    FALSE_ALARM,
    MOST_FALSE_ALARMS,
    fewest_inside,
    multinomial_p_value,
    sigmas,
    two_sample_p_value,
)
from scipy.stats import binom, multinomial, norm


def tables(shots: int) -> np.ndarray:
    """All counts of three cells."""
    return np.array([(i, j, shots - i - j) for i in range(shots + 1) for j in range(shots + 1 - i)])


@pytest.mark.parametrize("probabilities", [(0.5, 0.3, 0.2), (0.98, 0.019, 0.001), (1.0, 0.0, 0.0)])
def test_a_p_value_is_no_smaller_than_what_chance_does(probabilities: tuple[float, ...]) -> None:
    # Every table of 25 shots with its probability: P(p ≤ α) ≤ α for every α, where hardly any cell is expected 5 times.
    every = tables(25)
    weight = multinomial.pmf(every, 25, probabilities)
    p = np.array([multinomial_p_value(one, np.array(probabilities)) for one in every])
    assert all(weight[p <= alpha].sum() <= alpha * (1 + 1e-9) for alpha in np.unique(p[p < 1]))
    assert p[weight > 0].min() < 1e-4 or probabilities[0] == 1


def test_two_samples_of_one_distribution_keep_the_same_promise() -> None:
    every, probabilities = tables(6), (0.6, 0.3, 0.1)
    weight = multinomial.pmf(every, 6, probabilities)
    p = np.array([[two_sample_p_value(one, other) for other in every] for one in every])
    both = np.outer(weight, weight)
    assert all(both[p <= alpha].sum() <= alpha * (1 + 1e-9) for alpha in np.unique(p[p < 1]))
    assert p.min() < 0.01


def test_rows_share_the_promise() -> None:
    counts, probabilities = np.array([[50, 50], [95, 5]]), np.full((2, 2), 0.5)
    assert multinomial_p_value(counts, probabilities) == pytest.approx(
        2 * multinomial_p_value(counts[1], probabilities[1]), rel=1e-12
    )
    assert multinomial_p_value(np.array([3, 1]), np.array([1.0, 0.0])) == 0


def test_limits_leave_what_they_say() -> None:
    assert 2 * 5 * norm.sf(sigmas(5)) == pytest.approx(FALSE_ALARM)
    fewest = fewest_inside(100, 0.95)
    assert binom.cdf(fewest - 1, 100, 0.95) < FALSE_ALARM <= binom.cdf(fewest, 100, 0.95)


def test_false_alarms_of_all_tests_together(request: pytest.FixtureRequest) -> None:
    """Of those collected in this run, unless some were picked: all but the notebooks' and the clients', below fifty."""
    statistical = [item for item in request.session.items if item.get_closest_marker("statistical")]
    assert (len(statistical) + 50) * FALSE_ALARM < MOST_FALSE_ALARMS
