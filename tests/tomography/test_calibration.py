"""Noise of a readout calibration: against refitted calibrations, and in everything that takes calibration shots."""

import warnings

import numpy as np
import pytest
from counting import FALSE_ALARM, fewest_inside, sigmas
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import rel_entr, xlogy
from two_qubit_states import FLIPS, SINGLET, singlet_fidelity

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.entanglement import signed_concurrence
from nvprotocol.errors import ArgumentError
from nvprotocol.tomography._calibration import growth, joint_fit, readout_variance, widening
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._goodness_of_fit import p_values
from nvprotocol.tomography._profile_likelihood import thresholds

WERNER = 0.9 * SINGLET + 0.025 * np.eye(4)
SHOTS = 1000
THREE = ("XX", "YY", "ZZ")


@pytest.fixture
def counts(rng: np.random.Generator) -> NDArray[np.int64]:
    return tomography.sample(WERNER, 5000, rng, readout=FLIPS)


@pytest.mark.slow
@pytest.mark.statistical
def test_noise_is_that_of_refitted_calibrations(counts: NDArray[np.int64], rng: np.random.Generator) -> None:
    draws = 150
    this = fitted(counts, None, FLIPS, "full", SHOTS)
    flipped = rng.binomial(SHOTS, 0.03, size=(draws, 2, 2)) / SHOTS
    drawn = [[[[1 - x, y], [x, 1 - y]] for x, y in pair] for pair in flipped]
    fits = [tomography.maximum_likelihood(counts, readout=np.array(pair), tolerance=1e-6).state for pair in drawn]
    for function in (signed_concurrence, singlet_fidelity):
        # The scatter of a variance of so many draws, and 10 % for what is beyond first order.
        scatter = np.var(function(np.array(fits)))
        assert readout_variance(this, function)[0] == pytest.approx(scatter, rel=sigmas(2) * np.sqrt(2 / draws) + 0.1)


def test_standard_errors_add_in_quadrature(counts: NDArray[np.int64]) -> None:
    variance = readout_variance(fitted(counts, None, FLIPS, "full", SHOTS))[0]
    exact = tomography.estimate(counts, readout=FLIPS)
    blurred = tomography.estimate(counts, readout=FLIPS, calibration_shots=SHOTS)
    assert blurred.standard_error == pytest.approx(np.hypot(exact.standard_error, np.sqrt(variance)))
    assert np.diff(blurred.interval) > np.diff(exact.interval)
    assert blurred.concurrence == pytest.approx(exact.concurrence, abs=1e-9)
    alone = tomography.concurrence_interval(counts, readout=FLIPS, calibration_shots=SHOTS)
    assert (float(alone.low), float(alone.high)) == pytest.approx(tuple(blurred.interval))


def test_half_widths_grow_as_the_error_does(counts: NDArray[np.int64]) -> None:
    # At so many shots the profile is a parabola to some per cent.
    this = fitted(counts, None, FLIPS, "full", SHOTS)
    exact = np.diff(tomography.fidelity_interval(counts, "psi-", readout=FLIPS), axis=0)
    blurred = np.diff(tomography.fidelity_interval(counts, "psi-", readout=FLIPS, calibration_shots=SHOTS), axis=0)
    reach = max(thresholds(0.95))
    factor = np.sqrt(widening(this, exact / np.sqrt(8 * reach), singlet_fidelity)[0])
    assert factor > 1.1
    assert blurred / exact == pytest.approx(factor, rel=0.05)
    low, _, high = tomography.function_interval(counts, singlet_fidelity, readout=FLIPS, calibration_shots=SHOTS)
    assert high - low == pytest.approx(blurred.item(), rel=0.05)


