"""Density matrices of many qubits, block by block: against dense exponentials, and what is conserved."""

from typing import Any

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import SEEDS
from systems import many, positive, random_state, stacked, unstacked

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, NoKeptShotsError, TooLargeError
from nvprotocol.master_equation import krylov
from nvprotocol.master_equation.blocked import Blocked, evolved_by_blocks
from nvprotocol.master_equation.coefficients import Coefficients
from nvprotocol.master_equation.exponential import propagate
from nvprotocol.master_equation.generator import block_generator
from nvprotocol.master_equation.ket_space import KetSpace
from nvprotocol.master_equation.no_jump_blocks import no_jump_by_blocks
from nvprotocol.master_equation.symmetry import matrices_of_block, to_coordinates

TIMES = np.array([0.0, 0.3, 1.0, 4.0])
ERROR = 1e-11
"""An estimated 1e-12, and what rounding adds."""


def general(rng: np.random.Generator, n: int) -> nv.MasterEquation:
    """Every entry of h, and a drive: nothing is conserved."""
    drive, detuning = rng.normal(size=n) + 1j * rng.normal(size=n), rng.normal() if n == 2 else rng.normal(size=n)
    return nv.MasterEquation(nv.Medium.from_matrix(positive(rng, 3 * n)), detuning, drive, offset=rng.normal())


def by_blocks(equation: nv.MasterEquation, rho: NDArray, times: NDArray = TIMES) -> NDArray:
    return evolved_by_blocks(equation._parameters, rho, times)


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 4), st.booleans())
def test_blocks_are_the_dense_exponential(seed: int, n: int, symmetric: bool) -> None:
    rng = np.random.default_rng(seed)
    n = n if symmetric else min(n, 3)
    equation = many(rng, n).equation if symmetric else general(rng, n)
    rho = random_state(rng, n, 2)
    np.testing.assert_allclose(by_blocks(equation, rho), equation.evolve(rho, TIMES), rtol=0, atol=ERROR)


@pytest.mark.slow
@pytest.mark.parametrize("label", ["ududu", "+d-ur"])
def test_five_qubits(label: str, rng: np.random.Generator) -> None:
    equation, rho = many(rng, 5).equation, nv.operators.density_matrix(label)
    np.testing.assert_allclose(by_blocks(equation, rho), equation.evolve(rho, TIMES), rtol=0, atol=ERROR)


@pytest.mark.slow
def test_six_qubits_that_go_by_blocks_of_themselves(rng: np.random.Generator) -> None:
    equation, rho = many(rng, 6).equation, nv.operators.density_matrix("uddudu")
    sector = (None, 0)
    dense = block_generator(equation._parameters, 6, sector, "full", real=True)
    exact = matrices_of_block(propagate(dense, to_coordinates(rho, 6, sector), TIMES[:3]), 6, sector)
    np.testing.assert_allclose(equation.evolve("uddudu", TIMES[:3]), exact, rtol=0, atol=1e-10)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_sparse_matrix_is_the_same_generator(n: int, rng: np.random.Generator) -> None:
    for equation in (many(rng, n).equation, general(rng, n)):
        space = KetSpace(Coefficients.of(equation._parameters, n))
        for charge in space.sectors:
            blocked = Blocked(space, charge)
            vector = blocked.elements(random_state(rng, n))
            np.testing.assert_allclose(blocked.matrix() @ vector, blocked.apply(vector), rtol=0, atol=1e-12)


@pytest.mark.slow
def test_eight_qubits_keep_trace_positivity_and_reduce_to_few(rng: np.random.Generator) -> None:
    """Two independent groups of four: the whole is their product."""
    one, other = (many(rng, 4).equation for _ in range(2))
    blocks: dict[str, Any] = {
        name: scipy.linalg.block_diag(getattr(one.medium, name), getattr(other.medium, name))
        for name in ("relaxation", "excitation", "dephasing", "flip_flop", "ising")
    }
    # both frames rotate at their mean
    whole = nv.MasterEquation(nv.Medium(**blocks), np.concatenate([one.splittings, other.splittings]))
    found = whole.evolve("udud" + "++du", 0.7)[0]
    first, second = one.evolve("udud", 0.7)[0], other.evolve("++du", 0.7)[0]
    np.testing.assert_allclose(found, np.kron(second, first), rtol=0, atol=ERROR)


