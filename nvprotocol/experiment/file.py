"""Reading an experiment file: a text becomes a checked `Experiment`, or one line that names key and line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import instance, whole_number
from nvprotocol._toml import TomlFile
from nvprotocol.device import Device
from nvprotocol.device.file import completed, device_key, equation_of, instruments_of
from nvprotocol.device.intrinsic import check_coherence, checked_times, require_times, with_intrinsic
from nvprotocol.device.medium_section import AnyMediumSection, medium_of, section_name
from nvprotocol.device.schema import MediumSection
from nvprotocol.errors import ArgumentError, ExperimentFileError
from nvprotocol.experiment.schema import ExperimentFile
from nvprotocol.experiment.sweep import Sweep, sweep_of, values_in_a_row
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.medium.stacked import stacked_media
from nvprotocol.protocols.parameters import DECLARED, checked
from nvprotocol.quasi_static import QuasiStaticNoise


@dataclass(frozen=True, eq=False)
class Experiment:
    """A checked experiment file.

    Attributes:
        content: The file's sections.
        scan: The parameter on the horizontal axis.
        curves: The parameter that distinguishes the curves, None for a single curve.
        source: The file.

    Examples:
        >>> text = '''
        ... [protocol]
        ... name = "dissipative_entanglement"
        ... [scan]
        ... parameter = "protocol.duration"
        ... values = [0.5, "1500 ns"]
        ... '''
        >>> nv.experiment.parse(text).scan.values.tolist()
        [0.5, 1.5]
    """

    content: ExperimentFile
    scan: Sweep
    curves: Sweep | None
    source: TomlFile

    def __post_init__(self) -> None:
        instance(self.content, "content", ExperimentFile, article="an")
        instance(self.scan, "scan", Sweep)
        if self.curves is not None:
            instance(self.curves, "curves", Sweep)
        instance(self.source, "source", TomlFile)

    @property
    def text(self) -> str:
        """The file as it was read."""
        return self.source.text

    @property
    def name(self) -> str:
        """Name of the file without its ending."""
        return Path(self.source.name).stem

    @property
    def n_curves(self) -> int:
        """Number of curves."""
        return 1 if self.curves is None else self.curves.values.size

    def settings(self, curve: int, point: int | None = None, *, value: float | None = None) -> ExperimentFile:
        """The sections of one curve, at a point of the scan or any value of it.

        Args:
            curve: Number of the curve, from 0.
            point: Number of the point, from 0.
            value: The value of the scan, where no point is given.

        Raises:
            ArgumentError: If there is no such curve or point, or the parameter does not take the value.
        """
        content, curve = self.content, self._number_of_curve(curve)
        if self.curves is not None:
            content = self.curves.put(content, self.curves.values[curve])
        if point is not None:
            value = self.scan.values[whole_number(point, "point", minimum=0, maximum=self.scan.values.size - 1)]
        return content if value is None else self.scan.put(content, value)

    def part(self, curve: int, values: NDArray[np.float64]) -> "Experiment":
        """One curve at some values of the scan, as an experiment of its own.

        Raises:
            ArgumentError: If there is no such curve, or the values are not numbers in a row.
        """
        values = values_in_a_row(values)
        if self.scan.section == "protocol":
            for value in values:
                checked(self.content.protocol.name, **{self.scan.key: self.scan.number(value)})
        part = Experiment(self.settings(curve), Sweep(self.scan.parameter, values), None, self.source)
        if self.scan.section == "protocol":  # then all points of the curve have one device
            vars(part)["_device"] = lambda *_: self.device(curve, self.scan.values[0])
        return part

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_device"}  # a function with its cache

    def device(self, curve: int, value: float) -> Device:
        """The device of one curve at a value of the scan; built once for all at which it is the same.

        Raises:
            ArgumentError: If there is no such curve, or no device at the value.
        """
        curve, value = self._number_of_curve(curve), self.scan.number(value)
        of_curve = self.curves is not None and self.curves.section != "protocol"
        return self._device(curve if of_curve else 0, None if self.scan.section == "protocol" else value)

    def _number_of_curve(self, curve: object) -> int:
        return whole_number(curve, "curve", minimum=0, maximum=self.n_curves - 1)

    @cached_property
    def _device(self) -> Callable[[int, float | None], Device]:
        return cache(lambda curve, value: device_of(self.settings(curve, value=value)))

    def equations(self, values: NDArray[np.float64]) -> MasterEquation:
        """All that acts while time passes, on every curve at values of the scan, as one master equation.

        Args:
            values: Values of the scan, shape (n,).

        Returns:
            The equation with the intrinsic T1 and T2 of the device in its medium; its batch shape broadcasts against
            (curves, n), and has an axis of 1 where nothing that acts on the qubits varies.

        Raises:
            ArgumentError: If the values are not numbers in a row, or the parameter does not take one of them.
        """
        values = values_in_a_row(values)
        content = self._with_arrays(values)
        equation = equation_of(self._media(content, values), content.device)
        times = (content.device.intrinsic_t1, content.device.intrinsic_t2)
        t1, t2 = (_each_qubit(time, equation.n_qubits) for time in times)
        check_coherence(t1, t2)
        return with_intrinsic(equation, t1, t2)

    def noise(self, values: NDArray[np.float64]) -> QuasiStaticNoise | None:
        r"""The quasi-static noise on every curve at values of the scan, its batch that of `equations`; None for none.

        Args:
            values: Values of the scan, shape (n,).

        Raises:
            ArgumentError: If the values are not numbers in a row, or the parameter does not take one of them.

        Examples:
            >>> text = "protocol.name = 'ramsey'\nscan.parameter = 'device.t2_star'\nscan.values = [1.0, '2 us']"
            >>> experiment = nv.experiment.parse(text)
            >>> experiment.noise(experiment.scan.values).t2_star_us.tolist()
            [[1.0], [2.0]]
        """
        values = values_in_a_row(values)
        section = self._with_arrays(values).device
        t2_star = _each_qubit(section.t2_star, self.device(0, values[0]).n_qubits)
        correlation = 0.0 if section.noise_correlation is None else section.noise_correlation
        return None if t2_star is None else QuasiStaticNoise(t2_star, correlation)

    def _with_arrays(self, values: NDArray[np.float64]) -> ExperimentFile:
        """The sections with what varies of medium and device as arrays, along (curves, n)."""
        content = self.content
        for sweep, along in self.along(values):
            if sweep.section in ("medium", "device"):
                content = sweep.put(content, along)
        return content

    def _media(self, content: ExperimentFile, values: NDArray[np.float64]) -> Medium:
        """The media of sections with arrays; a magnet is asked wherever it is another, (curves or 1, n or 1) times."""
        if not {sweep.section for sweep, _ in self.along(values)} & {"medium", "magnet"}:
            return self.device(0, self.scan.values[0]).equation.medium
        if content.magnet is None:
            return medium_of(content.medium)
        curves = range(self.n_curves) if self.curves is not None and self.curves.section == "magnet" else range(1)
        points = values.tolist() if self.scan.section == "magnet" else [None]
        settings = [[self.settings(curve, value=value) for value in points] for curve in curves]
        return stacked_media([[medium_of(medium_section_of(content)) for content in row] for row in settings])

    def along(self, values: NDArray[np.float64]) -> list[tuple[Sweep, NDArray[np.float64]]]:
        """What varies, each with its values along its own axis of (curves, n).

        Raises:
            ArgumentError: If the values are not numbers in a row.
        """
        scan = [(self.scan, values_in_a_row(values))]
        return scan if self.curves is None else [(self.curves, self.curves.values[:, None]), *scan]


def _each_qubit(time: Any, n_qubits: int) -> Any:
    """A time of all qubits, scanned or not, or one of each, with the qubits on its last axis."""
    if not isinstance(time, np.ndarray):
        return checked_times(time, "time", n_qubits)
    require_times(time, "values")
    return time[..., None]


def medium_section_of(content: ExperimentFile) -> AnyMediumSection:
    """[medium], or [magnet] in its place."""
    return content.medium if content.magnet is None else content.magnet


def device_of(content: ExperimentFile) -> Device:
    """The device that the sections of an experiment describe."""
    section = medium_section_of(content)
    equation = equation_of(medium_of(section), content.device)
    return Device(equation, **instruments_of(content.device, section))


def parameters_of(content: ExperimentFile) -> dict[str, Any]:
    """The parameters of the protocol, by name."""
    return {key: value for key, value in content.protocol if key != "name"}


def load(path: str | Path) -> Experiment:
    """Reads and checks an experiment file.

    Args:
        path: A TOML file.

    Raises:
        ExperimentFileError: If the file cannot be read, is not TOML, or says what it must not; names key and line.
        DeviceFileError: If that is so of the file that the device is based on.

    Examples:
        >>> nv.experiment.load("nowhere.toml")
        Traceback (most recent call last):
            ...
        nvprotocol.errors.ExperimentFileError: nowhere.toml: there is no such file.
    """
    return _experiment(TomlFile.read(path, "experiment", ExperimentFileError))


def parse(text: str, source: str = "experiment.toml") -> Experiment:
    r"""Checks the text of an experiment file.

    Args:
        text: TOML.
        source: Name of the file for error messages.

    Raises:
        ExperimentFileError: As for `load`.
        DeviceFileError: As for `load`.

    Examples:
        >>> try:
        ...     nv.experiment.parse('[protocol]\nname = "monitored_bell"\nchekcs = 3', "x.toml")
        ... except nv.errors.ExperimentFileError as error:
        ...     print(error)
        x.toml, line 3: key "protocol.chekcs" is not known; did you mean "checks"?
    """
    return _experiment(TomlFile(text, source, "experiment", ExperimentFileError))


def _experiment(source: TomlFile) -> Experiment:
    content = _completed(source.content(ExperimentFile, "[protocol] and [scan]"), source)
    scan = sweep_of(content.scan, "scan", content, source)
    curves = None if content.curves is None else sweep_of(content.curves, "curves", content, source)
    if curves is not None and curves.parameter == scan.parameter:
        message = f'key "curves.parameter" must not be what [scan] already varies, but is "{scan.parameter}".'
        raise source.refusal(("curves", "parameter"), message)
    if content.run.tomography != "full" and DECLARED[content.protocol.name].outcomes is not None:
        message = (
            f'key "run.tomography" must be left out where there is none, as "{content.protocol.name}" ends with a '
            f'readout, but is "{content.run.tomography}".'
        )
        raise source.refusal(("run", "tomography"), message)
    experiment = Experiment(content, scan, curves, source)
    _check(experiment)
    return experiment


def _completed(content: ExperimentFile, source: TomlFile) -> ExperimentFile:
    """The file with what the base of its device gives: the medium too, where the file has none."""
    own = content.medium if "medium" in content.model_fields_set else None
    given, device = completed(own, content.magnet, content.device, source)
    if given is None or isinstance(given, MediumSection):
        return content.model_copy(update={"medium": given or content.medium, "magnet": None, "device": device})
    return content.model_copy(update={"magnet": given, "device": device})


def _check(experiment: Experiment) -> None:
    """Makes the master equations, devices and parameters of every point before anything is run."""
    values, scan, curves = experiment.scan.values, experiment.scan, experiment.curves
    try:
        for curve in range(experiment.n_curves if curves is not None and curves.is_of_instruments else 1):
            for value in values if scan.is_of_instruments else values[:1]:
                experiment.device(curve, value)
        for curve in range(experiment.n_curves if curves is not None and curves.section == "protocol" else 1):
            for point in range(values.size if scan.section == "protocol" else 1):
                checked(experiment.content.protocol.name, **parameters_of(experiment.settings(curve, point)))
        experiment.equations(values)
    except ArgumentError:
        _refuse_first_point(experiment)
        raise


def _refuse_first_point(experiment: Experiment) -> None:
    """Finds the first point that is refused, for the message."""
    name = section_name(medium_section_of(experiment.content))
    for curve in range(experiment.n_curves):
        for point in range(experiment.scan.values.size):
            content = experiment.settings(curve, point)
            with _locating(experiment, lambda error: (name, *error.path)):
                medium_of(medium_section_of(content))
            with _locating(experiment, device_key):
                device_of(content)
            with _locating(experiment, lambda error: ("protocol", *error.path)):
                checked(content.protocol.name, **parameters_of(content))


@contextmanager
def _locating(experiment: Experiment, path_of: Callable[[ArgumentError], tuple[str, ...]]) -> Iterator[None]:
    """Turns an error about an argument into one at the line where its key is varied, or else at its own."""
    try:
        yield
    except ArgumentError as error:
        key = path_of(error)
        of_key = key[0] not in ("medium", "protocol")  # arguments of functions that a reader knows by name
        message = error.sentence(f'key "{".".join(key)}"') if of_key else str(error)
        for section, sweep in (("scan", experiment.scan), ("curves", experiment.curves)):
            if sweep is not None and sweep.parameter == ".".join(key):
                axis = getattr(experiment.content, section)
                key = (section, "start" if axis.values is None else "values")
        raise experiment.source.refusal(key, message) from None
