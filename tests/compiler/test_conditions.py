"""`if_else`: when its branches happen, and that what happens is what a computer with these bits would do."""

from collections.abc import Callable
from typing import Any

import engines_on
import numpy as np
import pytest
from by_hand import Follower
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.classical import expr, types
from systems import EVERYTHING

import nvprotocol as nv
from nvprotocol.backend import NVBackend, follow_kept, time_as_medium
from nvprotocol.compiler.conditions import condition_of
from nvprotocol.compiler.timing import timed
from nvprotocol.engines.aer import kept_states

SLOW = nv.Device(
    EVERYTHING.equation,
    gate_ns={"x": 20, "sx": 10, "cx": 60, "measure": 200, "reset": 100, "monitor_measure": 300, "monitor_reset": 40},
    readout=[[0.9, 0.3], [0.1, 0.7]],
    monitor_efficiency=0.95,
    monitor_false_alarm=0.15,
    single_qubit_error=0.01,
    two_qubit_error=0.03,
    initialisation_error=0.04,
    intrinsic_t1_us=4.0,
)
X = np.array([[0, 1], [1, 0]])
SXM = (np.array([[1, -1j], [-1j, 1]])) / np.sqrt(2)
CX = np.array([[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]])


def events(circuit: QuantumCircuit) -> list[tuple[float, str, tuple[int, ...]]]:
    found = timed(circuit, SLOW).operations
    return [(round(event.time * 1e3, 6), event.operation.name, event.qubits) for event in found]


def start(n_bits: int = 2) -> QuantumCircuit:
    return QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(n_bits, "c"))


def test_an_if_waits_for_the_bit_and_both_branches_take_the_longer_ones_time() -> None:
    circuit = start()
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(0)
        circuit.x(0)
    with otherwise:
        circuit.x(1)
        circuit.delay(5, 0, unit="ns")
        circuit.x(0)
    circuit.sx(0)
    circuit.sx(1)
    assert events(circuit) == [
        (0.0, "measure", (2,)),
        (310.0, "x", (0,)),
        (310.0, "x", (1,)),
        (315.0, "x", (0,)),
        (330.0, "x", (0,)),
        (345.0, "sx", (0,)),
        (345.0, "sx", (1,)),
    ]


def test_both_branches_may_write_the_same_bit_at_the_same_time() -> None:
    circuit = start()
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.measure(0, 1)
    with otherwise:
        circuit.measure(1, 1)
    circuit.measure(2, 1)
    assert events(circuit) == [
        (0.0, "measure", (2,)),
        (300.0, "measure", (0,)),
        (300.0, "measure", (1,)),
        (500.0, "measure", (2,)),
    ]


def test_nothing_writes_a_bit_before_its_test_is_over() -> None:
    circuit = start()
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.delay(700, 0, unit="ns")
    circuit.measure(1, 0)
    assert events(circuit) == [(0.0, "measure", (2,)), (1000.0, "measure", (1,))]


def test_a_nested_if_happens_where_both_conditions_hold() -> None:
    circuit = start()
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.measure(1, 1)
        with circuit.if_test((circuit.clbits[1], 0)):
            circuit.x(0)
    (event,) = [one for one in timed(circuit, SLOW).operations if one.operation.name == "x"]
    assert event.time == pytest.approx(0.51)
    holding = [reads for reads in np.ndindex(2, 2) if all(c.holds(dict(enumerate(reads))) for c in event.conditions)]
    assert holding == [(1, 0)]


def feedback() -> QuantumCircuit:
    """A check of qubit 0 by the monitor, and what is done after it: flipped, or left for a while."""
    circuit = start(1)
    circuit.sx(0)
    circuit.cx(0, 2)
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(0)
        circuit.delay(80, 1, unit="ns")
    with otherwise:
        circuit.sx(1)
        circuit.reset(0)
    circuit.delay(100, 0, unit="ns")
    return circuit


def feedback_by_hand(value: int) -> np.ndarray:
    """The branch of one reading, placed by hand: the check from 10 to 70, read until 370, both branches until 470."""
    lab = Follower(SLOW, EVERYTHING, 3)
    lab.wait(0.005)
    lab.turn(SXM, [0])
    lab.depolarise([0])
    lab.wait(0.035)
    lab.turn(CX, [0, 2])
    lab.depolarise([0, 2])
    lab.wait(0.03)
    lab.read(2, value)
    if value:
        lab.wait(0.31)
        lab.turn(X, [0])
        lab.depolarise([0])
        lab.wait(0.09 + 0.1)
    else:
        lab.wait(0.305)
        lab.turn(SXM, [1])
        lab.depolarise([1])
        lab.wait(0.095)
        lab.reset(0)
        lab.wait(0.1)
    return lab.state


