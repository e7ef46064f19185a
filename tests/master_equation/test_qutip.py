"""Evolution against QuTiP's `mesolve`, given the paper's H and its h diagonalised; QuTiP's order is the paper's."""

import numpy as np
import pytest
import qutip
from numpy.typing import NDArray
from systems import System, many, pair, random_state, random_symbols, reversed_qubits

import nvprotocol as nv

OPTIONS = {"atol": 1e-10, "rtol": 1e-9, "nsteps": 100_000, "progress_bar": ""}
TIMES = np.array([0.0, 0.25, 0.8, 2.0])


def by_qutip(system: System, rho: NDArray, times: NDArray = TIMES) -> NDArray[np.complex128]:
    """The states from a density matrix in Qiskit's order, shape (T, d, d)."""
    dims = [[2] * system.n_qubits] * 2
    hamiltonian = qutip.Qobj(system.hamiltonian, dims=dims)
    jumps = [qutip.Qobj(operator, dims=dims) for operator in system.collapse_operators()]
    start = qutip.Qobj(reversed_qubits(rho), dims=dims)
    result = qutip.mesolve(hamiltonian, start, times, c_ops=jumps, options=OPTIONS)
    return reversed_qubits(np.array([state.full() for state in result.states]))


def test_fifty_random_pairs_in_one_batch(rng: np.random.Generator) -> None:
    """All couplings at once, A and D complex, both detunings' signs; one call of ours against fifty of QuTiP."""
    symbols = [random_symbols(rng) for _ in range(50)]
    initial = np.array([random_state(rng) for _ in symbols])
    arrays = {name: np.array([single[name] for single in symbols]) for name in symbols[0]}
    delta = np.real(arrays.pop("delta"))
    ours = nv.MasterEquation(nv.Medium.pair(**arrays), detuning=delta).evolve(initial, TIMES)
    theirs = np.array([by_qutip(pair(**single), rho) for single, rho in zip(symbols, initial, strict=True)])
    assert np.abs(ours - theirs).max() < 1e-7
    assert np.abs(ours[:, -1] - ours[:, 0]).max(axis=(-2, -1)).min() > 0.01  # each of them has moved


@pytest.mark.parametrize("seed", range(8))
def test_random_triples(seed: int) -> None:
    rng = np.random.default_rng(seed)
    system, rho = many(rng, 3), random_state(rng, 3)
    assert np.abs(system.equation.evolve(rho, TIMES) - by_qutip(system, rho)).max() < 1e-7


def test_a_label_is_qutips_product_state() -> None:
    system = pair(a=1.0, A=0.6j, q=0.2, J=0.3, dm=-0.4, delta=0.8)
    up, down = qutip.basis(2, 0), qutip.basis(2, 1)
    up_down = reversed_qubits(qutip.ket2dm(qutip.tensor(up, down)).full())
    assert np.abs(system.equation.evolve("ud", TIMES) - by_qutip(system, up_down)).max() < 1e-7


def test_steady_states_of_random_pairs_are_qutips(rng: np.random.Generator) -> None:
    for _ in range(5):
        system = pair(**random_symbols(rng))
        dims = [[2, 2], [2, 2]]
        jumps = [qutip.Qobj(operator, dims=dims) for operator in system.collapse_operators()]
        theirs = qutip.steadystate(qutip.Qobj(system.hamiltonian, dims=dims), jumps)
        np.testing.assert_allclose(system.equation.steady_state(), reversed_qubits(theirs.full()), rtol=0, atol=1e-10)
