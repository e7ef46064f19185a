"""The figure of an experiment."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from nvprotocol._checks import instance
from nvprotocol.plotting._style import COLUMN_WIDTH, FONT, NARROW, WIDE
from nvprotocol.plotting.points import Quantity, colour, estimate_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from nvprotocol.experiment import ExperimentResult, MeasuredPoints
    from nvprotocol.experiment.sweep import Sweep

__all__ = ["experiment_figure"]

_MOST_POINTS = 60
"""Points of a curve that a column has room for."""


def experiment_figure(result: "ExperimentResult") -> Figure:
    """The observable above and the success probability below: exact curves, and emulated points with 95 % intervals.

    The observable is the concurrence, or the probability that a protocol with a readout is about. Where instruments are
    not ideal, the thin dashed curve is the master equation with ideal ones. Filled points are measured data. The lower
    panel is left out where nothing is discarded. A column wide; of more than 60 points those that are drawn are spaced
    evenly, and the legend says so.

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
    from nvprotocol.experiment import ExperimentResult

    discards = instance(result, "result", ExperimentResult).discards
    figure = Figure(figsize=(COLUMN_WIDTH, 4.1 if discards else 2.9), layout="constrained", dpi=300)
    heights = (3, 2) if discards else (1,)
    axes = list(figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0])
    scan, observable = result.experiment.scan, result.observable
    quantity: Quantity = "concurrence" if observable.outcomes is None else "probability"
    for number, curve in enumerate(result.curves):
        _exact_lines(axes, result, number)
        values, estimates = scan.values[:: _every(result)], curve.estimates[:: _every(result)]
        estimate_points(axes[0], values, estimates, quantity, number=number, label=curve.label)
        if discards:
            estimate_points(axes[1], values, estimates, "success_probability", number=number)
        if result.measured is not None:
            _measured_points(axes[0], result.measured.points[number], number)
    symbol, _, index = observable.symbol.partition("_")
    below = rf"_\mathrm{{{index}}}" if index else ""
    axes[0].set_ylabel(f"{observable.name} ${symbol}{below}$", fontsize=FONT)
    axes[0].set_ylim(*_range(result))
    if discards:
        _success_axis(axes[1], result)
    axes[-1].set_xlabel(f"{scan.label}{f' ({scan.unit})' if scan.unit else ''}", fontsize=FONT)
    if _is_wide(scan):
        axes[-1].set_xscale("log")
        axes[-1].xaxis.set_major_formatter("{x:g}")
    for ax in axes:
        ax.tick_params(labelsize=FONT - 1, direction="in", which="both", top=True, right=True)
    _legend(figure, axes[0], result)
    return figure


def _every(result: "ExperimentResult") -> int:
    """Which of the points are drawn: each, or of many one in so many."""
    return -(-result.experiment.scan.values.size // _MOST_POINTS)


def _exact_lines(axes: "Sequence[Axes]", result: "ExperimentResult", number: int) -> None:
    """The exact curve in each panel; the one of ideal instruments, where curves share it, only once."""
    curve = result.curves[number]
    solid = {"color": colour(number), "lw": 1.0, "zorder": 2}
    dashed = {"color": colour(number), "lw": 0.6, "ls": (0, (4, 2)), "zorder": 1}
    panels = [(axes[0], "values"), *((ax, "probability") for ax in axes[1:])]
    earlier = [one.ideal for one in result.curves[:number] if one.ideal is not None]
    for ax, name in panels:
        ax.plot(curve.fine, getattr(curve.fine_exact, name), **solid)
        if curve.ideal is None:
            continue
        ideal = getattr(curve.ideal, name)
        if not any(np.array_equal(ideal, getattr(one, name), equal_nan=True) for one in earlier):
            ax.plot(curve.fine, ideal, **dashed)


def _measured_points(ax: "Axes", points: "MeasuredPoints", number: int) -> None:
    """What was measured along a curve, filled and above the emulated points."""
    every = slice(None, None, -(-points.x.size // _MOST_POINTS) or 1)
    known = np.isfinite(points.values[every])
    x, values, low, high = (column[every][known] for column in (points.x, points.values, points.low, points.high))
    style = {"color": colour(number), "markeredgecolor": "black", "markeredgewidth": 0.5, "markersize": 4.0}
    ax.errorbar(x, values, np.abs([low - values, high - values]), fmt="d", elinewidth=0.8, zorder=4, **style)


def _range(result: "ExperimentResult") -> tuple[float, float]:
    """Everything that is drawn and some room; a concurrence begins at 0."""
    drawn = [0.1] if result.observable.outcomes is None else []
    for curve in result.curves:
        drawn += [*curve.fine_exact.values, *(() if curve.ideal is None else curve.ideal.values)]
        drawn += [end for one in curve.estimates if one is not None for end in one.interval]
    for points in () if result.measured is None else result.measured.points:
        drawn += [*points.low, *points.high]
    low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    if result.observable.outcomes is None:
        return -0.02, 1.05 * high
    room = 0.05 * (high - low) + 0.005
    return low - room, high + room


def _success_axis(ax: "Axes", result: "ExperimentResult") -> None:
    """Logarithmic where the success probability spans more than a few ticks of a linear axis can tell."""
    ax.set_ylabel("success probability $P$", fontsize=FONT)
    probability = np.concatenate([curve.fine_exact.probability for curve in result.curves])
    if probability[probability > 0].min(initial=1.0) > NARROW * probability.max():
        ax.set_ylim(0.0, 1.05 * probability.max())
        return
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())


def _is_wide(scan: "Sweep") -> bool:
    low, high = scan.values.min(), scan.values.max()
    return bool(scan.parameter != "protocol.duration" and low > 0 and high / low >= WIDE)


def _legend(figure: Figure, ax: "Axes", result: "ExperimentResult") -> None:
    """Above the panels: one entry for each curve, then what lines and points are."""
    handles, labels = ax.get_legend_handles_labels() if result.experiment.curves is not None else ([], [])
    emulated = "emulated" if result.experiment.content.run.shots is None else "emulated, 95 % interval"
    if _every(result) > 1:
        emulated = emulated.replace("emulated", f"emulated (one in {_every(result)} points)")
    grey = "0.35"
    by_circuits = any(curve.ideal is not None for curve in result.curves)
    handles += [
        Line2D([], [], color=grey, linewidth=1.0),
        Line2D([], [], color=grey, marker="o", markerfacecolor="white", markersize=3.4, linestyle="none"),
    ]
    labels += ["exact, with instruments" if by_circuits else "master equation", emulated]
    if result.measured is not None:
        handles.append(Line2D([], [], color=grey, marker="d", markeredgecolor="black", markersize=4, linestyle="none"))
        labels.append("measured, 95 % interval")
    if by_circuits:
        handles.append(Line2D([], [], color=grey, linewidth=0.6, linestyle=(0, (4, 2))))
        labels.append("ideal instruments")
    figure.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=2,
        fontsize=FONT - 1,
        frameon=False,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.1,
    )
