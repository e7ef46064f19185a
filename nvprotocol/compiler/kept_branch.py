"""The kept branch for Aer: a circuit in which what is postselected is projected instead of measured.

The circuit is then followed once, whatever the number of shots: the trace of its final state is the probability of
keeping a run, and what its outcomes are among the kept runs is the same as if every shot were measured and sorted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import NoReturn

import numpy as np
from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit import Instruction
from qiskit.circuit.library import CXGate

from nvprotocol.channels import Channel, Instrument, preparation, qubit_readout
from nvprotocol.compiler.instructions import superop_instruction
from nvprotocol.compiler.postselection import last_writes, name_of_bit, taken_operations
from nvprotocol.compiler.readout import instrument_of
from nvprotocol.compiler.steps import CompiledCircuit, Step, Writer
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError

_MOST_COPIES = 7
"""Copies of outcomes whose qubit is used again; each makes the density matrix four times larger."""
_FOLLOWED = "be followed in its kept branch alone"


class NotFollowedError(UnsupportedCircuitError):
    """The kept branch cannot be followed on its own; shot by shot the circuit can be run."""


@dataclass(frozen=True)
class Record:
    """Where the outcome of a measurement is found at the end.

    Attributes:
        clbit: Index of the bit that is reported.
        measured: Number of the qubit that was measured, whose readout errors apply.
        qubit: Number of the qubit that holds the outcome at the end.
    """

    clbit: int
    measured: int
    qubit: int


@dataclass(frozen=True)
class KeptBranch:
    """A circuit whose final state is the unnormalised state of the kept runs.

    Attributes:
        circuit: The circuit, without measurements.
        records: Where the outcomes that are reported are found at the end.

    Examples:
        >>> from qiskit import QuantumCircuit
        >>> from nvprotocol.backend import KeptBranch, follow_kept
        >>> circuit = QuantumCircuit(2, 1)
        >>> _ = circuit.measure(1, 0)
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()))
        >>> branch = follow_kept(circuit, {}, device, report=[0])
        >>> isinstance(branch, KeptBranch), [(record.clbit, record.qubit) for record in branch.records]
        (True, [(0, 1)])
    """

    circuit: QuantumCircuit
    records: tuple[Record, ...]


def kept_branch(circuit: CompiledCircuit, device: Device, report: Collection[int] = ()) -> KeptBranch:
    """Rewrites a compiled circuit into its kept branch.

    Where a bit is written more than once, its last value counts, for what is kept and for what is reported.

    Args:
        circuit: The circuit.
        device: The device, for its readout errors.
        report: Bits whose outcomes among the kept runs are asked for.

    Raises:
        NotFollowedError: If an outcome that is not kept decides what happens, or too many outcomes are reported of
            qubits that are used again.
    """
    keep, n_qubits = circuit.keep, circuit.form.num_qubits
    steps = _taken(circuit)
    last_write = last_writes(steps)
    last_use = {qubit: k for k, step in enumerate(steps) for qubit in step.qubits}
    reported = {k for bit, k in last_write.items() if bit in report and bit not in keep}
    copies = sorted(k for k in reported if last_use[steps[k].qubits[0]] > k)
    if len(copies) > _MOST_COPIES:
        but = f"it reports {len(copies)} outcomes of qubits that are used again, and at most {_MOST_COPIES} can be kept"
        raise NotFollowedError("circuit", _FOLLOWED, but)
    projections = cache(lambda qubit: _projections(instrument_of(device, qubit)))
    result = QuantumCircuit(QuantumRegister(n_qubits + len(copies), "q"), name=circuit.form.name)
    records, together, write = [], _reset_at_once(steps, keep), Writer(result)
    for k, (operation, qubits, clbits, _) in enumerate(steps):
        if not clbits:
            if k - 1 not in together:
                write(operation, qubits)
            continue
        (qubit,), (bit,) = qubits, clbits
        if bit in keep:
            kept = keep[bit] if last_write[bit] == k else None
            write(projections(qubit)[kept, k in together], qubits)
        elif k in reported:
            place = n_qubits + copies.index(k) if k in copies else qubit
            if place != qubit:
                write(CXGate(), (qubit, place))
            records.append(Record(bit, qubit, place))
        else:
            write(_unread(), qubits)
    if any(value and bit not in last_write for bit, value in keep.items()):
        write(_impossible(), (0,))  # what is not written in this branch reads 0
    return KeptBranch(result, tuple(records))


def _taken(circuit: CompiledCircuit) -> Sequence[Step]:
    """The steps that are taken in the kept branch."""

    def undecided(bit: int, _: Step) -> NoReturn:
        but = f"bit {name_of_bit(circuit.form, bit)}, which is not kept, decides what happens"
        raise NotFollowedError("circuit", _FOLLOWED, but)

    return taken_operations(circuit.steps, circuit.keep, undecided)


def _reset_at_once(steps: Sequence[Step], keep: Mapping[int, int]) -> set[int]:
    """Kept measurements whose qubit is reset right after them: one instruction instead of two, as Aer counts them."""
    return {
        k
        for k, (step, then) in enumerate(pairwise(steps))
        if step.clbits and step.clbits[0] in keep and then.resets and step.qubits == then.qubits
    }


@lru_cache(maxsize=64)
def _projections(instrument: Instrument) -> dict[tuple[int | None, bool], Instruction]:
    """What a measurement does to the kept runs, by the value that is kept, if any, and whether a reset follows."""
    maps: dict[int | None, Channel] = {**instrument.branches, None: instrument.unread}
    return {
        (value, resets): superop_instruction(preparation(0.0) @ one if resets else one)
        for value, one in maps.items()
        for resets in (False, True)
    }


@cache
def _unread() -> Instruction:
    return superop_instruction(qubit_readout().unread)


@cache
def _impossible() -> Instruction:
    return superop_instruction(Channel(np.zeros((4, 4), dtype=complex)))
