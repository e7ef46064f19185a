"""From a magnet to a medium: thermal magnons, positivity, batches, conventions."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lattice import exchange

import nvprotocol as nv
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets.constants import RAD_PER_US_PER_GHZ, RAD_PER_US_PER_K
from nvprotocol.magnets.response import hermitian_block, one_magnon

Array = np.ndarray


class Chiral(nv.magnets.Magnet):
    """A medium of given amplitudes: s(x) forward, s(−x) backward, on a line."""

    dimension = 1
    gap_ghz = 1.0

    def __init__(self, forward: complex, backward: complex) -> None:
        self.forward, self.backward = forward, backward

    def response(self, setting: nv.magnets.Setting, *, dephasing: bool = True) -> nv.magnets.Response:  # noqa: ARG002
        ahead = setting.displacement[..., 0] > 0
        s = np.where(ahead, self.forward, self.backward) * np.exp(-setting.distance / 50)
        back = np.where(ahead, self.backward, self.forward) * np.exp(-setting.distance / 50)
        relaxation, flip_flop = one_magnon(s, back)
        relaxation = np.where(setting.distance == 0, 1.0, relaxation)
        one = np.ones_like(setting.frequency)
        nothing = np.zeros(())
        return nv.magnets.Response(relaxation, flip_flop, nothing, nothing, 0 * one, np.inf * one, 1e9 * one, one)

    def describe(self) -> tuple[str, str]:
        return "a one-way line", "as given"


@pytest.mark.parametrize(
    ("temperature", "q", "n", "ratio", "concurrence"),
    [
        (0.010, "1.0426e-06", "1.04e-06", "1.000", "0.5000"),
        (0.020, "1.02e-03", "1.02e-03", "1.002", "0.4985"),
        (0.050, "0.0636", "0.0679", "1.136", "0.4106"),
        (0.100, "0.2522", "0.337", "1.675", "0.2125"),
        (1.0, "0.8713", "6.77", "14.5", "3.1e-03"),
        (4.0, "0.9662", "28.5", "58.1", "2.0e-04"),
        (300.0, "0.99954", "2177.5", "4356", "3.5e-08"),
    ],
)
def test_temperature_table(temperature: float, q: str, n: str, ratio: str, concurrence: str) -> None:
    # ħΔ/k_B = 0.13774 K at 2.87 GHz: worked out by hand from q = e^(−0.13774 K/T), to the digits shown.
    magnet = exchange()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        medium = magnet.medium(30.0, frequency_ghz=2.87, temperature_k=temperature, dephasing=False)
    a, excited = medium.relaxation[0, 0].real, medium.excitation[0, 0].real
    cold = magnet.medium(30.0, frequency_ghz=2.87).relaxation[0, 0].real
    found = (excited / a, excited / cold, (a + excited) / cold, nv.closed_form.steady_concurrence(excited / a))
    for text, value in zip((q, n, ratio, concurrence), found, strict=True):
        mantissa, _, _ = text.partition("e")
        unit = 10.0 ** -len(mantissa.partition(".")[2]) * float(text) / float(mantissa)
        assert abs(value - float(text)) <= 0.505 * unit


@given(
    dimension=st.integers(1, 3),
    frequency=st.floats(0.5, 9.0),
    gap=st.floats(0.3, 5.0),
    temperature=st.floats(0.005, 300.0),
    mu=st.floats(-0.9, 0.9),
    aligned=st.booleans(),
)
def test_fluctuation_and_dissipation(
    dimension: int, frequency: float, gap: float, temperature: float, mu: float, aligned: bool
) -> None:
    assume(abs(frequency - gap) > 1e-9 * gap)  # at the bottom of the band, which is refused
    mu = mu * min(gap, frequency) if mu > 0 or not aligned else mu
    magnet = exchange(dimension, gap_ghz=gap, aligned=aligned)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        warm, cold = (
            magnet.medium(
                positions_nm=np.outer([5.0, 9.0, 16.0], [1.0, 0.3, -0.2])[:, :dimension],
                frequency_ghz=frequency,
                temperature_k=t,
                chemical_potential_ghz=mu,
                dephasing=False,
            )
            for t in (temperature, 0.0)
        )
    emitted = frequency - mu if aligned else frequency + mu
    q = np.exp(-emitted * RAD_PER_US_PER_GHZ / (temperature * RAD_PER_US_PER_K))
    size = warm.relaxation[0, 0].real
    assert np.allclose(warm.excitation, q * warm.relaxation.conj(), rtol=0, atol=1e-10 * size)
    assert np.allclose(warm.relaxation - warm.excitation.conj(), cold.relaxation, rtol=0, atol=1e-10 * size)
    assert np.array_equal(warm.flip_flop, cold.flip_flop)  # linear response of bosons knows no temperature
    assert not np.any(cold.excitation)


def test_a_thousand_random_magnets_are_stable(rng: np.random.Generator) -> None:
    # Eqs. S42–S47. The response itself, before a medium repairs what it takes for rounding.
    lowest = 0.0
    for _ in range(200):
        dimension, n_qubits = int(rng.integers(1, 4)), int(rng.integers(2, 7))
        gap, frequency = rng.uniform(0.5, 4, 2)
        magnet = exchange(
            dimension,
            gap_ghz=gap,
            stiffness_m2_per_s=10 ** rng.uniform(-6, -4),
            damping=rng.choice([0.0, 1e-4, 1e-2, 0.3]),
            aligned=bool(rng.random() < 0.8),
        )
        setting = nv.magnets.Setting.read(
            dimension,
            positions_nm=rng.uniform(0, 10 ** rng.uniform(0.5, 3), (5, n_qubits, dimension)),
            frequency_ghz=frequency,
        )
        block = hermitian_block(magnet.response(setting).relaxation, n_qubits, diagonal=True)
        size = np.abs(block).max(axis=(-1, -2))
        values = np.linalg.eigvalsh(block)[..., 0]
        lowest = min(lowest, float(np.min(values / np.where(size > 0, size, 1.0))))
    assert lowest > -1e-12


def test_dephasing_blocks_are_stable(rng: np.random.Generator) -> None:
    for dimension in (1, 2, 3):
        places = rng.uniform(0, 60, (4, 4, dimension))
        medium = exchange(dimension).medium(
            positions_nm=places, frequency_ghz=2.87, temperature_k=rng.uniform(0.01, 1, 4)
        )
        values = np.linalg.eigvalsh(medium.dephasing)
        assert np.all(values[..., 0] > -1e-12 * values[..., -1])
        assert np.all(values[..., -1] > 0)


def test_batches_are_their_elements() -> None:
    magnet = exchange()
    distances, temperatures = np.array([20.0, 50.0, 90.0]), np.array([0.0, 0.1])
    medium = magnet.medium(distances[:, None], frequency_ghz=2.87, temperature_k=temperatures, azimuth_deg=30.0)
    assert medium.batch_shape == (3, 2)
    for i, j in np.ndindex(3, 2):
        single = magnet.medium(
            positions_nm=[[1.0, 2.0], [1.0 + distances[i] * np.sqrt(0.75), 2.0 + distances[i] / 2]],
            frequency_ghz=2.87,
            temperature_k=temperatures[j],
        )
        for name in ("relaxation", "excitation", "dephasing", "flip_flop", "ising"):
            part, whole = getattr(medium[i, j], name), getattr(single, name)
            assert np.allclose(part, whole, rtol=1e-7, atol=1e-18)
        part = medium[i, j].provenance
        assert part is not None
        assert single.provenance is not None
        shown = part.numbers["n"].value
        assert np.isclose(shown, single.provenance.numbers["n"].value)


@pytest.mark.parametrize("amplitudes", [(0.6 + 0.3j, 0.6 + 0.3j), (0.9, 0.1), (0.5j, 0.2 - 0.4j), (0.3 + 0.4j, 0.0)])
def test_no_jump_hamiltonian_has_the_amplitudes_of_the_medium(amplitudes: tuple[complex, complex]) -> None:
    # ⟨excitation on j|H|excitation on i⟩ = −is(r_j − r_i), the paper's λ²G^R, reciprocal or not.
    places = np.array([0.0, 10.0, 35.0])
    medium = Chiral(*amplitudes).medium(positions_nm=places[:, None], frequency_ghz=2.0, dipole=False)
    hamiltonian = nv.MasterEquation(medium).effective_hamiltonian
    for i in range(3):
        for j in range(3):
            step = places[j] - places[i]
            amplitude = amplitudes[0 if step > 0 else 1] * np.exp(-abs(step) / 50) if i != j else 1.0
            assert np.isclose(hamiltonian[1 << j, 1 << i], -1j * amplitude, atol=1e-14)


def test_chirality_costs_entanglement() -> None:
    medium = Chiral(0.8, 0.2).medium(10.0, frequency_ghz=2.0, dipole=False)
    fading = np.exp(-10 / 50)
    g12, g21 = -1j * 0.8 * fading, -1j * 0.2 * fading
    # |A| alone says little: the long-time concurrence is set by g12/g21.
    end = nv.closed_form.chiral_steady_concurrence(g21, g12)
    state = nv.MasterEquation(medium).no_jump("ud", [60.0]).states[0]
    assert np.isclose(nv.concurrence(state), end, atol=1e-6)
    assert np.isclose(end, 2 / (np.sqrt(4) + 1 / np.sqrt(4)))
    assert not medium.dark_state.exact


def test_spin_turned_the_wrong_way() -> None:
    medium = exchange(aligned=False, damping=0.0).medium(10.0, frequency_ghz=2.87, temperature_k=0.1, dipole=False)
    assert not np.any(medium.relaxation)
    assert not np.any(medium.excitation)
    # Virtual magnons of energy ω_k + Δ: the coupling of a magnet whose gap lies Δ + Ω above the splitting.
    below = exchange(gap_ghz=2.0 + 2 * 2.87, damping=0.0).medium(10.0, frequency_ghz=2.87, dipole=False)
    assert np.isclose(medium.flip_flop[0, 1], below.flip_flop[0, 1], rtol=1e-12)
    assert "points against" in str(medium)


def test_chemical_potential_heats_and_cools() -> None:
    magnet = exchange()
    q = {}
    for mu in (-2.87, 0.0, 1.722):
        medium = magnet.medium(30.0, frequency_ghz=2.87, temperature_k=0.7 * 0.137739, chemical_potential_ghz=mu)
        q[mu] = medium.excitation[0, 0].real / medium.relaxation[0, 0].real
        expected = nv.closed_form.boltzmann_ratio(Delta=2.87, kT=0.7 * 2.87, mu=mu, gap=2.0)
        assert np.isclose(q[mu], expected, rtol=1e-4)
    assert np.round(q[1.722], 3) == 0.565
    assert np.round(nv.closed_form.steady_concurrence(q[-2.87]), 3) == 0.419
