"""Types of the values in a file: numbers in house units, or texts such as "50 ns"."""

from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, ConfigDict

from nvprotocol.units import Dimension, in_house_units

CONFIG = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
"""How every section of a file is read: no unknown key, nothing converted silently, every number finite."""


def _quantity(dimension: Dimension) -> Any:
    return BeforeValidator(lambda value: in_house_units(value, dimension) if isinstance(value, str) else value)


def _complex(value: object) -> object:
    if isinstance(value, list) and len(value) == 2 and all(type(part) in (int, float) for part in value):
        return complex(*value)
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return complex(in_house_units(value, "rate"))
    return value


def _times(value: object) -> object:
    if isinstance(value, list):
        return tuple(in_house_units(one, "time") for one in value)
    return in_house_units(value, "time") if isinstance(value, int | float | str) else value


Time: TypeAlias = Annotated[float, _quantity("time")]
"""A time in µs."""
Times: TypeAlias = Annotated[float | tuple[float, ...], BeforeValidator(_times)]
"""A time in µs, or one for each qubit."""
Rate: TypeAlias = Annotated[float, _quantity("rate")]
"""A rate in rad/µs."""
Coupling: TypeAlias = Annotated[complex, BeforeValidator(_complex)]
"""A complex rate in rad/µs: a number, or [real, imaginary]."""
