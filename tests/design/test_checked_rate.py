"""Rates with a finite period, duration and errors of checks: closed forms, the master equation, and circuits."""

import warnings
from typing import Any

import numpy as np
import pytest
from counting import FALSE_ALARM, kept_counts
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2

import nvprotocol as nv
from nvprotocol._typing import ArrayLike
from nvprotocol.design.trials import LEAST_KEPT
from nvprotocol.errors import ArgumentError, ValidityWarning
from nvprotocol.magnets.constants import GAMMA

MODEST = settings(max_examples=25, deadline=None)
FILM = nv.magnets.Film.in_field(nv.magnets.YIG_COLD, 100, field_mt=20, orientation="in-plane")
AT_4_K: dict[str, Any] = {"height_nm": 10.0, "azimuth_deg": 0.0, "frequency_ghz": 2.31, "temperature_k": 4.0}


def of_film(separation: ArrayLike) -> nv.Medium:
    """The medium, of whose third level nothing is said."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        return FILM.medium(separation, **AT_4_K)


ON_A_MAP: dict[str, Any] = AT_4_K | {"height_nm": [10.0]}
STARTS, PHASES = ("ud", "du"), ("fixed", "free")


def bell(phase: float) -> NDArray[np.complex128]:
    """The Bell state of a phase in Qiskit's order."""
    return np.array([0, np.exp(1j * phase), 1, 0]) / np.sqrt(2)


def fidelities(states: NDArray[np.complex128], phase: float, of: str) -> NDArray[np.float64]:
    """With the Bell state of a phase, or of the best one."""
    coherence, inside = states[..., 1, 2], (states[..., 1, 1] + states[..., 2, 2]).real / 2
    return inside + (np.abs(coherence) if of == "free" else (coherence * np.exp(-1j * phase)).real)


FEW_CHECKS = {1: 0.701, 2: 0.804, 5: 0.870, 20: 0.898, 100: 0.904}


@pytest.mark.parametrize(("checks", "fidelity"), FEW_CHECKS.items())
def test_few_checks_at_4_kelvin_are_not_continuous_monitoring(checks: int, fidelity: float) -> None:
    cycle = nv.design.Cycle(checks, 20.37 / checks)
    survey = nv.design.survey(FILM, 0.95, separation_nm=[30.0], cycle=cycle, **ON_A_MAP)
    best = survey.result.attempt()
    assert best.best_fidelity.item() == pytest.approx(fidelity, abs=5e-4)
    assert (best.best_time.item(), best.best_checks.item()) == (pytest.approx(20.37), checks)
    assert f"best F = {best.best_fidelity.item():.4g} at separation 30 nm" in str(survey)


def test_continuous_monitoring_of_the_same_film_promises_more() -> None:
    medium = of_film(30.0)
    endless, free = nv.design.Cycle(period=0.0), nv.design.Cycle()
    found = nv.design.bell_yield(medium, 0.9, cycle=endless)
    assert found.rate == pytest.approx(float(found.unlimited_rate[0, 0]), rel=1e-12)
    # Perfect checks of no duration come close with as many as it takes to be within 0.5 %; slow ones do not.
    assert float(nv.design.bell_yield(medium, 0.9, cycle=free).rate) == pytest.approx(float(found.rate), rel=6e-3)
    slow = nv.design.bell_yield(medium, 0.9, cycle=nv.design.Cycle(check_duration=5.0))
    assert 0 < slow.rate < 0.7 * found.rate
    assert slow.unlimited_rate[:, 0].max() == pytest.approx(float(found.rate), rel=1e-9)
    assert "perfect checks without pause would give" in str(slow)


def media(exchange: float) -> st.SearchStrategy[nv.Medium]:
    """Pairs with a coherent coupling of up to so much."""
    return st.builds(
        lambda a, r, p, q, J, dm, d: nv.Medium.pair(a=a, A=a * r * np.exp(1j * p), q=q, J=J, dm=dm, d=d, D=d / 2),
        a=st.floats(0.3, 2.0),
        r=st.floats(0.3, 1.0),
        p=st.floats(-3.0, 3.0),
        q=st.one_of(st.just(0.0), st.floats(1e-6, 0.8)),
        J=st.floats(-exchange, exchange),
        dm=st.floats(-0.3 * exchange, 0.3 * exchange),
        d=st.floats(0.0, 0.1),
    )


MEDIA, QUIET = media(1.0), media(0.5)
DETUNING = st.floats(-0.5, 0.5)
DURATION = st.one_of(st.just(0.0), st.floats(1e-3, 0.2))


