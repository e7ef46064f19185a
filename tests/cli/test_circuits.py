"""`nvprotocol run FILE.qasm`: bits and conditions in every spelling, what no engine follows, and joint readings."""

import re
from pathlib import Path

import numpy as np
import pytest
from command_line import HEAD, error_of, numbers, printed

import nvprotocol as nv
from nvprotocol.errors import FileError
from nvprotocol.experiment import from_qasm, load, to_qasm

DECLARED = f"{HEAD}qubit[2] nv;\nqubit monitor;\nbit[2] r;\nbit b;\n"
CHECK = "cx nv[0], monitor; cx nv[1], monitor; r[{}] = measure monitor;\n"
EXPERIMENT = """[medium]
a = 1.0
A = 0.5
[device]
gate_ns = { sx = "20 ns", measure = 300 }
intrinsic_t1 = ["none", 50.0]
[protocol]
name = "relaxometry"
duration = 0.5
[scan]
parameter = "medium.A"
values = [0.75, 0.25]
[curves]
parameter = "device.detuning"
values = ["3 rad/us", "4 rad/us"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, statements: str, name: str = "x.qasm") -> Path:
    file = folder / name
    file.write_text(DECLARED + statements, encoding="utf-8")
    return file


def rows_of(text: str) -> dict[str, list[str]]:
    """The rows of a table by their first column, which may have spaces inside."""
    found = re.finditer(r"^ +([01][01 ]*?)  +(.*?) *$", text, re.MULTILINE)
    return {row[1]: row[2].split() for row in found}


TRUE = ["r[0]", "r[0] == 1", "1 == r[0]", "r[0] == true", "r[0] != 0", "r[0] != false", "r == 1"]
FALSE = ["!r[0]", "r[0] == 0", "r[0] == false", "r[0] != 1", "r[0] != true", "r == 0"]


@pytest.mark.parametrize("condition", [*TRUE, *(f"not {one}" for one in FALSE)])
def test_tests_of_a_bit_in_every_spelling(folder: Path, condition: str) -> None:
    """A monitor set back after it has read 1, so that the second check reads the parity itself: C = tanh 2Γt."""
    first, rest = "x nv[1]; delay[250ns] nv;\n" + CHECK.format(0), "delay[250ns] nv;\n" + CHECK.format(1)
    back = "if ({}) {{ x monitor; }}\n" if condition in TRUE else "if ({}) {{ barrier nv; }} else {{ x monitor; }}\n"
    circuit = from_qasm(written(folder, first + back.format(condition.removeprefix("not ")) + rest))
    device = nv.Device.builtin("ideal")
    estimate = nv.emulate(circuit, device, shots=None, postselect={"r": "11"})
    assert estimate.concurrence == pytest.approx(np.tanh(1.0), abs=1e-9)
    assert estimate.success_probability == pytest.approx(np.exp(-1.0) * np.cosh(1.0), abs=1e-9)


@pytest.mark.parametrize("condition", ["b", "!b", "b == 1", "0 == b", "b != true", "b == false"])
def test_conditions_inside_conditions_and_on_bits_with_a_name(folder: Path, condition: str) -> None:
    statements = f"x nv[0];\nb = measure nv[0];\nif (r[1] == 0) {{ if ({condition}) {{ x nv[1]; }} }}\n"
    circuit = from_qasm(written(folder, statements + "r[0] = measure nv[1];"))
    flipped = condition in ("b", "b == 1")
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))
    assert nv.probability(circuit, device, f"0{int(flipped)}", "r", shots=None, engine="exact").value == 1.0


def test_a_bit_is_compared_with_0_and_1_only(folder: Path) -> None:
    for condition in ("r[0] == 2", "b == 2", "b == 0.5"):
        with pytest.raises(FileError, match=r"x\.qasm, line 7: .* not supported: conditions must be"):
            from_qasm(written(folder, f"if ({condition}) {{ x nv[0]; }}"))


def test_single_bits_are_registers_of_their_names(folder: Path) -> None:
    circuit = from_qasm(written(folder, "bit[3] g;\nbit c = measure nv[0];\nbit D;\nlet e = g[0:1];\nbit f;\n"))
    sizes = {register.name: register.size for register in circuit.cregs}
    assert {name: sizes[name] for name in "rbgcDf"} == {"r": 2, "b": 1, "g": 3, "c": 1, "D": 1, "f": 1}
    assert [circuit.find_bit(bit).registers[0][0].name for bit in circuit.clbits] == list("rrbgggcDf")
    (measured,) = (entry for entry in circuit.data if entry.operation.name == "measure")
    assert circuit.find_bit(measured.clbits[0]).registers[0][0].name == "c"


def test_a_single_bit_at_the_end_is_a_table_and_can_be_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "x nv[0];\ndelay[500ns] nv;\nb = measure nv[0];\n")
    arguments = ["run", "x.qasm", "--shots", "none"]
    rows = rows_of(printed(capsys, *arguments))
    rho = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)).evolve("du", [0.5])[0]
    down = float(np.real(rho[1, 1] + rho[3, 3]))
    np.testing.assert_allclose([float(rows[bit][0]) for bit in "01"], [1 - down, down], atol=1e-4)
    assert f"success probability {down:.4f} keeping b = 1" in printed(capsys, *arguments, "--postselect", "b=1")


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("while (r[0]) { x nv[0]; }", "a loop must say how often it runs"),
        ("while (r[0] == 1) { x nv[0]; }", "a loop must say how often it runs"),
        ("switch (r) { case 0 { x nv[0]; } }", "write it with if and else"),
        ("box[1us] { x nv[0]; }", "a box has no duration; write its pauses as delays"),
        ("if (r[0]) { r[0] = measure nv[0]; }", 'has an "if_else" that writes a bit which it tests'),
    ],
)
def test_what_no_engine_follows_is_found_in_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str], statement: str, message: str
) -> None:
    written(folder, f"x nv[0];\n\n{statement}\ny nv[1];\n")
    line = error_of(capsys, "run", "x.qasm")
    assert line.startswith(f'nvprotocol: x.qasm, line 9: "{statement}" is not supported: ')
    assert message in line


def test_what_no_engine_follows_is_found_inside_of_blocks(folder: Path) -> None:
    file = written(folder, "for int k in [1:2] {\n  x nv[0];\n  if (b) {\n    break;\n  }\n}\n")
    with pytest.raises(FileError, match=r'x\.qasm, line 10: "break;" is not supported: a loop must say'):
        from_qasm(file)


def test_what_a_device_cannot_do_is_found_in_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "h nv[0];\ncx nv[0], monitor;\ncx nv[1], nv[0];\nx nv[0];\n")
    line = error_of(capsys, "run", "x.qasm", "--device", "nv_cryogenic")
    assert line.startswith('nvprotocol: x.qasm, line 9: "cx nv[1], nv[0];" is not supported: a circuit must have ')


def test_registers_are_read_jointly(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Outcomes that exclude each other: marginals would not tell, since each of them alone is like a coin's."""
    written(folder, "h nv[0];\ncx nv[0], nv[1];\nx nv[1];\nb = measure nv[0];\nr[1] = measure nv[1];\n")
    for engine in ("aer", "exact"):
        said = printed(capsys, "run", "x.qasm", "--shots", "none", "--engine", engine)
        shares = {reading: float(row[0]) for reading, row in rows_of(said).items()}
        assert shares == dict.fromkeys([f"{b} {r}" for b in "01" for r in ("00", "01", "10", "11")], 0.0) | {
            "0 10": 0.5,
            "1 00": 0.5,
        }
        assert said.split()[:3] == ["b", "r", "probability"]
    rows = rows_of(printed(capsys, "run", "x.qasm", "--shots", "1e3"))
    counted = {key: int(row[0]) for key, row in rows.items()}
    assert counted["0 10"] + counted["1 00"] == 1000
    for key, row in rows.items():
        assert row[-1] == "{:.4f}–{:.4f}".format(*nv.tomography.clopper_pearson(counted[key], 1000))


