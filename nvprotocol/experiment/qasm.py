"""Circuits as OpenQASM 3: those of the gallery written, and any file read, with errors of one line."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from nvprotocol._toml import text_of
from nvprotocol.errors import FileError
from nvprotocol.protocols.parameters import PARAMETERS, checked

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["from_qasm", "to_qasm"]

_DEVICES = {
    "no_emitted_magnon": (' and "medium.a = 0.0" in resting.toml, a medium that does not relax', "resting.toml")
}
_UNITS = {"time": " µs", "rate": " rad/µs", "coupling": " rad/µs"}
_MEANING = {
    "nv": "the two NV qubits on the medium, nv[0] the paper's qubit 1",
    "monitor": "monitor qubits, which are not on the medium",
    "parity": "reads 1 where a check finds |σᶻ| = 0",
    "quiet": "reads 1 where no magnon is seen",
    "readout": "the NV qubits at the end, bit 0 the first that is read",
}
_LONGEST = 60
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


def to_qasm(name: str, **parameters: object) -> str:
    """A circuit of the gallery as OpenQASM 3, bound and unrolled, with a comment on top that says what it is.

    Time is `delay` in µs. The medium is not in it: it belongs to the device that the circuit runs on.

    Args:
        name: Name of a protocol.
        **parameters: Its parameters; what is left out has the protocol's default.

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
    given = checked(name, **parameters)
    given = {one.name: given.get(one.name, one.default) for one in PARAMETERS[name]}
    from qiskit import qasm3

    from nvprotocol.protocols import GALLERY

    circuit = GALLERY[name].circuit(**given)
    keep = "".join(f" --postselect {register}={value}" for register, value in (GALLERY[name].postselect or {}).items())
    registers = [register.name for register in (*circuit.qregs, *circuit.cregs)]
    lines = [
        f"{name}: {', '.join(f'{one.name} = {_shown(given[one.name], one.kind)}' for one in PARAMETERS[name])}",
        "",
        "Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.",
        *(f"  {register}: {_MEANING[register]}" for register in registers),
        f"Run it, with this text in {name}.qasm{_DEVICES.get(name, ('', ''))[0]}:",
        f"  nvprotocol run {name}.qasm --device {_DEVICES.get(name, ('', 'ideal'))[1]}{keep}",
    ]
    program = _DEFINITION.sub(_XX_PLUS_YY, qasm3.dumps(circuit)).rstrip()
    return "\n".join(f"// {line}".rstrip() for line in lines) + f"\n{program}\n"


def _shown(value: Any, kind: str) -> str:
    if isinstance(value, complex) and not value.imag:
        value = value.real
    return f"{value:.12g}{_UNITS.get(kind, '')}" if isinstance(value, int | float | complex) else str(value)


def from_qasm(path: str | Path) -> "QuantumCircuit":
    """Reads a circuit in OpenQASM 3: gates, delays with a unit, measurements, resets, `if`, `for` over a range.

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
    file = Path(path)
    text, source = text_of(file, FileError), str(file)
    from openqasm3 import ast
    from qiskit_qasm3_import import convert

    program = _parsed(text, source)
    statements = program.statements
    for statement in statements:
        if isinstance(statement, ast.IODeclaration):
            _refuse(source, text, statement, "an input has no value here")
    try:
        circuit = convert(program)
    except Exception:  # the converter raises all kinds of errors, and most do not say where
        _refuse(source, text, *_first_refused(statements))
    if not circuit.num_qubits:
        raise FileError(f"{source}: the file declares no qubits.")
    return circuit


def _parsed(text: str, source: str) -> Any:
    from openqasm3.parser import QASM3ParsingError, parse

    if not text.strip():
        raise FileError(f"{source}, line 1: the file is empty.")
    try:
        return _quietly(parse, text)
    except QASM3ParsingError as error:
        told = re.match(r"L(\d+):C\d+: (.*)", str(error), re.DOTALL)
        reason = error.__cause__.args[0] if error.__cause__ is not None and error.__cause__.args else error.__cause__
        token = None if told else getattr(reason, "offendingToken", None)
        line = int(told[1]) if told else getattr(token, "line", 1)
    except Exception:  # a part of the file that the parser has no tree for, such as a comment alone
        raise FileError(f"{source}, line 1: the file holds no program that is understood.") from None
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


def _first_refused(statements: Sequence[Any]) -> tuple[Any, str]:
    """The first statement that the converter refuses, and why; found by halving, since few errors say where."""
    from openqasm3 import ast
    from qiskit_qasm3_import import convert

    fine, refused, reason = 0, len(statements), ""
    while fine < refused:
        middle = (fine + refused) // 2
        try:
            convert(ast.Program(list(statements[: middle + 1])))
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
    short = " ".join(text.split())
    return f'"{short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…"}"'
