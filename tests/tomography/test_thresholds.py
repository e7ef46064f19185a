"""The rule for intervals: how far out its limits are, what it covers where it is hardest, whether they are reached."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom, chi2, norm
from strategies import SEEDS
from systems import random_unitary
from two_qubit_states import SINGLET, State, werner

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.entanglement import signed_concurrence
from nvprotocol.errors import ArgumentError
from nvprotocol.tomography import _constrained, _signed_concurrence
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._pauli_vectors import to_matrix, to_vector
from nvprotocol.tomography._profile_likelihood import Fits, highest_concurrence, linear_limits, separable_loss
from nvprotocol.tomography.intervals import profile_interval

UP, DOWN = nv.operators.density_matrix("uu"), nv.operators.density_matrix("dd")
MIXTURE = (UP + DOWN) / 2
FLIPS = np.array([[0.954, 0.046], [0.046, 0.954]])
LEVELS = st.floats(0.5, 0.9999)
FALSE_ALARM = norm.isf(1e-5)
"""Standard deviations that a true coverage exceeds with this probability."""


def left_by_imperfect_monitoring(p: float) -> State:
    return p * SINGLET + (1 - p) * UP


def turned(rho: State) -> State:
    rng = np.random.default_rng(3)
    turn = np.kron(random_unitary(rng, 2), random_unitary(rng, 2))
    return turn @ rho @ turn.conj().T


def tables_of(rho: State, shots: int, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return tomography.sample(np.broadcast_to(rho, (number, 4, 4)), shots, rng)


@pytest.mark.parametrize("level", [0.5, 0.68, 0.9, 0.95, 0.99])
def test_limits_are_at_quantiles_of_two_degrees_of_freedom_below_and_four_above(level: float) -> None:
    # Expected counts of a Werner state, very many, so that the likelihood is a Gaussian: its limits are Werner states
    # (`test_ends_for_werner_states_have_a_closed_form`), told apart by 3N pairs with the probabilities (1 ± p)/2.
    shots, p = 10**7, 0.5
    found = tomography.concurrence_interval(shots * tomography.probabilities(werner(p)), level=level)
    sigma, value = 1.5 * np.sqrt((1 - p**2) / (3 * shots)), (3 * p - 1) / 2
    below, above = (np.sqrt(chi2.ppf(level, degrees)) for degrees in (2, 4))
    assert (value - found.low) / sigma == pytest.approx(below, abs=0.02)
    # The upper limit reaches further by one per cent of the width.
    assert (found.high - value) / sigma == pytest.approx(above + 0.01 * (below + above), abs=0.02)
    assert found.standard_error / sigma == pytest.approx(1, abs=0.02)


HARDEST = {
    "nearly pure, turned": (turned(left_by_imperfect_monitoring(0.98)), 5000, FLIPS, "full", 600),
    "nearly pure": (left_by_imperfect_monitoring(0.92), 200, FLIPS, "full", 200),
    "Bell, turned": (turned(SINGLET), 1000, FLIPS, "full", 200),
    "separable": (MIXTURE, 200, None, "full", 600),
    "X ansatz": (left_by_imperfect_monitoring(0.9), 1000, FLIPS, "X", 200),
}
"""State, shots a setting, readout error, ansatz, tables. At χ²₁, 1.92 on both sides, 0.77, 0.77, 0.34, 0.87, 0.90."""


@pytest.mark.slow
@pytest.mark.parametrize("cell", list(HARDEST))
def test_interval_covers_where_it_is_hardest(cell: str, rng: np.random.Generator) -> None:
    rho, shots, readout, ansatz, tables = HARDEST[cell]
    settings, truth = tomography.U1 if ansatz == "X" else None, float(nv.concurrence(rho))
    copies = np.broadcast_to(rho, (tables, 4, 4))
    counts = tomography.sample(copies, shots, rng, settings=settings, readout=readout)
    found = tomography.concurrence_interval(counts, settings=settings, readout=readout, ansatz=ansatz)
    covered = np.mean((found.low <= truth + 1e-9) & (truth <= found.high + 1e-9))
    assert covered > 0.945 - FALSE_ALARM * np.sqrt(0.945 * 0.055 / tables)


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.68, 0.9, 0.99])
def test_other_levels_cover(level: float, rng: np.random.Generator) -> None:
    tables, most = 100, 1.3 * (1 - level)
    for rho, shots in ((turned(left_by_imperfect_monitoring(0.95)), 200), (MIXTURE, 200), (werner(0.9), 300)):
        truth = float(nv.concurrence(rho))
        found = tomography.concurrence_interval(tables_of(rho, shots, tables, rng), level=level)
        missed = np.sum((found.low > truth + 1e-9) | (found.high < truth - 1e-9))
        assert binom.sf(missed - 1, tables, most) > 1e-5


@pytest.mark.slow
@settings(max_examples=20)
@given(one=LEVELS, other=LEVELS)
def test_intervals_are_nested(one: float, other: float) -> None:
    fits = fitted(tomography.sample(left_by_imperfect_monitoring(0.5), 100, seed=1), None, None, "full")
    narrow, wide = (profile_interval(fits, level) for level in sorted([one, other]))
    # Climbs to the upper limit end early by up to a per cent of the width.
    assert wide.low <= narrow.low + 1e-4
    assert wide.high >= narrow.high - 0.01 * (narrow.high - narrow.low)


def test_levels_that_were_not_measured_are_refused() -> None:
    counts = 100 * np.ones((9, 4), dtype=int)
    must = r"Argument `level` must be at least {}, as no coverage was measured below, but is 0\.4\."
    for call in (tomography.concurrence_interval, tomography.concurrence_bound, tomography.estimate):
        with pytest.raises(ArgumentError, match=must.format(0.5)):
            call(counts, level=0.4)
    with pytest.raises(ArgumentError, match=must.format(0.5)):
        tomography.fidelity_interval(counts, "psi-", level=0.4)
    with pytest.raises(ArgumentError, match="Argument `level` must be less than 1, but is 1"):
        tomography.concurrence_bound(counts, level=1.0)


def climbed_for_long(fits: Fits, loss: float) -> NDArray[np.float64]:
    """Upper limits by many linearisations from two starts, each from the end of the last."""
    floor, best = fits.log_likelihood - loss, np.full(len(fits.totals), -np.inf)
    for point in (fits.states, fits.truncated):
        for _ in range(30):
            inside = point + 0.01 / fits.totals[:, None, None] * (np.eye(4) / 4 - point)
            slope = _signed_concurrence.gradient(inside)
            edge = _constrained.constrained_maximum(
                fits.counts, fits.model, fits.started(), floor=floor, gradient=slope
            )
            point = to_matrix(edge.vectors)
            best = np.maximum(best, signed_concurrence(point))
    return best


WARM = 0.996 * left_by_imperfect_monitoring(0.975) + 0.004 * DOWN
"""Here a climb is slow: from both starts it ends 1 % of the width too low in the mean, from one alone more."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rho", "shots", "gained", "lacking"),
    [(turned(left_by_imperfect_monitoring(0.5)), 200, 0.009, 0.0), (WARM, 4000, 0.0, 0.055)],
    ids=["steady, turned", "warm"],
)
def test_upper_limit_is_where_a_long_climb_ends(
    rho: State, shots: int, gained: float, lacking: float, rng: np.random.Generator
) -> None:
    this = fitted(tables_of(rho, shots, 30, rng), None, None, "full")
    found, top = profile_interval(this, 0.95), climbed_for_long(this.fits, float(chi2.ppf(0.95, 4)) / 2)
    width = np.mean(found.high - found.low)
    # One per cent of the width is added to where the climb has ended.
    assert np.mean(found.high - top) / width == pytest.approx(gained, abs=0.005)
    assert np.max(top - found.high) / width <= lacking


