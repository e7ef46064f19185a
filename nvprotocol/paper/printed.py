"""The paper's equations written down as printed, operator by operator: a second route to what the package computes.

Operators act on Qiskit's order (the paper's qubit 1 is site 0); `PAPER` picks elements in the paper's order.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium

__all__ = [
    "PAPER",
    "derivative",
    "dissipator",
    "equation",
    "h_blocks",
    "h_form",
    "jumps",
    "random_ket",
    "random_state",
    "singlet",
    "system_hamiltonian",
    "triplet",
]

PAPER = np.ix_([0, 2, 1, 3], [0, 2, 1, 3])
"""ρ[PAPER] has the elements in the paper's order: ↑↑, ↑↓, ↓↑, ↓↓."""
SITE = {"-": operators.sigma_minus, "+": operators.sigma_plus, "z": operators.sigma_z}
Array: TypeAlias = NDArray[Any]


def equation(a: float = 1.0, A: complex = 1.0, q: float = 0.0, delta: float = 0.0, **more: float) -> MasterEquation:
    """The master equation of a pair in the paper's symbols.

    Examples:
        >>> from nvprotocol.paper.printed import equation
        >>> float(nv.concurrence(equation(delta=0.3).evolve("ud", 1.0))[0].round(5))
        0.48003
    """
    return MasterEquation(Medium.pair(a=a, A=A, q=q, **more), detuning=delta)


def h_blocks(a: float, A: complex, q: float, d: float, D: complex) -> dict[str, Array]:
    """The three blocks of the coefficient matrix h as Eq. 4 prints them, by the operators that they belong to.

    Examples:
        >>> from nvprotocol.paper.printed import h_blocks
        >>> h_blocks(1.0, 0.5, 0.1, 0.0, 0.0)["-"].real
        array([[0.1 , 0.05],
               [0.05, 0.1 ]])
    """
    at, At = q * a, q * A
    blocks = {
        "-": [[at, At], [np.conj(At), at]],
        "+": [[a, np.conj(A)], [A, a]],
        "z": [[d, D], [np.conj(D), d]],
    }
    return {kind: np.array(block, dtype=complex) for kind, block in blocks.items()}


def h_form(rho: Array, blocks: dict[str, Array]) -> Array:
    """𝓛[ρ] = Σ h_nm (O_m†O_n ρ + ρ O_m†O_n − 2 O_n ρ O_m†), Eq. 3.

    Examples:
        >>> from nvprotocol.paper.printed import h_blocks, h_form
        >>> h_form(nv.operators.density_matrix("ud"), h_blocks(1.0, 0.0, 0.0, 0.0, 0.0)).real.diagonal()
        array([-2.,  0.,  2.,  0.])
    """
    result = np.zeros_like(rho)
    for kind, h in blocks.items():
        for n, m in np.ndindex(2, 2):
            right, left = SITE[kind](n), SITE[kind](m).conj().T
            result = result + h[n, m] * (left @ right @ rho + rho @ left @ right - 2 * right @ rho @ left)
    return result


def jumps(a: float, A: complex, q: float) -> list[Array]:
    """J₁ … J₄ of Eq. 5 for a real positive A.

    Examples:
        >>> from nvprotocol.paper.printed import jumps
        >>> len(jumps(1.0, 1.0, 0.1))
        4
    """
    found = []
    for kind, (local, shared) in {"-": (q * a, q * abs(A)), "+": (a, abs(A))}.items():
        first, second = SITE[kind](0), SITE[kind](1)
        found += [np.sqrt((local + shared) / 2) * (first + second)]
        found += [np.sqrt(max(local - shared, 0.0) / 2) * (first - second)]
    return found


def dissipator(jump: Array, rho: Array) -> Array:
    """𝒟_J[ρ] = J†Jρ + ρJ†J − 2JρJ†, below Eq. 6.

    Examples:
        >>> from nvprotocol.paper.printed import dissipator
        >>> bool(dissipator(nv.operators.sigma_plus(0), nv.operators.density_matrix("uu")).any())
        False
    """
    both = jump.conj().T @ jump
    return both @ rho + rho @ both - 2 * jump @ rho @ jump.conj().T


def system_hamiltonian(delta: float) -> Array:
    """H_S = −(Δ₁σ₁ᶻ + Δ₂σ₂ᶻ)/2 in the frame of the mean splitting, Δ₁ = −Δ₂ = δ.

    Examples:
        >>> from nvprotocol.paper.printed import system_hamiltonian
        >>> system_hamiltonian(1.0).real.diagonal()
        array([ 0.,  1., -1.,  0.])
    """
    return -delta * (operators.sigma_z(0) - operators.sigma_z(1)) / 2 + 0.0


def derivative(rho: Array, a: float, A: complex, q: float, delta: float) -> Array:
    """dρ/dt = −i[H_S, ρ] − Σ 𝒟_Ji[ρ], Eqs. 6 and 7.

    Examples:
        >>> from nvprotocol.paper.printed import derivative
        >>> float(abs(derivative(nv.operators.density_matrix("uu"), 1.0, 1.0, 0.0, 0.3)).max())
        0.0
    """
    h = system_hamiltonian(delta)
    return -1j * (h @ rho - rho @ h) - sum(dissipator(jump, rho) for jump in jumps(a, A, q))


def singlet() -> Array:
    """|S⟩ = |00⟩ = (|↑↓⟩ − |↓↑⟩)/√2, a ket.

    Examples:
        >>> from nvprotocol.paper.printed import singlet
        >>> singlet().real.round(3)
        array([ 0.   , -0.707,  0.707,  0.   ])
    """
    return operators.bell_state("psi-")


def triplet() -> Array:
    """|T₀⟩ = (|↑↓⟩ + |↓↑⟩)/√2, a ket.

    Examples:
        >>> from nvprotocol.paper.printed import triplet
        >>> triplet().real.round(3)
        array([0.   , 0.707, 0.707, 0.   ])
    """
    return operators.bell_state("psi+")


def random_state(rng: np.random.Generator) -> Array:
    """A density matrix of two qubits of full rank, with no symmetry.

    Examples:
        >>> from nvprotocol.paper.printed import random_state
        >>> rho = random_state(np.random.default_rng(1))
        >>> float(rho.trace().real.round(12)), bool((np.linalg.eigvalsh(rho) > 0).all())
        (1.0, True)
    """
    factor = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    rho = factor @ factor.conj().T
    return (rho + rho.conj().T) / (2 * np.trace(rho).real)


def random_ket(rng: np.random.Generator) -> Array:
    """A pure state of two qubits.

    Examples:
        >>> from nvprotocol.paper.printed import random_ket
        >>> float(np.linalg.norm(random_ket(np.random.default_rng(1))).round(12))
        1.0
    """
    ket = rng.normal(size=4) + 1j * rng.normal(size=4)
    return ket / np.linalg.norm(ket)


def draws(seed: int, count: int) -> Iterator[tuple[np.random.Generator, float, float, float, float]]:
    """Random (generator, a, |A|, q, δ), as many as asked for."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        a = rng.uniform(0.3, 2.0)
        yield rng, a, a * np.sqrt(rng.random()), rng.uniform(0.0, 1.0), rng.normal()


def greatest(values: ArrayLike) -> float:
    """Largest modulus."""
    return float(np.abs(values).max())
