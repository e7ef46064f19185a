"""Reading an experiment file: a text becomes a checked `Experiment`, or one line that names key and line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nvprotocol._checks import fail, show
from nvprotocol._toml import about_key, in_file, of_validation, parsed, text_of
from nvprotocol.device import Device
from nvprotocol.device.file import arguments_of, key_of, with_base
from nvprotocol.device.schema import MediumSection
from nvprotocol.device.surroundings import either, medium_of
from nvprotocol.errors import ArgumentError, ExperimentFileError
from nvprotocol.experiment.schema import READ_OUT, ExperimentFile
from nvprotocol.experiment.sweep import Sweep, sweep_of
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.protocols.parameters import checked

_MOST_CHECKS = 100_000


@dataclass(frozen=True, eq=False)
class Experiment:
    """A checked experiment file.

    Attributes:
        content: The file's sections.
        scan: The parameter on the horizontal axis.
        curves: The parameter that distinguishes the curves, None for a single curve.
        text: The file as it was read.
        name: Name of the file without its ending.

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
    text: str
    name: str

    def settings(
        self, curve: int, point: int | None = None, *, value: float | None = None
    ) -> dict[str, dict[str, Any]]:
        """The sections of one curve, at a point of the scan or any value of it.

        They are `medium`, or `magnet` in its place, `device` and `protocol`.
        """
        magnet = self.content.magnet
        surroundings = {"medium": self.content.medium} if magnet is None else {"magnet": magnet}
        sections = {
            **{name: section.model_dump() for name, section in surroundings.items()},
            "device": self.content.device.model_dump(),
            "protocol": self.content.protocol.model_dump(exclude={"name"}),
        }
        if self.curves is not None:
            _set(sections, self.curves, self.curves.values[curve])
        if point is not None:
            value = float(self.scan.values[point])
        if value is not None:
            _set(sections, self.scan, value)
        return sections

    @property
    def n_curves(self) -> int:
        """Number of curves."""
        return 1 if self.curves is None else self.curves.values.size


def equation_of(sections: dict[str, dict[str, Any]]) -> MasterEquation:
    """The master equation that the sections of medium (or magnet) and device describe."""
    return MasterEquation(medium_of(_surroundings(sections)), sections["device"]["detuning"])


def device_of(sections: dict[str, dict[str, Any]]) -> Device:
    """The device that the sections of medium (or magnet) and device describe."""
    return Device(**arguments_of(_surroundings(sections), sections["device"]))


def _surroundings(sections: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return sections["magnet"] if "magnet" in sections else sections["medium"]


def _set(sections: dict[str, dict[str, Any]], sweep: Sweep, value: float) -> None:
    section, key = sweep.parameter.split(".")
    sections[section][key] = int(value) if sweep.is_whole else float(value)


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
    file = Path(path)
    return parse(text_of(file, ExperimentFileError), str(file))


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
    raw = parsed(text, source, "[protocol] and [scan]", ExperimentFileError, "experiment")
    try:
        content = ExperimentFile.model_validate(raw)
    except ValidationError as error:
        raise ExperimentFileError(of_validation(error, text, source, ExperimentFile)) from None
    content = _completed(content, text, source)
    experiment = Experiment(
        content,
        sweep_of(content.scan, "scan", content, text, source),
        None if content.curves is None else sweep_of(content.curves, "curves", content, text, source),
        text,
        Path(source).stem,
    )
    if experiment.curves is not None and experiment.curves.parameter == experiment.scan.parameter:
        message = (
            f'key "curves.parameter" must not be what [scan] already varies, but is "{experiment.scan.parameter}".'
        )
        raise ExperimentFileError(in_file(source, text, ("curves", "parameter"), message))
    if content.run.tomography != "full" and content.protocol.name in READ_OUT:
        message = (
            f'key "run.tomography" must be left out where there is none, as "{content.protocol.name}" ends with a '
            f'readout, but is "{content.run.tomography}".'
        )
        raise ExperimentFileError(in_file(source, text, ("run", "tomography"), message))
    _check_every_point(experiment, source)
    return experiment


def _completed(content: ExperimentFile, text: str, source: str) -> ExperimentFile:
    """The file with what the base of its device gives: the medium too, where the file has none."""
    own = content.medium if "medium" in content.model_fields_set else None
    folder = Path(source).parent
    try:
        given, device = with_base(either(own, content.magnet, folder), content.device, folder)
    except ArgumentError as error:
        path = key_of(error)
        raise ExperimentFileError(in_file(source, text, path, about_key(error, path))) from None
    if given is None or isinstance(given, MediumSection):
        return content.model_copy(update={"medium": given or content.medium, "magnet": None, "device": device})
    return content.model_copy(update={"magnet": given, "device": device})


def _check_every_point(experiment: Experiment, source: str) -> None:
    """Builds every master equation and checks every protocol parameter before anything is run."""
    for curve in range(experiment.n_curves):
        for point in range(experiment.scan.values.size):
            sections = experiment.settings(curve, point)
            try:
                device_of(sections)
            except ArgumentError as error:
                raise ExperimentFileError(_located(error, key_of(error), experiment, source)) from None
            try:
                _check_protocol(experiment.content.protocol.name, sections["protocol"])
            except ArgumentError as error:
                key = ("protocol", str(error).split("`")[1])
                raise ExperimentFileError(_located(error, key, experiment, source)) from None


def _check_protocol(name: str, parameters: dict[str, Any]) -> None:
    """Each parameter by its declaration, and what only several of them together tell."""
    given = checked(name, **parameters)
    if name == "no_emitted_magnon":
        Medium.pair(given["a"], given["A"], given["q"])  # refuses |A| > a
    if name == "finite_rate_monitoring" and given["duration"] > _MOST_CHECKS * given["period"]:
        must = f"be at least duration/{_MOST_CHECKS} = {show(given['duration'] / _MOST_CHECKS)}"
        fail("period", must, f"is {show(given['period'])}")


def _located(error: ArgumentError, key: tuple[str, ...], experiment: Experiment, source: str) -> str:
    """What is wrong with the argument of a key, at the line where that is varied, or else at its own."""
    message = str(error) if key[0] in ("medium", "protocol") else about_key(error, key)
    for section, sweep in (("scan", experiment.scan), ("curves", experiment.curves)):
        if sweep is not None and sweep.parameter == ".".join(key):
            axis = getattr(experiment.content, section)
            key = (section, "start" if axis.values is None else "values")
    return in_file(source, experiment.text, key, message)
