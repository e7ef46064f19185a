"""Values in TOML that no reader of numbers and texts could take: each is refused with its key and line."""

from pathlib import Path

import pytest

import nvprotocol as nv
from nvprotocol._toml import TomlFile, assignment, content_of
from nvprotocol.errors import ArgumentError, DeviceFileError, ExperimentFileError, FileError
from nvprotocol.experiment import parse

PROTOCOL = 'scan.parameter = "protocol.duration"\nscan.start = 0.0\nscan.stop = 1.0\nprotocol.name = "exchange"\n'


def refused(folder: Path, text: str) -> str:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeviceFileError) as caught:
        nv.Device.from_toml(file)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert said.isprintable()
    return said.removeprefix(str(file))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "9" * 5000, ": not valid TOML: a number has thousands of digits."),
        ("a = " + "[" * 5000, ": not valid TOML: brackets are nested too deep."),
        ("a = " + "[" * 20 + "]" * 20, ', line 2: key "medium.a" must have at most 12 levels of sections and lists'),
        (".".join("x" * 3000) + " = 1", ', line 1: key "medium.x" must have at most 12 levels'),
        (f"a = {2**63}", ', line 2: key "medium.a" must be a number of at most 64 bits, but has 19 digits.'),
        (
            "a = -1e101",
            ', line 2: key "medium.a" must be at most 1e+100 in size, or products of it overflow, but is -1',
        ),
        ('a = "1e300 rad/s"', ', line 2: key "medium.a" must be at most 1e+100 rad/µs in size, but is "1e300 rad/s"'),
        ('a = "1\\u0000"', ", line 2: key \"medium.a\" must be without control characters, but has '\\x00'."),
        (
            '"a\\u001b[2J" = 1',
            ", line 1: key \"medium.a\\x1b[2J\" must be without control characters, but has '\\x1b'.",
        ),
        ("A = [1, 2, " + "3, " * 10 + "]", ', line 2: key "medium.A" must be a number, or [real, imaginary]'),
    ],
)
def test_one_line_names_the_key(tmp_path: Path, text: str, message: str) -> None:
    assert refused(tmp_path, f"[medium]\n{text}\n").startswith(message)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('title = "a\\u0000b"', 'line 1: key "title" must be without control characters'),
        (f"run.seed = {2**63}", 'line 1: key "run.seed" must be a number of at most 64 bits'),
        ("scan.points = 1000000000000000000", 'line 1: key "scan.points" must be at most 1000000, but is 10000'),
    ],
)
def test_titles_seeds_and_numbers_that_no_data_set_holds(line: str, reason: str) -> None:
    with pytest.raises(ExperimentFileError, match=reason):
        parse(f"{line}\n{PROTOCOL}")


def test_files_that_nobody_writes(tmp_path: Path) -> None:
    assert refused(tmp_path, "#" * (2**23 + 1)) == ": the file must have at most 8388608 bytes, but has more."
    assert "line 2" in refused(tmp_path, "[medium]\n[" + " " * 200_000 + "\n")  # at once, however long the line


@pytest.mark.parametrize("base", ["n" * 400, "a/" * 300, "loop.toml", "\\u200b"])
def test_bases_that_no_file_can_be(tmp_path: Path, base: str) -> None:
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    assert ', line 2: key "device.base" must be the name of a built-in' in refused(
        tmp_path, f'[device]\nbase = "{base}"'
    )


def test_what_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"^Argument `path` must be the path of a device file, but is .*a.x00b"):
        nv.Device.from_toml(tmp_path / "a\0b.toml")
    with pytest.raises(FileError, match=r"^x\.toml: not valid TOML: brackets"):
        content_of("a = " + "{a=" * 3000, "x.toml", FileError)


def test_line_ends_of_other_systems_are_counted(tmp_path: Path) -> None:
    assert refused(tmp_path, "[medium]\r\na = 1.0\r\nwrong = 1\r\n").startswith(
        ', line 3: key "medium.wrong" is not known'
    )
    assert assignment("title", "a\tb") == 'title = "a\\tb"'
    assert TomlFile.read(tmp_path / "mine.toml", "device", FileError).text.count("\r") == 0
