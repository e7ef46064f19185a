"""Bell pairs per second at every separation and height."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nvprotocol._checks import fail, nonnegative_array, show
from nvprotocol._file_format import FORMAT_VERSIONS, VERSION_KEY
from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.design.bare_dipole import BareDipole
from nvprotocol.design.cycle import Cycle
from nvprotocol.design.populations import PHASES, STARTS
from nvprotocol.design.question import Question, question
from nvprotocol.design.sector import Array
from nvprotocol.design.survey_chunks import joined, work_of
from nvprotocol.design.yields import BellYield
from nvprotocol.magnets.magnet import Magnet
from nvprotocol.magnets.nv_centre import NVCentre
from nvprotocol.medium import Medium
from nvprotocol.runs import Progress, execute

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Survey", "survey"]

_COLUMNS = {
    "rate": ("1/s", "kept Bell pairs per second"),
    "time": ("µs", "time from the start to the pair"),
    "probability": ("", "probability that a run is kept"),
    "checks": ("", "number of checks, inf for continuous monitoring"),
    "period": ("µs", "time between checks"),
    "fidelity": ("", "long-time fidelity under monitoring"),
    "field_tolerance_nt": ("nT", "tolerated field difference (no echo)"),
    "exceptional_field_nt": ("nT", "difference of the fields at the exceptional point"),
    "dephasing_budget": ("µs", "shortest dephasing time of each qubit"),
}


_EACH_UNIT = {
    **{"rate": "1/s", "time": "µs", "probability": "", "checks": "", "period": "µs", "longest_period": "µs"},
    **{"best_fidelity": "", "best_time": "µs", "best_checks": "", "unlimited_rate": "1/s"},
}
_EACH = tuple(name for name in _EACH_UNIT if name != "unlimited_rate")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
@holds_read_only
class Survey:
    """What a magnet gives at every separation and height, as `survey` finds it.

    Attributes:
        separation_nm: Separations in nm, shape (S,).
        height_nm: Heights in nm, shape (H,), None for a magnet that is no film.
        result: The yield, arrays of shape (S, H), or (S,) without heights.
        dipole: What the direct dipole coupling alone gives, without the magnet, arrays of that shape.
        medium: The media of that batch shape.
        question: What was asked.

    Examples:
        >>> film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=20, gap_ghz=2.0)
        >>> found = nv.design.survey(film, separation_nm=[50, 100], height_nm=[10, 20, 30], frequency_ghz=2.87)
        >>> print(str(found).splitlines()[0])
        6 places, F = 0.95 reached at 6 of them
    """

    separation_nm: Array
    height_nm: Array | None
    result: BellYield
    dipole: BareDipole
    medium: Medium
    question: Question

    def dataset(self) -> "xr.Dataset":
        """The survey as a labelled dataset: rates, times, probabilities and tolerances, and the medium's a, |A| and J⊥.

        Examples:
            >>> magnet = nv.magnets.Exchange(1, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=10.0)
            >>> found = nv.design.survey(magnet, separation_nm=[50.0, 100.0], frequency_ghz=2.87)
            >>> dict(found.dataset().sizes)
            {'separation': 2, 'start': 2, 'bell_phase': 2}
        """
        import xarray as xr

        axes = ("separation",) if self.height_nm is None else ("separation", "height")
        shape = self.result.rate.shape
        variables = {
            name: (axes, getattr(self.result, name), {"units": unit, "long_name": text})
            for name, (unit, text) in _COLUMNS.items()
        }
        blocks = {
            "a": (self.medium.relaxation[..., 0, 0].real, "local relaxation"),
            "A_abs": (np.abs(self.medium.relaxation[..., 0, 1]), "dissipative coupling |A|"),
            "J": (self.medium.flip_flop[..., 0, 1].real, "coherent coupling"),
        }
        variables |= {
            name: (axes, np.broadcast_to(value, shape), {"units": "rad/us", "long_name": text})
            for name, (value, text) in blocks.items()
        }
        nanometres = {"units": "nm"}
        own = {name: getattr(self.result.every, name) for name in _EACH}
        own["unlimited_rate"] = self.result.unlimited_rate
        variables |= {
            f"{name}_of_each": (("start", "bell_phase", *axes), value, {"units": _EACH_UNIT[name]})
            for name, value in own.items()
        }
        alone = {"units": "1/s", "long_name": "Bell pairs per second by the dipole coupling without the magnet"}
        variables["dipole_rate"] = (axes, self.dipole.rate, alone)
        coordinates: dict[str, Any] = {"separation": ("separation", self.separation_nm, nanometres)}
        coordinates |= {"start": list(STARTS), "bell_phase": list(PHASES)}
        if self.height_nm is not None:
            coordinates["height"] = ("height", self.height_nm, nanometres)
        attributes: dict[str, Any] = {"target_fidelity": self.question.target_fidelity}
        attributes["overhead_us"] = self.question.cycle.overhead
        attributes["cycle"] = "; ".join(str(self.question.cycle).splitlines())
        attributes |= {VERSION_KEY: FORMAT_VERSIONS["design data"], "magnet": repr(self.question.magnet)}
        return xr.Dataset(variables, coordinates, attributes)

    def __str__(self) -> str:
        reaches = bool(self.result.reached.any())
        ranked = self.result.rate if reaches else self.result.attempt().best_fidelity
        k = np.unravel_index(int(np.argmax(ranked)), ranked.shape)
        head = f"{self.result.rate.size} places, F = {show(self.question.target_fidelity)} reached at"
        reached = f"{head} {int(self.result.reached.sum())} of them"
        height = "" if self.height_nm is None else f", height {show(float(self.height_nm[k[1]]))} nm"
        place = f"separation {show(float(self.separation_nm[k[0]]))} nm{height}"
        if not reaches:
            return f"{reached}; best F = {float(ranked[k]):.4g} at {place}"
        lines = [reached, f"most: {float(self.result.rate[k]):.4g} Bell pairs per second at {place}"]
        better = int((self._best_rate > self.dipole.rate).sum())
        return "\n".join([*lines, f"more than the dipole coupling gives without a magnet: at {better} places"])

    @property
    def _best_rate(self) -> Array:
        """Of the fixed and the free phase."""
        return np.maximum(self.result.rate, self.result.attempt(phase="free").rate)

    __repr__ = __str__


def survey(
    magnet: Magnet,
    target_fidelity: float = 0.95,
    *,
    separation_nm: ArrayLike,
    height_nm: ArrayLike | None = None,
    azimuth_deg: float | None = None,
    frequency_ghz: float | None = None,
    nv: NVCentre | Sequence[NVCentre] | None = None,
    temperature_k: float = 0.0,
    chemical_potential_ghz: float = 0.0,
    cycle: Cycle | None = None,
    dephasing_time: float = np.inf,
    field_difference_nt: float = 0.0,
    executor: Executor | None = None,
    store: str | Path | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Survey:
    """Bell pairs per second at every separation and height: a map for the choice of geometry.

    Args:
        magnet: The magnet.
        target_fidelity: F.
        separation_nm: Separations in nm, shape (S,).
        height_nm: Heights over a film in nm, shape (H,).
        azimuth_deg: Direction of the separation in the plane, in degrees from x.
        frequency_ghz: Splitting as measured.
        nv: Over a film in a known field, the NV centre that both qubits are, or one for each, in place of it.
        temperature_k: Temperature in K.
        chemical_potential_ghz: Chemical potential of the magnons.
        cycle: What an attempt consists of, as for `bell_yield`.
        dephasing_time: T_φ in µs of each qubit on its own.
        field_difference_nt: Difference of the fields at the qubits in nT.
        executor: Where the chunks of a large map are computed, any `concurrent.futures.Executor`; by default in this
            process. The map is the same for every executor.
        store: A folder that keeps every chunk once it is done; with it, a survey that was interrupted is continued.
        progress: Called with a `nvprotocol.runs.Progress`, at the beginning and after every chunk.

    Raises:
        ArgumentError: If an argument is out of range, or separations or heights are no list of numbers.
        StoreError: If the store is of another survey or version of the package; the message says what differs.
        OutputError: If the store cannot be written.
        ExecutorError: If the executor breaks; what is in the store stays.

    Examples:
        >>> film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=20, gap_ghz=2.0)
        >>> found = nv.design.survey(film, separation_nm=[50, 100, 200], height_nm=[10, 20], frequency_ghz=2.87)
        >>> found.result.rate.shape, bool(found.result.rate[0, 0] == found.result.rate.max())
        ((3, 2), True)
    """
    given = {
        "azimuth_deg": azimuth_deg,
        "frequency_ghz": frequency_ghz,
        "temperature_k": temperature_k,
        "chemical_potential_ghz": chemical_potential_ghz,
        "dephasing_time": dephasing_time,
        "field_difference_nt": field_difference_nt,
    }
    asked = question(magnet, target_fidelity, cycle, given, nv)
    separations = _axis(separation_nm, "separation_nm")
    heights = None if height_nm is None else _axis(height_nm, "height_nm")
    chunks = execute(work_of(asked, separations, heights), executor, store, progress)
    medium, result, dipole = joined(chunks, asked)
    return Survey(
        separation_nm=separations, height_nm=heights, result=result, dipole=dipole, medium=medium, question=asked
    )


def _axis(values: ArrayLike, name: str) -> Array:
    axis = np.atleast_1d(nonnegative_array(values, name))
    if axis.ndim != 1 or not axis.size:
        fail(name, "be a list of numbers", f"has shape {axis.shape}")
    return axis
