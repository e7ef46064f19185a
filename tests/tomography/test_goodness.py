"""The test of the model: no false alarm for any number of shots, fewer parameters at the edge, power."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import SEEDS
from two_qubit_states import CONFUSION, MIXED, SINGLET

from nvprotocol import tomography
from nvprotocol._checks import MOST_SHOTS
from nvprotocol.operators import density_matrix
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._goodness_of_fit import _deviance, effective_parameters, p_values
from nvprotocol.tomography.state_estimate import SUSPECT


def nearly_pure(p: float) -> NDArray[np.complex128]:
    """What imperfect monitoring leaves."""
    return p * SINGLET + (1 - p) * density_matrix("uu")


def p_of(
    rho: NDArray[np.complex128], shots: int, tables: int, rng: np.random.Generator, readout: NDArray | None
) -> NDArray[np.float64]:
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), shots, rng, readout=readout)
    return p_values(fitted(counts, None, readout, "full"))


@given(
    counts=st.lists(st.just(0.0) | st.floats(0, 12).map(lambda x: float(round(10**x))), min_size=4, max_size=4),
    seed=SEEDS,
    size=st.floats(-7, 0),
)
def test_deviance_to_all_digits(counts: list[float], seed: int, size: float) -> None:
    n = np.array(counts)
    m = n * np.exp(10**size * np.random.default_rng(seed).normal(size=4)) + 1e-3
    with mpmath.workdps(50):
        pairs = [(mpmath.mpf(a), mpmath.mpf(b)) for a, b in zip(n.tolist(), m.tolist(), strict=True)]
        exact = sum(2 * ((a * mpmath.log(a / b) if a else 0) - a + b) for a, b in pairs)
    found = _deviance(n[None, None], m[None, None])[0]
    # A sum of n log n loses 1e-16 of 1e13, which is what the test must resolve; here, of |n − m| only.
    assert found == pytest.approx(float(exact), rel=1e-9, abs=1e-15 * np.sum(np.abs(n - m) + 1))


@pytest.mark.parametrize(
    ("settings", "ansatz", "parameters"),
    [
        (tomography.PAULI, "full", 15),
        (("XX", "YY", "ZZ"), "full", 9),  # nine of the fifteen Pauli strings
        (("ZZ",), "full", 3),
        (tomography.U1, "full", 11),  # six strings of one qubit, five of two
        (tomography.U1, "X", 5),
        (("ZZ", "XX"), "X", 4),
    ],
)
def test_inside_every_measured_coordinate_is_a_parameter(
    settings: tuple[str, ...], ansatz: str, parameters: int
) -> None:
    counts = 1e6 * tomography.probabilities(0.5 * MIXED + 0.5 * nearly_pure(0.6), settings)
    counts = np.stack([counts, 7 * counts])
    found = effective_parameters(fitted(counts, settings, None, ansatz).fits)
    np.testing.assert_allclose(found, parameters, atol=2e-3)
    if len(settings) == 9:
        counts[:, 0] = 0  # XX alone measures one string
        np.testing.assert_allclose(effective_parameters(fitted(counts, None, None, ansatz).fits), 14, atol=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("rho", [SINGLET, nearly_pure(0.95), nearly_pure(0.5)], ids=["singlet", "0.95", "steady"])
@pytest.mark.parametrize("readout", [None, CONFUSION], ids=["sharp", "blurred"])
def test_what_a_fit_gains_over_the_truth_is_its_number_of_parameters(
    rho: NDArray[np.complex128], readout: NDArray | None, rng: np.random.Generator
) -> None:
    tables = 400
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), 1000, rng, readout=readout)
    fits = fitted(counts, None, readout, "full").fits
    gains = 2 * (fits.log_likelihood - tomography.log_likelihood(rho, counts, readout=readout))
    number = effective_parameters(fits).mean()
    assert number < 13  # and not the 15 coordinates
    # Five sigma, and the half a parameter by which the formula, which is of first order, may be wrong.
    assert gains.mean() == pytest.approx(number, abs=0.5 + 5 * gains.std() / np.sqrt(tables))


@pytest.mark.slow
@pytest.mark.parametrize("shots", [10**9, MOST_SHOTS, 10**15])
@pytest.mark.parametrize("readout", [None, CONFUSION], ids=["sharp", "blurred"])
def test_no_false_alarm_from_rounding(shots: int, readout: NDArray | None, rng: np.random.Generator) -> None:
    for rho in (SINGLET, nearly_pure(0.95), nearly_pure(0.5), density_matrix("ud"), 0.9 * SINGLET + 0.1 * MIXED):
        p = p_of(rho, shots, 25, rng, readout)
        assert p.min() > 1e-7  # in 750 tables, of which each is below it with this probability
        assert p.mean() > 0.5 - 5 / np.sqrt(12 * 25)


def test_what_the_fit_may_lack_does_not_count(rng: np.random.Generator) -> None:
    counts = tomography.sample(np.broadcast_to(nearly_pure(0.9), (20, 4, 4)), 1000, rng)
    good, poor = (fitted(counts, None, None, "full", tolerance=tolerance) for tolerance in (1e-6, 20.0))
    assert poor.fit.certificate.max() > 2
    assert np.all(p_values(poor) > p_values(good) - 0.02)
    blind = replace(poor, fit=replace(poor.fit, certificate=np.zeros(20)))
    assert np.mean(p_values(blind) < p_values(good) - 0.02) > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("p", [1.0, 0.98, 0.95])
@pytest.mark.parametrize("shots", [50, 200])
def test_size_with_few_counts(p: float, shots: int, rng: np.random.Generator) -> None:
    tables = 1000
    for readout in (None, CONFUSION):
        found = p_of(nearly_pure(p), shots, tables, rng, readout)
        assert found.mean() > 0.5 - 5 / np.sqrt(12 * tables)
        for level in (0.05, 0.01):
            assert np.mean(found < level) < level + 5 * np.sqrt(level * (1 - level) / tables)


@pytest.mark.parametrize("shots", [1000, MOST_SHOTS])
def test_a_wrong_model_is_found(shots: int, rng: np.random.Generator) -> None:
    # A turn of one spin by twenty sigma of a probability breaks the symmetry that the X ansatz assumes.
    half = 10 / np.sqrt(shots)
    turn = np.kron([[np.cos(half), -np.sin(half)], [np.sin(half), np.cos(half)]], np.eye(2))
    kept, broken = nearly_pure(0.5), turn @ nearly_pure(0.5) @ turn.T
    five = {"settings": tomography.U1, "ansatz": "X"}
    assert tomography.estimate(tomography.sample(kept, shots, rng, settings=tomography.U1), **five).p_value > 1e-7
    with pytest.warns(tomography.ModelWarning, match="The counts contradict the model"):
        found = tomography.estimate(tomography.sample(broken, shots, rng, settings=tomography.U1), **five)
    assert found.p_value < SUSPECT


def test_incomplete_settings_test_what_they_overdetermine(rng: np.random.Generator) -> None:
    settings = ("XX", "YY", "ZZ")
    inside = tomography.sample(0.5 * MIXED + 0.5 * SINGLET, 1000, rng, settings=settings)
    assert np.isnan(tomography.estimate(inside, settings).p_value)  # nine probabilities fit any nine
    # No state has ⟨XX⟩ = ⟨YY⟩ = ⟨ZZ⟩ = 1.
    with pytest.warns(tomography.ModelWarning, match="The counts contradict the model"):
        assert tomography.estimate([[500, 0, 0, 500]] * 3, settings).p_value < 1e-10
