"""A parameter that an experiment varies, and its values."""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol._toml import in_file, suggestion
from nvprotocol.errors import ArgumentError, ExperimentFileError
from nvprotocol.experiment.schema import PARAMETERS, WHOLE, Axis, ExperimentFile
from nvprotocol.units import UNIT_NAMES, in_house_units

_UNITS = {"nm": "nm", "ghz": "GHz", "mhz": "MHz", "k": "K", "mt": "mT", "deg": "°"}
"""Units that the names of keys end in."""


@holds_read_only
@dataclass(frozen=True, eq=False)
class Sweep:
    """One parameter with its values in house units.

    Attributes:
        parameter: Path of the parameter, such as "protocol.duration".
        values: Its values, shape (n,).

    Examples:
        >>> sweep = nv.experiment.Sweep("device.detuning", np.array([0.0, 2.0]))
        >>> sweep.symbol, sweep.unit, sweep.is_whole
        ('δ', 'rad/µs', False)
    """

    parameter: str
    values: NDArray[np.float64]

    @property
    def symbol(self) -> str:
        """Symbol of the parameter, such as "δ"."""
        return PARAMETERS[self.parameter][0]

    @property
    def unit(self) -> str:
        """Unit of the values, "" for a number."""
        unit = UNIT_NAMES[PARAMETERS[self.parameter][1]]
        return unit or _UNITS.get(self.parameter.rpartition("_")[2], "")

    @property
    def is_whole(self) -> bool:
        """Whether the parameter counts something."""
        return self.parameter in WHOLE


def sweep_of(axis: Axis, section: str, content: ExperimentFile, text: str, source: str) -> Sweep:
    """The parameter and its values in house units, from the section [scan] or [curves]."""

    def refuse(key: str, message: str) -> NoReturn:
        raise ExperimentFileError(in_file(source, text, (section, key), f'key "{section}.{key}" {message}'))

    def number(key: str, value: float | str) -> float:
        try:
            return in_house_units(value, PARAMETERS[axis.parameter][1])
        except ArgumentError as error:
            refuse(key, f"must {str(error).split(' must ', 1)[-1]}")

    known = _scannable(content)
    if axis.parameter not in known:
        meant = suggestion(axis.parameter, known)
        refuse("parameter", f'must be the path of a number, but is "{axis.parameter}"{meant}')
    listed, spanned = axis.values is not None, (axis.start, axis.stop, axis.points)
    if listed == (None not in spanned) or (listed and spanned != (None, None, None)):
        refuse("values", "must be given, or else `start`, `stop` and `points`, all three and not both.")
    if axis.values is not None:
        values = np.array([number("values", value) for value in axis.values])
    else:
        values = np.linspace(number("start", axis.start or 0.0), number("stop", axis.stop or 0.0), axis.points or 2)
    sweep = Sweep(axis.parameter, values)
    if sweep.is_whole and np.any(values != np.round(values)):
        refuse("values" if listed else "points", f"must give whole numbers, but gives {values.tolist()}.")
    return sweep


def _scannable(content: ExperimentFile) -> list[str]:
    """Paths of the parameters of medium or magnet, device and protocol."""
    sections = {"medium": None if content.magnet else content.medium, "magnet": content.magnet}
    sections |= {"device": content.device, "protocol": content.protocol}
    keys = {f"{name}.{key}" for name, one in sections.items() if one is not None for key in type(one).model_fields}
    return [path for path in PARAMETERS if path in keys]
