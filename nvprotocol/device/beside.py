"""The medium of qubits near a magnet that a file describes."""

import json
import warnings
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from nvprotocol._checks import fail, one_of
from nvprotocol.device.magnet_schema import ALONE, PLACE
from nvprotocol.device.surroundings import MagnetError
from nvprotocol.errors import ArgumentError, ValidityWarning
from nvprotocol.magnets import Exchange, Film, Magnet, Material, Tabulated, materials
from nvprotocol.medium import Medium

MATERIALS: dict[str, Material] = {name: value for name, value in vars(materials).items() if isinstance(value, Material)}
"""Name → a material that comes with the package."""


def medium_beside(section: Mapping[str, Any]) -> Medium:
    """The medium that a section [magnet] describes; the same section is worked out once.

    Validity warnings are in the provenance of the medium.

    Args:
        section: The keys of one of `PLACED`.

    Raises:
        MagnetError: If the magnet refuses an argument.

    Examples:
        >>> from nvprotocol.device.beside import medium_beside
        >>> medium = medium_beside({"kind": "film", "thickness_nm": 20.0, "gap_ghz": 2.0, "separation_nm": 50.0,
        ...     "height_nm": 10.0, "frequency_ghz": 2.87})
        >>> bool(medium.t1[0] > 100)  # µs
        True
    """
    return _medium(json.dumps(section, sort_keys=True))


@lru_cache(maxsize=1024)
def _medium(text: str) -> Medium:
    section = json.loads(text)
    place = {key: value for key, value in section.items() if key in PLACE and value is not None}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ValidityWarning)
            return magnet_of(section).medium(**place)
    except MagnetError:
        raise
    except ArgumentError as error:
        raise MagnetError(str(error)) from None


def magnet_of(section: Mapping[str, Any]) -> Magnet:
    """The magnet that a section [magnet] describes, wherever the qubits are.

    Raises:
        MagnetError: If the magnet refuses an argument.
        FileError: If a table cannot be read.

    Examples:
        >>> from nvprotocol.device.beside import magnet_of
        >>> magnet_of({"kind": "film", "material": "YIG_COLD", "thickness_nm": 20.0, "gap_ghz": 2.0}).gap_ghz
        2.0
    """
    given = {key: section[key] for key in ALONE[section["kind"]].model_fields if section.get(key) is not None}
    kind = given.pop("kind")
    try:
        if kind == "exchange":
            return Exchange(**given)
        return _film(given) if kind == "film" else _table(given)
    except ArgumentError as error:
        raise MagnetError(str(error)) from None


def _film(given: dict[str, Any]) -> Film:
    chosen = given.pop("material", "YIG")
    material = MATERIALS[one_of(chosen, "material", tuple(MATERIALS))] if isinstance(chosen, str) else _own(chosen)
    if ("gap_ghz" in given) == ("field_mt" in given):
        fail("gap_ghz", "be given, or else `field_mt`", "both are" if "gap_ghz" in given else "none of them is")
    if "gap_ghz" in given:
        if "anisotropy_mt" in given:
            fail("anisotropy_mt", "not be given together with `gap_ghz`, which has it already", "is")
        return Film(material, **given)
    return Film.in_field(material, **given)


def _own(numbers: Mapping[str, Any]) -> Material:
    try:
        return Material(**{key: value for key, value in numbers.items() if value is not None})
    except ArgumentError as error:
        before, key, after = str(error).split("`", 2)
        raise MagnetError(f'{before}`material["{key}"]`{after}') from None


def _table(given: dict[str, Any]) -> Tabulated:
    path = Path(given.pop("file"))
    if "measured_at_k" in given:
        given["temperature_k"] = given.pop("measured_at_k")
    try:
        return Tabulated.from_file(path, **given)
    except ArgumentError as error:
        raise MagnetError(str(error).replace("`temperature_k`", "`measured_at_k`")) from None
