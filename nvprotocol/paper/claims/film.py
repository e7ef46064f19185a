"""NV centres over a film of yttrium iron garnet: sizes of rates, reach, direct coupling, one-way media (Discussion)."""

import warnings
from typing import Any

import numpy as np
from scipy.constants import Boltzmann, hbar, mu_0, physical_constants
from scipy.optimize import brentq
from scipy.special import j0

from nvprotocol._typing import ArrayLike
from nvprotocol.entanglement import concurrence
from nvprotocol.errors import ValidityWarning
from nvprotocol.magnets import YIG, YIG_COLD, Film, chirality
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.operators import state
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import at_least, at_most, equal, vanishes

__all__ = ["CLAIMS"]

_GHZ = 2.87
_GAMMA = physical_constants["electron gyromag. ratio"][0]
_HEIGHTS_NM = np.array([5.0, 10.0, 20.0, 50.0, 100.0, 200.0])


def _film(gap_ghz: float = 2.0, *, cold: bool = True) -> Film:
    """20 nm of YIG magnetised along its normal; Ω = 2 GHz unless said otherwise."""
    return Film(YIG_COLD if cold else YIG, 20.0, gap_ghz)


def _medium(film: Film, r: ArrayLike = 100.0, *, dipole: bool = False, **more: Any) -> Medium:
    given: dict[str, Any] = {"height_nm": 20.0, "frequency_ghz": _GHZ, "temperature_k": 0.01} | more
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)  # at 300 K the third level of the spin takes part
        return film.medium(r, dipole=dipole, dephasing=False, **given)


def _a_per_s(medium: Medium) -> np.ndarray:
    return np.real(medium.relaxation[..., 0, 0]) * 1e6


def _levels(film: Film, k: float) -> tuple[float, float]:
    """ω_T and ω_L in rad/s of a wave with k in 1/m."""
    t, gap = film.thickness_nm * 1e-9, film.gap_ghz * 2e9 * np.pi
    transverse = gap + film.material.stiffness_m2_per_s * k**2
    return transverse, transverse + film.material.magnetisation_frequency * (1 + np.expm1(-k * t) / (k * t))


def _frequency(film: Film, k: float) -> float:
    return float(np.sqrt(np.prod(_levels(film, k))))


def _wavenumber(film: Film) -> float:
    """k₀ in 1/nm where ω(k₀) is the splitting, by bisection."""
    found = brentq(lambda k: _frequency(film, k) - _GHZ * 2e9 * np.pi, 1e3, 1e9)
    return float(np.real(np.asarray(found))) * 1e-9


def _golden_rule(film: Film, heights_nm: np.ndarray) -> np.ndarray:
    """a₀ in 1/s by its formula, with k₀ and v_g found on the dispersion itself."""
    t = film.thickness_nm * 1e-9
    k = 2e9 * np.pi / float(film.wavelength_nm(_GHZ))
    velocity = (_frequency(film, k * 1.0001) - _frequency(film, k * 0.9999)) / (2e-4 * k)
    transverse, longitudinal = _levels(film, k)
    ms, h = film.material.magnetisation_a_per_m, heights_nm * 1e-9
    front = mu_0**2 * _GAMMA**2 * film.material.gyromagnetic * hbar * ms / (32 * t)
    return front * k / velocity * np.exp(-2 * k * h) * np.expm1(-k * t) ** 2 * np.sqrt(transverse / longitudinal)


