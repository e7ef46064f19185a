"""Experiment files: what they say is what is run."""

from pathlib import Path

import numpy as np
import pytest
from repository import ROOT

import nvprotocol as nv
from nvprotocol.experiment import Experiment, load, parse
from nvprotocol.experiment.file import device_of, parameters_of
from nvprotocol.protocols import GALLERY

OTHER_MEDIA = {"film_to_bell": "monitored_bell", "squeezed_reservoir": "dissipative_entanglement"}
CIRCUITS = sorted((ROOT / "circuits").glob("*.toml"))
SMALL = """
[protocol]
name = "dissipative_entanglement"
[scan]
parameter = "protocol.duration"
values = [0.5, "1500 ns", 0.1]
"""


@pytest.mark.slow
@pytest.mark.parametrize("path", CIRCUITS, ids=lambda path: path.stem)
def test_the_files_of_the_gallery_are_right(path: Path) -> None:
    experiment = load(path)
    assert experiment.name == path.stem
    assert experiment.content.protocol.name == OTHER_MEDIA.get(path.stem, path.stem)
    assert (experiment.content.magnet is not None) == (path.stem == "film_to_bell")
    assert experiment.text == path.read_text(encoding="utf-8")
    assert experiment.scan.parameter in ("protocol.duration", "protocol.period")
    assert experiment.n_curves > 1


def test_every_protocol_has_a_file_in_the_gallery() -> None:
    assert {path.stem for path in CIRCUITS} == set(GALLERY) | set(OTHER_MEDIA)


def test_what_the_monitored_file_says() -> None:
    experiment = load(next(path for path in CIRCUITS if path.stem == "monitored_bell"))
    np.testing.assert_allclose(experiment.scan.values, np.linspace(0.05, 1.0, 20))
    assert (experiment.scan.symbol, experiment.scan.unit) == ("t", "µs")
    assert experiment.curves is not None
    assert experiment.curves.values.tolist() == [0.0, 2.0, 5.0]
    assert (experiment.n_curves, experiment.curves.symbol, experiment.curves.unit) == (3, "δ", "rad/µs")
    sections = experiment.settings(curve=2, point=0)
    assert parameters_of(sections) == {"duration": 0.05, "checks": 20, "initial": "ud"}
    equation = device_of(sections).equation
    assert float(equation.detuning) == 5.0
    np.testing.assert_allclose(equation.medium.relaxation, [[2, 2], [2, 2]])
    assert not np.any(equation.medium.excitation)


def test_what_is_left_out_has_a_default() -> None:
    experiment = parse(SMALL, "small.toml")
    assert experiment.name == "small"
    assert (experiment.n_curves, experiment.curves) == (1, None)
    assert experiment.scan.values.tolist() == [0.5, 1.5, 0.1]
    run = experiment.content.run
    assert (run.shots, run.seed, run.engine) == (10_000, 0, "aer")
    assert parameters_of(experiment.settings(0)) == {"duration": 1.0, "initial": "ud"}
    assert float(device_of(experiment.settings(0)).equation.detuning) == 0.0


def medium_of(lines: str) -> nv.Medium:
    return device_of(parse(f"[medium]\n{lines}\n{SMALL}").settings(0)).equation.medium


def test_rates_may_have_units_and_couplings_may_be_complex() -> None:
    given = medium_of('a = "3 rad/us"\nA = [1.0, -2.0]\nq = 0.5\nd = "500 rad/ms"\nD = 0.25\nJ = "0.001 rad/ns"')
    expected = nv.Medium.pair(a=3.0, A=1 - 2j, q=0.5, d=0.5, D=0.25, J=1.0)
    for name in ("relaxation", "excitation", "dephasing", "flip_flop", "ising"):
        np.testing.assert_allclose(getattr(given, name), getattr(expected, name), rtol=1e-15)
    assert medium_of('a = 2\nA = "1 rad/us"').relaxation[1, 0] == 1
    assert medium_of("a = 2\na_tilde = 1.5\nA_tilde = [0.0, 1.0]").excitation[0, 1] == 1j


def test_the_order_of_sections_and_their_form_do_not_matter() -> None:
    usual = parse(f"[medium]\na = 2.0\nA = 1.0\n[device]\ndetuning = 0.5\n{SMALL}")
    inline = parse(
        'scan = {parameter = "protocol.duration", values = [0.5, 1.5, 0.1]}\nmedium.A = 1.0\nmedium.a = 2.0\n'
        'device = {detuning = "500 rad/ms"}\n[protocol]\nname = "dissipative_entanglement"'
    )
    for name in ("medium", "device", "protocol"):
        assert getattr(usual.settings(0, 1), name) == getattr(inline.settings(0, 1), name)


def scanned(parameter: str, values: str, *, protocol: str = "monitored_bell", medium: str = "a = 2.0") -> Experiment:
    text = f'[medium]\n{medium}\n[protocol]\nname = "{protocol}"\n[scan]\nparameter = "{parameter}"\n{values}'
    return parse(text)


@pytest.mark.parametrize(
    ("parameter", "values", "expected", "unit"),
    [
        ("medium.A", "start = 0.0\nstop = 2\npoints = 3", [0.0, 1.0, 2.0], "rad/µs"),
        ("medium.A", 'values = [-1, "2 rad/us"]', [-1.0, 2.0], "rad/µs"),
        ("medium.q", "values = [0, 0.5, 1.0]", [0.0, 0.5, 1.0], ""),
        ("device.detuning", 'start = "-1 rad/ns"\nstop = 1e3\npoints = 3', [-1000.0, 0.0, 1000.0], "rad/µs"),
        ("protocol.checks", "values = [1, 10, 5]", [1, 10, 5], ""),
        ("protocol.checks", "start = 1\nstop = 5\npoints = 5", [1, 2, 3, 4, 5], ""),
        ("protocol.duration", 'start = "0 s"\nstop = "1 ms"\npoints = 2', [0.0, 1000.0], "µs"),
    ],
)
def test_anything_can_be_scanned(parameter: str, values: str, expected: list[float], unit: str) -> None:
    experiment = scanned(parameter, values)
    np.testing.assert_allclose(experiment.scan.values, expected, rtol=1e-15)
    assert experiment.scan.unit == unit
    section, key = parameter.split(".")
    for point, value in enumerate(expected):
        assert getattr(getattr(experiment.settings(0, point), section), key) == pytest.approx(value)


def test_checks_are_whole_numbers_where_they_are_scanned() -> None:
    experiment = scanned("protocol.checks", "values = [1, 10]")
    assert isinstance(parameters_of(experiment.settings(0, 1))["checks"], int)
    assert experiment.scan.is_whole


def test_two_parameters_vary_together() -> None:
    text = '\n[curves]\nparameter = "medium.q"\nvalues = [0.0, 0.5]'
    experiment = scanned("medium.A", f"values = [0.0, 1.0, 2.0]{text}")
    sections = experiment.settings(curve=1, point=2)
    assert (sections.medium.q, sections.medium.A) == (0.5, 2.0)
    assert experiment.settings(curve=0, point=0).medium.q == 0.0


def test_a_file_is_read_as_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "my experiment.v2.toml"
    file.write_bytes(('title = "Γ = 2 rad/µs, |↑↓⟩"\n' + SMALL).encode())
    assert load(file).content.title == "Γ = 2 rad/µs, |↑↓⟩"
    assert load(str(file)).name == "my experiment.v2"
