"""The one-call estimate: its parts, the X ansatz, the test of the model, calibration noise, planning, refusals."""

from functools import cache

import numpy as np
import pytest
from counting import FALSE_ALARM, fewest_inside, sigmas
from hypothesis import given
from numpy.typing import NDArray
from scipy.stats import binom
from strategies import states
from two_qubit_states import FLIPS, SINGLET, STEADY

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.entanglement import eof_of_concurrence
from nvprotocol.errors import ArgumentError, NoKeptShotsError


def test_estimate_is_independent_of_its_company(rng: np.random.Generator) -> None:
    counts = tomography.sample(np.broadcast_to(STEADY, (16, 4, 4)), 300, rng)
    together, alone = tomography.estimate(counts), tomography.estimate(counts[0])
    np.testing.assert_allclose(alone.state, together.state[0], atol=1e-9)
    np.testing.assert_allclose(alone.interval, together.interval[0], atol=1e-6)
    assert together.interval.shape == (16, 2)
    assert len(np.unique(together.interval[:, 0])) == 16
    block = tomography.estimate(counts.reshape(2, 8, 9, 4))
    np.testing.assert_array_equal(block.interval.reshape(16, 2), together.interval)
    assert str(block) == "Estimates of states from tables of shape (2, 8)"


def test_estimate_collects_the_parts(rng: np.random.Generator) -> None:
    counts = tomography.sample(STEADY, np.arange(100, 1000, 100), rng, readout=FLIPS)
    result = tomography.estimate(counts, readout=FLIPS, level=0.9)
    interval = tomography.concurrence_interval(counts, readout=FLIPS, level=0.9)
    fit = tomography.maximum_likelihood(counts, readout=FLIPS)
    assert result.log_likelihood == pytest.approx(float(fit.log_likelihood), abs=2e-4)
    assert result.interval == pytest.approx((float(interval.low), float(interval.high)))
    assert result.certificate <= 1e-4
    assert np.array_equal(result.counts, counts)
    text = str(result)
    assert f"Concurrence {result.concurrence:.4f}, 90 % interval {result.interval[0]:.4f} to" in text
    assert "4500 shots in 9 of 9 settings" in text
    assert f"p-value of the model {result.p_value:.2g}" in text
    low, value, high = result.entanglement_of_formation
    assert (low, high) == pytest.approx(tuple(eof_of_concurrence(result.interval)))
    assert low <= value <= high


@cache
def of_few_shots() -> tomography.StateEstimate:
    return tomography.estimate(tomography.sample(STEADY, 100, seed=3))


@given(target=states())
def test_fidelity_is_uhlmanns(target: NDArray[np.complex128]) -> None:
    result = of_few_shots()
    # tr √(√ρ σ √ρ) is the sum of the square roots of the eigenvalues of ρσ.
    roots = np.sqrt(np.maximum(np.linalg.eigvals(result.state @ target).real, 0))
    assert result.fidelity(target) == pytest.approx(roots.sum() ** 2, abs=1e-6)


def test_concurrence_is_that_of_the_state(rng: np.random.Generator) -> None:
    for rho, ansatz in ((STEADY, "full"), (SINGLET, "X")):
        counts = tomography.sample(np.broadcast_to(rho, (20, 4, 4)), 300, rng)
        result = tomography.estimate(counts, ansatz=ansatz)
        np.testing.assert_array_equal(result.concurrence, nv.concurrence(result.state))
        assert np.all((result.interval[:, 0] <= result.concurrence) & (result.concurrence <= result.interval[:, 1]))


def test_x_ansatz_needs_five_settings_and_has_its_form(rng: np.random.Generator) -> None:
    counts = tomography.sample(STEADY, 1000, rng, settings=tomography.U1)
    result = tomography.estimate(counts, tomography.U1, ansatz="X")
    allowed = np.eye(4, dtype=bool)
    allowed[1, 2] = allowed[2, 1] = True
    assert np.abs(result.state[~allowed]).max() < 1e-12
    assert np.linalg.eigvalsh(result.state)[0] > -1e-12
    assert np.isfinite(result.standard_error)
    assert np.isnan(tomography.estimate(counts, tomography.U1).standard_error)  # five do not determine a general state
    assert np.isnan(tomography.estimate(counts[:1], tomography.U1[:1], ansatz="X").standard_error)


def test_x_ansatz_finds_the_state_of_expected_counts() -> None:
    rho = np.diag([0.3, 0.3, 0.3, 0.1]).astype(complex)
    rho[1, 2] = 0.2 + 0.1j
    rho[2, 1] = 0.2 - 0.1j
    counts = np.rint(1e9 * tomography.probabilities(rho, tomography.U1)).astype(int)
    result = tomography.estimate(counts, tomography.U1, ansatz="X")
    np.testing.assert_allclose(result.state, rho, atol=1e-5)
    assert result.concurrence == pytest.approx(2 * (np.hypot(0.2, 0.1) - np.sqrt(0.03)), abs=1e-4)


