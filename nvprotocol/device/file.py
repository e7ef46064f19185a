"""Reading a device file: a text becomes the sections of a device, or one line that names key and line."""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from nvprotocol._checks import fail, real_number, show
from nvprotocol._checks import path as as_path
from nvprotocol._reading import is_file
from nvprotocol._toml import TomlFile, suggestion
from nvprotocol.device.catalogue import BUILTIN
from nvprotocol.device.control import Control
from nvprotocol.device.intrinsic import incoherent
from nvprotocol.device.medium_section import AnyMediumSection, chosen_section, medium_of, section_name, splitting_of
from nvprotocol.device.schema import ControlSection, DeviceFile, DeviceSection, MagnetSection, MediumSection
from nvprotocol.errors import ArgumentError, DeviceFileError
from nvprotocol.magnets.setting import SAME
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium

OF_EQUATION = ("detuning", "drive", "offset")
"""Keys of [device] that are those of the master equation."""
_KEYS = {"intrinsic_t1_us": "intrinsic_t1", "intrinsic_t2_us": "intrinsic_t2", "t2_star_us": "t2_star"}
"""Argument of `Device` → its key in a file, where that is another; the key takes any unit."""
_ARGUMENTS = {key: argument for argument, key in _KEYS.items()}
_READOUTS = ("readout", "readout_error")
"""Two ways to say one thing."""


@dataclass(frozen=True)
class Description:
    """A device file that has been read, with what its base gives.

    Attributes:
        medium: The section [medium], or [magnet] in its place.
        device: The section [device].
        source: The file.
    """

    medium: AnyMediumSection
    device: DeviceSection
    source: TomlFile

    def arguments(self) -> dict[str, Any]:
        """The arguments of `Device`.

        Raises:
            DeviceFileError: If a section does not describe them; names key and line.
        """
        with self.source.locating(lambda error: (section_name(self.medium), *error.path)):
            medium = medium_of(self.medium)
        with self.locating():
            equation = equation_of(medium, self.device)
            return {"equation": equation, **instruments_of(self.device, self.medium)}

    def locating(self) -> AbstractContextManager[None]:
        """Turns an error about an argument of `Device` into one about the key of the file."""
        return self.source.locating(device_key)


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
    return _read(as_path(path, "path", of="a device file"), ())


def read_builtin(name: str) -> Description:
    """Reads the file of a device that comes with the package.

    Examples:
        >>> from nvprotocol.device.file import read_builtin
        >>> read_builtin("ideal").medium.A
        (1+0j)
    """
    file = f"{name}.toml"
    text = (files("nvprotocol.device") / "builtin" / file).read_text(encoding="utf-8")
    return _description(TomlFile(text, file, "device", DeviceFileError), ())


def equation_of(medium: Medium, device: DeviceSection) -> MasterEquation:
    """The master equation on a medium with what [device] says of detuning, drive and offset, arrays of values included.

    Examples:
        >>> from nvprotocol.device.file import equation_of
        >>> from nvprotocol.device.schema import DeviceSection
        >>> equation_of(nv.Medium.pair(), DeviceSection(drive=[0.5, 0.2], offset=0.1)).drive.tolist()
        [(0.5+0.2j), (0.5+0.2j)]
    """
    drive: Any = device.drive
    if isinstance(drive, np.ndarray):  # a scan: one number for all qubits at each point
        drive = drive[..., None] * np.ones(medium.n_qubits)
    return MasterEquation(medium, device.detuning, drive, offset=device.offset)


def instruments_of(device: DeviceSection, medium: AnyMediumSection) -> dict[str, Any]:
    """The arguments of `Device` but the equation; the splitting is that of [magnet] where there is one.

    Raises:
        ArgumentError: If readout errors or limits of the control are none.

    Examples:
        >>> from nvprotocol.device.file import instruments_of
        >>> from nvprotocol.device.schema import DeviceSection, MediumSection
        >>> section = DeviceSection(intrinsic_t1=5.0, readout_error=[0.1, 0.3])
        >>> instruments_of(section, MediumSection())
        {'intrinsic_t1_us': 5.0, 'readout': [[0.9, 0.3], [0.1, 0.7]]}
    """
    left_out = {"base", *OF_EQUATION, "control", *_READOUTS}
    given = {_ARGUMENTS.get(key, key): value for key, value in device if value is not None and key not in left_out}
    if device.control is not None:
        given["control"] = Control(**{key: value for key, value in device.control if value is not None})
    splitting = splitting_of(medium)
    if splitting is not None:
        given["frequency_ghz"] = splitting
    readout = _readout(device.readout, device.readout_error)
    return given if readout is None else given | {"readout": readout}


def device_key(error: ArgumentError) -> tuple[str, ...]:
    """The key in [device] of the argument that an error is about.

    Examples:
        >>> from nvprotocol.device.file import device_key
        >>> device_key(nv.errors.ArgumentError('gate_ns["sx"]', "be at least 0", "is -1"))
        ('device', 'gate_ns', 'sx')
    """
    name, *entry = error.path
    inner = ("control",) if name in ControlSection.model_fields else ()
    return ("device", *inner, _KEYS.get(name, name), *entry)


