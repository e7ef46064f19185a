"""`nvprotocol design`: what it prints and leaves is what Python finds, other commands take it, errors are one line."""

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from repository import ROOT

import nvprotocol as nv
from nvprotocol.cli import main
from nvprotocol.design import survey_chunks
from nvprotocol.design.file import load, parse
from nvprotocol.errors import DesignFileError
from nvprotocol.magnets.constants import GAMMA

FILM = """title = "A film"
[magnet]
kind = "film"
material = "YIG_COLD"
thickness_nm = 20.0
gap_ghz = 2.0
[design]
target_fidelity = 0.9
separation_nm = [50, 200]
height_nm = [10, 20]
frequency_ghz = 2.87
temperature_k = 0.01
dephasing_time = "1 s"
points = 3
[design.uncertainties]
height_nm = 1.0
"""
TABLE = """
[magnet]
kind = "tabulated"
file = "green.csv"
[design]
separation_nm = [30, 90]
frequency_ghz = 2.87
points = 4
field_difference_nt = 2.0
"""
FILES = {"map.pdf", "map.png", "data.nc", "table.txt", "device.toml", "design.toml"}


@pytest.fixture(autouse=True)
def _coarse_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """The optimum of a smooth rate is climbed to from a coarse grid, too; what finer ones find is not for here."""
    monkeypatch.setattr("nvprotocol.design.climb._POINTS", {"separation_nm": 9, "height_nm": 3})
    monkeypatch.setattr("nvprotocol.design.climb._OTHER_POINTS", 4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.toml").write_text(FILM)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    with pytest.raises(SystemExit) as caught:
        main([*arguments])
    printed = capsys.readouterr()
    assert isinstance(caught.value.code, int)
    return caught.value.code, printed.out, printed.err


@pytest.mark.slow
def test_a_design_leaves_what_python_finds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "design", "film.toml")
    assert (code, err) == (0, "")
    left = folder / "results" / "film"
    assert {path.name for path in left.iterdir()} == FILES
    assert (left / "table.txt").read_text() == out.rpartition("Map, data")[0]
    assert (left / "design.toml").read_text() == f"format_version = 1\n{FILM}"

    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    place: dict[str, Any] = {"frequency_ghz": 2.87, "temperature_k": 0.01}
    best = film.medium(50.0, height_nm=10.0, **place)
    wanted = nv.design.bell_yield(best, 0.9, dephasing_time=1e6)
    rows = str(wanted).splitlines()
    assert rows[0] in out
    assert "\n".join(rows[1:]) in out
    places = ("separation_nm = 50, an end of its range", "height_nm = 10, an end of its range")
    assert "\n".join(f"at         {one}" for one in places) in out
    with xr.open_dataset(left / "data.nc") as data:
        assert dict(data.sizes) == {"separation": 3, "height": 3, "start": 2, "bell_phase": 2}
        separation, height = data.separation.values, data.height.values
        media = film.medium(separation[:, None], height_nm=height, **place)
        rates = nv.design.bell_yield(media, 0.9, dephasing_time=1e6, tolerances=False)
        np.testing.assert_allclose(data.rate, rates.rate, rtol=1e-6)
        np.testing.assert_allclose(data.a, media.relaxation[..., 0, 0].real + 0 * data.a, rtol=1e-9)

    device = nv.Device.from_toml(left / "device.toml")
    np.testing.assert_allclose(device.equation.medium.relaxation, best.relaxation, rtol=1e-7)
    assert device.intrinsic_t2_us is not None
    # On that device, after that time, so many runs are kept in a state of that fidelity.
    circuit = nv.protocols.monitored_bell(float(wanted.time), checks=50)
    kept = nv.emulate(circuit, device, shots=None, postselect={"parity": 1})
    bell = np.array([0, np.exp(1j * wanted.phase), 1, 0]) / np.sqrt(2)
    assert kept.fidelity(bell) == pytest.approx(0.9, abs=1e-4)
    assert kept.success_probability == pytest.approx(float(wanted.probability), abs=1e-4)


