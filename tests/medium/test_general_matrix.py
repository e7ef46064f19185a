"""The whole coefficient matrix of a medium, its symmetry, and the dark states of N qubits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from squeezed import squeezed
from strategies import SEEDS
from systems import positive

import nvprotocol as nv


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 3))
def test_a_matrix_comes_back(seed: int, n_qubits: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = positive(rng, 3 * n_qubits), positive(rng, 3 * n_qubits)
    one, other = nv.Medium.from_matrix(first), nv.Medium.from_matrix(second)
    np.testing.assert_allclose(one.matrix, first, rtol=0, atol=1e-14 * np.abs(first).max())
    np.testing.assert_allclose((one + other).matrix, first + second, rtol=0, atol=1e-14)
    batch = nv.Medium.from_matrix([first, second])
    assert batch.batch_shape == (2,)
    np.testing.assert_array_equal(batch[1].matrix, other.matrix)
    np.testing.assert_array_equal(nv.Medium(**batch.blocks).matrix, batch.matrix)


def test_an_axial_matrix_is_made_of_its_blocks() -> None:
    medium = nv.Medium.pair(a=1.0, A=0.5j, q=0.2, d=0.3, D=0.1)
    whole = medium.matrix
    for k, name in enumerate(("excitation", "relaxation", "dephasing")):
        np.testing.assert_array_equal(whole[2 * k : 2 * k + 2, 2 * k : 2 * k + 2], getattr(medium, name))
    assert not np.any(medium.cross)
    again = nv.Medium.from_matrix(whole, flip_flop=medium.flip_flop)
    assert again.symmetry == medium.symmetry == "U(1)"


@pytest.mark.parametrize(
    ("medium", "symmetry", "shown"),
    [
        (nv.Medium.pair(), "U(1)", "symmetry   U(1): axial about z"),
        (squeezed(0.3), "parity", "symmetry   parity of the number of excitations"),
        (nv.Medium.from_matrix(np.ones((6, 6))), "none", "symmetry   none"),
    ],
)
def test_a_medium_says_its_symmetry(medium: nv.Medium, symmetry: str, shown: str) -> None:
    assert medium.symmetry == symmetry
    assert shown in str(medium)
    assert ("σ⁻–σ⁺" in str(medium)) == (symmetry != "U(1)")
    assert ("σ⁺–σᶻ" in str(medium)) == (symmetry == "none")


@pytest.mark.parametrize("n_qubits", range(1, 8))
def test_dark_states_of_collective_decay(n_qubits: int) -> None:
    """As many as lowest states of spins: the binomial coefficient of N over ⌊N/2⌋."""
    dark = nv.Medium(relaxation=np.ones((n_qubits, n_qubits))).dark_subspace
    assert dark.dimension == math.comb(n_qubits, n_qubits // 2)
    lowering = sum(nv.operators.sigma_plus(k, n_qubits) for k in range(n_qubits))
    assert np.abs(lowering @ dark.basis).max() < 1e-12
    np.testing.assert_allclose(dark.basis.conj().T @ dark.basis, np.eye(dark.dimension), atol=1e-12)


@settings(max_examples=25)
@given(SEEDS, st.integers(2, 3), st.integers(0, 2))
def test_dark_states_do_not_change(seed: int, n_qubits: int, modes: int) -> None:
    """𝓛 of a dark state, and of a superposition within one part, is at most the turn that its energy makes."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(modes, n_qubits)) + 1j * rng.normal(size=(modes, n_qubits))
    relaxation = sum((np.outer(v, v.conj()) for v in vectors), np.zeros((n_qubits, n_qubits)))
    collective = rng.integers(0, 2) * 0.3 * np.ones((n_qubits, n_qubits))
    medium = nv.Medium(relaxation=relaxation, dephasing=collective)
    equation = nv.MasterEquation(medium)
    dark = medium.dark_subspace
    assert dark.dimension >= 1  # |↑…↑⟩
    for part in dark.parts:
        if part.shape[1]:
            ket = part @ (rng.normal(size=part.shape[1]) + 1j * rng.normal(size=part.shape[1]))
            ket /= np.linalg.norm(ket)
            change = nv.operators.unvec(equation.liouvillian @ nv.operators.vec(np.outer(ket, ket.conj())))
            assert np.abs(change).max() < 1e-7


def test_the_couplings_leave_fewer_dark_states() -> None:
    off = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    collective = nv.Medium(relaxation=np.ones((3, 3)))
    assert collective.dark_subspace.dimension == 3
    coupled = nv.Medium(relaxation=np.ones((3, 3)), flip_flop=0.5 * off).dark_subspace
    assert coupled.dimension == 2  # |uuu⟩ and the singlet of the coupled two
    assert coupled.most_entangled((0, 1))[0] == pytest.approx(1.0, abs=1e-9)
    assert coupled.most_entangled((0, 2))[0] == pytest.approx(0.0, abs=1e-6)


def test_the_most_entangled_dark_state_is_one() -> None:
    dark = nv.Medium(relaxation=np.ones((3, 3))).dark_subspace
    concurrence, ket = dark.most_entangled((0, 2))
    assert concurrence == pytest.approx(1.0, abs=1e-9)
    assert np.linalg.norm(dark.basis.conj().T @ ket) == pytest.approx(1.0, abs=1e-12)
    assert str(dark) == "3 dark states of 3 qubits"
    assert str(nv.Medium(relaxation=np.ones((1, 1)), excitation=[[1.0]]).dark_subspace) == "no dark states of 1 qubit"


@pytest.mark.parametrize("qubits", [(0, 0), (0, 3), (0,), "ab", (0, -1)])
def test_bad_pairs_are_refused(qubits: object) -> None:
    dark = nv.Medium(relaxation=np.ones((3, 3))).dark_subspace
    with pytest.raises(nv.errors.ArgumentError, match="`qubits` must"):
        dark.most_entangled(qubits)  # pyright: ignore[reportArgumentType]
    nothing = nv.Medium(relaxation=np.ones((2, 2)), excitation=np.eye(2)).dark_subspace
    with pytest.raises(nv.errors.ArgumentError, match="`medium` must have a dark state, but has none"):
        nothing.most_entangled((0, 1))


def test_jumps_of_equal_rate_do_not_mix() -> None:
    """Kinds that no block of h connects are diagonalised apart: dephasing at the rate of squeezed jumps stays so."""
    reservoir = squeezed(0.8)
    rate = np.linalg.eigvalsh(reservoir.matrix)[-1]
    both = nv.MasterEquation(reservoir + nv.Medium(relaxation=np.zeros((2, 2)), dephasing=rate * np.eye(2)))
    acting = [jump for jump in both.jump_operators if np.abs(jump).max() > 1e-6]
    diagonal = [np.array_equal(jump, np.diag(jump.diagonal())) for jump in acting]
    assert diagonal == [False, False, True, True]
