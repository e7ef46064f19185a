"""Profile likelihood of the concurrence and the fidelity: closed forms, other optimisers, invariances, coverage."""

from collections.abc import Callable

import numpy as np
import pytest
from counting import fewest_inside, sigmas
from hypothesis import given
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from strategies import SEEDS, kets, states
from two_qubit_states import CONFUSION, SINGLET, STEADY, werner

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.entanglement import signed_concurrence
from nvprotocol.errors import ArgumentError
from nvprotocol.tomography import _signed_concurrence
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._pauli_vectors import outcome_matrix, to_matrix, to_vector
from nvprotocol.tomography._profile_likelihood import (
    highest_concurrence,
    linear_limits,
    lowest_concurrence,
    separable_loss,
)


def werner_loss(p: float, other: float, shots: int) -> float:
    """Loss of log-likelihood from one Werner state to another for the expected counts of the first.

    In XX, YY and ZZ two outcomes have probability (1 + p)/4 and two (1 − p)/4; the other six settings are flat.
    """
    return 3 * shots * ((1 + p) / 2 * np.log((1 + p) / (1 + other)) + (1 - p) / 2 * np.log((1 - p) / (1 - other)))


def root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(np.real(np.asarray(brentq(function, low, high))))


@given(rho=states(), seed=SEEDS)
def test_derivatives_of_the_signed_concurrence(rho: NDArray[np.complex128], seed: int) -> None:
    mixed = 0.8 * rho + 0.2 * np.diag([0.1, 0.2, 0.3, 0.4])  # well inside, where three differences suffice
    direction = np.random.default_rng(seed).normal(size=16)
    direction[0] = 0
    step = 1e-4 * direction / np.linalg.norm(direction)
    value, slope, root = _signed_concurrence.with_hessian(mixed[None])
    around = signed_concurrence(np.array([mixed + s * to_matrix(step) for s in (-1, 0, 1)]))
    lambdas = np.sort(np.sqrt(np.abs(np.linalg.eigvals(mixed @ np.fliplr(np.flipud(mixed.conj())) * SIGNS).real)))
    if np.diff(lambdas).min() < 0.01:  # at equal λ there is a kink
        return
    assert value[0] == pytest.approx(around[1], abs=1e-12)
    assert -slope[0] @ step == pytest.approx((around[2] - around[0]) / 2, abs=1e-8)
    assert np.sum((root[0] @ step) ** 2) == pytest.approx(around[2] - 2 * around[1] + around[0], rel=0.05, abs=2e-10)


SIGNS = np.outer([1, -1, -1, 1], [1, -1, -1, 1])  # ρ̃ is ρ* turned about both diagonals, with these signs


@given(one=states(), two=states())
def test_signed_concurrence_is_convex(one: NDArray[np.complex128], two: NDArray[np.complex128]) -> None:
    middle, left, right = signed_concurrence(np.array([(one + two) / 2, one, two]))
    assert middle <= (left + right) / 2 + 1e-9


@pytest.mark.parametrize(("p", "shots"), [(0.4, 1000), (0.6, 200), (0.9, 10_000)])
def test_ends_for_werner_states_have_a_closed_form(p: float, shots: int) -> None:
    # The expected counts are invariant under turning both spins alike, ℓ is concave, Λ and the fidelity are convex: a
    # twirled optimum is as good, so the lower ends are Werner states.
    fits = fitted(shots * tomography.probabilities(werner(p)), None, None, "full", tolerance=1e-7).fits
    entangled = separable_loss(fits)
    assert entangled == pytest.approx(werner_loss(p, 1 / 3, shots), abs=5e-3)
    drop = min(1.92, 0.5 * float(entangled[0]))
    end = root(lambda other: werner_loss(p, other, shots) - drop, 1 / 3, p)
    assert lowest_concurrence(fits, np.array([drop]), entangled) == pytest.approx((3 * end - 1) / 2, abs=1e-4)
    top = root(lambda other: werner_loss(p, other, shots) - drop, p, 1 - 1e-12)
    low, high = linear_limits(fits, to_vector(SINGLET), np.array([drop]))
    assert (low, high) == (pytest.approx((1 + 3 * end) / 4, abs=1e-4), pytest.approx((1 + 3 * top) / 4, abs=1e-4))
    assert highest_concurrence(fits, np.array([drop])) >= (3 * top - 1) / 2 - 1e-4  # at least the best Werner state


