"""A circuit on a device, followed a second time: placed by Qiskit's scheduler, run with Qiskit's matrices and SciPy.

Nothing of the package is used but the numbers that a device is made of. No control flow.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import Operation
from qiskit.quantum_info import DensityMatrix, Operator, SuperOp, partial_trace, pauli_basis
from qiskit.transpiler import InstructionDurations, PassManager
from qiskit.transpiler.passes import ASAPScheduleAnalysis, PadDelay
from scipy.linalg import expm, fractional_matrix_power
from systems import SINGLE, SX, SZ, System, on_site

import nvprotocol as nv

VIRTUAL = ("rz",)


@dataclass(frozen=True)
class Act:
    """Something that happens at a time in ns."""

    time: float
    name: str
    operation: Operation
    qubits: tuple[int, ...]
    clbits: tuple[int, ...]
    pieces: int
    last: bool


def durations_of(device: nv.Device, name: str, qubit: int) -> float:
    if name in ("measure", "reset") and qubit >= device.n_qubits:
        return device.gate_ns.get(f"monitor_{name}", device.gate_ns[name])
    return device.gate_ns[name]


def durations(device: nv.Device, n_qubits: int) -> InstructionDurations:
    """The durations of a device as Qiskit's passes take them."""
    known: list[tuple] = [("barrier", None, 0)]
    for name in ("rz", "sx", "x", "cx"):
        known.append((name, None, int(device.gate_ns[name])))
    for name in ("measure", "reset"):
        known += [(name, [k], int(durations_of(device, name, k))) for k in range(n_qubits)]
    return InstructionDurations(known, dt=1e-9)


def padding(known: InstructionDurations) -> Any:
    """Qiskit's pass that fills what is idle with delays; from version 2 on it asks for the durations."""
    make: Any = PadDelay
    return make(durations=known) if "durations" in signature(make.__init__).parameters else make()


def starts(circuit: QuantumCircuit, device: nv.Device, analysis: Callable) -> list[tuple[float, Any]]:
    """When every instruction begins, in ns, by Qiskit's own analysis."""
    manager = PassManager([analysis(durations(device, circuit.num_qubits))])
    manager.run(circuit)
    found = []
    for node, start in manager.property_set["node_start_time"].items():
        found.append((float(start), node))
    return found


def acts(
    circuit: QuantumCircuit, device: nv.Device, analysis: Callable = ASAPScheduleAnalysis
) -> tuple[list[Act], float]:
    """What happens when, and how long the circuit takes, in ns."""
    found, end = [], 0.0
    for start, node in starts(circuit, device, analysis):
        name = node.op.name
        qubits = tuple(circuit.find_bit(bit).index for bit in node.qargs)
        clbits = tuple(circuit.find_bit(bit).index for bit in node.cargs)
        if name == "delay":
            end = max(end, start + float(node.op.params[0]))
        if name in ("delay", "barrier"):
            continue
        length = durations_of(device, name, qubits[0])
        end = max(end, start + length)
        if name in ("measure", "reset"):
            times = [start if name == "measure" else start + length]
        else:
            pieces = device.gate_slices if length else 1
            times = [start + length * (2 * k + 1) / (2 * pieces) for k in range(pieces)]
        for k, time in enumerate(times):
            found.append(Act(time, name, node.op, qubits, clbits, len(times), k == len(times) - 1))
    return sorted(found, key=lambda act: act.time), end


