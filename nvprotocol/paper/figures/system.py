"""Fig. 1: the system, drawn, and the ways between the four states of the pair."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol import plotting
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.operators import bell_state, state
from nvprotocol.paper.figures.figure import PaperFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from xarray import Dataset

EXAMPLE = {"a": 1.0, "A": 0.8, "q": 0.3}
LEVELS = ("uu", "T0", "S", "dd")
_PLACES = {"dd": (0.5, 2.0), "S": (0.08, 1.0), "T0": (0.92, 1.0), "uu": (0.5, 0.0)}
_SYMBOLS = {
    "uu": r"$|\uparrow\uparrow\rangle$",
    "T0": r"$|T_0\rangle$",
    "S": r"$|S\rangle$",
    "dd": r"$|\downarrow\downarrow\rangle$",
}
_SITES = (2.6, 7.4)
_BLUE, _RED, _GREEN = plotting.COLOURS[0], plotting.COLOURS[1], plotting.COLOURS[2]


def compute(shots: int, seed: int) -> "Dataset":  # noqa: ARG001  # nothing here is random
    """Rates between |↑↑⟩, T₀, S and |↓↓⟩, from the jump operators of an example."""
    from xarray import Dataset

    rates = level_rates(MasterEquation(Medium.pair(**EXAMPLE)))
    return Dataset(
        {"rate": (["start", "end"], rates, {"long_name": "rate of jumps", "units": "1/µs"})},
        {"start": ("start", list(LEVELS)), "end": ("end", list(LEVELS))},
    )


def level_rates(equation: MasterEquation) -> NDArray[np.float64]:
    """Σ_L |⟨end|L|start⟩|² of the jump operators L between |↑↑⟩, T₀, S and |↓↓⟩, shape (4, 4), start first."""
    basis = np.stack([state("uu"), bell_state("psi+"), bell_state("psi-"), state("dd")])
    amplitudes = np.einsum("ei,kij,sj->kse", basis.conj(), equation.jump_operators, basis)
    return np.sum(np.abs(amplitudes) ** 2, axis=0)


def draw(data: "Dataset") -> "Figure":
    """The sketch and the level scheme."""
    figure, axes = plotting.panels(1, 2, width=plotting.PAGE_WIDTH, height=3.0, letters=False, width_ratios=(1.55, 1))
    sketch, levels = axes[0]
    for ax, which in ((sketch, "a"), (levels, "b")):
        ax.axis("off")
        ax.text(0.0, 1.0, f"({which})", transform=ax.transAxes, va="top", fontweight="bold")
    _draw_magnet(sketch)
    _draw_qubits(sketch)
    _draw_monitoring(sketch)
    sketch.set(xlim=(-0.3, 10.3), ylim=(-0.5, 7.3))
    _draw_levels(levels, data)
    return figure


def _draw_magnet(ax: "Axes") -> None:
    """A slab with its spins, the magnon that both qubits may have emitted, and what it mediates."""
    from matplotlib.patches import Polygon

    ax.add_patch(Polygon([(0, 0.4), (9, 0.4), (10, 2.0), (1, 2.0)], facecolor="#E8E1CF", edgecolor="0.35", lw=0.7))
    ax.add_patch(Polygon([(0, 0), (9, 0), (9, 0.4), (0, 0.4)], facecolor="#CFC4A6", edgecolor="0.35", lw=0.7))
    ax.add_patch(Polygon([(9, 0), (10, 1.6), (10, 2.0), (9, 0.4)], facecolor="#B9AC89", edgecolor="0.35", lw=0.7))
    for x in np.linspace(0.7, 8.5, 14):
        tilt = 0.13 * np.sin(2 * np.pi * (x - _SITES[0]) / 4.8)
        ax.annotate("", (x + tilt, 1.05), (x - tilt, 0.5), arrowprops=_arrow("0.45", 0.7, 6))
    x = np.linspace(*_SITES, 300)
    ax.plot(x, 1.55 + 0.16 * np.sin(2 * np.pi * (x - _SITES[0]) / 0.8), color=_RED, lw=1.0)
    ax.text(_SITES[0] - 0.2, 1.55, "magnons", ha="right", va="center", fontsize=7.5, color=_RED)
    ax.text(5.0, -0.42, "magnet", ha="center", va="bottom", fontsize=8)


def _draw_qubits(ax: "Axes") -> None:
    from matplotlib.patches import RegularPolygon

    for number, (x, up) in enumerate(zip(_SITES, (1, -1), strict=True), start=1):
        stone = {"facecolor": "#DCEBF5", "edgecolor": _BLUE, "lw": 0.9}
        ax.add_patch(RegularPolygon((x, 4.2), 4, radius=0.95, **stone))
        ax.annotate("", (x, 4.2 + 0.6 * up), (x, 4.2 - 0.6 * up), arrowprops=_arrow(_BLUE, 2.0, 13))
        side = -1 if number == 1 else 1
        ax.text(
            x + 1.05 * side, 4.75, f"NV {number}, $\\Delta_{number}$", ha="right" if number == 1 else "left", fontsize=8
        )
        ax.annotate("", (x - 0.14, 2.0), (x - 0.14, 3.35), arrowprops=_arrow(_RED, 1.2, 8))
        ax.annotate("", (x + 0.14, 3.35), (x + 0.14, 2.0), arrowprops=_arrow(_RED, 0.8, 7))
        ax.text(
            x + 0.32 * side, 2.65, r"$a,\ \tilde a$", ha="right" if number == 1 else "left", va="center", color=_RED
        )
    arc = _arrow(_RED, 1.2, 8) | {"arrowstyle": "<|-|>", "connectionstyle": "arc3,rad=0.28"}
    ax.annotate("", (_SITES[1] - 0.62, 3.65), (_SITES[0] + 0.62, 3.65), arrowprops=arc)
    ax.text(5.0, 2.62, r"dissipative coupling $A,\ \tilde A$", ha="center", va="center", fontsize=7.5, color=_RED)
    straight = _arrow("0.4", 0.8, 7) | {"arrowstyle": "<|-|>", "linestyle": (0, (4, 2))}
    ax.annotate("", (_SITES[1] - 0.95, 4.25), (_SITES[0] + 0.95, 4.25), arrowprops=straight)
    ax.text(5.0, 4.35, r"$H_\mathrm{eff}$: $J_\perp, J_z$, DM", ha="center", va="bottom", fontsize=7.5, color="0.35")


def _draw_monitoring(ax: "Axes") -> None:
    from matplotlib.patches import FancyBboxPatch

    box = {"boxstyle": "round,pad=0.12", "facecolor": "#DFF0EA", "edgecolor": _GREEN, "lw": 0.9}
    ax.add_patch(FancyBboxPatch((3.75, 6.0), 2.5, 0.85, **box))
    ax.text(5.0, 6.42, r"$|\sigma_1^z + \sigma_2^z|$", ha="center", va="center", fontsize=8.5)
    for x in _SITES:
        entry = 4.4 if x < 5 else 5.6
        ax.plot([x, x, entry, entry], [5.2, 5.55, 5.55, 5.87], color=_GREEN, lw=0.9)
    ax.annotate("", (8.9, 6.95), (6.42, 6.62), arrowprops=_arrow(_GREEN, 1.0, 8))
    ax.annotate("", (8.9, 6.0), (6.42, 6.22), arrowprops=_arrow("0.5", 1.0, 8))
    ax.text(9.0, 6.95, "0: keep", va="center", fontsize=7.5, color=_GREEN)
    ax.text(9.0, 5.95, "2: discard", va="center", fontsize=7.5, color="0.4")


def _draw_levels(ax: "Axes", data: "Dataset") -> None:
    """Arrows as wide as the rates; down along the magnet's relaxation, up along its excitation."""
    for name, (x, y) in _PLACES.items():
        ax.plot([x - 0.13, x + 0.13], [y, y], color="black", lw=1.6, solid_capstyle="butt")
        if y == 1:
            ax.text(x + 0.17 * np.sign(x - 0.5), y, _SYMBOLS[name], ha="left" if x > 0.5 else "right", va="center")
        else:
            ax.text(x, y + 0.07 if y else y - 0.07, _SYMBOLS[name], ha="center", va="bottom" if y else "top")
    for middle, colour in (("T0", _RED), ("S", _BLUE)):
        for upper, lower in (("dd", middle), (middle, "uu")):
            _draw_pair_of_arrows(ax, data, upper, lower, colour)
    ax.text(0.82, 1.72, "bright", color=_RED, ha="left")
    ax.text(0.18, 1.72, "dark", color=_BLUE, ha="right")
    ax.text(
        0.86, 0.28, "$2(a+|A|)$ ↓\n" + r"$2(\tilde a+|\tilde A|)$ ↑", color=_RED, ha="left", va="center", fontsize=7.5
    )
    ax.text(
        0.14, 0.28, "$2(a-|A|)$ ↓\n" + r"$2(\tilde a-|\tilde A|)$ ↑", color=_BLUE, ha="right", va="center", fontsize=7.5
    )
    box = {"boxstyle": "round,pad=0.25", "facecolor": "#DFF0EA", "edgecolor": _GREEN, "lw": 0.7}
    ax.text(0.5, 1.0, r"$\sigma^z = 0$", ha="center", va="center", fontsize=8, color=_GREEN, bbox=box, zorder=5)
    ax.plot([0.21, 0.79], [1.0, 1.0], color=_GREEN, lw=0.8, ls=(0, (4, 2)))
    ax.set(xlim=(-0.45, 1.45), ylim=(-0.35, 2.5))


