"""Monitoring at a finite rate: long-time concurrence and the shift of the exceptional point."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nvprotocol import plotting
from nvprotocol.closed_form import short_period_exceptional_detuning
from nvprotocol.master_equation import (
    MasterEquation,
    conditional_map,
    exceptional_detuning,
    long_time_concurrence,
    poissonian_concurrence,
)
from nvprotocol.medium import Medium
from nvprotocol.paper.figures.emulated import Points, draw_points, emulated_variables, joined
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.runs import monitored_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from xarray import Dataset

A_OVER_A = 0.9
CASES = ((0.0, 0.0), (0.1, 0.0), (0.5, 0.0), (0.5, 1.2))
"""Pairs of q and δ."""
PERIODS = np.array([0.01, 0.1, 0.3, 1.0, 3.0, 10.0])
_NUMBERS = (6, 2, 0, 1)
"""Colours of the cases."""
_FINE = np.geomspace(0.004, 20.0, 121)
_KINKS = np.array([0.001, 0.03, 0.3, 1.0])
_SPECTRUM = (0.5, 0.1)
"""q and period of the spectrum."""
_SCANNED = np.linspace(0.0, 2.0, 401)
_TEMPERATURES = np.array([0.01, 0.1, 0.5])
_SHORT = np.geomspace(1e-4, 4.0, 90)
_EMULATED = 3
"""Of the cases, those at the end have a slow decay into what is kept: only the first so many are emulated."""


def compute(shots: int, seed: int) -> "Dataset":
    """Everything that is drawn; see the caption."""
    from xarray import Dataset

    rng = np.random.default_rng(seed)
    equations = [MasterEquation(Medium.pair(a=1.0, A=A_OVER_A, q=q), delta) for q, delta in CASES]
    lasting = np.array([[long_time_concurrence(one, period) for period in _FINE] for one in equations])
    points = [_after_many_checks(one, shots, rng) for one in equations[:_EMULATED]]
    random = [poissonian_concurrence(equations[2], 1 / period) for period in _FINE]
    Gamma = A_OVER_A * (1 + _SPECTRUM[0])
    over_detuning = MasterEquation(Medium.pair(a=1.0, A=A_OVER_A, q=_SPECTRUM[0]), _SCANNED * Gamma)
    where = np.array([[_exceptional(q, period) for period in _SHORT] for q in _TEMPERATURES])
    concurrence = {"long_name": "concurrence after many checks"}
    exceptional = {"long_name": "exceptional point δ*/Γ"}
    return Dataset(
        {
            "lasting": (["case", "period"], lasting, concurrence),
            "lasting_random_looks": ("period", random, {"long_name": "the same, checked at random times, case 2"}),
            "against_detuning": (
                ["kink_period", "ratio"],
                [long_time_concurrence(over_detuning, period) for period in _KINKS],
                concurrence,
            ),
            "rates": (["ratio", "mode"], spectrum(over_detuning, _SPECTRUM[1]), {"long_name": "Re ln(λ)/τ + 2(a + ã)"}),
            "exceptional": (["q", "short_period"], where[..., 0], exceptional),
            "exceptional_law": (["q", "short_period"], where[..., 1], exceptional | {"comment": "for short periods"}),
            **emulated_variables(["emulated_case", "tried"], points),
        },
        {
            "case_q": ("case", [q for q, _ in CASES], {"long_name": "q"}),
            "case_delta": ("case", [delta for _, delta in CASES], {"long_name": "δ", "units": "rad/µs"}),
            "period": ("period", _FINE, {"long_name": "time between checks", "units": "µs"}),
            "tried": ("tried", PERIODS, {"long_name": "time between checks", "units": "µs"}),
            "kink_period": ("kink_period", _KINKS, {"long_name": "time between checks", "units": "µs"}),
            "ratio": ("ratio", _SCANNED, {"long_name": "δ/Γ"}),
            "q": ("q", _TEMPERATURES),
            "short_period": ("short_period", _SHORT, {"long_name": "time between checks", "units": "µs"}),
        },
    )


def spectrum(equation: MasterEquation, period: float) -> NDArray[np.float64]:
    """Growth rates ln|λ|/τ of the eigenvalues of the conditional map besides 2(a + ã), falling, shape (…, 4)."""
    values = np.abs(np.linalg.eigvals(conditional_map(equation, period)))
    rate = 1 / equation.medium.t1[..., :1]
    return -np.sort(-np.log(values) / period, axis=-1) + rate


def _after_many_checks(equation: MasterEquation, shots: int, rng: np.random.Generator) -> Points:
    """Points after so many checks that the slowest of what passes has fallen to 1/200."""
    found = []
    for period in PERIODS:
        first, second = spectrum(equation, period)[:2]
        time = max(2, np.ceil(np.log(200) / (first - second) / period)) * period
        found.append(monitored_points(equation, np.array([time]), period=period, shots=shots, rng=rng))
    return joined(found)


def _exceptional(q: float, period: float) -> tuple[float, float]:
    Gamma = A_OVER_A * (1 + q)
    law = float(short_period_exceptional_detuning(1.0, A_OVER_A, q, period))
    return exceptional_detuning(1.0, A_OVER_A, q, period) / Gamma, law / Gamma if law > 0 else np.nan


def draw(data: "Dataset") -> "Figure":
    """Four panels."""
    figure, axes = plotting.panels(2, 2, width=plotting.PAGE_WIDTH, height=5.0)
    _draw_periods(axes[0, 0], data)
    _draw_detunings(axes[0, 1], data)
    _draw_spectrum(axes[1, 0], data)
    _draw_exceptional(axes[1, 1], data)
    return figure


def _draw_periods(ax: "Axes", data: "Dataset") -> None:
    for case, number in enumerate(_NUMBERS):
        one, colour = data.isel(case=case), plotting.COLOURS[number]
        delta = "" if float(one.case_delta) == 0 else rf", $\delta = {float(one.case_delta):g}$"
        label = rf"$q = {float(one.case_q):g}${delta}"
        ax.plot(data.period, one.lasting, color=colour, label=label)
        if case < data.sizes["emulated_case"]:
            draw_points(ax, data.isel(emulated_case=case), "tried", number=number)
    ax.plot(data.period, data.lasting_random_looks, ":", color=plotting.COLOURS[0], label="$q = 0.5$, random times")
    ax.set(xscale="log", xlabel=r"time between checks $\tau$ (µs)", ylabel=r"long-time concurrence $C_\infty$")
    ax.set(xlim=(0.006, 20), ylim=(-0.02, 1.05))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.legend(loc="lower left")


def _draw_detunings(ax: "Axes", data: "Dataset") -> None:
    for number, period in zip((5, 2, 0, 3), data.kink_period.to_numpy(), strict=True):
        curve = data.against_detuning.sel(kink_period=period)
        ax.plot(data.ratio, curve, color=plotting.COLOURS[number], label=rf"$\tau = {period:g}$")
    limit = np.minimum(1, 1 / np.maximum(data.ratio, 1e-9))
    ax.plot(data.ratio, limit, "--", color="black", lw=0.8, label=r"$\tau\to 0$: $\min(1, \Gamma/\delta)$")
    ax.set(
        xlabel=r"detuning $\delta/\Gamma$", ylabel=r"long-time concurrence $C_\infty$", xlim=(0, 2), ylim=(-0.02, 1.05)
    )
    ax.legend(loc="lower left", title=r"$q = 0.5$, $\tau$ in µs", alignment="left")


def _draw_spectrum(ax: "Axes", data: "Dataset") -> None:
    Gamma = A_OVER_A * (1 + _SPECTRUM[0])
    free = 2 * Gamma * np.sqrt(np.maximum(1 - data.ratio**2, 0))
    for sign in (1, 0, -1):
        label = r"$\tau\to 0$: $0, \pm 2\kappa$" if sign else None
        ax.plot(data.ratio, sign * free, "--", color="black", lw=0.8, label=label if sign > 0 else None)
    shades = ((1, "dominant"), (0, "others"), (0, None), (0, None))
    for mode, (number, label) in enumerate(shades):
        ax.plot(data.ratio, data.rates.isel(mode=mode), color=plotting.COLOURS[number], label=label)
    where = float(data.exceptional.sel(q=_SPECTRUM[0]).interp(short_period=_SPECTRUM[1]))
    ax.axvline(where, color="0.6", lw=0.7, ls=":")
    ax.annotate(r"$\delta_*$", (where, -2.9), (3, 0), textcoords="offset points", fontsize=8, color="0.35")
    ax.set(xlabel=r"detuning $\delta/\Gamma$", ylabel=r"$\ln|\lambda|/\tau + 2(a+\tilde a)$ (1/µs)", xlim=(0, 2))
    ax.set_ylim(-3.2, 3.2)
    ax.legend(loc="upper right", title=r"$q = 0.5$, $\tau = 0.1$ µs", alignment="left")


def _draw_exceptional(ax: "Axes", data: "Dataset") -> None:
    for number, q in zip((4, 2, 0), data.q.to_numpy(), strict=True):
        one = data.sel(q=q)
        ax.plot(data.short_period, one.exceptional, color=plotting.COLOURS[number], label=f"$q = {q:g}$")
        ax.plot(data.short_period, one.exceptional_law, "--", color=plotting.COLOURS[number], lw=0.8)
    ax.axhline(1, color=plotting.COLOURS[6], lw=1.1, label="$q = 0$")
    ax.plot([], [], "--", color="0.4", lw=0.8, label=r"$\tau^{2/3}$ law")
    ax.set(xscale="log", xlabel=r"time between checks $\tau$ (µs)", ylabel=r"exceptional point $\delta_*/\Gamma$")
    ax.set(xlim=(1e-4, 4), ylim=(0, 1.06))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.legend(loc="lower left")


FIGURES = {
    "finite_rate": PaperFigure(
        title="Monitoring at a finite rate",
        caption=(
            "|σᶻ| is checked every τ and accepted runs (|σᶻ| = 0) are kept; a = 1, |A| = 0.9 rad/µs. (a) Concurrence "
            "right "
            "after a check, after many of them, against τ. Points: circuits on Aer with so many checks that what "
            "passes has fallen to 1/200, tomography in five settings, 95 % intervals. At q = 0 the period does not "
            "matter: what has jumped never comes back. For q > 0 entanglement is lost gradually, on the scale on which "
            "a pair of jumps fits between two checks. Dotted: checks come at random, on average every τ, and the state "
            "is looked at at any time instead of right after a check; then there is a threshold near τ = 1.9 µs, but "
            "it is one of the concurrence, since states outside σᶻ = 0 have piled up. (b) The same against the "
            "detuning, q = 0.5. For τ → 0 taken last, C∞ = min(1, Γ/δ): a kink at the exceptional point δ = Γ, and "
            "steady entanglement beyond it, where continuous monitoring has no steady state at all. Every τ > 0 rounds "
            "the kink. (c) The reason: growth rates of the eigenvalues λ of the map from check to check, against those "
            "of continuous monitoring (dashed; κ² = Γ² − δ²). Its three eigenvalues meet at δ = Γ. Of the map only the "
            "lower two meet, at δ*. The dominant one is real, positive and alone at every δ and τ, as it must be for a "
            "map that is completely positive and mixes; so the long-time state is an analytic function of both: a "
            "crossover, not a phase transition. (d) The exceptional point, of second instead of third order, moves "
            "down from Γ as δ*² = Γ² − ¾(16qτΓ²a²)^(2/3) (dashed), reaches 0 and comes back with another partner. At q "
            "= 0 it stays."
        ),
        data=compute,
        drawing=draw,
    )
}
