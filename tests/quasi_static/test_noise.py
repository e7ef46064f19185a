"""The theory under quasi-static noise: closed forms, random draws, and what noise must leave alone."""

import hypothesis.strategies as st
import numpy as np
import pytest
from counting import sigmas
from hypothesis import given, settings
from numpy.typing import NDArray
from scipy.integrate import quad
from strategies import SEEDS, pairs, states, systems
from systems import System, many

import nvprotocol as nv
from nvprotocol.errors import ArgumentError
from nvprotocol.quasi_static import QuasiStaticNoise
from nvprotocol.quasi_static.noise import unnormalised

DRAWS = 100_000
FEWER = 20_000
TIMES = np.array([0.0, 0.4, 1.5])


def standard_errors_off(found: NDArray, samples: NDArray) -> NDArray[np.float64]:
    """How far an average is from the mean of draws, in standard errors, real and imaginary parts on their own."""
    off = []
    for part in (np.real, np.imag):
        error = part(samples).std(axis=0) / np.sqrt(len(samples))
        difference = np.abs(part(found) - part(samples).mean(axis=0))
        assert np.all(difference[error < 1e-15] < 1e-10)  # what does not vary
        off.append(difference[error >= 1e-15] / error[error >= 1e-15])
    return np.concatenate(off)


@pytest.mark.parametrize("correlation", [-1.0, -0.3, 0.0, 0.6, 1.0])
@pytest.mark.parametrize("time", [0.0, 0.1, 1.0, 3.0, 10.0])
def test_a_free_pair_decays_as_gaussians(correlation: float, time: float) -> None:
    """Coherences of one qubit as exp(−(t/T2*)²); of both as exp(−σ²t²(1 ± c)), for equal T2*."""
    free, noise = nv.MasterEquation(nv.Medium.pair(a=0.0), detuning=0.7), QuasiStaticNoise(2.0, correlation)
    rho = 4 * noise.evolve(free, "++", [time])[0]
    for place, rate, turned in (((0, 1), 1, 0.7), ((0, 2), 1, -0.7), ((1, 2), 2 - 2 * correlation, -1.4)):
        wanted = np.exp(-rate * (time / 2) ** 2 + 1j * turned * time)
        assert abs(rho[place] - wanted) < 4e-12
    assert abs(rho[0, 3] - np.exp(-(2 + 2 * correlation) * (time / 2) ** 2)) < 4e-12


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_ramsey_of_the_medium_and_of_the_noise_multiply(correlation: float) -> None:
    equation, times = nv.MasterEquation(nv.Medium.pair(a=0.3, q=0.5, d=0.1)), np.linspace(0, 4, 9)
    states_ = QuasiStaticNoise([2.0, np.inf], correlation).evolve(equation, "+u", times)
    wanted = np.exp(-times / equation.medium.t2[0] - (times / 2) ** 2) / 2
    np.testing.assert_allclose(states_[:, 0, 1] + states_[:, 2, 3], wanted, atol=1e-12)


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.8])
def test_success_probability_by_integration_of_the_closed_form(correlation: float) -> None:
    """Over δ = (ξ₁ − ξ₂)/2, of variance (σ₁² + σ₂² − 2cσ₁σ₂)/4, of what Eq. 15 and its like say of each δ."""
    noise, time, gamma = QuasiStaticNoise([1.0, 2.0], correlation), 1.2, 0.9
    kept = noise.no_jump(nv.MasterEquation(nv.Medium.pair(a=1.0, A=gamma)), "ud", time)
    one, two = np.sqrt(2) / np.array([1.0, 2.0])
    sigma = np.sqrt(one**2 + two**2 - 2 * correlation * one * two) / 2

    def weighted(delta: float) -> float:
        p = nv.closed_form.success_probability(time, a=1.0, A=gamma, delta=delta)
        return float(p * np.exp(-((delta / sigma) ** 2) / 2) / np.sqrt(2 * np.pi) / sigma)

    wanted, _ = quad(weighted, -9 * sigma, 9 * sigma, points=[-gamma, gamma], limit=400, epsabs=1e-13)
    assert kept.probability[0] == pytest.approx(wanted, abs=2e-11)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("correlation", [-0.4, 0.0, 0.7])
def test_averages_against_many_draws(correlation: float) -> None:
    """Every element of evolved, jump-free and monitored states, weighted by their probability.

    Noise that is 5 % too strong is noticed.
    """
    noise = QuasiStaticNoise([1.3, 2.1], correlation)
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.2, d=0.1, J=0.3), detuning=0.4)
    drawn = equation.shifted(noise.draw(2, FEWER, seed=11))
    off = []
    for initial in ("ud", "+l"):
        samples = unnormalised(drawn.monitored(initial, [1.5], 0.25))
        off.append(standard_errors_off(unnormalised(noise.monitored(equation, initial, [1.5], 0.25)), samples))
        samples = unnormalised(drawn.no_jump(initial, [0.6]))
        off.append(standard_errors_off(unnormalised(noise.no_jump(equation, initial, [0.6])), samples))
        samples = drawn.evolve(initial, [0.9])
        off.append(standard_errors_off(noise.evolve(equation, initial, [0.9]), samples))
    every = np.concatenate(off)
    assert np.all(every < sigmas(every.size))


