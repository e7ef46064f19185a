"""Tables as a laboratory would write them, drawn from a device whose numbers are known."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from qiskit import QuantumCircuit

import nvprotocol as nv

Write = Callable[[str, str], Path]
"""What the fixture `write` gives."""

BITS = ("00", "01", "10", "11")


def counted(circuits: Sequence[QuantumCircuit], device: nv.Device, shots: int, seed: int) -> list[list[int]]:
    """Counts of the register `readout`, drawn, in the order of its readings."""
    found = nv.probability(
        list(circuits), device, "0" * circuits[0].cregs[-1].size, shots=shots, engine="exact", seed=seed
    )
    return [[int(number) for number in np.ravel(one.counts)] for one in found if one.counts is not None]


def wide(values: Sequence[float], counts: Sequence[Sequence[int]], header: str = "duration_us") -> str:
    """A table with a column for each reading."""
    bits = len(counts[0]).bit_length() - 1
    lines = [",".join([header, *(f"{k:0{bits}b}" for k in range(len(counts[0])))])]
    lines += [",".join([repr(value), *map(str, row)]) for value, row in zip(values, counts, strict=True)]
    return "\n".join(lines) + "\n"


def events(values: Sequence[float], counts: Sequence[Sequence[int]], places: Sequence[int]) -> str:
    """A table of the runs that read some of the readings."""
    lines = ["time,counts,shots"]
    for value, row in zip(values, counts, strict=True):
        lines.append(f"{value!r},{sum(row[place] for place in places)},{sum(row)}")
    return "\n".join(lines) + "\n"


def tomography(
    values: Sequence[float],
    circuits: Sequence[QuantumCircuit],
    device: nv.Device,
    shots: int,
    seed: int,
    keep: dict[str, int | str] | None = None,
) -> str:
    """A table with a column for each reading in each of the nine settings, and the runs that were discarded."""
    found = nv.emulate(list(circuits), device, shots, keep, engine="exact", seed=seed)
    lines = [",".join(["t_us", "setting", *BITS, *(["discarded"] if keep else [])])]
    for value, one in zip(values, found, strict=True):
        assert one.counts is not None
        for setting, row in zip(one.settings, one.counts.astype(int).tolist(), strict=True):
            lost = [shots - sum(row)] if keep else []
            lines.append(",".join([repr(value), setting, *map(str, [*row, *lost])]))
    return "\n".join(lines) + "\n"