class Follower:
    """The state of all qubits of a circuit on a device."""

    def __init__(self, device: nv.Device, system: System, n_qubits: int) -> None:
        self.device, self.system, self.n_qubits = device, system, n_qubits
        self.rho = DensityMatrix.from_int(0, 2**n_qubits)
        self.generator = system.generator() + intrinsic(device)
        self.exponential = cache(lambda time: SuperOp(expm(self.generator * time)))
        for k in range(device.n_qubits):
            self.flipped(k)

    def wait(self, microseconds: float) -> None:
        if microseconds > 1e-12:
            self.rho = self.rho.evolve(self.exponential(microseconds), list(range(self.device.n_qubits)))

    def flipped(self, qubit: int) -> None:
        """|↓⟩ instead of |↑⟩ with the probability of the initialisation error."""
        e = self.device.initialisation_error
        self.rho = self.rho.evolve(mixture([np.eye(2), SX], [1 - e, e]), [qubit])

    def reset(self, qubit: int) -> None:
        self.rho = self.rho.reset([qubit])
        if qubit < self.device.n_qubits:
            self.flipped(qubit)

    def turn(self, unitary: NDArray, qubits: Sequence[int]) -> None:
        self.rho = self.rho.evolve(Operator(unitary), list(qubits))

    def depolarise(self, qubits: Sequence[int]) -> None:
        """Every Pauli alike: the identity is left with 1 − r(d + 1)/d, which makes the average infidelity r."""
        r, d = (self.device.two_qubit_error, 4) if len(qubits) == 2 else (self.device.single_qubit_error, 2)
        other = r * (d + 1) / d / (d * d - 1)
        paulis = [np.asarray(pauli.to_matrix()) for pauli in pauli_basis(len(qubits))]
        self.rho = self.rho.evolve(mixture(paulis, [1 - other * (d * d - 1)] + [other] * (d * d - 1)), list(qubits))

    def read(self, qubit: int, value: int | None) -> None:
        """A measurement that reads a value, or that nobody looks at; the branch is not normalised."""
        weights = [1.0, 1.0] if value is None else chances_of(self.device, qubit)[value]
        self.rho = self.rho.evolve(mixture([np.diag([1.0, 0.0]), np.diag([0.0, 1.0])], weights), [qubit])

    @property
    def state(self) -> NDArray[np.complex128]:
        """The unnormalised state of the NV qubits."""
        return np.asarray(partial_trace(self.rho, list(range(self.device.n_qubits, self.n_qubits))).data)


def mixture(matrices: Sequence[NDArray], weights: Sequence[float] | NDArray) -> SuperOp:
    """Σ w K ρ K†."""
    stacked = np.array(matrices)
    return SuperOp(np.einsum("k,kab,kcd->acbd", weights, stacked.conj(), stacked).reshape((len(stacked[0]) ** 2,) * 2))


def chances_of(device: nv.Device, qubit: int) -> NDArray[np.float64]:
    """P(read | true), the true outcome on the columns."""
    if qubit >= device.n_qubits:
        e, f = device.monitor_efficiency, device.monitor_false_alarm
        return np.array([[e, f], [1 - e, 1 - f]])
    if device.readout is None:
        return np.eye(2)
    return np.broadcast_to(np.asarray(device.readout), (device.n_qubits, 2, 2))[qubit]


def intrinsic(device: nv.Device) -> NDArray[np.complex128]:
    """The generator of intrinsic relaxation, up and down at 1/(2·T1) each, and of pure dephasing 1/T2 − 1/(2·T1)."""
    n = device.n_qubits
    if device.intrinsic_t1_us is None:
        return np.zeros((4**n, 4**n), dtype=complex)
    t1 = np.broadcast_to(np.asarray(device.intrinsic_t1_us), n)
    t2 = 2 * t1 if device.intrinsic_t2_us is None else np.broadcast_to(np.asarray(device.intrinsic_t2_us), n)
    result, one = np.zeros((4**n, 4**n), dtype=complex), np.eye(2**n)
    for k in range(n):
        rates = [(SINGLE["+"], 0.5 / t1[k]), (SINGLE["-"], 0.5 / t1[k]), (SZ, (1 / t2[k] - 0.5 / t1[k]) / 2)]
        for matrix, rate in rates:
            jump = on_site(matrix, n - 1 - k, n)
            both = jump.conj().T @ jump
            result += rate * (np.kron(jump.conj(), jump) - (np.kron(one, both) + np.kron(both.T, one)) / 2)
    return result


def kept_by_hand(
    circuit: QuantumCircuit, device: nv.Device, system: System, keep: Mapping[int, int]
) -> NDArray[np.complex128]:
    """The unnormalised state of the NV qubits at the end, of the runs in which bits read what is kept."""
    follower, now = Follower(device, system, circuit.num_qubits), 0.0
    order, end = acts(circuit, device)
    last = {act.clbits[0]: k for k, act in enumerate(order) if act.name == "measure"}
    for k, act in enumerate(order):
        follower.wait((act.time - now) / 1000)
        now = act.time
        if act.name == "measure":
            bit = act.clbits[0]
            follower.read(act.qubits[0], keep.get(bit) if last[bit] == k else None)
        elif act.name == "reset":
            follower.reset(act.qubits[0])
        else:
            unitary = Operator(act.operation).data
            follower.turn(fractional_matrix_power(unitary, 1 / act.pieces), act.qubits)
            if act.last and act.name not in VIRTUAL:
                follower.depolarise(act.qubits)
    follower.wait((end - now) / 1000)
    return follower.state
