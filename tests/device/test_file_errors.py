"""What is wrong with a device, in a file of its own or in an experiment's, is one line: file, line and key."""

from pathlib import Path
from typing import Any

import pytest
from repository import line_of

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, DeviceFileError, ExperimentFileError, FileError

TEXT = """# A laboratory
[medium]
a = 2.0
A = 1.5
q = 0.1

[device]
name = "lab"
detuning = 0.5
intrinsic_t1 = "10 us"
intrinsic_t2 = [5.0, 6.0]
monitors = 1
monitor_efficiency = 0.9
readout_error = [0.1, 0.2]

[device.gate_ns]
sx = 20
measure = 300
"""
READOUT = "readout_error = [0.1, 0.2]"
EDITS = [
    ("[medium]", "[medum]", 'key "medum" is not known; did you mean "medium"?'),
    ("[device]", "[devise]", 'key "devise" is not known; did you mean "device"?'),
    ("monitors = 1", "monitor = 1", 'key "device.monitor" is not known; did you mean "monitors"?'),
    ("intrinsic_t1 = ", "t1 = ", 'key "device.t1" is not known; did you mean "intrinsic_t1"?'),
    ("intrinsic_t1 = ", "intrinsic_t1_us = ", 'key "device.intrinsic_t1_us" is not known; did you mean '
     '"intrinsic_t1"?'),
    ("a = 2.0", "xyz = 2.0", 'key "medium.xyz" is not known; known are a, A, q, a_tilde, A_tilde, d, D, J, Jz, dm, m, '
     'M.'),
    ("a = 2.0", "a = -2.0", 'key "medium.a" must be at least 0, but is -2.'),
    ("a = 2.0", 'a = "2 GHz"', 'key "medium.a" must be an angular rate in rad/s, rad/ms, rad/us or rad/ns '
     '(bare numbers are in rad/µs; a frequency times 2π), but is "2 GHz".'),
    ("A = 1.5", "A = 2.5", 'key "medium.A" must satisfy |A| ≤ a = 2, but |A| is 2.5.'),
    ("q = 0.1", 'q = "cold"', 'key "medium.q" must be a number, but is "cold".'),
    ('"lab"', "3", 'key "device.name" must be a text, but is 3.'),
    ('"lab"', '""', 'key "device.name" must be a text that is not empty, but is "".'),
    ("detuning = 0.5", "detuning = inf", 'key "device.detuning" must be finite, but is inf.'),
    ('"10 us"', '"10 rad/us"', 'key "device.intrinsic_t1" must be a time in s, ms, us, ns or ps (a bare number is '
     'in µs), '
     'but is "10 rad/us".'),
    ('"10 us"', '"10us"', 'key "device.intrinsic_t1" must be a number, or a number and a unit such as "50 ns", but '
     'is "10us".'),
    ('"10 us"', "true", 'key "device.intrinsic_t1" must be a real number, but is True of type bool.'),
    ('"10 us"', "-10.0", 'key "device.intrinsic_t1" must be greater than 0, but is -10.'),
    ('"10 us"', "[1.0, 2.0, 3.0]", 'key "device.intrinsic_t1" must be a number or 2 numbers, one for each qubit, '
     "but has shape (3,)."),
    ("[5.0, 6.0]", "[5.0, 30.0]", 'key "device.intrinsic_t2" must be at most 2·T1 = 20 us, but is 30 for qubit 1.'),
    ("[5.0, 6.0]", '["none", "never"]', 'key "device.intrinsic_t2" must be a number, or a number and a unit such as '
     '"50 ns", '
     'but is "never".'),
    ("[5.0, 6.0]", "nan", 'key "device.intrinsic_t2" must be finite, but is nan.'),
    ("monitors = 1", "monitors = 0", 'key "device.monitors" must be at least 1, but is 0.'),
    ("monitors = 1", "monitors = 1.5", 'key "device.monitors" must be a whole number, but is 1.5.'),
    ("= 0.9", "= 1.9", 'key "device.monitor_efficiency" must be at most 1, but is 1.9.'),
    ("= 0.9", '= "90 %"', 'key "device.monitor_efficiency" must be a number, but is "90 %".'),
    (READOUT, "readout_error = 0.1", 'key "device.readout_error" must be a list, but is 0.1.'),
    (READOUT, "readout_error = [0.1]", 'key "device.readout_error" must be two numbers, [P(1|0), P(0|1)], '
     "but is [0.1]."),
    (READOUT, "readout_error = [0.1, 1.2]", 'key "device.readout_error" must be at most 1, but is 1.2.'),
    (READOUT, "readout_error = [0.9, 0.9]", 'key "device.readout_error" must sum to at most 1, or 0 stands for 1, '
     "but is [0.9, 0.9]."),
    (READOUT, "readout = [[0.1, 0.9], [0.9, 0.1]]", 'key "device.readout" must have P(1|0) + P(0|1) of at most 1, '
     "or 0 stands for 1, but they are 1.8."),
    (READOUT, "readout = [[0.9, 0.1], [0.2, 0.8]]", 'key "device.readout" must have columns (one for each true '
     "outcome) that sum to 1, but one sums to 1.1."),
    (READOUT, 'readout = "good"', 'key "device.readout" must be a list, but is "good".'),
    (READOUT, f"{READOUT}\nreadout = [[1, 0], [0, 1]]", 'key "device.readout_error" must not be given together with '
     "`readout`, but is [0.1, 0.2]."),
    ("sx = 20", "sx = -20", 'key "device.gate_ns.sx" must be at least 0, but is -20.'),
    ("sx = 20", 'sx = "20 rad"', 'key "device.gate_ns.sx" must be a time in s, ms, us, ns or ps (a bare number is in '
     'ns), but is "20 rad".'),
    ("sx = 20", 'sx = "-20 ns"', 'key "device.gate_ns.sx" must be at least 0, but is -20.'),
    ("sx = 20", "sx = true", 'key "device.gate_ns.sx" must be a number, but is True.'),
    ("monitors = 1", 'base = "nv_cryo"', 'key "device.base" must be the name of a built-in device, or the path of a '
     'device file, but is "nv_cryo"; did you mean "nv_cryogenic"?'),
    ("monitors = 1", 'base = "lab.toml"', 'key "device.base" must be another file, but is "lab.toml", which is based '
     "on this one."),
    ("monitors = 1", "base = 3", 'key "device.base" must be a text, but is 3.'),
]  # fmt: skip
IN_EXPERIMENTS = [edit for edit in EDITS if "device." in edit[2] and "lab.toml" not in edit[1]]
SCAN = '[protocol]\nname = "dissipative_entanglement"\n[scan]\nparameter = "protocol.duration"\nvalues = [1.0]\n'


