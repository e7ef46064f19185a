"""What weak perturbations and a detuning that differs from run to run do to the monitored Bell state."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nvprotocol import plotting, protocols, tomography
from nvprotocol.device import Device
from nvprotocol.emulation import emulate
from nvprotocol.entanglement import concurrence
from nvprotocol.experiment import Agreement, outcomes_agreement
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.operators import bell_state
from nvprotocol.paper.figures.emulated import Points, draw_points, emulated_variables, joined
from nvprotocol.paper.figures.figure import PaperFigure
from nvprotocol.tomography.settings import draw_kept

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from xarray import Dataset

STRENGTHS = np.geomspace(1e-3, 0.3, 8)
SPREADS = (0.2, 0.5)
PERIOD = 0.05
_SAMPLES = 100
_TIMES = np.linspace(0.0, 8.0, 161)
_SAMPLED = np.array([0.5, 1.0, 2.0, 3.5, 5.5, 7.5])
_DRAWS = 24


def compute(shots: int, seed: int) -> "Dataset":
    """Infidelity under random perturbations, and concurrence of an ensemble of detunings against time."""
    from xarray import Dataset

    rng = np.random.default_rng(seed)
    perturbations = random_hamiltonians(_SAMPLES, rng)
    infidelities = [infidelity(strength * perturbations, PERIOD) for strength in STRENGTHS]
    ensembles = [ensemble(spread, _TIMES) for spread in SPREADS]
    points = [joined([_emulated(spread, time, shots, rng) for time in _SAMPLED]) for spread in SPREADS]
    return Dataset(
        {
            "infidelity": (["strength", "sample"], infidelities, {"long_name": "1 − F, monitored every 0.05/Γ"}),
            "law": ("strength", STRENGTHS**2 / 4, {"long_name": "⟨|V_as|²⟩/(2κ)²"}),
            "kept_ensemble": (["spread", "time"], [one[0] for one in ensembles], {"long_name": "concurrence"}),
            "kept": (["spread", "time"], [one[1] for one in ensembles], {"long_name": "success probability"}),
            "even_ensemble": (["spread", "time"], [one[2] for one in ensembles], {"long_name": "all δ equally kept"}),
            "filtered": (
                ["spread", "time"],
                [one[3] for one in ensembles],
                {"long_name": "standard deviation of δ in kept runs", "units": "rad/µs"},
            ),
            **emulated_variables(["spread", "look"], points),
        },
        {
            "strength": ("strength", STRENGTHS, {"long_name": "ε", "units": "Γ"}),
            "spread": ("spread", list(SPREADS), {"long_name": "standard deviation of δ", "units": "rad/µs"}),
            "time": ("time", _TIMES, {"long_name": "time t", "units": "µs"}),
            "look": ("look", _SAMPLED, {"long_name": "time t", "units": "µs"}),
        },
    )


def random_hamiltonians(number: int, rng: np.random.Generator) -> NDArray[np.complex128]:
    """Hamiltonians of the Gaussian unitary ensemble with ⟨|V_ij|²⟩ = 1, shape (number, 4, 4)."""
    entries = rng.normal(size=(number, 4, 4)) + 1j * rng.normal(size=(number, 4, 4))
    return (entries + entries.conj().swapaxes(-1, -2)) / 2


def infidelity(perturbations: NDArray[np.complex128], period: float) -> NDArray[np.float64]:
    """1 − F of the long-time monitored state with the singlet, a = |A| = 1, T = 0, δ = 0, with perturbations.

    The dominant eigenvector of P e^((𝓛 − i[V, ·])τ) P, all of V included: what leads out of σᶻ = 0 and back in between
    two checks as well.
    """
    from scipy.linalg import expm

    one = np.eye(4)
    commutator = np.einsum("ab,nij->naibj", one, perturbations) - np.einsum("nba,ij->naibj", perturbations, one)
    equation = MasterEquation(Medium.pair(a=1.0, A=1.0))
    generators = equation.liouvillian - 1j * commutator.reshape(-1, 16, 16)
    inside = np.ix_([5, 6, 9, 10], [5, 6, 9, 10])
    values, vectors = np.linalg.eig(expm(generators * period)[:, *inside])
    first = np.argmax(np.abs(values), axis=-1)
    blocks = vectors[np.arange(len(vectors)), :, first].reshape(-1, 2, 2).swapaxes(-1, -2)
    blocks = blocks / np.trace(blocks, axis1=-2, axis2=-1)[:, None, None]
    singlet = bell_state("psi-")[1:3]
    return 1 - np.einsum("i,nij,j->n", singlet.conj(), blocks, singlet).real


def ensemble(spread: float, times: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Concurrence and success probability of a Gaussian of detunings, C without selection, spread that is left."""
    deltas = spread * np.linspace(-6, 6, 601)
    weights = np.exp(-((deltas / spread) ** 2) / 2)
    weights /= weights.sum()
    one = MasterEquation(Medium.pair(a=1.0, A=1.0), deltas).no_jump("ud", times)
    probability = weights[:, None] * one.probability
    kept = probability.sum(axis=0)
    state = np.einsum("dt,dtij->tij", probability / kept, one.states)
    even = np.einsum("d,dtij->tij", weights, one.states)
    left = np.sqrt(np.einsum("dt,d->t", probability / kept, deltas**2))
    return concurrence(state), kept, concurrence(even), left


