"""Film magnetised in its plane: printed numbers, limits, other routes to the integrals, chirality."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.constants import hbar
from scipy.constants import k as boltzmann
from scipy.special import jv
from strategies import apart_from

import nvprotocol as nv
from nvprotocol.errors import ArgumentError, ValidityWarning
from nvprotocol.magnets.film import Film, directional, dispersion, forward_volume, shells
from nvprotocol.magnets.film.waves import FilmWaves

# The numbers of the tables were worked out for these: room temperature, 20 mT.
WARM = nv.magnets.Material(
    name="warm YIG",
    magnetisation_a_per_m=1.4e5,
    exchange_t_m2=8.02e-6 / (2e9 * np.pi * 28.03),
    gyromagnetic_ghz_per_t=28.03,
)
ZEEMAN = 28.03 * 0.02
LOWER, UPPER = 2.87 - ZEEMAN, 2.87 + ZEEMAN
HERE = np.zeros(1)
SEEN = {sign: np.array([0, 1, -1j * sign]) / np.sqrt(2) for sign in (1, -1)}
"""⟨↑|S|↓⟩ with the axis along x: B⁻ for the lower transition, B⁺ for the upper one."""


def film(**changes: Any) -> Film:
    return Film.in_field(WARM, 20.0, 20.0, "in-plane", **changes)


def transfer(waves: FilmWaves, delta: float, x: Any, y: Any, height: Any, sign: int) -> Any:
    """g(r), g(−r) and the error for two equal spins with their axis along the magnetisation."""
    return directional.transfer(waves, delta, np.atleast_1d(x), np.atleast_1d(y), height, [(SEEN[sign], SEEN[sign])])


def rates(frequency: float, height: float, **changes: Any) -> float:
    """a₀ in 1/s."""
    made = film(**changes).qubit(height_nm=height, frequency_ghz=frequency)
    return float(made.relaxation[0, 0].real * 1e6)


def amplitudes(magnet: Film, separation: Any, **changes: Any) -> nv.magnets.Chirality:
    options = {"azimuth_deg": 90.0, "height_nm": 20.0, "frequency_ghz": LOWER, "dipole": False, "dephasing": False}
    return nv.magnets.chirality(magnet.medium(separation, **(options | changes)))


def test_printed_local_rates() -> None:
    # γ of the qubits is CODATA's here, 0.04 % below that of the table; its square enters
    assert rates(LOWER, 20.0) == pytest.approx(651, abs=0.5 + 0.3)
    assert rates(UPPER, 20.0, transition="upper") == pytest.approx(205, abs=0.5 + 0.1)


@pytest.mark.parametrize(
    ("frequency", "transition", "height", "printed"),
    [
        (LOWER, "lower", 20.0, 7.1e6),
        (UPPER, "upper", 20.0, 1.5e6),
        (LOWER, "lower", 100.0, 1.1e6),
        (UPPER, "upper", 100.0, 1.4e4),
    ],
)
def test_printed_total_rates_at_room_temperature(
    frequency: float, transition: str, height: float, printed: float
) -> None:
    n = 1 / np.expm1(hbar * frequency * 2e9 * np.pi / (boltzmann * 300))
    total = 2 * (1 + 2 * n) * rates(frequency, height, transition=transition)
    assert total == pytest.approx(printed, rel=0.05 / float(f"{printed:.1e}"[:3]) + 1e-3)


@pytest.mark.slow
def test_circular_limit() -> None:
    """For M_s → 0, ⟨(1 − sin φ)⁴⟩ = 35/8 and ⟨cos⁴φ⟩ = 3/8 times the film magnetised along its normal; error ∝ M_s."""
    height, delta = np.array(2e-8), 2.87e9 * 2 * np.pi
    errors = []
    for saturation in (1e4, 1e3, 1e2):
        waves = Film(replace(WARM, magnetisation_a_per_m=saturation), 20, 2.0, "in-plane").geometry.waves
        upright = replace(waves, sine=0.0, cosine=1.0)
        one = float(forward_volume.local_rate(upright, delta, height)) / 2  # |c·n*|² = ½ for all directions
        found = [-transfer(waves, delta, HERE, HERE, height, sign)[0].imag[0] / one for sign in (1, -1)]
        errors.append(np.abs(np.array(found) - [35 / 8, 3 / 8]))
    assert np.all(errors[2] < 3e-3)
    assert np.allclose(np.array(errors[:2]) / np.array(errors[1:]), 10, rtol=0.1)


@pytest.mark.slow
def test_chirality_along_the_damon_eshbach_direction() -> None:
    """|A|/a, |g₁₂/g₂₁| and the long-time C, α = 0.005.

    The printed ones are of the resonant part alone; the anti-resonant part that is included here moves the amplitudes
    by up to some hundredths of the larger one.
    """
    magnet, r = film(damping=5e-3), [50.0, 100.0, 200.0, 400.0]
    block = magnet.medium(r, azimuth_deg=90, height_nm=20.0, frequency_ghz=LOWER, dipole=False).relaxation
    assert np.allclose(np.abs(block[:, 0, 1] / block[:, 0, 0]), [0.984, 0.956, 0.892, 0.768], rtol=0, atol=2e-3)
    found = amplitudes(magnet, r)
    ratio = np.abs(found.g12 / found.g21)
    assert np.allclose(np.minimum(ratio, 1 / ratio), [0.57, 0.29, 0.07, 0.008], rtol=0, atol=0.011)
    assert np.allclose(found.steady_concurrence, [0.96, 0.83, 0.50, 0.18], rtol=0, atol=0.011)
    closed = nv.closed_form.chiral_steady_concurrence(found.g12, found.g21)
    assert np.allclose(found.steady_concurrence, closed, rtol=1e-12)


def on_shell(waves: FilmWaves, delta: float, x: float, y: float, height: float, sign: int) -> complex:
    """A₀(r) as the sum over the curve ω_k = Δ: π ∫dφ/(2π)² k W e^(ik·r)/(∂ω/∂k), W of the normalised modes."""
    angles = 2 * np.pi * (np.arange(400) + 0.5) / 400
    total = 0j
    for angle in angles:
        sine = np.sin(angle)
        wave = dispersion.wave_at(waves, delta, sine**2)
        assert wave is not None
        k, velocity = wave
        filled = -np.expm1(-k * waves.thickness) / (k * waves.thickness)
        base = waves.field_frequency + waves.stiffness * k**2
        across = base + waves.magnetisation * (1 - filled) * sine**2
        normal = base + waves.magnetisation * filled
        squeeze = (normal / across) ** 0.25
        coupled = (1 - sign * sine) ** 2 * (1 / squeeze - squeeze * sine) ** 2
        weight = waves.noise_strength / 4 * waves.height_filter(k, height) * coupled
        total += k * weight / abs(velocity) * np.exp(1j * k * (x * np.cos(angle) + y * sine))
    return np.pi / (4 * np.pi**2) * total * (angles[1] - angles[0])


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "frequency"), [(1, LOWER), (-1, UPPER)])
@pytest.mark.parametrize("place", [(0.0, 0.0), (80e-9, 50e-9), (-200e-9, 10e-9)])
def test_absorption_is_the_sum_over_modes_on_shell(sign: int, frequency: float, place: tuple[float, float]) -> None:
    waves, delta = film().geometry.waves, frequency * 2e9 * np.pi
    there, back = (
        complex(transfer(waves, delta, np.array(s * place[0]), np.array(s * place[1]), np.array(2e-8), sign)[0][0])
        for s in (1, -1)
    )
    absorbed = 1j * (there - back.conjugate()) / 2
    expected = on_shell(waves, delta, *place, 2e-8, sign)
    assert abs(absorbed - expected) < 1e-7 * abs(on_shell(waves, delta, 0, 0, 2e-8, sign))


@pytest.mark.slow
@pytest.mark.parametrize("sign", [1, -1])
def test_damped_film_against_a_dense_sum_over_the_plane(sign: int) -> None:
    """The formula of the module on 3000 × 800 points; the midpoint rule in k is the coarser one, error ∝ (Δk)²."""
    waves, height, delta = film(damping=1e-2).geometry.waves, 20e-9, LOWER * 2e9 * np.pi
    angle = 2 * np.pi * (np.arange(800) + 0.5) / 800
    sine, cosine = np.sin(angle), np.cos(angle)
    places = [(0.0, 0.0), (1e-7, 5e-8), (-2e-7, 1e-7)]
    step, dense = 8e8 / 3000, np.zeros(3, dtype=complex)
    for k in (np.arange(3000) + 0.5) * step:
        filled = -np.expm1(-k * waves.thickness) / (k * waves.thickness)
        base = waves.field_frequency + waves.stiffness * k**2 - 1j * waves.damping * delta
        across = base + waves.magnetisation * (1 - filled) * sine**2
        normal = base + waves.magnetisation * filled
        kernel = (1 - sign * sine) ** 2 * (normal * sine**2 + across - 2 * delta * sine) / (delta**2 - across * normal)
        weight = waves.noise_strength / 2 * k / (4 * np.pi**2) * waves.height_filter(k, height)
        for i, (x, y) in enumerate(places):
            dense[i] += weight * np.mean(kernel * np.exp(1j * k * (x * cosine + y * sine))) * 2 * np.pi * step
    x, y = np.array(places).T
    value, _, error = transfer(waves, delta, x, y, np.array(height), sign)
    assert np.abs(value - dense).max() < 2e-5 * np.abs(dense).max()
    assert error.max() < 1e-7 * np.abs(dense).max()


def dense_ring(waves: FilmWaves, k: float, delta: float, x: float, y: float, points: int) -> complex:
    """∫dφ e^(ik·r) (1 − sin φ)²/2 (w_z sin²φ + w_y − 2Δ sin φ)/(Δ² − w_y w_z), sum by sum."""
    angle = 2 * np.pi * np.arange(points) / points
    sine, cosine = np.sin(angle), np.cos(angle)
    volume = waves.magnetisation * float(waves.volume_share(k))
    base = float(waves.exchange(k)) - 1j * waves.damping * delta
    across, normal = base + volume * sine**2, base + waves.magnetisation - volume
    kernel = (1 - sine) ** 2 / 2 * (normal * sine**2 + across - 2 * delta * sine) / (delta**2 - across * normal)
    return complex(np.mean(kernel * np.exp(1j * k * (x * cosine + y * sine))) * 2 * np.pi)


WAVENUMBERS = np.array([3e6, 9e6, 1.5e7, 2.1e7, 6e7, 3e8])


@pytest.mark.parametrize("k", [3e6, 9e6, 1.5e7, 2.1e7, 6e7, 3e8])
def test_a_circle_with_and_without_poles_on_it(k: float) -> None:
    """The pole subtraction against a plain sum, which needs damping and very many points."""
    waves, delta, x, y = film(damping=2e-3).geometry.waves, LOWER * 2e9 * np.pi, 4e-7, -2e-7
    wavenumber = np.array([k])
    circles = shells.Shells.at(waves, wavenumber, delta)
    digits = np.array([shells.DIGITS])
    found = shells.ring_sums(circles, wavenumber, np.array([x]), np.array([y]), [(SEEN[1], SEEN[1])], digits)
    for at, way in enumerate((1, -1)):
        plain = dense_ring(waves, k, delta, way * x, way * y, 200_001)
        assert abs(complex(found[0, at, 0, 0]) - plain) < 1e-9 * abs(plain)


@pytest.mark.parametrize("digits", [6.0, 15.0, 26.0])
def test_as_many_directions_as_a_wave_needs(digits: float) -> None:
    """A sum over N directions of e^(ix sin φ) is J_0 and, first of what is left, 2J_N."""
    phase = np.geomspace(1e-2, 1e3, 60)
    number = shells._directions(phase, np.full(60, np.inf), np.full(60, digits)) - shells.DEGREE
    wrong = 2 * np.abs(jv(np.ceil(number), phase))
    assert np.all(wrong < np.exp(-digits))
    assert np.all(number < 2 * digits + phase + 10 * np.cbrt(phase)), "hardly more than it needs"
    for depth in (0.1, 0.5, 2.0):  # 1/(cosh y − cos φ) has poles at φ = ±iy
        count = np.ceil(shells._directions(np.array([5.0]), np.array([depth]), np.array([digits])))
        angle = [2 * np.pi * (np.arange(n) + 0.5) / n for n in (int(count[0]), 4001)]
        sums = [np.mean(np.exp(5j * np.cos(one)) / (np.cosh(depth) - np.cos(one))) for one in angle]
        assert abs(sums[0] - sums[1]) < 10 * np.exp(-digits) / np.sinh(depth)


def test_displacements_in_all_directions_together_and_alone() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.uniform(-2e-7, 2e-7, (2, 6))
    x[4:], y[4:] = -0.3 * x[1], -0.3 * y[1]  # on one line
    x[0] = y[0] = 0.0
    circles, k = shells.Shells.at(film().geometry.waves, WAVENUMBERS, LOWER * 2e9 * np.pi), WAVENUMBERS
    kinds, digits = [(SEEN[1], SEEN[-1])], np.full(k.shape, shells.DIGITS)
    together = shells.ring_sums(circles, k, x, y, kinds, digits)
    for at in range(6):
        alone = shells.ring_sums(circles, k, x[[at]], y[[at]], kinds, digits)
        np.testing.assert_allclose(together[..., at], alone[..., 0], rtol=0, atol=1e-10 * np.abs(alone).max())


def test_scattered_heights_and_displacements_are_those_of_a_grid() -> None:
    rng = np.random.default_rng(6)
    heights, (x, y) = rng.uniform(1e-8, 5e-8, 9), rng.uniform(-1e-7, 1e-7, (2, 9))
    waves, delta, pair = film(damping=1e-3).geometry.waves, LOWER * 2e9 * np.pi, [(SEEN[1], SEEN[-1])]
    scattered = directional.transfer(waves, delta, x[:, None], y[:, None], heights[:, None], pair)
    grid = directional.transfer(waves, delta, x[:, None, None], y[:, None, None], heights[:, None], pair)
    for one, many in zip(scattered[:2], grid[:2], strict=True):
        assert (one.shape, many.shape) == ((9, 1), (9, 9, 1))
        np.testing.assert_allclose(one[:, 0], many[range(9), range(9), 0], rtol=0, atol=1e-8 * np.abs(many).max())


@pytest.mark.slow
def test_undamped_is_the_limit_of_damped() -> None:
    """The difference is linear in α, above the gap and in the band of backward waves below it."""
    thick = Film(WARM, 300.0, 2.0, "in-plane")
    assert thick.band_bottom_ghz < 1.9 < thick.gap_ghz
    for magnet, frequency in ((film(), LOWER), (thick, 1.95)):
        values = [
            complex(
                transfer(
                    replace(magnet.geometry.waves, damping=alpha),
                    frequency * 2e9 * np.pi,
                    np.array(5e-8),
                    np.array(8e-8),
                    np.array(3e-8),
                    1,
                )[0][0]
            )
            for alpha in (0.0, 1e-5, 2e-5)
        ]
        first, second = abs(values[1] - values[0]), abs(values[2] - values[0])
        assert first < 1e-2 * abs(values[0])
        assert second / first == pytest.approx(2, rel=0.05)


def test_there_and_back_across_and_along() -> None:
    """Waves that run along M look the same both ways; across it, what goes north from one goes south from the other."""
    magnet = film()
    along = amplitudes(magnet, 100.0, azimuth_deg=0.0)
    assert along.g12 == pytest.approx(along.g21, rel=1e-6)
    assert along.steady_concurrence == pytest.approx(1, abs=1e-10)
    north, south = (amplitudes(magnet, 100.0, azimuth_deg=angle) for angle in (90.0, -90.0))
    assert north.g12 == pytest.approx(south.g21, rel=1e-6)
    assert abs(north.g12) != pytest.approx(abs(north.g21), rel=0.1)


@pytest.mark.slow
@given(
    places=st.lists(st.tuples(st.floats(-200, 200), st.floats(-200, 200)), min_size=6, max_size=6),
    gap=apart_from(LOWER, st.floats(0.8, 3.0)),
    damping=st.sampled_from([0.0, 1e-3]),
    height=st.floats(10, 100),
)
@settings(max_examples=8, deadline=None)
def test_blocks_are_positive(places: list[tuple[float, float]], gap: float, damping: float, height: float) -> None:
    positions = np.array(places)
    apart = np.linalg.norm(positions[:, None] - positions[None], axis=-1) + 1e3 * np.eye(6)
    assume(apart.min() > 1.0)
    magnet = Film(WARM, 20.0, gap, "in-plane", damping=damping)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        made = magnet.medium(positions_nm=positions, height_nm=height, frequency_ghz=LOWER, temperature_k=0.1)
    assert made.n_qubits == 6


def test_waves() -> None:
    """ω(k) = Δ at the wavelength, the group velocity is its slope, and Ω is its value at k = 0."""
    magnet = film()
    waves = magnet.geometry.waves
    for azimuth in (0.0, 30.0, 90.0):
        squared = np.sin(np.deg2rad(azimuth)) ** 2
        k = float(2e9 * np.pi / magnet.wavelength_nm(LOWER, azimuth))

        def frequency(k: float, squared: float = squared) -> float:
            return float(dispersion.dispersion(waves, k, squared))

        assert frequency(k) == pytest.approx(LOWER * 2e9 * np.pi, rel=1e-10)
        slope = (frequency(k * (1 + 1e-5)) - frequency(k * (1 - 1e-5))) / (2e-5 * k)
        assert magnet.group_velocity_m_per_s(LOWER, azimuth) == pytest.approx(slope, rel=1e-6)
    assert dispersion.dispersion(waves, np.array(1e-3), 0.3) == pytest.approx(magnet.gap_ghz * 2e9 * np.pi, rel=1e-9)


def test_bottom_of_the_band_of_a_thick_film() -> None:
    """Backward-volume waves: the minimum over a fine grid, and nothing relaxes below it."""
    thick = Film(WARM, 300.0, 2.0, "in-plane")
    k = np.linspace(1e3, 3e7, 300_001)
    lowest = float(dispersion.dispersion(thick.geometry.waves, k, 0.0).min()) / (2e9 * np.pi)
    assert thick.band_bottom_ghz == pytest.approx(lowest, rel=1e-8)
    options: dict[str, Any] = {"height_nm": 30.0, "dephasing": False}
    below = thick.medium(50.0, frequency_ghz=lowest - 0.01, **options)
    with pytest.warns(ValidityWarning, match="thick"):
        above = thick.medium(50.0, frequency_ghz=lowest + 0.05, **options)
    assert not np.any(below.relaxation)
    assert above.relaxation[0, 0].real > 0
    with pytest.raises(ArgumentError, match="chemical_potential_ghz"):
        thick.medium(50.0, frequency_ghz=2.2, temperature_k=1.0, chemical_potential_ghz=1.99, **options)


def test_one_way_films_say_so() -> None:
    made = film().medium(400.0, azimuth_deg=90.0, height_nm=20.0, frequency_ghz=LOWER, dipole=False)
    assert made.provenance is not None
    assert any("one-way" in note.text for note in made.provenance.notes)


def test_dephasing_depends_on_the_direction() -> None:
    """⟨cos⁴φ e^(ikr cos(φ − θ))⟩ against a plain mean; d itself is 3/8 of the mean square of a wave along x."""
    from nvprotocol.magnets.film.longitudinal import dephasing, longitudinal_noise

    waves, temperature, zero = film().geometry.waves, np.array(4 * boltzmann / hbar), np.zeros(())
    x, y, height = np.array([0.0, 60e-9, 0.0]), np.array([0.0, 30e-9, 80e-9]), np.array(2e-8)
    axis = np.array([1.0, 0.0, 0.0])
    found, _ = dephasing(waves, x, y, height, temperature, zero, [(axis, axis)])
    k = np.linspace(1e4, 1.2e9, 6001)
    noise = longitudinal_noise(waves, k, temperature, zero)
    angle = 2 * np.pi * np.arange(128) / 128
    phase = np.exp(1j * k[:, None] * (x[:, None, None] * np.cos(angle) + y[:, None, None] * np.sin(angle)))
    mean = np.mean(np.cos(angle) ** 4 * phase, axis=-1).real
    dense = np.trapezoid(k * waves.height_filter(k, height) * noise * mean, k)
    assert found / found[0] == pytest.approx(dense / dense[0], abs=1e-4)


def test_no_direction_of_the_wave_is_refused() -> None:
    with pytest.raises(ArgumentError, match="`frequency_ghz` must be that of a spin wave"):
        film().wavelength_nm(1.0)


def test_amplitudes_are_those_of_the_master_equation() -> None:
    """g₁₂ = ⟨↑↓|H|↓↑⟩ and g₂₁ = ⟨↓↑|H|↑↓⟩ of the effective Hamiltonian, and the long-time state is theirs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        for temperature in (0.0, 0.2):
            made = film().medium(
                150.0, azimuth_deg=60.0, height_nm=20.0, frequency_ghz=LOWER, temperature_k=temperature, dephasing=False
            )
            equation = nv.MasterEquation(made)
            found = nv.magnets.chirality(made)
            assert equation.effective_hamiltonian[2, 1] == pytest.approx(complex(found.g12), rel=1e-12)
            assert equation.effective_hamiltonian[1, 2] == pytest.approx(complex(found.g21), rel=1e-12)
            if temperature == 0:
                late = equation.no_jump("ud", [0.0, 2e5]).states[-1]
                assert nv.concurrence(late) == pytest.approx(float(found.steady_concurrence), abs=1e-6)


