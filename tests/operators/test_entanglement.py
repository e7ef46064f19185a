"""Concurrence and entanglement of formation: closed forms, invariance, an independent implementation."""

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from qiskit.quantum_info import DensityMatrix
from qiskit.quantum_info import concurrence as qiskit_concurrence
from qiskit.quantum_info import entanglement_of_formation as qiskit_formation
from strategies import SEEDS, SHARES, kets, states
from systems import random_state, random_unitary

import nvprotocol as nv
from nvprotocol.entanglement import eof_of_concurrence, signed_concurrence
from nvprotocol.errors import ArgumentError

BELL = ("psi-", "psi+", "phi-", "phi+")


def pure(ket: NDArray) -> NDArray[np.complex128]:
    return np.outer(ket, ket.conj())


def concurrence_of_ket(ket: NDArray) -> float:
    """2|αδ − βγ| of α|00⟩ + β|01⟩ + γ|10⟩ + δ|11⟩."""
    return float(2 * abs(ket[0] * ket[3] - ket[1] * ket[2]))


@st.composite
def x_states(draw: st.DrawFn) -> NDArray[np.complex128]:
    """States with elements on the two diagonals only, of random phases."""
    rng = np.random.default_rng(draw(SEEDS))
    populations = rng.dirichlet(np.ones(4))
    rho = np.diag(populations).astype(complex)
    for i, j in ((0, 3), (1, 2)):
        phase = np.exp(2j * np.pi * rng.random())
        rho[i, j] = draw(SHARES) * np.sqrt(populations[i] * populations[j]) * phase
        rho[j, i] = rho[i, j].conj()
    return rho


@settings(max_examples=100)
@given(kets())
def test_pure_states_keep_twelve_digits(ket: NDArray) -> None:
    assert nv.concurrence(pure(ket)) == pytest.approx(concurrence_of_ket(ket), abs=1e-12)


@settings(max_examples=60)
@given(st.floats(-0.5, 0.5))
def test_pure_states_close_to_a_product_keep_twelve_digits(exponent: float) -> None:
    """Here the eigenvalues of ρρ̃ would lose the answer altogether: C is about 1e-9."""
    rng = np.random.default_rng(5)
    ket = np.kron(*(np.linalg.qr(rng.normal(size=(2, 2)))[0][0] for _ in range(2))) + 0j
    ket = ket + 10 ** (exponent - 9) * np.array([1, 2j, -1, 0.5])
    ket /= np.linalg.norm(ket)
    assert nv.concurrence(pure(ket)) == pytest.approx(concurrence_of_ket(ket), abs=1e-12)


@pytest.mark.parametrize("name", BELL)
@pytest.mark.parametrize("p", [0.0, 0.2, 1 / 3, 0.4, 0.75, 1.0])
def test_werner_states(name: str, p: float) -> None:
    """p of a Bell state in white noise: C = max(0, (3p − 1)/2)."""
    rho = p * pure(nv.operators.bell_state(name)) + (1 - p) * np.eye(4) / 4
    assert nv.concurrence(rho) == pytest.approx(max(0.0, (3 * p - 1) / 2), abs=1e-15)


@settings(max_examples=60)
@given(SEEDS, st.floats(0, 1))
def test_werner_states_in_turned_frames(seed: int, p: float) -> None:
    """The same through the general formula: local rotations fill the whole matrix."""
    rng = np.random.default_rng(seed)
    turn = np.kron(random_unitary(rng, 2), random_unitary(rng, 2))
    rho = turn @ (p * pure(nv.operators.bell_state()) + (1 - p) * np.eye(4) / 4) @ turn.conj().T
    assert nv.concurrence(rho) == pytest.approx(max(0.0, (3 * p - 1) / 2), abs=1e-13)


