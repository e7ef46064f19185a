"""A magnet known by a table: noise or Green's functions from micromagnetics or from a measurement."""

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instance, real_number, show, truth, unit_vector
from nvprotocol._checks import path as as_path
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.bose import occupation
from nvprotocol.magnets.constants import GAMMA, RAD_PER_US_PER_GHZ, RAD_PER_US_PER_K
from nvprotocol.magnets.magnet import Magnet
from nvprotocol.magnets.response import Response, one_magnon
from nvprotocol.magnets.setting import Setting
from nvprotocol.magnets.tabulated.checks import Report, check_balance, check_hermitian, check_positive, lifted
from nvprotocol.magnets.tabulated.files import read_table
from nvprotocol.magnets.tabulated.table import Table
from nvprotocol.magnets.validity import validity_note
from nvprotocol.medium import Note

__all__ = ["Tabulated"]

Array = NDArray[np.float64]

KINDS = ("spectrum", "field_spectrum", "green")
LARGEST_ERROR = 0.01
"""Largest error of interpolation, relative to a₀, without a warning."""


@holds_read_only
class Tabulated(Magnet):
    r"""A magnet whose noise or Green's function is known at some frequencies and separations.

    One of three tables says what the magnet does, each of shape (frequencies, separations):

    - `spectrum`: S(ω, r) = ∫dt e^(iωt)⟨Y₂†(t) Y₁⟩ in rad/µs, r = r₂ − r₁, of the Y that couples to σ⁺ (two-sided; ω > 0
      is what the magnet takes up), so that a = S(Δ, 0)/2, ã = S(−Δ, 0)/2 (Eq. S33), at a known temperature.
    - `field_spectrum`: the same of the field B^∓ along the transition in T²/Hz, 2A = (γ²/2) S_B for NV centres.
    - `green`: λ²G^R(ω, r) in rad/µs (Eqs. S31, S33), at whatever temperature: A₀ = −Im, J⊥ = Re/2 where G is
      reciprocal. In all of them a wave that runs from the first point to the second counts with e^(ikr).

    Separations begin at 0 in a medium that looks the same in all directions; then any positions in a plane will do.
    With separations of both signs they lie on a line, and there and back may differ. Between the points the table is
    interpolated by cubic splines; the error is the difference from splines through every other point. `report` says how
    well the data obey what they have to obey.

    Args:
        frequency_ghz: Frequencies ω/2π, rising, shape (F,): one, or at least 5. A spectrum may have negative ones, too,
            for which the fluctuation–dissipation theorem is checked.
        separation_nm: Separations r of the second point from the first, rising, 0 among them, shape (R,), R ≥ 5.
        spectrum: S(ω, r).
        field_spectrum: S_B(ω, r).
        green: λ²G^R(ω, r).
        temperature_k: Temperature of a spectrum.
        dephasing: d and D(r) in rad/µs at that temperature, shape (R,), where known.
        gap_ghz: Bottom of the band, if known; without it no chemical potential above 0 is taken.
        axis: Quantisation axis of the qubits in the coordinates of the positions, for their direct dipole coupling.
        tolerance: Violations, relative to a, that are taken as noise of the data.

    Raises:
        ArgumentError: If a table is unsorted, too short or not finite, complex where it has to be real, violates the
            fluctuation–dissipation theorem, or makes a rate negative (the eigenvalue is named).

    Examples:
        >>> frequency, separation = np.linspace(2, 4, 9), np.linspace(0, 400, 21)
        >>> green = -1j * np.exp(-((separation / 300) ** 2)) * (frequency[:, None] / 2.87)
        >>> magnet = nv.magnets.Tabulated(frequency, separation, green=green)
        >>> float(magnet.medium(100.0, frequency_ghz=2.87).relaxation[0, 1].real.round(3))
        0.895
        >>> round(magnet.report.interpolation, 5)
        9e-05
    """

    def __init__(
        self,
        frequency_ghz: ArrayLike,
        separation_nm: ArrayLike,
        *,
        spectrum: ArrayLike | None = None,
        field_spectrum: ArrayLike | None = None,
        green: ArrayLike | None = None,
        temperature_k: float | None = None,
        dephasing: ArrayLike | None = None,
        gap_ghz: float | None = None,
        axis: tuple[float, float, float] = (0.0, 0.0, 1.0),
        tolerance: float = 1e-3,
    ) -> None:
        given = {"spectrum": spectrum, "field_spectrum": field_spectrum, "green": green}
        kinds = [kind for kind in KINDS if given[kind] is not None]
        if len(kinds) != 1:
            fail("spectrum", "be given, or else `field_spectrum` or `green`", f"{len(kinds)} of them are")
        self.kind = kinds[0]
        self.tolerance = real_number(tolerance, "tolerance", minimum=0.0, maximum=1.0)
        self.axis = unit_vector(axis, "axis")
        table = Table.read(frequency_ghz, separation_nm, given[self.kind], self.kind)
        self.dimension = 1 if table.directed else 2
        self.temperature_k = self._temperature(temperature_k)
        self.table, balance = self._amplitudes(table)
        self.gap_known = gap_ghz is not None
        lowest = float(self.table.frequency[0] / RAD_PER_US_PER_GHZ)
        self.gap_ghz = lowest if gap_ghz is None else real_number(gap_ghz, "gap_ghz", above=0.0)
        self.correlated = None if dephasing is None else table.dephasing(dephasing)
        lowest = check_positive(self.table, self.tolerance, self.kind)
        self.report = Report(*lowest, balance, self.table.coarseness())
        protect(self)

    @classmethod
    def from_file(cls, path: str | Path, **options: Any) -> Self:
        r"""A table from a CSV or NetCDF file.

        CSV: a header with the columns frequency_ghz, separation_nm and spectrum, field_spectrum or green (or, where it
        is complex, both green_real and green_imag and so on), one line for every point of the grid. NetCDF: the same
        names as dimensions with coordinates, and as variables; `units`, if any, are "GHz", "nm", "rad/us", "T^2/Hz".

        Args:
            path: A file that ends in .csv, .nc or .nc4.
            options: Further arguments of `Tabulated`, such as `temperature_k`.

        Raises:
            FileError: If the file cannot be read; a column, variable or point of the grid is missing, unknown or there
                twice; a number is masked, not finite or outside its valid range, or in another unit.
            ArgumentError: As for the class.

        Examples:
            >>> from pathlib import Path
            >>> from tempfile import TemporaryDirectory
            >>> lines = [f"2.87,{r},0,{-np.exp(-r / 50)}" for r in range(0, 100, 10)]
            >>> with TemporaryDirectory() as folder:
            ...     path = Path(folder, "noise.csv")
            ...     _ = path.write_text("frequency_ghz,separation_nm,green_real,green_imag\n" + "\n".join(lines))
            ...     magnet = nv.magnets.Tabulated.from_file(path)
            >>> magnet.table.amplitude.shape
            (1, 10)
        """
        frequency, separation, kind, values = read_table(as_path(path, "path"), KINDS)
        return cls(frequency, separation, **{kind: values}, **options)

    def response(self, setting: Setting, *, dephasing: bool = True) -> Response:
        """Rates and couplings for every displacement, interpolated, without thermal magnons in the relaxation.

        Args:
            setting: Positions, frequencies and axes of the qubits.
            dephasing: Whether D is taken from the table.

        Raises:
            ArgumentError: If a frequency or separation lies outside the table, or a block of rates is not positive by
                more than the error of interpolation and the tolerance: the eigenvalue is named.

        Examples:
            >>> from nvprotocol.magnets.setting import Setting
            >>> separation = np.linspace(0, 100, 11)
            >>> magnet = nv.magnets.Tabulated([2.87], separation, green=[-1j * np.exp(-separation / 50)])
            >>> magnet.response(Setting.read(2, separation_nm=50.0, frequency_ghz=2.87)).relaxation.real.round(3)
            array([1.   , 0.368])
        """
        instance(setting, "setting", Setting)
        dephasing = truth(dephasing, "dephasing")
        r = setting.displacement[..., 0] if self.table.directed else setting.distance
        there = self.table.at(setting.frequency, r)
        back = self.table.at(setting.frequency, -r) if self.table.directed else there
        relaxation, flip_flop = one_magnon(there.value, back.value)
        if self.kind != "green":
            flip_flop = np.zeros_like(flip_flop)
        relaxation = lifted(relaxation, there.error, setting.n_qubits, self.tolerance, self.kind)
        correlated = np.zeros(())
        if dephasing and self.correlated is not None:
            correlated = self.correlated(np.abs(r))
        edge = np.full(1, np.inf)
        if self.gap_known:
            edge = np.abs(setting.frequency - self.gap_ghz * RAD_PER_US_PER_GHZ)
        return Response(
            relaxation=relaxation,
            flip_flop=flip_flop,
            dephasing=correlated,
            ising=np.zeros(()),
            shift=np.zeros(1),
            group_velocity=np.full(1, np.inf),
            edge=edge,
            dressing=np.real(relaxation[..., :1]),
        )

    def check(self, setting: Setting) -> None:
        """Refuses a chemical potential above 0 where the gap is not known, and one that reaches it where it is.

        Args:
            setting: Positions, frequencies and axes of the qubits.

        Raises:
            ArgumentError: If the chemical potential is too large.
        """
        instance(setting, "setting", Setting)
        worst = float(np.max(setting.chemical_potential) / RAD_PER_US_PER_GHZ)
        if worst > 0 and not self.gap_known:
            must = "be at most 0 where the `gap_ghz` of a table is not known"
            fail("chemical_potential_ghz", must, f"is {show(worst)}")
        super().check(setting)

    def describe(self) -> tuple[str, str]:
        """The table in words, and how it was read.

        Examples:
            >>> separation = np.linspace(0, 100, 11)
            >>> nv.magnets.Tabulated([2.87], separation, green=[-1j * np.exp(-separation / 50)]).describe()[0]
            'table of green at 1 frequencies and 11 separations'
        """
        frequencies, separations = self.table.amplitude.shape
        taken = "" if self.temperature_k is None else f", taken at {show(self.temperature_k)} K"
        size = f"{frequencies} frequencies and {separations} separations"
        return f"table of {self.kind} at {size}{taken}", "Born–Markov; cubic splines between the points"

    def remarks(self, setting: Setting, response: Response) -> list[Note]:
        """What the table does not say, and how far interpolation is off.

        Args:
            setting: Where the qubits are.
            response: What the table answers.

        Examples:
            >>> from nvprotocol.magnets.setting import Setting
            >>> separation = np.linspace(0, 100, 11)
            >>> magnet = nv.magnets.Tabulated([2.87], separation, spectrum=[1 - separation / 200], temperature_k=1)
            >>> setting = Setting.read(2, separation_nm=45.0, frequency_ghz=2.87)
            >>> len(magnet.remarks(setting, magnet.response(setting)))
            3
        """
        instance(setting, "setting", Setting), instance(response, "response", Response)
        r = setting.displacement[..., 0] if self.table.directed else setting.distance
        rate = np.real(response.relaxation[..., :1])
        error = self.table.at(setting.frequency, r).error / np.where(rate > 0, rate, np.inf)
        notes = [
            validity_note(error, LARGEST_ERROR, "The table is coarse: interpolation is off by up to {} of a, above {}.")
        ]
        if self.kind != "green":
            notes.append(Note("A spectrum does not tell J⊥: it is taken as 0. A table of G^R would tell."))
            if np.any(setting.temperature != (self.temperature_k or 0.0) * RAD_PER_US_PER_K):
                taken = f"The spectrum was taken at {show(self.temperature_k)} K"
                notes.append(Note(f"{taken}; at other temperatures the number of magnons is another."))
        if not self.gap_known:
            notes.append(Note("Neither band edge nor group velocity is known: the Markov approximation is not judged."))
        return [note for note in notes if note is not None]

    def _temperature(self, temperature_k: float | None) -> float | None:
        if (temperature_k is None) != (self.kind == "green"):
            must, but = (
                ("be given", "is not") if temperature_k is None else ("not be given", f"is {show(temperature_k)}")
            )
            fail("temperature_k", f"{must} for `{self.kind}`", but)
        return None if temperature_k is None else real_number(temperature_k, "temperature_k", minimum=0.0)

    def _amplitudes(self, table: Table) -> tuple[Table, float | None]:
        """s(ω, r) = iλ²G^R at positive frequencies, its absorbing part alone from a spectrum; how it obeys balance."""
        if self.temperature_k is None:
            return table.scaled(np.asarray(1j)), None
        temperature = self.temperature_k * RAD_PER_US_PER_K
        check_hermitian(table, self.tolerance, self.kind)
        balance = check_balance(table, temperature, self.tolerance, self.kind)
        table = table.positive(self.kind)
        scale = 0.5 if self.kind == "spectrum" else 0.25 * GAMMA**2 * 1e-6
        return table.scaled(scale / (1 + occupation(table.frequency, np.asarray(temperature)))[:, None]), balance