def test_bound_and_p_value_make_room(rng: np.random.Generator) -> None:
    counts = tomography.sample(0.4 * SINGLET + 0.15 * np.eye(4), 2000, rng, readout=FLIPS)
    settings = {"readout": FLIPS, "calibration_shots": SHOTS}
    bound = [
        float(tomography.concurrence_bound(counts, readout=FLIPS)),
        *tomography.concurrence_bound([counts], **settings),
    ]
    assert 0 < bound[1] < bound[0]
    p = [tomography.separable_p_value(counts, readout=FLIPS), tomography.separable_p_value(counts, **settings)]
    # In units of its error the distance from the border is z without and z/√(1 + Var/σ²) with the noise.
    variance = readout_variance(fitted(counts, None, FLIPS, "full", SHOTS))[0]
    value = float(signed_concurrence(tomography.maximum_likelihood(counts, readout=FLIPS).state))
    exact, noisy = np.sqrt(-2 * np.log(p))
    assert noisy == pytest.approx(value / np.hypot(value / exact, np.sqrt(variance)), rel=1e-2)
    assert tomography.separable_p_value(10_000 * np.ones((9, 4), dtype=int), **settings) == 1


def drawn(rng: np.random.Generator, error: float, shots: int) -> NDArray[np.float64]:
    """What a calibration by so many shots finds of two qubits that err this often."""
    flipped = rng.binomial(shots, error, size=(2, 2)) / shots
    return np.array([[[1 - x, y], [x, 1 - y]] for x, y in flipped])


@pytest.mark.slow
@pytest.mark.parametrize("labels", [tomography.PAULI, THREE, ("XX", "ZZ")])
def test_the_bound_is_the_lower_end_with_noise_as_well(labels: tuple[str, ...], rng: np.random.Generator) -> None:
    weights = np.array([0.5, 0.7, 0.95])[:, None, None]
    counts = tomography.sample(
        weights * SINGLET + (1 - weights) * np.eye(4) / 4, 2000, rng, settings=labels, readout=FLIPS
    )
    known = {"readout": FLIPS, "settings": labels}
    blurred = {**known, "calibration_shots": 100}
    low = tomography.concurrence_interval(counts, **blurred).low
    np.testing.assert_array_equal(tomography.concurrence_bound(counts, level=0.95, **blurred), low)
    np.testing.assert_array_equal(low > 0, tomography.separable_p_value(counts, **blurred) < 0.05)
    exact = tomography.concurrence_bound(counts, level=0.95, **known)
    assert np.all(low <= exact)
    assert low[-1] < exact[-1] - 0.01


@pytest.mark.slow
def test_an_empty_row_drops_no_noise(counts: NDArray[np.int64]) -> None:
    table = counts.copy()
    table[0] = 0
    exact = tomography.concurrence_interval(table, readout=FLIPS)
    blurred = tomography.concurrence_interval(table, readout=FLIPS, calibration_shots=50)
    assert blurred.low < exact.low - 0.02
    assert blurred.high >= exact.high
    assert np.isnan(blurred.standard_error)


def test_noise_without_an_error_to_compare_with_is_not_none() -> None:
    this = fitted(np.ones((9, 4)), None, FLIPS, "full", SHOTS)
    for error in (np.nan, 0.0):
        assert growth(this, np.array([1e-3]), np.array([error])) > 30
    assert growth(this, np.zeros(1), np.zeros(1)) == 1


@pytest.mark.slow
@pytest.mark.statistical
def test_bounds_of_three_settings_cover_with_few_calibration_shots(rng: np.random.Generator) -> None:
    tables, error = 12, 0.05
    flips = np.array([[1 - error, error], [error, 1 - error]])
    known = [{"settings": THREE, "readout": drawn(rng, error, 100), "calibration_shots": 100} for _ in range(tables)]
    mixed = 0.8 * SINGLET + 0.2 * nv.operators.density_matrix("uu")
    counts = tomography.sample(np.broadcast_to(mixed, (tables, 4, 4)), 5000, rng, settings=THREE, readout=flips)
    bounds = [tomography.concurrence_bound(table, level=0.95, **one) for table, one in zip(counts, known, strict=True)]
    assert np.sum(np.array(bounds) <= 0.8) >= fewest_inside(tables, 0.95)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("shots", [1000, 100_000])
