"""What a classical register reads: probabilities in the kept branch, or counts shot by shot."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit

from nvprotocol._checks import fail, show
from nvprotocol.backend import exact, follow_kept
from nvprotocol.backend.aer import kept_outcomes, run
from nvprotocol.backend.kept_branch import KeptBranch, NotFollowedError
from nvprotocol.backend.postselected import kept_counts
from nvprotocol.backend.steps import require_measured
from nvprotocol.device import Device
from nvprotocol.emulation import pulsed
from nvprotocol.emulation.circuits import Prepared
from nvprotocol.emulation.estimate import Engine

_MOST_BITS = 16


def size_of(circuit: QuantumCircuit, register: str) -> int:
    """The number of bits of a register.

    Raises:
        ArgumentError: If the circuit has none of that name, or it has no or too many bits.
    """
    sizes = {known.name: known.size for known in circuit.cregs}
    if register not in sizes:
        has = ", ".join(show(name) for name in sizes) or "none"
        fail("register", "name a classical register of the circuit", f"is {show(register)}, and the circuit has {has}")
    if not 1 <= sizes[register] <= _MOST_BITS:
        fail("register", f"have between 1 and {_MOST_BITS} bits", f"has {sizes[register]}")
    return sizes[register]


def joint_probabilities(
    prepared: Sequence[Prepared], device: Device, engine: Engine, register: str
) -> list[NDArray[np.float64]] | NotFollowedError:
    """Probabilities that a run is kept and a register reads what it reads, (2ᵏ,) for each circuit; or why not."""
    places = [_bits_of(one, register) for one in prepared]
    if engine != "aer":
        return [_exactly(one, device, engine, bits) for one, bits in zip(prepared, places, strict=True)]
    branches: list[KeptBranch] = []
    for one, bits in zip(prepared, places, strict=True):
        try:
            branches.append(follow_kept(one.plain, one.keep, device, report=bits))
        except NotFollowedError as reason:
            return reason
    tables = kept_outcomes(branches, device)
    found = []
    for one, bits, branch, table in zip(prepared, places, branches, tables, strict=True):
        found.append(_by_reading(table, [record.clbit for record in branch.records], bits, one.keep))
    return found


def counts_shot_by_shot(
    prepared: Sequence[Prepared], device: Device, shots: int, rng: np.random.Generator, register: str
) -> list[NDArray[np.int64]]:
    """Kept counts of every reading of a register, every shot run, (2ᵏ,) for each circuit."""
    result = run([one.plain.written() for one in prepared], shots=shots, seed=int(rng.integers(2**31)), device=device)
    tables = []
    for k, one in enumerate(prepared):
        bits = _bits_of(one, register)
        table = np.zeros(2 ** len(bits), dtype=np.int64)
        for value, count in kept_counts(result, k, one.keep).items():
            table[sum((value >> bit & 1) << position for position, bit in enumerate(bits))] += count
        tables.append(table)
    return tables


def _bits_of(prepared: Prepared, register: str) -> list[int]:
    """Indices of the bits of a register, lowest first, at least one of them measured."""
    circuit, form = prepared.plain, prepared.plain.form
    (found,) = (known for known in form.cregs if known.name == register)
    bits = [form.find_bit(bit).index for bit in found]
    require_measured(form, circuit.steps, prepared.keep)
    if not {bit for step in circuit.steps for bit in step.clbits}.intersection(bits):
        fail("register", "be one that the circuit measures into", f"is {show(register)}")
    return bits


def _exactly(prepared: Prepared, device: Device, engine: Engine, bits: Sequence[int]) -> NDArray[np.float64]:
    free = [bit for bit in bits if bit not in prepared.keep]
    if engine == "pulse":
        table = pulsed.distribution(prepared.circuit, device, prepared.keep, free)
    else:
        table = exact.distribution(prepared.plain, device, prepared.keep, free)
    return _by_reading(table, free, bits, prepared.keep)


def _by_reading(
    table: NDArray[np.float64], axes: Sequence[int], bits: Sequence[int], keep: dict[int, int]
) -> NDArray[np.float64]:
    """A table with one axis for each bit that is free, by the value of the register."""
    base = sum(keep.get(bit, 0) << position for position, bit in enumerate(bits))
    position_of = {bit: position for position, bit in enumerate(bits)}
    found = np.zeros(2 ** len(bits))
    for cell in np.ndindex(table.shape):
        value = base + sum(one << position_of[bit] for one, bit in zip(cell, axes, strict=True))
        found[value] += float(table[cell])
    return np.clip(found, 0.0, 1.0)
