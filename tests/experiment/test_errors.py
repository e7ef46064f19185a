"""What is wrong with an experiment file is one line that names the file, the line and the key."""

from pathlib import Path

import pytest
from repository import ROOT, line_of

from nvprotocol.errors import ExperimentFileError
from nvprotocol.experiment import load, parse

FILE = ROOT / "circuits" / "monitored_bell.toml"
TEXT = FILE.read_text(encoding="utf-8")

SECTION_NAMES = [
    ("[medium]", "[medum]", 'key "medum" is not known; did you mean "medium"?'),
    ("[protocol]", "[protocl]", 'key "protocl" is not known; did you mean "protocol"?'),
    ("[scan]", "[scn]", 'key "scn" is not known; did you mean "scan"?'),
    ("[curves]", "[curve]", 'key "curve" is not known; did you mean "curves"?'),
    ("[run]", "[Run]", 'key "Run" is not known; did you mean "run"?'),
    (
        "[run]",
        "[xyz]",
        'key "xyz" is not known; known are title, medium, magnet, device, protocol, scan, curves, run, data.',
    ),
    ("[medium]", "[[medium]]", 'key "medium" must be a section with keys, but is [{'),
]
KEY_NAMES = [
    ("a = 2.0", "b = 2.0", 'key "medium.b" is not known; known are a, A, q, '),
    ("q = 0.0", "temperature = 4", 'key "medium.temperature" is not known'),
    ("checks = 20", "chekcs = 20", 'key "protocol.chekcs" is not known; did you mean "checks"?'),
    ("initial = ", "intial = ", 'key "protocol.intial" is not known; did you mean "initial"?'),
    ("start = ", "strat = ", 'key "scan.strat" is not known; did you mean "start"?'),
    ("start = ", "str = ", 'key "scan.str" is not known; did you mean "start"?'),
    ("points = ", "float = ", 'key "scan.float" is not known'),
    ("values = ", "vales = ", 'key "curves.vales" is not known; did you mean "values"?'),
    ("shots = ", "shot = ", 'key "run.shot" is not known; did you mean "shots"?'),
    ("title = ", "titel = ", 'key "titel" is not known; did you mean "title"?'),
]
MEDIUM = [
    ("a = 2.0", "a = -2.0", "Argument `a` must be at least 0, but is -2."),
    ("a = 2.0", "a = nan", 'key "medium.a" must be finite, but is nan.'),
    ("a = 2.0", "a = -inf", 'key "medium.a" must be finite, but is -inf.'),
    ("a = 2.0", "a = true", 'key "medium.a" must be a number, but is True.'),
    ("a = 2.0", "a = [1.0, 2.0]", 'key "medium.a" must be a number, but is [1, 2].'),
    ("a = 2.0", 'a = "2 MHz"', 'key "medium.a" must be an angular rate in rad/s'),
    ("a = 2.0", 'a = "2 us"', 'key "medium.a" must be an angular rate in rad/s'),
    ("A = 2.0", "A = 2.5", "Argument `A` must satisfy |A| ≤ a = 2, but |A| is 2.5."),
    ("A = 2.0", "A = [2.0, 1.5]", "Argument `A` must satisfy |A| ≤ a = 2, but |A| is 2.5."),
    ("A = 2.0", "A = [1.0, 2.0, 3.0]", 'key "medium.A" must be a number, or [real, imaginary]'),
    ("A = 2.0", "A = [true, 1]", 'key "medium.A" must be a number, or [real, imaginary], but is [True, 1].'),
    ("A = 2.0", "A = true", 'key "medium.A" must be a number, or [real, imaginary], but is True.'),
    ("A = 2.0", "A = nan", 'key "medium.A" must be finite'),
    ("A = 2.0", "A = [nan, 0]", "Argument `A` must be finite"),
    ("A = 2.0", 'A = "2 ns"', 'key "medium.A" must be an angular rate in rad/s'),
    ("q = 0.0", "q = 1.5", "Argument `q` must be at most 1"),
    ("q = 0.0", "q = -0.5", "Argument `q` must be at least 0"),
    ("q = 0.0", 'q = "0.5"', 'key "medium.q" must be a number, but is "0.5".'),
    ("q = 0.0", "D = 1.0", "Argument `D` must satisfy |D| ≤ d = 0, but |D| is 1."),
    ("q = 0.0", "A_tilde = 1.0", "Argument `A_tilde` must satisfy |A_tilde| ≤ a_tilde = 0"),
    ("q = 0.0", "q = 0.0 \na_tilde = 1.0", "Argument `q` must not be given together with `a_tilde`"),
]
PROTOCOL = [
    (
        '"monitored_bell"',
        '"monitored_bel"',
        'key "protocol.name" must be one of "dissipative_entanglement", "echoed_bell", "exchange", "final_check", ',
    ),
    ('"monitored_bell"', '"mono\\nbell"', 'but is "mono\\nbell".'),  # still one line
    ('"monitored_bell"', "3", 'key "protocol.name" must be one of'),
    ("checks = 20", "checks = 0", 'key "protocol.checks" must be at least 1, but is 0.'),
    ("checks = 20", "checks = 2.5", 'key "protocol.checks" must be a whole number, but is 2.5.'),
    ("checks = 20", "checks = 20.0", 'key "protocol.checks" must be a whole number, but is 20.'),
    ("checks = 20", "checks = true", 'key "protocol.checks" must be a whole number, but is True.'),
    ("checks = 20", 'checks = "many"', 'key "protocol.checks" must be a whole number, but is "many".'),
    ("checks = 20", 'duration = "1 rad"', 'key "protocol.duration" must be a time in s, ms, us, ns or ps'),
    ('initial = "ud"', 'initial = "udu"', "Argument `initial` must have 2 letters"),
    ('initial = "ud"', 'initial = "01"', 'Argument `initial` must be a state such as "ud"'),
    ('initial = "ud"', "initial = 1", 'key "protocol.initial" must be a text, but is 1.'),
]
SCAN = [
    (
        '"protocol.duration"',
        '"protocol.time"',
        'key "scan.parameter" must be the path of a number, but is "protocol.time"',
    ),
    ('"protocol.duration"', '"duration"', 'did you mean "protocol.duration"?'),
    ('"protocol.duration"', '"run.shots"', "known are medium.a, "),
    ('"protocol.duration"', '"protocol.initial"', 'must be the path of a number, but is "protocol.initial"'),
    ('"protocol.duration"', "3", 'key "scan.parameter" must be a text, but is 3.'),
    (
        '"50 ns"',
        '"50"',
        'key "scan.start" must be a time in s, ms, us, ns or ps (a bare number is in µs), but is "50".',
    ),
    ('"50 ns"', '"50 rad/us"', 'key "scan.start" must be a time in s'),
    ('"50 ns"', '"50ns"', 'key "scan.start" must be a number, or a number and a unit such as "50 ns"'),
    ('"50 ns"', "nan", 'key "scan.start" must be finite, but is nan.'),
    ('"1 us"', "inf", 'key "scan.stop" must be finite, but is inf.'),
    ('"1 us"', "[1.0]", 'key "scan.stop" must be a number, but is [1].'),
    ("points = 20", "points = 1", 'key "scan.points" must be at least 2, but is 1.'),
    ("points = 20", "points = 2.5", 'key "scan.points" must be a whole number, but is 2.5.'),
    ("[0.0, 2.0, 5.0]", "[]", 'key "curves.values" must not be empty, but is [].'),
    ("[0.0, 2.0, 5.0]", "3.0", 'key "curves.values" must be a list, but is 3.'),
    ("[0.0, 2.0, 5.0]", "[0.0, true]", 'key "curves.values" must be a number, but is True.'),
    ("[0.0, 2.0, 5.0]", "[0.0, nan]", 'key "curves.values" must be finite, but is nan.'),
    ("[0.0, 2.0, 5.0]", '[0.0, "5 ns"]', 'key "curves.values" must be an angular rate'),
    ('"device.detuning"', '"protocol.duration"', 'key "curves.parameter" must not be what [scan] already varies'),
]
RUN = [
    ("shots = 10_000", "shots = 0", 'key "run.shots" must be at least 1, but is 0.'),
    ("shots = 10_000", "shots = 1e4", 'key "run.shots" must be a whole number, but is 10000.'),
    ("shots = 10_000", "shots = true", 'key "run.shots" must be a whole number, but is True.'),
    ("shots = 10_000", "shots = nan", 'key "run.shots" must be a whole number, but is nan.'),
    ("seed = 7", "seed = -7", 'key "run.seed" must be at least 0, but is -7.'),
    ("seed = 7", 'engine = "qutip"', "key \"run.engine\" must be 'aer', 'exact' or 'pulse', but is \"qutip\"."),
]


