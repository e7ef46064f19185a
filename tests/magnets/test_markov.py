"""The Markov approximation against qubits and magnons together; one qubit: T1, T2, Bloch vector, Lamb shift."""

import numpy as np
import pytest
from lattice import exchange, magnet_with
from scipy.integrate import quad
from scipy.optimize import root_scalar

import nvprotocol as nv
from nvprotocol.magnets.bose import occupation
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ, RAD_PER_US_PER_K


def guide(dimension: int = 1, **changes: object) -> nv.magnets.Exchange:
    return exchange(dimension, **({"damping": 0.0} | changes))


def rate_of(magnet: nv.magnets.Exchange) -> float:
    return float(magnet.medium(50.0, frequency_ghz=2.87, dephasing=False).relaxation[0, 0].real)


@pytest.mark.slow
@pytest.mark.parametrize("retardation", [0.003, 0.01, 0.04, 0.1, 0.25, 1.0])
def test_a_guide_ends_where_the_retarded_dark_state_says(retardation: float) -> None:
    # k₀r = nπ: the bound state in the continuum keeps ½(1 + a·r/v_g)⁻². Enough half waves to stay off the band edge.
    half = float(guide().wavelength_nm(2.87)) / 2
    waves = max(1, round(retardation / 0.004))
    speed = 2 * guide().stiffness * np.pi / half
    rate = retardation * speed / (waves * half)
    magnet = guide(coupling_mhz=3.0 * np.sqrt(rate / rate_of(guide())))
    check = magnet.markov_check(waves * half, frequency_ghz=2.87, times=np.linspace(0, 16 / rate, 81))
    assert np.isclose(check.retardation, retardation, rtol=1e-9)
    # Not exact: the formula expands the dispersion about k₀, and it is taken from a finite bath at a finite time.
    assert np.abs(check.exact[-20:].mean() - check.retarded_limit) < 0.002 + 2 * check.edge * retardation
    assert abs(check.master[-1] - 0.5) < 1e-12
    # The rule of thumb that `medium` quotes.
    assert check.deviation < 2 * retardation + 2 * check.edge


@pytest.mark.slow
def test_deviation_is_of_first_order_in_the_coupling() -> None:
    half = float(guide().wavelength_nm(2.87)) / 2
    deviations = [
        guide(coupling_mhz=coupling).markov_check(8 * half, frequency_ghz=2.87).deviation for coupling in (60, 30)
    ]
    assert np.isclose(deviations[0] / deviations[1], 4, rtol=0.1)  # a ~ λ²


@pytest.mark.slow
@pytest.mark.parametrize("damping", [0.0, 0.01])
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_weak_coupling_is_markovian_in_every_dimension(dimension: int, damping: float) -> None:
    magnet = guide(dimension, coupling_mhz=10.0 if dimension < 3 else 300.0, damping=damping)
    for distance in (60.0, 300.0):
        check = magnet.markov_check(distance, frequency_ghz=2.87, modes=400 if damping else 800)
        assert check.retardation < 5e-4
        assert check.deviation < 3e-3


@pytest.mark.slow
def test_the_exact_model_agrees_with_a_ring_of_spins() -> None:
    # Nothing of the package: every mode of a ring of 1100 sites, qubits at two of them, in the sites' own units.
    magnet, frequency = magnet_with(1, 0.2, coupling_mhz=580.0)
    sites, distance = 1100, 16
    k = 2 * np.pi * np.arange(sites) / sites
    energy = magnet.gap + 2 * magnet.stiffness * (1 - np.cos(k)) - frequency * RAD_PER_US_PER_GHZ
    touch = magnet.coupling * np.sqrt(2 * magnet.spin / sites)
    hamiltonian = np.zeros((sites + 2, sites + 2), dtype=complex)
    hamiltonian[np.arange(2, sites + 2), np.arange(2, sites + 2)] = energy
    for qubit, place in enumerate((0, distance)):
        hamiltonian[qubit, 2:] = touch * np.exp(1j * k * place)
    hamiltonian[2:, :2] = hamiltonian[:2, 2:].conj().T
    energies, vectors = np.linalg.eigh(hamiltonian)
    check = magnet.markov_check(float(distance), frequency_ghz=frequency)
    reach = (sites - distance) / (2 * magnet.stiffness * 0.2)  # when what was emitted comes round
    times = check.times[check.times < 0.9 * reach]
    amplitudes = np.exp(-1j * np.outer(times, energies)) * vectors[0].conj() @ vectors[:2].T
    ring = 2 * np.abs(amplitudes[:, 0] * amplitudes[:, 1])
    assert check.retardation > 0.1
    assert times[-1] * rate_at(magnet, frequency) > 2
    assert check.deviation > 0.1  # the master equation is far off here
    assert np.abs(ring - check.exact[: times.size]).max() < 0.015  # the ring's dispersion, (k₀ℓ)²/24·k₀r and more


def rate_at(magnet: nv.magnets.Exchange, frequency: float) -> float:
    return float(magnet.propagator(0.0, magnet.wave_number(frequency * RAD_PER_US_PER_GHZ)).real)