@pytest.mark.parametrize("n", range(2, 9))
def test_pairs_with_the_excited_qubit(n: int) -> None:
    """All-to-all |A| = a from |du…u⟩ without monitoring: C = 2(N − 1)/N² of the pairs with the first qubit."""
    state = nv.MasterEquation(nv.Medium(relaxation=np.ones((n, n)))).evolve("d" + "u" * (n - 1), 40.0)[0]
    pair = state.reshape((2 ** (n - 2), 4) * 2).trace(axis1=0, axis2=2)
    np.testing.assert_allclose(nv.concurrence(pair), 2 * (n - 1) / n**2, rtol=0, atol=1e-9)


# Without jumps.


@settings(max_examples=15)
@given(SEEDS, st.integers(1, 4))
def test_blocks_without_jumps_are_the_dense_ones(seed: int, n: int) -> None:
    """Dephasing goes on."""
    rng = np.random.default_rng(seed)
    equation, rho = many(rng, n).equation, random_state(rng, n, 2)
    try:
        exact, found = equation.no_jump(rho, TIMES), no_jump_by_blocks(equation._parameters, rho, TIMES)
    except NoKeptShotsError:  # rounding has taken over before the last time
        reject()
    np.testing.assert_allclose(found.states, exact.states, rtol=0, atol=1e-10)
    np.testing.assert_allclose(np.log(found.probability), np.log(exact.probability), rtol=0, atol=1e-10)


def test_eight_qubits_that_dephase_and_relax_on_their_own() -> None:
    medium = nv.Medium(relaxation=np.eye(8), dephasing=0.25 * np.eye(8))
    found = nv.MasterEquation(medium).no_jump("+udududd", [0.0, 0.3])
    kept, lost = np.exp(-2 * 0.3 * 4), np.exp(-2 * 0.3 * 5)
    np.testing.assert_allclose(found.probability, [1, (kept + lost) / 2], rtol=1e-10)
    coherence = np.sqrt(kept * lost) * np.exp(-4 * 0.25 * 0.3) / (kept + lost)
    place = nv.operators.state("uudududd").argmax()
    np.testing.assert_allclose(abs(found.states[1, place, place + 1]), coherence, rtol=1e-10)


def test_what_rounding_has_taken_over_without_jumps_is_refused() -> None:
    """The symmetric state of three excitations decays in full; dephasing that is common to all leaves it so."""
    equation = nv.MasterEquation(nv.Medium(relaxation=np.ones((6, 6)), dephasing=0.1 * np.ones((6, 6))))
    ket = np.array([float(k.bit_count() == 3) for k in range(64)]) / np.sqrt(20)
    np.testing.assert_allclose(equation.no_jump(ket, 0.2).probability, np.exp(-2 * 3 * 4 * 0.2), rtol=1e-9)
    with pytest.raises(NoKeptShotsError, match="which rounding has taken over"):
        equation.no_jump(ket, 3.0)


# Monitoring.


def by_hand(equation: nv.MasterEquation, rho: NDArray, checks: int, period: float, keep: int) -> tuple[NDArray, float]:
    """One exponential of the whole generator, and a projector after it, again and again."""
    n = equation.n_qubits
    step = scipy.linalg.expm(equation.liouvillian * period)
    sigma = np.array([n - 2 * k.bit_count() for k in range(2**n)])
    projector, probability = (np.abs(sigma) == keep).astype(float), 1.0
    for _ in range(checks):
        rho = projector[:, None] * unstacked(step @ stacked(rho)) * projector
        kept = np.trace(rho).real
        rho, probability = rho / kept, probability * kept
    return rho, probability


@pytest.mark.parametrize(("n", "keep"), [(1, 1), (2, 2), (3, None), (3, 1), (3, 3), (4, 2)])
def test_any_value_is_kept_with_its_coherence(n: int, keep: int | None, rng: np.random.Generator) -> None:
    equation, rho = many(rng, n).equation, random_state(rng, n)
    found = equation.monitored(rho, [0.0, 0.2, 1.0, 1.1], period=0.2, keep=keep)
    value = n % 2 if keep is None else keep
    for k, checks in ((1, 1), (2, 5)):
        exact, probability = by_hand(equation, rho, checks, 0.2, value)
        np.testing.assert_allclose(found.states[k], exact, rtol=0, atol=ERROR)
        np.testing.assert_allclose(found.probability[k], probability, rtol=1e-10)
    np.testing.assert_allclose(found.states[3], equation.evolve(found.states[2], 0.1)[0], rtol=0, atol=ERROR)
    assert found.probability[0] == 1
    np.testing.assert_allclose(found.states[0], rho, rtol=0, atol=1e-15)


def test_three_qubits_without_any_symmetry(rng: np.random.Generator) -> None:
    equation, rho = general(rng, 3), random_state(rng, 3)
    exact, probability = by_hand(equation, rho, 4, 0.1, 1)
    found = equation.monitored(rho, 0.4, period=0.1)
    np.testing.assert_allclose(found.states[0], exact, rtol=0, atol=ERROR)
    np.testing.assert_allclose(found.probability, probability, rtol=1e-10)


