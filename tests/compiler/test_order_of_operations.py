"""One rule of times and one of order: every engine against a second reading of the rule, and case by case."""

from typing import Any, Literal, TypeAlias

import engines_on
import numpy as np
import pytest
from counting import counts_of, multinomial_p_value
from hypothesis import given, settings
from laboratory import random_device
from programs import N_BITS, Writer, circuit_of, followed, writes
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.classical import expr
from strategies import SEEDS
from systems import EVERYTHING, pair, random_symbols

import nvprotocol as nv
from nvprotocol.backend import NVBackend, follow_kept, time_as_medium
from nvprotocol.compiler.kept_branch import NotFollowedError
from nvprotocol.compiler.timing import timed
from nvprotocol.engines import engine_of
from nvprotocol.engines.aer import kept_states
from nvprotocol.errors import ArgumentError, NoKeptShotsError

Engine: TypeAlias = Literal["aer", "exact", "pulse"]
ENGINES: tuple[Engine, ...] = ("aer", "exact", "pulse")
TIMED = ("rz", "sx", "x", "rx", "ry", "cx", "measure", "reset", "monitor_measure", "monitor_reset")
IDEAL = nv.Device(EVERYTHING.equation)
STILL = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))


def durations(rng: np.random.Generator) -> dict[str, int]:
    """Whole nanoseconds, every other one 0, so that a lot happens at one instant."""
    return {name: int(rng.integers(1, 150)) * int(rng.integers(2)) for name in TIMED}


@settings(max_examples=25)
@given(seed=SEEDS)
def test_any_circuit_with_feedback_on_any_device_as_the_rule_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    system = pair(**random_symbols(rng))
    device = random_device(rng, system, monitors=1, gate_ns=durations(rng))
    program = Writer(rng).program(9)
    plain, expected = time_as_medium(circuit_of(program), device), followed(program, device, system)
    table = np.zeros((2,) * N_BITS)
    for record, state in expected.items():
        table[record] = np.trace(state).real
    np.testing.assert_allclose(engines_on.distribution(plain, device, {}, range(N_BITS)), table, atol=1e-9)
    keep = {bit: int(rng.integers(2)) for bit in set(writes(program)) if rng.random() < 0.7}
    kept = [state for record, state in expected.items() if all(record[bit] == keep[bit] for bit in keep)]
    total = np.sum(kept, axis=0) if kept else np.zeros((4, 4))
    np.testing.assert_allclose(engines_on.kept_state(plain, device, keep), total, atol=1e-9)
    try:
        (by_aer,) = kept_states([follow_kept(plain, keep, device)], 2)
    except NotFollowedError:
        return
    np.testing.assert_allclose(by_aer, total, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_counts_shot_by_shot_are_those_of_the_rule(seed: int) -> None:
    """A false alarm has a probability of 1e-5 in each."""
    rng = np.random.default_rng([seed, 11])
    device = random_device(rng, EVERYTHING, monitors=1, gate_ns=durations(rng))
    program, shots = Writer(rng).program(14), 4000
    result = NVBackend(device).run(circuit_of(program), shots=shots, seed_simulator=seed + 1).result()
    found, expected_counts = np.zeros(2**N_BITS, dtype=np.int64), np.zeros(2**N_BITS)
    for key, count in counts_of(result).items():
        found[int(key.replace(" ", ""), 2)] += count
    for record, state in followed(program, device, EVERYTHING).items():
        expected_counts[sum(value << bit for bit, value in enumerate(record))] += np.trace(state).real
    assert multinomial_p_value(found, expected_counts) > 1e-5


def start(*registers: ClassicalRegister) -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"))
    circuit.add_register(*(registers or (ClassicalRegister(2, "c"),)))
    return circuit


def begins(circuit: QuantumCircuit, device: nv.Device) -> list[tuple[str, tuple[int, ...], float]]:
    """Name, qubits and time in ns of every event in their order."""
    return [(one.operation.name, one.qubits, round(one.time * 1e3, 6)) for one in timed(circuit, device).operations]


def test_a_read_does_not_wait_for_a_read() -> None:
    slow = nv.Device(EVERYTHING.equation, gate_ns={"x": 500})
    circuit = start()
    circuit.measure(2, 0)
    for qubit in (0, 1):
        with circuit.if_test((circuit.clbits[0], 0)):
            circuit.x(qubit)
    plan = timed(circuit, slow)
    assert begins(circuit, slow) == [("measure", (2,), 0.0), ("x", (0,), 250.0), ("x", (1,), 250.0)]
    assert plan.duration == pytest.approx(0.5)


def test_a_write_waits_for_all_reads_and_a_read_for_the_last_write() -> None:
    device = nv.Device(EVERYTHING.equation, gate_ns={"x": 40, "sx": 100, "measure": 10, "monitor_measure": 30})
    circuit = start()
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], 0)):
        circuit.sx(0)
    with circuit.if_test((circuit.clbits[0], 0)):
        circuit.x(1)
    circuit.measure(1, 0)  # after the longer read, 30 + 100, though qubit 1 is free at 70
    with circuit.if_test((circuit.clbits[0], 0)):
        circuit.x(0)
    assert begins(circuit, device) == [
        ("measure", (2,), 0.0),
        ("x", (1,), 50.0),
        ("sx", (0,), 80.0),
        ("measure", (1,), 130.0),
        ("x", (0,), 160.0),
    ]


