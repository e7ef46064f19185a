"""A fit as a picture: measured shares with their intervals, the model, and what is left."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nvprotocol._checks import fail, real_numbers, text
from nvprotocol.inference.maximum import Optimum
from nvprotocol.inference.prediction import Task
from nvprotocol.tomography.proportions import clopper_pearson

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_CURVES = 8
_INK = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#777777")


def draw(task: Task, best: Optimum, level: float, ax: "Axes | None", x: Sequence[float] | None, label: str) -> "Axes":
    """Draws the shares of the readings of each circuit over a number that it has.

    Args:
        task: What was measured.
        best: The optimum.
        level: Confidence level of the intervals of the shares, by Clopper and Pearson.
        ax: Axes; new ones by default.
        x: The number of each circuit; its place by default.
        label: What that is.
    """
    import matplotlib.pyplot as plt

    number = len(task.names)
    places = np.arange(number, dtype=float) if x is None else np.array(real_numbers(x, "x"))
    if places.size != number:
        fail("x", f"have a number for each of {number} circuits", f"has {places.size}")
    text(label, "label")
    if ax is None:
        _, ax = plt.subplots(figsize=(3.4, 2.6), layout="constrained")
    rows = list(dict.fromkeys(name for one in task.names for name in one))
    if len(rows) > _MOST_CURVES:
        rows = rows[:_MOST_CURVES]
    for ink, row in zip(_INK, rows, strict=False):
        at = [(circuit, names.index(row)) for circuit, names in enumerate(task.names) if row in names]
        index = np.array([np.flatnonzero(task.circuit_of == circuit)[k] for circuit, k in at])
        where = places[[circuit for circuit, _ in at]]
        size, value, low, high = _shares(task, best, index, level)
        order = np.argsort(where)
        spread = np.clip([value - low, high - value], 0, None)
        ax.errorbar(where, value, spread, fmt="o", color=ink, markersize=3, linewidth=0.8, capsize=1.5, label=row)
        ax.plot(where[order], (best.expected[index] / size)[order], color=ink, linewidth=1.0)
    ax.set_xlabel(label)
    ax.set_ylabel("share of runs" if task.counted.all() else "share of runs, or average")
    ax.legend(title="points: measured; lines: model", fontsize=7, title_fontsize=7, frameon=False)
    return ax


def _shares(task: Task, best: Optimum, index: np.ndarray, level: float) -> tuple[np.ndarray, ...]:
    """By what numbers are divided, the shares, and where their intervals end."""
    if not task.counted[index].all():
        value, error = task.averages(index)
        return np.ones(index.size), value, value - 1.96 * error, value + 1.96 * error
    counts = task.counts[index]
    totals = np.array([best.expected[task.circuit_of == circuit].sum() for circuit in task.circuit_of[index]])
    low, high = clopper_pearson(np.round(counts).astype(int), np.round(totals).astype(int), level)
    return totals, counts / totals, low, high
