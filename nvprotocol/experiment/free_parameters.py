"""Which parameters of experiment files are free in a fit: their names, where they start, and between which limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from nvprotocol._checks import fail, mapping, real_number, show, text, texts
from nvprotocol._toml import suggestion
from nvprotocol.experiment.file import Experiment
from nvprotocol.experiment.schema import PARAMETERS
from nvprotocol.experiment.sweep import scannable


@dataclass(frozen=True)
class FreeParameters:
    """The free parameters of a fit to experiment files.

    Attributes:
        names: For each file path of a parameter → its name in the fit.
        start: Name → where the search begins.
        bounds: Name → (low, high).
        units: Name → unit.
    """

    names: tuple[dict[str, str], ...]
    start: dict[str, float]
    bounds: dict[str, tuple[float, float]]
    units: dict[str, str]


def free_parameters(
    experiments: Sequence[Experiment],
    free: Sequence[str] | Mapping[str, float | None],
    own: Sequence[str] | Mapping[str, float | None],
    bounds: Mapping[str, tuple[float, float]] | None,
) -> FreeParameters:
    """The free parameters of some files: shared ones by their path, own ones with the name of the file behind it.

    Args:
        experiments: The files.
        free: Paths of what is shared, or path → where to start; None for the value in the file.
        own: Paths of what each file has for itself, likewise.
        bounds: Path or name → (low, high), instead of those that the parameter has by itself.

    Raises:
        ArgumentError: If one is no such parameter of the files, the file says no number to start from, or a limit is
            not one of a free parameter.
    """
    shared, single = _starts(free, "free"), _starts(own, "own")
    if not shared and not single:
        fail("free", "name at least one parameter", "names none")
    for path in single:
        if path in shared:
            fail("own", "name parameters that `free` does not", f"names {show(path)}")
    labels = _labels(experiments)
    names: tuple[dict[str, str], ...] = tuple({} for _ in experiments)
    start, limits, units = {}, {}, {}
    for of, given in (("free", shared), ("own", single)):
        for path, value in given.items():
            for k, experiment in enumerate(experiments):
                name = path if of == "free" else f"{path} ({labels[k]})"
                begins = _start_of(experiment, path, value, of)
                names[k][path] = name
                if name not in start:
                    start[name], units[name] = begins, PARAMETERS[path].unit
                    limits[name] = PARAMETERS[path].bounds
    limits |= _bounds(bounds, names, shared, single)
    return FreeParameters(names, start, {name: ends for name, ends in limits.items() if ends != (-inf, inf)}, units)


def _starts(given: object, called: str) -> dict[str, float | None]:
    """Path → where to start."""
    if isinstance(given, Mapping):
        pairs: Mapping[Any, Any] = given
        return {
            text(path, called): None if value is None else real_number(value, f"{called}[{path!r}]")
            for path, value in pairs.items()
        }
    paths = texts(given, called)
    for path in paths:
        if paths.count(path) > 1:
            fail(called, "name a parameter once", f"names {show(path)} {paths.count(path)} times")
    return dict.fromkeys(paths)


def _labels(experiments: Sequence[Experiment]) -> list[str]:
    """A name for each file, also where some have the same."""
    plain = [one.name for one in experiments]
    found: list[str] = []
    for name in plain:
        label, number = name if plain.count(name) == 1 else f"{name} 1", 1
        while label in found:
            number += 1
            label = f"{name} {number}"
        found.append(label)
    return found


def _start_of(experiment: Experiment, path: str, given: float | None, of: str) -> float:
    """Where a parameter starts, once it is known to be one that a fit may change."""
    known = [one for one in scannable(experiment.content) if not one.startswith("protocol.")]
    known = [one for one in known if not PARAMETERS[one].is_whole]
    if path not in known:
        must = f"be numbers of the medium, the magnet or the device in {experiment.name}"
        set_in_runs = path.startswith("protocol.") and path in PARAMETERS
        fail(of, must, f"has {show(path)}{', which was set in the runs' if set_in_runs else suggestion(path, known)}")
    if given is not None:
        return given
    section, _, key = path.partition(".")
    value = getattr(getattr(experiment.content, section), key)
    if isinstance(value, complex) and not value.imag:
        value = value.real
    if isinstance(value, bool) or not isinstance(value, int | float):
        said = "none" if value is None else show(value)
        fail(of, f"say at which real number {path} starts", f"says none, and neither does the file, which has {said}")
    return float(value)


def _bounds(
    given: object, names: Sequence[Mapping[str, str]], shared: Mapping[str, Any], single: Mapping[str, Any]
) -> dict[str, tuple[float, float]]:
    """The limits that a user gives, by the names of the fit."""
    limits: Mapping[Any, Any] = mapping(given, "bounds", "parameters to pairs of numbers")  # pyright: ignore[reportArgumentType]
    found = {}
    for name, ends in limits.items():
        if name in single:
            found |= {one[name]: ends for one in names}
        elif name in shared or any(name in one.values() for one in names):
            found[name] = ends
        else:
            fail("bounds", f"be of free parameters ({', '.join([*shared, *single])})", f"has {show(name)}")
    return found
