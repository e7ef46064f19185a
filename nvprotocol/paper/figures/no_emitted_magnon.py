"""Keeping the runs in which no magnon is detected, with a detector that misses some."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nvprotocol import closed_form, plotting, protocols
from nvprotocol.device import Device
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.operators import density_matrix
from nvprotocol.paper.figures.emulated import draw_points, emulated_points, emulated_variables
from nvprotocol.paper.figures.figure import PaperFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from xarray import Dataset

EFFICIENCIES = (0.0, 0.43, 0.71, 1.0)
RATIOS = (1.0, 0.9, 0.6)
_SAMPLED = np.linspace(0.25, 2.75, 6) + np.linspace(-0.05, 0.05, 4)[:, None]
_STEPS = 12
_TIMES = np.linspace(0.0, 3.0, 301)
_GRID = np.linspace(0.0, 1.0, 101)


def compute(shots: int, seed: int) -> "Dataset":
    """Concurrence against time for each efficiency, with circuits that play the magnet, and the best of each curve."""
    from xarray import Dataset

    rng, points = np.random.default_rng(seed), []
    for efficiency, sampled in zip(EFFICIENCIES, _SAMPLED, strict=True):
        circuits = [protocols.no_emitted_magnon(look, _STEPS, order=2) for look in sampled]
        nothing_else = MasterEquation(Medium.pair(a=0.0))
        device = Device(nothing_else, monitors=2, monitor_efficiency=efficiency)
        how = {"shots": shots, "rng": rng, "postselect": {"quiet": 1}}
        points.append(emulated_points(circuits, device, heralded(sampled, efficiency), **how))
    efficiencies = np.array(EFFICIENCIES)[:, None]
    curves = closed_form.heralded_concurrence(_TIMES, 1.0, 1.0, efficiency=efficiencies)
    words = {"long_name": "exact concurrence"}
    return Dataset(
        {
            "concurrence": (["efficiency", "time"], curves, words),
            "sampled": (["efficiency", "point"], _SAMPLED, {"long_name": "times of the points", "units": "µs"}),
            "largest": (["ratio", "scanned"], largest(_GRID), {"long_name": "largest concurrence over time"}),
            "limit": ("scanned", closed_form.heralded_limit(_GRID), {"long_name": "1/(2 − η)"}),
            **emulated_variables(["efficiency", "point"], points),
        },
        {
            "efficiency": ("efficiency", list(EFFICIENCIES), {"long_name": "efficiency η of the detector"}),
            "time": ("time", _TIMES, {"long_name": "time t", "units": "µs"}),
            "ratio": ("ratio", list(RATIOS), {"long_name": "|A|/a"}),
            "scanned": ("scanned", _GRID, {"long_name": "efficiency η of the detector"}),
        },
    )


def heralded(times: NDArray[np.float64], efficiency: float) -> Conditional:
    """Kept states at T = 0 for |A| = a = 1 where a magnon is missed with probability 1 − η, which leaves |↑↑⟩."""
    quiet = MasterEquation(Medium.pair(a=1.0, A=1.0)).no_jump("ud", times)
    missed = (1 - efficiency) * (1 - quiet.probability)
    weighted = quiet.probability[:, None, None] * quiet.states + missed[:, None, None] * density_matrix("uu")
    kept = quiet.probability + missed
    return Conditional(weighted / kept[:, None, None], kept)


def largest(efficiencies: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest concurrence over time for each |A|/a and each efficiency: of 1 − 10⁻⁶ of it, on a fine grid."""
    times = np.concatenate([np.linspace(0, 12, 2401), np.geomspace(12.5, 400, 200)])
    ratios = np.array(RATIOS)[:, None, None]
    return closed_form.heralded_concurrence(times, 1.0, ratios, efficiency=efficiencies[:, None]).max(axis=-1)


def draw(data: "Dataset") -> "Figure":
    """Two panels."""
    figure, axes = plotting.panels(1, 2, width=plotting.PAGE_WIDTH, height=2.6)
    _draw_times(axes[0, 0], data)
    _draw_efficiencies(axes[0, 1], data)
    return figure


def _draw_times(ax: "Axes", data: "Dataset") -> None:
    for number, efficiency in zip((6, 4, 2, 0), data.efficiency.to_numpy(), strict=True):
        curve = data.sel(efficiency=efficiency)
        ax.plot(data.time, curve.concurrence, color=plotting.COLOURS[number])
        draw_points(ax, curve, "sampled", number=number, label=rf"$\eta = {efficiency:g}$")
    ax.set(xlabel="time $t$ (µs)", ylabel="concurrence $C$", xlim=(0, 3), ylim=(-0.02, 1.28))
    ax.set_yticks(np.arange(0, 1.01, 0.2))
    ax.legend(loc="upper center", ncols=4, handletextpad=0.2, columnspacing=1.0)


def _draw_efficiencies(ax: "Axes", data: "Dataset") -> None:
    for number, ratio in zip((0, 2, 1), data.ratio.to_numpy(), strict=True):
        label = f"$|A| = {ratio:g}\\,a$" if ratio < 1 else r"$|A| = a$: $1/(2-\eta)$"
        ax.plot(data.scanned, data.largest.sel(ratio=ratio), color=plotting.COLOURS[number], label=label)
    for efficiency, text in ((0.43, "photon\ncounter"), (0.71, "magnon\ndetector")):
        ax.axvline(efficiency, color="0.6", lw=0.7, ls=":")
        ax.text(efficiency + 0.012, 0.12, text, fontsize=7, color="0.35", va="bottom")
    ax.set(xlabel=r"efficiency of the detector $\eta$", ylabel=r"largest concurrence over $t$")
    ax.set(xlim=(0, 1), ylim=(0.1, 1.04))
    ax.legend(loc="upper left")


FIGURES = {
    "no_emitted_magnon": PaperFigure(
        title="Postselection on no emitted magnon",
        caption=(
            "Runs in which no magnon is detected are kept, at T = 0 from |↑↓⟩; a detector of efficiency η misses the "
            "others' magnons and lets |↑↑⟩ pass. (a) Concurrence against time for a = |A| = 1 rad/µs. Lines: C = P "
            "C_cond/(P + (1 − η)(1 − P)). Points: circuits on Aer in which two monitor qubits play the magnet, 12 "
            "collisions for each point, a reading of the monitor being the click; tomography in five settings, 95 % "
            "intervals. (b) Largest concurrence over time against η. For |A| = a it is the limit 1/(2 − η); below, the "
            "pair decays while one waits, and at η = 1 alone it still reaches 1. Dotted: a microwave photon counter (η "
            "= 0.43, arXiv:2307.03614) and a single-magnon detector (η = 0.71, arXiv:1910.09096). No detected magnon "
            "stands for |σᶻ| = 0 only at T = 0 and without |↑↑⟩ in the initial state: |↑↑⟩ emits nothing."
        ),
        data=compute,
        drawing=draw,
    )
}
