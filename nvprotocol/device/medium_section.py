"""The medium that a file describes: by rates in [medium], or by a magnet and the place of the qubits in [magnet]."""

from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

from nvprotocol._checks import fail, one_of, show
from nvprotocol._warnings import muted
from nvprotocol.device.schema import (
    ALONE,
    PLACE,
    CentreSection,
    MagnetAlone,
    MagnetSection,
    MaterialSection,
    MediumSection,
)
from nvprotocol.errors import ArgumentError, ValidityWarning
from nvprotocol.magnets import Exchange, Film, Magnet, Material, NVCentre, Tabulated, materials, nv_axes
from nvprotocol.magnets.limits import number_of_magnet
from nvprotocol.magnets.nv_centre import direction_vector
from nvprotocol.medium import Medium

AnyMediumSection: TypeAlias = MediumSection | MagnetSection
"""[medium], or [magnet] in its place."""
Section = TypeVar("Section", bound=BaseModel)

MATERIALS: dict[str, Material] = {name: value for name, value in vars(materials).items() if isinstance(value, Material)}
"""Name → a material that comes with the package."""


def section_name(section: AnyMediumSection) -> str:
    """The name of the section, "medium" or "magnet"."""
    return "medium" if isinstance(section, MediumSection) else "magnet"


def chosen_section(medium: MediumSection | None, magnet: MagnetSection | None, folder: Path) -> AnyMediumSection | None:
    """The one of two sections that is given; the path of a table begins at the folder of the file.

    Raises:
        ArgumentError: If both are.

    Examples:
        >>> from pathlib import Path
        >>> from nvprotocol.device.medium_section import chosen_section
        >>> chosen_section(None, None, Path()) is None
        True
    """
    if medium is not None and magnet is not None:
        fail("magnet", "not be given together with [medium]", "is")
    return medium if magnet is None else in_folder(magnet, folder)


def in_folder(magnet: Section, folder: Path) -> Section:
    """A section [magnet] of a file in a folder, where the path of a table begins.

    Examples:
        >>> from pathlib import Path
        >>> from nvprotocol.device.medium_section import in_folder
        >>> from nvprotocol.device.schema import TabulatedSection
        >>> in_folder(TabulatedSection(kind="tabulated", file="noise.csv"), Path("measured")).file
        'measured/noise.csv'
    """
    path = getattr(magnet, "file", None)
    return magnet if path is None else magnet.model_copy(update={"file": str(folder / path)})


def medium_of(section: AnyMediumSection) -> Medium:
    """The medium that a section describes.

    A magnet is asked once for the same section; validity warnings are in the provenance of the medium.

    Raises:
        ArgumentError: If medium or magnet refuse an argument.
        FileError: If a table cannot be read.

    Examples:
        >>> from nvprotocol.device.medium_section import medium_of
        >>> from nvprotocol.device.schema import MediumSection, PlacedFilm
        >>> medium_of(MediumSection(a=2.0)).t1.tolist()
        [0.25, 0.25]
        >>> film = {"kind": "film", "thickness_nm": 20.0, "gap_ghz": 2.0}
        >>> near = PlacedFilm(**film, separation_nm=50.0, height_nm=10.0, frequency_ghz=2.87)
        >>> bool(medium_of(near).t1[0] > 100)  # µs
        True
    """
    return Medium.pair(**dict(section)) if isinstance(section, MediumSection) else _medium_of_magnet(section)


@lru_cache(maxsize=1024)
def _medium_of_magnet(section: MagnetSection) -> Medium:
    place = {key: value for key, value in section if key in PLACE and value is not None}
    with muted(ValidityWarning):
        magnet = magnet_of(section)
        return magnet.medium(**place, nv=centre_of(section, magnet))


