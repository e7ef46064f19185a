"""The end of the entanglement at finite temperature: sudden, where at zero temperature it fades."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nvprotocol import closed_form, plotting
from nvprotocol.entanglement import signed_concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper.figures.emulated import draw_points, emulated_variables
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.runs import unmonitored_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from xarray import Dataset

SHOWN_A = 0.95
TEMPERATURES = (0.0, 1e-3, 0.03, 0.1)
COUPLINGS = (0.5, 0.8, 0.95, 0.99)
DETUNINGS = (0.2, 1.0)
_TIMES = np.linspace(0.0, 24.0, 1201)
_SAMPLED = np.array([np.linspace(first, last, 7) for first, last in ((0.6, 22), (0.9, 22.5), (0.4, 16), (0.3, 7.5))])
_SCANNED = np.concatenate([np.geomspace(1e-6, 0.02, 12), np.linspace(0.025, 0.55, 43)])


def compute(shots: int, seed: int) -> "Dataset":
    """Concurrence against time for each temperature, and the time at which it ends."""
    from xarray import Dataset

    rng, q = np.random.default_rng(seed), np.array(TEMPERATURES)[:, None]
    media = [Medium.pair(a=1.0, A=SHOWN_A, q=one) for one in TEMPERATURES]
    points = [
        unmonitored_points(MasterEquation(medium), sampled, shots=shots, rng=rng)
        for medium, sampled in zip(media, _SAMPLED, strict=True)
    ]
    ends = [end_of_entanglement(A, _SCANNED) for A in COUPLINGS]
    detuned = [end_of_entanglement(1.0, _SCANNED, delta) for delta in DETUNINGS]
    end = {"long_name": "time at which the entanglement ends", "units": "µs"}
    return Dataset(
        {
            "concurrence": (
                ["q", "time"],
                closed_form.thermal_concurrence(_TIMES, 1.0, SHOWN_A, q=q),
                {"long_name": "exact concurrence"},
            ),
            "sampled": (["q", "point"], _SAMPLED, {"long_name": "times of the points", "units": "µs"}),
            "end": (["A", "scanned_q"], ends, end),
            "end_detuned": (["delta", "scanned_q"], detuned, end),
            **emulated_variables(["q", "point"], points),
        },
        {
            "q": ("q", list(TEMPERATURES), {"long_name": "e^(−βΔ)"}),
            "time": ("time", _TIMES, {"long_name": "time t", "units": "µs"}),
            "A": ("A", list(COUPLINGS), {"long_name": "|A|/a at δ = 0"}),
            "delta": ("delta", list(DETUNINGS), {"long_name": "δ/a for |A| = a"}),
            "scanned_q": ("scanned_q", _SCANNED, {"long_name": "e^(−βΔ)"}),
        },
    )


def end_of_entanglement(A: float, q: NDArray[np.float64], delta: float = 0.0) -> NDArray[np.float64]:
    """The last times at which the concurrence from |↑↓⟩ is positive, in units of 1/a; a = 1 and q > 0, shape (n,).

    The last zero of the signed concurrence 2(|ρ₁₂| − √(ρ₀₀ρ₃₃)) by cubic interpolation. NaN where there is none: at the
    start it grows as 2Γ − 4√(aã), so that for |A|/a ≤ 2√q/(1 + q) nothing is ever entangled.
    """
    from scipy.interpolate import CubicSpline

    times = np.geomspace(1e-4, 3000, 500)
    signed = signed_concurrence(MasterEquation(Medium.pair(a=1.0, A=A, q=q), delta).evolve("ud", times))
    zeros = [CubicSpline(np.log(times), one).roots(extrapolate=False) for one in signed]
    last = [one[-1] if one.size and signed[k].max() > 0 else np.nan for k, one in enumerate(zeros)]
    return np.exp(last)


def draw(data: "Dataset") -> "Figure":
    """Two panels."""
    figure, axes = plotting.panels(1, 2, width=plotting.PAGE_WIDTH, height=2.7)
    _draw_times(axes[0, 0], data)
    _draw_ends(axes[0, 1], data)
    return figure


def _draw_times(ax: "Axes", data: "Dataset") -> None:
    for number, q in zip((6, 2, 0, 1), data.q.to_numpy(), strict=True):
        curve = data.sel(q=q)
        ax.plot(data.time, np.where(curve.concurrence > 0, curve.concurrence, 1e-9), color=plotting.COLOURS[number])
        draw_points(ax, curve.where(curve.emulated > 0), "sampled", number=number, label=f"$q = {q:g}$")
    ax.set(xlabel="time $t$ (µs)", ylabel="concurrence $C$", xlim=(0, 24), ylim=(1e-3, 1.6), yscale="log")
    ax.set_yticks([0.001, 0.01, 0.1, 1.0])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.legend(loc="upper right", ncols=4, handletextpad=0.2, columnspacing=0.8)


def _draw_ends(ax: "Axes", data: "Dataset") -> None:
    for number, A in zip((1, 2, 0, 6), data.A.to_numpy(), strict=True):
        ax.plot(data.scanned_q, data.end.sel(A=A), color=plotting.COLOURS[number], label=f"$|A| = {A:g}\\,a$")
    for number, delta in zip((5, 3), data.delta.to_numpy(), strict=True):
        label = rf"$|A| = a$, $\delta = {delta:g}\,a$"
        ax.plot(data.scanned_q, data.end_detuned.sel(delta=delta), "--", color=plotting.COLOURS[number], label=label)
    ax.set(xscale="log", yscale="log", xlim=(1e-6, 0.6), ylim=(0.1, 3e4))
    ax.set(xlabel=r"$q = e^{-\beta\Delta}$", ylabel="end of the entanglement $at$")
    ax.legend(loc="upper right", ncols=2, columnspacing=1.0)


FIGURES = {
    "sudden_death": PaperFigure(
        title="Sudden end of the entanglement at finite temperature",
        caption=(
            "(a) Concurrence from |↑↓⟩ of an unmonitored pair at equal fields, a = 1, |A| = 0.95 rad/µs. At zero "
            "temperature it fades exponentially, with the lifetime 1/2(a − |A|) = 10 µs; at any q > 0 it is exactly 0 "
            "after a finite time, although the text expects no qualitative change. Lines: closed form. Points: "
            "circuits on Aer, tomography in five settings, 95 % intervals; those that estimate C = 0 are in the data "
            "but not on this logarithmic axis. (b) The end against q, for several |A| at δ = 0 (solid) and for |A| = a "
            "with a detuning (dashed), from the master equation. It moves to infinity as ln(1/q). Where a curve stops, "
            "at |A|/a = 2√q/(1 + q), the pair is not even entangled at the start."
        ),
        data=compute,
        drawing=draw,
    )
}
