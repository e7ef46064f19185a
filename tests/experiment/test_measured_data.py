"""The section [data] of experiment files: measured points beside the emulated ones, and how well they agree."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import error_of, printed
from counting import FALSE_ALARM
from measured_tables import counted, events, tomography, wide
from repository import ROOT
from scipy.stats import chi2

import nvprotocol as nv
from nvprotocol.errors import ExperimentFileError, FileError
from nvprotocol.experiment import load, parse, run
from nvprotocol.experiment.chunks import key_of
from nvprotocol.experiment.portable import portable_text

READOUT = [[0.97, 0.06], [0.03, 0.94]]
DELAYS = [0.2, 0.6, 1.2]
RELAXING = f"""
[medium]
a = 1.1
A = 0.7
[device]
readout = {READOUT}
[protocol]
name = "relaxometry"
[scan]
parameter = "protocol.duration"
values = {DELAYS}
[run]
shots = 500
"""
DATA = '[data]\nfile = "counts.csv"\n'
CIRCUITS = [nv.protocols.relaxometry(time) for time in DELAYS]
DEVICE = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.1, A=0.7)), readout=READOUT)
COUNTS = counted(CIRCUITS, DEVICE, 3000, seed=5)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory with a table."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "counts.csv").write_text(wide(DELAYS, COUNTS), encoding="utf-8")
    return tmp_path


def test_shares_with_their_intervals_and_agreement_by_hand(folder: Path) -> None:
    measured = run(parse(RELAXING + DATA, str(folder / "mine.toml"))).measured
    assert measured is not None
    (points,) = measured.points
    assert points.x.tolist() == DELAYS
    number = np.array([row[1] + row[2] for row in COUNTS])
    low, high = nv.tomography.clopper_pearson(number, 3000)
    np.testing.assert_allclose([points.values, points.low, points.high], [number / 3000, low, high])
    exact = nv.probability(CIRCUITS, DEVICE, "00", shots=None, engine="exact")
    expected = 3000 * np.array([one.distribution for one in exact])
    assert expected.min() > 5
    square = float(np.sum((np.array(COUNTS) - expected) ** 2 / expected))
    assert measured.agreement.chi_squared == pytest.approx(square)
    assert measured.agreement.degrees_of_freedom == 9
    assert f"χ² = {square:.1f} for 9 degrees of freedom (p = {chi2.sf(square, 9):.2g})" in str(measured)


def test_averages_and_photons_count_once_each(folder: Path) -> None:
    (folder / "counts.csv").write_text("t,value,error\n0.2,0.7,0.02\n0.2,0.72,0.04\n")
    measured = run(parse(RELAXING + DATA, str(folder / "mine.toml"))).measured
    assert measured is not None
    exact = nv.probability(CIRCUITS[0], DEVICE, ("01", "10"), shots=None, engine="exact").value
    square = ((0.7 - exact) / 0.02) ** 2 + ((0.72 - exact) / 0.04) ** 2
    assert measured.agreement.chi_squared == pytest.approx(square)
    assert measured.agreement.degrees_of_freedom == 2
    assert str(measured).endswith("2 of them are averages with error bars, taken as normal.")


def test_data_do_not_change_what_is_emulated(folder: Path) -> None:
    plain, with_data = parse(RELAXING), parse(RELAXING + DATA, str(folder / "mine.toml"))
    assert key_of(plain) == key_of(with_data)
    assert run(plain).curves[0].estimates[0] is not None
    first, second = (nv.experiment.to_dataset(run(one)) for one in (plain, with_data))
    assert first.counts.equals(second.counts)
    assert second.measured.dims == ("measured_point",)
    assert second.measured_point.attrs == second.point.attrs
    assert second.attrs["measured_degrees_of_freedom"] == 9
    assert "measured" not in first
    before = portable_text(with_data)
    (folder / "counts.csv").write_text(events(DELAYS, COUNTS, (1, 2)))
    assert portable_text(with_data) != before


def test_the_concurrence_by_tomography(folder: Path) -> None:
    text = RELAXING.replace('"relaxometry"', '"final_check"') + 'tomography = "X"\n' + DATA
    circuits = [nv.protocols.final_check(time) for time in DELAYS]
    table = tomography(DELAYS, circuits, DEVICE, 4000, 3, {"parity": 1})
    kept = [line for line in table.splitlines() if line.split(",")[1] in ("setting", *nv.tomography.U1)]
    (folder / "counts.csv").write_text("\n".join(kept))
    result = run(parse(text, str(folder / "mine.toml")))
    assert result.measured is not None
    (points,) = result.measured.points
    exact = result.curves[0].exact.values
    assert np.all((points.low <= exact) & (exact <= points.high))
    assert np.all(points.high - points.low < 0.2)
    assert FALSE_ALARM < result.measured.agreement.p_value < 1 - FALSE_ALARM
    figure = nv.plotting.experiment_figure(result)
    labels = [one.get_text() for one in figure.legends[0].get_texts()]
    assert "measured, 95 % interval" in labels


def test_curves_have_their_own_points(folder: Path) -> None:
    lines = wide(DELAYS, COUNTS).splitlines()
    (folder / "counts.csv").write_text("\n".join([f"{lines[0]},A", *(f"{line},0.7" for line in lines[1:])]))
    curves = '[curves]\nparameter = "medium.A"\nvalues = [0.0, 0.7]\n'
    measured = run(parse(RELAXING + curves + DATA, str(folder / "mine.toml"))).measured
    assert measured is not None
    assert [one.x.size for one in measured.points] == [0, 3]
    nv.plotting.experiment_figure(run(parse(RELAXING + curves + DATA, str(folder / "mine.toml"))))


def test_the_commands_read_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.toml").write_text(RELAXING + DATA, encoding="utf-8")
    shown = printed(capsys, "run", "mine.toml")
    assert "Measured data, 3 rows, against the exact distribution: χ² =" in shown
    assert printed(capsys, "run", "mine.toml").splitlines()[-1].startswith("Nothing was left to do")
    by_section = printed(capsys, "fit", "mine.toml", "--free", "medium.a")
    by_table = printed(capsys, "fit", "counts.csv", "mine.toml", "--free", "medium.a", "-o", "other")
    assert by_section.splitlines()[:-1] == by_table.splitlines()[:-1]
    again = load(folder / "results" / "mine-fit" / "fitted.toml")
    assert run(again).measured is not None
    copied = load(folder / "results" / "mine" / "experiment.toml")
    assert copied.content.data is not None
    assert copied.content.data.file == (str(folder / "counts.csv"),)
    assert "for tables; a section [data] says its own" in error_of(
        capsys, "fit", "mine.toml", "--free", "medium.a", "--columns", "time=t"
    )


BAD: dict[str, tuple[str, type[Exception], str]] = {
    "no file": ("[data]\nbright = 0.1\n", ExperimentFileError, 'key "data.file" is missing'),
    "number": ("[data]\nfile = 3\n", ExperimentFileError, "must be the path of a table, or a list of such paths"),
    "empty": ("[data]\nfile = []\n", ExperimentFileError, "must be the path of a table, or a list of such paths"),
    "key": ('[data]\nfiles = "a.csv"\n', ExperimentFileError, 'key "data.files" is not known; did you mean "file"?'),
    "negative": ('[data]\nfile = "a.csv"\nbright = -1\n', ExperimentFileError, 'key "data.bright" must be at least 0'),
    "nowhere": ('[data]\nfile = "a.csv"\n', FileError, "a.csv: there is no such file"),
    "role": (DATA + 'columns = { delay = "t" }\n', ExperimentFileError, 'key "data.columns" must have as keys scan'),
    "column": (DATA + 'columns = { time = "t" }\n', FileError, 'column "t", named as scan, is missing'),
    "bright": (DATA + "bright = 0.1\n", ExperimentFileError, 'key "data.bright" must be left out'),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_section_is_refused_in_one_line(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    section, kind, said = BAD[name]
    with pytest.raises(kind) as caught:
        run(parse(RELAXING + section, str(folder / "mine.toml")))
    assert said in str(caught.value)
    (folder / "mine.toml").write_text(RELAXING + section, encoding="utf-8")
    assert said in error_of(capsys, "run", "mine.toml")
    assert not (folder / "results").exists()


def test_settings_and_curves_that_are_missing(folder: Path) -> None:
    text = RELAXING.replace('"relaxometry"', '"final_check"') + DATA
    with pytest.raises(ExperimentFileError, match=r'mine.toml, line 14: key "data" must have a column "setting"'):
        run(parse(text, str(folder / "mine.toml")))


def simulated() -> Any:
    """The script of the example."""
    spec = importlib.util.spec_from_file_location("simulate", ROOT / "circuits" / "measured" / "simulate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_is_what_its_script_draws_and_its_fit_finds_the_truth() -> None:
    script, file = simulated(), ROOT / "circuits" / "measured" / "relaxometry.toml"
    assert (ROOT / "circuits" / "measured" / "relaxometry.csv").read_text(encoding="utf-8") == script.table()
    experiment = load(file)
    data = nv.experiment.read_data(experiment, ROOT / "circuits" / "measured" / "relaxometry.csv")
    found = nv.experiment.fit(experiment, data, list(script.TRUTH))
    for path, value in script.TRUTH.items():
        assert found.intervals[path][0] < value < found.intervals[path][1]
        section, _, key = path.partition(".")
        assert found.values[path] == pytest.approx(getattr(getattr(experiment.content, section), key), abs=1e-3)
