"""Averages over static detunings: engines against mixtures of devices that are off by hand."""

from dataclasses import replace

import engines_on
import numpy as np
import pytest
from hypothesis import given, settings
from laboratory import Bench, random_device
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from strategies import SEEDS
from systems import many, pair, random_symbols

import nvprotocol as nv
from nvprotocol.engines import EngineName, engine_of
from nvprotocol.engines.averaged import Averaged
from nvprotocol.engines.exposure import exposure_of
from nvprotocol.errors import ArgumentError, NoKeptShotsError
from nvprotocol.quasi_static.exposure import Exposure
from nvprotocol.quasi_static.noise import nodes_of

ENGINES: tuple[EngineName, ...] = ("exact", "aer", "pulse")


def off(device: nv.Device, shift: NDArray[np.float64]) -> nv.Device:
    """The device in one run, as a device of its own."""
    return replace(device, t2_star_us=None, equation=device.equation.shifted(shift))


def whole(device: nv.Device, duration: float) -> list[tuple[float, nv.Device]]:
    """Devices that are off with their weights, enough for any circuit of a duration in µs."""
    assert device.noise is not None
    nodes = nodes_of(device.noise, device.n_qubits, [Exposure.to_all(device.n_qubits, duration)])
    return [(weight, off(device, shift)) for weight, shift in zip(nodes.weights, nodes.shifts, strict=True)]


@pytest.mark.slow
@settings(max_examples=6)
@given(SEEDS)
def test_any_circuit_is_the_mixture_of_devices_that_are_off(seed: int) -> None:
    """Gates that take time in slices, feedback, readout errors, kept and free bits; nodes by what circuits expose."""
    rng = np.random.default_rng(seed)
    noise = {"t2_star_us": rng.uniform(8.0, 20.0, 2).tolist(), "noise_correlation": float(rng.uniform(-1, 1))}
    device = random_device(rng, pair(**random_symbols(rng)), monitors=1, **noise)
    bench = Bench(rng, 2, monitors=1)
    circuit = bench.grow(8)
    keep = {bit: int(rng.integers(2)) for bit in (0, 1) if rng.random() < 0.5}
    free = [bit for bit in range(3) if bit not in keep]
    compiled = engines_on.compiled(circuit, device, keep)
    mixture = whole(device, sum(time for time, _ in compiled.elapsed.values()))
    of_each = [(weight, engine_of("exact", one), engines_on.compiled(circuit, one, keep)) for weight, one in mixture]
    wanted = sum(weight * follow.kept_states([again])[0] for weight, follow, again in of_each)
    averaged = engine_of("exact", device)
    assert isinstance(averaged, Averaged)
    np.testing.assert_allclose(averaged.kept_states([compiled])[0], wanted, atol=1e-10)
    assert 1 <= averaged.nodes <= len(mixture)
    table = sum(weight * follow.distributions([again], [free])[0] for weight, follow, again in of_each)
    np.testing.assert_allclose(averaged.distributions([compiled], [free])[0], table, atol=1e-10)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("correlation", [-1.0, 0.3, 1.0])
def test_every_engine_averages_alike(engine: EngineName, correlation: float) -> None:
    """Instantaneous gates, a superposition, checks, and what is read: against the mixture followed by "exact"."""
    equation = nv.MasterEquation(nv.Medium.pair(a=0.7, A=0.5j, q=0.3, d=0.1, J=0.4), detuning=0.6)
    device = nv.Device(equation, t2_star_us=[2.0, 3.5], noise_correlation=correlation, monitor_efficiency=0.9)
    circuit = nv.protocols.monitored_bell(0.9, checks=3, initial="+d")
    (kept,) = nv.emulate([circuit], device, None, {"parity": 1}, engine)
    mixture = [(weight, nv.emulate(circuit, one, None, {"parity": 1}, "exact")) for weight, one in whole(device, 0.9)]
    state = sum(weight * one.success_probability * one.state for weight, one in mixture)
    assert kept.success_probability == pytest.approx(np.trace(state).real, abs=1e-9)
    np.testing.assert_allclose(kept.state, state / np.trace(state), atol=1e-8)
    read = nv.probability(circuit, device, ["111", "010"], "parity", None, engine=engine).distribution
    tables = [
        weight * nv.probability(circuit, one, "111", "parity", None, engine="exact").distribution
        for weight, one in whole(device, 0.9)
    ]
    np.testing.assert_allclose(read, sum(tables), atol=1e-8)


