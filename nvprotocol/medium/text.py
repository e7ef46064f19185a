"""How a medium shows itself as text."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol.medium.dark_state import DarkState
from nvprotocol.medium.provenance import Provenance


def described(
    n_qubits: int,
    batch: tuple[int, ...],
    blocks: dict[str, NDArray],
    times: dict[str, NDArray],
    dark: DarkState | None,
    provenance: Provenance | None,
) -> str:
    """A medium as text: its blocks and times, the dark state of a pair, and where it comes from."""
    head = f"Medium of {n_qubits} qubits, rates in rad/µs" if n_qubits > 1 else "Medium of a qubit, rates in rad/µs"
    rows = [f"{head}, batch {batch}" if batch else head]
    if not batch:
        rows += [f"  {name:<11}{_matrix(block)}" for name, block in blocks.items() if np.any(block)]
        rows += [f"  {name:<11}{', '.join(show(float(t)) for t in value)} µs" for name, value in times.items()]
    if dark is not None:
        rows.append(f"  {'dark state':<11}{dark}{', at equal splittings' if dark.exact else ''}")
    if provenance is not None:
        rows += [f"  {row}" for row in str(provenance).splitlines()]
    return "\n".join(rows)


def _matrix(block: NDArray) -> str:
    entries = block if np.any(np.imag(block)) else np.real(block)
    return "[" + ", ".join("[" + ", ".join(show(entry) for entry in row) + "]" for row in entries) + "]"