def refusal(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeviceFileError) as caught:
        nv.Device.from_toml(file)
    return str(caught.value)


@pytest.mark.parametrize(("old", "new", "message"), EDITS, ids=lambda part: part[:40])
def test_an_edit_that_is_wrong_is_found_in_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = tmp_path / "lab.toml"
    line = line_of(TEXT, old)
    assert refusal(file, TEXT.replace(old, new, 1)) == f"{file}, line {line}: {message}"
    assert refusal(file, "\n\n" + TEXT.replace(old, new, 1)) == f"{file}, line {line + 2}: {message}"


@pytest.mark.parametrize(("old", "new", "message"), IN_EXPERIMENTS, ids=lambda part: part[:40])
def test_the_same_edits_are_wrong_in_an_experiment(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = TEXT.replace(old, new, 1) + SCAN
    with pytest.raises(ExperimentFileError) as caught:
        nv.experiment.parse(text, str(tmp_path / "mine.toml"))
    assert str(caught.value) == f"{tmp_path / 'mine.toml'}, line {line_of(TEXT, old)}: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ", line 1: the file is empty; it needs at least [medium], or a base in [device]."),
        ("[device]\nmonitors = 2", ', line 1: key "medium" is missing.'),
        ("\nmedium = 3", ', line 2: key "medium" must be a section with keys, but is 3.'),
        ("[medium]\n[device]\ngate_ns = 3", ', line 3: key "device.gate_ns" must be a section with keys, but is 3.'),
        ("[medium]\n[device\n\n", ", line 2: not valid TOML: Expected ']' at the end of a table declaration "
         "(column 8)."),
        ("[medium]\n\n[device", ", line 3: not valid TOML: Expected ']' at the end of a table declaration."),
        ("[medium]\na = 1 us", ", line 2: not valid TOML: Expected newline or end of document after a statement "
         "(column 7)."),
        ("[medium]\n[device.gate_ns]\nsx = 1\nccx = 1", ', line 2: key "device.gate_ns" must have as keys gates of one '
         'or two qubits such as "sx" or "cx", or "measure", "reset", "monitor_measure", "monitor_reset", '
         'but has "ccx".'),
    ],
)  # fmt: skip
def test_what_is_hardly_a_device(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "lab.toml"
    assert refusal(file, text) == f"{file}{message}"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        nv.Device.from_toml(tmp_path / "nowhere.toml")
    assert str(caught.value) == f"{tmp_path / 'nowhere.toml'}: there is no such file."
    with pytest.raises(DeviceFileError, match=r"cannot be read as text .*directory"):
        nv.Device.from_toml(tmp_path)
    (tmp_path / "picture.toml").write_bytes(b"\x89PNG\xff")
    with pytest.raises(DeviceFileError, match=r"cannot be read as text .*utf-8"):
        nv.Device.from_toml(tmp_path / "picture.toml")


def test_what_is_wrong_with_a_base_is_told_of_its_own_file(tmp_path: Path) -> None:
    base = tmp_path / "base.toml"
    base.write_text("[medium]\n\nb = 3", encoding="utf-8")
    message = f'{base}, line 3: key "medium.b" is not known; did you mean "a"?'
    assert refusal(tmp_path / "lab.toml", '[device]\nbase = "base.toml"').startswith(message[:-20])
    with pytest.raises(DeviceFileError) as caught:
        nv.experiment.parse(f'{SCAN}[device]\nbase = "base.toml"', str(tmp_path / "mine.toml"))
    assert str(caught.value).startswith(message[:-20])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('intrinsic_t1 = "1 ms"', 'key "device.intrinsic_t1" must be at least T2/2 = 500000 us, with intrinsic_t2 = '
         '1e+06 us from base '
         '"nv_cryogenic", but is 1000.'),
        ('intrinsic_t1 = ["none", 2]', 'key "device.intrinsic_t1" must be at least T2/2 = 500000 us, with '
         'intrinsic_t2 = 1e+06 us from base '
         '"nv_cryogenic", but is 2 for qubit 1.'),
    ],
)  # fmt: skip
def test_a_time_that_does_not_fit_the_base_is_found_where_it_stands(tmp_path: Path, keys: str, message: str) -> None:
    text = f'[device]\nbase = "nv_cryogenic"\n\n{keys}\n'
    file = tmp_path / "lab.toml"
    assert refusal(file, text) == f"{file}, line 4: {message}"
    with pytest.raises(ExperimentFileError) as caught:
        nv.experiment.parse(text + SCAN, "mine.toml")
    assert str(caught.value) == f"mine.toml, line 4: {message}"


