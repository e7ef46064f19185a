"""Film magnetised along its normal: the printed numbers, closed forms, quadrature, limits, errors."""

import warnings
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.constants import hbar, mu_0
from scipy.constants import k as boltzmann
from scipy.integrate import quad, simpson
from scipy.special import j0, jv, y0
from strategies import apart_from

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, ValidityWarning
from nvprotocol.magnets.film import Film, forward_volume, longitudinal
from nvprotocol.magnets.setting import Setting

# The numbers of the tables were worked out for these.
TABLE = nv.magnets.Material(
    name="YIG of the tables",
    magnetisation_a_per_m=1.96e5,
    exchange_t_m2=8.02e-6 / (2e9 * np.pi * 28.03),
    gyromagnetic_ghz_per_t=28.03,
)
HEIGHTS = np.array([5.0, 10.0, 20.0, 50.0, 100.0, 200.0])
A0_PER_S = {  # gap in GHz -> a₀ at the heights, with the digits that are printed
    1.0: ("1530", "1130", "624", "104", "5.2", ".013"),
    2.0: ("680", "572", "404", "143", "25", ".78"),
    2.5: ("166", "152", "128", "75", "31", "5.4"),
    2.8: ("3.1", "3.1", "3.0", "2.6", "2.2", "1.5"),
}
WAVES = {1.0: (210, 610), 2.0: (362, 427), 2.5: (716, 316), 2.8: (3245, 238)}


ANGULAR = 2.87e9 * 2 * np.pi
UPRIGHT = np.array([0.0, 0.0, 1.0])


def film(gap_ghz: float = 2.0, **changes: Any) -> Film:
    given: dict[str, Any] = {"thickness_nm": 20.0, "gap_ghz": gap_ghz} | changes
    return Film(TABLE, **given)


def medium(magnet: Film, *args: Any, **changes: Any) -> nv.Medium:
    return magnet.medium(*args, **({"frequency_ghz": 2.87, "dipole": False, "dephasing": False} | changes))


def digits(text: str) -> float:
    """Half a unit of the last printed digit, of three significant ones at most."""
    if "." in text:
        return 0.5 * 10.0 ** -len(text.split(".")[1])
    return 5.0 if len(text) == 4 else 0.5


@pytest.mark.parametrize("gap", A0_PER_S)
def test_local_rate_table(gap: float) -> None:
    found = medium(film(gap), 50.0, height_nm=HEIGHTS).relaxation[..., 0, 0].real * 1e6
    for value, printed in zip(found, A0_PER_S[gap], strict=True):
        # γ of the qubits is CODATA's here: 0.04 % below the 28.03 GHz/T of the table.
        assert abs(value - float(printed)) <= digits(printed) + 4e-4 * value


@pytest.mark.parametrize("gap", WAVES)
def test_waves_of_the_table(gap: float) -> None:
    wavelength, velocity = WAVES[gap]
    assert round(float(film(gap).wavelength_nm(2.87))) == wavelength
    assert round(float(film(gap).group_velocity_m_per_s(2.87))) == velocity


@pytest.mark.slow
def test_coupling_ratio_is_a_bessel_function_at_every_height() -> None:
    r = np.linspace(10.0, 2000.0, 25)[:, None]
    block = medium(film(), r, height_nm=HEIGHTS).relaxation
    ratio = (block[..., 0, 1] / block[..., 0, 0]).real
    assert np.allclose(ratio, j0(2 * np.pi * r / film().wavelength_nm(2.87)), rtol=0, atol=1e-12)
    assert np.ptp(ratio, axis=1).max() < 1e-12


@pytest.mark.parametrize(
    ("gap", "distances", "printed"),
    [
        (2.0, [100.0], [0.378]),
        (2.5, [50.0, 100.0, 200.0], [0.952, 0.817, 0.366]),
        (2.8, [100.0, 500.0, 1000.0], [0.991, 0.779, 0.261]),
    ],
)
def test_printed_coupling_ratios(gap: float, distances: list[float], printed: list[float]) -> None:
    block = medium(film(gap), distances, height_nm=20.0).relaxation
    assert np.allclose(np.abs(block[..., 0, 1] / block[..., 0, 0]), printed, rtol=0, atol=6e-4)


