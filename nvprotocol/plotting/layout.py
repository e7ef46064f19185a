"""Figures of several panels in one style."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from nvprotocol._checks import real_number, text, truth, whole_number
from nvprotocol.plotting._arguments import checked_axes
from nvprotocol.plotting._style import COLUMN_WIDTH, FONT

__all__ = ["PAGE_WIDTH", "STYLE", "letter", "panels"]

PAGE_WIDTH = 7.0
"""Width in inches of a journal page of two columns."""
STYLE: Any = {
    "font.size": FONT,
    "axes.labelsize": FONT,
    "axes.titlesize": FONT,
    "xtick.labelsize": FONT - 1,
    "ytick.labelsize": FONT - 1,
    "legend.fontsize": FONT - 1,
    "legend.title_fontsize": FONT - 1,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.handletextpad": 0.5,
    "legend.labelspacing": 0.35,
    "legend.columnspacing": 1.2,
    "lines.linewidth": 1.1,
    "axes.linewidth": 0.6,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "mathtext.default": "it",
    "pdf.fonttype": 42,  # text in a PDF stays text
    "savefig.dpi": 300,
}
"""Matplotlib's parameters for a figure at the width of a column, no text below 7 pt."""


_MOST_PANELS, _LARGEST_INCHES = 26, 200.0
"""Rows or columns, as many as there are letters, and the side of a figure."""


def panels(
    rows: int = 1,
    columns: int = 1,
    *,
    width: float = COLUMN_WIDTH,
    height: float = 2.6,
    letters: bool | None = None,
    **options: Any,
) -> tuple[Figure, NDArray[np.object_]]:
    """A figure that is not shown, and its axes, lettered (a), (b), … where there are several.

    Draw within `matplotlib.rc_context(nvprotocol.plotting.STYLE)` for the style of the others.

    Args:
        rows: Rows of panels.
        columns: Columns of panels.
        width: Width of the figure in inches.
        height: Its height in inches.
        letters: Whether panels are lettered; by default where there are several.
        **options: What `Figure.subplots` takes besides.

    Returns:
        The figure, and axes of shape (rows, columns).

    Examples:
        >>> figure, axes = nv.plotting.panels(1, 2, width=nv.plotting.PAGE_WIDTH)
        >>> axes.shape, [text.get_text() for text in axes[0, 1].texts]
        ((1, 2), ['(b)'])
    """
    number = {"rows": rows, "columns": columns}
    shape = [whole_number(value, name, minimum=1, maximum=_MOST_PANELS) for name, value in number.items()]
    size = {"width": width, "height": height}
    inches = [real_number(value, name, above=0.0, maximum=_LARGEST_INCHES) for name, value in size.items()]
    lettered = None if letters is None else truth(letters, "letters")
    figure = Figure(figsize=(inches[0], inches[1]), layout="constrained", dpi=300)
    axes = figure.subplots(*shape, squeeze=False, **options)
    if lettered if lettered is not None else axes.size > 1:
        for number, ax in enumerate(axes.flat):
            letter(ax, chr(ord("a") + number))
    return figure, axes


def letter(ax: Axes, which: str) -> None:
    """Writes the letter of a panel outside its upper left corner.

    Args:
        ax: The panel.
        which: Its letter.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> ax = Figure().subplots()
        >>> nv.plotting.letter(ax, "a")
        >>> ax.texts[0].get_text()
        '(a)'
    """
    ax, which = checked_axes(ax), text(which, "which")
    figure = ax.get_figure()
    assert figure is not None
    place = ax.transAxes + ScaledTranslation(-24 / 72, 2 / 72, figure.dpi_scale_trans)
    ax.text(0.0, 1.0, f"({which})", transform=place, ha="left", va="bottom", fontsize=FONT, fontweight="bold")
