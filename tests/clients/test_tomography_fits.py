"""The fits of qiskit-experiments and ours on the same counts: linear inversion, nearest state, likelihood."""

from typing import Any

import numpy as np
import pytest
from client_runs import done, framework, value
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol import tomography

analyses: Any = pytest.importorskip("qiskit_experiments.library.tomography")

SHOTS = 1000
RAW = {"rescale_positive": False, "rescale_trace": False}


def states() -> NDArray[np.complex128]:
    """Full rank and rank 2, before and after turns of each qubit: swapped qubits or a conjugate would show."""
    noisy = nv.Medium.pair(a=1.0, A=0.8 * np.exp(0.7j), q=0.2, d=0.05, D=0.02, J=0.1)
    cold = nv.Medium.pair(a=1.0, A=np.exp(0.7j))
    on_the_way = np.concatenate([nv.MasterEquation(one, 0.9).evolve("ud", [0.1, 0.5, 2.0]) for one in (noisy, cold)])
    turn = np.kron([[0.6, 0.8j], [0.8j, 0.6]], [[0.8, -0.6], [0.6, 0.8]])
    return np.concatenate([on_the_way, turn @ on_the_way @ turn.conj().T])


def fit(table: NDArray[np.int64], fitter: str, **options: Any) -> NDArray[np.complex128]:
    """The state that its analysis finds in a table of nine settings; its indices 0, 1, 2 are Z, X, Y, qubit 0 first."""
    data = framework.ExperimentData()
    data.metadata["m_qubits"] = [0, 1]
    for setting, row in zip(tomography.PAULI, table, strict=True):
        basis = ["ZXY".index(letter) for letter in reversed(setting)]
        counts = {f"{outcome:02b}": int(count) for outcome, count in enumerate(row)}
        data.add_data({"counts": counts, "metadata": {"m_idx": basis, "clbits": [0, 1], "cond_clbits": None}})
    analysis = analyses.StateTomographyAnalysis()
    analysis.set_options(fitter=fitter, **options)
    analysis.run(data)
    return np.asarray(value(done(data), "state"))


@pytest.fixture(scope="module")
def tables() -> NDArray[np.int64]:
    return tomography.sample(states(), SHOTS, seed=4)


def test_linear_inversion_is_the_same(tables: NDArray[np.int64]) -> None:
    theirs = np.array([fit(table, "linear_inversion", **RAW) for table in tables])
    np.testing.assert_allclose(tomography.linear_inversion(tables), theirs, rtol=0, atol=1e-10)


def test_the_nearest_state_is_the_same(tables: NDArray[np.int64]) -> None:
    """Both follow DOI 10.1103/PhysRevLett.108.070502; some of the tables must need it."""
    theirs = np.array([fit(table, "linear_inversion") for table in tables])
    inverted = tomography.linear_inversion(tables)
    assert np.linalg.eigvalsh(inverted).min() < -0.01
    np.testing.assert_allclose(tomography.nearest_state(inverted), theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("fitter", ["linear_inversion", "cvxpy_linear_lstsq", "cvxpy_gaussian_lstsq"])
def test_no_fit_is_likelier_than_maximum_likelihood(fitter: str, tables: NDArray[np.int64]) -> None:
    ours = tomography.maximum_likelihood(tables)
    # A solver stops a little outside of state space, where likelihoods do not compare.
    theirs = tomography.nearest_state(np.array([fit(table, fitter) for table in tables]))
    assert np.all(tomography.log_likelihood(theirs, tables) <= ours.log_likelihood + ours.certificate)
