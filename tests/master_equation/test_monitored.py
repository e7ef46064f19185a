"""|σᶻ| checked at a finite rate: against a loop of exponentials and projections, and its limits."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import ENERGIES, RATES, SHARES, pairs, states
from systems import System, many, pair, random_state, random_symbols, stacked, unstacked

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, NoKeptShotsError


def kept_half(n_qubits: int) -> NDArray[np.float64]:
    """The projector on σᶻ = 0: as many qubits up as down."""
    total = np.sum([nv.operators.sigma_z(k, n_qubits).diagonal().real for k in range(n_qubits)], axis=0)
    return np.diag(np.where(total == 0, 1.0, 0.0))


def loop(system: System, rho: NDArray, time: float, checks: int, period: float) -> tuple[NDArray, float]:
    """The state after `checks` rounds of evolution and projection, then on to `time`; and their probability."""
    generator, project = system.generator(), kept_half(system.n_qubits)
    step, kept = scipy.linalg.expm(generator * period), 1.0
    for _ in range(checks):
        rho = project @ unstacked(step @ stacked(rho)) @ project
        probability = np.trace(rho).real
        rho, kept = rho / probability, kept * probability
    return unstacked(scipy.linalg.expm(generator * (time - checks * period)) @ stacked(rho)), kept


@pytest.mark.slow
@settings(max_examples=60)
@given(
    pairs().filter(lambda system: np.trace(system.blocks["+"]) > 0.1),
    states(),
    st.floats(0.05, 0.8),
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0.0, 0.3, 0.75])), min_size=1, max_size=4),
)
def test_checks_are_a_loop_of_exponentials_and_projections(
    system: System, rho: NDArray, period: float, moments: list[tuple[int, float]]
) -> None:
    """Mixed states with |uu⟩, |dd⟩ and all coherences; at checks and between them."""
    moments = sorted(moments)
    times = [(number + fraction) * period for number, fraction in moments]
    found = system.equation.monitored(rho, times, period)
    for index, ((number, _), time) in enumerate(zip(moments, times, strict=True)):
        expected, kept = loop(system, rho, time, number, period)
        np.testing.assert_allclose(found.states[index], expected, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.probability[index], kept, rtol=1e-10)


@pytest.mark.slow
def test_four_qubits_are_a_loop_too(rng: np.random.Generator) -> None:
    system, rho = many(rng, 4), random_state(rng, 4)
    found = system.equation.monitored(rho, [0.3, 0.6, 0.7], period=0.3)
    for index, (time, number) in enumerate([(0.3, 1), (0.6, 2), (0.7, 2)]):
        expected, kept = loop(system, rho, time, number, 0.3)
        np.testing.assert_allclose(found.states[index], expected, rtol=0, atol=1e-12)
        assert found.probability[index] == pytest.approx(kept, rel=1e-11)


def test_a_batch_of_media_and_states_holds_the_single_ones(rng: np.random.Generator) -> None:
    symbols = [random_symbols(rng) for _ in range(3)]
    initial = np.array([random_state(rng) for _ in range(2)])
    arrays = {name: np.array([single[name] for single in symbols]) for name in symbols[0]}
    delta, times = np.real(arrays.pop("delta")), [0.1, 0.4, 1.3, 1.6]
    equation = nv.MasterEquation(nv.Medium.pair(**arrays), detuning=delta)
    together = equation.monitored(initial[:, None], times, period=0.4)
    assert together.states.shape == (2, 3, 4, 4, 4)
    for i, j in np.ndindex(2, 3):
        alone = pair(**symbols[j]).equation.monitored(initial[i], times, period=0.4)
        np.testing.assert_allclose(together.states[i, j], alone.states, rtol=0, atol=1e-13)
        np.testing.assert_allclose(together.probability[i, j], alone.probability, rtol=1e-12)


def test_frequent_checks_become_continuous_monitoring_at_first_order() -> None:
    """At q > 0 a jump out and one back in between two checks go unseen: an error linear in the period."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.4), detuning=0.5)
    limit = equation.no_jump("ud", 1.0)
    periods = 1.0 / np.array([200, 400, 800, 1600])
    runs = [equation.monitored("ud", 1.0, period) for period in periods]
    for errors in (
        [np.abs(run.states - limit.states).max() for run in runs],
        [abs(run.probability[0] - limit.probability[0]) for run in runs],
    ):
        slope = np.polyfit(np.log(periods), np.log(errors), 1)[0]
        assert slope == pytest.approx(1, abs=0.05)


@settings(max_examples=60)
@given(RATES, SHARES, ENERGIES, ENERGIES, st.floats(0.01, 3.0))
def test_at_zero_temperature_one_final_check_is_continuous_monitoring(
    a: float, share: float, J: float, delta: float, time: float
) -> None:
    """From |ud⟩ a decay ends in |uu⟩ for good, so the last check sees every jump."""
    equation = pair(a=a, A=a * share, J=J, delta=delta).equation
    once, always = equation.monitored("ud", time, period=time), equation.no_jump("ud", time)
    np.testing.assert_allclose(once.states, always.states, rtol=0, atol=1e-12)
    np.testing.assert_allclose(once.probability, always.probability, rtol=1e-12)


