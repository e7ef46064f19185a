"""Checks of what a device is made from; each returns the value in the form in which the device keeps it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import (
    check_readout_tells,
    fail,
    nonnegative_array,
    real_number,
    show,
    stochastic_columns,
    whole_number,
)
from nvprotocol._read_only import ReadOnlyDict
from nvprotocol._typing import ArrayLike
from nvprotocol.device.catalogue import INSTANTANEOUS, NOT_GATES, ONE_QUBIT_GATES, TWO_QUBIT_GATES
from nvprotocol.device.control import checked_control
from nvprotocol.device.intrinsic import check_coherence, checked_times
from nvprotocol.master_equation import MasterEquation

# Greatest values of what is a probability or an infidelity: to depolarise a qubit is an infidelity of 1/2, a pair 3/4.
_SHARES = {
    "single_qubit_error": 0.5,
    "two_qubit_error": 0.75,
    "initialisation_error": 0.5,
    "monitor_efficiency": 1.0,
    "monitor_false_alarm": 1.0,
}
_MOST_MONITORS, _MOST_SLICES = 1000, 100_000
"""More than any simulation here follows."""

_TIMED = ONE_QUBIT_GATES | TWO_QUBIT_GATES | set(NOT_GATES)


def checked_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a device by name, each in the form in which it is kept."""
    n_qubits = checked_equation(given["equation"]).n_qubits
    if not isinstance(given["name"], str) or not given["name"]:
        fail("name", "be a text that is not empty", f"is {show(given['name'])}")
    values = {
        "dt_ns": real_number(given["dt_ns"], "dt_ns", above=0.0),
        "gate_ns": checked_durations(given["gate_ns"]),
        "readout": checked_readout(given["readout"], n_qubits),
        "intrinsic_t1_us": checked_times(given["intrinsic_t1_us"], "intrinsic_t1_us", n_qubits),
        "intrinsic_t2_us": checked_times(given["intrinsic_t2_us"], "intrinsic_t2_us", n_qubits),
        "t2_star_us": checked_times(given["t2_star_us"], "t2_star_us", n_qubits),
        "noise_correlation": checked_correlation(given["noise_correlation"], n_qubits),
        "monitors": whole_number(given["monitors"], "monitors", minimum=1, maximum=_MOST_MONITORS),
        "frequency_ghz": real_number(given["frequency_ghz"], "frequency_ghz", above=0.0),
        "gate_slices": whole_number(given["gate_slices"], "gate_slices", minimum=1, maximum=_MOST_SLICES),
        "control": checked_control(given["control"], n_qubits),
    }
    for name, greatest in _SHARES.items():
        values[name] = real_number(given[name], name, minimum=0.0, maximum=greatest)
    if values["monitor_efficiency"] < values["monitor_false_alarm"]:
        must = f"be at most monitor_efficiency = {show(values['monitor_efficiency'])}, or a check says the opposite"
        fail("monitor_false_alarm", must, f"is {show(values['monitor_false_alarm'])}")
    check_coherence(values["intrinsic_t1_us"], values["intrinsic_t2_us"])
    return values


def checked_correlation(value: object, n_qubits: int) -> float:
    """A correlation coefficient that any two of the qubits can have."""
    least = -1 / max(n_qubits - 1, 1)
    return real_number(value, "noise_correlation", minimum=least, maximum=1.0)


def checked_equation(equation: object) -> MasterEquation:
    """A master equation without batch axes."""
    if not isinstance(equation, MasterEquation):
        fail("equation", "be a MasterEquation", f"is of type {type(equation).__name__}")
    if equation.batch_shape:
        fail("equation", "describe one device, without batch axes", f"has batch {equation.batch_shape}")
    return equation


def checked_durations(gate_ns: object) -> Mapping[str, float]:
    """Durations in ns merged over the instantaneous ones, not to be written to."""
    if not isinstance(gate_ns, Mapping):
        fail("gate_ns", "be a mapping of names to durations in ns", f"is of type {type(gate_ns).__name__}")
    for name in gate_ns:
        if not isinstance(name, str) or name not in _TIMED:
            must = 'have as keys gates of one or two qubits such as "sx" or "cx", or ' + ", ".join(
                f'"{known}"' for known in NOT_GATES
            )
            fail("gate_ns", must, f"has {show(name)}")
    given = {name: real_number(value, f'gate_ns["{name}"]', minimum=0.0) for name, value in gate_ns.items()}
    return ReadOnlyDict(INSTANTANEOUS | given)


def checked_readout(readout: ArrayLike | None, n_qubits: int) -> NDArray[np.float64] | None:
    """P(read | true) of single qubits, columns normalised to rounding, in the shape as given."""
    if readout is None:
        return None
    matrix = nonnegative_array(readout, "readout")
    if matrix.shape not in ((2, 2), (n_qubits, 2, 2)):
        fail("readout", f"have shape (2, 2) or ({n_qubits}, 2, 2)", f"has shape {matrix.shape}")
    matrix = stochastic_columns(matrix, "readout")
    check_readout_tells(matrix, "readout")
    return matrix
