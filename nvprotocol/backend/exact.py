"""The reference engine: the density matrix of the whole circuit in NumPy, time by the master equation's propagator."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Measure, Reset
from qiskit.quantum_info import Operator

from nvprotocol.backend.timeline import Elapse, Keep, Operation, Timeline
from nvprotocol.channels import qubit_readout
from nvprotocol.errors import UnsupportedCircuitError
from nvprotocol.master_equation import MasterEquation

_QUBIT_LIMIT = 10
_RESET = np.zeros((4, 4))
_RESET[0, 0] = _RESET[0, 3] = 1.0
_READOUT = qubit_readout()


def kept_states(timelines: Sequence[Timeline], equation: MasterEquation) -> list[NDArray[np.complex128]]:
    """The unnormalised final state of the NV qubits in the kept branch of each timeline."""
    propagator = cache(equation.propagator)
    return [_kept_state(line, propagator) for line in timelines]


def _kept_state(line: Timeline, propagator: Callable[[float], NDArray[np.complex128]]) -> NDArray[np.complex128]:
    n = line.n_qubits
    if n > _QUBIT_LIMIT:
        raise UnsupportedCircuitError(
            f"Argument `circuit` must have at most {_QUBIT_LIMIT} qubits for the exact engine, but has {n}."
        )
    rho = np.zeros((2,) * (2 * n), dtype=complex)
    rho[(0,) * (2 * n)] = 1.0
    for step in line.steps:
        if isinstance(step, Elapse):
            rho = _apply(rho, propagator(step.duration), line.nv_qubits, n)
        elif isinstance(step, Keep):
            rho = _apply(rho, _READOUT.branches[step.value].superoperator, (step.qubit,), n)
        else:
            rho = _apply(rho, _superoperator(step), step.qubits, n)
    return _reduced(rho, line.nv_qubits, n)


def _superoperator(step: Operation) -> NDArray[np.complex128]:
    if isinstance(step.operation, Measure):  # an outcome that nobody looks at
        return _READOUT.unread.superoperator
    if isinstance(step.operation, Reset):
        return _RESET.astype(complex)
    unitary = np.asarray(Operator(step.operation).data, dtype=complex)
    return np.asarray(np.kron(unitary.conj(), unitary), dtype=complex)


def _apply(
    rho: NDArray[np.complex128], superoperator: NDArray, qubits: Sequence[int], n: int
) -> NDArray[np.complex128]:
    """A superoperator on some qubits of ρ, whose axes are row bits n−1 … 0 and then column bits n−1 … 0."""
    k = len(qubits)
    rows = [n - 1 - qubit for qubit in reversed(qubits)]
    columns = [axis + n for axis in rows]
    # A column-stacked index is (column, row), each with its highest bit first.
    tensor = superoperator.reshape((2,) * (4 * k))
    moved = np.tensordot(tensor, rho, axes=(list(range(2 * k, 4 * k)), columns + rows))
    return np.moveaxis(moved, list(range(2 * k)), columns + rows)


def _reduced(rho: NDArray[np.complex128], qubits: Sequence[int], n: int) -> NDArray[np.complex128]:
    """The state of some qubits, the first of them the right-most."""
    traced = [n - 1 - qubit for qubit in range(n) if qubit not in qubits]
    kept = [n - 1 - qubit for qubit in reversed(qubits)]
    order = kept + traced + [axis + n for axis in kept] + [axis + n for axis in traced]
    d = 2 ** len(kept)
    matrix = rho.transpose(order).reshape(d, 2 ** len(traced), d, 2 ** len(traced))
    return np.einsum("aibi->ab", matrix)
