"""The p-value of separability: its size where the border is smooth and where it has corners, and what rests on it."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2, kstest
from two_qubit_states import MIXED, SINGLET

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.operators import density_matrix
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._profile_likelihood import separable_loss

CORNER = (density_matrix("uu") + density_matrix("dd")) / 2


def drops(rho: NDArray[np.complex128], shots: int, tables: int, rng: np.random.Generator) -> NDArray[np.float64]:
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), shots, rng)
    return separable_loss(fitted(counts, None, None, "full").fits)


def test_at_a_smooth_border_the_drop_is_half_of_half_a_chi_squared(rng: np.random.Generator) -> None:
    drop = drops(SINGLET / 3 + 2 * MIXED / 3, 1000, 600, rng)
    positive = drop[drop > 0]
    assert len(positive) == pytest.approx(300, abs=5 * np.sqrt(150))
    assert kstest(2 * positive, chi2(1).cdf).pvalue > 1e-5


@pytest.mark.slow
def test_at_a_corner_it_has_two_degrees_of_freedom(rng: np.random.Generator) -> None:
    # A coherence ρ₀₃ of any phase looks entangled beside ρ₁₁ = ρ₂₂ = 0, and nothing else that noise makes does.
    drop = drops(CORNER, 2000, 600, rng)
    for level in (0.3, 0.05):
        expected = np.mean(2 * drop > chi2.isf(level, 2))
        assert expected == pytest.approx(level, abs=5 * np.sqrt(level / 600) * np.sqrt(1 - level))
    # Of which exp(−drop) is the tail.
    assert np.exp(-drop) == pytest.approx(chi2.sf(2 * drop, 2))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rho", "shots"),
    [(CORNER, 50), (CORNER, 200), ((density_matrix("ud") + density_matrix("du")) / 2, 50), (density_matrix("ud"), 200)],
    ids=["corner, few", "corner", "dephased", "product"],
)
def test_size(rho: NDArray[np.complex128], shots: int, rng: np.random.Generator) -> None:
    tables = 800
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), shots, rng)
    p = tomography.separable_p_value(counts)
    for level in (0.05, 0.01):
        assert np.mean(p <= level) < level + 5 * np.sqrt(level * (1 - level) / tables)


@pytest.mark.slow
def test_size_where_three_settings_leave_the_state_open(rng: np.random.Generator) -> None:
    tables, labels = 400, ("XX", "YY", "ZZ")
    for rho in (CORNER, SINGLET / 3 + 2 * MIXED / 3):
        counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), 200, rng, settings=labels)
        p = tomography.separable_p_value(counts, settings=labels)
        assert np.mean(p <= 0.05) < 0.05 + 5 * np.sqrt(0.05 * 0.95 / tables)


@pytest.mark.slow
def test_bounds_and_intervals_say_entangled_where_the_p_value_does(rng: np.random.Generator) -> None:
    # Around the border, where the two could differ.
    weights = np.linspace(0.33, 0.6, 60)[:, None, None]
    counts = tomography.sample(weights * SINGLET + (1 - weights) * MIXED, 200, rng)
    p = tomography.separable_p_value(counts)
    assert np.any((p > 0.01) & (p < 0.1))
    fits = fitted(counts, None, None, "full").fits
    np.testing.assert_allclose(p, np.exp(-separable_loss(fits)))  # the likelihood of the best separable state over it
    for level in (0.8, 0.95, 0.99):
        np.testing.assert_array_equal(tomography.concurrence_bound(counts, level=level) > 0, p < 1 - level)
        np.testing.assert_array_equal(tomography.concurrence_interval(counts, level=level).low > 0, p < 1 - level)


def test_calibration_noise_makes_it_less_certain() -> None:
    flips = np.array([[0.95, 0.05], [0.05, 0.95]])
    counts = tomography.sample(0.45 * SINGLET + 0.55 * MIXED, 1000, seed=3, readout=np.kron(flips, flips))
    known = [{"readout": flips, "calibration_shots": shots} for shots in (None, 10**7, 200)]
    exact, *noisy = (float(tomography.separable_p_value(counts, **each)) for each in known)
    assert noisy[0] == pytest.approx(exact, rel=0.01)
    assert exact < noisy[1] < 1
    bound = tomography.concurrence_bound(counts, readout=flips, calibration_shots=200, level=0.95)
    assert (bound > 0) == (noisy[1] < 0.05)


def test_certain_ones() -> None:
    counts = tomography.sample(np.array([SINGLET, MIXED]), 1000, seed=3)
    entangled, mixed = tomography.separable_p_value(counts)
    assert entangled < 1e-100
    assert mixed == 1
    assert nv.tomography.separable_p_value([[500, 0, 0, 500]] * 2, settings=["XX", "ZZ"]) < 1e-100
