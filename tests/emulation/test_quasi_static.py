"""Quasi-static noise in what `emulate` and `probability` answer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit

import nvprotocol as nv
from nvprotocol.emulation.state_tomography import kept_and_read
from nvprotocol.engines import EngineName, engine_of
from nvprotocol.quasi_static.exposure import Exposure
from nvprotocol.quasi_static.noise import nodes_of, unnormalised

ENGINES: tuple[EngineName, ...] = ("exact", "aer", "pulse")
KEEP = {"parity": 1}
DRAWS = 20_000


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("correlation", [-0.5, 0.0, 1.0])
def test_a_monitored_pair_against_many_draws(correlation: float) -> None:
    """Probability of keeping, and every element of the kept state, of draws each of which the theory follows."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1, J=0.2), detuning=0.3)
    device = nv.Device(equation, t2_star_us=[1.5, 2.5], noise_correlation=correlation)
    assert device.noise is not None
    drawn = unnormalised(equation.shifted(device.noise.draw(2, DRAWS, seed=21)).monitored("ud", [2.0], 0.2))[:, 0]
    circuit = nv.protocols.monitored_bell(2.0, checks=10)
    for engine in ENGINES:
        kept = nv.emulate(circuit, device, None, KEEP, engine)
        found = kept.success_probability * kept.state
        for part in (np.real, np.imag):
            error = part(drawn).std(axis=0) / np.sqrt(DRAWS)
            assert np.all(np.abs(part(found) - part(drawn).mean(axis=0)) <= 3 * error + 1e-9)
        traces = np.einsum("kii->k", drawn).real
        assert abs(kept.success_probability - traces.mean()) < 3 * traces.std() / np.sqrt(DRAWS)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("time", [0.0, 0.3, 1.0, 2.5, 6.0])
def test_ramsey_decays_as_a_gaussian(engine: EngineName, time: float) -> None:
    """P = [1 + exp(−t/T2 − (t/T2*)²) cos δt]/2."""
    equation = nv.MasterEquation(nv.Medium.pair(a=0.1, q=0.5, d=0.02), detuning=1.3)
    device = nv.Device(equation, t2_star_us=[1.8, 40.0], noise_correlation=0.2, intrinsic_t2_us=7.0)
    found = nv.probability(nv.protocols.ramsey(time), device, "0", shots=None, engine=engine)
    contrast = np.exp(-time / device.total_t2_us[0] - (time / 1.8) ** 2)
    assert found.value == pytest.approx((1 + contrast * np.cos(1.3 * time)) / 2, abs=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_echo_undoes_it_and_not_what_is_fast(engine: EngineName) -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=0.1, q=0.5, d=0.02), detuning=1.3)
    device = nv.Device(equation, t2_star_us=0.8, intrinsic_t2_us=7.0)
    found = nv.probability(nv.protocols.hahn_echo(2.5), device, "0", shots=None, engine=engine)
    assert found.value == pytest.approx((1 + np.exp(-2.5 / device.total_t2_us[0])) / 2, abs=1e-9)


@pytest.mark.parametrize("correlation", [-1.0, 0.0, 0.9])
def test_echo_restores_the_bell_state(correlation: float) -> None:
    """Collective π pulses turn δ into −δ (Γ as it is): C to 1e-3 of what it is without noise."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
    noisy = nv.Device(equation, t2_star_us=0.5, noise_correlation=correlation)
    quiet = nv.Device(equation)

    def concurrence(circuit: QuantumCircuit, device: nv.Device) -> float:
        return nv.emulate(circuit, device, None, KEEP, "exact").concurrence

    echoed = nv.protocols.echoed_bell(4.0, checks=400, pulses=400)
    wanted = concurrence(echoed, quiet)
    assert wanted > 0.999
    assert abs(concurrence(echoed, noisy) - wanted) < 1e-3
    plain = nv.protocols.monitored_bell(4.0, checks=400)
    assert concurrence(plain, noisy) < wanted - 0.05


def test_runs_are_weighted_by_their_success() -> None:
    """Two detunings' worth of runs are not kept alike; a mean of normalised states would be another state."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
    device = nv.Device(equation, t2_star_us=0.7)
    circuit, rho, p, plain = nv.protocols.final_check(1.5), 0.0, 0.0, 0.0
    assert device.noise is not None
    nodes = nodes_of(device.noise, 2, [Exposure.to_all(2, 1.5)])
    for weight, shift in zip(nodes.weights, nodes.shifts, strict=True):
        one = equation.shifted(shift).no_jump("ud", 1.5)
        inside = np.diag([0, 1, 1, 0]) @ one.states[0] @ np.diag([0, 1, 1, 0]) * one.probability[0]
        rho, p = rho + weight * inside, p + weight * np.trace(inside).real
        plain = plain + weight * inside / np.trace(inside).real
    kept = nv.emulate(circuit, device, None, KEEP)
    assert kept.success_probability == pytest.approx(p, abs=1e-10)
    np.testing.assert_allclose(kept.state, rho / p, atol=1e-9)
    assert np.abs(kept.state - plain).max() > 0.01


