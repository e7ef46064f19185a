"""From any medium to the master equation: the supplement's derivation (parts ii to v, S4–S47)."""

from functools import reduce

import numpy as np
from scipy.optimize import curve_fit

from nvprotocol import closed_form, operators
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import at_least, at_most, equal, vanishes
from nvprotocol.paper.environment import SmallMagnet

__all__ = ["CLAIMS"]


def _single(q: float = 0.25, d: float = 0.3) -> MasterEquation:
    return MasterEquation(Medium(relaxation=[[1.0]], excitation=[[q]], dephasing=[[d]]))


def _single_spin() -> Finding:
    q, d, times = 0.25, 0.3, np.linspace(0.0, 3.0, 31)
    me = _single(q, d)
    z = np.real(me.evolve("d", times)[:, 0, 0] - me.evolve("d", times)[:, 1, 1]) / 2
    x = np.real(me.evolve("+", times)[:, 0, 1])
    (rate, end), _ = curve_fit(lambda t, r, s: s + (-0.5 - s) * np.exp(-r * t), times, z, p0=(1.0, 0.1))
    decay = -np.polyfit(times, np.log(2 * x), 1)[0]
    return Finding(
        (
            equal("1/T1 fitted to ⟨sᶻ⟩(t): 2(a + ã)", rate, 2 * (1 + q), digits=6),
            equal("its end s̄ᶻ = (B^> − B^<)/4B̄", end, (1 - q) / (2 * (1 + q)), digits=6),
            equal("1/T2 fitted to ⟨sˣ⟩(t): (a + ã) + 4d", decay, (1 + q) + 4 * d, digits=6),
            equal("ρ₁₁/ρ₂₂ in equilibrium, B^>/B^<", _equilibrium_ratio(me), 1 / q, digits=6),
        )
    )


def _equilibrium_ratio(me: MasterEquation) -> float:
    rho = me.steady_state()
    return float(np.real(rho[0, 0] / rho[1, 1]))


def _bloch() -> Finding:
    """The Bloch equations integrated as S23 has them, in steps of a fourth-order Runge–Kutta method."""
    q, d, splitting, step = 0.25, 0.3, 4.0, 1e-3
    t1, t2, end = 1 / (2 * (1 + q)), 1 / (1 + q + 4 * d), (1 - q) / (2 * (1 + q))
    field = np.array([0.0, 0.0, splitting])

    def slope(s: np.ndarray) -> np.ndarray:
        return np.cross(s, field) - np.array([s[0] / t2, s[1] / t2, (s[2] - end) / t1])

    s = np.array([0.3, -0.1, -0.35])
    start = 2 * s
    for _ in range(1000):
        k1 = slope(s)
        k2 = slope(s + step / 2 * k1)
        k3 = slope(s + step / 2 * k2)
        s = s + step / 6 * (k1 + 2 * k2 + 2 * k3 + slope(s + step * k3))
    rho = (np.eye(2) + sum(c * one(0, 1) for c, one in zip(start, _PAULI, strict=True))) / 2
    late = _single(q, d).propagator(1.0) @ printed.stacked(rho)
    late = printed.unstacked(late)
    turn = np.diag(np.exp([0.5j * splitting, -0.5j * splitting]))  # −i[−Δσᶻ/2, ρ] commutes with all of the rest
    late = turn @ late @ turn.conj().T
    found = np.real([np.trace(late @ one(0, 1)) for one in _PAULI]) / 2
    formula = closed_form.bloch_vector(1.0, start, a=1.0, q=q, d=d, Delta=splitting) / 2
    return Finding(
        (
            vanishes("S23 integrated − master equation of one spin, Δ = 4, t = 1", s - found, 1e-9),
            vanishes("S23 integrated − closed form", s - formula, 1e-9),
        )
    )


_PAULI = (operators.sigma_x, operators.sigma_y, operators.sigma_z)


