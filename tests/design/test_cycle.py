"""What a cycle may be, what a device makes of it, and how it is told."""

from typing import Any

import pytest

import nvprotocol as nv
from nvprotocol.errors import ArgumentError

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"checks": -1}, "`checks` must be at least 0, but is -1"),
    ({"checks": 10**7}, "`checks` must be at most 1000000, but is 10000000"),
    ({"checks": 2.0}, "`checks` must be a whole number, but is the float 2.0"),
    ({"checks": True}, "`checks` must be a whole number, but is True"),
    ({"period": -1.0}, "`period` must be at least 0, but is -1"),
    ({"period": "2 us"}, '`period` must be a real number, but is "2 us" of type str'),
    ({"period": 1.0, "check_duration": 2.0}, "`period` must be at least as long as a check takes, 2 us, but is 1"),
    ({"period": 1.0, "gate_duration": 1.0}, "`period` must be at least as long as a check takes, 2 us, but is 1"),
    ({"period": 1.0, "checks": 0}, "`period` must not be given where there is no check, but is 1"),
    ({"period": 0.0, "check_duration": 2.0}, "`period` must be greater than 0 for checks that take time"),
    ({"period": 0.0, "false_alarm": 0.1}, "`period` must be greater than 0 for checks that take time"),
    ({"period": 0.0, "gate_error": 0.1}, "`period` must be greater than 0 for checks that take time"),
    ({"period": 0.0, "checks": 3}, "`checks` must not be given for continuous monitoring, a period of 0, but is 3"),
    ({"efficiency": 1.1}, "`efficiency` must be at most 1, but is 1.1"),
    ({"false_alarm": 0.6, "efficiency": 0.5}, "`false_alarm` must be at most the efficiency 0.5, but is 0.6"),
    ({"initialisation_error": 0.6}, "`initialisation_error` must be at most 0.5, but is 0.6"),
    ({"check_duration": float("inf")}, "`check_duration` must be finite, but is inf"),
    ({"preparation": -1.0}, "`preparation` must be at least 0, but is -1"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_what_no_cycle_can_be(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        nv.design.Cycle(**given)
    assert message in str(caught.value)


def test_a_single_check_waits_for_no_other() -> None:
    assert nv.design.Cycle(1, 0.5, check_duration=2.0).period == 0.5


def test_the_instruments_of_a_device() -> None:
    times = {"measure": 300, "monitor_measure": 200, "monitor_reset": 50, "reset": 400, "x": 20, "cx": 40}
    device = nv.Device(
        nv.MasterEquation(nv.Medium.pair()),
        gate_ns=times,
        single_qubit_error=0.01,
        two_qubit_error=0.02,
        monitor_efficiency=0.9,
        monitor_false_alarm=0.05,
        initialisation_error=0.03,
    )
    assert nv.design.Cycle.of_device(device, 3, 0.5) == nv.design.Cycle(
        3,
        0.5,
        check_duration=0.25,
        efficiency=0.9,
        false_alarm=0.05,
        gate_duration=0.04,
        gate_error=0.02,
        preparation=0.4,
        final_readout=0.3,
        initialisation_error=0.03,
        flip_duration=0.02,
        flip_error=0.01,
    )


def test_what_is_no_device_of_a_pair() -> None:
    one = nv.Device(nv.MasterEquation(nv.Medium(relaxation=[[1.0]])))
    with pytest.raises(ArgumentError, match="`device` must have two NV qubits and a monitor qubit, but has 1 and 1"):
        nv.design.Cycle.of_device(one)
    nothing: Any = "nv_cryogenic"
    with pytest.raises(ArgumentError, match="`device` must be a Device"):
        nv.design.Cycle.of_device(nothing)


def test_cycles_in_words() -> None:
    assert str(nv.design.Cycle(period=0.0)).splitlines() == [
        "monitoring     continuous",
        "each attempt   20 µs of preparation",
    ]
    given = {"check_duration": 2.0, "gate_duration": 0.25, "gate_error": 0.01, "final_readout": 4.0}
    cycle = nv.design.Cycle(5, 3.0, initialisation_error=0.02, flip_error=0.03, flip_duration=1.0, **given)
    assert str(cycle).splitlines() == [
        "checks         5",
        "period         3 µs",
        "each check     takes 2.5 µs, rejects 1 of what it should and 0 of what it should not, gate infidelity 0.01",
        "each attempt   21 µs of preparation and 4 µs of final readout, initialisation error 0.02, flip error 0.03",
    ]