@pytest.mark.slow
def test_pulses_do_not_know_the_detuning_of_their_run() -> None:
    """Pulses of 60 ns at the frequencies of the device: off resonance they turn a qubit less, as by hand."""
    equation = nv.MasterEquation(nv.Medium.pair(a=0.1, A=0.05))
    device = nv.Device(equation, gate_ns={"x": 60, "sx": 60}, t2_star_us=0.1, noise_correlation=1.0)
    circuit = QuantumCircuit(2)
    circuit.x([0, 1])
    state = nv.emulate(circuit, device, None, engine="pulse").state
    assert device.noise is not None
    nodes = nodes_of(device.noise, 2, [Exposure.to_all(2, 0.06)])
    schedule = nv.pulses.schedule(circuit, device)
    runs = [nv.pulses.Propagation(schedule, device, shifts=shift).evolve().states[-1] for shift in nodes.shifts]
    np.testing.assert_allclose(state, np.tensordot(nodes.weights, runs, axes=1), atol=1e-9)
    assert (
        0.85
        < state[3, 3].real
        < 0.98
        < nv.emulate(circuit, off(device, np.zeros(2)), None, engine="pulse").state[3, 3].real
    )
    averaged = nv.pulses.evolve(schedule, device)
    np.testing.assert_allclose(averaged.states[-1], state, atol=1e-9)
    both = nv.pulses.scan([schedule, nv.pulses.Schedule([nv.pulses.Wait(0.05)])], device)
    np.testing.assert_allclose(both.states[0], state, atol=1e-9)


def test_what_a_circuit_exposes() -> None:
    """Checks and X gates make no coherence but that of the medium; a superposition does; and only of its own qubit."""
    axial = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.2)))
    alone = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, q=0.2)))
    both, common, one = np.eye(2), np.array([[1.0], [1.0]]), np.array([[0.0], [1.0]])

    def reach(circuit: QuantumCircuit, device: nv.Device, columns: NDArray) -> list[float]:
        return exposure_of(engines_on.compiled(circuit, device, {}), device).reach(columns).tolist()

    monitored = nv.protocols.monitored_bell(2.0, checks=4)
    assert reach(monitored, axial, common) == [0.0]
    assert reach(monitored, axial, both) == pytest.approx([2.0, 2.0])
    assert reach(monitored, alone, both) == [0.0, 0.0]
    ramsey = nv.protocols.ramsey(2.0, qubit=0)
    assert reach(ramsey, alone, one) == [0.0]
    assert reach(ramsey, alone, both) == pytest.approx([2.0, 0.0])
    assert reach(ramsey, axial, one) == pytest.approx([2.0])
    echoed = nv.protocols.echoed_bell(2.0, checks=4, pulses=4)
    assert reach(echoed, axial, common) == [0.0]
    feedback = QuantumCircuit(2, 1)
    feedback.measure(0, 0)
    with feedback.if_test((feedback.clbits[0], 1)):
        feedback.sx(1)
    feedback.delay(3.0, 1, unit="us")
    assert reach(feedback, alone, both) == pytest.approx([0.0, 3.0])
    driven = QuantumCircuit(2)
    driven.append(nv.protocols.DrivenDelay(0.5, [1.0, 0.0]), [0, 1])
    assert reach(driven, alone, both) == pytest.approx([0.5, 0.0])