def _spin_components() -> Finding:
    """⟨σˣ⟩ of |→⟩ is 1, and (ρ₁₂ + ρ₂₁)/2 is half of it: that is sˣ, as sᶻ = ⟨σᶻ⟩/2."""
    rho = operators.density_matrix("+")
    mean = float(np.real(np.trace(rho @ operators.sigma_x(0, 1))))
    printed_right = float(np.real(rho[0, 1] + rho[1, 0]) / 2)
    return Finding(
        (equal("⟨σˣ⟩ of |→⟩, printed to be (ρ₁₂ + ρ₂₁)/2", mean, printed_right, digits=3),),
        (equal("⟨σˣ⟩/2 = (ρ₁₂ + ρ₂₁)/2", mean / 2, printed_right, digits=3),),
        note="The equations of motion are right with sˣ = ⟨σˣ⟩/2, sʸ = ⟨σʸ⟩/2, as for sᶻ.",
    )


def _relaxing_names() -> Finding:
    """S17: ρ̇₂₂ = 2B^<ρ₁₁ − 2B^>ρ₂₂; from |↓⟩ the population of |↑⟩ grows at 2B^>, and in the package at 2a."""
    growth = printed.unstacked(_single(0.25, 0.0).liouvillian @ printed.stacked(operators.density_matrix("d", 1)))
    a, a_tilde = 1.0, 0.25
    return Finding(
        (equal("2B^< if a is B^<: rate of |↓⟩ → |↑⟩ at a = 1, ã = .25", growth[0, 0].real, 2 * a_tilde, digits=3),),
        (equal("2B^> with a = B^>", growth[0, 0].real, 2 * a, digits=3),),
        note="a ↔ B^> and ã ↔ B^<; the decay processes that vanish at T = 0 are the excitations ã, Ã.",
    )


def _correlations() -> Finding:
    magnet = SmallMagnet(seed=11, beta=0.8)
    plus, minus = magnet.spin("+", magnet.ends[0]), magnet.spin("-", magnet.ends[1])
    times = (0.3, 1.1, 2.7)
    greater = [magnet.average(magnet.later(plus, t), minus) for t in times]
    shifted = [magnet.average(minus, magnet.later(plus, t + magnet.beta * 1j)) for t in times]
    spectra = [magnet.spectral_matrix(one, magnet.frequencies, width=1e-4) for one in (True, False)]
    expected = spectra[0] * np.exp(-magnet.beta * magnet.frequencies)[:, None, None]
    hermitian = [one - np.swapaxes(one.conj(), -1, -2) for one in spectra]
    return Finding(
        (
            vanishes("⟨S₁⁺(t)S₂⁻⟩ − ⟨S₂⁻S₁⁺(t + iβ)⟩ in a ring of four spins", np.array(greater) - shifted, 1e-12),
            vanishes("G^<(ω) − e^(−βω)G^>(ω) at its lines", (spectra[1] - expected) / np.abs(spectra[0]).max(), 1e-4),
            vanishes("A₁₂* − A₂₁ and Ã₁₂* − Ã₂₁", hermitian, 1e-9),
        ),
        note="A magnet solved exactly, with axial symmetry and no other.",
    )


def _two_qubit_equation() -> Finding:
    """S28 with D₁₂ complex, element by element, against the block of Eq. 4 read with D ≡ D₁₂."""
    rng, d, D = np.random.default_rng(28), 0.6, 0.3 + 0.4j
    rho = printed.random_state(rng)
    z = [operators.sigma_z(0), operators.sigma_z(1)]
    matrix = np.array([[d, D], [np.conj(D), d]])
    s28 = sum(
        matrix[i, j] * (z[i] @ z[j] @ rho + rho @ z[i] @ z[j] - 2 * z[j] @ rho @ z[i]) for i, j in np.ndindex(2, 2)
    )
    as_printed = printed.h_form(rho, {"z": np.array([[d, D], [np.conj(D), d]])})
    right = printed.h_form(rho, {"z": np.array([[d, np.conj(D)], [D, d]])})
    me = MasterEquation(Medium.pair(a=0.0, d=d, D=D))
    package = -printed.unstacked(me.liouvillian @ printed.stacked(rho))
    return Finding(
        (vanishes("S28 − Eq. 4 with the block [[d, D], [D*, d]], D = D₁₂ complex", s28 - as_printed, 1e-13),),
        (
            vanishes("S28 − Eq. 4 with [[d, D*], [D, d]]", s28 - right, 1e-13),
            vanishes("the package − S28", package - s28, 1e-13),
        ),
        note="Nothing follows from it in equilibrium, where D₁₂ is real: at ω = 0, G^> = G^<.",
    )


