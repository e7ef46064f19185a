"""What is done in the runs that are kept: operations whose conditions the kept outcomes fulfil."""

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, Protocol, TypeVar

from nvprotocol.backend.conditions import Condition


class Conditioned(Protocol):
    """An operation that may write bits and happens under conditions."""

    @property
    def clbits(self) -> tuple[int, ...]:
        """Indices of the bits that it writes."""
        ...

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the bits must read for it to happen."""
        ...


Operation = TypeVar("Operation", bound=Conditioned)


def taken(
    operations: Sequence[Operation], keep: Mapping[int, int], undecided: Callable[[int, Operation], NoReturn]
) -> list[Operation]:
    """The operations that happen in every run that is kept, in their order.

    A bit reads 0 before the first operation that happens and writes it, and what is kept of it after the last operation
    that may write it. In between its reading is not known.

    Args:
        operations: The operations in the order in which they act.
        keep: Index of a classical bit → the value that is kept of it.
        undecided: Called with a bit whose reading is not known and the operation on which it decides; it raises.
    """
    if not any(operation.conditions for operation in operations):
        return list(operations)
    last_write = {bit: k for k, operation in enumerate(operations) for bit in operation.clbits}
    written: set[int] = set()
    found: list[Operation] = []
    for k, operation in enumerate(operations):
        reads = {bit: keep.get(bit) if last_write[bit] < k else None for bit in written if operation.conditions}
        verdicts = [condition.holds(reads) for condition in operation.conditions]
        if False in verdicts:
            continue
        if None in verdicts:
            bits = operation.conditions[verdicts.index(None)].bits
            undecided(next(bit for bit in bits if reads.get(bit, 0) is None), operation)
        found.append(operation)
        written.update(operation.clbits)
    return found
