"""The numbers that the protocols are there to show, from their circuits, against closed forms."""

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from protocol_runs import count, exactly, pair_equation, signal

import nvprotocol as nv
from nvprotocol import closed_form as cf
from nvprotocol.protocols import GALLERY

T = np.array([0.2, 0.7, 1.9])


@pytest.mark.parametrize("delta", [0.0, 0.4, 1.6])
def test_in_the_cold_one_final_check_is_continuous_monitoring(delta: float) -> None:
    equation = pair_equation(delta, A=0.8 * np.exp(0.5j))
    limit = equation.no_jump("ud", T)
    kept = [exactly("final_check", equation, duration=t) for t in T]
    np.testing.assert_allclose([one.state for one in kept], limit.states, atol=1e-14)
    np.testing.assert_allclose([one.success_probability for one in kept], limit.probability, rtol=1e-13)
    np.testing.assert_allclose([one.concurrence for one in kept], cf.conditional_concurrence(T, 0.8, delta=delta))


def test_in_the_warmth_one_final_check_is_not_enough() -> None:
    equation = pair_equation(A=0.9, q=0.5)
    once, limit = exactly("final_check", equation, duration=3.0), equation.no_jump("ud", [3.0])
    assert once.concurrence < 0.5 < nv.concurrence(limit.states[0])


PERIODS = np.array([0.01, 0.1, 0.3, 1.0, 3.0, 10.0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (0.0, [0.9986, 0.9842, 0.9436, 0.7665, 0.3345, 0.0177]),
        (1.2, [0.9869, 0.8824, 0.6824, 0.2398, 0.0049, 0.0]),
    ],
)
def test_entanglement_that_checks_of_finite_rate_end_in(delta: float, expected: list[float]) -> None:
    equation = pair_equation(delta, A=0.9, q=0.5)
    durations = [12.0 if period < 1 else 12 * period for period in PERIODS]
    kept = [
        exactly("finite_rate_monitoring", equation, duration=duration, period=period)
        for duration, period in zip(durations, PERIODS, strict=True)
    ]
    np.testing.assert_allclose([one.concurrence for one in kept], expected, atol=6e-5)


@pytest.mark.parametrize(("duration", "checks"), [(0.2, 0), (0.3, 1), (0.9, 3), (1.0, 3), (3 * 0.1, 1), (0.0, 0)])
def test_checks_of_finite_rate_are_those_of_the_master_equation(duration: float, checks: int) -> None:
    equation = pair_equation(0.3, A=0.9, q=0.5)
    circuit = nv.protocols.finite_rate_monitoring(duration=duration, period=0.3)
    assert count(circuit, "measure") == checks
    expected = equation.monitored("ud", [duration], 0.3)
    kept = exactly("finite_rate_monitoring", equation, duration=duration, period=0.3)
    np.testing.assert_allclose(kept.state, expected.states[0], atol=1e-12)
    assert kept.success_probability == pytest.approx(expected.probability[0], rel=1e-12)


@pytest.mark.parametrize(("J", "dm"), [(0.7, 0.0), (0.0, 0.7), (0.3, -0.4)])
def test_coherent_couplings_make_and_unmake_entanglement(J: float, dm: float) -> None:
    equation = pair_equation(a=0.0, J=J, dm=dm)
    found = [exactly("exchange", equation, duration=t).concurrence for t in T]
    np.testing.assert_allclose(found, np.abs(np.sin(4 * np.hypot(J, dm) * T)), atol=1e-7)
    if not J:
        np.testing.assert_allclose(found, cf.dm_concurrence(T, dm), atol=1e-7)
    if not dm:
        np.testing.assert_allclose(found, cf.exchange_concurrence(T, J), atol=1e-7)


@pytest.mark.parametrize(("delta", "expected"), [(0.5, 0.9941), (1.0, 0.9229), (1.5, 0.6695)])
def test_exchange_beside_dissipation_under_monitoring(delta: float, expected: float) -> None:
    # g = −i(Γ + 2iJ); with J there is no exceptional point, and any detuning costs entanglement.
    equation, g = pair_equation(delta, A=1.0, J=0.1), -1j * (1.0 + 0.2j)
    found = [exactly("final_check", equation, duration=t).concurrence for t in T]
    np.testing.assert_allclose(found, cf.chiral_conditional_concurrence(T, g, g, delta=delta), atol=1e-9)
    late = GALLERY["monitored_bell"].reference(equation, 60.0, checks=300)
    assert nv.concurrence(late.states[0]) == pytest.approx(expected, abs=6e-5)
    assert cf.chiral_steady_concurrence(g, g, delta=delta) == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize(("pulses", "probability"), [(60, 0.31), (200, 0.48)])
def test_echoes_bring_the_bell_state_back(pulses: int, probability: float) -> None:
    equation = pair_equation(5.0, A=1.0)
    kept = exactly("echoed_bell", equation, duration=6.0, checks=pulses, pulses=pulses)
    assert kept.concurrence == pytest.approx(1.0, abs=1e-7)
    assert kept.success_probability == pytest.approx(probability, abs=6e-3)
    unpulsed = [exactly("final_check", equation, duration=t).concurrence for t in np.linspace(5, 6, 30)]
    assert max(unpulsed) <= 2 * 5 / (1 + 5**2) + 1e-9, "2η/(1 + η²) with η = δ/Γ"


@pytest.mark.parametrize(("pulses", "per_pulse"), [(2, 1), (10, 1), (10, 3)])
def test_echoes_make_the_law_of_no_detuning(pulses: int, per_pulse: int) -> None:
    equation = pair_equation(2.2, a=1.0, A=0.8)
    effective = cf.echo_coupling(1.5 / pulses, 0.8, delta=2.2)
    kept = exactly("echoed_bell", equation, duration=1.5, checks=per_pulse * pulses, pulses=pulses)
    assert kept.concurrence == pytest.approx(np.tanh(2 * effective * 1.5), abs=1e-10)
    assert kept.success_probability == pytest.approx(np.exp(-3.0) * np.cosh(2 * effective * 1.5), rel=1e-10)


