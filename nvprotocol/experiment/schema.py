"""What an experiment file may say: sections, keys, types and dimensions."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from nvprotocol.units import Dimension, in_house_units

_CONFIG = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def _quantity(dimension: Dimension) -> Any:
    return BeforeValidator(lambda value: in_house_units(value, dimension) if isinstance(value, str) else value)


def _complex(value: object) -> object:
    if isinstance(value, list) and len(value) == 2 and all(type(part) in (int, float) for part in value):
        return complex(*value)
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return complex(in_house_units(value, "rate"))
    return value


Time: TypeAlias = Annotated[float, _quantity("time")]
Rate: TypeAlias = Annotated[float, _quantity("rate")]
Shots: TypeAlias = Annotated[int | None, BeforeValidator(lambda value: None if value == "none" else value)]
Coupling: TypeAlias = Annotated[complex, BeforeValidator(_complex)]


class MediumSection(BaseModel):
    """[medium]: `Medium.pair` in the paper's symbols; rates in rad/µs, complex couplings as [real, imaginary]."""

    model_config = _CONFIG
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


class DeviceSection(BaseModel):
    """[device]: the detuning δ in rad/µs."""

    model_config = _CONFIG
    detuning: Rate = 0.0


class MonitoredBell(BaseModel):
    """[protocol] with name = "monitored_bell"."""

    model_config = _CONFIG
    name: Literal["monitored_bell"]
    duration: Time = 1.0
    checks: int = Field(default=20, ge=1)
    initial: str = "ud"


class DissipativeEntanglement(BaseModel):
    """[protocol] with name = "dissipative_entanglement"."""

    model_config = _CONFIG
    name: Literal["dissipative_entanglement"]
    duration: Time = 1.0
    initial: str = "ud"


PROTOCOLS: dict[str, type[BaseModel]] = {
    "dissipative_entanglement": DissipativeEntanglement,
    "monitored_bell": MonitoredBell,
}


class Axis(BaseModel):
    """[scan] or [curves]: one parameter and its values, listed or from `start` to `stop` in `points`."""

    model_config = _CONFIG
    parameter: str
    values: tuple[float | str, ...] | None = Field(default=None, strict=False, min_length=1)
    start: float | str | None = None
    stop: float | str | None = None
    points: int | None = Field(default=None, ge=2)


class RunSection(BaseModel):
    """[run]: shots in each of the nine settings ("none" for no sampling noise), seed, engine."""

    model_config = _CONFIG
    shots: Shots = Field(default=10_000, ge=1, le=10**12)
    seed: int = Field(default=0, ge=0)
    engine: Literal["aer", "exact"] = "aer"


class ExperimentFile(BaseModel):
    """The whole file."""

    model_config = _CONFIG
    title: str = ""
    medium: MediumSection = Field(default_factory=MediumSection)
    device: DeviceSection = Field(default_factory=DeviceSection)
    protocol: MonitoredBell | DissipativeEntanglement = Field(discriminator="name")
    scan: Axis
    curves: Axis | None = None
    run: RunSection = Field(default_factory=RunSection)


PARAMETERS: dict[str, tuple[str, Dimension]] = {
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
    "device.detuning": ("δ", "rate"),
    "protocol.duration": ("t", "time"),
    "protocol.checks": ("checks", "number"),
}
"""What can be scanned: symbol and dimension."""