def test_registers_too_long_for_one_table_have_one_each(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "bit[16] long;\nx nv[1];\nb = measure nv[0];\nlong[15] = measure nv[1];\n")
    rows = rows_of(printed(capsys, "run", "x.qasm", "--shots", "none"))
    assert rows == {"0": ["1.0000"], "1": ["0.0000"], f"1{'0' * 15}": ["1.0000"]}


def test_a_register_is_kept_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "r[0] = measure monitor;\n")
    line = error_of(capsys, "run", "x.qasm", "--postselect", "r=1", "--postselect", "r=0")
    assert line == 'nvprotocol: Argument `--postselect` must name a register once, but names "r" twice.'


@pytest.mark.parametrize("shots", ["1e4", "10000", "10_000", "1.0e+4"])
def test_whole_numbers_of_shots(folder: Path, capsys: pytest.CaptureFixture[str], shots: str) -> None:
    written(folder, "b = measure nv[0];\n")
    assert "(aer, 10000 shots)" in printed(capsys, "run", "x.qasm", "--shots", shots)


@pytest.mark.parametrize("shots", ["1.5", "1e-3", "nan", "inf", "1e999", "many"])
def test_shots_that_are_none(folder: Path, capsys: pytest.CaptureFixture[str], shots: str) -> None:
    written(folder, "b = measure nv[0];\n")
    line = error_of(capsys, "run", "x.qasm", "--shots", shots)
    rule = 'must be a whole number, or "none" for no sampling noise'
    assert line == f'nvprotocol: Argument `--shots` {rule}, but is "{shots}".'


