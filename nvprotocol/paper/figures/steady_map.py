"""Fig. S5: where the unmonitored pair ends, against the two dissipative couplings."""

from typing import TYPE_CHECKING

import numpy as np

from nvprotocol import closed_form, plotting
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper.figures.emulated import draw_points, emulated_variables, joined
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.paper.figures.runs import long_time_points

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import Dataset

_SIZE = 100
_TRIED = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9])
"""In 1/a: what is left of the slowest mode, e^(−4at) or less, cannot be seen."""


def compute(shots: int, seed: int) -> "Dataset":
    """The map from the null spaces of 5050 generators, its closed form, and tomography of runs after a long time."""
    from xarray import Dataset

    strengths = np.arange(1, _SIZE + 1) / _SIZE
    absorbed = np.arange(_SIZE) / _SIZE
    A, A_tilde = np.meshgrid(strengths, absorbed, indexing="ij")
    physical = A_tilde <= A
    x, y = A[physical], A_tilde[physical]
    found = MasterEquation(Medium.pair(a=x, A=x, a_tilde=y, A_tilde=y)).steady_state("ud")
    values, expected = np.full(A.shape, np.nan), np.full(A.shape, np.nan)
    values[physical], expected[physical] = concurrence(found), closed_form.steady_concurrence(y / x)
    rng, ratios = np.random.default_rng(seed), np.linspace(0, 1, 201)
    points = [long_time_points(q, shots=shots, rng=rng) for q in _TRIED]
    return Dataset(
        {
            "concurrence": (["A", "A_tilde"], values, {"long_name": "steady concurrence, by the null space"}),
            "closed_form": (["A", "A_tilde"], expected, {"long_name": "steady concurrence, by the closed form"}),
            "along_q": ("q", closed_form.steady_concurrence(ratios), {"long_name": "steady concurrence"}),
            **emulated_variables(["tried"], joined(points)),
        },
        {
            "A": ("A", strengths, {"long_name": "|A| = a", "units": "rad/µs"}),
            "A_tilde": ("A_tilde", absorbed, {"long_name": "|Ã| = ã", "units": "rad/µs"}),
            "q": ("q", ratios, {"long_name": "|Ã|/|A|"}),
            "tried": ("tried", _TRIED, {"long_name": "|Ã|/|A|"}),
        },
    )


def draw(data: "Dataset") -> "Figure":
    """The map, and its collapse on one curve."""
    figure, axes = plotting.panels(1, 2, width=plotting.PAGE_WIDTH, height=2.75)
    map_, collapse = axes[0]
    image = map_.pcolormesh(data.A, data.A_tilde, data.concurrence.T, cmap="viridis", vmin=0, vmax=0.5, rasterized=True)
    levels = (0.1, 0.2, 0.3, 0.4)
    lines = map_.contour(data.A, data.A_tilde, data.closed_form.T, levels, colors="white", linewidths=0.7)
    map_.clabel(lines, fmt="%.1f", fontsize=7)
    map_.text(0.3, 0.72, r"unphysical: $|\tilde A| > |A|$", ha="center", fontsize=8, color="0.35")
    map_.set(xlabel="$|A| = a$ (rad/µs)", ylabel=r"$|\tilde A| = \tilde a$ (rad/µs)", xlim=(0, 1), ylim=(0, 1))
    map_.set_aspect("equal")
    bar = figure.colorbar(image, ax=map_, pad=0.02)
    bar.set_label(r"$C_\infty$")
    bar.ax.tick_params(length=2)
    ratio = (data.A_tilde / data.A).transpose("A", "A_tilde").to_numpy().ravel()
    cells = data.concurrence.to_numpy().ravel()
    collapse.plot(ratio, cells, ".", color="0.75", ms=2.5, label="5050 cells of the map", rasterized=True)
    collapse.plot(data.q, data.along_q, color=plotting.COLOURS[0], label=r"$(1-q)^2/2(1+q+q^2)$")
    draw_points(collapse, data, "tried", number=1, label="emulated, 95 %")
    collapse.set(xlabel=r"$q = |\tilde A|/|A|$", ylabel=r"steady concurrence $C_\infty$")
    collapse.set(xlim=(-0.02, 1), ylim=(-0.012, 0.54))
    collapse.legend(loc="upper right")
    return figure


FIGURES = {
    "figS5": PaperFigure(
        title="Steady entanglement against both dissipative couplings",
        caption=(
            "(a) Steady concurrence of the unmonitored pair from |↑↓⟩ with δ = 0, against the dissipative "
            "couplings |A| = a and |Ã| = ã: 100 × 100 cells, each from the null space of its generator where |Ã| ≤ "
            "|A|. Contours: closed form. (b) All cells depend on q = |Ã|/|A| = e^(−βΔ) only, as the closed form C = (1 "
            "− q)²/2(1 + q + q²), which the supplement believes not to exist: 1/2 at zero temperature, 0 at infinite. "
            "Points: circuits on Aer after t = 20/a, tomography in five settings, 95 % intervals."
        ),
        data=compute,
        drawing=draw,
    )
}