@pytest.mark.parametrize("value", [0, 1])
def test_feedback_as_by_hand(value: int) -> None:
    plain = time_as_medium(feedback(), SLOW)
    expected = feedback_by_hand(value)
    np.testing.assert_allclose(engines_on.kept_state(plain, SLOW, {0: value}), expected, atol=1e-9)
    (found,) = kept_states([follow_kept(plain, {0: value}, SLOW)], 2)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_feedback_that_nobody_looks_at_is_the_sum_of_its_branches() -> None:
    expected = feedback_by_hand(0) + feedback_by_hand(1)
    np.testing.assert_allclose(engines_on.kept_state(time_as_medium(feedback(), SLOW), SLOW, {}), expected, atol=1e-9)


CONDITIONS: dict[str, tuple[Callable, set[int]]] = {
    "bit": (lambda c: (c[0], 1), {1, 3}),
    "register": (lambda c: (c, 2), {2}),
    "not": (lambda c: expr.logic_not(c[1]), {0, 1}),
    "and": (lambda c: expr.logic_and(c[0], c[1]), {3}),
    "or": (lambda c: expr.logic_or(c[0], expr.logic_not(c[1])), {0, 1, 3}),
    "xor": (lambda c: expr.bit_xor(c[0], c[1]), {1, 2}),
    "less": (lambda c: expr.less(c, 2), {0, 1}),
    "less or equal": (lambda c: expr.less_equal(c, 2), {0, 1, 2}),
    "greater": (lambda c: expr.greater(c, 1), {2, 3}),
    "greater or equal": (lambda c: expr.greater_equal(c, 1), {1, 2, 3}),
    "not equal": (lambda c: expr.not_equal(c, 3), {0, 1, 2}),
    "bits": (lambda c: expr.equal(expr.bit_and(c, 2), 2), {2, 3}),
    "bits or": (lambda c: expr.equal(expr.bit_or(c, 1), 3), {2, 3}),
    "complement": (lambda c: expr.equal(expr.bit_not(c), 1), {2}),
    "index": (lambda c: expr.index(c, 1), {2, 3}),
    "cast": (lambda c: expr.cast(c, expr.lift(True).type), {1, 2, 3}),
    "always": (lambda _: expr.lift(True), {0, 1, 2, 3}),
    "never": (lambda _: expr.lift(False), set()),
}
"""How a condition on two bits is written, and the numbers 2·b + a at which it holds."""


@pytest.mark.slow
@pytest.mark.parametrize("name", CONDITIONS)
def test_every_form_of_a_condition(name: str) -> None:
    # The NV qubits are read without error, flipped at will, and a third bit tells whether the condition held.
    build, numbers = CONDITIONS[name]
    device = nv.Device(EVERYTHING.equation)
    for a, b in np.ndindex(2, 2):
        circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"))
        tested, told = ClassicalRegister(2, "tested"), ClassicalRegister(1, "told")
        circuit.add_register(tested, told)
        for qubit, value in enumerate((a, b)):
            if value:
                circuit.x(qubit)
            circuit.measure(qubit, tested[qubit])
        with circuit.if_test(build(tested)) as otherwise:
            circuit.x(2)
        with otherwise:
            circuit.id(2)
        circuit.measure(2, told[0])
        expected = 4 * (a + 2 * b in numbers) + a + 2 * b
        found = engines_on.distribution(time_as_medium(circuit, device), device, {}, (2, 1, 0))
        assert found.ravel()[expected] == pytest.approx(1, abs=1e-14)
        counts = NVBackend(device).run(circuit, shots=5).result().get_counts()
        assert counts == {f"{expected >> 2} {expected & 3:02b}": 5}


@pytest.mark.parametrize(
    ("tested", "number"),
    [(lambda c: (c, 5), 1), (lambda c: expr.not_equal(c, 5), 4)],
)
def test_a_condition_is_as_few_cases_as_it_can_be(tested: Callable, number: int) -> None:
    register = ClassicalRegister(4, "c")
    circuit = QuantumCircuit(QuantumRegister(1), register)
    with circuit.if_test(tested(register)):
        circuit.x(0)
    condition = condition_of(circuit.data[0].operation, {bit: k for k, bit in enumerate(circuit.clbits)})
    assert len(condition.cases) == number
    for reads in np.ndindex(2, 2, 2, 2):
        values = dict(enumerate(int(one) for one in reads))
        fulfilled = [case for case in condition.cases if all(values[bit] == value for bit, value in case)]
        assert len(fulfilled) == condition.holds(values)


def test_a_narrowing_cast_keeps_the_lower_bits() -> None:
    register = ClassicalRegister(3, "c")
    circuit = QuantumCircuit(QuantumRegister(1), register)
    lowest: Any = expr.equal(expr.cast(register, types.Uint(2)), 0)
    with circuit.if_test(lowest):
        circuit.x(0)
    condition = condition_of(circuit.data[0].operation, {bit: k for k, bit in enumerate(circuit.clbits)})
    assert condition.holds({0: 0, 1: 0, 2: 1})
    assert not condition.holds({0: 1, 1: 0, 2: 0})
    assert not condition.holds({0: 0, 1: 1, 2: 0})
