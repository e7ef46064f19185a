"""The figures of what the paper leaves open: their data against closed forms and independent routes."""

import numpy as np
import pytest
from figure_data import data_of
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

import nvprotocol as nv
from nvprotocol.paper.figures.coherent_coupling import lasting_with_dm
from nvprotocol.paper.figures.conditional_map import (
    conditional_map,
    exceptional_detuning,
    lasting_concurrence,
    random_look_concurrence,
    small_period_law,
)
from nvprotocol.paper.figures.dephasing_and_echo import DELTA, pulsed_alone
from nvprotocol.paper.figures.finite_rate import CASES
from nvprotocol.paper.figures.no_emitted_magnon import heralded
from nvprotocol.paper.figures.reservoirs import competing_medium
from nvprotocol.paper.figures.robustness import ensemble, infidelity, random_hamiltonians
from nvprotocol.paper.figures.sudden_death import end_of_entanglement

pytestmark = pytest.mark.xdist_group("figures")  # the data of each are worked out once


def pair(q: float, delta: float = 0.0, A: float = 0.9, **others: float) -> nv.MasterEquation:
    return nv.MasterEquation(nv.Medium.pair(a=1.0, A=A, q=q, **others), delta)


@pytest.mark.parametrize(
    ("delta", "expected"),
    [(0.0, [0.9986, 0.9842, 0.9436, 0.7665, 0.3345, 0.0177]), (1.2, [0.9869, 0.8824, 0.6824, 0.2398, 0.0049, 0.0])],
)
def test_what_monitoring_at_a_finite_rate_ends_in(delta: float, expected: list[float]) -> None:
    equation = pair(0.5, delta)
    periods = [0.01, 0.1, 0.3, 1.0, 3.0, 10.0]
    found = [float(lasting_concurrence(equation, period)) for period in periods]
    np.testing.assert_allclose(found, expected, rtol=0, atol=6e-5)
    # The same by following the checks one after the other.
    kept = [equation.monitored("ud", np.round(400 / period) * period, period).states[0] for period in periods]
    np.testing.assert_allclose(nv.concurrence(kept), found, rtol=0, atol=1e-9)
    case = CASES.index((0.5, delta))
    drawn = data_of("finite_rate").lasting.isel(case=case).interp(period=periods, method="cubic")
    np.testing.assert_allclose(drawn, expected, rtol=0, atol=2e-4)


@pytest.mark.parametrize("delta", [0.0, 0.3, 0.85])
def test_at_zero_temperature_the_period_does_not_matter(delta: float) -> None:
    found = [float(lasting_concurrence(pair(0.0, delta), period)) for period in (0.01, 0.3, 3.0, 10.0)]
    np.testing.assert_allclose(found, 1, rtol=0, atol=1e-9)
    assert np.ptp(data_of("finite_rate").lasting.isel(case=0).to_numpy()) < 1e-9


@pytest.mark.parametrize("period", [0.05, 0.4, 1.5])
def test_at_zero_temperature_the_exceptional_point_stays_whatever_the_period(period: float) -> None:
    # Nothing returns, so the map is the no-jump evolution: three eigenvalues e^(−2aτ) at δ = Γ, in one chain.
    at = conditional_map(pair(0.0, 0.9), period)[:3, :3] / np.exp(-2 * period) - np.eye(3)
    np.testing.assert_allclose(np.linalg.matrix_power(at, 3), 0, atol=1e-12)
    assert np.abs(at @ at).max() > 1e-3


def test_random_looks_have_a_threshold_that_is_not_in_the_kept_block() -> None:
    found = [random_look_concurrence(pair(0.5), rate) for rate in (1e-6, 0.3, 1.0, 3.0, 10.0, 100.0)]
    np.testing.assert_allclose(found, [0, 0, 0.323, 0.737, 0.916, 0.991], rtol=0, atol=6e-4)
    near = [random_look_concurrence(pair(0.5), 1 / period) for period in (1.8, 2.2)]
    assert near[0] > 0 == near[1]
    assert min(float(lasting_concurrence(pair(0.5), period)) for period in (3.3, 10.0)) > 0.01


