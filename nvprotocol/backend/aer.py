"""Circuits without time on the Aer simulator: the kept branch in one run, or shot by shot."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.result import Result
from qiskit_aer import AerSimulator

from nvprotocol.backend.kept_branch import KeptBranch, Record
from nvprotocol.backend.readout import confusion_of, readout_noise
from nvprotocol.device import Device

OPTIONS = {"method": "density_matrix", "max_parallel_threads": 1, "enable_truncation": False}
"""One thread: for few qubits Aer's threads cost more than they give. No truncation: it drops what happens to a qubit
that is not saved, which would drop the projections that carry the probability of a kept branch."""


def kept_states(branches: Sequence[KeptBranch], n_nv: int) -> list[NDArray[np.complex128]]:
    """The unnormalised final state of the NV qubits in each kept branch, all in one job."""
    with _saving(branches, lambda circuit, _: circuit.save_density_matrix(list(range(n_nv)))) as circuits:
        result = run(circuits, shots=1)
    return [np.asarray(result.data(k)["density_matrix"]) for k in range(len(branches))]


def kept_outcomes(branches: Sequence[KeptBranch], device: Device) -> list[NDArray[np.float64]]:
    """Probabilities of what is reported and kept: axes in the order of the records, the sum is that of being kept."""

    def save(circuit: Any, branch: KeptBranch) -> None:
        circuit.save_probabilities([record.qubit for record in branch.records] or [0])

    with _saving(branches, save) as circuits:
        result = run(circuits, shots=1)
    tables = [np.asarray(result.data(k)["probabilities"], dtype=float) for k in range(len(branches))]
    return [_as_read(table, branch.records, device) for table, branch in zip(tables, branches, strict=True)]


@contextmanager
def _saving(
    branches: Sequence[KeptBranch], save: Callable[[Any, KeptBranch], object]
) -> Iterator[list[QuantumCircuit]]:
    """The circuits with a save at their end, for as long as they run: a copy of them takes half as long as Aer does."""
    circuits = [branch.circuit for branch in branches]
    for circuit, branch in zip(circuits, branches, strict=True):
        save(circuit, branch)
    try:
        yield circuits
    finally:
        for circuit in circuits:
            del circuit.data[-1]


def _as_read(table: NDArray[np.float64], records: Sequence[Record], device: Device) -> NDArray[np.float64]:
    """Probabilities as they are read, from those of the true outcomes."""
    if not records:
        return np.asarray(table.sum())
    chances = table.reshape((2,) * len(records)).transpose()  # Qiskit's first qubit is the last axis
    for axis, record in enumerate(records):
        chances = np.moveaxis(np.tensordot(confusion_of(device, record.measured), chances, axes=(1, axis)), 0, axis)
    return chances


def run(
    circuits: Sequence[QuantumCircuit], *, shots: int, seed: int | None = None, device: Device | None = None
) -> Result:
    """Runs circuits on the density-matrix method, with the readout errors of a device where one is given.

    Raises:
        RuntimeError: If Aer does not run them.
    """
    noise = None if device is None else readout_noise(device, max(circuit.num_qubits for circuit in circuits))
    result = AerSimulator(**OPTIONS).run(list(circuits), shots=shots, seed_simulator=seed, noise_model=noise).result()
    require_success(result)
    return result


def require_success(result: Result) -> None:
    """Raises where a run has failed."""
    if not getattr(result, "success", False):
        raise RuntimeError(f"Aer did not run the circuits: {getattr(result, 'status', 'no status')}")
