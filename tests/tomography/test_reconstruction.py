"""Reconstruction: exactness, unbiasedness, optimality proved by a certificate and by an independent optimiser."""

import numpy as np
import pytest
from counting import sigmas
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from strategies import SEEDS, states
from systems import random_state, random_unitary
from two_qubit_states import CONFUSION, SINGLET, STEADY

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.errors import ArgumentError, FitError, NoKeptShotsError

NAMED = {"singlet": SINGLET, "steady": STEADY, "product": nv.operators.density_matrix("ud"), "mixed": np.eye(4) / 4}


@given(rho=states(), noisy=st.booleans())
def test_expected_counts_give_the_state_back(rho: NDArray[np.complex128], noisy: bool) -> None:
    readout = CONFUSION if noisy else None
    counts = 1000 * tomography.probabilities(rho)
    counts = counts if readout is None else counts @ readout.T
    np.testing.assert_allclose(tomography.linear_inversion(counts, readout=readout), rho, atol=1e-12)
    fit = tomography.maximum_likelihood(counts, readout=readout, tolerance=1e-7)
    # Pinsker: a loss of log-likelihood bounds the distance of what is predicted from what was counted, 2 N TV² <= loss.
    predicted = tomography.probabilities(fit.state) @ (np.eye(4) if readout is None else readout).T
    distance = np.abs(predicted - counts / 1000).sum(axis=1) / 2
    assert np.sum(2 * 1000 * distance**2) <= fit.certificate + 1e-9
    np.testing.assert_allclose(fit.state, rho, atol=3e-4)


@pytest.mark.parametrize("n_qubits", [1, 3])
def test_any_number_of_qubits(n_qubits: int, rng: np.random.Generator) -> None:
    rho = random_state(rng, n_qubits, 2)
    counts = 1e4 * tomography.probabilities(rho)
    np.testing.assert_allclose(tomography.linear_inversion(counts), rho, atol=1e-12)
    fit = tomography.maximum_likelihood(counts, tolerance=1e-6)
    np.testing.assert_allclose(fit.state, rho, atol=1e-4)


@pytest.mark.statistical
def test_linear_inversion_is_unbiased(rng: np.random.Generator) -> None:
    shots = np.array([400, 10, 50, 50, 200, 50, 30, 50, 300])
    tables = 3000
    counts = tomography.sample(np.broadcast_to(STEADY, (tables, 4, 4)), shots, rng, readout=CONFUSION)
    estimates = tomography.linear_inversion(counts, readout=CONFUSION)
    np.testing.assert_allclose(np.trace(estimates, axis1=1, axis2=2), 1, atol=1e-12)
    np.testing.assert_allclose(estimates, np.swapaxes(estimates.conj(), 1, 2), atol=1e-12)
    assert np.linalg.eigvalsh(estimates).min() < 0  # the rank-deficient state is left on both sides
    parts = np.concatenate([estimates.real, estimates.imag]).reshape(2, tables, 16)
    mean, sigma = parts.mean(axis=1), parts.std(axis=1) / np.sqrt(tables)
    truth = np.array([STEADY.real, STEADY.imag]).reshape(2, 16)
    varying = sigma > 1e-12
    assert np.abs((mean - truth)[varying] / sigma[varying]).max() < sigmas(28)


def test_linear_inversion_weights_settings_by_their_shots() -> None:
    # σᶻ of qubit 0 is measured by XZ, YZ and ZZ: the estimate is the mean over all their shots, not over settings.
    counts = 100 * tomography.probabilities(np.eye(4) / 4)
    counts[2] = [30, 10, 30, 10]  # XZ: ⟨σᶻ⟩ = 1/2 in 80 shots
    counts[5] = [100, 0, 100, 0]  # YZ: 1 in 200 shots
    z = np.trace(tomography.linear_inversion(counts) @ nv.operators.sigma_z(0)).real
    assert z == pytest.approx((0.5 * 80 + 200) / (80 + 200 + 100))