def _real_dephasing() -> Finding:
    """∫⟨S₁ᶻ(t)S₂ᶻ⟩dt: only pairs of equal energies contribute, and there the two orders have the same weight."""
    magnet = SmallMagnet(seed=28, beta=0.8)
    energies, vectors = np.linalg.eigh(magnet.hamiltonian)
    weights = np.exp(-magnet.beta * energies)
    weights /= weights.sum()
    first, last = (vectors.conj().T @ magnet.spin("z", k) @ vectors for k in magnet.ends)
    equal_energy = np.abs(energies[:, None] - energies[None, :]) < 1e-9
    D12, D21 = (
        np.sum(weights[:, None] * one * other.T * equal_energy) for one, other in ((first, last), (last, first))
    )
    return Finding(
        (
            vanishes("Im D₁₂ from the zero-frequency correlation of S₁ᶻ, S₂ᶻ", np.imag(D12), 1e-12),
            vanishes("D₁₂ − D₂₁", D12 - D21, 1e-12),
        )
    )


def _symmetrised() -> Finding:
    """S29: ⟨S_αS_β(−τ)⟩ − ⟨S_α(−τ)S_β⟩ against ⟨[S_α(τ), S_β]⟩, for αβ = 12 and summed over 12 and 21."""
    magnet, times = SmallMagnet(seed=29, beta=0.8), (0.4, 1.3)
    z = [magnet.spin("z", site) for site in magnet.ends]
    first, commutator = np.zeros((2, 2), dtype=complex), np.zeros((2, 2), dtype=complex)
    for row, (i, j) in enumerate(((0, 1), (1, 0))):
        for column, t in enumerate(times):
            early = [magnet.later(one, -t) for one in z]
            late = magnet.later(z[i], t)
            first[row, column] = magnet.average(z[i], early[j]) - magnet.average(early[i], z[j])
            commutator[row, column] = magnet.average(late, z[j]) - magnet.average(z[j], late)
    return Finding(
        (vanishes("S29's first integrand − its second, αβ = 12", first[0] - commutator[0], 1e-9),),
        (vanishes("the same summed over 12 and 21", (first - commutator).sum(axis=0), 1e-12),),
        note="S29 holds for the sum, which is all that H_eff needs. S30 lacks the λ² that S31 has.",
    )


def _retarded() -> Finding:
    """The integrands of J₁¹² + J₂²¹ (S30) against those of (G^R + G^A)/2 of S₂⁺, S₁⁻ (S31), at three times."""
    magnet, splitting = SmallMagnet(seed=31, beta=0.8), 1.3
    minus, plus = magnet.spin("-", magnet.ends[0]), magnet.spin("+", magnet.ends[1])
    residual = []
    for t in (0.2, 0.9, 2.2):
        phase = np.exp(1j * splitting * t)
        early_plus, early_minus = magnet.later(plus, -t), magnet.later(minus, -t)
        first = magnet.average(minus, early_plus) / phase - magnet.average(early_minus, plus) * phase
        second = magnet.average(plus, early_minus) * phase - magnet.average(early_plus, minus) / phase
        late = magnet.later(plus, t)
        retarded = -1j * (magnet.average(late, minus) - magnet.average(minus, late)) * phase
        advanced = 1j * (magnet.average(early_plus, minus) - magnet.average(minus, early_plus)) / phase
        residual.append(-0.5j * (first + second) - (retarded + advanced) / 2)
    return Finding((vanishes("integrand of S30, both terms − integrand of (G^R + G^A)/2", residual, 1e-12),))


