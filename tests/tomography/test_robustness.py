"""Whatever the counts: few or very many shots, none in a setting, unequal ones, pure states, readout with a zero."""

import warnings

import numpy as np
import pytest
from counting import fewest_inside
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import SEEDS, kets, states
from two_qubit_states import SINGLET

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.tomography import _constrained
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._pauli_vectors import ansatz_projector, to_matrix, to_vector

READOUTS = {
    "sharp": None,
    "unequal": np.kron([[0.97, 0.06], [0.03, 0.94]], [[0.99, 0.02], [0.01, 0.98]]),
    "one-sided": np.kron([[1.0, 0.1], [0.0, 0.9]], [[1.0, 0.1], [0.0, 0.9]]),
    "exchanged": np.eye(4)[::-1],
}
ANSATZES = {"full": tomography.PAULI, "X": tomography.U1, "real X": ("ZZ", "XX", "YY")}


def checked(counts: NDArray, ansatz: str, readout: str) -> tomography.StateEstimate:
    """The estimate, with what holds for every table: an order of the numbers, and no NaN where none belongs."""
    with warnings.catch_warnings():  # few tables of many contradict a true model by chance
        warnings.simplefilter("ignore", tomography.ModelWarning)
        result = tomography.estimate(counts, ANSATZES[ansatz], READOUTS[readout], ansatz=ansatz)
    low, high = result.interval[..., 0], result.interval[..., 1]
    assert np.all(low >= 0)
    assert np.all(low <= result.concurrence)
    assert np.all(result.concurrence <= high)
    assert np.all(high <= 1)
    plain = nv.concurrence(result.state)
    assert np.all((low <= plain + 1e-9) & (plain <= high + 1e-9))
    assert not np.any((result.p_value < 0) | (result.p_value > 1))
    assert np.all(np.linalg.eigvalsh(result.state) > -1e-9)
    return result


@pytest.mark.slow
@settings(max_examples=25)
@given(
    rho=states() | kets().map(nv.operators.density_matrix) | st.just(SINGLET),
    ansatz=st.sampled_from(list(ANSATZES)),
    readout=st.sampled_from(list(READOUTS)),
    magnitude=st.floats(0, 6),
    seed=SEEDS,
)
def test_order_of_the_numbers_and_independence_of_the_company(
    rho: NDArray[np.complex128], ansatz: str, readout: str, magnitude: float, seed: int
) -> None:
    rho = to_matrix(to_vector(rho) @ ansatz_projector(ansatz))
    shots = int(10**magnitude)
    copies = np.broadcast_to(rho, (3, 4, 4))
    counts = tomography.sample(copies, shots, seed, settings=ANSATZES[ansatz], readout=READOUTS[readout])
    together = checked(counts, ansatz, readout)
    alone = checked(counts[1], ansatz, readout)
    np.testing.assert_allclose(alone.concurrence, together.concurrence[1], atol=1e-6)
    # With less than a hundred shots in all, two ascents can be equally good to rounding and end on either.
    few = 1e-6 if counts[1].sum() > 100 else 0.1
    np.testing.assert_allclose(alone.interval, together.interval[1], atol=few)


@pytest.mark.slow
@settings(max_examples=25)
@given(
    rho=states() | kets().map(nv.operators.density_matrix),
    ansatz=st.sampled_from(list(ANSATZES)),
    readout=st.sampled_from(list(READOUTS)),
    magnitudes=st.lists(st.none() | st.floats(0, 6), min_size=9, max_size=9),
    seed=SEEDS,
)
def test_unequal_and_empty_settings(
    rho: NDArray[np.complex128], ansatz: str, readout: str, magnitudes: list[float | None], seed: int
) -> None:
    rho = to_matrix(to_vector(rho) @ ansatz_projector(ansatz))
    shots = np.array([0 if each is None else int(10**each) for each in magnitudes])[: len(ANSATZES[ansatz])]
    shots[0] = max(shots[0], 1)
    counts = tomography.sample(rho, shots, seed, settings=ANSATZES[ansatz], readout=READOUTS[readout])
    result = checked(counts, ansatz, readout)
    if np.isnan(result.standard_error):
        assert np.any(shots == 0)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("ansatz", list(ANSATZES))
@pytest.mark.parametrize("label", ["uu", "ud", "du", "dd"])
def test_pure_product_states(label: str, ansatz: str, rng: np.random.Generator) -> None:
    tables = 40
    copies = np.broadcast_to(nv.operators.density_matrix(label), (tables, 4, 4))
    counts = tomography.sample(copies, 500, rng, settings=ANSATZES[ansatz])
    covered = np.sum(checked(counts, ansatz, "sharp").interval[:, 0] == 0)
    assert covered >= fewest_inside(tables, 0.93)


@pytest.mark.slow
@pytest.mark.parametrize("readout", list(READOUTS))
@pytest.mark.parametrize(("p", "ansatz"), [(1.0, "full"), (0.9, "full"), (1.0, "X"), (0.5, "X")])
def test_a_thousand_million_shots(p: float, ansatz: str, readout: str) -> None:
    rho, shots = p * SINGLET + (1 - p) * np.eye(4) / 4, 10**9
    counts = tomography.sample(rho, shots, seed=4, settings=ANSATZES[ansatz], readout=READOUTS[readout])
    result = checked(counts, ansatz, readout)
    truth = (3 * p - 1) / 2  # Werner state
    assert result.concurrence == pytest.approx(truth, abs=2e-3)
    assert 0 <= np.diff(result.interval)[0] < 2e-3
    assert result.interval[0] - 1e-6 <= truth + 3e-4
    assert result.interval[1] + 1e-6 >= truth - 3e-4


def test_searches_end_where_they_should_with_very_unequal_shots() -> None:
    # Log-likelihoods at the ends are at their floors, wherever the likelihood confines the function.
    rng = np.random.default_rng(5)
    for _ in range(10):
        shots = (10 ** rng.uniform(0, 5, size=9)).astype(int)
        counts = tomography.sample(np.broadcast_to(SINGLET, (4, 4, 4)), shots, rng)
        fits = fitted(counts, None, None, "full").fits
        floor = fits.log_likelihood - 1.92
        for sign in (-1.0, 1.0):
            gradient = np.broadcast_to(sign * to_vector(np.diag([0.1, 0.2, 0.3, 0.4]) + 0.1 * SINGLET), (4, 16))
            edge = _constrained.constrained_maximum(
                fits.counts, fits.model, fits.started(), floor=floor, gradient=gradient
            )
            confined = edge.multipliers < 0.99 * _constrained.LARGEST_MULTIPLIER
            assert np.all(np.abs(edge.surplus[confined]) < _constrained.MISS)
            assert np.all(edge.solved)


@pytest.mark.slow
@pytest.mark.statistical
def test_unequal_shots_cover_as_equal_ones_do(rng: np.random.Generator) -> None:
    rho, truth, tables = 0.9 * SINGLET + 0.025 * np.eye(4), 0.85, 100
    shots = np.array([2000, 300, 500, 250, 3000, 400, 600, 350, 1000])
    result = checked(tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), shots, rng), "full", "sharp")
    covered = np.sum((result.interval[:, 0] <= truth) & (truth <= result.interval[:, 1]))
    assert covered >= fewest_inside(tables, 0.93)
    # Each setting weighs by its own shots, so the expected counts give the state back.
    exact = tomography.maximum_likelihood(shots[:, None] * tomography.probabilities(rho), tolerance=1e-8)
    np.testing.assert_allclose(exact.state, rho, atol=1e-5)
