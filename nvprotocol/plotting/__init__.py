"""Figures. Every function takes axes or makes a figure, returns it, and never shows it."""

from nvprotocol.plotting._style import COLOURS, COLUMN_WIDTH, MARKERS
from nvprotocol.plotting.figure import experiment_figure
from nvprotocol.plotting.points import estimate_points

__all__ = ["COLOURS", "COLUMN_WIDTH", "MARKERS", "estimate_points", "experiment_figure"]
