"""Bell pairs per second: closed forms, the exact evolution, and the printed optima of a film."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nvprotocol as nv
from nvprotocol.design.file import parse
from nvprotocol.design.sector import bell_phase, steady_fidelity
from nvprotocol.errors import ArgumentError
from nvprotocol.magnets.constants import GAMMA

MODEST = settings(max_examples=25, deadline=None)
PHASE = st.floats(-3.0, 3.0)
FIDELITY = st.floats(0.55, 0.999)
RATIO = st.floats(0.2, 1.0)


@pytest.mark.slow
@MODEST
@given(ratio=RATIO, phase=PHASE, q=st.floats(0.0, 0.9), fidelity=FIDELITY, exchange=st.floats(-1e3, 1e3))
def test_closed_forms_without_detuning(ratio: float, phase: float, q: float, fidelity: float, exchange: float) -> None:
    coupling = ratio * np.exp(1j * phase)
    # A coherent coupling of the same phase is harmless at δ = 0.
    medium = nv.Medium.pair(a=1.0, A=coupling, q=q, J=exchange * np.cos(phase), dm=-exchange * np.sin(phase))
    found = nv.design.bell_yield(medium, fidelity, cycle=nv.design.Cycle(period=0.0, preparation=3.0))
    gamma = ratio * (1 + q)
    assert found.time == pytest.approx(nv.closed_form.time_to_fidelity(fidelity, gamma), rel=1e-8)
    probability = nv.closed_form.probability_at_fidelity(fidelity, 1.0, ratio, q=q)
    assert found.probability == pytest.approx(probability, rel=1e-8)
    assert found.rate == pytest.approx(1e6 * probability / (found.time + 3.0), rel=1e-8)
    contrast = 2 * fidelity - 1
    assert 1 / found.dephasing_budget == pytest.approx(gamma * (1 - contrast**2) / contrast, rel=1e-8)
    if exchange == 0:
        detuning = gamma * np.sqrt(1 - contrast**2)
        assert found.field_tolerance_nt * GAMMA * 1e-15 / 2 == pytest.approx(detuning, rel=1e-6)


@pytest.mark.slow
@MODEST
@given(
    ratio=RATIO,
    phase=PHASE,
    exchange=st.floats(-1.0, 1.0),
    dm=st.floats(-1.0, 1.0),
    d=st.floats(0.0, 0.5),
    detuning=st.floats(-0.5, 0.5),
    start=st.sampled_from(("ud", "du")),
)
def test_the_fidelity_at_the_time_that_is_found(
    ratio: float, phase: float, exchange: float, dm: float, d: float, detuning: float, start: str
) -> None:
    medium = nv.Medium.pair(a=1.0, A=ratio * np.exp(1j * phase), q=0.2, J=exchange, dm=dm, d=d, D=d / 3)
    difference = 2 * detuning / (GAMMA * 1e-15)
    asked: dict[str, Any] = {"cycle": nv.design.Cycle(period=0.0), "tolerances": False}
    found = nv.design.bell_yield(medium, 0.7, field_difference_nt=difference, **asked)
    equation, attempt = nv.MasterEquation(medium, detuning), found.attempt(start)
    times = [float(attempt.time)] if attempt.reached else [60.0]
    kept = equation.no_jump(start, times)
    fidelity = 0.5 + (kept.states[0, 1, 2] * np.exp(-1j * found.phase)).real
    if attempt.reached:
        assert fidelity == pytest.approx(0.7, abs=1e-9)
        assert kept.probability[0] == pytest.approx(float(attempt.probability), rel=1e-9)
        before = equation.no_jump(start, np.linspace(0, times[0] * (1 - 1e-6), 200))
        assert np.all(0.5 + (before.states[:, 1, 2] * np.exp(-1j * found.phase)).real <= 0.7)
    else:
        assert fidelity < 0.7
        h = equation.effective_hamiltonian[1:3, 1:3]
        split = abs(np.diff(np.linalg.eigvals(h).imag)[0])
        if split > 0.3:  # else 60 µs are not long
            assert fidelity == pytest.approx(float(found.fidelity), abs=1e-3)


def test_what_monitoring_ends_in_is_the_chiral_and_the_dephased_limit() -> None:
    rng = np.random.default_rng(5)
    g12, g21 = rng.normal(size=(2, 50)) + 1j * rng.normal(size=(2, 50)) - 1j
    none = np.zeros(50)
    limit = steady_fidelity(g12, g21, bell_phase(g12, g21), none, none)
    np.testing.assert_allclose(2 * limit - 1, nv.closed_form.chiral_steady_concurrence(g12, g21), atol=1e-9)
    gamma, g = rng.uniform(0.1, 2.0, size=(2, 50))
    limit = steady_fidelity(-1j * gamma, -1j * gamma, bell_phase(-1j * gamma, -1j * gamma), none, g)
    np.testing.assert_allclose(2 * limit - 1, nv.closed_form.dephased_steady_concurrence(gamma, g), atol=1e-9)


def test_at_the_edge_of_the_tolerances_the_target_is_just_reached() -> None:
    medium = nv.Medium.pair(a=1.0, A=0.8, J=[0.0, 0.3, 2.0], dm=[0.0, 0.1, 0.5])
    found = nv.design.bell_yield(medium, 0.9)
    for side in (1, -1):
        at = nv.design.bell_yield(medium, 0.9, field_difference_nt=side * found.field_tolerance_nt, tolerances=False)
        assert np.all(at.fidelity >= 0.9 - 1e-7)
    beyond = [
        nv.design.bell_yield(medium, 0.9, field_difference_nt=side * 1.001 * found.field_tolerance_nt).fidelity
        for side in (1, -1)
    ]
    assert np.all(np.minimum(*beyond) < 0.9)
    np.testing.assert_allclose(
        nv.design.bell_yield(medium, 0.9, dephasing_time=found.dephasing_budget).fidelity, 0.9, atol=1e-7
    )


def test_a_chiral_medium_passes_through_a_bell_state_and_ends_in_none() -> None:
    medium = nv.Medium.pair(a=1.0, A=1.0, dm=0.45)  # amplitudes of 0.1 and 1.9
    found = nv.design.bell_yield(medium, 0.95)
    assert "beyond" in str(found)
    assert found.start() == "ud"
    assert not found.attempt("du").reached
    ratio = np.sqrt(0.1 / 1.9)
    assert 2 * found.fidelity - 1 == pytest.approx(2 / (ratio + 1 / ratio), abs=1e-9)
    # The weak amplitude does not matter yet when the strong one has moved half of the excitation, 1.9 t = 1.
    assert found.time < 1 / 1.9
    assert np.isnan(found.field_tolerance_nt)
    assert np.isnan(found.dephasing_budget)
    back = nv.Medium.pair(a=1.0, A=1.0, dm=-0.45)
    other = nv.design.bell_yield(back, 0.95)
    assert other.start() == "du"
    assert not other.attempt("ud").reached
    assert other.attempt("ud").rate == 0
    assert other.rate == pytest.approx(float(found.rate), rel=1e-9)


def test_every_way_to_ask_has_the_same_cycle() -> None:
    """One question, one rate: R of a medium is R of the place that it belongs to, where no cycle is given."""
    place: dict[str, Any] = {"frequency_ghz": 2.87, "temperature_k": 0.01}
    medium = film().medium(60.0, height_nm=10.0, **place)
    alone = nv.design.bell_yield(medium, 0.9, tolerances=False)
    assert alone.rate == pytest.approx(1e6 * alone.probability / (alone.time + 20.0), rel=1e-12)
    best = nv.design.optimise(film(), 0.9, separation_nm=(60.0, 61.0), height_nm=10.0, **place)
    mapped = nv.design.survey(film(), 0.9, separation_nm=[60.0], height_nm=[10.0], **place)
    assert mapped.result.rate.item() == pytest.approx(float(alone.rate), rel=1e-9)
    assert {best.question.cycle, mapped.question.cycle} == {alone.cycle} == {nv.design.Cycle()}
    text = '[magnet]\nkind = "film"\nthickness_nm = 20\ngap_ghz = 2.0\n[design]\nfrequency_ghz = 2.87'
    assert parse(text).cycle == alone.cycle


def test_beyond_an_exceptional_point_monitoring_ends_nowhere() -> None:
    found = nv.design.bell_yield(nv.Medium.pair(a=1.0, A=0.5), 0.99, field_difference_nt=1e6)
    assert np.isnan(found.fidelity)
    assert str(found).endswith("under continuous monitoring the state oscillates without a limit")


def film(gap_ghz: float = 2.0, thickness_nm: float = 20.0) -> nv.magnets.Film:
    material = nv.magnets.Material(
        name="YIG of the tables",
        magnetisation_a_per_m=1.96e5,
        exchange_t_m2=8.02e-6 / (2e9 * np.pi * 28.03),
        gyromagnetic_ghz_per_t=28.03,
    )
    return nv.magnets.Film(material, thickness_nm, gap_ghz)


# (height, separation) in nm → t in ms, P, R in 1/s at 10 mK, F = .95, 20 µs besides: the best gap and thickness.
PRINTED = {
    (10.0, 50.0): (1.35, 0.36, 264.0),
    (10.0, 100.0): (3.7, 0.31, 82.0),
    (20.0, 100.0): (4.8, 0.32, 66.0),
    (50.0, 100.0): (9.8, 0.36, 37.0),
    (10.0, 200.0): (2.5, 0.059, 23.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("place", [(10.0, 50.0), (50.0, 100.0)])
def test_printed_optima_of_a_film(place: tuple[float, float], monkeypatch: pytest.MonkeyPatch) -> None:
    """From a coarse grid of gaps and thicknesses, over which the rate has one maximum."""
    monkeypatch.setattr("nvprotocol.design.climb._OTHER_POINTS", 4)
    height, separation = place
    best = nv.design.optimise(
        film(),
        0.95,
        separation_nm=separation,
        height_nm=height,
        frequency_ghz=2.87,
        temperature_k=0.01,
        vary={"gap_ghz": (1.2, 2.5), "thickness_nm": (20.0, 80.0)},
    )
    time, probability, rate = PRINTED[place]
    assert best.at_edge == ()
    # Printed to two digits, from a grid: the rate at an optimum is flat, time and probability trade against each other.
    assert best.rate == pytest.approx(rate, rel=0.03)
    assert best.result.time * 1e-3 == pytest.approx(time, rel=0.1)
    assert float(best.result.probability) == pytest.approx(probability, rel=0.05)


@pytest.mark.slow
def test_no_place_of_a_map_does_better_than_the_optimum() -> None:
    ends: dict[str, Any] = {"separation_nm": (60.0, 300.0), "height_nm": (15.0, 40.0)}
    asked: dict[str, Any] = {"frequency_ghz": 2.87, "temperature_k": 0.01}
    asked["cycle"] = nv.design.Cycle(preparation=200.0)
    best = nv.design.optimise(film(), 0.9, **ends, **asked)
    axes = {name: np.linspace(one[0], one[1], 13) for name, one in ends.items()}
    found = nv.design.survey(film(), 0.9, **axes, **asked)
    assert found.result.rate.max() <= best.rate * (1 + 1e-6)
    assert best.at_edge == ("separation_nm", "height_nm")
    # Over a lobe of J₀(k₀r) the best place lies inside.
    lobe = nv.design.optimise(film(), 0.9, separation_nm=(160.0, 300.0), height_nm=20.0, **asked)
    separations = np.union1d(np.linspace(160, 300, 29), np.linspace(215, 245, 61))
    line = nv.design.survey(film(), 0.9, separation_nm=separations, height_nm=[20.0], **asked)
    k = int(line.result.rate.argmax())
    assert lobe.at_edge == ()
    assert lobe.inputs["separation_nm"] == pytest.approx(line.separation_nm[k], abs=0.5)
    assert line.result.rate.max() <= lobe.rate * (1 + 1e-6)


@pytest.mark.slow
def test_uncertain_inputs_change_the_rate_as_the_rate_says() -> None:
    asked: dict[str, Any] = {"height_nm": 20.0, "frequency_ghz": 2.87, "temperature_k": 0.01}
    uncertain = {"gap_ghz": 0.1, "height_nm": 3.0, "azimuth_deg": 5.0}
    best = nv.design.optimise(film(), separation_nm=(60.0, 90.0), uncertainties=uncertain, **asked)
    rates = [
        nv.design.bell_yield(film(gap).medium(60.0, height_nm=h, frequency_ghz=2.87, temperature_k=0.01))
        for gap, h in ((1.9, 20.0), (2.1, 20.0), (2.0, 17.0), (2.0, 23.0))
    ]
    pairs = (*best.contributions["gap_ghz"], *best.contributions["height_nm"])
    np.testing.assert_allclose(pairs, [float(one.rate) for one in rates], rtol=1e-6)
    changes = np.array(pairs).reshape(2, 2) - best.rate
    low, high = best.rate - np.hypot(*changes.min(axis=1)), best.rate + np.hypot(*changes.max(axis=1))
    assert best.rate_range == pytest.approx((low, high), rel=1e-9)
    assert "azimuth_deg ± 5 changes less than 0.1%" in str(best)  # magnetised along its normal


def test_the_direction_over_a_film_in_its_plane_matters() -> None:
    planar = nv.magnets.Film(nv.magnets.YIG, 20.0, 1.77, "in-plane")
    asked: dict[str, Any] = {"height_nm": 20.0, "frequency_ghz": 2.31}
    along, across = (
        nv.design.survey(planar, 0.9, separation_nm=[100.0, 150.0], azimuth_deg=azimuth, **asked)
        for azimuth in (0.0, 90.0)
    )
    g12, g21 = nv.magnets.chirality(across.medium)
    np.testing.assert_allclose(2 * across.result.fidelity - 1, nv.closed_form.chiral_steady_concurrence(g12, g21))
    np.testing.assert_allclose(along.result.fidelity, 1.0, atol=1e-9)
    assert np.all(across.result.fidelity < 0.95)


def test_what_is_no_magnet_is_refused() -> None:
    medium: Any = nv.Medium.pair(a=1.0, A=0.9)  # which has been computed already
    for ask in (nv.design.optimise, nv.design.survey):
        with pytest.raises(ArgumentError, match=r"`magnet` must be a magnet such as magnets\.Film, but is Medium"):
            ask(medium, separation_nm=(50.0, 100.0), frequency_ghz=2.87)


def test_a_frequency_is_always_asked_for() -> None:
    film: Any = nv.magnets.Film(nv.magnets.YIG, 20.0, 2.0)
    with pytest.raises(nv.errors.ArgumentError, match="`frequency_ghz` must be a real number, but is None"):
        nv.design.survey(film, separation_nm=[50, 100], height_nm=[10, 20], frequency_ghz=None)
