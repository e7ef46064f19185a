"""Quantum jumps: their statistics against exact evolution, and trajectories that are known to the last digit."""

from typing import Any

import numpy as np
import pytest
from counting import sigmas
from numpy.typing import NDArray
from scipy.sparse import csr_array
from systems import many, positive, random_state

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, TooLargeError
from nvprotocol.master_equation import trajectories as module
from nvprotocol.master_equation.jump_draws import Draws

TIMES = np.array([0.0, 0.1, 0.6, 1.5])


def observables(n: int) -> dict[str, Any]:
    return {f"z{k}": nv.operators.sigma_z(k, n) for k in range(n)} | {"x0": nv.operators.sigma_x(0, n)}


def general(rng: np.random.Generator, n: int) -> nv.MasterEquation:
    """Every entry of h, and a drive: nothing is conserved."""
    drive, detuning = rng.normal(size=n) + 1j * rng.normal(size=n), rng.normal() if n == 2 else rng.normal(size=n)
    return nv.MasterEquation(nv.Medium.from_matrix(positive(rng, 3 * n)), detuning, drive, offset=rng.normal())


def worst(found: nv.master_equation.Trajectories, states: NDArray) -> float:
    """The largest distance of a mean from the exact value, in standard errors, after the first time."""
    distances = []
    for name, operator in observables(states.shape[-1].bit_length() - 1).items():
        exact = np.einsum("tij,ji->t", states, operator).real
        distances.append(np.abs(found.mean[name] - exact)[1:] / found.standard_error[name][1:])
        assert found.mean[name][0] == pytest.approx(exact[0], abs=1e-12)
    return float(np.max(distances))


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("symmetric", [True, False])
def test_means_are_exact_within_their_standard_errors(n: int, symmetric: bool, rng: np.random.Generator) -> None:
    equation = many(rng, n).equation if symmetric else general(rng, n)
    initial = "+dud"[:n]
    found = equation.trajectories(initial, TIMES, observables(n), number=4000, seed=rng)
    comparisons = (n + 1) * (TIMES.size - 1)
    assert worst(found, equation.evolve(initial, TIMES)) < sigmas(comparisons)


def test_the_first_jump_comes_when_the_norm_has_fallen_to_the_first_number() -> None:
    """One qubit that relaxes: e^(−2at) = u, and then it rests."""
    equation = nv.MasterEquation(nv.Medium(relaxation=[[0.7]]))
    found = equation.trajectories("d", [0.0, 0.3, 50.0], {}, number=20, seed=5)
    numbers = Draws(5, range(20)).take(np.arange(20))
    np.testing.assert_allclose([one.times[0] for one in found.records], -np.log(numbers) / 1.4, rtol=1e-11)
    assert all(one.jumps.tolist() == [1] for one in found.records)  # 0 is excitation