@given(pairs(), SEEDS, st.floats(0.2, 5.0))
def test_a_common_field_leaves_every_state_within_one_number_of_excitations_alone(
    system: System, seed: int, t2_star: float
) -> None:
    noise = QuasiStaticNoise(t2_star, correlation=1.0)
    rng = np.random.default_rng(seed)
    ket = np.zeros(4, dtype=complex)
    ket[1:3] = rng.normal(size=2) + 1j * rng.normal(size=2)
    ket /= np.linalg.norm(ket)
    np.testing.assert_allclose(
        noise.evolve(system.equation, ket, TIMES), system.equation.evolve(ket, TIMES), atol=1e-13
    )
    for found, wanted in (
        (noise.no_jump(system.equation, ket, TIMES), system.equation.no_jump(ket, TIMES)),
        (noise.monitored(system.equation, ket, TIMES, 0.2), system.equation.monitored(ket, TIMES, 0.2)),
    ):
        np.testing.assert_allclose(found.probability, wanted.probability, rtol=1e-9, atol=1e-13)
        np.testing.assert_allclose(unnormalised(found), unnormalised(wanted), atol=1e-12)


@given(pairs(), states(), st.floats(-1, 1))
def test_no_noise_changes_nothing_bit_by_bit(system: System, rho: NDArray, correlation: float) -> None:
    endless = QuasiStaticNoise([np.inf, np.inf], correlation)
    np.testing.assert_array_equal(
        endless.evolve(system.equation, rho, TIMES), system.equation.shifted([0.0, 0.0]).evolve(rho, TIMES)
    )
    np.testing.assert_array_equal(system.equation.shifted([0.0, 0.0]).splittings, system.equation.splittings)


@given(systems(), SEEDS)
def test_averages_are_states_and_decohere(system: System, seed: int) -> None:
    """For up to three qubits: positive, of trace 1, and of populations of a medium that couples nothing unchanged."""
    rng, n = np.random.default_rng(seed), system.n_qubits
    noise = QuasiStaticNoise(rng.uniform(1.5, 5.0, n), rng.uniform(-1 / max(n - 1, 1), 1))
    initial = rng.normal(size=2**n) + 1j * rng.normal(size=2**n)
    initial /= np.linalg.norm(initial)
    rho = noise.evolve(system.equation, initial, [0.3])[0]
    assert np.trace(rho) == pytest.approx(1, abs=1e-12)
    assert np.linalg.eigvalsh(rho)[0] > -1e-12
    still = nv.MasterEquation(nv.Medium(relaxation=np.zeros((n, n))))
    dephased = noise.evolve(still, initial, [0.7])[0]
    before = np.outer(initial, initial.conj())
    signs = 1 - 2 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)  # σᶻ of each basis state
    half = (signs[:, None] - signs) / 2
    phases = np.einsum("abi,ij,abj->ab", half, noise.covariance(n), half)
    np.testing.assert_allclose(dephased, before * np.exp(-phases * 0.49 / 2), atol=1e-11)


@pytest.mark.slow
@settings(max_examples=10)
@given(SEEDS)
def test_three_qubits_against_nodes_of_another_kind(seed: int) -> None:
    """A grid of Gauss–Hermite nodes along other directions, of 14³ nodes, on every rate and coupling there is."""
    rng = np.random.default_rng(seed)
    system = many(rng, 3)
    noise = QuasiStaticNoise(rng.uniform(2.0, 4.0, 3), rng.uniform(-0.5, 1))
    values, vectors = np.linalg.eigh(noise.covariance(3))
    turned = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    root = vectors * np.sqrt(np.clip(values, 0, None)) @ turned
    x, w = np.polynomial.hermite_e.hermegauss(14)
    w /= w.sum()
    grid = np.stack(np.meshgrid(x, x, x, indexing="ij"), axis=-1).reshape(-1, 3)
    weights = np.einsum("i,j,k->ijk", w, w, w).ravel()
    several = system.equation.shifted(grid @ root.T).evolve("+r-", [0.25])
    wanted = np.tensordot(weights, several, axes=1)
    np.testing.assert_allclose(noise.evolve(system.equation, "+r-", [0.25]), wanted, atol=1e-9)


def test_qubits_of_a_squeezing_medium_feel_a_common_field() -> None:
    """Blocks between σ⁻ and σ⁻ know the sum of the detunings; there a common field decoheres also from |↑↑⟩."""
    medium = nv.Medium.pair(a=1.0, q=0.5, M=0.4)
    equation = nv.MasterEquation(medium)
    noise = QuasiStaticNoise(0.7, correlation=1.0)
    average = noise.evolve(equation, "uu", [1.5])
    assert np.abs(average - equation.evolve("uu", [1.5])).max() > 0.01
    drawn = equation.shifted(noise.draw(2, DRAWS, seed=3)).evolve("uu", [1.5])
    assert np.all(standard_errors_off(average, drawn) < 3)


