"""NV centres over a magnetic film, coupled by its stray field."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.constants import mu_0

from nvprotocol._checks import (
    fail,
    instance,
    numeric_array,
    one_of,
    real_number,
    show,
    times_array,
    truth,
)
from nvprotocol._typing import ArrayLike
from nvprotocol.magnets.constants import GAMMA, RAD_PER_S_PER_GHZ
from nvprotocol.magnets.film.equilibrium import Equilibrium, Orientation, Vector, along, magnetised, orientation_of
from nvprotocol.magnets.film.geometry import Geometry
from nvprotocol.magnets.film.remarks import field_text, notes_of, qubit_notes
from nvprotocol.magnets.film.response import film_response, require_near
from nvprotocol.magnets.film.spin_wave_medium import SpinWaveMedium
from nvprotocol.magnets.film.three_levels import ThreeLevelCheck, check_three_levels
from nvprotocol.magnets.film.waves import FilmWaves
from nvprotocol.magnets.limits import number_of_magnet
from nvprotocol.magnets.magnet import Magnet
from nvprotocol.magnets.materials import Material
from nvprotocol.magnets.nv_centre import NVCentre, field_vector
from nvprotocol.magnets.response import Response
from nvprotocol.magnets.setting import SAME, Setting
from nvprotocol.magnets.spins import Spins
from nvprotocol.medium import Note

__all__ = ["Film"]

Array = NDArray[np.float64]
Transition = Literal["lower", "upper"]

APPROXIMATION = (
    "second order in the stray field, Born–Markov, lowest thickness mode (Kalinikos–Slavin); J_z by two magnons left "
    "out"
)

SAME_FIELD = 0.01
"""Share of the field by which that at a centre may differ from that of the film: a gradient, not another field."""


@dataclass(frozen=True)
class Film(SpinWaveMedium):
    r"""NV centres at a height h over a film of thickness t, coupled by the stray field of its spin waves.

    The field of a wave is B(k) = (μ₀/2)e^(−kh)(1 − e^(−kt)) n(n·M(k)), n = (−ik_x/k, −ik_y/k, 1), and a spin feels
    γ⟨↑|S|↓⟩·B. With the response of the lowest thickness mode, for any direction of the magnetisation and of the wave
    (Kalinikos and Slavin, DOI 10.1088/0022-3719/19/35/014; Gilbert damping), this is Eqs. S29–S33 with λ²G^R(r) a
    Fourier integral; without damping A is what lies on the curve ω_k = Δ.

    `in_field` makes the film that a field makes. NV centres in that field (`NVCentre`) then bring their own splittings
    and matrix elements: `film.medium(…, nv=centre)`. With a bare splitting instead, their axis is that of the
    magnetisation, and they feel Y = (γ/√2)B⁻ on the lower transition |0⟩ ↔ |−1⟩, (γ/√2)B⁺ on the upper one
    |0⟩ ↔ |+1⟩ (± about the axis). For a film magnetised along its normal z then

        a₀ = (μ₀²γ³ħM_s/32t)(k₀/v_g) e^(−2k₀h)(1 − e^(−k₀t))² √(w_T/w_L),   A₀(r) = a₀ J₀(k₀r),

    whatever the height, for either transition. In a film magnetised in its plane, along x if no field says otherwise,
    the waves that leave along +y and −y have different fields: A is complex, and the amplitudes from one qubit to the
    other and back differ (`chirality`). Dephasing is by two magnons; static fields of a uniform film vanish outside
    of it.

    Args:
        material: What the film is made of.
        thickness_nm: t in nm.
        gap_ghz: Frequency Ω/2π of the uniform mode, k = 0. `in_field` works it out from a field.
        orientation: "normal" or "in-plane"; "oblique" where a field says how.
        transition: "lower" or "upper" transition of NV centres that are given by a splitting alone.
        damping: Gilbert damping α; `material.damping` has the measured one where it is known.
        field_mt: Field in mT as a vector, z along the normal, with which the gap and the orientation agree.
        anisotropy_mt: Field B_u = 2K_u/M_s of an easy axis along the normal.

    Raises:
        ArgumentError: If an argument has the wrong type or sign, or the gap or the orientation is not that of the
            field.

    Examples:
        >>> field = (0.0, 20.0, 0.0)
        >>> film = nv.magnets.Film.in_field(nv.magnets.YIG_COLD, thickness_nm=20, field_mt=field)
        >>> centre = nv.magnets.NVCentre(axis=(0, 1, 0), field_mt=field)
        >>> medium = film.medium(100.0, height_nm=10.0, nv=centre, temperature_k=0.01)
        >>> print(f"{centre.frequency_ghz:.3f} GHz, 1/T1 = {1e6 / medium.t1[0]:.0f}/s")
        2.310 GHz, 1/T1 = 243/s
        >>> film = nv.magnets.Film(nv.magnets.YIG_COLD, thickness_nm=20, gap_ghz=2.0)
        >>> medium = film.medium(100.0, height_nm=20.0, frequency_ghz=2.87, temperature_k=0.01)
        >>> print(f"1/T1 = {1e6 / medium.t1[0]:.0f}/s, wavelength {film.wavelength_nm(2.87):.0f} nm")
        1/T1 = 690/s, wavelength 380 nm
    """

    material: Material
    thickness_nm: float
    gap_ghz: float
    orientation: Orientation = "normal"
    transition: Transition = "lower"
    damping: float = 0.0
    field_mt: Vector | None = None
    anisotropy_mt: float = 0.0
    axis: Vector = field(init=False, repr=False)
    _state: Equilibrium = field(init=False, repr=False, compare=False)

    dimension: ClassVar[int] = 2  # pyright: ignore[reportIncompatibleVariableOverride]
    over_film: ClassVar[bool] = True  # pyright: ignore[reportIncompatibleVariableOverride]

    def __post_init__(self) -> None:
        _material(self.material)
        for name in ("thickness_nm", "gap_ghz", "anisotropy_mt"):
            object.__setattr__(self, name, number_of_magnet(getattr(self, name), name))
        object.__setattr__(self, "damping", real_number(self.damping, "damping", minimum=0.0, maximum=1.0))
        one_of(self.orientation, "orientation", ("normal", "in-plane", "oblique"))
        one_of(self.transition, "transition", ("lower", "upper"))
        if self.field_mt is not None:
            object.__setattr__(self, "field_mt", field_vector(self.field_mt))
            state, gap = magnetised(self.material, self.field_mt, self.anisotropy_mt)
            self._agree(state, gap)
            object.__setattr__(self, "gap_ghz", gap)
        elif self.orientation == "oblique":
            fail(
                "orientation", "be normal or in-plane where no `field_mt` says how the film is magnetised", "is oblique"
            )
        else:
            state = Equilibrium(1.0, 0.0, 0.0, np.nan) if self.in_plane else Equilibrium(0.0, 1.0, 0.0, np.nan)
        object.__setattr__(self, "_state", state)
        object.__setattr__(self, "axis", state.direction)
        if not self.geometry.band_bottom > 0:
            if self.field_mt is None:
                fail("anisotropy_mt", "leave the film uniformly magnetised", f"is {show(self.anisotropy_mt)}")
            fail("field_mt", "be one in which the film is magnetised uniformly", f"is {show(self.field_mt)}")

    def _agree(self, state: Equilibrium, gap: float) -> None:
        """Refuses a gap or an orientation that is not that of the field."""
        if abs(self.gap_ghz - gap) > SAME * gap:
            fail("gap_ghz", f"be that of the film in its field, {gap:.6g} GHz", f"is {show(self.gap_ghz)}")
        found = orientation_of(state)
        if self.orientation != found:
            angle = np.rad2deg(np.arccos(state.cosine))
            must = f"be how the field magnetises the film, {found} at {angle:.4g}° from the normal"
            fail("orientation", must, f"is {self.orientation}")

    @classmethod
    def in_field(
        cls,
        material: Material,
        thickness_nm: float,
        field_mt: ArrayLike,
        orientation: Orientation | None = None,
        *,
        anisotropy_mt: float = 0.0,
        transition: Transition = "lower",
        damping: float = 0.0,
    ) -> Self:
        """The film in a field.

        The magnetisation lies at the angle θ from the normal at which −B cos(θ − θ_B) + ½(μ₀M_s − B_u) cos²θ is least,
        and Ω² = ω_i(ω_i + γ(μ₀M_s − B_u) sin²θ) with ω_i = γ[B cos(θ − θ_B) − (μ₀M_s − B_u) cos²θ]: along the normal
        Ω = γ(B − μ₀M_s + B_u), in the plane Ω² = γ²B(B + μ₀M_s − B_u) (Kittel, DOI 10.1103/PhysRev.73.155).

        Args:
            material: What the film is made of.
            thickness_nm: t in nm.
            field_mt: Applied field B in mT: a vector, z along the normal, or its strength along the magnetisation.
            orientation: "normal" (which it is if not given) or "in-plane", for a strength; with a vector it is found.
            anisotropy_mt: Field B_u = 2K_u/M_s of an easy axis along the normal.
            transition: "lower" or "upper" transition of NV centres that are given by a splitting alone.
            damping: Gilbert damping α.

        Raises:
            ArgumentError: If the film is not magnetised that way in this field, or not in one direction at all.

        Examples:
            >>> film = nv.magnets.Film.in_field(nv.magnets.YIG, 20, field_mt=20, orientation="in-plane")
            >>> round(film.gap_ghz, 2)
            1.77
            >>> tilted = nv.magnets.Film.in_field(nv.magnets.YIG, 20, field_mt=(0, 100, 200))
            >>> tilted.orientation, [round(one, 2) for one in tilted.axis]
            ('oblique', [0.0, 0.77, 0.64])
        """
        anisotropy = number_of_magnet(anisotropy_mt, "anisotropy_mt")
        field = numeric_array(field_mt, "field_mt", real=True)
        stated = orientation
        if field.ndim == 0:
            stated = one_of("normal" if orientation is None else orientation, "orientation", ("normal", "in-plane"))
            vector = along(_material(material), field_mt, stated, anisotropy)
        else:
            vector = field_vector(field)
        state, gap = magnetised(_material(material), vector, anisotropy)
        chosen = orientation_of(state) if stated is None else stated
        return cls(material, thickness_nm, gap, chosen, transition, damping, vector, anisotropy)

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers of the film that may be others; in a known field its strength, from which the gap follows.

        Examples:
            >>> sorted(nv.magnets.Film.in_field(nv.magnets.YIG, 20, (0, 20, 0)).numbers)
            ['anisotropy_mt', 'damping', 'field_mt', 'thickness_nm']
        """
        found = super().numbers
        if self.field_mt is not None:
            del found["gap_ghz"]
            found["field_mt"] = float(np.linalg.norm(self.field_mt))
        return found

    def with_numbers(self, **numbers: float) -> Magnet:
        """The film with other numbers, in a field of the same direction.

        Args:
            **numbers: Some of `numbers`.

        Raises:
            ArgumentError: If one is out of range, or no number of the film, or the field then leaves it undecided.

        Examples:
            >>> film = nv.magnets.Film.in_field(nv.magnets.YIG, 20, (0, 20, 0)).with_numbers(field_mt=30.0)
            >>> film.field_mt, round(film.gap_ghz, 2)
            ((0.0, 30.0, 0.0), 2.22)
        """
        if self.field_mt is None:
            return super().with_numbers(**numbers)
        self._require_numbers(numbers)
        given: dict[str, Any] = self.numbers | numbers
        factor = number_of_magnet(given.pop("field_mt"), "field_mt") / self.numbers["field_mt"]
        vector = tuple(factor * one for one in self.field_mt)
        return Film.in_field(self.material, field_mt=vector, transition=self.transition, **given)

    @property
    def in_plane(self) -> bool:
        """Whether the film is magnetised in its plane."""
        return self.orientation == "in-plane"

    @property
    def geometry(self) -> Geometry:
        """How the film is magnetised, and its spin waves, in SI units."""
        waves = FilmWaves(
            gap=self.gap_ghz * RAD_PER_S_PER_GHZ,
            stiffness=self.material.stiffness_m2_per_s,
            magnetisation=self.material.magnetisation_frequency,
            thickness=self.thickness_nm * 1e-9,
            damping=self.damping,
            gyromagnetic=self.material.gyromagnetic,
            qubit_gyromagnetic=GAMMA,
            sine=self._state.sine,
            cosine=self._state.cosine,
            anisotropy=1e-3 * self.anisotropy_mt / (mu_0 * self.material.magnetisation_a_per_m),
        )
        return Geometry(waves, self._state.azimuth)

    def spins(self, setting: Setting) -> Spins:
        """NV centres as they are, or with their axis along the magnetisation.

        Args:
            setting: Where the qubits are, and which.
        """
        if instance(setting, "setting", Setting).centres:
            return Spins.of(setting.centres)
        return Spins.along(self.axis, 1 if self.transition == "lower" else -1, setting.n_qubits)

    def check(self, setting: Setting) -> None:
        """Refuses what the film has no answer to, and NV centres in another field than its own.

        Args:
            setting: Positions, frequencies and axes of the qubits.

        Raises:
            ArgumentError: If there is no answer.
        """
        super().check(setting)
        for centre in dict.fromkeys(setting.centres):
            if self.field_mt is None:
                must = "stand over a film whose field is known, as `Film.in_field` makes it"
                fail("nv", must, f"stands over one of which only the gap, {show(self.gap_ghz)} GHz, is")
            distance = np.linalg.norm(np.subtract(centre.field_mt, self.field_mt))
            if distance > SAME_FIELD * np.linalg.norm(self.field_mt):
                fail(
                    "nv",
                    f"be in the field of the film, {field_text(self.field_mt)}",
                    f"is in {field_text(centre.field_mt)}",
                )

    def response(self, setting: Setting, *, dephasing: bool = True) -> Response:
        """Rates and couplings for every displacement, without thermal magnons in the relaxation.

        Args:
            setting: Positions, frequencies and axes of the qubits.
            dephasing: Whether D by two magnons is worked out.

        Raises:
            ArgumentError: If a frequency is that of the bottom of the band, or a separation is more than 2000 × the
                height: the integral over waves up to the inverse height turns that often.

        Examples:
            >>> setting = nv.magnets.Setting.read(2, separation_nm=50.0, height_nm=10.0, frequency_ghz=1.9)
            >>> bool(np.any(nv.magnets.Film(nv.magnets.YIG, 20, 2.0).response(setting).relaxation))  # below the gap
            False
        """
        require_near(instance(setting, "setting", Setting))
        dephasing = truth(dephasing, "dephasing")
        return film_response(self.geometry, setting, self.spins(setting), dephasing=dephasing)

    def describe(self) -> tuple[str, str]:
        """The magnet in words, and the approximation.

        Examples:
            >>> print(nv.magnets.Film(nv.magnets.YIG, 20, 2.0).describe()[0])
            film of YIG, 20 nm, magnetised normal, gap 2 GHz, α = 0
        """
        film = f"film of {self.material.name}, {show(self.thickness_nm)} nm, magnetised {self.orientation}"
        field = "" if self.field_mt is None else f"in {field_text(self.field_mt)}, "
        easy = f", B_u = {show(self.anisotropy_mt)} mT" if self.anisotropy_mt else ""
        state = f"{field}gap {show(self.gap_ghz)} GHz, α = {show(self.damping)}"
        return f"{film}, {state}{easy}", APPROXIMATION

    def remarks(self, setting: Setting, response: Response) -> list[Note]:
        """Validity of the lowest thickness mode, and what is special: below the band, one-way media.

        Args:
            setting: Where the qubits are.
            response: What the film answers.

        Examples:
            >>> film = nv.magnets.Film(nv.magnets.YIG, 2000, 1.0)
            >>> setting = nv.magnets.Setting.read(2, separation_nm=50.0, height_nm=10.0, frequency_ghz=2.87)
            >>> print(film.remarks(setting, film.response(setting, dephasing=False))[0].text[:39])
            The film is thick: waves with k₀t up to
        """
        instance(setting, "setting", Setting), instance(response, "response", Response)
        return notes_of(self.geometry, setting, response) + qubit_notes(setting, self.transition)

    def three_level_check(
        self,
        separation_nm: float,
        *,
        azimuth_deg: float = 0.0,
        height_nm: float,
        nv: NVCentre,
        temperature_k: float = 0.0,
        chemical_potential_ghz: float = 0.0,
        times: ArrayLike | None = None,
    ) -> ThreeLevelCheck:
        """A pair of two-level spins against the whole spins 1, whose third levels it may leave for.

        Args:
            separation_nm: Distance of the pair in nm.
            azimuth_deg: Its direction in the plane, in degrees from x.
            height_nm: Height over the film in nm.
            nv: Both NV centres.
            temperature_k: Temperature in K.
            chemical_potential_ghz: Chemical potential of the magnons, below all three frequencies.
            times: Times in µs; by default up to 2/a, or where nothing relaxes a period of the exchange.

        Raises:
            ArgumentError: See `medium`.

        Examples:
            >>> field = (0.0, 50.0, 5.0)
            >>> film = nv.magnets.Film.in_field(nv.magnets.YIG_COLD, 20, field, damping=1e-3)
            >>> centre = nv.magnets.NVCentre((1, 1, 1), field, "upper")  # whose |↓⟩ decays to the level between
            >>> film.three_level_check(50.0, height_nm=10.0, nv=centre).leaked[-1] > 1e-4
            np.True_
        """
        setting = Setting.read(
            2,
            separation_nm=real_number(separation_nm, "separation_nm", above=0.0),
            nv=instance(nv, "nv", NVCentre, article="an"),
            temperature_k=real_number(temperature_k, "temperature_k", minimum=0.0),
            chemical_potential_ghz=real_number(chemical_potential_ghz, "chemical_potential_ghz"),
            azimuth_deg=real_number(azimuth_deg, "azimuth_deg"),
            height_nm=real_number(height_nm, "height_nm", above=0.0),
        )
        self.check(setting)
        return check_three_levels(self.geometry, setting, None if times is None else times_array(times))


def _material(value: object) -> Material:
    if not isinstance(value, Material):
        fail("material", "be a Material, such as YIG", f"is {show(value)}")
    return value