def test_excitations_go_the_way_of_the_waves() -> None:
    """For the lower transition |n·e|² = (1 − sin φ)² is the largest at φ = −90°: waves towards −y are seen best.

    So the amplitude from the qubit at +y to that at −y is the larger one.
    """
    found = amplitudes(film(), 200.0, azimuth_deg=-90.0)  # the second qubit stands at −y
    assert abs(found.g12) > 3 * abs(found.g21)


@pytest.mark.parametrize("thickness_nm", [50.0, 200.0, 1000.0])
def test_close_to_the_bottom_of_the_band(thickness_nm: float) -> None:
    """There the waves of a frequency have two almost equal lengths, and the rate begins at a finite value."""
    thick = Film(WARM, thickness_nm, 2.0, "in-plane")
    shares = np.array([1e-9, 1e-7, 1e-6, 1e-5])
    frequency = thick.band_bottom_ghz * (1 + shares)
    setting = nv.magnets.Setting.read(2, separation_nm=100.0, height_nm=30.0, frequency_ghz=frequency)
    rate = np.real(thick.response(setting, dephasing=False).relaxation[:, 0])
    np.testing.assert_allclose(rate, rate[-1], rtol=1e-3)
    np.testing.assert_allclose(rate[:2], rate[0], rtol=1e-5)