@given(seed=SEEDS, d=st.integers(1, 6))
def test_nearest_state_is_a_state_and_no_other_is_closer(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(3, d, d)) + 1j * rng.normal(size=(3, d, d))
    nearest = tomography.nearest_state(matrix)
    np.testing.assert_allclose(np.trace(nearest, axis1=1, axis2=2), 1, atol=1e-12)
    assert np.linalg.eigvalsh(nearest).min() > -1e-12
    np.testing.assert_allclose(tomography.nearest_state(nearest), nearest, atol=1e-12)
    # For a projection onto a convex set, no state makes an acute angle with the way back to the matrix.
    factors = rng.normal(size=(200, 1, d, d)) + 1j * rng.normal(size=(200, 1, d, d))
    others = factors @ np.swapaxes(factors.conj(), -1, -2)
    others /= np.trace(others, axis1=-2, axis2=-1)[..., None, None]
    angles = np.einsum("...ij,...ij->...", (matrix - nearest).conj(), others - nearest).real
    assert angles.max() < 1e-9


def test_nearest_state_in_closed_form() -> None:
    # Eigenvalues (0.9, 0.6, −0.2, −0.3): 0.25 is taken off the two that stay positive.
    unitary = np.linalg.qr(np.arange(16).reshape(4, 4) % 7 + 1j * np.eye(4))[0]
    matrix = unitary @ np.diag([0.9, 0.6, -0.2, -0.3]) @ unitary.conj().T
    expected = unitary @ np.diag([0.65, 0.35, 0, 0]) @ unitary.conj().T
    np.testing.assert_allclose(tomography.nearest_state(matrix), expected, atol=1e-12)


@given(rho=states(), shots=st.sampled_from([1, 5, 100, 1000, 100_000]), seed=SEEDS, noisy=st.booleans())
def test_certificate_is_reached_and_is_the_stationarity_of_the_fit(
    rho: NDArray[np.complex128], shots: int, seed: int, noisy: bool
) -> None:
    readout = CONFUSION if noisy else np.eye(4)
    counts = tomography.sample(rho, shots, seed, readout=readout)
    fit = tomography.maximum_likelihood(counts, readout=readout)
    assert fit.certificate <= 1e-4
    effects = np.einsum("rt,stab->srab", readout, tomography.measurement_operators())
    chances = np.einsum("srab,ba->sr", effects, fit.state).real
    seen = counts > 0
    gradient = np.einsum("k,kab->ab", counts[seen] / chances[seen], effects[seen])
    assert np.linalg.eigvalsh(gradient)[-1] - counts.sum() == pytest.approx(float(fit.certificate), abs=1e-6)
    assert float(fit.log_likelihood) == pytest.approx(np.sum(counts[seen] * np.log(chances[seen])), rel=1e-9)


@given(rho=states(), shots=st.sampled_from([20, 1000]), seed=SEEDS)
def test_no_state_is_more_likely_than_the_certificate_allows(
    rho: NDArray[np.complex128], shots: int, seed: int
) -> None:
    counts = tomography.sample(rho, shots, seed)
    fit = tomography.maximum_likelihood(counts)
    limit = fit.log_likelihood + fit.certificate + 1e-8
    linear = tomography.nearest_state(tomography.linear_inversion(counts))
    rivals = np.array([rho, linear, *(0.999 * fit.state + 0.001 * x for x in (rho, linear, np.eye(4) / 4))])
    assert np.all(tomography.log_likelihood(rivals, counts) <= limit)


@pytest.mark.parametrize("name", list(NAMED))
def test_agrees_with_a_general_optimiser_on_a_factor(name: str, rng: np.random.Generator) -> None:
    counts = tomography.sample(NAMED[name], 300, rng)
    fit = tomography.maximum_likelihood(counts, tolerance=1e-7)

    def state(parameters: NDArray[np.float64]) -> NDArray[np.complex128]:
        factor = (parameters[:16] + 1j * parameters[16:]).reshape(4, 4)
        rho = factor @ factor.conj().T
        return rho / np.trace(rho).real

    def loss(parameters: NDArray[np.float64]) -> float:
        chances = np.einsum("skab,ba->sk", tomography.measurement_operators(), state(parameters)).real
        return -float(np.sum(counts * np.log(np.maximum(chances, 1e-300))))

    found = minimize(loss, rng.normal(size=32), method="BFGS", options={"maxiter": 2000, "gtol": 1e-4})
    # The optimiser works with numerical gradients: it comes within 1e-2 of the optimum, and never above it.
    assert -1e-6 < fit.log_likelihood + found.fun < 1e-2
    assert nv.operators.fidelity(fit.state, state(found.x)) > 1 - 1e-3


