"""The Aer simulator: the kept branch of compiled circuits in one run, or every shot."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.result import Result
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, ReadoutError

from nvprotocol.compiler.kept_branch import KeptBranch, Record, kept_branch
from nvprotocol.compiler.readout import confusion_of
from nvprotocol.compiler.steps import CompiledCircuit
from nvprotocol.device import Device
from nvprotocol.engines.engine import Engine
from nvprotocol.engines.exact import superoperator
from nvprotocol.resources import require_memory

OPTIONS = {"method": "density_matrix", "max_parallel_threads": 1, "enable_truncation": False}
"""One thread: for few qubits Aer's threads cost more than they give. No truncation: it drops what happens to a qubit
that is not saved, which would drop the projections that carry the probability of a kept branch."""


class AerEngine(Engine):
    """Qiskit Aer, on its density-matrix method."""

    def kept_states(self, circuits: Sequence[CompiledCircuit]) -> list[NDArray[np.complex128]]:
        """The unnormalised final states of the NV qubits in the runs that are kept, all in one job.

        Raises:
            NotFollowedError: If an outcome that is not kept decides what happens.
        """
        return kept_states([kept_branch(circuit, self.device) for circuit in circuits], self.device.n_qubits)

    def distributions(
        self, circuits: Sequence[CompiledCircuit], bits: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float64]]:
        """Probabilities that a run is kept and some bits of each circuit read what they read, all in one job.

        Raises:
            NotFollowedError: As for `kept_states`, or if too many bits are asked for whose qubit is used again.
        """
        asked = zip(circuits, bits, strict=True)
        branches = [kept_branch(circuit, self.device, report=report) for circuit, report in asked]
        tables = zip(kept_outcomes(branches, self.device), branches, bits, strict=True)
        return [_by_bit(table, [record.clbit for record in branch.records], report) for table, branch, report in tables]

    def superoperator(self, circuit: CompiledCircuit) -> NDArray[np.complex128]:
        """The map of a circuit that measures nothing, in which no engine has a choice."""
        return superoperator(circuit)

    def counts(self, circuits: Sequence[CompiledCircuit], shots: int, seed: int) -> list[dict[int, int]]:
        """Counts by register value of the runs that are kept, every shot run through every measurement."""
        result = run([circuit.written() for circuit in circuits], shots=shots, seed=seed, device=self.device)
        return [kept_counts(result, number, circuit.keep) for number, circuit in enumerate(circuits)]


def _by_bit(table: NDArray[np.float64], axes: Sequence[int], report: Sequence[int]) -> NDArray[np.float64]:
    """A table with one axis for each bit that is written, as one with an axis for each that is asked for."""
    found = np.zeros((2,) * len(report))
    written = [bit for bit in report if bit in axes]
    found[tuple(slice(None) if bit in axes else 0 for bit in report)] = table.transpose(
        [axes.index(b) for b in written]
    )
    return found


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
    require_density_matrix(circuits)
    noise = None if device is None else readout_noise(device, max(circuit.num_qubits for circuit in circuits))
    result = AerSimulator(**OPTIONS).run(list(circuits), shots=shots, seed_simulator=seed, noise_model=noise).result()
    require_success(result)
    return result


def require_density_matrix(circuits: Iterable[QuantumCircuit]) -> None:
    """Refuses circuits whose density matrix would not fit into memory.

    Raises:
        TooLargeError: If one of them has too many qubits.
    """
    n = max((circuit.num_qubits for circuit in circuits), default=0)
    require_memory(1.5 * 16 * 4**n, "circuit", f"1.5 density matrices of {n} qubits")


def require_success(result: Result) -> None:
    """Raises where a run has failed."""
    if not getattr(result, "success", False):
        raise RuntimeError(f"Aer did not run the circuits: {getattr(result, 'status', 'no status')}")


def reads_perfectly(device: Device, n_qubits: int) -> bool:
    """Whether the first qubits of a device are read without error."""
    return all(np.array_equal(confusion_of(device, qubit), np.eye(2)) for qubit in range(n_qubits))


def readout_noise(device: Device, n_qubits: int) -> NoiseModel | None:
    """The readout errors of a device as Aer's noise model, None where it reads without error."""
    if reads_perfectly(device, n_qubits):
        return None
    model = NoiseModel()
    for qubit in range(n_qubits):
        model.add_readout_error(ReadoutError(confusion_of(device, qubit).T), [qubit])  # Aer's rows: the true outcomes
    return model


def kept_counts(result: Result, number: int, keep: Mapping[int, int]) -> dict[int, int]:
    """Counts by register value of one circuit of a result, of the runs in which every kept bit reads its value."""
    counts = {int(key, 16): count for key, count in result.data(number)["counts"].items()}
    return {value: count for value, count in counts.items() if all(value >> b & 1 == v for b, v in keep.items())}
