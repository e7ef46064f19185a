"""Engines that follow compiled circuits: exact, Aer and pulses behind one face, looked up in one table."""

from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from nvprotocol._checks import one_of

if TYPE_CHECKING:
    from nvprotocol.device import Device
    from nvprotocol.engines.engine import Engine

EngineName: TypeAlias = Literal["aer", "exact", "pulse"]

_CLASSES: dict[str, str] = {"aer": "AerEngine", "exact": "ExactEngine", "pulse": "PulseEngine"}
"""Name of each engine, which is that of its module → its class."""


def engine_of(name: str, device: "Device") -> "Engine":
    """The engine of a name on a device, averaged over its quasi-static noise; only what it needs is imported.

    Raises:
        ArgumentError: If there is none.
    """
    one_of(name, "engine", get_args(EngineName))
    single = getattr(import_module(f"nvprotocol.engines.{name}"), _CLASSES[name])(device)
    if device.noise is None:
        return single
    return import_module("nvprotocol.engines.averaged").Averaged(single, device.noise)