@pytest.mark.statistical
def test_x_ansatz_covers_and_gains(rng: np.random.Generator) -> None:
    tables = 150
    copies = np.broadcast_to(STEADY, (tables, 4, 4))
    five = tomography.estimate(tomography.sample(copies, 900, rng, settings=tomography.U1), tomography.U1, ansatz="X")
    nine = tomography.estimate(tomography.sample(copies, 500, rng))
    covered = np.sum((five.interval[:, 0] <= 0.5) & (five.interval[:, 1] >= 0.5))
    assert covered >= fewest_inside(tables, 0.93)
    # As many shots in all, and a narrower interval (0.78 ± 0.01) about a less biased estimate (0.16 ± 0.04).
    assert np.diff(five.interval).mean() < 0.85 * np.diff(nine.interval).mean()
    assert abs(nv.concurrence(five.state).mean() - 0.5) < 0.5 * abs(nv.concurrence(nine.state).mean() - 0.5)


@pytest.mark.statistical
def test_broken_symmetry_is_reported(rng: np.random.Generator) -> None:
    half = np.cos(0.4), np.sin(0.4)
    turn = np.kron([[half[0], -half[1]], [half[1], half[0]]], np.eye(2))
    counts = tomography.sample(np.broadcast_to(turn @ STEADY @ turn.T, (50, 4, 4)), 200, rng, settings=tomography.U1)
    with pytest.warns(tomography.ModelWarning, match="does not have the form of the ansatz"):
        result = tomography.estimate(counts, tomography.U1, ansatz="X")
    assert np.mean(result.p_value < 0.01) > 0.9  # 1000 shots in all are enough to see it


def test_wrong_readout_matrix_is_reported(rng: np.random.Generator) -> None:
    counts = tomography.sample(SINGLET, 3000, rng, readout=FLIPS)
    wrong = np.array([[1.0, 0.12], [0.0, 0.88]])
    with pytest.warns(tomography.ModelWarning, match="`readout` or `settings` is wrong"):
        tomography.estimate(counts, readout=wrong)


@pytest.mark.statistical
@pytest.mark.parametrize("ansatz", ["full", "X"])
def test_p_value_is_uniform(ansatz: str, rng: np.random.Generator) -> None:
    tables, rho = 400, 0.5 * STEADY + 0.5 * np.eye(4) / 4
    p = tomography.estimate(tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), 300, rng), ansatz=ansatz).p_value
    assert p.mean() == pytest.approx(0.5, abs=sigmas(3) / np.sqrt(12 * tables))
    for level in (0.05, 0.5):
        below = np.sum(p < level)
        assert min(binom.cdf(below, tables, level), binom.sf(below - 1, tables, level)) > FALSE_ALARM / 6


@pytest.mark.statistical
def test_plan_reaches_the_width_and_counts_the_runs() -> None:
    rho = 0.8 * SINGLET + 0.05 * np.eye(4)
    plan = tomography.plan(rho, 0.04, success_probability=0.25, cycle_us=1000.0, seed=1)
    assert plan.half_width <= 0.04 * 1.03
    assert plan.runs == 36 * plan.shots
    assert plan.hours == pytest.approx(plan.runs * 1e-3 / 3600)
    # A fresh experiment of that size has the promised width; the mean of 40 widths scatters by 2 %.
    counts = tomography.sample(np.broadcast_to(rho, (40, 4, 4)), plan.shots, seed=2)
    assert np.diff(tomography.estimate(counts).interval).mean() / 2 == pytest.approx(plan.half_width, rel=0.15)
    five = tomography.plan(rho, 0.04, settings=tomography.U1, ansatz="X", seed=1)
    assert five.runs < plan.runs / 4  # of which a factor of 4 from the discarded runs
    assert five.hours is None
    with pytest.raises(ArgumentError, match="Argument `settings` must determine the state, but ZZ do not"):
        tomography.plan(rho, 0.04, settings=["ZZ"])
    with pytest.raises(ArgumentError, match="Argument `success_probability` must be greater than 0, but is 0"):
        tomography.plan(rho, 0.04, success_probability=0.0)
    with pytest.raises(ArgumentError, match="Argument `cycle_us` must be greater than 0, but is 0"):
        tomography.plan(rho, 0.04, cycle_us=0.0)


def test_other_numbers_of_qubits_have_a_state_and_no_concurrence(rng: np.random.Generator) -> None:
    result = tomography.estimate(tomography.sample("udu", 200, rng), seed=rng)
    assert result.fidelity("udu") > 0.95
    assert np.isnan([result.concurrence, *result.interval, result.standard_error, result.p_value]).all()
    assert str(result).startswith("State of 3 qubits\n5400 shots in 27 of 27 settings")


def test_refusals() -> None:
    counts = np.ones((9, 4), dtype=int)
    with pytest.raises(ArgumentError, match="Argument `counts` must contain only whole numbers"):
        tomography.estimate(counts / 2)
    with pytest.raises(ArgumentError, match="Argument `counts` must be at least 0, but contains -1"):
        tomography.estimate(-counts)
    with pytest.raises(NoKeptShotsError, match="must contain at least one shot in every table"):
        tomography.estimate(0 * counts)
    with pytest.raises(ArgumentError, match="Argument `counts` must have shape"):
        tomography.estimate(counts, tomography.U1)
    with pytest.raises(ArgumentError, match="Argument `readout` must have columns"):
        tomography.estimate(counts, readout=[[0.9, 0.2], [0.2, 0.8]])
    with pytest.raises(ArgumentError, match="Argument `readout` must be invertible"):
        tomography.estimate(counts, readout=[[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(ArgumentError, match="Argument `readout` must be given with `calibration_shots`"):
        tomography.estimate(counts, calibration_shots=100)
    with pytest.raises(ArgumentError, match="Argument `target` must have 2 letters"):
        tomography.estimate(counts).fidelity("u")
