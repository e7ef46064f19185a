"""What a device file may say: sections, keys and types. Ranges are checked where the device is made."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from nvprotocol._checks import fail, show
from nvprotocol._toml import CONFIG, Coupling, Factor, Lifetimes, Nanoseconds, Rate

_Numbers = Annotated[tuple[float, ...], Field(strict=False)]


class MediumSection(BaseModel):
    """[medium]: `Medium.pair` in the paper's symbols; rates in rad/µs, complex couplings as [real, imaginary]."""

    model_config = CONFIG
    a: Rate = 1.0
    A: Coupling = 0j
    q: float | None = None
    a_tilde: Rate | None = None
    A_tilde: Coupling | None = None
    d: Rate = 0.0
    D: Coupling = 0j
    J: Rate = 0.0
    Jz: Rate = 0.0
    dm: Rate = 0.0
    m: Coupling = 0j
    M: Coupling = 0j


class PlaceSection(BaseModel):
    """Where the qubits are, and at which frequency and temperature: the arguments of `Magnet.medium`."""

    model_config = CONFIG
    separation_nm: float
    azimuth_deg: float | None = None
    frequency_ghz: float | None = None
    temperature_k: float = 0.0
    chemical_potential_ghz: float = 0.0
    dipole: bool = True
    dephasing: bool = True


class MaterialSection(BaseModel):
    """[magnet.material]: the numbers of a material, where it is none of the named ones."""

    model_config = CONFIG
    name: str = "own"
    magnetisation_a_per_m: float
    exchange_t_m2: float
    gyromagnetic_ghz_per_t: float | None = None


def _complete(value: object) -> object:
    """Refuses a table without the numbers of a material, which a choice of two types would not tell."""
    if isinstance(value, str) or not isinstance(value, dict):
        return value
    fields = MaterialSection.model_fields
    needed = [key for key, info in fields.items() if info.is_required()]
    if not set(needed) <= set(value) <= set(fields):
        other = [key for key in fields if key not in needed]
        must = f"have the keys {', '.join(needed)}, and may have {', '.join(other)}"
        fail("material", must, f"has {', '.join(value) or 'none'}")
    for key, number in value.items():
        if key != "name" and (isinstance(number, bool) or not isinstance(number, int | float)):
            fail("material", f"have a number as {key}", f"has {show(number)}")
    return value


class ExchangeSection(BaseModel):
    """kind = "exchange": the arguments of `Exchange`."""

    model_config = CONFIG
    kind: Literal["exchange"]
    dimension: int
    gap_ghz: float
    stiffness_m2_per_s: float
    spin: float
    lattice_nm: float
    coupling_mhz: float
    damping: float = 0.0
    aligned: bool = True


def _axis(value: object) -> object:
    """Refuses what is neither, which a choice of two types would not tell."""
    numbers = isinstance(value, list | tuple) and not any(
        isinstance(one, bool) or not isinstance(one, int | float) for one in value
    )
    if not numbers and not isinstance(value, str):
        fail("axis", 'be a vector, or the name of an axis such as "[111]"', f"is {show(value)}")
    return value


class CentreSection(BaseModel):
    """[magnet.nv]: the NV centre that every qubit is, in the field of the film; the arguments of `NVCentre`.

    The axis is a vector, or the name of one of the four in a diamond: "[111]" with `cut` and `turned_deg` of `nv_axes`.
    """

    model_config = CONFIG
    axis: Annotated[str | _Numbers, BeforeValidator(_axis)] = (0.0, 0.0, 1.0)
    cut: str | None = None
    turned_deg: float | None = None
    transition: str = "lower"
    strain_mhz: float = 0.0
    strain_deg: float = 0.0


class FilmSection(BaseModel):
    """kind = "film": the arguments of `Film`, or with `field_mt` those of `Film.in_field`.

    `field_mt` is the strength of the field, along `field_direction` where it is given, else along the magnetisation.
    """

    model_config = CONFIG
    kind: Literal["film"]
    material: Annotated[str | MaterialSection, BeforeValidator(_complete)] = "YIG"
    thickness_nm: float
    gap_ghz: float | None = None
    field_mt: float | None = None
    field_direction: _Numbers | None = None
    anisotropy_mt: float | None = None
    orientation: str | None = None
    transition: str = "lower"
    damping: float = 0.0
    nv: CentreSection | None = None


class TabulatedSection(BaseModel):
    """kind = "tabulated": a file for `Tabulated.from_file`, its path from the folder of this one."""

    model_config = CONFIG
    kind: Literal["tabulated"]
    file: str
    measured_at_k: float | None = None
    gap_ghz: float | None = None
    axis: _Numbers | None = None
    tolerance: float = 1e-3


class PlacedExchange(PlaceSection, ExchangeSection):
    """[magnet] with kind = "exchange", and the place of the qubits."""


class PlacedFilm(PlaceSection, FilmSection):
    """[magnet] with kind = "film", and the place of the qubits."""

    height_nm: float


class PlacedTabulated(PlaceSection, TabulatedSection):
    """[magnet] with kind = "tabulated", and the place of the qubits."""


PLACED: dict[str, type[BaseModel]] = {"exchange": PlacedExchange, "film": PlacedFilm, "tabulated": PlacedTabulated}
"""Kind → the section [magnet] of a device or an experiment."""
ALONE: dict[str, type[BaseModel]] = {"exchange": ExchangeSection, "film": FilmSection, "tabulated": TabulatedSection}
"""Kind → the section [magnet] of a file that asks where to put the qubits."""
PLACE = frozenset(PlaceSection.model_fields) | {"height_nm"}
"""Keys that say where the qubits are."""

if TYPE_CHECKING:

    class MagnetSection(BaseModel, frozen=True):
        """[magnet]: one of `PLACED`."""

        kind: str
        frequency_ghz: float | None

    class MagnetAlone(BaseModel):
        """[magnet]: one of `ALONE`."""

        kind: str

else:
    MagnetSection: Any = reduce(or_, PLACED.values())
    MagnetAlone: Any = reduce(or_, ALONE.values())


class ControlSection(BaseModel):
    """[device.control]: the arguments of `Control`; complex entries of the crosstalk as [real, imaginary]."""

    model_config = CONFIG
    max_rabi: Rate | None = None
    max_detuning: Rate | None = None
    crosstalk: list[list[Factor]] | None = None
    envelope: str | None = None
    gradient: Rate | None = None


class DeviceSection(BaseModel):
    """[device]: the arguments of `Device`, δ, drive and offset in rad/µs, and a device that gives what is left out."""

    model_config = CONFIG
    base: str | None = None
    name: str | None = None
    detuning: Rate = 0.0
    drive: Coupling | list[Coupling] | None = None
    offset: Rate = 0.0
    dt_ns: float | None = None
    gate_ns: dict[str, Nanoseconds] | None = None
    single_qubit_error: float | None = None
    two_qubit_error: float | None = None
    readout: list[Any] | None = None
    readout_error: list[Any] | None = None
    initialisation_error: float | None = None
    intrinsic_t1: Lifetimes = None
    intrinsic_t2: Lifetimes = None
    t2_star: Lifetimes = None
    noise_correlation: float | None = None
    monitors: int | None = None
    monitor_efficiency: float | None = None
    monitor_false_alarm: float | None = None
    frequency_ghz: float | None = None
    gate_slices: int | None = None
    control: ControlSection | None = None


class DeviceFile(BaseModel):
    """The whole file."""

    model_config = CONFIG
    medium: MediumSection | None = None
    magnet: MagnetSection | None = Field(default=None, discriminator="kind")
    device: DeviceSection = DeviceSection()