@pytest.mark.parametrize("engine", ["exact", "aer"])
def test_the_tomography_has_the_detuning_of_its_run(engine: EngineName) -> None:
    """Rotations that take time are turned by the same detuning as what has made the state."""
    equation = nv.MasterEquation(nv.Medium.pair(a=0.3, A=0.2, q=0.1))
    timed = {"sx": 200, "x": 200, "rz": 0, "measure": 100}
    device = nv.Device(equation, gate_ns=timed, t2_star_us=[2.8, 3.6], readout=[[0.9, 0.2], [0.1, 0.8]])
    circuit = nv.protocols.dissipative_entanglement(0.4, initial="+r")
    settings_ = nv.tomography.pauli_settings(2)

    def read(one: nv.Device) -> np.ndarray:
        from nvprotocol.compiler.circuit_to_steps import compile_circuits

        return kept_and_read(engine_of(engine, one), compile_circuits([circuit], one, translate=True), settings_)[1][0]  # pyright: ignore[reportOptionalSubscript]

    assert device.noise is not None
    nodes = nodes_of(device.noise, 2, [Exposure.to_all(2, 1.3)])
    off = [replace(device, t2_star_us=None, equation=equation.shifted(shift)) for shift in nodes.shifts]
    wanted = np.tensordot(nodes.weights, [read(one) for one in off], axes=1)
    np.testing.assert_allclose(read(device), wanted, atol=1e-9)
    counts = nv.emulate(circuit, device, 40_000, engine=engine, seed=3).counts
    assert counts is not None
    chi_squared = np.sum((counts - 40_000 * wanted) ** 2 / (40_000 * wanted))
    assert chi_squared < 27 + 5 * np.sqrt(2 * 27)


@settings(max_examples=10)
@given(st.floats(-1, 1), st.sampled_from(["exact", "aer"]))
def test_infinite_t2_star_is_none_bit_by_bit(correlation: float, engine: EngineName) -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1), detuning=0.4)
    none = nv.Device(equation, gate_ns={"sx": 20})
    endless = nv.Device(equation, gate_ns={"sx": 20}, t2_star_us=[np.inf, np.inf], noise_correlation=correlation)
    assert endless.noise is None
    circuit = nv.protocols.monitored_bell(0.5, checks=3, initial="+u")
    for shots in (None, 500):
        one, other = (nv.emulate(circuit, device, shots, KEEP, engine, seed=4) for device in (none, endless))
        np.testing.assert_array_equal(one.state, other.state)
        assert one.success_probability == other.success_probability
        assert dict(one.metadata) == dict(other.metadata)


def test_a_common_field_leaves_monitoring_alone() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1), detuning=0.4)
    circuit = nv.protocols.monitored_bell(2.0, checks=10)
    plain = nv.emulate(circuit, nv.Device(equation), None, KEEP, "exact")
    common = nv.emulate(circuit, nv.Device(equation, t2_star_us=0.01, noise_correlation=1.0), None, KEEP, "exact")
    np.testing.assert_allclose(common.state, plain.state, atol=1e-13)
    assert common.metadata["nodes"] == 1
    assert str(common).endswith("(exact, averaged over 1 static detuning, no sampling noise)")


def test_shot_by_shot_and_drawn_from_the_average_are_alike() -> None:
    """Every shot run, with detunings by the weights of the nodes."""
    equation = nv.MasterEquation(nv.Medium.pair(a=0.4, A=0.2, q=0.1))
    device = nv.Device(equation, t2_star_us=[0.9, 1.4], noise_correlation=0.5)
    circuit = nv.protocols.monitored_bell(0.8, checks=2, initial="+u")
    exact = nv.emulate(circuit, device, None, KEEP)
    slow = nv.emulate(circuit, device, 3000, KEEP, seed=5, per_shot=True)
    assert slow.counts is not None
    wanted = exact.success_probability * nv.tomography.probabilities(exact.state)
    expected = 3000 * np.concatenate([wanted, 1 - wanted.sum(axis=1, keepdims=True)], axis=1)
    found = np.concatenate([slow.counts, 3000 - slow.counts.sum(axis=1, keepdims=True)], axis=1)
    assert not found[expected < 1e-9].any()
    chi_squared = np.sum((found - expected)[expected > 0.1] ** 2 / expected[expected > 0.1])
    assert chi_squared < 36 + 5 * np.sqrt(72)
    assert slow.metadata["nodes"] == exact.metadata["nodes"]
    assert slow.metadata["method"] == "shot by shot"


def test_devices_of_a_list_have_their_own_noise() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=0.0))
    devices = [nv.Device(equation, t2_star_us=t2_star) for t2_star in (1.0, None, 2.0)]
    found = nv.probability([nv.protocols.ramsey(1.0)] * 3, devices, "0", shots=None)
    wanted = [(1 + np.exp(-((1 / t2_star) ** 2))) / 2 for t2_star in (1.0, np.inf, 2.0)]
    assert [one.value for one in found] == pytest.approx(wanted, abs=1e-11)
    assert ["nodes" in one.metadata for one in found] == [True, False, True]
    alone = nv.probability(nv.protocols.ramsey(1.0), devices[0], "0", shots=2000, seed=1)
    assert "averaged over" in str(alone)
    assert abs(alone.value - wanted[0]) < 4 * alone.standard_error


def test_what_is_found_of_a_circuit_does_not_depend_on_others() -> None:
    """Each has the nodes that it takes itself; those of equal exposure share their runs."""
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8)), t2_star_us=3.0, gate_ns={"sx": 20})
    circuits = [nv.protocols.monitored_bell(time, checks=3) for time in (0.5, 2.0, 0.5, 1.0)]
    together = nv.emulate(circuits, device, 400, KEEP, "exact", seed=[1, 2, 3, 4])
    for seed, (circuit, one) in enumerate(zip(circuits, together, strict=True), start=1):
        alone = nv.emulate(circuit, device, 400, KEEP, "exact", seed=seed)
        np.testing.assert_array_equal(one.counts, alone.counts)
        assert one.metadata["nodes"] >= alone.metadata["nodes"]
