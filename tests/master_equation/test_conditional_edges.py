"""Conditional states where rounding could take over: closed forms, 120 digits, and what is refused."""

import by_mpmath
import numpy as np
import pytest
from edge_cases import edge_case
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from strategies import SEEDS, pairs
from systems import System, random_state

import nvprotocol as nv
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.master_equation import conditional
from nvprotocol.operators.states import factor

KET = nv.operators.bell_state("psi+")
STARTS = {"ket": KET, "density matrix": np.outer(KET, KET)}


def bright(**symbols: float) -> nv.MasterEquation:
    """|A| = a: T₀ decays at 4a, and what rounding puts into S stays."""
    return nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, **symbols))


@pytest.mark.parametrize("time", [0.0, 1.0, 6.0, 8.0, 9.0, 10.0, 11.0])
@pytest.mark.parametrize("start", list(STARTS))
@pytest.mark.parametrize("route", ["no jump", "with dephasing that T₀ does not feel", "checks"])
def test_the_bright_state_stays_itself_as_long_as_it_is_known(time: float, start: str, route: str) -> None:
    """P = e^(−4at), to 1e-19, where a rounding of 1e-16 in S would be larger than all that is left of T₀."""
    if route == "checks":
        kept = bright().monitored(STARTS[start], time, period=1.0)
    else:
        dephasing = {"d": 0.3, "D": 0.3} if route.startswith("with") else {}
        kept = bright(**dephasing).no_jump(STARTS[start], time)
    assert kept.probability[0] == pytest.approx(np.exp(-4 * time), rel=1e-10, abs=0)
    np.testing.assert_allclose(kept.states[0], STARTS["density matrix"], rtol=0, atol=1e-6)
    assert np.linalg.eigvalsh(kept.states[0]).min() > -1e-12


@pytest.mark.parametrize("time", [12.0, 13.0, 14.0])
def test_a_ket_is_known_to_all_its_digits(time: float) -> None:
    """To P = 5e-25, where one unit in the last place of an amplitude changes P by 1e-7."""
    for equation in (bright(), bright(d=0.3, D=0.3)):
        kept = equation.no_jump(KET, time)
        assert kept.probability[0] == pytest.approx(np.exp(-4 * time), rel=1e-10, abs=0)
        np.testing.assert_allclose(kept.states[0], STARTS["density matrix"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("time", [15.0, 20.0, 50.0])
@pytest.mark.parametrize("start", list(STARTS))
def test_beyond_that_it_is_refused(time: float, start: str) -> None:
    """By a rule: one unit in the last place of the start changes the probability by more than 1e-7 of itself."""
    for method in (bright().no_jump, bright(d=0.1, D=0.1).no_jump, lambda *of: bright().monitored(*of, period=1.0)):
        with pytest.raises(NoKeptShotsError, match="which the last digits of the initial state decide"):
            method(STARTS[start], time)
        with pytest.raises(NoKeptShotsError, match="vanishing probability"):
            method(STARTS[start], 1e4)


@pytest.mark.parametrize("q", [1e-10, 1e-30, 1e-200])
def test_what_is_rare_for_a_reason_is_no_rounding(q: float) -> None:
    """From |uu⟩ a check finds |σᶻ| = 0 after one excitation, P = 2q(1 − e^(−2at))/… ∝ q however small that is."""
    rare = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5, q=q)).monitored("uu", [0.7], period=0.7)
    common = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5, q=1e-9)).monitored("uu", [0.7], period=0.7)
    assert rare.probability[0] / q == pytest.approx(common.probability[0] / 1e-9, rel=1e-7)
    np.testing.assert_allclose(rare.states, common.states, rtol=0, atol=1e-8)


