"""Channels as Qiskit objects."""

import warnings
from typing import Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import Instruction
from qiskit.converters import dag_to_circuit
from qiskit.dagcircuit import DAGCircuit
from qiskit.quantum_info import Kraus, SuperOp

from nvprotocol.channels import Channel


def to_superop(channel: Channel) -> SuperOp:
    """The channel as Qiskit's `SuperOp`.

    Examples:
        >>> from nvprotocol.backend import to_superop
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
        >>> bool(to_superop(nv.channels.evolution(equation, 0.5)).is_cptp())
        True
    """
    return SuperOp(channel.superoperator)


def to_kraus(channel: Channel) -> Kraus:
    """The channel as Qiskit's `Kraus`, from our own operators.

    Qiskit's conversion from a superoperator drops eigenvalues of the Choi matrix below 1e-8, which a short stretch of
    time is full of; these operators keep them.

    Examples:
        >>> from nvprotocol.backend import to_kraus
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
        >>> len(to_kraus(nv.channels.evolution(equation, 0.001)).data)
        6
    """
    return Kraus(list(channel.kraus.copy()))  # pyright: ignore[reportArgumentType]  # Qiskit's own hint lacks `list`


def superop_instruction(channel: Channel) -> Instruction:
    """The channel as the raw instruction that Aer's density-matrix method runs without converting it.

    Aer does not check it, so it also carries maps that lower the trace.
    """
    return readable_by_aer(Instruction("superop", channel.n_qubits, 0, [channel.superoperator]))


def readable_by_aer(operation: Any) -> Any:
    """An operation as it is, or with copies of its matrices where Aer would misread them.

    Aer 0.18 reads what is read-only, or does not lie in memory row by row, as if it lay there column by column: a gate
    from such a matrix acts as the transposed one, without a word.
    """
    if not any(_misread(value) for value in operation.params):
        return operation
    plain = operation.to_mutable()
    plain.params = [np.array(value, order="C") if _misread(value) else value for value in operation.params]
    return plain


def _misread(value: object) -> bool:
    return isinstance(value, np.ndarray) and not (value.flags.c_contiguous and value.flags.writeable)


def to_circuit(dag: DAGCircuit) -> QuantumCircuit:
    """The circuit of a pass's DAG; Qiskit 1.3 warns of a deprecation of its own on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return dag_to_circuit(dag)
