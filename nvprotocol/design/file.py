"""Reading a design file: a magnet, what is asked of it, and between which ends."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from nvprotocol._toml import CONFIG, Time, about_key, in_file, of_validation, parsed, text_of
from nvprotocol.design.bell_yield import RAD_PER_US_PER_NT
from nvprotocol.design.optimum import Optimum, optimise
from nvprotocol.design.survey import Survey, survey
from nvprotocol.device.beside import magnet_of
from nvprotocol.device.magnet_schema import PLACE, MagnetAlone
from nvprotocol.device.surroundings import MagnetError, either
from nvprotocol.errors import ArgumentError, DesignFileError
from nvprotocol.magnets.magnet import Magnet

__all__ = ["DesignTask", "load", "parse"]

Ends = Annotated[tuple[float, float], Field(strict=False)]


class DesignSection(BaseModel):
    """[design]: what is asked. A range is [lowest, highest]; lengths in nm, frequencies in GHz, times with units."""

    model_config = CONFIG
    target_fidelity: float = 0.95
    separation_nm: float | Ends = (20.0, 500.0)
    height_nm: float | Ends | None = None
    frequency_ghz: float | Ends
    temperature_k: float = 0.0
    overhead: Time = 20.0
    dephasing_time: Time | None = None
    field_difference_nt: float = 0.0
    points: int = Field(default=40, ge=2, le=1000)
    vary: dict[str, Ends] = {}
    uncertainties: dict[str, float] = {}


class DesignFile(BaseModel):
    """The whole file."""

    model_config = CONFIG
    title: str = ""
    magnet: MagnetAlone = Field(discriminator="kind")
    design: DesignSection


@dataclass(frozen=True, eq=False)
class DesignTask:
    """A design file that has been read.

    Attributes:
        title: Its title.
        magnet: The magnet.
        section: The keys of its [magnet].
        asked: The section [design].
        text: The file as it was read.
        source: Its name.
    """

    title: str
    magnet: Magnet | None
    section: dict[str, Any]
    asked: DesignSection
    text: str
    source: str

    def optimum(self) -> Optimum:
        """The best place, and best numbers of the magnet where some may vary.

        Raises:
            DesignFileError: If something asked for is impossible; names key and line.
        """
        given = self.asked.model_dump(exclude={"points", "vary", "uncertainties"})
        given["dephasing_time"] = np.inf if given["dephasing_time"] is None else given["dephasing_time"]
        assert self.magnet is not None  # only while the file is read
        with _located(self):
            return optimise(self.magnet, vary=self.asked.vary, uncertainties=self.asked.uncertainties, **given)

    def survey(self, best: Optimum) -> Survey:
        """The map of separations and heights around the optimum, with the numbers of the magnet at their best.

        Args:
            best: The optimum.
        """
        question = best.question
        given = dict(question.inputs)
        axes = {}
        for name in ("separation_nm", "height_nm"):
            ends = getattr(self.asked, name)
            axes[name] = None if ends is None else np.linspace(*ends, self.asked.points) if np.ndim(ends) else [ends]
        return survey(
            question.tuned_magnet(),
            question.target_fidelity,
            overhead=question.overhead,
            frequency_ghz=given["frequency_ghz"],
            temperature_k=given["temperature_k"],
            dephasing_time=given["dephasing_time"],
            field_difference_nt=given["field_difference_nt"],
            **axes,
        )

    def device_file(self, best: Optimum) -> str:
        """A device file with the magnet and the place of the optimum, as other commands take it.

        Args:
            best: The optimum.
        """
        inputs = best.question.inputs
        section = {**self.section, **{name: inputs[name] for name in inputs if name in PLACE or name in self.section}}
        section |= {name: value for name, value in best.inputs.items() if best.question.of_magnet(name)}
        if "gap_ghz" in best.inputs:  # which a field would give, too
            section = {name: value for name, value in section.items() if name not in ("field_mt", "anisotropy_mt")}
        material = section.pop("material", None)
        lines = [f"# {one}" for one in str(best).splitlines()]
        lines += ["", "[magnet]", *(f"{name} = {_toml(one)}" for name, one in section.items() if one is not None)]
        if isinstance(material, str):
            lines.append(f"material = {_toml(material)}")
        lines += ["", "[device]", 'name = "optimum"', f"detuning = {_toml(_detuning(inputs))}"]
        if np.isfinite(inputs.get("dephasing_time", np.inf)):
            lines.append(f"t2 = {_toml(inputs['dephasing_time'])}  # µs")
        if isinstance(material, dict):
            lines += ["", "[magnet.material]", *(f"{key} = {_toml(one)}" for key, one in material.items() if one)]
        return "\n".join(lines) + "\n"


def load(path: str | Path) -> DesignTask:
    """Reads a design file.

    Args:
        path: A TOML file.

    Raises:
        DesignFileError: If the file cannot be read, is not TOML, or says what it must not; names key and line.

    Examples:
        >>> from nvprotocol.design.file import load
        >>> load("nowhere.toml")
        Traceback (most recent call last):
            ...
        nvprotocol.errors.DesignFileError: nowhere.toml: there is no such file.
    """
    return parse(text_of(Path(path), DesignFileError), str(path))


def parse(text: str, source: str = "design.toml") -> DesignTask:
    r"""Checks the text of a design file.

    Args:
        text: TOML.
        source: Name of the file for error messages.

    Raises:
        DesignFileError: As for `load`.

    Examples:
        >>> from nvprotocol.design.file import parse
        >>> text = '[magnet]\nkind = "film"\nthickness_nm = 20\ngap_ghz = 2.0\n[design]\nfrequency_ghz = 2.87'
        >>> parse(text).magnet.gap_ghz
        2.0
    """
    raw = parsed(text, source, "[magnet] and [design]", DesignFileError)
    try:
        content = DesignFile.model_validate(raw)
    except ValidationError as error:
        raise DesignFileError(of_validation(error, text, source, DesignFile)) from None
    section = either(None, content.magnet, Path(source).parent)
    assert section is not None  # it was given
    given = section.model_dump()
    task = DesignTask(content.title, None, given, content.design, text, source)
    with _located(task):
        return replace(task, magnet=magnet_of(given))


@contextmanager
def _located(task: DesignTask) -> Iterator[None]:
    """Errors of arguments as errors of the file, with the key and its line."""
    try:
        yield
    except ArgumentError as error:
        name, _, inner = str(error).split("`")[1].partition("[")
        path = ("design", name, *([inner.strip('"]')] if inner else []))
        if isinstance(error, MagnetError) or (name in task.section and name not in DesignSection.model_fields):
            path = ("magnet", name)
        elif name in task.asked.vary:
            path = ("design", "vary", name)
        raise DesignFileError(in_file(task.source, task.text, path, about_key(error, path))) from None


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]"
    return f"{value:.8g}" if isinstance(value, float) else str(value)


def _detuning(inputs: Mapping[str, float]) -> float:
    return inputs.get("field_difference_nt", 0.0) * RAD_PER_US_PER_NT / 2
