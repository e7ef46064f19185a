"""Results beyond the paper: N qubits, competing channels, the coherent part under monitoring, dephasing, rates."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import root_scalar
from strategies import ENERGIES, PHASES, SHARES, states
from systems import pair, stacked
from two_qubit_states import SINGLET

import nvprotocol as nv


def all_to_all(n_qubits: int) -> nv.MasterEquation:
    return nv.MasterEquation(nv.Medium(relaxation=np.ones((n_qubits, n_qubits))))


def reduced_pair(rho: NDArray, first: int, second: int) -> NDArray[np.complex128]:
    """The state of two sites of an N-qubit density matrix, by a partial trace over the others."""
    n = rho.shape[-1].bit_length() - 1
    axes = [n - 1 - site for site in (second, first)]
    others = [axis for axis in range(n) if axis not in axes]
    order = axes + others
    tensor = rho.reshape((2,) * (2 * n)).transpose(order + [n + axis for axis in order])
    return np.einsum("aibi->ab", tensor.reshape(4, 2 ** (n - 2), 4, 2 ** (n - 2)))


def fidelity(rho: NDArray) -> float:
    return float(np.real(np.trace(SINGLET @ rho)))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
def test_one_excitation_shared_by_all_under_monitoring(n: int) -> None:
    """From |du…u⟩ with |A| = a all to all: P = (N − 1)/N, C of qubit 1 with any other 2/N, of two others 2/(N(N−1))."""
    kept = all_to_all(n).no_jump("d" + "u" * (n - 1), 40.0)
    assert kept.probability[0] == pytest.approx((n - 1) / n, abs=1e-12)
    for other in range(1, n):
        assert nv.concurrence(reduced_pair(kept.states[0], 0, other)) == pytest.approx(2 / n, abs=1e-12)
    for first, second in combinations(range(1, min(n, 4)), 2):
        rest = nv.concurrence(reduced_pair(kept.states[0], first, second))
        assert rest == pytest.approx(2 / (n * (n - 1)), abs=1e-12)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_one_excitation_shared_by_all_without_monitoring(n: int) -> None:
    """The same times P: 2(N − 1)/N² with qubit 1, and 2/N² for two others."""
    rho = all_to_all(n).evolve("d" + "u" * (n - 1), 40.0)[0]
    for other in range(1, n):
        assert nv.concurrence(reduced_pair(rho, 0, other)) == pytest.approx(2 * (n - 1) / n**2, abs=1e-12)
    if n > 2:
        assert nv.concurrence(reduced_pair(rho, 1, 2)) == pytest.approx(2 / n**2, abs=1e-12)


@pytest.mark.parametrize(("n", "dark"), [(2, 2), (3, 3), (4, 6)])
def test_dark_states_of_n_qubits(n: int, dark: int) -> None:
    """C(N, ⌊N/2⌋) of them: the null space of ΣL†L."""
    jumps = all_to_all(n).jump_operators
    squares = np.einsum("kba,kbc->ac", jumps.conj(), jumps)
    assert np.count_nonzero(np.linalg.eigvalsh(squares) < 1e-12) == dark


@pytest.mark.parametrize(("n", "dimension"), [(2, 4), (3, 9)])
def test_dimension_of_the_stationary_states(n: int, dimension: int) -> None:
    """All operators on the dark states."""
    singular = np.linalg.svd(all_to_all(n).liouvillian, compute_uv=False)
    assert np.count_nonzero(singular < 1e-12) == dimension


@pytest.mark.parametrize(("ratio", "printed"), [(0.01, 0.3911), (0.05, 0.2394), (0.5, 0.0), (2.0, 0.0)])
def test_two_channels_of_opposite_phase_have_one_entangled_end(ratio: float, printed: float) -> None:
    """Heating u by σ₁⁻ + σ₂⁻ against cooling d by σ₁⁺ − σ₂⁺: populations T₀ = uu = d/2(u+d), S = dd = u/2(u+d)."""
    u, d = 0.7 * ratio, 0.7
    cooling = nv.Medium.pair(a=d, A=-d)
    heating = nv.Medium.pair(a=0.0, a_tilde=u, A_tilde=u)
    steady = nv.MasterEquation(cooling + heating).steady_state()
    triplet = nv.operators.density_matrix(nv.operators.bell_state("psi+"))
    found = [np.real(np.trace(steady @ triplet)), steady[0, 0].real, fidelity(steady), steady[3, 3].real]
    np.testing.assert_allclose(found, np.array([d, d, u, u]) / (2 * (u + d)), rtol=0, atol=1e-14)
    expected = max(0.0, (d - u) / (2 * (u + d)) - np.sqrt(u * d) / (u + d))
    assert nv.concurrence(steady) == pytest.approx(expected, abs=1e-13)
    assert expected == pytest.approx(printed, abs=5e-5)


@settings(max_examples=30)
@given(st.floats(0.05, 1.0), st.floats(0.1, 3.0), st.floats(0.1, 3.0))
def test_two_channels_of_one_temperature_end_without_entanglement(q: float, first: float, second: float) -> None:
    medium = nv.Medium.pair(a=first, A=first, q=q) + nv.Medium.pair(a=second, A=-second, q=q)
    assert nv.concurrence(nv.MasterEquation(medium).steady_state()) == pytest.approx(0, abs=1e-12)


@settings(max_examples=30)
@given(st.floats(0.05, 1.0), PHASES)
def test_an_anisotropic_medium_has_an_entangled_dark_state(ratio: float, phase: float) -> None:
    """σ₁⁺ + σ₂⁺ + ν(σ₁⁻ + σ₂⁻) annihilates |↑↑⟩ − ν|↓↓⟩ and the singlet, and among the triplets nothing else."""
    nu = ratio * np.exp(1j * phase)
    up, down = (one(0) + one(1) for one in (nv.operators.sigma_plus, nv.operators.sigma_minus))
    jump = up + nu * down
    dark = nv.operators.state("uu") - nu * nv.operators.state("dd")
    np.testing.assert_allclose(jump @ dark, 0, atol=1e-14)
    np.testing.assert_allclose(jump @ nv.operators.bell_state("psi-"), 0, atol=1e-14)
    assert np.count_nonzero(np.linalg.svd(jump, compute_uv=False) < 1e-12) == 2
    rho = np.outer(dark, dark.conj()) / np.linalg.norm(dark) ** 2
    assert nv.concurrence(rho) == pytest.approx(2 * ratio / (1 + ratio**2), abs=1e-12)


@settings(max_examples=60)
@given(st.floats(0.2, 1.0), PHASES, SHARES, ENERGIES, ENERGIES, ENERGIES)
def test_the_coherent_part_under_monitoring(
    share: float, phase: float, q: float, J: float, dm: float, delta: float
) -> None:
    """C_inf = 2/(ρ + 1/ρ), ρ = |(δ + E)/g₁₂|, E = √(δ² + g₁₂g₂₁) with Im E > 0, g the couplings in H_eff."""
    A = share * np.exp(1j * phase)
    forward = -1j * (1 + q) * A.conjugate() + 2 * J + 2j * dm  # ⟨↑↓|H_eff|↓↑⟩
    backward = -1j * (1 + q) * A + 2 * J - 2j * dm
    energy = np.sqrt(complex(delta**2 + forward * backward))
    energy = energy if energy.imag > 0 else -energy
    assume(energy.imag > 0.05)  # or the end is far away
    assume(abs(forward) > 0.05)  # or the medium works one way only
    rho = abs((delta + energy) / forward)
    equation = pair(a=1.0, A=A, q=q, J=J, dm=dm, delta=delta).equation
    found = nv.concurrence(end(equation, energy.imag))
    assert found == pytest.approx(2 / (rho + 1 / rho), abs=1e-9)


def end(equation: nv.MasterEquation, rate: float) -> NDArray[np.complex128]:
    """The conditional state from (|↑↓⟩ + i|↓↑⟩)/√2 after its slower part has decayed to e^(−40)."""
    return equation.no_jump(np.array([0, 1j, 1, 0]) / np.sqrt(2), 20 / rate).states[0]


@pytest.mark.parametrize(("one_way", "printed"), [(0.57, 0.96), (0.29, 0.83), (0.008, 0.18)])
def test_a_medium_that_works_one_way(one_way: float, printed: float) -> None:
    """g₁₂/g₂₁ = x², made by a DM coupling beside Γ = 1: C_inf = 2/(x + 1/x) at δ = 0, though |A| = a."""
    dm = (1 - one_way) / (2 * (1 + one_way))
    found = nv.concurrence(end(pair(A=1.0, dm=dm).equation, np.sqrt(one_way) / 2))
    assert found == pytest.approx(2 / (one_way**0.5 + one_way**-0.5), abs=1e-9)
    assert found == pytest.approx(printed, abs=5e-3)


@settings(max_examples=40)
@given(states(), st.floats(0.1, 2.0), st.floats(-1, 1), st.floats(0.1, 2.0))
def test_coherences_under_dephasing(rho: NDArray, d: float, share: float, time: float) -> None:
    """⟨↑↓|ρ|↓↑⟩ decays at 8(d − D), ⟨↑↑|ρ|↓↓⟩ at 8(d + D); populations do not."""
    D = d * share
    late = pair(a=0.0, d=d, D=D).equation.evolve(rho, time)[0]
    assert late[2, 1] == pytest.approx(rho[2, 1] * np.exp(-8 * (d - D) * time), abs=1e-14)
    assert late[0, 3] == pytest.approx(rho[0, 3] * np.exp(-8 * (d + D) * time), abs=1e-14)
    np.testing.assert_allclose(late.diagonal(), rho.diagonal(), rtol=0, atol=1e-14)


@settings(max_examples=30)
@given(st.floats(0.2, 1.0), SHARES, st.floats(0.0, 1.0), st.floats(-1, 1))
def test_monitoring_with_dephasing(A: float, q: float, d: float, share: float) -> None:
    """C_inf = (√(4Γ² + g²) − g)/2Γ with g = 4(d − D), at δ = 0."""
    gamma, g = A * (1 + q), 4 * d * (1 - share)
    kept = pair(A=A, q=q, d=d, D=d * share).equation.no_jump("ud", 30 / gamma)
    assert nv.concurrence(kept.states[0]) == pytest.approx((np.hypot(2 * gamma, g) - g) / (2 * gamma), abs=1e-10)


@pytest.mark.parametrize(("A", "time", "probability", "digits"), [
    (1.0, 0.736, 0.526, 3), (0.9, 0.818, 0.447, 3), (0.8, 0.920, 0.364, 3), (0.4, 1.84, 0.058, 2),
])  # fmt: skip
def test_time_and_probability_of_a_fidelity_of_95_percent(
    A: float, time: float, probability: float, digits: int
) -> None:
    """F = 1/(1 + e^(−4Γt)) and P = (1/2F)((1−F)/F)^((a−Γ)/2Γ) at δ = 0, T = 0, a = 1."""
    equation = pair(A=A).equation
    found = root_scalar(lambda t: fidelity(equation.no_jump("ud", t).states[0]) - 0.95, bracket=(0.1, 5)).root
    kept = equation.no_jump("ud", found).probability[0]
    assert found == pytest.approx(np.log(19) / (4 * A), abs=1e-9)
    assert kept == pytest.approx((1 / 19) ** ((1 - A) / (2 * A)) / 1.9, abs=1e-9)
    assert found == pytest.approx(time, abs=0.5001 * 10.0**-digits)
    assert kept == pytest.approx(probability, abs=0.5001e-3)


@pytest.mark.parametrize(("concurrence", "time", "probability"), [(0.99, 1.745, 0.216), (0.999, 3.27, 0.032)])
def test_the_exceptional_point_costs_success(concurrence: float, time: float, probability: float) -> None:
    """a = Γ = δ: C is there at Γt, with this probability; at δ = 0 the probability stays above 1/2."""
    point, resonant = pair(A=1.0, delta=1.0).equation, pair(A=1.0).equation

    def missing(t: float) -> float:
        return float(nv.concurrence(point.no_jump("ud", t).states)[0]) - concurrence

    found = root_scalar(missing, bracket=(1, 5)).root
    assert found == pytest.approx(time, abs=5e-3)
    assert point.no_jump("ud", found).probability[0] == pytest.approx(probability, abs=5e-4)
    assert resonant.no_jump("ud", found).probability[0] > 0.5


@pytest.mark.parametrize(("A", "greatest"), [(0.3, 0.1121), (0.6, 0.2362), (0.9, 0.4022), (0.99, 0.4844)])
def test_greatest_unmonitored_concurrence_at_zero_detuning(A: float, greatest: float) -> None:
    """Where tanh 2|A|t = |A|/a, at T = 0."""
    top = np.arctanh(A) / (2 * A)
    values = nv.concurrence(pair(A=A).equation.evolve("ud", [0.99 * top, top, 1.01 * top]))
    assert values[1] == pytest.approx(greatest, abs=5e-5)
    assert values[1] == values.max()


@settings(max_examples=40)
@given(st.floats(0.1, 2.0), SHARES, SHARES, ENERGIES, ENERGIES)
def test_populations_alone_see_the_correlations(a: float, share: float, q: float, J: float, delta: float) -> None:
    """P(σᶻ = 0) from |↑↓⟩: slope −2(a + ã), second derivative 4(a + ã)² + 4Γ² + 16aã, whatever H is."""
    A = a * share
    generator = pair(a=a, A=A, q=q, J=J, delta=delta).equation.liouvillian
    inside = stacked(np.diag([0.0, 1.0, 1.0, 0.0]))
    start = stacked(nv.operators.density_matrix("ud"))
    assert np.real(inside @ generator @ start) == pytest.approx(-2 * a * (1 + q), abs=1e-12)
    curvature = 4 * (a * (1 + q)) ** 2 + 4 * (A * (1 + q)) ** 2 + 16 * a**2 * q
    assert np.real(inside @ generator @ generator @ start) == pytest.approx(curvature, abs=1e-11)
