"""The rows of a laboratory's table: every cell checked, with file, line and column in what is said of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import NoReturn

from nvprotocol._checks import MOST_SHOTS
from nvprotocol._csv import quoted
from nvprotocol.errors import FileError
from nvprotocol.inference.data_columns import Column, Header, Variable
from nvprotocol.inference.readings import DISCARDED
from nvprotocol.units import LARGEST

_DIGITS = 12
"""Digits to which values are the same: 700 ns and 0.7 µs."""
_SIGMAS = 6.0
"""Error bars by which a share may lie outside of 0 to 1."""


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        scan: What it was measured at, in house units.
        curve: The value that distinguishes its curve, None where no column says it.
        setting: Its tomography setting, None where no column says it.
        numbers: Reading → runs; or "counts", "shots", "value", "error", "photons", "bright", "dark", "bit" → number.
        place: File and line.
    """

    scan: float
    curve: float | None
    setting: str | None
    numbers: Mapping[str, float]
    place: str


def rows_of(
    lines: Sequence[tuple[list[str], str]], header: Header, scan: Variable, curve: Variable | None
) -> Iterator[Row]:
    """The rows below a header.

    Args:
        lines: Fields and place of each line.
        header: What its columns are.
        scan: What the rows are measured at.
        curve: What distinguishes curves.

    Raises:
        FileError: If a cell is not what its column asks for; it names file, line and column.
    """
    for fields, place in lines:
        cells = _Cells(fields, place, header.columns)
        setting = cells.setting()
        yield Row(
            scan=cells.variable("scan", scan),
            curve=None if curve is None or "curve" not in header.columns else cells.variable("curve", curve),
            setting=setting,
            numbers=_numbers(header, cells, setting),
            place=place,
        )


def _numbers(header: Header, cells: "_Cells", setting: str | None) -> dict[str, float]:
    """What was measured in one row."""
    if header.format == "readings":
        bits = len(header.readings[0])
        if setting is not None and len(setting) != bits:
            cells.refuse("setting", f"must have as many letters as readings have bits, {bits}")
        counted = [*header.readings, *((DISCARDED,) if DISCARDED in header.columns else ())]
        return {one: cells.whole(one) for one in counted}
    if header.format == "outcomes":
        return {cells.outcome(setting): cells.whole("count")}
    return {"events": _events, "averages": _average, "photons": _photons}[header.format](cells)


def _events(cells: "_Cells") -> dict[str, float]:
    """Runs that read what is counted, and all of them."""
    found: dict[str, float] = {"counts": cells.whole("counts"), "shots": cells.whole("shots", minimum=1)}
    if found["counts"] > found["shots"]:
        cells.refuse("counts", f"must be at most the shots, {found['shots']:g}")
    return found | ({DISCARDED: cells.whole(DISCARDED)} if cells.has(DISCARDED) else {})


def _photons(cells: "_Cells") -> dict[str, float]:
    """Photons and runs, and what columns say of the calibration."""
    found: dict[str, float] = {"photons": cells.whole("photons"), "shots": cells.whole("shots", minimum=1)}
    for name in ("bright", "dark"):
        if cells.has(name):
            found[name] = cells.number(name)
            if found[name] < 0:
                cells.refuse(name, "must be at least 0 photons a run")
    if cells.has("bit"):
        found["bit"] = cells.whole("bit")
    return found


def _average(cells: "_Cells") -> dict[str, float]:
    """A share and its error bar."""
    found = {"value": cells.number("value"), "error": cells.number("error")}
    if found["error"] <= 0:
        cells.refuse("error", "must be greater than 0: it is the standard error of the value")
    room = _SIGMAS * found["error"]
    if not -room <= found["value"] <= 1 + room:
        cells.refuse("value", f"must be a share from 0 to 1 within {_SIGMAS:g} error bars (0.62, not 62 %)")
    return found


class _Cells:
    """The cells of one line, by role."""

    def __init__(self, fields: Sequence[str], place: str, columns: Mapping[str, Column]) -> None:
        self._fields, self._place, self._columns = fields, place, columns

    def has(self, role: str) -> bool:
        """Whether there is a column for it."""
        return role in self._columns

    def _text(self, role: str) -> str:
        text = self._fields[self._columns[role].index]
        if not text:
            raise FileError(f"{self._place}, column {quoted(self._columns[role].name)}: the cell is empty.")
        return text

    def refuse(self, role: str, must: str) -> NoReturn:
        """Says what is wrong with a cell."""
        column = self._columns[role]
        raise FileError(f"{self._place}, column {quoted(column.name)}: {must}, but is {quoted(self._text(role))}.")

    def number(self, role: str) -> float:
        """A finite number."""
        text = self._text(role)
        try:
            value = float(text)
        except ValueError:
            plain = text.replace(",", ".", 1)
            if "," in text and _is_number(plain):
                self.refuse(role, f"must have a point as its decimal mark, such as {plain}")
            self.refuse(role, "must be a number")
        if not isfinite(value) or "_" in text:  # Python's own way of writing digits in groups
            self.refuse(role, "must be a finite number")
        if abs(value) > LARGEST:
            self.refuse(role, f"must be at most {LARGEST:g} in size")
        return value

    def whole(self, role: str, minimum: int = 0) -> int:
        """A number of runs or photons."""
        value = self.number(role)
        if not value.is_integer():
            self.refuse(role, "must be a whole number")
        if value < minimum:
            self.refuse(role, f"must be at least {minimum}")
        if value > MOST_SHOTS:
            self.refuse(role, f"must be at most {MOST_SHOTS:g}")
        return int(value)

    def variable(self, role: str, variable: Variable) -> float:
        """What a row was measured at, in house units."""
        value = float(f"{self.number(role) * self._columns[role].scale:.{_DIGITS}g}")
        if variable.is_whole and not value.is_integer():
            self.refuse(role, "must be a whole number")
        return value

    def setting(self) -> str | None:
        """A tomography setting; None without such a column."""
        if "setting" not in self._columns:
            return None
        text = self._text("setting")
        if set(text) - set("XYZ"):
            self.refuse("setting", "must be letters out of X, Y and Z")
        return text

    def outcome(self, setting: str | None) -> str:
        """A reading, or what says that it was discarded."""
        text = self._text("outcome")
        if text.casefold() == DISCARDED:
            return DISCARDED
        if set(text) - {"0", "1"}:
            self.refuse("outcome", "must be bits such as 01, or discarded")
        if setting is not None and len(text) != len(setting):
            hint = " (a spreadsheet takes leading zeros away)" if len(text) < len(setting) else ""
            self.refuse("outcome", f"must have {len(setting)} bits, one for each letter of its setting{hint}")
        return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
