"""Reading an experiment file: a text becomes a checked `Experiment`, or one line that names key and line."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nvprotocol._checks import real_number, whole_number
from nvprotocol.errors import ArgumentError, ExperimentFileError
from nvprotocol.experiment.messages import in_file, of_validation
from nvprotocol.experiment.schema import PARAMETERS, ExperimentFile
from nvprotocol.experiment.sweep import Sweep, sweep_of
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.operators.states import check_label


@dataclass(frozen=True, eq=False)
class Experiment:
    """A checked experiment file.

    Attributes:
        content: The file's sections.
        scan: The parameter on the horizontal axis.
        curves: The parameter that tells the curves apart, None for a single curve.
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
        """The sections `medium`, `device` and `protocol` of one curve, at a point of the scan or any value of it."""
        sections = {
            "medium": self.content.medium.model_dump(),
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
    """The master equation that the sections `medium` and `device` describe."""
    return MasterEquation(Medium.pair(**sections["medium"]), sections["device"]["detuning"])


def _set(sections: dict[str, dict[str, Any]], sweep: Sweep, value: float) -> None:
    section, key = sweep.parameter.split(".")
    sections[section][key] = int(value) if sweep.is_whole else float(value)


def load(path: str | Path) -> Experiment:
    """Reads and checks an experiment file.

    Args:
        path: A TOML file.

    Raises:
        ExperimentFileError: If the file cannot be read, is not TOML, or says what it must not; names key and line.

    Examples:
        >>> nv.experiment.load("nowhere.toml")
        Traceback (most recent call last):
            ...
        nvprotocol.errors.ExperimentFileError: nowhere.toml: there is no such file.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ExperimentFileError(f"{file}: there is no such file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentFileError(f"{file}: cannot be read as text ({error}).") from None
    return parse(text, str(file))


def parse(text: str, source: str = "experiment.toml") -> Experiment:
    r"""Checks the text of an experiment file.

    Args:
        text: TOML.
        source: Name of the file for error messages.

    Raises:
        ExperimentFileError: As for `load`.

    Examples:
        >>> try:
        ...     nv.experiment.parse('[protocol]\nname = "monitored_bell"\nchekcs = 3', "x.toml")
        ... except nv.errors.ExperimentFileError as error:
        ...     print(error)
        x.toml, line 3: key "protocol.chekcs" is not known; did you mean "checks"?
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExperimentFileError(f"{source}: not valid TOML: {error}.") from None
    if not raw:
        raise ExperimentFileError(f"{source}, line 1: the file is empty; it needs at least [protocol] and [scan].")
    try:
        content = ExperimentFile.model_validate(raw)
    except ValidationError as error:
        raise ExperimentFileError(of_validation(error, text, source)) from None
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
    _check_every_point(experiment, source)
    return experiment


def _check_every_point(experiment: Experiment, source: str) -> None:
    """Builds every master equation and checks every protocol parameter before anything is run."""
    for curve in range(experiment.n_curves):
        for point in range(experiment.scan.values.size):
            sections = experiment.settings(curve, point)
            try:
                equation_of(sections)
                _check_protocol(sections["protocol"])
            except ArgumentError as error:
                raise ExperimentFileError(
                    in_file(source, experiment.text, _blamed(error, experiment), str(error))
                ) from None


def _check_protocol(protocol: dict[str, Any]) -> None:
    check_label(protocol["initial"], 2, "initial")
    real_number(protocol["duration"], "duration", minimum=0.0)
    whole_number(protocol.get("checks", 1), "checks", minimum=1)


def _blamed(error: ArgumentError, experiment: Experiment) -> tuple[str, ...]:
    """The key that an argument's name stands for: where it is varied, or in its section."""
    name = str(error).split("`")[1]
    for section, sweep in (("scan", experiment.scan), ("curves", experiment.curves)):
        if sweep is not None and sweep.parameter.endswith(f".{name}"):
            axis = getattr(experiment.content, section)
            return (section, "start" if axis.values is None else "values")
    section = "device" if name == "detuning" else "medium" if f"medium.{name}" in PARAMETERS else "protocol"
    return (section, name)
