"""The text of an experiment file that means the same wherever it lies: what it is based on is in it."""

import hashlib
import json
from pathlib import Path

from nvprotocol._reading import read_text
from nvprotocol._toml import assignment, versioned
from nvprotocol.device.catalogue import BUILTIN
from nvprotocol.device.medium_section import in_folder
from nvprotocol.experiment.file import Experiment
from nvprotocol.experiment.measured import files_of
from nvprotocol.experiment.schema import ExperimentFile
from nvprotocol.inference.data_files import MOST_BYTES


def portable_text(experiment: Experiment) -> str:
    r"""The file as it was read, with the version of its format, unless it leans on another file.

    Then all sections are written out: with the values of the device file that it is based on, and with the whole paths
    of a table that its magnet is read from and of measured data, whose digest is on top.

    Examples:
        >>> from nvprotocol.experiment.portable import portable_text
        >>> text = "protocol.name = 'exchange'\nscan.parameter = 'medium.dm'\nscan.values = [0.1]"
        >>> print(portable_text(nv.experiment.parse(text)))
        format_version = 1
        protocol.name = 'exchange'
        scan.parameter = 'medium.dm'
        scan.values = [0.1]
    """
    if not leans_on_files(experiment):
        return versioned(experiment.text, "experiment")
    base = experiment.content.device.base
    given = "" if base is None or base in BUILTIN else f", with the device file {json.dumps(base)} written out"
    comment = [f"# {experiment.name}.toml{given}"]
    for file in files_of(experiment):  # so that a result of other data is another result
        digest = hashlib.sha256(read_text(file, most=MOST_BYTES, encoding="utf-8-sig").encode()).hexdigest()
        comment.append(f"# data {json.dumps(file.name, ensure_ascii=False)}: SHA-256 {digest}")
    return written_out(experiment, experiment.content, "\n".join(comment))


def leans_on_files(experiment: Experiment) -> bool:
    """Whether the text means something else in another folder."""
    base = experiment.content.device.base
    tabulated = getattr(experiment.content.magnet, "file", None) is not None
    return tabulated or experiment.content.data is not None or not (base is None or base in BUILTIN)


def written_out(experiment: Experiment, sections: ExperimentFile, comment: str) -> str:
    """All sections of an experiment file as text, with whole paths.

    Args:
        experiment: The file, from whose folder paths begin.
        sections: What the file says, completed by what it is based on.
        comment: Lines on top.
    """
    content, magnet = sections.model_dump(exclude_none=True), sections.magnet
    if sections.device.base not in BUILTIN:
        content["device"].pop("base", None)
    if magnet is not None:
        content["magnet"] = in_folder(magnet, Path.cwd()).model_dump(exclude_none=True)
        content.pop("medium")  # of which there is a default
        content["device"].pop("frequency_ghz", None)  # that of the magnet, whatever a base says
    content["run"].setdefault("shots", "none")
    if sections.data is not None:
        content["data"]["file"] = [str(Path.cwd() / file) for file in files_of(experiment)]
    lines = [comment]
    lines += [assignment(key, value) for key, value in content.items() if not isinstance(value, dict)]
    for section, values in content.items():
        if isinstance(values, dict):
            lines += ["", f"[{section}]", *(assignment(key, value) for key, value in values.items())]
    return versioned("\n".join(lines) + "\n", "experiment")