def _power() -> Finding:
    """Power absorbed from S43's perturbation, ∝ λ†(iG^> − iG^<)λ, at every line ω > 0 and for 40 pairs λ₁, λ₂."""
    rng, magnet = np.random.default_rng(43), SmallMagnet(seed=43, beta=0.8)
    greater, lesser = (magnet.spectral_matrix(one, magnet.frequencies, width=1e-3) for one in (True, False))
    drives = rng.normal(size=(40, 2)) + 1j * rng.normal(size=(40, 2))
    power = np.real(np.einsum("da,fab,db->df", drives.conj(), greater - lesser, drives)) / np.abs(greater).max()
    smooth = magnet.spectral_matrix(False, np.array([0.5, 1.0, 1.5]), width=0.4)
    share = np.abs(smooth[:, 0, 1]) / np.sqrt(smooth[:, 0, 0] * smooth[:, 1, 1]).real
    return Finding(
        (
            vanishes("power given back by a ring of four spins", np.minimum(power, 0.0), 1e-12),
            at_most("|Ã|/√(ã₁ã₂) at three frequencies, lines broadened", share, 1.0),
        )
    )


def _maximum() -> Finding:
    """S47: the largest −(λ₁λ₂*X + c.c.)/(|λ₁|² + |λ₂|²) over the drives is |X|; printed with A₁₂ for Ã₁₂."""
    A, q = 0.7 * np.exp(0.4j), 0.3
    angles = np.exp(2j * np.pi * np.arange(720) / 720)
    shares = np.linspace(0, np.pi / 2, 181)
    first, second = np.cos(shares)[:, None], np.sin(shares)[:, None] * angles[None, :]
    best = [float(np.max(-2 * np.real(first * second.conj() * X))) for X in (A, q * A)]
    return Finding(
        (equal("largest value with A₁₂ as printed: |Ã|", best[0], abs(q * A), digits=4),),
        (equal("largest value with Ã₁₂: |Ã|", best[1], abs(q * A), digits=4),),
        note="The inequality that is asked for is ã ≥ |Ã|, with the modulus on its right side.",
    )


def _real_part() -> Finding:
    rng = np.random.default_rng(39)
    residual = []
    for g in rng.normal(size=10) + 1j * rng.normal(size=10):
        term = g * operators.sigma_plus(0) @ operators.sigma_minus(1)
        h = printed.equation(0.0, 0.0, J=g.real / 2, dm=g.imag / 2).hamiltonian
        residual.append(term + term.conj().T - h)
    return Finding((vanishes("g σ₁⁺σ₂⁻ + h.c. − (J⊥ = Re g/2, D = Im g/2)", residual, 1e-14),))


def _dm_dynamics() -> Finding:
    times = np.linspace(0.0, 2.0, 41)
    me = printed.equation(0.0, 0.0, dm=0.7)
    states = me.evolve("ud", times)
    kets = np.cos(1.4 * times)[:, None] * operators.state("ud") - np.sin(1.4 * times)[:, None] * operators.state("du")
    return Finding(
        (
            vanishes(
                "ρ(t) − the printed ket cos(2Dt)|↑↓⟩ − sin(2Dt)|↓↑⟩",
                states - np.einsum("ti,tj->tij", kets, kets.conj()),
                1e-12,
            ),
            vanishes("C(t) − |sin 4Dt|", concurrence(states) - np.abs(np.sin(2.8 * times)), 1e-12),
            vanishes("C after π/4D, a period of frequency 8D", concurrence(me.evolve("ud", np.pi / 2.8)), 1e-12),
        )
    )


def _mirror() -> Finding:
    """The xz mirror acts on spins as a π rotation about y: Sˣ and Sᶻ change sign."""
    flip = operators.sigma_y(0) @ operators.sigma_y(1)
    turned = {}
    for name in ("dm", "J"):
        h = printed.equation(0.0, 0.0, **{name: 1.0}).hamiltonian
        turned[name] = flip @ h @ flip.conj().T + (h if name == "dm" else -h)
    plain, chiral = (SmallMagnet(seed=38, beta=0.8, chiral=one) for one in (False, True))
    mirror = reduce(np.kron, [np.array([[0, -1j], [1j, 0]])] * plain.n_spins)
    moment = [plain.average(mirror @ z @ mirror.conj().T) - plain.average(z) for z in (plain.spin("z", 0),)]
    return Finding(
        (
            vanishes("mirrored DM term + DM term, mirrored XXZ − XXZ", [turned["dm"], turned["J"]], 1e-15),
            at_least("|g₂|/|g₁| of a magnet without any of the symmetries", _chirality(chiral), 0.1),
            at_least("change of ⟨Sᶻ⟩ of a polarised magnet under the mirror", np.abs(moment), 0.1),
            vanishes("its |g₂|/|g₁| where mirror × time reversal is left", _chirality(plain), 1e-12),
        ),
        note="True, but a magnet with a moment along z never has this mirror: E18.",
    )


