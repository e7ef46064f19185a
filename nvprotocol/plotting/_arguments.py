"""Checks of what is drawn on, and in which colour."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import is_color_like

from nvprotocol._checks import fail, instance, show


def checked_axes(ax: object, name: str = "ax") -> Axes:
    """Axes of Matplotlib that stand in a figure."""
    axes = instance(ax, name, Axes, article="Matplotlib's")
    if axes.get_figure() is None:
        fail(name, "stand in a figure", "stands in none")
    return axes


def checked_colour(value: Any, name: str) -> Any:
    """What Matplotlib takes as a colour, or None."""
    if value is not None and not (isinstance(value, str | tuple | list) and is_color_like(value)):
        fail(name, "be a colour of Matplotlib", f"is {show(value)}")
    return value
