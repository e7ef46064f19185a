"""How the qubits of a device are read, errors included."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from qiskit_aer.noise import NoiseModel, ReadoutError

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


def reads_perfectly(device: Device, n_qubits: int) -> bool:
    """Whether the first qubits of a device are read without error."""
    return all(np.array_equal(confusion_of(device, qubit), np.eye(2)) for qubit in range(n_qubits))


def readout_noise(device: Device, n_qubits: int) -> NoiseModel | None:
    """The readout errors of a device as Aer's noise model, None where it reads without error."""
    if reads_perfectly(device, n_qubits):
        return None
    model = NoiseModel()
    for qubit in range(n_qubits):
        model.add_readout_error(
            ReadoutError(confusion_of(device, qubit).T), [qubit]
        )  # Aer's rows are the true outcomes
    return model
