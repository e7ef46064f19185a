"""Compiled circuits in single runs, in which the splittings of the NV qubits are off by what is constant in each."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Instruction

from nvprotocol.compiler.circuit_to_steps import NUMBERS, by_drive
from nvprotocol.compiler.instructions import superop_instruction
from nvprotocol.compiler.steps import CompiledCircuit, Stretch
from nvprotocol.device import Device


def shifted(
    circuits: Sequence[CompiledCircuit], device: Device, shifts: NDArray[np.float64]
) -> Iterator[list[CompiledCircuit]]:
    """The same circuits in one run after the other.

    Args:
        circuits: What has been compiled for the device.
        device: The device.
        shifts: What adds to the splittings in rad/µs, shape (K, N).
    """
    stretches = {piece for circuit in circuits for piece in circuit.elapsed.values()}
    size = max(1, len(stretches) * 16**device.n_qubits)
    at_once = max(1, NUMBERS // size)
    for first in range(0, len(shifts), at_once):
        some = shifts[first : first + at_once]
        for channels, shift in zip(_channels(stretches, device, some), some, strict=True):
            yield [_in_run(circuit, channels, tuple(shift.tolist())) for circuit in circuits]


def _channels(stretches: set[Stretch], device: Device, shifts: NDArray[np.float64]) -> list[dict[Stretch, Instruction]]:
    """The channels of stretches of time in each run, of all runs together."""
    equation = device.dynamics.shifted(shifts)
    found: list[dict[Stretch, Instruction]] = [{} for _ in shifts]
    for drive, durations in by_drive(stretches).items():
        driven = equation.driven(drive) if drive else equation
        for channels, matrices in zip(found, driven.propagator(np.array(durations)), strict=True):
            for duration, matrix in zip(durations, matrices, strict=True):
                channels[duration, drive] = superop_instruction(matrix)
    return found


def _in_run(
    circuit: CompiledCircuit, channels: dict[Stretch, Instruction], shifts: tuple[float, ...]
) -> CompiledCircuit:
    steps = list(circuit.steps)
    for k, piece in circuit.elapsed.items():
        steps[k] = steps[k]._replace(operation=channels[piece])
    return replace(circuit, steps=steps, shifts=shifts)
