"""Settings that leave the state open: what they fix has its interval, and only that is printed as a number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq
from strategies import SEEDS, states
from two_qubit_states import SINGLET, werner

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.errors import ArgumentError
from nvprotocol.operators import bell_state, density_matrix
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._pauli_vectors import to_vector
from nvprotocol.tomography._profile_likelihood import (
    highest_where_undetermined,
    linear_limits,
    lowest_concurrence,
    separable_loss,
)

THREE = ("XX", "YY", "ZZ")
SUBSETS = st.lists(st.sampled_from(tomography.PAULI), min_size=1, max_size=8, unique=True)


def binomial_loss(share: float, other: float, shots: int) -> float:
    """Loss of log-likelihood of `shots` with this share, at another probability."""
    return shots * (share * np.log(share / other) + (1 - share) * np.log((1 - share) / (1 - other)))


def end(share: float, shots: int, drop: float, limit: float) -> float:
    """The probability between the share and a limit at which the loss is the drop."""
    low, high = sorted((share, limit))
    found = brentq(lambda other: binomial_loss(share, other, shots) - drop, low, high)
    return float(np.real(np.asarray(found)))


@pytest.mark.parametrize(("p", "shots"), [(0.6, 200), (0.9, 10_000)])
def test_xx_yy_zz_give_the_ends_of_all_nine_for_werner_states(p: float, shots: int) -> None:
    # The other six settings are flat for all Werner states, and the optimum is one of them (it can be twirled).
    three, nine = (
        fitted(shots * tomography.probabilities(werner(p), labels), labels, None, "full", tolerance=1e-7).fits
        for labels in (THREE, tomography.PAULI)
    )
    assert separable_loss(three) == pytest.approx(separable_loss(nine), abs=5e-3)
    drop = np.array([min(3.0, float(separable_loss(nine)[0]) / 2)])
    ends = [lowest_concurrence(fits, drop, separable_loss(fits)) for fits in (three, nine)]
    assert ends[0] == pytest.approx(ends[1], abs=2e-4)
    for name in ("psi-", "phi+"):
        target = to_vector(density_matrix(bell_state(name)))
        np.testing.assert_allclose(linear_limits(three, target, drop), linear_limits(nine, target, drop), atol=2e-4)


@pytest.mark.parametrize("correlation", [0.6, 0.8, 0.95])
def test_two_settings_certify_what_their_correlations_do(correlation: float) -> None:
    # min C over all states with these ⟨XX⟩ and ⟨ZZ⟩ is |⟨XX⟩| + |⟨ZZ⟩| − 1: a Bell-diagonal state reaches it, and the
    # fidelity with the singlet is at least (|⟨XX⟩| + |⟨ZZ⟩|)/2. The drop is small, so this is the end nearly.
    labels, shots = ("XX", "ZZ"), 10**6
    counts = shots * tomography.probabilities(werner(correlation), labels)
    this = fitted(counts, labels, None, "full", tolerance=1e-6)
    drop = np.array([0.1])
    low = float(lowest_concurrence(this.fits, drop, separable_loss(this.fits))[0])
    slack = 2 * np.sqrt(2 * 0.1 / shots)
    assert 2 * correlation - 1 - 2 * slack < low < 2 * correlation - 1 + 1e-4
    assert tomography.concurrence_bound(counts, settings=labels) > 2 * correlation - 1 - 0.02
    low, high = tomography.fidelity_interval(counts, "psi-", settings=labels)
    assert correlation - 0.005 < low < correlation
    # All of F = (1 − ⟨XX⟩ − ⟨YY⟩ − ⟨ZZ⟩)/4 up to ⟨YY⟩ = −1 is allowed, but ⟨YY⟩ ≥ ⟨XX⟩ + ⟨ZZ⟩ − 1 … holds too.
    assert high == pytest.approx((1 + correlation) / 2, abs=0.005)


def test_zz_alone_bounds_the_fidelity_and_leaves_the_concurrence() -> None:
    shots, share = 1000, 0.9  # of 01 and 10
    counts = np.array([[0.05, 0.45, 0.45, 0.05]]) * shots
    this = fitted(counts, ("ZZ",), None, "full")
    drop = 3.0
    low, high = linear_limits(this.fits, to_vector(SINGLET), np.array([drop]))
    assert low == pytest.approx(0, abs=1e-6)
    assert high == pytest.approx(end(share, shots, drop, 1 - 1e-9), abs=1e-4)
    assert separable_loss(this.fits) == 0
    interval = tomography.concurrence_interval(counts, settings=("ZZ",))
    assert (interval.low, interval.high) == (0, 1)
    assert np.isnan(interval.standard_error)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 0.97])
def test_the_highest_concurrence_of_given_populations(share: float) -> None:
    # Of all states with given populations the pure one with C = 2√(p₀₁p₁₀) + 2√(p₀₀p₁₁) has the most.
    populations = np.array([0.7 * (1 - share), 0.4 * share, 0.6 * share, 0.3 * (1 - share)])
    this = fitted(1e7 * populations[None], ("ZZ",), None, "full", tolerance=1e-5)
    exact = 2 * np.sqrt(populations[0] * populations[3]) + 2 * np.sqrt(populations[1] * populations[2])
    assert highest_where_undetermined(this.fits, np.array([0.1])) == pytest.approx(exact, abs=2e-3)


@pytest.mark.slow
@settings(max_examples=10)
@given(rho=states(), seed=SEEDS, labels=SUBSETS, readout=st.sampled_from([None, 0.04]))
def test_any_settings_agree_on_entanglement(
    rho: NDArray[np.complex128], seed: int, labels: list[str], readout: float | None
) -> None:
    flips = None if readout is None else np.array([[1 - readout, readout], [readout, 1 - readout]])
    mixed = 0.7 * SINGLET + 0.3 * rho
    counts = tomography.sample(
        mixed, 200, seed, settings=labels, readout=None if flips is None else np.kron(flips, flips)
    )
    known = {"settings": labels, "readout": flips}
    p, bound = tomography.separable_p_value(counts, **known), tomography.concurrence_bound(counts, **known, level=0.95)
    low, high, _ = tomography.concurrence_interval(counts, **known)
    assert low == bound
    assert (low > 0) == (p < 0.05)
    assert 0 <= low <= high <= 1
    down, up = tomography.fidelity_interval(counts, "psi-", **known)
    assert 0 <= down <= up <= 1
    assert low <= max(2 * up - 1, 0) or high > 2 * down - 1  # C ≥ 2F − 1


@given(seed=SEEDS, labels=SUBSETS, n_strings=st.integers(1, 4))
def test_what_is_determined(seed: int, labels: list[str], n_strings: int) -> None:
    rng = np.random.default_rng(seed)
    measured = nv.tomography.measurement_operators(labels).reshape(-1, 4, 4)
    inside = np.tensordot(rng.normal(size=len(measured)), measured, 1)
    assert tomography.determines(labels, inside)
    strings = np.array([np.kron(*pair) for pair in rng.choice(PAULIS, size=(n_strings, 2))])
    same = np.einsum("kij,sji->ks", measured, strings).any(axis=0)  # a string is an eigenoperator of all or none
    np.testing.assert_array_equal(tomography.determines(labels, strings), same)


PAULIS = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def test_what_is_determined_within_an_ansatz() -> None:
    assert tomography.determines(THREE, "psi-")
    assert not tomography.determines(["XX", "ZZ"], "psi-")
    assert tomography.determines(["XX", "ZZ"], "psi-", ansatz="X")  # where ⟨XX⟩ = ⟨YY⟩
    assert tomography.determines(tomography.pauli_settings(3), np.eye(8)[None]).tolist() == [True]
    with pytest.raises(ArgumentError, match=r"`operator` must have shape \(…, 4, 4\) to fit the settings, but has"):
        tomography.determines(["XX"], np.eye(2))
    with pytest.raises(ArgumentError, match="`operator` must be Hermitian, but is not"):
        tomography.determines(["XX"], np.eye(4, k=1))
    with pytest.raises(ArgumentError, match='`ansatz` must be one of "full", but is "X"'):
        tomography.determines(["X"], "u", ansatz="X")


@pytest.mark.slow
def test_functions_that_open_settings_fix_or_leave() -> None:
    counts = tomography.sample(np.array([SINGLET, werner(0.5)]), 300, seed=4, settings=THREE)
    found = tomography.function_interval(
        counts, lambda rho: np.einsum("ij,nji->n", SINGLET, rho).real, settings=THREE, bounds=(0, 1)
    )
    ends = tomography.fidelity_interval(counts, SINGLET, settings=THREE)
    np.testing.assert_allclose((found.low, found.high), ends, atol=1e-3)
    # C vanishes at all starts here, which says nothing of the rest.
    flat = tomography.sample(werner(0.4), 200, seed=1, settings=["ZZ", "XY"])
    assert tomography.concurrence_interval(flat, settings=["ZZ", "XY"]).high == pytest.approx(1, abs=0.01)
    low, _, high = tomography.function_interval(flat, nv.concurrence, settings=["ZZ", "XY"], bounds=(0, 1))
    assert low == 0
    assert high > 0.99


def test_an_unmeasured_string_among_nine() -> None:
    counts = tomography.sample(np.array([SINGLET, SINGLET]), 1000, seed=2)
    counts[1, 0] = 0
    interval = tomography.concurrence_interval(counts)
    # Eight settings still fix the singlet, as no other state has ⟨YY⟩ = ⟨ZZ⟩ = −1.
    assert interval.low.min() > 0.9
    assert np.isnan(interval.standard_error).tolist() == [False, True]
    text = str(tomography.estimate(counts[1]))
    assert text.startswith(f"Concurrence not determined by these settings, 95 % interval {interval.low[1]:.4f} to ")


@pytest.mark.slow
@pytest.mark.parametrize("p", [0.9, 0.5])
def test_intervals_of_three_settings_cover(p: float, rng: np.random.Generator) -> None:
    tables, rho = 60, p * SINGLET + (1 - p) * density_matrix("uu")  # C = F = p
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), 200, rng, settings=THREE)
    low, high, _ = tomography.concurrence_interval(counts[:30], settings=THREE)
    down, up = tomography.fidelity_interval(counts, "psi-", settings=THREE)
    least = 0.95 - 5 * np.sqrt(0.95 * 0.05 / 30)
    assert np.mean((low <= p) & (p <= high)) > least
    assert np.mean((down <= p) & (p <= up)) > least
    assert np.mean(up - down) < 0.2
