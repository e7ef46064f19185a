"""Emulated points as data: estimate, interval, exact value and agreement of the counts, for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol._checks import fail, instance, instances, show, text, texts, truth
from nvprotocol.device import Device
from nvprotocol.emulation import Estimate, emulate
from nvprotocol.entanglement import concurrence
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.experiment import Agreement, counts_agreement
from nvprotocol.master_equation import Conditional
from nvprotocol.plotting import interval_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType
    from qiskit import QuantumCircuit
    from xarray import Dataset

__all__ = ["Agreed", "agreement", "draw_points", "emulated_points", "emulated_variables", "joined"]

Points: TypeAlias = dict[str, NDArray[np.float64]]
"""One array for each kind of number, all of the same shape."""

_WORDS = {
    "emulated": "emulated, by tomography",
    "low": "lower end of its 95 % interval",
    "high": "upper end of its 95 % interval",
    "exact": "exact",
    "chi_squared": "χ² of all counts, discarded runs included, against the exact distribution",
    "degrees_of_freedom": "its degrees of freedom",
    "kept_emulated": "emulated success probability",
    "kept_low": "lower end of its 95 % interval",
    "kept_high": "upper end of its 95 % interval",
    "kept_exact": "exact success probability",
}
_CONSERVING: dict[str, Any] = {"settings": tomography.U1, "ansatz": "X"}


@dataclass(frozen=True)
class Agreed:
    """How the emulated points of a figure agree with its exact curves.

    Attributes:
        counts: χ² of the counts.
        covered: Number of intervals, of concurrences and of success probabilities, that hold the exact value.
        total: Number of intervals.

    Examples:
        >>> from nvprotocol.paper.figures import agreement, load
        >>> agreed = agreement(load("fig2").compute(shots=1000))
        >>> agreed.counts.p_value > 1e-6, agreed.covered > 0.7 * agreed.total
        (True, True)
    """

    counts: Agreement
    covered: int
    total: int

    def __str__(self) -> str:
        if not self.total:
            return "nothing emulated"
        counts = self.counts
        fit = f"χ²/dof = {counts.chi_squared:.0f}/{counts.degrees_of_freedom}, p = {counts.p_value:.2g}"
        return f"{fit}; {self.covered} of {self.total} intervals hold the exact value"


def emulated_points(
    circuits: "Sequence[QuantumCircuit]",
    device: Device,
    exact: Conditional,
    *,
    shots: int,
    rng: np.random.Generator,
    postselect: Mapping[str, int] | None = None,
    conserving: bool = True,
) -> Points:
    """Runs circuits on Aer and sets tomography of what is kept with the exact states.

    Args:
        circuits: One for each point.
        device: What they run on.
        exact: The exact states and success probabilities at the points, shapes (n, 4, 4) and (n,).
        shots: Runs in each setting.
        rng: What is random.
        postselect: What is kept, as for `emulate`.
        conserving: Whether the protocol conserves the total σᶻ, so that five settings do.

    Returns:
        Arrays of shape (n,); NaN where no run was kept.

    Examples:
        >>> from nvprotocol.paper.figures import emulated_points
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
        >>> circuits = [nv.protocols.final_check(time) for time in (0.2, 0.4)]
        >>> how = {"shots": 500, "rng": np.random.default_rng(1), "postselect": {"parity": 1}}
        >>> points = emulated_points(circuits, nv.Device(equation), equation.no_jump("ud", [0.2, 0.4]), **how)
        >>> points["exact"].round(4).tolist()  # tanh 2Γt
        [0.3799, 0.664]
    """
    from qiskit import QuantumCircuit

    circuits, _ = instances(circuits, "circuits", QuantumCircuit), instance(device, "device", Device)
    states = instance(exact, "exact", Conditional).states
    if states.shape[0] != len(circuits):
        fail("exact", f"hold one state for each of {len(circuits)} circuits", f"holds states of shape {states.shape}")
    instance(rng, "rng", np.random.Generator)
    how = _CONSERVING if truth(conserving, "conserving") else {}
    found = _estimates(circuits, device, {"shots": shots, "postselect": postselect, "seed": rng, **how})
    values = np.atleast_1d(concurrence(exact.states))
    agreed = [
        counts_agreement(one, state, probability, shots=shots)
        for one, state, probability in zip(found, exact.states, exact.probability, strict=True)
    ]
    points = {
        "emulated": [np.nan if one is None else one.concurrence for one in found],
        "low": [np.nan if one is None else one.interval[0] for one in found],
        "high": [np.nan if one is None else one.interval[1] for one in found],
        "exact": values,
        "chi_squared": [one.chi_squared for one in agreed],
        "degrees_of_freedom": [float(one.degrees_of_freedom) for one in agreed],
    }
    if postselect:
        points |= {
            "kept_emulated": [np.nan if one is None else one.success_probability for one in found],
            "kept_low": [np.nan if one is None else one.success_interval[0] for one in found],
            "kept_high": [np.nan if one is None else one.success_interval[1] for one in found],
            "kept_exact": exact.probability,
        }
    return {name: np.asarray(column, dtype=float) for name, column in points.items()}


def joined(points: Sequence[Points]) -> Points:
    """Several sets of points one after the other.

    Examples:
        >>> from nvprotocol.paper.figures import joined
        >>> joined([{"exact": np.zeros(1)}, {"exact": np.ones(2)}])["exact"].tolist()
        [0.0, 1.0, 1.0]
    """
    first, *_ = several = _sets(points)
    return {name: np.concatenate([one[name] for one in several]) for name in first}


def emulated_variables(dimensions: Sequence[str], points: Points | Sequence[Points], name: str = "") -> dict[str, Any]:
    """Points as variables of a data set; several of them are stacked along the first dimension.

    Args:
        dimensions: The dimensions, those of one set of points last.
        points: What `emulated_points` gives, or one such set for each coordinate of the first dimension.
        name: What distinguishes these points from others of the data set; in front of each variable's name.

    Examples:
        >>> from nvprotocol.paper.figures import emulated_variables
        >>> variables = emulated_variables(["delta", "point"], [{"exact": np.zeros(3)}, {"exact": np.ones(3)}])
        >>> variables["exact"][0], variables["exact"][1].shape
        (['delta', 'point'], (2, 3))
    """
    several = None if isinstance(points, dict) else _sets(points)
    table = (
        _sets([points])[0] if several is None else {key: np.stack([one[key] for one in several]) for key in several[0]}
    )
    front = f"{name}_" if text(name, "name") else ""
    return {
        f"{front}{key}": (list(texts(dimensions, "dimensions")), array, {"long_name": _WORDS[key]})
        for key, array in table.items()
    }


def _sets(points: object) -> list[Points]:
    """Checked sets of points, all with the variables of the first."""
    several: list[Points] = instances(points, "points", dict)
    shapes = [
        {key: np.shape(column) for key, column in one.items() if isinstance(column, np.ndarray)} for one in several
    ]
    unknown = [key for one in several for key in one if key not in _WORDS]
    if unknown or any(one.keys() != several[0].keys() or len(one) != len(several[0]) for one in shapes):
        but = f"have {show(unknown[0])}" if unknown else "differ in their variables"
        fail("points", "be what `emulated_points` gives", but)
    return several


def agreement(data: "Dataset") -> Agreed:
    """How all emulated points of a figure's data agree with the exact values.

    Args:
        data: What `PaperFigure.compute` gives.

    Examples:
        >>> from nvprotocol.paper.figures import agreement, load
        >>> print(agreement(load("fig1").compute()))
        nothing emulated
    """
    from xarray import Dataset

    instance(data, "data", Dataset)
    counts, covered, total = Agreement(0.0, 0), 0, 0
    for variable in map(str, data.data_vars):
        if variable.endswith("chi_squared"):
            front = variable.removesuffix("chi_squared")
            counts += Agreement(float(data[variable].sum()), int(data[f"{front}degrees_of_freedom"].sum()))
        if variable.endswith("emulated"):
            front = variable.removesuffix("emulated")
            exact, low, high = (data[f"{front}{end}"].to_numpy() for end in ("exact", "low", "high"))
            known = np.isfinite(low)
            covered += int(((low - 1e-9 <= exact) & (exact <= high + 1e-9))[known].sum())
            total += int(known.sum())
    return Agreed(counts, covered, total)


def draw_points(
    ax: "Axes",
    data: "Dataset",
    at: str,
    *,
    name: str = "",
    number: int = 0,
    label: str = "",
    shade: "ColorType | None" = None,
) -> None:
    """Draws one set of emulated points with their intervals.

    Args:
        ax: Where to draw.
        data: The data, with no dimension left but that of the points.
        at: The variable of the horizontal positions.
        name: As for `emulated_variables`; ending in "kept" for the success probability.
        number: Which of the colours and markers to take.
        label: Entry in the legend.
        shade: Another colour.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> from nvprotocol.paper.figures import draw_points, load
        >>> ax = Figure().subplots()
        >>> draw_points(ax, load("fig2").compute(shots=100).isel(delta=0), "sampled")
        >>> len(ax.containers)
        1
    """
    from xarray import Dataset

    front = f"{name}_" if text(name, "name") else ""
    known = list(map(str, instance(data, "data", Dataset).variables))
    for argument, variable in (("at", text(at, "at")), ("name", f"{front}emulated")):
        if variable not in known:
            fail(argument, f"belong to a variable of the data: {', '.join(known)}", f"is {show(variable)}")
    columns = [data[f"{front}{end}"].to_numpy() for end in ("emulated", "low", "high")]
    interval_points(ax, data[at].to_numpy(), *columns, number=number, label=label, shade=shade)


def _estimates(circuits: "Sequence[QuantumCircuit]", device: Device, options: dict[str, Any]) -> list[Estimate | None]:
    """One estimate for each circuit, None where no run is kept."""
    try:
        return list(emulate(list(circuits), device, **options))
    except NoKeptShotsError:
        if len(circuits) == 1:
            return [None]
    return [one for circuit in circuits for one in _estimates([circuit], device, options)]
