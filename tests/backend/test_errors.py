"""What the backend refuses, each in one clear line."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit.circuit.classical import expr
from qiskit.circuit.exceptions import CircuitError
from qiskit.circuit.library import Initialize

import nvprotocol as nv
from nvprotocol.backend import NVBackend, time_as_medium
from nvprotocol.errors import ArgumentError, NVProtocolError, UnsupportedCircuitError

EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.3))
BACKEND = NVBackend(nv.Device(EQUATION))
SLOW = NVBackend(nv.Device(EQUATION, gate_ns={"x": 20, "cx": 60}))


def circuit(*, bits: int = 2, size: int = 3) -> QuantumCircuit:
    return QuantumCircuit(QuantumRegister(size, "q"), ClassicalRegister(bits, "c"))


def kept() -> QuantumCircuit:
    made = circuit()
    made.measure(2, 0)
    return made


def with_(build: Callable[[QuantumCircuit], object], **size: int) -> Callable[[], QuantumCircuit]:
    def make() -> QuantumCircuit:
        made = circuit(**size)
        build(made)
        return made

    return make


def called_x(made: QuantumCircuit) -> None:
    """A gate that has the name of another."""
    body = QuantumCircuit(2, name="x")
    body.h(0)
    body.cx(0, 1)
    made.append(body.to_gate(), [0, 2])


def while_loop(made: QuantumCircuit) -> None:
    with made.while_loop((made.clbits[0], 0)):  # pyright: ignore[reportCallIssue]
        made.x(0)


def switch(made: QuantumCircuit) -> None:
    with made.switch(made.clbits[0]) as case, case(0):  # pyright: ignore[reportCallIssue]
        made.x(0)


def broken_loop(made: QuantumCircuit) -> None:
    with made.for_loop(range(3)):  # pyright: ignore[reportCallIssue]
        made.x(0)
        with made.if_test((made.clbits[0], 1)):
            made.break_loop()


def writes_the_outer_test(made: QuantumCircuit) -> None:
    with made.if_test((made.clbits[0], 1)), made.if_test((made.clbits[1], 1)):
        made.measure(0, 0)


def many_bits(made: QuantumCircuit) -> None:
    with made.if_test((made.cregs[0], 3)):
        made.x(0)


def shifted(made: QuantumCircuit) -> None:
    shift: Any = expr.equal(expr.shift_left(made.cregs[0], 1), 2)
    with made.if_test(shift):
        made.x(0)


def nested(made: QuantumCircuit) -> None:
    body = QuantumCircuit(2, name="inner")
    body.delay(1, 0, unit="us")
    made.append(body.to_instruction(), [0, 1])


CONSIST = "must consist of gates, delays, barriers, measurements, resets, `for_loop` and `if_else`, but has"
CIRCUITS: dict[str, tuple[Callable[[], QuantumCircuit], str]] = {
    "unbound angle": (with_(lambda made: made.rx(Parameter("θ"), 0)), 'must have no unbound parameters .*but has "θ"'),
    "unbound delay": (with_(lambda made: made.delay(Parameter("t"), 0, unit="us")), 'must have no unbound .*has "t"'),
    "initialise": (
        with_(lambda made: made.append(Initialize([0, 1]), [0])),
        f'{CONSIST} "initialize" .if it is made of',
    ),
    "inner": (with_(nested), f'{CONSIST} "inner" .if it is made of those, use `circuit.decompose'),
    "while": (with_(while_loop), f'{CONSIST} "while_loop"'),
    "switch": (with_(switch), f'{CONSIST} "switch_case"'),
    "break": (with_(broken_loop), f'{CONSIST} "break_loop"'),
    "outer test": (with_(writes_the_outer_test), f'{CONSIST} an "if_else" that writes a bit which it tests'),
    "eleven bits": (with_(many_bits, bits=11), "must test at most 10 bits in an `if_else`, but tests 11"),
    "shift": (with_(shifted), "must test classical bits and registers in an `if_else`, but tests Binary"),
}


@pytest.mark.parametrize("name", CIRCUITS)
def test_circuits(name: str) -> None:
    make, message = CIRCUITS[name]
    for options in ({}, {"postselect": {}}):
        with pytest.raises(NVProtocolError, match=f"^Argument `circuit` {message}") as caught:
            BACKEND.run(make(), **options)  # pyright: ignore[reportArgumentType]
        assert "\n" not in str(caught.value)
        assert str(caught.value).endswith(".")


def test_a_negative_delay() -> None:
    made, time = circuit(), Parameter("t")
    made.delay(time, 0, unit="us")
    with pytest.raises((ArgumentError, CircuitError), match=r"delays of at least 0, but one is -1 µs|must be positive"):
        BACKEND.run(made.assign_parameters({time: -1.0}))  # Qiskit may refuse it in its own words


def test_a_loop_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nvprotocol.compiler.timing._MOST_OPERATIONS", 500)
    made = circuit()
    with made.for_loop(range(10**9)):  # pyright: ignore[reportCallIssue]
        made.x(0)
    with pytest.raises(UnsupportedCircuitError, match="has more than 500 operations when its loops are written out"):
        BACKEND.run(made)


def test_a_stretch() -> None:
    made = circuit()
    add_stretch = getattr(made, "add_stretch", None)
    if add_stretch is None:
        pytest.skip("Qiskit 1 has no stretches")
    made.delay(add_stretch("wait"), 0)
    with pytest.raises(UnsupportedCircuitError, match="must have delays in s, ms, us, ns, ps or dt, but one is in"):
        BACKEND.run(made)


def test_a_box_with_a_duration() -> None:
    made = circuit()
    box = getattr(made, "box", None)
    if box is None:
        pytest.skip("Qiskit 1 has no boxes")
    with box(duration=100, unit="ns"):
        made.x(0)
    with pytest.raises(UnsupportedCircuitError, match='a "box" with a duration'):
        BACKEND.run(made)


def test_a_gate_under_an_old_condition() -> None:
    made = circuit()
    condition = getattr(made.x(0), "c_if", None)
    if condition is None:
        pytest.skip("Qiskit 2 has no such conditions")
    with pytest.warns(DeprecationWarning, match="c_if"):
        condition(0, 1)
    with pytest.raises(UnsupportedCircuitError, match=r'but has "x" with `c_if` \(write `if_test`\)'):
        BACKEND.run(made)


POSTSELECTIONS: dict[str, tuple[object, str]] = {
    "unknown register": ({"parity": 1}, 'name a classical register .*but names "parity", and the circuit has "c"'),
    "too many bits": ({"c": "111"}, 'keep 0, 1 or a string of 2 bits of register "c", but keeps "111"'),
    "too few bits": ({"c": "1"}, 'but keeps "1"'),
    "not bits": ({"c": "1x"}, 'but keeps "1x"'),
    "a number": ({"c": 2}, "but keeps 2"),
    "a truth": ({"c": True}, "but keeps True"),
    "a list": ([("c", 1)], "be a mapping of registers to outcomes, or None, but is \\[.* of type list"),
    "never measured": ({"c": "01"}, 'name bits that are measured, but bit 1 of "c" is not'),
}


@pytest.mark.parametrize("name", POSTSELECTIONS)
def test_postselections(name: str) -> None:
    postselect, message = POSTSELECTIONS[name]
    with pytest.raises(ArgumentError, match=f"^Argument `postselect` must .*{message}") as caught:
        BACKEND.run(kept(), postselect=postselect)  # pyright: ignore[reportArgumentType]
    assert "\n" not in str(caught.value)


TIME, ANGLE = Parameter("t"), Parameter("θ")


def waiting() -> QuantumCircuit:
    made = circuit()
    made.delay(TIME, 0, unit="us")
    made.rx(ANGLE, 0)
    return made


def run(given: Any, **options: Any) -> Callable[[], Any]:
    return lambda: BACKEND.run(given, **options)


NO_DEVICE: Any = EQUATION
THREE_NV = QuantumCircuit(QuantumRegister(3, "nv"))
UNEVEN = {TIME: [1.0, 2.0], ANGLE: [0.1]}
RUNS: dict[str, tuple[Callable[[], Any], str]] = {
    "no circuit": (run(3), "`circuits` must be a QuantumCircuit or several of them, but contains a int"),
    "a name": (run("bell"), "`circuits` must be a QuantumCircuit .* contains a str"),
    "one is none": (run([kept(), None]), "`circuits` must be .* contains a NoneType"),
    "empty": (run([]), "`circuits` must contain at least one circuit, but is empty"),
    "too many qubits": (run(circuit(size=4)), "`circuits` must have at most 3 qubits, .* but have 4"),
    "nv of three": (run(THREE_NV), "`circuit` must have 2 NV qubits, .*has 3"),
    "memory": (run(kept(), postselect={}, memory=True), "`memory` must not be asked for with `postselect`"),
    "no shots": (run(kept(), postselect={}, shots=0), "`shots` must be at least 1, but is 0"),
    "half a shot": (run(kept(), postselect={}, shots=1.5), "`shots` must be a whole number, but is 1.5"),
    "a seed": (run(kept(), postselect={}, seed_simulator=-1), "`seed_simulator` must be at least 0, but is -1"),
    "binds": (run(waiting(), parameter_binds=[{}, {}]), "`parameter_binds` must have one entry for each of 1"),
    "no binds": (run(waiting(), parameter_binds=0), "`parameter_binds` must be a list of mappings .*but is 0"),
    "misspelt": (
        run(waiting(), postselct={"c": 0}),
        '`postselct` must be an option of this backend, but is not known; did you mean "postselect"',
    ),
    "of another backend": (run(waiting(), optimization_level=1), "`optimization_level` must be an option of this"),
    "raw data": (run(waiting(), meas_level=1), "`meas_level` must be 2, as everywhere on Aer, but is 1"),
    "uneven": (run(waiting(), parameter_binds=[UNEVEN]), "`parameter_binds` must have as many values .*but has 1, 2"),
    "half bound": (run(waiting(), parameter_binds=[{TIME: [1.0]}]), '`circuit` must have no unbound .*"θ"'),
    "no device": (lambda: NVBackend(NO_DEVICE), "`device` must be a Device, but is of type MasterEquation"),
    "too few": (lambda: time_as_medium(QuantumCircuit(1), BACKEND.device), "`circuit` must have 2 NV qubits, .*has 1"),
}


@pytest.mark.parametrize("name", RUNS)
def test_runs(name: str) -> None:
    go, message = RUNS[name]
    with pytest.raises(ArgumentError, match=f"^Argument {message}") as caught:
        go()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda made: made.h(0), 'native gates rz, sx, x, cx of a device whose gates are not ideal, but has "h"'),
        (lambda made: made.cx(0, 1), 'two-qubit gates with a monitor qubit, but "cx" is between two NV qubits'),
        (lambda made: made.cz(0, 2), 'native gates .*but has "cz"'),
        (lambda made: made.unitary(np.eye(2), 0), 'native gates .*but has "unitary"'),
        (called_x, 'native gates .*but has "x"'),
    ],
)
def test_a_device_that_is_not_ideal_has_its_own_gates_only(build: Callable, message: str) -> None:
    made = circuit()
    build(made)
    with pytest.raises(UnsupportedCircuitError, match=f"^Argument `circuit` must .*{message}") as caught:
        SLOW.run(made)
    assert re.search(r"\((use `transpile|exchange one of them with a monitor).*\)\.$", str(caught.value))
    BACKEND.run(made, shots=1).result()