@settings(max_examples=60)
@given(states(), SEEDS)
def test_local_unitaries_leave_the_concurrence(rho: NDArray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = np.kron(random_unitary(rng, 2), random_unitary(rng, 2))
    turned = turn @ rho @ turn.conj().T
    assert nv.concurrence(turned) == pytest.approx(float(nv.concurrence(rho)), abs=1e-12)


@settings(max_examples=100)
@given(x_states())
def test_x_states_by_their_formula_and_by_the_general_one(rho: NDArray) -> None:
    """Eq. S52 against Eq. S49: one Hadamard gate on each qubit makes the X state general."""
    hadamard = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    turn = np.kron(hadamard, hadamard)
    inner = abs(rho[1, 2]) - np.sqrt(rho[0, 0].real * rho[3, 3].real)
    outer = abs(rho[0, 3]) - np.sqrt(rho[1, 1].real * rho[2, 2].real)
    expected = 2 * max(0.0, inner, outer)
    assert nv.concurrence(rho) == pytest.approx(expected, abs=1e-14)
    assert nv.concurrence(turn @ rho @ turn) == pytest.approx(expected, abs=1e-7)


@pytest.mark.slow
@settings(max_examples=60)
@given(states())
def test_concurrence_is_qiskits(rho: NDArray) -> None:
    """Qiskit takes eigenvalues of ρρ̃, which keep half the digits on states of low rank."""
    assert nv.concurrence(rho) == pytest.approx(qiskit_concurrence(DensityMatrix(rho)), abs=1e-7)


@settings(max_examples=40)
@given(states())
def test_entanglement_of_formation_is_qiskits(rho: NDArray) -> None:
    concurrence = float(nv.concurrence(rho))
    assume(concurrence == 0 or concurrence > 1e-3)  # below, Qiskit's rounding of C is amplified
    formation = qiskit_formation(DensityMatrix(rho))
    assert nv.entanglement_of_formation(rho) == pytest.approx(formation, abs=1e-5)


@settings(max_examples=60)
@given(kets())
def test_entanglement_of_formation_of_a_pure_state_is_the_entropy_of_one_half(ket: NDArray) -> None:
    schmidt = np.linalg.svd(ket.reshape(2, 2), compute_uv=False) ** 2
    entropy = -np.sum(schmidt * np.log2(schmidt))
    assert nv.entanglement_of_formation(pure(ket)) == pytest.approx(entropy, abs=1e-11)


@settings(max_examples=60)
@given(states(), states(), st.floats(0, 1))
def test_mixing_makes_no_entanglement(first: NDArray, second: NDArray, p: float) -> None:
    """C is convex."""
    mixed = nv.concurrence(p * first + (1 - p) * second)
    assert mixed <= p * nv.concurrence(first) + (1 - p) * nv.concurrence(second) + 1e-12


@settings(max_examples=40)
@given(st.floats(0, 1))
def test_local_damping_of_bell_states(p: float) -> None:
    """Amplitude damping p on both qubits: Ψ⁺ is left with 1 − p, Φ⁺ with (1 − p)²."""
    kraus = [np.diag([1, np.sqrt(1 - p)]), np.array([[0, np.sqrt(p)], [0, 0]])]
    both = np.array([np.kron(first, second) for first in kraus for second in kraus])
    for name, expected in (("psi+", 1 - p), ("phi+", (1 - p) ** 2)):
        rho = (both @ pure(nv.operators.bell_state(name)) @ np.swapaxes(both, -1, -2)).sum(axis=0)
        assert nv.concurrence(rho) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("name", BELL)
def test_bell_states_hold_one_ebit(name: str) -> None:
    rho = pure(nv.operators.bell_state(name, phase=0.3))
    assert nv.concurrence(rho) == pytest.approx(1, abs=1e-15)
    assert nv.entanglement_of_formation(rho) == pytest.approx(1, abs=1e-14)


def test_product_states_hold_none() -> None:
    rho = np.array([nv.operators.density_matrix(label) for label in ("uu", "ud", "+-", "rl", "d+")])
    np.testing.assert_allclose(nv.concurrence(rho), 0, rtol=0, atol=1e-15)
    np.testing.assert_allclose(nv.entanglement_of_formation(rho), 0, rtol=0, atol=1e-15)


def test_half_a_concurrence_is_0_3546_ebit() -> None:
    """h((1 + √¾)/2), Eq. S50."""
    large = (1 + np.sqrt(0.75)) / 2
    by_hand = -large * np.log2(large) - (1 - large) * np.log2(1 - large)
    assert eof_of_concurrence(0.5) == pytest.approx(by_hand, abs=1e-15)
    assert round(float(eof_of_concurrence(0.5)), 4) == 0.3546


def test_entanglement_of_formation_of_a_little_concurrence() -> None:
    """E → (C²/4)(log₂(4/C²) + 1/ln 2) for C → 0, where (1 − √(1 − C²))/2 cancels."""
    c = np.array([1e-12, 1e-10, 1e-8])
    expected = c**2 / 4 * (np.log2(4 / c**2) + 1 / np.log(2))
    np.testing.assert_allclose(eof_of_concurrence(c), expected, rtol=1e-12)


def test_batches_mix_x_states_with_others(rng: np.random.Generator) -> None:
    rho = np.array([random_state(rng) for _ in range(5)] + [np.diag(rng.dirichlet(np.ones(4)))]).reshape(3, 2, 4, 4)
    together = nv.concurrence(rho)
    assert together.shape == (3, 2)
    for index in np.ndindex(3, 2):
        assert together[index] == pytest.approx(float(nv.concurrence(rho[index])), abs=1e-15)
    assert nv.entanglement_of_formation(rho).shape == (3, 2)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.eye(2) / 2, r"Argument `rho` must have shape \(…, 4, 4\), but has shape \(2, 2\)\."),
        (np.ones(4) / 4, r"Argument `rho` must have shape \(…, 4, 4\), but has shape \(4,\)\."),
        (np.diag([np.nan, 1, 0, 0]), r"Argument `rho` must be finite, but contains nan\."),
        ("ud", r'Argument `rho` must be numeric, but is "ud" of type str\.'),
    ],
)
def test_what_is_no_two_qubit_state(bad: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        nv.concurrence(bad)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("bad", "shown"), [(1.5, r"1\.5"), ([0.2, -0.1], r"-0\.1")])
def test_what_is_no_concurrence(bad: object, shown: str) -> None:
    with pytest.raises(ArgumentError, match=rf"`value` must be a concurrence in \[0, 1\], but contains {shown}\."):
        eof_of_concurrence(bad)  # pyright: ignore[reportArgumentType]


