"""The engine "pulse": circuits played as pulses, and what they leave, under the Lindblad equation."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import product

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit

from nvprotocol.backend.schedule import schedule
from nvprotocol.device import Device
from nvprotocol.errors import NoKeptShotsError, UnsupportedCircuitError
from nvprotocol.pulses import Propagation, Schedule
from nvprotocol.pulses.lowering import lowered

_MOST_BITS = 8


def kept_states(
    circuits: Sequence[tuple[QuantumCircuit, Mapping[int, int]]], device: Device
) -> list[NDArray[np.complex128]]:
    """The unnormalised final states of the NV qubits in the runs that are kept, as `exact.kept_state` of each circuit.

    Args:
        circuits: Circuits in native gates, each with what is kept of it: index of a classical bit → its value.
        device: The device.

    Raises:
        NoKeptShotsError: If next to nothing is kept of one, as for `Propagation.evolve`.
    """
    found = []
    for number, run in enumerate(_runs([lowered(circuit, device, keep) for circuit, keep in circuits], device)):
        try:
            kept = run.evolve()
        except NoKeptShotsError as reason:
            which = "" if len(circuits) == 1 else f" of circuit {number}"
            raise NoKeptShotsError(f"No run{which} is kept. {reason}") from None
        found.append(kept.states[-1] * kept.probability[-1])
    return found


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
    written = {bit for event in schedule(circuit, device).events for bit in event.clbits}
    choices = [(0, 1) if bit in written else (0,) for bit in report]  # a bit that nothing writes reads 0
    readings = list(product(*choices))
    asked = [{bit: value for bit, value in zip(report, reading, strict=True) if bit in written} for reading in readings]
    runs = _runs([lowered(circuit, device, {**keep, **one}, to_end=False) for one in asked], device)
    table = np.zeros((2,) * len(report))
    for reading, run in zip(readings, runs, strict=True):
        with suppress(NoKeptShotsError):  # a reading that never occurs
            table[reading] = run.evolve().probability[-1]
    return table


def superoperator(circuit: QuantumCircuit, device: Device) -> NDArray[np.complex128]:
    """The map of a circuit in native gates that measures nothing, shape (4ᴺ, 4ᴺ)."""
    return Propagation(lowered(circuit, device, {}), device).propagator()


def _runs(schedules: Sequence[Schedule], device: Device) -> list[Propagation]:
    """Schedules ready to be followed; equal pulses are followed once."""
    first = Propagation(schedules[0], device)
    return [first, *map(first.of, schedules[1:])]