def test_what_decays_within_a_stretch_has_been_there() -> None:
    """After a long stretch all coherence of the medium is below rounding, and yet has decided where the rest ends."""
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.2)), t2_star_us=30.0)
    circuit = nv.protocols.dissipative_entanglement(duration=400.0)
    found = nv.emulate(circuit, device, None, engine="exact")
    assert found.metadata["nodes"] > 20
    assert device.noise is not None
    wanted = device.noise.evolve(device.equation, "ud", [400.0])[0]
    np.testing.assert_allclose(found.state, wanted, atol=1e-11)


@settings(max_examples=5)
@given(SEEDS)
def test_three_qubits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    system = many(rng, 3)
    device = nv.Device(system.equation, t2_star_us=rng.uniform(3, 6, 3).tolist(), noise_correlation=0.4)
    circuit = QuantumCircuit(3)
    circuit.h([0, 2])
    circuit.delay(0.15, [0, 1, 2], unit="us")
    circuit.x(0)
    circuit.delay(0.15, [0, 1, 2], unit="us")
    states = [nv.emulate(circuit, device, None, engine=engine).state for engine in ("exact", "aer")]
    wanted = sum(weight * nv.emulate(circuit, one, None, engine="exact").state for weight, one in whole(device, 0.3))
    for state in states:
        np.testing.assert_allclose(state, wanted, atol=1e-9)


def test_three_qubits_of_a_common_field_that_are_driven() -> None:
    """With a drive the common detuning matters; the frame of a pair and that of three qubits have the same."""
    for n in (2, 3):
        equation = nv.MasterEquation(nv.Medium(relaxation=0.2 * np.eye(n)), drive=0.8)
        device = nv.Device(equation, t2_star_us=1.5, noise_correlation=1.0)
        circuit = QuantumCircuit(n)
        circuit.delay(1.0, list(range(n)), unit="us")
        wanted = sum(weight * one.equation.evolve("u" * n, [1.0])[0] for weight, one in whole(device, 1.0))
        state = nv.emulate(circuit, device, None, engine="exact").state
        np.testing.assert_allclose(state, wanted, atol=1e-10)
        assert np.abs(state - equation.evolve("u" * n, [1.0])[0]).max() > 0.01


def test_every_shot_has_a_detuning_of_its_own() -> None:
    """Shot by shot: the distribution of the average, and runs of as many nodes as the shots hit."""
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.2)), t2_star_us=1.0)
    compiled = engines_on.compiled(nv.protocols.ramsey(1.0), device, {})
    engine, shots = engine_of("aer", device), 4000
    (counts,) = engine.counts([compiled], shots, seed=5)
    probability = (1 + np.exp(-0.2 - 1.0)) / 2
    assert sum(counts.values()) == shots
    assert abs(counts[0] / shots - probability) < 3.5 * np.sqrt(probability * (1 - probability) / shots)
    assert engine.counts([compiled], shots, seed=5) == [counts]


def test_what_an_average_does_not_resolve_is_refused() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=12.0)), t2_star_us=5.0)
    circuit = nv.protocols.final_check(1.0, initial="ud")
    with pytest.raises(NoKeptShotsError, match="less than 1e-09 and so below what the average over static detunings"):
        nv.emulate(circuit, device, None, {"parity": 1})
    short = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.1, A=0.1)), t2_star_us=1e-4)
    with pytest.raises(ArgumentError, match=r"`t2_star_us` must be at least .* us for 1 us of evolution"):
        nv.emulate(nv.protocols.dissipative_entanglement(1.0, initial="+u"), short, None)


def test_shifts_of_a_run_fit_its_qubits() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair()))
    with pytest.raises(ArgumentError, match=r"`shifts` must be a number or have shape \(2,\), one for each qubit"):
        nv.pulses.Propagation(nv.pulses.Schedule([nv.pulses.Wait(1.0)]), device, shifts=[1.0, 2.0, 3.0])
