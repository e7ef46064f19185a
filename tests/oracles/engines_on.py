"""Engines on circuits, and on what `time_as_medium` makes of them, with the arguments that tests have at hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit

import nvprotocol as nv
from nvprotocol.compiler.circuit_to_steps import compile_circuits
from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.engines import exact


def kept_state(circuit: QuantumCircuit, device: nv.Device, keep: Mapping[int, int]) -> NDArray[np.complex128]:
    """The exact unnormalised final state of the NV qubits in the runs that are kept."""
    return exact.kept_state(CompiledCircuit.read(circuit, keep), device)


def distribution(
    circuit: QuantumCircuit, device: nv.Device, keep: Mapping[int, int], report: Sequence[int]
) -> NDArray[np.float64]:
    """The exact probabilities that a run is kept and some bits read what they read."""
    return exact.distribution(CompiledCircuit.read(circuit, keep), device, report)


def superoperator(circuit: QuantumCircuit) -> NDArray[np.complex128]:
    """The exact map of a circuit that measures nothing."""
    return exact.superoperator(CompiledCircuit.read(circuit, {}))


def compiled(
    circuit: QuantumCircuit, device: nv.Device, keep: Mapping[int, int], *, to_end: bool = True
) -> CompiledCircuit:
    """A circuit in native gates, what is kept given bit by bit."""
    (found,) = compile_circuits([circuit], device, to_end=to_end)
    return replace(found, keep=keep)
