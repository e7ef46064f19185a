"""Estimates as points with their intervals."""

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, numeric_array, one_of, plain_array, show, text, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.plotting._arguments import checked_axes, checked_colour
from nvprotocol.plotting._style import COLOURS, MARKERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType

    from nvprotocol.emulation import Estimate, Probability

__all__ = ["estimate_points", "interval_points"]

Quantity: TypeAlias = Literal["concurrence", "probability", "success_probability"]

_VALUES = {"concurrence": "concurrence", "probability": "value", "success_probability": "success_probability"}
_INTERVALS = {"concurrence": "interval", "probability": "interval", "success_probability": "success_interval"}


def estimate_points(
    ax: "Axes",
    x: ArrayLike,
    estimates: "Sequence[Estimate | Probability | None]",
    quantity: Quantity = "concurrence",
    *,
    number: int = 0,
    label: str | None = "emulated",
) -> None:
    """Draws estimates as points with their 95 % intervals.

    Args:
        ax: Where to draw.
        x: Horizontal positions, shape (n,).
        estimates: What `emulate` or `probability` gives, one for each position; None leaves it out.
        quantity: "concurrence" of estimates, "probability" of probabilities, or "success_probability" of either.
        number: Which of the colours and markers to take.
        label: Entry in the legend; None for none.

    Raises:
        ArgumentError: If the quantity is another or not that of the estimates, or positions and estimates differ in
            number.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
        >>> estimate = nv.emulate(nv.protocols.dissipative_entanglement(1.0), device, shots=500, seed=1)
        >>> from matplotlib.figure import Figure
        >>> ax = Figure().subplots()
        >>> nv.plotting.estimate_points(ax, [1.0], [estimate])
        >>> ax.get_legend_handles_labels()[1]
        ['emulated']
    """
    one_of(quantity, "quantity", tuple(_VALUES))
    if not isinstance(estimates, list | tuple):
        fail("estimates", "be a sequence of estimates", f"is of type {type(estimates).__name__}")
    positions = numeric_array(x, "x", real=True)
    if positions.shape != (len(estimates),):
        fail("x", f"have one position for each of {len(estimates)} estimates", f"has shape {positions.shape}")
    kept = [(position, one) for position, one in zip(positions, estimates, strict=True) if one is not None]
    if not kept:
        return
    if not all(hasattr(one, _VALUES[quantity]) for _, one in kept):
        fail("quantity", "be one that the estimates have", f"is {show(quantity)}")
    values = [getattr(one, _VALUES[quantity]) for _, one in kept]
    intervals = np.array([getattr(one, _INTERVALS[quantity]) for _, one in kept])
    interval_points(ax, [place for place, _ in kept], values, *intervals.T, number=number, label=label)


def interval_points(
    ax: "Axes",
    x: ArrayLike,
    values: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    number: int = 0,
    label: str | None = "emulated",
    shade: "ColorType | None" = None,
) -> None:
    """Draws points with intervals; one that is NaN is left out.

    Args:
        ax: Where to draw.
        x: Horizontal positions, shape (n,).
        values: The points, shape (n,).
        low: Lower limits of their intervals, shape (n,).
        high: Upper limits, shape (n,).
        number: Which of the colours and markers to take.
        label: Entry in the legend; None for none.
        shade: Another colour.

    Raises:
        ArgumentError: If the shapes differ.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> ax = Figure().subplots()
        >>> nv.plotting.interval_points(ax, [0.0, 1.0], [0.2, 0.5], [0.1, 0.45], [0.3, 0.55])
        >>> len(ax.containers)
        1
    """
    ax, shade, number = checked_axes(ax), checked_colour(shade, "shade"), whole_number(number, "number", minimum=0)
    if label is not None:
        text(label, "label")
    given = {"x": x, "values": values, "low": low, "high": high}
    columns = [_with_nan(column, name) for name, column in given.items()]
    if columns[0].ndim != 1 or len({column.shape for column in columns}) > 1:
        fail("x", "have the one-dimensional shape of values and limits", f"has shape {columns[0].shape}")
    place, centre, below, above = (column[np.isfinite(columns[1])] for column in columns)
    ax.errorbar(
        place,
        centre,
        np.abs([below - centre, above - centre]),
        fmt=MARKERS[number % len(MARKERS)],
        color=colour(number) if shade is None else shade,
        markerfacecolor="white",
        markersize=3.4,
        markeredgewidth=0.8,
        elinewidth=0.8,
        capsize=1.6,
        capthick=0.8,
        label=label,
        zorder=3,
    )


def _with_nan(value: ArrayLike, name: str) -> NDArray[np.float64]:
    """Real numbers, of which some may be NaN."""
    array = plain_array(value, name)
    unknown = np.isnan(array) if array.dtype.kind == "f" else np.zeros(array.shape, dtype=bool)
    known = bounded_array(np.where(unknown, 0.0, array), name, real=True)
    return np.where(unknown, np.nan, known)


def colour(number: int) -> str:
    """The colour of a curve."""
    return COLOURS[number % len(COLOURS)]
