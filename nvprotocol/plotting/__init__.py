"""Figures. Every function takes axes or makes a figure, returns it, and never shows it."""

from nvprotocol.plotting._style import COLOURS, COLUMN_WIDTH, MARKERS, NOTEBOOK
from nvprotocol.plotting.density_matrix import density_matrix_figure, draw_density_matrix
from nvprotocol.plotting.design_map import design_figure
from nvprotocol.plotting.figure import experiment_figure
from nvprotocol.plotting.fitted import fit_figure
from nvprotocol.plotting.layout import PAGE_WIDTH, STYLE, letter, panels
from nvprotocol.plotting.points import estimate_points, interval_points

__all__ = [
    "COLOURS",
    "COLUMN_WIDTH",
    "MARKERS",
    "NOTEBOOK",
    "PAGE_WIDTH",
    "STYLE",
    "density_matrix_figure",
    "design_figure",
    "draw_density_matrix",
    "estimate_points",
    "experiment_figure",
    "fit_figure",
    "interval_points",
    "letter",
    "panels",
]