def test_at_finite_temperature_one_final_check_is_not_enough() -> None:
    """The test above must be able to fail."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.3))
    once, always = equation.monitored("ud", 2.0, period=2.0), equation.no_jump("ud", 2.0)
    assert np.abs(once.states - always.states).max() > 0.01


@pytest.mark.parametrize("time", [1e2, 1e4, 1e8])
def test_very_many_checks_end_in_the_leading_state_of_one_round(time: float) -> None:
    """A billion checks: the probability underflows, the state does not."""
    system, period = pair(a=1.0, A=0.9, q=0.5, delta=0.3), 0.1
    project = np.kron(kept_half(2), kept_half(2))
    values, vectors = np.linalg.eig(project @ scipy.linalg.expm(system.generator() * period) @ project)
    leading = np.real(values).argmax()
    growth, expected = np.real(values[leading]), unstacked(vectors[:, leading])
    expected = expected / np.trace(expected)
    found = system.equation.monitored("ud", [time, time + period], period)
    np.testing.assert_allclose(found.states[0], expected, rtol=0, atol=1e-11)
    ratio = found.probability[1] / found.probability[0] if found.probability[0] else growth
    assert ratio == pytest.approx(growth, rel=1e-10)
    assert (found.probability[0] > 0) == (time < 1e4)


def test_before_the_first_check_nothing_is_known(rng: np.random.Generator) -> None:
    system, rho = pair(**random_symbols(rng)), random_state(rng)
    found = system.equation.monitored(rho, [0.0, 0.2, 0.99], period=1.0)
    np.testing.assert_allclose(found.states, system.equation.evolve(rho, [0.0, 0.2, 0.99]), rtol=0, atol=1e-14)
    np.testing.assert_array_equal(found.probability, 1.0)


@pytest.mark.parametrize("period", [0.1, 1 / 3, 0.7, 1e-3])
def test_a_multiple_of_the_period_is_right_after_its_check(period: float) -> None:
    """k·period misses k checks by rounding for many k; right after a check |uu⟩ and |dd⟩ are empty."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5))
    counts = np.arange(1, 1001)
    for times in (counts * period, np.cumsum(np.full(1000, period)), np.linspace(period, 1000 * period, 1000)):
        found = equation.monitored("ud", times, period)
        assert not np.any(found.states[:, [0, 3], [0, 3]])
        one = equation.monitored("ud", 2 * period, period).probability[0]
        assert found.probability[1] == pytest.approx(one, rel=1e-12)
        assert np.all(np.diff(found.probability) < 0)


def test_a_state_that_no_check_keeps() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
    with pytest.raises(NoKeptShotsError, match="The checks keep nothing"):
        equation.monitored("uu", [0.5, 2.0], period=1.0)
    assert equation.monitored("uu", 0.5, period=1.0).probability == 1


def test_monitoring_needs_a_value_that_there_is_and_a_period() -> None:
    three = nv.MasterEquation(nv.Medium(relaxation=np.eye(3)))
    with pytest.raises(ArgumentError, match=r"`keep` must be one of the values 1, 3 .* of 3 qubits .* but is 0\."):
        three.monitored("udu", 1.0, period=0.1, keep=0)
    pair_ = nv.MasterEquation(nv.Medium.pair())
    for period, message in (
        (0.0, r"`period` must be greater than 0, but is 0\."),
        (-0.1, r"`period` must be greater than 0, but is -0\.1\."),
        (np.nan, r"`period` must be finite, but is nan\."),
        (1e-20, r"`period` must be at least 5e-10, for two billion checks until the last time, but is 1e-20\."),
    ):
        with pytest.raises(ArgumentError, match=message):
            pair_.monitored("ud", 1.0, period=period)


def test_a_period_for_each_time(rng: np.random.Generator) -> None:
    a = rng.uniform(0.5, 2.0, size=(3, 1))
    equation = nv.MasterEquation(nv.Medium.pair(a=a, A=0.4 + 0.2j, q=0.3, d=0.1, J=0.3), [0.3, 1.0])
    times, periods = np.array([0.2, 0.5, 0.5, 0.9]), np.array([0.05, 0.125, 0.2, 0.3])
    together = equation.monitored("ud", times, periods)
    for k, (time, period) in enumerate(zip(times, periods, strict=True)):
        alone = equation.monitored("ud", [time], period)
        np.testing.assert_allclose(together.states[..., k, :, :], alone.states[..., 0, :, :], atol=1e-13)
        np.testing.assert_allclose(together.probability[..., k], alone.probability[..., 0], rtol=1e-12)


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ([0.1, 0.0], "`period` must be greater than 0, but contains 0."),
        ([0.1] * 3, "`period` must be a number, or one for each of 2 times, but has shape (3,)."),
    ],
)
def test_periods_that_are_none(period: list[float], said: str) -> None:
    with pytest.raises(ArgumentError) as raised:
        nv.MasterEquation(nv.Medium.pair(a=1.0)).monitored("ud", [0.1, 0.2], period)
    assert str(raised.value) == f"Argument {said}"
