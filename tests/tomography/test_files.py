"""Files of counts: what is written is read, both layouts say the same, and anything else is refused in one line."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, FileError, OutputError
from nvprotocol.tomography.files import read_counts, write_counts

BELL = np.array([[512, 3, 1, 488], [500, 2, 4, 502]])


@st.composite
def tables(draw: st.DrawFn) -> tuple[NDArray[np.int64], list[str]]:
    n_qubits = draw(st.integers(1, 3))
    label = st.text("XYZ", min_size=n_qubits, max_size=n_qubits)
    labels = draw(st.lists(label, min_size=1, max_size=9, unique=True))
    size = len(labels) * 2**n_qubits
    numbers = draw(st.lists(st.integers(0, 2**53), min_size=size, max_size=size))
    return np.array(numbers).reshape(len(labels), -1), labels


def file_of(folder: Path, text: str | bytes, name: str = "counts.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@settings(max_examples=60)
@given(tables(), st.sampled_from([".csv", ".tsv", ".txt", ".json", ".CSV"]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, table: tuple[NDArray[np.int64], list[str]], suffix: str
) -> None:
    counts, labels = table
    path = tmp_path_factory.mktemp("counts") / f"table{suffix}"
    write_counts(path, counts, labels)
    found = read_counts(path)
    np.testing.assert_array_equal(found.counts, counts)
    assert found.settings == tuple(labels)
    assert found.counts.dtype == np.int64


@settings(max_examples=60)
@given(tables(), st.sampled_from(",;\t"), st.randoms(use_true_random=False))
def test_one_line_an_outcome_says_the_same(
    tmp_path_factory: pytest.TempPathFactory, table: tuple[NDArray[np.int64], list[str]], mark: str, random: object
) -> None:
    counts, labels = table
    n_qubits = len(labels[0])
    lines = [
        mark.join([str(number), f"{value:0{n_qubits}b}", label])
        for label, row in zip(labels, counts, strict=True)
        for value, number in enumerate(row)
    ]
    random.shuffle(lines)  # pyright: ignore[reportAttributeAccessIssue]
    text = "\n".join([mark.join(["count", "outcome", "setting"]), *lines])
    found = read_counts(file_of(tmp_path_factory.mktemp("counts"), text))
    order = [found.settings.index(label) for label in labels]
    np.testing.assert_array_equal(found.counts[order], counts)


def test_zeros_that_are_left_out(tmp_path: Path) -> None:
    long = read_counts(file_of(tmp_path, "setting,outcome,count\nZZ,11,488\nXX,00,7\nZZ,00,512\n"))
    brief = read_counts(file_of(tmp_path, '{"ZZ": {"11": 488, "00": 512}, "XX": {"00": 7}, "YY": {}}', "counts.json"))
    assert long.settings == ("ZZ", "XX")
    assert brief.settings == ("ZZ", "XX", "YY")
    np.testing.assert_array_equal(long.counts, [[512, 0, 0, 488], [7, 0, 0, 0]])
    np.testing.assert_array_equal(brief.counts, [[512, 0, 0, 488], [7, 0, 0, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize(
    "text",
    [
        "setting,00,01,10,11\nZZ,512,3,1,488\nXX,500,2,4,502",
        "\ufeffSetting;00;01;10;11\r\nZZ;512;3;1;488\r\nXX;500;2;4;502\r\n;;;;\r\n",
        '# 3 May\n\n"setting", "11", "10", "01", "00"\n# good\n"ZZ", 488, 1, 3, 512\nXX, 502, 4, 2, 500\n',
    ],
    ids=["plain", "spreadsheet", "by hand"],
)
def test_ways_to_write_one_table(tmp_path: Path, text: str) -> None:
    found = read_counts(file_of(tmp_path, text))
    np.testing.assert_array_equal(found.counts, BELL)
    assert found.settings == ("ZZ", "XX")


def test_the_state_behind_a_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rho = nv.operators.density_matrix(np.array([0.6, 0.0, 0.48j, 0.64]))
    order = [nv.tomography.PAULI[row] for row in rng.permutation(9)]
    counts = nv.tomography.sample(rho, 100_000, seed=rng, settings=order)
    write_counts(tmp_path / "counts.csv", counts, order)
    estimate = nv.tomography.estimate(*read_counts(tmp_path / "counts.csv"))
    assert estimate.fidelity(rho) > 0.999


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=60), st.text('seting,outcm0123ZX;"\n {}:[]-', max_size=60).map(str.encode)))
def test_anything_else_is_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("counts")
    for name in ("counts.csv", "counts.json"):
        try:
            found = read_counts(file_of(folder, content, name))
        except FileError as error:
            lines = str(error).splitlines()
        else:
            lines = ["none"]
            assert found.counts.shape == (len(found.settings), 2 ** len(found.settings[0]))
        assert len(lines) == 1


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r'^Argument `path` must end in .*, but is ".*counts\.xls"\.$'):
        write_counts(tmp_path / "counts.xls", BELL, ["ZZ", "XX"])
    with pytest.raises(ArgumentError, match=r"^Argument `counts` must have shape \(1, 4\), but has shape \(2, 4\)\.$"):
        write_counts(tmp_path / "counts.csv", BELL, ["ZZ"])
    with pytest.raises(ArgumentError, match=r"^Argument `counts` must contain only whole numbers, but "):
        write_counts(tmp_path / "counts.csv", BELL / 2.0**10, ["ZZ", "XX"])
    with pytest.raises(OutputError, match=r"^The file .* cannot be written: "):
        write_counts(tmp_path / "none" / "counts.csv", BELL, ["ZZ", "XX"])
    assert not list(tmp_path.iterdir())


def test_json_is_what_qiskit_calls_counts(tmp_path: Path) -> None:
    by_setting = {"ZZ": {"00": 512, "01": 3, "10": 1, "11": 488}, "XX": {"00": 500, "01": 2, "10": 4, "11": 502}}
    found = read_counts(file_of(tmp_path, json.dumps(by_setting), "counts.json"))
    np.testing.assert_array_equal(found.counts, nv.tomography.from_counts(by_setting, found.settings))
