"""Reduced states, named states and measures of N qubits, against Qiskit, QuTiP and explicit operators."""

import itertools
import time
from collections.abc import Callable

import numpy as np
import pytest
import qutip
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from qiskit.quantum_info import DensityMatrix, Statevector, partial_trace
from strategies import SEEDS
from systems import random_ket, random_state, random_unitary

import nvprotocol as nv
from nvprotocol import entanglement, operators
from nvprotocol.errors import ArgumentError


def pure(ket: NDArray) -> NDArray[np.complex128]:
    return np.outer(ket, ket.conj())


@given(seed=SEEDS, n_qubits=st.integers(1, 5), data=st.data())
def test_reduced_states_are_those_of_qiskit_in_the_order_that_is_given(
    seed: int, n_qubits: int, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(n_qubits)))
    kept = order[: data.draw(st.integers(1, n_qubits))]
    rng = np.random.default_rng(seed)
    rho, ket = random_state(rng, n_qubits, 3), random_ket(rng, n_qubits)
    # Qiskit keeps the rising order; a permutation of its qubits gives any other.
    for ours, theirs in ((rho, DensityMatrix(rho)), (ket, DensityMatrix(pure(ket)))):
        others = [qubit for qubit in range(n_qubits) if qubit not in kept]
        wanted = partial_trace(theirs, others).data.reshape((2,) * (2 * len(kept)))
        rising = sorted(kept)
        axes = [len(kept) - 1 - rising.index(qubit) for qubit in reversed(kept)]
        wanted = wanted.transpose([*axes, *(axis + len(kept) for axis in axes)]).reshape((2 ** len(kept),) * 2)
        np.testing.assert_allclose(operators.reduced(ours, kept), wanted, atol=1e-12)


def test_kets_density_matrices_and_states_of_qiskit_in_batches(rng: np.random.Generator) -> None:
    for number in (3, 8):  # eight kets of three qubits have the shape of a matrix
        kets = np.array([random_ket(rng, 3) for _ in range(number)]).reshape(1, number, 8)
        matrices = np.einsum("...i,...j->...ij", kets, kets.conj())
        for measure in (
            lambda state: operators.reduced(state, [2, 0]),
            entanglement.pairwise_concurrence,
            lambda state: entanglement.negativity(state, [1]),
            entanglement.three_tangle,
            entanglement.collective_spin,
            entanglement.collective_covariance,
            entanglement.wineland_squeezing,
            lambda state: entanglement.witness(state, operators.w_state(3)),
        ):
            found = measure(kets)
            assert found.shape[:2] == (1, number)
            np.testing.assert_allclose(found, measure(matrices), atol=1e-7)
            np.testing.assert_allclose(found[0, 1], measure(Statevector(kets[0, 1])), atol=1e-12)


def test_states_by_name() -> None:
    for n in range(1, 7):
        lowering = sum(operators.sigma_minus(site, n) for site in range(n))
        ket = operators.state("u" * n)
        for k in range(n + 1):
            np.testing.assert_allclose(operators.dicke_state(n, k), ket, atol=1e-12)
            raised = lowering @ ket
            ket = raised / max(np.linalg.norm(raised), 1e-300)
        np.testing.assert_allclose(operators.w_state(n), operators.dicke_state(n, 1), atol=1e-15)
    phases = np.array([[0.1, 0.2, 0.3], [1.0, 2.0, 3.0]])
    # The paper's qubit 1 is qubit 0: its excitation is the label "duu".
    amplitudes = [operators.w_state(3, phases) @ operators.state(label) for label in ("duu", "udu", "uud")]
    np.testing.assert_allclose(np.transpose(amplitudes), np.exp(1j * phases) / np.sqrt(3), atol=1e-15)
    np.testing.assert_allclose(operators.ghz_state(2, np.pi), operators.bell_state("phi-"), atol=1e-15)
    assert operators.ghz_state(1, 0.3)[1] == pytest.approx(np.exp(0.3j) / np.sqrt(2))


def test_fidelity_of_large_kets_takes_no_matrix() -> None:
    ket = operators.w_state(20)
    with nv.resources.limited_memory("200 MB"):
        assert operators.fidelity(ket, operators.ghz_state(20)) == pytest.approx(0, abs=1e-15)
        assert operators.fidelity(ket, ket) == pytest.approx(1, abs=1e-15)


