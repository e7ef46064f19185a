"""What the medium does to the pair: the master equation and its symmetries (Eqs. 2–6)."""

import numpy as np

from nvprotocol import closed_form, operators
from nvprotocol.channels import evolution
from nvprotocol.entanglement import concurrence
from nvprotocol.errors import ArgumentError
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding
from nvprotocol.paper.comparison import at_least, equal, vanishes

__all__ = ["CLAIMS"]

_PAULI = (operators.sigma_x, operators.sigma_y, operators.sigma_z)
_DELTA_2870_MHZ_K = 0.137738
"""ħΔ/k_B in kelvin at Δ/2π = 2.87 GHz: h · 2.87e9 Hz / k_B (CODATA)."""


def _random_medium(rng: np.random.Generator, a: float, A: float, q: float) -> Medium:
    """A pair with every rate and coupling, none of them zero, A complex, D real."""
    d = rng.uniform(0.2, 1.0)
    phase, D = np.exp(2j * np.pi * rng.random()), d * rng.uniform(-1, 1)
    return Medium.pair(a=a, A=A * phase, q=q, d=d, D=D, J=rng.normal(), Jz=rng.normal(), dm=rng.normal())


def _lindblad_form() -> Finding:
    traces, lowest = [], []
    for rng, a, A, q, delta in printed.draws(23, 20):
        me = MasterEquation(_random_medium(rng, a, A, q), delta)
        traces.append(np.eye(4).ravel() @ me.liouvillian)
        lowest.append(np.linalg.eigvalsh(evolution(me, rng.uniform(0.1, 2.0)).choi)[0])
    return Finding(
        (
            vanishes("trace of dρ/dt, any ρ, 20 random media", traces, 1e-13),
            vanishes("negative eigenvalues of the Choi matrix of exp(𝓛t)", np.minimum(lowest, 0.0), 1e-12),
        )
    )


def _block_h() -> Finding:
    residual = []
    for rng, a, A, q, delta in printed.draws(4, 20):
        d, phase = rng.uniform(0.2, 1.0), np.exp(2j * np.pi * rng.random())
        D, rho = d * rng.uniform(-1, 1), printed.random_state(rng)
        me = MasterEquation(Medium.pair(a=a, A=A * phase, q=q, d=d, D=D), delta)
        h = printed.system_hamiltonian(delta)
        expected = -1j * (h @ rho - rho @ h) - printed.h_form(rho, printed.h_blocks(a, A * phase, q, d, D))
        residual.append(printed.unstacked(me.liouvillian @ printed.stacked(rho)) - expected)
    return Finding((vanishes("generator − double sum of Eq. 3 with h of Eq. 4, on random states", residual, 1e-13),))


def _jump_form() -> Finding:
    generator, forms = [], []
    for rng, a, A, q, delta in printed.draws(56, 20):
        rho, me = printed.random_state(rng), printed.equation(a, A, q, delta)
        by_jumps = printed.derivative(rho, a, A, q, delta)
        generator.append(printed.unstacked(me.liouvillian @ printed.stacked(rho)) - by_jumps)
        double_sum = printed.h_form(rho, printed.h_blocks(a, A, q, 0.0, 0.0))
        forms.append(double_sum - sum(printed.dissipator(jump, rho) for jump in printed.jumps(a, A, q)))
    return Finding(
        (
            vanishes("Eq. 3 − Eq. 6 on random states", forms, 1e-13),
            vanishes("generator − Eqs. 6 and 7", generator, 1e-13),
        )
    )


def _effective_hamiltonian_form() -> Finding:
    """Every axially symmetric coupling of two spins: Hermitian and commuting with the total σᶻ, local fields apart."""
    rng = np.random.default_rng(38)
    total = operators.sigma_z(0) + operators.sigma_z(1)
    projected, reality = [], []
    basis = _axial_basis()
    for _ in range(20):
        raw = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
        axial = np.where(np.isclose(np.diag(total)[:, None], np.diag(total)[None, :]), raw + raw.conj().T, 0)
        weights = np.array([np.vdot(one, axial) / np.vdot(one, one) for one in basis])
        reality.append(weights.imag)
        projected.append(axial - np.einsum("k,kij->ij", weights, np.array(basis)))
    return Finding(
        (
            vanishes("random axial H − (XXZ + DM + local fields)", projected, 1e-13),
            vanishes("imaginary parts of Jz, J⊥, D", reality, 1e-13),
        ),
        note="Axial Hermitian couplings of two spins span six directions: 1, σ₁ᶻ, σ₂ᶻ and the three of the paper.",
    )