def difference(detuning: float) -> float:
    """Of the fields in nT."""
    return 2 * detuning / (GAMMA * 1e-15)


@pytest.mark.slow
@MODEST
@given(
    medium=MEDIA,
    detuning=DETUNING,
    checks=st.integers(1, 6),
    wait=st.floats(0.3, 1.0),
    ns=st.tuples(*[st.integers(0, 100)] * 5),
    errors=st.tuples(*[st.floats(0.0, 0.1)] * 5),
    start=st.sampled_from(STARTS),
)
def test_a_cycle_is_the_circuit_on_its_device(
    medium: nv.Medium,
    detuning: float,
    checks: int,
    wait: float,
    ns: tuple[int, ...],
    errors: tuple[float, ...],
    start: str,
) -> None:
    """Fidelity and success probability of every cycle, without noise: durations and errors of all instruments."""
    device = nv.Device(
        nv.MasterEquation(medium, detuning),
        gate_ns=dict(zip(("cx", "x", "monitor_measure", "monitor_reset", "measure"), ns, strict=True)),
        single_qubit_error=errors[0],
        two_qubit_error=errors[1],
        initialisation_error=errors[2],
        monitor_efficiency=1 - errors[3],
        monitor_false_alarm=errors[4],
    )
    cycle = nv.design.Cycle.of_device(device, checks, wait + 2e-3 * ns[0])
    asked: dict[str, Any] = {"cycle": cycle, "field_difference_nt": difference(detuning)}
    found = nv.design.bell_yield(medium, 0.5 + 1e-9, tolerances=False, **asked)
    circuit = nv.protocols.monitored_bell(checks * wait, checks=checks, initial=start)
    kept = nv.emulate(circuit, device, None, {"parity": 1}, engine="exact")
    for phase in PHASES:
        attempt = found.attempt(start, phase)
        assert attempt.best_time == pytest.approx(checks * float(cycle.period or 0) + 1e-3 * (ns[2] + ns[3]), rel=1e-9)
        value = fidelities(kept.state, float(found.phase), phase)
        assert attempt.best_fidelity == pytest.approx(float(value), abs=1e-9)
        if attempt.reached:
            assert attempt.probability == pytest.approx(kept.success_probability, rel=1e-9)
            attempts = float(attempt.time) + cycle.overhead
            assert attempt.rate == pytest.approx(1e6 * kept.success_probability / attempts, rel=1e-9)


@pytest.mark.slow
@MODEST
@given(medium=QUIET, detuning=DETUNING, target=st.floats(0.55, 0.9), checks=st.integers(0, 40))
def test_the_time_of_a_number_of_checks_is_the_first(
    medium: nv.Medium, detuning: float, target: float, checks: int
) -> None:
    """Against `MasterEquation.monitored` on a grid of times: not reached before, and reached then.

    Also where F goes up and down: times at which less than 1e-9 is kept count as none.
    """
    cycle = nv.design.Cycle(checks)
    asked: dict[str, Any] = {"cycle": cycle, "field_difference_nt": difference(detuning), "tolerances": False}
    found = nv.design.bell_yield(medium, target, **asked)
    equation = nv.MasterEquation(medium, detuning)

    def kept(start: str, times: NDArray[np.float64]) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        if checks == 0:
            return equation.evolve(start, times), np.ones(times.shape)
        found = equation.monitored(start, times, times / checks)
        return found.states, found.probability

    for start in STARTS:
        for phase in PHASES:
            attempt = found.attempt(start, phase)
            end = float(attempt.time) if attempt.reached else 12.0
            times = np.append(np.linspace(0.01, 1, 60) * end * (1 - 1e-6), end)
            states, probability = kept(start, times)
            value = np.where(probability >= LEAST_KEPT, fidelities(states, float(found.phase), phase), 0.0)
            if attempt.reached:
                assert value[-1] == pytest.approx(target, abs=1e-9)
                assert np.all(value[:-1] < target + 1e-9)
            else:
                assert np.all(value < target + 1e-9)
                # F may still rise where too little is kept: the last wait that counts is within 9 % of that
                plenty = np.where(probability >= 10 * LEAST_KEPT, value, 0.0)
                assert plenty.max() <= float(attempt.best_fidelity) + 1e-6


