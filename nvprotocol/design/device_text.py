"""An optimum as a device file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from nvprotocol._toml import assignment, versioned
from nvprotocol.design.cycle_section import instruments
from nvprotocol.design.optimum import Optimum
from nvprotocol.design.yields import RAD_PER_US_PER_NT
from nvprotocol.device.medium_section import in_folder
from nvprotocol.device.schema import PLACE, PLACED

_DIGITS = 8


def device_text(magnet: BaseModel, best: Optimum) -> str:
    r"""The device file with the magnet and the geometry of an optimum, which other commands take.

    Args:
        magnet: The section [magnet] that was asked about.
        best: The optimum.

    Examples:
        >>> from nvprotocol.design.device_text import device_text
        >>> from nvprotocol.device.schema import FilmSection
        >>> section = FilmSection(kind="film", thickness_nm=20.0, gap_ghz=2.0)
        >>> film = nv.magnets.Film(nv.magnets.YIG, 20.0, 2.0)
        >>> best = nv.design.optimise(film, separation_nm=(50, 90), height_nm=10.0, frequency_ghz=2.87)
        >>> text = device_text(section, best)
        >>> print(*text.splitlines()[-6:], sep="\n")
        chemical_potential_ghz = 0.0
        height_nm = 10.0
        <BLANKLINE>
        [device]
        name = "optimum"
        detuning = 0.0
    """
    inputs = {name: _rounded(value) for name, value in best.question.inputs.items()}
    section = in_folder(magnet, Path.cwd()).model_dump(exclude_none=True)
    section |= {name: value for name, value in inputs.items() if name in PLACE or best.question.of_magnet(name)}
    order = [name for name in PLACED[section["kind"]].model_fields if name in section]
    lines = [f"# {one}" for one in str(best).splitlines()]
    lines += ["", "[magnet]", *(assignment(name, section[name]) for name in order)]
    lines += ["", "[device]", *(assignment(name, value) for name, value in _device(inputs).items())]
    lines += [assignment(name, value) for name, value in instruments(best.question.cycle).items()]
    return versioned("\n".join(lines) + "\n", "device")


def _device(inputs: Mapping[str, float]) -> dict[str, Any]:
    detuning = inputs.get("field_difference_nt", 0.0) * RAD_PER_US_PER_NT / 2
    device: dict[str, Any] = {"name": "optimum", "detuning": _rounded(detuning)}
    if np.isfinite(inputs.get("dephasing_time", np.inf)):
        device["intrinsic_t2"] = inputs["dephasing_time"]
    return device


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
