"""Types of the values in a file: numbers in house units, or texts such as "50 ns"."""

import math
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field

from nvprotocol.units import Dimension, in_house_units

CONFIG = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
"""How every section of a file is read: no unknown key, nothing converted silently, every number finite."""


def _quantity(dimension: Dimension) -> Any:
    return BeforeValidator(lambda value: in_house_units(value, dimension) if isinstance(value, str) else value)


def _factor(value: object) -> object:
    if isinstance(value, list) and len(value) == 2 and all(type(part) in (int, float) for part in value):
        return complex(*value)
    return complex(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _complex(value: object) -> object:
    if isinstance(value, list):
        return _factor(value)
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return complex(in_house_units(value, "rate"))
    return value


def _lifetime(value: float | str) -> float:
    """A time, of which there may be no end."""
    return math.inf if value in ("none", math.inf) else in_house_units(value, "time")


def _lifetimes(value: object) -> object:
    if isinstance(value, list):
        return tuple(_lifetime(one) for one in value)
    if value in ("none", math.inf):
        return None
    return in_house_units(value, "time") if isinstance(value, int | float | str) else value


def _nanoseconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    return float(f"{in_house_units(value, 'time in ns'):.15g}")  # the decimal fraction that was written


Time: TypeAlias = Annotated[float, _quantity("time")]
"""A time in µs."""
Lifetimes: TypeAlias = Annotated[
    float | tuple[Annotated[float, Field(allow_inf_nan=True)], ...] | None, BeforeValidator(_lifetimes)
]
"""A time in µs, or one for each qubit; "none" is infinite."""
Nanoseconds: TypeAlias = Annotated[float, BeforeValidator(_nanoseconds)]
"""A time in ns."""
Rate: TypeAlias = Annotated[float, _quantity("rate")]
"""A rate in rad/µs."""
Coupling: TypeAlias = Annotated[complex, BeforeValidator(_complex)]
"""A complex rate in rad/µs: a number, or [real, imaginary]."""
Factor: TypeAlias = Annotated[complex, BeforeValidator(_factor)]
"""A complex number without a unit: a number, or [real, imaginary]."""