def test_between_checks_a_pulse_brings_lost_pairs_back() -> None:
    # |↑↑⟩ becomes |↓↓⟩, relaxes into the bright state and is taken for a pair that never left.
    equation = pair_equation(5.0, A=1.0)
    often, once = (exactly("echoed_bell", equation, duration=6.0, checks=n, pulses=60) for n in (60, 1))
    assert once.concurrence < 0.95 < often.concurrence
    assert once.success_probability > often.success_probability


@pytest.mark.parametrize("strength", [0.0, 0.6, 1.0])
def test_populations_show_the_coupling_of_two_places(strength: float) -> None:
    equation = pair_equation(A=strength * np.exp(0.9j))
    found = [signal("relaxometry", equation, duration=t) for t in T]
    np.testing.assert_allclose(found, np.exp(-2 * T) * np.cosh(2 * strength * T), rtol=1e-10)
    np.testing.assert_allclose(found, cf.sensing_population(T, 1.0, strength), rtol=1e-10)


@pytest.mark.parametrize("q", [0.0, 0.4, 1.0])
def test_first_derivatives_of_populations_are_local_and_second_ones_are_not(q: float) -> None:
    equation = pair_equation(0.7, a=1.2, A=0.9, q=q, J=0.3)
    times = np.linspace(0.0, 0.08, 9)
    found = [signal("relaxometry", equation, duration=t) for t in times]
    series = Polynomial.fit(times, found, 8).convert().coef
    assert series[1] == pytest.approx(cf.sensing_slope(1.2, q=q), rel=1e-8)
    assert 2 * series[2] == pytest.approx(cf.sensing_curvature(1.2, 0.9, q=q), rel=1e-5)


@pytest.mark.parametrize(("initial", "down"), [("ud", 1), ("du", 0)])
def test_single_qubits_relax_with_t1(initial: str, down: int) -> None:
    medium = nv.Medium.pair(a=0.7, q=0.3)
    for t in T:
        state = exactly("relaxometry", nv.MasterEquation(medium), duration=t, initial=initial).state
        found = [state.diagonal().real[[k for k in range(4) if k >> qubit & 1]].sum() for qubit in (0, 1)]
        warm = 0.3 / 1.3
        expected = [warm + ((qubit == down) - warm) * np.exp(-t / medium.t1[qubit]) for qubit in (0, 1)]
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize(("qubit", "sign"), [(0, 1), (1, -1)])
def test_ramsey_beats_at_the_detuning_and_decays_with_t2(qubit: int, sign: int) -> None:
    equation = pair_equation(3.0, a=0.5, q=0.2, d=0.1, D=0.07)
    t2 = equation.medium.t2[qubit]
    assert 1 / t2 == pytest.approx(0.5 + 0.1 + 0.4)
    for phase in (0.0, 0.8):
        found = [signal("ramsey", equation, duration=t, qubit=qubit, phase=phase) for t in T]
        np.testing.assert_allclose(found, (1 + np.exp(-T / t2) * np.cos(sign * 3.0 * T + phase)) / 2, atol=1e-10)


@pytest.mark.parametrize("name", ["ramsey", "hahn_echo"])
@pytest.mark.parametrize("qubit", [0, 1])
def test_a_qubit_has_one_number_in_circuits_protocols_and_pulses(name: str, qubit: int) -> None:
    circuit = getattr(nv.protocols, name)(0.5, qubit=qubit)
    (read,) = [one.qubits for one in circuit.data if one.operation.name == "measure"]
    assert list(read) == [circuit.qubits[qubit]]
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(), 40.0), gate_ns={"sx": 20, "x": 40})
    played = nv.pulses.schedule(circuit, device).of(nv.pulses.Pulse)
    assert {one.qubit for one in played} == {qubit}


@pytest.mark.parametrize("qubit", [0, 1])
def test_an_echo_removes_the_detuning_and_leaves_relaxation(qubit: int) -> None:
    equation = pair_equation(3.0, a=0.5, q=0.2, d=0.1)
    for phase in (0.0, 0.8):
        found = [signal("hahn_echo", equation, duration=t, qubit=qubit, phase=phase) for t in T]
        np.testing.assert_allclose(found, (1 + np.exp(-T) * np.cos(phase)) / 2, atol=1e-10)


@pytest.mark.parametrize("D", [-0.1, 0.0, 0.08])
def test_both_qubits_together_show_correlated_dephasing(D: float) -> None:
    # ρ(↑↓,↓↑) decays at 2(a + ã) + 8(d − D) and beats at 2δ; ρ(↑↑,↓↓) at 2(a + ã) + 8(d + D), turned by both pulses.
    delta, d, phase = 1.3, 0.1, 0.4
    equation = pair_equation(delta, a=0.3, q=0.1, d=d, D=D)
    local, apart, together = np.exp(-2 * 0.33 * T), np.exp(-8 * (d - D) * T), np.exp(-8 * (d + D) * T)
    beaten, still = local * apart * np.cos(2 * delta * T) / 2, local * together * np.cos(2 * phase) / 2
    found = [signal("ramsey", equation, duration=t, qubit="both", phase=phase) for t in T]
    np.testing.assert_allclose(found, (1 + beaten + still) / 2, atol=1e-10)
    echoed = [signal("hahn_echo", equation, duration=t, qubit="both", phase=phase) for t in T]
    np.testing.assert_allclose(echoed, (1 + local * apart / 2 + still) / 2, atol=1e-10)
