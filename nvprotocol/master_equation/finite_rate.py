r"""A pair whose |σᶻ| is checked at a finite rate, runs that are not accepted discarded (Discussion, arXiv:2108.07365).

Checks a time τ apart: the unnormalised state goes from one check to the next by M(τ) = P e^(𝓛τ) P, with P the
projection onto σᶻ = 0. M is a completely positive map of 2 × 2 blocks, written here on the real vector (N, X, Y, Z) of
the block [[N + Z, X + iY], [X − iY, N − Z]]/2, |↑↓⟩ first. After many checks the state is its dominant eigenvector.
Checks at random (Poissonian) times: on average over these times the unnormalised state has a generator of its own.
"""

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol._checks import fail, instance, numeric_array, real_number
from nvprotocol._typing import ArrayLike
from nvprotocol.entanglement import concurrence
from nvprotocol.master_equation.equation import MasterEquation
from nvprotocol.medium import Medium

__all__ = [
    "conditional_map",
    "exceptional_detuning",
    "long_time_concurrence",
    "long_time_state",
    "poissonian_concurrence",
    "poissonian_generator",
]

_INSIDE = np.array([10, 6, 9, 5])
"""|↑↓⟩⟨↑↓|, |↑↓⟩⟨↓↑|, |↓↑⟩⟨↑↓|, |↓↑⟩⟨↓↑| among column-stacked elements in Qiskit's order."""
_TO_REAL = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, -1j, 1j, 0], [1, 0, 0, -1]])
_FROM_REAL = np.linalg.inv(_TO_REAL)


def conditional_map(equation: MasterEquation, period: float) -> NDArray[np.float64]:
    """The map of (N, X, Y, Z) from one check of |σᶻ| to the next, M(τ) = P e^(𝓛τ) P; its loss of N is what is rejected.

    Args:
        equation: The master equation of a pair.
        period: Time τ between checks in µs.

    Returns:
        Real matrices of shape (…, 4, 4).

    Raises:
        ArgumentError: If the equation is not that of a pair, or the period is not positive.

    Examples:
        >>> pair = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
        >>> cold = nv.master_equation.conditional_map(pair, period=0.5)
        >>> rates = np.log(np.abs(np.linalg.eigvals(cold))) / 0.5  # −2(a ∓ Γ), and −2a twice
        >>> (np.sort(rates).round(9) + 0.0).tolist()
        [-4.0, -2.0, -2.0, 0.0]
    """
    _require_pair(equation)
    period = real_number(period, "period", above=0.0)
    kept = equation.propagator(period)[..., _INSIDE[:, None], _INSIDE]
    return (_TO_REAL @ kept @ _FROM_REAL).real


def long_time_concurrence(equation: MasterEquation, period: float) -> NDArray[np.float64]:
    """Concurrence right after a check, after many checks: C = √(X² + Y²)/N of the dominant eigenvector of the map.

    Args:
        equation: The master equation of a pair.
        period: Time τ between checks in µs.

    Returns:
        Concurrences of the shape of the equation's batch.

    Raises:
        ArgumentError: As for `conditional_map`.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5))
        >>> float(nv.master_equation.long_time_concurrence(equation, 0.1).round(4))
        0.9842
    """
    values, vectors = np.linalg.eig(conditional_map(equation, period))
    first = np.argmax(np.real(values), axis=-1)[..., None, None]
    vector = np.real(np.take_along_axis(vectors, first, axis=-1)[..., 0])
    return np.hypot(vector[..., 1], vector[..., 2]) / np.abs(vector[..., 0])


