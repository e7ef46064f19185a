"""Circuits as OpenQASM 3: those of the gallery written, and any file read, with errors of one line."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from nvprotocol._checks import path as as_path
from nvprotocol._reading import printable, read_text
from nvprotocol.errors import FileError, UnsupportedCircuitError
from nvprotocol.experiment.dialect import name_single_bits, not_followed, with_tests_of_bits
from nvprotocol.experiment.file import Experiment, parameters_of
from nvprotocol.experiment.header import header
from nvprotocol.experiment.program_size import too_large
from nvprotocol.protocols.parameters import PARAMETERS, checked

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["from_qasm", "to_qasm"]

_LONGEST = 60
_MOST_BYTES = 2**20
"""Size of the largest file that is read, for which the parser takes some 20 s."""
_LONG_NUMBER = re.compile(r"[0-9_]{300,}")
_DEFINITION = re.compile(r"^gate xx_plus_yy\(.*?^\}", re.DOTALL | re.MULTILINE)
_XX_PLUS_YY = """gate xx_plus_yy(theta, beta) a, b {
  rz(beta) a;
  rz(-pi/2) b;
  sx b;
  rz(pi/2) b;
  s a;
  cx b, a;
  ry(-theta/2) b;
  ry(-theta/2) a;
  cx b, a;
  sdg a;
  rz(-pi/2) b;
  sxdg b;
  rz(pi/2) b;
  rz(-beta) a;
}"""
"""The one gate that versions of Qiskit write in different ways."""


def to_qasm(name: str | Experiment, **parameters: object) -> str:
    """A circuit of the gallery as OpenQASM 3, bound and unrolled, with a comment on top that says what it is for.

    Time is `delay` in µs. The medium is not in it: it belongs to the device that the circuit runs on.

    Args:
        name: Name of a protocol; or an experiment, whose file the comment then names as the device.
        **parameters: Its parameters; what is left out is the experiment's, or has the protocol's default.

    Raises:
        ArgumentError: If there is no such protocol or parameter, or a value does not fit.

    Examples:
        >>> print(nv.experiment.to_qasm("exchange", duration=0.5))
        // exchange: duration = 0.5 µs, initial = ud
        //
        // Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
        //   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
        // Run it, with this text in exchange.qasm:
        //   nvprotocol run exchange.qasm --device ideal
        OPENQASM 3.0;
        include "stdgates.inc";
        qubit[2] nv;
        x nv[1];
        barrier nv[0], nv[1];
        delay[0.5us] nv[0];
        delay[0.5us] nv[1];
        <BLANKLINE>
    """
    experiment = None
    if isinstance(name, Experiment):
        experiment, name = name, name.content.protocol.name
        parameters = parameters_of(experiment.content) | parameters
    given = checked(name, **parameters)
    given = {one.name: given.get(one.name, one.default) for one in PARAMETERS[name]}
    from qiskit import qasm3

    from nvprotocol.protocols import GALLERY

    protocol = GALLERY[name]
    circuit = protocol.circuit(**given)
    registers = {register.name: register.size for register in (*circuit.qregs, *circuit.cregs)}
    kept, outcomes = protocol.postselect, protocol.outcomes
    lines = header(name, given, registers, postselect=kept, outcomes=outcomes, experiment=experiment)
    program = _DEFINITION.sub(_XX_PLUS_YY, qasm3.dumps(circuit)).rstrip()
    return "\n".join(f"// {line}".rstrip() for line in lines) + f"\n{program}\n"


def from_qasm(path: str | Path) -> "QuantumCircuit":
    """Reads a circuit in OpenQASM 3: gates, delays with a unit, measurements, resets, `if`, `for` over a range.

    A `bit` that is no array is a register of one bit.

    Args:
        path: The file.

    Raises:
        FileError: If the file cannot be read, or holds something that is not understood or not supported; names the
            line and the statement.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "mine.qasm"
        >>> _ = file.write_text('OPENQASM 3.0; include "stdgates.inc"; qubit[2] nv; x nv[1]; delay[50ns] nv;')
        >>> dict(nv.experiment.from_qasm(file).count_ops())
        {'delay': 2, 'x': 1}
    """
    file = as_path(path, "path")
    text, source = read_text(file, most=_MOST_BYTES), printable(str(file))
    from openqasm3 import ast
    from qiskit_qasm3_import import convert

    program = _parsed(text, source)
    statements = program.statements
    for statement in statements:
        if isinstance(statement, ast.IODeclaration):
            _refuse(source, text, statement, "an input has no value here")
    if found := not_followed(program) or too_large(program):
        _refuse(source, text, *found)
    try:
        circuit = convert(program)
    except Exception:  # the converter raises all kinds of errors, and most do not say where
        _refuse(source, text, *_first_refused(statements))
    name_single_bits(circuit, program)
    if not circuit.num_qubits:
        raise FileError(f"{source}: the file declares no qubits.")
    return circuit


def refuse_where(
    path: str | Path, check: "Callable[[QuantumCircuit], object]", error: UnsupportedCircuitError
) -> NoReturn:
    """Names file, line and statement of what a device or an engine does not follow.

    Args:
        path: The file.
        check: Raises an `UnsupportedCircuitError` for a circuit, and already for the part of it that is to blame.
        error: The error that is reported.

    Raises:
        FileError: At the first statement with which the check fails.
        UnsupportedCircuitError: The error itself, if the check passes and so no single statement is to blame.
    """
    try:
        check(from_qasm(path))
    except UnsupportedCircuitError:
        text = read_text(Path(path), most=_MOST_BYTES)
        statement, _ = _first_refused(_parsed(text, str(path)).statements, check)
        _refuse(str(path), text, statement, error.sentence("a circuit").rstrip("."))
    raise error


def _parsed(text: str, source: str) -> Any:
    """The program that is written, in the form that the converter takes."""
    from openqasm3.parser import QASM3ParsingError, parse

    if not text.strip():
        raise FileError(f"{source}, line 1: the file is empty.")
    if long := _LONG_NUMBER.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise FileError(f"{source}, line {line}: a number has {len(long[0])} digits, which is more than any has.")
    try:
        program = _quietly(parse, text)
    except QASM3ParsingError as error:
        told = re.match(r"L(\d+):C\d+: (.*)", str(error), re.DOTALL)
        reason = error.__cause__.args[0] if error.__cause__ is not None and error.__cause__.args else error.__cause__
        token = None if told else getattr(reason, "offendingToken", None)
        line = int(told[1]) if told else getattr(token, "line", 1)
    except RecursionError:
        raise FileError(f"{source}: the file nests brackets or blocks too deep.") from None
    except Exception:  # a part of the file that the parser has no tree for, such as a comment alone
        raise FileError(f"{source}, line 1: the file holds no program that is understood.") from None
    else:
        with_tests_of_bits(program)
        return program
    if token is not None and token.text == "<EOF>":
        line = len(text.rstrip().splitlines())
    near = f" near {_quoted(token.text)}" if token is not None and token.text != "<EOF>" else ""
    raise FileError(f"{source}, line {line}: {_quoted(_line(text, line))} is no OpenQASM 3{near}.")


def _quietly(function: Any, text: str) -> Any:
    """The parser prints what it stumbles over; the error that it raises then says it too."""
    import io
    from contextlib import redirect_stderr

    with redirect_stderr(io.StringIO()):
        return function(text)


def _first_refused(
    statements: Sequence[Any], check: "Callable[[QuantumCircuit], object] | None" = None
) -> tuple[Any, str]:
    """The first statement that converter or check refuses, and why; found by halving, since few errors say where."""
    from openqasm3 import ast
    from qiskit_qasm3_import import convert

    fine, refused, reason = 0, len(statements), ""
    while fine < refused:
        middle = (fine + refused) // 2
        try:
            circuit = convert(ast.Program(list(statements[: middle + 1])))
            if check is not None:
                check(circuit)
            fine = middle + 1
        except Exception as error:
            refused, reason = middle, _reason(error)
    return statements[min(fine, len(statements) - 1)], reason


def _reason(error: Exception) -> str:
    """What the converter says, without the position, which counts from another place."""
    if isinstance(error, IndexError):
        return "an index is out of range"
    if isinstance(error, TypeError) and "argument" in str(error):
        return "the gate has another number of parameters"
    message = " ".join(re.sub(r"^\d+,\d+: ", "", str(error)).split())
    if len(message) > 1 and message[0] == message[-1] and message[0] in "'\"":
        message = message[1:-1]
    if message == "required a constant duration":
        return "a delay needs a number and a unit, such as delay[100ns]"
    return "" if message.startswith("node of type") else message.rstrip(".")


def _refuse(source: str, text: str, statement: Any, reason: str) -> NoReturn:
    span = statement.span
    line = span.start_line if span is not None else 1
    raise FileError(f"{source}, line {line}: {_quoted(_line(text, line))} is not supported{reason and f': {reason}'}.")


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _quoted(text: str) -> str:
    short = printable(" ".join(text.split()))
    return f'"{short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…"}"'
