"""An experiment's result as one labelled, self-describing data set."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nvprotocol._checks import instance
from nvprotocol._checks import path as as_path
from nvprotocol._file_contents import netcdf, read_netcdf
from nvprotocol._file_format import FORMAT_VERSIONS, VERSION_KEY
from nvprotocol._writing import write_file
from nvprotocol.emulation import Estimate
from nvprotocol.experiment.chunks import key_of
from nvprotocol.experiment.observable import Emulated, value_of
from nvprotocol.experiment.result import Curve, ExperimentResult

if TYPE_CHECKING:
    from xarray import Dataset

_POINTS = ("curve", "point")
_PACKAGES = ("nvprotocol", "qiskit", "qiskit-aer", "numpy")


def to_dataset(result: ExperimentResult) -> "Dataset":
    """The result as an xarray data set with the dimensions curve, point, fine, setting, outcome, row, column, part.

    The observable is `concurrence`, or `probability` where the protocol ends with a readout; then there are no states.
    Points at which no run was kept are NaN. Density matrices have a dimension `part` of real and imaginary part.

    Raises:
        ArgumentError: If it is no result of an experiment.

    Examples:
        >>> text = '''
        ... [protocol]
        ... name = "dissipative_entanglement"
        ... [scan]
        ... parameter = "protocol.duration"
        ... values = [1.0]
        ... [run]
        ... shots = 500
        ... '''
        >>> data = nv.experiment.to_dataset(nv.experiment.run(nv.experiment.parse(text)))
        >>> data.concurrence.dims, data.point.attrs["units"]
        (('curve', 'point'), 'µs')
    """
    instance(result, "result", ExperimentResult, article="an")
    from xarray import Dataset

    scan, curves, observable = result.experiment.scan, result.curves, result.observable
    variables = _emulated_variables(result) | _exact_variables(result) | _tables(result) | _measured_variables(result)
    axis = {"long_name": scan.parameter, "units": scan.unit}
    settings = {"long_name": "Pauli setting in Qiskit's order" if observable.outcomes is None else "register"}
    coordinates = {
        **_measured_coordinate(result),
        "curve": ("curve", [curve.label for curve in curves]),
        "point": ("point", scan.values, axis),
        "fine": ("fine", curves[0].fine, axis),
        "setting": ("setting", list(observable.settings), settings),
        "outcome": ("outcome", list(observable.readings), {"long_name": "what is read, bits in Qiskit's order"}),
        "part": ("part", ["real", "imaginary"]),
    }
    return Dataset(variables, coordinates, _attributes(result))


def write_dataset(result: ExperimentResult, path: str | Path) -> None:
    r"""Writes the data set of a result as NetCDF, with a digest behind its end, where readers of NetCDF do not look.

    Raises:
        ArgumentError: If it is no result of an experiment, or `path` is no path.
        OutputError: If the file cannot be written.

    Examples:
        >>> import tempfile
        >>> text = "protocol.name = 'exchange'\nscan.parameter = 'medium.dm'\nscan.values = [0.1, 0.2]"
        >>> result, path = nv.experiment.run(nv.experiment.parse(text)), tempfile.mkdtemp() + "/data.nc"
        >>> nv.experiment.write_dataset(result, path)
        >>> nv.experiment.read_dataset(path).equals(nv.experiment.to_dataset(result))
        True
    """
    file = as_path(path, "path")
    write_file(file, netcdf(to_dataset(result)))


def read_dataset(path: str | Path) -> "Dataset":
    """Reads a data set that `write_dataset` has written, or the command line; one that has changed is refused.

    Any program that knows NetCDF reads these files; this function also tells whether they are what was written.

    Raises:
        ArgumentError: If `path` is no path.
        FileError: If there is no such file, or it has changed since it was written.

    Examples:
        >>> nv.experiment.read_dataset("nowhere.nc")
        Traceback (most recent call last):
            ...
        nvprotocol.errors.FileError: nowhere.nc: cannot be read (No such file or directory).
    """
    return read_netcdf(as_path(path, "path"))


def _emulated_variables(result: ExperimentResult) -> dict[str, Any]:
    name = result.observable.name
    described = {
        name: f"emulated {_described(result)}",
        f"{name}_low": "lower end of its 95 % interval",
        f"{name}_high": "upper end of its 95 % interval",
        f"{name}_error": "its standard error",
        "success_probability": "emulated success probability",
        "success_low": "lower end of its 95 % interval",
        "success_high": "upper end of its 95 % interval",
    }
    numbers = np.array([[_numbers(one) for one in curve.estimates] for curve in result.curves])
    columns = zip(described.items(), np.moveaxis(numbers, -1, 0), strict=True)
    return {key: (_POINTS, values, {"long_name": text}) for (key, text), values in columns}


def _described(result: ExperimentResult) -> str:
    """The observable in words."""
    observable = result.observable
    if observable.outcomes is None:
        return observable.name
    return f"probability {observable.symbol} of reading {' or '.join(observable.outcomes)}"


def _numbers(one: Emulated | None) -> tuple[float, ...]:
    if one is None:
        return (float("nan"),) * 7
    return (value_of(one), *one.interval, one.standard_error, one.success_probability, *one.success_interval)


def _exact_variables(result: ExperimentResult) -> dict[str, Any]:
    curves, name, fine = result.curves, result.observable.name, ("curve", "fine")
    asked = {"long_name": f"exact {_described(result)}, instruments included"}
    kept = {"long_name": "exact success probability, instruments included"}
    ideal = {"long_name": f"{_described(result)} by the master equation, instruments ideal"}
    difference = {"long_name": f"emulated − exact {name}", "units": "σ"}
    variables: dict[str, Any] = {
        f"{name}_exact": (_POINTS, [curve.exact.values for curve in curves], asked),
        "success_exact": (_POINTS, [curve.exact.probability for curve in curves], kept),
        f"{name}_fine": (fine, [curve.fine_exact.values for curve in curves], asked),
        "success_fine": (fine, [curve.fine_exact.probability for curve in curves], kept),
        "deviation": (_POINTS, [curve.deviations for curve in curves], difference),
    }
    if any(curve.ideal is not None for curve in curves):
        theory = [_ideal(curve) for curve in curves]
        variables[f"{name}_ideal"] = (fine, [one.values for one in theory], ideal)
        variables["success_ideal"] = (
            fine,
            [one.probability for one in theory],
            {"long_name": "success probability by the master equation, instruments ideal"},
        )
    return variables


def _ideal(curve: Curve) -> Any:
    return curve.fine_exact if curve.ideal is None else curve.ideal


def _tables(result: ExperimentResult) -> dict[str, Any]:
    curves, observable = result.curves, result.observable
    tables: dict[str, Any] = {}
    if observable.outcomes is None:
        missing = np.full((4, 4), complex(np.nan, np.nan))
        states = [[one.state if isinstance(one, Estimate) else missing for one in curve.estimates] for curve in curves]
        parts = np.stack([np.real(states), np.imag(states)], axis=-1)
        dimensions = (*_POINTS, "row", "column", "part")
        tables["state"] = (dimensions, parts, {"long_name": "estimated density matrix"})
    if result.experiment.content.run.shots is not None:
        nothing = np.zeros((len(observable.settings), len(observable.readings)), dtype=int)
        counts = [[nothing if one is None else one.counts for one in curve.estimates] for curve in curves]
        if observable.outcomes is None:
            tables["p_value"] = (_POINTS, result.p_values, {"long_name": "p-value of the model of the tomography"})
        tables["counts"] = ((*_POINTS, "setting", "outcome"), np.array(counts), {"long_name": "kept counts"})
    return tables


def _measured_coordinate(result: ExperimentResult) -> dict[str, Any]:
    """The scan at every measured point of all curves, one after the other."""
    if result.measured is None:
        return {}
    axis = {"long_name": result.experiment.scan.parameter, "units": result.experiment.scan.unit}
    return {"measured_point": ("measured_point", np.concatenate([one.x for one in result.measured.points]), axis)}


def _measured_variables(result: ExperimentResult) -> dict[str, Any]:
    """What a laboratory has measured, where the file says it."""
    if result.measured is None:
        return {}
    described = {
        "values": ("measured", f"measured {_described(result)}"),
        "low": ("measured_low", "lower end of its 95 % interval"),
        "high": ("measured_high", "upper end of its 95 % interval"),
    }
    points, along = result.measured.points, "measured_point"
    numbers = np.concatenate([np.full(one.x.size, k) for k, one in enumerate(points)])
    variables: dict[str, Any] = {"measured_curve": (along, numbers, {"long_name": "number of the curve"})}
    for name, (key, text) in described.items():
        variables[key] = (along, np.concatenate([getattr(one, name) for one in points]), {"long_name": text})
    return variables


def _measured_attributes(result: ExperimentResult) -> dict[str, Any]:
    """How measured data agree with the exact distribution."""
    if result.measured is None:
        return {}
    found = result.measured.agreement
    return {
        "measured_chi_squared": found.chi_squared,
        "measured_degrees_of_freedom": found.degrees_of_freedom,
    }


def _attributes(result: ExperimentResult) -> dict[str, Any]:
    """What a reader needs to know who made this and how, and to make it again."""
    return {
        VERSION_KEY: FORMAT_VERSIONS["experiment data"],
        "title": result.experiment.content.title or result.experiment.name,
        "key": key_of(result.experiment),
        "experiment_file": result.experiment.text,
        "conventions": "times in µs, rates in rad/µs, arrays in Qiskit's qubit order",
        "chi_squared": result.agreement.chi_squared,
        "degrees_of_freedom": result.agreement.degrees_of_freedom,
        "tomography": "none" if result.observable.outcomes is not None else f"ansatz {result.observable.ansatz}",
        "software": ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
        **_measured_attributes(result),
    }
