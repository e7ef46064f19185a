"""Gates: which are native on a device, how long they take, and their matrices."""

import os
from collections.abc import Iterator
from functools import cache, lru_cache
from threading import RLock
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import ControlFlowOp, Gate
from qiskit.circuit import Operation as QiskitOperation
from qiskit.circuit.library import UnitaryGate, get_standard_gate_name_mapping
from qiskit.exceptions import QiskitError
from qiskit.quantum_info import Operator
from qiskit.transpiler import PassManagerConfig
from qiskit.transpiler.preset_passmanagers.builtin_plugins import BasisTranslatorPassManager
from qiskit_aer import AerSimulator

from nvprotocol.compiler.places import require_in_place
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError
from nvprotocol.resources import require_memory

_ROTATIONS = {"rx", "ry", "rz", "p", "r", "cp", "crx", "cry", "crz", "rxx", "ryy", "rzz", "rzx", "xx_plus_yy"}
"""Gates whose first parameter is an angle that their pieces share."""


_MOST_PIECES, _MOST_DEFINITIONS, _DEEPEST = 1_000_000, 50_000, 50
"""Operations of a circuit whose gates are written out, definitions that are opened for it, gates inside each other."""

_TRANSLATING = RLock()
"""Qiskit 1.3 changes its library of equivalent gates while it translates, and fails where two threads do."""
if hasattr(os, "register_at_fork"):  # a child of a thread that translates would wait for ever
    _free = _TRANSLATING.release
    os.register_at_fork(before=_TRANSLATING.acquire, after_in_parent=_free, after_in_child=_free)


def is_native(gate: Gate, device: Device) -> bool:
    """Whether a device has a gate, known by its kind: another gate of the same name is another gate."""
    return gate.name in device.native_gates and isinstance(gate, _standard_gates()[gate.name])


def to_native(circuit: QuantumCircuit, device: Device) -> QuantumCircuit:
    """The circuit in native gates, on the same qubits; as it is where the gates are ideal, or all of them native."""
    require_in_place(circuit, device.n_qubits)
    if device.is_ideal:
        return circuit
    operations = [entry.operation for entry in circuit.data]
    native = all(is_native(one, device) for one in operations if isinstance(one, Gate))
    if native and not any(isinstance(one, ControlFlowOp) for one in operations):
        return circuit
    # The translation stage alone: what is written takes the time that it takes, in whatever unit it is written.
    require_few(circuit)
    basis = [*device.native_gates, "if_else", "for_loop", "driven_delay"]
    translation = BasisTranslatorPassManager().pass_manager(PassManagerConfig(basis_gates=basis), 0)
    with _TRANSLATING:
        return translation.run(circuit)


def require_few(circuit: QuantumCircuit, most: int = _MOST_PIECES) -> int:
    """Counts the operations of a circuit whose gates are written out by their definitions, and refuses too many.

    Raises:
        UnsupportedCircuitError: If there are more, or gates lie too deep inside each other.
    """
    counted: dict[int, int] = {}
    opened = [circuit]  # kept, so that the ids stay theirs
    # A list of what is open takes the place of a recursion: how deep the caller stands must not decide.
    unfinished = [(circuit, _written_out(circuit))]
    totals = [len(circuit.data)]
    while unfinished:
        of, parts = unfinished[-1]
        part = next(parts, None)
        if part is None:
            unfinished.pop()
            counted[id(of)] = totals.pop()
            if totals:
                totals[-1] += counted[id(of)]
        elif id(part) in counted:
            totals[-1] += counted[id(part)]
        else:
            opened.append(part)
            unfinished.append((part, _written_out(part)))
            totals.append(len(part.data))
        if len(unfinished) > _DEEPEST:
            must = f"have gates inside each other at most {_DEEPEST} deep"
            raise UnsupportedCircuitError("circuit", must, "has deeper ones")
        if sum(totals) > most or len(opened) > _MOST_DEFINITIONS:
            must = f"consist of at most {most} operations when its gates are written out"
            raise UnsupportedCircuitError("circuit", must, "has more")
    return counted[id(circuit)]


def _written_out(circuit: QuantumCircuit) -> Iterator[QuantumCircuit]:
    """What stands in the place of the operations of a circuit that are not standard gates."""
    for entry in circuit.data:
        if not is_standard(entry.operation):
            yield from _inside(entry.operation)


