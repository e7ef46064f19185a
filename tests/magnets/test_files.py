"""[magnet] in files of devices and experiments: the same medium as in Python, and errors that name key and line."""

import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nvprotocol as nv
from nvprotocol.errors import DeviceFileError, ExperimentFileError, FileError, ValidityWarning
from nvprotocol.experiment import load, parse
from nvprotocol.experiment.file import device_of
from nvprotocol.experiment.portable import portable_text

SEPARATION = np.arange(0.0, 200.0, 10.0)
GREEN = -1e-3j * np.exp(-((SEPARATION / 90) ** 2)) + 2e-4 * np.exp(-SEPARATION / 60)
EXCHANGE = """
[magnet]
kind = "exchange"
dimension = 1
gap_ghz = 2.0
stiffness_m2_per_s = 8e-6
spin = 14.2
lattice_nm = 1.24
coupling_mhz = 10.0
damping = 1e-4
separation_nm = 100.0
frequency_ghz = 2.87
temperature_k = 0.1
"""
FILM = """
[magnet]
kind = "film"
material = "YIG_COLD"
thickness_nm = 20.0
gap_ghz = 2.0
separation_nm = 50.0
height_nm = 10.0
frequency_ghz = 2.87
temperature_k = 0.01
dipole = false
"""
IN_PLANE = """
[magnet]
kind = "film"
thickness_nm = 20.0
field_mt = 20.0
orientation = "in-plane"
transition = "upper"
separation_nm = 50.0
azimuth_deg = 90.0
height_nm = 20.0
frequency_ghz = 3.43
chemical_potential_ghz = 0.5
temperature_k = 0.1
dephasing = false
[magnet.material]
magnetisation_a_per_m = 1.4e5
exchange_t_m2 = 4.5e-17
"""
TABULATED = """
[magnet]
kind = "tabulated"
file = "green.csv"
separation_nm = 45.0
frequency_ghz = 2.87
"""
PROTOCOL = """
[protocol]
name = "monitored_bell"
duration = "1 ms"
checks = 2
[scan]
parameter = "magnet.separation_nm"
values = [40.0, 60.0]
[run]
shots = 100
"""


@cache
def media() -> dict[str, tuple[str, nv.Medium]]:
    """Files, and what Python makes of the same words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)  # at 0.1 K of the third level
        return _media()


def _media() -> dict[str, tuple[str, nv.Medium]]:
    exchange = nv.magnets.Exchange(1, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=10.0, damping=1e-4)
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    own = nv.magnets.Material(name="own", magnetisation_a_per_m=1.4e5, exchange_t_m2=4.5e-17)
    in_plane = nv.magnets.Film.in_field(own, 20.0, 20.0, "in-plane", transition="upper")
    place: dict[str, Any] = {"height_nm": 20.0, "frequency_ghz": 3.43, "temperature_k": 0.1}
    place["chemical_potential_ghz"] = 0.5
    table = nv.magnets.Tabulated([2.87], SEPARATION, green=[GREEN])
    cold: dict[str, Any] = {"height_nm": 10.0, "frequency_ghz": 2.87, "temperature_k": 0.01}
    return {
        "exchange": (EXCHANGE, exchange.medium(100.0, frequency_ghz=2.87, temperature_k=0.1)),
        "film": (FILM, film.medium(50.0, dipole=False, **cold)),
        "in-plane": (IN_PLANE, in_plane.medium(50.0, azimuth_deg=90.0, dephasing=False, **place)),
        "tabulated": (TABULATED, table.medium(45.0, frequency_ghz=2.87)),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a table of a Green's function."""
    rows = [f"2.87,{r},{g.real},{g.imag}" for r, g in zip(SEPARATION, GREEN, strict=True)]
    header = "frequency_ghz,separation_nm,green_real,green_imag"
    (tmp_path / "green.csv").write_text("\n".join([header, *rows]))
    return tmp_path


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def assert_same(found: nv.Medium, wanted: nv.Medium) -> None:
    for block in ("relaxation", "excitation", "dephasing", "flip_flop", "ising"):
        np.testing.assert_allclose(getattr(found, block), getattr(wanted, block), rtol=1e-12, atol=0, err_msg=block)