def _chirality(magnet: SmallMagnet) -> float:
    g = magnet.coherent_coupling(6.0)
    return abs(g.imag / g.real)


CLAIMS = (
    Claim("S15-S21", "S15–S22", "One spin: 1/T1 = 4B̄, 1/T2 = 4D + 2B̄, equilibrium ρ₁₁/ρ₂₂ = B^>/B^<",
          _single_spin, "test_closed_form_thermal.py::test_single_qubit_times_and_bloch_vector"),
    Claim("S23", "S20, S23", "The equations of one spin are the Bloch equations", _bloch,
          "test_closed_form_thermal.py::test_bloch_vector_precesses_as_in_s20_and_s23"),
    Claim("S20-components", "above S20", "sˣ = ⟨σˣ⟩ = (ρ₁₂ + ρ₂₁)/2, sʸ = ⟨σʸ⟩ = i(ρ₁₂ − ρ₂₁)/2",
          _spin_components, "test_closed_form_thermal.py::test_single_qubit_times_and_bloch_vector", Verdict.CORRECTED, ("E20",)),
    Claim("rates-named", "below S35", "a and ã correspond to B^< and B^>", _relaxing_names,
          "test_medium.py::test_relaxation_and_coherence_times_are_those_of_each_qubit_alone", Verdict.CORRECTED, ("E9",)),
    Claim("S11-S14", "S11–S14, S33", "Rates are Green's functions of the medium; in equilibrium G^< = e^(−βω)G^>",
          _correlations, "test_medium.py::test_q_is_the_fluctuation_dissipation_ratio_of_both_couplings"),
    Claim("S24-S28", "S28, S35", "Third block of h: [[d, D], [D*, d]] with D = D₁₂", _two_qubit_equation,
          "test_generator.py::test_pair_generator_is_the_papers_double_sum", Verdict.CORRECTED, ("E8",)),
    Claim("D-real", "S33", "D₁₂ = D₂₁* from ∫⟨S₁ᶻ(t)S₂ᶻ⟩dt", _real_dephasing, "test_beyond_the_paper.py::test_coherences_under_dephasing"),
    Claim("S29", "S29, S30", "Jz^αβ = −(iλ²/2)∫⟨[S_αᶻ(τ), S_βᶻ]⟩dτ for each αβ", _symmetrised,
          "test_claims.py::test_claim", Verdict.CORRECTED, ("E11",)),
    Claim("S31-S32", "S31, S32", "The flip-flop coupling is λ² Re G^R of S₂⁺, S₁⁻ at Δ", _retarded, "test_generator.py::test_hamiltonian_is_the_papers"),
    Claim("S39", "S39", "Re G^R gives J⊥ = g₁/2 and D = g₂/2", _real_part, "test_generator.py::test_hamiltonian_is_the_papers"),
    Claim("S40", "below S40", "DM coupling alone: |ψ⟩ = cos(2Dt)|↑↓⟩ − sin(2Dt)|↓↑⟩, C = |sin 4Dt|", _dm_dynamics,
          "test_paper.py::test_exchange_of_dzyaloshinskii_and_moriya_alone"),
    Claim("mirror", "below S38", "The mirror in the plane of qubits and z makes the DM coupling vanish", _mirror,
          "test_symmetries.py::test_a_phase_turns_exchange_into_dzyaloshinskii_moriya_coupling", errata=("E18",)),
    Claim("S42-S46", "S42–S46", "a ≥ |A| and ã ≥ |Ã| follow from stability: no drive gets power out", _power,
          "test_medium.py::test_blocks_are_accepted_where_their_eigenvalues_are"),
    Claim("S47", "S46, S47", "|Ã| is the largest of −(λ₁λ₂*A₁₂ + c.c.)/(|λ₁|² + |λ₂|²)", _maximum,
          "test_medium.py::test_what_is_no_pair", Verdict.CORRECTED, ("E10",)),
)  # fmt: skip
