"""Units of this package, and quantities written with a unit.

Times are in µs and rates in rad/µs = 10⁶ s⁻¹. A text such as "50 ns" or "0.2 rad/ms" is converted; a frequency in Hz is
refused, since it leaves open who multiplies by 2π.
"""

from typing import Literal, TypeAlias

from nvprotocol._checks import fail, one_of, real_number, show

__all__ = ["Dimension", "in_house_units"]

Dimension: TypeAlias = Literal["time", "time in ns", "rate", "number"]

_MICROSECONDS = {"s": 1e6, "ms": 1e3, "us": 1.0, "µs": 1.0, "μs": 1.0, "ns": 1e-3, "ps": 1e-6}
_SCALES: dict[Dimension, dict[str, float]] = {
    "time": _MICROSECONDS,
    "time in ns": {unit: 1000 * scale for unit, scale in _MICROSECONDS.items()},
    "rate": {
        f"{prefix}/{unit}": scale
        for prefix in ("rad", "1", "")
        for unit, scale in (("s", 1e-6), ("ms", 1e-3), ("us", 1.0), ("µs", 1.0), ("μs", 1.0), ("ns", 1e3))
    },
    "number": {},
}
LARGEST = 1e100
"""Greatest size of a number in a file: products of a few still fit into double precision."""
UNIT_NAMES: dict[Dimension, str] = {"time": "µs", "time in ns": "ns", "rate": "rad/µs", "number": ""}


def in_house_units(value: float | str, dimension: Dimension, name: str = "value") -> float:
    """A quantity as a number in µs or rad/µs.

    Args:
        value: A number, already in µs or rad/µs, or a text of a number and a unit, such as "50 ns".
        dimension: "time", "rate" or "number"; "time in ns" gives, and takes bare numbers as, ns instead of µs.
        name: Name of the argument in error messages.

    Raises:
        ArgumentError: If the text is not a number and a unit of that dimension.

    Examples:
        >>> from nvprotocol.units import in_house_units
        >>> in_house_units("50 ns", "time"), in_house_units("2000 rad/s", "rate"), in_house_units(3.0, "time")
        (0.05, 0.002, 3.0)
    """
    scales = _SCALES[one_of(dimension, "dimension", tuple(_SCALES))]
    if not isinstance(value, str):
        return real_number(value, name)
    number, _, unit = value.strip().partition(" ")
    unit = unit.strip()
    try:
        magnitude = float(number)
    except ValueError:
        fail(name, 'be a number, or a number and a unit such as "50 ns"', f"is {show(value)}")
    if not unit and not scales:
        return real_number(magnitude, name)
    if unit not in scales:
        fail(name, _allowed(dimension), f"is {show(value)}")
    converted = real_number(magnitude * scales[unit], name)
    if abs(converted) > LARGEST:
        fail(name, f"be at most {LARGEST:g} {UNIT_NAMES[dimension]} in size", f"is {show(value)}")
    return converted


def _allowed(dimension: Dimension) -> str:
    if dimension in ("time", "time in ns"):
        return f"be a time in s, ms, us, ns or ps (a bare number is in {UNIT_NAMES[dimension]})"
    if dimension == "rate":
        return (
            "be an angular rate in rad/s, rad/ms, rad/us or rad/ns (bare numbers are in rad/µs; a frequency times 2π)"
        )
    return "be a number without a unit"
