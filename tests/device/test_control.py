"""What a device says of antenna and gradient, in Python and in its file."""

from pathlib import Path

import numpy as np
import pytest
from pulse_laboratory import as_superoperator

import nvprotocol as nv
from nvprotocol.device import Control
from nvprotocol.errors import ArgumentError, DeviceFileError

EQUATION = nv.MasterEquation(nv.Medium.pair())


def test_the_default_is_one_antenna_without_limits() -> None:
    control = nv.Device(EQUATION).control
    assert (control.max_rabi, control.max_detuning) == (np.inf, np.inf)
    np.testing.assert_array_equal(control.field(3), np.ones((3, 3)))


def test_a_file_says_what_it_says(tmp_path: Path) -> None:
    base, file = tmp_path / "base.toml", tmp_path / "mine.toml"
    base.write_text('[medium]\n[device.control]\nmax_rabi = "100 rad/us"\ncrosstalk = [[1, 0.5], [[0.0, 2.0], 1]]')
    file.write_text('[device]\nbase = "base.toml"\n[device.control]\nmax_detuning = "1 rad/ns"')
    control = nv.Device.from_toml(file).control
    assert (control.max_rabi, control.max_detuning) == (100.0, 1000.0)
    np.testing.assert_array_equal(control.field(2), [[1, 0.5], [2j, 1]])
    text = str(nv.Device.from_toml(file))
    for row in (
        "largest Rabi rate     100 rad/µs",
        "largest detuning      1000 rad/µs",
        "[[1+0j, 0.5+0j], [0+2j, 1+0j]]",
    ):
        assert row in text
    assert "Rabi" not in str(nv.Device(EQUATION))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("max_rabi = -1.0", r'line 3: key "device.control.max_rabi" must be greater than 0, but is -1\.'),
        ('max_rabi = "5 MHz"', r'line 3: key "device.control.max_rabi" must be an angular rate'),
        ("max_raby = 1.0", r'line 3: key "device.control.max_raby" is not known; did you mean "max_rabi"\?'),
        ("crosstalk = [[1, 1, 1], [1, 1, 1], [1, 1, 1]]", r'key "device.control.crosstalk" must have shape \(2, 2\)'),
        ("crosstalk = [[2, 1], [1, 1]]", r'key "device.control.crosstalk" must have ones on its diagonal, but has 2'),
        ('crosstalk = [["a", 1], [1, 1]]', r'key "device.control.crosstalk" must be a number, or \[real, imaginary\]'),
    ],
)
def test_errors_name_the_key(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f"[medium]\n[device.control]\n{line}")
    with pytest.raises(DeviceFileError, match=message):
        nv.Device.from_toml(file)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_rabi": 0.0}, r"`max_rabi` must be greater than 0, but is 0\."),
        ({"max_detuning": np.nan}, r"`max_detuning` must be a number, but is nan\."),
        ({"crosstalk": [1.0, 2.0]}, r"`crosstalk` must have shape \(N, N\), but has shape \(2,\)\."),
        ({"crosstalk": [[1.0, 2.0], [1.0, 0.5]]}, r"`crosstalk` must have ones on its diagonal, but has 0\.5"),
    ],
)
def test_controls_that_there_are_not(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Control(**arguments)  # pyright: ignore[reportArgumentType]


def test_a_control_must_fit_its_device() -> None:
    with pytest.raises(ArgumentError, match=r"`crosstalk` must have shape \(2, 2\), but has shape \(3, 3\)\."):
        nv.Device(EQUATION, control=Control(crosstalk=np.eye(3)))
    with pytest.raises(ArgumentError, match=r"`control` must be a Control, but is of type dict\."):
        nv.Device(EQUATION, control={"max_rabi": 1.0})  # pyright: ignore[reportArgumentType]


def test_a_channel_on_some_qubits_is_the_product_with_the_identity(rng: np.random.Generator) -> None:
    unitary = np.linalg.qr(rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)))[0]
    channel = nv.channels.Channel(as_superoperator(unitary))
    # Its qubit 0 is qubit 2 of three, its qubit 1 is qubit 0: written on the tensor of the bits 2, 1, 0.
    tensor = unitary.reshape(2, 2, 2, 2)  # out bits 1, 0; in bits 1, 0
    whole = np.einsum("abcd,xy->bxadyc", tensor, np.eye(2)).reshape(8, 8)
    expected = as_superoperator(whole)
    np.testing.assert_allclose(channel.on([2, 0], 3).superoperator, expected, atol=1e-14)
    for qubits in ([0], [0, 0], [0, 3]):
        with pytest.raises(ArgumentError, match="`qubits` must be 2 different ones of 3 qubits"):
            channel.on(qubits, 3)