def _sizes() -> Finding:
    cold = _a_per_s(_medium(_film(), height_nm=_HEIGHTS_NM))
    hot = _a_per_s(_medium(_film(cold=False), height_nm=_HEIGHTS_NM, temperature_k=300.0))
    q = np.exp(-hbar * _GHZ * 2e9 * np.pi / (Boltzmann * np.array([0.01, 300.0])))
    golden = _golden_rule(_film(), _HEIGHTS_NM) / (1 - q[0])
    ends = concurrence(MasterEquation(Medium.pair(a=1.0, A=1.0, q=q)).steady_state("ud"))
    return Finding(
        (
            at_most("a in 10⁶/s at 300 K, 5 … 200 nm over 20 nm of YIG", hot / 1e6, 2.0),
            at_least("the same 5 nm above: the scale of MHz is reached", hot[0] / 1e6, 1.0),
            equal("C(∞) at 10 mK, |A| = a", ends[0], 0.5, digits=4),
        ),
        (
            at_most("a in 1/s at 10 mK, 5 … 200 nm", cold, 2000.0),
            equal("a over the golden rule at 10 mK", cold / golden, 1.0, digits=3),
            equal("10⁸ C(∞) at 300 K, |A| = a", ends[1] * 1e8, 3.5, digits=1),
        ),
        note="Or less: 600 to 1 per second where the magnet is cold enough for entanglement to stay by itself.",
    )  # fmt: skip


def _tuned() -> Finding:
    """Γ of a pair 50 nm apart by the gap, that is by the field, by the height, and by temperature."""
    by_gap = [float(np.abs(_medium(_film(gap), 50.0).relaxation[0, 1])) * 1e6 for gap in (1.0, 2.0, 2.5, 2.8)]
    golden = [float(_golden_rule(_film(gap), np.array([20.0]))[0]) for gap in (1.0, 2.0, 2.5, 2.8)]
    local = [float(_a_per_s(_medium(_film(gap), 50.0))) for gap in (1.0, 2.0, 2.5, 2.8)]
    warm = _a_per_s(_medium(_film(), 50.0, temperature_k=np.array([0.01, 4.0])))
    n = 1 / np.expm1(hbar * _GHZ * 2e9 * np.pi / (Boltzmann * 4.0))
    return Finding(
        (
            equal("a over the golden rule for gaps of 1, 2, 2.5, 2.8 GHz", np.array(local) / golden, 1.0, digits=3),
            at_least("ratio of largest to smallest |A| over the gaps", max(by_gap) / min(by_gap), 10.0),
            equal("a at 4 K over a at 10 mK: 1 + n", warm[1] / warm[0], 1 + n, tolerance=0.01),
        )
    )


def _reach() -> Finding:
    film = _film()
    r = np.linspace(20.0, 1500.0, 12)[:, None]
    block = _medium(film, r, height_nm=np.array([10.0, 50.0, 100.0])).relaxation
    ratio = np.real(block[..., 0, 1] / block[..., 0, 0])
    k = 2 * np.pi / float(film.wavelength_nm(_GHZ))
    across = np.cos(np.linspace(0, 2 * np.pi, 256, endpoint=False))
    waves = np.cos(_wavenumber(film) * r[..., None] * across).mean(axis=-1)
    return Finding(
        (
            vanishes("A/a − J₀(k₀r), 20 … 1500 nm apart, 10, 50, 100 nm above", ratio - j0(k * r), 1e-9),
            vanishes(
                "A/a − mean of cos(k·r) over all waves with ω(k) = Δ, in every direction alike", ratio - waves, 1e-9
            ),
            at_least("|A|/a at a tenth of a wavelength", abs(float(j0(0.2 * np.pi))), 0.9),
        ),
        note="A dipolar coupling needs no new equation: the same a, ã, A, Ã with other Green's functions.",
    )