def _axial_basis() -> list[np.ndarray]:
    x, y, z = ([single(0), single(1)] for single in _PAULI)
    one = np.eye(4, dtype=complex)
    return [one, z[0], z[1], z[0] @ z[1], x[0] @ x[1] + y[0] @ y[1], x[0] @ y[1] - y[0] @ x[1]]


def _isotropic() -> Finding:
    h = printed.equation(0.0, 0.0, J=0.6, Jz=0.6).hamiltonian
    dot = sum(single(0) @ single(1) for single in _PAULI)
    commutators = [h @ (s(0) + s(1)) - (s(0) + s(1)) @ h for s in _PAULI]
    return Finding((vanishes("H − J σ⃗₁·σ⃗₂", h - 0.6 * dot, 1e-14), vanishes("[H, total spin]", commutators, 1e-14)))


def _no_dm_under_rotation() -> Finding:
    """π about z through the midpoint: σˣ, σʸ change sign and the sites change places."""
    swap = np.eye(4)[[0, 2, 1, 3]]
    turn = operators.sigma_z(0) @ operators.sigma_z(1) @ swap
    changed = {}
    for name in ("dm", "J", "Jz"):
        h = printed.equation(0.0, 0.0, **{name: 1.0}).hamiltonian
        changed[name] = turn @ h @ turn.conj().T + (h if name == "dm" else -h)
    return Finding(
        (
            vanishes("turned DM term + DM term: it changes sign", changed["dm"], 1e-15),
            vanishes("turned XXZ term − XXZ term: it stays", [changed["J"], changed["Jz"]], 1e-15),
        )
    )


def _coherent_time() -> Finding:
    J = 0.7
    times = np.array([0.1, 0.5, 1.0]) / (4 * J)
    found = [_concurrence(printed.equation(0.0, 0.0, **{name: J}), times) for name in ("J", "dm")]
    dissipating = _concurrence(printed.equation(10 * J, 0.0, J=J), np.linspace(0, 3 / J, 3001)).max()
    return Finding(
        (
            equal("C at 4Jt = .1, .5, 1 by J⊥ alone", found[0], np.sin([0.1, 0.5, 1.0]), digits=6),
            equal("the same by the DM coupling alone", found[1], np.sin([0.1, 0.5, 1.0]), digits=6),
            equal("largest C where a = 10 J⊥, A = 0", dissipating, _exchange_peak(10.0), digits=4),
        ),
        note="With relaxation C = e^(−2at)|sin 4Jt|: little is left unless J⊥ is at least as fast as a.",
    )


def _exchange_peak(ratio: float) -> float:
    """max of e^(−2at) sin 4Jt for a = ratio·J: at tan 4Jt = 2J/a."""
    phase = np.arctan2(2.0, ratio)
    return float(np.exp(-ratio * phase / 2) * np.sin(phase))


def _concurrence(me: MasterEquation, times: np.ndarray) -> np.ndarray:
    return concurrence(me.evolve("ud", times))


def _fluctuation_dissipation() -> Finding:
    q = closed_form.boltzmann_ratio(_DELTA_2870_MHZ_K, np.array([0.01, 0.02, 0.05, 0.1, 1.0, 4.0]))
    medium = Medium.pair(a=2.0, A=1.5 * np.exp(0.3j), q=0.25)
    ratio = [
        medium.excitation[0, 0] / medium.relaxation[0, 0],
        medium.excitation[0, 1] / medium.relaxation[1, 0],
    ]
    return Finding(
        (
            equal("ã/a at 2.87 GHz and 10 mK, in 1e-6", q[0] * 1e6, 1.04, digits=2),
            equal("ã/a at 20, 50, 100 mK, 1 K, 4 K", q[1:], [1.02e-3, 0.0636, 0.2522, 0.8713, 0.9662], digits=4),
            vanishes("ã/a − e^(−βΔ) and Ã/A − e^(−βΔ) of a medium", np.array(ratio) - 0.25, 1e-15),
        )
    )


