"""`nvprotocol export` and `nvprotocol run FILE.qasm`: any circuit in OpenQASM 3, and errors of one line."""

import re
from pathlib import Path

import numpy as np
import pytest
from command_line import HEAD, error_of, exit_code, numbers, printed
from counting import FALSE_ALARM, multinomial_p_value

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, FileError
from nvprotocol.experiment import from_qasm, to_qasm

BY_HAND = f"""{HEAD}
// Two checks of σᶻ by a monitor, written by hand, with a loop and a condition.
qubit[2] nv;
qubit monitor;
bit[2] seen;
x nv[1];
delay[250ns] nv;
cx nv[0], monitor;
cx nv[1], monitor;
seen[0] = measure monitor;
if (seen[0]) {{ x monitor; }}
for int k in [1:2] {{ delay[125ns] nv; }}
cx nv[0], monitor;
cx nv[1], monitor;
seen[1] = measure monitor;
"""
READ = (
    f"{HEAD}qubit[2] nv;\nbit[2] readout;\nx nv[1];\ndelay[0.5us] nv[0];\ndelay[0.5us] nv[1];\nreadout = measure nv;\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory with two circuits and some devices."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "by_hand.qasm").write_text(BY_HAND, encoding="utf-8")
    (tmp_path / "read.qasm").write_text(READ, encoding="utf-8")
    (tmp_path / "weak.toml").write_text("[medium]\na = 1.0\nA = 1.0\n[device]\nmonitor_efficiency = 0.5\n")
    (tmp_path / "wrong.toml").write_text("[medium]\na = 1.0\n[device]\nintrinsic_t1 = 1.0\nintrinsic_t2 = 3.0\n")
    return tmp_path


def test_a_circuit_by_hand_is_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # At zero temperature two checks are one at the end: C = tanh 2Γt and P = e^(−2at) cosh 2Γt at t = 0.5.
    arguments = ["run", "by_hand.qasm", "--postselect", "seen=1", "--shots", "none"]
    for engine in ("aer", "exact"):
        first, second = printed(capsys, *arguments, "--engine", engine).splitlines()
        concurrence, probability = numbers(first)[:2]
        assert concurrence == pytest.approx(np.tanh(1.0), abs=1e-4)
        assert probability == pytest.approx(np.exp(-1.0) * np.cosh(1.0), abs=1e-4)
        assert f"keeping seen = 1 ({engine}, no sampling noise)" in first
        assert numbers(second)[0] == pytest.approx((1 + np.tanh(1.0)) / 2, abs=1e-4)
        assert re.findall(r"(ps|ph)i[-+]", second) == ["ps", "ps", "ph", "ph"]


def test_shots_and_seed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "by_hand.qasm", "--postselect", "seen=11", "--shots", "2000", "--seed"]
    one, same, other = (printed(capsys, *arguments, seed) for seed in ("1", "1", "2"))
    assert one == same != other
    circuit, device = from_qasm("by_hand.qasm"), nv.Device.builtin("ideal")
    found = nv.emulate(circuit, device, shots=2000, postselect={"seen": 1}, seed=1)
    assert numbers(one)[:3] == pytest.approx([found.concurrence, *found.interval], abs=1e-4)
    assert "2000 shots in each of 9 settings" in one


def test_a_device_from_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "by_hand.qasm", "--postselect", "seen=1", "--shots", "none"]
    weak = numbers(printed(capsys, *arguments, "--device", "weak.toml"))[0]
    ideal = numbers(printed(capsys, *arguments, "--device", "ideal"))[0]
    assert weak < ideal
    circuit = from_qasm(folder / "by_hand.qasm")
    device = nv.Device.from_toml(folder / "weak.toml")
    keep = nv.emulate(circuit, device, shots=None, engine="exact", postselect={"seen": 1})
    assert weak == pytest.approx(keep.concurrence, abs=1e-4)


