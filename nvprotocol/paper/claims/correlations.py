"""Rates and couplings as correlations of any medium in equilibrium (S11–S14, S24–S37, S42–S47)."""

import numpy as np

from nvprotocol import operators
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import at_most, equal, vanishes
from nvprotocol.paper.environment import SmallMagnet

__all__ = ["CLAIMS"]


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
    package = -operators.unvec(me.liouvillian @ operators.vec(rho))
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
    share = np.abs(smooth[:, 0, 1]) / np.sqrt(np.real(smooth[:, 0, 0] * smooth[:, 1, 1]))
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


CLAIMS = (
    Claim("S11-S14", "S11–S14, S33", "Rates are Green's functions of the medium; in equilibrium G^< = e^(−βω)G^>",
          _correlations, "medium/test_medium.py::test_q_is_the_fluctuation_dissipation_ratio_of_both_couplings"),
    Claim("S24-S28", "S28, S35", "Third block of h: [[d, D], [D*, d]] with D = D₁₂", _two_qubit_equation,
          "master_equation/test_generator.py::test_pair_generator_is_the_papers_double_sum",
          Verdict.CORRECTED, ("E8",)),
    Claim("D-real", "S33", "D₁₂ = D₂₁* from ∫⟨S₁ᶻ(t)S₂ᶻ⟩dt", _real_dephasing,
          "paper/test_beyond_the_paper.py::test_coherences_under_dephasing"),
    Claim("S29", "S29, S30", "Jz^αβ = −(iλ²/2)∫⟨[S_αᶻ(τ), S_βᶻ]⟩dτ for each αβ", _symmetrised,
          "paper/test_claims.py::test_claim", Verdict.CORRECTED, ("E11",)),
    Claim("S31-S32", "S31, S32", "The flip-flop coupling is λ² Re G^R of S₂⁺, S₁⁻ at Δ", _retarded,
          "master_equation/test_generator.py::test_hamiltonian_is_the_papers"),
    Claim("S42-S46", "S42–S46", "a ≥ |A| and ã ≥ |Ã| follow from stability: no drive gets power out", _power,
          "medium/test_medium.py::test_blocks_are_accepted_where_their_eigenvalues_are"),
    Claim("S47", "S46, S47", "|Ã| is the largest of −(λ₁λ₂*A₁₂ + c.c.)/(|λ₁|² + |λ₂|²)", _maximum,
          "medium/test_medium.py::test_what_is_no_pair", Verdict.CORRECTED, ("E10",)),
)  # fmt: skip
