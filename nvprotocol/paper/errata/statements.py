"""Statements that hold under conditions the paper does not name, and remarks."""

from nvprotocol.paper.erratum import Erratum

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        key="E5",
        title="Entanglement from any initial state",
        where="text below Eq. 10, supplement below S65",
        kind="statement",
        printed="At |A| = a, δ = 0 steady entanglement is reached from every initial state that is not symmetric",
        right=(
            "True at T = 0, where C(∞) = p_S. At T > 0, with Z = 1 + q + q², C(∞) = 2 max(0, |p_S/2 − (1 − "
            "p_S)q/2Z| − (1 − p_S)q/Z), which is 0 unless p_S > p_c = 3q/(1 + 4q + q²)"
        ),
        matters=(
            "p_S is the weight of the singlet in the initial state. It is uniform in [0, 1/2] for random product "
            "states, so that 57 % of them end entangled at q = .1 and 21 % at q = .3. |↑↓⟩ has p_S = 1/2, above "
            "p_c for every q < 1."
        ),
        claims=("any-start-hot", "any-start-cold"),
    ),
    Erratum(
        key="E12",
        title="How often to measure",
        where="Discussion",
        kind="remark",
        printed="The scheme is precise when the rate of measurements is infinite",
        right="Sufficient, but at T = 0 from |↑↓⟩ a single final |σᶻ| = 0 reproduces it exactly, at any time",
        matters=(
            "A jump at T = 0 leads to |↑↑⟩ and never returns, so the last check sees it as well as any. In an "
            "experiment at 10 mK that saves all mid-circuit measurements. At T > 0 the error is linear in the "
            "period."
        ),
        claims=("infinite-rate", "finite-rate"),
    ),
    Erratum(
        key="E13",
        title="Postselecting on absent magnons",
        where="Discussion",
        kind="statement",
        printed="At low temperature one may postselect on the absence of emitted magnons",
        right=(
            "Equal to |σᶻ| = 0 only at T = 0 and for initial states in σᶻ = 0. Otherwise |↑↑⟩ survives, and "
            "absorptions (J₁, J₂) are not heralded"
        ),
        matters="Also of any real detector: with an efficiency η_d, C(∞) = 1/(2 − η_d), .637 at .43 and .775 at .71.",
        claims=("no-magnon",),
    ),
    Erratum(
        key="E14",
        title="Finite temperature and sudden death",
        where="text below Eq. 7",
        kind="statement",
        printed="Finite temperature does not qualitatively change the conclusions",
        right=(
            "For |A| < a or δ ≠ 0 entanglement is exactly 0 after a finite time at any T > 0; at T = 0 it decays "
            "exponentially"
        ),
        matters=(
            "In Fig. S4a |A| = 28 is dead before t = .3, in S4b δ = 8. Lifetimes are not rates there, and a log "
            "plot has no tail."
        ),
        claims=("finite-temperature", "figS4a", "figS4b"),
    ),
    Erratum(
        key="E15",
        title="Dynamical decoupling",
        where="text below Eq. 4, below S35",
        kind="statement",
        printed="d and D can be suppressed by dynamical decoupling",
        right=(
            "Fast π pulses on both qubits exchange a and ã: unmonitored, C(∞) falls from 1/2 to 0. Monitored, C = "
            "1 and P = 1/2 stay. The d and D of the master equation commute with the pulses and are not "
            "suppressed"
        ),
        matters=(
            "What pulses remove is noise slower than they are, which a Lindblad equation does not hold: detunings "
            "and their drift. Decouple together with monitoring only."
        ),
        claims=("decoupling", "small-detuning", "dephasing"),
    ),
    Erratum(
        key="E18",
        title="The mirror that forbids a DM coupling",
        where="supplement, below S38 and S40",
        kind="remark",
        printed="A mirror symmetry with respect to the xz plane makes D vanish",
        right=(
            "True, but this mirror turns a moment along z over: a magnet magnetised along z has it only together "
            "with time reversal"
        ),
        matters=(
            "For such a magnet look for mirror × time reversal or the π rotation about z; either gives D = 0. The "
            "printed condition is met by unpolarised media."
        ),
        claims=("mirror", "dm-rotation"),
    ),
    Erratum(
        key="E19",
        title="Exceptional point and coherent coupling",
        where="text below Eq. 14, Discussion",
        kind="remark",
        printed="E = ∓ω − i(a + ã) with an exceptional point at δ = Γ, H_eff left out",
        right="With J⊥: E = ±√(δ² − (Γ + 2iJ⊥)²); any J⊥ ≠ 0 removes the exceptional point and the PT-exact phase",
        matters=(
            "The transition becomes a crossover of width 4√(J⊥Γ) in the splitting, and C(∞) < 1 for every δ ≠ 0: "
            ".994, .923, .669 at δ/Γ = .5, 1, 1.5 for J⊥ = .1 Γ. At δ = 0 J⊥ does no harm."
        ),
        claims=("heff-interplay",),
    ),
    Erratum(
        key="E16",
        title="Size of the dissipative parameters",
        where="Discussion",
        kind="remark",
        printed="Dissipative parameters typically on the scale of MHz or less",
        right="10⁶/s over YIG at 300 K, by thermal magnons; 600 to 1/s at 10 mK, 5 to 200 nm above 20 nm of YIG",
        matters=(
            "At 300 K an unmonitored pair ends with C(∞) = 3.5·10⁻⁸. Where entanglement stays by itself, a detuning "
            "has to be far below 10³ rad/s, that is 10 nT, or echoed."
        ),
        claims=("rates", "medium-tuning", "small-detuning"),
    ),
    Erratum(
        key="E17",
        title="How near the qubits have to be",
        where="text below Eq. 9, supplement below S64",
        kind="statement",
        printed="|A| ≲ a needs a distance within the wavelength of the magnons at Δ",
        right="True in 2D (|J₀(k₀r)|) and 3D (|sinc k₀r|); along a wire |A| = a at every r = nλ/2, up to damping",
        matters=(
            "A wire reaches as far as its magnons live, v_g/(αΔ). In 2D |A| > .9 a takes k₀r < .641, a tenth of a "
            "wavelength."
        ),
        claims=("length-scale", "dipolar"),
    ),
    Erratum(
        key="E22",
        title="Condition of the Markov approximation",
        where="supplement (i), Discussion",
        kind="statement",
        printed="The Markov approximation is justified where Δ − Ω is large against the rates",
        right="For a pair a·r/v_g ≪ 1 is needed besides: at |A| = a, C(∞) = ½(1 + a·r/v_g)⁻², not 1/2",
        matters=(
            "Half a wavelength apart the second condition follows from the first. At 20 wavelengths it fails "
            "first: the dark state then holds a magnon on its way."
        ),
        claims=("S4-S5", "eq1"),
    ),
    Erratum(
        key="E23",
        title="Direct dipolar interaction",
        where="text below Eq. 3",
        kind="statement",
        printed=(
            "Direct dipolar interaction between the qubits is typically negligible, except for very small spacings"
        ),
        right=(
            "It falls as r⁻³ from J⊥ = μ₀γ²ħ/(16πr³): 1.9 a at 50 nm and .24 a at 100 nm for NV centres 20 nm "
            "above 20 nm of cold YIG"
        ),
        matters=(
            "Rates are small at low T (E16), so it is small beyond some 130 nm only. At δ = 0 it does no harm; "
            "at δ ≠ 0 it acts as in E19."
        ),
        claims=("direct-dipole", "heff-interplay"),
    ),
)
