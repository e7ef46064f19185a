"""Watched evolution of schedules: checks one by one, and the limit of a watch without pause (Eq. 13)."""

from typing import Any

import numpy as np
import pytest
from pulse_laboratory import HAS_DYNAMICS, as_superoperator, with_silent_pulse
from systems import pair, random_state, random_symbols

import nvprotocol as nv
from nvprotocol import pulses as p
from nvprotocol.errors import NoKeptShotsError

METHODS = [
    "magnus",
    pytest.param("dynamics", marks=pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")),
]
GAMMA = 1.2


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dephasing", [0.0, 0.3])
@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0, 2.5])
def test_no_jump_about_the_exceptional_point(eta: float, dephasing: float, method: p.Method) -> None:
    """δ = ηΓ below, on and above η = 1, where H_eff cannot be diagonalised; driven by nothing, and idle."""
    medium = nv.Medium.pair(a=1.0, A=1.0, q=GAMMA - 1, d=dephasing)  # Γ = |A| + |Ã|
    equation = nv.MasterEquation(medium, eta * GAMMA)
    expected = equation.no_jump("ud", [1.5])
    for schedule in (p.Schedule([p.Wait(1.5)]), with_silent_pulse([], 1.5)):
        found = p.evolve(schedule, nv.Device(equation), "ud", method=method, no_jump=True, tolerance=1e-8)
        assert np.abs(found.states - expected.states).max() < 1e-7
        assert np.abs(found.probability - expected.probability).max() < 1e-7


@pytest.mark.parametrize("method", METHODS)
def test_no_jump_of_a_random_medium(method: p.Method, rng: np.random.Generator) -> None:
    equation, rho = pair(**random_symbols(rng)).equation, random_state(rng)
    expected = equation.no_jump(rho, [0.8])
    found = p.evolve(with_silent_pulse([], 0.8), nv.Device(equation), rho, method=method, no_jump=True, tolerance=1e-8)
    assert np.abs(found.states - expected.states).max() < 1e-7
    assert np.abs(found.probability / expected.probability - 1).max() < 1e-7


@pytest.mark.skipif(not HAS_DYNAMICS, reason="needs qiskit-dynamics")
def test_the_non_hermitian_model_is_the_effective_hamiltonian() -> None:
    from qiskit_dynamics import Signal, solve_lmde

    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.7j, q=0.2, J=0.3, dm=-0.2), detuning=GAMMA)
    model = p.non_hermitian_model(nv.Device(equation))
    values = [1.0, GAMMA, -GAMMA, 0.0, 0.0, 0.0, 0.0, 1.0]
    model.signals = [Signal(value) for value in values]
    np.testing.assert_allclose(model(0.0), -1j * equation.effective_hamiltonian, atol=1e-12)
    ket = solve_lmde(model, [0.0, 1.0], nv.operators.state("ud"), method="DOP853", rtol=1e-11, atol=1e-12).y[-1]
    expected = equation.no_jump("ud", [1.0])
    probability = np.vdot(ket, ket).real
    assert probability == pytest.approx(expected.probability[0], abs=1e-9)
    assert np.abs(np.outer(ket, ket.conj()) / probability - expected.states[0]).max() < 1e-7


@pytest.mark.parametrize(("n", "period"), [(1, 0.5), (7, 0.1)])
def test_checks_are_those_of_the_master_equation(n: int, period: float, rng: np.random.Generator) -> None:
    equation, rho = pair(**random_symbols(rng)).equation, random_state(rng)
    schedule = p.Schedule(
        [event for _ in range(n) for event in (p.Wait(period), p.Check())], duration=n * period + 0.05
    )
    times = [*(np.arange(1, n + 1) * period), n * period + 0.05]
    found, expected = p.evolve(schedule, nv.Device(equation), rho, times), equation.monitored(rho, times, period)
    # The last state has evolved on; `monitored` would do so too until the next check.
    np.testing.assert_allclose(found.states, expected.states, atol=1e-10)
    np.testing.assert_allclose(found.probability, expected.probability, atol=1e-10)


def test_frequent_checks_are_a_watch_without_pause() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.2), detuning=0.5)
    limit = equation.no_jump("ud", [1.0])
    distances = []
    for n in (50, 100, 200):
        checks = [event for _ in range(n) for event in (p.Wait(1.0 / n), p.Check())]
        kept = p.evolve(p.Schedule(checks), nv.Device(equation), "ud")
        distances.append(np.abs(kept.states - limit.states).max())
    assert distances[1] / distances[0] == pytest.approx(0.5, abs=0.05)
    assert distances[2] / distances[1] == pytest.approx(0.5, abs=0.05)


def test_checks_read_with_the_errors_of_the_monitor() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)), monitor_efficiency=0.9, monitor_false_alarm=0.05)
    mixed = np.diag([0.3, 0.4, 0.1, 0.2])
    readings: dict[Any, list[float]] = {
        1: [0.03, 0.38, 0.095, 0.02],
        0: [0.27, 0.02, 0.005, 0.18],
        None: [0.3, 0.4, 0.1, 0.2],
    }
    for keep, expected in readings.items():
        kept = p.evolve(p.Schedule([p.Check(keep=keep)]), device, mixed)
        assert kept.probability[0] == pytest.approx(sum(expected), abs=1e-12)
        np.testing.assert_allclose(kept.states[0].diagonal().real, np.array(expected) / sum(expected), atol=1e-12)


def test_events_of_one_instant_happen_in_their_order() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)), initialisation_error=0.1)
    flip = p.Act(nv.channels.Channel(as_superoperator(np.array([[0, 1], [1, 0]]))).on([0], 2), "flip NV 0")
    first, second = p.Schedule([flip, p.Check()]), p.Schedule([p.Check(), flip])
    probability = 0.9**2 + 0.1**2, 2 * 0.9 * 0.1
    assert p.evolve(first, device).probability[0] == pytest.approx(probability[0])
    assert p.evolve(second, device).probability[0] == pytest.approx(probability[1])


def test_maps_that_keep_nothing() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))
    with pytest.raises(NoKeptShotsError, match="vanishing probability"):
        p.evolve(p.Schedule([p.Check(keep=1)]), device, "uu")


def test_preparation_and_projection_as_maps() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
    singlet = nv.operators.density_matrix("psi-")
    down = nv.channels.qubit_readout().branches[1].on([1], 2)
    kept = p.evolve(p.Schedule([p.Wait(3.0), p.Act(down, "NV 1 reads 1")]), device, singlet)
    assert kept.probability[0] == pytest.approx(0.5)
    assert nv.operators.fidelity(kept.states[0], "ud") == pytest.approx(1.0)
    reset = nv.channels.preparation(0.0).on([0], 2)
    assert p.evolve(p.Schedule([p.Act(reset)]), device, "dd").states[0, 2, 2].real == pytest.approx(1.0)