def test_gates_that_take_time_go_through_native_gates(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "slow.toml").write_text(
        "[medium]\na = 1.0\n[device]\nsingle_qubit_error = 0.02\n[device.gate_ns]\nsx = 50\nx = 100\nmeasure = 300\n"
    )
    (folder / "turn.qasm").write_text(f"{HEAD}qubit[2] nv;\nbit[2] c;\nh nv[0];\nh nv[0];\nc = measure nv;\n")
    table = printed(capsys, "run", "turn.qasm", "--device", "slow.toml", "--shots", "none")
    there_and_back = numbers(next(line for line in table.splitlines() if line.split()[:1] == ["00"]))[-1]
    assert 0.9 < there_and_back < 0.999
    ideal = printed(capsys, "run", "turn.qasm", "--shots", "none")
    assert numbers(next(line for line in ideal.splitlines() if line.split()[:1] == ["00"]))[-1] == 1.0


@pytest.mark.statistical
def test_what_is_measured_at_the_end_is_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "run", "read.qasm", "--seed", "4", "--shots", "4000")
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines() if re.match(r"\s*[01]{2} ", line)}
    assert list(rows) == ["00", "01", "10", "11"]
    assert sum(int(row[0]) for row in rows.values()) == 4000
    exact = np.einsum("ii->i", nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)).evolve("ud", [0.5])[0]).real
    assert multinomial_p_value(np.array([int(row[0]) for row in rows.values()]), exact) > FALSE_ALARM
    for row in rows.values():
        share, low, high = float(row[1]), *numbers(row[2])
        assert low <= share <= high
    assert said.rstrip().endswith("nothing discarded (aer, 4000 shots)")


def test_outcomes_are_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "run", "read.qasm", "--outcomes", "readout=01,10", "--shots", "none", "--engine", "exact")
    assert said.startswith("probability of readout = 01 or 10 ")
    assert numbers(said)[0] == pytest.approx(np.exp(-1) * np.cosh(1), abs=1e-4)


def test_export_and_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("export", "monitored_bell", "--set", "duration=500ns", "--set", "checks=4", "-o", "bell.qasm") == 0
    assert capsys.readouterr().out == ""
    text = (folder / "bell.qasm").read_text(encoding="utf-8")
    assert text == to_qasm("monitored_bell", duration=0.5, checks=4)
    assert printed(capsys, "export", "monitored_bell", "--set", "duration=0.5", "--set", "checks=4") == text
    command = next(line.removeprefix("//").split() for line in text.splitlines() if "nvprotocol run" in line)
    assert command[:3] == ["nvprotocol", "run", "monitored_bell.qasm"]
    said = printed(capsys, "run", "bell.qasm", *command[3:], "--shots", "none")
    assert numbers(said)[0] == pytest.approx(np.tanh(1.0), abs=1e-4)


def test_export_of_an_experiment_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.toml").write_text(
        '[protocol]\nname = "ramsey"\nqubit = 1\nphase = 0.5\n[scan]\nparameter = "protocol.duration"\nvalues = [1]\n'
    )
    said = printed(capsys, "export", "mine.toml", "--set", "duration=2e-3 ms")
    body = said[said.index("OPENQASM") :]
    assert body in to_qasm("ramsey", duration=2.0, qubit=1, phase=0.5)
    assert said == to_qasm(nv.experiment.load("mine.toml"), duration=2.0)
    assert "qubit = 1, phase = 0.5" in said.splitlines()[0]


@pytest.mark.slow
def test_complex_couplings_and_choices_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "export", "no_emitted_magnon", "--set", "A=0.5j", "--set", "order=2", "--set", "steps=2")
    assert said == to_qasm("no_emitted_magnon", A=0.5j, order=2, steps=2)


BAD_CIRCUITS = {
    "delay[100] nv[0];": "a delay needs a number and a unit, such as delay[100ns]",
    "delay[2 rad] nv[0];": 'is no OpenQASM 3 near "rad"',
    "x elsewhere[0];": "Undefined symbol 'elsewhere'",
    "x nv[5];": "an index is out of range",
    "wobble nv[0];": "gate 'wobble' is not defined",
    "rx nv[0];": "the gate has another number of parameters",
    "if (nv[0] == 1) { x nv[0]; }": "is not supported: conditions must be",
    "input float[64] theta;": "an input has no value here",
    "def f(qubit a) { x a; }": "is not supported.",
    "cx nv[0], nv[0];": "duplicate",
    "rx(pi/0) nv[0];": "division by zero",
    "x nv[0": 'near "y"',
}