@pytest.mark.parametrize("shots", [3, 200, 1000, 10_000, 1_000_000])
def test_certificate_is_reached_at_rank_deficient_states(shots: int, rng: np.random.Generator) -> None:
    truth = np.array([SINGLET, STEADY, NAMED["product"], 0.99 * SINGLET + 0.01 * NAMED["mixed"]])
    counts = tomography.sample(np.broadcast_to(truth, (25, 4, 4, 4)), shots, rng)
    fit = tomography.maximum_likelihood(counts)
    assert fit.state.shape == (25, 4, 4, 4)
    assert fit.certificate.max() <= max(1e-4, 1e-11 * 9 * shots)
    assert np.linalg.eigvalsh(fit.state).min() > 0
    assert fit.steps < 30


def test_tables_of_a_batch_do_not_influence_each_other(rng: np.random.Generator) -> None:
    counts = np.array([tomography.sample(random_state(rng, 2, rank), 10**rank, rng) for rank in (1, 2, 3, 4)])
    together = tomography.maximum_likelihood(counts.reshape(2, 2, 9, 4))
    apart = np.array([tomography.maximum_likelihood(table).state for table in counts])
    np.testing.assert_allclose(together.state.reshape(4, 4, 4), apart, atol=1e-9)


def test_settings_can_be_chosen_and_reordered(rng: np.random.Generator) -> None:
    order = list(reversed(tomography.pauli_settings()))
    counts = tomography.sample(STEADY, 500, rng)
    fit = tomography.maximum_likelihood(counts)
    again = tomography.maximum_likelihood(counts[::-1], settings=order)
    np.testing.assert_allclose(again.state, fit.state, atol=1e-6)
    np.testing.assert_allclose(
        tomography.linear_inversion(counts[::-1], settings=order), tomography.linear_inversion(counts), atol=1e-12
    )


def test_unequal_shots_count_with_their_own_number(rng: np.random.Generator) -> None:
    # Doubling one row of a table must act as more shots of that setting, not as a change of its frequencies.
    counts = 1000 * tomography.probabilities(random_state(rng, 2, 4))
    unequal = counts * np.arange(1, 10)[:, None]
    fits = tomography.maximum_likelihood(np.array([counts, unequal]), tolerance=1e-6).state
    np.testing.assert_allclose(fits[0], fits[1], atol=1e-5)


def test_a_setting_without_shots_leaves_the_rest_to_be_used(rng: np.random.Generator) -> None:
    counts = 1000 * tomography.probabilities(random_state(rng, 2, 4))
    counts[0] = 0
    fit = tomography.maximum_likelihood(counts, tolerance=1e-6)
    np.testing.assert_allclose(1000 * tomography.probabilities(fit.state)[1:], counts[1:], atol=0.1)
    with pytest.raises(ArgumentError, match='must determine every Pauli string, but setting "XX" has no shots'):
        tomography.linear_inversion(counts)
    with pytest.raises(ArgumentError, match="but the settings XX, ZZ do not suffice"):
        tomography.linear_inversion(np.ones((2, 4)), settings=["XX", "ZZ"])


def test_log_likelihood_broadcasts_and_knows_the_impossible() -> None:
    counts = np.zeros((2, 9, 4))
    counts[0, 8, 1] = 3  # |01⟩ in setting ZZ
    counts[1, 8, 0] = 1
    values = tomography.log_likelihood(np.array([SINGLET, np.eye(4) / 4])[:, None], counts)
    np.testing.assert_allclose(values, [[3 * np.log(0.5), -np.inf], [3 * np.log(0.25), np.log(0.25)]])


