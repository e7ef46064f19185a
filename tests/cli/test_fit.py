"""`nvprotocol fit`: what it prints and leaves is what a fit finds, and an error is one line and exit code 2."""

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import error_of, printed
from measured_tables import counted, events, wide

import nvprotocol as nv
from nvprotocol.experiment import fit, load, read_data

DELAYS = [0.1, 0.3, 0.6, 1.0, 1.6, 2.4]
READOUT = [[0.97, 0.06], [0.03, 0.94]]
MODEL = f"""
[medium]
a = 0.8  # rad/µs
A = 0.4
[device]
readout = {READOUT}
[protocol]
name = "relaxometry"
[scan]
parameter = "protocol.duration"
values = {DELAYS}
"""
CIRCUITS = [nv.protocols.relaxometry(time) for time in DELAYS]
DEVICE = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.1, A=0.7)), readout=READOUT)
COUNTS = counted(CIRCUITS, DEVICE, 3000, seed=2)
FILES = {"figure.pdf", "figure.png", "table.txt", "fit.json", "fitted.toml"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory with a model and tables of the same counts."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.toml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "wide.csv").write_text(wide(DELAYS, COUNTS), encoding="utf-8")
    (tmp_path / "events.csv").write_text(events(DELAYS, COUNTS, (1, 2)), encoding="utf-8")
    return tmp_path


def test_the_command_and_the_function_agree(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, "fit", "wide.csv", "model.toml", "--free", "medium.a", "--free", "medium.A=0.5")
    experiment = load("model.toml")
    found = fit(experiment, read_data(experiment, "wide.csv"), {"medium.a": None, "medium.A": 0.5})
    assert str(found) in shown
    target = folder / "results" / "model-fit"
    assert {path.name for path in target.iterdir()} == FILES
    said = json.loads((target / "fit.json").read_text(encoding="utf-8"))
    assert said["parameters"]["medium.a"]["value"] == found.values["medium.a"]
    assert said["parameters"]["medium.A"]["interval"] == list(found.intervals["medium.A"])
    assert not said["parameters"]["medium.A"]["sign_identified"]
    assert np.array(said["covariance"]["matrix"]) == pytest.approx(found.fit.covariance)
    assert load(target / "fitted.toml").content.medium.a == found.values["medium.a"]
    assert (target / "table.txt").read_text(encoding="utf-8").strip() in shown


def test_the_same_again_shows_the_result(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = printed(capsys, "fit", "wide.csv", "model.toml", "--free", "medium.a", "-q")
    again = printed(capsys, "fit", "wide.csv", "model.toml", "--free", "medium.a", "-q")
    assert again.splitlines()[:-1] == first.splitlines()[:-1]
    assert again.splitlines()[-1].startswith("Nothing was left to do")
    other = ["fit", "events.csv", "model.toml", "--free", "medium.a"]
    assert "already holds a result" in error_of(capsys, *other)
    assert printed(capsys, *other, "--force") != first
    assert [path.name for path in (folder / "results").iterdir()] == ["model-fit"]


def test_columns_units_and_bounds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (folder / "events.csv").read_text().replace("time,counts,shots", "wait,n1,n")
    (folder / "named.csv").write_text(text)
    options = ["--free", "medium.a=900 rad/ms", "--bounds", "medium.a=0.5..2", "--level", "0.9"]
    named = ["--columns", "time=wait,counts=n1", "--columns", "shots=n"]
    shown = printed(capsys, "fit", "named.csv", "model.toml", *options, *named, "-o", "named")
    plain = printed(capsys, "fit", "events.csv", "model.toml", *options, "-o", "plain")
    assert shown.splitlines()[:-1] == plain.splitlines()[:-1]
    assert "90 % interval" in shown
    limited = printed(
        capsys, "fit", "events.csv", "model.toml", "--free", "medium.a", "--bounds", "medium.a=..0.85", "-o", "l"
    )
    assert "medium.a lies on its limit 0.85." in limited


def test_several_files_with_a_parameter_of_their_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "again.toml").write_text(MODEL, encoding="utf-8")
    arguments = ["wide.csv", "model.toml", "events.csv", "again.toml"]
    shown = printed(capsys, "fit", *arguments, "--free", "medium.a", "--own", "medium.A", "--bounds", "medium.A=0..3")
    assert "medium.A (model)" in shown
    assert "medium.A (again)" in shown
    target = folder / "results" / "model-fit"
    assert {path.name for path in target.iterdir()} == (FILES - {"fitted.toml"}) | {
        "fitted-model.toml",
        "fitted-again.toml",
    }
    values = json.loads((target / "fit.json").read_text(encoding="utf-8"))["parameters"]
    assert values["medium.A (again)"]["value"] == load(target / "fitted-again.toml").content.medium.A


FREE = ["--free", "medium.a"]
BAD: dict[str, tuple[list[str], str]] = {
    "no free parameter": (["wide.csv", "model.toml"], "A fit needs a free parameter: --free PATH"),
    "no data": (["model.toml", *FREE], "model.toml has no data: give its tables before it"),
    "no model": (["wide.csv", *FREE], "wide.csv has no experiment file"),
    "a table behind": (["model.toml", "wide.csv", *FREE], "wide.csv has no experiment file"),
    "another file": (["wide.xlsx", "model.toml", *FREE], "wide.xlsx is neither a table"),
    "no such table": (["nowhere.csv", "model.toml", *FREE], "nowhere.csv: there is no such file"),
    "no such model": (["wide.csv", "nowhere.toml", *FREE], "nowhere.toml: there is no such file"),
    "unknown path": (["wide.csv", "model.toml", "--free", "medium.b"], 'has "medium.b"; did you mean'),
    "no start": (["wide.csv", "model.toml", "--free", "medium.q"], "say at which real number medium.q starts"),
    "start": (["wide.csv", "model.toml", "--free", "medium.a=fast"], "--free medium.a must be a number"),
    "empty start": (["wide.csv", "model.toml", "--free", "medium.a="], "--free medium.a must be a number"),
    "unit of a start": (
        ["wide.csv", "model.toml", "--free", "medium.a=1 us"],
        "--free medium.a must be an angular rate",
    ),
    "twice": (["wide.csv", "model.toml", *FREE, *FREE], "--free medium.a must be given once"),
    "bounds": (["wide.csv", "model.toml", *FREE, "--bounds", "medium.a=0-1"], "--bounds must be PATH=LOW..HIGH"),
    "a bound": (["wide.csv", "model.toml", *FREE, "--bounds", "medium.a=0..x"], "--bounds medium.a must be a number"),
    "bounds twice": (
        ["wide.csv", "model.toml", *FREE, "--bounds", "medium.a=0..1", "--bounds", "medium.a=0..2"],
        "--bounds medium.a must be given once",
    ),
    "bounds of others": (["wide.csv", "model.toml", *FREE, "--bounds", "medium.q=0..1"], "must be of free parameters"),
    "start out of bounds": (["wide.csv", "model.toml", *FREE, "--bounds", "medium.a=1..2"], "must lie within `bounds`"),
    "columns": (["wide.csv", "model.toml", *FREE, "--columns", "tau"], "--columns must be ROLE=NAME,..., but has tau"),
    "columns twice": (["wide.csv", "model.toml", *FREE, "--columns", "time=a,time=b"], "has time twice"),
    "role": (["wide.csv", "model.toml", *FREE, "--columns", "delay=a"], "must have as keys scan, curve"),
    "no such column": (
        ["wide.csv", "model.toml", *FREE, "--columns", "time=a"],
        'column "a", named as scan, is missing',
    ),
    "bright alone": (["wide.csv", "model.toml", *FREE, "--bright", "0.1"], "where no table counts photons"),
    "level": (["wide.csv", "model.toml", *FREE, "--level", "1.5"], "`level` must be less than 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_an_error_is_one_line(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, said = BAD[name]
    assert said in error_of(capsys, "fit", *arguments)
    assert not (folder / "results").exists()
