"""Pairs of many qubits: every pair meets all nine settings, and its table is that of its own reduced state."""

import itertools

import numpy as np
import pytest
from counting import fewest_inside
from hypothesis import given
from hypothesis import strategies as st
from strategies import SEEDS
from systems import random_state

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.errors import ArgumentError


@given(n_qubits=st.integers(2, 40))
def test_every_pair_meets_all_nine_settings(n_qubits: int) -> None:
    settings = tomography.pairwise_settings(n_qubits)
    letters = np.array([list(label) for label in settings])
    assert letters.shape == (9 + 6 * max(0, int(np.ceil(np.log(n_qubits / 4) / np.log(3) - 1e-9))), n_qubits)
    for one, two in itertools.combinations(range(n_qubits), 2):
        assert {*np.char.add(letters[:, one], letters[:, two])} == set(tomography.PAULI)


@given(seed=SEEDS, pair=st.permutations(range(3)))
def test_table_of_a_pair_is_that_of_its_reduced_state(seed: int, pair: list[int]) -> None:
    rho = random_state(np.random.default_rng(seed), 3, 3)
    first, second, other = pair
    settings = tomography.pauli_settings(3)
    table = tomography.pair_counts(tomography.probabilities(rho, settings), settings, (first, second))
    # Axis 2 − i of an array in Qiskit's order belongs to qubit i.
    axes = [2 - second, 2 - first, 2 - other]
    tensor = rho.reshape([2] * 6).transpose([*axes, *(axis + 3 for axis in axes)])
    reduced = np.trace(tensor, axis1=2, axis2=5).reshape(4, 4)
    np.testing.assert_allclose(table / 3, tomography.probabilities(reduced), atol=1e-12)


def test_all_pairs_of_five_qubits_from_one_table(rng: np.random.Generator) -> None:
    # Qubits 0 and 4 share a singlet, 1 and 2 a triplet; 3 points up.
    ket = np.zeros((2,) * 5)  # axes: qubits 4, 3, 2, 1, 0
    for bit, sign in ((0, 1), (1, -1)):
        for inner in (0, 1):
            ket[1 - bit, 0, inner, 1 - inner, bit] = sign / 2
    settings = tomography.pairwise_settings(5)
    counts = tomography.sample(ket.reshape(32), 400, rng, settings=settings)
    for pair in itertools.combinations(range(5), 2):
        result = tomography.estimate(tomography.pair_counts(counts, settings, pair))
        assert (result.interval[0] > 0.9) == (pair in {(0, 4), (1, 2)})
        assert result.counts.sum() == 400 * 15
    assert tomography.estimate(tomography.pair_counts(counts, settings, (4, 0))).fidelity("psi-") > 0.98


def test_lacking_settings_are_rows_of_zeros_and_batches_are_kept() -> None:
    counts = np.arange(2 * 2 * 8).reshape(2, 2, 8)
    table = tomography.pair_counts(counts, ("XYZ", "XXZ"), (0, 2))
    assert table.shape == (2, 9, 4)
    assert table.dtype == counts.dtype
    assert np.flatnonzero(table.sum(axis=(0, 2))).tolist() == [tomography.PAULI.index("XZ")]
    # Outcome 0 of both: bits 000 and 010 of both settings.
    assert table[0, tomography.PAULI.index("XZ"), 0] == 0 + 2 + 8 + 10


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="Argument `n_qubits` must be at least 2, but is 1"):
        tomography.pairwise_settings(1)
    for pair in ((0, 0), (0, 1, 2), "01"):
        with pytest.raises(ArgumentError, match="Argument `pair` must be two different qubits"):
            tomography.pair_counts(np.ones((1, 8)), ["XYZ"], pair)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match="Argument `pair` must be at most 2, but is 3"):
        tomography.pair_counts(np.ones((1, 8)), ["XYZ"], (0, 3))


@pytest.mark.statistical
def test_known_phases_have_three_settings(rng: np.random.Generator) -> None:
    assert tomography.u1_settings() == tomography.U1
    assert tomography.u1_settings(-np.pi) == tomography.u1_settings(0) == ("ZZ", "XX", "YY")
    with pytest.raises(ArgumentError, match="Argument `phase` must be a multiple of π/2"):
        tomography.u1_settings(1.0)
    for phase, ansatz in ((np.pi, "real X"), (-np.pi / 2, "imaginary X")):
        rho = np.diag([0.5, 0.25, 0.25, 0]).astype(complex)
        rho[1, 2] = 0.25 * np.exp(1j * phase)
        rho[2, 1] = rho[1, 2].conj()
        three = tomography.u1_settings(phase)
        copies = np.broadcast_to(rho, (100, 4, 4))
        few = tomography.estimate(tomography.sample(copies, 1500, rng, settings=three), three, ansatz=ansatz)
        five = tomography.estimate(
            tomography.sample(copies, 900, rng, settings=tomography.U1), tomography.U1, ansatz="X"
        )
        covered = np.sum((few.interval[:, 0] <= 0.5) & (few.interval[:, 1] >= 0.5))
        assert covered >= fewest_inside(100, 0.93, comparisons=2)
        assert np.diff(few.interval).mean() < 0.9 * np.diff(five.interval).mean()
        assert np.abs(few.state[:, 1, 2] * np.exp(-1j * phase)).max() < 0.3
        assert np.abs((few.state[:, 1, 2] * np.exp(-1j * phase)).imag).max() < 1e-12
    assert nv.concurrence(few.state).mean() == pytest.approx(0.5, abs=0.05)
