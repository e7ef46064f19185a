"""The style of figures, and the labels of their axes."""

from typing import Any

COLUMN_WIDTH = 3.4
"""Width in inches of a journal column."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours, which the colour-blind can tell apart."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
FONT = 8.0
"""Size of text in points."""
NOTEBOOK: dict[str, Any] = {
    "figure.figsize": (COLUMN_WIDTH, 2.5),
    "figure.dpi": 200,
    "figure.constrained_layout.use": True,
    "font.size": 8,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
}
"""Matplotlib's settings for pictures in a notebook, for `pyplot.rcParams.update`."""
WIDE = 30.0
"""Ratio of the limits of a scan from which its axis is logarithmic."""
NARROW = 0.2
"""Ratio of the least to the largest success probability down to which their axis is linear."""
