"""How the qubits of a device are read, errors included."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nvprotocol.channels import Instrument, qubit_readout
from nvprotocol.device import Device


def confusion_of(device: Device, qubit: int) -> NDArray[np.float64]:
    """P(read | true) of a qubit in the device's order, true outcome on the columns."""
    return device.readout_matrices[qubit] if qubit < device.n_qubits else device.monitor_readout


def instrument_of(device: Device, qubit: int) -> Instrument:
    """The measurement of a qubit in the device's order."""
    return _instrument(tuple(confusion_of(device, qubit).ravel().tolist()))


@cache
def _instrument(confusion: tuple[float, ...]) -> Instrument:
    return qubit_readout([confusion[:2], confusion[2:]])