def spectrum_by_mpmath(factor: NDArray) -> list[float]:
    """Singular values of Wᵀ(σʸ⊗σʸ)W, of ρ = WW†, with 40 digits."""
    with mpmath.workdps(40):
        w = mpmath.matrix(factor.tolist())
        flip = mpmath.matrix([[0, 0, 0, -1], [0, 0, 1, 0], [0, 1, 0, 0], [-1, 0, 0, 0]])
        return sorted((float(abs(value)) for value in mpmath.svd_c(w.T * flip * w, compute_uv=False)), reverse=True)


@pytest.mark.parametrize("rest", [0.0, 1e-16, 1e-12, 1e-8, 1e-3])
@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_concurrence_keeps_its_digits_from_full_rank_to_none(rank: int, rest: float, rng: np.random.Generator) -> None:
    """Where an eigenvalue is near rounding, what factors the state must not lose half of the digits."""
    gaussian = rng.normal(size=(5, 4, 8, 2)) @ np.array([1, 1j])
    factors = gaussian * np.sqrt(np.r_[np.ones(rank), np.full(8 - rank, rest)])
    factors /= np.linalg.norm(factors, axis=(1, 2), keepdims=True)
    rho = factors @ np.swapaxes(factors.conj(), 1, 2)
    expected = [2 * values[0] - sum(values[:4]) for values in map(spectrum_by_mpmath, factors)]
    np.testing.assert_allclose(signed_concurrence(rho), expected, rtol=0, atol=4e-15)
    np.testing.assert_allclose(nv.concurrence(rho), np.maximum(expected, 0), rtol=0, atol=4e-15)


def test_concurrence_is_independent_of_its_company(rng: np.random.Generator) -> None:
    """States of any rank, X states and matrices with a negative eigenvalue, more than are worked on at a time."""
    some = [random_state(rng, 2) for _ in range(3)] + [
        pure(ket / np.linalg.norm(ket)) for ket in rng.normal(size=(3, 4))
    ]
    some += [np.diag([0.5, 0, 0.5, 0]) + 0j, random_state(rng, 2) - 0.3 * np.eye(4)]
    alone = np.array([nv.concurrence(one) for one in some])
    np.testing.assert_allclose(nv.concurrence(np.array(some * 300)), np.tile(alone, 300), rtol=0, atol=1e-15)
    block = np.array(some).reshape(2, 2, 2, 4, 4)
    np.testing.assert_allclose(nv.concurrence(block), alone.reshape(2, 2, 2), rtol=0, atol=1e-15)
    assert nv.concurrence(np.empty((0, 4, 4))).shape == (0,)


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_every_one_of_many_states_of_a_rank(rank: int) -> None:
    """Of rank 2, one in five hundred has a vanishing pivot whose imaginary part, which is rounding, is larger."""
    rng = np.random.default_rng(5)
    w = rng.normal(size=(20000, 4, rank)) + 1j * rng.normal(size=(20000, 4, rank))
    w /= np.linalg.norm(w, axis=(1, 2))[:, None, None]
    flipped = np.swapaxes(w, 1, 2) @ np.diag([-1, 1, 1, -1])[::-1] @ w
    spectrum = np.linalg.svd(flipped, compute_uv=False)
    wanted = np.maximum(2 * spectrum[:, 0] - spectrum.sum(axis=1), 0)
    np.testing.assert_allclose(nv.concurrence(w @ np.swapaxes(w.conj(), 1, 2)), wanted, atol=1e-9)
