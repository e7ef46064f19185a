"""Device files with a film in a field and the NV centre in it: what they say, and what they must not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from repository import line_of

import nvprotocol as nv
from nvprotocol.errors import DeviceFileError, ExperimentFileError
from nvprotocol.experiment.file import device_of
from nvprotocol.magnets import YIG_COLD, Film, NVCentre, nv_axes

MAGNET = """[magnet]
kind = "film"
material = "YIG_COLD"
thickness_nm = 20.0
field_mt = 20.0
field_direction = [0, 3, 0]
separation_nm = 50.0
height_nm = 10.0
temperature_k = 0.01
"""
CENTRE = """
[magnet.nv]
axis = "[1-1-1]"
cut = "110"
turned_deg = 10.0
transition = "upper"
strain_mhz = 4.0
strain_deg = 30.0
"""
SCAN = """
[protocol]
name = "final_check"
duration = 100.0

[scan]
parameter = "{}"
values = {}
"""
NAMED = 'axis = "[1-1-1]"\ncut = "110"\nturned_deg = 10.0'


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def centre_at(strength: float, **changes: Any) -> NVCentre:
    given: dict[str, Any] = {"transition": "upper", "strain_mhz": 4.0, "strain_deg": 30.0}
    return NVCentre(nv_axes("110", 10.0)["[1-1-1]"], (0.0, strength, 0.0), **given | changes)


def test_a_file_says_what_its_calls_say(tmp_path: Path) -> None:
    """The medium is that of `Film.in_field` and `NVCentre`, the frequency of the device that of the centre."""
    device = nv.Device.from_toml(written(tmp_path, MAGNET + CENTRE))
    film = Film.in_field(YIG_COLD, 20.0, (0.0, 20.0, 0.0))
    medium = film.medium(50.0, height_nm=10.0, nv=centre_at(20.0), temperature_k=0.01)
    assert device.frequency_ghz == centre_at(20.0).frequency_ghz
    for name in ("relaxation", "excitation", "dephasing", "flip_flop", "ising"):
        np.testing.assert_array_equal(getattr(device.equation.medium, name), getattr(medium, name))


def test_an_axis_may_be_a_vector_and_all_else_left_out(tmp_path: Path) -> None:
    device = nv.Device.from_toml(written(tmp_path, MAGNET + "[magnet.nv]\naxis = [1, 1, 1]"))
    assert device.frequency_ghz == NVCentre((1, 1, 1), (0, 20.0, 0)).frequency_ghz
    upright = nv.Device.from_toml(written(tmp_path, MAGNET + "[magnet.nv]"))
    assert upright.frequency_ghz == NVCentre((0, 0, 1), (0, 20.0, 0)).frequency_ghz
    first = nv.Device.from_toml(written(tmp_path, MAGNET + '[magnet.nv]\naxis = "[111]"'))
    assert first.frequency_ghz == pytest.approx(device.frequency_ghz, rel=1e-12)  # a (100) diamond, not turned


def test_a_field_without_a_direction_lies_as_the_orientation_says(tmp_path: Path) -> None:
    text = MAGNET.replace("field_direction = [0, 3, 0]", 'orientation = "in-plane"')
    device = nv.Device.from_toml(written(tmp_path, text + "[magnet.nv]\naxis = [1, 0, 0]"))
    assert device.frequency_ghz == NVCentre((1, 0, 0), (20.0, 0, 0)).frequency_ghz


def test_the_frequency_follows_a_scan_of_the_field() -> None:
    """At every point the film and the centre are those of that field."""
    strengths = [10.0, 20.0, 40.0]
    experiment = nv.experiment.parse(MAGNET + CENTRE + SCAN.format("magnet.field_mt", strengths), "mine.toml")
    for at, strength in enumerate(strengths):
        device, centre = device_of(experiment.settings(0, at)), centre_at(strength)
        assert device.frequency_ghz == centre.frequency_ghz
        film = Film.in_field(YIG_COLD, 20.0, (0.0, strength, 0.0))
        medium = film.medium(50.0, height_nm=10.0, nv=centre, temperature_k=0.01)
        np.testing.assert_array_equal(device.equation.medium.relaxation, medium.relaxation)


def test_a_frequency_that_agrees_may_be_said(tmp_path: Path) -> None:
    said = f"frequency_ghz = {centre_at(20.0).frequency_ghz:.6g}\n"
    device = nv.Device.from_toml(written(tmp_path, f"{MAGNET}{said}{CENTRE}[device]\n{said}"))
    assert device.frequency_ghz == pytest.approx(centre_at(20.0).frequency_ghz, rel=1e-5)


OURS = f"{centre_at(20.0).frequency_ghz:.6g} GHz"
EDITS = [
    ('"[1-1-1]"', '"[112]"', 'key "magnet.nv.axis" must be one of "[111]", "[1-1-1]", "[-11-1]", "[-1-11]", but is '
     '"[112]".'),
    (NAMED, "axis = [0, 0, 0]", 'key "magnet.nv.axis" must have a length, but is (0, 0, 0).'),
    (NAMED, "axis = [0, 1]", 'key "magnet.nv.axis" must be a vector of three components, but has shape (2,).'),
    (NAMED, "axis = 3", 'key "magnet.nv.axis" must be a vector, or the name of an axis such as "[111]", but is 3.'),
    (NAMED, 'axis = [0, "a", 1]', 'key "magnet.nv.axis" must be a vector, or the name of an axis such as "[111]", '
     "but is [0, 'a', 1]."),
    ('cut = "110"', 'cut = "112"', 'key "magnet.nv.cut" must be one of "100", "110", "111", but is "112".'),
    ("turned_deg = 10.0", "turned_deg = nan", 'key "magnet.nv.turned_deg" must be finite, but is nan.'),
    ("turned_deg = 10.0", "turned = 10.0", 'key "magnet.nv.turned" is not known; did you mean "turned_deg"?'),
    ('"upper"', '"middle"', 'key "magnet.nv.transition" must be one of "lower", "upper", but is "middle".'),
    ("strain_mhz = 4.0", "strain_mhz = 1e9", 'key "magnet.nv.strain_mhz" must be at most 1e+06, but is 1e+09.'),
    ("[magnet.nv]", "[magnet.nvs]", 'key "magnet.nvs" is not known; did you mean "nv"?'),
    ("[0, 3, 0]", "[0, 0, 0]", 'key "magnet.field_direction" must have a length, but is (0, 0, 0).'),
    ("[0, 3, 0]", "[0, 1]", 'key "magnet.field_direction" must be a vector of three components, but has shape (2,).'),
    ("field_direction = [0, 3, 0]", 'field_direction = [0, 3, 0]\norientation = "normal"', 'key "magnet.orientation" '
     "must be how the field magnetises the film, in-plane at 90° from the normal, but is normal."),
    ("field_mt = 20.0", "field_mt = -20.0", 'key "magnet.field_mt" must be greater than 0, but is -20.'),
    ("field_mt = 20.0", "gap_ghz = 2.0", 'key "magnet.field_direction" must not be given together with `gap_ghz`, '
     "which has it already, but is."),
    ("field_mt = 20.0\nfield_direction = [0, 3, 0]", "gap_ghz = 2.0", 'key "magnet.nv" must stand over a film whose '
     "`field_mt` is given, but stands over one of which only the gap is."),
    ("height_nm", "frequency_ghz = 2.87\nheight_nm", 'key "magnet.frequency_ghz" must be that of the NV centres in '
     f"their field, {OURS}, or be left out, but is 2.87."),
    ("strain_deg = 30.0", "strain_deg = 30.0\n[device]\nfrequency_ghz = 2.87", 'key "device.frequency_ghz" must be '
     f"left out, or {OURS} as in [magnet], but is 2.87."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), EDITS)
def test_an_edit_that_is_wrong_is_found_in_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (MAGNET + CENTRE).replace(old, new)
    file = written(tmp_path, text)
    key = message.split('"')[1]
    name = key.split(".")[-1]
    line = line_of(text, f"[{key}]" if f"[{key}]" in text else f"\n{name} =") + (f"[{key}]" not in text)
    with pytest.raises(DeviceFileError) as caught:
        nv.Device.from_toml(file)
    assert str(caught.value) == f"{file}, line {line}: {message}"


def test_there_is_one_transition(tmp_path: Path) -> None:
    """That of [magnet] is for centres of which only the splitting is known."""
    text = MAGNET + 'transition = "upper"\n' + CENTRE
    assert nv.Device.from_toml(written(tmp_path, text)).frequency_ghz == centre_at(20.0).frequency_ghz
    lower = text.replace(CENTRE, CENTRE.replace("upper", "lower"))
    with pytest.raises(DeviceFileError, match=r'line 10: key "magnet.transition" must be left out, or "lower" as in '):
        nv.Device.from_toml(written(tmp_path, lower))


def test_the_frequency_of_the_device_must_be_that_of_every_field_of_a_scan() -> None:
    text = MAGNET + CENTRE + "[device]\nfrequency_ghz = 3.0\n" + SCAN.format("magnet.field_mt", "[10.0, 20.0]")
    with pytest.raises(ExperimentFileError, match=r'key "device.frequency_ghz" must be left out'):
        nv.experiment.parse(text, "mine.toml")


def test_a_field_of_a_scan_in_which_the_film_is_not_magnetised_so() -> None:
    text = MAGNET.replace("[0, 3, 0]", "[0, 0, 1]") + CENTRE + SCAN.format("magnet.field_mt", "[300.0, 100.0]")
    with pytest.raises(ExperimentFileError, match=r'key "magnet.field_mt" must decide on the direction'):
        nv.experiment.run(nv.experiment.parse(text, "mine.toml"))
