"""One excitation in an array: against the dense H_eff, closed forms, and sums that are known."""

import numpy as np
import pytest
import scipy.linalg
from scipy.special import j0
from systems import hermitian, positive

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, TooLargeError
from nvprotocol.master_equation import single_excitation

TIMES = np.array([0.0, 0.3, 1.0])


def array_of(rng: np.random.Generator, n: int, batch: tuple[int, ...] = ()) -> nv.MasterEquation:
    """Every relaxation and coupling at random; a batch of splittings."""
    g, k = hermitian(rng, n), hermitian(rng, n).real
    np.fill_diagonal(g, 0)
    np.fill_diagonal(k, 0)
    detuning = rng.normal(size=batch if n == 2 else (*batch, n))
    return nv.MasterEquation(nv.Medium(relaxation=positive(rng, n), flip_flop=g, ising=k), detuning)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_it_is_the_effective_hamiltonian_among_one_excitation(n: int, rng: np.random.Generator) -> None:
    equation = array_of(rng, n)
    places = 1 << np.arange(n)
    dense = equation.effective_hamiltonian
    expected = dense[np.ix_(places, places)] - dense[0, 0].real * np.eye(n)
    array = single_excitation(equation)
    np.testing.assert_allclose(array.hamiltonian, expected, rtol=0, atol=1e-13)
    start = rng.normal(size=n) + 1j * rng.normal(size=n)
    start /= np.linalg.norm(start)
    exact = np.array([scipy.linalg.expm(-1j * expected * t) @ start for t in TIMES])
    np.testing.assert_allclose(array.amplitudes(start, TIMES), exact, rtol=0, atol=1e-12)
    step = 1e-5
    later, before = (np.sum(np.abs(array.amplitudes(start, TIMES[1:] + sign * step)) ** 2, axis=-1) for sign in (1, -1))
    np.testing.assert_allclose(array.emission_rate(start, TIMES[1:]), (before - later) / (2 * step), rtol=1e-8)


def test_batches_are_one_after_the_other(rng: np.random.Generator) -> None:
    equation = array_of(rng, 5, (3,))
    array, start = single_excitation(equation), np.eye(5)[:, None]
    found = array.amplitudes(start, TIMES)
    assert found.shape == (5, 3, 3, 5)
    for k in range(3):
        h = array.hamiltonian[k]
        for site in range(5):
            exact = scipy.linalg.expm(-1j * h * TIMES[2])[:, site]
            np.testing.assert_allclose(found[site, k, 2], exact, rtol=0, atol=1e-12)
    assert np.all(np.diff(array.decay_rates, axis=-1) <= 0)
    residue = array.hamiltonian @ array.modes - array.modes * (array.frequencies - 0.5j * array.decay_rates)[:, None]
    np.testing.assert_allclose(residue, 0, rtol=0, atol=1e-12)


def test_a_chain_of_ten_over_a_plane_of_magnons() -> None:
    """A_ij = a J₀(k r_ij) with k d = 1/2: Γ_max = 4.78 a, and the darkest mode hardly decays."""
    positions = 0.5 * np.arange(10)
    equation = nv.MasterEquation(nv.Medium(relaxation=j0(np.abs(np.subtract.outer(positions, positions)))))
    rates = single_excitation(equation).decay_rates / 2
    assert rates[0] == pytest.approx(4.78, abs=0.005)
    assert 0 <= rates[-1] < 1e-9
    assert rates.sum() == pytest.approx(10, rel=1e-13)


def test_symmetric_excitations_burst_and_the_rest_stays() -> None:
    """All-to-all: W decays at 2Na; from one qubit 1 − 1/N is left."""
    n = 400
    array = single_excitation(nv.MasterEquation(nv.Medium(relaxation=np.ones((n, n)))))
    w = np.full(n, n**-0.5)
    np.testing.assert_allclose(array.emission_rate(w, [0.0, 0.001]), 2 * n * np.exp([0, -2 * n * 0.001]), rtol=1e-10)
    left = np.sum(np.abs(array.amplitudes(np.eye(n)[0], 1.0)) ** 2)
    assert left == pytest.approx(1 - 1 / n, abs=1e-12)


def test_it_reads_well() -> None:
    array = single_excitation(nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0], A=0.5)))
    assert str(array) == "One excitation in 2 qubits in a batch of shape (2,): modes decay at 5 to 1 per µs"


def test_what_is_no_single_excitation_is_refused() -> None:
    for equation, message in (
        (nv.MasterEquation(nv.Medium.pair(), drive=0.1), "`equation` must conserve excitations"),
        (nv.MasterEquation(nv.Medium.pair(q=0.1)), "`equation` must neither excite nor dephase.* but the medium exc"),
        (nv.MasterEquation(nv.Medium.pair(d=0.1)), "`equation` must neither excite nor dephase.* but the medium dep"),
    ):
        with pytest.raises(ArgumentError, match=message):
            single_excitation(equation)
    pair = single_excitation(nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0, 3.0])))
    for initial, message in (
        ([1.0, 0.0, 0.0], r"`initial` must have shape \(…, 2\), an amplitude for each qubit, but has shape \(3,\)"),
        ([1.0, 1.0], r"`initial` must be normalised, but its norm is 1\.41421"),
        (np.eye(2), r"`initial` must broadcast against the batch shape \(3,\), but has batch \(2,\)"),
    ):
        with pytest.raises(ArgumentError, match=message):
            pair.amplitudes(initial, 1.0)
    exceptional = single_excitation(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0), detuning=1.0))
    with pytest.raises(ArgumentError, match="`equation` must be away from exceptional points"):
        exceptional.amplitudes([1.0, 0.0], 1.0)
    with (
        nv.resources.limited_memory("1 kB"),
        pytest.raises(TooLargeError, match=r"6 × 3 matrices of 2 × 2 take 1\.15 k"),
    ):
        single_excitation(nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0, 3.0])))
