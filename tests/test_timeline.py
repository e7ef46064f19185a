"""When things happen in a circuit: against Qiskit's own schedule, unit by unit, wire by wire."""

import numpy as np
import pytest
from hypothesis import given
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter, Qubit
from qiskit.transpiler import InstructionDurations, PassManager
from qiskit.transpiler.passes import ASAPScheduleAnalysis
from strategies import SEEDS

from nvprotocol.backend import Elapse, Keep, Operation, Timeline, timeline
from nvprotocol.errors import ArgumentError, UnsupportedCircuitError

KINDS = ("x", "cx", "measure", "reset", "barrier", "delay")


def random_circuit(seed: int, n_qubits: int = 4, n_clbits: int = 3, length: int = 40) -> QuantumCircuit:
    """Everything that a circuit may have, in any order; delays of 0 to 4 ns, bits written again and again."""
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(n_qubits, n_clbits)
    for kind in rng.choice(KINDS, size=length, p=[0.2, 0.2, 0.1, 0.1, 0.1, 0.3]):
        qubits = [int(k) for k in rng.permutation(n_qubits)]
        if kind == "cx":
            circuit.cx(qubits[0], qubits[1])
        elif kind == "measure":
            circuit.measure(qubits[0], int(rng.integers(n_clbits)))
        elif kind == "barrier":
            circuit.barrier(qubits[: int(rng.integers(1, n_qubits + 1))])
        elif kind == "delay":
            circuit.delay(int(rng.integers(5)), qubits[0], unit="dt")
        else:
            getattr(circuit, kind)(qubits[0])
    return circuit


def events(line: Timeline) -> list[tuple[float, str, tuple[int, ...], tuple[int, ...]]]:
    """Time in ns, name, qubits and bits of every operation in their order."""
    found, now = [], 0.0
    for step in line.steps:
        if isinstance(step, Elapse):
            now += step.duration
        elif isinstance(step, Operation):
            found.append((round(now * 1e3, 6), step.operation.name, step.qubits, step.clbits))
        else:
            found.append((round(now * 1e3, 6), "measure", (step.qubit,), (step.clbit,)))
    return found


def scheduled(circuit: QuantumCircuit) -> list[tuple[float, str, tuple[int, ...], tuple[int, ...]]]:
    """The same from Qiskit's as-soon-as-possible schedule with operations that take no time."""
    durations = InstructionDurations([(kind, None, 0) for kind in KINDS if kind != "delay"], dt=1e-9)
    manager = PassManager([ASAPScheduleAnalysis(durations)])
    manager.run(circuit)
    found = []
    for node, start in manager.property_set["node_start_time"].items():
        qubits = tuple(circuit.find_bit(bit).index for bit in node.qargs)
        clbits = tuple(circuit.find_bit(bit).index for bit in node.cargs)
        found.append((float(start), node.op.name, qubits, clbits))
    return [event for event in found if event[1] not in ("delay", "barrier")]


@given(seed=SEEDS)
def test_things_happen_when_qiskit_schedules_them(seed: int) -> None:
    circuit = random_circuit(seed)
    line = timeline(circuit, n_nv=2)
    assert sorted(events(line)) == sorted(scheduled(circuit))
    assert line.duration == pytest.approx(sum(step.duration for step in line.steps if isinstance(step, Elapse)))


@given(seed=SEEDS)
def test_every_wire_keeps_its_order(seed: int) -> None:
    circuit = random_circuit(seed)
    line = events(timeline(circuit, n_nv=2))
    plain = [entry for entry in circuit.data if entry.operation.name not in ("delay", "barrier")]
    for bit in (*circuit.qubits, *circuit.clbits):
        index, kind = circuit.find_bit(bit).index, 2 if bit in circuit.qubits else 3
        wire = [entry.operation.name for entry in plain if bit in (*entry.qubits, *entry.clbits)]
        assert [event[1] for event in line if index in event[kind]] == wire


@pytest.mark.parametrize(
    ("duration", "unit", "microseconds"),
    [(2e-6, "s", 2.0), (0.002, "ms", 2.0), (2.0, "us", 2.0), (2000, "ns", 2.0), (2e6, "ps", 2.0), (800, "dt", 2.0)],
)
def test_every_unit_of_a_delay(duration: float, unit: str, microseconds: float) -> None:
    circuit = QuantumCircuit(2)
    circuit.delay(duration, 0, unit=unit)
    assert timeline(circuit, n_nv=2, dt_ns=2.5).duration == pytest.approx(microseconds, rel=1e-14)


def test_a_bound_parameter_is_a_number() -> None:
    circuit, parameter = QuantumCircuit(2), Parameter("t")
    circuit.delay(parameter, 0, unit="us")
    circuit.rx(parameter, 1)
    line = timeline(circuit.assign_parameters({parameter: 0.75}), n_nv=2)
    assert line.duration == 0.75


def test_a_barrier_makes_qubits_wait_for_each_other() -> None:
    circuit = QuantumCircuit(3)
    circuit.delay(3, 0, unit="ns")
    circuit.x(1)
    circuit.barrier(0, 1)
    circuit.y(1)
    circuit.z(2)
    assert events(timeline(circuit, n_nv=2)) == [(0.0, "x", (1,), ()), (0.0, "z", (2,), ()), (3.0, "y", (1,), ())]


def test_a_wait_at_the_end_or_on_a_monitor_counts() -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"))
    circuit.x(0)
    circuit.delay(7, 2, unit="ns")
    line = timeline(circuit, n_nv=2)
    assert isinstance(line.steps[-1], Elapse)
    assert line.duration == pytest.approx(7e-3)