def completed(
    medium: MediumSection | None,
    magnet: MagnetSection | None,
    device: DeviceSection,
    source: TomlFile,
    above: tuple[Path, ...] = (),
) -> tuple[AnyMediumSection | None, DeviceSection]:
    """The sections of a file together with what the base of its device gives and they do not.

    Args:
        medium: The section [medium], None where there is none.
        magnet: The section [magnet], None where there is none.
        device: The section [device], whose `base` is the name of a built-in device or a file.
        source: The file.
        above: Files of devices that are based on this one.

    Raises:
        FileError: If both medium and magnet are given, there is no such base, or one of T1 and T2 does not fit the
            other, which is the base's; or if the file of the base is malformed.

    Examples:
        >>> from nvprotocol._toml import TomlFile
        >>> from nvprotocol.device.file import completed
        >>> from nvprotocol.device.schema import DeviceSection
        >>> file = TomlFile("", "mine.toml", "device", nv.errors.DeviceFileError)
        >>> medium, device = completed(None, None, DeviceSection(base="ideal", monitors=2), file)
        >>> medium.a, device.monitors, device.name
        (1.0, 2, 'ideal')
    """
    with source.locating(lambda error: error.path):
        given = chosen_section(medium, magnet, source.folder)
    with source.locating(device_key):
        _check_frequency(given, device)
        if device.base is None:
            return given, device
        base = _base(device.base, source.folder, above)
        merged = _merged(base.device, device)
        _check_coherence(device, merged)
    return given or base.medium, merged


def _check_frequency(medium: AnyMediumSection | None, device: DeviceSection) -> None:
    """Refuses a splitting that is not the one at which the magnet is asked."""
    own, magnets = device.frequency_ghz, None
    if medium is not None and own is not None:
        with suppress(ArgumentError):  # of the magnet itself, which its own section is refused for
            magnets = splitting_of(medium)
    if own is not None and magnets is not None and abs(own - magnets) > SAME * magnets:
        fail("frequency_ghz", f"be left out, or {show(magnets)} GHz as in [magnet]", f"is {show(own)}")


def _base(name: str, folder: Path, above: tuple[Path, ...]) -> Description:
    path = folder / name
    if name in BUILTIN:
        return read_builtin(name)
    if not is_file(path):
        must = "be the name of a built-in device, or the path of a device file"
        fail("base", must, f"is {show(name)}{suggestion(name, BUILTIN)}")
    if path.resolve() in above:
        fail("base", "be another file", f"is {show(name)}, which is based on this one")
    return _read(path, above)


def _merged(base: DeviceSection, own: DeviceSection) -> DeviceSection:
    """The base with every key that a section gives itself; durations are keys of their own."""
    given = {key: getattr(own, key) for key in own.model_fields_set}
    if given.get("gate_ns") is not None:
        given["gate_ns"] = (base.gate_ns or {}) | given["gate_ns"]
    if own.control is not None and base.control is not None:
        update = {key: getattr(own.control, key) for key in own.control.model_fields_set}
        given["control"] = base.control.model_copy(update=update)
    if given.keys() & set(_READOUTS):  # that of the base falls with either
        given = dict.fromkeys(_READOUTS) | given
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
    t1, t2, qubit = wrong
    (key,) = given
    if key == "intrinsic_t1":
        must, value = f"be at least T2/2 = {show(t2 / 2)} us, with intrinsic_t2 = {show(t2)} us", t1
    else:
        must, value = f"be at most 2·T1 = {show(2 * t1)} us, with intrinsic_t1 = {show(t1)} us", t2
    fail(key, f"{must} from base {show(own.base)}", f"is {show(value)}{qubit}")


def _read(path: Path, above: tuple[Path, ...]) -> Description:
    return _description(TomlFile.read(path, "device", DeviceFileError), (*above, path.resolve()))


def _description(source: TomlFile, above: tuple[Path, ...]) -> Description:
    content = source.content(DeviceFile, "[medium], or a base in [device]")
    medium, device = completed(content.medium, content.magnet, content.device, source, above)
    if medium is None:
        raise source.refusal((), 'key "medium" is missing.')
    return Description(medium, device, source)


def _readout(matrix: list[Any] | None, errors: list[Any] | None) -> list[Any] | None:
    """P(read | true), also from [P(1|0), P(0|1)]."""
    if errors is None:
        return matrix
    if matrix is not None:
        fail("readout_error", "not be given together with `readout`", f"is {show(errors)}")
    if len(errors) != 2:
        fail("readout_error", "be two numbers, [P(1|0), P(0|1)]", f"is {show(errors)}")
    up, down = (real_number(error, "readout_error", minimum=0.0, maximum=1.0) for error in errors)
    if up + down > 1:
        fail("readout_error", "sum to at most 1, or 0 stands for 1", f"is {show(errors)}")
    return [[1 - up, down], [up, 1 - down]]
