"""The closed forms of the pair left alone, against the master equation, each other and the paper's relations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol import closed_form as cf
from nvprotocol.errors import ArgumentError

TOLERANCE = 1e-10
NEAR_POINT = np.array([0.0, 1e-13, -1e-13, 1e-9, -1e-9, 1e-5, -1e-5, 1e-2, -1e-2])
TIMES = np.array([0.0, 1e-9, 1e-3, 0.1, 0.5, 1.0, 3.0, 10.0])


def random_pairs(rng: np.random.Generator, number: int) -> tuple[NDArray, NDArray, NDArray]:
    """a, complex A and δ: a third with |A| = a, a third of the δ near |A|, some of it zero."""
    a = rng.uniform(0.05, 3.0, number)
    strength = a * np.where(rng.random(number) < 1 / 3, 1.0, rng.random(number))
    delta = rng.uniform(-4.0, 4.0, number)
    delta = np.where(rng.random(number) < 1 / 3, strength * (1 + rng.choice(NEAR_POINT, number)), delta)
    delta = np.where(rng.random(number) < 1 / 9, 0.0, delta)
    return a, strength * np.exp(2j * np.pi * rng.random(number)), delta


def column(values: NDArray) -> NDArray:
    """The array with an axis for the times."""
    return values[:, None]


def test_state_at_zero_temperature_solves_the_master_equation(rng: np.random.Generator) -> None:
    a, A, delta = random_pairs(rng, 300)
    J, dm = rng.normal(size=(2, 300)) * (rng.random((2, 300)) < 0.5)
    exact = nv.MasterEquation(nv.Medium.pair(a=a, A=A, J=J, dm=dm), detuning=delta).evolve("ud", TIMES)
    arguments = {"a": column(a), "A": column(A), "delta": column(delta), "J": column(J), "dm": column(dm)}
    state = cf.unmonitored_state(TIMES, **arguments)
    np.testing.assert_allclose(state, exact, atol=TOLERANCE)
    np.testing.assert_allclose(cf.unmonitored_concurrence(TIMES, **arguments), nv.concurrence(exact), atol=TOLERANCE)


def test_coherence_is_the_one_of_the_state(rng: np.random.Generator) -> None:
    a, A, delta = random_pairs(rng, 100)
    coherence = cf.unmonitored_coherence(2.0, a, A, delta=delta)
    np.testing.assert_allclose(coherence, cf.unmonitored_state(2.0, a, A, delta=delta)[:, 2, 1], atol=1e-15)
    np.testing.assert_allclose(2 * np.abs(coherence), cf.unmonitored_concurrence(2.0, a, A, delta=delta), atol=1e-15)


def test_populations_obey_s56_and_s57(rng: np.random.Generator) -> None:
    a, A, delta = random_pairs(rng, 100)
    state = cf.unmonitored_state(1.3, a, A, delta=delta).real
    np.testing.assert_allclose(state[:, 2, 2], state[:, 1, 1] + np.exp(-2 * a * 1.3), atol=1e-14)
    np.testing.assert_allclose(state[:, 0, 0], 1 - 2 * state[:, 1, 1] - np.exp(-2 * a * 1.3), atol=1e-14)
    np.testing.assert_allclose(state[:, 3, 3], 0)


@pytest.mark.parametrize("delta", [0.2, 0.99, 1.01, 3.0])
def test_concurrence_equals_both_printed_forms(delta: float) -> None:
    t, a, A = np.linspace(0.1, 3, 30), 1.1, 1.0
    root = np.emath.sqrt(delta**2 - A**2)  # ω₀, or iκ₀
    bracket = delta**2 - (A * np.cos(root * t)) ** 2
    printed = 2 * np.exp(-2 * a * t) * np.abs(A * np.sin(root * t) * np.emath.sqrt(bracket) / root**2)
    np.testing.assert_allclose(cf.unmonitored_concurrence(t, a, A, delta=delta), printed, atol=1e-13)


def test_concurrence_adds_the_parts_of_the_coherence_as_complex_numbers() -> None:
    # S63 as printed, 2|x + y|, and as it must be.
    coherence = cf.unmonitored_coherence(1.0, 1.2, 1.0, delta=0.35)
    assert 2 * abs(coherence.real + coherence.imag) == pytest.approx(0.39223, abs=1e-5)
    assert cf.unmonitored_concurrence(1.0, 1.2, 1.0, delta=0.35) == pytest.approx(0.31920, abs=1e-5)


def test_frequencies_solve_the_oscillator_and_belong_to_the_generator(rng: np.random.Generator) -> None:
    a, A, delta = random_pairs(rng, 50)
    for omega in cf.characteristic_frequencies(a, A, delta=delta):
        x = -1j * omega
        residual = x**2 + 4 * a * x + 4 * (delta**2 + a**2 - np.abs(A) ** 2)
        np.testing.assert_allclose(residual, 0, atol=1e-12)
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8), detuning=1.7)
    spectrum = np.linalg.eigvals(equation.liouvillian)
    distances = [np.abs(spectrum + 1j * w).min() for w in cf.characteristic_frequencies(1.0, 0.8, delta=1.7)]
    np.testing.assert_allclose(distances, 0, atol=1e-10)


def test_without_a_detuning_the_coherence_only_decays() -> None:
    """Eq. 9 at δ = 0: ω± = −2i(a ∓ |A|)."""
    plus, minus = cf.characteristic_frequencies(1.0, 0.8)
    np.testing.assert_allclose([plus, minus], [-0.4j, -3.6j], atol=1e-15)


@pytest.mark.parametrize(("A", "delta"), [(0.95, 0.0), (0.9, 0.5), (1.0, 0.2)])
def test_lifetime_is_the_decay_of_the_late_concurrence(A: float, delta: float) -> None:
    early, late = cf.unmonitored_concurrence([20.0, 25.0], 1.0, A, delta=delta)
    assert cf.lifetime(1.0, A, delta=delta) == pytest.approx(5.0 / np.log(early / late), rel=1e-8)


def test_lifetime_at_the_edges() -> None:
    lifetime = cf.lifetime(a=[1.0, 1.0, 2.0, 1.0, 0.0], A=[0.95, 1.0, 1.0, 1.0, 0.0], delta=[0.0, 0.0, 1.5, 1e-8, 0.0])
    np.testing.assert_allclose(lifetime, [10.0, np.inf, 0.25, 1e16, np.inf], rtol=1e-12)


@pytest.mark.parametrize(("delta", "figure"), [
    (0.0, [0.49084, 0.49983, 0.50000]),
    (0.3, [0.48003, 0.45504, 0.34664]),
    (1.0, [0.38279, 0.16382, 0.00231]),
    (2.0, [0.17753, 0.00681, 0.00004]),
])  # fmt: skip
def test_figure_2(delta: float, figure: list[float]) -> None:
    np.testing.assert_allclose(cf.unmonitored_concurrence([1.0, 2.0, 5.0], 1.0, 1.0, delta=delta), figure, atol=6e-6)


@given(a=st.floats(0.01, 10), fraction=st.floats(0, 1), t=st.floats(0, 1e6))
def test_critical_point_is_the_limit_of_both_regimes(a: float, fraction: float, t: float) -> None:
    A = fraction * a
    expected = cf.critical_concurrence(t, a, A)
    np.testing.assert_allclose(cf.unmonitored_concurrence(t, a, A, delta=A), expected, atol=1e-13)
    np.testing.assert_allclose(cf.unmonitored_concurrence(t, a, A, delta=A * (1 + 1e-9)), expected, atol=1e-7)


def test_critical_point_grows_quadratically_in_the_end() -> None:
    t = np.array([0.05, 0.5, 1.0, 2.0, 4.0, 8.0])
    np.testing.assert_allclose(
        cf.critical_concurrence(t, 1.0, 1.0) * np.exp(2 * t) / t, [2.00, 2.24, 2.83, 4.47, 8.25, 16.1], atol=0.05
    )


def test_equal_fields_with_exchange(rng: np.random.Generator) -> None:
    a, A, _ = random_pairs(rng, 200)
    t, J = rng.uniform(0, 5, 200), rng.normal(size=200)
    expected = cf.unmonitored_concurrence(t, a, np.abs(A), J=J)
    np.testing.assert_allclose(cf.equal_field_concurrence(t, a, A, J=J), expected, atol=1e-14)


@given(a=st.floats(0.1, 10), fraction=st.floats(0, 1, exclude_max=True))
def test_peak_is_the_maximum(a: float, fraction: float) -> None:
    time, peak = cf.peak_time(a, fraction * a), cf.peak_concurrence(a, fraction * a)
    around = cf.equal_field_concurrence(time * np.array([0.99, 1.0, 1.01]), a, fraction * a)
    np.testing.assert_allclose(around[1], peak, rtol=1e-9, atol=1e-300)  # below, doubles lose their digits
    assert np.all(around <= peak * (1 + 1e-12) + 1e-300)
    assert 0 <= peak <= 0.5


def test_peak_has_its_limits() -> None:
    np.testing.assert_allclose(cf.peak_concurrence(2.0, [1e-200, 1e-17, 2.0]), [5e-201 / np.e, 5e-18 / np.e, 0.5])
    np.testing.assert_allclose(cf.peak_time(2.0, [0.0, 1e-17, 2.0]), [0.25, 0.25, np.inf])


def test_nothing_overflows_or_is_lost_at_late_times() -> None:
    t = np.array([1e3, 1e12, 1e100])
    np.testing.assert_allclose(cf.unmonitored_concurrence(t, 1.0, 1.0), 0.5)
    np.testing.assert_allclose(cf.unmonitored_concurrence(t, 1.0, 1.0, delta=1.0), 0, atol=1e-100)
    np.testing.assert_allclose(cf.unmonitored_state(t, 1.0, 0.5, delta=3.0)[:, 0, 0], 1)
    # A tiny detuning: 1/τ = 2(a − κ₀) = δ²/a is far below the rounding of a.
    slow = cf.unmonitored_concurrence(1e20, 1.0, 1.0, delta=1e-10)
    assert slow == pytest.approx(0.5 * np.exp(-1), rel=1e-9)


def test_arrays_broadcast() -> None:
    a, delta = np.array([[1.0], [2.0]]), np.array([0.0, 1.0, 2.0])
    assert cf.unmonitored_concurrence(1.0, a, 0.5, delta=delta).shape == (2, 3)
    assert cf.unmonitored_state(1.0, a, 0.5, delta=delta).shape == (2, 3, 4, 4)


@pytest.mark.parametrize(("arguments", "message"), [
    ({"t": -1.0, "a": 1.0, "A": 0.5}, r"Argument `t` must be at least 0, but is -1\."),
    ({"t": 1.0, "a": 1.0, "A": 1.2j}, r"Argument `A` must satisfy \|A\| ≤ a = 1, but \|A\| is 1\.2\."),
    ({"t": 1.0, "a": [1.0, 2.0], "A": [0.5, 3.0]}, r"`A` must satisfy \|A\| ≤ a = 2, but \|A\| is 3\."),
    ({"t": 1.0, "a": np.nan, "A": 0.5}, r"Argument `a` must be finite"),
    ({"t": 1.0, "a": 1.0, "A": 0.5, "delta": 1j}, r"Argument `delta` must be real"),
    ({"t": [0.0, 1.0], "a": [1.0, 2.0, 3.0], "A": 0.5}, r"must broadcast against the other arguments"),
])  # fmt: skip
def test_wrong_arguments_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        cf.unmonitored_concurrence(**arguments)


def test_peak_needs_relaxation() -> None:
    with pytest.raises(ArgumentError, match=r"Argument `a` must be greater than 0, but is 0\."):
        cf.peak_time(0.0, 0.0)
