"""Fig. 2: the unmonitored pair at zero temperature."""

from typing import TYPE_CHECKING

import numpy as np

from nvprotocol import plotting
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper.figures.emulated import draw_points, emulated_variables
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.pulsed import draw_pulsed, pulsed_points, pulsed_variables
from nvprotocol.paper.figures.runs import unmonitored_points

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import Dataset

DETUNINGS = (0.0, 0.3, 1.0, 2.0)
_COLOURS = (1, 5, 4, 6)
"""Red, cyan, orange and black, as in the paper."""
_SAMPLED = np.array([np.linspace(first, 4.8, 12) for first in (0.15, 0.25, 0.2, 0.3)])

_PULSE_NS = 20.0
_PULSED = np.linspace(0.4, 4.6, 8)


def compute(shots: int, seed: int) -> "Dataset":
    """Concurrence against time for each δ, and tomography of emulated runs."""
    from xarray import Dataset

    rng, magnet, times = np.random.default_rng(seed), Medium.pair(a=1.0, A=1.0), np.linspace(0.0, 5.0, 501)
    pairs = zip(DETUNINGS, _SAMPLED, strict=True)
    points = [
        unmonitored_points(MasterEquation(magnet, delta), sampled, shots=shots, rng=rng) for delta, sampled in pairs
    ]
    pulsed = [pulsed_points(MasterEquation(magnet, delta), _PULSED, pulse_ns=_PULSE_NS) for delta in DETUNINGS]
    states = MasterEquation(magnet, DETUNINGS).evolve("ud", times)
    return Dataset(
        {
            "concurrence": (["delta", "time"], concurrence(states), {"long_name": "exact concurrence"}),
            "sampled": (["delta", "point"], _SAMPLED, {"long_name": "times of the emulated points", "units": "µs"}),
            **emulated_variables(["delta", "point"], points),
            **pulsed_variables("delta", _PULSED, pulsed),
        },
        {
            "delta": ("delta", list(DETUNINGS), {"long_name": "detuning δ", "units": "rad/µs"}),
            "time": ("time", times, {"long_name": "time t", "units": "µs"}),
        },
    )


def draw(data: "Dataset") -> "Figure":
    """One panel: curves and points."""
    figure, axes = plotting.panels(height=2.6)
    ax = axes[0, 0]
    for number, delta in zip(_COLOURS, data.delta.to_numpy(), strict=True):
        curve = data.sel(delta=delta)
        ax.plot(curve.time, curve.concurrence, color=plotting.COLOURS[number])
        draw_points(ax, curve, "sampled", number=number, label=rf"$\delta = {delta:g}$")
        draw_pulsed(ax, curve, plotting.COLOURS[number])
    ax.plot([], [], "x", color="0.35", markersize=4.0, label="pulses")
    ax.set(xlabel="time $t$ (µs)", ylabel="concurrence $C$", xlim=(0, 5), ylim=(-0.015, 0.66))
    ax.set_yticks(np.arange(0, 0.51, 0.1))
    ax.legend(loc="upper right", ncols=3, handletextpad=0.2, columnspacing=0.8)
    return figure


FIGURES = {
    "fig2": PaperFigure(
        title="Entanglement of an unmonitored pair",
        caption=(
            "Concurrence from |↑↓⟩ against time at zero temperature, a = |A| = 1 rad/µs, for detunings δ in "
            "rad/µs: overdamped (δ = 0 and 0.3), critical (δ = 1 = |A|) and underdamped (δ = 2). Lines: master "
            "equation (Eq. 7). Points: circuits on Aer, tomography in five settings, 95 % intervals. Crosses: "
            "pulse engine, |↑↓⟩ prepared by a π pulse of 20 ns from the one antenna of both spins. The detuning "
            "of the paper's black curve is not printed; δ = 2 is chosen here, well inside the underdamped regime "
            "and so that the first return of the entanglement, after the time π/√(δ² − |A|²) = 1.81 µs, can still "
            "be seen at all. At the critical point C = 2|A|t√(1 + A²t²) e^(−2at): proportional to t e^(−2at), as "
            "printed, at early times only, and to t² e^(−2at) later."
        ),
        data=compute,
        drawing=draw,
    )
}