@pytest.mark.slow
@pytest.mark.parametrize(("duration", "false_alarm"), [(0.02, 0.0), (0.1, 0.03)])
@pytest.mark.parametrize(("oscillating", "share"), [(False, 1.0), (True, 0.98)])
def test_no_number_of_checks_does_better(duration: float, false_alarm: float, oscillating: bool, share: float) -> None:
    """Where the state oscillates, the rate may have several maxima over the number of checks: most are the largest."""
    rng, size, numbers = np.random.default_rng(7), 40, (*range(8), 9, 11, 14, 18, 23, 29)
    a, ratio, phase, q, J, dm, d = rng.uniform((0.3, 0.3, -3, 0, -1, -0.3, 0), (2, 1, 3, 0.8, 1, 0.3, 0.1), (size, 7)).T
    detuning = rng.uniform(-0.5, 0.5, size)
    if not oscillating:
        J, dm, detuning = np.zeros((3, size))
    medium = nv.Medium.pair(a=a, A=ratio * a * np.exp(1j * phase), q=q, J=J, dm=dm, d=d, D=d / 2)
    asked: dict[str, Any] = {"field_difference_nt": 2 * detuning / (GAMMA * 1e-15), "tolerances": False}
    how: dict[str, Any] = {"check_duration": duration, "false_alarm": false_alarm, "preparation": 2.0}
    best = nv.design.bell_yield(medium, 0.8, cycle=nv.design.Cycle(**how), **asked).every.rate
    each = [nv.design.bell_yield(medium, 0.8, cycle=nv.design.Cycle(n, **how), **asked).every.rate for n in numbers]
    top = np.max(each, axis=0)
    assert np.mean(top > 0) > 0.3
    assert np.mean(top <= best * 1.01) >= share


def test_a_period_that_is_given_takes_the_first_number_of_checks_that_reaches_the_target() -> None:
    medium, cycle = nv.Medium.pair(a=1.0, A=0.9, q=0.2, J=0.3, dm=0.1), nv.design.Cycle(period=0.07)
    found = nv.design.bell_yield(medium, 0.85, cycle=cycle)
    for start in STARTS:
        for phase in PHASES:
            attempt = found.attempt(start, phase)
            number = int(attempt.checks)
            times = 0.07 * np.arange(1, number + 1)
            states = nv.MasterEquation(medium).monitored(start, times, 0.07)
            value = fidelities(states.states, float(found.phase), phase)
            assert np.all(value[:-1] < 0.85)
            assert value[-1] >= 0.85
            assert attempt.probability == pytest.approx(states.probability[-1], rel=1e-9)
            assert attempt.time == pytest.approx(times[-1], rel=1e-12)


def test_short_periods_approach_continuous_monitoring_in_proportion() -> None:
    medium = nv.Medium.pair(a=1.0, A=0.9, q=0.3)
    numbers = np.array([100, 200, 400, 800])
    limit = nv.design.bell_yield(medium, 0.9, cycle=nv.design.Cycle(period=0.0))
    deviations = [
        float(nv.design.bell_yield(medium, 0.9, cycle=nv.design.Cycle(int(number))).time - limit.time)
        for number in numbers
    ]
    order = np.diff(np.log(deviations)) / np.diff(np.log(numbers))
    np.testing.assert_allclose(order, -1.0, atol=0.03)


@pytest.mark.parametrize(("efficiency", "false_alarm"), [(1.0, 0.0), (0.8, 0.1)])
def test_a_final_check_at_zero_temperature_in_closed_form(efficiency: float, false_alarm: float) -> None:
    a, A, time = 1.0, 0.9, 0.7
    instruments: dict[str, Any] = {"efficiency": efficiency, "false_alarm": false_alarm}
    found = nv.design.bell_yield(nv.Medium.pair(a=a, A=A), 0.6, cycle=nv.design.Cycle(1, time, **instruments))
    inside = nv.closed_form.success_probability(time, a, A)
    right = (1 + nv.closed_form.conditional_concurrence(time, A)) / 2
    kept = (1 - false_alarm) * inside + (1 - efficiency) * (1 - inside)
    assert found.attempt().best_fidelity == pytest.approx((1 - false_alarm) * inside * right / kept, rel=1e-12)
    assert found.probability == pytest.approx(kept, rel=1e-12)
    assert found.rate == pytest.approx(kept / (time + 20.0) * 1e6, rel=1e-12)


