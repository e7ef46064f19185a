"""The reference engine against circuits that are followed by hand."""

import engines_on
import numpy as np
import pytest
from by_hand import kept_by_hand
from hypothesis import given, settings
from laboratory import Bench, random_device
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from strategies import SEEDS
from systems import many, pair, random_symbols

import nvprotocol as nv
from nvprotocol.backend import time_as_medium
from nvprotocol.compiler.gates import to_native
from nvprotocol.engines import engine_of, exact


@pytest.mark.slow
@settings(max_examples=25)
@given(seed=SEEDS)
def test_any_circuit_on_any_device_as_by_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    system = pair(**random_symbols(rng)) if rng.random() < 0.7 else many(rng, int(rng.integers(1, 4)))
    device = random_device(rng, system, monitors=1 if system.n_qubits == 3 else 2)
    circuit = Bench(rng, system.n_qubits, device.monitors, flow=False, units=("dt",)).grow(25)
    keep = {bit: int(rng.integers(2)) for bit in range(3) if rng.random() < 0.6}
    found = engines_on.kept_state(time_as_medium(circuit, device), device, keep)
    np.testing.assert_allclose(found, kept_by_hand(circuit, device, system, keep), atol=1e-9)


@settings(max_examples=8)
@given(seed=SEEDS)
def test_what_repeats_is_followed_as_if_it_did_not(seed: int) -> None:
    """Checks, rounds of reported readings and rotations that come again and again are one matrix each."""
    rng = np.random.default_rng(seed)
    device = random_device(rng, pair(**random_symbols(rng)), monitors=2)
    once = Bench(rng, 2, 2, flow=False, units=("dt",)).grow(6)
    circuit = once.copy()
    for _ in range(20):
        circuit.compose(once, inplace=True)
    keep, report = {0: int(rng.integers(2))}, [1, 2]
    compiled = engines_on.compiled(to_native(circuit, device), device, keep)
    found = [exact.kept_state(compiled, device), exact.distribution(compiled, device, report)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "_LARGEST_MATRIX", 0)
        one_by_one = [exact.kept_state(compiled, device), exact.distribution(compiled, device, report)]
    for together, alone in zip(found, one_by_one, strict=True):
        np.testing.assert_allclose(together, alone, rtol=0, atol=1e-13)


def test_readings_that_nothing_asks_for_any_more_are_added_up() -> None:
    """Thirty outcomes, each decides on what follows; two to the thirtieth branches would be too many."""
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(30, "c"))
    for bit in range(30):
        circuit.ry(0.4, 0)
        circuit.cx(0, 2)
        circuit.measure(2, bit)
        circuit.reset(2)
        with circuit.if_test((circuit.clbits[bit], 1)):
            circuit.x(1)
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))
    (parity,) = engine_of("exact", device).distributions([engines_on.compiled(circuit, device, {})], [[]])
    assert parity == pytest.approx(1.0, abs=1e-12)
    state = exact.kept_state(engines_on.compiled(circuit, device, {}), device)
    # P(1) of qubit 0 obeys z → z cos θ; qubit 1 has flipped as often as 1 was read, so its ⟨σᶻ⟩ is a chain's.
    chain = np.array([1.0, 0.0])  # weight of even minus odd counts, by the value of qubit 0
    stay, flip = np.cos(0.2) ** 2, np.sin(0.2) ** 2
    for _ in range(30):
        chain = np.array([stay * chain[0] + flip * chain[1], -(flip * chain[0] + stay * chain[1])])
    populations = state.diagonal().real
    assert populations[:2].sum() - populations[2:].sum() == pytest.approx(chain.sum(), abs=1e-12)