def test_an_experiment_file_is_a_device_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.toml").write_text(EXPERIMENT, encoding="utf-8")
    said = printed(capsys, "export", "mine.toml")
    assert said == to_qasm(load("mine.toml"))
    comment = [line.removeprefix("// ") for line in said.splitlines() if line.startswith("//")]
    assert {
        "It is for the medium and device of mine.toml, at the first value of what is scanned:",
        "  medium: a = 1 rad/µs, A = 0.75 rad/µs",
        "  device: detuning = 3 rad/µs, gate_ns.sx = 20 ns, gate_ns.measure = 300 ns, intrinsic_t1 = [inf, 50] µs",
        "  nvprotocol run mine.qasm --device mine.toml --outcomes readout=01,10",
    } <= set(comment)
    (folder / "mine.qasm").write_text(said, encoding="utf-8")
    command = comment[-1].split()
    found = numbers(printed(capsys, *command[1:], "--shots", "none"))[0]
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.75), detuning=3.0)
    device = nv.Device(equation, gate_ns={"sx": 20, "measure": 300}, intrinsic_t1_us=(np.inf, 50.0))
    circuit = nv.protocols.relaxometry(duration=0.5)
    wanted = nv.probability(circuit, device, ["01", "10"], shots=None, engine="exact").value
    assert found == pytest.approx(wanted, abs=1e-4)


def test_what_is_wrong_with_an_experiment_is_told_as_such(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "b = measure nv[0];\n")
    (folder / "mine.toml").write_text(EXPERIMENT.replace("duration", "durance"), encoding="utf-8")
    line = error_of(capsys, "run", "x.qasm", "--device", "mine.toml")
    assert line.startswith(
        'nvprotocol: mine.toml, line 9: key "protocol.durance" is not known; did you mean "duration"?'
    )
    assert error_of(capsys, "run", "x.qasm", "--device", "nv_cryo").endswith('; did you mean "nv_cryogenic"?')
    assert error_of(capsys, "run", "x.qasm", "--device", "zz").endswith('is "zz".')
