"""When things happen in a circuit: against Qiskit's own schedule, and wire by wire."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from by_hand import acts, durations, padding
from hypothesis import given, settings
from laboratory import UNITS, Bench, random_device
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import IfElseOp, Parameter, Qubit
from qiskit.circuit.classical import expr
from qiskit.transpiler import PassManager
from qiskit.transpiler.passes import ALAPScheduleAnalysis, ASAPScheduleAnalysis
from strategies import SEEDS
from systems import pair

import nvprotocol as nv
from nvprotocol.compiler.timing import TimedCircuit, timed

SYSTEM = pair(a=1.0, A=0.5)
IDEAL = nv.Device(SYSTEM.equation, dt_ns=2.5)
SLOW = nv.Device(
    SYSTEM.equation,
    gate_ns={"x": 20, "sx": 10, "cx": 60, "measure": 200, "reset": 100, "monitor_measure": 300, "monitor_reset": 40},
)


def events(plan: TimedCircuit) -> list[tuple[float, str, tuple[int, ...]]]:
    """Time in ns, name and qubits of every event, in their order."""
    return [(round(event.time * 1e3, 6), event.operation.name, event.qubits) for event in plan.operations]


def on_slow(*steps: tuple[str, tuple], size: tuple[int, int] = (3, 2)) -> TimedCircuit:
    circuit = QuantumCircuit(*size)
    for name, arguments in steps:
        getattr(circuit, name)(*arguments)
    return timed(circuit, SLOW)


@settings(max_examples=60)
@given(seed=SEEDS)
def test_things_happen_when_qiskit_schedules_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    device = random_device(rng, SYSTEM)
    circuit = Bench(rng, 2, flow=False, units=("dt",)).grow(40)
    plan, (expected, end) = timed(circuit, device), acts(circuit, device)
    assert sorted(events(plan)) == sorted((round(act.time, 6), act.name, act.qubits) for act in expected)
    assert plan.duration * 1e3 == pytest.approx(end)
    assert [event.time for event in plan.operations] == sorted(event.time for event in plan.operations)


@given(seed=SEEDS)
def test_every_wire_keeps_its_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    circuit = Bench(rng, 2, flow=False).grow(30)
    plan = timed(circuit, random_device(rng, SYSTEM, gate_slices=1))
    plain = [entry for entry in circuit.data if entry.operation.name not in ("delay", "barrier")]
    for number, bit in enumerate(circuit.qubits):
        wire = [entry.operation for entry in plain if bit in entry.qubits]
        assert [event.operation for event in plan.operations if number in event.qubits] == wire
    for number, bit in enumerate(circuit.clbits):
        wire = [entry.operation for entry in plain if bit in entry.clbits]
        assert [event.operation for event in plan.operations if number in event.clbits] == wire


@settings(max_examples=30)
@given(seed=SEEDS)
@pytest.mark.parametrize("analysis", [ASAPScheduleAnalysis, ALAPScheduleAnalysis])
def test_a_circuit_that_was_scheduled_keeps_its_schedule(analysis: Callable, seed: int) -> None:
    rng = np.random.default_rng(seed)
    device = random_device(rng, SYSTEM)
    circuit = Bench(rng, 2, flow=False, units=("dt",)).grow(25)
    known, (expected, _) = durations(device, 4), acts(circuit, device, analysis)
    passes: list[Any] = [analysis(known), padding(known)]
    padded = PassManager(passes).run(circuit)
    found = events(timed(padded, device))
    assert sorted(found) == sorted((round(act.time, 6), act.name, act.qubits) for act in expected)


def test_a_gate_acts_in_the_middle_of_its_time() -> None:
    plan = on_slow(("x", (0,)), ("x", (0,)), ("cx", (0, 2)))
    assert events(plan) == [(10.0, "x", (0,)), (30.0, "x", (0,)), (70.0, "cx", (0, 2))]
    assert plan.duration == pytest.approx(0.1)


def test_the_pieces_of_a_gate_act_in_the_middle_of_theirs() -> None:
    circuit = QuantumCircuit(2)
    circuit.x(0)
    device = nv.Device(SYSTEM.equation, gate_ns={"x": 20}, gate_slices=4)
    plan = timed(circuit, device)
    assert [round(event.time * 1e3, 9) for event in plan.operations] == [2.5, 7.5, 12.5, 17.5]
    assert [event.last for event in plan.operations] == [False, False, False, True]
    circuit.rz(0.3, 0)  # takes no time, and so is one piece
    assert [event.pieces for event in timed(circuit, device).operations] == [4, 4, 4, 4, 1]


def test_a_measurement_acts_at_its_start_and_a_reset_at_its_end() -> None:
    plan = on_slow(("x", (0,)), ("measure", (0, 0)), ("reset", (0,)), ("x", (0,)))
    assert events(plan) == [(10.0, "x", (0,)), (20.0, "measure", (0,)), (320.0, "reset", (0,)), (330.0, "x", (0,))]


def test_a_monitor_has_times_of_its_own() -> None:
    plan = on_slow(("measure", (2, 0)), ("reset", (2,)), ("x", (2,)))
    assert events(plan) == [(0.0, "measure", (2,)), (340.0, "reset", (2,)), (350.0, "x", (2,))]


def test_a_bit_is_written_at_the_end_of_its_measurement() -> None:
    plan = on_slow(("measure", (0, 0)), ("measure", (1, 0)), ("measure", (2, 1)))
    assert sorted(events(plan)) == [(0.0, "measure", (0,)), (0.0, "measure", (2,)), (200.0, "measure", (1,))]


def test_a_barrier_makes_qubits_wait_for_each_other() -> None:
    circuit = QuantumCircuit(3)
    circuit.delay(3, 0, unit="ns")
    circuit.x(1)
    circuit.barrier(0, 1)
    circuit.y(1)
    circuit.z(2)
    assert events(timed(circuit, IDEAL)) == [(0.0, "x", (1,)), (0.0, "z", (2,)), (3.0, "y", (1,))]


def test_nothing_happens_to_a_qubit_that_is_idle() -> None:
    circuit = QuantumCircuit(3)
    circuit.delay(700, 1, unit="ns")
    circuit.x(0)
    plan = timed(circuit, IDEAL)
    assert events(plan) == [(0.0, "x", (0,))]
    assert plan.duration == pytest.approx(0.7), "the wait at the end counts"
    empty = timed(QuantumCircuit(2), IDEAL)
    assert (empty.operations, empty.duration) == ((), 0.0)


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_of_a_delay(unit: str) -> None:
    circuit = QuantumCircuit(2)
    length = 800 if unit == "dt" else 2000 * UNITS[unit]
    circuit.delay(length, 0, unit=unit)
    assert timed(circuit, IDEAL).duration == pytest.approx(2.0, rel=1e-14)


def test_a_bound_parameter_is_a_number() -> None:
    circuit, parameter = QuantumCircuit(2), Parameter("t")
    circuit.delay(parameter, 0, unit="us")
    circuit.rx(parameter, 1)
    assert timed(circuit.assign_parameters({parameter: 0.75}), IDEAL).duration == 0.75


def test_where_the_nv_qubits_are() -> None:
    nv_qubits, other = QuantumRegister(2, "nv"), QuantumRegister(2, "monitor")
    assert timed(QuantumCircuit(nv_qubits, other), IDEAL).order == (0, 1, 2, 3)
    assert timed(QuantumCircuit(other, nv_qubits), IDEAL).order == (2, 3, 0, 1)
    assert timed(QuantumCircuit(QuantumRegister(3, "q")), IDEAL).order == (0, 1, 2)
    first, second = Qubit(), Qubit()
    swapped = QuantumRegister(name="nv", bits=[second, first])
    assert timed(QuantumCircuit([first, second], swapped), IDEAL).order == (1, 0)


def test_a_loop_is_its_body_written_out() -> None:
    looped, written = QuantumCircuit(3, 1), QuantumCircuit(3, 1)
    angle, inner = Parameter("θ"), Parameter("φ")
    with looped.for_loop((1, 5, 2), angle):  # pyright: ignore[reportCallIssue]
        looped.rz(0.1 * angle, 0)
        looped.x(0)
        with looped.for_loop(range(2), inner):  # pyright: ignore[reportCallIssue]
            looped.rz(inner, 1)
            looped.cx(1, 2)
    for k in (1, 5, 2):
        written.rz(0.1 * k, 0)
        written.x(0)
        for j in range(2):
            written.rz(j, 1)
            written.cx(1, 2)
    one, other = timed(looped, SLOW), timed(written, SLOW)
    assert events(one) == events(other)
    found, expected = (
        [[float(p) for p in getattr(event.operation, "params", ())] for event in plan.operations]
        for plan in (one, other)
    )
    assert found == expected


def test_a_box_is_its_body_between_barriers() -> None:
    circuit = QuantumCircuit(3)
    box = getattr(circuit, "box", None)
    if box is None:
        pytest.skip("Qiskit 1 has no boxes")
    circuit.x(0)
    with box():
        circuit.x(1)
        circuit.delay(50, 0, unit="ns")
    circuit.x(1)
    assert events(timed(circuit, SLOW)) == [(10.0, "x", (0,)), (30.0, "x", (1,)), (80.0, "x", (1,))]


def test_a_register_or_an_expression_is_tested_by_its_bits() -> None:
    low, high = ClassicalRegister(1, "low"), ClassicalRegister(2, "high")
    circuit = QuantumCircuit(QuantumRegister(2, "q"), low, high)
    every: list[Any] = [(high, 2), expr.equal(high, 2), (low[0], 1), expr.logic_not(low[0]), expr.lift(True)]
    for tested in every:
        circuit.append(IfElseOp(tested, QuantumCircuit(1)), [0])
        with circuit.if_test(tested):
            circuit.x(0)
    conditions = [event.conditions[0] for event in timed(circuit, IDEAL).operations]
    assert [one.bits for one in conditions] == [(1, 2), (1, 2), (0,), (0,), ()]
    holds = [[one.holds({0: k & 1, 1: k >> 1 & 1, 2: k >> 2}) for one in conditions] for k in range(8)]
    assert holds == [[k >> 1 == 2, k >> 1 == 2, bool(k & 1), not k & 1, True] for k in range(8)]
