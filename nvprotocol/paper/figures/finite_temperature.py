"""Figs. S4a and S4b: the unmonitored pair at finite temperature."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps

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

Q = 0.1
COUPLINGS = (20.0, 25.0, 27.0, 28.0, 29.0, 30.0)
DETUNINGS = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 16.0)
_LAST = 0.3
_PULSE_NS = 1.0
_PULSED = np.linspace(0.025, 0.275, 6)


def compute(shots: int, seed: int, *, scanned: str) -> "Dataset":
    """Concurrence against time for each coupling (S4a) or detuning (S4b), and tomography of emulated runs."""
    from xarray import Dataset

    values = np.array(COUPLINGS if scanned == "A" else DETUNINGS)
    a, A, delta = (30.0, values, 0.0) if scanned == "A" else (10.0, 10.0, values)
    rng, times = np.random.default_rng(seed), np.linspace(0.0, _LAST, 601)
    sampled = np.linspace(0.012, 0.97 * _LAST, 12) + np.linspace(-0.003, 0.003, values.size)[:, None]
    points, pulsed = [], []
    for each_A, each_delta, at in zip(*np.broadcast_arrays(A, delta), sampled, strict=False):
        one = MasterEquation(Medium.pair(a=a, A=each_A, q=Q), each_delta)
        points.append(unmonitored_points(one, at, shots=shots, rng=rng))
        pulsed.append(pulsed_points(one, _PULSED, pulse_ns=_PULSE_NS))
    states = MasterEquation(Medium.pair(a=a, A=A, q=Q), delta).evolve("ud", times)
    axis = {"A": "dissipative coupling |A|", "delta": "detuning δ"}[scanned]
    return Dataset(
        {
            "concurrence": ([scanned, "time"], concurrence(states), {"long_name": "exact concurrence"}),
            "sampled": ([scanned, "point"], sampled, {"long_name": "times of the emulated points", "units": "µs"}),
            **emulated_variables([scanned, "point"], points),
            **pulsed_variables(scanned, _PULSED, pulsed),
        },
        {
            scanned: (scanned, values, {"long_name": axis, "units": "rad/µs"}),
            "time": ("time", times, {"long_name": "time t", "units": "µs"}),
        },
    )


def draw(data: "Dataset", *, scanned: str) -> "Figure":
    """One panel; the parameter is the colour, from dark to light."""
    values = data[scanned].to_numpy()
    figure, axes = plotting.panels(height=2.9)
    ax = axes[0, 0]
    shades = colormaps["viridis"](np.linspace(0.0, 0.84, values.size))
    symbol = {"A": "|A|", "delta": r"\delta"}[scanned]
    for number, (value, shade) in enumerate(zip(values, shades, strict=True)):
        curve = data.sel({scanned: value})
        ax.plot(curve.time, curve.concurrence, color=shade)
        draw_points(ax, curve, "sampled", number=number, shade=shade, label=f"${symbol} = {value:g}$")
        draw_pulsed(ax, curve, shade)
    ax.plot([], [], "x", color="0.35", markersize=4.0, label="pulses")
    ax.set(xlabel="time $t$ (µs)", ylabel="concurrence $C$", xlim=(0, _LAST), ylim=(-0.01, 0.55))
    ax.set_yticks(np.arange(0, 0.41, 0.1))
    ax.legend(loc="upper center", ncols=4, handletextpad=0.2, columnspacing=0.8)
    return figure


FIGURES = {
    "figS4a": PaperFigure(
        title="Finite temperature: dissipative coupling against local relaxation",
        caption=(
            "Concurrence from |↑↓⟩ against time at finite temperature, q = e^(−βΔ) = 0.1, for a = 30, ã = 3 "
            "rad/µs, δ = 0 and dissipative couplings |A| in rad/µs, |Ã| = |A|/10. Lines: master equation. Points: "
            "circuits on Aer, tomography in five settings, 95 % intervals. Crosses: pulse engine, |↑↓⟩ prepared "
            "by a π pulse of 1 ns. For |A| = a the plateau is (1 − q)²/2(1 + q + q²) = 0.364865 (the supplement "
            "says around 0.35). For |A| < a the entanglement does not fade exponentially, as it does at zero "
            "temperature: it ends, after a finite time."
        ),
        data=partial(compute, scanned="A"),
        drawing=partial(draw, scanned="A"),
    ),
    "figS4b": PaperFigure(
        title="Finite temperature: detuning",
        caption=(
            "Concurrence from |↑↓⟩ against time at finite temperature, q = 0.1, for a = |A| = 10, ã = |Ã| = 1 "
            "rad/µs and detunings δ in rad/µs. Lines: master equation. Points: circuits on Aer, tomography in "
            "five settings, 95 % intervals. Crosses: pulse engine, |↑↓⟩ prepared by a π pulse of 1 ns. Every δ ≠ "
            "0 ends the entanglement after a finite time, from δ = 8 on before t = 0.3 µs."
        ),
        data=partial(compute, scanned="delta"),
        drawing=partial(draw, scanned="delta"),
    ),
}
