"""Checks of |σᶻ| at a finite rate, regular and at random times; a small magnet: independent routes, clear errors."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.linalg import expm

import nvprotocol as nv
from nvprotocol import master_equation as theory
from nvprotocol.errors import ArgumentError

PAIR = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5), 0.4)
SINGLE = nv.MasterEquation(nv.Medium(relaxation=[[1.0]]))


def test_the_map_is_what_monitored_does_from_check_to_check() -> None:
    once, twice = PAIR.monitored("ud", [0.3, 0.6], 0.3).probability
    start = np.array([1.0, 0.0, 0.0, 1.0])  # N and Z of |↑↓⟩
    step = theory.conditional_map(PAIR, 0.3)
    np.testing.assert_allclose([(step @ start)[0], (step @ step @ start)[0]], [once, twice], rtol=1e-12)
    late = PAIR.monitored("ud", 90.0, 0.3).states
    np.testing.assert_allclose(theory.long_time_concurrence(PAIR, 0.3), nv.concurrence(late)[0], rtol=0, atol=1e-9)


def test_checks_at_random_times_are_a_sum_over_their_numbers() -> None:
    """Dyson's series of the Poissonian generator: no check, one at t₁, … with the weight rate^n e^(−rate·t)."""
    rate, t, inside = 0.7, 0.5, np.diag(nv.operators.vec(np.outer([0, 1, 1, 0], [0, 1, 1, 0]))).astype(complex)
    nodes, weights = np.polynomial.legendre.leggauss(12)

    def term(number: int, until: float) -> np.ndarray:
        if number == 0:
            return PAIR.propagator(until)
        at = until * (nodes + 1) / 2
        parts = [PAIR.propagator(until - s) @ inside @ term(number - 1, s) for s in at]
        return until / 2 * np.tensordot(weights, parts, axes=1)

    series = sum(rate**k * np.exp(-rate * t) * term(k, t) for k in range(4))
    exact = expm(theory.poissonian_generator(PAIR, rate) * t)
    np.testing.assert_allclose(series, exact, rtol=0, atol=(rate * t) ** 4 / 24)


def test_a_magnet_of_given_couplings_is_the_random_one_of_the_same() -> None:
    magnet = nv.magnets.SmallMagnet.random(seed=5, beta=0.8)
    same = nv.magnets.SmallMagnet(
        beta=0.8, field=magnet.field, exchange=magnet.exchange, ising=magnet.ising, dm=magnet.dm
    )
    np.testing.assert_array_equal(same.hamiltonian, magnet.hamiltonian)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.conditional_map(PAIR, 0.0), "Argument `period` must be greater than 0, but is 0."),
        (
            lambda: theory.conditional_map(SINGLE, 1.0),
            "Argument `equation` must be that of a pair, but is that of 1 qubits.",
        ),
        (
            lambda: theory.poissonian_generator(nv.Medium.pair(), 1.0),  # pyright: ignore[reportArgumentType]
            "Argument `equation` must be a MasterEquation, but is of type Medium.",
        ),
        (
            lambda: theory.poissonian_concurrence(nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0])), 1.0),
            "Argument `equation` must have no batch axes, but has batch (2,).",
        ),
        (
            lambda: nv.magnets.SmallMagnet(
                beta=1.0, field=(1.0,) * 3, exchange=(1.0,), ising=(0.0,) * 3, dm=(0.0,) * 3
            ),
            "Argument `exchange` must have 3 values as `field` has, but has 1.",
        ),
        (
            lambda: nv.magnets.SmallMagnet.random(1, 1.0, n_spins=2),
            "Argument `n_spins` must be at least 3, but is 2.",
        ),
    ],
)
def test_errors(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        call()
    assert str(caught.value) == message