def test_four_qubits_by_blocks_are_those_by_exponentials(rng: np.random.Generator) -> None:
    from nvprotocol.master_equation.blocked_checks import monitored_by_blocks

    equation, rho = many(rng, 4).equation, random_state(rng, 4)
    times = np.array([0.0, 0.3, 0.75, 60.0])
    dense = equation.monitored(rho, times, period=0.3)
    found = monitored_by_blocks(equation._parameters, rho, times, 0.3, 0)
    np.testing.assert_allclose(found.states, dense.states, rtol=0, atol=1e-10)
    np.testing.assert_allclose(np.log(found.probability), np.log(dense.probability), rtol=1e-9)


@pytest.mark.slow
def test_checks_of_six_qubits_at_a_high_rate_are_the_evolution_without_jumps() -> None:
    """At T = 0 a check that accepts has seen no relaxation: any period gives the same."""
    shape = np.exp(-np.abs(np.subtract.outer(np.arange(6), np.arange(6))) / 2)
    equation = nv.MasterEquation(nv.Medium(relaxation=shape))
    kept, exact = equation.monitored("ududud", [0.5, 1.0], period=0.25), equation.no_jump("ududud", [0.5, 1.0])
    np.testing.assert_allclose(kept.states, exact.states, rtol=0, atol=1e-10)
    np.testing.assert_allclose(kept.probability, exact.probability, rtol=1e-9)


def test_a_batch_of_odd_numbers() -> None:
    """From |udu⟩ the one excitation must last: P = e^(−2at)."""
    a = np.array([1.0, 2.0])
    equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(3) * a[:, None, None]))
    found = equation.monitored("udu", [0.0, 0.5, 1.0], period=[0.5, 0.5, 0.25])
    np.testing.assert_allclose(found.probability, np.exp(-2 * a[:, None] * [0.0, 0.5, 1.0]), rtol=1e-11)


def test_checks_that_keep_nothing_or_what_rounding_has_taken_over() -> None:
    decaying = nv.MasterEquation(nv.Medium(relaxation=np.eye(3)))
    with pytest.raises(NoKeptShotsError, match=r"The checks keep nothing: their outcome \|σᶻ\| = 1"):
        decaying.monitored("uuu", 1.0, period=0.5)
    triple = np.array([float(k.bit_count() == 1) for k in range(8)]) / np.sqrt(3)  # dark states beside it last
    collective = nv.MasterEquation(nv.Medium(relaxation=np.ones((3, 3))))
    assert collective.monitored(triple, 1.0, period=0.5).probability == pytest.approx(np.exp(-6), rel=1e-10)
    with pytest.raises(NoKeptShotsError, match="which rounding has taken over"):
        collective.monitored(triple, 5.0, period=0.5)
    with pytest.raises(ArgumentError, match="`period` must be at least 1e-05, for 100000 checks at most"):
        decaying.monitored("udu", 1.0, period=1e-7)


def test_what_does_not_fit_is_refused_and_says_what_it_needs() -> None:
    equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(8), excitation=0.1 * np.eye(8)))
    for ask in (lambda: equation.evolve("ud" * 4, 1.0), lambda: equation.monitored("ud" * 4, 1.0, period=0.5)):
        with (
            nv.resources.limited_memory("10 MB"),
            pytest.raises(TooLargeError, match=r"Krylov spaces of 12870 elements of density matrices take 15\.6 MB"),
        ):
            ask()


def test_only_what_the_state_touches_takes_memory() -> None:
    """One excitation at T = 0: 82 of the 48620 elements of the block."""
    equation = nv.MasterEquation(nv.Medium(relaxation=np.ones((9, 9))))
    with nv.resources.limited_memory("40 MB"):
        state = equation.evolve("d" + "u" * 8, 30.0)[0]
    assert state[0, 0].real == pytest.approx(1 / 9, abs=1e-10)


def test_a_state_at_rest_needs_no_more_steps() -> None:
    """The Krylov space of a stationary state has one vector: any time is as good as none."""
    equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(6)))
    np.testing.assert_array_equal(equation.evolve("u" * 6, 1e9), equation.evolve("u" * 6, 0.0))


def test_times_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(krylov, "_MOST_STEPS", 10)
    equation = nv.MasterEquation(nv.Medium(relaxation=np.eye(6)), np.arange(6.0) * 1e3, drive=1e3)
    with pytest.raises(ArgumentError, match=r"`times` must be at most .* µs for these rates"):
        equation.evolve("ududdu", 1e6)