def refusal(text: str) -> str:
    with pytest.raises(ExperimentFileError) as caught:
        parse(text, "folder/mine.toml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"), SECTION_NAMES + KEY_NAMES + MEDIUM + PROTOCOL + SCAN + RUN, ids=lambda part: part[:40]
)
def test_an_edit_that_is_wrong_is_found_in_its_line(old: str, new: str, message: str) -> None:
    for blank_lines in (0, 3):  # the line is counted, not known by heart
        text = "\n" * blank_lines + TEXT.replace(old, new, 1)
        line = blank_lines + line_of(TEXT, old)
        found = refusal(text)
        assert found.startswith(f"folder/mine.toml, line {line}: ")
        assert message in found
        assert found.endswith((".", "?"))


@pytest.mark.parametrize(
    ("removed", "at", "message"),
    [
        ('name = "monitored_bell"', "[protocol]", 'key "protocol.name" must be one of .*, but is missing'),
        ('parameter = "protocol.duration"', "[scan]", r'key "scan.parameter" is missing\.'),
        ('start = "50 ns"', "[scan]", 'key "scan.values" must be given, or else `start`, `stop` and `points`'),
        ("points = 20", "[scan]", 'key "scan.values" must be given, or else `start`, `stop` and `points`'),
    ],
)
def test_a_missing_key_is_looked_for_in_its_section(removed: str, at: str, message: str) -> None:
    text = TEXT.replace(removed, "", 1)
    with pytest.raises(ExperimentFileError, match=f"line {line_of(text, at)}: {message}"):
        parse(text)


