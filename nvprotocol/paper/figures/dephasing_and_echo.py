"""Two enemies of the monitored Bell state, dephasing and detuning, and the cure for one of them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nvprotocol import closed_form, plotting, protocols
from nvprotocol.device import Device
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.operators import density_matrix
from nvprotocol.paper.figures.emulated import Points, draw_points, emulated_points, emulated_variables, joined
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.runs import monitored_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from xarray import Dataset

DELTA = 5.0
SPACINGS = (0.3, 0.1, 0.03)
_RATES = np.linspace(0.0, 4.0, 201)
_TRIED = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 3.6])
_TIMES = np.linspace(0.0, 3.1, 621)
_PULSED = np.array([[0.6, 1.2, 1.8, 2.4, 3.0], [0.2, 0.4, 1.0, 1.6, 2.2], [0.3, 0.54, 0.84, 1.38, 2.04]])
"""Even multiples of the spacings."""
_ALONE = np.linspace(0.0, 10.0, 401)
_ALONE_SPACINGS = (0.1, 0.5)


def compute(shots: int, seed: int) -> "Dataset":
    """What dephasing leaves, what pulses bring back, and what they do without monitoring."""
    from xarray import Dataset

    rng, magnet = np.random.default_rng(seed), Medium.pair(a=1.0, A=1.0)
    detuned = MasterEquation(magnet, DELTA)
    together = joined([_dephased(rate, shots, rng) for rate in _TRIED])
    pulsed = [_echoed(detuned, *each, shots, rng) for each in zip(SPACINGS, _PULSED, strict=True)]
    recovered = [echoed_law(_TIMES, spacing) for spacing in SPACINGS]
    alone = [pulsed_alone(spacing) for spacing in _ALONE_SPACINGS]
    return Dataset(
        {
            "dephased": (
                "g",
                closed_form.dephased_steady_concurrence(1.0, _RATES),
                {"long_name": "long-time concurrence"},
            ),
            "free": ("time", concurrence(detuned.no_jump("ud", _TIMES).states), {"long_name": "without pulses"}),
            "recovered": (["spacing", "time"], recovered, {"long_name": "tanh 2Γₑt"}),
            "alone": (["alone_spacing", "alone_time"], alone, {"long_name": "pulses without monitoring"}),
            **emulated_variables(["tried_g"], together, "dephased"),
            "sampled": (["spacing", "point"], _PULSED, {"long_name": "times of the points", "units": "µs"}),
            **emulated_variables(["spacing", "point"], pulsed, "echoed"),
        },
        {
            "g": ("g", _RATES, {"long_name": "dephasing 4(d − D)", "units": "Γ"}),
            "tried_g": ("tried_g", _TRIED, {"long_name": "dephasing 4(d − D)", "units": "Γ"}),
            "time": ("time", _TIMES, {"long_name": "time t", "units": "µs"}),
            "spacing": ("spacing", list(SPACINGS), {"long_name": "time between pulses", "units": "µs"}),
            "alone_spacing": ("alone_spacing", list(_ALONE_SPACINGS), {"long_name": "between pulses", "units": "µs"}),
            "alone_time": ("alone_time", _ALONE, {"long_name": "time t", "units": "µs"}),
        },
    )


def echoed_law(times: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """C = tanh 2Γₑt, which holds after every even number of pulses."""
    return np.tanh(2 * closed_form.echo_coupling(spacing, 1.0, delta=DELTA) * times)


def pulsed_alone(spacing: float) -> NDArray[np.float64]:
    """Concurrence of the unmonitored pair, δ = 0, with a π pulse on both qubits every `spacing`, at `_ALONE`."""
    equation, flip = MasterEquation(Medium.pair(a=1.0, A=1.0)), np.eye(4)[::-1]
    rho, done, found = density_matrix("ud"), 0.0, []
    for time in _ALONE:
        while done + spacing <= time + 1e-9:
            rho = flip @ equation.evolve(rho, spacing)[0] @ flip
            done += spacing
        found.append(float(concurrence(equation.evolve(rho, max(time - done, 0.0))[0])))
    return np.array(found)


def _dephased(rate: float, shots: int, rng: np.random.Generator) -> Points:
    """A point after the time in which what passes falls to 1/200."""
    equation = MasterEquation(Medium.pair(a=1.0, A=1.0, d=rate / 4))
    time = np.log(200) / (2 * np.hypot(2.0, rate))
    return monitored_points(equation, np.array([time]), checks=40, shots=shots, rng=rng)


def _echoed(
    equation: MasterEquation, spacing: float, times: NDArray[np.float64], shots: int, rng: np.random.Generator
) -> Points:
    """Points after an even number of pulses, with a check at each."""
    found = []
    for time in times:
        pulses = round(time / spacing)
        given = {"checks": pulses, "pulses": pulses}
        circuit = protocols.echoed_bell(pulses * spacing, **given)
        exact = protocols.GALLERY["echoed_bell"].reference(equation, pulses * spacing, **given)
        how = {"shots": shots, "rng": rng, "postselect": {"parity": 1}}
        found.append(emulated_points([circuit], Device(equation), exact, **how))
    return joined(found)


def draw(data: "Dataset") -> "Figure":
    """Three panels."""
    figure, axes = plotting.panels(1, 3, width=plotting.PAGE_WIDTH, height=2.5)
    dephased, echoed, alone = axes[0]
    dephased.plot(data.g, data.dephased, color=plotting.COLOURS[0], label="independent")
    draw_points(dephased, data, "tried_g", name="dephased", number=0)
    dephased.axhline(1, color=plotting.COLOURS[2], ls="--", label="common: $D = d$")
    dephased.set(xlabel=r"dephasing $1/T_\varphi\Gamma$", ylabel=r"long-time concurrence $C_\infty$")
    dephased.set(xlim=(-0.06, 4), ylim=(0, 1.05))
    dephased.legend(loc="lower left")
    _draw_echo(echoed, data)
    for number, spacing in zip((3, 4), data.alone_spacing.to_numpy(), strict=True):
        curve = data.alone.sel(alone_spacing=spacing)
        alone.plot(data.alone_time, curve, color=plotting.COLOURS[number], label=f"pulses every {spacing:g} µs")
    rest = closed_form.unmonitored_concurrence(data.alone_time.to_numpy(), 1.0, 1.0)
    alone.plot(data.alone_time, rest, color=plotting.COLOURS[6], label="no pulses")
    alone.set(xlabel="time $t$ (µs)", ylabel="concurrence $C$, unmonitored", xlim=(0, 10), ylim=(-0.01, 0.78))
    alone.set_yticks(np.arange(0, 0.51, 0.1))
    alone.legend(loc="upper right")
    return figure


def _draw_echo(ax: "Axes", data: "Dataset") -> None:
    ax.plot(data.time, data.free, color="0.6", lw=0.8, label="no pulses")
    for number, spacing in zip((4, 1, 0), data.spacing.to_numpy(), strict=True):
        curve = data.sel(spacing=spacing)
        ax.plot(data.time, curve.recovered, color=plotting.COLOURS[number])
        label = rf"every {spacing:g} µs"
        draw_points(ax, curve, "sampled", name="echoed", number=number, label=label)
    ax.set(xlabel="time $t$ (µs)", ylabel="concurrence $C$, monitored", xlim=(0, 3.1), ylim=(-0.02, 1.4))
    ax.set_yticks(np.arange(0, 1.01, 0.2))
    ax.legend(loc="upper right", ncols=2, columnspacing=0.6, handletextpad=0.2)


FIGURES = {
    "dephasing_and_echo": PaperFigure(
        title="Dephasing, and echo against detuning",
        caption=(
            "Monitored from |↑↓⟩, a = |A| = Γ = 1 rad/µs, T = 0. (a) Concurrence in the end against pure dephasing g = "
            "4(d − D), which the monitoring does not see: (√(4Γ² + g²) − g)/2Γ; for independent qubits g = 1/T_φ. "
            "Noise common to both qubits, D = d, does nothing. Points after the time in which what passes has fallen "
            "to 1/200. (b) A detuning δ = 5 Γ, far in the PT-exact phase, where C oscillates, and π pulses on both "
            "qubits, which turn δ into −δ: C = tanh 2Γₑt with the coupling Γₑ = asinh(Γ|sin ωτ/ω|)/τ after every even "
            "number of pulses. (c) Pulses without monitoring, at δ = 0, exchange relaxation and excitation, and heat "
            "the pair: the entanglement that would stay at 1/2 is lost. Lines: exact. Points: circuits on Aer with 40 "
            "checks (a) and with a check at each pulse (b), tomography in five settings, 95 % intervals."
        ),
        data=compute,
        drawing=draw,
    )
}
