"""From circuits to what tomography needs of them: kept states, or counts shot by shot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit
from qiskit.circuit import Barrier, Delay, Measure, Qubit

from nvprotocol import tomography
from nvprotocol._checks import fail
from nvprotocol.backend import exact, follow_kept
from nvprotocol.backend.aer import kept_states, run
from nvprotocol.backend.kept_branch import KeptBranch, NotFollowedError
from nvprotocol.backend.native import to_native
from nvprotocol.backend.postselected import kept_bits, kept_counts
from nvprotocol.backend.qubits import nv_of
from nvprotocol.backend.steps import Timeless
from nvprotocol.backend.time_as_medium import elapsing, time_as_medium, timeless
from nvprotocol.device import Device
from nvprotocol.emulation import pulsed
from nvprotocol.emulation.estimate import Engine
from nvprotocol.tomography._arguments import checked_readout

_REGISTER = "tomography"
_ROTATION = {"X": ("h",), "Y": ("sdg", "h"), "Z": ()}


@dataclass(frozen=True)
class Prepared:
    """A circuit on a device, ready to be run.

    Attributes:
        circuit: The circuit in the device's native gates.
        plain: The same without time, the medium in it, as steps.
        keep: Index of each postselected bit → the value that is kept.
    """

    circuit: QuantumCircuit
    plain: Timeless
    keep: dict[int, int]


def prepare(
    circuits: Sequence[QuantumCircuit],
    device: Device,
    postselect: Mapping[str, int | str] | None,
    *,
    tomography: bool = True,
) -> list[Prepared]:
    """The circuits with the medium in them, and what is kept of each; equal stretches of time share one exponential.

    Args:
        circuits: The circuits.
        device: The device.
        postselect: Register → outcome that is kept.
        tomography: Whether it is the state at the end that is asked for, and not what is measured on the way there.

    Raises:
        ArgumentError: If a circuit or what is kept does not fit, or a circuit ends by measuring an NV qubit that
            tomography is to find.
        UnsupportedCircuitError: If something in a circuit cannot be followed.
    """
    elapse = elapsing(device)
    prepared = []
    for one in circuits:
        native, keep = to_native(one, device), kept_bits(one, postselect)
        plain = timeless(native, device, elapse, to_end=tomography)
        if tomography:
            _refuse_measured_at_the_end(native, device.n_qubits, keep)
        prepared.append(Prepared(native, plain, keep))
    return prepared


def measured_at_the_end(circuit: QuantumCircuit, n_nv: int) -> dict[int, int]:
    """Number of each NV qubit whose measurement nothing follows → index of the bit that it is measured into."""
    last: dict[Qubit, int | None] = {}
    for entry in circuit.data:
        if isinstance(entry.operation, Measure):
            last[entry.qubits[0]] = circuit.find_bit(entry.clbits[0]).index
        elif not isinstance(entry.operation, Barrier | Delay):
            last |= dict.fromkeys(entry.qubits)
    found = {circuit.find_bit(qubit).index: last.get(qubit) for qubit in nv_of(circuit, n_nv)}
    return {qubit: bit for qubit, bit in found.items() if bit is not None}


def _refuse_measured_at_the_end(circuit: QuantumCircuit, n_nv: int, keep: Mapping[int, int]) -> None:
    """Refuses a circuit that ends by measuring an NV qubit: tomography would find what that has left over."""
    for number, bit in measured_at_the_end(circuit, n_nv).items():
        if bit not in keep:
            must = "leave the NV qubits unmeasured at its end, for tomography to measure"
            fail("circuit", must, f"it measures qubit {number} there and does not postselect on it")


def unnormalised_states(
    prepared: Sequence[Prepared], device: Device, engine: Engine
) -> list[NDArray[np.complex128]] | NotFollowedError:
    """Final states of the kept runs, their probabilities as traces; or why Aer cannot follow the kept branch."""
    if engine == "exact":
        return [exact.kept_state(one.plain, device, one.keep) for one in prepared]
    if engine == "pulse":
        return pulsed.kept_states([(one.circuit, one.keep) for one in prepared], device)
    branches: list[KeptBranch] = []
    for one in prepared:
        try:
            branches.append(follow_kept(one.plain, one.keep, device))
        except NotFollowedError as reason:
            return reason
    return kept_states(branches, device.n_qubits)


def outcome_probabilities(
    states: Sequence[NDArray[np.complex128]], device: Device, settings: Sequence[str], engine: Engine = "aer"
) -> NDArray[np.float64]:
    """Probabilities of what is read in each Pauli setting, rotations and readout as the device does them.

    Returns:
        The probabilities, shape (states, settings, 2ᴺ).
    """
    stacked = np.array(states)
    if device.is_ideal:
        return tomography.probabilities(stacked, settings)
    n = device.n_qubits
    diagonal = np.arange(2**n) * (2**n + 1)
    maps = np.array([_rotated(setting, device, engine) for setting in settings])[:, diagonal]
    vectors = np.swapaxes(stacked, -1, -2).reshape(len(stacked), -1)
    chances = np.einsum("sov,kv->kso", maps, vectors).real
    joint = np.asarray(checked_readout(device.readout_matrices, 2**n))
    return np.clip(chances, 0.0, None) @ joint.T


def _rotated(setting: str, device: Device, engine: Engine) -> NDArray[np.complex128]:
    """What the device does to the NV qubits from the end of a circuit up to their measurement."""
    circuit = QuantumCircuit(device.n_qubits)
    _rotate(circuit, circuit.qubits, setting)
    circuit.barrier()
    native = to_native(circuit, device)
    if engine == "pulse":
        return pulsed.superoperator(native, device)
    return exact.superoperator(timeless(native, device, prepares=False))


def _rotate(circuit: QuantumCircuit, qubits: Sequence[Qubit], setting: str) -> None:
    for letter, qubit in zip(reversed(setting), qubits, strict=True):
        for gate in _ROTATION[letter]:
            getattr(circuit, gate)(qubit)


def counts_shot_by_shot(
    prepared: Sequence[Prepared], device: Device, shots: int, rng: np.random.Generator, settings: Sequence[str]
) -> NDArray[np.int64]:
    """The kept counts of every circuit and setting, every shot run, shape (circuits, settings, 2ᴺ)."""
    elapse = elapsing(device)
    measured = [_measured(one.circuit, setting, device) for one in prepared for setting in settings]
    plain = [time_as_medium(one, device, elapse, to_end=False) for one in measured]
    result = run(plain, shots=shots, seed=int(rng.integers(2**31)), device=device)
    tables = np.zeros((len(measured), 2**device.n_qubits), dtype=np.int64)
    for k, table in enumerate(tables):
        one = prepared[k // len(settings)]
        for value, count in kept_counts(result, k, one.keep).items():
            table[value >> one.circuit.num_clbits] += count
    return tables.reshape(len(prepared), len(settings), -1)


def _measured(circuit: QuantumCircuit, setting: str, device: Device) -> QuantumCircuit:
    """The circuit with the measurement of one setting at its end; its outcome is in the highest bits."""
    result = circuit.copy()
    register = ClassicalRegister(device.n_qubits, _REGISTER)
    if any(known.name == _REGISTER for known in circuit.cregs):
        fail("circuit", f'have no register of the name "{_REGISTER}"', "has one")
    result.add_register(register)
    result.barrier()
    tail = QuantumCircuit(device.n_qubits)
    _rotate(tail, tail.qubits, setting)
    qubits = nv_of(circuit, device.n_qubits)
    result.compose(to_native(tail, device), qubits, inplace=True)
    result.barrier()
    result.measure(qubits, register)
    return result