@pytest.mark.slow
@settings(max_examples=30)
@given(seed=SEEDS, shots=st.integers(20, 10_000), loss=st.floats(0.1, 10))
def test_upper_limit_is_one_where_a_maximally_entangled_state_is_allowed(seed: int, shots: int, loss: float) -> None:
    rng = np.random.default_rng(seed)
    turn = np.kron(random_unitary(rng, 2), random_unitary(rng, 2))
    bell = turn @ SINGLET @ turn.conj().T
    fits = fitted(tomography.sample(bell, shots, rng), None, None, "full").fits
    lacks = fits.log_likelihood - tomography.log_likelihood(bell, fits.counts.reshape(9, 4))
    assert highest_concurrence(fits, lacks + loss) == pytest.approx(1, abs=0.02 / shots)


def test_a_search_without_a_solution_leaves_its_limit_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_constrained, "MAX_STEPS", 1)
    this = fitted(tomography.sample(werner(0.9), 1000, seed=1), None, None, "full")
    low, high, _ = profile_interval(this, 0.95)
    assert (low, high) == (0, 1)
    assert [float(end[0]) for end in linear_limits(this.fits, to_vector(SINGLET), np.array([2.0]))] == [-np.inf, np.inf]
    assert separable_loss(this.fits) == 0
