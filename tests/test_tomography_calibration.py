"""Noise of a readout calibration: against refitted calibrations, and in everything that takes calibration shots."""

import numpy as np
import pytest
from counting import sigmas
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.entanglement import signed_concurrence
from nvprotocol.errors import ArgumentError
from nvprotocol.tomography._calibration import readout_variance, widening
from nvprotocol.tomography._fitted import fitted
from nvprotocol.tomography._thresholds import thresholds

SINGLET = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
WERNER = 0.9 * SINGLET + 0.025 * np.eye(4)
FLIPS = np.array([[0.97, 0.03], [0.03, 0.97]])
SHOTS = 1000


def overlap(rho: NDArray[np.complex128]) -> NDArray[np.float64]:
    return np.einsum("ij,nji->n", SINGLET, rho).real


@pytest.fixture
def counts(rng: np.random.Generator) -> NDArray[np.int64]:
    return tomography.sample(WERNER, 5000, rng, readout=FLIPS)


@pytest.mark.statistical
def test_noise_is_that_of_refitted_calibrations(counts: NDArray[np.int64], rng: np.random.Generator) -> None:
    draws = 150
    this = fitted(counts, None, FLIPS, "full", SHOTS)
    flipped = rng.binomial(SHOTS, 0.03, size=(draws, 2, 2)) / SHOTS
    drawn = [[[[1 - x, y], [x, 1 - y]] for x, y in pair] for pair in flipped]
    fits = [tomography.maximum_likelihood(counts, readout=np.array(pair), tolerance=1e-6).state for pair in drawn]
    for function in (signed_concurrence, overlap):
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
    factor = np.sqrt(widening(this, exact / np.sqrt(8 * reach), overlap)[0])
    assert factor > 1.1
    assert blurred / exact == pytest.approx(factor, rel=0.05)
    low, _, high = tomography.function_interval(counts, overlap, readout=FLIPS, calibration_shots=SHOTS)
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


def test_the_bound_is_the_lower_end_with_noise_as_well(counts: NDArray[np.int64]) -> None:
    settings = {"readout": FLIPS, "calibration_shots": SHOTS}
    bound = tomography.concurrence_bound(counts, level=0.95, **settings)
    # The interval takes the error of both sides, the bound that of its own.
    low = tomography.concurrence_interval(counts, **settings).low
    exact = tomography.concurrence_interval(counts, readout=FLIPS).low
    assert bound < exact
    assert bound == pytest.approx(float(low), abs=0.2 * float(exact - low))


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
        tomography.function_interval(counts, overlap, readout=FLIPS, calibration_shots=1.5)  # pyright: ignore[reportArgumentType]
