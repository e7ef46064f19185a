"""The kept branch: a circuit in which what is postselected is projected instead of measured.

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
from qiskit.converters import circuit_to_dag
from qiskit.dagcircuit import DAGCircuit
from qiskit.transpiler.basepasses import TransformationPass

from nvprotocol.backend.conversion import superop_instruction, to_circuit
from nvprotocol.backend.readout import instrument_of
from nvprotocol.backend.steps import Step, Timeless, Writer, name_of_bit, require_measured
from nvprotocol.backend.taken import taken
from nvprotocol.channels import Channel, Instrument, preparation, qubit_readout
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError

__all__ = ["FollowKept", "KeptBranch", "follow_kept"]

_MOST_COPIES = 7
"""Copies of outcomes whose qubit is used again; each makes the density matrix four times larger."""


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


class FollowKept(TransformationPass):
    """The transpiler pass that projects on what is kept; other outcomes are not looked at.

    It comes after `TimeAsMedium`: what it takes is a circuit without time. The result runs on Aer's density-matrix
    method with `enable_truncation=False`; the trace of its final state is the probability of keeping a run.

    Args:
        keep: Index of a classical bit → the value that is kept of it.
        device: The device, whose readout errors make the projections imperfect.

    Examples:
        >>> from qiskit.transpiler import PassManager
        >>> from nvprotocol.backend import FollowKept, TimeAsMedium
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)))
        >>> passes = PassManager([TimeAsMedium(device), FollowKept({0: 1, 1: 1}, device)])
        >>> kept = passes.run(nv.protocols.monitored_bell(1.0, checks=2))
        >>> "measure" in kept.count_ops()
        False
    """

    def __init__(self, keep: Mapping[int, int], device: Device) -> None:
        super().__init__()
        self.keep = dict(keep)
        self.device = device

    def run(self, dag: DAGCircuit) -> DAGCircuit:
        """The circuit of the kept branch."""
        return circuit_to_dag(follow_kept(to_circuit(dag), self.keep, self.device).circuit)


def follow_kept(
    circuit: QuantumCircuit | Timeless, keep: Mapping[int, int], device: Device, report: Collection[int] = ()
) -> KeptBranch:
    """Rewrites a circuit without time into its kept branch.

    Where a bit is written more than once, its last value counts, for what is kept and for what is reported.

    Args:
        circuit: What `time_as_medium` gives, or its steps.
        keep: Index of a classical bit → the value that is kept of it.
        device: The device, for its readout errors.
        report: Bits whose outcomes among the kept runs are asked for.

    Raises:
        ArgumentError: If a kept bit is never measured.
        NotFollowedError: If an outcome that is not kept decides what happens, or too many outcomes are reported of
            qubits that are used again.

    Examples:
        >>> from nvprotocol.backend import follow_kept, time_as_medium
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9)))
        >>> plain = time_as_medium(nv.protocols.monitored_bell(1.0, checks=2), device)
        >>> follow_kept(plain, {0: 1, 1: 1}, device, report=()).records
        ()
    """
    given = Timeless.of(circuit)
    steps, n_qubits = _taken(given, keep), given.form.num_qubits
    last_write = {step.clbits[0]: k for k, step in enumerate(steps) if step.clbits}
    last_use = {qubit: k for k, step in enumerate(steps) for qubit in step.qubits}
    reported = {k for bit, k in last_write.items() if bit in report and bit not in keep}
    copies = sorted(k for k in reported if last_use[steps[k].qubits[0]] > k)
    if len(copies) > _MOST_COPIES:
        raise NotFollowedError(
            f"it reports {len(copies)} outcomes of qubits that are used again, and at most {_MOST_COPIES} can be kept"
        )
    projections = cache(lambda qubit: _projections(instrument_of(device, qubit)))
    result = QuantumCircuit(QuantumRegister(n_qubits + len(copies), "q"), name=given.form.name)
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


def _taken(circuit: Timeless, keep: Mapping[int, int]) -> Sequence[Step]:
    """The steps that are taken in the kept branch."""

    def undecided(bit: int, _: Step) -> NoReturn:
        raise NotFollowedError(f"bit {name_of_bit(circuit.form, bit)}, which is not kept, decides what happens")

    require_measured(circuit.form, circuit.steps, keep)
    return taken(circuit.steps, keep, undecided)


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
