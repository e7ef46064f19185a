"""What an experiment file may say: sections, keys, types and dimensions.

The keys of [protocol] are those that the protocols declare of themselves.
"""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, Field, create_model

from nvprotocol._checks import MOST_SHOTS, fail, show
from nvprotocol._file_format import MOST_SEED
from nvprotocol._toml import CONFIG, Coupling, Rate, Time
from nvprotocol.device.parameters import PARAMETERS as LABORATORY
from nvprotocol.device.parameters import Quantity
from nvprotocol.device.schema import DeviceSection, MagnetSection, MediumSection
from nvprotocol.engines import EngineName
from nvprotocol.protocols.parameters import DECLARED, Parameter

Shots: TypeAlias = Annotated[int | None, BeforeValidator(lambda value: None if value == "none" else value)]
MOST_POINTS = 1_000_000
"""More points than a scan may have; the table of so many is a file of some 100 MB."""

# The kinds that are not told apart by type are checked by the declaration itself, when the file is read.
_TYPES: dict[str, Any] = {
    "time": Time,
    "rate": Rate,
    "coupling": Coupling,
    "number": float,
    "whole": int,
    "label": str,
    "choice": Any,
}


def _section(name: str, parameters: tuple[Parameter, ...]) -> type[BaseModel]:
    """[protocol] with the name of one protocol."""
    fields: dict[str, Any] = {"name": (Literal[name], ...)}
    for parameter in parameters:
        low, high = (parameter.minimum, parameter.maximum) if parameter.kind == "whole" else (None, None)
        default = complex(parameter.default) if parameter.kind == "coupling" else parameter.default
        fields[parameter.name] = (_TYPES[parameter.kind], Field(default=default, ge=low, le=high))
    cls, doc = f"{name.title().replace('_', '')}ProtocolSection", f'[protocol] with name = "{name}".'
    return create_model(cls, __config__=CONFIG, __doc__=doc, __module__=__name__, **fields)


PROTOCOLS: dict[str, type[BaseModel]] = {
    name: _section(name, declared.parameters) for name, declared in DECLARED.items()
}
"""Protocol → its section [protocol]."""
globals().update({section.__name__: section for section in PROTOCOLS.values()})  # where pickle looks for them

if TYPE_CHECKING:

    class ProtocolSection(BaseModel):
        """[protocol]: the name and the protocol's parameters."""

        name: str

else:
    ProtocolSection = reduce(or_, PROTOCOLS.values())


class Axis(BaseModel):
    """[scan] or [curves]: one parameter and its values, listed or from `start` to `stop` in `points`."""

    model_config = CONFIG
    parameter: str
    values: tuple[float | str, ...] | None = Field(default=None, strict=False, min_length=1)
    start: float | str | None = None
    stop: float | str | None = None
    points: int | None = Field(default=None, ge=2, le=MOST_POINTS)


class RunSection(BaseModel):
    """[run]: shots, in each setting if there is tomography ("none": no sampling noise), seed, engine, tomography.

    tomography = "full" measures the nine Pauli settings and assumes nothing; "X" measures five, for protocols that
    conserve the total σᶻ. The exact values stand beside every engine: under engine = "pulse" the counts deviate from
    them by what finite pulses cost.
    """

    model_config = CONFIG
    shots: Shots = Field(default=10_000, ge=1, le=MOST_SHOTS)
    seed: int = Field(default=0, ge=0, le=MOST_SEED)
    engine: EngineName = "aer"
    tomography: Literal["full", "X"] = "full"


def _files(value: object) -> object:
    """One file, or several."""
    several = (value,) if isinstance(value, str) else value
    if not isinstance(several, list | tuple) or not several or not all(isinstance(one, str) and one for one in several):
        fail("file", "be the path of a table, or a list of such paths", f"is {show(value)}")
    return tuple(several)


class DataSection(BaseModel):
    """[data]: measured tables of these circuits, their paths from the folder of this file.

    `columns` says role = "name of the column" where the header does not tell; `bright` and `dark` are photons a run.
    """

    model_config = CONFIG
    file: Annotated[tuple[str, ...], BeforeValidator(_files)]
    columns: dict[str, Any] | None = None
    bright: float | None = Field(default=None, ge=0)
    dark: float | None = Field(default=None, ge=0)


class ExperimentFile(BaseModel):
    """The whole file."""

    model_config = CONFIG
    title: str = ""
    medium: MediumSection = Field(default_factory=MediumSection)
    magnet: MagnetSection | None = Field(default=None, discriminator="kind")
    device: DeviceSection = Field(default_factory=DeviceSection)
    protocol: ProtocolSection = Field(discriminator="name")
    scan: Axis
    curves: Axis | None = None
    run: RunSection = Field(default_factory=RunSection)
    data: DataSection | None = None


PARAMETERS: dict[str, Quantity] = LABORATORY | {
    f"protocol.{parameter.name}": parameter.quantity
    for declared in DECLARED.values()
    for parameter in declared.parameters
    if parameter.quantity is not None
}
"""Path in a file → what can be scanned."""
