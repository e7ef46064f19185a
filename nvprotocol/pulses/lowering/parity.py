"""Parity checks in a circuit: two CX from the NV qubits onto a monitor, its measurement, and its reset."""

from collections.abc import Sequence
from typing import NamedTuple, NoReturn

import numpy as np
from qiskit.circuit import Measure

from nvprotocol.channels import Channel, depolarising, qubit_readout
from nvprotocol.compiler.timing import TimedOperation
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError
from nvprotocol.operators import kraus_superoperator
from nvprotocol.pulses.lowering.timing import begin_of, end_of, is_frame
from nvprotocol.pulses.schedules import TIME_RESOLUTION

_CX = np.eye(4)[[0, 3, 2, 1]]
"""Control is the right-most qubit."""


class Parity(NamedTuple):
    """A parity check.

    Attributes:
        time: Its time in µs, between the two CX.
        measurement: Number of the event that measures the monitor.
    """

    time: float
    measurement: int


def refuse(operation: str, qubits: Sequence[int], device: Device) -> NoReturn:
    """Says what cannot be played."""
    named = " and ".join(f"NV qubit {k}" if k < device.n_qubits else f"monitor {k - device.n_qubits}" for k in qubits)
    raise UnsupportedCircuitError(
        "Argument `circuit` must consist, for pulses, of delays, gates, measurements and resets of single NV qubits, "
        "and of parity checks (CX from both NV qubits of a pair, with nothing between, onto a monitor in |0⟩, which is "
        f'then measured and reset), but has "{operation}" on {named}.'
    )


def in_order(events: Sequence[TimedOperation], device: Device) -> list[TimedOperation]:
    """Events by their beginning; what one NV qubit does while the other's CX of a check is still to come, after that.

    Equal times may differ by rounding; what comes first in the circuit then stays first.
    """
    found = sorted(events, key=lambda event: round(begin_of(event, device) / TIME_RESOLUTION))
    for first in [event for event in found if _is_cx_of_check(event, device)]:
        k = next(place for place, event in enumerate(found) if event is first)
        then = next((j for j in range(k + 1, len(found)) if first.qubits[1] in found[j].qubits), k)
        early = [event for event in found[k + 1 : then] if event.qubits == first.qubits[:1]]
        if early and _is_cx_of_check(found[then], device) and found[then].qubits != first.qubits:
            rest = [event for event in found[k + 1 : then] if event.qubits != first.qubits[:1]]
            found[k + 1 : then + 1] = [*rest, found[then], *early]
    return found


def parity_checks(events: Sequence[TimedOperation], device: Device) -> dict[int, Parity | None]:
    """Number of each event on a monitor → the check if it is the last CX of one, None for the rest of it.

    Args:
        events: The events that happen, `in_order`.
        device: The device.

    Raises:
        UnsupportedCircuitError: If a monitor does anything else.
    """
    found: dict[int, Parity | None] = {}
    monitors = sorted({max(event.qubits) for event in events if event.qubits} - set(range(device.n_qubits)))
    for monitor in monitors:
        own = [k for k, event in enumerate(events) if monitor in event.qubits]
        found |= _of_monitor(own, events, device)
    return found


def _of_monitor(own: list[int], events: Sequence[TimedOperation], device: Device) -> dict[int, Parity | None]:
    found: dict[int, Parity | None] = {}
    clean = True
    while own:
        first = events[own[0]]
        if first.operation.name == "reset":
            found[own.pop(0)], clean = None, True
            continue
        time = _time_of_check(own, events, device) if clean else None
        if time is None:
            refuse(first.operation.name, first.qubits, device)
        one, two, measure = own[:3]
        found |= {one: None, measure: None, two: Parity(time, measure)}
        own, clean = own[3:], False
    return found


def _is_cx_of_check(event: TimedOperation, device: Device) -> bool:
    """Whether it is a CX from an NV qubit onto a monitor."""
    return event.operation.name == "cx" and event.qubits[0] < device.n_qubits <= event.qubits[1]


def _time_of_check(own: list[int], events: Sequence[TimedOperation], device: Device) -> float | None:
    """When the next events of a monitor check a pair: after one NV qubit is ready, and before the other goes on."""
    if len(own) < 3 or device.n_qubits != 2:
        return None
    one, two, measure = (events[k] for k in own[:3])
    if (
        not all(_is_cx_of_check(event, device) for event in (one, two))
        or {one.qubits[0], two.qubits[0]} != {0, 1}
        or not isinstance(measure.operation, Measure)
    ):
        return None
    between = [event for event in events[own[0] + 1 : own[1]] if min(event.qubits) < 2]
    if any(event.qubits != two.qubits[:1] for event in between):
        return None
    time = max([(one.time + two.time) / 2, *(end_of(event, device) for event in between)])
    after = (event for event in events[own[1] + 1 :] if event.qubits == one.qubits[:1] and not is_frame(event))
    early = any(begin_of(event, device) < time - TIME_RESOLUTION for event in after)
    return None if early else time


def errant_check(device: Device, keep: int | None) -> Channel:
    """The map of a check whose CX err: a qubit-by-qubit account of what `Check` is without these errors.

    Args:
        device: The device.
        keep: The reading that is kept, None for both.
    """
    gate = Channel(kraus_superoperator(_CX))
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
