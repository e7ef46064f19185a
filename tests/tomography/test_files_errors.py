"""What is wrong with a file of counts is told in one line, with its place."""

import re
from pathlib import Path

import pytest

from nvprotocol.errors import FileError
from nvprotocol.tomography.files import read_counts


def file_of(folder: Path, text: str | bytes, name: str = "counts.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


HEAD, WIDE = "setting,outcome,count\n", "setting,00,01,10,11\n"
BAD = {
    "nothing in it": ("", "{}: the file is empty."),
    "comments only": ("# later\n\n", "{}: the file is empty."),
    "header only": (WIDE, "{}: there are no counts below the header."),
    "no header": ("ZZ,00,512\n", '{}, line 1: column "zz" is not known; known are setting, 00, 01, 10, 11.'),
    "column missing": ("setting,outcome\nZZ,00\n", '{}, line 1: column "count" is missing.'),
    "outcome missing": ("setting,00,01,11\nZZ,1,2,3\n", '{}, line 1: column "10" is missing.'),
    "setting missing": ("00,01,10,11\n1,2,3,4\n", '{}, line 1: column "setting" is missing.'),
    "column misspelt": (
        "setting,outcome,counts\nZZ,00,1\n",
        '{}, line 1: column "counts" is not known; did you mean "count"?',
    ),
    "column twice": ("setting,0,1,1\nZ,1,2,3\n", '{}, line 1: column "1" is there twice.'),
    "spreadsheet's header": (
        "setting,0,1,10,11\nZZ,1,2,3,4\n",
        '{}, line 1: outcomes must have as many bits each, but "0" and "10" do not.',
    ),
    "spreadsheet's outcome": (
        HEAD + "ZZ,11,5\nZZ,1,7\n",
        '{}, line 3: outcome "1" must have 2 bits, one for each letter of setting "ZZ" '
        "(a spreadsheet takes leading zeros away).",
    ),
    "outcome too long": (
        HEAD + "ZZ,110,5\n",
        '{}, line 2: outcome "110" must have 2 bits, one for each letter of setting "ZZ".',
    ),
    "outcome in letters": (
        HEAD + "ZZ,ud,5\n",
        '{}, line 2: outcome "ud" must have 2 bits, one for each letter of setting "ZZ".',
    ),
    "outcomes for other settings": (
        "setting,0,1\nZZ,5,6\n",
        '{}, line 2: outcome "0" must have 2 bits, one for each letter of setting "ZZ" '
        "(a spreadsheet takes leading zeros away).",
    ),
    "setting unknown": (
        WIDE + "ZZ,1,2,3,4\nZW,1,2,3,4\n",
        '{}, line 3: setting "ZW" is not known; it must be letters out of X, Y and Z.',
    ),
    "setting empty": (
        WIDE + ",1,2,3,4\n",
        '{}, line 2: setting "" is not known; it must be letters out of X, Y and Z.',
    ),
    "settings of mixed length": (
        HEAD + "ZZ,00,1\nZ,0,1\n",
        '{}, line 3: settings must have as many letters each, but "ZZ" and "Z" do not.',
    ),
    "too many qubits": (HEAD + "Z" * 13 + ",00,1\n", f'{{}}, line 2: setting "{"Z" * 13}" has more than 12 letters.'),
    "count broken": (HEAD + "ZZ,00,0.5\n", '{}, line 2: a count must be a whole number, but is "0.5".'),
    "line end in a column": (
        '"setting","outcome\n","count"\nZZ,00,1\n',
        "{}, line 1: not valid CSV: unexpected end of data.",
    ),
    "count left out": (WIDE + "ZZ,1,,3,4\n", '{}, line 2: a count must be a whole number, but is "".'),
    "count in other digits": (HEAD + "ZZ,00,٣\n", '{}, line 2: a count must be a whole number, but is "٣".'),
    "count negative": (WIDE + "ZZ,1,-2,3,4\n", "{}, line 2: a count must be at least 0, but is -2."),
    "count endless": (HEAD + f"ZZ,00,{'9' * 5000}\n", f"{{}}, line 2: a count must be at most {2**53}, but is more."),
    "row twice": (HEAD + "ZZ,00,1\nXX,00,1\nZZ,00,2\n", '{}, line 4: setting "ZZ" has outcome "00" twice.'),
    "setting twice": (WIDE + "ZZ,1,2,3,4\nZZ,1,2,3,4\n", '{}, line 3: setting "ZZ" has outcome "00" twice.'),
    "row too long": (HEAD + "ZZ,00,1,2\n", "{}, line 2: has 4 columns, but the header has 3."),
    "quote open": (HEAD + '"ZZ,00,1\n', "{}, line 2: not valid CSV: unexpected end of data."),
}
BAD_JSON = {
    "nothing in it": (" \n", "{}: the file is empty."),
    "broken": ('{"ZZ": {"00": 1', "{}: not valid JSON: Expecting ',' delimiter: line 1 column 16 (char 15)."),
    "a list": ("[1, 2]", '{}: must be an object of settings such as {{"ZZ": {{"00": 512}}}}.'),
    "no settings": ("{}", "{}: there are no counts in it."),
    "a list of counts": ('{"ZZ": [1, 2]}', '{}: key "ZZ" must be an object of outcomes such as {{"00": 512}}.'),
    "setting unknown": (
        '{"zz": {"00": 1}}',
        '{}: key "zz.00": setting "zz" is not known; it must be letters out of X, Y and Z.',
    ),
    "setting unknown and empty": (
        '{"counts": {}}',
        '{}: setting "counts" is not known; it must be letters out of X, Y and Z.',
    ),
    "setting twice": ('{"ZZ": {"00": 1}, "ZZ": {"11": 1}}', '{}: key "ZZ" is there twice.'),
    "outcome twice": ('{"ZZ": {"00": 1, "00": 2}}', '{}: key "00" is there twice.'),
    "two registers": (
        '{"ZZ": {"1 00": 1}}',
        '{}: key "ZZ.1 00": outcome "1 00" must have 2 bits, one for each letter of setting "ZZ".',
    ),
    "count broken": ('{"ZZ": {"00": 0.5}}', '{}: key "ZZ.00": a count must be a whole number, but is 0.5.'),
    "line end in a setting": (
        '{"Z\\nZ": {}}',
        '{}: setting "Z\\nZ" is not known; it must be letters out of X, Y and Z.',
    ),
    "count as text": ('{"ZZ": {"00": "5"}}', '{}: key "ZZ.00": a count must be a whole number, but is "5".'),
    "count true": ('{"ZZ": {"00": true}}', '{}: key "ZZ.00": a count must be a whole number, but is true.'),
    "count null": ('{"ZZ": {"00": null}}', '{}: key "ZZ.00": a count must be a whole number, but is null.'),
    "count not a number": ('{"ZZ": {"00": NaN}}', '{}: key "ZZ.00": a count must be a whole number, but is NaN.'),
    "count negative": ('{"ZZ": {"00": -1}}', '{}: key "ZZ.00": a count must be at least 0, but is -1.'),
    "count endless": (f'{{"Z": {{"0": {"9" * 5000}}}}}', "{}: not valid JSON: a number is too long."),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_bad_csv(tmp_path: Path, text: str, message: str) -> None:
    path = file_of(tmp_path, text)
    with pytest.raises(FileError, match=f"^{re.escape(message.format(path))}$"):
        read_counts(path)


@pytest.mark.parametrize(("text", "message"), BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json(tmp_path: Path, text: str, message: str) -> None:
    path = file_of(tmp_path, text, "counts.json")
    with pytest.raises(FileError, match=f"^{re.escape(message.format(path))}$"):
        read_counts(path)


@pytest.mark.parametrize("depth", [2000, 200_000])
def test_json_too_deep(tmp_path: Path, depth: int) -> None:
    path = file_of(tmp_path, '{"ZZ":' * depth + "1" + "}" * depth, "counts.json")
    with pytest.raises(FileError, match=r"^[^\n]*counts\.json: "):
        read_counts(path)


def test_paths_that_are_no_such_file(tmp_path: Path) -> None:
    cases = [
        (tmp_path / "none.csv", "there is no such file."),
        (tmp_path / "counts.xlsx", "a table of counts must end in .csv, .tsv, .txt or .json."),
        (file_of(tmp_path, b"\xff\xfe\x00s", "binary.csv"), "cannot be read as text ("),
        (tmp_path, "a table of counts must end in"),
    ]
    (tmp_path / "folder.csv").mkdir()
    for path, reason in [*cases, (tmp_path / "folder.csv", "cannot be read as text (")]:
        with pytest.raises(FileError, match=f"^{re.escape(f'{path}: {reason}')}[^\n]*$"):
            read_counts(path)