@pytest.mark.slow
def test_other_commands_take_the_device(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    separation = np.arange(0.0, 100.0, 10.0)
    rows = [f"2.87,{r},0,{-1e-3 * np.exp(-((r / 90) ** 2))}" for r in separation]
    (folder / "tables").mkdir()
    (folder / "tables" / "green.csv").write_text(
        "frequency_ghz,separation_nm,green_real,green_imag\n" + "\n".join(rows)
    )
    (folder / "tables" / "table.toml").write_text(TABLE)
    code, _, err = run(capsys, "design", "tables/table.toml", "-o", "out", "--quiet")
    assert (code, err) == (0, "")
    left = tomllib.loads(Path("out/device.toml").read_text())
    assert Path(left["magnet"]["file"]) == folder / "tables" / "green.csv"
    code, out, _ = run(capsys, "export", "monitored_bell", "--set", "duration=0.3ms", "-o", "bell.qasm")
    assert code == 0
    code, out, err = run(capsys, "run", "bell.qasm", "--device", "out/device.toml", "--postselect", "parity=1",
                         "--shots", "none", "--engine", "exact")  # fmt: skip
    assert (code, err) == (0, "")
    magnet = nv.magnets.Tabulated.from_file("tables/green.csv")
    delta = GAMMA * 1e-15 * 2.0 / 2
    equation = nv.MasterEquation(magnet.medium(30.0, frequency_ghz=2.87), delta)
    wanted = nv.concurrence(equation.no_jump("ud", [300.0]).states)[0]
    assert float(out.split()[1].strip(",")) == pytest.approx(wanted, abs=1e-4)


def test_a_design_that_is_done_is_shown_again(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, first, _ = run(capsys, "design", "film.toml", "-o", "out")
    assert code == 0
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []
    monkeypatch.setattr("nvprotocol.design.file.optimise", lambda *_, **__: pytest.fail("computed again"))
    code, again, err = run(capsys, "design", "film.toml", "-o", "out")
    assert (code, err) == (0, "")
    assert again.splitlines()[:-1] == first.splitlines()[:-1]
    (folder / "film.toml").write_text(FILM.replace("target_fidelity = 0.9", "target_fidelity = 0.91"))
    code, _, err = run(capsys, "design", "film.toml", "-o", "out")
    assert (code, "already holds a result" in err) == (2, True)


@pytest.mark.slow
def test_a_design_goes_on_from_its_chunks(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nvprotocol.design.survey_chunks._MOST", 2)
    compute, calls = survey_chunks._compute, []

    def ends(*arguments: Any) -> Any:
        calls.append(arguments[-1])
        if len(calls) == 3:
            raise KeyboardInterrupt
        return compute(*arguments)

    monkeypatch.setattr("nvprotocol.design.survey_chunks._compute", ends)
    code, out, err = run(capsys, "design", "film.toml", "-o", "out")
    assert (code, out) == (130, "")
    assert "points are kept, and the same command goes on from there." in err
    code, whole, _ = run(capsys, "design", "film.toml", "-o", "out")
    assert code == 0
    assert calls == [0, 1, 2, 2], "what was done is not done again"
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    monkeypatch.setattr("nvprotocol.design.survey_chunks._MOST", 2)
    code, again, _ = run(capsys, "design", "film.toml", "-o", "other", "--workers", "1")
    assert code == 0
    assert again.splitlines()[:-1] == whole.splitlines()[:-1]


def test_a_folder_is_replaced_only_when_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "map.png").write_text("old")
    code, out, err = run(capsys, "design", "film.toml", "-o", "out")
    assert (code, out) == (2, "")
    assert "already holds a result; give --force" in err


@pytest.mark.slow
def test_numbers_of_the_magnet_that_may_vary_are_in_the_device_file() -> None:
    text = FILM.replace("[50, 200]", "60").replace("[10, 20]", "20")
    task = parse(text.replace("[design.uncertainties]\nheight_nm = 1.0", "[design.vary]\ngap_ghz = [1.0, 2.6]"))
    best = task.optimum()
    said = tomllib.loads(task.device_file(best))
    assert best.at_edge == ()
    assert said["magnet"]["gap_ghz"] == pytest.approx(best.inputs["gap_ghz"], rel=1e-7)
    assert task.survey(best).separation_nm.tolist() == [60.0]
    for gap in (0.99, 1.01):
        film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, gap * best.inputs["gap_ghz"])
        medium = film.medium(60.0, height_nm=20.0, frequency_ghz=2.87, temperature_k=0.01)
        beside = nv.design.bell_yield(medium, 0.9, dephasing_time=1e6, tolerances=False)
        assert beside.rate < best.rate


IN_FIELD = """
[magnet]
kind = "film"
material = "YIG_COLD"
thickness_nm = 20
damping = 1e-3
field_mt = 20
field_direction = [1, 0, 0]
nv = {axis = "[111]", cut = "100", transition = "upper"}

[design]
separation_nm = 50
azimuth_deg = -90
height_nm = 10
temperature_k = 0.01

[design.vary]
field_mt = [10, 40]
"""


@pytest.mark.slow
def test_a_field_that_may_vary_takes_the_centres_with_it(tmp_path: Path) -> None:
    """The best field is that of the device file, which has the splitting of the centres in it."""
    task = parse(IN_FIELD)
    best = task.optimum()
    path = tmp_path / "device.toml"
    path.write_text(task.device_file(best))
    device = nv.Device.from_toml(path)
    field = (best.inputs["field_mt"], 0.0, 0.0)
    centre = nv.magnets.NVCentre((1, 1, 1), field, "upper")
    assert device.frequency_ghz == pytest.approx(centre.frequency_ghz, rel=1e-6)
    np.testing.assert_allclose(device.equation.medium.relaxation, best.medium.relaxation, rtol=1e-5)
    film = nv.magnets.Film.in_field(nv.magnets.YIG_COLD, 20, field, damping=1e-3)
    medium = film.medium(50.0, azimuth_deg=-90, height_nm=10.0, nv=centre, temperature_k=0.01)
    assert float(nv.design.bell_yield(medium).rate) == pytest.approx(best.rate, rel=1e-3)
    assert task.survey(best).result.rate.item() == pytest.approx(best.rate, rel=1e-3)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("height_nm = 10\n", "height_nm = 10\nfrequency_ghz = 2.87\n", "must be that of the NV centres in their field"),
        ("height_nm = 10\n", "height_nm = 10\nfrequency_ghz = [2, 3]\n", "must be left out where `nv` is given"),
        ("field_mt = [10, 40]", "gap_ghz = [1, 2]", "must name numbers of the magnet: thickness_nm, damping"),
        ("field_mt = 20\nfield_direction = [1, 0, 0]", "gap_ghz = 2.0", "over a film whose `field_mt` is given"),
        ('"[111]"', '"[11]"', "must be one of"),
        ("[1, 0, 0]", "[0, 0, 0]", "must have a length"),
        ("[1, 0, 0]", "[0, 0, 1]", "must decide on the direction of the magnetisation"),
    ],
)
def test_fields_and_centres_that_do_not_fit(old: str, new: str, message: str) -> None:
    assert IN_FIELD.count(old) == 1
    with pytest.raises(DesignFileError, match=re.escape(message)):
        parse(IN_FIELD.replace(old, new)).optimum()


