"""A fit as a picture: measured shares with their intervals, the model, and what is left."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from nvprotocol._checks import fail, instance, real_numbers, text
from nvprotocol.inference.maximum import Optimum
from nvprotocol.inference.task import Task
from nvprotocol.tomography.proportions import clopper_pearson, normal_quantile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_CURVES = 8
_STYLES = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"))
"""Line and marker of circuits over which the number rises; where it falls back, the next ones begin."""
_INK = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#777777")


def draw(task: Task, best: Optimum, level: float, ax: "Axes | None", x: Sequence[float] | None, label: str) -> "Axes":
    """Draws the shares of the readings of each circuit over a number that it has, and their residuals if there is room.

    Where that number falls, another series of circuits begins, with lines and markers of its own.

    Args:
        task: What was measured.
        best: The optimum.
        level: Confidence level of the intervals of the shares, by Clopper and Pearson.
        ax: Axes; new ones by default.
        x: The number of each circuit; its place by default.
        label: What that is.
    """
    number = len(task.names)
    places = np.arange(number, dtype=float) if x is None else np.array(real_numbers(x, "x"))
    if places.size != number:
        fail("x", f"have a number for each of {number} circuits", f"has {places.size}")
    text(label, "label")
    axes, below = (_checked(ax), None) if ax is not None else _panels()
    rows = list(dict.fromkeys(name for one in task.names for name in one))[:_MOST_CURVES]
    series = np.cumsum(np.append(0, places[1:] <= places[:-1]))
    for ink, row in zip(_INK, rows, strict=False):
        for number in range(int(series.max()) + 1):
            at = [k for k in np.flatnonzero(series == number).tolist() if row in task.names[k]]
            if at:
                index = np.array([np.flatnonzero(task.circuit_of == k)[task.names[k].index(row)] for k in at])
                _curve(axes, places[at], _shares(task, best, index, level), ink, number)
                if below is not None:
                    _, marker, face = _style(number, ink)
                    left = task.pearson(best.expected)[index]
                    below.plot(places[at], left, marker, color=ink, markersize=3, markerfacecolor=face)
        axes.plot([], [], "o-", color=ink, markersize=3, linewidth=1.0, label=row)
    _name_series(axes, series)
    (axes if below is None else below).set_xlabel(label)
    kinds = {"photons": "photons per run", "average": "average"}
    said = dict.fromkeys(kinds.get(name, "share of runs") for name in rows)
    axes.set_ylabel(", ".join(said))
    axes.legend(title="points: measured; lines: model", fontsize=6, title_fontsize=6, frameon=False, ncols=2)
    return axes


def _checked(ax: object) -> "Axes":
    """Axes that a user gives."""
    from matplotlib.axes import Axes

    return instance(ax, "ax", Axes, article="Matplotlib's")


def _panels() -> "tuple[Axes, Axes]":
    """A figure for shares, and below them what is left."""
    import matplotlib.pyplot as plt

    how: Any = {"figsize": (3.4, 3.4), "layout": "constrained", "sharex": True, "height_ratios": (3, 1)}
    _, (axes, below) = plt.subplots(2, 1, **how)
    below.axhspan(-2, 2, color="0.92", zorder=0)
    below.axhline(0, color="0.6", linewidth=0.6)
    below.set_ylabel("residual (σ)")
    return axes, below


def _name_series(axes: "Axes", series: NDArray[np.intp]) -> None:
    """Entries of the legend for several series: which circuits have which line and marker."""
    for number in range(int(series.max()) + 1 if series.max() else 0):
        line, marker, face = _style(number, "gray")
        first, last = np.flatnonzero(series == number)[[0, -1]]
        style: dict[str, Any] = {"color": "gray", "markersize": 3, "linewidth": 1.0, "markerfacecolor": face}
        axes.plot([], [], f"{marker}{line}", label=f"circuits {first}–{last}", **style)


def _style(number: int, ink: str) -> tuple[str, str, str]:
    """Line, marker and its inside of a series."""
    line, marker = _STYLES[number % len(_STYLES)]
    return line, marker, ink if number % 2 == 0 else "white"


def _curve(ax: "Axes", places: np.ndarray, shares: tuple[np.ndarray, ...], ink: str, number: int) -> None:
    """Points of one reading in one series with their intervals, and the model."""
    value, low, high, model = shares
    line, marker, face = _style(number, ink)
    spread = np.clip([value - low, high - value], 0, None)
    style: dict[str, Any] = {"color": ink, "markersize": 3, "linewidth": 0.8, "capsize": 1.5, "markerfacecolor": face}
    ax.errorbar(places, value, spread, fmt=marker, **style)
    ax.plot(places, model, line, color=ink, linewidth=1.0)


def _shares(task: Task, best: Optimum, index: np.ndarray, level: float) -> tuple[np.ndarray, ...]:
    """The shares, where their intervals end, and what the model expects."""
    if not task.counted[index].all():
        value, error = task.averages(index)
        reach = normal_quantile(level) * error
        return value, value - reach, value + reach, best.expected[index]
    counts, runs = task.counts[index], task.runs[index]
    if all(task.is_table[k] for k in task.circuit_of[index]):
        low, high = clopper_pearson(counts.astype(int), runs.astype(int), level)
    else:
        ends = gammaincinv(np.maximum(counts, 1e-9), (1 - level) / 2), gammaincinv(counts + 1, (1 + level) / 2)
        low, high = (end / runs for end in ends)  # Garwood's interval of a Poisson number
    return counts / runs, low, high, best.expected[index] / runs