@pytest.mark.parametrize("kind", ["exchange", "film", "in-plane", "tabulated"])
def test_a_device_file_means_what_python_means(kind: str, folder: Path) -> None:
    text, medium = media()[kind]
    device = nv.Device.from_toml(written(folder, text))
    assert_same(device.equation.medium, medium)
    assert medium.provenance is not None
    assert device.equation.medium.provenance is not None
    assert device.equation.medium.provenance.source == medium.provenance.source
    assert device.frequency_ghz == pytest.approx(3.43 if kind == "in-plane" else 2.87)


def test_a_magnet_can_be_the_base_and_stand_on_one(folder: Path) -> None:
    below = folder / "below"
    below.mkdir()
    written(folder, TABULATED, "lab.toml")
    above = nv.Device.from_toml(written(below, '[device]\nbase = "../lab.toml"\ndetuning = 1.0'))
    assert_same(above.equation.medium, media()["tabulated"][1])
    on_builtin = nv.Device.from_toml(written(folder, f'{IN_PLANE}[device]\nbase = "nv_cryogenic"'))
    assert_same(on_builtin.equation.medium, media()["in-plane"][1])
    assert on_builtin.frequency_ghz == 3.43
    assert not on_builtin.is_ideal
    instead = nv.Device.from_toml(written(folder, '[medium]\na = 2.0\nA = 1.0\n[device]\nbase = "lab.toml"'))
    assert_same(instead.equation.medium, nv.Medium.pair(a=2.0, A=1.0))


@pytest.mark.parametrize(
    ("key", "values"), [("separation_nm", [60.0, 90.0]), ("gap_ghz", [1.5, 1.7]), ("thickness_nm", [35.0, 20.0])]
)
def test_a_scan_of_the_magnet_is_a_magnet_at_each_point(key: str, values: list[float]) -> None:
    text = FILM + PROTOCOL.replace("separation_nm", key).replace("[40.0, 60.0]", str(values))
    experiment = parse(text + '[curves]\nparameter = "magnet.height_nm"\nvalues = [20.0, 15.0]\n')
    numbers: dict[str, Any] = {"thickness_nm": 20.0, "gap_ghz": 2.0, "separation_nm": 50.0, key: values[0]}
    film = nv.magnets.Film(nv.magnets.YIG_COLD, numbers["thickness_nm"], numbers["gap_ghz"])
    place: dict[str, Any] = {"height_nm": 15.0, "frequency_ghz": 2.87, "temperature_k": 0.01, "dipole": False}
    wanted = film.medium(numbers["separation_nm"], **place)
    assert_same(device_of(experiment.settings(1, 0)).equation.medium, wanted)


def test_the_result_is_that_of_the_medium() -> None:
    result = nv.experiment.run(parse(FILM + PROTOCOL))
    film = nv.magnets.Film(nv.magnets.YIG_COLD, 20.0, 2.0)
    place: dict[str, Any] = {"height_nm": 10.0, "frequency_ghz": 2.87, "temperature_k": 0.01, "dipole": False}
    kept = nv.MasterEquation(film.medium([40.0, 60.0], **place)).no_jump("ud", [1000.0])
    # At 10 mK one check at the end and many do the same, up to q = 1e-6.
    np.testing.assert_allclose(result.curves[0].exact.values, nv.concurrence(kept.states)[:, 0], atol=1e-5)
    assert result.experiment.scan.unit == "nm"
    assert "r (nm)" in nv.experiment.report_text(result)


