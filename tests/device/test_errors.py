"""What a device cannot be is refused in one sentence that names the argument, the rule and the value."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import nvprotocol as nv
from nvprotocol.errors import ArgumentError

EQUATION = nv.MasterEquation(nv.Medium.pair())
PERFECT = np.eye(2)

BAD: list[tuple[Mapping[str, Any], str]] = [
    ({"gate_ns": 3}, "Argument `gate_ns` must be a mapping of names to durations in ns, but is of type int."),
    ({"gate_ns": {"sx": -1}}, 'Argument `gate_ns["sx"]` must be at least 0, but is -1.'),
    ({"gate_ns": {"measure": np.inf}}, 'Argument `gate_ns["measure"]` must be finite, but is inf.'),
    ({"gate_ns": {"x": "20 ns"}}, 'Argument `gate_ns["x"]` must be a real number, but is "20 ns" of type str.'),
    (
        {"gate_ns": {"ccx": 1}},
        'Argument `gate_ns` must have as keys gates of one or two qubits such as "sx" or "cx", or "measure", "reset", '
        '"monitor_measure", "monitor_reset", but has "ccx".',
    ),
    ({"single_qubit_error": 0.6}, "Argument `single_qubit_error` must be at most 0.5, but is 0.6."),
    ({"single_qubit_error": -0.1}, "Argument `single_qubit_error` must be at least 0, but is -0.1."),
    ({"two_qubit_error": 0.8}, "Argument `two_qubit_error` must be at most 0.75, but is 0.8."),
    ({"two_qubit_error": np.nan}, "Argument `two_qubit_error` must be finite, but is nan."),
    ({"initialisation_error": 0.51}, "Argument `initialisation_error` must be at most 0.5, but is 0.51."),
    ({"monitor_efficiency": 1.1}, "Argument `monitor_efficiency` must be at most 1, but is 1.1."),
    ({"monitor_efficiency": -0.1}, "Argument `monitor_efficiency` must be at least 0, but is -0.1."),
    ({"monitor_false_alarm": 2}, "Argument `monitor_false_alarm` must be at most 1, but is 2."),
    ({"monitor_false_alarm": True}, "Argument `monitor_false_alarm` must be a real number, but is True of type bool."),
    (
        {"monitor_efficiency": 0.2, "monitor_false_alarm": 0.3},
        "Argument `monitor_false_alarm` must be at most monitor_efficiency = 0.2, or a check says the opposite, "
        "but is 0.3.",
    ),
    ({"monitors": 0}, "Argument `monitors` must be at least 1, but is 0."),
    ({"monitors": 1.5}, "Argument `monitors` must be a whole number, but is 1.5."),
    ({"gate_slices": 0}, "Argument `gate_slices` must be at least 1, but is 0."),
    ({"gate_slices": 2.0}, "Argument `gate_slices` must be a whole number, but is the float 2.0."),
    ({"frequency_ghz": 0.0}, "Argument `frequency_ghz` must be greater than 0, but is 0."),
    ({"dt_ns": 0.0}, "Argument `dt_ns` must be greater than 0, but is 0."),
    ({"name": ""}, 'Argument `name` must be a text that is not empty, but is "".'),
    ({"name": 3}, "Argument `name` must be a text that is not empty, but is 3."),
    ({"intrinsic_t1_us": 0.0}, "Argument `intrinsic_t1_us` must be greater than 0, but is 0."),
    ({"intrinsic_t1_us": [1.0, -2.0]}, "Argument `intrinsic_t1_us` must be greater than 0, but contains -2."),
    (
        {"intrinsic_t1_us": [1.0, 2.0, 3.0]},
        "Argument `intrinsic_t1_us` must be a number or 2 numbers, one for each qubit, but has shape (3,).",
    ),
    ({"intrinsic_t1_us": -np.inf}, "Argument `intrinsic_t1_us` must be finite, but contains -inf."),
    ({"intrinsic_t1_us": [np.inf, np.nan]}, "Argument `intrinsic_t1_us` must be finite, but contains nan."),
    ({"intrinsic_t1_us": [None, -2.0]}, "Argument `intrinsic_t1_us` must be greater than 0, but contains -2."),
    (
        {"intrinsic_t1_us": [None, "long"]},
        "Argument `intrinsic_t1_us` must be numeric, but is [inf, 'long'] of type list.",
    ),
    (
        {"intrinsic_t1_us": [np.inf, 1.0], "intrinsic_t2_us": 5.0},
        "Argument `intrinsic_t2_us` must be at most 2·T1 = 2 us, but is 5 for qubit 1.",
    ),
    ({"t2_star_us": -1.0}, "Argument `t2_star_us` must be greater than 0, but is -1."),
    (
        {"t2_star_us": [1.0] * 3},
        "Argument `t2_star_us` must be a number or 2 numbers, one for each qubit, but has shape (3,).",
    ),
    ({"noise_correlation": 1.5}, "Argument `noise_correlation` must be at most 1, but is 1.5."),
    ({"intrinsic_t2_us": 0.0}, "Argument `intrinsic_t2_us` must be greater than 0, but is 0."),
    ({"intrinsic_t2_us": 1j}, "Argument `intrinsic_t2_us` must be real, but contains 0+1j."),
    (
        {"intrinsic_t1_us": 10.0, "intrinsic_t2_us": 30.0},
        "Argument `intrinsic_t2_us` must be at most 2·T1 = 20 us, but is 30.",
    ),
    (
        {"intrinsic_t1_us": [10.0, 2.0], "intrinsic_t2_us": 5.0},
        "Argument `intrinsic_t2_us` must be at most 2·T1 = 4 us, but is 5 for qubit 1.",
    ),
    (
        {"readout": [PERFECT, [[0.1, 0.9], [0.9, 0.1]]]},
        "Argument `readout` must have P(1|0) + P(0|1) of at most 1, or 0 stands for 1, but they are 1.8.",
    ),
    ({"readout": [0.9, 0.1]}, "Argument `readout` must have shape (2, 2) or (2, 2, 2), but has shape (2,)."),
    ({"readout": [PERFECT] * 3}, "Argument `readout` must have shape (2, 2) or (2, 2, 2), but has shape (3, 2, 2)."),
    (
        {"readout": [[0.9, 0.2], [0.2, 0.8]]},
        "Argument `readout` must have columns (one for each true outcome) that sum to 1, but one sums to 1.1.",
    ),
    ({"readout": [[1.1, 0.0], [-0.1, 1.0]]}, "Argument `readout` must be at least 0, but contains -0.1."),
    ({"readout": "good"}, 'Argument `readout` must be numeric, but is "good" of type str.'),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=lambda part: str(part)[:50])
def test_what_nothing_can_be_is_refused(arguments: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        nv.Device(EQUATION, **arguments)
    assert str(caught.value) == message


def test_operations_that_are_not_native_are_refused() -> None:
    device = nv.Device(EQUATION, gate_ns={"cz": 10, "monitor_measure": 5})
    known = '"rz", "sx", "x", "cx", "cz"'
    with pytest.raises(ArgumentError) as caught:
        device.duration_us("monitor_measure")
    assert str(caught.value) == (
        f'Argument `name` must be one of {known}, "measure", "reset", but is "monitor_measure".'
    )
    with pytest.raises(ArgumentError) as caught:
        device.gate_error("measure")
    assert str(caught.value) == f'Argument `name` must be one of {known}, but is "measure".'


@pytest.mark.parametrize("name", ["nv_cryo", "ideal.toml", "", None])
def test_a_device_that_does_not_come_with_the_package(name: Any) -> None:
    with pytest.raises(ArgumentError, match=r'^Argument `name` must be one of "ideal", "nv_cryogenic", "nv_room_'):
        nv.Device.builtin(name)
