"""The figure of a fit: measured data with their intervals, the fitted model, and what is left."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nvprotocol._checks import instance
from nvprotocol.plotting._style import COLUMN_WIDTH, FONT, MARKERS, WIDE
from nvprotocol.plotting.points import colour, interval_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from nvprotocol.experiment import ExperimentFit, MeasuredLine

__all__ = ["fit_figure"]

_HEIGHT = 3.8
_MOST_COLUMNS = 4
_MOST_SIGMAS = 1e6
_MOST_POINTS = 200
"""Data of a line that a column has room for with their intervals."""


def fit_figure(found: "ExperimentFit") -> Figure:
    r"""Data with intervals at the level of the fit and the fitted model above, residuals below; a column for each file.

    The residuals are (number − expectation)/√variance of every reading; the band holds ±2.

    Args:
        found: A fit of experiment files.

    Examples:
        >>> import pathlib, tempfile
        >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "relaxation.csv"
        >>> _ = file.write_text("t,counts,shots\n0.4,460,1000\n1.0,152,1000\n")
        >>> experiment = nv.experiment.parse(text)
        >>> found = nv.experiment.fit(experiment, nv.experiment.read_data(experiment, file), ["medium.a"])
        >>> [axes.get_ylabel() for axes in nv.plotting.fit_figure(found).axes]
        ['probability $P_\\mathrm{H}$', 'residual (σ)']
    """
    from nvprotocol.experiment import ExperimentFit, fit_lines

    instance(found, "found", ExperimentFit, article="an")
    shown = min(len(found.experiments), _MOST_COLUMNS)
    size = (COLUMN_WIDTH * shown, _HEIGHT)
    figure = Figure(figsize=size, layout="constrained", dpi=300)
    axes = figure.subplots(2, shown, squeeze=False, sharex="col", height_ratios=(3, 1))
    for number in range(shown):
        lines = fit_lines(found, number)
        _draw(axes[:, number].tolist(), lines, found, number)
        _legend(axes[0, number], lines, found.fit.level, found.experiments[number].name if shown > 1 else None)
    return figure


def _draw(axes: "Sequence[Axes]", lines: "Sequence[MeasuredLine]", found: "ExperimentFit", number: int) -> None:
    """Both panels of a file."""
    scan, residuals = found.experiments[number].scan, found.residuals[number]
    above, below = axes
    below.axhspan(-2, 2, color="0.92", zorder=0)
    below.axhline(0, color="0.6", lw=0.6, zorder=1)
    for place, line in enumerate(lines):
        every = slice(None, None, -(-line.x.size // _MOST_POINTS))
        ink = colour(place + place // len(MARKERS))  # with its marker, no two lines are alike
        above.plot(line.fine, line.model, color=ink, lw=1.0, zorder=2)
        drawn = (line.x[every], line.values[every], line.low[every], line.high[every])
        interval_points(above, *drawn, number=place, label=line.label or None, shade=ink)
        for row, x in zip(line.rows[every], line.x[every].tolist(), strict=True):
            left = list(residuals[row].values())
            below.plot([x] * len(left), left, ".", color=ink, ms=2.5, zorder=3)
    below.set_ylim(*_symmetric(residuals))
    above.set_ylabel(", ".join(dict.fromkeys(line.quantity for line in lines)), fontsize=FONT)
    below.set_ylabel("residual (σ)", fontsize=FONT)
    below.set_xlabel(f"{scan.label}{f' ({scan.unit})' if scan.unit else ''}", fontsize=FONT)
    x = np.concatenate([line.x for line in lines])
    if scan.parameter != "protocol.duration" and x.min() > 0 and x.max() / x.min() >= WIDE:
        below.set_xscale("log")
    for ax in axes:
        ax.tick_params(labelsize=FONT - 1, direction="in", which="both", top=True, right=True)


def _symmetric(residuals: "Sequence[dict[str, float]]") -> tuple[float, float]:
    """Limits that hold all residuals, and the band."""
    most = max((abs(one) for each in residuals for one in each.values()), default=0.0)
    reach = max(3.0, 1.1 * min(most, _MOST_SIGMAS))
    return -reach, reach


def _legend(ax: "Axes", lines: "Sequence[MeasuredLine]", level: float, title: str | None) -> None:
    """Above the panel: what lines and points are, with the labels of several."""
    handles, labels = ax.get_legend_handles_labels() if any(line.label for line in lines) else ([], [])
    grey = "0.35"
    handles += [
        Line2D([], [], color=grey, linewidth=1.0),
        Line2D([], [], color=grey, marker="o", markerfacecolor="white", markersize=3.4, linestyle="none"),
    ]
    labels += ["fitted model", f"data, {100 * level:g} % interval"]
    style: dict[str, Any] = {"fontsize": FONT - 1.5, "title_fontsize": FONT, "frameon": False, "borderaxespad": 0.3}
    columns = min(len(labels), 3 if len(labels) > 4 else 2)
    ax.legend(handles, labels, title=title, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns, **style)