def test_what_stands_in_a_branch_waits_for_its_own_bits_there() -> None:
    device = nv.Device(EVERYTHING.equation, gate_ns={"x": 40, "measure": 10, "monitor_measure": 300})
    circuit = start()
    circuit.measure(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 0)):
        circuit.x(0)
        with circuit.if_test((circuit.clbits[1], 1)):
            circuit.x(1)
    circuit.x(0)
    assert begins(circuit, device) == [
        ("measure", (2,), 0.0),
        ("measure", (0,), 0.0),
        ("x", (0,), 30.0),
        ("x", (1,), 320.0),
        ("x", (0,), 360.0),
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_acts_at_one_instant_acts_in_the_order_of_the_circuit(engine: Engine) -> None:
    """A flip, a reading, what it decides, a reset and a reading again, all at time 0: a computer with two bits."""
    flipped_first, read_first = start(), start()
    for circuit, order in ((flipped_first, ("x", "measure")), (read_first, ("measure", "x"))):
        for name in order:
            getattr(circuit, name)(*((0,) if name == "x" else (0, 0)))
        with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
            circuit.x(1)
        with otherwise:
            circuit.reset(0)
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.x(0)
        circuit.measure(1, 1)
        assert {event.time for event in timed(circuit, IDEAL).operations} == {0.0}
    expected = {"11": nv.operators.density_matrix("ud"), "00": nv.operators.density_matrix("uu")}
    for circuit, (read, state) in zip((flipped_first, read_first), expected.items(), strict=True):
        found = nv.emulate(_unread(circuit), IDEAL, None, {"c": read}, engine)
        np.testing.assert_allclose(found.state, state, atol=1e-14)
        assert found.success_probability == pytest.approx(1, abs=1e-14)


def _unread(circuit: QuantumCircuit) -> QuantumCircuit:
    """With a rotation that does nothing after the readings, so that tomography may follow."""
    circuit.rz(0.0, [0, 1])
    return circuit


UNWRITTEN = {
    "a bit, 0": (lambda c: (c[1], 0), True),
    "a bit, 1": (lambda c: (c[1], 1), False),
    "the register, 0": (lambda c: (c, 0), True),
    "the register, 2": (lambda c: (c, 2), False),
    "not": (lambda c: expr.logic_not(c[1]), True),
    "or": (lambda c: expr.logic_or(c[0], c[1]), False),
    "less": (lambda c: expr.less(c, 1), True),
}
"""Conditions on bits that nothing writes, and whether they hold."""


@pytest.mark.parametrize("name", UNWRITTEN)
def test_unwritten_bits_read_0_on_every_engine(name: str) -> None:
    build, holds = UNWRITTEN[name]
    never, read = ClassicalRegister(2, "never"), ClassicalRegister(2, "read")
    circuit = start(never, read)
    with circuit.if_test(build(never)) as otherwise:
        circuit.x(0)
    with otherwise:
        circuit.x(1)
    state = nv.operators.density_matrix("du" if holds else "ud")
    for engine in ENGINES:
        np.testing.assert_allclose(nv.emulate(circuit, STILL, None, engine=engine).state, state, atol=1e-14)
    circuit.measure(0, read[1])  # and nothing into the other bit of the register
    for engine in ENGINES:
        told = nv.probability(circuit, STILL, "10" if holds else "00", "read", None, engine=engine)
        assert told.value == pytest.approx(1, abs=1e-14)
    assert nv.probability(circuit, STILL, "10", "read", 9, per_shot=True, seed=1).value == float(holds)
    run = NVBackend(STILL).run(circuit, shots=7, seed_simulator=1)
    assert run.result().get_counts() == {f"{'10' if holds else '00'} 00": 7}


def branched(value: int) -> QuantumCircuit:
    """Bit 1 is written 1 at first, and once more, as 0, only where bit 0 reads 1; bit 2 only where it does."""
    circuit = start(ClassicalRegister(1, "first"), ClassicalRegister(1, "twice"), ClassicalRegister(1, "once"))
    circuit.x(0)
    circuit.measure(0, 1)
    circuit.x(0)
    if value:
        circuit.x(1)
    circuit.measure(1, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.measure(0, 1)
        circuit.x(0)
        circuit.measure(0, 2)
    return _unread(circuit)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("value", [0, 1])
def test_what_is_kept_is_what_a_bit_reads_at_the_end_also_where_a_branch_is_not_taken(
    engine: Engine, value: int
) -> None:
    """A bit whose second measurement is in a branch that is not taken keeps its first; one that has no other, 0."""
    circuit = branched(value)
    read = {"twice": 1 - value, "once": value}
    kept = nv.emulate(circuit, STILL, None, {"first": value, **read}, engine)
    assert kept.success_probability == pytest.approx(1, abs=1e-14)
    for name, right in read.items():
        with pytest.raises(NoKeptShotsError):
            nv.emulate(circuit, STILL, None, {"first": value, name: 1 - right}, engine)
        told = nv.probability(circuit, STILL, str(right), name, None, {"first": value}, engine)
        assert told.value == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
def test_to_keep_a_bit_that_nothing_can_write_is_refused(engine: Engine) -> None:
    circuit = start(ClassicalRegister(2, "c"), ClassicalRegister(1, "never"))
    circuit.measure(2, 0)
    impossible: Any = expr.lift(False)
    with circuit.if_test(impossible):
        circuit.measure(1, 2)
    for postselect, named in (({"never": 0}, '0 of "never"'), ({"c": "00"}, '1 of "c"')):
        with pytest.raises(ArgumentError, match=f"`postselect` must name bits that are measured, but bit {named}"):
            nv.emulate(circuit, STILL, None, postselect, engine)


def test_pulses_report_a_bit_that_is_read_and_never_written() -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), ClassicalRegister(2, "c"))
    circuit.ry(0.8, 0)
    with circuit.if_test((circuit.clbits[1], 0)):
        circuit.x(1)
    circuit.measure(0, 0)
    (found,) = engine_of("pulse", STILL).distributions([engines_on.compiled(circuit, STILL, {})], [(0, 1)])
    np.testing.assert_allclose(found, [[np.cos(0.4) ** 2, 0], [np.sin(0.4) ** 2, 0]], atol=1e-14)