@given(seed=SEEDS)
def test_pairwise_concurrence_is_that_of_the_reduced_states(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rho = random_state(rng, 4, 2)
    found = entanglement.pairwise_concurrence(rho)
    for one, two in itertools.combinations(range(4), 2):
        wanted = nv.concurrence(partial_trace(DensityMatrix(rho), [k for k in range(4) if k not in (one, two)]).data)
        assert found[one, two] == found[two, one] == pytest.approx(wanted, abs=1e-10)
    assert not found.diagonal().any()


def test_pairwise_concurrence_of_known_states() -> None:
    for n in (2, 5, 9):
        found = entanglement.pairwise_concurrence(operators.w_state(n, np.arange(n)))
        np.testing.assert_allclose(found, 2 / n * (1 - np.eye(n)), atol=1e-12)
    assert entanglement.pairwise_concurrence("u").tolist() == [[0.0]]
    assert not entanglement.pairwise_concurrence("ud+").any()


@pytest.mark.slow
def test_sixteen_qubits_take_a_fraction_of_a_second(rng: np.random.Generator) -> None:
    ket = random_ket(rng, 16)
    start = time.process_time()
    entanglement.pairwise_concurrence(ket)
    assert time.process_time() - start < 2


@given(seed=SEEDS)
def test_negativity_is_that_of_qutip(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rho = random_state(rng, 3, 2)
    theirs = qutip.Qobj(rho, dims=[[2] * 3] * 2)  # its first factor is our qubit 2
    for part in ([0], [1], [2], [2, 0]):
        values = qutip.partial_transpose(theirs, [int(2 - factor in part) for factor in range(3)]).eigenenergies()
        wanted = -values[values < 0].sum()
        assert entanglement.negativity(rho, part) == pytest.approx(wanted, abs=1e-10)


@given(seed=SEEDS)
def test_three_tangle_is_what_pairs_leave_of_the_tangle(seed: int) -> None:
    ket = random_ket(np.random.default_rng(seed), 3)
    pairs = entanglement.pairwise_concurrence(ket) ** 2
    for qubit in range(3):
        tangle = 4 * np.linalg.det(operators.reduced(ket, [qubit])).real
        assert entanglement.three_tangle(ket) == pytest.approx(tangle - pairs[qubit].sum(), abs=1e-7)
    assert entanglement.three_tangle(ket) == pytest.approx(entanglement.three_tangle(pure(ket)), abs=1e-10)


@given(seed=SEEDS, n_qubits=st.integers(1, 4))
def test_collective_spin_by_explicit_operators(seed: int, n_qubits: int) -> None:
    rho = random_state(np.random.default_rng(seed), n_qubits, 2)
    sigmas = (operators.sigma_x, operators.sigma_y, operators.sigma_z)
    spin = [np.sum([sigma(site, n_qubits) for site in range(n_qubits)], axis=0) / 2 for sigma in sigmas]
    mean = np.array([np.trace(rho @ one).real for one in spin])
    both = np.array([[np.trace(rho @ (a @ b + b @ a)).real / 2 for b in spin] for a in spin])
    covariance = both - np.outer(mean, mean)
    np.testing.assert_allclose(entanglement.collective_spin(rho), mean, atol=1e-12)
    np.testing.assert_allclose(entanglement.collective_covariance(rho), covariance, atol=1e-12)
    # The least variance across ⟨J⟩ by rotating a perpendicular direction through half a turn.
    axis = mean / np.linalg.norm(mean)
    first = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    first /= np.linalg.norm(first)
    angles = np.linspace(0, np.pi, 20001)[:, None]
    across = np.cos(angles) * first + np.sin(angles) * np.cross(axis, first)
    least = np.einsum("ka,ab,kb->k", across, covariance, across).min()
    wanted = n_qubits * least / (mean @ mean)
    assert entanglement.wineland_squeezing(rho) == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def test_squeezing_of_known_states() -> None:
    assert entanglement.wineland_squeezing("++") == pytest.approx(1)
    assert entanglement.wineland_squeezing(operators.ghz_state(3)) == np.inf
    # One-axis twisting (DOI 10.1103/PhysRevA.47.5138): ξ² of N spins after the phase μ = 2χt, over cos^(2N−2)(μ/2).
    n, mu = 8, 0.4
    jz = np.sum([operators.sigma_z(site, n).diagonal() for site in range(n)], axis=0) / 2
    ket = np.exp(-0.5j * mu * jz**2) * operators.state("+" * n)
    a, b = 1 - np.cos(mu) ** (n - 2), 4 * np.sin(mu / 2) * np.cos(mu / 2) ** (n - 2)
    squeezed = 1 + (n - 1) / 4 * (a - np.hypot(a, b))
    assert entanglement.wineland_squeezing(ket) == pytest.approx(squeezed / np.cos(mu / 2) ** (2 * n - 2), rel=1e-10)


@given(seed=SEEDS)
def test_no_mixture_of_biseparable_states_is_witnessed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    target = random_ket(rng, 3)
    kets = []
    for alone in range(3):
        tensor = np.kron(random_ket(rng, 2), random_ket(rng, 1)).reshape(2, 2, 2)
        kets.append(np.moveaxis(tensor, 2, alone).ravel())
    rho = sum(weight * pure(ket) for weight, ket in zip(rng.dirichlet(np.ones(3)), kets, strict=True))
    assert entanglement.witness(rho, target) >= -1e-12
    assert entanglement.biseparable_fidelity(target) <= 1


def test_bounds_of_witnesses_and_their_invariance(rng: np.random.Generator) -> None:
    for n in range(2, 7):
        assert entanglement.biseparable_fidelity(operators.w_state(n)) == pytest.approx((n - 1) / n)
        assert entanglement.biseparable_fidelity(operators.ghz_state(n)) == pytest.approx(1 / 2)
        assert entanglement.biseparable_fidelity("u" * n) == pytest.approx(1)
    turn = np.kron(np.kron(random_unitary(rng, 2), random_unitary(rng, 2)), random_unitary(rng, 2))
    assert entanglement.biseparable_fidelity(turn @ operators.w_state(3)) == pytest.approx(2 / 3)
    assert entanglement.witness(np.eye(8) / 8, operators.ghz_state(3)) == pytest.approx(1 / 2 - 1 / 8)


def test_driven_dark_state_of_three_qubits() -> None:
    """|A| = a, no exchange, Ω_k = .3(1 + e^(2πik/3)): F, purity and least negativity from the master equation."""
    wave = np.exp(2j * np.pi * np.arange(3) / 3)
    equation = nv.MasterEquation(nv.Medium(relaxation=np.ones((3, 3))), np.zeros(3), drive=0.3 * (1 + wave))
    rho = equation.steady_state()
    fidelities = [operators.fidelity(rho, operators.w_state(3, sign * np.angle(wave))) for sign in (1, -1)]
    assert max(fidelities) == pytest.approx(0.806626, abs=1e-6)
    assert min(entanglement.negativity(rho, [k]) for k in range(3)) == pytest.approx(0.33269, abs=1e-5)
    assert np.trace(rho @ rho).real == pytest.approx(0.72252, abs=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: operators.reduced("ud", [0, 0]), "`qubits` must be a sequence of different qubits"),
        (lambda: operators.reduced("ud", [2]), "`qubits` must be at most 1, but is 2"),
        (lambda: operators.reduced("ud", []), "`qubits` must be a sequence of different qubits"),
        (lambda: operators.reduced(np.ones(3), [0]), r"`state` must have shape \(…, 2ᴺ\) for kets"),
        (lambda: operators.reduced(np.ones((2, 4)), [0]), "`state` must be normalised kets, but a norm is 2"),
        (lambda: operators.reduced(np.ones((4, 4)) / 4, [0, 1, 2]), "`qubits` must be at most 1"),
        (lambda: operators.reduced(2 * np.eye(4), [0]), "`state` must have trace 1"),
        (lambda: operators.w_state(3, [0, 1]), r"`phases` must have shape \(…, 3\), one for each qubit"),
        (lambda: operators.w_state(60), "`n_qubits` must ask for at most"),
        (lambda: operators.dicke_state(3, 4), "`excitations` must be at most 3, but is 4"),
        (lambda: entanglement.negativity("ud", [0, 1]), "`qubits` must leave at least one qubit"),
        (lambda: entanglement.three_tangle("ud"), "`state` must be a state of three qubits, but is one of 2"),
        (lambda: entanglement.three_tangle(np.eye(8) / 8), "`state` must be pure"),
        (lambda: entanglement.witness("ud", "udu"), "`target` must be a state of 2 qubits, but is one of 3"),
        (lambda: entanglement.witness("ud", np.eye(4) / 4), "`target` must be pure"),
        (lambda: entanglement.biseparable_fidelity("u" * 13), "`target` must be a state of 2 to 12 qubits"),
    ],
)
def test_refusals(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
