"""How much a program in OpenQASM 3 unfolds to, counted before it is converted: a line of text can ask for anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import add, mul, sub
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openqasm3.ast import ForInLoop, IndexedIdentifier, Program, QuantumGate, RangeDefinition

MOST_OPERATIONS = 100_000
"""Operations of the largest circuit that is read, its loops and gates unrolled."""
GATE_COST = 5
"""As many operations as one in a gate that the program defines takes time, since every use of it is copied."""
MOST_QUBITS = 1000
MOST_BITS = 100_000
MOST_CONTROLS = 8
LARGEST_POWER = 10**6


def too_large(program: "Program") -> tuple[Any, str] | None:
    """The first statement with which a program gets larger than what is read, and why; None where it does not.

    Args:
        program: A parsed program.
    """
    size = _Size()
    for statement in program.statements:
        try:
            size.operations += size.of(statement)
        except _TooLargeError as reason:
            return statement, str(reason)
        if size.operations > MOST_OPERATIONS:
            most = f"{MOST_OPERATIONS} operations, or {MOST_OPERATIONS // GATE_COST} in gates that are defined"
            return statement, f"a circuit unrolls to at most {most}, and with this to more"
    return None


class _TooLargeError(Exception):
    """A number in a statement is beyond what is read."""


@dataclass
class _Size:
    """What has been declared and counted so far.

    Attributes:
        registers: Name → number of bits or qubits.
        gates: Name → operations of the gate.
        qubits: Their number.
        bits: Their number.
        operations: Their number.
    """

    registers: dict[str, int] = field(default_factory=dict)
    gates: dict[str, int] = field(default_factory=dict)
    qubits: int = 0
    bits: int = 0
    operations: int = 0

    def of(self, statement: Any) -> int:
        """Operations of a statement; what it declares is noted."""
        from openqasm3 import ast

        for name in _names(statement):
            self._check_hardware(name)
        if isinstance(statement, ast.QuantumGateDefinition):
            inside = sum(self.gates.get(_called(one), GATE_COST) * _controlled(one) for one in statement.body)
            self.gates[statement.name.name] = inside
            return 0
        if isinstance(statement, ast.QubitDeclaration | ast.ClassicalDeclaration):
            return self._declared(statement)
        if isinstance(statement, ast.ForInLoop):
            return _turns(statement) * max(1, sum(map(self.of, statement.block)))
        if isinstance(statement, ast.QuantumGate):
            return _controlled(statement) * self.gates.get(statement.name.name, 1) * self._width(statement)
        inner = [one for name in ("if_block", "else_block", "body") for one in getattr(statement, name, None) or ()]
        return self._width(statement) + sum(map(self.of, inner))

    def _check_hardware(self, name: str) -> None:
        """A qubit of a machine by its number; those below it are there, too."""
        if name.startswith("$") and name[1:].isdecimal():
            number = int(name[1:]) + 1
            if number > MOST_QUBITS:
                raise _TooLargeError(f"a circuit has at most {MOST_QUBITS} qubits")
            self.qubits = max(self.qubits, number)

    def _declared(self, statement: Any) -> int:
        from openqasm3 import ast

        quantum = isinstance(statement, ast.QubitDeclaration)
        given = statement.size if quantum else getattr(statement.type, "size", None)
        size = 1 if given is None else _whole(given)
        if size is None:  # which the converter refuses
            return 0
        name = statement.qubit.name if quantum else statement.identifier.name
        self.registers[name] = size
        if quantum:
            self.qubits += size
        else:
            self.bits += size
        for what, number, most in (("qubits", self.qubits, MOST_QUBITS), ("bits", self.bits, MOST_BITS)):
            if number > most:
                raise _TooLargeError(f"a circuit has at most {most} {what}")
        return size

    def _width(self, statement: Any) -> int:
        """How many operations a statement on registers stands for: as many as the widest of them has members."""
        names = _names(statement, members=False)
        return max((self.registers.get(name, 1) for name in names), default=1)


def _names(statement: Any, *, members: bool = True) -> Iterator[str]:
    """The names in a statement, not those in its blocks; those of registers of which one member is meant, if asked."""
    from openqasm3 import ast

    left = [value for name, value in vars(statement).items() if name not in ("block", "body", "if_block", "else_block")]
    while left:
        node = left.pop()
        if isinstance(node, ast.Identifier):
            yield node.name
        elif isinstance(node, ast.IndexedIdentifier) and not members and _is_one(node):
            continue
        elif isinstance(node, ast.QASMNode):
            left += [value for name, value in vars(node).items() if name != "span"]
        elif isinstance(node, list | tuple):
            left += node


def _is_one(indexed: "IndexedIdentifier") -> bool:
    """Whether it is one member of a register, and not a stretch or a set of them."""
    from openqasm3 import ast

    return not any(
        isinstance(index, ast.DiscreteSet) or any(isinstance(one, ast.RangeDefinition) for one in index)
        for index in indexed.indices
    )


def _called(statement: Any) -> str:
    """The name of the gate that a statement applies, "" where it applies none."""
    return getattr(getattr(statement, "name", None), "name", "")


def _turns(loop: "ForInLoop") -> int:
    """How often a loop runs; once where it does not say it in numbers, which the converter refuses."""
    from openqasm3 import ast

    chosen = loop.set_declaration
    if isinstance(chosen, ast.DiscreteSet):
        return len(chosen.values)
    return _length(chosen) if isinstance(chosen, ast.RangeDefinition) else 1


def _length(chosen: "RangeDefinition") -> int:
    start, end = _whole(chosen.start), _whole(chosen.end)
    step = 1 if chosen.step is None else _whole(chosen.step)
    if start is None or end is None or not step:
        return 1
    return max((end - start) // step + 1, 0)


def _controlled(gate: "QuantumGate | Any") -> int:
    """By how much controls make a gate longer, at most."""
    from openqasm3 import ast

    controls = 0
    for modifier in getattr(gate, "modifiers", ()):
        value = None if modifier.argument is None else _number(modifier.argument)
        if modifier.modifier is ast.GateModifierName.pow and value is not None and not abs(value) <= LARGEST_POWER:
            raise _TooLargeError(f"a power is at most {LARGEST_POWER}")
        if modifier.modifier in (ast.GateModifierName.ctrl, ast.GateModifierName.negctrl):
            controls += 1 if value is None else max(int(min(value, MOST_CONTROLS + 1)), 0)
    if controls > MOST_CONTROLS:
        raise _TooLargeError(f"a gate has at most {MOST_CONTROLS} controls")
    return 4**controls


def _whole(expression: Any) -> int | None:
    value = _number(expression)
    return value if isinstance(value, int) else None


def _number(expression: Any) -> int | float | None:
    """The value of an expression of literals, as the converter works it out; None where it is another."""
    from openqasm3 import ast

    if isinstance(expression, ast.IntegerLiteral | ast.FloatLiteral):
        return expression.value
    if isinstance(expression, ast.UnaryExpression) and expression.op is ast.UnaryOperator["-"]:
        value = _number(expression.expression)
        return None if value is None else -value
    if isinstance(expression, ast.BinaryExpression):
        return _combined(expression.op.name, _number(expression.lhs), _number(expression.rhs))
    return None


def _combined(operator: str, left: float | None, right: float | None) -> int | float | None:
    if left is None or right is None:
        return None
    if operator == "/":
        if right == 0:
            return None
        return left // right if isinstance(left, int) and isinstance(right, int) else left / right
    known = {"+": add, "-": sub, "*": mul}
    return known[operator](left, right) if operator in known else None