@pytest.mark.slow
@pytest.mark.parametrize("n", [2, 4])
@pytest.mark.parametrize("symmetric", [True, False])
def test_ladders_and_krylov_spaces_give_the_same_trajectories(
    n: int, symmetric: bool, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    equation = many(rng, n).equation if symmetric else general(rng, n)
    initial = "+dud"[:n]
    by_ladder = equation.trajectories(initial, TIMES, observables(n), number=10, seed=8)
    monkeypatch.setattr(module, "LARGEST", 0)
    by_krylov = equation.trajectories(initial, TIMES, observables(n), number=10, seed=8)
    assert (by_ladder.metadata["method"], by_krylov.metadata["method"]) == ("ladder of propagators", "Krylov")
    for one, other in zip(by_ladder.records, by_krylov.records, strict=True):
        np.testing.assert_array_equal(one.jumps, other.jumps)
        np.testing.assert_allclose(one.times, other.times, rtol=0, atol=1e-9)
    for name in by_ladder.mean:
        np.testing.assert_allclose(by_ladder.mean[name], by_krylov.mean[name], rtol=0, atol=1e-8)
    assert sum(one.jumps.size for one in by_ladder.records) > 20


def test_a_trajectory_does_not_depend_on_how_many_there_are(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    equation = many(rng, 3).equation
    few = equation.trajectories("dud", TIMES, observables(3), number=3, seed=11)
    monkeypatch.setattr(module, "_AT_ONCE", 40)  # five at a time
    more = equation.trajectories("dud", TIMES, observables(3), number=12, seed=11)
    again = equation.trajectories("dud", TIMES, observables(3), number=12, seed=more.metadata["seed"])
    for one, other in zip(few.records, more.records, strict=False):
        np.testing.assert_array_equal(one.jumps, other.jumps)
        np.testing.assert_allclose(one.times, other.times, rtol=0, atol=1e-12)
    for name, values in more.mean.items():
        np.testing.assert_array_equal(values, again.mean[name])
    assert len({tuple(one.times) for one in more.records}) == 12


def test_means_and_errors_are_those_of_the_values(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums over parts are the sums over all; a matrix, a sparse one and a function are the same observable."""
    seen: list[NDArray] = []
    z = nv.operators.sigma_z(1, 3)

    def watched(kets: NDArray) -> NDArray:
        values = np.einsum("md,d->m", np.abs(kets) ** 2, z.diagonal().real)
        seen.append(values)
        return values

    monkeypatch.setattr(module, "_AT_ONCE", 24)
    equation = many(rng, 3).equation
    wanted = {"dense": z, "sparse": csr_array(z), "function": watched}
    found = equation.trajectories("dud", 0.4, wanted, number=10, seed=2)
    values = np.concatenate(seen)
    assert values.size == 10
    for name in wanted:
        assert found.mean[name][0] == pytest.approx(values.mean(), abs=1e-14)
        assert found.standard_error[name][0] == pytest.approx(values.std(ddof=1) / np.sqrt(10), rel=1e-12)


def test_jumps_are_told_by_their_place_among_the_operators() -> None:
    """Different rates, two kinds: the qubit that has jumped is the one on which the operator acts."""
    medium = nv.Medium(relaxation=np.diag([1.0, 3.0, 2.0]), excitation=np.diag([0.2, 0.3, 0.1]))
    equation = nv.MasterEquation(medium)
    found = equation.trajectories("ddd", 3.0, {}, number=20, seed=4)
    for record in found.records:
        ket = nv.operators.state("ddd")
        for number in record.jumps:
            ket = equation.jump_operators[number] @ ket
            assert np.linalg.norm(ket) > 0.1  # each jump could happen
            ket /= np.linalg.norm(ket)
        assert np.all(np.diff(record.times) > 0)
        assert np.all((record.times > 0) & (record.times < 3.0))
    assert {int(one) for record in found.records for one in record.jumps} > {3, 4, 5}


@pytest.mark.statistical
def test_mixed_states_are_drawn(rng: np.random.Generator) -> None:
    equation, rho = many(rng, 2).equation, random_state(rng, 2)
    found = equation.trajectories(rho, [0.3], observables(2), number=3000, seed=rng)
    exact = [np.trace(equation.evolve(rho, 0.3)[0] @ one).real for one in observables(2).values()]
    distances = [abs(found.mean[k][0] - e) / found.standard_error[k][0] for k, e in zip(found.mean, exact, strict=True)]
    assert max(distances) < sigmas(3)


def test_nothing_happens_in_a_dark_state_or_at_time_zero() -> None:
    equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
    dark = equation.trajectories(nv.operators.bell_state("psi-"), [0.0, 100.0], {}, number=5, seed=1)
    assert all(one.jumps.size == 0 for one in dark.records)
    still = equation.trajectories("dd", 0.0, {"z": nv.operators.sigma_z(0)}, number=5, seed=1)
    assert still.mean["z"].tolist() == [-1.0]
    assert still.standard_error["z"].tolist() == [0.0]


def test_it_reads_well() -> None:
    equation = nv.MasterEquation(nv.Medium(relaxation=[[0.5]]))
    found = equation.trajectories("d", [0.0, 60.0], {"z": nv.operators.sigma_z(0, 1)}, number=4, seed=7)
    assert str(found) == (
        "4 trajectories with 1 jumps on average, up to 60 µs\n"
        "  z = 1 ± 0 in the end\n"
        "  (ladder of propagators, dimension 1, seed 7)"
    )


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([1], r"`observables` must be a mapping of matrices or functions by name, or None, but is"),
        ({1: np.eye(4)}, r"`observables` must have texts as keys, but is 1"),
        ({"a": np.eye(3)}, r'`observables\["a"\]` must be a function of kets or have shape \(4, 4\), but has shape'),
        ({"a": np.triu(np.ones((4, 4)))}, r'`observables\["a"\]` must be Hermitian, but differs from its adjoint by 1'),
        ({"a": lambda kets: kets}, r'`observables\["a"\]` must return one real number for each of 3 kets, but has'),
        ({"a": np.full((4, 4), np.nan)}, r'`observables\["a"\]` must be finite'),
    ],
)
def test_observables_that_are_none_are_refused(wanted: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        nv.MasterEquation(nv.Medium.pair()).trajectories("ud", 1.0, wanted, number=3, seed=1)


def test_other_arguments_are_checked() -> None:
    pair = nv.MasterEquation(nv.Medium.pair())
    with pytest.raises(ArgumentError, match="`number` must be at least 2, but is 1"):
        pair.trajectories("ud", 1.0, {}, number=1)
    with pytest.raises(TooLargeError, match="1000000000000 records of clicks take 1"):
        pair.trajectories("ud", 1.0, {}, number=10**12)
    with pytest.raises(ArgumentError, match="`seed` must be a whole number"):
        pair.trajectories("ud", 1.0, {}, number=2, seed=1.5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match="`medium` must be one, with one detuning, drive and initial state"):
        nv.MasterEquation(nv.Medium.pair(a=[1.0, 2.0])).trajectories("ud", 1.0, {}, number=2)
    thermal = nv.MasterEquation(nv.Medium.pair(a=1.0, q=0.25))
    with pytest.raises(ArgumentError, match=r"`times` must be at most 20000 µs, for up to 100000 jumps a trajectory"):
        thermal.trajectories("ud", [0.0, 1e9], {}, number=2)
    assert pair.trajectories("dd", [0.0, 1e9], {}, number=2).records[1].jumps.size == 2  # there are no more
    eight = nv.MasterEquation(nv.Medium(relaxation=np.eye(8)))
    with nv.resources.limited_memory("1 MB"), pytest.raises(TooLargeError, match=r"propagators of up to 70 × 70 and"):
        eight.trajectories("ud" * 4, 1.0, {}, number=2)
