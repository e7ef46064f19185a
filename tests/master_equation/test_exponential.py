"""Matrix exponentials and their use at many times, against SciPy and against each other."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import SEEDS

from nvprotocol.master_equation import exponential
from nvprotocol.master_equation.exponential import expm, merged, propagate


def stable(rng: np.random.Generator, n: int, *batch: int) -> NDArray[np.complex128]:
    """Random matrices without symmetry whose exponentials do not grow: −(positive) + i(Hermitian)."""
    m = rng.normal(size=(*batch, n, n)) + 1j * rng.normal(size=(*batch, n, n))
    k = rng.normal(size=(*batch, n, n)) + 1j * rng.normal(size=(*batch, n, n))
    adjoint = np.swapaxes(m.conj(), -1, -2)
    return -(m @ adjoint) / n + 0.5j * (k + np.swapaxes(k.conj(), -1, -2))


def assert_exponential(matrices: NDArray, rtol: float = 1e-13) -> None:
    """Equal to SciPy's, matrix by matrix, relative to its largest entry or 1."""
    flat = matrices.reshape(-1, *matrices.shape[-2:])
    expected = np.array([scipy.linalg.expm(matrix) for matrix in flat]).reshape(matrices.shape)
    size = np.maximum(1.0, np.abs(expected).max(axis=(-2, -1), keepdims=True))
    np.testing.assert_allclose(expm(matrices) / size, expected / size, rtol=0, atol=rtol)


@settings(max_examples=60)
@given(seed=SEEDS, n=st.integers(1, 8), exponent=st.floats(-20, 1.5), real=st.booleans())
def test_expm_is_scipys(seed: int, n: int, exponent: float, real: bool) -> None:
    matrix = 10**exponent * stable(np.random.default_rng(seed), n)
    assert_exponential(matrix.real.copy() if real else matrix, 1e-12)


@pytest.mark.parametrize("norm", [0.0, 1e-300, 1e-12, 1.0, 5.3, 5.4, 40.0])
def test_expm_at_the_edges_of_its_scaling(norm: float, rng: np.random.Generator) -> None:
    matrix = stable(rng, 5)
    assert_exponential(norm * matrix / np.linalg.norm(matrix, 1), 1e-13)


def test_expm_scales_each_matrix_of_a_batch_for_itself(rng: np.random.Generator) -> None:
    norms = np.array([0.0, 1e-14, 1e-3, 0.7, 30.0, 400.0]).reshape(2, 3, 1, 1)
    matrices = norms * stable(rng, 6, 2, 3)
    assert_exponential(matrices, 1e-12)
    for index in np.ndindex(2, 3):
        np.testing.assert_allclose(expm(matrices)[index], expm(matrices[index]), rtol=0, atol=1e-14)


@pytest.mark.parametrize("eigenvalue", [0.0, -0.5, 2j])
def test_expm_of_a_jordan_block(eigenvalue: complex) -> None:
    """exp(λ + N) = e^λ Σ Nᵏ/k!: entries 1/k! on the k-th superdiagonal."""
    jordan = eigenvalue * np.eye(5) + np.eye(5, k=1)
    factorials = np.array([1, 1, 2, 6, 24])
    expected = np.exp(eigenvalue) * sum(np.eye(5, k=k) / factorials[k] for k in range(5))
    np.testing.assert_allclose(expm(jordan), expected, rtol=0, atol=1e-15)


def test_expm_of_a_rotation_is_a_rotation() -> None:
    """Norm 1000: ten squarings, no loss beyond them."""
    angle = 1000.0
    rotated = expm(angle * np.array([[0.0, -1.0], [1.0, 0.0]]))
    expected = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    np.testing.assert_allclose(rotated, expected, rtol=0, atol=1e-12)


