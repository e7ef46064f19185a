"""Beyond the paper's media: a pair in a squeezed reservoir, and three qubits under a drive."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators, plotting, protocols
from nvprotocol.device import Device
from nvprotocol.emulation import emulate
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper.figures.emulated import Points, draw_points, emulated_variables, joined
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.runs import unmonitored_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from xarray import Dataset

SPOILED = {"ideal": {}, "n = 0.05": {"n": 0.05}, "f = 0.95": {"f": 0.95}}
"""Thermal occupation n, and factor f of the correlated part."""
_SQUEEZING = np.linspace(0.0, 1.5, 76)
_TRIED_SQUEEZING = np.array([0.3, 0.6, 0.9, 1.2])
_OFFSETS = np.linspace(0.0, 1.0, 101)
_TRIED_OFFSETS = np.array([0.1, 0.3, 0.5])
SHOWN_SQUEEZING = 0.8
LONG = 120.0
"""Time in µs after which emulated pairs are as good as steady."""
_LOSSES = np.geomspace(1e-3, 1.0, 61)
_TRIED_LOSSES = np.geomspace(3e-3, 0.3, 5)
DRIVE = 0.3
"""Both parts of `winding_drive` in rad/µs."""
LOSSES = ("coupling", "q", "J")


def squeezed_medium(r: float | NDArray[np.float64], n: float = 0.0, f: float = 1.0) -> Medium:
    """L₁ = cosh r σ₁⁺ + sinh r σ₂⁻ and L₂ = cosh r σ₂⁺ + sinh r σ₁⁻ at 1 + n, their adjoints at n, correlated by f."""
    relaxes, excites, both = np.cosh(r) ** 2 / 2, np.sinh(r) ** 2 / 2, f * np.cosh(r) * np.sinh(r) / 2
    emitted = Medium.pair(a=(1 + n) * relaxes, a_tilde=(1 + n) * excites, M=(1 + n) * both)
    return emitted + Medium.pair(a=n * excites, a_tilde=n * relaxes, M=n * both)


def driven_equation(coupling: float = 1.0, q: float = 0.0, J: float = 0.0) -> MasterEquation:
    """Three qubits with a = 1 rad/µs, A_ij = `coupling` and J_ij = J, under a drive whose phase winds around."""
    others = 1 - np.eye(3)
    relaxation = np.eye(3) + coupling * others
    medium = Medium(relaxation=relaxation, excitation=q * relaxation, flip_flop=J * others)
    return MasterEquation(medium, drive=protocols.winding_drive(3, DRIVE, DRIVE))


def winding_w() -> NDArray[np.complex128]:
    """(|↓↑↑⟩ + ω*|↑↓↑⟩ + ω|↑↑↓⟩)/√3, ω = e^(2πi/3)."""
    phases = np.exp(-2j * np.pi * np.arange(3) / 3)
    labels = zip(phases, ("duu", "udu", "uud"), strict=True)
    return np.asarray(sum(phase * operators.state(label) for phase, label in labels)) / np.sqrt(3)


def spoiled(kind: str, loss: float) -> MasterEquation:
    """The driven qubits with a loss of one kind: 1 − |A|/a, q or J."""
    return driven_equation(**{kind: 1 - loss if kind == "coupling" else loss})


def compute(shots: int, seed: int) -> "Dataset":
    """Steady concurrences against squeezing and offset, and the fidelity of the driven state against its losses."""
    from xarray import Dataset

    curves, squeezed, off = _squeezed(shots, np.random.default_rng(seed))
    shown = squeezed_medium(SHOWN_SQUEEZING)
    steady, emulated = _driven()
    return Dataset(
        {
            "concurrence": (["kind", "r"], curves, {"long_name": "steady concurrence of a squeezed reservoir"}),
            "off": (
                "offset",
                concurrence(MasterEquation(shown, offset=_OFFSETS).steady_state()),
                {"long_name": f"steady concurrence at r = {SHOWN_SQUEEZING}"},
            ),
            "fidelity": (["loss", "size"], steady, {"long_name": "fidelity of the driven steady state with W"}),
            "on_aer": (["loss", "tried_size"], emulated, {"long_name": "the same by circuits on Aer, after 600 µs"}),
            **emulated_variables(["kind", "tried_r"], squeezed),
            **emulated_variables(["tried_offset"], off, "off"),
        },
        {
            "kind": ("kind", list(SPOILED), {"long_name": "what spoils the reservoir"}),
            "r": ("r", _SQUEEZING, {"long_name": "squeezing r"}),
            "tried_r": ("tried_r", _TRIED_SQUEEZING, {"long_name": "squeezing r"}),
            "offset": ("offset", _OFFSETS, {"long_name": "offset Δ₀", "units": "rad/µs"}),
            "tried_offset": ("tried_offset", _TRIED_OFFSETS, {"long_name": "offset Δ₀", "units": "rad/µs"}),
            "loss": ("loss", list(LOSSES), {"long_name": "what spoils the driven state"}),
            "size": ("size", _LOSSES, {"long_name": "1 − |A|/a, q or J/a"}),
            "tried_size": ("tried_size", _TRIED_LOSSES, {"long_name": "1 − |A|/a, q or J/a"}),
        },
    )


def _squeezed(shots: int, rng: np.random.Generator) -> tuple[list[NDArray[np.float64]], list[Points], Points]:
    """Steady concurrences against r, emulated points of them, and of one r off the frequency of the pump."""

    def points(medium: Medium, offset: float = 0.0) -> Points:
        equation = MasterEquation(medium, offset=offset)
        return unmonitored_points(equation, np.array([LONG]), shots=shots, rng=rng, initial="uu")

    squeezed = [joined([points(squeezed_medium(r, **how)) for r in _TRIED_SQUEEZING]) for how in SPOILED.values()]
    off = joined([points(squeezed_medium(SHOWN_SQUEEZING), float(one)) for one in _TRIED_OFFSETS])
    media = [squeezed_medium(_SQUEEZING, **how) for how in SPOILED.values()]
    return [concurrence(MasterEquation(medium).steady_state()) for medium in media], squeezed, off


def _driven() -> tuple[list[list[float]], list[list[float]]]:
    """Fidelities of the driven state with W for each loss: of the steady state, and of circuits on Aer."""
    target, circuit = winding_w(), protocols.driven_dark_state(600.0, [0.0, 0.0, 0.0])  # the drive is the device's
    steady = [[_fidelity(spoiled(kind, one).steady_state(), target) for one in _LOSSES] for kind in LOSSES]
    emulated = [
        [_fidelity(emulate(circuit, Device(spoiled(kind, one)), None).state, target) for one in _TRIED_LOSSES]
        for kind in LOSSES
    ]
    return steady, emulated


def _fidelity(rho: NDArray[np.complex128], ket: NDArray[np.complex128]) -> float:
    return float(np.vdot(ket, rho @ ket).real)


def draw(data: "Dataset") -> "Figure":
    """Three panels."""
    figure, axes = plotting.panels(1, 3, width=plotting.PAGE_WIDTH, height=2.5)
    squeezed, off, driven = axes[0]
    for number, kind in enumerate(data.kind.to_numpy()):
        one = data.sel(kind=kind)
        squeezed.plot(data.r, one.concurrence, color=plotting.COLOURS[number])
        draw_points(squeezed, one, "tried_r", number=number, label=f"${kind}$" if "=" in str(kind) else str(kind))
    squeezed.set(xlabel="squeezing $r$", ylabel=r"steady concurrence $C_\infty$", xlim=(0, 1.5), ylim=(-0.02, 1.02))
    squeezed.legend(loc="upper left", handletextpad=0.2)
    off.plot(data.offset, data.off, color=plotting.COLOURS[0])
    draw_points(off, data, "tried_offset", name="off", number=0, label=f"$r = {SHOWN_SQUEEZING}$")
    off.set(xlabel=r"offset $\Delta_0$ (rad/µs)", ylabel=r"steady concurrence $C_\infty$")
    off.set(xlim=(0, 1), ylim=(-0.02, 1.02))
    off.legend(loc="upper right", handletextpad=0.2)
    _draw_driven(driven, data)
    return figure


def _draw_driven(ax: "Axes", data: "Dataset") -> None:
    words = {"coupling": "$1 - |A|/a$", "q": "$q$", "J": "$J/a$"}
    for number, loss in enumerate(data.loss.to_numpy()):
        one, colour = data.sel(loss=loss), plotting.COLOURS[number]
        ax.plot(data.size, one.fidelity, color=colour, label=words[str(loss)])
        ax.plot(data.tried_size, one.on_aer, "o", color=colour, markerfacecolor="white", markersize=4)
    ax.axhline(2 / 3, color="0.6", linestyle=":", linewidth=1)
    ax.set(xscale="log", xlabel="size of the loss", ylabel="fidelity with W")
    ax.set(xlim=(1e-3, 1), ylim=(0, 0.85))
    ax.legend(loc="lower left")


FIGURES = {
    "beyond_the_pair": PaperFigure(
        title="Squeezed reservoirs and driven dark states",
        caption=(
            "(a) Steady concurrence of a pair in a two-mode squeezed reservoir, L₁ = cosh r σ₁⁺ + sinh r σ₂⁻ and L₂ "
            "with the qubits exchanged: tanh 2r; with thermal occupation n; with the correlated part times f. The "
            "stronger the squeezing, the more fragile. (b) At r = 0.8, against what both splittings are off half "
            "the frequency of the pump. (c) Three qubits with |A_ij| = a = 1 rad/µs, T = 0 and the drive Ω_k = "
            "0.3(1 + e^(2πik/3)) rad/µs: fidelity of the steady state with (|↓↑↑⟩ + ω*|↑↓↑⟩ + ω|↑↑↓⟩)/√3, ω = "
            "e^(2πi/3), against imperfect coupling, temperature and exchange, one at a time; above 2/3 (dotted) all "
            "three are entangled. Lines: master equation. Points: circuits on Aer, in (a) and (b) after 120 µs by "
            "full tomography with 95 % intervals, in (c) after 600 µs without sampling noise."
        ),
        data=compute,
        drawing=draw,
    )
}
