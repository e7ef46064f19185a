"""The text of an experiment file that means the same wherever it lies: what it is based on is in it."""

import json
from typing import Any

from nvprotocol.device.catalogue import BUILTIN
from nvprotocol.experiment.file import Experiment


def portable_text(experiment: Experiment) -> str:
    r"""The file as it was read; where it is based on a device file, all sections with that file's values written out.

    Examples:
        >>> from nvprotocol.experiment.portable import portable_text
        >>> text = "protocol.name = 'exchange'\nscan.parameter = 'medium.dm'\nscan.values = [0.1]"
        >>> portable_text(nv.experiment.parse(text)) == text
        True
    """
    base = experiment.content.device.base
    if base is None or base in BUILTIN:
        return experiment.text
    content = experiment.content.model_dump(exclude_none=True)
    content["device"].pop("base")
    content["run"].setdefault("shots", "none")
    lines = [f"# {experiment.name}.toml, with the device file {json.dumps(base)} written out"]
    lines += [_assignment(key, value) for key, value in content.items() if not isinstance(value, dict)]
    for section, values in content.items():
        if isinstance(values, dict):
            lines += ["", f"[{section}]", *(_assignment(key, value) for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _assignment(key: str, value: object) -> str:
    return f"{key} = {_toml(value)}"


def _toml(value: Any) -> str:
    """A value as TOML writes it; a complex coupling as its two parts."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, complex):
        return f"[{value.real!r}, {value.imag!r}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(_assignment(json.dumps(key), one) for key, one in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
