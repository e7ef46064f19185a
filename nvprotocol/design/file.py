"""Reading a design file: a magnet, what is asked of it, and in which ranges."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field

from nvprotocol._toml import CONFIG, Time, TomlFile
from nvprotocol.design.cycle import Cycle
from nvprotocol.design.cycle_section import CycleSection, cycle_of
from nvprotocol.design.device_text import device_text
from nvprotocol.design.optimum import Optimum, optimise
from nvprotocol.design.rate_map import Survey, survey
from nvprotocol.design.sector import Array
from nvprotocol.device.medium_section import centre_of, in_folder, magnet_of
from nvprotocol.device.schema import MagnetAlone
from nvprotocol.errors import ArgumentError, DesignFileError
from nvprotocol.magnets.magnet import Magnet
from nvprotocol.magnets.nv_centre import NVCentre
from nvprotocol.runs import Progress
from nvprotocol.runs.work import key_of

__all__ = ["DesignTask", "load", "parse"]

Ends = Annotated[tuple[float, float], Field(strict=False)]


class DesignSection(BaseModel):
    """[design]: what is asked. A range is [lowest, highest]; lengths in nm, frequencies in GHz, times with units."""

    model_config = CONFIG
    target_fidelity: float = 0.95
    separation_nm: float | Ends = (20.0, 500.0)
    height_nm: float | Ends | None = None
    azimuth_deg: float | Ends | None = None
    frequency_ghz: float | Ends | None = None
    temperature_k: float = 0.0
    chemical_potential_ghz: float = 0.0
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
    cycle: CycleSection = CycleSection()


@dataclass(frozen=True, eq=False)
class DesignTask:
    r"""A design file that has been read.

    Attributes:
        magnet: The magnet.
        cycle: What an attempt consists of.
        content: The file's sections.
        source: The file.

    Examples:
        >>> from nvprotocol.design.file import parse
        >>> text = '[magnet]\nkind = "film"\nthickness_nm = 20\ngap_ghz = 2.0\n[design]\nheight_nm = 10\n'
        >>> task = parse(text + 'separation_nm = [50, 200]\nfrequency_ghz = 2.87\npoints = 3')
        >>> best = task.optimum()
        >>> best.inputs["separation_nm"], task.survey(best).separation_nm.tolist()
        (50.0, [50.0, 125.0, 200.0])
    """

    magnet: Magnet
    cycle: Cycle
    content: DesignFile
    source: TomlFile

    @property
    def nv(self) -> NVCentre | None:
        """The NV centre of [magnet.nv], None where a splitting is given."""
        return centre_of(self.content.magnet, self.magnet)

    @property
    def key(self) -> str:
        """SHA-256 of all that decides on the numbers, the version of this package included."""
        asked = {"magnet": self.magnet, "nv": self.nv, "cycle": self.cycle, "design": self.content.design.model_dump()}
        return key_of("design", asked)

    def optimum(self) -> Optimum:
        """The optimal geometry, and magnet parameters where some may vary.

        Raises:
            DesignFileError: If something asked for is impossible; names key and line.
        """
        given = {key: value for key, value in self.content.design if key != "points" and value is not None}
        with self.source.locating(self._key):
            return optimise(self.magnet, cycle=self.cycle, nv=self.nv, **given)

    def survey(
        self,
        best: Optimum,
        executor: Executor | None = None,
        store: str | Path | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> Survey:
        """The map of separations and heights around the optimum, with the numbers of the magnet at their best.

        Args:
            best: The optimum.
            executor: As for `survey`.
            store: As for `survey`.
            progress: As for `survey`.
        """
        asked = self.content.design
        fixed: dict[str, Any] = best.question.fixed_inputs
        heights = None if asked.height_nm is None else _axis(asked.height_nm, asked.points)
        return survey(
            best.question.tuned_magnet(),
            best.question.target_fidelity,
            cycle=best.question.cycle,
            separation_nm=_axis(asked.separation_nm, asked.points),
            height_nm=heights,
            nv=best.question.centres(),
            executor=executor,
            store=store,
            progress=progress,
            **fixed,
        )

    def _key(self, error: ArgumentError) -> tuple[str, ...]:
        """The key of an argument of `optimise`."""
        name = error.path[0]
        if name in CycleSection.model_fields:
            return ("cycle", name)
        if name in self.content.design.vary:
            return ("design", "vary", name)
        return ("design" if name in DesignSection.model_fields else "magnet", *error.path)

    def device_file(self, best: Optimum) -> str:
        """A device file with the magnet and the geometry of the optimum, as other commands take it.

        Args:
            best: The optimum.
        """
        return device_text(in_folder(self.content.magnet, self.source.folder), best)


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
    return _task(TomlFile.read(path, "design", DesignFileError))


def parse(text: str, source: str = "design.toml") -> DesignTask:
    r"""Checks the text of a design file.

    Args:
        text: TOML.
        source: Name of the file for error messages; the path of a table begins at its folder.

    Raises:
        DesignFileError: As for `load`.

    Examples:
        >>> from nvprotocol.design.file import parse
        >>> text = '[magnet]\nkind = "film"\nthickness_nm = 20\ngap_ghz = 2.0\n[design]\nfrequency_ghz = 2.87'
        >>> parse(text).magnet.gap_ghz
        2.0
    """
    return _task(TomlFile(text, source, "design", DesignFileError))


def _task(source: TomlFile) -> DesignTask:
    content = source.content(DesignFile, "[magnet] and [design]")
    with source.locating(lambda error: ("magnet", *error.path)):
        magnet = magnet_of(in_folder(content.magnet, source.folder))
    with source.locating(lambda error: ("cycle", *error.path)):
        cycle = cycle_of(content.cycle, source.folder)
    return DesignTask(magnet, cycle, content, source)


def _axis(ends: float | tuple[float, float], points: int) -> Array:
    return np.linspace(*ends, points) if isinstance(ends, tuple) else np.array([ends])
