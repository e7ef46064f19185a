"""The same protocols as microwave pulses of finite length, without noise of sampling."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol import protocols
from nvprotocol._checks import instance, one_of, real_number, text, times_array, whole_number
from nvprotocol.device import Device
from nvprotocol.emulation import emulate
from nvprotocol.master_equation import MasterEquation
from nvprotocol.plotting._arguments import checked_axes, checked_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType
    from xarray import Dataset

__all__ = ["draw_pulsed", "pulsed_points"]

_LONGEST_NS = 1e5
"""A longer pulse is followed for minutes, and is none that a figure shows."""


def pulsed_points(
    equation: MasterEquation, times: NDArray[np.float64], *, pulse_ns: float, checks: int = 0
) -> dict[str, NDArray[np.float64]]:
    """Concurrence and success probability when |↑↓⟩ is prepared by a pulse that one antenna sends to both spins.

    Args:
        equation: The master equation.
        times: Times in µs, shape (n,), from the end of the pulse.
        pulse_ns: Length of the π pulse, at most 0.1 ms.
        checks: Number of checks until each time; 0 for an unmonitored pair.

    Returns:
        `pulsed` and `pulsed_kept`, shape (n,).

    Examples:
        >>> from nvprotocol.paper.figures import pulsed_points
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
        >>> exact = nv.closed_form.unmonitored_concurrence(1.0, 1.0, 1.0)
        >>> points = pulsed_points(equation, np.array([1.0]), pulse_ns=1.0)["pulsed"]
        >>> bool(abs(points[0] - exact) < 2e-3)
        True
    """
    equation, times = instance(equation, "equation", MasterEquation), times_array(times)
    checks = whole_number(checks, "checks", minimum=0)
    circuits = [
        protocols.monitored_bell(time, checks) if checks else protocols.dissipative_entanglement(time) for time in times
    ]
    length = real_number(pulse_ns, "pulse_ns", above=0.0, maximum=_LONGEST_NS)
    device = Device(equation, gate_ns={"x": length})
    found = emulate(circuits, device, shots=None, engine="pulse", postselect={"parity": 1} if checks else None)
    return {
        "pulsed": np.array([one.concurrence for one in found]),
        "pulsed_kept": np.array([one.success_probability for one in found]),
    }


def pulsed_variables(dimension: str, times: NDArray[np.float64], points: list[dict[str, Any]]) -> dict[str, Any]:
    """Points of several curves as variables of a data set."""
    dimensions = [dimension, "pulsed_point"]
    return {
        "pulsed_at": (
            dimensions,
            np.broadcast_to(times, (len(points), times.size)),
            {"long_name": "times of the points by pulses", "units": "µs"},
        ),
        "pulsed": (dimensions, np.stack([one["pulsed"] for one in points]), {"long_name": "concurrence by pulses"}),
        "pulsed_kept": (
            dimensions,
            np.stack([one["pulsed_kept"] for one in points]),
            {"long_name": "success probability by pulses"},
        ),
    }


def draw_pulsed(ax: "Axes", data: "Dataset", colour: "ColorType", *, variable: str = "pulsed", label: str = "") -> None:
    """Draws the points of one curve as crosses.

    Args:
        ax: Where to draw.
        data: The data, with no dimension left but that of the points.
        colour: The curve's colour.
        variable: "pulsed" or "pulsed_kept".
        label: Entry in the legend.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> from nvprotocol.paper.figures import draw_pulsed, load
        >>> ax = Figure().subplots()
        >>> draw_pulsed(ax, load("fig2").compute(shots=100).isel(delta=0), "black")
        >>> len(ax.lines)
        1
    """
    from xarray import Dataset

    names = [name for name in ("pulsed", "pulsed_kept") if name in instance(data, "data", Dataset)]
    ax, variable = checked_axes(ax), one_of(variable, "variable", names)
    colour, label = checked_colour(colour, "colour"), text(label, "label")
    how = {"marker": "x", "markersize": 4.0, "markeredgewidth": 1.0, "linestyle": "none", "zorder": 3}
    ax.plot(data.pulsed_at, data[variable], color=colour, label=label or None, **how)