@pytest.mark.parametrize(("statement", "message"), BAD_CIRCUITS.items())
def test_what_is_not_understood_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], statement: str, message: str
) -> None:
    (folder / "bad.qasm").write_text(f"{HEAD}qubit[2] nv;\n\n{statement}\ny nv[1];\n", encoding="utf-8")
    line = error_of(capsys, "run", "bad.qasm")
    at = 6 if statement == "x nv[0" else 5  # what is missing is missed where the next statement begins
    assert line.startswith(f"nvprotocol: bad.qasm, line {at}: ")
    assert message in line
    if at == 5:
        assert f'"{statement}"' in line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--postselect", "seen"], '`--postselect` must be REGISTER=BITS such as parity=1, but is "seen"'),
        (["--postselect", "seen=2"], "`--postselect` must be REGISTER=BITS"),
        (
            ["--postselect", "parity=1"],
            '`postselect` must name a classical register of the circuit, but names "parity"',
        ),
        (["--postselect", "seen=111"], "must keep 0, 1 or a string of 2 bits"),
        (["--device", "nv_cryo"], "`--device` must be the name of a built-in device (ideal, nv_cryogenic, "),
        (["--device", "nowhere.toml"], "nowhere.toml: there is no such file."),
        (
            ["--device", "wrong.toml"],
            'wrong.toml, line 5: key "device.intrinsic_t2" must be at most 2·T1 = 2 us, but is 3.',
        ),
        (["--shots", "1.5"], "`--shots` must be a whole number"),
        (["--shots", "0"], "`shots` must be at least 1, but is 0."),
        (["--outcomes", "seen=011"], '`outcomes` must be strings of 2 bits, as register "seen" has'),
        (["--outcomes", "lost=01"], '`register` must name a classical register of the circuit, but is "lost"'),
        (["--engine", "qutip"], "'qutip' is not one of 'aer', 'exact', 'pulse'"),
        (["-o", "x"], "A circuit leaves no folder"),
    ],
)
def test_wrong_options_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert message in error_of(capsys, "run", "by_hand.qasm", *options)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["monitored_bel"], 'but is "monitored_bel"; did you mean "monitored_bell"?'),
        (["nowhere.toml"], "nowhere.toml: there is no such file."),
        (
            ["ramsey", "--set", "checks=3"],
            '`--set` must name a parameter of ramsey: duration, qubit, phase, but names "ch',
        ),
        (
            ["ramsey", "--set", "duration=1", "--set", "duration=2us"],
            '`--set` must name a parameter once, but names "dur',
        ),
        (["ramsey", "--set", "duration"], "`--set` must be NAME=VALUE such as duration=2us"),
        (["ramsey", "--set", "duration=2 rad"], "`duration` must be a time in s, ms, us, ns or ps"),
        (["ramsey", "--set", "duration=-1"], "`duration` must be at least 0, but is -1."),
        (["ramsey", "--set", "qubit=3"], '`qubit` must be one of 0, 1, "both", but is 3.'),
        (["monitored_bell", "--set", "checks=2.5"], '`checks` must be a whole number, but is "2.5".'),
        (["no_emitted_magnon", "--set", "A=2"], "`A` must satisfy |A| ≤ a = 1, but |A| is 2."),
        (["exchange", "-o", "no/such/folder.qasm"], "folder.qasm cannot be written: No such file or directory."),
    ],
)
def test_wrong_exports_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert message in error_of(capsys, "export", *arguments)


def test_options_of_circuits_are_not_for_experiment_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--shots is for circuits (.qasm)" in error_of(capsys, "run", "weak.toml", "--shots", "5")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"x\.qasm, line 1: the file is empty\."),
        ("// nothing\n", r"x\.qasm.*no program|x\.qasm: the file declares no qubits"),
        (HEAD, r"x\.qasm: the file declares no qubits\."),
        (f"{HEAD}qubit[2] nv;\nx nv[0", r'x\.qasm, line 4: "x nv\[0" is no OpenQASM 3\.'),
        (f"{HEAD}qubit[2] nv;\n\x01", r"x\.qasm, line 4: .* is no OpenQASM 3"),
    ],
)
def test_what_is_hardly_a_circuit(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.qasm").write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=message):
        from_qasm(tmp_path / "x.qasm")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere\.qasm: there is no such file\."):
        from_qasm(tmp_path / "nowhere.qasm")


def test_unknown_protocols_have_no_circuit() -> None:
    with pytest.raises(ArgumentError, match="`protocol` must be one of"):
        to_qasm("teleportation")
