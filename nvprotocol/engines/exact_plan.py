"""What happens to the branches in a circuit, step by step, for the exact engine.

A bit is tracked only as long as something reads it, a qubit only between its first operation and its reset, and what
repeats, such as a check, is one block.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Instruction, Reset
from qiskit.circuit import Operation as QiskitOperation

from nvprotocol.channels import preparation
from nvprotocol.compiler.gates import matrix_of
from nvprotocol.compiler.postselection import last_writes
from nvprotocol.compiler.readout import instrument_of
from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.device import Device
from nvprotocol.engines.exact_branches import Fork, Keep, Map
from nvprotocol.errors import UnsupportedCircuitError
from nvprotocol.operators import kraus_superoperator

_QUBIT_LIMIT = 10
_LONGEST_BLOCK = 64
_RESET = preparation(0.0).superoperator

Block: TypeAlias = tuple[int, ...]
"""Numbers of maps that follow on each other in every branch."""
Plans: TypeAlias = dict[tuple[object, ...], "Plan"]
"""Plans of circuits on one device by their structure."""


def plan_of(circuit: CompiledCircuit, device: Device, report: Collection[int], plans: Plans) -> "Plan":
    """The plan of a circuit, which those of one structure share.

    Args:
        circuit: The circuit.
        device: The device.
        report: Bits whose readings are asked for.
        plans: The plans of circuits that are still there, on this device; a new one is added.

    Raises:
        UnsupportedCircuitError: If the circuit has too many qubits.
    """
    n = circuit.form.num_qubits
    if n > _QUBIT_LIMIT:
        raise UnsupportedCircuitError("circuit", f"have at most {_QUBIT_LIMIT} qubits for the exact engine", f"has {n}")
    structure = _structure(circuit, report)
    plan = plans.get(structure)
    if plan is None:
        plan = plans[structure] = Plan(circuit, device, report)
    return plan


class Plan:
    """What happens to the branches in a circuit, step by step.

    A kept bit is projected on by the last step that may write it, and a bit that nothing needs is not read.

    Attributes:
        sequence: Numbers of maps, and what is not the same in all branches.
        maps: The maps.
        parts: The sequence in blocks.
        number_of: How often each block is there.
    """

    def __init__(self, circuit: CompiledCircuit, device: Device, report: Collection[int]) -> None:
        self.sequence: list[int | Fork | Keep] = []
        self.maps: list[Map] = []
        self._device = device
        self._steps = circuit.steps
        self._number_of: dict[tuple[object, ...], int] = {}
        self._numbers: dict[int, list[int]] = {}
        self._tracked: set[int] = set()
        self._known: dict[int, int] = {}
        last_write = last_writes(circuit.steps)
        needed = _needed_after(circuit, report, last_write)
        for k, (operation, qubits, clbits, tests) in enumerate(circuit.steps):
            if not clbits and not tests:
                self.sequence.append(self._map(operation, qubits))
            else:
                last = {bit: circuit.keep[bit] for bit in clbits if last_write[bit] == k and bit in circuit.keep}
                self._add(operation, qubits, clbits, tests, last, needed[k])
        self.parts = _in_blocks(self.sequence, self.maps)
        self.number_of = Counter(part for part in self.parts if isinstance(part, tuple))

    def maps_of(self, circuit: CompiledCircuit) -> list[Map]:
        """The maps of a circuit of the same structure, of which only what is another object has to be made."""
        maps = list(self.maps)
        for (own, *_), other in zip(self._steps, circuit.steps, strict=True):
            numbers = self._numbers.get(id(own), ()) if other.operation is not own else ()
            for number in numbers:
                if maps[number] is self.maps[number]:
                    there = self.maps[number]
                    maps[number] = Map(step_superoperator(other.operation), there.qubits, there.clears)
        return maps

    def maps_over(
        self, circuits: Sequence[CompiledCircuit], channels: Sequence[Mapping[int, NDArray[np.complex128]]]
    ) -> list[Map]:
        """The maps of several circuits of the same structure in several media, circuit by circuit.

        Args:
            circuits: The circuits, C of them.
            channels: For each the channels of its steps that are time, by their index, shape (M, 4ⁿ, 4ⁿ).

        Returns:
            Maps whose superoperators are of shape (4ⁿ, 4ⁿ) where all circuits and media share them, or (C·M, 4ⁿ, 4ⁿ).
        """
        maps = list(self.maps)
        media = len(next(iter(channels[0].values()), np.zeros(1)))
        for k, (own, *_) in enumerate(self._steps):
            numbers = [one for one in self._numbers.get(id(own), ()) if maps[one] is self.maps[one]]
            if not numbers:
                continue
            if k in channels[0]:
                several = np.concatenate([one[k] for one in channels])
            elif any(one.steps[k].operation is not own for one in circuits):
                each = np.array([step_superoperator(one.steps[k].operation) for one in circuits])
                several = np.repeat(each, media, axis=0)
            else:
                continue
            for number in numbers:
                maps[number] = Map(several, self.maps[number].qubits, self.maps[number].clears)
        return maps

    def _add(
        self,
        operation: QiskitOperation | Instruction,
        qubits: tuple[int, ...],
        clbits: tuple[int, ...],
        tests: tuple[tuple[int, int], ...],
        last: Mapping[int, int],
        needed: frozenset[int],
    ) -> None:
        """A step that writes a bit or has tests; `last` is what is kept of a bit that nothing writes after it."""
        tracked = self._tracked
        open_tests = tuple([test for test in tests if test[0] in tracked])
        possible = all(self._known.get(bit, 0) == value for bit, value in tests if bit not in tracked)
        certain = possible and not open_tests and not tracked.intersection(clbits)
        matters = bool(last) or bool(needed.intersection(clbits))
        if certain and not clbits:
            self.sequence.append(self._map(operation, qubits))
        elif certain and (last or not matters):
            self.sequence.append(self._read(qubits[0], next(iter(last.values()), None)))
        else:
            if possible:
                values = (0, 1) if matters else (None,)
                numbers = [self._read(qubits[0], value) if clbits else self._map(operation, qubits) for value in values]
                outcomes = {value: self.maps[number] for value, number in zip(values, numbers, strict=True)}
                bit = clbits[0] if matters else None
                self.sequence.append(Fork(outcomes, open_tests, bit, needed.union(last)))
                tracked |= set(clbits) if matters else set()
                tracked &= needed.union(last)
            for bit, value in last.items():
                self.sequence.append(Keep(bit, value, needed.difference(last)))
                tracked &= needed.difference(last)
        self._known |= last

    def _map(self, operation: QiskitOperation | Instruction, qubits: tuple[int, ...]) -> int:
        """The number of what an operation does, equal for one object on the same qubits."""
        key = (id(operation), qubits)
        if key not in self._number_of:
            self._number_of[key] = len(self.maps)
            self._numbers.setdefault(id(operation), []).append(len(self.maps))
            self.maps.append(Map(step_superoperator(operation), qubits, isinstance(operation, Reset)))
        return self._number_of[key]

    def _read(self, qubit: int, value: int | None) -> int:
        """The number of what the measurement of a qubit does where it reads a value, or unread."""
        key = ("read", qubit, value)
        if key not in self._number_of:
            instrument = instrument_of(self._device, qubit)
            channel = instrument.unread if value is None else instrument.branches[value]
            self._number_of[key] = len(self.maps)
            self.maps.append(Map(channel.superoperator, (qubit,)))
        return self._number_of[key]


def _structure(circuit: CompiledCircuit, report: Collection[int]) -> tuple[object, ...]:
    """What a plan depends on: where which operations are equal, not what they do, unless a bit decides on them.

    An operation is known by the object that it is, never by its name, so it must not outlive the circuits.
    """
    number: dict[int, int] = {}
    steps = tuple(
        [
            (id(operation), qubits, clbits, tests)
            if tests
            else (number.setdefault(id(operation), len(number)), isinstance(operation, Reset), qubits, clbits)
            for operation, qubits, clbits, tests in circuit.steps
        ]
    )
    return steps, tuple(sorted(circuit.keep.items())), tuple(report)


def _needed_after(
    circuit: CompiledCircuit, report: Collection[int], last_write: Mapping[int, int]
) -> dict[int, frozenset[int]]:
    """The bits that something reads after each step that writes a bit or tests some, before they are written anew."""
    needed = frozenset(report)
    found: dict[int, frozenset[int]] = {}
    for k in range(len(circuit.steps) - 1, -1, -1):
        _, _, clbits, tests = circuit.steps[k]
        if not clbits and not tests:
            continue
        found[k] = needed
        if clbits and not tests:
            needed = needed.difference(clbits)
        elif clbits:  # where it does not happen, what was kept of the bit before counts
            needed = needed.union([bit for bit in clbits if bit in circuit.keep and last_write[bit] == k])
        # What is kept of a bit that nothing writes any more is known.
        needed = needed.union([bit for bit, _ in tests if not (bit in circuit.keep and last_write.get(bit, -1) < k)])
    return found


def _in_blocks(sequence: Sequence[int | Fork | Keep], maps: Sequence[Map]) -> list[Block | Fork | Keep]:
    """The sequence cut where few qubits are occupied: what takes qubits in and clears them again is one block."""
    parts: list[Block | Fork | Keep] = []
    known: dict[tuple[int, frozenset[int]], tuple[list[int], Block, frozenset[int]]] = {}
    occupied: frozenset[int] = frozenset()
    k = 0
    while k < len(sequence):
        first = sequence[k]
        if not isinstance(first, int):
            if isinstance(first, Fork):
                occupied = occupied.union(*(one.qubits for one in first.outcomes.values()))
            parts.append(first)
            k += 1
            continue
        block = known.get((first, occupied))
        if block is None or sequence[k : k + len(block[0])] != block[0]:
            numbers, after = _block_from(k, sequence, maps, occupied)
            block = known[first, occupied] = (numbers, tuple(numbers), after)
        parts.append(block[1])
        occupied = block[2]
        k += len(block[0])
    return parts


def _block_from(
    start: int, sequence: Sequence[int | Fork | Keep], maps: Sequence[Map], occupied: frozenset[int]
) -> tuple[list[int], frozenset[int]]:
    """The block that begins somewhere, and the qubits that are occupied after it."""
    numbers, inside = [], set(occupied)
    single: tuple[list[int], frozenset[int]] | None = None
    for number in sequence[start : start + _LONGEST_BLOCK]:
        if not isinstance(number, int):
            break
        one = maps[number]
        inside = inside.difference(one.qubits) if one.clears else inside.union(one.qubits)
        numbers.append(number)
        single = single or ([number], frozenset(inside))
        if inside <= occupied:
            return numbers, frozenset(inside)
    if single is None:
        raise AssertionError("A block begins with a map.")
    return single


def step_superoperator(operation: QiskitOperation | Instruction) -> NDArray[np.complex128]:
    """The superoperator of what measures nothing."""
    if isinstance(operation, Instruction) and operation.name == "superop":
        return np.asarray(operation.params[0], dtype=complex)
    if isinstance(operation, Reset):
        return _RESET
    return kraus_superoperator(matrix_of(operation))
