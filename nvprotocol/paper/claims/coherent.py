"""The coherent part: which couplings symmetry allows, and what they do (text below Eq. 3, S38–S41)."""

from functools import reduce

import numpy as np

from nvprotocol import operators
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation import MasterEquation
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding
from nvprotocol.paper.comparison import at_least, equal, vanishes
from nvprotocol.paper.environment import SmallMagnet

__all__ = ["CLAIMS"]

_PAULI = (operators.sigma_x, operators.sigma_y, operators.sigma_z)


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
            vanishes("rotated DM term + DM term: it changes sign", changed["dm"], 1e-15),
            vanishes("rotated XXZ term − XXZ term: it stays", [changed["J"], changed["Jz"]], 1e-15),
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
    """Max of e^(−2at) sin 4Jt for a = ratio·J: at tan 4Jt = 2J/a."""
    phase = np.arctan2(2.0, ratio)
    return float(np.exp(-ratio * phase / 2) * np.sin(phase))


def _concurrence(me: MasterEquation, times: np.ndarray) -> np.ndarray:
    return concurrence(me.evolve("ud", times))


CLAIMS = (
    Claim("heff-form", "text below Eq. 3, S38",
          "The most general axial H_eff is an XXZ model plus a DM term, all real", _effective_hamiltonian_form,
          "master_equation/test_generator.py::test_hamiltonian_is_the_papers"),
    Claim("isotropic", "text below Eq. 3, S41", "For full isotropy H_eff is a Heisenberg coupling J σ⃗₁·σ⃗₂",
          _isotropic, "paper/test_equations.py::test_isotropic_exchange_commutes_with_the_total_spin"),
    Claim("dm-rotation", "text below Eq. 3", "The DM coupling vanishes where a π rotation about z is a symmetry",
          _no_dm_under_rotation, "master_equation/test_symmetries.py::test_exchange_of_the_qubits"),
    Claim("mirror", "below S38", "The mirror in the plane of qubits and z makes the DM coupling vanish", _mirror,
          "master_equation/test_symmetries.py::test_a_phase_turns_exchange_into_dzyaloshinskii_moriya_coupling",
          errata=("E18",)),
    Claim("S39", "S39", "Re G^R gives J⊥ = g₁/2 and D = g₂/2", _real_part,
          "master_equation/test_generator.py::test_hamiltonian_is_the_papers"),
    Claim("S40", "below S40", "DM coupling alone: |ψ⟩ = cos(2Dt)|↑↓⟩ − sin(2Dt)|↓↑⟩, C = |sin 4Dt|", _dm_dynamics,
          "paper/test_equations.py::test_exchange_of_dzyaloshinskii_and_moriya_alone"),
    Claim("coherent-time", "text below Eq. 3",
          "Coherent couplings entangle within the inverse of their strength, if faster than dissipation",
          _coherent_time, "closed_form/test_practice.py::test_coherent_couplings_alone"),
)  # fmt: skip
