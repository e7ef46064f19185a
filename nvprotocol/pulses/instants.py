"""Instantaneous operations, as maps of all NV qubits."""

from functools import lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail
from nvprotocol.channels import Channel, parity_check
from nvprotocol.device import Device
from nvprotocol.pulses.events import Act, Check


def channel_of(event: Act | Check, device: Device) -> Channel:
    """The map of an event; of a check with the errors of the device's monitor, Σ P(read | true) Π ρ Π.

    Raises:
        ArgumentError: If the map is that of another number of qubits, or there is no |σᶻ| = 0 to check for.
    """
    n = device.n_qubits
    if isinstance(event, Act):
        if event.channel.n_qubits != n:
            fail("channel", f"act on the {n} NV qubits of the device", f"acts on {event.channel.n_qubits}")
        return event.channel
    return _check(n, tuple(device.monitor_readout.ravel().tolist()), event.keep)


@lru_cache(maxsize=64)
def _check(n_qubits: int, readout: tuple[float, ...], keep: int | None) -> Channel:
    branches = parity_check(n_qubits).branches
    maps = np.array([branches[true].superoperator for true in (0, 1)])
    readings = np.tensordot(np.reshape(readout, (2, 2)), maps, axes=1)
    return Channel(readings.sum(axis=0) if keep is None else readings[keep])


def initial_state(device: Device) -> NDArray[np.complex128]:
    """|↑…↑⟩ as the device's initialisation makes it."""
    e = device.initialisation_error
    return np.diag(reduce(np.kron, [np.array([1 - e, e])] * device.n_qubits)).astype(complex)