def test_everything_broadcasts() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0], A=0.9), [[0.0], [0.5], [1.0]])  # (3, 2)
    noise = QuasiStaticNoise(np.array([[1.0, 2.0], [3.0, np.inf]]), [0.0, 0.5])  # (2,)
    kept = noise.monitored(equation, "ud", [0.5, 1.0], 0.5)
    assert kept.states.shape == (3, 2, 2, 4, 4)
    for i, j in np.ndindex(3, 2):
        alone = QuasiStaticNoise(np.asarray(noise.t2_star_us)[j], np.asarray(noise.correlation)[j])
        one = nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0][j], A=0.9), [0.0, 0.5, 1.0][i])
        wanted = alone.monitored(one, "ud", [0.5, 1.0], 0.5)
        np.testing.assert_allclose(kept.states[i, j], wanted.states, atol=1e-11)
        np.testing.assert_allclose(kept.probability[i, j], wanted.probability, atol=1e-11)
    initial = np.broadcast_to(nv.operators.density_matrix("+u"), (5, 1, 1, 4, 4))
    assert noise.evolve(equation, initial, 0.5).shape == (5, 3, 2, 1, 4, 4)
    alone = QuasiStaticNoise(1.0).evolve(nv.MasterEquation(nv.Medium.pair()), initial, [0.5, 0.7])
    assert alone.shape == (5, 1, 1, 2, 4, 4)


def test_long_after_all_has_dephased() -> None:
    """A thousand times T2*: some thousand nodes, of which none may come back in phase with another."""
    equation = nv.MasterEquation(nv.Medium.pair(a=1e-3, A=0.9e-3))
    kept = QuasiStaticNoise(1.0).monitored(equation, "ud", [1000.0], period=20.0)
    incoherent = (np.exp(-2 * 1e-3 * 1000)) * np.diag([0, 0, 1, 0])
    assert np.abs(unnormalised(kept)[0] - incoherent).max() < 2e-3
    free = QuasiStaticNoise(1.0).evolve(nv.MasterEquation(nv.Medium.pair(a=0.0)), "+u", [30.0])[0]
    assert abs(free[0, 1]) < 1e-12


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 1.0])
def test_draws_have_the_covariance(correlation: float) -> None:
    noise = QuasiStaticNoise([1.0, 2.0, np.inf], correlation)
    drawn = noise.draw(3, DRAWS, seed=5)
    assert not drawn[:, 2].any()
    np.testing.assert_allclose(np.cov(drawn.T), noise.covariance(3), atol=0.03)
    np.testing.assert_array_equal(drawn, noise.draw(3, DRAWS, seed=5))
    assert QuasiStaticNoise(np.ones((4, 3))).draw(3, 7, seed=1).shape == (7, 4, 3)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"t2_star_us": 0.0}, "`t2_star_us` must be at least 1e-100 us, but contains 0"),
        ({"t2_star_us": -np.inf}, "`t2_star_us` must be finite"),
        ({"t2_star_us": [1.0, np.nan]}, "`t2_star_us` must be finite"),
        ({"t2_star_us": "5 us"}, "`t2_star_us` must be numeric"),
        ({"t2_star_us": 1.0 + 1j}, "`t2_star_us` must be real"),
        ({"t2_star_us": 1.0, "correlation": 1.5}, "`correlation` must be between -1 and 1, but is 1.5"),
    ],
)
def test_noise_that_is_none_is_refused(given_: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        QuasiStaticNoise(**given_)


def test_what_does_not_fit_the_qubits_is_refused() -> None:
    three = nv.MasterEquation(nv.Medium(relaxation=np.eye(3)))
    with pytest.raises(ArgumentError, match=r"`t2_star_us` must be a number or have shape \(…, 3\)"):
        QuasiStaticNoise([1.0, 2.0]).evolve(three, "udu", 1.0)
    with pytest.raises(ArgumentError, match=r"`correlation` must be at least -1/\(N − 1\) = -0.5 for N = 3 qubits"):
        QuasiStaticNoise(1.0, -0.6).evolve(three, "udu", 1.0)
    with pytest.raises(ArgumentError, match="`equation` must be a MasterEquation"):
        QuasiStaticNoise(1.0).evolve("ud", "ud", 1.0)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match=r"`by` must have shape \(…, 3\)"):
        three.shifted([1.0, 2.0])


@given(systems(), SEEDS)
def test_shifts_add_to_the_splittings(system: System, seed: int) -> None:
    """Also to those of a driven equation, and to those about a mean of an axial medium."""
    by = np.random.default_rng(seed).normal(size=(2, system.n_qubits))
    driven = nv.MasterEquation(system.equation.medium, system.equation.detuning, drive=0.3, offset=0.2)
    for equation in (system.equation, driven):
        shifted = equation.shifted(by)
        np.testing.assert_allclose(shifted.splittings, equation.splittings + by, atol=1e-13)
        again = shifted.shifted(-by)
        np.testing.assert_allclose(again.hamiltonian, np.stack([equation.hamiltonian] * 2), atol=1e-13)
        np.testing.assert_allclose(shifted.driven(0.1).splittings, shifted.splittings, atol=1e-13)
