"""The reference engine: a circuit without time followed in NumPy, every outcome that matters as a branch of its own.

It shares with Aer what the medium does, not how a circuit is run: conditions, readout errors and postselection are
worked out on the branches.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import Instruction, Reset
from qiskit.circuit import Operation as QiskitOperation

from nvprotocol.backend.gates import matrix_of
from nvprotocol.backend.readout import instrument_of
from nvprotocol.backend.steps import Step, Timeless, require_measured
from nvprotocol.channels import preparation
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError

_QUBIT_LIMIT = 10
_MOST_BRANCHES = 4096
_RESET = preparation(0.0).superoperator

Branches = dict[tuple[tuple[int, int], ...], NDArray[np.complex128]]
"""Readings (index, value) of the bits that matter → unnormalised ρ, axes row bits n−1 … 0 and column bits n−1 … 0."""


def kept_state(circuit: QuantumCircuit | Timeless, device: Device, keep: Mapping[int, int]) -> NDArray[np.complex128]:
    """The unnormalised final state of the NV qubits in the runs that are kept.

    Args:
        circuit: What `time_as_medium` gives, or its steps.
        device: The device, for its readout errors.
        keep: Index of a classical bit → the value that is kept of it; the last that is written counts.
    """
    given = Timeless.of(circuit)
    n = given.form.num_qubits
    rho = sum(_followed(given, device, keep, ()).values(), start=np.zeros((2,) * (2 * n), complex))
    return _reduced(rho, range(device.n_qubits), n)


def distribution(
    circuit: QuantumCircuit | Timeless, device: Device, keep: Mapping[int, int], report: Sequence[int]
) -> NDArray[np.float64]:
    """Probabilities that a run is kept and some bits read what they read, one axis for each of them, (2, 2, …)."""
    table = np.zeros((2,) * len(report))
    for key, rho in _followed(Timeless.of(circuit), device, keep, report).items():
        reads = dict(key)
        table[tuple(reads.get(bit, 0) for bit in report)] += _trace(rho)
    return table


def superoperator(circuit: QuantumCircuit | Timeless) -> NDArray[np.complex128]:
    """The superoperator of a circuit of what `time_as_medium` gives that measures nothing, shape (4ⁿ, 4ⁿ)."""
    given = Timeless.of(circuit)
    n = given.form.num_qubits
    # Column-stacked: the column index is the slower one, as in the superoperators themselves.
    matrix = np.eye(4**n, dtype=complex).reshape((2,) * (2 * n) + (4**n,))
    matrix = np.moveaxis(matrix, range(2 * n), [*range(n, 2 * n), *range(n)])
    for step in given.steps:
        matrix = _apply(matrix, _superoperator(step.operation), step.qubits, n)
    return np.moveaxis(matrix, [*range(n, 2 * n), *range(n)], range(2 * n)).reshape(4**n, 4**n)


def _followed(circuit: Timeless, device: Device, keep: Mapping[int, int], report: Collection[int]) -> Branches:
    n = circuit.form.num_qubits
    if n > _QUBIT_LIMIT:
        raise UnsupportedCircuitError(
            f"Argument `circuit` must have at most {_QUBIT_LIMIT} qubits for the exact engine, but has {n}."
        )
    rho = np.zeros((2,) * (2 * n), dtype=complex)
    rho[(0,) * (2 * n)] = 1.0
    branches: Branches = {(): rho}
    steps = circuit.steps
    require_measured(circuit.form, steps, keep)
    last_read = {bit: k for k, step in enumerate(steps) for bit, _ in step.tests}
    last_write = {bit: k for k, step in enumerate(steps) for bit in step.clbits}
    for k, step in enumerate(steps):
        stepped: Branches = {}
        for key, state in branches.items():
            for reads, after in _applied(step, dict(key), state, device):
                if any(last_write.get(bit) == k and reads.get(bit, 0) != value for bit, value in keep.items()):
                    continue
                needed = {b: v for b, v in reads.items() if b in report or b in keep or last_read.get(b, -1) > k}
                name = tuple(sorted(needed.items()))
                stepped[name] = stepped[name] + after if name in stepped else after
        branches = stepped
        if len(branches) > _MOST_BRANCHES:
            raise UnsupportedCircuitError(
                f"Argument `circuit` must have at most {_MOST_BRANCHES} combinations of outcomes that matter for the "
                f"exact engine, but has {len(branches)}."
            )
    return branches


def _applied(
    step: Step, reads: dict[int, int], rho: NDArray[np.complex128], device: Device
) -> list[tuple[dict[int, int], NDArray[np.complex128]]]:
    """A step on one branch: the branches that it leaves."""
    n = rho.ndim // 2
    if any(reads.get(bit, 0) != value for bit, value in step.tests):
        return [(reads, rho)]
    if step.measures:
        (qubit,), (bit,) = step.qubits, step.clbits
        readings = instrument_of(device, qubit).branches.items()
        found = [(reads | {bit: value}, _apply(rho, one.superoperator, (qubit,), n)) for value, one in readings]
        return [(key, state) for key, state in found if _trace(state) > 0]
    return [(reads, _apply(rho, _superoperator(step.operation), step.qubits, n))]


def _superoperator(operation: QiskitOperation | Instruction) -> NDArray[np.complex128]:
    if isinstance(operation, Instruction) and operation.name == "superop":
        return np.asarray(operation.params[0], dtype=complex)
    if isinstance(operation, Reset):
        return _RESET
    unitary = matrix_of(operation)
    return np.asarray(np.kron(unitary.conj(), unitary), dtype=complex)


def _apply(
    rho: NDArray[np.complex128], superoperator: NDArray, qubits: Sequence[int], n: int
) -> NDArray[np.complex128]:
    """A superoperator on some qubits of ρ."""
    k = len(qubits)
    rows = [n - 1 - qubit for qubit in reversed(qubits)]
    columns = [axis + n for axis in rows]
    # A column-stacked index is (column, row), each with its highest bit first.
    tensor = superoperator.reshape((2,) * (4 * k))
    moved = np.tensordot(tensor, rho, axes=(list(range(2 * k, 4 * k)), columns + rows))
    return np.moveaxis(moved, list(range(2 * k)), columns + rows)


def _trace(rho: NDArray[np.complex128]) -> float:
    d = 2 ** (rho.ndim // 2)
    return float(np.einsum("ii->", rho.reshape(d, d)).real)


def _reduced(rho: NDArray[np.complex128], qubits: Sequence[int], n: int) -> NDArray[np.complex128]:
    """The state of some qubits, the first of them the right-most."""
    traced = [n - 1 - qubit for qubit in range(n) if qubit not in qubits]
    kept = [n - 1 - qubit for qubit in reversed(qubits)]
    order = kept + traced + [axis + n for axis in kept] + [axis + n for axis in traced]
    d = 2 ** len(kept)
    matrix = rho.transpose(order).reshape(d, 2 ** len(traced), d, 2 ** len(traced))
    return np.einsum("aibi->ab", matrix)
