"""The reference engine against circuits that are followed by hand."""

from dataclasses import replace

import engines_on
import numpy as np
import pytest
from by_hand import kept_by_hand
from hypothesis import given, settings
from laboratory import Bench, random_device
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import UnitaryGate
from strategies import SEEDS
from systems import many, pair, random_symbols, random_unitary

import nvprotocol as nv
from nvprotocol.backend import time_as_medium
from nvprotocol.compiler.circuit_to_steps import compile_circuits
from nvprotocol.compiler.gates import to_native
from nvprotocol.engines import EngineName, engine_of, exact


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


def one_of_a_scan(wait: float, matrix: np.ndarray, test: np.ndarray) -> QuantumCircuit:
    """Two gates of one name with matrices of their own, one of them behind a reading, and a wait."""
    nv_qubits, monitor = QuantumRegister(2, "nv"), QuantumRegister(1, "monitor")
    circuit = QuantumCircuit(nv_qubits, monitor, ClassicalRegister(2, "c"))
    circuit.ry(1.0, 0)
    circuit.append(UnitaryGate(matrix, label="u"), [0])
    circuit.delay(wait, 1, unit="us")
    circuit.cx(0, 2)
    circuit.measure(2, 0)
    circuit.reset(2)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.append(UnitaryGate(test, label="u"), [1])
    circuit.cx(1, 2)
    circuit.measure(2, 1)
    return circuit


@pytest.mark.parametrize("engine", ["exact", "aer"])
def test_circuits_of_one_structure_keep_what_is_their_own(engine: EngineName, rng: np.random.Generator) -> None:
    """What they share is the plan, never a gate or a wait of another; the first and the last are equal."""
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.7, q=0.1, d=0.1), 0.4))
    own = [(float(rng.uniform(0.1, 2)), random_unitary(rng, 2), random_unitary(rng, 2)) for _ in range(3)]
    circuits = [one_of_a_scan(*one) for one in (*own, (own[0][0], own[1][1], own[2][2]), own[0])]
    keep = {0: 1, 1: 0} if engine == "aer" else {1: 0}
    compiled = compile_circuits(circuits, device, {"c": "01"} if engine == "aer" else None)
    compiled = [replace(one, keep=keep) for one in compiled]
    follow = engine_of(engine, device)
    together = follow.kept_states(compiled)
    for circuit, state in zip(circuits, together, strict=True):
        (alone,) = follow.kept_states([replace(compile_circuits([circuit], device)[0], keep=keep)])
        np.testing.assert_allclose(state, alone, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(together[0], together[-1])
    assert min(np.abs(together[0] - other).max() for other in together[1:-1]) > 1e-3
    if engine == "exact":
        tables = follow.distributions(compiled, [[0]] * len(compiled))
        for circuit, table in zip(circuits, tables, strict=True):
            one = replace(compile_circuits([circuit], device)[0], keep=keep)
            np.testing.assert_allclose(table, exact.distribution(one, device, [0]), rtol=0, atol=1e-14)


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
