"""The figures of the paper and of what it leaves open: data, drawing and agreement of the emulation."""

from nvprotocol.paper.figures.catalogue import NAMES, load
from nvprotocol.paper.figures.emulated import (
    Agreed,
    agreement,
    draw_points,
    emulated_points,
    emulated_variables,
    joined,
)
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.files import FORMATS, INDEX, index_page, refuse_existing, save
from nvprotocol.paper.figures.pulsed import draw_pulsed, pulsed_points
from nvprotocol.paper.figures.runs import long_time_points, monitored_points, unmonitored_points

__all__ = [
    "FORMATS",
    "INDEX",
    "NAMES",
    "Agreed",
    "PaperFigure",
    "agreement",
    "draw_points",
    "draw_pulsed",
    "emulated_points",
    "emulated_variables",
    "index_page",
    "joined",
    "load",
    "long_time_points",
    "monitored_points",
    "pulsed_points",
    "refuse_existing",
    "save",
    "unmonitored_points",
]