def _emulated(spread: float, time: float, shots: int, rng: np.random.Generator) -> Points:
    """Tomography of kept runs, a detuning drawn from each 24th of the distribution and a 24th of the shots for it."""
    from scipy.special import ndtri

    deltas = spread * ndtri((np.arange(_DRAWS) + rng.uniform(size=_DRAWS)) / _DRAWS)
    each = max(shots // _DRAWS, 1)
    exact = MasterEquation(Medium.pair(a=1.0, A=1.0), deltas).no_jump("ud", time)
    probability, states = exact.probability[:, 0], exact.states[:, 0]
    tables, agreed = np.zeros((_DRAWS, len(tomography.U1), 4), dtype=np.int64), Agreement(0.0, 0)
    for k, delta in enumerate(deltas):
        device = Device(MasterEquation(Medium.pair(a=1.0, A=1.0), float(delta)))
        one = emulate(protocols.monitored_bell(time, 20), device, None, {"parity": 1}, settings=tomography.U1)
        chances = one.success_probability * tomography.probabilities(one.state, tomography.U1)
        tables[k] = draw_kept(chances, each, rng)
        counted = replace(one, counts=tables[k], shots=each)
        agreed += outcomes_agreement(counted, tomography.probabilities(states[k], tomography.U1), probability[k])
    counts, chi_squared, cells = tables.sum(axis=0), agreed.chi_squared, agreed.degrees_of_freedom
    return _read(counts, np.einsum("d,dij->ij", probability / probability.sum(), states), chi_squared, cells)


def _read(counts: NDArray[np.int64], state: NDArray[np.complex128], chi_squared: float, cells: int) -> Points:
    found = tomography.estimate(counts, tomography.U1, ansatz="X") if counts.sum(axis=-1).all() else None
    low, high = (np.nan, np.nan) if found is None else found.interval
    numbers = {
        "emulated": np.nan if found is None else float(found.concurrence),
        "low": low,
        "high": high,
        "exact": float(concurrence(state)),
        "chi_squared": chi_squared,
        "degrees_of_freedom": float(cells),
    }
    return {name: np.atleast_1d(np.asarray(value, dtype=float)) for name, value in numbers.items()}


def draw(data: "Dataset") -> "Figure":
    """Three panels."""
    figure, axes = plotting.panels(1, 3, width=plotting.PAGE_WIDTH, height=2.5)
    _draw_perturbed(axes[0, 0], data)
    mixed, spread = axes[0, 1], axes[0, 2]
    for number, one in zip((0, 1), data.spread.to_numpy(), strict=True):
        curve, colour = data.sel(spread=one), plotting.COLOURS[number]
        mixed.plot(data.time, curve.kept_ensemble, color=colour)
        mixed.plot(data.time, curve.even_ensemble, ":", color=colour)
        draw_points(mixed, curve, "look", number=number, label=rf"$\sigma = {one:g}$")
        spread.plot(data.time, curve.filtered, color=colour, label=rf"$\sigma = {one:g}$")
        late = data.time > 0.4
        law = 1 / np.sqrt(1 / one**2 + 2 * data.time.where(late))
        spread.plot(data.time, law, "--", color=colour, lw=0.8)
    mixed.plot([], [], ":", color="0.4", label="no selection")
    mixed.set(xlabel="time $t$ (µs)", ylabel="concurrence $C$ of the ensemble", xlim=(0, 8), ylim=(0.6, 1.005))
    mixed.legend(loc="lower right", handletextpad=0.3)
    spread.plot([], [], "--", color="0.4", lw=0.8, label=r"$(\sigma^{-2}+2t/\Gamma)^{-1/2}$")
    spread.set(xlabel="time $t$ (µs)", ylabel=r"spread of $\delta$ in kept runs (rad/µs)", xlim=(0, 8), ylim=(0, 0.62))
    spread.legend(loc="upper right")
    return figure


def _draw_perturbed(ax: "Axes", data: "Dataset") -> None:
    scatter = np.repeat(data.strength.to_numpy()[:, None], data.sizes["sample"], axis=1)
    ax.plot(scatter.ravel(), data.infidelity.to_numpy().ravel(), ".", ms=2, color="0.75", label="each", rasterized=True)
    ax.plot(
        data.strength, data.infidelity.mean("sample"), "o", ms=3.4, mfc="white", color=plotting.COLOURS[1], label="mean"
    )
    ax.plot(data.strength, data.law, color=plotting.COLOURS[0], zorder=1, label=r"$\varepsilon^2/4\Gamma^2$")
    ax.set(xscale="log", yscale="log", xlabel=r"perturbation $\varepsilon/\Gamma$", ylabel="infidelity $1 - F$")
    ax.set(ylim=(1e-9, 30))
    ax.legend(loc="upper left", handletextpad=0.3)


FIGURES = {
    "robustness": PaperFigure(
        title="Robustness of the monitored Bell state",
        caption=(
            "a = |A| = Γ = 1 rad/µs, T = 0, monitored from |↑↓⟩. (a) Infidelity with the singlet in the end when a "
            "random Hamiltonian of the Gaussian unitary ensemble, ⟨|V_ij|²⟩ = ε², acts on both qubits and |σᶻ| is "
            "checked every 0.05/Γ: 100 of them for each ε, their mean, and ⟨|V_as|²⟩/(2κ)², of second order. Only what "
            "V has within σᶻ = 0 counts: the checks freeze the rest. (b) A detuning that is constant in each run and "
            "Gaussian from run to run, with standard deviation σ in rad/µs: concurrence of all kept runs together. "
            "Postselection helps itself: runs with a large δ are discarded more often, so that the ensemble becomes "
            "purer while one waits; dotted, if all δ were kept alike. Points: circuits on Aer with 20 checks, 24 "
            "detunings drawn for each point, one from each 24th of the distribution, tomography of all their counts, "
            "95 % intervals (for the drawn detunings). (c) Spread of δ that is left."
        ),
        data=compute,
        drawing=draw,
    )
}