def slsqp(counts: NDArray, floor: float, start: NDArray[np.complex128], sign: float) -> float:
    """The end of Λ by a general optimiser on ρ = WW†/tr: an independent route, for one table."""
    model, flat = outcome_matrix(tomography.PAULI), counts.ravel()

    def state(w: NDArray) -> NDArray[np.complex128]:
        matrix = (w[:16] + 1j * w[16:]).reshape(4, 4)
        rho = matrix @ matrix.conj().T
        return rho / np.trace(rho).real

    def spare(w: NDArray) -> float:
        return float(flat @ np.log(np.maximum(model @ to_vector(state(w)), 1e-12)) - floor)

    values, vectors = np.linalg.eigh(start)
    w = vectors * np.sqrt(np.maximum(values, 1e-6))
    found = minimize(
        lambda w: -sign * float(signed_concurrence(state(w))),
        np.concatenate([np.real(w).ravel(), np.imag(w).ravel()]),
        method="SLSQP",
        constraints={"type": "ineq", "fun": spare},
        options={"maxiter": 150, "ftol": 1e-8},
    )
    return -sign * found.fun if spare(found.x) > -1e-3 else -sign * np.inf


@pytest.mark.slow
@pytest.mark.parametrize("rho", [SINGLET, STEADY, werner(0.9)], ids=["singlet", "steady", "werner"])
def test_no_worse_than_a_general_optimiser(rho: NDArray[np.complex128]) -> None:
    counts = tomography.sample(rho, 500, seed=5)
    fits = fitted(counts, None, None, "full").fits
    drop = np.array([1.92])
    low = lowest_concurrence(fits, drop, separable_loss(fits))
    high = highest_concurrence(fits, drop)
    floor = float(fits.log_likelihood[0]) - 1.92
    inside = 0.99 * fits.states[0] + 0.01 * np.eye(4) / 4
    assert low <= slsqp(counts, floor, inside, -1.0) + 2e-3
    assert high >= slsqp(counts, floor, inside, 1.0) - 2e-3


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize(
    ("rho", "truth", "shots"),
    [(SINGLET, 1.0, 200), (STEADY, 0.5, 500), (werner(0.9), 0.85, 1000), (werner(1 / 3), 0.0, 300)],
    ids=["singlet", "steady", "werner", "border"],
)
@pytest.mark.parametrize("readout", [None, CONFUSION], ids=["sharp", "blurred"])
def test_interval_covers(
    rho: NDArray, truth: float, shots: int, readout: NDArray | None, rng: np.random.Generator
) -> None:
    assert float(nv.concurrence(rho)) == pytest.approx(truth, abs=1e-9)
    tables = 100
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), shots, rng, readout=readout)
    interval = tomography.concurrence_interval(counts, readout=readout)
    covered = np.sum((interval.low <= truth + 1e-9) & (truth <= interval.high + 1e-9))
    assert covered >= fewest_inside(tables, 0.93)  # as the worst measured cells cover
    # An interval that covers by being wide would be useless: ±4 sigma of one correlation is generous for all nine.
    assert np.mean(interval.high - interval.low) < 9 / np.sqrt(shots)


