"""Formulas and numbers that are printed wrong, and misprints."""

from nvprotocol.paper.erratum import Erratum

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        key="E1",
        title="Largest entanglement beyond the exceptional point",
        where="text below Eq. 15, inset of Fig. 3",
        kind="formula",
        printed="C_max(η) = √(2 − 1/η²)/η, η = δ/Γ",
        right="C_max(η) = 2η/(1 + η²)",
        matters=(
            "The printed form is C at ωt = π/4; the largest value comes at ωt = π/2 and is larger by 3 % at η = "
            "1.2, by 35 % at η = 4. The second derivative at η = 1 still jumps from 0, to −1 and not to −4. If "
            "the inset was drawn from a simulation it may be right."
        ),
        claims=("fig3-inset", "phase-transition"),
    ),
    Erratum(
        key="E2",
        title="Decay at the critical point",
        where="text below Eq. 9, caption of Fig. 2",
        kind="formula",
        printed="C(t) ∝ t e^(−2at)",
        right="C(t) = 2|A|t √(1 + |A|²t²) e^(−2at)",
        matters=(
            "The printed law is the beginning of the curve, |A|t ≪ 1. Later C ∝ t² e^(−2at): a fit of t e^(−2at) "
            "to data beyond t = 1/|A| gives a wrong a, or a δ that seems to miss the critical point."
        ),
        claims=("critical",),
    ),
    Erratum(
        key="E3",
        title="Concurrence from the coherence",
        where="S63",
        kind="misprint",
        printed="C = 2|x + y|",
        right="C = 2|x + iy|",
        matters="x and y are real and imaginary part of one matrix element. The last expression of S63 is right.",
        claims=("S63",),
    ),
    Erratum(
        key="E4",
        title="Lifetime at equal fields",
        where="supplement, below S64",
        kind="misprint",
        printed="τ = 1/(a − |A|)",
        right="τ = 1/[2(a − |A|)]",
        matters="The main text and S64 are right. A lifetime read off with the printed form is twice too long.",
        claims=("S64", "lifetime"),
    ),
    Erratum(
        key="E6",
        title="An analytic solution at finite temperature",
        where="supplement (vii), dynamics at finite temperature",
        kind="statement",
        printed="S54 has no analytic solution at finite temperature",
        right=(
            "At δ = 0 it has: S, T₀, |↑↑⟩ and |↓↓⟩ obey a rate equation with rates 2(a ± |A|), 2(ã ± |Ã|), and "
            "ρ_TS decays at 2(a + ã)"
        ),
        matters=(
            "Figs. S4a and S5 are closed forms, C(∞) = (1 − q)²/2(1 + q + q²) among them. At δ ≠ 0 the statement "
            "is open."
        ),
        claims=("S54-hot", "figS5"),
    ),
    Erratum(
        key="E7",
        title="Plateau of Fig. S4a",
        where="supplement (vii)",
        kind="misprint",
        printed="C(∞) around 0.35",
        right="C(∞) = 27/74 = 0.364865",
        matters=(
            "Rounding, if one digit is meant. Whoever checks a simulation against it should know the exact number."
        ),
        claims=("figS4a-plateau", "figS4a"),
    ),
    Erratum(
        key="E8",
        title="Order of D in the third block of h",
        where="Eq. 4, S35",
        kind="misprint",
        printed="[[d, D], [D*, d]] with D = D₁₂",
        right="[[d, D*], [D, d]], by S28",
        matters=(
            "For media out of equilibrium only. In equilibrium G^> = G^< at ω = 0, which makes D₁₂ = D₂₁ real, "
            "although the text calls D complex."
        ),
        claims=("S24-S28", "D-real"),
    ),
    Erratum(
        key="E9",
        title="Names of the rates",
        where="supplement, below S35",
        kind="misprint",
        printed="a and ã correspond to B^< and B^>; at T = 0 the decay processes ã, Ã vanish",
        right="a = B^>, ã = B^<; at T = 0 the excitations ã, Ã vanish",
        matters="S17 and S18 are right. Read literally, the sentence exchanges relaxation and excitation.",
        claims=("rates-named", "zero-temperature"),
    ),
    Erratum(
        key="E10",
        title="The stability argument",
        where="S46, S47 and the text above S43",
        kind="misprint",
        printed="ã ≥ Max[−(λ₁λ₂*A₁₂ + c.c.)/(|λ₁|² + |λ₂|²)] = |Ã|; iG^<₁₁ ≥ iG^<₂₁",
        right="Ã₁₂ instead of A₁₂, and the modulus |G^<₂₁| on the right side",
        matters=(
            "For the argument only: the largest value with A₁₂ would be |A|, which is e^(βΔ) times too large. "
            "(With Ã ≡ Ã₂₁ of S35 the factors λ₁λ₂* and λ₁*λ₂ of S46 change places; the largest value does not "
            "notice.)"
        ),
        claims=("S47", "S42-S46"),
    ),
    Erratum(
        key="E11",
        title="Integrands of the coherent couplings",
        where="S29, S30",
        kind="misprint",
        printed="Jz^αβ = −(iλ²/2)∫⟨[S_αᶻ(τ), S_βᶻ]⟩dτ for each αβ; J₁^αβ, J₂^αβ without λ²",
        right="The equality holds for Jz^αβ + Jz^βα; J₁^αβ and J₂^αβ carry λ²",
        matters="Only the sum enters H_eff, and S31 has the λ²: the results S31 and S32 are right.",
        claims=("S29", "S31-S32"),
    ),
    Erratum(
        key="E20",
        title="Components of the spin",
        where="supplement, above S20",
        kind="misprint",
        printed="sˣ = ⟨σˣ⟩ = (ρ₁₂ + ρ₂₁)/2, sʸ = ⟨σʸ⟩ = i(ρ₁₂ − ρ₂₁)/2",
        right="sˣ = ⟨σˣ⟩/2, sʸ = ⟨σʸ⟩/2, as sᶻ = ⟨σᶻ⟩/2",
        matters=(
            "S20 and S23 hold for s = ⟨σ⟩/2. With the printed ⟨σˣ⟩ the Bloch vector would shrink by two in the "
            "plane alone."
        ),
        claims=("S20-components", "S23"),
    ),
    Erratum(
        key="E21",
        title="Logarithm in the entanglement of formation",
        where="above S48, S50",
        kind="misprint",
        printed="S(ψ) = −tr ρ_A ln ρ_A in S48, logarithms to base 2 in S50",
        right="−tr ρ_A log₂ ρ_A in both",
        matters="With ln a Bell state would have E_F = ln 2 = 0.693, while the text has E_F run from 0 to 1.",
        claims=("S48", "S50"),
    ),
)
