"""What acts on the qubits of a file: [medium] with its rates, or [magnet], from which they are worked out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel

from nvprotocol.device.magnet_schema import MagnetSection
from nvprotocol.device.schema import MediumSection
from nvprotocol.errors import ArgumentError
from nvprotocol.medium import Medium

Surroundings: TypeAlias = MediumSection | MagnetSection
"""Either section."""
Section = TypeVar("Section", bound=BaseModel)


class MagnetError(ArgumentError):
    """An argument of a magnet is wrong."""


def medium_of(section: Mapping[str, Any]) -> Medium:
    """The medium that a section [medium] gives, or [magnet], which has a kind.

    Raises:
        ArgumentError: If medium or magnet refuse an argument.

    Examples:
        >>> from nvprotocol.device.surroundings import medium_of
        >>> medium_of({"a": 2.0}).t1.tolist()
        [0.25, 0.25]
    """
    if "kind" not in section:
        return Medium.pair(**section)
    from nvprotocol.device.beside import medium_beside

    return medium_beside(section)


def either(medium: MediumSection | None, magnet: MagnetSection | None, folder: Path) -> Surroundings | None:
    """The one of two sections that is given; the path of a table begins at the folder of the file.

    Raises:
        ArgumentError: If both are.

    Examples:
        >>> from pathlib import Path
        >>> from nvprotocol.device.surroundings import either
        >>> either(None, None, Path()) is None
        True
    """
    if medium is not None and magnet is not None:
        raise MagnetError("Argument `magnet` must not be given together with [medium], but is.")
    return medium if magnet is None else in_folder(magnet, folder)


def in_folder(magnet: Section, folder: Path) -> Section:
    """A section [magnet] of a file in a folder, where the path of a table begins.

    Examples:
        >>> from pathlib import Path
        >>> from nvprotocol.device.magnet_schema import TabulatedSection
        >>> from nvprotocol.device.surroundings import in_folder
        >>> in_folder(TabulatedSection(kind="tabulated", file="noise.csv"), Path("measured")).file
        'measured/noise.csv'
    """
    path = getattr(magnet, "file", None)
    return magnet if path is None else magnet.model_copy(update={"file": str(folder / path)})
