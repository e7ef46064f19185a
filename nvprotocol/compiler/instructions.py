"""Channels as instructions that Aer runs as they are."""

from typing import Any

import numpy as np
from qiskit.circuit import Instruction

from nvprotocol.channels import Channel


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