GRIDS = {
    "one": [0.7],
    "zero": [0.0],
    "two": [0.0, 1.3],
    "uniform": np.linspace(0, 3, 33),
    "uniform from later": np.linspace(0.4, 3, 22),
    "not uniform": [0.0, 0.1, 0.11, 0.5, 2.0, 2.5],
    "repeated": [0.0, 0.0, 0.5, 0.5, 1.0],
    "all the same": [0.8, 0.8, 0.8],
    "nearly uniform": [0.0, 1.0, 2.0 + 1e-9],
    "zero and a grid": np.r_[0.0, np.linspace(0.3, 2, 9)],
    "two grids": np.r_[np.linspace(0, 1, 9), np.linspace(1.1, 3, 9)],
    "a grid and what lies between": np.sort(np.r_[np.arange(1, 20) * 0.04, np.arange(1, 16) * 0.05]),
    "geometric": np.geomspace(1e-3, 3, 17),
    "geometric from zero": np.r_[0.0, np.geomspace(1e-6, 3, 17)],
    "hardly geometric": 0.1 * np.cumsum(1 + 3e-12 * np.arange(16)),
}


@pytest.mark.slow
@pytest.mark.parametrize("limit", [300, 0], ids=["dense", "sparse"])
@pytest.mark.parametrize("grid", list(GRIDS))
def test_propagate_is_the_exponential_at_each_time(
    grid: str, limit: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exponential, "DENSE_LIMIT", limit)
    generators, vectors = stable(rng, 6, 3), rng.normal(size=(2, 1, 6)) + 0j
    times = np.asarray(GRIDS[grid])
    found = propagate(generators, vectors, times)
    assert found.shape == (2, 3, 6, times.size)
    for (i, j, k), time in np.ndenumerate(np.broadcast_to(times, (2, 3, times.size))):
        expected = scipy.linalg.expm(generators[j] * time) @ vectors[i, 0]
        np.testing.assert_allclose(found[i, j, :, k], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("jordan", [0.0, 1e-9, 1e-4])
def test_many_steps_at_and_near_an_exceptional_point(jordan: float, rng: np.random.Generator) -> None:
    # Of these, some have eigenvectors that are as good as parallel, and one has too few.
    times = np.geomspace(1e-3, 5, 25)
    generators = stable(rng, 4, 3)
    similar = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    generators[1] = similar @ (-np.eye(4) + np.eye(4, k=1) + jordan * np.diag([0, 1, 2, 3])) @ similar.T
    vector = rng.normal(size=4) + 0j
    found = propagate(generators, vector, times)
    for j, k in np.ndindex(3, times.size):
        expected = scipy.linalg.expm(generators[j] * times[k]) @ vector
        np.testing.assert_allclose(found[j, :, k], expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("size", [1, 2, 37])
def test_pieces_of_a_batch_make_no_difference(
    size: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrices = stable(rng, 3, 5, 7) * np.geomspace(1e-3, 100, 7)[:, None, None]
    whole = expm(matrices)
    monkeypatch.setattr(exponential, "_CACHE", size * 9 * 16)
    np.testing.assert_array_equal(expm(matrices), whole)
    assert expm(np.zeros((0, 3, 3))).shape == (0, 3, 3)


def test_what_differs_by_rounding_is_merged() -> None:
    exact = np.array([0.3, 0.1, 0.2, 0.1, 0.0, 0.3])
    noisy = exact + np.array([0, 3e-17, -2e-17, 0, 1e-18, 5e-17])
    found = merged(noisy, 1e-12)
    assert np.unique(found).size == 4
    np.testing.assert_allclose(found, exact, atol=1e-16)
    assert merged(exact, 0.0).tolist() == exact.tolist()
    assert merged(np.zeros(0), 1e-12).size == 0


@pytest.mark.parametrize("count", range(1, 20))
def test_doubling_reaches_every_number_of_times(count: int, rng: np.random.Generator) -> None:
    generator, vector = stable(rng, 3), rng.normal(size=3) + 0j
    times = np.linspace(0, 2, count)
    stepped = np.stack([scipy.linalg.expm(generator * time) @ vector for time in times], axis=-1)
    np.testing.assert_allclose(propagate(generator, vector, times), stepped, rtol=0, atol=1e-13)