def test_values_and_a_range_exclude_each_other() -> None:
    text = TEXT.replace("points = 20", "points = 20\nvalues = [1.0]", 1)
    with pytest.raises(ExperimentFileError, match=f'line {line_of(text, "values = [1.0]")}: key "scan.values" must be'):
        parse(text)


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("medium.A", r"Argument `A` must satisfy \|A\| ≤ a = 2, but \|A\| is 5\."),
        ("medium.q", "Argument `q` must be at most 1"),
        ("protocol.checks", "Argument `checks` must be at least 1, but is 0"),
    ],
)
def test_a_value_of_a_curve_that_is_wrong_is_found_where_the_values_stand(parameter: str, message: str) -> None:
    text = TEXT.replace("device.detuning", parameter)
    with pytest.raises(ExperimentFileError, match=rf"line {line_of(text, '[0.0, 2.0, 5.0]')}: {message}"):
        parse(text)


def test_a_key_elsewhere_can_spoil_one_point_of_a_scan() -> None:
    text = TEXT.replace('"device.detuning"', '"medium.a"').replace("[0.0, 2.0, 5.0]", "[3.0, 1.0]")
    message = rf"line {line_of(text, 'A = 2.0')}: Argument `A` must satisfy \|A\| ≤ a = 1, but \|A\| is 2\."
    with pytest.raises(ExperimentFileError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("values = [1, 2.5]", r'line 4: key "scan.values" must give whole numbers, but gives 2\.5\.'),
        ("start = 1\nstop = 4\npoints = 3", 'line 6: key "scan.points" must give whole numbers'),
    ],
)
def test_checks_are_counted(values: str, message: str) -> None:
    with pytest.raises(ExperimentFileError, match=message):
        parse(f'protocol.name = "monitored_bell"\n[scan]\nparameter = "protocol.checks"\n{values}')


def test_where_there_is_no_tomography_there_is_no_ansatz() -> None:
    text = (FILE.parent / "ramsey.toml").read_text(encoding="utf-8") + 'tomography = "X"\n'
    place = f"folder/mine.toml, line {line_of(text, 'tomography = ')}: "
    message = 'key "run.tomography" must be left out where there is none, as "ramsey" ends with a readout, but is "X".'
    assert refusal(text) == place + message
    assert parse(text.replace('"X"', '"full"')).content.run.tomography == "full"


def test_the_other_protocol_has_no_checks() -> None:
    text = TEXT.replace('"monitored_bell"', '"dissipative_entanglement"')
    line = line_of(text, "checks = 20")
    with pytest.raises(ExperimentFileError, match=f'line {line}: key "protocol.checks" is not known; known are name'):
        parse(text)
    text = text.replace("checks = 20", "").replace('"protocol.duration"', '"protocol.checks"')
    with pytest.raises(ExperimentFileError, match=r'key "scan\.parameter" must be the path of a number'):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.toml, line 1: the file is empty; it needs at least [protocol] and [scan]."),
        ("# nothing yet\n", "mine.toml, line 1: the file is empty"),
        ('title = "x"', 'mine.toml, line 1: key "protocol" is missing.'),
        ('[protocol]\nname = "monitored_bell"', 'mine.toml, line 1: key "scan" is missing.'),
        ("\nprotocol = 3", 'mine.toml, line 2: key "protocol" must be a section with keys, but is 3.'),
        ("[medium\na = 1", "mine.toml, line 1: not valid TOML: Expected ']' at the end of a table declaration"),
        ("\n\na = 1 b", "mine.toml, line 3: not valid TOML: Expected newline or end of document after a statement"),
        ("[medium]\na = 1\na = 2", "mine.toml, line 3: not valid TOML: Cannot overwrite a value"),
        ("\x00", "mine.toml, line 1: not valid TOML"),
    ],
)
def test_what_is_hardly_a_file(text: str, message: str) -> None:
    assert message in refusal(text)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ExperimentFileError, match=r"nowhere\.toml: there is no such file\."):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(ExperimentFileError, match=r"cannot be read as text .*directory"):
        load(tmp_path)
    (tmp_path / "picture.toml").write_bytes(b"\x89PNG\xff")
    with pytest.raises(ExperimentFileError, match=r"cannot be read as text .*utf-8"):
        load(tmp_path / "picture.toml")