def test_one_perfect_check_is_enough_at_zero_temperature() -> None:
    medium = nv.Medium.pair(a=1e-3, A=[0.9e-3, 0.5e-3], J=3e-4)
    cycles = nv.design.Cycle(), nv.design.Cycle(period=0.0)
    one, endless = (nv.design.bell_yield(medium, 0.9, cycle=cycle) for cycle in cycles)
    np.testing.assert_array_equal(one.checks, 1.0)
    for name in ("time", "probability", "rate"):
        np.testing.assert_allclose(getattr(one, name), getattr(endless, name), rtol=1e-9)


@pytest.mark.parametrize("target", [0.6, 0.95, 0.999])
def test_the_dipole_coupling_alone_in_closed_form(target: float) -> None:
    """⟨↑↓|H|↓↑⟩ = h: C = |sin 2ht|, F = (1 + C)/2, every attempt kept."""
    distances = np.array([20.0, 50.0, 200.0])
    medium = of_film(distances)
    assert medium.provenance is not None
    h = 2 * np.asarray(medium.provenance.numbers["direct J⊥"].value)
    found = nv.design.survey(FILM, target, separation_nm=distances, **ON_A_MAP).dipole
    time = np.arcsin(2 * target - 1) / (2 * h)
    np.testing.assert_allclose(found.time[:, 0], time, rtol=1e-9)
    np.testing.assert_allclose(found.rate[:, 0], 1e6 / (time + 20.0), rtol=1e-9)


def test_the_dipole_coupling_of_qubits_that_are_detuned_or_dephase() -> None:
    """C = h/E·|sin 2Et| without dephasing at E = √(h² + δ²) up to its first peak, e^(−t/T_φ·2) sin 2ht with it."""
    place: dict[str, Any] = {"separation_nm": [50.0], "height_nm": [10.0], "frequency_ghz": 2.31}
    one = nv.design.survey(FILM, 0.9, **place)
    h, delta = one.dipole.coupling.item(), 0.1 * one.dipole.coupling.item()
    detuned = nv.design.survey(FILM, 0.9, field_difference_nt=difference(delta), **place).dipole
    times = np.linspace(0, 1, 200_001) / h
    energy = np.hypot(h, delta)
    amplitude = np.sin(energy * times) * h / energy
    wanted = times[np.argmax(amplitude * np.sqrt(1 - amplitude**2) >= 0.4)]
    assert detuned.time.item() == pytest.approx(wanted, rel=1e-4)
    noisy = nv.design.survey(FILM, 0.9, dephasing_time=20 / h, **place).dipole
    equation = nv.MasterEquation(nv.Medium.pair(a=0.0, J=h / 2, d=h / 80))
    states = equation.evolve("ud", [noisy.time.item()])
    assert fidelities(states, 0.0, "free").item() == pytest.approx(0.9, abs=1e-9)
    assert noisy.time.item() > one.dipole.time.item()


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    medium=MEDIA, detuning=DETUNING, duration=st.one_of(st.just(0.0), st.floats(1e-3, 0.2)), scale=st.floats(0.1, 10.0)
)
def test_symmetries_of_the_answer(medium: nv.Medium, detuning: float, duration: float, scale: float) -> None:
    """The qubits exchanged, another unit of time, and a phase that one may choose."""

    def asked(one: nv.Medium, delta: float, unit: float) -> nv.design.BellYield:
        cycle = nv.design.Cycle(check_duration=duration * unit, efficiency=0.97, preparation=5.0 * unit)
        return nv.design.bell_yield(one, 0.75, cycle=cycle, field_difference_nt=difference(delta))

    found = asked(medium, detuning, 1.0)
    blocks = {name: getattr(medium, name) for name in ("relaxation", "excitation", "dephasing", "flip_flop", "ising")}
    mirrored: Any = {name: np.array(block)[::-1, ::-1] for name, block in blocks.items()}
    other = asked(nv.Medium(**mirrored), -detuning, 1.0)
    slower: Any = {name: np.array(block) / scale for name, block in blocks.items()}
    slow = asked(nv.Medium(**slower), detuning / scale, scale)
    # Rounding may tip the scales between two numbers of checks that do as well to 0.5 %.
    for name, factor in {"rate": 1 / scale, "best_fidelity": 1.0, "longest_period": scale}.items():
        here, there, late = (getattr(each.every, name) for each in (found, other, slow))
        np.testing.assert_allclose(there[::-1], here, rtol=6e-3, err_msg=name)
        np.testing.assert_allclose(late, factor * here, rtol=6e-3, err_msg=name)
    assert np.all(found.every.rate[:, 1] >= found.every.rate[:, 0] * (1 - 6e-3))


