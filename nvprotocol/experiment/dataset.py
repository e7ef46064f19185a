"""An experiment's result as one labelled, self-describing data set."""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from nvprotocol.emulation import Estimate
from nvprotocol.experiment.result import Curve, ExperimentResult
from nvprotocol.tomography import pauli_settings

if TYPE_CHECKING:
    from xarray import Dataset

_NUMBERS = {
    "concurrence": "emulated concurrence",
    "concurrence_low": "lower end of its 95 % interval",
    "concurrence_high": "upper end of its 95 % interval",
    "concurrence_error": "its standard error",
    "success_probability": "emulated share of kept runs",
    "success_low": "lower end of its 95 % interval",
    "success_high": "upper end of its 95 % interval",
}
_POINTS = ("curve", "point")
_PACKAGES = ("nvprotocol", "qiskit", "qiskit-aer", "numpy")


def to_dataset(result: ExperimentResult) -> "Dataset":
    """The result as an xarray data set with the dimensions curve, point, fine, setting, outcome, row, column, part.

    Points at which no run was kept are NaN. Density matrices have a dimension `part` of real and imaginary part.

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
    from xarray import Dataset

    scan, curves = result.experiment.scan, result.curves
    variables: dict[str, Any] = {
        name: (_POINTS, [[_number(one, name) for one in curve.estimates] for curve in curves], {"long_name": text})
        for name, text in _NUMBERS.items()
    }
    variables |= _exact_variables(curves) | _tables(result)
    axis = {"long_name": scan.parameter, "units": scan.unit}
    coordinates = {
        "curve": ("curve", [curve.label for curve in curves]),
        "point": ("point", scan.values, axis),
        "fine": ("fine", curves[0].fine, axis),
        "setting": ("setting", list(pauli_settings(2)), {"long_name": "Pauli setting in Qiskit's order"}),
        "part": ("part", ["real", "imaginary"]),
    }
    return Dataset(variables, coordinates, _attributes(result))


def _number(estimate: Estimate | None, name: str) -> float:
    if estimate is None:
        return float("nan")
    return {
        "concurrence": estimate.concurrence,
        "concurrence_low": estimate.interval[0],
        "concurrence_high": estimate.interval[1],
        "concurrence_error": estimate.standard_error,
        "success_probability": estimate.success_probability,
        "success_low": estimate.success_interval[0],
        "success_high": estimate.success_interval[1],
    }[name]


def _exact_variables(curves: list[Curve]) -> dict[str, Any]:
    fine = ("curve", "fine")
    entangled = {"long_name": "concurrence by the master equation"}
    kept = {"long_name": "share of kept runs by the master equation"}
    difference = {"long_name": "emulated − exact concurrence", "units": "σ"}
    return {
        "concurrence_exact": (_POINTS, [curve.exact_concurrence for curve in curves], entangled),
        "success_exact": (_POINTS, [curve.exact.probability for curve in curves], kept),
        "concurrence_fine": (fine, [curve.fine_concurrence for curve in curves], entangled),
        "success_fine": (fine, [curve.fine_exact.probability for curve in curves], kept),
        "deviation": (_POINTS, [curve.deviations for curve in curves], difference),
    }


def _tables(result: ExperimentResult) -> dict[str, Any]:
    missing = np.full((4, 4), complex(np.nan, np.nan))
    states = np.array([[missing if one is None else one.state for one in curve.estimates] for curve in result.curves])
    dimensions = (*_POINTS, "row", "column", "part")
    parts = np.stack([np.real(states), np.imag(states)], axis=-1)
    tables: dict[str, Any] = {"state": (dimensions, parts, {"long_name": "estimated density matrix"})}
    if result.experiment.content.run.shots is not None:
        nothing = np.zeros((len(pauli_settings(2)), 4), dtype=int)
        counts = [[nothing if one is None else one.counts for one in curve.estimates] for curve in result.curves]
        description = {"long_name": "kept counts; outcome bits in Qiskit's order"}
        tables["counts"] = ((*_POINTS, "setting", "outcome"), np.array(counts), description)
    return tables


def _attributes(result: ExperimentResult) -> dict[str, Any]:
    """What a reader needs to know who made this and how, and to make it again."""
    return {
        "title": result.experiment.content.title or result.experiment.name,
        "experiment_file": result.experiment.text,
        "conventions": "times in µs, rates in rad/µs, arrays in Qiskit's qubit order",
        "chi_squared": result.agreement.chi_squared,
        "degrees_of_freedom": result.agreement.degrees_of_freedom,
        "software": ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
    }
