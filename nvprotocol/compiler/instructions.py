"""Channels as instructions that Aer runs as they are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Instruction

from nvprotocol.channels import Channel


def superop_instruction(channel: Channel | NDArray[np.complex128]) -> Instruction:
    """A channel, or the superoperator of one, as the raw instruction that Aer's density-matrix method runs as it is.

    Aer does not check it, so it also carries maps that lower the trace.
    """
    matrix = channel.superoperator if isinstance(channel, Channel) else channel
    return readable_by_aer(Instruction("superop", (len(matrix).bit_length() - 1) // 2, 0, [matrix]))


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
