"""How entanglement is measured (S48–S52)."""

import numpy as np
from scipy.special import entr

from nvprotocol import closed_form
from nvprotocol.entanglement import concurrence, entanglement_of_formation
from nvprotocol.paper import printed
from nvprotocol.paper.claim import Claim, Finding, Verdict
from nvprotocol.paper.comparison import equal, vanishes

__all__ = ["CLAIMS"]


def _wootters(rho: np.ndarray) -> float:
    """S49, from the eigenvalues of ρ(σʸ⊗σʸ)ρ*(σʸ⊗σʸ)."""
    yy = np.fliplr(np.diag([-1.0, 1.0, 1.0, -1.0]))
    roots = np.sqrt(np.maximum(np.linalg.eigvals(rho @ yy @ rho.conj() @ yy).real, 0.0))
    roots = np.sort(roots)[::-1]
    return float(max(0.0, roots[0] - roots[1:].sum()))


def _x_state(rng: np.random.Generator) -> np.ndarray:
    """A random state of the form S51."""
    rho = printed.random_state(rng)
    keep = np.eye(4) + np.fliplr(np.eye(4))
    return rho * keep


def _measures() -> Finding:
    rng = np.random.default_rng(49)
    states = np.array([printed.random_state(rng) for _ in range(20)])
    x_states = np.array([_x_state(rng) for _ in range(20)])
    r = x_states
    s52 = 2 * np.maximum(0, np.maximum(
        np.abs(r[:, 1, 2]) - np.sqrt(np.real(r[:, 0, 0] * r[:, 3, 3])),
        np.abs(r[:, 0, 3]) - np.sqrt(np.real(r[:, 1, 1] * r[:, 2, 2])),
    ))  # fmt: skip
    return Finding(
        (
            vanishes(
                "S49 by eigenvalues − concurrence, 20 random states",
                [_wootters(rho) for rho in states] - concurrence(states),
                1e-7,
            ),
            vanishes("S52 − S49, 20 random X states", s52 - [_wootters(rho) for rho in x_states], 1e-7),
            equal("E_F of a state with C = 1/2", closed_form.eof_of_concurrence(0.5), 0.3546, digits=4),
        )
    )


def _monotonic() -> Finding:
    values = closed_form.eof_of_concurrence(np.linspace(0, 1, 101))
    halves = (1 + np.sqrt(1 - np.linspace(0, 1, 101) ** 2)) / 2  # eigenvalues of one half of a pure state of that C
    return Finding(
        (
            vanishes(
                "E_F − entropy of one half of a pure state of that C",
                values - entr([halves, 1 - halves]).sum(0) / np.log(2),
                1e-12,
            ),
            vanishes("decreases of E_F as C grows from 0 to 1", np.minimum(np.diff(values), 0), 1e-15),
            equal("E_F at C = 0, 1", values[[0, -1]], [0.0, 1.0], digits=6),
        )
    )


def _entropy() -> Finding:
    """S48 has S = −tr ρ ln ρ, S50 the logarithm to base 2: for a Bell state ln 2 against 1."""
    bell = printed.singlet()
    values = np.array([0.5, 0.5])  # eigenvalues of one half of a Bell state
    natural, binary = -np.sum(values * np.log(values)), -np.sum(values * np.log2(values))
    found = float(entanglement_of_formation(np.outer(bell, bell.conj())))
    return Finding(
        (equal("E_F of a Bell state, S48 with the natural logarithm", found, natural, digits=4),),
        (equal("E_F of a Bell state, entropy to base 2 as in S50", found, binary, digits=4),),
        note="With S in bits, S48 agrees with S50 and with a range from 0 to 1.",
    )


def _reduced() -> Finding:
    times = np.linspace(0.05, 3, 40)
    states = printed.equation(delta=0.3).evolve("ud", times)
    kept = printed.equation(2.0, 2.0, delta=2.0).no_jump("ud", times / 3).states
    differences = [concurrence(one) - 2 * np.abs(one[:, 2, 1]) for one in (states, kept)]
    return Finding((vanishes("C − 2|ρ₁₂| along curves of Figs. 2 and 3", differences, 1e-12),))


CLAIMS = (
    Claim("S49-S52", "S49–S52", "Concurrence by Wootters' formula, and its form for X states", _measures,
          "operators/test_entanglement.py::test_x_states_by_their_formula_and_by_the_general_one"),
    Claim("S50", "below S50", "E_F grows with C and both range from 0 to 1", _monotonic,
          "operators/test_entanglement.py::test_entanglement_of_formation_is_qiskits"),
    Claim("S48", "S48, S50", "E_F with the von Neumann entropy −tr ρ ln ρ is S50", _entropy,
          "operators/test_entanglement.py::test_bell_states_hold_one_ebit", Verdict.CORRECTED, ("E21",)),
    Claim("reduced", "below S52", "In Figs. 2 and 3 C = 2|ρ₁₂|", _reduced,
          "closed_form/test_unmonitored.py::test_coherence_is_the_one_of_the_state"),
)  # fmt: skip
