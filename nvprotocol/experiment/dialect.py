"""OpenQASM 3 that Qiskit's converter or the engines do not take as it is written: brought into their form, or found."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openqasm3.ast import ClassicalDeclaration, Program
    from qiskit import QuantumCircuit

_BITS = {0: False, 1: True}


def not_followed(program: "Program") -> tuple[Any, str] | None:
    """The first statement that could be converted but that no engine follows, and why; None where there is none."""
    from openqasm3 import ast

    endless = "a loop must say how often it runs, such as for int k in [1:3] { … }"
    reasons: dict[type, str] = {
        ast.WhileLoop: endless,
        ast.BreakStatement: endless,
        ast.ContinueStatement: endless,
        ast.SwitchStatement: "write it with if and else",
    }
    for statement in _every(program.statements):
        if type(statement) in reasons:
            return statement, reasons[type(statement)]
        if isinstance(statement, ast.Box) and statement.duration is not None:
            return statement, "a box has no duration; write its pauses as delays"
    return None


def with_tests_of_bits(program: "Program") -> None:
    """Writes tests of single bits against 0 and 1 as tests against false and true, which is what the converter takes.

    Args:
        program: A parsed program, which is changed.
    """
    from openqasm3 import ast

    declared = [one for one in program.statements if isinstance(one, ast.ClassicalDeclaration)]
    single = {one.identifier.name for one in declared if _is_single_bit(one)}
    tested = [one.condition for one in _every(program.statements) if isinstance(one, ast.BranchingStatement)]
    equalities = (ast.BinaryOperator["=="], ast.BinaryOperator["!="])
    for condition in tested:
        if not isinstance(condition, ast.BinaryExpression) or condition.op not in equalities:
            continue
        for side, other in (("lhs", condition.rhs), ("rhs", condition.lhs)):
            literal = getattr(condition, side)
            if isinstance(literal, ast.IntegerLiteral) and literal.value in _BITS and _names_bit(other, single):
                setattr(condition, side, ast.BooleanLiteral(_BITS[literal.value]))


def name_single_bits(circuit: "QuantumCircuit", program: "Program") -> None:
    """Puts every bit that is in no register into one of its own, with the name that the program gives it.

    Args:
        circuit: What the converter has made of the program; it is changed.
        program: The program.
    """
    from openqasm3 import ast
    from qiskit import ClassicalRegister

    # The first register that begins with a bit is the one declared; others are aliases, which were added later.
    sizes = {register[0]: register.size for register in reversed(circuit.cregs) if register.size}
    index = 0  # the converter adds the bits of one declaration after those of another
    for statement in program.statements:
        if not isinstance(statement, ast.ClassicalDeclaration) or index >= circuit.num_clbits:
            continue
        bit = circuit.clbits[index]
        if _is_single_bit(statement):
            circuit.add_register(ClassicalRegister(bits=[bit], name=statement.identifier.name))
            index += 1
        else:
            index += sizes.get(bit, 0)


def _every(statements: Sequence[Any]) -> Iterator[Any]:
    """All statements, those in blocks after the one that holds them."""
    for statement in statements:
        yield statement
        for name in ("if_block", "else_block", "block", "body"):
            yield from _every(getattr(statement, name, ()))


def _is_single_bit(declaration: "ClassicalDeclaration") -> bool:
    from openqasm3 import ast

    return isinstance(declaration.type, ast.BitType) and declaration.type.size is None


def _names_bit(expression: Any, single: set[str]) -> bool:
    """Whether it is a bit, by a name of its own or by its place in a register, and not a stretch of a register."""
    from openqasm3 import ast

    if isinstance(expression, ast.Identifier):
        return expression.name in single
    if not isinstance(expression, ast.IndexExpression) or not isinstance(expression.index, list):
        return False
    return not any(isinstance(one, ast.RangeDefinition | ast.DiscreteSet) for one in expression.index)