def _zero_temperature() -> Finding:
    return Finding(
        (
            vanishes("ã and Ã at q = e^(−∞) = 0", Medium.pair(a=1.0, A=1.0).excitation, 1e-15),
            vanishes("jump operators J₁, J₂", printed.equation().jump_operators[:2], 1e-15),
        ),
        note="The supplement calls ã, Ã the decay processes here; they are the excitations (with E9).",
    )


def _stability() -> Finding:
    refused = []
    for bad in ({"A": 1.2}, {"A": 0.5, "a_tilde": 0.1, "A_tilde": 0.2}):
        try:
            Medium.pair(a=1.0, **bad)
        except ArgumentError:
            refused.append(1.0)
    lowest, odds = [], []
    for _, a, A, q, _ in printed.draws(42, 20):
        blocks = printed.h_blocks(a, A, q, 0.0, 0.0)
        lowest += [np.linalg.eigvalsh(blocks["+"])[0] - (a - A), np.linalg.eigvalsh(blocks["-"])[0] - q * (a - A)]
        odds.append(a - A)
    return Finding(
        (
            vanishes("least eigenvalue of the blocks of h − (a − |A|), (ã − |Ã|)", lowest, 1e-13),
            at_least("a − |A| of stable media", min(odds), 0.0),
            equal("|A| > a and |Ã| > ã refused", sum(refused), 2, digits=0),
        )
    )


CLAIMS = (
    Claim("eq2-3", "Eqs. 2, 3", "The master equation has Lindblad form: it keeps the trace and is completely positive",
          _lindblad_form, "test_generator.py::test_lindblad_form"),
    Claim("eq4", "Eq. 4", "Axial symmetry makes h block diagonal, with ã, Ã, a, A, d, D",
          _block_h, "test_generator.py::test_pair_generator_is_the_papers_double_sum"),
    Claim("eq5-6", "Eqs. 5, 6, S34–S37", "Four jump operators J₁ … J₄ make the same dissipator as h",
          _jump_form, "test_generator.py::test_jump_operators_of_a_pair_are_equation_5"),
    Claim("heff-form", "text below Eq. 3, S38", "The most general axial H_eff is an XXZ model plus a DM term, all real",
          _effective_hamiltonian_form, "test_generator.py::test_hamiltonian_is_the_papers"),
    Claim("isotropic", "text below Eq. 3, S41", "For full isotropy H_eff is a Heisenberg coupling J σ⃗₁·σ⃗₂",
          _isotropic, "test_paper.py::test_isotropic_exchange_commutes_with_the_total_spin"),
    Claim("dm-rotation", "text below Eq. 3", "The DM coupling vanishes where a π rotation about z is a symmetry",
          _no_dm_under_rotation, "test_symmetries.py::test_exchange_of_the_qubits"),
    Claim("coherent-time", "text below Eq. 3", "Coherent couplings entangle within the inverse of their strength, if faster than dissipation",
          _coherent_time, "test_closed_form_practice.py::test_coherent_couplings_alone"),
    Claim("fdt", "text below Eq. 6", "Fluctuation–dissipation: ã = e^(−βΔ)a and Ã = e^(−βΔ)A",
          _fluctuation_dissipation, "test_medium.py::test_q_is_the_fluctuation_dissipation_ratio_of_both_couplings"),
    Claim("zero-temperature", "text below Eq. 6", "At zero temperature only the decay processes survive, ã = Ã = 0",
          _zero_temperature, "test_medium.py::test_the_default_is_zero_temperature"),
    Claim("stability", "text below Eq. 6, S42", "Stability asks for a ≥ |A| and ã ≥ |Ã|, which makes h positive semidefinite",
          _stability, "test_medium.py::test_blocks_are_accepted_where_their_eigenvalues_are"),
)  # fmt: skip
