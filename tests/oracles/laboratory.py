"""Random devices and random circuits for them: everything that a device can have, everything that a circuit may hold.

Durations are whole nanoseconds, so that Qiskit's own scheduler can place the same circuits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit.circuit.classical import expr
from systems import System

import nvprotocol as nv

UNITS = {"dt": 1, "ns": 1, "us": 1e-3, "ms": 1e-6, "s": 1e-9, "ps": 1000}
"""How much of a unit is one nanosecond, with a clock of 1 ns."""


def errant_device(system: System, gate_ns: Mapping[str, float]) -> nv.Device:
    """A pair whose gates, readout, preparation and checks all take time or err, the same every time."""
    return nv.Device(
        system.equation,
        gate_ns=gate_ns,
        single_qubit_error=0.01,
        two_qubit_error=0.02,
        readout=[[[0.9, 0.25], [0.1, 0.75]], [[0.97, 0.12], [0.03, 0.88]]],
        initialisation_error=0.03,
        intrinsic_t1_us=4.0,
        monitor_efficiency=0.93,
        monitor_false_alarm=0.08,
        gate_slices=2,
    )


def random_device(rng: np.random.Generator, system: System, **given: object) -> nv.Device:
    """A device with every imperfection, or with those that are given instead."""
    n = system.n_qubits
    t1 = rng.uniform(1.0, 5.0, size=n)
    durations = dict(zip(("rz", "sx", "x", "cx", "measure", "reset"), rng.integers(0, 150, size=6), strict=True))
    durations |= {"monitor_measure": rng.integers(0, 150), "monitor_reset": rng.integers(0, 150)}
    first, second = rng.uniform(0.0, 0.2, size=(2, n))
    options = {
        "gate_ns": {name: int(value) for name, value in durations.items()},
        "single_qubit_error": float(rng.uniform(0, 0.05)),
        "two_qubit_error": float(rng.uniform(0, 0.1)),
        "readout": np.moveaxis(np.array([[1 - first, second], [first, 1 - second]]), -1, 0),
        "initialisation_error": float(rng.uniform(0, 0.1)),
        "intrinsic_t1_us": t1.tolist(),
        "intrinsic_t2_us": (t1 * rng.uniform(0.2, 2.0, size=n)).tolist(),
        "monitors": 2,
        "monitor_efficiency": float(rng.uniform(0.8, 1.0)),
        "monitor_false_alarm": float(rng.uniform(0, 0.2)),
        "gate_slices": int(rng.integers(1, 4)),
    }
    return nv.Device(system.equation, **(options | given))  # pyright: ignore[reportArgumentType]


@dataclass
class Bench:
    """A circuit on the qubits of a device that grows at random; NV qubits first, all in the register `q`.

    Bits 0 and 1 (`c`) are written whenever; bit 2 (`f`) once, and only it and what it decides are tested.
    """

    rng: np.random.Generator
    n_nv: int
    monitors: int = 2
    flow: bool = True
    units: Sequence[str] = tuple(UNITS)
    circuit: QuantumCircuit = field(init=False)
    angle: Parameter = field(default_factory=lambda: Parameter("θ"))

    def __post_init__(self) -> None:
        q = QuantumRegister(self.n_nv + self.monitors, "q")
        self.circuit = QuantumCircuit(q, ClassicalRegister(2, "c"), ClassicalRegister(1, "f"))

    def grow(self, length: int) -> QuantumCircuit:
        for number in range(length):
            self.simple()()
            if number == length // 3:
                self.circuit.measure(int(self.rng.integers(self.n_nv + self.monitors)), 2)
            if self.flow and number > length // 3 and self.rng.random() < 0.25:
                (self.branch if self.rng.random() < 0.6 else self.loop)()
        for bit in (0, 1):
            self.circuit.measure(int(self.rng.integers(self.n_nv + self.monitors)), bit)
        self.delay()
        return self.circuit

    def simple(self) -> Callable[[], None]:
        kinds = [self.gate, self.entangle, self.delay, self.check, self.measure, self.reset, self.barrier]
        weights = [0.3, 0.2, 0.25, 0.08, 0.06, 0.05, 0.06]
        return kinds[int(self.rng.choice(len(kinds), p=weights))]

    def qubit(self) -> int:
        return int(self.rng.integers(self.n_nv + self.monitors))

    def monitor(self) -> int:
        return self.n_nv + int(self.rng.integers(self.monitors))

    def gate(self) -> None:
        kind, qubit = self.rng.choice(["rz", "sx", "x"]), self.qubit()
        if kind == "rz":
            self.circuit.rz(float(self.rng.uniform(-np.pi, np.pi)), qubit)
        else:
            getattr(self.circuit, str(kind))(qubit)

    def entangle(self) -> None:
        monitor, other = self.monitor(), self.qubit()
        if other != monitor:
            control, target = (monitor, other) if self.rng.random() < 0.5 else (other, monitor)
            self.circuit.cx(control, target)

    def delay(self) -> None:
        """On one qubit, often an NV qubit, sometimes on both."""
        unit, length = str(self.rng.choice(np.array(self.units))), int(self.rng.integers(0, 300))
        qubits = list(range(self.n_nv)) if self.rng.random() < 0.4 else [self.qubit()]
        self.circuit.delay(length if UNITS[unit] == 1 else length * UNITS[unit], qubits, unit=unit)

    def check(self) -> None:
        monitor = self.monitor()
        for k in range(self.n_nv):
            self.circuit.cx(k, monitor)
        self.circuit.measure(monitor, int(self.rng.integers(2)))
        self.circuit.reset(monitor)

    def measure(self) -> None:
        self.circuit.measure(self.qubit(), int(self.rng.integers(2)))

    def reset(self) -> None:
        self.circuit.reset(self.qubit())

    def barrier(self) -> None:
        chosen = self.rng.permutation(self.n_nv + self.monitors)[: int(self.rng.integers(1, self.n_nv + 3))]
        self.circuit.barrier([int(k) for k in chosen])

    def branch(self) -> None:
        """An `if_else` on the bit, its register or an expression; now and then one within the other."""
        bit, register = self.circuit.clbits[2], self.circuit.cregs[1]
        tests = [(bit, 1), (register, 0), expr.logic_not(bit), expr.equal(register, 1)]
        tested = tests[int(self.rng.integers(len(tests)))]
        with self.circuit.if_test(tested) as otherwise:
            self.few()
            if self.rng.random() < 0.3:
                with self.circuit.if_test((bit, int(self.rng.integers(2)))):
                    self.few()
        if self.rng.random() < 0.6:
            with otherwise:
                self.few()

    def few(self) -> None:
        for _ in range(int(self.rng.integers(1, 4))):
            self.simple()()

    def loop(self) -> None:
        turns, angle = int(self.rng.integers(0, 4)), self.angle
        with self.circuit.for_loop(range(turns), angle):  # pyright: ignore[reportCallIssue]
            self.circuit.rz(0.3 * angle + 0.1, self.qubit())
            self.few()
