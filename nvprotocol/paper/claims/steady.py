"""What is left in the end: the dark state and the entanglement of the steady state (Eq. 10)."""

import numpy as np
from scipy.optimize import root_scalar

from nvprotocol import operators
from nvprotocol.entanglement import concurrence
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import at_least, equal, vanishes

__all__ = ["CLAIMS", "steady_from_product", "threshold"]

_S = printed.singlet()
_GROUND = operators.density_matrix("uu")
_DARK = np.outer(_S, _S.conj())
_TEXT = "text below Eq. 10"


def _end() -> Finding:
    expected = (_GROUND + _DARK) / 2
    late = printed.equation().evolve("ud", 50.0)[0]
    found = printed.equation().steady_state("ud")
    return Finding(
        (
            vanishes("ρ(∞) − (|↑↑⟩⟨↑↑| + |00⟩⟨00|)/2, from the generator", found - expected, 1e-13),
            vanishes("the same for ρ(t = 50/a)", late - expected, 1e-13),
            equal("C(∞)", concurrence(found), 0.5, digits=6),
        )
    )


def _dark() -> Finding:
    me = printed.equation(q=0.4, J=0.3, Jz=0.2)
    return Finding(
        (
            vanishes("J₁|00⟩ … J₄|00⟩ at q = .4, |A| = a", [jump @ _S for jump in printed.jumps(1.0, 1.0, 0.4)], 1e-15),
            vanishes("d/dt |00⟩⟨00| with an XXZ coupling", me.liouvillian @ operators.vec(_DARK), 1e-14),
        )
    )


def _two_dark_states() -> Finding:
    squares = sum(jump.conj().T @ jump for jump in printed.jumps(1.0, 1.0, 0.0))
    values, vectors = np.linalg.eigh(squares)
    dark = vectors[:, values < 1e-12]
    outside = [ket - dark @ (dark.conj().T @ ket) for ket in (_S, operators.state("uu"))]
    moved = printed.equation(J=0.3, Jz=0.2).liouvillian @ operators.vec(np.array([_DARK, _GROUND])).T
    return Finding(
        (
            equal("dimension of the null space of ΣJ†J, |A| = a, T = 0", dark.shape[1], 2, digits=0),
            vanishes("parts of |00⟩ and |↑↑⟩ outside of it", outside, 1e-14),
            vanishes("d/dt of both with an XXZ coupling", moved, 1e-14),
        )
    )


def _share(rho: np.ndarray) -> float:
    return float(np.real(_S.conj() @ rho @ _S))


def _any_initial_state_cold() -> Finding:
    rng = np.random.default_rng(65)
    states = [printed.random_state(rng) for _ in range(10)]
    kets = [printed.random_ket(rng) for _ in range(10)]
    states += [np.outer(ket, ket.conj()) for ket in kets]
    ends = concurrence(printed.equation().steady_state(np.array(states)))
    symmetric = concurrence(printed.equation().steady_state("++"))
    return Finding(
        (
            vanishes("C(∞) − p_S, 20 random states, T = 0", ends - [_share(rho) for rho in states], 1e-7),
            vanishes("C(∞) from the symmetric |→→⟩, p_S = 0", symmetric, 1e-7),
        ),
        note="p_S = ⟨00|ρ₀|00⟩ is conserved, and C(∞) = p_S.",
    )


def steady_from_product(share: float, q: float) -> float:
    """C(∞) from (cos α|↑⟩ + sin α|↓⟩)|↑⟩ with p_S = sin²α/2 at |A| = a, δ = 0.

    Examples:
        >>> from nvprotocol.paper.claims.steady import steady_from_product
        >>> steady_from_product(0.115, q=0.3)
        0.0
    """
    sine = np.sqrt(2 * share)
    ket = np.kron([1, 0], [np.sqrt(1 - sine**2), sine])
    return float(concurrence(printed.equation(q=q).steady_state(ket)))


def threshold(q: float) -> float:
    """Least weight of the singlet, mixed with |↑↑⟩, that ends with any concurrence, found from steady states.

    Examples:
        >>> from nvprotocol.paper.claims.steady import threshold
        >>> round(threshold(0.3), 3)
        0.393
    """

    def signed(share: float) -> float:
        rho = printed.equation(q=q).steady_state(share * _DARK + (1 - share) * _GROUND)
        return float(np.abs(rho[1, 2]) - np.sqrt(rho[0, 0].real * rho[3, 3].real))

    return float(root_scalar(signed, bracket=(0.01, 0.9)).root)


