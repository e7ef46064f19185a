"""Writing a circuit of the gallery as OpenQASM 3."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from nvprotocol.experiment import Experiment
    from nvprotocol.protocols.parameters import Parameter

_UNIT = re.compile(r"(?<=[\d.])\s*(?=[a-zµμ/])(?!e[-+\d])")
"""Where a number ends and its unit begins: 2us, 2 us, 1e-3ms."""
_BARE = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
"""A number without a unit, in house units."""


def export(source: str, output: Path | None, settings: Sequence[str]) -> None:
    """Writes the circuit of a protocol, or of the [protocol] section of an experiment file."""
    from nvprotocol._checks import fail, show
    from nvprotocol._writing import check_writable, write_file
    from nvprotocol.experiment.qasm import to_qasm

    if output is not None:
        check_writable(output)
    named = _named(source)
    protocol = named if isinstance(named, str) else named.content.protocol.name
    parameters: dict[str, Any] = {}
    for setting in settings:
        one = _set(protocol, setting)
        if name := next(iter(one.keys() & parameters.keys()), None):
            fail("--set", "name a parameter once", f"names {show(name)} twice")
        parameters |= one
    text = to_qasm(named, **parameters)
    if output is None:
        click.echo(text, nl=False)
        return
    write_file(output, text)


def _named(source: str) -> "str | Experiment":
    """A protocol by its name, or an experiment file."""
    from nvprotocol import experiment
    from nvprotocol._checks import fail, show
    from nvprotocol._toml import suggestion
    from nvprotocol.protocols.parameters import PARAMETERS

    if source in PARAMETERS:
        return source
    if not source.endswith(".toml"):
        meant = suggestion(source, [*PARAMETERS])
        fail("NAME", "be an experiment file (.toml) or a protocol", f"is {show(source)}{meant}")
    return experiment.load(source)


def _set(protocol: str, setting: str) -> dict[str, Any]:
    """One parameter from NAME=VALUE; a time or rate may have a unit."""
    from nvprotocol._checks import fail, show
    from nvprotocol.protocols.parameters import PARAMETERS

    declared = {one.name: one for one in PARAMETERS[protocol]}
    name, equals, text = setting.partition("=")
    if not equals:
        fail("--set", "be NAME=VALUE such as duration=2us", f"is {show(setting)}")
    if name.strip() not in declared:
        fail("--set", f"name a parameter of {protocol}: {', '.join(declared)}", f"names {show(name.strip())}")
    return {name.strip(): _value(declared[name.strip()], text.strip())}


def _value(parameter: "Parameter", text: str) -> object:
    from nvprotocol._checks import fail, show
    from nvprotocol.units import in_house_units

    if parameter.kind in ("time", "rate"):
        quantity = float(text) if _BARE.fullmatch(text) else _UNIT.sub(" ", text, count=1)
        return in_house_units(quantity, parameter.kind, parameter.name)
    try:
        if parameter.kind == "coupling":
            return complex(text)
        if parameter.kind == "number":
            return float(text)
        if parameter.kind == "whole":
            return int(text)
    except ValueError:
        fail(parameter.name, f"be a {'whole ' if parameter.kind == 'whole' else ''}number", f"is {show(text)}")
    return int(text) if parameter.kind == "choice" and text.isdigit() else text