@pytest.mark.parametrize("q", [0.05, 0.5, 1.0])
def test_often_checked_a_pair_beyond_the_exceptional_point_still_ends_entangled(q: float) -> None:
    Gamma, ratios = 0.9 * (1 + q), np.array([0.3, 0.8, 1.2, 2.0, 5.0])
    found = lasting_concurrence(nv.MasterEquation(pair(q).medium, ratios * Gamma), 1e-6)
    # The error is of order τ^(1/3) next to δ = Γ only; here it is of order τ/(1 − δ/Γ)².
    np.testing.assert_allclose(found, np.minimum(1, 1 / ratios), rtol=0, atol=1e-4)


@given(
    q=st.floats(0.02, 1.0),
    A=st.floats(0.1, 1.0),
    ratio=st.floats(0.0, 2.5),
    period=st.floats(0.02, 3.0),
)
def test_the_dominant_eigenvalue_is_real_positive_and_alone(q: float, A: float, ratio: float, period: float) -> None:
    values = np.linalg.eigvals(conditional_map(pair(q, ratio * A * (1 + q), A), period))
    values = values[np.argsort(-np.abs(values))]
    assert abs(values[0].imag) < 1e-12
    assert values[0].real > 0
    assert abs(values[1]) < (1 - 1e-7) * abs(values[0])


@pytest.mark.parametrize(("A", "q"), [(1.0, 0.1), (0.9, 0.5), (0.6, 0.3)])
def test_the_exceptional_point_moves_as_the_two_thirds_power_of_the_period(A: float, q: float) -> None:
    Gamma, periods = A * (1 + q), np.array([1e-6, 1e-5, 1e-4])
    shift, law = (
        np.array([1 - (find(1.0, A, q, period) / Gamma) ** 2 for period in periods])
        for find in (exceptional_detuning, small_period_law)
    )
    error = shift / law - 1
    assert np.all(np.abs(error) < 0.06)
    slope = np.diff(np.log(np.abs(error))) / np.diff(np.log(periods))  # the next order is τ^(1/3) smaller
    np.testing.assert_allclose(slope, 1 / 3, atol=0.05)


def test_two_eigenvalues_meet_at_the_exceptional_point() -> None:
    where = exceptional_detuning(1.0, 0.9, 0.5, period=0.1)
    for delta, real in ((0.999 * where, True), (1.001 * where, False)):
        values = np.linalg.eigvals(conditional_map(pair(0.5, delta), 0.1))
        assert bool(np.abs(values.imag).max() < 1e-12) is real


def test_heralding_has_its_limits_and_its_circuits_are_exact() -> None:
    data = data_of("no_emitted_magnon")
    at = data.limit.interp(scanned=[0.43, 0.71])
    np.testing.assert_allclose(at, [0.637, 0.775], rtol=0, atol=6e-4)
    np.testing.assert_allclose(data.largest.sel(ratio=1.0), data.limit, rtol=0, atol=1e-9)
    np.testing.assert_allclose(data.largest.sel(scanned=1.0), 1, rtol=0, atol=1e-6)
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)), monitors=2, monitor_efficiency=0.43)
    circuit = nv.protocols.no_emitted_magnon(0.7, 4, order=2)
    kept = nv.emulate(circuit, device, shots=None, postselect={"quiet": 1}, engine="exact")
    expected = heralded(np.array([0.7]), 0.43)
    np.testing.assert_allclose(kept.state, expected.states[0], rtol=0, atol=1e-9)
    np.testing.assert_allclose(kept.success_probability, expected.probability[0], rtol=0, atol=1e-9)


def test_exchange_removes_the_exceptional_point() -> None:
    lasting = data_of("coherent_coupling").lasting.sel(J=0.1).sel(ratio=[0.5, 1.0, 1.5], method="nearest")
    np.testing.assert_allclose(lasting, [0.9941, 0.9229, 0.6695], rtol=0, atol=6e-5)
    kept = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, J=0.1), [0.5, 1.0, 1.5]).no_jump("ud", 60.0)
    np.testing.assert_allclose(nv.concurrence(kept.states)[:, 0], lasting, rtol=0, atol=1e-6)