ERRORS = [
    ("[50, 200]", "[200, 50]", 9, 'key "design.separation_nm" must be a range whose first number is the smaller'),
    ("[50, 200]", "[-50, 200]", 9, 'key "design.separation_nm" must be greater than 0, but contains -50.'),
    ("= 0.9", "= 1.0", 8, 'key "design.target_fidelity" must be less than 1, which is reached only after endless time'),
    ("= 0.9", "= 0.5", 8, 'key "design.target_fidelity" must be greater than 0.5, but is 0.5.'),
    ('"1 s"', '"1 us"', 8, 'key "design.target_fidelity" must be one that is reached somewhere, but is 0.9'),
    ('"1 s"', "0.0", 13, 'key "design.dephasing_time" must be greater than 0, but is 0.'),
    ("height_nm = [10, 20]\n", "", 7, 'key "design.height_nm" must be given for a film, but is not.'),
    ("points = 3", "points = 1", 14, 'key "design.points" must be at least 2, but is 1.'),
    ("points = 3", "point = 5", 14, 'key "design.point" is not known; did you mean "points"?'),
    ("height_nm = 1.0", "spin = 1.0", 15, 'key "design.uncertainties" must name inputs of the magnet or of'),
    ("height_nm = 1.0", "height_nm = -1.0", 16, 'key "design.uncertainties.height_nm" must be at least 0, but is -1.'),
    ("uncertainties]\nheight_nm = 1.0", "vary]\nspin = [1, 2]", 15,
     'key "design.vary" must name numbers of the magnet: thickness_nm, gap_ghz, damping, anisotropy_mt, but names'),
    ("uncertainties]\nheight_nm = 1.0", "vary]\ngap_ghz = [-1, 2]", 16, 'key "design.vary.gap_ghz" must be greater'),
    ("gap_ghz = 2.0", "gap_ghz = 0.0", 6, 'key "magnet.gap_ghz" must be greater than 0, but is 0.'),
    ("gap_ghz = 2.0", "gap_ghz = 2.0\nheight_nm = 3.0", 7, 'key "magnet.height_nm" is not known'),
    ("temperature_k = 0.01", "chemical_potential_ghz = 2.5", 12,
     'key "design.chemical_potential_ghz" must lie below the gap and the splitting, 2 GHz, but is 2.5.'),
    ("[magnet]", "[magnt]", 2, 'key "magnt" is not known; did you mean "magnet"?'),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new", "line", "message"), ERRORS, ids=[f"{one[2]}-{one[1][:20]}" for one in ERRORS])
def test_an_error_is_one_line(
    old: str, new: str, line: int, message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert FILM.count(old) == 1
    (folder / "wrong.toml").write_text(FILM.replace(old, new))
    code, out, err = run(capsys, "design", "wrong.toml")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"nvprotocol: wrong.toml, line {line}: {message}")
    assert not (folder / "results").exists()


def test_the_committed_design_is_read() -> None:
    task = load(ROOT / "designs" / "film.toml")
    assert task.nv is not None
    assert (task.magnet.numbers["field_mt"], round(task.nv.frequency_ghz, 3)) == (20.0, 3.3)
    assert task.cycle.check_duration == 500.3
    assert (ROOT / "designs" / "film.png").is_file()


def test_a_map_has_lines_only_where_there_is_something_to_draw() -> None:
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    place: dict[str, Any] = {"frequency_ghz": 2.87, "temperature_k": 0.01}
    whole = nv.design.survey(film, separation_nm=[50.0, 150.0, 250.0], height_nm=[10.0, 30.0], **place)
    heights = nv.design.survey(film, separation_nm=[50.0], height_nm=[10.0, 20.0, 30.0], **place)
    nowhere = nv.design.survey(film, separation_nm=[50.0, 60.0], height_nm=[10.0, 20.0], dephasing_time=1.0, **place)
    labels = [nv.plotting.design_figure(one).axes[0].get_xlabel() for one in (whole, heights, nowhere)]
    assert labels == ["separation $r$ (nm)", "height $h$ (nm)", "separation $r$ (nm)"]
    assert not nowhere.result.reached.any()
    assert str(nowhere).startswith("4 places, F = 0.95 reached at 0 of them; best F = 0.50")


CYCLE = """[cycle]
device = "lab.toml"
period = "4 us"
false_alarm = 0.0
"""
LAB = """[medium]
a = 1.0
[device]
monitor_efficiency = 0.97
monitor_false_alarm = 0.02
[device.gate_ns]
monitor_measure = 1000
measure = 3000
reset = 500
"""


@pytest.mark.slow
def test_a_cycle_is_read_and_handed_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings first, then F, rate, time and checks; the device of the optimum has the instruments of the cycle."""
    (folder / "lab.toml").write_text(LAB)
    text = FILM.replace("temperature_k = 0.01", "temperature_k = 0.5").replace(
        "separation_nm = [50, 200]", "separation_nm = [50, 60]"
    )
    text = text.replace("height_nm = [10, 20]", "height_nm = 10")
    (folder / "film.toml").write_text(text + CYCLE)
    code, out, err = run(capsys, "design", "film.toml")
    assert (code, err) == (0, "")
    cycle = load(folder / "film.toml").cycle
    times: Any = {"check_duration": 1.0, "preparation": 0.5, "final_readout": 3.0}
    # "reset" is that of the monitor, too.
    assert cycle == nv.design.Cycle(period=4.0, efficiency=0.97, **times | {"check_duration": 1.5})
    heads = [line.split()[0] for line in out.splitlines()[1:] if not line.startswith(" ")]
    assert heads[: heads.index("rate") + 4] == ["warning"] * heads.index("rate") + ["rate", "dipole", "time", "checks"]
    assert heads.index("rate") > 0
    assert "one every 4 µs" in out
    device = nv.Device.from_toml(folder / "results" / "film" / "device.toml")
    again = nv.design.Cycle.of_device(device, period=4.0)
    assert (again.check_duration, again.efficiency, again.final_readout) == (1.5, 0.97, 3.0)


WRONG_CYCLES = [
    ('device = "lab.toml"', 'device = "nowhere"', 'key "cycle.device" must be the name of a built-in device (ideal, '),
    ('period = "4 us"', 'period = "0.5 us"', 'key "cycle.period" must be at least as long as a check takes, 1.5 us'),
    ('period = "4 us"', 'period = "4 nm"', 'key "cycle.period" must'),
    ("false_alarm = 0.0", "false_alarm = 2.0", 'key "cycle.false_alarm" must be at most 1, but is 2.'),
    ("false_alarm = 0.0", "checks = -1", 'key "cycle.checks" must be at least 0, but is -1.'),
    ("false_alarm = 0.0", "false_alarms = 0.0", 'key "cycle.false_alarms" is not known; did you mean "false_alarm"?'),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG_CYCLES, ids=[one[1] for one in WRONG_CYCLES])
def test_an_error_in_a_cycle_is_one_line(
    old: str, new: str, message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "lab.toml").write_text(LAB)
    (folder / "wrong.toml").write_text(FILM + CYCLE.replace(old, new))
    code, out, err = run(capsys, "design", "wrong.toml")
    assert (code, out, err.count("\n")) == (2, "", 1)
    line = 1 + (FILM + CYCLE.replace(old, new)).splitlines().index(new)
    assert err.startswith(f"nvprotocol: wrong.toml, line {line}: {message}")


def test_where_the_target_is_not_reached_the_best_fidelity_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "film.toml").write_text(FILM.replace('"1 s"', '"1 us"'))
    code, _, err = run(capsys, "design", "film.toml")
    assert code == 2
    assert "but is 0.9; best F = 0.5" in err
    assert "at separation_nm = 50, height_nm = 10." in err
