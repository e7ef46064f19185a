"""Magnets out of equilibrium: a chemical potential of the magnons, and two channels that compete."""

from typing import TYPE_CHECKING

import numpy as np

from nvprotocol import closed_form, plotting
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper.figures.emulated import Points, draw_points, emulated_variables, joined
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.runs import long_time_points, unmonitored_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from xarray import Dataset

TEMPERATURES = (0.3, 0.7, 1.5)
_POTENTIALS = np.linspace(-1.5, 0.9, 241)
_TRIED_POTENTIALS = np.array([-1.4, -1.0, -0.5, 0.0, 0.5])
_RATIOS = np.geomspace(1e-3, 1.0, 121)
_TRIED_RATIOS = np.array([0.002, 0.01, 0.03, 0.08, 0.2])
STARTS = ("ud", "uu", "+-")


def compute(shots: int, seed: int) -> "Dataset":
    """Steady concurrence against the chemical potential, and against the ratio of heating to cooling."""
    from xarray import Dataset

    rng, kT = np.random.default_rng(seed), np.array(TEMPERATURES)[:, None]
    q = closed_form.boltzmann_ratio(1.0, kT, mu=_POTENTIALS)
    ratios = [[float(closed_form.boltzmann_ratio(1.0, kT, mu=mu)) for mu in _TRIED_POTENTIALS] for kT in TEMPERATURES]
    pumped = [joined([long_time_points(q, shots=shots, rng=rng) for q in row]) for row in ratios]
    competing = [joined([_competing(one, start, shots, rng) for one in _TRIED_RATIOS]) for start in STARTS]
    return Dataset(
        {
            "concurrence": (["kT", "mu"], closed_form.steady_concurrence(q), {"long_name": "steady concurrence"}),
            "coupling": (["kT", "mu"], (1 + q) / (1 - q), {"long_name": "net coupling Γ relative to that at T = 0"}),
            "competing": (
                "ratio",
                closed_form.competing_channels_concurrence(_RATIOS, 1.0),
                {"long_name": "steady concurrence, two channels"},
            ),
            **emulated_variables(["kT", "tried_mu"], pumped),
            **emulated_variables(["start", "tried_ratio"], competing, "competing"),
        },
        {
            "kT": ("kT", list(TEMPERATURES), {"long_name": "temperature kT", "units": "Δ"}),
            "mu": ("mu", _POTENTIALS, {"long_name": "chemical potential μ", "units": "Δ"}),
            "tried_mu": ("tried_mu", _TRIED_POTENTIALS, {"long_name": "chemical potential μ", "units": "Δ"}),
            "ratio": ("ratio", _RATIOS, {"long_name": "heating over cooling u/d"}),
            "tried_ratio": ("tried_ratio", _TRIED_RATIOS, {"long_name": "heating over cooling u/d"}),
            "start": ("start", list(STARTS), {"long_name": "initial state"}),
        },
    )


def competing_medium(heating: float, cooling: float = 1.0) -> Medium:
    """A magnet that heats by σ₁⁻ + σ₂⁻ and cools by σ₁⁺ − σ₂⁺: opposite phases of A and Ã."""
    return Medium.pair(a=cooling, A=-cooling, a_tilde=heating, A_tilde=heating)


def _competing(heating: float, start: str, shots: int, rng: np.random.Generator) -> Points:
    equation = MasterEquation(competing_medium(heating))
    return unmonitored_points(equation, np.array([3.0 / heating]), shots=shots, rng=rng, initial=start)


def draw(data: "Dataset") -> "Figure":
    """Three panels."""
    figure, axes = plotting.panels(1, 3, width=plotting.PAGE_WIDTH, height=2.5)
    steady, speed, competing = axes[0]
    for number, kT in zip((0, 2, 1), data.kT.to_numpy(), strict=True):
        one, colour = data.sel(kT=kT), plotting.COLOURS[number]
        steady.plot(data.mu, one.concurrence, color=colour)
        draw_points(steady, one, "tried_mu", number=number, label=rf"$kT = {kT:g}\,\Delta$")
        speed.plot(data.mu, one.coupling, color=colour, label=rf"$kT = {kT:g}\,\Delta$")
    steady.set(xlabel=r"chemical potential $\mu/\Delta$", ylabel=r"steady concurrence $C_\infty$")
    steady.set(xlim=(-1.5, 1), ylim=(-0.01, 0.78), yticks=np.arange(0, 0.51, 0.1))
    steady.legend(loc="upper right", handletextpad=0.2)
    speed.set(xlabel=r"chemical potential $\mu/\Delta$", ylabel=r"speed $\Gamma/\Gamma(T{=}0)$", yscale="log")
    speed.set(xlim=(-1.5, 1), ylim=(0.9, 50))
    speed.yaxis.set_major_formatter("{x:g}")
    speed.legend(loc="upper left")
    _draw_competing(competing, data)
    return figure


def _draw_competing(ax: "Axes", data: "Dataset") -> None:
    ax.plot(data.ratio, data.competing, color=plotting.COLOURS[6], label="closed form")
    arrows = {"ud": r"\uparrow\downarrow", "uu": r"\uparrow\uparrow", "+-": "{+}{-}"}
    for number, start in enumerate(data.start.to_numpy()):
        shifted = data.sel(start=start).assign(at=data.tried_ratio * (0.88, 1.0, 1.14)[number])
        draw_points(ax, shifted, "at", name="competing", number=number, label=rf"from $|{arrows[str(start)]}\rangle$")
    ax.set(xscale="log", xlabel="heating over cooling $u/d$", ylabel=r"steady concurrence $C_\infty$")
    ax.set(xlim=(1e-3, 1), ylim=(-0.01, 0.55))
    ax.legend(loc="lower left", handletextpad=0.2)


FIGURES = {
    "reservoirs": PaperFigure(
        title="Pumped magnets",
        caption=(
            "(a) Steady concurrence of an unmonitored pair, from |↑↓⟩ with |A| = a and δ = 0, against the chemical "
            "potential μ of the magnons, which enters as q = e^(−(Δ−μ)/kT): μ < 0 cools, μ > 0 heats. (b) What it does "
            "to the speed: Γ = (1 + q)/(1 − q) times the coupling at T = 0, which diverges as μ approaches Δ (the "
            "magnons condense before, when μ reaches the bottom of their band). Monitored often enough, the pair gains "
            "from that. (c) Two channels of opposite phase and different temperature: cooling by σ₁⁺ − σ₂⁺ at the rate "
            "d, heating by σ₁⁻ + σ₂⁻ at u. Each has a dark state and empties that of the other, so the steady state is "
            "unique: every initial state ends with the same concurrence, up to 1/2 for u ≪ d, at the price of waiting "
            "some 1/u. Lines: closed forms. Points: circuits on Aer after t = 20/a, in (c) 3/u; tomography, 95 % "
            "intervals; in (c) points at equal u/d are drawn side by side."
        ),
        data=compute,
        drawing=draw,
    )
}
