"""Parity checks in a circuit: two CX from the NV qubits onto a monitor, its measurement, and its reset."""

from collections.abc import Sequence
from typing import NamedTuple, NoReturn

import numpy as np
from qiskit.circuit import Measure

from nvprotocol.backend.schedule import Event
from nvprotocol.channels import Channel, depolarising, qubit_readout
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError

_CX = np.eye(4)[[0, 3, 2, 1]]
"""Control is the right-most qubit."""


class Parity(NamedTuple):
    """A parity check.

    Attributes:
        time: Its instant in µs, between the two CX.
        measurement: Number of the event that measures the monitor.
        clbit: Index of the bit that it writes.
    """

    time: float
    measurement: int
    clbit: int


def refuse(operation: str, qubits: Sequence[int], device: Device) -> NoReturn:
    """Says what cannot be played."""
    named = " and ".join(f"NV qubit {k}" if k < device.n_qubits else f"monitor {k - device.n_qubits}" for k in qubits)
    raise UnsupportedCircuitError(
        "Argument `circuit` must consist, for pulses, of delays, gates, measurements and resets of single NV qubits, "
        "and of parity checks (one CX from each NV qubit of a pair onto a monitor in |0⟩, which is then measured and "
        f'reset), but has "{operation}" on {named}.'
    )


def parity_checks(events: Sequence[Event], device: Device) -> dict[int, Parity | None]:
    """Number of each event on a monitor → the check if it is the last CX of one, None for the rest of it.

    Raises:
        UnsupportedCircuitError: If a monitor does anything else.
    """
    found: dict[int, Parity | None] = {}
    monitors = sorted({max(event.qubits) for event in events if event.qubits} - set(range(device.n_qubits)))
    for monitor in monitors:
        own = [k for k, event in enumerate(events) if monitor in event.qubits]
        found |= _of_monitor(own, events, device)
    return found


def _of_monitor(own: list[int], events: Sequence[Event], device: Device) -> dict[int, Parity | None]:
    found: dict[int, Parity | None] = {}
    clean = True
    while own:
        first = events[own[0]]
        if first.operation.name == "reset" and not first.conditions:
            found[own.pop(0)], clean = None, True
            continue
        if not clean or not _is_check(own, events, device):
            refuse(first.operation.name, first.qubits, device)
        one, two, measure = own[:3]
        found |= {one: None, measure: None}
        time = (events[one].time + events[two].time) / 2
        found[two] = Parity(time, measure, events[measure].clbits[0])
        own, clean = own[3:], False
    return found


def _is_check(own: list[int], events: Sequence[Event], device: Device) -> bool:
    """Whether the next events of a monitor are a CX from each NV qubit of a pair and a measurement."""
    if len(own) < 3 or device.n_qubits != 2:
        return False
    one, two, measure = (events[k] for k in own[:3])
    controlled = [event.operation.name == "cx" and event.qubits[1] >= 2 for event in (one, two)]
    between = events[own[0] + 1 : own[1]]
    return (
        all(controlled)
        and {one.qubits[0], two.qubits[0]} == {0, 1}
        and isinstance(measure.operation, Measure)
        and not any(event.conditions for event in (one, two, measure))
        and not any(min(event.qubits) < 2 for event in between)
    )


def errant_check(device: Device, keep: int | None) -> Channel:
    """The map of a check whose CX err: a qubit-by-qubit account of what `Check` is without these errors.

    Args:
        device: The device.
        keep: The reading that is kept, None for both.
    """
    gate = Channel(np.kron(_CX, _CX).astype(complex))
    error = depolarising(2, device.two_qubit_error)
    steps = [step.on([nv, 2], 3) for nv in (0, 1) for step in (gate, error)]
    reading = qubit_readout(device.monitor_readout)
    read = reading.unread if keep is None else reading.branches[keep]
    whole = np.eye(64, dtype=complex)
    for step in [*steps, read.on([2], 3)]:
        whole = step.superoperator @ whole
    # Column-stacked indices are (column, row), the monitor the highest bit of each: it starts in |0⟩ and is traced out.
    parts = whole.reshape(2, 4, 2, 4, 2, 4, 2, 4)[..., 0, :, 0, :]
    return Channel(np.einsum("mcmrCR->crCR", parts).reshape(16, 16))
