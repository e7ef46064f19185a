"""Which initial states end entangled."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nvprotocol import closed_form, plotting
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper.figures.emulated import draw_points, emulated_variables, joined
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.runs import long_time_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from xarray import Dataset

TEMPERATURES = (0.0, 0.1, 0.3)
STARTS = ("++", "+u", "+r", "ud")
_WEIGHTS = np.linspace(0.0, 1.0, 201)
_Q = np.linspace(0.0, 1.0, 201)
_SAMPLES = 60


def compute(shots: int, seed: int) -> "Dataset":
    """Steady concurrence against the weight of the singlet: closed form, random initial states, emulated runs."""
    from xarray import Dataset

    rng = np.random.default_rng(seed)
    kets = np.concatenate([random_kets(_SAMPLES, rng, product=kind) for kind in (True, False)])
    states = kets[:, :, None] * kets[:, None, :].conj()
    ends = [MasterEquation(Medium.pair(a=1.0, A=1.0, q=q)).steady_state(states) for q in TEMPERATURES]
    points = [
        joined([long_time_points(q, shots=shots, rng=rng, initial=start) for start in STARTS]) for q in TEMPERATURES
    ]
    q, p_S = np.array(TEMPERATURES)[:, None], {"long_name": "weight of the singlet at the start"}
    words = {"long_name": "steady concurrence"}
    return Dataset(
        {
            "steady": (["p_S", "scanned_q"], closed_form.steady_concurrence(_Q, _WEIGHTS[:, None]), words),
            "threshold": ("scanned_q", closed_form.singlet_threshold(_Q), {"long_name": "p_c = 3q/(1 + 4q + q²)"}),
            "concurrence": (["q", "p_S"], closed_form.steady_concurrence(q, _WEIGHTS), words),
            "random_weight": ("sample", closed_form.singlet_weight(states), p_S),
            "random_product": ("sample", np.repeat([1, 0], _SAMPLES), {"long_name": "1 for a product state"}),
            "random_concurrence": (["q", "sample"], concurrence(np.stack(ends)), words | {"comment": "null space"}),
            "start_weight": ("start", [float(closed_form.singlet_weight(one)) for one in STARTS], p_S),
            **emulated_variables(["q", "start"], points),
        },
        {
            "q": ("q", list(TEMPERATURES), {"long_name": "e^(−βΔ)"}),
            "scanned_q": ("scanned_q", _Q, {"long_name": "e^(−βΔ)"}),
            "p_S": ("p_S", _WEIGHTS, p_S),
            "start": ("start", list(STARTS), {"long_name": "initial state, in the paper's order"}),
        },
    )


def random_kets(number: int, rng: np.random.Generator, *, product: bool) -> NDArray[np.complex128]:
    """Random pure states of a pair, uniform (Haar) over product states or over all, shape (number, 4)."""
    shape = (number, 2, 2) if product else (number, 1, 4)
    parts = rng.normal(size=(*shape, 2)) @ np.array([1, 1j])
    parts /= np.linalg.norm(parts, axis=-1, keepdims=True)
    return np.einsum("ni,nj->nij", parts[:, 0], parts[:, 1]).reshape(number, 4) if product else parts[:, 0]


def draw(data: "Dataset") -> "Figure":
    """Two panels."""
    figure, axes = plotting.panels(1, 2, width=plotting.PAGE_WIDTH, height=2.75)
    map_ = axes[0, 0]
    levels = np.linspace(0, 1, 21)
    levels[0] = 1e-6
    filled = map_.contourf(data.scanned_q, data.p_S, data.steady, levels, cmap="viridis", vmin=0, vmax=1)
    map_.plot(data.scanned_q, data.threshold, color="black", lw=1.2)
    map_.text(0.62, 0.3, "ends unentangled", ha="center", fontsize=8)
    map_.annotate(
        r"$p_c = 3q/(1+4q+q^2)$", (0.21, 0.335), (0.36, 0.13), fontsize=8, arrowprops={"arrowstyle": "-", "lw": 0.6}
    )
    map_.set(xlabel=r"$q = e^{-\beta\Delta}$", ylabel="weight of the singlet $p_S$", xlim=(0, 1), ylim=(0, 1))
    bar = figure.colorbar(filled, ax=map_, pad=0.02, ticks=[1e-6, 0.2, 0.4, 0.6, 0.8, 1.0], format="{x:.1f}")
    bar.set_label(r"$C_\infty$")
    bar.ax.tick_params(length=2)
    _draw_weights(axes[0, 1], data)
    return figure


def _draw_weights(ax: "Axes", data: "Dataset") -> None:
    for number, q in zip((6, 0, 1), data.q.to_numpy(), strict=True):
        one, colour = data.sel(q=q), plotting.COLOURS[number]
        ax.plot(data.p_S, one.concurrence, color=colour)
        for kind, marker in ((1, "x"), (0, ".")):
            chosen = data.random_product.to_numpy() == kind
            places, values = data.random_weight.to_numpy()[chosen], one.random_concurrence.to_numpy()[chosen]
            ax.plot(places, values, marker, ms=3, mew=0.6, color=colour, alpha=0.6)
        draw_points(ax, one, "start_weight", number=number, label=f"$q = {q:g}$")
    ax.plot([], [], "x", ms=3, mew=0.6, color="0.4", label="random product state")
    ax.plot([], [], ".", ms=3, color="0.4", label="random state")
    ax.set(
        xlabel="weight of the singlet $p_S$", ylabel=r"steady concurrence $C_\infty$", xlim=(-0.02, 1), ylim=(-0.02, 1)
    )
    ax.legend(loc="upper left")


FIGURES = {
    "initial_state": PaperFigure(
        title="Which initial states end entangled",
        caption=(
            "Steady concurrence of an unmonitored pair with |A| = a, δ = 0, against the weight p_S = ⟨S|ρ₀|S⟩ of the "
            "dark singlet in the initial state. (a) Closed form; below p_c nothing is left. The supplement promises a "
            "finite entanglement for every state that is not symmetric (p_S > 0): right at q = 0, where C = p_S. (b) "
            "The same for three temperatures. Crosses and dots: null space of the generator for 60 random product "
            "states and 60 random states; nothing but p_S matters, and no product state has more than 1/2. Open "
            "markers: circuits on Aer from |++⟩, |+↑⟩, |+r⟩ and |↑↓⟩ after t = 20/a, tomography, 95 % intervals."
        ),
        data=compute,
        drawing=draw,
    )
}