@pytest.mark.statistical
def test_standard_error_is_the_scatter_of_the_estimate(rng: np.random.Generator) -> None:
    counts = tomography.sample(np.broadcast_to(werner(0.8), (400, 4, 4)), 1000, rng)
    scatter = nv.concurrence(tomography.maximum_likelihood(counts).state).std()
    error = tomography.concurrence_interval(counts[:20]).standard_error.mean()
    # The relative sigma of the scatter is 1/√(2·400); 6 % are for the difference of a profile from its parabola.
    assert error == pytest.approx(scatter, rel=sigmas() / np.sqrt(800) + 0.06)


def test_bound_is_the_lower_end_and_tells_what_is_entangled() -> None:
    counts = tomography.sample(np.array([werner(0.9), werner(0.2)]), 1000, seed=3)
    bound = tomography.concurrence_bound(counts, level=0.95)
    assert bound == pytest.approx(tomography.concurrence_interval(counts, level=0.95).low)
    assert bound[0] > 0.7
    assert bound[1] == 0
    assert tomography.separable_p_value(counts)[0] < 1e-6
    assert tomography.separable_p_value(counts)[1] == 1


def test_interval_narrows_with_shots_and_widens_with_confidence() -> None:
    few, many = (tomography.sample(STEADY, shots, seed=1) for shots in (200, 20_000))
    widths = [
        np.subtract(*tomography.concurrence_interval(table, level=level)[1::-1])
        for table, level in ((few, 0.95), (many, 0.95), (many, 0.5))
    ]
    assert widths[0] > 5 * widths[1] > 5 * widths[2]  # shots × 100


@pytest.mark.slow
@given(ket=kets(), seed=SEEDS)
def test_interval_holds_the_estimate_and_stays_within_bounds(ket: NDArray[np.complex128], seed: int) -> None:
    result = tomography.estimate(tomography.sample(ket, 50, seed))
    low, high = result.interval
    assert 0 <= low <= result.concurrence <= high <= 1
    assert result.standard_error > 0


def test_ends_do_not_depend_on_the_names_of_the_axes() -> None:
    # Exchanging X and Z on both qubits is a local unitary (Hadamard): the concurrence does not notice.
    counts = tomography.sample(0.9 * STEADY + 0.1 * np.eye(4) / 4, 500, seed=8)
    swapped = [tomography.PAULI.index(x.translate(str.maketrans("XZ", "ZX"))) for x in tomography.PAULI]
    # Y changes its sign under a Hadamard on each qubit, which exchanges the outcomes of every Y.
    table = counts[swapped].copy()
    for row, label in enumerate(tomography.PAULI):
        flip = sum(2**bit for bit, letter in enumerate(reversed(label)) if letter == "Y")
        table[row] = table[row][np.arange(4) ^ flip]
    here, there = (tomography.concurrence_interval(each) for each in (counts, table))
    np.testing.assert_allclose(there[:2], here[:2], atol=3e-3)


@pytest.mark.statistical
def test_fidelity_interval_covers(rng: np.random.Generator) -> None:
    counts = tomography.sample(np.broadcast_to(STEADY, (150, 4, 4)), 400, rng)
    low, high = tomography.fidelity_interval(counts, "psi-")
    assert np.sum((low <= 0.5) & (high >= 0.5)) >= fewest_inside(150, 0.93)
    assert np.mean(high - low) < 0.2


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="Argument `level` must be greater than 0"):
        tomography.concurrence_interval(np.ones((9, 4)), level=0.0)
    with pytest.raises(ArgumentError, match="Argument `counts` must have 4 outcomes, those of two qubits"):
        tomography.concurrence_interval(np.ones((3, 2)))
    with pytest.raises(
        ArgumentError, match='Argument `ansatz` must be one of "full", "X", "real X", "imaginary X", but is "Y"'
    ):
        tomography.concurrence_interval(np.ones((9, 4)), ansatz="Y")
    with pytest.raises(ArgumentError, match="Argument `readout` must be invertible"):
        tomography.concurrence_interval(np.ones((9, 4)), readout=np.full((2, 2), 0.5))