def _entangled_share(q: float) -> float:
    """Share of random product states with C(∞) > 0; p_S is uniform in [0, 1/2] for them."""
    rng = np.random.default_rng(7)
    kets = rng.normal(size=(4000, 2, 2)) + 1j * rng.normal(size=(4000, 2, 2))
    kets /= np.linalg.norm(kets, axis=-1, keepdims=True)
    pairs = np.einsum("na,nb->nab", kets[:, 0], kets[:, 1]).reshape(-1, 4)
    states = np.einsum("na,nb->nab", pairs, pairs.conj())
    return float(np.mean(concurrence(printed.equation(q=q).steady_state(states)) > 0))


def _any_initial_state_hot() -> Finding:
    qs = np.array([0.1, 0.3, 0.7])
    rng = np.random.default_rng(5)
    states = np.array([printed.random_state(rng) for _ in range(20)])
    shares = np.array([_share(rho) for rho in states])
    limits, z = 3 * qs / (1 + 4 * qs + qs**2), 1 + 0.05 + 0.05**2
    right = 2 * np.maximum(0, np.abs(shares / 2 - (1 - shares) * 0.05 / (2 * z)) - (1 - shares) * 0.05 / z)
    found = concurrence(printed.equation(q=0.05).steady_state(states))
    return Finding(
        (at_least("C(∞) from a product state with p_S = .115 at q = .3", steady_from_product(0.115, 0.3), 1e-12),),
        (
            equal("least p_S with C(∞) > 0, q = .1, .3, .7; right: 3q/(1 + 4q + q²)", [threshold(q) for q in qs],
                  limits, digits=4),
            vanishes("C(∞) − right form, 20 random states, q = .05", found - right, 1e-12),
            equal("share of random product states that end entangled, q = .1, .3: 1 − 2p_c",
                  [_entangled_share(q) for q in qs[:2]], 1 - 2 * limits[:2], tolerance=0.02),
        ),
        note="True at T = 0 only. At T > 0 the weight of the singlet must exceed p_c = 3q/(1 + 4q + q²).",
    )  # fmt: skip


def _finite_temperature() -> Finding:
    qs = np.array([0.1, 0.3, 0.7])
    ends = [concurrence(printed.equation(q=q).steady_state("ud")) for q in qs]
    kept = _share(printed.equation(q=0.3).steady_state("ud"))
    return Finding(
        (
            equal("C(∞) from |↑↓⟩ at q = .1, .3, .7: (1 − q)²/2(1 + q + q²)", ends,
                  (1 - qs) ** 2 / (2 * (1 + qs + qs**2)), digits=6),
            equal("weight of |00⟩ in the steady state at q = .3", kept, 0.5, digits=6),
        )
    )  # fmt: skip


CLAIMS = (
    Claim("eq10", "Eq. 10", "At |A| = a, δ = 0, T = 0 the pair ends in (|↑↑⟩⟨↑↑| + |00⟩⟨00|)/2, C(∞) = 1/2", _end,
          "paper/test_equations.py::test_equation_10"),
    Claim("dark", _TEXT, "The singlet is a dark state", _dark, "paper/test_equations.py::test_the_singlet_is_dark"),
    Claim("dark-two", "below S65", "|00⟩ and |↑↑⟩ are the only two dark states, also with an XXZ coupling",
          _two_dark_states, "paper/test_equations.py::test_two_dark_states_only"),
    Claim("steady-hot", f"{_TEXT}, S5", "At finite temperature steady entanglement is reached as well, but less",
          _finite_temperature, "closed_form/test_thermal.py::test_steady_concurrence_of_the_paper"),
    Claim("any-start-cold", "below S65", "T = 0: steady entanglement from every initial state that is not symmetric",
          _any_initial_state_cold,
          "paper/test_equations.py::test_without_symmetry_of_the_initial_state_entanglement_stays"),
    Claim("any-start-hot", _TEXT, "Steady entanglement irrespective of the initial state, finite temperature included",
          _any_initial_state_hot, "paper/test_equations.py::test_at_finite_temperature_the_singlet_must_be_enough",
          Verdict.CORRECTED, ("E5",)),
)  # fmt: skip
