"""Limits up to the most shots that are accepted, where rounding hides differences of log-likelihood."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from two_qubit_states import purity

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol._checks import MOST_SHOTS
from nvprotocol.operators import density_matrix
from nvprotocol.tomography import _profile_likelihood
from nvprotocol.tomography._fits import fitted

Complex = NDArray[np.complex128]
LEVEL = 1 - 1e-7
"""Every limit of every table may miss: at this level none should."""


def pure(*amplitudes: complex) -> Complex:
    ket = np.array(amplitudes, dtype=complex) / np.linalg.norm(amplitudes)
    return np.asarray(np.outer(ket, ket.conj()), dtype=complex)


def states() -> dict[str, Complex]:
    """Every rank, and all the edges of state space: pure, product, separable of rank 2, entangled a little."""
    rng, mixed = np.random.default_rng(5), np.eye(4, dtype=complex) / 4
    found = {label: density_matrix(label, 2) for label in ("psi-", "phi+", "uu", "ud")}
    found["turned"] = pure(*(rng.normal(size=4) + 1j * rng.normal(size=4)))
    found["nearly a product"] = pure(1, 0, 0, 1e-3)
    found["turned product"] = pure(*np.kron([2, 1], [1, 1j]))
    found["separable of rank 2"] = (found["uu"] + density_matrix("dd", 2)) / 2
    found["dephased"] = 0.98 * found["psi-"] + 0.02 * density_matrix("psi+", 2)
    found["Werner"], found["mixed"] = 0.5 * found["psi-"] + 0.5 * mixed, np.asarray(mixed, dtype=complex)
    for rank in (2, 3, 4):
        root = rng.normal(size=(4, rank)) + 1j * rng.normal(size=(4, rank))
        found[f"rank {rank}"] = root @ root.conj().T / np.linalg.norm(root) ** 2
    return found


NAMES, STATES = list(states()), np.array(list(states().values()))
TARGETS = ("psi-", "phi+", "uu")
SHOTS = [10**3, 10**6, 10**8, 10**10, MOST_SHOTS]
CONCURRENCES = nv.concurrence(STATES)


def limits(shots: int | Sequence[int], flips: float) -> NDArray[np.float64]:
    """Checked limits of the concurrence, the purity and three fidelities, shape (5, 2, states)."""
    readout = np.array([[1 - flips, flips], [flips, 1 - flips]])
    counts = tomography.sample(STATES, shots, seed=7, readout=readout)
    interval = tomography.concurrence_interval(counts, readout=readout, level=LEVEL)
    p, bound = (each(counts, readout=readout) for each in (tomography.separable_p_value, tomography.concurrence_bound))
    assert np.array_equal(bound > 0, p < 0.01)
    assert np.all(bound <= CONCURRENCES + 1e-3 * (CONCURRENCES > 0.99))
    assert np.all(p[CONCURRENCES > 0.1] < 1e-10)
    ends, truth = [(interval.low, interval.high)], [CONCURRENCES]
    low, value, high = tomography.function_interval(counts, purity, readout=readout, level=LEVEL)
    assert np.all((low <= value) & (value <= high))
    ends.append((low, high))
    truth.append(np.where([name == "mixed" for name in NAMES], value, purity(STATES)))  # there noise can only add
    for target in TARGETS:
        ends.append(tomography.fidelity_interval(counts, target, readout=readout, level=LEVEL))
        truth.append(np.einsum("nij,ji->n", STATES, density_matrix(target, 2)).real)
    found = np.array(ends)
    assert np.all(found[:, 0] <= np.array(truth) + 1e-9)
    assert np.all(found[:, 1] >= np.array(truth) - 1e-9)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("flips", [0.0, 0.05])
def test_limits_hold_the_truth_and_close_in_up_to_the_most_shots(flips: float) -> None:
    widths = np.array([np.diff(limits(shots, flips), axis=1)[:, 0] for shots in SHOTS])
    assert np.all(widths[0] < 0.6)
    assert np.all(widths[1:] < 0.05)
    assert np.all(widths[2:] < 0.01)
    # An end near 0 or 1 has widths that scatter, and an end found with fewer shots stays as wide as these allow.
    assert np.all(widths[1] < widths[0] / 2 + 1e-3)
    assert np.all(widths[2:] < widths[1] + 1e-4)
    assert np.all(np.median(widths[1:], axis=(1, 2)) < 1.1 * np.median(widths[:-1], axis=(1, 2)))


@pytest.mark.slow
def test_one_setting_with_a_million_times_the_shots_of_the_others() -> None:
    found = limits([10**9, *[10**3] * 8], 0.0)
    assert np.all(np.diff(found, axis=1) < 0.6)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rank=st.integers(1, 4),
    sizes=st.lists(st.floats(3, 12), min_size=9, max_size=9),
    flips=st.sampled_from([0.0, 0.03]),
)
def test_any_state_and_any_shots(seed: int, rank: int, sizes: list[float], flips: float) -> None:
    rng, readout = np.random.default_rng(seed), np.array([[1 - flips, flips], [flips, 1 - flips]])
    root = rng.normal(size=(4, rank)) + 1j * rng.normal(size=(4, rank))
    rho, shots = root @ root.conj().T / np.linalg.norm(root) ** 2, [int(10**size) for size in sizes]
    counts = tomography.sample(rho, shots, rng, readout=readout)
    interval = tomography.concurrence_interval(counts, readout=readout, level=LEVEL)
    assert interval.low <= nv.concurrence(rho) <= interval.high + 1e-9
    assert interval.high - interval.low < 0.95
    low, high = tomography.fidelity_interval(counts, "psi-", readout=readout, level=LEVEL)
    assert low - 1e-9 <= nv.operators.fidelity(rho, "psi-") <= high + 1e-9
    assert high - low < 0.7
    p, bound = (each(counts, readout=readout) for each in (tomography.separable_p_value, tomography.concurrence_bound))
    assert (bound > 0) == (p < 0.01)


@pytest.mark.parametrize("shots", [[10**6] * 9, [10**6, *[10**4] * 8]])
@pytest.mark.parametrize("most", [10**7, 10**5, 10**3])
def test_fewer_shots_allow_more(shots: list[int], most: int, rng: np.random.Generator) -> None:
    fits = fitted(tomography.sample(STATES, shots, rng), None, None, "full").fits
    fewer = fits.capped(np.full(len(STATES), float(most)))
    table, before = (each.counts.reshape(-1, 9, 4) for each in (fewer, fits))
    assert np.allclose(table.sum(axis=2), np.minimum(shots, most), rtol=1e-12)
    assert np.allclose(table / table.sum(axis=2, keepdims=True), before / before.sum(axis=2, keepdims=True), rtol=1e-12)
    refitted = fitted(table, None, None, "full").fits
    assert np.all(fewer.log_likelihood <= refitted.log_likelihood + 1e-3)
    if len(set(shots)) == 1:  # the same likelihood with less weight
        assert np.allclose(fewer.log_likelihood, refitted.log_likelihood, atol=1e-3)
        assert np.allclose(fewer.log_likelihood, fits.log_likelihood * min(1, most / shots[0]), rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("fails_above", [10**5, 0])
def test_searches_that_fail(fails_above: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """They go on with fewer shots, and a limit that none finds is left open."""
    counts = tomography.sample(STATES[:1], 10**6, seed=3)
    before = tomography.fidelity_interval(counts, "psi-")
    solve = _profile_likelihood.constrained_maximum

    def fails(some: NDArray[np.float64], *args, **named) -> _profile_likelihood.Optimum:
        optimum = solve(some, *args, **named)
        return optimum._replace(solved=optimum.solved & (some.sum(axis=1) < 9 * fails_above))

    monkeypatch.setattr(_profile_likelihood, "constrained_maximum", fails)
    monkeypatch.setattr("nvprotocol.tomography._function_limits.constrained_maximum", fails)
    ends = [tomography.fidelity_interval(counts, "psi-"), tomography.concurrence_interval(counts)[:2]]
    low, _, high = tomography.function_interval(counts, purity, bounds=(0.25, 1))
    p, bound = tomography.separable_p_value(counts), tomography.concurrence_bound(counts)
    if fails_above:
        assert np.all(np.array(ends)[:, 0] > 0.99)
        assert ends[0][0] < before[0]
        assert 0.99 < low < high <= 1
        assert p < 1e-10
        assert bound > 0.99
    else:
        assert np.array_equal(np.array(ends)[..., 0], [[0, 1], [0, 1]])
        assert (low, high) == (0.25, 1)
        assert (p, bound) == (1, 0)
