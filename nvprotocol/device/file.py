"""Reading a device file: a text becomes the arguments of a `Device`, or one line that names key and line."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nvprotocol._checks import fail, real_number, show
from nvprotocol._toml import about_key, in_file, of_validation, parsed, suggestion, text_of
from nvprotocol.device._checked import incoherent
from nvprotocol.device.catalogue import BUILTIN
from nvprotocol.device.control import Control
from nvprotocol.device.schema import ControlSection, DeviceFile, DeviceSection, MediumSection
from nvprotocol.device.surroundings import MagnetError, Surroundings, either, medium_of
from nvprotocol.errors import ArgumentError, DeviceFileError
from nvprotocol.master_equation import MasterEquation

_IN_FILES = {"intrinsic_t1_us": "intrinsic_t1", "intrinsic_t2_us": "intrinsic_t2"}
_ALTERNATIVES = ("readout", "readout_error")
_SECTIONS = {("medium",): MediumSection, ("device", "control"): ControlSection}


@dataclass(frozen=True)
class Description:
    """A device file that has been read, with what its base gives.

    Attributes:
        medium: The section [medium], or [magnet] in its place.
        device: The section [device].
        text: The file as it was read.
        source: Its name.
    """

    medium: Surroundings
    device: DeviceSection
    text: str
    source: str

    def arguments(self) -> dict[str, Any]:
        """The arguments of `Device`."""
        try:
            return arguments_of(self.medium.model_dump(), self.device.model_dump())
        except ArgumentError as error:
            raise self.refusal(error) from None

    def refusal(self, error: ArgumentError) -> DeviceFileError:
        """The error that names the key, and its line, of an argument that was refused."""
        path = key_of(error)
        return DeviceFileError(in_file(self.source, self.text, path, about_key(error, path)))


def read(path: str | Path) -> Description:
    r"""Reads a device file.

    Raises:
        ArgumentError: If `path` is no path.
        DeviceFileError: If the file cannot be read, is not TOML, or has a key or a type that it must not.

    Examples:
        >>> import pathlib, tempfile
        >>> from nvprotocol.device.file import read
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "mine.toml"
        >>> _ = file.write_text('[device]\nbase = "ideal"\nintrinsic_t1 = "5 ms"')
        >>> read(file).device.intrinsic_t1, read(file).medium.A
        (5000.0, (1+0j))
    """
    if not isinstance(path, str | PathLike):
        fail("path", "be the path of a device file", f"is {show(path)} of type {type(path).__name__}")
    return _read(Path(path), ())


def read_builtin(name: str) -> Description:
    """Reads the file of a device that comes with the package.

    Examples:
        >>> from nvprotocol.device.file import read_builtin
        >>> read_builtin("ideal").medium.A
        (1+0j)
    """
    file = f"{name}.toml"
    text = (files("nvprotocol.device") / "builtin" / file).read_text(encoding="utf-8")
    return _description(text, file, Path(), ())


def arguments_of(medium: Mapping[str, Any], device: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `Device` from what the sections [medium], or [magnet] in its place, and [device] say.

    Raises:
        ArgumentError: If medium, detuning or readout errors are none.

    Examples:
        >>> from nvprotocol.device.file import arguments_of
        >>> section = {"detuning": 1.0, "intrinsic_t1": 5.0, "readout_error": [0.1, 0.3]}
        >>> device = nv.Device(**arguments_of({"a": 2.0}, section))
        >>> device.intrinsic_t1_us, device.readout_matrices[0].tolist()
        (5.0, [[0.9, 0.3], [0.1, 0.7]])
    """
    left_out = {"base", "detuning", *_ALTERNATIVES}
    names = {key: name for name, key in _IN_FILES.items()}
    given = {names.get(key, key): value for key, value in device.items() if value is not None and key not in left_out}
    if "control" in given:
        given["control"] = Control(**{key: value for key, value in given["control"].items() if value is not None})
    if "kind" in medium:  # a magnet, which has been asked at that splitting
        given["frequency_ghz"] = medium["frequency_ghz"]
    readout = _readout(device.get("readout"), device.get("readout_error"))
    return {"equation": MasterEquation(medium_of(medium), device["detuning"]), "readout": readout} | given


def key_of(error: ArgumentError) -> tuple[str, ...]:
    """The key of the argument that an error is about.

    Examples:
        >>> from nvprotocol.device.file import key_of
        >>> key_of(nv.errors.ArgumentError('Argument `gate_ns["sx"]` must be at least 0, but is -1.'))
        ('device', 'gate_ns', 'sx')
    """
    name, _, inner = str(error).split("`")[1].partition("[")
    inside = (inner.strip('"]'),) if inner else ()
    if isinstance(error, MagnetError):
        return ("magnet", *([name] if name != "magnet" else []), *inside)
    for section, model in _SECTIONS.items():
        if name in model.model_fields:
            return (*section, name)
    return ("device", _IN_FILES.get(name, name), *inside)


