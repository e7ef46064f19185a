"""What classical bits must read for an operation to happen."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from qiskit.circuit import Bit, ClassicalRegister, Clbit, IfElseOp
from qiskit.circuit.classical import expr

from nvprotocol.errors import UnsupportedCircuitError

_MOST_BITS = 10


@dataclass(frozen=True)
class Condition:
    """A condition on classical bits, as the list of the readings that fulfil it.

    Attributes:
        bits: Indices of the bits.
        readings: Readings of these bits, in their order, at which the condition holds.
    """

    bits: tuple[int, ...]
    readings: frozenset[tuple[int, ...]]

    @property
    def opposite(self) -> "Condition":
        """The condition that holds where this one does not."""
        every = frozenset(product((0, 1), repeat=len(self.bits)))
        return Condition(self.bits, every - self.readings)

    def holds(self, values: Mapping[int, int | None]) -> bool | None:
        """Whether the condition holds; None where that depends on a value that is not known, which is given as None.

        A bit that is not in the mapping has not been written and reads 0.
        """
        choices = [(0, 1) if (value := values.get(bit, 0)) is None else (value,) for bit in self.bits]
        found = {reading in self.readings for reading in product(*choices)}
        return found.pop() if len(found) == 1 else None

    @property
    def cases(self) -> list[tuple[tuple[int, int], ...]]:
        """Tests of single bits (index, value) that exclude each other and together make up the condition."""
        return _cases(self.bits, self.readings)


def _cases(bits: tuple[int, ...], readings: frozenset[tuple[int, ...]]) -> list[tuple[tuple[int, int], ...]]:
    if len(readings) in (0, 2 ** len(bits)):
        return [()] if readings else []
    found = []
    for value in (0, 1):
        rest = frozenset(reading[1:] for reading in readings if reading[0] == value)
        found += [((bits[0], value), *case) for case in _cases(bits[1:], rest)]
    return found


def condition_of(operation: IfElseOp, place: Mapping[Bit, int]) -> Condition:
    """The condition of an `if_else`, whatever form it is written in.

    Raises:
        UnsupportedCircuitError: If it reads more than ten bits, or is an expression of something else than bits.
    """
    tested = operation.condition
    bits = _bits_of(tested)
    if len(bits) > _MOST_BITS:
        raise UnsupportedCircuitError(
            f"Argument `circuit` must test at most {_MOST_BITS} bits in an `if_else`, but tests {len(bits)}."
        )
    readings = []
    for reading in product((0, 1), repeat=len(bits)):
        if _value(tested, dict(zip(bits, reading, strict=True))):
            readings.append(reading)
    return Condition(tuple(place[bit] for bit in bits), frozenset(readings))


def _bits_of(tested: object) -> list[Clbit]:
    if isinstance(tested, tuple):
        return _bits_of(tested[0])
    if isinstance(tested, Clbit):
        return [tested]
    if isinstance(tested, ClassicalRegister):
        return list(tested)
    variables = [node.var for node in expr.iter_vars(tested)] if isinstance(tested, expr.Expr) else []
    return list(dict.fromkeys(bit for variable in variables for bit in _bits_of(variable)))


def _value(tested: object, reads: Mapping[Clbit, int]) -> int:
    """The value of a condition, an expression or a part of it."""
    if isinstance(tested, tuple):
        return _value(tested[0], reads) == int(tested[1])
    if isinstance(tested, Clbit):
        return reads[tested]
    if isinstance(tested, ClassicalRegister):
        return sum(reads[bit] << k for k, bit in enumerate(tested))
    if isinstance(tested, expr.Var):
        return _value(tested.var, reads)
    if isinstance(tested, expr.Value):
        return int(tested.value)
    if isinstance(tested, expr.Cast):
        value, width = _value(tested.operand, reads), getattr(tested.type, "width", None)
        return int(bool(value)) if width is None else value & ((1 << width) - 1)
    if isinstance(tested, expr.Unary):
        return _unary(tested.op.name, _value(tested.operand, reads), getattr(tested.type, "width", 1))
    if isinstance(tested, expr.Binary) and tested.op.name in _BINARY:
        return int(_BINARY[tested.op.name](_value(tested.left, reads), _value(tested.right, reads)))
    if isinstance(tested, expr.Index):
        return _value(tested.target, reads) >> _value(tested.index, reads) & 1
    raise UnsupportedCircuitError(
        f"Argument `circuit` must test classical bits and registers in an `if_else`, but tests {tested}."
    )


def _unary(name: str, value: int, width: int) -> int:
    return int(not value) if name == "LOGIC_NOT" else ~value & ((1 << width) - 1)


_BINARY = {
    "EQUAL": lambda left, right: left == right,
    "NOT_EQUAL": lambda left, right: left != right,
    "LESS": lambda left, right: left < right,
    "LESS_EQUAL": lambda left, right: left <= right,
    "GREATER": lambda left, right: left > right,
    "GREATER_EQUAL": lambda left, right: left >= right,
    "LOGIC_AND": lambda left, right: bool(left and right),
    "LOGIC_OR": lambda left, right: bool(left or right),
    "BIT_AND": lambda left, right: left & right,
    "BIT_OR": lambda left, right: left | right,
    "BIT_XOR": lambda left, right: left ^ right,
}
