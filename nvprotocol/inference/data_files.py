r"""Tables of a laboratory: what was measured at each value of a parameter, as CSV, and what it means for a fit.

A table has a header, and comma, semicolon or tab between its columns; empty lines and lines that begin with # are
skipped. One column says what the rows were measured at, with the unit behind its name (`tau_us`, `duration_ns`,
`"duration (us)"`) or in µs and rad/µs. What was measured is one of

    tau_us,00,01,10,11,discarded       runs by reading, those that were not kept in a column of their own or in none
    tau_us,outcome,count               one reading in each line; those that are left out have not been seen
    tau_us,counts,shots,discarded      runs that read what is counted, out of those that were kept
    tau_us,value,error                 the share of these with its standard error: weaker than the counts it came from
    tau_us,photons,shots,bright,dark   photons over many runs, and photons a run of either reading, from a calibration

and a column `setting` says the Pauli letters of a tomography circuit. Readings are in Qiskit's order. Where several
bits are read, a column `bit` says which of them the photons are of, 0 for the right-most.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instance, instances, numeric_array, real_number, show, text, texts, whole_number
from nvprotocol._checks import path as as_path
from nvprotocol._csv import quoted, read_rows
from nvprotocol._read_only import holds_read_only, protect
from nvprotocol._reading import read_text
from nvprotocol.errors import ArgumentError, FileError
from nvprotocol.inference.data_cells import Row, rows_of
from nvprotocol.inference.data_columns import TIME, Variable, checked_columns, header_of
from nvprotocol.inference.readings import DISCARDED, Average, Counts, Events, Photons, Reading

__all__ = ["DataTable", "read_data"]

SUFFIXES = (".csv", ".tsv", ".txt")
MOST_BYTES = 2**25
"""Size of the largest table that is read."""
_MOST_BITS = 12


@dataclass(frozen=True, eq=False)
@holds_read_only
class DataTable:
    """What a laboratory has measured at some values of a parameter.

    Attributes:
        values: What was varied, in µs, rad/µs or a plain number, shape (R,).
        readings: What was measured at each.
        places: File and line of each; of several lines that were added the first.
        curves: The value that distinguishes the curve of each, shape (R,); None where no column says it.
        settings: The tomography setting of each; None where no column says it.

    Raises:
        ArgumentError: If there is not one of each for every value.

    Examples:
        >>> table = nv.inference.DataTable(np.array([0.5, 1.0]), (nv.inference.Average(0.4, 0.1),) * 2, ("here",) * 2)
        >>> len(table), table.averages
        (2, 2)
    """

    values: NDArray[np.float64]
    readings: tuple[Reading, ...]
    places: tuple[str, ...]
    curves: NDArray[np.float64] | None = None
    settings: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        values = numeric_array(self.values, "values", real=True)
        if values.ndim != 1 or not values.size:
            fail("values", "have one axis with at least one value", f"has shape {values.shape}")
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "readings", tuple(instances(self.readings, "readings", Reading)))
        object.__setattr__(self, "places", texts(self.places, "places"))
        if self.curves is not None:
            curves = numeric_array(self.curves, "curves", real=True)
            if curves.ndim != 1:
                fail("curves", "have one axis", f"has shape {curves.shape}")
            object.__setattr__(self, "curves", curves)
        if self.settings is not None:
            object.__setattr__(self, "settings", texts(self.settings, "settings"))
        for name in ("readings", "places", "curves", "settings"):
            given = getattr(self, name)
            if given is not None and len(given) != values.size:
                fail(name, f"have one entry for each of {values.size} values", f"has {len(given)}")
        protect(self)

    def __len__(self) -> int:
        return self.values.size

    @property
    def averages(self) -> int:
        """How many readings are averages with an error bar, taken as normal."""
        return sum(isinstance(one, Average) for one in self.readings)

    @property
    def discarded(self) -> str:
        """What `fit` is told of runs that were not kept: "counted", or "unknown" where the tables do not say them."""
        return "counted" if any(map(_says_discarded, self.readings)) else "unknown"


def read_data(
    paths: str | Path | Sequence[str | Path],
    columns: Mapping[str, str | Sequence[str]] | None = None,
    *,
    scan: Variable | str = TIME,
    curve: Variable | None = None,
    bits: int | None = None,
    counted: Sequence[str] | None = None,
    bright: float | None = None,
    dark: float | None = None,
) -> DataTable:
    r"""Reads one or several tables that a laboratory has written; `nvprotocol.inference.data_files` says what they are.

    Rows at the same value, curve and setting are added, also those of several files; averages stay apart.

    Args:
        paths: Files that end in .csv, .tsv or .txt.
        columns: Role → name of the column, where the header does not say it: "scan" (or "time"), "curve", "setting",
            "discarded", "outcome", "count", "counts", "shots", "value", "error", "photons", "bright", "dark", "bit", or
            a reading such as "01". "ignore" names one or several columns that are left aside.
        scan: What the rows are measured at; a text is the name of a time.
        curve: What distinguishes curves, if there is a column for it.
        bits: Number of bits of a reading; by default as many as the table has.
        counted: The readings whose runs `counts` are, or whose share `value` is; by default that of `Average`.
        bright: Photons a run of the reading 0, where the table has no column for it.
        dark: Photons a run of the reading 1.

    Returns:
        A `DataTable`, in the order of the files: with the circuit of each value, `readings` are the counts of `fit`.

    Raises:
        ArgumentError: If an argument is not as described.
        FileError: If a file cannot be read, or is not such a table; the message names file, line and column.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "relaxation.csv"
        >>> _ = file.write_text("tau_ns;n1;n\n400;310;1000\n1000;402;1000\n400;300;1000\n")
        >>> names = {"counts": "n1", "shots": "n"}
        >>> table = nv.inference.read_data(file, names, scan="tau", counted=["01", "10"])
        >>> table.values, table.readings[0]
        (array([0.4, 1. ]), Events(number=610, shots=2000, readings=('01', '10'), discarded=None))
    """
    files = [as_path(one, "paths") for one in ([paths] if isinstance(paths, str | Path) else _listed(paths))]
    variable = Variable((text(scan, "scan"),)) if isinstance(scan, str) else instance(scan, "scan", Variable)
    if curve is not None:
        instance(curve, "curve", Variable)
    if bits is not None:
        whole_number(bits, "bits", minimum=1, maximum=_MOST_BITS)
    chosen = checked_columns(columns, variable)
    beside = {name: one for name, one in (("bright", bright), ("dark", dark)) if one is not None}
    for name, one in beside.items():
        real_number(one, name, minimum=0.0)
    collected = _Collected(bits, None if counted is None else texts(counted, "counted"), beside)
    for file in files:
        header, rows = _read(file, chosen, variable, curve)
        collected.begin(str(file), header.columns)
        for row in rows:
            collected.add(row, header.format)
    return collected.table()


def _says_discarded(reading: Reading) -> bool:
    """Whether a reading says how many runs were not kept."""
    if isinstance(reading, Events):
        return reading.discarded is not None
    return isinstance(reading, Counts) and DISCARDED in reading.numbers


def _listed(paths: object) -> Sequence[Any]:
    if not isinstance(paths, list | tuple) or not paths:
        fail("paths", "be a file, or a sequence of at least one", f"is {show(paths)}")
    return paths


def _read(file: Path, chosen: Mapping[str, Any], scan: Variable, curve: Variable | None) -> tuple[Any, Iterator[Row]]:
    """What the columns of a file are, and its rows."""
    if file.suffix.lower() not in SUFFIXES:
        raise FileError(f"{file}: a table of data must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    content = read_text(file, most=MOST_BYTES, encoding="utf-8-sig")
    (fields, place), *lines = read_rows(content, str(file))
    header = header_of(fields, place, chosen, scan, curve)
    if not lines:
        raise FileError(f"{file}: there are no data below the header.")
    return header, rows_of([(one.fields, one.place) for one in lines], header, scan, curve)


@dataclass
class _Sum:
    """Rows that belong together."""

    row: Row
    kind: str
    numbers: dict[str, float] = field(default_factory=dict)


class _Collected:
    """The rows of all files, added where they were measured at the same.

    Args:
        bits: Number of bits of a reading; None for as many as there are.
        counted: The readings that events and averages are of.
        beside: Photons a run that no column says.
    """

    def __init__(self, bits: int | None, counted: tuple[str, ...] | None, beside: Mapping[str, float]) -> None:
        self._bits, self._counted, self._beside, self._example = bits, counted, beside, ""
        self._sums: dict[tuple[Any, ...], _Sum] = {}
        self._first: dict[str, tuple[bool, str]] = {}
        self._says_discarded: dict[str, bool] = {}

    def begin(self, file: str, columns: Mapping[str, Any]) -> None:
        """Refuses a file whose columns say more or less of a row than those before."""
        for role in ("curve", "setting"):
            self._alike(role, role in columns, file, f"must have a column {quoted(role)} in all files or in none")
        for name in self._beside:
            if name in columns:
                raise FileError(f"{file}: {name} must be a column or given beside, but is both.")

    def _alike(self, what: str, given: bool, place: str, must: str) -> None:
        known, where = self._first.setdefault(what, (given, place))
        if known != given:
            raise FileError(f"{place}: a table {must}, but {where} {'has' if known else 'has not'}.")

    def add(self, row: Row, kind: str) -> None:
        """Takes a row."""
        if kind in ("readings", "outcomes"):
            self._check_bits(row)
            kind = "runs"
        numbers = dict(row.numbers)
        apart: tuple[Any, ...] = ()
        if kind == "averages":
            apart = (len(self._sums),)
        elif kind == "photons":
            calibrated = self._calibration(row)
            apart = tuple(calibrated.items())
            numbers = {name: numbers[name] for name in ("photons", "shots")}
            row = Row(row.scan, row.curve, row.setting, calibrated, row.place)
        key = (kind, row.scan, row.curve, row.setting, *apart)
        if kind in ("runs", "events"):
            file = row.place.rpartition(", line")[0]
            self._says_discarded[file] = self._says_discarded.get(file, False) or DISCARDED in numbers
        found = self._sums.setdefault(key, _Sum(row, kind))
        for name, number in numbers.items():
            found.numbers[name] = found.numbers.get(name, 0) + number

    def _check_bits(self, row: Row) -> None:
        """Refuses readings of another length."""
        for reading in row.numbers:
            if reading == DISCARDED:
                continue
            if self._bits is None:
                self._example = reading
            self._bits = len(reading) if self._bits is None else self._bits
            if len(reading) == self._bits:
                continue
            shown, noun = quoted(reading), "bit" if self._bits == 1 else "bits"
            hint = " (a spreadsheet takes leading zeros away)" if len(reading) < self._bits or self._example else ""
            if self._example:
                both = f"{quoted(self._example)} and {shown}"
                raise FileError(f"{row.place}: readings must have as many bits each, but {both} do not{hint}.")
            raise FileError(f"{row.place}: a reading must have {self._bits} {noun}, but is {shown}{hint}.")

    def _calibration(self, row: Row) -> dict[str, float]:
        """Photons a run of either reading, and of which bit."""
        found = {name: row.numbers.get(name, self._beside.get(name)) for name in ("bright", "dark")}
        for name, value in found.items():
            if value is None:
                raise FileError(f"{row.place}: column {quoted(name)} is missing, and is not given beside the table.")
        if "bit" not in row.numbers and (self._bits or 1) > 1:
            raise FileError(f'{row.place}: column "bit" is missing, which of {self._bits} bits the photons are of.')
        return {name: value for name, value in found.items() if value is not None} | {"bit": row.numbers.get("bit", 0)}

    def table(self) -> DataTable:
        """All of it.

        Raises:
            FileError: If a sum is none of runs, or discarded runs are counted here and there only.
        """
        sums = list(self._sums.values())
        told = [file for file, says in self._says_discarded.items() if says]
        for file, says in self._says_discarded.items():
            if told and not says:
                must = "must say the runs that were discarded for all rows or for none"
                raise FileError(f"{file}: a table {must}, but {told[0]} has.")
        if self._beside and not any(one.kind == "photons" for one in sums):
            fail(min(self._beside), "be left out where no table counts photons", "is given")
        files = {one.row.place.rpartition(", line")[0] for one in sums if DISCARDED in one.numbers}
        for one in sums:
            if one.kind == "runs" and one.row.place.rpartition(", line")[0] in files:
                one.numbers.setdefault(DISCARDED, 0)
        for one in sums:
            if one.kind in ("runs", "events"):
                must = "must say the runs that were discarded for all rows or for none"
                self._alike(DISCARDED, DISCARDED in one.numbers, one.row.place, must)
        readings = tuple(map(self._reading, sums))
        first = sums[0].row
        return DataTable(
            np.array([one.row.scan for one in sums]),
            readings,
            tuple(one.row.place for one in sums),
            None if first.curve is None else np.array([one.row.curve for one in sums], dtype=float),
            None if first.setting is None else tuple(str(one.row.setting) for one in sums),
        )

    def _reading(self, one: _Sum) -> Reading:
        """What was measured, as a fit takes it."""
        number = one.numbers
        try:
            if one.kind == "runs":
                counts = {name: int(value) for name, value in number.items()}
                if not sum(counts.values()):
                    fail("counts", "hold at least one run", "hold none")
                return Counts(counts)
            if one.kind == "events":
                if self._counted is None:
                    fail("counted", "name the readings that `counts` are of", "is left out")
                lost = number.get(DISCARDED)
                runs = int(number["counts"]), int(number["shots"])
                return Events(*runs, self._counted, None if lost is None else int(lost))
            if one.kind == "averages":
                weights = None if self._counted is None else dict.fromkeys(self._counted, 1.0)
                return Average(number["value"], number["error"], weights)
            calibrated = one.row.numbers
            return Photons(
                int(number["photons"]),
                int(number["shots"]),
                calibrated["bright"],
                calibrated["dark"],
                int(calibrated["bit"]),
            )
        except ArgumentError as error:
            raise FileError(f"{one.row.place}: {error.sentence(error.argument)}") from None
