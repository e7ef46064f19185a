"""An experiment file with fitted values put in, and the numbers of a fit for other programs."""

import json
import re
from typing import Any

from nvprotocol._checks import instance
from nvprotocol._toml import assignment, versioned
from nvprotocol._toml.source import line_of
from nvprotocol.errors import FileError
from nvprotocol.experiment.file import parse
from nvprotocol.experiment.fitting import ExperimentFit
from nvprotocol.experiment.portable import leans_on_files, written_out

__all__ = ["fit_json", "fitted_text"]

_VALUE = r"""(?:"[^"]*"|'[^']*'|\[[^\[\]#]*\]|[^#"'\[\]]+?)"""


def fitted_text(found: ExperimentFit, number: int = 0) -> str:
    r"""The text of an experiment file with the fitted values in it, and their intervals on top.

    Comments and order of the file stay, unless it leans on another file, or says a value in a way that cannot be
    replaced; then all sections are written out.

    Args:
        found: The fit.
        number: Which of its files.

    Raises:
        ArgumentError: If it is no fit, or there is no such file.

    Examples:
        >>> import pathlib, tempfile
        >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]\n[medium]"
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "relaxation.csv"
        >>> _ = file.write_text("t,counts,shots\n0.4,460,1000\n1.0,152,1000\n")
        >>> experiment = nv.experiment.parse(text)
        >>> found = nv.experiment.fit(experiment, nv.experiment.read_data(experiment, file), ["medium.a"])
        >>> again = nv.experiment.parse(nv.experiment.fitted_text(found))
        >>> again.content.medium.a == found.values["medium.a"]
        True
    """
    instance(found, "found", ExperimentFit, article="an")
    content, experiment = found.fitted(number), found.experiments[number]
    comment = "\n".join(_comment(found, number))
    text = None if leans_on_files(experiment) else _in_place(found, number)
    if text is not None:
        try:
            said = parse(text, experiment.source.name).content
        except FileError:
            said = None
        if said is not None and said.model_dump() == content.model_dump():
            return versioned(f"{comment}\n{text}", "experiment")
    return written_out(experiment, content, comment)


def _comment(found: ExperimentFit, number: int) -> list[str]:
    """What is on top of the file."""
    lines = [f"# Fitted to measured data; {100 * found.fit.level:g} % intervals."]
    for path, name in found.names[number].items():
        unit = found.fit.units.get(name, "")
        if name in found.values:
            low, high = found.intervals[name]
            lines.append(f"# {path} = {found.values[name]:.6g}, {low:.6g} to {high:.6g} {unit}".rstrip())
        else:
            lines.append(f"# {path} is not identified by the data, and stays as it was.")
    return lines


def _in_place(found: ExperimentFit, number: int) -> str | None:
    """The text with the values replaced; None where one is said in another way than as a line of its own."""
    lines = found.experiments[number].text.splitlines()
    for path, name in found.names[number].items():
        if name not in found.values:
            continue
        section, _, key = path.partition(".")
        at = line_of("\n".join(lines), (section, key)) - 1
        line = lines[at] if at < len(lines) else ""
        if said := re.fullmatch(rf"(\s*(?:{section}\.)?{key}\s*=\s*){_VALUE}(\s*(?:#.*)?)", line):
            lines[at] = f"{said[1]}{found.values[name]!r}{said[2]}"
        elif re.fullmatch(rf"\s*\[{section}\]\s*(?:#.*)?", line):
            lines.insert(at + 1, assignment(key, found.values[name]))
        else:
            return None
    return "\n".join(lines) + "\n"


def fit_json(found: ExperimentFit) -> str:
    r"""Values, intervals, covariance and what else a fit says, as JSON.

    Args:
        found: The fit.

    Raises:
        ArgumentError: If it is no fit of experiment files.

    Examples:
        >>> import json, pathlib, tempfile
        >>> text = "protocol.name = 'relaxometry'\nscan.parameter = 'protocol.duration'\nscan.values = [1.0]"
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "relaxation.csv"
        >>> _ = file.write_text("t,counts,shots\n0.4,460,1000\n1.0,152,1000\n")
        >>> experiment = nv.experiment.parse(text)
        >>> found = nv.experiment.fit(experiment, nv.experiment.read_data(experiment, file), ["medium.a"])
        >>> json.loads(nv.experiment.fit_json(found))["parameters"]["medium.a"]["unit"]
        'rad/µs'
    """
    said = instance(found, "found", ExperimentFit, article="an").fit
    parameters: dict[str, Any] = {}
    for name in said.names:
        entry: dict[str, Any] = {"unit": said.units.get(name, ""), "identified": name in said.values}
        if name in said.values:
            entry |= {"value": said.values[name], "interval": [_number(end) for end in said.intervals[name]]}
            entry |= {"standard_error": _number(said.standard_errors[name]), "at_limit": name in said.at_limit}
            entry |= {"sign_identified": name not in said.mirrored}
        parameters[name] = entry
    content = {
        "parameters": parameters,
        "level": said.level,
        "covariance": {
            "parameters": list(said.values),
            "matrix": [list(map(_number, row)) for row in said.covariance.tolist()],
        },
        "p_value": said.p_value,
        "deviance": said.deviance,
        "notes": [*said.notes, *found.notes],
        "files": [one.name for one in found.experiments],
        "rows": [len(one) for one in found.data],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _number(value: float) -> float | None:
    """A number that JSON has; None for a limit that there is not."""
    return value if abs(value) < float("inf") else None