def exceptional_detuning(a: float, A: float, q: float, period: float) -> float:
    """The smallest δ at which two eigenvalues of `conditional_map` coalesce, in rad/µs; NaN below δ = Γ without one.

    For τ → 0 it is Γ = |A|(1 + q) (Eq. 14); `closed_form.short_period_exceptional_detuning` is the law for short τ.

    Args:
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, real.
        q: e^(−βΔ).
        period: Time τ between checks in µs.

    Raises:
        ArgumentError: As for `Medium.pair` and `conditional_map`.

    Examples:
        >>> round(nv.master_equation.exceptional_detuning(1.0, 0.9, 0.5, period=0.1), 3)  # far below Γ = 1.35
        0.822
    """
    from scipy.optimize import root_scalar

    given = {name: real_number(value, name) for name, value in (("a", a), ("A", A), ("q", q))}
    medium, Gamma = Medium.pair(**given), abs(given["A"]) * (1 + given["q"])
    grid = np.linspace(0.0, Gamma, 161) ** 0.5 * Gamma**0.5  # denser near Γ
    values = _discriminant(MasterEquation(medium, grid), period)
    (falls,) = np.nonzero((values[:-1] > 0) & (values[1:] <= 0))
    if not falls.size:
        return float("nan")

    def at(delta: float) -> float:
        return float(_discriminant(MasterEquation(medium, delta), period))

    found = root_scalar(at, bracket=(grid[falls[0]], grid[falls[0] + 1]), xtol=1e-7)
    return float(found.root)


def poissonian_generator(equation: MasterEquation, rate: float) -> NDArray[np.complex128]:
    """The generator of the unnormalised state of a pair under checks at random (Poissonian) times.

    A check that finds |σᶻ| = 0 leaves the block of σᶻ = 0 as it is and clears the rest, so that on average over the
    times of the checks dρ/dt = 𝓛ρ − rate·(ρ − PρP).

    Args:
        equation: The master equation of a pair.
        rate: Checks per µs.

    Returns:
        Generators on column-stacked density matrices, shape (…, 16, 16).

    Raises:
        ArgumentError: If the equation is not that of a pair, or the rate is negative.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9))
        >>> generator = nv.master_equation.poissonian_generator(equation, 0.0)
        >>> bool(np.allclose(generator, equation.liouvillian))
        True
    """
    _require_pair(equation)
    outside = np.ones(16)
    outside[_INSIDE] = 0.0
    return equation.liouvillian - real_number(rate, "rate", minimum=0.0) * np.diag(outside)


def long_time_state(generator: ArrayLike) -> NDArray[np.complex128]:
    """The state that a generator which loses trace keeps the longest: its slowest eigenvector, normalised.

    Args:
        generator: A generator on column-stacked density matrices, such as `poissonian_generator`, shape (d², d²).

    Returns:
        The density matrix, shape (d, d).

    Raises:
        ArgumentError: If it is no matrix of that shape.

    Examples:
        >>> generator = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5)).liouvillian
        >>> float(nv.master_equation.long_time_state(generator)[0, 0].real.round(9))
        1.0
    """
    matrix = numeric_array(generator, "generator")
    size = len(matrix) if matrix.ndim else 0
    if matrix.shape != (size, size) or size < 4 or 4 ** round(np.log2(size) / 2) != size:
        fail("generator", "have shape (4ᴺ, 4ᴺ)", f"has shape {matrix.shape}")
    values, vectors = np.linalg.eig(matrix)
    state = operators.unvec(vectors[:, np.argmax(np.real(values))])
    state = state / np.trace(state)
    return (state + state.conj().T) / 2


def poissonian_concurrence(equation: MasterEquation, rate: float) -> float:
    """Long-time concurrence under checks at random (Poissonian) times, at any time between two of them.

    States outside σᶻ = 0 pile up between checks, so that entanglement needs a least measurement rate.

    Args:
        equation: The master equation of a single pair.
        rate: Checks per µs.

    Raises:
        ArgumentError: If the equation is not that of a pair or has batch axes, or the rate is negative.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5))
        >>> [round(nv.master_equation.poissonian_concurrence(equation, rate), 3) for rate in (0.3, 1.0, 10.0)]
        [0.0, 0.323, 0.916]
    """
    if instance(equation, "equation", MasterEquation).batch_shape:
        fail("equation", "have no batch axes", f"has batch {equation.batch_shape}")
    return float(concurrence(long_time_state(poissonian_generator(equation, rate))))


def _require_pair(equation: MasterEquation) -> None:
    if instance(equation, "equation", MasterEquation).n_qubits != 2:
        fail("equation", "be that of a pair", f"is that of {equation.n_qubits} qubits")


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
