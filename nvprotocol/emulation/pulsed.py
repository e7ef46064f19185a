"""The engine "pulse": circuits played as pulses, and what they leave, under the Lindblad equation."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit

from nvprotocol.device import Device
from nvprotocol.errors import NoKeptShotsError, UnsupportedCircuitError
from nvprotocol.pulses import Propagation, Schedule
from nvprotocol.pulses.lowering import lowered

_MOST_BITS = 8


def kept_state(circuit: QuantumCircuit, device: Device, keep: Mapping[int, int]) -> NDArray[np.complex128]:
    """The unnormalised final state of the NV qubits in the runs that are kept, as `exact.kept_state` of the circuit.

    Args:
        circuit: The circuit in native gates.
        device: The device.
        keep: Index of a classical bit → the value that is kept of it.
    """
    return _left(lowered(circuit, device, keep), device)


def distribution(
    circuit: QuantumCircuit, device: Device, keep: Mapping[int, int], report: Sequence[int]
) -> NDArray[np.float64]:
    """Probabilities that a run is kept and some bits read what they read, one axis for each of them, (2, 2, …).

    Raises:
        UnsupportedCircuitError: If more than eight bits are asked for, each of which doubles the number of runs.
    """
    if len(report) > _MOST_BITS:
        must = f"be asked for at most {_MOST_BITS} bits that are not postselected, for pulses"
        raise UnsupportedCircuitError(f"Argument `circuit` must {must}, but is asked for {len(report)}.")
    written = {circuit.find_bit(bit).index for entry in circuit.data for bit in entry.clbits}
    table = np.zeros((2,) * len(report))
    for reading in product((0, 1), repeat=len(report)):
        asked = {bit: value for bit, value in zip(report, reading, strict=True) if bit in written}
        if sum(reading) == sum(asked.values()):  # a bit that nothing writes reads 0
            schedule = lowered(circuit, device, {**keep, **asked}, to_end=False)
            table[reading] = np.trace(_left(schedule, device)).real
    return table


def superoperator(circuit: QuantumCircuit, device: Device) -> NDArray[np.complex128]:
    """The map of a circuit in native gates that measures nothing, shape (4ᴺ, 4ᴺ)."""
    return Propagation(lowered(circuit, device, {}), device).propagator()


def _left(schedule: Schedule, device: Device) -> NDArray[np.complex128]:
    """The state that a schedule leaves, times its odds; 0 where nothing is left."""
    try:
        kept = Propagation(schedule, device).evolve()
    except NoKeptShotsError:
        return np.zeros((2**device.n_qubits,) * 2, dtype=complex)
    return kept.states[-1] * kept.probability[-1]
