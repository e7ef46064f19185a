"""From a magnet to a medium: thermal magnons, positivity, conventions, the direct coupling, provenance."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nvprotocol as nv
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets.constants import DIPOLE, GAMMA, RAD_PER_US_PER_GHZ, RAD_PER_US_PER_K
from nvprotocol.magnets.dipole import dipole_coupling
from nvprotocol.magnets.response import hermitian_block, one_magnon

Array = np.ndarray


def exchange(dimension: int = 2, **changes: object) -> nv.magnets.Exchange:
    values = {
        "gap_ghz": 2.0,
        "stiffness_m2_per_s": 8e-6,
        "spin": 14.2,
        "lattice_nm": 1.24,
        "coupling_mhz": 3.0,
        "damping": 1e-3,
    }
    return nv.magnets.Exchange(dimension, **(values | changes))  # pyright: ignore[reportArgumentType]


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
    # |A| alone says little: what monitoring ends in is set by g12/g21.
    end = nv.closed_form.chiral_steady_concurrence(g21, g12)
    state = nv.MasterEquation(medium).no_jump("ud", [60.0]).states[0]
    assert np.isclose(nv.concurrence(state), end, atol=1e-6)
    assert np.isclose(end, 2 / (np.sqrt(4) + 1 / np.sqrt(4)))
    assert not medium.dark_state.exact


def test_dark_state_of_a_guide() -> None:
    magnet = exchange(1, damping=0.0)
    half = float(magnet.wavelength_nm(2.87)) / 2
    for waves, name in ((1, "triplet"), (2, "singlet"), (3, "triplet")):
        medium = magnet.medium(waves * half, frequency_ghz=2.87, dipole=False)
        assert medium.dark_state.exact
        assert name in str(medium)
        ket = medium.dark_state.ket
        assert np.abs(nv.MasterEquation(medium).liouvillian @ np.outer(ket, ket.conj()).ravel(order="F")).max() < 1e-9
    between = magnet.medium(0.4 * half, frequency_ghz=2.87, dipole=False)
    assert not between.dark_state.exact
    assert "dark state none" in str(between)


@given(
    phase=st.floats(-3.1, 3.1), q=st.floats(0, 0.9), ratio=st.floats(0.0, 1.0), d=st.floats(0, 1), J=st.floats(-1, 1)
)
def test_dark_state_is_tested_by_the_generator(phase: float, q: float, ratio: float, d: float, J: float) -> None:
    medium = nv.Medium.pair(
        a=1.0, A=ratio * np.exp(1j * phase), q=q, d=d, D=ratio * d, J=J * np.cos(phase), dm=J * np.sin(phase)
    )
    dark = medium.dark_state
    change = nv.MasterEquation(medium).liouvillian @ np.outer(dark.ket, dark.ket.conj()).ravel(order="F")
    assert bool(dark.exact) == (np.abs(change).max() <= 1e-9)
    if ratio > 0.01:
        assert np.isclose(np.exp(1j * dark.phase), np.exp(1j * phase), atol=1e-6)
        assert np.isclose(dark.decay_rate, 2 * (1 - ratio) * (1 + q) + 4 * d * (1 - ratio), atol=1e-9)
    if ratio == 1.0:
        assert dark.exact


def test_what_the_couplings_turn_is_not_dark() -> None:
    assert str(nv.Medium.pair(a=1.0, A=1.0, J=0.3, Jz=0.2).dark_state) == "the singlet (|ud⟩ − |du⟩)/√2"
    assert "the couplings turn it" in str(nv.Medium.pair(a=1.0, A=1.0, dm=0.3).dark_state)
    assert str(nv.Medium.pair(a=1.0).dark_state) == "none; no state is preferred"
    batch = nv.Medium.pair(a=1.0, A=[1.0, -1.0, 0.5])
    assert batch.dark_state.exact.tolist() == [True, True, False]
    assert str(batch.dark_state) == "batch (3,)"


def test_spin_turned_the_wrong_way() -> None:
    medium = exchange(aligned=False, damping=0.0).medium(10.0, frequency_ghz=2.87, temperature_k=0.1, dipole=False)
    assert not np.any(medium.relaxation)
    assert not np.any(medium.excitation)
    # Virtual magnons of energy ω_k + Δ: the coupling of a magnet whose gap lies Δ + Ω above the splitting.
    below = exchange(gap_ghz=2.0 + 2 * 2.87, damping=0.0).medium(10.0, frequency_ghz=2.87, dipole=False)
    assert np.isclose(medium.flip_flop[0, 1], below.flip_flop[0, 1], rtol=1e-12)
    assert "points against" in str(medium)


def test_static_shift_is_reported_and_included() -> None:
    # 3.9 GHz for S = 14.2 and λ/2π = 136 MHz; the splitting that is asked for is the one with the shift in it.
    for aligned, sign in ((True, -1), (False, 1)):
        medium = exchange(coupling_mhz=136.0, aligned=aligned).medium(30.0, frequency_ghz=2.87)
        assert medium.provenance is not None
        shift = medium.provenance.numbers["static shift"]
        assert np.isclose(shift.value, sign * 2 * 0.136 * 14.2)
        assert "GHz" in shift.unit
        k = exchange().wave_number(2.87 * RAD_PER_US_PER_GHZ)
        assert not aligned or np.isclose(
            medium.relaxation[0, 1].real,
            medium.relaxation[0, 0].real * np.real(exchange().propagator(30.0, k) / exchange().propagator(0.0, k)),
        )


def test_direct_coupling_is_the_projected_dipole_operator(rng: np.random.Generator) -> None:
    # The whole 9 × 9 operator of two spins 1; between |0,−1⟩ and |−1,0⟩, and on the diagonal, for any direction.
    ladder = np.diag([np.sqrt(2), np.sqrt(2)], 1)
    x, y, z = (ladder + ladder.T) / 2, (ladder - ladder.T) / 2j, np.diag([1.0, 0.0, -1.0])
    axis = rng.normal(size=3)
    axis /= np.linalg.norm(axis)
    side = np.cross(axis, [1.0, 0.3, -0.2])
    side /= np.linalg.norm(side)
    frame = np.stack([side, np.cross(axis, side), axis])
    spins = np.einsum("ij,iab->jab", frame, np.stack([x, y, z]))  # quantised along the axis
    for displacement in rng.normal(scale=20, size=(5, 3)):
        r = np.linalg.norm(displacement)
        unit = displacement / r
        nu = 1e-7 * GAMMA**2 * 1.054571817e-34 / (r * 1e-9) ** 3 * 1e-6
        along = np.einsum("j,jab->ab", unit, spins)
        full = nu * (sum(np.kron(s, s) for s in spins) - 3 * np.kron(along, along))
        zero, minus = 1, 2
        up_down, down_up = 3 * zero + minus, 3 * minus + zero
        coupling = dipole_coupling(displacement, tuple(axis))
        assert np.isclose(full[up_down, down_up], 2 * coupling.flip_flop, rtol=1e-6)
        uu, dd = 4 * zero, 4 * minus
        diagonal = [full[k, k].real for k in (uu, up_down, down_up, dd)]
        assert np.isclose((diagonal[0] - diagonal[1] - diagonal[2] + diagonal[3]) / 4, coupling.ising, rtol=1e-6)
        assert np.isclose((diagonal[3] - diagonal[0]) / 2, coupling.shift, rtol=1e-6)


def test_direct_coupling_is_added_and_its_size_reported() -> None:
    magnet = exchange(axis=(1.0, 0.0, 0.0))
    with_it, without = (magnet.medium(25.0, frequency_ghz=2.87, dipole=dipole) for dipole in (True, False))
    nu = DIPOLE / 25.0**3
    assert np.isclose(nu / (2 * np.pi), 3.33e-3, rtol=2e-3)  # 3.3 kHz at 25 nm
    assert np.isclose((with_it.flip_flop - without.flip_flop)[0, 1], nu / 2)  # along the axis: 1 − 3cos²θ = −2
    assert np.isclose((with_it.ising - without.ising)[0, 1], -nu / 2)
    assert with_it.provenance is not None
    assert np.isclose(with_it.provenance.numbers["direct J⊥"].value, nu / 2)
    assert "direct" not in str(without)
    assert with_it.dark_state.ket is not None


@pytest.mark.parametrize(
    ("changes", "arguments", "text"),
    [
        ({"coupling_mhz": 100.0, "dimension": 1, "damping": 0.0}, {"separation_nm": 400.0}, "Magnons take time"),
        ({"coupling_mhz": 100.0}, {"frequency_ghz": 2.0001}, "band edge"),
        ({"coupling_mhz": 500.0, "damping": 0.0}, {"frequency_ghz": 1.9999}, "band edge"),
        ({"stiffness_m2_per_s": 2e-8}, {}, "Waves are short"),
        ({}, {"separation_nm": 1.0}, "closer than the lattice"),
        ({}, {"temperature_k": 300.0}, "warm for linear spin waves"),
    ],
)
def test_doubts_are_notes_and_warnings(changes: dict, arguments: dict, text: str) -> None:
    magnet = exchange(**changes)
    asked = {"separation_nm": 30.0, "frequency_ghz": 2.87, "dephasing": False} | arguments
    with pytest.warns(ValidityWarning, match=text) as record:
        medium = magnet.medium(**asked)
    assert {warning.filename for warning in record} == {__file__}  # where the user asked
    assert medium.provenance is not None
    assert any(text in note.text and note.serious for note in medium.provenance.notes)
    assert "doubt" in str(medium)


def test_remarks_are_not_warnings() -> None:
    medium = exchange().medium(30.0, frequency_ghz=1.5, temperature_k=0.1)  # warnings are errors here
    assert medium.provenance is not None
    notes = [note.text for note in medium.provenance.notes]
    assert any("below the gap" in note for note in notes)
    assert any("Thermal magnons" in note for note in notes)
    assert not any(note.serious for note in medium.provenance.notes)


def test_provenance_outlives_sums_and_has_no_part_in_the_physics() -> None:
    medium = exchange().medium([20.0, 40.0], frequency_ghz=2.87, temperature_k=0.1)
    bare = nv.Medium(
        relaxation=medium.relaxation,
        excitation=medium.excitation,
        dephasing=medium.dephasing,
        flip_flop=medium.flip_flop,
        ising=medium.ising,
    )
    assert bare.provenance is None
    assert np.array_equal(nv.MasterEquation(medium).liouvillian, nv.MasterEquation(bare).liouvillian)
    total = medium + bare
    assert total.provenance is medium.provenance
    assert (medium + medium).provenance is not None
    assert [m.provenance.source for m in medium] == 2 * [medium.provenance.source]  # pyright: ignore[reportOptionalMemberAccess]


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
