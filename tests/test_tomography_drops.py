"""The rule for drops: its shape, its levels, what it covers at levels other than 95 %; the recommended estimate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.errors import ArgumentError
from nvprotocol.tomography._drops import ENTANGLED, FULL, WITHIN_ANSATZ, drops
from nvprotocol.tomography._fitted import fitted
from nvprotocol.tomography._profile import highest_concurrence, separable_drop
from nvprotocol.tomography._recommended import recommended_concurrence

SINGLET = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
STEADY = (nv.operators.density_matrix("uu") + SINGLET) / 2
MIXTURE = np.diag([0.5, 0, 0, 0.5])
LEVELS = st.floats(0.5, 0.9999)
MIXED_CLASSES = {
    ansatz: fitted(
        tomography.sample(np.broadcast_to(0.9 * STEADY + 0.1 * SINGLET, (60, 4, 4)), 100, seed=3), None, None, ansatz
    ).fits
    for ansatz in ("full", "X")
}


def werner(p: float) -> NDArray[np.complex128]:
    return p * SINGLET + (1 - p) * np.eye(4) / 4


def tables_of(rho: NDArray, shots: int, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return tomography.sample(np.broadcast_to(rho, (number, 4, 4)), shots, rng)


@pytest.mark.parametrize("ansatz", ["full", "X"])
@given(one=LEVELS, other=LEVELS)
def test_drops_rise_with_the_level(ansatz: str, one: float, other: float) -> None:
    counts = np.stack([3000 * tomography.probabilities(rho) for rho in (STEADY, SINGLET, MIXTURE, werner(0.6))])
    fits = fitted(counts, None, None, ansatz).fits
    # Of a class that does not depend on the level: the expected counts lose nothing, or very much.
    separable = np.array([1e9, 1e9, 0.0, 1e9])
    few, many = (drops(fits, separable, level, ansatz) for level in sorted([one, other]))
    assert np.all(np.less_equal(few, np.add(many, 1e-12)))
    assert np.all(np.greater(few, 0.1))


@pytest.mark.parametrize("ansatz", ["full", "X"])
@given(one=LEVELS, other=LEVELS, separable=st.floats(0.0, 40.0))
def test_no_drop_is_smaller_at_a_higher_level(ansatz: str, one: float, other: float, separable: float) -> None:
    # Of many classes, also such as change with the level.
    low, high = sorted([one, other])
    few, many = (drops(MIXED_CLASSES[ansatz], np.full(60, separable), level, ansatz) for level in (low, high))
    assert np.all(np.less_equal(few, np.multiply(many, 1 + 1e-12)))


def test_drops_at_95_percent_are_those_of_the_table() -> None:
    counts = np.stack([3000 * tomography.probabilities(rho) for rho in (werner(0.6), STEADY, SINGLET)])
    for rule, ansatz in ((FULL, "full"), (WITHIN_ANSATZ, "X")):
        fits = fitted(counts, None, None, ansatz).fits
        for entangled in (0, 1):
            found = drops(fits, np.full(3, 1e9 * entangled), 0.95, ansatz)
            for side, rows in zip(found, (rule.lower, rule.upper), strict=True):
                expected = [rows[entangled][lost][0] for lost in (0, 2, 3)]
                np.testing.assert_allclose(side, expected, atol=0.02)  # the fits lose no more than their tolerance


def test_the_loss_of_spurious_eigenvalues_raises_the_upper_drop(rng: np.random.Generator) -> None:
    # The spurious eigenvalues of a state of rank 2 gain some log-likelihood; the drop makes room for a part of it.
    fits = fitted(tables_of(STEADY, 300, 200, rng), None, None, "full").fits
    _, upper = drops(fits, np.full(200, 1e9), 0.95, "full")
    loss = fits.losses[1]
    smallest = upper[loss < 0.01].min()
    some = (loss > 0.2) & (loss < FULL.counted)
    assert some.sum() > 10
    assert np.all(upper[some] > smallest + 0.5 * loss[some])
    assert np.all(upper[some] < smallest + 0.6 * loss[some] + 0.02)


def test_upper_drops_rise_towards_the_border_of_separability() -> None:
    fits = fitted(np.stack([3000 * tomography.probabilities(STEADY)] * 4), None, None, "full").fits
    _, upper = drops(fits, np.array([0.0, 1.5, ENTANGLED - 1e-9, ENTANGLED]), 0.95, "full")
    assert np.all(np.diff(upper) > 0)
    assert np.diff(upper)[-1] < 0.3  # and there is hardly a jump


@pytest.mark.parametrize("level", [0.5, 0.68, 0.9, 0.99])
def test_other_levels_cover(level: float, rng: np.random.Generator) -> None:
    tables = 150
    for rho, truth in ((STEADY, 0.5), (MIXTURE, 0.0), (werner(0.9), 0.85)):
        found = tomography.concurrence_interval(tables_of(rho, 300, tables, rng), level=level)
        covered = np.mean((found.low <= truth + 1e-9) & (found.high >= truth - 1e-9))
        assert covered > level - 3.5 * np.sqrt(level * (1 - level) / tables)


def test_levels_that_were_not_measured_are_refused() -> None:
    counts = 100 * np.ones((9, 4), dtype=int)
    must = r"Argument `level` must be at least {}, as no coverage was measured below, but is 0\.4\."
    for call in (tomography.concurrence_interval, tomography.estimate):
        with pytest.raises(ArgumentError, match=must.format(0.5)):
            call(counts, level=0.4)
    with pytest.raises(ArgumentError, match=must.format(0.5)):
        tomography.fidelity_interval(counts, "psi-", level=0.4)
    with pytest.raises(ArgumentError, match=must.format(0.75)):
        tomography.concurrence_bound(counts, level=0.4)
    with pytest.raises(ArgumentError, match="Argument `level` must be less than 1, but is 1"):
        tomography.concurrence_bound(counts, level=1.0)


def test_climbs_together_are_climbs_alone(rng: np.random.Generator) -> None:
    fits = fitted(tables_of(STEADY, 200, 6, rng), None, None, "full").fits
    levels = np.array([0.5, 2.0, 5.0])
    together = highest_concurrence(fits, np.broadcast_to(levels[:, None], (3, 6)))
    alone = [highest_concurrence(fits.part(np.array([k])), levels[:, None])[:, 0] for k in range(6)]
    np.testing.assert_allclose(together, np.transpose(alone), atol=1e-9)
    assert np.all(np.diff(together, axis=0) > 0)
    assert np.all(highest_concurrence(fits, np.full(6, 2.0), rank_two=True) <= together[1] + 1e-12)


def test_recommended_estimate_leaves_alone_what_is_not_of_rank_two(rng: np.random.Generator) -> None:
    for rho, ansatz in ((werner(0.6), "full"), (SINGLET, "full"), (MIXTURE, "full"), (STEADY, "X")):
        this = fitted(tables_of(rho, 1000, 20, rng), None, None, ansatz)
        found = recommended_concurrence(this, separable_drop(this.fits), ansatz)
        np.testing.assert_array_equal(found, nv.concurrence(this.fits.states))


def test_recommended_estimate_does_not_depend_on_the_level(rng: np.random.Generator) -> None:
    counts = tables_of(STEADY, 300, 20, rng)
    at_95 = tomography.estimate(counts).concurrence
    for level in (0.68, 0.99):
        np.testing.assert_allclose(tomography.estimate(counts, level=level).concurrence, at_95, atol=1e-9)
    plain = nv.concurrence(tomography.maximum_likelihood(counts).state)
    assert np.all(at_95 >= plain - 1e-3)  # two fits of the same table differ by their tolerance
    assert np.sqrt(np.mean((at_95 - 0.5) ** 2)) < 0.9 * np.sqrt(np.mean((plain - 0.5) ** 2))


def test_offsets_vanish_inside() -> None:
    # Far inside, where no eigenvalue can be lost, ends are quantiles of the normal distribution at every level.
    inside = fitted(1e6 * tomography.probabilities(werner(0.6)), None, None, "full").fits
    entangled = separable_drop(inside)
    at_95, at_68 = (np.sqrt(drops(inside, entangled, level, "full")) for level in (0.95, 0.68))
    np.testing.assert_allclose(at_95 / at_68, norm.ppf(0.975) / norm.ppf(0.84))
