"""Bell states per time: fidelity against success probability and rate."""

from typing import TYPE_CHECKING

import numpy as np

from nvprotocol import closed_form, plotting
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper.figures.emulated import draw_points, emulated_variables
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.runs import monitored_points

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import Dataset

COUPLINGS = (1.0, 0.9, 0.8, 0.4)
OVERHEADS = (0.0, 1.0, 10.0)
_WANTED = 1 - np.geomspace(0.5, 0.002, 200)
_TRIED = np.array([0.6, 0.75, 0.9, 0.95, 0.98, 0.993])
_NUMBERS = (6, 0, 2, 1)


def compute(shots: int, seed: int) -> "Dataset":
    """Success probability and rate against the wanted fidelity, and emulated runs of the time that it takes."""
    from xarray import Dataset

    rng, A = np.random.default_rng(seed), np.array(COUPLINGS)[:, None]
    points = []
    for coupling in COUPLINGS:
        times = closed_form.time_to_fidelity(_TRIED, coupling)
        equation = MasterEquation(Medium.pair(a=1.0, A=coupling))
        points.append(monitored_points(equation, times, checks=10, shots=shots, rng=rng))
    overhead = np.array(OVERHEADS)[:, None, None]
    above_half = np.maximum(_WANTED, 0.5 + 1e-9)
    return Dataset(
        {
            "kept": (["A", "F"], closed_form.probability_at_fidelity(_WANTED, 1.0, A), {"long_name": "kept runs"}),
            "time": (["A", "F"], closed_form.time_to_fidelity(_WANTED, A), {"long_name": "time", "units": "µs"}),
            "rate": (
                ["overhead", "A", "F"],
                closed_form.generation_rate(above_half, 1.0, A, overhead=overhead),
                {"long_name": "Bell states per time", "units": "1/µs"},
            ),
            **emulated_variables(["A", "tried"], points),
        },
        {
            "A": ("A", list(COUPLINGS), {"long_name": "|A|/a"}),
            "F": ("F", _WANTED, {"long_name": "fidelity with the Bell state"}),
            "tried": ("tried", _TRIED, {"long_name": "fidelity with the Bell state"}),
            "overhead": ("overhead", list(OVERHEADS), {"long_name": "time besides, for each attempt", "units": "µs"}),
        },
    )


def draw(data: "Dataset") -> "Figure":
    """Two panels, infidelity downwards from 1/2 to the right."""
    figure, axes = plotting.panels(1, 2, width=plotting.PAGE_WIDTH, height=2.6)
    probability, rate = axes[0]
    left_out = data.assign(short=1 - data.tried)
    for number, A in zip(_NUMBERS, data.A.to_numpy(), strict=True):
        colour = plotting.COLOURS[number]
        probability.plot(1 - data.F, data.kept.sel(A=A), color=colour)
        label = f"$|A| = {A:g}\\,a$" if A < 1 else "$|A| = a$"
        draw_points(probability, left_out.sel(A=A), "short", name="kept", number=number, label=label)
        for overhead, style in zip(data.overhead.to_numpy(), ("-", "--", ":"), strict=True):
            rate.plot(1 - data.F, data.rate.sel(A=A, overhead=overhead), style, color=colour)
    for overhead, style in zip(data.overhead.to_numpy(), ("-", "--", ":"), strict=True):
        text = f"{overhead:g}$/a$" if overhead else "none"
        rate.plot([], [], style, color="0.4", label=text)
    for ax in (probability, rate):
        ax.set(xscale="log", xlim=(0.5, 0.002), xlabel="infidelity $1 - F$ with the Bell state")
        ax.set_xticks([0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002])
        ax.xaxis.set_major_formatter("{x:g}")
        ax.minorticks_off()
    probability.set(ylabel="kept runs $P$", ylim=(0, 1.04))
    probability.legend(loc="upper right", handletextpad=0.2)
    rate.set(ylabel="Bell states per time $R/a$", yscale="log", ylim=(5e-4, 20))
    rate.legend(loc="upper right", title="overhead", ncols=1)
    return figure


FIGURES = {
    "bell_rate": PaperFigure(
        title="Bell pairs per time",
        caption=(
            "Monitoring at δ = 0 from |↑↓⟩ until the wanted fidelity F with the Bell state is reached, after t_F = "
            "ln(F/(1 − F))/4Γ; a = 1 rad/µs, T = 0 (a temperature changes a and Γ alike). (a) Success probability, "
            "P = ((1 − F)/F)^((a−|A|)/2|A|)/2F. Points: circuits on Aer with 10 checks, exact binomial "
            "intervals, 95 %. For |A| = a better states cost next to nothing; for |A| < a every digit of fidelity has "
            "its price. (b) Rate R = P/(t_F + overhead) in units of a, colours as in (a), for an overhead of "
            "preparation and readout in each attempt. Without an overhead the best rate is that of poor states."
        ),
        data=compute,
        drawing=draw,
    )
}