def centre_of(section: MagnetSection | MagnetAlone, magnet: Magnet) -> NVCentre | None:
    """The NV centre of [magnet.nv] in the field of the film, None where there is no such section.

    Raises:
        ArgumentError: If the centre refuses an argument, or the field of the film is not known.

    Examples:
        >>> from nvprotocol.device.medium_section import centre_of, magnet_of
        >>> from nvprotocol.device.schema import FilmSection
        >>> film = {"kind": "film", "thickness_nm": 20.0, "field_mt": 20.0, "field_direction": (0, 1, 0)}
        >>> section = FilmSection(**film, nv={"axis": "[111]", "cut": "100"})
        >>> round(centre_of(section, magnet_of(section)).frequency_ghz, 4)
        2.6564
    """
    given: CentreSection | None = getattr(section, "nv", None)
    if given is None:
        return None
    field = getattr(magnet, "field_mt", None)
    if field is None:
        fail("nv", "stand over a film whose `field_mt` is given", "stands over one of which only the gap is")
    bare = getattr(section, "transition", "lower")  # of centres that are given by a splitting alone
    if bare not in ("lower", given.transition):
        fail("transition", f"be left out, or {show(given.transition)} as in [magnet.nv]", f"is {show(bare)}")
    try:
        return NVCentre(_axis_of(given), field, given.transition, given.strain_mhz, given.strain_deg)  # pyright: ignore[reportArgumentType]
    except ArgumentError as error:
        raise error.about(f'nv["{error.argument}"]') from None


def splitting_of(section: AnyMediumSection) -> float | None:
    """The splitting in GHz at which a section's magnet is asked: as given, or that of its NV centre.

    Raises:
        ArgumentError: If the magnet or the centre refuse an argument.

    Examples:
        >>> from nvprotocol.device.medium_section import splitting_of
        >>> from nvprotocol.device.schema import MediumSection
        >>> splitting_of(MediumSection()) is None
        True
    """
    if isinstance(section, MediumSection):
        return None
    if section.frequency_ghz is not None or getattr(section, "nv", None) is None:
        return section.frequency_ghz
    centre = centre_of(section, magnet_of(section))
    return None if centre is None else centre.frequency_ghz


def _axis_of(given: CentreSection) -> Any:
    """The axis as a vector."""
    if not isinstance(given.axis, str):
        for key in ("cut", "turned_deg"):
            if getattr(given, key) is not None:
                fail(key, "go with the name of an axis, such as [111]", f"comes with {show(given.axis)}")
        return given.axis
    axes = nv_axes("100" if given.cut is None else given.cut, given.turned_deg or 0.0)
    return axes[one_of(given.axis, "axis", tuple(axes))]


def magnet_of(section: MagnetSection | MagnetAlone) -> Magnet:
    """The magnet that a section [magnet] describes, wherever the qubits are.

    Raises:
        ArgumentError: If the magnet refuses an argument.
        FileError: If a table cannot be read.

    Examples:
        >>> from nvprotocol.device.medium_section import magnet_of
        >>> from nvprotocol.device.schema import FilmSection
        >>> magnet_of(FilmSection(kind="film", material="YIG_COLD", thickness_nm=20.0, gap_ghz=2.0)).gap_ghz
        2.0
    """
    keys = ALONE[section.kind].model_fields.keys() - {"kind", "nv"}
    given = {key: value for key, value in section if key in keys and value is not None}
    return _MAKERS[section.kind](given)


def _film(given: dict[str, Any]) -> Film:
    chosen = given.pop("material", "YIG")
    material = MATERIALS[one_of(chosen, "material", tuple(MATERIALS))] if isinstance(chosen, str) else _own(chosen)
    if ("gap_ghz" in given) == ("field_mt" in given):
        fail("gap_ghz", "be given, or else `field_mt`", "both are" if "gap_ghz" in given else "none of them is")
    if "gap_ghz" in given:
        for key in ("anisotropy_mt", "field_direction"):
            if key in given:
                fail(key, "not be given together with `gap_ghz`, which has it already", "is")
        return Film(material, **given)
    direction = given.pop("field_direction", None)
    if direction is not None:
        strength = number_of_magnet(given["field_mt"], "field_mt")
        given["field_mt"] = tuple(strength * one for one in direction_vector(direction, "field_direction"))
    return Film.in_field(material, **given)


def _own(section: MaterialSection) -> Material:
    try:
        return Material(**{key: value for key, value in section if value is not None})
    except ArgumentError as error:
        raise error.about(f'material["{error.argument}"]') from None


def _table(given: dict[str, Any]) -> Tabulated:
    names = {"measured_at_k": "temperature_k"}
    path = Path(given.pop("file"))
    try:
        return Tabulated.from_file(path, **{names.get(key, key): value for key, value in given.items()})
    except ArgumentError as error:
        keys = {name: key for key, name in names.items()}
        raise error.about(keys.get(error.argument, error.argument)) from None


_MAKERS = {"exchange": lambda given: Exchange(**given), "film": _film, "tabulated": _table}