def test_a_dm_coupling_is_harmful_at_equal_fields_and_one_way_at_half_the_dissipative_one() -> None:
    dm = np.array([0.0, 0.1, 0.3, 0.45])
    np.testing.assert_allclose(lasting_with_dm(dm), np.sqrt(1 - 4 * dm**2), rtol=0, atol=1e-12)
    kept = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, dm=dm)).no_jump("ud", 60.0)
    np.testing.assert_allclose(nv.concurrence(kept.states)[:, 0], lasting_with_dm(dm), rtol=0, atol=1e-9)
    one_way = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, dm=0.5)).effective_hamiltonian
    assert min(abs(one_way[1, 2]), abs(one_way[2, 1])) < 1e-15


def test_weak_perturbations_cost_a_fidelity_of_second_order(rng: np.random.Generator) -> None:
    V = random_hamiltonians(30, rng)
    np.testing.assert_allclose(V, V.conj().swapaxes(-1, -2))
    singlet, triplet = nv.operators.bell_state("psi-"), nv.operators.bell_state("psi+")
    coupling = np.abs(np.einsum("i,nij,j->n", triplet, V, singlet)) ** 2
    # Perturbation theory for each of them: first order in ε beside it, and in what one period lets out.
    np.testing.assert_allclose(infidelity(1e-4 * V, 1e-3) / 1e-8, coupling / 4, rtol=2e-2, atol=1e-3)
    data = data_of("robustness")
    mean = data.infidelity.mean("sample") / data.law
    # |V_as|² is exponentially distributed, so a mean of 100 has a standard error of a tenth; four of them.
    np.testing.assert_allclose(mean.sel(strength=slice(0, 0.05)), 1, atol=0.4)


def test_the_ensemble_of_detunings_is_an_integral_over_the_closed_form() -> None:
    spread, time = 0.4, 2.5
    _, kept, even, left = (one[0] for one in ensemble(spread, np.array([time])))

    def weighted(delta: float, power: int) -> float:
        probability = float(nv.closed_form.success_probability(time, 1.0, 1.0, delta=delta))
        return probability * delta**power * np.exp(-((delta / spread) ** 2) / 2) / np.sqrt(2 * np.pi) / spread

    total, second = (quad(weighted, -6 * spread, 6 * spread, args=(power,), limit=200)[0] for power in (0, 2))
    np.testing.assert_allclose(kept, total, rtol=1e-6)
    np.testing.assert_allclose(left, np.sqrt(second / total), rtol=1e-6)
    assert even < 1
    data = data_of("robustness").sel(spread=0.5)
    late = data.kept_ensemble.sel(time=slice(2, 8))
    assert np.all(np.diff(late) > 0), "it becomes purer while one waits"


def test_a_chemical_potential_cools_or_heats() -> None:
    curve = data_of("reservoirs").concurrence.sel(kT=0.7)
    np.testing.assert_allclose(curve.interp(mu=[0.0, -1.0, 0.6]), [0.223, 0.419, 0.050], rtol=0, atol=1e-3)


def test_competing_channels_have_one_steady_state() -> None:
    for ratio, expected in ((0.01, 0.3911), (0.05, 0.2394)):
        steady = nv.MasterEquation(competing_medium(ratio)).steady_state()  # raises where it is not unique
        np.testing.assert_allclose(nv.concurrence(steady), expected, rtol=0, atol=6e-5)
        drawn = data_of("reservoirs").competing.interp(ratio=ratio, method="cubic")
        np.testing.assert_allclose(drawn, expected, rtol=0, atol=2e-4)


def test_dephasing_and_what_pulses_do() -> None:
    data = data_of("dephasing_and_echo")
    rates = np.array([0.5, 2.0, 4.0])
    kept = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, d=rates / 4)).no_jump("ud", 30.0)
    np.testing.assert_allclose(data.dephased.interp(g=rates), nv.concurrence(kept.states)[:, 0], rtol=0, atol=1e-9)
    common = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0, d=1.0, D=1.0)).no_jump("ud", 30.0)
    np.testing.assert_allclose(nv.concurrence(common.states), 1, rtol=0, atol=1e-9)
    # After an even number of pulses the law of equal fields holds, with a weaker coupling.
    for spacing in data.spacing.to_numpy():
        one = data.sel(spacing=spacing)
        strength = np.arcsinh(np.sin(np.sqrt(24) * spacing) / np.sqrt(24)) / spacing
        np.testing.assert_allclose(one.echoed_exact, np.tanh(2 * strength * one.sampled), rtol=0, atol=1e-9)
    assert DELTA == 5.0
    free = 2 * DELTA / (1 + DELTA**2)
    np.testing.assert_allclose(data.free.max(), free, rtol=0, atol=1e-4)