def test_a_calibration_alone_does_not_contradict_the_model(shots: int, rng: np.random.Generator) -> None:
    tables, error = 4, 0.05
    flips = np.array([[1 - error, error], [error, 1 - error]])
    corner = (nv.operators.density_matrix("uu") + nv.operators.density_matrix("dd")) / 2
    p = []
    for rho in (corner, SINGLET, WERNER):
        for table in tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), shots, rng, readout=flips):
            this = fitted(table, None, drawn(rng, error, 1000), "full", 1000)
            p.append(p_values(this)[0])
    assert min(p) > FALSE_ALARM / 2 / len(p)


def test_a_readout_far_beyond_the_noise_still_contradicts_the_model(rng: np.random.Generator) -> None:
    counts = tomography.sample(SINGLET, 5000, rng)
    with pytest.warns(tomography.ModelWarning, match="The counts contradict the model"):
        found = tomography.estimate(counts, readout=[[0.8, 0.2], [0.2, 0.8]], calibration_shots=1000)
    assert found.p_value < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("shots", [1, 2, 5])
@pytest.mark.parametrize("readout", [[[0.95, 0.02], [0.05, 0.98]], [[1, 0], [0, 1]], np.kron(FLIPS, FLIPS)])
def test_few_calibration_shots(shots: int, readout: NDArray[np.float64], rng: np.random.Generator) -> None:
    counts = tomography.sample(WERNER, 1000, rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tomography.ModelWarning)  # the readout is not that of the counts
        exact = tomography.estimate(counts, readout=readout)
        found = tomography.estimate(counts, readout=readout, calibration_shots=shots)
    assert np.diff(found.interval) > np.diff(exact.interval) + 0.01
    assert found.standard_error > exact.standard_error


@pytest.mark.slow
def test_the_joint_fit_is_the_least_sum_of_both_deviances(rng: np.random.Generator) -> None:
    # The calibration says one thing and the tables another; a search without slopes finds the same compromise.
    number, read = 400, np.array([[[0.93, 0.1], [0.07, 0.9]], [[0.95, 0.06], [0.05, 0.94]]])
    counts = tomography.sample(WERNER, 3000, rng, readout=read + 0.04 * np.array([[1, -1], [-1, 1]]))
    this = fitted(counts, None, read, "full", number)
    assert this.calibration is not None
    p, own = joint_fit(this, this.calibration, 0)
    shots = np.repeat(counts.sum(axis=1), 4)
    found = 2 * rel_entr(counts.ravel(), shots * p).sum() + own

    def total(errors: NDArray[np.float64]) -> float:
        matrices = np.array([[[1 - up, down], [up, 1 - down]] for up, down in np.clip(errors, 1e-6, 0.5).reshape(2, 2)])
        state = tomography.maximum_likelihood(counts, readout=matrices).state
        lost = tomography.log_likelihood(state, counts, readout=matrices)
        whole = counts / counts.sum(axis=1, keepdims=True)
        return 2 * float(xlogy(counts, whole).sum() - lost) + 2 * number * float(rel_entr(read, matrices).sum())

    start = np.array([0.07, 0.1, 0.05, 0.06])
    least = minimize(total, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-3, "maxfev": 400}).fun
    assert total(start) > least + 5
    assert found == pytest.approx(least, abs=0.05)


def test_shots_need_a_matrix_and_are_whole() -> None:
    counts = np.ones((9, 4), dtype=int)
    for call in (tomography.concurrence_interval, tomography.concurrence_bound, tomography.separable_p_value):
        with pytest.raises(
            ArgumentError, match="Argument `readout` must be given with `calibration_shots`, but is None"
        ):
            call(counts, calibration_shots=100)
    with pytest.raises(ArgumentError, match="Argument `calibration_shots` must be at least 1, but is 0"):
        tomography.fidelity_interval(counts, "psi-", readout=FLIPS, calibration_shots=0)
    with pytest.raises(ArgumentError, match=r"Argument `calibration_shots` must be a whole number, but is 1\.5"):
        tomography.function_interval(counts, singlet_fidelity, readout=FLIPS, calibration_shots=1.5)  # pyright: ignore[reportArgumentType]
