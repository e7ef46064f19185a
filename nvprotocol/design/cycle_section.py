"""The section [cycle] of a design file, and the same cycle as the instruments of a device file."""

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from nvprotocol._checks import fail, show
from nvprotocol._toml import CONFIG, Time
from nvprotocol.design.cycle import Cycle
from nvprotocol.device import BUILTIN, Device

_NS_PER_US = 1000.0


class CycleSection(BaseModel):
    """[cycle]: the arguments of `Cycle`, and a device whose instruments give what is left out. Times have units."""

    model_config = CONFIG
    device: str | None = None
    checks: int | None = None
    period: Time | None = None
    check_duration: Time | None = None
    efficiency: float | None = None
    false_alarm: float | None = None
    gate_duration: Time | None = None
    gate_error: float | None = None
    preparation: Time | None = None
    final_readout: Time | None = None
    initialisation_error: float | None = None
    flip_duration: Time | None = None
    flip_error: float | None = None


def cycle_of(section: CycleSection, folder: Path) -> Cycle:
    """The cycle that a section describes; the path of a device begins at the folder of the file.

    Raises:
        ArgumentError: If the cycle refuses an argument, or there is no such device.
        DeviceFileError: If the file of the device cannot be read.

    Examples:
        >>> from pathlib import Path
        >>> from nvprotocol.design.cycle_section import CycleSection, cycle_of
        >>> cycle = cycle_of(CycleSection(device="nv_cryogenic", checks=1, final_readout=0.0), Path())
        >>> cycle.check_duration, cycle.final_readout, cycle.checks
        (500.3, 0.0, 1)
    """
    given = {name: value for name, value in section if value is not None and name != "device"}
    if section.device is None:
        return Cycle(**given)
    named = section.device in BUILTIN
    if not named and not (folder / section.device).is_file():
        must = f"be the name of a built-in device ({', '.join(BUILTIN)}) or a device file"
        fail("device", must, f"is {show(section.device)}")
    device = Device.builtin(section.device) if named else Device.from_toml(folder / section.device)
    return replace(Cycle.of_device(device), **given)


def instruments(cycle: Cycle) -> Mapping[str, Any]:
    """The keys of a section [device] for the instruments of a cycle, those that are not perfect and instantaneous.

    What precedes an attempt is no part of a circuit, and left out.

    Examples:
        >>> from nvprotocol.design.cycle_section import instruments
        >>> instruments(nv.design.Cycle(check_duration=0.5, efficiency=0.95))
        {'monitor_efficiency': 0.95, 'gate_ns': {'monitor_measure': 500.0}}
    """
    keys = {
        "monitor_efficiency": "efficiency",
        "monitor_false_alarm": "false_alarm",
        "initialisation_error": "initialisation_error",
        "two_qubit_error": "gate_error",
        "single_qubit_error": "flip_error",
    }
    usual = {one.name: one.default for one in fields(Cycle)}
    found: dict[str, Any] = {key: getattr(cycle, name) for key, name in keys.items()}
    found = {key: value for key, value in found.items() if value != usual[keys[key]]}
    durations = {"measure": cycle.final_readout, "cx": cycle.gate_duration, "x": cycle.flip_duration}
    nanoseconds = {name: _ns(value) for name, value in durations.items() if value}
    if cycle.check_duration or cycle.final_readout:  # on a monitor qubit "measure" takes as long unless said otherwise
        nanoseconds["monitor_measure"] = _ns(cycle.check_duration)
    return found | ({"gate_ns": nanoseconds} if nanoseconds else {})


def _ns(time: float) -> float:
    return float(f"{time * _NS_PER_US:.12g}")
