"""Measured data of an experiment: tables of a laboratory read for its scan, and bound to the circuits that were run."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nvprotocol._checks import fail, instance, show
from nvprotocol.device import Device
from nvprotocol.errors import ArgumentError, FileError
from nvprotocol.experiment.chunks import observable_of_experiment
from nvprotocol.experiment.file import Experiment, device_of, parameters_of
from nvprotocol.experiment.observable import REGISTER
from nvprotocol.experiment.schema import PARAMETERS, ExperimentFile
from nvprotocol.experiment.sweep import Sweep
from nvprotocol.inference import Average, DataTable, Events, Photons, Series, Variable
from nvprotocol.inference import read_data as read_tables
from nvprotocol.inference.data_columns import TIME
from nvprotocol.inference.readings import DISCARDED, Counts, Reading

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from nvprotocol.protocols import Protocol

NOTHING = "nothing"
"""Name of a parameter of which nothing depends."""
_SAME = 1e-9
"""Relative difference up to which a value of a table is one of [curves]."""


def read_data(
    experiment: Experiment,
    paths: str | Path | Sequence[str | Path],
    columns: Mapping[str, str | Sequence[str]] | None = None,
    *,
    bright: float | None = None,
    dark: float | None = None,
) -> DataTable:
    r"""Reads tables that were measured with the circuits of an experiment; `nvprotocol.inference.data_files` says how.

    The column of the scanned parameter is known by the parameter's path, key or symbol, so is that of the curves.
    Events and averages are of the outcomes that the protocol counts, such as 01 and 10 of relaxometry. Where the
    protocol ends without a readout, a column `setting` says the Pauli letters of the tomography.

    Args:
        experiment: What was run.
        paths: Files that end in .csv, .tsv or .txt.
        columns: Role → name of the column, as for `inference.read_data`.
        bright: Photons a run of the reading 0, where the tables have no column for it.
        dark: Photons a run of the reading 1.

    Raises:
        ArgumentError: If an argument is not as described.
        FileError: If a file cannot be read, or is not such a table; the message names file, line and column.

    Examples:
        >>> import pathlib, tempfile
        >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "relaxation.csv"
        >>> _ = file.write_text("duration (ns),counts,shots\n400,310,1000\n1000,402,1000\n")
        >>> nv.experiment.read_data(nv.experiment.parse(text), file).values
        array([0.4, 1. ])
    """
    instance(experiment, "experiment", Experiment, article="an")
    _, observable = observable_of_experiment(experiment)
    return read_tables(
        paths,
        columns,
        scan=_variable_of(experiment.scan),
        curve=None if experiment.curves is None else _variable_of(experiment.curves),
        bits=len(observable.readings[0]),
        counted=observable.outcomes,
        bright=bright,
        dark=dark,
    )


def files_of(experiment: Experiment) -> list[Path]:
    """The tables that the section [data] of a file names."""
    section = experiment.content.data
    return [] if section is None else [experiment.source.folder / one for one in section.file]


def data_of(experiment: Experiment) -> DataTable | None:
    """The measured data of a file's section [data]; None without one.

    Raises:
        ExperimentFileError: If the section says what it must not; names key and line.
        FileError: If a table cannot be read, or is none of the experiment.
    """
    section = experiment.content.data
    if section is None:
        return None
    with experiment.source.locating(lambda error: ("data", *error.path)):
        return read_data(experiment, files_of(experiment), section.columns, bright=section.bright, dark=section.dark)


def _variable_of(sweep: Sweep) -> Variable:
    """What a column with the values of a sweep may be called."""
    quantity = PARAMETERS[sweep.parameter]
    bare = sweep.key.removesuffix(f"_{quantity.named_unit.casefold()}")
    others = TIME.names if sweep.parameter == "protocol.duration" else ()
    names = dict.fromkeys((sweep.key, sweep.parameter, quantity.symbol, bare, *others))
    return Variable(tuple(names), quantity.dimension, quantity.named_unit, quantity.is_whole)


@dataclass(frozen=True)
class FreeModel:
    r"""Parameters of a file's medium, magnet and device → the device.

    Attributes:
        content: The sections of the file.
        paths: The parameters that are free.
        turned: Those of them, couplings, that are imaginary.

    Examples:
        >>> from nvprotocol.experiment.measured import FreeModel
        >>> text = "protocol.name = 'exchange'\nscan.parameter = 'medium.dm'\nscan.values = [0.1]"
        >>> model = FreeModel(nv.experiment.parse(text).content, ("medium.a",))
        >>> model(**{"medium.a": 0.3}).n_qubits
        2
    """

    content: ExperimentFile
    paths: tuple[str, ...]
    turned: frozenset[str] = frozenset()

    def __call__(self, **values: float) -> Device:
        """The device at values of all of them."""
        content = self.content
        for path in self.paths:
            sweep = Sweep(path, np.array([values[path]]))
            content = sweep.put(content, values[path])
            if path in self.turned:
                section = getattr(content, sweep.section).model_copy(update={sweep.key: 1j * values[path]})
                content = content.model_copy(update={sweep.section: section})
        return device_of(content)


@dataclass(frozen=True)
class Run:
    """Rows of a table that were measured on one device.

    Attributes:
        rows: Their numbers in the table.
        content: The sections of that device.
        circuits: The circuit of each.
        readings: What was measured with each, as its circuit reads.
    """

    rows: tuple[int, ...]
    content: ExperimentFile
    circuits: "tuple[QuantumCircuit, ...]"
    readings: tuple[Reading, ...]


@dataclass(frozen=True, eq=False)
class Measured:
    """An experiment with what was measured.

    Attributes:
        experiment: The experiment.
        table: The data.
        protocol: Its protocol.
        runs: The data by device.
        free: Parameters that are not taken from the file.
    """

    experiment: Experiment
    table: DataTable
    protocol: "Protocol"
    runs: tuple[Run, ...]
    free: frozenset[str]

    def as_it_is(self) -> list[Series]:
        """The data beside the devices of the file, with a parameter of which nothing depends."""
        return self._series({NOTHING: NOTHING}, (), frozenset())

    def series(self, names: Mapping[str, str], turned: frozenset[str] = frozenset()) -> list[Series]:
        """The data as a fit takes them, one series for each device.

        Args:
            names: Free parameter → its name in the fit.
            turned: Couplings among them that are imaginary.
        """
        return self._series(names, tuple(names), turned & names.keys())

    def _series(self, names: Mapping[str, str], paths: tuple[str, ...], turned: frozenset[str]) -> list[Series]:
        keep = self.protocol.postselect
        known = self.table.discarded if keep else "counted"
        return [
            Series(FreeModel(run.content, paths, turned), run.circuits, run.readings, keep, names, known)
            for run in self.runs
        ]


def measured(experiment: Experiment, table: DataTable, free: Collection[str] = ()) -> Measured:
    """Binds the rows of a table to circuits and devices of an experiment.

    Args:
        experiment: What was run.
        table: The data.
        free: Parameters that are not taken from the file: where one of them is that of [curves], no column says it.

    Raises:
        ArgumentError: If the table does not belong to such an experiment.
        FileError: If one of its rows does not; the message names file and line.
    """
    instance(experiment, "experiment", Experiment, article="an")
    instance(table, "data", DataTable)
    protocol, observable = observable_of_experiment(experiment)
    name = experiment.content.protocol.name
    if observable.outcomes is None and table.settings is None:
        fail("data", f'have a column "setting", as "{name}" ends without a readout', "has none")
    if observable.outcomes is not None and table.settings is not None:
        fail("data", f'have no column "setting", as "{name}" ends with a readout', "has one")
    grouped: dict[tuple[int | None, float | None], list[tuple[int, ExperimentFile]]] = {}
    for row, (curve, content) in enumerate(_contents(experiment, table, frozenset(free))):
        apart = None if experiment.curves is None or experiment.curves.section == "protocol" else curve
        value = None if experiment.scan.section == "protocol" else float(table.values[row])
        grouped.setdefault((apart, value), []).append((row, content))
    runs = []
    for group in grouped.values():
        bound = [_bound(protocol, table, row, content) for row, content in group]
        rows, (circuits, readings) = tuple(row for row, _ in group), zip(*bound, strict=True)
        runs.append(Run(rows, group[0][1], tuple(circuits), tuple(readings)))
    return Measured(experiment, table, protocol, tuple(runs), frozenset(free))


def _contents(
    experiment: Experiment, table: DataTable, free: frozenset[str]
) -> Iterator[tuple[int | None, ExperimentFile]]:
    """The number of the curve and the sections of every row."""
    curves = None if experiment.curves is None or experiment.curves.parameter in free else experiment.curves
    said = {experiment.scan.parameter}
    if experiment.curves is not None and table.curves is not None:
        said.add(experiment.curves.parameter)
    for path in sorted(said & free):
        fail("free", "be parameters that no column of the data says", f"has {show(path)}")
    if curves is not None and table.curves is None and experiment.n_curves > 1:
        must = f"have a column {show(curves.key)}, which tells the curves of {experiment.name} apart"
        fail("data", must, "has none")
    for row, value in enumerate(table.values.tolist()):
        curve, content = None, experiment.content
        if curves is not None:
            curve = 0 if table.curves is None else _curve_of(curves, float(table.curves[row]), table.places[row])
            content = curves.put(content, curves.values[curve])
        try:
            yield curve, experiment.scan.put(content, value)
        except ArgumentError as error:
            raise _about(error, table.places[row]) from None


def _curve_of(curves: Sweep, value: float, place: str) -> int:
    """The number of the curve at a value."""
    (found,) = np.nonzero(np.isclose(curves.values, value, rtol=_SAME, atol=0.0))
    if not found.size:
        listed = ", ".join(f"{one:g}" for one in curves.values[:12])
        raise FileError(f"{place}: {curves.parameter} must be one of [curves], {listed}, but is {value:g}.")
    return int(found[0])


def _about(error: ArgumentError, place: str) -> FileError:
    return FileError(f"{place}: {error.sentence(error.argument)}")


def _bound(
    protocol: "Protocol", table: DataTable, row: int, content: ExperimentFile
) -> "tuple[QuantumCircuit, Reading]":
    """The circuit of a row, and what was measured with it in terms of all registers."""
    from nvprotocol.compiler.tomography import REGISTER as TOMOGRAPHY
    from nvprotocol.compiler.tomography import tomography_circuits

    try:
        circuit, register = protocol.circuit(**parameters_of(content)), REGISTER
        if table.settings is not None:
            (circuit,), register = tomography_circuits(circuit, [table.settings[row]]), TOMOGRAPHY
        return circuit, _whole(table.readings[row], circuit, register, protocol.postselect or {})
    except ArgumentError as error:
        raise _about(error, table.places[row]) from None


def _whole(reading: Reading, circuit: "QuantumCircuit", register: str, keep: Mapping[str, Any]) -> Reading:
    """What was read of one register as what was read of all, the others as they are kept."""

    def full(bits: str) -> str:
        parts = [bits if one.name == register else str(keep[one.name]) * one.size for one in reversed(circuit.cregs)]
        return " ".join(parts)

    if isinstance(reading, Counts):
        numbers = dict(reading.numbers)
        lost = numbers.pop(DISCARDED, None)
        told = _told(lost, keep)
        return Counts(
            {full(bits): number for bits, number in numbers.items()} | ({} if told is None else {DISCARDED: told})
        )
    if isinstance(reading, Events):
        return Events(reading.number, reading.shots, tuple(map(full, reading.readings)), _told(reading.discarded, keep))
    if isinstance(reading, Average):
        weights = None if reading.weights is None else {full(bits): one for bits, one in reading.weights.items()}
        return Average(reading.value, reading.error, weights)
    assert isinstance(reading, Photons)
    (size,) = (one.size for one in circuit.cregs if one.name == register)
    if reading.bit >= size:
        fail("bit", f"be at most {size - 1}, as {size} bits are read", f"is {reading.bit}")
    return reading


def _told(lost: int | None, keep: Mapping[str, Any]) -> int | None:
    """Runs that were not kept, of a protocol that discards some."""
    if lost and not keep:
        fail("discarded", "be 0, as the protocol keeps all runs", f"is {lost}")
    return lost if keep else None
