"""The comment on top of an exported circuit: what it is, what it runs on, and the command that shows what it is for."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from nvprotocol.device.medium_section import section_name
from nvprotocol.device.parameters import PARAMETERS
from nvprotocol.experiment.file import Experiment, medium_section_of
from nvprotocol.protocols.parameters import DECLARED
from nvprotocol.units import UNIT_NAMES

_UNITS = {"time": " µs", "rate": " rad/µs", "coupling": " rad/µs"}
_NS = {"gate_ns", "dt_ns"}
_MEANING = {
    "nv": "the two NV qubits on the medium, nv[0] the paper's qubit 1",
    "monitor": "monitor qubits, which are not on the medium",
    "parity": "reads 1 where a check accepts, |σᶻ| = 0",
    "quiet": "reads 1 where no magnon is seen",
    "readout": "the NV qubits at the end, bit 0 the first that is read",
}
_WIDTH = 116
_TOGETHER = "\u00a0"


def header(
    name: str,
    given: Mapping[str, Any],
    registers: Mapping[str, int],
    *,
    postselect: Mapping[str, int] | None,
    outcomes: tuple[str, ...] | None,
    experiment: Experiment | None,
) -> list[str]:
    """The lines of the comment.

    Args:
        name: Name of the protocol.
        given: All its parameters.
        registers: Names and sizes of the circuit's registers.
        postselect: What the protocol keeps.
        outcomes: The outcomes of `readout` whose probability it is after.
        experiment: The experiment file that it is taken from, None if it is from none.
    """
    command = "".join(f" --postselect {register}={value}" for register, value in (postselect or {}).items())
    asked = [one for one in outcomes or () if len(one) == registers.get("readout")]
    if asked:
        command += f" --outcomes readout={','.join(asked)}"
    said = [f"{one.name} = {_shown(given[one.name], _UNITS.get(one.kind, ''))}" for one in DECLARED[name].parameters]
    return [
        f"{name}: {', '.join(said)}",
        "",
        "Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.",
        *(f"  {register}: {_MEANING[register]}" for register in registers),
        *_how_to_run(name, command, experiment),
    ]


def _how_to_run(name: str, command: str, experiment: Experiment | None) -> Iterator[str]:
    if experiment is None:
        declared = DECLARED[name]
        yield f"Run it, with this text in {name}.qasm{declared.device_note}:"
        yield f"  nvprotocol run {name}.qasm --device {declared.device}{command}"
        return
    file = f"{experiment.name}.toml"
    sections = experiment.settings(0, 0)
    swept = {one.parameter for one in (experiment.scan, experiment.curves) if one is not None}
    scanned = any(path.partition(".")[0] in ("medium", "magnet", "device") for path in swept)
    medium = section_name(medium_section_of(sections))
    where = ", at the first value of what is scanned" if scanned else ""
    yield f"It is for the {medium} and device of {file}{where}:"
    for section in (medium, "device"):
        own = getattr(experiment.content, section).model_fields_set | {
            path.partition(".")[2] for path in swept if path.startswith(f"{section}.")
        }
        values = [
            text for key, value in getattr(sections, section) if key in own for text in _values(section, key, value)
        ]
        line = f"{section}: {', '.join(values) or 'all by default, ideal instruments'}"
        wrapped = textwrap.wrap(line, _WIDTH, initial_indent="  ", subsequent_indent="    ")
        yield from (part.replace(_TOGETHER, " ") for part in wrapped)
    yield f"Run it, with this text in {experiment.name}.qasm next to {file}:"
    yield f"  nvprotocol run {experiment.name}.qasm --device {file}{command}"


def _values(section: str, key: str, value: Any) -> Iterator[str]:
    """One key of a section as "key = value unit"."""
    if value is None or key in ("base", "name"):
        return
    if isinstance(value, dict | BaseModel):
        unit = " ns" if key in _NS else ""
        given = {inner: entry for inner, entry in dict(value).items() if entry is not None}
        yield from (_together(f"{key}.{inner} = {_shown(entry, unit)}") for inner, entry in given.items())
        return
    quantity = PARAMETERS.get(f"{section}.{key}")
    unit = "" if quantity is None else UNIT_NAMES[quantity.dimension]
    unit = "ns" if key in _NS else "GHz" if key == "frequency_ghz" and section == "device" else unit
    yield _together(f"{key} = {_shown(value, f' {unit}' if unit else '')}")


def _together(text: str) -> str:
    """A text that is not torn apart at the end of a line."""
    return text.replace(" ", _TOGETHER)


def _shown(value: Any, unit: str) -> str:
    if isinstance(value, complex) and not value.imag:
        value = value.real
    if isinstance(value, list | tuple):
        return f"[{', '.join(_shown(one, '') for one in value)}]{unit}"
    return f"{value:.12g}{unit}" if isinstance(value, int | float | complex) else str(value)