@pytest.mark.slow
@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize(("dimension", "coupling"), [(1, 5.0), (2, 50.0), (3, 500.0)])
def test_splitting_below_the_gap_is_the_exchange(dimension: int, coupling: float, aligned: bool) -> None:
    magnet = guide(dimension, gap_ghz=3.0, coupling_mhz=coupling, aligned=aligned)
    check = magnet.markov_check(25.0, frequency_ghz=2.87)
    J = magnet.medium(25.0, frequency_ghz=2.87, dipole=False).flip_flop[0, 1].real
    assert np.isclose(check.level_splitting, 4 * J, rtol=3e-3)
    assert np.allclose(check.master, np.abs(np.sin(4 * J * check.times)), atol=1e-12)
    assert check.deviation < 0.01


def test_times_that_overflow_are_refused() -> None:
    magnet = nv.magnets.Exchange(2, 2.0, 8e-6, spin=14.2, lattice_nm=1.24, coupling_mhz=1.0)
    with pytest.raises(nv.errors.ArgumentError, match="`times` must be at most"):
        magnet.markov_check(50.0, frequency_ghz=2.87, times=[1e308])


def test_single_qubit_times_and_bloch_vector() -> None:
    magnet = guide(2, coupling_mhz=30.0)
    one = magnet.qubit(frequency_ghz=2.87, temperature_k=0.1)
    a, excited, d = (float(block[0, 0].real) for block in (one.relaxation, one.excitation, one.dephasing))
    assert d > 0
    assert np.isclose(one.t1[0], nv.closed_form.relaxation_time(a, q=excited / a))
    assert np.isclose(one.t2[0], nv.closed_form.coherence_time(a, q=excited / a, d=d))
    times = np.array([0.0, 0.3, 1.0, 4.0]) * one.t1[0]
    start = np.array([0.6, 0.0, -0.8])
    ket = np.array([np.sqrt(0.1), np.sqrt(0.9)])
    states = nv.MasterEquation(one).evolve(np.outer(ket, ket), times)
    paulis = [[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]]
    found = np.einsum("tab,iba->ti", states, np.array(paulis)).real
    assert np.allclose(found, nv.closed_form.bloch_vector(times, start, a, q=excited / a, d=d), atol=1e-10)


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("frequency", [1.3, 4.1])
@pytest.mark.parametrize("temperature", [0.0, 0.2])
def test_lamb_shift_is_the_principal_value(dimension: int, frequency: float, temperature: float) -> None:
    # −2λ²S v∫dᵈk/(2π)ᵈ (2n + 1)P/(ω − Δ), by QUADPACK's rule for principal values, in ω = Ω + Dk².
    magnet = guide(dimension)
    D, gap, kT = magnet.stiffness, magnet.gap, max(temperature * RAD_PER_US_PER_K, 1e-3)
    edge = {1: np.pi, 2: np.sqrt(4 * np.pi), 3: (6 * np.pi**2) ** (1 / 3)}[dimension] / magnet.lattice_nm
    solid = {1: 2 / (2 * np.pi), 2: 2 * np.pi / (2 * np.pi) ** 2, 3: 4 * np.pi / (2 * np.pi) ** 3}[dimension]
    centre = frequency * RAD_PER_US_PER_GHZ

    def weight(k: float) -> float:
        n = float(occupation(np.array(gap + D * k**2), np.array(kT)))
        return (2 * n + 1) * k ** (dimension - 1)

    if centre > gap:
        k0 = np.sqrt((centre - gap) / D)
        near = quad(lambda k: weight(k) / (k + k0), 0, 2 * k0, weight="cauchy", wvar=k0, epsrel=1e-10, limit=500)[0]
        rest = quad(lambda k: weight(k) / (k**2 - k0**2), 2 * k0, edge, epsrel=1e-10, limit=500)[0]
    else:
        near, rest = quad(lambda k: weight(k) / (k**2 + (gap - centre) / D), 0, edge, epsrel=1e-10, limit=500)[0], 0.0
    cell = magnet.lattice_nm**dimension
    expected = -2 * magnet.coupling**2 * magnet.spin * cell / D * solid * (near + rest)
    found = magnet.lamb_shift_ghz(frequency, temperature) * RAD_PER_US_PER_GHZ
    assert np.isclose(found, expected, rtol=1e-6, atol=1e-6 * magnet.strength)


def test_lamb_shift_moves_the_pole() -> None:
    # One qubit below the band of a long line: the bound state E = Δ + Σ(E), Σ = −P/κ(E), exactly. The excited level
    # goes down and Δ shrinks.
    magnet = guide(coupling_mhz=0.3, lattice_nm=0.01, spin=1000.0)
    below = 0.2 * RAD_PER_US_PER_GHZ

    def pole(energy: float) -> float:
        return energy + magnet.strength / np.sqrt((below - energy) / magnet.stiffness)

    exact = root_scalar(pole, bracket=(-below, 0.0), xtol=1e-12).root
    found = float(magnet.lamb_shift_ghz(1.8)) * RAD_PER_US_PER_GHZ
    assert found < 0
    assert np.isclose(found, exact, rtol=2e-3)


def test_check_shows_itself() -> None:
    magnet = guide(coupling_mhz=100.0)
    check = magnet.markov_check(float(magnet.wavelength_nm(2.87)) / 2, frequency_ghz=2.87, modes=400)
    assert f"{check.deviation:.6g}" in str(check)
    assert check.times.shape == check.exact.shape == check.master.shape
