"""What a device file may say: sections, keys and types. Ranges are checked where the device is made."""

from typing import Any

from pydantic import BaseModel, Field

from nvprotocol._toml import CONFIG, Coupling, Factor, Lifetimes, Nanoseconds, Rate
from nvprotocol.device.magnet_schema import MagnetSection


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


class ControlSection(BaseModel):
    """[device.control]: the arguments of `Control`; complex entries of the crosstalk as [real, imaginary]."""

    model_config = CONFIG
    max_rabi: Rate | None = None
    max_detuning: Rate | None = None
    crosstalk: list[list[Factor]] | None = None
    envelope: str | None = None
    gradient: Rate | None = None


class DeviceSection(BaseModel):
    """[device]: the arguments of `Device`, the detuning δ in rad/µs, and a device that gives what is left out."""

    model_config = CONFIG
    base: str | None = None
    name: str | None = None
    detuning: Rate = 0.0
    dt_ns: float | None = None
    gate_ns: dict[str, Nanoseconds] | None = None
    single_qubit_error: float | None = None
    two_qubit_error: float | None = None
    readout: list[Any] | None = None
    readout_error: list[Any] | None = None
    initialisation_error: float | None = None
    intrinsic_t1: Lifetimes = None
    intrinsic_t2: Lifetimes = None
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
