"""How a medium shows itself as text."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol._text_table import aligned
from nvprotocol.medium.coefficient_matrix import CROSS, Symmetry, symmetry_of
from nvprotocol.medium.dark_state import DarkState
from nvprotocol.medium.provenance import Provenance

_SYMMETRIES: dict[Symmetry, str] = {
    "U(1)": "U(1): axial about z",
    "parity": "parity of the number of excitations",
    "none": "none",
}


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
    rows: list[tuple[str, str]] = []
    if not batch:
        axial = {name: block for name, block in blocks.items() if name != "cross"}
        rows += [(name, _matrix(block)) for name, block in axial.items() if np.any(block)]
        named = zip(("–".join(pair) for pair in CROSS), blocks["cross"], strict=True)
        rows += [(name, _matrix(block)) for name, block in named if np.any(block)]
        rows += [(name, f"{', '.join(show(float(t)) for t in value)} µs") for name, value in times.items()]
    if dark is not None:
        rows.append(("dark state", f"{dark}{', at equal splittings' if dark.exact else ''}"))
    rows.append(("symmetry", _SYMMETRIES[symmetry_of(blocks["cross"])]))
    lines = [f"{head}, batch {batch}" if batch else head, *aligned(rows, least=10, indent="  ")]
    if provenance is not None:
        lines += [f"  {line}" for line in str(provenance).splitlines()]
    return "\n".join(lines)


def _matrix(block: NDArray) -> str:
    entries = block if np.any(np.imag(block)) else np.real(block)
    return "[" + ", ".join("[" + ", ".join(show(entry) for entry in row) + "]" for row in entries) + "]"