def test_a_coherence_that_the_base_does_not_allow(tmp_path: Path) -> None:
    file = tmp_path / "lab.toml"
    text = '[device]\nbase = "nv_room_temperature"\nintrinsic_t2 = "20 ms"'
    message = (
        'must be at most 2·T1 = 13340 us, with intrinsic_t1 = 6670 us from base "nv_room_temperature", but is 20000.'
    )
    assert refusal(file, text) == f'{file}, line 3: key "device.intrinsic_t2" {message}'
    both = refusal(file, f"{text}\nintrinsic_t1 = 3.0")  # where the file says both, the base has no part in it
    assert both == f'{file}, line 3: key "device.intrinsic_t2" must be at most 2·T1 = 6 us, but is 20000.'
    shape = refusal(file, '[device]\nbase = "nv_cryogenic"\nintrinsic_t1 = [1.0, 2.0, 3.0]')
    assert shape.startswith(f'{file}, line 3: key "device.intrinsic_t1" must be ')


@pytest.mark.parametrize("path", [None, 3, ["lab.toml"]])
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `path` must be the path of a device file, but is .* of type "):
        nv.Device.from_toml(path)


def test_bases_that_go_round_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('[device]\n\nbase = "lab.toml"', encoding="utf-8")
    message = 'must be another file, but is "lab.toml", which is based on this one.'
    found = refusal(tmp_path / "lab.toml", '[device]\nbase = "other.toml"')
    assert found == f'{tmp_path / "other.toml"}, line 3: key "device.base" {message}'


@pytest.mark.parametrize(
    ("parameter", "values", "message"),
    [
        ("monitor_efficiency", "[0.5, 1.5]", 'key "device.monitor_efficiency" must be at most 1, but is 1.5.'),
        ("intrinsic_t1", '["5 us", "-2 us"]', 'key "device.intrinsic_t1" must be greater than 0, but is -2.'),
        ("intrinsic_t2", '["1 us", "40 us"]', 'key "device.intrinsic_t2" must be at most 2·T1 = 20 us, but is 40.'),
        ("intrinsic_t2", '["1 us", "2 rad"]', 'key "scan.values" must be a time in s, ms, us, ns or ps (a bare '
         'number is in µs), '
         'but is "2 rad".'),
    ],
)  # fmt: skip
def test_a_value_of_a_scan_that_is_wrong_is_found_where_the_values_stand(
    parameter: str, values: str, message: str
) -> None:
    text = TEXT + SCAN.replace("protocol.duration", f"device.{parameter}").replace("[1.0]", values)
    with pytest.raises(ExperimentFileError) as caught:
        nv.experiment.parse(text, "mine.toml")
    assert str(caught.value) == f"mine.toml, line {line_of(text, values)}: {message}"


def test_the_name_of_a_device_is_not_that_of_the_protocol() -> None:
    text = f'{SCAN}[device]\nname = ""'
    with pytest.raises(ExperimentFileError) as caught:
        nv.experiment.parse(text, "mine.toml")
    assert str(caught.value) == 'mine.toml, line 7: key "device.name" must be a text that is not empty, but is "".'
