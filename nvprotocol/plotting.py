"""Figures. Every function takes axes or makes a figure, returns it, and never shows it."""

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike

from nvprotocol._checks import fail, numeric_array, one_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from nvprotocol.emulation import Estimate
    from nvprotocol.experiment import Curve, ExperimentResult

__all__ = ["estimate_points", "experiment_figure"]

Quantity: TypeAlias = Literal["concurrence", "success_probability"]

COLUMN_WIDTH = 3.4
"""Width in inches of a journal column."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours, which the colour-blind can tell apart."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_FONT = 8.0
_NAMES = {
    "medium.a": "local relaxation $a$",
    "medium.A": "dissipative coupling $A$",
    "medium.q": "Boltzmann factor $q$",
    "medium.a_tilde": r"local excitation $\tilde a$",
    "medium.A_tilde": r"dissipative coupling $\tilde A$",
    "medium.d": "dephasing $d$",
    "medium.D": "correlated dephasing $D$",
    "medium.J": r"exchange $J_\perp$",
    "medium.Jz": "Ising coupling $J_z$",
    "medium.dm": "DM coupling",
    "device.detuning": r"detuning $\delta$",
    "protocol.duration": "time $t$",
    "protocol.checks": "number of checks",
}


def experiment_figure(result: "ExperimentResult") -> Figure:
    """Concurrence above and share of kept runs below: exact curves, and the emulated points with 95 % intervals.

    The lower panel is left out where nothing is discarded. A column wide.

    Args:
        result: The result of an experiment.

    Examples:
        >>> text = '''
        ... [protocol]
        ... name = "dissipative_entanglement"
        ... [scan]
        ... parameter = "protocol.duration"
        ... values = [0.5, 1.0]
        ... [run]
        ... shots = 500
        ... '''
        >>> figure = nv.plotting.experiment_figure(nv.experiment.run(nv.experiment.parse(text)))
        >>> len(figure.axes)
        1
    """
    discards = result.discards
    figure = Figure(figsize=(COLUMN_WIDTH, 4.1 if discards else 2.9), layout="constrained", dpi=300)
    heights = (3, 2) if discards else (1,)
    axes = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    scan = result.experiment.scan
    for number, curve in enumerate(result.curves):
        entangled, kept = curve.fine_concurrence, curve.fine_exact.probability
        axes[0].plot(curve.fine, entangled, color=_colour(number), lw=1.0, zorder=2)
        estimate_points(axes[0], scan.values, curve.estimates, number=number, label=curve.label)
        if discards:
            axes[1].plot(curve.fine, kept, color=_colour(number), lw=1.0, zorder=2)
            estimate_points(axes[1], scan.values, curve.estimates, "success_probability", number=number)
    axes[0].set_ylabel("concurrence $C$", fontsize=_FONT)
    axes[0].set_ylim(-0.02, 1.05 * max(_highest(curve) for curve in result.curves))
    if discards:
        axes[1].set_ylabel("success probability $P$", fontsize=_FONT)
        axes[1].set_yscale("log")
        axes[1].yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        axes[1].yaxis.set_major_formatter("{x:g}")
        axes[1].yaxis.set_minor_formatter(NullFormatter())
    axes[-1].set_xlabel(f"{_NAMES[scan.parameter]}{f' ({scan.unit})' if scan.unit else ''}", fontsize=_FONT)
    for ax in axes:
        ax.tick_params(labelsize=_FONT - 1, direction="in", which="both", top=True, right=True)
    _legend(figure, axes[0], result)
    return figure


def estimate_points(
    ax: "Axes",
    x: ArrayLike,
    estimates: "Sequence[Estimate | None]",
    quantity: Quantity = "concurrence",
    *,
    number: int = 0,
    label: str = "emulated",
) -> None:
    """Draws estimates as points with their 95 % intervals.

    Args:
        ax: Where to draw.
        x: Horizontal positions, shape (n,).
        estimates: One for each position; None leaves it out.
        quantity: "concurrence" or "success_probability".
        number: Which of the colours and markers to take.
        label: Entry in the legend.

    Raises:
        ArgumentError: If the quantity is another, or positions and estimates differ in number.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
        >>> estimate = nv.emulate(nv.protocols.dissipative_entanglement(1.0), device, shots=500, seed=1)
        >>> from matplotlib.figure import Figure
        >>> ax = Figure().subplots()
        >>> nv.plotting.estimate_points(ax, [1.0], [estimate])
        >>> ax.get_legend_handles_labels()[1]
        ['emulated']
    """
    one_of(quantity, "quantity", ("concurrence", "success_probability"))
    positions = numeric_array(x, "x", real=True)
    if positions.shape != (len(estimates),):
        fail("x", f"have one position for each of {len(estimates)} estimates", f"has shape {positions.shape}")
    kept = [(position, one) for position, one in zip(positions, estimates, strict=True) if one is not None]
    if not kept:
        return
    if quantity == "concurrence":
        values, intervals = [one.concurrence for _, one in kept], [one.interval for _, one in kept]
    else:
        values, intervals = [one.success_probability for _, one in kept], [one.success_interval for _, one in kept]
    centre = np.array(values)
    ax.errorbar(
        *([position for position, _ in kept], centre, np.abs(np.array(intervals).T - centre)),
        fmt=MARKERS[number % len(MARKERS)],
        color=_colour(number),
        markerfacecolor="white",
        markersize=3.4,
        markeredgewidth=0.8,
        elinewidth=0.8,
        capsize=1.6,
        capthick=0.8,
        label=label,
        zorder=3,
    )


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _highest(curve: "Curve") -> float:
    ends = [one.interval[1] for one in curve.estimates if one is not None]
    return float(np.nanmax([*curve.fine_concurrence, *ends, 0.1]))


def _legend(figure: Figure, ax: "Axes", result: "ExperimentResult") -> None:
    """Above the panels: one entry for each curve, then what lines and points are."""
    handles, labels = ax.get_legend_handles_labels() if result.experiment.curves is not None else ([], [])
    emulated = "emulated" if result.experiment.content.run.shots is None else "emulated, 95 % interval"
    grey = "0.35"
    handles += [
        Line2D([], [], color=grey, linewidth=1.0),
        Line2D([], [], color=grey, marker="o", markerfacecolor="white", markersize=3.4, linestyle="none"),
    ]
    figure.legend(
        handles,
        [*labels, "master equation", emulated],
        loc="outside upper center",
        ncols=2,
        fontsize=_FONT - 1,
        frameon=False,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.1,
    )