def _draw_pair_of_arrows(ax: "Axes", data: "Dataset", upper: str, lower: str, colour: str) -> None:
    top, bottom = np.array(_PLACES[upper]), np.array(_PLACES[lower])
    along = (bottom - top) / np.hypot(*(bottom - top))
    aside = 0.03 * np.array([-along[1], along[0]]) * np.sign(along[0])
    first, last = top + 0.17 * (bottom - top), top + 0.83 * (bottom - top)
    down, up = float(data.rate.sel(start=upper, end=lower)), float(data.rate.sel(start=lower, end=upper))
    ax.annotate("", last + aside, first + aside, arrowprops=_arrow(colour, max(down, 0.35), 8))
    faint = _arrow(colour, max(up, 0.35), 7) | {"alpha": 0.55}
    ax.annotate("", first - aside, last - aside, arrowprops=faint)


def _arrow(colour: str, width: float, head: float) -> dict[str, Any]:
    return {"arrowstyle": "-|>", "color": colour, "lw": width, "mutation_scale": head, "shrinkA": 0, "shrinkB": 0}


FIGURES = {
    "fig1": PaperFigure(
        title="Two spin qubits on one magnet",
        caption=(
            "(a) Two spin qubits above a magnet. Each emits magnons into it and absorbs magnons from it (a, ã). Within "
            "a wavelength the magnet does not tell which of the two it was: the dissipative coupling A, Ã. The same "
            "magnons couple the qubits coherently (H_eff). Monitoring |σᶻ| and keeping the accepted runs turns the "
            "dissipation into a Bell state. (b) Ways between the four states of the pair and their rates, at equal "
            "fields; the widths of the arrows are the rates |⟨end|L|start⟩|² of the jump operators for |A| = 0.8 a, q "
            "= e^(−βΔ) = 0.3. The bright triplet T₀ relaxes fast, the dark singlet S slowly, and for |A| = a not at "
            "all."
        ),
        data=compute,
        drawing=draw,
    )
}