def test_pulses_without_monitoring_heat() -> None:
    assert pulsed_alone(0.02)[-1] < 1e-3
    np.testing.assert_allclose(pulsed_alone(50.0)[-1], 0.5, rtol=0, atol=1e-9)  # none within the time


def test_the_price_of_a_fidelity() -> None:
    data = data_of("bell_rate").interp(F=0.95)
    np.testing.assert_allclose(data.kept, [0.526, 0.447, 0.364, 0.058], rtol=0, atol=1e-3)
    np.testing.assert_allclose(data.time, [0.736, 0.818, 0.920, 1.84], rtol=0, atol=2e-3)
    rate = data.kept / (data.time + data.overhead)
    np.testing.assert_allclose(data.rate.transpose(*rate.dims), rate, rtol=1e-3)
    points = data_of("bell_rate")
    # The concurrence of the state that is reached is 2F − 1 at equal fields: the state is |Bell⟩ in the real block.
    reached = np.tile(np.sqrt(1 - (1 - (2 * points.tried - 1) ** 2)), (4, 1))
    np.testing.assert_allclose(points.exact, reached, rtol=0, atol=1e-9)


def test_the_end_of_the_entanglement() -> None:
    q = np.array([1e-5, 1e-3, 0.1, 0.3])
    for A in (0.5, 0.95):
        ends = end_of_entanglement(A, q)
        alive = np.sqrt(q) * 2 / (1 + q) < A  # else the signed concurrence falls from the start
        assert np.array_equal(np.isfinite(ends), alive)
        before, after = (
            nv.closed_form.thermal_concurrence(ends[alive] * scale, 1.0, A, q=q[alive]) for scale in (0.999, 1.001)
        )
        assert np.all(before > 0)
        assert np.all(after == 0)
    # In Fig. S4a |A| = 28 ends before t = .3, for a = 30; in S4b δ = 8 does, for a = 10.
    assert float(end_of_entanglement(28 / 30, np.array([0.1]))[0]) < 0.3 * 30
    assert float(end_of_entanglement(1.0, np.array([0.1]), 0.8)[0]) < 0.3 * 10
    slow = end_of_entanglement(0.8, np.array([1e-8, 1e-7, 1e-6]))
    np.testing.assert_allclose(np.diff(slow, 2), 0, atol=0.02 * abs(np.diff(slow)[0]))  # linear in ln q


@given(q=st.floats(1e-3, 1.0), share=st.floats(0.0, 1.0))
def test_too_weak_a_coupling_never_entangles_a_warm_pair(q: float, share: float) -> None:
    # At the start |ρ₁₂| grows as Γ and √(ρ₀₀ρ₃₃) as 2√(aã).
    A = share * 2 * np.sqrt(q) / (1 + q)
    assert nv.closed_form.thermal_concurrence(np.geomspace(1e-3, 30, 100), 1.0, A, q=q).max() < 1e-14


def test_only_the_weight_of_the_singlet_decides_what_an_initial_state_ends_in() -> None:
    data = data_of("initial_state")
    for q in data.q.to_numpy():
        expected = nv.closed_form.steady_concurrence(q, data.random_weight.to_numpy())
        np.testing.assert_allclose(data.random_concurrence.sel(q=q), expected, rtol=0, atol=1e-7)
    product = data.random_product == 1
    assert float(data.random_weight.where(product).max()) <= 0.5 + 1e-12
    np.testing.assert_allclose(data.threshold.interp(scanned_q=0.3), 0.393, rtol=0, atol=6e-4)
    ends = data.concurrence.sel(q=0.3).interp(p_S=[0.115, 0.38, 0.40])
    assert (ends > 0).to_numpy().tolist() == [False, False, True]
    np.testing.assert_allclose(data.concurrence.sel(q=0.0), data.p_S, rtol=0, atol=1e-12)