@pytest.mark.slow
def test_best_rates_over_gap_and_thickness() -> None:
    """Best a₀ over gap and thickness at each height, to the printed two or three digits."""
    gaps, thicknesses = np.linspace(0.05, 2.8, 60), np.geomspace(3, 300, 40)
    heights = np.array([5.0, 10.0, 20.0, 50.0, 100.0]) * 1e-9
    best = np.zeros(5)
    for gap in gaps:
        for thickness in thicknesses:
            waves = film(float(gap), thickness_nm=float(thickness)).geometry.waves
            best = np.maximum(best, forward_volume.local_rate(waves, ANGULAR, heights) / 2)
    assert np.allclose(best, [2000, 1350, 635, 156, 39], rtol=0.02)


# t_F in ms, P and R in 1/s of the best film at 10 mK for F = 0.95 and 20 µs of overhead, by (height, separation) in nm.
DESIGNS = {
    (10, 50): (1.35, 0.36, 264),
    (10, 100): (3.7, 0.31, 82),
    (20, 100): (4.8, 0.32, 66),
    (50, 100): (9.8, 0.36, 37),
}


@lru_cache
def designs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Wavenumber, group velocity and thickness on a grid of gaps and thicknesses."""
    gaps, thicknesses = np.linspace(1.0, 2.86, 63), np.geomspace(5, 400, 30)
    rows = [
        (*(forward_volume.wave_at(film(float(gap), thickness_nm=float(t)).geometry.waves, ANGULAR) or ()), t)
        for gap in gaps
        for t in thicknesses
    ]
    return tuple(np.array(rows).T)


@pytest.mark.slow
@pytest.mark.parametrize("place", DESIGNS)
def test_design_optima(place: tuple[int, int]) -> None:
    """The best rate of kept pairs over gap and thickness; the optimum is flat, so t_F and P are known less well."""
    height, separation = place[0] * 1e-9, place[1] * 1e-9
    q = float(np.exp(-hbar * ANGULAR / (boltzmann * 0.01)))
    k, velocity, thickness = designs()
    waves = film().geometry.waves
    strength = waves.noise_strength / 2 * waves.thickness / (thickness * 1e-9)  # K ∝ 1/t
    transverse = ANGULAR * ellipticity(k, thickness * 1e-9)
    a = (
        strength
        * k
        * transverse
        / (4 * ANGULAR * velocity)
        * np.exp(-2 * k * height)
        * np.expm1(-k * thickness * 1e-9) ** 2
    )
    coupling = 1e-6 * a * j0(k * separation)
    probability = nv.closed_form.probability_at_fidelity(0.95, a=1e-6 * a, A=coupling, q=q)
    time = nv.closed_form.time_to_fidelity(0.95, coupling * (1 + q))
    rate = 1e6 * probability / (time + 20.0)
    best = int(np.argmax(rate))
    expected = DESIGNS[place]
    assert rate[best] == pytest.approx(expected[2], rel=0.02)
    assert time[best] * 1e-3 == pytest.approx(expected[0], rel=0.1)
    assert probability[best] == pytest.approx(expected[1], rel=0.1)


def ellipticity(k: np.ndarray, thickness: np.ndarray) -> np.ndarray:
    """√(w_T/w_L) on resonance, where w_T w_L = Δ² and w_L − w_T = ω_M(1 − (1 − e^(−kt))/kt)."""
    difference = TABLE.magnetisation_frequency * (1 + np.expm1(-k * thickness) / (k * thickness)) / ANGULAR
    return -difference / 2 + np.sqrt(difference**2 / 4 + 1)


@pytest.mark.slow
def test_stray_field_of_a_wave_is_the_sum_over_its_dipoles() -> None:
    """B(k) = (μ₀/2)e^(−kh)(1 − e^(−kt)) n(n·M), against dipoles on a lattice of planes (Gauss points of the thickness).

    A Gaussian envelope of width w cuts the sum; it spreads k by 1/w and so leaves an error of order 1/(kw)², 3e-4 here.
    """
    height, thickness, k = 20.0, 20.0, 0.05
    spacing, width = height / 2, 60 * height
    points = np.arange(-4 * width, 4 * width + spacing / 2, spacing)
    x, y = np.meshgrid(points, points, indexing="ij")
    envelope = np.exp(-(x**2 + y**2) / (2 * width**2)) * np.exp(1j * k * x) * spacing**2
    nodes, weights = np.polynomial.legendre.leggauss(4)
    field = np.zeros((3, 3), dtype=complex)
    for node, weight in zip(nodes, weights, strict=True):
        z = height + thickness * (1 - node) / 2
        r2 = x**2 + y**2 + z**2
        # A dipole at (x, y) seen from the origin: the field of m is (3 r̂(r̂·m) − m)/(4π r³), even in r.
        direction = np.stack([-x, -y, np.full_like(x, z)]) / np.sqrt(r2)
        share = envelope * weight * thickness / 2 / (4 * np.pi * r2**1.5)
        field += 3 * np.einsum("aij,bij,ij->ab", direction, direction, share) - np.eye(3) * share.sum()
    n = np.array([-1j, 0.0, 1.0])
    kernel = np.exp(-k * height) * (1 - np.exp(-k * thickness)) / 2 * np.outer(n, n)
    assert np.abs(field - kernel).max() < 1e-3 * np.abs(kernel).max()


def spectral(magnet: Film, frequency: float, distance: float, height: float) -> float:
    """Absorption a₀J₀(k₀r) in rad/s at an angular frequency, from the closed form."""
    waves = magnet.geometry.waves
    wave = forward_volume.wave_at(waves, frequency)
    assert wave is not None
    return float(forward_volume.local_rate(waves, frequency, np.array(height)) * j0(wave[0] * distance))


@pytest.mark.slow
@pytest.mark.parametrize("distance", [0.0, 300.0])
@pytest.mark.parametrize("gap", [2.0, 3.2])
def test_exchange_obeys_kramers_and_kronig(gap: float, distance: float) -> None:
    """Re g(Δ) = −(2/π) P∫ ω Im g(ω)/(ω² − Δ²) dω, with Im g = −a₀(ω)J₀(k(ω)r): another integral."""
    magnet, height = film(gap), 20e-9
    bottom, top = magnet.geometry.waves.gap, 400 * ANGULAR

    def density(w: float) -> float:
        return -2 / np.pi * w * spectral(magnet, w, distance * 1e-9, height) / (w + ANGULAR)

    edge = bottom * (1 + 1e-13)
    if bottom < ANGULAR:
        middle = 2 * ANGULAR - bottom
        near = quad(density, edge, middle, weight="cauchy", wvar=ANGULAR, epsrel=1e-10, limit=400)[0]
        far = quad(lambda w: density(w) / (w - ANGULAR), middle, 8 * ANGULAR, epsrel=1e-10, limit=400)[0]
    else:
        near, far = 0.0, quad(lambda w: density(w) / (w - ANGULAR), edge, 8 * ANGULAR, epsrel=1e-10, limit=400)[0]
    far += quad(lambda w: density(w) / (w - ANGULAR), 8 * ANGULAR, top, epsrel=1e-10, limit=800)[0]
    value, error = forward_volume.transfer(magnet.geometry.waves, ANGULAR, np.array(distance * 1e-9), np.array(height))
    scale = float(forward_volume.scale(magnet.geometry.waves, ANGULAR, np.array(height)))
    assert abs(value.real - (near + far)) < 1e-7 * scale
    assert error < 1e-8 * scale


def test_exchange_far_away_is_half_the_bessel_function_of_the_second_kind() -> None:
    """Beyond the height, J⊥ → (a₀/2) Y₀(k₀r); what is left is the field of slow waves, falling as a power of h/r."""
    r = np.array([500.0, 1000.0, 2000.0])
    block = medium(film(), r, height_nm=20.0)
    expected = block.relaxation[..., 0, 0].real / 2 * y0(2 * np.pi * r / film().wavelength_nm(2.87))
    rest = np.abs(block.flip_flop[..., 0, 1].real - expected) / block.relaxation[..., 0, 0].real
    assert np.all(rest < [1e-4, 1e-5, 1e-6])


def test_damped_film_against_a_dense_sum() -> None:
    """With α = 0.01 the integrand is smooth: Simpson's rule on 2·10⁵ points knows it."""
    waves, height = film(damping=0.01).geometry.waves, 20e-9
    k = np.linspace(1e-3, 1.0e9, 200_001)
    transverse = waves.exchange(k) - 1j * waves.damping * ANGULAR
    longitudinal = transverse + waves.magnetisation * waves.volume_share(k)
    weight = waves.noise_strength * k / (2 * np.pi) * waves.height_filter(k, height) * transverse
    r = np.array([0.0, 150e-9, 1e-6])
    dense = simpson(weight / (ANGULAR**2 - transverse * longitudinal) * j0(np.outer(r, k)), x=k)
    value, error = forward_volume.transfer(waves, ANGULAR, r, np.array(height))
    assert np.abs(value - dense).max() < max(1e-8 * np.abs(dense).max(), 2 * error.max())


