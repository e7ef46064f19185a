"""Experiments on instruments that err: exact values of the circuits themselves, and files that keep their meaning."""

from pathlib import Path

import numpy as np
import pytest
from command_line import exit_code

import nvprotocol as nv
from nvprotocol.errors import ExperimentFileError
from nvprotocol.experiment import load, parse, run
from nvprotocol.experiment.portable import portable_text

FAULTY = """
[medium]
a = 1.0
A = 0.8
q = 0.2
[device]
monitor_efficiency = 0.9
monitor_false_alarm = 0.05
two_qubit_error = 0.01
readout_error = [0.02, 0.05]
gate_ns = { cx = 50, measure = 200 }
[protocol]
name = "monitored_bell"
checks = 2
[scan]
parameter = "protocol.duration"
values = [0.3, 0.8]
[run]
shots = 5000
seed = 3
"""
ECHO = """
[medium]
a = 0.4
[device]
readout_error = [0.02, 0.1]
[protocol]
name = "hahn_echo"
duration = 0.7
[scan]
parameter = "PARAMETER"
values = VALUES
[run]
shots = "none"
"""


def echo(parameter: str, values: str) -> nv.experiment.Curve:
    (curve,) = run(parse(ECHO.replace("PARAMETER", parameter).replace("VALUES", values))).curves
    return curve


def test_counts_agree_with_the_circuits_and_not_with_ideal_instruments() -> None:
    result = run(parse(FAULTY))
    assert result.agreement.p_value > 1e-3
    (curve,) = result.curves
    assert curve.ideal is not None
    ideal = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.2)).monitored("ud", [0.8], 0.4)
    assert curve.ideal.values[-1] == pytest.approx(nv.concurrence(ideal.states)[0])
    assert np.all(curve.exact.values < curve.ideal.values[-1])
    swapped = nv.experiment.counts_agreement(curve.estimates[1], ideal.states[0], float(ideal.probability[0]))  # pyright: ignore[reportArgumentType]
    assert swapped.p_value < 1e-9


def test_readout_errors_are_in_the_exact_probability() -> None:
    curve = echo("protocol.duration", "[0.0, 0.5, 2.0]")
    back = (1 + np.exp(-0.4 * np.array([0.0, 0.5, 2.0]))) / 2
    np.testing.assert_allclose(curve.exact.values, 0.98 * back + 0.1 * (1 - back), atol=1e-12)
    assert curve.ideal is not None
    np.testing.assert_allclose(curve.ideal.values, (1 + np.exp(-0.4 * curve.fine)) / 2, atol=1e-12)


def test_intrinsic_dephasing_can_be_scanned() -> None:
    curve = echo("device.intrinsic_t2", '["1 us", 4.0]')
    back = (1 + np.exp(-(0.4 + 1 / np.array([1.0, 4.0])) * 0.7)) / 2
    np.testing.assert_allclose(curve.exact.values, 0.98 * back + 0.1 * (1 - back), atol=1e-12)


def test_a_phase_can_be_scanned() -> None:
    phases = np.array([0.0, 1.0, 3.0])
    back = (1 + np.exp(-0.4 * 0.7) * np.cos(phases)) / 2
    curve = echo("protocol.phase", "[0.0, 1.0, 3.0]")
    np.testing.assert_allclose(curve.exact.values, 0.98 * back + 0.1 * (1 - back), atol=1e-12)


def test_an_ideal_point_of_a_scan_of_errors_is_the_master_equation() -> None:
    text = FAULTY.replace("0.3, 0.8", "1.0, 0.5").replace("protocol.duration", "device.monitor_efficiency")
    for line in ("monitor_efficiency = 0.9\n", "monitor_false_alarm = 0.05\n", "two_qubit_error = 0.01\n"):
        text = text.replace(line, "")
    text = text.replace("readout_error = [0.02, 0.05]\n", "").replace("gate_ns = { cx = 50, measure = 200 }\n", "")
    (curve,) = run(parse(text)).curves
    assert curve.ideal is not None
    assert curve.exact.values[0] == pytest.approx(curve.ideal.values[-1], abs=1e-12)
    assert curve.exact.values[1] < curve.exact.values[0]
    assert curve.exact.probability[1] > curve.exact.probability[0]


@pytest.mark.parametrize(
    ("protocol", "message"),
    [
        ('name = "ramsey"\nqubit = 3', 'line 2: Argument `qubit` must be one of 0, 1, "both", but is 3.'),
        ('name = "no_emitted_magnon"\nA = 2.0', "line 2: Argument `A` must satisfy |A| ≤ a = 1, but |A| is 2."),
        (
            'name = "finite_rate_monitoring"\nperiod = "1 ps"',
            "line 2: Argument `period` must be at least durat",
        ),
        ('name = "echoed_bell"\npulses = 0', 'line 2: key "protocol.pulses" must be at least 1, but is 0.'),
        ('name = "hahn_echo"\nphase = "1"', 'line 2: key "protocol.phase" must be a number, but is "1".'),
        (
            'name = "relaxometry"\nchecks = 3',
            'line 2: key "protocol.checks" is not known; known are name, ',
        ),
    ],
)
def test_parameters_are_those_that_the_protocol_declares(protocol: str, message: str) -> None:
    scan = '[scan]\nparameter = "medium.a"\nvalues = [1.0]\n'
    text = f"protocol.{protocol}\n{scan}".replace("\n", "\nprotocol.", 1)
    with pytest.raises(ExperimentFileError) as caught:
        parse(text)
    assert message in str(caught.value)


@pytest.fixture
def based(tmp_path: Path) -> Path:
    """An experiment that is based on a device file beside it."""
    (tmp_path / "lab.toml").write_text(
        "[medium]\na = 2.0\nA = [0.5, 1.0]\nq = 0.1\n"
        '[device]\nbase = "nv_cryogenic"\nintrinsic_t1 = [100.0, 200.0]\nintrinsic_t2 = "50 us"\n'
        "[device.gate_ns]\nsx = 20\n"
    )
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "A \\"quoted\\" title, δ"\n[device]\nbase = "lab.toml"\ndetuning = 0.5\n[device.gate_ns]\nx = 40\n'
        '[protocol]\nname = "relaxometry"\n[scan]\nparameter = "protocol.duration"\nvalues = ["100 ns", 0.2]\n'
        '[run]\nshots = "none"\n'
    )
    return file


def test_a_file_that_is_based_on_another_stands_alone_in_the_result(based: Path, tmp_path: Path) -> None:
    experiment = load(based)
    target = tmp_path / "out" / "deep"
    assert exit_code("run", based, "-o", target, "-q") == 0
    (tmp_path / "lab.toml").unlink()
    again = load(target / "experiment.toml")
    theirs, ours = again.settings(0, 1), experiment.settings(0, 1)
    assert (theirs.medium, theirs.magnet, theirs.protocol) == (ours.medium, ours.magnet, ours.protocol)
    assert {**dict(theirs.device), "base": None} == {**dict(ours.device), "base": None}
    assert again.content.run == experiment.content.run
    assert again.content.title == 'A "quoted" title, δ'


def test_a_file_that_stands_alone_is_left_as_it_is() -> None:
    text = FAULTY.replace("[device]", '[device]\nbase = "ideal"')
    assert portable_text(parse(text)) == f"format_version = 1\n{text}"
    assert portable_text(parse(portable_text(parse(text)))) == portable_text(parse(text))