def with_base(
    medium: Surroundings | None, device: DeviceSection, folder: Path
) -> tuple[Surroundings | None, DeviceSection]:
    """The sections together with what the base gives and they do not.

    Args:
        medium: The section [medium] or [magnet], None where there is none.
        device: The section [device], whose `base` is the name of a built-in device or a file.
        folder: Where the path of that file begins.

    Raises:
        ArgumentError: If there is no such base, or one of T1 and T2 does not fit the other, which is the base's.
        DeviceFileError: If its file is malformed.

    Examples:
        >>> from pathlib import Path
        >>> from nvprotocol.device.file import with_base
        >>> from nvprotocol.device.schema import DeviceSection
        >>> medium, device = with_base(None, DeviceSection(base="ideal", monitors=2), Path())
        >>> medium.a, device.monitors, device.name
        (1.0, 2, 'ideal')
    """
    return _with_base(medium, device, folder, ())


def _with_base(
    medium: Surroundings | None, device: DeviceSection, folder: Path, above: tuple[Path, ...]
) -> tuple[Surroundings | None, DeviceSection]:
    told, felt = device.frequency_ghz, getattr(medium, "frequency_ghz", None)
    if None not in (told, felt) and told != felt:
        fail("frequency_ghz", f"be left out, or {show(felt)} GHz as in [magnet]", f"is {show(told)}")
    if device.base is None:
        return medium, device
    path = folder / device.base
    if device.base in BUILTIN:
        base = read_builtin(device.base)
    elif path.resolve() in above:
        fail("base", "be another file", f"is {show(device.base)}, which is based on this one")
    elif path.is_file():
        base = _read(path, above)
    else:
        must = "be the name of a built-in device, or the path of a device file"
        raise ArgumentError(
            f"Argument `base` must {must}, but is {show(device.base)}{suggestion(device.base, BUILTIN)}"
        )
    merged = _merged(base.device, device)
    _check_coherence(device, merged)
    return medium or base.medium, merged


def _merged(base: DeviceSection, own: DeviceSection) -> DeviceSection:
    """The base with every key that a section gives itself; durations are keys of their own."""
    given = {key: getattr(own, key) for key in own.model_fields_set}
    if given.get("gate_ns") is not None:
        given["gate_ns"] = (base.gate_ns or {}) | given["gate_ns"]
    if own.control is not None and base.control is not None:
        update = {key: getattr(own.control, key) for key in own.control.model_fields_set}
        given["control"] = base.control.model_copy(update=update)
    if given.keys() & set(_ALTERNATIVES):  # two ways to say one thing: that of the base falls with either
        given = dict.fromkeys(_ALTERNATIVES) | given
    return base.model_copy(update=given)


def _check_coherence(own: DeviceSection, merged: DeviceSection) -> None:
    """Refuses T2 > 2·T1 where one of them is the base's, by the key that the file has itself."""
    given = own.model_fields_set & {"intrinsic_t1", "intrinsic_t2"}
    try:
        wrong = incoherent(merged.intrinsic_t1, merged.intrinsic_t2) if len(given) == 1 else None
    except ValueError:  # as many times as there are no qubits, which the device itself refuses
        return
    if wrong is None:
        return
    t1, t2, place = wrong
    (key,) = given
    if key == "intrinsic_t1":
        must, value = f"be at least T2/2 = {show(t2 / 2)} us, with intrinsic_t2 = {show(t2)} us", t1
    else:
        must, value = f"be at most 2·T1 = {show(2 * t1)} us, with intrinsic_t1 = {show(t1)} us", t2
    fail(key, f"{must} from base {show(own.base)}", f"is {show(value)}{place}")


def _read(path: Path, above: tuple[Path, ...]) -> Description:
    return _description(text_of(path, DeviceFileError), str(path), path.parent, (*above, path.resolve()))


def _description(text: str, source: str, folder: Path, above: tuple[Path, ...]) -> Description:
    raw = parsed(text, source, "[medium], or a base in [device]", DeviceFileError, "device")
    try:
        content = DeviceFile.model_validate(raw)
    except ValidationError as error:
        raise DeviceFileError(of_validation(error, text, source, DeviceFile)) from None
    try:
        medium = either(content.medium, content.magnet, folder)
        medium, device = _with_base(medium, content.device, folder, above)
    except ArgumentError as error:
        raise DeviceFileError(in_file(source, text, key_of(error), about_key(error, key_of(error)))) from None
    if medium is None:
        raise DeviceFileError(in_file(source, text, (), 'key "medium" is missing.'))
    return Description(medium, device, text, source)


def _readout(matrix: list[Any] | None, errors: list[Any] | None) -> list[Any] | None:
    """P(read | true), also from [P(1|0), P(0|1)]."""
    if errors is None:
        return matrix
    if matrix is not None:
        fail("readout_error", "not be given together with `readout`", f"is {show(errors)}")
    if len(errors) != 2:
        fail("readout_error", "be two numbers, [P(1|0), P(0|1)]", f"is {show(errors)}")
    up, down = (real_number(one, "readout_error", minimum=0.0, maximum=1.0) for one in errors)
    if up + down > 1:
        fail("readout_error", "sum to at most 1, or 0 stands for 1", f"is {show(errors)}")
    return [[1 - up, down], [up, 1 - down]]
