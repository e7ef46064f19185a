"""Exchange magnets: the closed forms against lattices, quadrature and each other."""

from itertools import pairwise

import numpy as np
import pytest
from lattice import lattice_propagator, magnet_with
from scipy.integrate import quad, quad_vec

import nvprotocol as nv
from nvprotocol.magnets.bose import occupation, polylogarithm
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ, RAD_PER_US_PER_K
from nvprotocol.magnets.setting import Setting

DAMPING = {1: 0.05, 2: 0.02, 3: 0.1}
POINTS = {1: 0, 2: 800, 3: 150}  # times 1/k₀ℓ: what the sums over the other directions need to converge


def lattice_error(dimension: int, wave_number: float) -> tuple[float, float]:
    """Largest error of Re s at k₀r = 0, 2, 4 and of Im s at k₀r = 2, 4, in units of a₀.

    In 3D without r = 0, where the tail that damping leaves to short waves is of first order in k₀ℓ.
    """
    magnet, frequency = magnet_with(dimension, wave_number, damping=DAMPING[dimension])
    sites = np.round(np.array([0, 2, 4]) / wave_number)
    lattice = lattice_propagator(magnet, sites, frequency, round(POINTS[dimension] / wave_number))
    closed = magnet.propagator(sites * magnet.lattice_nm, magnet.wave_number(frequency * RAD_PER_US_PER_GHZ))
    difference = (closed - lattice) / closed[0].real
    return float(np.abs(difference.real[dimension // 3 :]).max()), float(np.abs(difference.imag[1:]).max())


@pytest.mark.parametrize(("dimension", "bounds"), [(1, (6e-3, 8e-3)), (2, (6e-3, 4e-3)), (3, (1.4e-2, 2.5e-2))])
def test_closed_forms_agree_with_lattice_sums(dimension: int, bounds: tuple[float, float]) -> None:
    # What is left is the lattice's own dispersion, 2(1 − cos kℓ) = (kℓ)²(1 − (kℓ)²/12 + …): second order in k₀ℓ.
    coarse, middle, fine = (np.array(lattice_error(dimension, k)) for k in (0.4, 0.2, 0.1))
    assert np.all(middle < bounds)
    assert np.all(np.abs(np.log2(coarse / middle) - 2) < 0.3)
    assert np.all(np.abs(np.log2(middle / fine) - 2) < 0.1)


@pytest.mark.parametrize("damping", [0.01, 0.1])
@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("distance", [0.0, 0.7, 6.0])
@pytest.mark.parametrize("frequency", [0.8, 2.1])
def test_relaxation_is_the_integral_over_wave_vectors(
    dimension: int, distance: float, damping: float, frequency: float
) -> None:
    # −λ² Im G^R = P∫dᵈk/(2π)ᵈ e^(ik·r) 2 Im k̃²/|k̃² − k²|², above the gap and below it.
    from scipy.special import j0

    magnet = nv.magnets.Exchange(dimension, 1.0, 1e-8, 3.0, 1.0, 1.0, damping)
    k = complex(magnet.wave_number(frequency * RAD_PER_US_PER_GHZ))
    angle = {
        1: lambda x: np.cos(x) / np.pi,
        2: lambda x: j0(x) / (2 * np.pi),
        3: lambda x: np.sinc(x / np.pi) / (2 * np.pi**2),
    }

    def density(q: float) -> float:
        return angle[dimension](q * distance) * q ** (dimension - 1) * 2 * (k**2).imag / abs(k**2 - q**2) ** 2

    local = float(magnet.propagator(0.0, k).real) / magnet.strength
    edges = abs(k) * np.array([0.0, 0.5, 0.9, 1.0, 1.1, 1.5, 3.0, *np.geomspace(10, 3000, 9)])
    numbers = [quad_vec(density, a, b, epsabs=1e-11 * local, epsrel=1e-11)[0] for a, b in pairwise(edges)]
    tail = quad(density, edges[-1], np.inf)[0] if distance == 0 else 0.0  # else what is beyond cancels to 1e-10
    closed = magnet.propagator(distance, k).real / magnet.strength
    assert abs(sum(numbers) + tail - closed) < 1e-8 * local


def test_coherent_coupling_is_the_transform_of_the_integrand() -> None:
    # Im s below the gap from what the package does not use: Fourier integrals ∫cos(qr)/(q² + κ²) in 1D and
    # ∫q sin(qr)/(q² + κ²) = π/2 − ∫sin(qr)κ²/q(q² + κ²) in 3D, and K₀(x) = ∫₀^∞ e^(−x cosh t)dt in 2D.
    r, frequency = 2.0, 0.4 * RAD_PER_US_PER_GHZ
    k = complex(nv.magnets.Exchange(1, 1.0, 1e-8, 3.0, 1.0, 1.0).wave_number(frequency)).imag
    line = quad(lambda q: 1 / (q**2 + k**2), 0, np.inf, weight="cos", wvar=r, epsabs=1e-12)[0] * 2 / np.pi
    edges = k * np.array([0, 1, 3, 10, 30, 100, 300, 1000])
    rest = [
        quad(lambda q: r * np.sinc(q * r / np.pi) * k**2 / (q**2 + k**2), *ends, limit=500)[0]
        for ends in pairwise(edges)
    ]
    space = (np.pi / 2 - sum(rest)) / (np.pi**2 * r)
    plane = quad(lambda t: np.exp(-k * r * np.cosh(t)) / np.pi, 0, 9, epsrel=1e-12)[0]
    for dimension, value in ((1, line), (2, plane), (3, space)):
        magnet = nv.magnets.Exchange(dimension, 1.0, 1e-8, 3.0, 1.0, 1.0)
        setting = Setting.read(dimension, separation_nm=r, frequency_ghz=0.4)
        coupling = magnet.response(setting).flip_flop[1]
        assert coupling.imag == 0
        assert np.isclose(coupling.real, -magnet.strength * value / 2, rtol=1e-8)  # the ferromagnetic sign


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_undamped_forms(dimension: int, rng: np.random.Generator) -> None:
    from scipy.special import j0, y0

    magnet = nv.magnets.Exchange(dimension, 2.0, 8e-6, 14.2, 1.24, 3.0)
    k = 2 * np.pi / float(magnet.wavelength_nm(2.87))
    r = rng.uniform(2, 400, 20)
    medium = magnet.medium(r, frequency_ghz=2.87, dipole=False)
    a = medium.relaxation[..., 0, 0].real
    x = k * r
    ratio = {1: np.cos(x), 2: j0(x), 3: np.sin(x) / x}[dimension]
    coherent = {1: np.sin(x), 2: y0(x), 3: -np.cos(x) / x}[dimension] / 2
    assert np.allclose(medium.relaxation[..., 0, 1].real / a, ratio, rtol=0, atol=1e-12)
    assert np.allclose(medium.flip_flop[..., 0, 1].real / a, coherent, rtol=0, atol=1e-12)
    # Golden rule: the rate 2a₀ is 2π(λ√2S)² times the density of states per site at Δ.
    cell, D = magnet.lattice_nm**dimension, magnet.stiffness
    density = {1: cell / (2 * np.pi * D * k), 2: cell / (4 * np.pi * D), 3: cell * k / (4 * np.pi**2 * D)}[dimension]
    assert np.allclose(2 * a, 2 * np.pi * magnet.coupling**2 * 2 * magnet.spin * density, rtol=1e-12)


def test_damping_shortens_the_reach() -> None:
    magnet = nv.magnets.Exchange(1, 2.0, 8e-6, 14.2, 1.24, 1.0, damping=1e-3)
    waves = 40 * float(magnet.wavelength_nm(2.87))
    medium = magnet.medium(waves, frequency_ghz=2.87, dipole=False)
    speed = 2 * magnet.stiffness * 2 * np.pi / (waves / 40)
    length = speed / (1e-3 * 2.87 * RAD_PER_US_PER_GHZ)
    ratio = (medium.relaxation[0, 1] / medium.relaxation[0, 0]).real
    assert np.isclose(ratio, np.exp(-waves / length), rtol=2e-3)


def dephasing_of(magnet: nv.magnets.Exchange, distance: float, temperature_k: float) -> tuple:
    setting = Setting.read(magnet.dimension, separation_nm=distance, frequency_ghz=2.87, temperature_k=temperature_k)
    response = magnet.response(setting)
    return (*np.broadcast_to(response.dephasing, 2), np.broadcast_to(response.ising, 2)[1])


def test_dephasing_in_two_and_three_dimensions() -> None:
    kT, gap = 0.3 * RAD_PER_US_PER_K, 2.0 * RAD_PER_US_PER_GHZ
    for dimension in (2, 3):
        magnet = nv.magnets.Exchange(dimension, 2.0, 8e-6, 14.2, 1.24, 5.0)
        cell, D, square = magnet.lattice_nm**dimension, magnet.stiffness, magnet.coupling**2
        flat = np.pi * square * (cell / (4 * np.pi * D)) ** 2 * kT * occupation(np.array(gap), np.array(kT))
        deep = square * cell**2 * kT**2 / (16 * np.pi**3 * D**3) * -np.log(-np.expm1(-gap / kT))
        local, shared, _ = dephasing_of(magnet, 40.0, 0.3)
        assert np.isclose(local, {2: flat, 3: deep}[dimension], rtol=1e-8)
        assert 0 < shared < local


def test_two_magnon_terms_agree_with_the_lattice() -> None:
    # D: ∫dω n(1+n)ρ² with the lattice's own density of magnons; J_z: the double sum over the zone of
    # (n − n')/(ω − ω'), whose terms are smooth.
    magnet, _ = magnet_with(1, 0.1, damping=1e-3)
    temperature, sites = 0.02, 25
    kT = temperature * RAD_PER_US_PER_K
    local, shared, ising = dephasing_of(magnet, float(sites), temperature)

    def integrand(w: float, n: int) -> float:
        density = lattice_propagator(magnet, np.array([n]), w / RAD_PER_US_PER_GHZ, 1)[0].real
        thermal = occupation(np.array(w), np.array(kT))
        return float(thermal * (1 + thermal) * (density / (2 * np.pi * magnet.spin * magnet.coupling**2)) ** 2)

    edges = magnet.gap * np.array([0.02, 0.5, 0.9, 0.99, 1.0, 1.01, 1.1, 1.5, 3.0, 6.0])
    for n, found in ((0, local), (sites, shared)):
        parts = [quad(integrand, a, b, args=(n,), limit=400)[0] for a, b in pairwise(edges)]
        assert np.isclose(found, np.pi * magnet.coupling**2 * sum(parts), rtol=3e-3)

    k = 2 * np.pi * np.arange(1500) / 1500
    energy = magnet.gap + 2 * magnet.stiffness * (1 - np.cos(k))
    thermal = occupation(energy, np.array(kT))
    difference = np.subtract.outer(energy, energy)
    same = np.abs(difference) < 1e-9 * magnet.gap
    slope = -thermal * (1 + thermal) / kT
    ratio = np.where(same, slope[:, None], np.subtract.outer(thermal, thermal) / np.where(same, 1.0, difference))
    wave = np.exp(1j * k * sites)
    double = np.real(wave.conj() @ ratio @ wave) / k.size**2
    assert np.isclose(ising, magnet.coupling**2 * double, rtol=5e-3)


def test_everything_thermal_vanishes_at_zero_temperature() -> None:
    magnet = nv.magnets.Exchange(2, 2.0, 8e-6, 14.2, 1.24, 5.0)
    warm, cold = dephasing_of(magnet, 40.0, 0.004), dephasing_of(magnet, 40.0, 0.0)
    assert np.all(np.abs(warm) < 1e-9 * magnet.strength)
    assert not np.any(cold)


@pytest.mark.parametrize("order", [0.5, 1, 1.5])
def test_polylogarithm_is_the_integral(order: float) -> None:
    from scipy.special import gamma

    for x in (1e-3, 0.3, 0.999, 1.0, 4.0):
        integral = quad(lambda u, x=x: 2 * u ** (2 * order - 1) / np.expm1(u * u + x), 0, 7, epsrel=1e-12, limit=400)[0]
        assert np.isclose(polylogarithm(order, np.array(x)), integral / gamma(order), rtol=1e-10)


def test_thermal_magnons_shrink_the_spin_as_the_lattice_says() -> None:
    magnet, _ = magnet_with(1, 0.05)
    kT = 0.02 * RAD_PER_US_PER_K
    k = 2 * np.pi * (np.arange(4000) + 0.5) / 4000
    lost = occupation(magnet.gap + 2 * magnet.stiffness * (1 - np.cos(k)), np.array(kT)).mean()
    assert np.isclose(magnet.spin - magnet.polarisation(kT), lost, rtol=2e-3)
