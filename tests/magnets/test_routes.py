"""Numbers of exchange magnets by routes that share nothing with the closed forms: real space, Matsubara frequencies."""

import numpy as np
import pytest
from lattice import exchange
from scipy.linalg import solve_banded
from scipy.special import kv

import nvprotocol as nv
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ, RAD_PER_US_PER_K
from nvprotocol.magnets.response import one_magnon


def real_space_chain(magnet: nv.magnets.Exchange, frequency_ghz: float, steps: int) -> tuple[complex, complex]:
    """λ²G^R at no distance and at that many sites: one row of the inverse of a chain whose ends absorb slowly."""
    sites, ends = 8001, 3000
    hop, frequency = magnet.stiffness / magnet.lattice_nm**2, frequency_ghz * RAD_PER_US_PER_GHZ
    absorbed = np.zeros(sites)
    absorbed[-ends:] = abs(frequency - magnet.gap) / 2 * np.linspace(0.0, 1.0, ends) ** 3
    diagonal = frequency * (1 + 1j * magnet.damping) - magnet.gap - 2 * hop + 1j * (absorbed + absorbed[::-1])
    bands = np.array([np.full(sites, hop), diagonal, np.full(sites, hop)])
    source = np.zeros(sites, dtype=complex)
    start = (sites - steps) // 2
    source[start] = 2 * magnet.spin * magnet.coupling**2
    answer = solve_banded((1, 1), bands, source)
    return complex(answer[start]), complex(answer[start + steps])


@pytest.mark.parametrize(("frequency", "damping"), [(2.4, 0.0), (2.4, 1e-2), (1.7, 0.0)])
def test_one_magnon_against_a_chain_in_real_space(frequency: float, damping: float) -> None:
    # Neither wave vectors nor closed forms: signs and sizes of a, A, J⊥ and G^R; what is left falls as (k₀ℓ)².
    errors = []
    for lattice in (4.0, 2.0):
        magnet = exchange(1, lattice_nm=lattice, damping=damping)
        here, there = real_space_chain(magnet, frequency, round(60.0 / lattice))
        medium = magnet.medium(60.0, frequency_ghz=frequency, dipole=False)
        a, A, J = medium.relaxation[0, 0].real, medium.relaxation[0, 1].real, medium.flip_flop[0, 1].real
        assert np.isclose(-1j * A + 2 * J, magnet.green_function(60.0, frequency), rtol=1e-12)
        errors.append(max(abs(here.imag + a), abs(there - (-1j * A + 2 * J))) / abs(there))
    assert errors[1] < 3e-4
    assert np.isclose(errors[0] / errors[1], 4.0, rtol=0.2)


@pytest.mark.parametrize("dimension", [2, 3])
def test_ising_coupling_is_the_sum_over_matsubara_frequencies(dimension: int) -> None:
    # J_z = −λ²T Σ_n G(r, iω_n)², ω_n = 2πnT, G evanescent: another route than an integral over real frequencies.
    magnet, r = exchange(dimension, damping=0.0), 35.0
    medium = magnet.medium(r, frequency_ghz=2.87, temperature_k=1.0, dipole=False)
    step = 2 * np.pi * RAD_PER_US_PER_K
    decay = np.sqrt((magnet.gap - 1j * step * np.arange(3000)) / magnet.stiffness)
    wave = kv(0, decay * r) / (2 * np.pi) if dimension == 2 else np.exp(-decay * r) / (4 * np.pi * r)
    squares = np.real((wave * magnet.lattice_nm**dimension / magnet.stiffness) ** 2)
    total = -(magnet.coupling**2) * RAD_PER_US_PER_K * (squares[0] + 2 * squares[1:].sum())
    assert np.isclose(medium.ising[0, 1], total, rtol=1e-8)


def test_an_undamped_chain_has_a_single_qubit_at_any_temperature_without_dephasing() -> None:
    chain = exchange(1, damping=0.0)
    one = chain.qubit(frequency_ghz=2.87, temperature_k=0.1, dephasing=False)
    pair = chain.medium(30.0, frequency_ghz=2.87, temperature_k=0.1, dephasing=False)
    assert np.isclose(one.t1[0], pair.t1[0], rtol=1e-14)
    assert np.isclose(one.t2[0], 2 * one.t1[0], rtol=1e-14)


@pytest.mark.parametrize("turn", [0.7, -2.0])
def test_a_helix_turns_relaxation_and_exchange_alike(turn: float) -> None:
    # s(r) → e^(iQr)s(r) is a rotation of the second qubit: what is dark stays dark, J⊥ and DM included.
    s = 1.0 * np.exp(0.4j)
    R, G = one_magnon(np.array(s * np.exp(1j * turn)), np.array(s * np.exp(-1j * turn)))
    medium = nv.Medium(relaxation=[[abs(R), R], [np.conj(R), abs(R)]], flip_flop=[[0, G], [np.conj(G), 0]])
    assert np.isclose(G, np.exp(1j * turn) * s.imag / 2, rtol=1e-12)
    assert medium.dark_state.exact
    assert np.isclose(medium.dark_state.phase, -turn, rtol=1e-12)