def _direct() -> Finding:
    """Direct dipole coupling against a, 20 nm above the film at 10 mK."""
    film, r = _film(), np.array([25.0, 50.0, 100.0, 200.0, 400.0])
    both, without = _medium(film, r, dipole=True), _medium(film, r)
    direct = np.abs(both.flip_flop[:, 0, 1] - without.flip_flop[:, 0, 1]) * 1e6
    a = _a_per_s(without)
    formula = mu_0 * _GAMMA**2 * hbar / (4 * np.pi * (r * 1e-9) ** 3) / 4
    near = MasterEquation(_medium(film, 25.0, dipole=True))
    end = concurrence(near.no_jump("ud", 12 / np.abs(near.medium.relaxation[0, 1])).states)
    return Finding(
        (at_most("direct |J⊥|/a, 50 and 100 nm apart: negligible", (direct / a)[[1, 2]], 0.1),),
        (
            equal("direct |J⊥| over μ₀γ²ħ/(4πr³)/4", direct / formula, 1.0, digits=3),
            at_most("direct |J⊥|/a, 200 and 400 nm apart", (direct / a)[[3, 4]], 0.1),
            equal("C(∞) monitored at δ = 0, 25 nm apart, J⊥ = 15 a", end, 1.0, digits=6),
        ),
        note="Negligible beyond some 130 nm only; at δ = 0 it does no harm, |00⟩ being an eigenstate.",
    )


def _one_way() -> Finding:
    film = Film.in_field(YIG, 20.0, field_mt=20.0, orientation="in-plane")
    r, ghz = np.array([50.0, 100.0, 200.0, 400.0]), _GHZ - 28.024951 * 0.02
    across = _medium(film, r, azimuth_deg=90.0, frequency_ghz=ghz)
    along = _medium(film, r, azimuth_deg=0.0, frequency_ghz=ghz)
    normal = _medium(_film(), r)
    ratio = np.abs(across.relaxation[:, 0, 1] / across.relaxation[:, 0, 0])
    seen = chirality(across)
    ends = _ends(across)
    return Finding(
        (
            at_least("|A|/a across the magnetisation, 50 … 400 nm apart", ratio, 0.8),
            equal("C(∞) monitored there − 2/(x + 1/x), x² = |g₁₂/g₂₁|", ends - seen.steady_concurrence, 0.0, digits=4),
            at_most("C(∞) 400 nm apart, although |A| > .8 a", ends[-1], 0.3),
            vanishes("(|g₁₂| − |g₂₁|)/a along the magnetisation, and over a film magnetised along its normal",
                     [_difference(along), _difference(normal)], 1e-6),
        ),
        note="In-plane films send magnons one way; mirror symmetry restores g₁₂ = g₂₁.",
    )  # fmt: skip


def _ends(medium: Medium) -> np.ndarray:
    """Long-time concurrence under monitoring at δ = 0, from a state with both modes in it."""
    seen = chirality(medium)
    decay = np.abs(np.imag(np.sqrt(seen.g12 * seen.g21)))
    start = (state("ud") + 1j * state("du")) / np.sqrt(2)
    kept = MasterEquation(medium).no_jump(start, np.sort(14 / decay))
    return concurrence(kept.states[np.arange(4), np.argsort(np.argsort(14 / decay))])


def _difference(medium: Medium) -> np.ndarray:
    seen = chirality(medium)
    return (np.abs(seen.g12) - np.abs(seen.g21)) / np.real(medium.relaxation[..., 0, 0])


CLAIMS = (
    Claim("rates", "Discussion", "The dissipative parameters are on the scale of MHz or less", _sizes,
          "magnets/test_film.py::test_local_rate_table", errata=("E16",)),
    Claim("medium-tuning", "text below Eq. 15", "Γ can be tuned by engineering the magnetic medium", _tuned,
          "magnets/test_film.py::test_best_rates_over_gap_and_thickness"),
    Claim("dipolar", "text below Eq. 1", "The treatment generalises to a dipolar coupling between qubit and medium",
          _reach, "magnets/test_film.py::test_coupling_ratio_is_a_bessel_function_at_every_height"),
    Claim("direct-dipole", "text below Eq. 3",
          "The direct dipolar interaction of the qubits is negligible except at very small spacings", _direct,
          "magnets/test_dipole.py::test_direct_coupling_is_the_projected_dipole_operator", Verdict.CORRECTED,
          ("E23",)),
    Claim("one-way", "Discussion (open)", "Anisotropic media deserve study", _one_way,
          "magnets/test_film_in_plane.py::test_chirality_along_the_damon_eshbach_direction"),
)  # fmt: skip
