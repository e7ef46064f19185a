"""A parameter that an experiment varies, and its values."""

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instance, numeric_array, real_number, show, text
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol._toml import TomlFile, suggestion
from nvprotocol._typing import ArrayLike
from nvprotocol.device.file import OF_EQUATION
from nvprotocol.experiment.schema import PARAMETERS, Axis, ExperimentFile
from nvprotocol.units import LARGEST, in_house_units


@dataclass(frozen=True, eq=False)
@holds_read_only
class Sweep:
    """One parameter with its values in house units.

    Attributes:
        parameter: Path of the parameter, such as "protocol.duration".
        values: Its values, shape (n,).

    Raises:
        ArgumentError: If there is no such parameter, or the values are not numbers in a row.

    Examples:
        >>> sweep = nv.experiment.Sweep("device.detuning", np.array([0.0, 2.0]))
        >>> sweep.symbol, sweep.unit, sweep.is_whole
        ('δ', 'rad/µs', False)
    """

    parameter: str
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        if text(self.parameter, "parameter") not in PARAMETERS:
            meant = suggestion(self.parameter, list(PARAMETERS))
            fail("parameter", "be the path of a number", f"is {show(self.parameter)}{meant}")
        object.__setattr__(self, "values", values_in_a_row(self.values))
        protect(self)

    @property
    def symbol(self) -> str:
        """Symbol of the parameter, such as "δ"."""
        return PARAMETERS[self.parameter].symbol

    @property
    def label(self) -> str:
        """What an axis with it is called."""
        return PARAMETERS[self.parameter].label

    @property
    def unit(self) -> str:
        """Unit of the values, "" for a number."""
        return PARAMETERS[self.parameter].unit

    @property
    def is_whole(self) -> bool:
        """Whether the parameter counts something."""
        return PARAMETERS[self.parameter].is_whole

    @property
    def section(self) -> str:
        """The section that the parameter is in, such as "protocol"."""
        return self.parameter.partition(".")[0]

    @property
    def key(self) -> str:
        """Its key there, such as "duration"."""
        return self.parameter.partition(".")[2]

    @property
    def is_of_instruments(self) -> bool:
        """Whether the parameter is one of the device beyond medium, detuning, drive and offset."""
        of_device = self.section == "device" and self.key not in OF_EQUATION
        return of_device or self.parameter in ("magnet.frequency_ghz", "magnet.field_mt")  # the centres' splitting

    def number(self, value: float) -> int | float:
        """A value as the parameter takes it.

        Raises:
            ArgumentError: If it is no number, or a fraction where the parameter counts something.
        """
        number = real_number(value, "value", minimum=-LARGEST, maximum=LARGEST)
        if not self.is_whole:
            return number
        if not number.is_integer():
            fail("value", f"be a whole number, as {self.parameter} is one", f"is {show(number)}")
        return int(number)

    def put(self, content: ExperimentFile, value: float | NDArray[np.float64]) -> ExperimentFile:
        """The sections of a file with another value of the parameter, or an array of values.

        Raises:
            ArgumentError: If the file has no such section, or the value is no number and no array of numbers.
        """
        section = getattr(instance(content, "content", ExperimentFile, article="an"), self.section)
        if section is None or self.key not in type(section).model_fields:
            fail("content", f"have the key {self.parameter}", "does not have it")
        several = isinstance(value, np.ndarray)
        given: Any = numeric_array(value, "value", real=True, largest=LARGEST) if several else self.number(value)
        return content.model_copy(update={self.section: section.model_copy(update={self.key: given})})


def values_in_a_row(values: ArrayLike) -> NDArray[np.float64]:
    """An array of at least one value, with one axis."""
    array = numeric_array(values, "values", real=True, largest=LARGEST)
    if array.ndim != 1 or not array.size:
        fail("values", "have one axis with at least one value", f"has shape {array.shape}")
    return array


def sweep_of(axis: Axis, section: str, content: ExperimentFile, source: TomlFile) -> Sweep:
    """The parameter and its values in house units, from the section [scan] or [curves]."""

    def refuse(key: str, message: str) -> NoReturn:
        raise source.refusal((section, key), f'key "{section}.{key}" {message}')

    def number(key: str, value: float | str) -> float:
        with source.locating(lambda _: (section, key)):
            return in_house_units(value, PARAMETERS[axis.parameter].dimension)

    known = scannable(content)
    if axis.parameter not in known:
        meant = suggestion(axis.parameter, known)
        ended = "" if meant.endswith("?") else "."
        refuse("parameter", f'must be the path of a number, but is "{axis.parameter}"{meant}{ended}')
    listed, spanned = axis.values is not None, (axis.start, axis.stop, axis.points)
    if listed == (None not in spanned) or (listed and spanned != (None, None, None)):
        refuse("values", "must be given, or else `start`, `stop` and `points`, all three and not both.")
    if axis.values is not None:
        values = np.array([number("values", value) for value in axis.values])
    else:
        values = np.linspace(number("start", axis.start or 0.0), number("stop", axis.stop or 0.0), axis.points or 2)
    sweep = Sweep(axis.parameter, values)
    if sweep.is_whole and np.any(values != np.round(values)):
        first = show(float(values[values != np.round(values)][0]))
        refuse("values" if listed else "points", f"must give whole numbers, but gives {first}.")
    return sweep


def scannable(content: ExperimentFile) -> list[str]:
    """Paths of the parameters that medium or magnet, the device and the protocol have."""
    sections = {"medium": None if content.magnet else content.medium, "magnet": content.magnet}
    sections |= {"device": content.device, "protocol": content.protocol}
    present = {name: section for name, section in sections.items() if section is not None}
    keys = {f"{name}.{key}" for name, section in present.items() for key in type(section).model_fields}
    return [path for path in PARAMETERS if path in keys]