@settings(max_examples=15)
@given(SEEDS)
def test_edges_against_many_digits(seed: int) -> None:
    """Positive; right to 1e-6 wherever one unit in the last place of W changes P by less than 1e-7, or refused."""
    rng = np.random.default_rng(seed)
    _, equation, initial, time, period = edge_case(rng)
    W = factor(initial, equation.n_qubits)
    with mp.workdps(120):
        try:
            kept = equation.no_jump(initial, time) if period is None else equation.monitored(initial, time, period)
        except NoKeptShotsError:
            return
        if period is None:
            condition = by_mpmath.no_jump(equation, time)
        else:
            condition = by_mpmath.after_checks(equation, round(time / period), period)
        exact = condition.probability(by_mpmath.exactly(W))
        if exact > mp.mpf(10) ** -300:
            assert abs(mp.mpf(float(kept.probability[0])) / exact - 1) < 1e-6
        else:
            assert kept.probability[0] < 1e-299
        rows, columns = condition.rows, condition.columns
        expected = by_mpmath.to_numpy(condition.kept(by_mpmath.exactly(W)) / exact)
        np.testing.assert_allclose(kept.states[0][rows, columns], expected[rows, columns], rtol=0, atol=1e-6)
    assert np.linalg.eigvalsh(kept.states[0]).min() > -1e-12
    assert np.trace(kept.states[0]).real == pytest.approx(1, abs=1e-12)


@settings(max_examples=60)
@given(pairs(), SEEDS, st.floats(0, 3))
def test_a_state_whose_slowest_mode_is_there_is_never_refused(system: System, seed: int, exponent: float) -> None:
    """Full rank has every mode; the time is up to 10³ lifetimes."""
    rho = random_state(np.random.default_rng(seed))
    kept = system.equation.no_jump(rho, 10**exponent)
    assert np.linalg.eigvalsh(kept.states[0]).min() > -1e-12


def test_a_batch_takes_each_point_by_the_route_it_needs() -> None:
    """With and without dephasing, sure of it or not, in one call."""
    d = np.array([0.0, 0.3, 0.0, 0.3])
    fast = STARTS["density matrix"]
    states = np.stack([fast, fast, nv.operators.density_matrix("ud"), (fast + nv.operators.density_matrix("dd")) / 2])
    times = [0.5, 9.0]
    together = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, d=d, D=d)).no_jump(states, times)
    for k in range(4):
        alone = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, d=d[k], D=d[k])).no_jump(states[k], times)
        np.testing.assert_allclose(together.states[k], alone.states, rtol=0, atol=1e-13)
        np.testing.assert_allclose(together.probability[k], alone.probability, rtol=1e-10)


def test_the_fallback_is_the_fast_way_where_both_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.7 + 0.3j, q=0.2, J=0.4), 0.3)
    dephased = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.7, q=0.2, d=0.2, D=0.1, J=0.4, Jz=0.7), 0.3)
    rho = random_state(np.random.default_rng(1))
    calls = [
        lambda: equation.no_jump(rho, [0.3, 2.0]),
        lambda: dephased.no_jump(rho, [0.3, 2.0]),
        lambda: dephased.monitored(rho, [0.3, 0.6, 2.0], period=0.25),
    ]
    fast = [call() for call in calls]
    monkeypatch.setattr(conditional, "SURE", -1.0)
    for call, expected in zip(calls, fast, strict=True):
        found = call()
        np.testing.assert_allclose(found.states, expected.states, rtol=0, atol=1e-13)
        np.testing.assert_allclose(found.probability, expected.probability, rtol=1e-12)


@given(SEEDS)
def test_states_made_positive_have_lost_rounding_only(seed: int) -> None:
    """Eigenvalues of −1e-10 go, the rest moves by no more than that; what was positive is left alone."""
    rng = np.random.default_rng(seed)
    unitary = np.linalg.qr(rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)))[0]
    spectra = np.array([[0.7, 0.3, 1e-11, -1e-10], [0.7, 0.2, 0.1, 0.0]])
    states = np.einsum("ik,bk,jk->bij", unitary, spectra / spectra.sum(axis=-1)[:, None], unitary.conj())
    found = states.copy()
    conditional.made_positive(found, np.full(2, 1e-9))
    assert np.linalg.eigvalsh(found).min() > -1e-15
    np.testing.assert_allclose(found[0], states[0], rtol=0, atol=3e-10)
    np.testing.assert_array_equal(found[1], states[1])


@pytest.mark.parametrize("share", [1e-10, 1e-17])
def test_of_a_density_matrix_what_is_below_rounding_is_dropped(share: float) -> None:
    """Eigenvalues below 4ε of the largest are no part of the state."""
    rho = (1 - share) * STARTS["density matrix"] + share * np.diag([0, 0, 0, 1])
    W = factor(rho)
    assert W.shape[-1] == (2 if share > 1e-15 else 1)
    np.testing.assert_allclose(W @ W.conj().T, rho, rtol=0, atol=1e-15)
