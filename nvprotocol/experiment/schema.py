"""What an experiment file may say: sections, keys, types and dimensions.

The keys of [protocol] are those that the protocols declare of themselves.
"""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, Field, create_model

from nvprotocol._checks import MOST_SHOTS
from nvprotocol._toml import CONFIG, Coupling, Rate, Time
from nvprotocol.device.magnet_schema import MagnetSection
from nvprotocol.device.schema import DeviceSection, MediumSection
from nvprotocol.protocols.parameters import PARAMETERS as DECLARED
from nvprotocol.protocols.parameters import Parameter
from nvprotocol.units import Dimension

Shots: TypeAlias = Annotated[int | None, BeforeValidator(lambda value: None if value == "none" else value)]

# The kinds that are not told apart by type are checked by the declaration itself, when the file is read.
_TYPES: dict[str, Any] = {
    "time": Time,
    "rate": Rate,
    "coupling": Coupling,
    "number": float,
    "label": str,
    "choice": Any,
}
_DIMENSIONS: dict[str, Dimension] = {
    "time": "time",
    "rate": "rate",
    "coupling": "rate",
    "number": "number",
    "whole": "number",
}


def _section(name: str, parameters: tuple[Parameter, ...]) -> type[BaseModel]:
    """[protocol] with the name of one protocol."""
    fields: dict[str, Any] = {"name": (Literal[name], ...)}
    for one in parameters:
        if one.kind == "whole":
            fields[one.name] = (int, Field(default=one.default, ge=one.minimum, le=one.maximum))
        else:
            fields[one.name] = (_TYPES[one.kind], one.default)
    return create_model(name, __config__=CONFIG, __doc__=f'[protocol] with name = "{name}".', **fields)


PROTOCOLS: dict[str, type[BaseModel]] = {name: _section(name, declared) for name, declared in DECLARED.items()}
"""Protocol → its section [protocol]."""

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
    points: int | None = Field(default=None, ge=2)


class RunSection(BaseModel):
    """[run]: shots, in each setting if there is tomography ("none": no sampling noise), seed, engine, tomography.

    tomography = "full" measures the nine Pauli settings and assumes nothing; "X" measures five, for protocols that
    conserve the total σᶻ. The exact values stand beside every engine: under engine = "pulse" the counts deviate from
    them by what finite pulses cost.
    """

    model_config = CONFIG
    shots: Shots = Field(default=10_000, ge=1, le=MOST_SHOTS)
    seed: int = Field(default=0, ge=0)
    engine: Literal["aer", "exact", "pulse"] = "aer"
    tomography: Literal["full", "X"] = "full"


READ_OUT = frozenset({"hahn_echo", "ramsey", "relaxometry"})
"""Protocols that end with a readout, and have no tomography."""


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


WHOLE: frozenset[str] = frozenset(
    {"device.gate_slices"}
    | {f"protocol.{one.name}" for declared in DECLARED.values() for one in declared if one.kind == "whole"}
)
"""Paths of the parameters that count something."""

_OF_THE_LABORATORY: dict[str, tuple[str, Dimension]] = {
    "medium.a": ("a", "rate"),
    "medium.A": ("A", "rate"),
    "medium.q": ("q", "number"),
    "medium.a_tilde": ("ã", "rate"),
    "medium.A_tilde": ("Ã", "rate"),
    "medium.d": ("d", "rate"),
    "medium.D": ("D", "rate"),
    "medium.J": ("J", "rate"),
    "medium.Jz": ("Jz", "rate"),
    "medium.dm": ("DM", "rate"),
    "magnet.separation_nm": ("r", "number"),
    "magnet.height_nm": ("h", "number"),
    "magnet.azimuth_deg": ("φ", "number"),
    "magnet.frequency_ghz": ("Δ/2π", "number"),
    "magnet.temperature_k": ("T", "number"),
    "magnet.chemical_potential_ghz": ("μ/2π", "number"),
    "magnet.gap_ghz": ("Ω/2π", "number"),
    "magnet.field_mt": ("B", "number"),
    "magnet.thickness_nm": ("t", "number"),
    "magnet.damping": ("α", "number"),
    "magnet.coupling_mhz": ("λ/2π", "number"),
    "device.detuning": ("δ", "rate"),
    "device.single_qubit_error": ("r₁", "number"),
    "device.two_qubit_error": ("r₂", "number"),
    "device.initialisation_error": ("e", "number"),
    "device.intrinsic_t1": ("intrinsic T₁", "time"),
    "device.intrinsic_t2": ("intrinsic T₂", "time"),
    "device.monitor_efficiency": ("η", "number"),
    "device.monitor_false_alarm": ("f", "number"),
    "device.gate_slices": ("slices", "number"),
}
_OF_PROTOCOLS: dict[str, tuple[str, Dimension]] = {
    f"protocol.{one.name}": (one.symbol, _DIMENSIONS[one.kind])
    for declared in DECLARED.values()
    for one in declared
    if one.kind in _DIMENSIONS
}
PARAMETERS = _OF_THE_LABORATORY | _OF_PROTOCOLS
"""What can be scanned: symbol and dimension."""
