"""The map of a survey: Bell pairs per second against separation and height."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from nvprotocol._checks import instance
from nvprotocol.plotting._style import COLOURS, COLUMN_WIDTH, FONT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nvprotocol.design import Survey

__all__ = ["design_figure"]

_DECADES = 4.0
_STYLES = ("-", "--", ":")
_LINE = COLOURS[1]


def design_figure(survey: "Survey") -> Figure:
    """The rate of kept Bell pairs over separation and height, or against the separation alone; a column wide.

    On the map the optimum is a cross, lines are of equal t_F, and where the target fidelity is not reached it is
    left white; rates more than four decades below the best have the darkest colour.

    Args:
        survey: What `design.survey` has found.

    Examples:
        >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=10.0)
        >>> found = nv.design.survey(magnet, separation_nm=np.linspace(20, 400, 39), frequency_ghz=2.87)
        >>> len(nv.plotting.design_figure(found).axes)
        1
    """
    from nvprotocol.design import Survey

    instance(survey, "survey", Survey)
    figure = Figure(figsize=(COLUMN_WIDTH, 2.7), layout="constrained", dpi=300)
    ax = figure.subplots()
    ax.set_xlabel("separation $r$ (nm)", fontsize=FONT)
    (_map if min(survey.result.rate.shape) > 1 and survey.result.rate.ndim > 1 else _curve)(figure, ax, survey)
    ax.tick_params(labelsize=FONT - 1, direction="in", which="both", top=True, right=True)
    return figure


def _title(survey: "Survey") -> str:
    return f"Bell pairs of $F$ = {survey.question.target_fidelity:g} per second"


def _curve(_figure: Figure, ax: "Axes", survey: "Survey") -> None:
    rate = survey.result.rate.reshape(-1)
    against_height = survey.height_nm is not None and survey.separation_nm.size == 1
    axis = survey.height_nm if against_height and survey.height_nm is not None else survey.separation_nm
    ax.plot(axis, np.where(rate > 0, rate, np.nan), color=COLOURS[0], lw=1.2)
    ax.set_yscale("log")
    top = rate.max(initial=0.0)
    if top > 0:
        ax.set_ylim(max(rate[rate > 0].min() / 2, top * 10**-_DECADES), 2 * top)
    if against_height:
        ax.set_xlabel("height $h$ (nm)", fontsize=FONT)
    ax.set_ylabel(_title(survey), fontsize=FONT)


def _map(figure: Figure, ax: "Axes", survey: "Survey") -> None:
    heights, rate = survey.height_nm, survey.result.rate.T
    assert heights is not None  # checked by the caller
    top = float(rate.max())
    if top > 0:
        shown = np.ma.masked_less_equal(rate, 0.0)
        norm = LogNorm(max(float(shown.min()), top * 10**-_DECADES), top)
        mesh = ax.pcolormesh(survey.separation_nm, heights, shown, norm=norm, cmap="viridis", shading="nearest")
        bar = figure.colorbar(mesh, ax=ax, pad=0.02)
        bar.set_label(_title(survey), fontsize=FONT)
        bar.ax.tick_params(labelsize=FONT - 1)
        _lines_of_equal_time(ax, survey)
        k, j = np.unravel_index(int(np.argmax(rate)), rate.shape)
        best = {"color": "white", "mec": "black", "mew": 0.8, "ms": 7}
        ax.plot(survey.separation_nm[j], heights[k], "X", clip_on=False, zorder=5, **best)
    ax.set_ylabel("height $h$ (nm)", fontsize=FONT)


def _lines_of_equal_time(ax: "Axes", survey: "Survey") -> None:
    """Lines at the shortest decades of t_F, with a legend: in a map with many lobes labels would collide."""
    time = survey.result.time.T * 1e-3
    finite = time[np.isfinite(time)]
    decades = 10.0 ** np.arange(np.ceil(np.log10(finite.min())), np.floor(np.log10(finite.max())) + 1)
    decades = decades[: len(_STYLES)]
    if not decades.size or min(time.shape) < 2:
        return
    styles = _STYLES[: decades.size]
    ax.contour(
        *(survey.separation_nm, survey.height_nm, time),
        levels=decades,
        colors=_LINE,
        linewidths=0.9,
        linestyles=styles,
    )
    for decade, style in zip(decades, styles, strict=True):
        ax.plot([], [], color=_LINE, lw=0.9, ls=style, label=f"$t_F$ = {_time_text(decade)}")
    place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": decades.size, "frameon": False}
    ax.legend(fontsize=FONT - 1, handlelength=1.8, columnspacing=1.2, **place)


def _time_text(milliseconds: float) -> str:
    if milliseconds < 1:
        return f"{milliseconds * 1e3:g} µs"
    return f"{milliseconds:g} ms" if milliseconds < 1e3 else f"{milliseconds / 1e3:g} s"
