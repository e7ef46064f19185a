"""A density matrix as squares: area for size, colour for phase."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nvprotocol._checks import fail
from nvprotocol.operators import State, density_matrix
from nvprotocol.plotting._arguments import checked_axes
from nvprotocol.plotting._style import COLUMN_WIDTH, FONT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["density_matrix_figure", "draw_density_matrix"]

PHASES = LinearSegmentedColormap.from_list("phase", ["#0072B2", "#F0E442", "#D55E00", "#2B1040", "#0072B2"])
"""Phase 0 blue, π/2 yellow, π vermilion, −π/2 nearly black: opposite phases differ in hue or in lightness."""
PHASE_RANGE = Normalize(0, 2 * np.pi)
LARGEST = 0.66
"""Side of the largest square, in cells."""
MOST_QUBITS = 4
NUMBERED = 4
"""Size of a matrix up to which |ρ| is written into the cells."""
FAINT = 5e-4
"""|ρ| below which a cell stays empty: it would be written as 0.000."""


def draw_density_matrix(ax: "Axes", rho: State) -> None:
    r"""Draws a density matrix as squares whose area is |ρᵢⱼ| and whose colour is the phase of ρᵢⱼ.

    Rows and columns are in Qiskit's order of the basis, with the bits of qubit N−1 … 0. Up to two qubits |ρᵢⱼ| is
    written into the cells, and arrows are written above the bits as in the paper and in labels such as "ud", qubit 0
    (the paper's qubit 1) first: |↑↓⟩ is Qiskit's 10.

    Args:
        ax: Where to draw.
        rho: One state of up to four qubits, as `nvprotocol.operators.density_matrix` takes it.

    Raises:
        ArgumentError: If it is not one state of up to four qubits.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> ax = Figure().subplots()
        >>> nv.plotting.draw_density_matrix(ax, "psi-")
        >>> [text.get_text() for text in ax.get_xticklabels()]
        ['↑↑\n00', '↓↑\n01', '↑↓\n10', '↓↓\n11']
    """
    ax = checked_axes(ax)
    matrix = density_matrix(rho, name="rho")
    size = matrix.shape[-1]
    if matrix.ndim != 2 or size > 2**MOST_QUBITS:
        fail("rho", f"be one state of at most {MOST_QUBITS} qubits", f"has shape {matrix.shape}")
    magnitude = np.abs(matrix)
    sides = LARGEST * np.sqrt(magnitude / magnitude.max())
    lift = 0.09 if size <= NUMBERED else 0.0  # room for the number below
    seen = [(int(row), int(column)) for row, column in np.argwhere(magnitude >= FAINT)]
    squares = [
        Rectangle((column - side / 2, row - lift - side / 2), side, side)
        for row, column in seen
        for side in [sides[row, column]]
    ]
    phases = [_phase(matrix[place]) for place in seen]
    drawn = PatchCollection(squares, cmap=PHASES, norm=PHASE_RANGE, edgecolor="black", linewidth=0.4, zorder=2)
    drawn.set_array(np.array(phases))
    ax.add_collection(drawn)
    if size <= NUMBERED:
        for row, column in seen:
            text = f"{magnitude[row, column]:.3f}"
            ax.text(column, row + 0.46, text, ha="center", va="bottom", fontsize=FONT - 2, color="0.25")
    _frame(ax, size)


def density_matrix_figure(rho: State) -> Figure:
    """A figure of a density matrix, a column wide, with the key to phases and arrows (`draw_density_matrix`).

    Args:
        rho: One state of up to four qubits, as `nvprotocol.operators.density_matrix` takes it.

    Raises:
        ArgumentError: If it is not one state of up to four qubits.

    Examples:
        >>> figure = nv.plotting.density_matrix_figure("psi-")
        >>> len(figure.axes)  # the matrix, and the key to the phases
        2
    """
    figure = Figure(figsize=(COLUMN_WIDTH, 3.1), layout="constrained", dpi=300)
    ax = figure.subplots()
    draw_density_matrix(ax, rho)
    bar = figure.colorbar(ScalarMappable(PHASE_RANGE, PHASES), ax=ax, shrink=0.6, aspect=14, pad=0.03)
    bar.set_ticks([k * np.pi / 2 for k in range(5)], labels=["$0$", r"$\pi/2$", r"$\pi$", r"$3\pi/2$", r"$2\pi$"])
    bar.ax.tick_params(labelsize=FONT - 1, length=2, width=0.6)
    bar.set_label(r"phase of $\rho_{ij}$", fontsize=FONT)
    bar.outline.set_linewidth(0.6)
    arrows = "arrows: qubit 0 first; " if len(ax.get_xticks()) <= NUMBERED else ""
    note = f"area $\\propto|\\rho_{{ij}}|$; {arrows}bits: Qiskit's, qubit 0 last"
    figure.supxlabel(note, fontsize=FONT - 1.5, color="0.25")
    return figure


def _phase(value: complex) -> float:
    """The phase in [0, 2π), with the noise around 0 kept at 0."""
    phase = float(np.angle(value) % (2 * np.pi))
    return 0.0 if 2 * np.pi - phase < 1e-9 else phase


def _frame(ax: "Axes", size: int) -> None:
    """Cells, ticks and labels."""
    bits = size.bit_length() - 1
    outcomes = [f"{index:0{bits}b}" for index in range(size)]
    arrows = ["".join("↑↓"[int(bit)] for bit in reversed(outcome)) for outcome in outcomes]
    with_arrows = size <= NUMBERED
    labels = [f"{arrow}\n{bits}" for arrow, bits in zip(arrows, outcomes, strict=True)] if with_arrows else outcomes
    text = {"fontsize": FONT - 0.5 if with_arrows else FONT - 2, "multialignment": "center"}
    ax.set_xticks(range(size), labels=labels, rotation=90 if bits > NUMBERED.bit_length() else 0, **text)
    ax.set_yticks(range(size), labels=labels, **text)
    ax.set_xticks(np.arange(size + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(size + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="0.85", linewidth=0.5, zorder=0)
    ax.tick_params(which="both", length=0)
    ax.xaxis.tick_top()
    ax.set_xlim(-0.5, size - 0.5)
    ax.set_ylim(size - 0.5, -0.5)
    ax.set_aspect("equal")
    for side in ax.spines.values():
        side.set_linewidth(0.6)
