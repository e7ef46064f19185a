"""Quantities written with a unit: every unit, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvprotocol.errors import ArgumentError
from nvprotocol.units import UNIT_NAMES, Dimension, in_house_units

SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "\u03bcs": 1e-6, "ns": 1e-9, "ps": 1e-12}
"""The micro sign and the Greek letter look alike."""
NUMBERS = st.floats(-1e6, 1e6)


@given(number=NUMBERS, unit=st.sampled_from(sorted(SECONDS)))
def test_times_are_in_microseconds(number: float, unit: str) -> None:
    expected = number * SECONDS[unit] / 1e-6
    assert in_house_units(f"{number!r} {unit}", "time") == pytest.approx(expected, rel=1e-12)


@given(number=NUMBERS, unit=st.sampled_from(sorted(set(SECONDS) - {"ps"})), prefix=st.sampled_from(["rad", "1", ""]))
def test_rates_are_in_radians_per_microsecond(number: float, unit: str, prefix: str) -> None:
    expected = number / SECONDS[unit] * 1e-6
    assert in_house_units(f"{number!r} {prefix}/{unit}", "rate") == pytest.approx(expected, rel=1e-12)


@given(number=NUMBERS, dimension=st.sampled_from(["time", "rate", "number"]))
def test_a_bare_number_is_in_house_units(number: float, dimension: Dimension) -> None:
    assert in_house_units(number, dimension) == number


def test_a_rate_times_a_time_does_not_depend_on_the_units() -> None:
    for rate, time in (("2 rad/ns", "3 ns"), ("2 rad/ms", "3 ms"), ("2 rad/s", "3 s"), ("2 1/us", "3 us")):
        assert in_house_units(rate, "rate") * in_house_units(time, "time") == pytest.approx(6.0, rel=1e-15)


@pytest.mark.parametrize("text", ["50 ns", " 50 ns ", "50   ns", "5e1 ns", "+50 ns", "50.0 ns", "5_0 ns"])
def test_ways_to_write_a_time(text: str) -> None:
    assert in_house_units(text, "time") == pytest.approx(0.05)


def test_a_number_can_be_a_text() -> None:
    assert in_house_units("0.25", "number") == 0.25


@pytest.mark.parametrize(
    ("value", "dimension", "message"),
    [
        ("50", "time", "be a time in s, ms, us, ns or ps"),  # of what?
        ("50ns", "time", "be a number, or a number and a unit"),
        ("fifty ns", "time", "be a number, or a number and a unit"),
        ("", "time", "be a number, or a number and a unit"),
        ("50 NS", "time", "be a time in s"),
        ("50 min", "time", "be a time in s"),
        ("50 rad/us", "time", "be a time in s"),
        ("2 MHz", "rate", "be an angular rate in .* a frequency times 2π"),  # who multiplies by 2π?
        ("2 Hz", "rate", "be an angular rate in"),
        ("2 rad", "rate", "be an angular rate in"),
        ("2 us", "rate", "be an angular rate in"),
        ("2", "rate", "be an angular rate in"),
        ("0.1 us", "number", "be a number without a unit"),
        ("nan us", "time", "be finite, but is nan"),
        ("inf us", "time", "be finite, but is inf"),
        (np.nan, "rate", "be finite"),
        (True, "time", "be a real number, but is True"),
        (None, "time", "be a real number, but is None"),
        (1j, "rate", "be a real number"),
        ([1.0], "time", "be a real number"),
    ],
)
def test_what_is_refused(value: object, dimension: Dimension, message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^Argument `length` must {message}"):
        in_house_units(value, dimension, name="length")  # pyright: ignore[reportArgumentType]


def test_dimensions_are_these() -> None:
    with pytest.raises(
        ArgumentError, match=r'`dimension` must be one of "time", "time in ns", "rate", "number", but is "length"'
    ):
        in_house_units("1 m", "length")  # pyright: ignore[reportArgumentType]
    assert UNIT_NAMES == {"time": "µs", "time in ns": "ns", "rate": "rad/µs", "number": ""}
