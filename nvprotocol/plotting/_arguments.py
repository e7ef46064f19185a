"""Checks of what is drawn on, and in which colour."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import is_color_like

from nvprotocol._checks import fail, instance, show


def checked_axes(ax: object, name: str = "ax") -> Axes:
    """Axes of Matplotlib that stand in a figure.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> from nvprotocol.plotting._arguments import checked_axes
        >>> ax = Figure().subplots()
        >>> checked_axes(ax) is ax
        True
    """
    axes = instance(ax, name, Axes, article="Matplotlib's")
    if axes.get_figure() is None:
        fail(name, "stand in a figure", "stands in none")
    return axes


def checked_colour(value: Any, name: str) -> Any:
    """What Matplotlib takes as a colour, or None.

    Examples:
        >>> from nvprotocol.plotting._arguments import checked_colour
        >>> checked_colour("black", "shade")
        'black'
    """
    if value is not None and not (isinstance(value, str | tuple | list | np.ndarray) and is_color_like(value)):
        fail(name, "be a colour of Matplotlib", f"is {show(value)}")
    return value