@pytest.mark.parametrize("chance", [1e-14, 1e-12, 1e-7])
def test_the_rare_is_not_impossible_and_the_impossible_is_not_rare(chance: float) -> None:
    rare = np.diag([1 - chance, chance])
    assert tomography.log_likelihood(rare, [[0, 0], [0, 0], [0, 2]]) == pytest.approx(2 * np.log(chance), rel=1e-3)
    # A turn by π leaves 4e-33 of what it turns away: nobody counts that.
    half = np.cos(np.pi / 2), np.sin(np.pi / 2)
    assert half[0] ** 2 > 0
    assert tomography.log_likelihood(np.array(half), [[0, 0], [0, 0], [1, 0]]) == -np.inf


def test_rounding_makes_no_outcome_possible_and_a_rare_one_not_impossible(rng: np.random.Generator) -> None:
    """Eigenstates of X, Y and Z, turned and turned back: the outcome that they exclude comes out as ±1e−16 or so."""
    lowest = []
    for _ in range(200):
        unitary = random_unitary(rng, 2)
        for row, ket in enumerate(([1, 1], [1, 1j], [1, 0])):
            there_and_back = unitary.conj().T @ (unitary @ np.array(ket) / np.linalg.norm(ket))
            counts = np.zeros((3, 2))
            counts[row, 1] = 1
            state = nv.operators.density_matrix(there_and_back)
            lowest.append(float(tomography.log_likelihood(state, counts)))
    assert set(lowest) == {-np.inf}
    rare = nv.operators.density_matrix(np.array([np.sqrt(1 - 1e-12), 1e-6]))
    assert tomography.log_likelihood(rare, np.array([[0, 0], [0, 0], [0, 7]])) == pytest.approx(
        7 * np.log(1e-12), rel=1e-4
    )


@pytest.mark.parametrize("estimator", [tomography.linear_inversion, tomography.maximum_likelihood, tomography.estimate])
def test_tables_are_checked(estimator) -> None:
    with pytest.raises(NoKeptShotsError, match="`counts` must contain at least one shot in every table, but all of it"):
        estimator(np.zeros((9, 4)))
    with pytest.raises(ArgumentError, match=r"`counts` must have shape \(…, 9, 4\), settings × outcomes, but has"):
        estimator(np.ones((8, 4)))
    with pytest.raises(ArgumentError, match="Argument `counts` must be at least 0, but contains -1"):
        estimator(-np.ones((9, 4)))
    with pytest.raises(
        ArgumentError, match=r"Argument `readout` must have shape \(4, 4\), or .*, but has shape \(3, 3\)"
    ):
        estimator(np.ones((9, 4)), readout=np.eye(3))


def test_empty_tables_of_a_batch_are_named() -> None:
    counts = np.ones((2, 3, 9, 4))
    counts[1, 2] = 0
    with pytest.raises(NoKeptShotsError, match=r"but table \(1, 2\) has none"):
        tomography.maximum_likelihood(counts)
    with pytest.raises(ArgumentError, match=r"must contain at least one table, but has shape \(0, 9, 4\)"):
        tomography.estimate(np.ones((0, 9, 4)))


def test_other_arguments_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArgumentError, match=r"Argument `matrix` must have shape \(…, d, d\), but has shape \(2, 3\)"):
        tomography.nearest_state(np.ones((2, 3)))
    with pytest.raises(ArgumentError, match="Argument `tolerance` must be greater than 0"):
        tomography.maximum_likelihood(np.ones((9, 4)), tolerance=0.0)
    with pytest.raises(ArgumentError, match="Argument `readout` must have an inverse, but is singular"):
        tomography.linear_inversion(np.ones((3, 2)), readout=[[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(ArgumentError, match="must allow every outcome that was counted"):
        tomography.maximum_likelihood(np.ones((3, 2)), readout=[[1, 1], [0, 0]])
    monkeypatch.setattr("nvprotocol.tomography._interior_point.MAX_STEPS", 2)
    with pytest.raises(FitError, match=r"must reach a certificate of at most .*, but stopped at"):
        tomography.maximum_likelihood(tomography.sample(STEADY, 1000, seed=1))
