"""A device as a table for people."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol._text_table import aligned
from nvprotocol.device.control import Control

if TYPE_CHECKING:
    from nvprotocol.device.device import Device


def device_text(device: "Device") -> str:
    """One line that says whether the instruments are ideal, a row for each of their properties; then the equation."""
    name = "" if device.name == "device" else f' "{device.name}"'
    kind = "ideal" if device.is_ideal else "real"
    head = f"Device{name} with clock {device.dt_ns:g} ns and {kind} instruments"
    table = aligned((_instruments(device) | _qubits(device)).items(), gap=2, indent="  ")
    return "\n".join([head, *table, str(device.equation)])


def _instruments(device: "Device") -> dict[str, str]:
    durations = [f"{name} {show(value)}" for name, value in device.gate_ns.items()]
    readout = device.readout_matrices
    return {
        "durations": f"{', '.join(durations)} ns",
        "slices per gate": str(device.gate_slices),
        "one-qubit error": show(device.single_qubit_error),
        "two-qubit error": show(device.two_qubit_error),
        "initialisation error": show(device.initialisation_error),
        "readout P(1|0)": _each(readout[:, 1, 0]),
        "readout P(0|1)": _each(readout[:, 0, 1]),
        "monitor qubits": str(device.monitors),
        "monitor efficiency": show(device.monitor_efficiency),
        "monitor false alarm": show(device.monitor_false_alarm),
    } | _limits(device)


def _limits(device: "Device") -> dict[str, str]:
    """What antenna and gradient can do; only where it is limited or told."""
    control = device.control
    rows = {"largest Rabi rate": control.max_rabi, "largest detuning": control.max_detuning}
    if control.gradient is not None:
        rows["gradient"] = control.gradient
    limits = {label: f"{show(value)} rad/µs" for label, value in rows.items() if np.isfinite(value)}
    if control.envelope != Control.envelope:
        limits["envelope"] = control.envelope
    if control.crosstalk is None:
        return limits
    rows_of = (", ".join(show(entry) for entry in row) for row in _real_if_real(control.field(device.n_qubits)))
    return limits | {"crosstalk": "[" + ", ".join(f"[{row}]" for row in rows_of) + "]"}


def _real_if_real(matrix: NDArray) -> NDArray:
    return matrix if np.any(np.imag(matrix)) else np.real(matrix)


def _qubits(device: "Device") -> dict[str, str]:
    """What is told of the NV qubits themselves; intrinsic times only where there are any."""
    rows = {"splitting": f"{_each(device.frequencies_ghz, digits=9)} GHz"}
    if device.intrinsic_t1_us is not None:
        rows["intrinsic T1"] = f"{_each(device.intrinsic_t1_us)} µs"
    if device.intrinsic_t2_us is not None:
        rows["intrinsic T2"] = f"{_each(device.intrinsic_t2_us)} µs"
    if device.intrinsic_t1_us is not None or device.intrinsic_t2_us is not None:
        rows["total T1"] = f"{_each(device.total_t1_us)} µs"
        rows["total T2"] = f"{_each(device.total_t2_us)} µs"
    return rows


def _each(values: object, digits: int = 6) -> str:
    """One value if all qubits have the same, else one for each."""
    texts = [f"{value:.{digits}g}" for value in np.atleast_1d(np.asarray(values, dtype=float))]
    return texts[0] if len(set(texts)) == 1 else ", ".join(texts)
