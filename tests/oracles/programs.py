"""Circuits with feedback, written down and followed a second time.

A program is a list of steps. `circuit_of` writes it as Qiskit's circuit, which is what the package gets. `followed`
never looks at that: it places the steps by the rule in the docstring of `nvprotocol.compiler.timing`, in whole
nanoseconds, and follows one density matrix for every record of the classical bits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from by_hand import VIRTUAL, Follower, durations_of
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.classical import expr
from qiskit.circuit.library import CXGate, RXGate, RYGate, RZGate, SXGate, XGate
from qiskit.quantum_info import Operator
from scipy.linalg import fractional_matrix_power
from systems import System

import nvprotocol as nv

GATES = {"x": XGate, "sx": SXGate, "rz": RZGate, "rx": RXGate, "ry": RYGate, "cx": CXGate}
REGISTERS = {"c": (0, 1), "d": (2, 3)}
"""Names of the classical registers and their bits."""
N_BITS = 4


@dataclass(frozen=True)
class Do:
    """A gate, "measure", "reset", "barrier" or "delay" (in ns)."""

    name: str
    qubits: tuple[int, ...]
    bit: int = -1
    parameter: float = 0.0


@dataclass(frozen=True)
class Test:
    """A condition, for Qiskit and for Python."""

    __test__ = False
    bits: tuple[int, ...]
    written: Callable[[QuantumCircuit], Any]
    holds: Callable[[Sequence[int]], bool]


@dataclass(frozen=True)
class If:
    test: Test
    then: "Program"
    otherwise: "Program | None"


Program = list[Do | If]


def used(program: Program) -> set[int]:
    """The qubits that a program acts on."""
    found: set[int] = set()
    for step in program:
        found |= set(step.qubits) if isinstance(step, Do) else used(step.then) | used(step.otherwise or [])
    return found


def writes(program: Program) -> list[int]:
    """The bits that a program writes, one entry for each measurement, in all branches."""
    found: list[int] = []
    for step in program:
        if isinstance(step, If):
            found += [*writes(step.then), *writes(step.otherwise or [])]
        elif step.name == "measure":
            found.append(step.bit)
    return found


def circuit_of(program: Program, n_nv: int = 2, monitors: int = 1) -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(n_nv, "nv"), *([QuantumRegister(monitors, "m")] if monitors else []))
    for name, bits in REGISTERS.items():
        circuit.add_register(ClassicalRegister(len(bits), name))
    _write(program, circuit)
    return circuit


def _write(program: Program, circuit: QuantumCircuit) -> None:
    for step in program:
        if isinstance(step, If):
            with circuit.if_test(step.test.written(circuit)) as otherwise:
                _write(step.then, circuit)
            if step.otherwise is not None:
                with otherwise:
                    _write(step.otherwise, circuit)
        elif step.name == "measure":
            circuit.measure(step.qubits[0], step.bit)
        elif step.name == "delay":
            circuit.delay(step.parameter, list(step.qubits), unit="ns")
        elif step.name == "reset":
            circuit.reset(step.qubits[0])
        elif step.name == "barrier":
            circuit.barrier(*step.qubits)
        else:
            circuit.append(_gate(step), list(step.qubits))


def _gate(step: Do) -> Any:
    return GATES[step.name](step.parameter) if step.name in ("rx", "ry", "rz") else GATES[step.name]()


@dataclass(frozen=True)
class Act:
    """A step, or a piece of a gate, at the time in ns at which it acts."""

    time: float
    step: Do
    holds: tuple[Callable[[Sequence[int]], bool], ...]
    pieces: int = 1
    last: bool = True


class Clock:
    """When qubits are free, and until when bits have been written and read, in ns."""

    def __init__(self, device: nv.Device, n_qubits: int) -> None:
        self.device, self.acts = device, list[Act]()
        self.free = [0.0] * n_qubits
        self.written, self.read = [0.0] * N_BITS, [0.0] * N_BITS

    def place(self, program: Program, holds: tuple = ()) -> None:
        for step in program:
            if isinstance(step, If):
                self.place_if(step, holds)
            elif step.name == "delay":
                for k in step.qubits:
                    self.free[k] += step.parameter
            else:
                self.place_one(step, holds)

    def place_one(self, step: Do, holds: tuple) -> None:
        length = 0.0 if step.name == "barrier" else float(durations_of(self.device, step.name, step.qubits[0]))
        ready = [self.free[k] for k in step.qubits]
        if step.name == "measure":
            ready += [self.written[step.bit], self.read[step.bit]]
        start = max(ready)
        end = start + length
        if step.name == "measure":
            self.acts.append(Act(start, step, holds))
            self.written[step.bit] = end
        elif step.name == "reset":
            self.acts.append(Act(end, step, holds))
        elif step.name != "barrier":
            pieces = self.device.gate_slices if length else 1
            for k in range(pieces):
                middle = start + length * (2 * k + 1) / (2 * pieces)
                self.acts.append(Act(middle, step, holds, pieces, k == pieces - 1))
        for k in step.qubits:
            self.free[k] = end

    def place_if(self, step: If, holds: tuple) -> None:
        qubits = used(step.then) | used(step.otherwise or [])
        start = max([*(self.free[k] for k in qubits), *(self.written[bit] for bit in step.test.bits)], default=0.0)
        before, ends, after = (self.written, self.read), [start], []
        for branch, wanted in ((step.then, True), (step.otherwise or [], False)):
            for k in qubits:
                self.free[k] = start
            self.written, self.read = list(before[0]), list(before[1])
            self.place(branch, (*holds, lambda bits, wanted=wanted: step.test.holds(bits) is wanted))
            ends += [self.free[k] for k in qubits]
            after.append((self.written, self.read))
        self.written, self.read = (list(map(max, *(one[k] for one in after))) for k in (0, 1))
        for k in qubits:
            self.free[k] = max(ends)
        for bit in step.test.bits:
            self.read[bit] = max(self.read[bit], *ends)


def followed(program: Program, device: nv.Device, system: System, monitors: int = 1) -> dict[tuple[int, ...], NDArray]:
    """The unnormalised state of the NV qubits at the end for every record of the bits."""
    n_qubits = device.n_qubits + monitors
    clock = Clock(device, n_qubits)
    clock.place(program)
    records = {(0,) * N_BITS: Follower(device, system, n_qubits)}
    now = 0.0
    for act in sorted(clock.acts, key=lambda act: act.time):
        for one in records.values():
            one.wait((act.time - now) / 1000)
        now = act.time
        records = _acted(act, records)
    for one in records.values():
        one.wait((max(clock.free) - now) / 1000)
    return {record: one.state for record, one in records.items()}


def _acted(act: Act, records: Mapping[tuple[int, ...], Follower]) -> dict[tuple[int, ...], Follower]:
    """What an act makes of the states of all records; two that lead to one record are added."""
    found: dict[tuple[int, ...], Follower] = {}
    for record, state in records.items():
        for then, after in _on_one(act, record, state):
            if then in found:
                found[then].rho = found[then].rho + after.rho
            else:
                found[then] = after
    return found


def _on_one(act: Act, record: tuple[int, ...], state: Follower) -> Iterable[tuple[tuple[int, ...], Follower]]:
    if not all(holds(record) for holds in act.holds):
        return [(record, state)]
    step = act.step
    if step.name == "measure":
        branches = []
        for value in (0, 1):
            one = copy(state)
            one.read(step.qubits[0], value)
            branches.append(((*record[: step.bit], value, *record[step.bit + 1 :]), one))
        return branches
    after = copy(state)
    if step.name == "reset":
        after.reset(step.qubits[0])
    else:
        unitary = np.asarray(Operator(_gate(step)).data)
        after.turn(fractional_matrix_power(unitary, 1 / act.pieces) if act.pieces > 1 else unitary, step.qubits)
        if act.last and step.name not in VIRTUAL:
            after.depolarise(step.qubits)
    return [(record, after)]


def random_test(rng: np.random.Generator, bits: Sequence[int]) -> Test:
    """A condition on some of the bits: one of them, a register or an expression."""
    first, second = (int(bit) for bit in rng.permutation(np.asarray(bits))[:2]) if len(bits) > 1 else (bits[0],) * 2
    value, name = int(rng.integers(2)), str(rng.choice(list(REGISTERS)))
    register, number = REGISTERS[name], int(rng.integers(1, 4))
    kinds: list[Test] = [
        Test((first,), lambda c: (c.clbits[first], value), lambda bits: bits[first] == value),
        Test((first,), lambda c: expr.logic_not(c.clbits[first]), lambda bits: not bits[first]),
    ]
    if set(register) <= set(bits):
        low, high = register
        whole = list(REGISTERS).index(name)
        kinds += [
            Test(register, lambda c: (c.cregs[whole], number), lambda bits: bits[low] + 2 * bits[high] == number),
            Test(
                register,
                lambda c: expr.less(c.cregs[whole], number),
                lambda bits: bits[low] + 2 * bits[high] < number,
            ),
        ]
    if first != second:
        both = (first, second)
        kinds += [
            Test(
                both,
                lambda c: expr.logic_and(c.clbits[first], expr.logic_not(c.clbits[second])),
                lambda bits: bool(bits[first]) and not bits[second],
            ),
            Test(
                both,
                lambda c: expr.bit_xor(c.clbits[first], c.clbits[second]),
                lambda bits: bits[first] != bits[second],
            ),
        ]
    return kinds[int(rng.integers(len(kinds)))]


@dataclass
class Writer:
    """Writes programs at random; every bit may be written never, once or more often."""

    rng: np.random.Generator
    n_nv: int = 2
    monitors: int = 1
    entangling: bool = True
    """Whether monitors are gated and read on their own; pulses play parity checks only."""

    def program(self, length: int, depth: int = 2, tested: frozenset[int] = frozenset()) -> Program:
        found: Program = []
        for _ in range(length):
            found += self.step(depth, tested)
        return found

    def step(self, depth: int, tested: frozenset[int]) -> Program:
        kinds = {"gate": 0.3, "delay": 0.15, "measure": 0.2, "reset": 0.05, "barrier": 0.05, "if": 0.25 if depth else 0}
        kinds |= {"cx": 0.12} if self.entangling else {"check": 0.1 * (not tested)}
        weights = np.array(list(kinds.values()))
        kind = str(self.rng.choice(list(kinds), p=weights / weights.sum()))
        qubit = int(self.rng.integers(self.n_nv + self.monitors * self.entangling))
        free = [bit for bit in range(N_BITS) if bit not in tested]
        if kind in ("measure", "check") and not free:
            kind = "gate"
        if kind == "gate":
            name = str(self.rng.choice(["x", "sx", "rz", "rx", "ry"]))
            return [Do(name, (qubit,), parameter=float(self.rng.uniform(-3, 3)))]
        if kind == "delay":
            qubits = tuple(range(self.n_nv)) if self.rng.random() < 0.5 else (qubit,)
            return [Do("delay", qubits, parameter=int(self.rng.integers(1, 300)))]
        if kind == "measure":
            return [Do("measure", (qubit,), bit=int(self.rng.choice(free)))]
        if kind == "reset":
            return [Do("reset", (qubit,))]
        if kind == "barrier":
            return [Do("barrier", tuple(range(self.n_nv + self.monitors)))]
        if kind == "cx":
            ends = (self.n_nv, int(self.rng.integers(self.n_nv)))
            return [Do("cx", ends if self.rng.random() < 0.5 else ends[::-1])]
        if kind == "check":
            monitor = self.n_nv
            return [
                Do("barrier", tuple(range(self.n_nv + self.monitors))),
                *(Do("cx", (k, monitor)) for k in range(2)),
                Do("measure", (monitor,), bit=int(self.rng.choice(free))),
                Do("reset", (monitor,)),
            ]
        return [self.branches(depth, tested)]

    def branches(self, depth: int, tested: frozenset[int]) -> If:
        test = random_test(self.rng, range(N_BITS))
        inside = tested | set(test.bits)
        then = self.program(int(self.rng.integers(1, 4)), depth - 1, inside)
        otherwise = self.program(int(self.rng.integers(1, 4)), depth - 1, inside) if self.rng.random() < 0.5 else None
        return If(test, then, otherwise)
