"""Commands run in this process: their exit code, what they print, and their errors."""

import re
from pathlib import Path

import pytest

from nvprotocol.cli import main

HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
"""How a circuit in OpenQASM 3 begins."""
"""How a circuit in OpenQASM 3 begins."""


def exit_code(*arguments: str | Path) -> object:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    return caught.value.code


def only_line(text: str) -> str:
    """The text without its line end; one line, and no more."""
    assert text.count("\n") == 1
    return text.removesuffix("\n")


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """The one line on stderr of a command that fails with exit code 2 and prints nothing else."""
    assert exit_code(*arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return only_line(printed.err)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert exit_code(*arguments) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return shown.out


def numbers(text: str) -> list[float]:
    return [float(one) for one in re.findall(r"\d+\.\d+", text)]
