"""Which column of a laboratory's table is what: roles by name, the unit in a name, and what a header leaves open."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from nvprotocol._checks import fail, mapping, one_of, show, text, texts
from nvprotocol._csv import quoted
from nvprotocol.errors import ArgumentError, FileError
from nvprotocol.units import UNIT_NAMES, Dimension, in_house_units

FORMATS: dict[str, tuple[str, ...]] = {
    "outcomes": ("outcome", "count"),
    "events": ("counts", "shots"),
    "averages": ("value", "error"),
    "photons": ("photons", "shots", "bright", "dark", "bit"),
}
"""Format → its columns besides those that say where a row was measured; "readings" has the readings themselves."""

_SAYS: dict[str, str] = {
    "readings": "a column for each reading",
    "outcomes": "outcome and count",
    "events": "counts and shots",
    "averages": "value and error",
    "photons": "photons and shots",
}
_OPTIONAL = ("bright", "dark", "bit")
_ROLES = ("scan", "curve", "setting", "discarded", *dict.fromkeys(one for names in FORMATS.values() for one in names))
_IN_BRACKETS = re.compile(r"(.*?)\s*[\[(]\s*([^\[\]()]*?)\s*[\])]")
_PER = re.compile(r"(.+)_rad_per_(s|ms|us|µs|μs|ns)")
_TIMES, _FREQUENCIES = ("s", "ms", "us", "µs", "μs", "ns", "ps", "min", "h"), ("hz", "khz", "mhz", "ghz")
_UNITS = {*_TIMES, *_FREQUENCIES, "nm", "um", "µm", "mm", "m", "k", "mk", "mt", "t", "g", "deg", "rad", "percent"}
"""What stands behind the last _ of a name as a unit; in brackets anything does."""
_BITS = re.compile(r"[01]+")
_MOST_BITS = 12


@dataclass(frozen=True)
class Variable:
    """A number at which the rows of a table were measured, such as a delay.

    Attributes:
        names: What its column may be called, with the unit behind it or not.
        dimension: "time", "rate" or "number": which units there are, and in which one bare numbers are, µs or rad/µs.
        named_unit: The unit of a plain number, such as "nm".
        is_whole: Whether it counts something.

    Raises:
        ArgumentError: If it has no name, or no such dimension.

    Examples:
        >>> nv.inference.Variable(("delta", "detuning"), "rate").names
        ('delta', 'detuning')
    """

    names: tuple[str, ...]
    dimension: Dimension = "time"
    named_unit: str = ""
    is_whole: bool = False

    def __post_init__(self) -> None:
        if not texts(self.names, "names") or not all(self.names):
            fail("names", "contain at least one name", f"is {show(self.names)}")
        one_of(self.dimension, "dimension", tuple(UNIT_NAMES))
        text(self.named_unit, "named_unit")

    @property
    def unit(self) -> str:
        """The unit of its values, "" for a number."""
        return UNIT_NAMES[self.dimension] or self.named_unit

    def scale(self, unit: str) -> float:
        """What a value in a unit is multiplied by.

        Args:
            unit: The unit, "" for house units.

        Raises:
            ArgumentError: If the unit is one of something else.

        Examples:
            >>> nv.inference.Variable(("tau",), "time").scale("ns")
            0.001
        """
        text(unit, "unit")
        if not unit or (self.named_unit and unit.casefold() == self.named_unit.casefold()):
            return 1.0
        if self.dimension == "number":
            fail("unit", f"be {self.named_unit}" if self.named_unit else "be left out", f"is {show(unit)}")
        try:
            return in_house_units(f"1 {unit}", self.dimension, "unit")
        except ArgumentError as error:
            raise ArgumentError("unit", error.must, f"is {show(unit)}") from None


TIME = Variable(("time", "t", "tau", "delay", "duration"))
"""A delay, as most tables have one."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        index: Its place, from 0.
        name: Its name in the header.
        scale: What its values are multiplied by, where they have a unit.
    """

    index: int
    name: str
    scale: float = 1.0


@dataclass(frozen=True)
class Header:
    """What the columns of a table are.

    Attributes:
        format: "readings", "outcomes", "events", "averages" or "photons".
        columns: Role → column; a reading is its own role.
        readings: The readings that have columns.
    """

    format: str
    columns: Mapping[str, Column]
    readings: tuple[str, ...]


def checked_columns(columns: object, scan: Variable) -> dict[str, tuple[str, ...]]:
    """Role → names of columns, as a user gives them.

    Raises:
        ArgumentError: If a role is none, or a name no text.
    """
    found: dict[str, tuple[str, ...]] = {}
    given: Mapping[Any, Any] = mapping(columns, "columns", "roles to names of columns")  # pyright: ignore[reportArgumentType]
    for role, name in given.items():
        known = "scan" if role == "time" and scan.dimension == "time" else role
        if not isinstance(known, str) or not (known in (*_ROLES, "ignore") or _BITS.fullmatch(known)):
            listed = ", ".join((*_ROLES, "ignore"))
            fail("columns", f"have as keys {listed}, or readings such as 01", f"has {show(role)}")
        if known in found:
            fail("columns", "name a column once", f"has {show(known)} and {show(role)}")
        of = f"columns[{role!r}]"
        found[known] = texts(name, of) if known == "ignore" and not isinstance(name, str) else (text(name, of),)
    return found


def header_of(
    fields: Sequence[str], place: str, chosen: Mapping[str, tuple[str, ...]], scan: Variable, curve: Variable | None
) -> Header:
    """What the columns of a header are.

    Args:
        fields: The names of the columns.
        place: File and line, for messages.
        chosen: Role → names of columns, where they are given.
        scan: What the rows are measured at.
        curve: What distinguishes curves; None for nothing.

    Raises:
        FileError: If a column is unknown, missing, there twice or of another format, or a unit is wrong.
    """
    _check_plain(fields, place)
    variables = {"scan": scan} | ({} if curve is None else {"curve": curve})
    columns: dict[str, Column] = {}
    for role, column in _assigned(fields, place, chosen, variables):
        if role in columns:
            both = f"{quoted(columns[role].name)} and {quoted(column.name)}"
            raise FileError(f"{place}: columns {both} are both {_meaning(role, variables)}; say which one to take.")
        columns[role] = column
    if "scan" not in columns:
        name = quoted(scan.names[0])
        raise FileError(f"{place}: column {name}, at which the rows were measured, is missing; say which it is.")
    readings = tuple(sorted(role for role in columns if _BITS.fullmatch(role)))
    found = _format_of(columns, readings, place)
    return Header(found, columns, _complete(readings, columns, place))


def _check_plain(fields: Sequence[str], place: str) -> None:
    """Refuses a header that is none, and names that are empty or there twice."""
    if all(_is_number(one) for one in fields) and not all(_BITS.fullmatch(one) for one in fields):
        raise FileError(f"{place}: the header must name the columns, but has numbers only (after # it is skipped).")
    for k, name in enumerate(fields):
        if not name:
            raise FileError(f"{place}: column {k + 1} has no name.")
        if list(fields).count(name) > 1:
            raise FileError(f"{place}: column {quoted(name)} is there twice.")


def _is_number(field: str) -> bool:
    try:
        float(field.replace(",", "."))
    except ValueError:
        return False
    return True


def _assigned(
    fields: Sequence[str], place: str, chosen: Mapping[str, tuple[str, ...]], variables: Mapping[str, Variable]
) -> Iterator[tuple[str, Column]]:
    """The role of each column; none of those that are left aside."""
    by_name: dict[str, str] = {}
    for role, names in chosen.items():
        for name in names:
            if name not in fields:
                there = ", ".join(fields[:12])
                raise FileError(f"{place}: column {quoted(name)}, named as {role}, is missing; there are {there}.")
            if by_name.setdefault(name, role) != role:
                raise FileError(f"{place}: column {quoted(name)} is named as {by_name[name]} and as {role}.")
    for k, name in enumerate(fields):
        role = by_name.get(name)
        if role is None:
            role = _recognised(name, variables)
            if role is not None and role in chosen:
                other = quoted(chosen[role][0])
                raise FileError(f"{place}: column {quoted(name)} says {role}, as which {other} is named; ignore one.")
        if role is None:
            raise FileError(f"{place}: column {quoted(name)} is not known{_meant(name, _known(variables))}")
        if role != "ignore":
            yield role, Column(k, name, _scale_of(name, role, variables, place))


def _recognised(name: str, variables: Mapping[str, Variable]) -> str | None:
    """The role that a name says."""
    for role, variable in variables.items():
        base, unit = _without_unit(name)
        if not {name, base, f"{base}_{unit}"}.isdisjoint(variable.names):
            return role
    plain = name.casefold()
    return plain if plain in _ROLES[2:] or (_BITS.fullmatch(plain) and len(plain) <= _MOST_BITS) else None


def _without_unit(name: str) -> tuple[str, str]:
    """A name and the unit behind it, "" for none."""
    if found := _IN_BRACKETS.fullmatch(name):
        return found[1], found[2]
    if found := _PER.fullmatch(name):
        return found[1], f"rad/{found[2]}"
    base, _, unit = name.rpartition("_")
    return (base, unit) if base and unit.casefold() in _UNITS else (name, "")


def _scale_of(name: str, role: str, variables: Mapping[str, Variable], place: str) -> float:
    variable = variables.get(role)
    if variable is None or name in variable.names:
        return 1.0
    base, unit = _without_unit(name)
    if f"{base}_{unit}" in variable.names:  # height_nm as "height (nm)"
        return 1.0
    try:
        return variable.scale(unit)
    except ArgumentError as error:
        raise FileError(f"{place}, column {quoted(name)}: {error.sentence('the unit')}") from None


def _known(variables: Mapping[str, Variable]) -> list[str]:
    """Names that a header may have, the most telling first."""
    return [*(name for one in variables.values() for name in one.names), *_ROLES[2:]]


def _meant(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1) or get_close_matches(_without_unit(name)[0], known, n=1)
    listed = f"known are {', '.join(known[:12])}, and ignore leaves a column aside."
    return f'; did you mean "{close[0]}"?' if close else f"; {listed}"


def _meaning(role: str, variables: Mapping[str, Variable]) -> str:
    return f"{role} ({variables[role].names[0]})" if role in variables else role


def _format_of(columns: Mapping[str, Column], readings: Sequence[str], place: str) -> str:
    """The format that the columns are of; those of two, or an incomplete one, are refused."""
    fits = ["readings"] if readings else []
    own = {name: role for name, roles in FORMATS.items() for role in roles[:2] if role in columns and role != "shots"}
    fits += list(own)
    if len(fits) > 1:
        both = " and ".join(_SAYS[one] for one in fits[:2])
        raise FileError(f"{place}: a table must have columns of one format, but has some of two: {both}.")
    if not fits:
        listed = "; or ".join(_SAYS.values())
        raise FileError(f"{place}: what was measured is missing; a table has {listed}.")
    (found,) = fits
    wanted = FORMATS.get(found, ())
    for role in wanted:
        if role not in columns and role not in _OPTIONAL:
            raise FileError(f"{place}: column {quoted(role)} is missing, which belongs to {quoted(own[found])}.")
    others = (
        *wanted,
        "scan",
        "curve",
        "setting",
        *readings,
        *(("discarded",) if found in ("readings", "events") else ()),
    )
    for role, column in columns.items():
        if role not in others:
            raise FileError(f"{place}: column {quoted(column.name)} does not belong to a table of {_SAYS[found]}.")
    if "setting" in columns and found not in ("readings", "outcomes"):
        raise FileError(f"{place}: a table with settings must have counts of readings, but has {_SAYS[found]}.")
    return found


def _complete(readings: Sequence[str], columns: Mapping[str, Column], place: str) -> tuple[str, ...]:
    """The readings, of which none is missing."""
    if not readings:
        return ()
    longest = max(map(len, readings))
    for one in readings:
        if len(one) != longest:
            named, other = columns[one].name, columns[max(readings, key=len)].name
            hint = " (a spreadsheet takes leading zeros away)" if longest <= _MOST_BITS else ""
            raise FileError(
                f"{place}: readings must have as many bits each, but {quoted(named)} and {quoted(other)} do not{hint}."
            )
    for value in range(2**longest):
        if f"{value:0{longest}b}" not in readings:
            raise FileError(f"{place}: column {quoted(f'{value:0{longest}b}')} is missing.")
    return tuple(readings)
