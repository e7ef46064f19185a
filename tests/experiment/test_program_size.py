"""Circuits that a line of text asks for and no machine could hold are refused before they are made."""

from pathlib import Path

import pytest
from command_line import HEAD
from openqasm3.parser import parse

from nvprotocol.errors import FileError
from nvprotocol.experiment import from_qasm
from nvprotocol.experiment.program_size import GATE_COST, MOST_OPERATIONS, _Size, too_large

BEGIN = f"{HEAD}qubit[2] nv;\n"


def doubled(times: int) -> str:
    lines = ["gate g0 a { x a; }", *(f"gate g{k} a {{ g{k - 1} a; g{k - 1} a; }}" for k in range(1, times + 1))]
    return "\n".join([*lines, f"g{times} nv[0];"])


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("for int k in [1:1000000000] { x nv[0]; }", 4, "a circuit unrolls to at most 100000 operations, or 20000 in"),
        ("for int k in [1:400] { for int j in [1:400] { } }", 4, "a circuit unrolls to at most 100000 operations"),
        ("for int k in [100000:-1:-5] { x nv; }", 4, "a circuit unrolls to at most"),
        (doubled(22), 27, "a circuit unrolls to at most"),
        ("qubit[1000000000] more;", 4, "a circuit has at most 1000 qubits"),
        ("qubit[10*100] more;", 4, "a circuit has at most 1000 qubits"),
        ("bit[100000000] more;", 4, "a circuit has at most 100000 bits"),
        ("if (true) { x $1000000000; }", 4, "a circuit"),
        ("x $1000000000;", 4, "a circuit has at most 1000 qubits"),
        ("ctrl(4) @ ctrl(5) @ x nv[0], nv[1];", 4, "a gate has at most 8 controls"),
        ("pow(1e308) @ h nv[0];", 4, "a power is at most 1000000"),
        ("x nv[" + "9" * 5000 + "];", 4, "a number has 5000 digits"),
        ("rx(" + "(" * 3000 + "1" + ")" * 3000 + ") nv[0];", None, "the file nests brackets or blocks too deep"),
        ("if (true) {" * 500 + "}" * 500, None, "the file nests brackets or blocks too deep"),
    ],
)
def test_what_is_too_large(tmp_path: Path, text: str, line: int | None, reason: str) -> None:
    file = tmp_path / "large.qasm"
    file.write_text(BEGIN + text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        from_qasm(file)
    said = str(caught.value)
    assert said.startswith(f"{file}, line {line}: " if line else f"{file}: ")
    assert reason in said
    assert len(said.splitlines()) == 1


def test_a_file_that_nobody_writes(tmp_path: Path) -> None:
    file = tmp_path / "large.qasm"
    file.write_text("//" + " " * 2**20, encoding="utf-8")
    with pytest.raises(FileError, match=r"large\.qasm: the file must have at most 1048576 bytes, but has more\.$"):
        from_qasm(file)


@pytest.mark.parametrize(
    ("text", "operations"),
    [
        ("x nv[0];", 1),
        ("x nv;", 2),
        ("cx nv[0], nv[1];", 1),
        ("delay[1us] nv;", 2),
        ("x nv[0:1];", 2),
        ("for int k in [1:3] { x nv; }", 6),
        ("for int k in [3:1] { x nv; }", 0),
        ("for int k in [6:-2:1] { x nv[0]; }", 3),
        ("for int k in {1, 5} { for int j in [0:4] { y nv[1]; } }", 10),
        ("for int k in [1:2*3] { x nv[0]; }", 6),
        ("bit c; c = measure nv[0]; if (c) { x nv; } else { y nv[0]; }", 1 + 1 + 1 + 2 + 1),
        ("ctrl @ x nv[0], nv[1];", 4),
        ("gate g a { x a; y a; } g nv[0];", 2 * GATE_COST),
        (doubled(4), 16 * GATE_COST),
    ],
)
def test_operations_are_counted(text: str, operations: int) -> None:
    size = _Size()
    counts = [size.of(statement) for statement in parse(BEGIN + text).statements]
    assert sum(counts[2:]) == operations  # beside the include and the declaration


def test_what_is_just_small_enough() -> None:
    largest = MOST_OPERATIONS - 3  # beside the include and the declaration of two qubits
    for turns, refused in ((largest, False), (largest + 1, True)):
        assert bool(too_large(parse(f"{BEGIN}for int k in [1:{turns}] {{ x nv[0]; }}"))) == refused