def test_damping_is_linear_at_first_and_shortens_the_reach() -> None:
    """|A| falls as e^(−r/l), l = 1/Im k̃; for weak damping 1/l = αΔ(w_T + w_L)/(2ω v_g)."""
    change = [np.abs(_transfer(alpha) - _transfer(0.0)) for alpha in (1e-5, 1e-4)]
    assert change[1] / change[0] == pytest.approx(10, rel=1e-3)
    waves = film(damping=1e-3).geometry.waves
    k, velocity = forward_volume.wave_at(waves, ANGULAR) or (0.0, 0.0)
    ellipticity = (2 * waves.exchange(k) + waves.magnetisation * waves.volume_share(k)) / (2 * ANGULAR)
    reach = velocity / (1e-3 * ANGULAR * ellipticity)
    assert 1 / forward_volume.pole_at(waves, ANGULAR).imag == pytest.approx(reach, rel=1e-4)


def _transfer(alpha: float) -> complex:
    waves = film(damping=alpha).geometry.waves
    return complex(forward_volume.transfer(waves, ANGULAR, np.array(1e-7), np.array(2e-8))[0])


def test_below_the_gap_only_exchange_is_left() -> None:
    r = np.array([20.0, 100.0, 400.0])
    block = medium(film(), r, height_nm=20.0, frequency_ghz=1.7)
    assert not np.any(block.relaxation)
    assert block.flip_flop[0, 0, 1].real < 0  # ferromagnetic where the field of slow waves reaches
    damped = medium(film(damping=1e-3), r, height_nm=20.0, frequency_ghz=1.7)
    assert np.all(damped.relaxation[..., 0, 0].real > 0)