def _inside(operation: QiskitOperation) -> list[QuantumCircuit]:
    """The bodies of what controls the flow, or the definition of a gate."""
    if isinstance(operation, ControlFlowOp):
        return list(operation.blocks)
    definition = None if isinstance(operation, UnitaryGate) else getattr(operation, "definition", None)
    return [definition] if isinstance(definition, QuantumCircuit) else []


def require_small(gate: QiskitOperation) -> None:
    """Refuses a gate whose matrix would not fit into memory, or is made of too many others.

    Raises:
        TooLargeError: If it would not fit.
        UnsupportedCircuitError: If there are too many.
    """
    n = gate.num_qubits
    require_memory(4 * 16 * 4**n, "circuit", f"4 matrices of a gate of {n} qubits")
    definition = getattr(gate, "definition", None)
    if isinstance(definition, QuantumCircuit):
        require_few(definition)


def gate_us(gate: Gate, qubits: tuple[int, ...], device: Device) -> float:
    """Duration of a gate in µs; on ideal instruments any gate is there and takes no time.

    Raises:
        UnsupportedCircuitError: If the device has no such gate, or not between these qubits.
    """
    if device.is_ideal:
        return 0.0
    if not is_native(gate, device):
        known = ", ".join(device.native_gates)
        must = f"consist of the native gates {known} of a device whose gates are not ideal"
        but = f'has "{gate.name}" (use `transpile(circuit, nv.NVBackend(device))`)'
        raise UnsupportedCircuitError("circuit", must, but)
    if len(qubits) == 2 and max(qubits) < device.n_qubits:
        but = (
            f'"{gate.name}" is between two NV qubits, which this device does not connect (exchange one of them with a '
            "monitor by three CX, and back)"
        )
        raise UnsupportedCircuitError("circuit", "have two-qubit gates with a monitor qubit", but)
    return native_us(device, gate.name)


@lru_cache(maxsize=256)
def native_us(device: Device, name: str, *, monitor: bool = False) -> float:
    """Duration of a native operation in µs; a circuit asks for the same few thousands of times."""
    return device.duration_us(name, monitor=monitor)


def is_standard(operation: QiskitOperation) -> TypeGuard[Gate]:
    """Whether it is one of Qiskit's standard gates, and not just called like one: name and angles then say it all."""
    return isinstance(operation, Gate) and operation.base_class is _standard_gates().get(operation.name)


def runnable(gate: Gate, pieces: int = 1) -> Gate:
    """Aer's own gate where it is one, and not just called like one, else its matrix; or an equal piece of it."""
    if pieces > 1:
        return UnitaryGate(_piece(gate, pieces), check_input=False)
    if isinstance(gate, _aer_gates().get(gate.name, ())):
        return gate
    return UnitaryGate(matrix_of(gate), check_input=False)


def matrix_of(gate: QiskitOperation) -> NDArray[np.complex128]:
    """The matrix of a gate; the steps of a protocol repeat the same few, which are worked out once."""
    if isinstance(gate, UnitaryGate):
        return np.asarray(gate.params[0], dtype=complex)
    if is_standard(gate):
        return _standard_matrix(gate.name, tuple(map(float, gate.params)))
    require_small(gate)
    try:
        return np.asarray(Operator(gate).data, dtype=complex)
    except QiskitError:
        but = f'"{gate.name}" has neither a matrix nor a definition'
        raise UnsupportedCircuitError("circuit", "have gates whose matrix is known", but) from None


def _piece(gate: Gate, pieces: int) -> NDArray[np.complex128]:
    """One of the equal pieces that a gate is cut into: by its angle, or along the shortest way."""
    if gate.name in _ROTATIONS and is_standard(gate):
        angle, *others = map(float, gate.params)
        return _standard_matrix(gate.name, (angle / pieces, *others))
    return np.asarray(Operator(matrix_of(gate)).power(1 / pieces).data, dtype=complex)


@lru_cache(maxsize=1024)
def _standard_matrix(name: str, params: tuple[float, ...]) -> NDArray[np.complex128]:
    return np.asarray(Operator(_standard_gates()[name](*params)).data, dtype=complex)


@cache
def _standard_gates() -> dict[str, type]:
    """Qiskit's standard gates, by name."""
    standard = get_standard_gate_name_mapping().items()
    return {name: gate.base_class for name, gate in standard if isinstance(gate, Gate)}


@cache
def _aer_gates() -> dict[str, type]:
    """The standard gates that Aer runs, by name."""
    names = set(AerSimulator(method="density_matrix").configuration().basis_gates)
    return {name: gate for name, gate in _standard_gates().items() if name in names}
