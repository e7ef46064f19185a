"""Pearson's χ²: right counts have as much of it as they should, wrong ones more."""

import numpy as np
import pytest
from counting import FALSE_ALARM, cells, pearson, sigmas
from numpy.typing import NDArray
from scipy.stats import chi2
from systems import random_state

import nvprotocol as nv
from nvprotocol.emulation import Estimate
from nvprotocol.experiment import Agreement, counts_agreement

EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.3), detuning=0.4)
KEPT = EQUATION.monitored("ud", [0.6], 0.3)
MIXED = np.diag([0.25, 0.25, 0.25, 0.25]).astype(complex)
STATE, PROBABILITY = KEPT.states[0], float(KEPT.probability[0])


def estimate_with(counts: NDArray, shots: int) -> Estimate:
    return Estimate(
        state=MIXED,
        concurrence=0.0,
        interval=(0.0, 1.0),
        standard_error=0.1,
        success_probability=0.5,
        success_interval=(0.4, 0.6),
        counts=counts,
        shots=shots,
        metadata={},
    )


def drawn(rng: np.random.Generator, shots: int, state: NDArray = STATE, probability: float = PROBABILITY) -> Estimate:
    return estimate_with(rng.multinomial(shots, cells(state, probability))[:, :-1], shots)


@pytest.mark.parametrize("shots", [20, 200, 20_000])
def test_it_is_pearsons_with_rare_cells_together(shots: int, rng: np.random.Generator) -> None:
    for rank in (1, 2, 4):
        state, probability = random_state(rng, rank=rank), float(rng.random())
        estimate = drawn(rng, shots, state, probability)
        assert estimate.counts is not None
        found = counts_agreement(estimate, state, probability)
        expected = pearson(estimate.counts, shots, state, probability)
        assert (found.chi_squared, found.degrees_of_freedom) == pytest.approx(expected, rel=1e-9)
        # Where hardly any run is kept, all cells are rare, and no degree of freedom is left.
        assert found.p_value == pytest.approx(chi2.sf(*expected), rel=1e-9, nan_ok=True)


@pytest.mark.statistical
@pytest.mark.parametrize("shots", [50, 1000])
def test_right_counts_have_one_for_each_degree_of_freedom(shots: int, rng: np.random.Generator) -> None:
    # The mean of Pearson's χ² over n tables is the number of degrees of freedom, the variance twice
    # that, where no cell is rare; the relative variance of a variance of χ² is (2 + 12/freedom)/n.
    n = 1000
    found = [counts_agreement(drawn(rng, shots), STATE, PROBABILITY) for _ in range(n)]
    values, freedom = np.array([one.chi_squared for one in found]), found[0].degrees_of_freedom
    assert {one.degrees_of_freedom for one in found} == {freedom}
    assert abs(values.mean() - freedom) < sigmas(2) * values.std(ddof=1) / np.sqrt(n)
    assert values.var() == pytest.approx(2 * freedom, rel=0.1 + sigmas(2) * np.sqrt((2 + 12 / freedom) / n))


@pytest.mark.statistical
def test_wrong_counts_are_rejected(rng: np.random.Generator) -> None:
    shots = 5000
    right = counts_agreement(drawn(rng, shots), STATE, PROBABILITY)
    assert right.p_value > FALSE_ALARM / 10
    others = {
        "another medium": nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.6, q=0.3), detuning=0.4),
        "the qubits swapped": nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.3), detuning=-0.4),
        "a conjugate coupling": nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8j, q=0.3), detuning=0.4),
    }
    for name, equation in others.items():
        kept = equation.monitored("ud", [0.6], 0.3)
        wrong = drawn(rng, shots, kept.states[0], float(kept.probability[0]))
        assert counts_agreement(wrong, STATE, PROBABILITY).p_value < 1e-6, name


@pytest.mark.statistical
def test_the_discarded_runs_count(rng: np.random.Generator) -> None:
    # The kept counts are in the right proportions; only how many are kept is wrong.
    wrong = drawn(rng, 2000, STATE, 0.85 * PROBABILITY)
    assert counts_agreement(wrong, STATE, PROBABILITY).p_value < 1e-6


def test_perfect_counts_have_none() -> None:
    quarter = np.full((9, 4), 250)
    found = counts_agreement(estimate_with(quarter, 2000), MIXED, 0.5)
    assert found.chi_squared == pytest.approx(0, abs=1e-20)
    assert found.degrees_of_freedom == 9 * 4
    assert found.p_value == 1


def test_nothing_kept_where_something_was_foretold_is_a_disagreement() -> None:
    assert counts_agreement(None, STATE, PROBABILITY, shots=1000).p_value < 1e-100
    assert counts_agreement(None, STATE, 1e-6, shots=1000) == Agreement(0.0, 0)
    assert counts_agreement(None, np.zeros((4, 4), dtype=complex), 0.0, shots=1000) == Agreement(0.0, 0)


def test_without_counts_there_is_nothing_to_say() -> None:
    noiseless = nv.emulate(nv.protocols.dissipative_entanglement(0.5), nv.Device(EQUATION), shots=None)
    for nothing in (counts_agreement(noiseless, noiseless.state, 1.0), counts_agreement(None, STATE, PROBABILITY)):
        assert nothing == Agreement(0.0, 0)
        assert np.isnan(nothing.p_value)
        assert str(nothing) == "Agreement of counts with the exact distribution: too few counts to tell."


def test_agreements_add_up() -> None:
    both = Agreement(3.0, 4) + Agreement(30.5, 27)
    assert both == Agreement(33.5, 31)
    assert str(both) == (
        "Agreement of counts with the exact distribution: χ² = 33.5 for 31 degrees of freedom, 1.081 each "
        f"(p = {chi2.sf(33.5, 31):.2g})."
    )