def test_exchange_limit_of_a_thin_weak_film() -> None:
    """For M_s → 0, k₀/v_g = 1/(2D) and the wave is circular: a₀ in one line."""
    weak = replace(TABLE, magnetisation_a_per_m=1.0, exchange_t_m2=TABLE.exchange_t_m2)
    magnet = Film(weak, thickness_nm=20.0, gap_ghz=2.0)
    waves = magnet.geometry.waves
    k = np.sqrt((ANGULAR - waves.gap) / waves.stiffness)
    expected = waves.noise_strength / (8 * waves.stiffness) * np.exp(-2 * k * 2e-8) * np.expm1(-k * 2e-8) ** 2
    assert forward_volume.local_rate(waves, ANGULAR, np.array(2e-8)) == pytest.approx(expected, rel=1e-5)


def test_height_filter_weighs_what_it_says() -> None:
    waves = film().geometry.waves
    for height in (5e-9, 20e-9, 200e-9):
        found = quad(lambda x, h=height: x * waves.height_filter(x / h, h), 0, 60, epsrel=1e-12)[0] / height**2
        assert waves.filtered_weight(height) == pytest.approx(found, rel=1e-9)


@pytest.mark.slow
@given(
    x=st.lists(st.floats(0, 500), min_size=6, max_size=6, unique=True),
    gap=apart_from(2.87, st.floats(0.5, 3.5)),
    damping=st.sampled_from([0.0, 1e-4, 1e-2]),
    height=st.floats(5, 200),
    temperature=st.just(0.0) | st.floats(0.01, 300),
)
@settings(max_examples=25, deadline=None)
def test_blocks_are_positive(x: list[float], gap: float, damping: float, height: float, temperature: float) -> None:
    """`Medium` refuses a negative eigenvalue; six qubits in a row, some of them close together."""
    assume(np.diff(np.sort(x)).min() > 0.5)
    positions = np.stack([x, np.zeros(6)], axis=-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        made = medium(film(gap, damping=damping), positions_nm=positions, height_nm=height, temperature_k=temperature)
    assert made.n_qubits == 6
    ratio = np.exp(-hbar * ANGULAR / (boltzmann * temperature)) if temperature else 0.0
    assert np.allclose(made.excitation, ratio * made.relaxation.conj(), rtol=1e-10, atol=0)


@pytest.mark.slow
def test_batches_are_their_parts() -> None:
    r, heights, frequencies = np.array([50.0, 200.0]), np.array([10.0, 40.0, 90.0]), np.array([1.5, 2.5, 2.87, 3.2])
    magnet = film()
    whole = medium(magnet, r[:, None, None], height_nm=heights[:, None], frequency_ghz=frequencies)
    assert whole.batch_shape == (2, 3, 4)
    for i, j, k in np.ndindex(2, 3, 4):
        one = medium(magnet, r[i], height_nm=heights[j], frequency_ghz=frequencies[k])
        assert np.allclose(whole.relaxation[i, j, k], one.relaxation, rtol=1e-9, atol=0)
        size = 1e-6 * forward_volume.scale(
            magnet.geometry.waves, float(frequencies[k] * 2e9 * np.pi), heights[j] * 1e-9
        )
        assert np.allclose(whole.flip_flop[i, j, k], one.flip_flop, rtol=0, atol=1e-8 * size)
    along = medium(magnet, r, height_nm=heights[:2], frequency_ghz=frequencies[:2])
    assert along.batch_shape == (2,)
    assert np.allclose(along.relaxation[1], whole.relaxation[1, 1, 1], rtol=1e-9)


@pytest.mark.parametrize("damping", [0.0, 1e-3])
@pytest.mark.parametrize("orientation", ["normal", "in-plane"])
def test_points_in_no_order_are_those_of_their_own(orientation: Any, damping: float) -> None:
    """Also where displacements come again at other heights, and two qubits are as far as two others."""
    film = Film(nv.magnets.YIG_COLD, 20, 2.0, orientation, damping=damping)
    separations, heights = np.array([30.0, 200.0, 30.0, 75.0]), np.array([20.0, 10.0, 55.0, 20.0])
    given = {"frequency_ghz": 2.87, "temperature_k": 0.02, "dipole": False}
    together = film.medium(separations, height_nm=heights, **given)
    for k in range(4):
        alone = film.medium(separations[k], height_nm=heights[k], **given)
        for name in ("relaxation", "flip_flop", "dephasing"):
            one = getattr(alone, name)
            np.testing.assert_allclose(getattr(together, name)[k], one, rtol=0, atol=3e-7 * np.abs(one).max())


@pytest.mark.parametrize("x", [0.0, 1e-3, 3.999, 4.0, 7.3, 55.0, 3e3])
def test_bessel_functions(x: float) -> None:
    found = [one[0] for one in longitudinal._bessel(np.array([x]))]
    np.testing.assert_allclose(found, jv([0, 1, 2, 3, 4], x), rtol=0, atol=1e-14)


def test_dephasing_by_two_magnons() -> None:
    """Against nested adaptive quadrature without the substitution, with the film's own dispersion."""
    magnet, height, temperature = film(), 20e-9, 4 * boltzmann / hbar
    waves = magnet.geometry.waves

    def noise(k: float) -> float:
        def shell(theta: float) -> float:  # q = (k/2)/cos θ removes the inverse square root at q = k/2
            q = k / 2 / np.cos(theta)
            frequency, velocity = longitudinal.isotropic(waves, np.array(q))
            thermal = 1 / (4 * np.sinh(min(frequency / (2 * temperature), 300)) ** 2)
            return float(q * thermal / velocity * q / np.cos(theta) / (k / 2) * (k / 2))

        return (
            (waves.gyromagnetic * hbar / waves.thickness) ** 2 / (np.pi * k) * quad(shell, 0, np.pi / 2, limit=400)[0]
        )

    k = np.geomspace(1e6, 3e8, 4)
    found = longitudinal.longitudinal_noise(waves, k, np.array(temperature), np.zeros(()))
    assert np.allclose(found, [noise(float(x)) for x in k], rtol=1e-7)
    front = waves.qubit_gyromagnetic**2 / 8 * (mu_0 / 2) ** 2 / (2 * np.pi)

    def integrand(x: float, r: float) -> float:
        wave = np.array(x / height)
        table = longitudinal.longitudinal_noise(waves, wave, np.array(temperature), np.zeros(()))
        return float(front * wave / height * waves.height_filter(wave, height) * table * j0(wave * r))

    expected = [quad(integrand, 0, 30, args=(r,), epsrel=1e-8, limit=200)[0] * 1e-6 for r in (0.0, 50e-9)]
    setting = Setting.read(2, separation_nm=50.0, height_nm=20.0, frequency_ghz=2.87, temperature_k=4.0)
    assert magnet.response(setting).dephasing.tolist() == pytest.approx(expected, rel=1e-6)


def test_printed_dephasing_of_pure_exchange_waves() -> None:
    """2.5e-4, 0.57 and 3.2e3 per s at 0.1, 4 and 300 K, h = t = 20 nm, gap 2 GHz: with ω = Ω + Dk²."""
    waves = replace(film().geometry.waves, magnetisation=1e-3)
    temperature = np.array([0.1, 4.0, 300.0])[:, None] * boltzmann / hbar
    here, zero = np.zeros(1), np.zeros(1)
    value = longitudinal.dephasing(waves, here, here, np.array(20e-9), temperature, zero, [(UPRIGHT, UPRIGHT)])[0]
    assert np.allclose(value[:, 0], [2.5e-4, 0.57, 3.2e3], rtol=0.02)


def test_third_level_is_reported() -> None:
    with pytest.warns(ValidityWarning, match="third level"):
        made = medium(film(), 50.0, height_nm=20.0, temperature_k=1.0)
    assert made.provenance is not None
    assert any("third level" in note.text for note in made.provenance.notes)


def test_thick_films_are_warned_about() -> None:
    with pytest.warns(ValidityWarning, match="thick"):
        medium(film(thickness_nm=3000.0), 50.0, height_nm=20.0)


def test_notes_and_words() -> None:
    made = medium(film(), 50.0, height_nm=20.0, frequency_ghz=1.5)
    assert "below the band" in str(made)
    assert "film of YIG of the tables, 20 nm, magnetised normal" in str(made)
    assert medium(film(), positions_nm=[[0.0, 0.0]], height_nm=10.0).n_qubits == 1


def test_film_in_a_field() -> None:
    """Kittel's formulas, and what holds the magnetisation out of the plane."""
    saturation = 1e3 * 4e-7 * np.pi * TABLE.magnetisation_a_per_m
    upright = Film.in_field(TABLE, 20, saturation + 71.4)
    assert upright.gap_ghz == pytest.approx(28.03 * 0.0714, rel=1e-6)
    assert Film.in_field(TABLE, 20, 71.4, anisotropy_mt=saturation).gap_ghz == pytest.approx(upright.gap_ghz, rel=1e-6)
    planar = Film.in_field(TABLE, 20, 20.0, "in-plane")
    assert planar.gap_ghz == pytest.approx(28.03e-3 * np.sqrt(20 * (20 + saturation)), rel=1e-6)
    with pytest.raises(ArgumentError, match=r"`field_mt` must exceed 246.3.* along its normal, but is 20"):
        Film.in_field(TABLE, 20, 20.0)


BAD = {
    "`thickness_nm` must be greater than 0, but is -1": lambda: film(thickness_nm=-1),
    "`gap_ghz` must be greater than 0": lambda: film(0.0),
    "`damping` must be at least 0": lambda: film(damping=-1e-4),
    "`damping` must be at most 1": lambda: film(damping=2.0),
    "`material` must be a Material": lambda: Film("YIG", 20, 2.0),  # type: ignore[arg-type]
    '`orientation` must be one of "normal", "in-plane"': lambda: Film(TABLE, 20, 2.0, "tilted"),  # type: ignore[arg-type]
    '`transition` must be one of "lower", "upper"': lambda: Film(TABLE, 20, 2.0, transition="both"),  # type: ignore[arg-type]
    "`height_nm` must be given for a film": lambda: medium(film(), 50.0),
    "`height_nm` must be greater than 0, but is -5": lambda: medium(film(), 50.0, height_nm=-5.0),
    "`height_nm` must be greater than 0, but contains 0": lambda: medium(film(), 50.0, height_nm=[5.0, 0.0]),
    "`frequency_ghz` must differ from the bottom of the band, 2 GHz": lambda: medium(
        film(), 50.0, height_nm=5.0, frequency_ghz=[2.0, 2.5]
    ),
    "`height_nm` must be real": lambda: medium(film(), 50.0, height_nm=5.0 + 1j),
    "`temperature_k` must be at least 0": lambda: medium(film(), 50.0, height_nm=5.0, temperature_k=-1.0),
    "`frequency_ghz` must be greater than 0": lambda: medium(film(), 50.0, height_nm=5.0, frequency_ghz=0.0),
    "`separation_nm` must be greater than 0": lambda: medium(film(), 0.0, height_nm=5.0),
    "`positions_nm` must have shape": lambda: medium(film(), positions_nm=[[0.0], [1.0]], height_nm=5.0),
    "`chemical_potential_ghz` must lie below the gap": lambda: medium(
        film(), 50.0, height_nm=5.0, temperature_k=1.0, chemical_potential_ghz=2.0
    ),
    "`frequency_ghz` must be that of a spin wave, from 2 GHz on, but is 1.9": lambda: film().wavelength_nm([2.87, 1.9]),
    "`frequency_ghz` must be real": lambda: film().wavelength_nm(2j),
    "`azimuth_deg` must be finite": lambda: film().wavelength_nm(2.87, np.nan),
    "`separation_nm` must broadcast": lambda: medium(film(), [50.0, 60.0, 70.0], height_nm=[5.0, 6.0]),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input(message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        BAD[message]()
    assert message in str(caught.value)


@pytest.mark.parametrize("thickness", [1.0, 500.0, 20_000.0])
@pytest.mark.parametrize("damping", [0.0, 1e-4, 0.2])
def test_films_of_any_thickness(thickness: float, damping: float) -> None:
    """The wave is found, and the integral does not depend on how well: Simpson's rule where damping lets it."""
    waves, height = film(thickness_nm=thickness, damping=damping).geometry.waves, 20e-9
    wave = forward_volume.wave_at(waves, ANGULAR)
    assert wave is not None
    undamped = waves.exchange(wave[0])
    found = np.sqrt(undamped * (undamped + waves.magnetisation * waves.volume_share(wave[0])))
    assert found == pytest.approx(ANGULAR, rel=1e-10)
    value, error = forward_volume.transfer(waves, ANGULAR, np.array(1e-7), np.array(height))
    scale = float(forward_volume.scale(waves, ANGULAR, np.array(height)))
    assert error < 1e-8 * scale
    if damping > 0.1:
        k = np.concatenate([np.linspace(1e-3, 1e8, 200_001), np.linspace(1e8, 1e9, 100_001)[1:]])
        transverse = waves.exchange(k) - 1j * damping * ANGULAR
        longitudinal = transverse + waves.magnetisation * waves.volume_share(k)
        weight = waves.noise_strength * k / (2 * np.pi) * waves.height_filter(k, height) * transverse
        dense = simpson(weight / (ANGULAR**2 - transverse * longitudinal) * j0(k * 1e-7), x=k)
        assert abs(complex(value) - dense) < 1e-6 * scale
