r"""The map from one check of |σᶻ| to the next, and what it says of monitoring at a finite rate.

Between two checks a pair evolves freely, and a run that reads |σᶻ| ≠ 0 is discarded: M(τ) = P e^(𝓛τ) P, with P the
projection onto σᶻ = 0. M is a completely positive map of 2 × 2 blocks, written here on the real vector (N, X, Y, Z) of
block [[N + Z, X + iY], [X − iY, N − Z]]/2, |↑↓⟩ first. After many checks the state is its dominant eigenvector.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root_scalar

from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium

__all__ = [
    "conditional_map",
    "exceptional_detuning",
    "lasting_concurrence",
    "random_look_concurrence",
    "small_period_law",
]

_INSIDE = np.array([10, 6, 9, 5])
"""|↑↓⟩⟨↑↓|, |↑↓⟩⟨↓↑|, |↓↑⟩⟨↑↓|, |↓↑⟩⟨↓↑| among column-stacked elements in Qiskit's order."""
_TO_REAL = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, -1j, 1j, 0], [1, 0, 0, -1]])
_FROM_REAL = np.linalg.inv(_TO_REAL)


def conditional_map(equation: MasterEquation, period: float) -> NDArray[np.float64]:
    """The map of (N, X, Y, Z) from one check to the next, run discarded where it reads |σᶻ| ≠ 0.

    Args:
        equation: The master equation of a pair.
        period: Time between checks in µs.

    Returns:
        Real matrices of shape (…, 4, 4).

    Examples:
        >>> from nvprotocol.paper.figures.conditional_map import conditional_map
        >>> cold = conditional_map(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)), period=0.5)
        >>> rates = np.log(np.abs(np.linalg.eigvals(cold))) / 0.5  # −2(a ∓ Γ), and −2a twice
        >>> np.sort(rates).round(9).tolist()
        [-4.0, -2.0, -2.0, 0.0]
    """
    kept = equation.propagator(period)[..., _INSIDE[:, None], _INSIDE]
    return (_TO_REAL @ kept @ _FROM_REAL).real


def lasting_concurrence(equation: MasterEquation, period: float) -> NDArray[np.float64]:
    """Concurrence right after a check, after many checks: C = √(X² + Y²)/N of the dominant eigenvector of the map.

    Args:
        equation: The master equation of a pair.
        period: Time between checks in µs.

    Returns:
        Concurrences of the shape of the equation's batch.

    Examples:
        >>> from nvprotocol.paper.figures.conditional_map import lasting_concurrence
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5))
        >>> float(lasting_concurrence(equation, 0.1).round(4))
        0.9842
    """
    values, vectors = np.linalg.eig(conditional_map(equation, period))
    first = np.argmax(np.real(values), axis=-1)[..., None, None]
    vector = np.real(np.take_along_axis(vectors, first, axis=-1)[..., 0])
    return np.hypot(vector[..., 1], vector[..., 2]) / np.abs(vector[..., 0])


def random_look_concurrence(equation: MasterEquation, rate: float) -> float:
    """Concurrence in the long run where checks come at random, `rate` of them per µs, at any time between two.

    A check that finds |σᶻ| = 0 leaves the block of σᶻ = 0 as it is and clears the rest, so that on average over the
    times of the checks the unnormalised state obeys dρ/dt = 𝓛ρ − rate·(ρ − PρP).

    Args:
        equation: The master equation of a single pair.
        rate: Rate of the checks in 1/µs.

    Examples:
        >>> from nvprotocol.paper.figures.conditional_map import random_look_concurrence
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5))
        >>> [round(random_look_concurrence(equation, rate), 3) for rate in (0.3, 1.0, 10.0)]
        [0.0, 0.323, 0.916]
    """
    from nvprotocol.entanglement import concurrence

    outside = np.ones(16)
    outside[_INSIDE] = 0.0
    values, vectors = np.linalg.eig(equation.liouvillian - rate * np.diag(outside))
    state = vectors[:, np.argmax(np.real(values))].reshape(4, 4).T
    state = state / np.trace(state)
    return float(concurrence((state + state.conj().T) / 2))


def exceptional_detuning(a: float, A: float, q: float, period: float) -> float:
    """The smallest δ at which two eigenvalues of the map coalesce, in rad/µs; NaN below δ = Γ without one.

    Args:
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs.
        q: e^(−βΔ).
        period: Time between checks in µs.

    Examples:
        >>> from nvprotocol.paper.figures.conditional_map import exceptional_detuning
        >>> round(exceptional_detuning(1.0, 0.9, 0.5, period=0.1), 3)  # far below Γ = 1.35
        0.822
    """
    medium, Gamma = Medium.pair(a=a, A=A, q=q), A * (1 + q)
    grid = np.linspace(0.0, Gamma, 161) ** 0.5 * Gamma**0.5  # denser near Γ
    values = _discriminant(MasterEquation(medium, grid), period)
    (falls,) = np.nonzero((values[:-1] > 0) & (values[1:] <= 0))
    if not falls.size:
        return float("nan")

    def at(delta: float) -> float:
        return float(_discriminant(MasterEquation(medium, delta), period))

    found = root_scalar(at, bracket=(grid[falls[0]], grid[falls[0] + 1]), xtol=1e-7)
    return float(found.root)


def small_period_law(a: float, A: float, q: float, period: float) -> float:
    """The exceptional point for a short period: δ*² = Γ² − ¾(16qτΓ²a²)^(2/3).

    To first order in τ, M(τ) is generated by PLP + (τ/2) PLQLP, and what returns to σᶻ = 0 unseen is 16q·vvᵀ on (N, X)
    with v = (a, A). It splits the threefold point λ³ = 4(Γ² − δ²)λ into λ³ = 4(Γ² − δ²)λ + 32qτΓ²a², whose lower two
    roots meet at that δ.

    Args:
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs.
        q: e^(−βΔ).
        period: Time τ between checks in µs.

    Examples:
        >>> from nvprotocol.paper.figures.conditional_map import exceptional_detuning, small_period_law
        >>> shift = [1 - find(1.0, 1.0, 0.1, period=1e-4) / 1.1 for find in (exceptional_detuning, small_period_law)]
        >>> bool(np.isclose(*shift, rtol=0.05))
        True
    """
    Gamma = A * (1 + q)
    return float(np.sqrt(max(Gamma**2 - 0.75 * (16 * q * period * Gamma**2 * a**2) ** (2 / 3), 0.0)))


def _discriminant(equation: MasterEquation, period: float) -> NDArray[np.float64]:
    """Discriminant of the generator-like (e^(2(a+ã)τ) M − 1)/τ on (N, X, Y): negative where a pair is complex.

    Z decouples: nothing that returns unseen prefers one of the qubits.
    """
    rate = 1 / equation.medium.t1[..., 0]
    inner = conditional_map(equation, period)[..., :3, :3]
    scaled = (inner * np.exp(rate * period)[..., None, None] - np.eye(3)) / period
    b = -np.trace(scaled, axis1=-2, axis2=-1)
    c = (b**2 - np.trace(scaled @ scaled, axis1=-2, axis2=-1)) / 2
    d = -np.linalg.det(scaled)
    return b**2 * c**2 - 4 * c**3 - 4 * b**3 * d - 27 * d**2 + 18 * b * c * d
