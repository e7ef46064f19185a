"""The engine "pulse": circuits played as pulses, and what they leave, under the Lindblad equation."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.device import Device
from nvprotocol.engines.engine import Engine
from nvprotocol.errors import NoKeptShotsError, UnsupportedCircuitError
from nvprotocol.pulses import Propagation, Schedule
from nvprotocol.pulses.lowering import lowered

_MOST_BITS = 8


class PulseEngine(Engine):
    """Pulses under the Lindblad equation (`nvprotocol.pulses`)."""

    follows_pulses = True

    def kept_states(self, circuits: Sequence[CompiledCircuit]) -> list[NDArray[np.complex128]]:
        """The unnormalised final states of the NV qubits in the runs that are kept.

        Raises:
            NoKeptShotsError: If next to nothing is kept of one, as for `Propagation.evolve`.
        """
        schedules = [lowered(circuit.native, self.device, circuit.keep) for circuit in circuits]
        found = []
        for number, run in enumerate(_runs(schedules, self.device, [circuit.shifts for circuit in circuits])):
            try:
                kept = run.evolve()
            except NoKeptShotsError as reason:
                which = "" if len(circuits) == 1 else f" of circuit {number}"
                raise NoKeptShotsError(f"No run{which} is kept. {reason}") from None
            found.append(kept.states[-1] * kept.probability[-1])
        return found

    def distributions(
        self, circuits: Sequence[CompiledCircuit], bits: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float64]]:
        """Probabilities that a run is kept and some bits of each circuit read what they read.

        Raises:
            UnsupportedCircuitError: If more than eight bits are asked for, each of which doubles the number of runs.
        """
        return [_distribution(circuit, self.device, report) for circuit, report in zip(circuits, bits, strict=True)]

    def superoperator(self, circuit: CompiledCircuit) -> NDArray[np.complex128]:
        """The map of the pulses of a circuit that measures nothing."""
        return Propagation(
            lowered(circuit.native, self.device, {}), self.device, shifts=circuit.shifts or 0.0
        ).propagator()


def _distribution(circuit: CompiledCircuit, device: Device, report: Sequence[int]) -> NDArray[np.float64]:
    if len(report) > _MOST_BITS:
        must = f"be asked for at most {_MOST_BITS} bits that are not postselected, for pulses"
        raise UnsupportedCircuitError("circuit", must, f"is asked for {len(report)}")
    written = {bit for step in circuit.steps for bit in step.clbits}
    choices = [(0, 1) if bit in written else (0,) for bit in report]  # a bit that nothing writes reads 0
    readings = list(product(*choices))
    asked = [{bit: value for bit, value in zip(report, reading, strict=True) if bit in written} for reading in readings]
    schedules = [lowered(circuit.native, device, {**circuit.keep, **one}, to_end=False) for one in asked]
    table = np.zeros((2,) * len(report))
    for reading, run in zip(readings, _runs(schedules, device, [circuit.shifts] * len(schedules)), strict=True):
        with suppress(NoKeptShotsError):  # a reading that never occurs
            table[reading] = run.evolve().probability[-1]
    return table


def _runs(schedules: Sequence[Schedule], device: Device, shifts: Sequence[tuple[float, ...]]) -> list[Propagation]:
    """Schedules ready to be followed; equal pulses are followed once."""
    first = Propagation(schedules[0], device, shifts=shifts[0] or 0.0)
    others = zip(schedules[1:], shifts[1:], strict=True)
    return [first, *(first.of(schedule, own or 0.0) for schedule, own in others)]
