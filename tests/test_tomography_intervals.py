"""Intervals and the one-call estimate: Wilson against SciPy, measured coverage, reproducibility, and every refusal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom, binomtest
from strategies import SEEDS, kets, states

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.errors import ArgumentError

SINGLET = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
STEADY = (nv.operators.density_matrix("uu") + SINGLET) / 2
CONFUSION = np.kron([[0.97, 0.06], [0.03, 0.94]], [[0.99, 0.02], [0.01, 0.98]])


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


@pytest.mark.parametrize(
    ("rho", "truth", "shots"),
    [
        (SINGLET, 1.0, 200),
        (STEADY, 0.5, 500),
        (0.9 * SINGLET + 0.1 * np.eye(4) / 4, 0.85, 1000),  # (3p − 1)/2
    ],
    ids=["singlet", "steady", "werner"],
)
def test_interval_covers_the_true_concurrence(rho: NDArray, truth: float, shots: int, rng: np.random.Generator) -> None:
    assert float(nv.concurrence(rho)) == pytest.approx(truth)
    tables = 100
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), shots, rng, readout=CONFUSION)
    interval = tomography.concurrence_interval(counts, readout=CONFUSION, resamples=60, seed=rng)
    covered = np.mean((interval.low <= truth) & (truth <= interval.high + 1e-12))
    assert covered > 0.944 - 4 * np.sqrt(0.944 * 0.056 / tables)  # the worst measured cell less four binomial sigma
    # An interval that covers by being wide would be useless: ±4 sigma of one correlation is generous for all nine.
    assert np.mean(interval.high - interval.low) < 8 / np.sqrt(shots)


def test_standard_error_is_the_scatter_of_the_estimate(rng: np.random.Generator) -> None:
    # An interior state, where the resampled state and the true one scatter alike.
    rho, tables = 0.8 * SINGLET + 0.2 * np.eye(4) / 4, 400
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), 1000, rng)
    scatter = nv.concurrence(tomography.maximum_likelihood(counts).state).std()
    error = tomography.concurrence_interval(counts[:20], resamples=200, seed=rng).standard_error.mean()
    # Relative sigma: 1/sqrt(2·400) of the scatter, 1/sqrt(2·200·20) of the mean error, and 2 % for the added counts.
    assert error == pytest.approx(scatter, rel=4 * np.hypot(1 / np.sqrt(800), 1 / np.sqrt(8000)) + 0.02)


def test_interval_narrows_with_shots_and_widens_with_confidence(rng: np.random.Generator) -> None:
    few, many = (tomography.sample(STEADY, shots, rng) for shots in (200, 20_000))
    widths = [
        np.subtract(*tomography.concurrence_interval(table, level=level, seed=1)[1::-1])
        for table, level in ((few, 0.95), (many, 0.95), (many, 0.5))
    ]
    assert widths[0] > 3 * widths[1]  # shots × 100: 10 times narrower, less what the edge at 1/4 of the weight takes
    assert widths[1] > widths[2]


@given(ket=kets(), seed=SEEDS)
def test_interval_holds_the_estimate_and_stays_within_bounds(ket: NDArray[np.complex128], seed: int) -> None:
    result = tomography.estimate(tomography.sample(ket, 50, seed), resamples=20, seed=seed)
    low, high = result.interval
    assert 0 <= low <= result.concurrence <= high <= 1
    assert result.standard_error > 0


def test_unmeasured_pauli_string_leaves_everything_possible() -> None:
    counts = tomography.sample(np.array([SINGLET, SINGLET]), 1000, seed=2)
    counts[1, 0] = 0
    interval = tomography.concurrence_interval(counts, resamples=20, seed=3)
    assert interval.low[0] > 0.9
    assert (interval.low[1], interval.high[1]) == (0, 1)
    assert np.isnan(interval.standard_error[1])
    assert "as the kept shots leave the state open" in str(tomography.estimate(counts[1], resamples=20, seed=3))


def test_estimate_is_reproducible_and_independent_of_its_company(rng: np.random.Generator) -> None:
    counts = tomography.sample(np.broadcast_to(STEADY, (16, 4, 4)), 300, rng)
    together = tomography.estimate(counts, resamples=150, seed=11)  # more than one batch of resamples
    alone = tomography.estimate(counts[0], resamples=150, seed=11)
    first_two = tomography.estimate(counts[:2], resamples=150, seed=np.random.default_rng(11))
    np.testing.assert_allclose(alone.state, together.state[0], atol=1e-9)
    np.testing.assert_allclose(alone.interval, together.interval[0], atol=1e-6)
    np.testing.assert_allclose(first_two.interval[1], together.interval[1], atol=1e-6)
    assert together.interval.shape == (16, 2)
    assert len(np.unique(together.interval[:, 0])) == 16
    block = tomography.estimate(counts.reshape(2, 8, 9, 4), resamples=150, seed=11)
    np.testing.assert_array_equal(block.interval.reshape(16, 2), together.interval)
    assert str(block) == "Estimates of states from tables of shape (2, 8)"


def test_estimate_collects_the_parts(rng: np.random.Generator) -> None:
    counts = tomography.sample(STEADY, np.arange(100, 1000, 100), rng, readout=CONFUSION)
    result = tomography.estimate(counts, readout=CONFUSION, resamples=50, level=0.9, seed=7)
    fit = tomography.maximum_likelihood(counts, readout=CONFUSION)
    interval = tomography.concurrence_interval(counts, readout=CONFUSION, resamples=50, level=0.9, seed=7)
    np.testing.assert_allclose(result.state, fit.state, atol=1e-12)
    assert result.concurrence == pytest.approx(float(nv.concurrence(fit.state)))
    assert result.interval == pytest.approx((float(interval.low), float(interval.high)))
    assert result.log_likelihood == pytest.approx(float(fit.log_likelihood))
    assert result.certificate <= 1e-4
    assert np.array_equal(result.counts, counts)
    text = str(result)
    assert f"Concurrence {result.concurrence:.4f}, 90 % interval {result.interval[0]:.4f} to" in text
    assert "4500 shots in 9 of 9 settings" in text


@given(target=states())
def test_fidelity_is_uhlmanns(target: NDArray[np.complex128]) -> None:
    result = tomography.estimate(tomography.sample(STEADY, 100, seed=3), resamples=4, seed=4)
    # tr √(√ρ σ √ρ) is the sum of the square roots of the eigenvalues of ρσ.
    roots = np.sqrt(np.maximum(np.linalg.eigvals(result.state @ target).real, 0))
    assert result.fidelity(target) == pytest.approx(roots.sum() ** 2, abs=1e-6)


def test_other_numbers_of_qubits_have_a_state_and_no_concurrence(rng: np.random.Generator) -> None:
    result = tomography.estimate(tomography.sample("udu", 200, rng), seed=rng)
    assert result.fidelity("udu") > 0.95
    assert np.isnan([result.concurrence, *result.interval, result.standard_error]).all()
    assert str(result).startswith("State of 3 qubits\n5400 shots in 27 of 27 settings")


def test_estimate_refuses() -> None:
    counts = np.ones((9, 4), dtype=int)
    with pytest.raises(ArgumentError, match="Argument `counts` must contain only whole numbers"):
        tomography.estimate(counts / 2)
    with pytest.raises(ArgumentError, match="Argument `resamples` must be at least 4, but is 1"):
        tomography.estimate(counts, resamples=1)
    with pytest.raises(ArgumentError, match="Argument `level` must be greater than 0"):
        tomography.concurrence_interval(counts, level=0.0)
    with pytest.raises(ArgumentError, match="Argument `counts` must have 4 outcomes, those of two qubits"):
        tomography.concurrence_interval(np.ones((3, 2)))
    with pytest.raises(ArgumentError, match="Argument `target` must have 2 letters"):
        tomography.estimate(counts, resamples=4, seed=1).fidelity("u")
