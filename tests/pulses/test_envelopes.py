"""Envelopes: closed forms of areas, Fourier components and samples."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulse_laboratory import envelopes
from scipy.integrate import quad

from nvprotocol import pulses as p
from nvprotocol.errors import ArgumentError

DURATIONS = st.floats(1.0, 500.0)


@pytest.mark.parametrize("envelope", envelopes(), ids=str)
def test_the_area_is_the_integral(envelope: p.Envelope) -> None:
    edges = [0.0, *envelope.knots_ns, envelope.duration_ns]
    parts = [quad(lambda t: complex(envelope(t)), low, high, complex_func=True)[0] for low, high in pairwise(edges)]
    assert abs(sum(parts) - envelope.area_ns) < 1e-9 * envelope.duration_ns
    means = [
        abs(envelope.samples(count).sum() * envelope.duration_ns / count - envelope.area_ns) for count in (900, 9000)
    ]
    assert means[1] < max(1e-12, means[0] / 9) * envelope.duration_ns


@given(DURATIONS, st.floats(0.01, 0.5))
def test_smooth_envelopes_begin_and_end_at_nothing_and_reach_one(duration: float, share: float) -> None:
    for envelope in (
        p.RaisedCosine(duration),
        p.Gaussian(duration, share * duration),
        p.Square(duration, share * duration),
    ):
        first, middle, last = envelope(np.array([0.0, duration / 2, duration]))
        assert max(abs(first), abs(last), abs(middle - 1)) < 1e-12
        assert envelope.peak == pytest.approx(1.0, abs=1e-6)
        np.testing.assert_array_equal(envelope([-0.1, duration + 0.1]), 0)
        outline = envelope.samples(50)
        np.testing.assert_allclose(outline, outline[::-1], atol=1e-12)


def test_a_gaussian_is_a_gaussian_moved_and_stretched() -> None:
    times = np.linspace(0.0, 40.0, 21)
    bell = np.exp(-((times - 20.0) ** 2) / (2 * 7.0**2))
    lifted = (bell - bell[0]) / (1 - bell[0])
    np.testing.assert_allclose(p.Gaussian(40.0, 7.0)(times), lifted, atol=1e-15)
    assert p.Gaussian(40.0).sigma_ns == 10.0


@pytest.mark.parametrize("widths", [1e3, 1e6, 1e9])
def test_a_very_wide_gaussian_is_a_parabola(widths: float) -> None:
    wide, times = p.Gaussian(10.0, sigma_ns=10.0 * widths), np.linspace(0.0, 10.0, 11)
    np.testing.assert_allclose(wide(times), times * (10.0 - times) / 25.0, atol=1 / widths**2 + 1e-14)
    assert wide.area_ns.real == pytest.approx(20.0 / 3, rel=1 / widths**2 + 1e-13)
    slope = p.Drag(10.0, sigma_ns=10.0 * widths, beta_ns=1.0)(times).imag
    np.testing.assert_allclose(slope, (10.0 - 2 * times) / 25.0, atol=1 / widths**2 + 1e-14)


@given(DURATIONS, st.floats(0.01, 0.5))
def test_steepness_is_that_of_the_shape(duration: float, share: float) -> None:
    sigma = share * duration
    steepest = np.exp(-0.5) / sigma / -np.expm1(-((duration / 2 / sigma) ** 2) / 2)  # at ±σ, which all of them reach
    for envelope, expected in (
        (p.Gaussian(duration, sigma), steepest),
        (p.RaisedCosine(duration), np.pi / duration),
        (p.Square(duration), 0.0),
        (p.Square(duration, rise_ns=sigma), np.pi / (2 * sigma)),
        (p.Samples([1.0, -1.0, 0.5j], duration), 0.0),
    ):
        assert envelope.steepness == pytest.approx(expected, rel=0.01)


@given(st.floats(50.0, 1000.0).flatmap(lambda size: st.sampled_from([size, -size])), st.floats(10.0, 80.0))
def test_drag_has_no_fourier_component_at_the_other_spin(offset: float, duration: float) -> None:
    plain, drag = p.Gaussian(duration), p.Drag.against(offset, duration)

    def component(envelope: p.Envelope) -> float:
        wave = quad(
            lambda t: complex(envelope(t)) * np.exp(1e-3j * offset * t), 0, duration, complex_func=True, limit=400
        )[0]
        return abs(wave)

    assert component(drag) < 1e-8 * duration
    # Its imaginary part is the derivative of its real part, by differences.
    h, inner = 1e-5 * duration, np.linspace(0.1, 0.9, 9) * duration
    slopes = (plain(inner + h) - plain(inner - h)) / (2 * h)
    np.testing.assert_allclose(drag(inner).imag, drag.beta_ns * slopes.real, atol=1e-8)
    np.testing.assert_allclose(drag(inner).real, plain(inner).real, atol=1e-15)


def test_samples_are_held() -> None:
    envelope = p.Samples([0.25, -0.5, 1j], sample_ns=2.0)
    np.testing.assert_array_equal(envelope([0.0, 1.9, 2.1, 3.9, 4.1, 6.0]), [0.25, 0.25, -0.5, -0.5, 1j, 1j])
    np.testing.assert_array_equal(envelope.samples(3), envelope.values)
    assert envelope.knots_ns == (2.0, 4.0)
    assert envelope == p.Samples([0.25, -0.5, 1j], 2.0)
    assert hash(envelope) == hash(p.Samples([0.25, -0.5, 1j], 2.0))


def test_a_waveform_taken_over_as_samples_has_the_same_area() -> None:
    smooth = p.Drag(30.0, beta_ns=2.0)
    fine = p.Samples(smooth.samples(600), 0.05)
    assert abs(fine.area_ns - smooth.area_ns) < 1e-3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: p.Square(0.0), r"`duration_ns` must be greater than 0, but is 0\."),
        (lambda: p.Square(10.0, rise_ns=6.0), r"`rise_ns` must be at most 5, but is 6\."),
        (lambda: p.Gaussian(10.0, sigma_ns=-1.0), r"`sigma_ns` must be greater than 0, but is -1\."),
        (
            lambda: p.Gaussian(1000.0, sigma_ns=0.5),
            r"`sigma_ns` must be at least a thousandth of the 1000 ns, but is 0\.5\.",
        ),
        (lambda: p.Drag(10.0, beta_ns=np.nan), r"`beta_ns` must be finite, but is nan\."),
        (lambda: p.Drag.against(0.0, 10.0), r"`offset` must not be 0, for one spin to be spared, but is 0\."),
        (
            lambda: p.Samples([], 1.0),
            r"`values` must be one-dimensional with at least one sample, but has shape \(0,\)\.",
        ),
        (lambda: p.Samples([0.5, 1.2j], 1.0), r"`values` must be at most 1 in size .*, but one is 1\.2\."),
        (lambda: p.Samples([1.0], 0.0), r"`sample_ns` must be greater than 0, but is 0\."),
        (lambda: p.RaisedCosine(10.0).samples(0), r"`count` must be at least 1, but is 0\."),
    ],
)
def test_envelopes_that_there_are_not(make: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize(
    "envelope",
    [p.Gaussian(40.0), p.Drag(40.0, beta_ns=2.0), p.RaisedCosine(40.0), p.Square(40.0, 5.0), p.Samples([0.5, 1], 20.0)],
    ids=lambda envelope: type(envelope).__name__,
)
def test_times_of_any_kind_are_times_within_the_duration(envelope: p.Envelope) -> None:
    times: list[Any] = [
        7,
        np.int8(7),
        np.float16(7),
        np.longdouble(7),
        np.array(7),
        [7.0],
        np.array([[7]], dtype=np.uint64),
    ]
    for t in times:
        assert np.shape(envelope.shape(t)) == np.shape(t)
        np.testing.assert_array_equal(envelope.shape(t), envelope.shape(7.0))
    for t in (10**9, -1e300, np.array([1e308, -1e308])):  # where it ends, without overflow
        np.testing.assert_array_equal(envelope.shape(t), envelope.shape(np.clip(np.asarray(t, dtype=float), 0.0, 40.0)))
    for wrong in (None, "7", True, 1j, float("nan"), [None]):
        with pytest.raises(ArgumentError, match="`t` must be"):
            envelope.shape(wrong)