@pytest.mark.slow
@pytest.mark.statistical
def test_rates_of_kept_pairs_are_those_of_runs_on_the_device() -> None:
    """Ten settings with slow and imperfect checks: the number of kept pairs of many attempts, χ² of all settings."""
    rng, shots, total = np.random.default_rng(8), 500, 0.0
    for number in range(10):
        q, ratio, phase, dm = rng.uniform((0.0, 0.85, -3.0, -0.05), (0.2, 1.0, 3.0, 0.05))
        medium = nv.Medium.pair(a=1.0, A=ratio * np.exp(1j * phase), q=q, dm=dm)
        durations = rng.integers((0, 0, 20, 0), (30, 50, 200, 500))
        device = nv.Device(
            nv.MasterEquation(medium),
            gate_ns=dict(zip(("cx", "x", "monitor_measure", "measure"), durations.tolist(), strict=True)),
            monitor_efficiency=rng.uniform(0.9, 1.0),
            monitor_false_alarm=rng.uniform(0.0, 0.05),
            initialisation_error=rng.uniform(0.0, 0.03),
            two_qubit_error=rng.uniform(0.0, 0.01),
        )
        cycle = nv.design.Cycle.of_device(device)
        found = nv.design.bell_yield(medium, 0.72, cycle=cycle)
        best = found.attempt(phase="free" if number % 2 else "fixed")
        start, checks = str(found.start("free" if number % 2 else "fixed")), int(best.checks)
        assert best.reached
        wait = float(best.period) - 2 * cycle.gate_duration
        circuit = nv.protocols.monitored_bell(checks * wait, checks=checks, initial=start)
        estimate = nv.emulate(circuit, device, shots, {"parity": 1}, engine="exact", seed=number)
        runs = shots * len(kept_counts(estimate))
        rate = kept_counts(estimate).sum() / (runs * (float(best.time) + cycle.overhead)) * 1e6
        chance = float(best.probability)
        spread = float(best.rate) * np.sqrt((1 - chance) / (chance * runs))
        total += ((rate - float(best.rate)) / spread) ** 2
    assert total < chi2.isf(FALSE_ALARM, 10)


EXTREME_MEDIA = {
    "nothing": nv.Medium.pair(),
    "fast": nv.Medium.pair(a=1e6, A=1e6, q=0.5),
    "slow": nv.Medium.pair(a=1e-12, A=0.9e-12, q=0.9),
    "very slow": nv.Medium.pair(a=1e-200, A=1e-200, q=0.5),
    "coherent": nv.Medium.pair(a=1.0, A=0.0, J=1e9),
    "dephased": nv.Medium.pair(a=1.0, A=0.5, d=1e8),
    "one-way": nv.Medium.pair(a=1.0, A=1.0, dm=0.5),
    "none at all": nv.Medium.pair(a=np.zeros(0)),
}
EXTREME_CYCLES: dict[str, dict[str, Any]] = {
    "unmonitored": {"checks": 0},
    "a million checks": {"checks": 10**6},
    "at once": {"checks": 1, "period": 1e-300},
    "very often": {"period": 1e-300},
    "for ages": {"period": 1e15},
    "slow": {"check_duration": 1e15},
    "almost instantaneous": {"check_duration": 1e-300},
    "useless gates": {"checks": 3, "gate_duration": 1e-9, "gate_error": 0.75},
    "blind": {"efficiency": 0.0},
    "rejecting": {"false_alarm": 1.0, "period": 2.0},
    "unprepared": {"preparation": 0.0, "initialisation_error": 0.5, "flip_error": 0.5},
}


@pytest.mark.parametrize("cycle", EXTREME_CYCLES.values(), ids=EXTREME_CYCLES)
@pytest.mark.parametrize("medium", EXTREME_MEDIA.values(), ids=EXTREME_MEDIA)
def test_extreme_questions_have_an_answer_or_are_refused(medium: nv.Medium, cycle: dict[str, Any]) -> None:
    rate = np.abs(nv.MasterEquation(medium).liouvillian).max(initial=0.0)
    if 1e15 in cycle.values() and rate > 1e-3:
        with pytest.raises(ArgumentError, match="`cycle` must have no periods or durations above"):
            nv.design.bell_yield(medium, 0.9, cycle=nv.design.Cycle(**cycle))
        return
    found = nv.design.bell_yield(medium, 0.9, cycle=nv.design.Cycle(**cycle))
    assert str(found)
    assert np.all(found.every.rate >= 0)
    assert np.all((found.every.best_fidelity >= 0) & (found.every.best_fidelity <= 1 + 1e-9))