def test_rounding_makes_no_slices_of_time() -> None:
    circuit = QuantumCircuit(2)
    for qubit, parts in enumerate([(0.1, 0.2), (0.3,)]):  # 0.1 + 0.2 is not 0.3 in floating point
        for part in parts:
            circuit.delay(part, qubit, unit="us")
        circuit.x(qubit)
    elapses = [step for step in timeline(circuit, n_nv=2).steps if isinstance(step, Elapse)]
    assert len(elapses) == 1
    assert elapses[0].duration == pytest.approx(0.3)


def test_nothing_happens_in_an_empty_circuit() -> None:
    line = timeline(QuantumCircuit(2), n_nv=2)
    assert line.steps == ()
    assert line.duration == 0.0


def test_where_the_nv_qubits_are() -> None:
    nv, other = QuantumRegister(2, "nv"), QuantumRegister(1, "monitor")
    assert timeline(QuantumCircuit(nv, other), n_nv=2).nv_qubits == (0, 1)
    assert timeline(QuantumCircuit(other, nv), n_nv=2).nv_qubits == (1, 2)
    assert timeline(QuantumCircuit(QuantumRegister(3, "q")), n_nv=2).nv_qubits == (0, 1)
    first, second = Qubit(), Qubit()
    swapped = QuantumRegister(name="nv", bits=[second, first])
    assert timeline(QuantumCircuit([first, second], swapped), n_nv=2).nv_qubits == (1, 0)


def test_the_last_measurement_of_a_bit_is_the_one_that_is_kept() -> None:
    circuit = QuantumCircuit(4, 1)
    circuit.delay(5, 2, unit="ns")
    circuit.measure(2, 0)
    circuit.measure(3, 0)  # its qubit is free at once, but the bit has to be written before
    steps = [step for step in timeline(circuit, n_nv=2, keep={0: 1}).steps if not isinstance(step, Elapse)]
    assert isinstance(steps[0], Operation)
    assert steps[0].qubits == (2,)
    assert steps[1] == Keep(qubit=3, value=1, clbit=0)


def conditioned() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 1)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(0)
    return circuit


def looped() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 1)
    with circuit.for_loop(range(3)):  # pyright: ignore[reportCallIssue]
        circuit.delay(1, 0, unit="us")
    return circuit


def initialised() -> QuantumCircuit:
    circuit = QuantumCircuit(2)
    circuit.initialize([0, 1, 0, 0])
    return circuit


def nested() -> QuantumCircuit:
    circuit, inner = QuantumCircuit(2), QuantumCircuit(2, name="inner")
    inner.delay(1, 0, unit="us")
    circuit.append(inner.to_instruction(), [0, 1])
    return circuit


@pytest.mark.parametrize(
    ("circuit", "message"),
    [
        (conditioned(), 'must have no control flow, but has "if_else"'),
        (looped(), 'must have no control flow, but has "for_loop"'),
        (initialised(), r'but has "initialize" \(if it is made of those, use `circuit.decompose\(\)`\)'),
        (nested(), 'must consist of gates, delays, barriers, measurements and resets, but has "inner"'),
    ],
)
def test_circuits_that_cannot_be_followed(circuit: QuantumCircuit, message: str) -> None:
    with pytest.raises(UnsupportedCircuitError, match=message):
        timeline(circuit, n_nv=2)


def test_an_instruction_made_of_known_ones_can_be_followed_when_decomposed() -> None:
    assert timeline(nested().decompose(), n_nv=2).duration == 1.0


def test_a_gate_under_a_classical_condition_is_refused() -> None:
    circuit = QuantumCircuit(2, 1)
    gate = circuit.x(0)
    condition = getattr(gate, "c_if", None)
    if condition is None:
        pytest.skip("Qiskit 2 has no such conditions")
    with pytest.warns(DeprecationWarning, match="c_if"):
        condition(0, 1)
    with pytest.raises(UnsupportedCircuitError, match='must have no control flow, but has "x"'):
        timeline(circuit, n_nv=2)


def test_a_stretch_is_refused() -> None:
    circuit = QuantumCircuit(2)
    add_stretch = getattr(circuit, "add_stretch", None)
    if add_stretch is None:
        pytest.skip("Qiskit 1 has no stretches")
    circuit.delay(add_stretch("wait"), 0)
    with pytest.raises(UnsupportedCircuitError, match="must have delays in s, ms, us, ns, ps or dt, but one is in"):
        timeline(circuit, n_nv=2)


def test_arguments_that_are_refused() -> None:
    circuit = QuantumCircuit(QuantumRegister(3, "nv"))
    with pytest.raises(ArgumentError, match="must have 2 NV qubits, as the device has, but has 3"):
        timeline(circuit, n_nv=2)
    with pytest.raises(ArgumentError, match="must have 2 NV qubits, as the device has, but has 1"):
        timeline(QuantumCircuit(1), n_nv=2)
    circuit = QuantumCircuit(2)
    circuit.rx(Parameter("θ"), 0)
    circuit.delay(Parameter("t"), 0, unit="us")
    with pytest.raises(ArgumentError, match=r'must have no unbound parameters .*but has "t", "θ"'):
        timeline(circuit, n_nv=2)


def test_a_bit_that_is_written_by_no_measurement_cannot_be_kept() -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), ClassicalRegister(2, "c"))
    circuit.measure(0, 0)
    with pytest.raises(ArgumentError, match='`postselect` must name bits that are measured, but bit 1 of "c" is not'):
        timeline(circuit, n_nv=2, keep={0: 1, 1: 1})
