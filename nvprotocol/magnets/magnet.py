"""What all magnets have in common: from their response at T = 0 to the medium of N qubits."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instance, show, truth
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.bose import boltzmann_ratio, occupation
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ
from nvprotocol.magnets.dipole import DipoleCoupling, dipole_coupling
from nvprotocol.magnets.nv_centre import NVCentre
from nvprotocol.magnets.response import Response, hermitian_block, own_entries
from nvprotocol.magnets.setting import Setting
from nvprotocol.magnets.spins import Spins
from nvprotocol.magnets.validity import edge_ratio, notes_on, require_coupled, retardation, warn
from nvprotocol.medium import Medium, Note, Number, Provenance

__all__ = ["Magnet"]

Array = NDArray[np.float64]
DIRECT = "direct J⊥"
"""The name of the direct dipole coupling among the numbers of a medium."""


class Magnet(ABC):
    """A magnet near which qubits are placed.

    A kind of magnet says what it is by the attributes below and answers one question, `response`; the rest is here.

    Attributes:
        dimension: Number of coordinates of a position.
        gap_ghz: Bottom Ω/2π of the magnon band, or the uniform mode above it.
        axis: Quantisation axis of the qubits as a unit vector; coordinates that positions do not have are 0.
        over_film: Whether a height over the magnet has to be given.

    Examples:
        >>> issubclass(nv.magnets.Exchange, nv.magnets.Magnet)
        True
    """

    dimension: int
    gap_ghz: float
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    over_film: bool = False

    @property
    def band_bottom_ghz(self) -> float:
        """Lowest frequency of a magnon, which the chemical potential cannot reach."""
        return self.gap_ghz

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers of the magnet that may be others, as `with_numbers` takes them.

        Examples:
            >>> sorted(nv.magnets.Film(nv.magnets.YIG, 20, 2.0).numbers)
            ['anisotropy_mt', 'damping', 'gap_ghz', 'thickness_nm']
        """
        given = [one.name for one in fields(self) if one.init] if is_dataclass(self) else []
        return {name: value for name in given if isinstance(value := getattr(self, name), float)}

    def with_numbers(self, **numbers: float) -> "Magnet":
        """The magnet with other numbers.

        Args:
            **numbers: Some of `numbers`.

        Raises:
            ArgumentError: If one is out of range, or no number of the magnet.

        Examples:
            >>> nv.magnets.Film(nv.magnets.YIG, 20, 2.0).with_numbers(gap_ghz=2.5).gap_ghz
            2.5
        """
        self._require_numbers(numbers)
        return replace(self, **numbers)  # pyright: ignore[reportArgumentType]

    def _require_numbers(self, numbers: Mapping[str, float]) -> None:
        for name in numbers:
            if name not in self.numbers:
                fail(name, f"be a number of the magnet, one of {', '.join(sorted(self.numbers))}", "is none")

    @abstractmethod
    def response(self, setting: Setting, *, dephasing: bool = True) -> Response:
        """Rates and couplings for every displacement of a setting, without thermal magnons in the relaxation.

        Args:
            setting: Positions, frequencies and axes of the qubits; already checked.
            dephasing: Whether the two-magnon part, D and J_z, is worked out.
        """

    @abstractmethod
    def describe(self) -> tuple[str, str]:
        """The magnet in words, and the approximation in which its response is worked out."""

    def remarks(self, setting: Setting, response: Response) -> list[Note]:
        """Notes that only this kind of magnet has; none by default."""
        instance(setting, "setting", Setting), instance(response, "response", Response)
        return []

    def medium(
        self,
        separation_nm: ArrayLike | None = None,
        *,
        positions_nm: ArrayLike | None = None,
        azimuth_deg: ArrayLike | None = None,
        height_nm: ArrayLike | None = None,
        frequency_ghz: ArrayLike | None = None,
        nv: NVCentre | Sequence[NVCentre] | None = None,
        temperature_k: ArrayLike = 0.0,
        chemical_potential_ghz: ArrayLike = 0.0,
        dipole: bool = True,
        dephasing: bool = True,
    ) -> Medium:
        """The medium of a pair, or of N qubits, near this magnet.

        a = (1 + n)a₀, A = (1 + n)A₀(r), ã = n a₀, Ã = n A₀(r) (Eqs. S33 and the fluctuation–dissipation theorem) with
        n = 1/(e^(ħ(Δ−μ)/k_BT) − 1); J⊥ and the DM coupling do not depend on the temperature (Eq. S32). Numbers,
        approximation and remarks are in the `provenance` of the medium. Where the theory behind it no longer holds
        well, the remark is given as a `ValidityWarning`, too.

        Args:
            separation_nm: Distance of a pair in nm, along x unless `azimuth_deg` is given.
            positions_nm: Positions of N qubits in nm, given instead, shape (…, N, dimension).
            azimuth_deg: Direction of the separation in the xy-plane, in degrees from x.
            height_nm: Height of the qubits over a film in nm.
            frequency_ghz: Splitting Δ/2π as measured, the static shift by the magnet included.
            nv: Over a film in a known field, the NV centre that both qubits are, or one for each, in place of the
                splitting: the rates then follow from their own levels in that field.
            temperature_k: Temperature in K.
            chemical_potential_ghz: Chemical potential μ/2πħ of the magnons, below the gap.
            dipole: Whether the direct dipole coupling of the qubits is added.
            dephasing: Whether D and J_z by two magnons are worked out (an integral); else they are 0.

        Returns:
            The medium. The arguments broadcast to its leading batch axes, positions without their last two.

        Raises:
            ArgumentError: If an argument has the wrong sign, shape or type, the chemical potential reaches the gap or
                the splitting, two qubits coincide, a splitting is not that of the NV centres, these are not in the
                field of the film, or two of them are so far apart in frequency that nothing couples them.

        Examples:
            >>> magnet = nv.magnets.Exchange(
            ...     1, gap_ghz=2.0, stiffness_m2_per_s=8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=1.0, damping=1e-4)
            >>> half_wave = magnet.wavelength_nm(2.87) / 2
            >>> medium = magnet.medium(half_wave, frequency_ghz=2.87, temperature_k=0.01)
            >>> print(medium.dark_state.phase.round(2), medium.batch_shape)
            3.14 ()
        """
        setting = self._setting(
            separation_nm=separation_nm,
            positions_nm=positions_nm,
            azimuth_deg=azimuth_deg,
            height_nm=height_nm,
            frequency_ghz=frequency_ghz,
            nv=nv,
            temperature_k=temperature_k,
            chemical_potential_ghz=chemical_potential_ghz,
        )
        return self._dressed(setting, dipole=truth(dipole, "dipole"), dephasing=truth(dephasing, "dephasing"))

    def check(self, setting: Setting) -> None:
        """Refuses what the magnet has no answer to: a chemical potential that reaches the gap or the splitting.

        Args:
            setting: Positions, frequencies and axes of the qubits.

        Raises:
            ArgumentError: If there is no answer.
        """
        instance(setting, "setting", Setting)
        limit = np.minimum(self.band_bottom_ghz * RAD_PER_US_PER_GHZ, setting.frequency)
        wrong = setting.chemical_potential >= limit
        if np.any(wrong):
            mu, limit = (np.broadcast_to(x, wrong.shape)[wrong][0] for x in (setting.chemical_potential, limit))
            must = f"lie below the gap and the splitting, {show(float(limit / RAD_PER_US_PER_GHZ))} GHz"
            fail("chemical_potential_ghz", must, f"is {show(float(mu / RAD_PER_US_PER_GHZ))}")

    def qubit(
        self,
        *,
        height_nm: ArrayLike | None = None,
        frequency_ghz: ArrayLike | None = None,
        nv: NVCentre | None = None,
        temperature_k: ArrayLike = 0.0,
        chemical_potential_ghz: ArrayLike = 0.0,
        dephasing: bool = True,
    ) -> Medium:
        """The medium of a single qubit (Eqs. S6–S23): its `t1` and `t2`, and by the master equation its Bloch vector.

        Args:
            height_nm: Height over a film in nm.
            frequency_ghz: Splitting Δ/2π as measured.
            nv: The NV centre over a film in a known field, in place of it.
            temperature_k: Temperature in K.
            chemical_potential_ghz: Chemical potential μ/2πħ of the magnons, below the gap.
            dephasing: Whether d by two magnons is worked out (an integral); else it is 0.

        Raises:
            ArgumentError: See `medium`.

        Examples:
            >>> magnet = nv.magnets.Exchange(2, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=136)
            >>> one = magnet.qubit(frequency_ghz=2.87)
            >>> bool(np.isclose(one.t2 / one.t1, 2.0)[0])  # no dephasing at T = 0
            True
        """
        setting = self._setting(
            positions_nm=np.zeros((1, self.dimension)),
            height_nm=height_nm,
            frequency_ghz=frequency_ghz,
            nv=nv,
            temperature_k=temperature_k,
            chemical_potential_ghz=chemical_potential_ghz,
        )
        return self._dressed(setting, dipole=False, dephasing=truth(dephasing, "dephasing"))

    def spins(self, setting: Setting) -> Spins:
        """What the qubits feel of a field: NV centres as they are, or spins 1 whose field is along their axis.

        Args:
            setting: Where the qubits are, and which.
        """
        instance(setting, "setting", Setting)
        return Spins.of(setting.centres) if setting.centres else Spins.along(self.axis, 1, setting.n_qubits)

    def _setting(
        self,
        *,
        height_nm: ArrayLike | None,
        frequency_ghz: ArrayLike | None,
        nv: NVCentre | Sequence[NVCentre] | None,
        **where: ArrayLike | None,
    ) -> Setting:
        """What a user asks for, read and checked."""
        if nv is not None and not self.over_film:
            fail("nv", "not be given: how this magnet couples to a spin is already in its numbers", "is")
        if (height_nm is not None) != self.over_film:
            must = "be given for a film" if self.over_film else "not be given: this magnet is not a film"
            fail("height_nm", must, "is not" if height_nm is None else f"is {show(height_nm)}")
        setting = Setting.read(self.dimension, height_nm=height_nm, frequency_ghz=frequency_ghz, nv=nv, **where)  # pyright: ignore[reportArgumentType]
        self.check(setting)
        return setting

    def _direct(self, setting: Setting) -> DipoleCoupling:
        pairs = setting.displacement[..., 1:, :]
        missing = np.zeros((*pairs.shape[:-1], 3 - self.dimension))
        return dipole_coupling(np.concatenate([pairs, missing], axis=-1), self.spins(setting))

    def _dressed(self, setting: Setting, *, dipole: bool, dephasing: bool) -> Medium:
        """The medium: the response, with thermal magnons and the direct coupling."""
        response = self.response(setting, dephasing=dephasing)
        direct = self._direct(setting) if dipole else None
        n = setting.n_qubits
        thermal = occupation(self._emitted(setting, response), setting.temperature)
        flip_flop, ising = np.asarray(response.flip_flop, dtype=complex), np.asarray(response.ising, dtype=float)
        if direct is not None:
            flip_flop, ising = _added(flip_flop, direct.flip_flop, n), _added(ising, direct.ising, n)
        relaxation = np.asarray(response.relaxation, dtype=complex)
        require_coupled(setting, response, thermal, flip_flop)
        notes = notes_on(setting, response, thermal, None if direct is None else direct.flip_flop)
        notes = sorted([*notes, *self.remarks(setting, response)], key=lambda note: not note.serious)
        warn(notes)
        source, approximation = self.describe()
        return Medium(
            relaxation=hermitian_block((1 + thermal) * relaxation, n, diagonal=True),
            excitation=hermitian_block(thermal * relaxation.conj(), n, diagonal=True),
            dephasing=hermitian_block(np.asarray(response.dephasing, dtype=float), n, diagonal=True),
            flip_flop=hermitian_block(flip_flop, n, diagonal=False),
            ising=hermitian_block(ising, n, diagonal=False),
            provenance=Provenance(
                source=source,
                approximation=approximation,
                numbers=self._numbers(setting, response, thermal, direct),
                notes=tuple(notes),
            ),
        )

    @staticmethod
    def _emitted(setting: Setting, response: Response) -> Array:
        """Energy Δ that a relaxation gives to the magnet, less the chemical potential of the magnons that it makes."""
        return setting.frequency - response.quanta * setting.chemical_potential

    def _numbers(
        self, setting: Setting, response: Response, thermal: Array, direct: DipoleCoupling | None
    ) -> dict[str, Number]:
        """What accompanies the rates: the question, the occupation, the shifts and the measures of validity."""
        values = {
            "frequency": (setting.frequency / RAD_PER_US_PER_GHZ, "GHz"),
            "a₀": (response.own_rate(setting.n_qubits), "rad/µs"),
            "n": (thermal, ""),
            "q": (boltzmann_ratio(self._emitted(setting, response), setting.temperature), ""),
            "static shift": (response.shift / RAD_PER_US_PER_GHZ, "GHz, part of the frequency"),
        }
        numbers = {name: Number(np.asarray(value)[..., 0], unit) for name, (value, unit) in values.items()}
        numbers["(a+ã)·r/v_g"] = Number(retardation(setting, response, thermal))
        numbers["(a+ã)/|Δ−Ω|"] = Number(edge_ratio(response, thermal))
        if response.leakage is not None and np.any(response.leakage > 0):
            numbers["leakage"] = Number(response.leakage.sum(axis=-1), "1/µs out of |↑↓⟩, into the third levels")
        if setting.centres and setting.n_qubits > 1:
            splittings = np.array([one.frequency_ghz for one in setting.centres]) * RAD_PER_US_PER_GHZ
            numbers["δ"] = Number(np.asarray(np.ptp(splittings) / 2), "rad/µs, half the spread of the splittings")
        if direct is not None and direct.flip_flop.shape[-1]:
            numbers[DIRECT] = Number(np.abs(direct.flip_flop).max(axis=-1), "rad/µs at most")
        return numbers


def _added(values: NDArray, pairs: NDArray, n_qubits: int) -> NDArray:
    """Numbers for each displacement, with what comes to those of the pairs."""
    own = own_entries(values, n_qubits)
    return values + np.concatenate([np.zeros((*pairs.shape[:-1], own), dtype=pairs.dtype), pairs], axis=-1)
