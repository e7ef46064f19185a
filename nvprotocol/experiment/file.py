"""Reading an experiment file: a text becomes a checked `Experiment`, or one line that names key and line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvprotocol._toml import TomlFile
from nvprotocol.device import Device
from nvprotocol.device.file import completed, device_key, instruments_of
from nvprotocol.device.medium_section import AnyMediumSection, medium_of, section_name
from nvprotocol.device.schema import MediumSection
from nvprotocol.errors import ArgumentError, ExperimentFileError, FileError
from nvprotocol.experiment.schema import ExperimentFile
from nvprotocol.experiment.sweep import Sweep, sweep_of
from nvprotocol.master_equation import MasterEquation
from nvprotocol.protocols.parameters import DECLARED, checked


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

    @property
    def text(self) -> str:
        """The file as it was read."""
        return self.source.text

    @property
    def name(self) -> str:
        """Name of the file without its ending."""
        return Path(self.source.name).stem

    def settings(self, curve: int, point: int | None = None, *, value: float | None = None) -> ExperimentFile:
        """The sections of one curve, at a point of the scan or any value of it."""
        content = self.content
        if self.curves is not None:
            content = self.curves.put(content, self.curves.values[curve])
        if point is not None:
            value = float(self.scan.values[point])
        return content if value is None else self.scan.put(content, value)

    @property
    def n_curves(self) -> int:
        """Number of curves."""
        return 1 if self.curves is None else self.curves.values.size


def medium_section_of(content: ExperimentFile) -> AnyMediumSection:
    """[medium], or [magnet] in its place."""
    return content.medium if content.magnet is None else content.magnet


def equation_of(content: ExperimentFile) -> MasterEquation:
    """The master equation that the sections of an experiment describe."""
    return MasterEquation(medium_of(medium_section_of(content)), content.device.detuning)


def device_of(content: ExperimentFile) -> Device:
    """The device that the sections of an experiment describe."""
    return Device(equation_of(content), **instruments_of(content.device, medium_section_of(content)))


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
    _check_every_point(experiment)
    return experiment


def _completed(content: ExperimentFile, source: TomlFile) -> ExperimentFile:
    """The file with what the base of its device gives: the medium too, where the file has none."""
    own = content.medium if "medium" in content.model_fields_set else None
    given, device = completed(own, content.magnet, content.device, source)
    if given is None or isinstance(given, MediumSection):
        return content.model_copy(update={"medium": given or content.medium, "magnet": None, "device": device})
    return content.model_copy(update={"magnet": given, "device": device})


def _check_every_point(experiment: Experiment) -> None:
    """Builds every master equation and checks every protocol parameter before anything is run."""
    for curve in range(experiment.n_curves):
        for point in range(experiment.scan.values.size):
            content = experiment.settings(curve, point)
            section = medium_section_of(content)
            try:
                medium_of(section)
            except ArgumentError as error:
                raise _located(error, (section_name(section), *error.path), experiment) from None
            try:
                device_of(content)
            except ArgumentError as error:
                raise _located(error, device_key(error), experiment) from None
            try:
                checked(content.protocol.name, **parameters_of(content))
            except ArgumentError as error:
                raise _located(error, ("protocol", *error.path), experiment) from None


def _located(error: ArgumentError, key: tuple[str, ...], experiment: Experiment) -> FileError:
    """What is wrong with the argument of a key, at the line where that is varied, or else at its own."""
    message = str(error) if key[0] in ("medium", "protocol") else error.sentence(f'key "{".".join(key)}"')
    for section, sweep in (("scan", experiment.scan), ("curves", experiment.curves)):
        if sweep is not None and sweep.parameter == ".".join(key):
            axis = getattr(experiment.content, section)
            key = (section, "start" if axis.values is None else "values")
    return experiment.source.refusal(key, message)