def test_the_file_in_the_result_means_the_same_elsewhere(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = load(written(folder, TABULATED + PROTOCOL))
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    copied = load(written(elsewhere, portable_text(own)))
    for point in range(2):
        here, there = (device_of(one.settings(0, point)) for one in (own, copied))
        assert_same(there.equation.medium, here.equation.medium)
    plain = parse(FILM + PROTOCOL)
    assert portable_text(plain) == f"format_version = 1\n{plain.text}"


ERRORS = [
    (FILM, '"film"', '"films"', 3, 'key "magnet.kind" must be one of "exchange", "film", "tabulated", but is "films".'),
    (FILM, "thickness_nm", "thicknes_nm", 5, 'key "magnet.thicknes_nm" is not known; did you mean "thickness_nm"?'),
    (FILM, "height_nm = 10.0\n", "", 2, 'key "magnet.height_nm" is missing.'),
    (FILM, "height_nm = 10.0", "height_nm = -1.0", 8, 'key "magnet.height_nm" must be greater than 0, but is -1.'),
    (FILM, "gap_ghz = 2.0", 'gap_ghz = "2 GHz"', 6, 'key "magnet.gap_ghz" must be a number, but is "2 GHz".'),
    (FILM, "gap_ghz = 2.0\n", "", 2, 'key "magnet.gap_ghz" must be given, or else `field_mt`, but none of them is.'),
    (FILM, "gap_ghz", "field_mt", 6, 'key "magnet.field_mt" must exceed '),
    (FILM, "= 0.01", "= -1.0", 10, 'key "magnet.temperature_k" must be at least 0, but is -1.'),
    (FILM, "temperature_k = 0.01", "chemical_potential_ghz = 2.0", 10,
     'key "magnet.chemical_potential_ghz" must lie below the gap and the splitting, 2 GHz, but is 2.'),
    (FILM, "dipole = false", "[medium]", 2, 'key "magnet" must not be given together with [medium], but is.'),
    (FILM, '"YIG_COLD"', '{ name = "x" }', 4, 'key "magnet.material" must have the keys magnetisation_a_per_m, '
     "exchange_t_m2, and may have name, gyromagnetic_ghz_per_t, but has name."),
    (FILM, "dipole = false", "[device]\nfrequency_ghz = 2.0", 12,
     'key "device.frequency_ghz" must be left out, or 2.87 GHz as in [magnet], but is 2.'),
    (IN_PLANE, "= 1.4e5", "= -1.0", 16, 'key "magnet.material.magnetisation_a_per_m" must be greater'),
    (EXCHANGE, "spin = 14.2", "spin = 0.0", 7, 'key "magnet.spin" must be greater than 0, but is 0.'),
    (EXCHANGE, "separation_nm = 100.0", "separation_nm = 0.0", 11, 'key "magnet.separation_nm" must be greater than 0'),
    (TABULATED, "= 45.0", "= 450.0", 5, 'key "magnet.separation_nm" must lie within the table, from 0 to 190 nm'),
    (TABULATED, "file =", "measured_at_k = 1.0\nfile =", 4,
     'key "magnet.measured_at_k" must not be given for `green`, but is 1.'),
]  # fmt: skip


@pytest.mark.parametrize("experiment", [False, True], ids=["device", "experiment"])
@pytest.mark.parametrize(("text", "old", "new", "line", "message"), ERRORS, ids=[one[4][:40] for one in ERRORS])
def test_errors_name_key_and_line(
    experiment: bool, text: str, old: str, new: str, line: int, message: str, folder: Path
) -> None:
    assert text.count(old) == 1
    changed = text.replace(old, new) + (PROTOCOL.replace("separation_nm", "temperature_k") if experiment else "")
    if experiment:
        changed = changed.replace("[40.0, 60.0]", "[0.1]").replace("magnet.temperature_k", "protocol.duration")
    file = written(folder, changed)
    with pytest.raises(ExperimentFileError if experiment else DeviceFileError) as caught:
        load(file) if experiment else nv.Device.from_toml(file)
    assert str(caught.value).startswith(f"{file}, line {line}: {message}")


def test_an_error_of_a_scanned_number_names_the_scan(folder: Path) -> None:
    file = written(folder, FILM + PROTOCOL.replace("[40.0, 60.0]", "[40.0, -60.0]"))
    with pytest.raises(
        ExperimentFileError, match=r'line 19: key "magnet.separation_nm" must be greater than 0, but is'
    ):
        load(file)
    other = written(folder, FILM + PROTOCOL.replace("magnet.separation_nm", "medium.a"))
    with pytest.raises(ExperimentFileError, match=r'"scan.parameter" must be the path of a number, but is "medium.a"'):
        load(other)


def test_a_table_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(FileError, match=r"grey\.csv: there is no such file"):
        nv.Device.from_toml(written(folder, TABULATED.replace("green", "grey")))
