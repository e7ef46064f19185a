"""X states, two competing channels, and sensing by populations (Eqs. S51–S52 and beyond the paper)."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, numeric_array, show
from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import Array, read, refuse
from nvprotocol.closed_form._two_level import embedded
from nvprotocol.entanglement import concurrence

__all__ = [
    "competing_channels_concurrence",
    "competing_channels_state",
    "sensing_curvature",
    "sensing_population",
    "sensing_slope",
    "x_state_concurrence",
]

_OFF_X = ~(np.eye(4, dtype=bool) | np.eye(4, dtype=bool)[::-1])


def x_state_concurrence(rho: ArrayLike) -> NDArray[np.float64]:
    """Concurrence of a state of the form S51: C = 2 max(0, |ρ₁₂| − √(ρ₀₀ρ₃₃), |ρ₀₃| − √(ρ₁₁ρ₂₂)) (Eq. S52).

    For the states of Figs. 2 and 3 it reduces to 2|ρ₁₂|.

    Args:
        rho: Density matrices of shape (…, 4, 4), zero away from the two diagonals.

    Returns:
        The concurrence, shape (…).

    Raises:
        ArgumentError: If the shape is another or an element away from the two diagonals is not 0.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.x_state_concurrence(nv.closed_form.steady_state(q=0.1)).round(6))
        0.364865
    """
    states = numeric_array(rho, "rho")
    if states.ndim < 2 or states.shape[-2:] != (4, 4):
        fail("rho", "have shape (…, 4, 4)", f"has shape {states.shape}")
    off = np.abs(states[..., _OFF_X]).max(initial=0.0)
    if off > 0:
        fail("rho", "be 0 away from the two diagonals", f"has an element of size {show(off)} there")
    return concurrence(states)


def competing_channels_state(heating: ArrayLike, cooling: ArrayLike) -> NDArray[np.complex128]:
    """The unique steady state of two channels with opposite phase: heating by σ₁⁻ + σ₂⁻, cooling by σ₁⁺ − σ₂⁺.

    With rates u (heating) and d (cooling) each channel has its own dark state and feeds that of the other:
    ρ = [d(|↑↑⟩⟨↑↑| + T₀) + u(|↓↓⟩⟨↓↓| + S)]/2(u + d), from any initial state.

    Args:
        heating: Rate u of the heating channel in rad/µs.
        cooling: Rate d of the cooling channel in rad/µs.

    Returns:
        States of shape (…, 4, 4) in Qiskit's order.

    Raises:
        ArgumentError: If a rate is negative or not both are positive (then the steady state is not unique).

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.competing_channels_state(heating=1.0, cooling=3.0).real.round(4)
        array([[0.375, 0.   , 0.   , 0.   ],
               [0.   , 0.25 , 0.125, 0.   ],
               [0.   , 0.125, 0.25 , 0.   ],
               [0.   , 0.   , 0.   , 0.125]])
    """
    up, down = _channel_weights(heating, cooling)
    mean, coherence = (up + down) / 2 + 0j, (down - up) / 2 + 0j
    rows = [np.stack([mean, coherence], axis=-1), np.stack([coherence, mean], axis=-1)]
    return embedded(np.stack(rows, axis=-2), ground=down, top=up)


def competing_channels_concurrence(heating: ArrayLike, cooling: ArrayLike) -> NDArray[np.float64]:
    """Concurrence of `competing_channels_state`: C = max(0, (|d − u|/2 − √(ud))/(u + d)).

    It goes to 1/2 for u ≪ d or d ≪ u, at the price of a slow approach.

    Args:
        heating: Rate u of the heating channel in rad/µs.
        cooling: Rate d of the cooling channel in rad/µs.

    Returns:
        The concurrence; the arguments broadcast.

    Raises:
        ArgumentError: If a rate is negative or not both are positive (then the steady state is not unique).

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.competing_channels_concurrence(heating=[0.01, 0.05, 1.0], cooling=1.0).round(4).tolist()
        [0.3911, 0.2394, 0.0]
    """
    up, down = _channel_weights(heating, cooling)
    return np.maximum(np.abs(down - up) - 2 * np.sqrt(up * down), 0.0)


def _channel_weights(heating: ArrayLike, cooling: ArrayLike) -> tuple[Array, Array]:
    """Population u/2(u + d) of S and |↓↓⟩ and d/2(u + d) of T₀ and |↑↑⟩."""
    heating, cooling = np.broadcast_arrays(*read(heating=heating, cooling=cooling))
    refuse("heating", heating, heating <= 0, "be greater than 0")
    refuse("cooling", cooling, cooling <= 0, "be greater than 0")
    return heating / (heating + cooling) / 2, cooling / (heating + cooling) / 2


def sensing_population(t: ArrayLike, a: ArrayLike, A: ArrayLike) -> NDArray[np.float64]:
    """Population of σᶻ = 0 from |↑↓⟩ at T = 0, δ = 0: P_H = e^(−2at) cosh 2|A|t.

    It shows the correlation A of the medium at two places by populations alone.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.

    Returns:
        The population; all arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.sensing_population(t=1.0, a=1.0, A=[0.0, 0.5, 1.0]).round(4).tolist()
        [0.1353, 0.2088, 0.5092]
    """
    t, a, A = read(t=t, a=a, A=A)
    strength = np.abs(A)
    return np.exp(-2 * np.maximum(a - strength, 0.0) * t) * (1 + np.exp(-4 * strength * t)) / 2


def sensing_slope(a: ArrayLike, *, q: ArrayLike = 0.0) -> NDArray[np.float64]:
    """First derivative at t = 0 of the population of σᶻ = 0 from |↑↓⟩: P_H'(0) = −2(a + ã), local relaxation only.

    Args:
        a: Local relaxation in rad/µs.
        q: e^(−βΔ) in [0, 1].

    Returns:
        The derivative in 1/µs; the arguments broadcast.

    Raises:
        ArgumentError: If a is negative or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.sensing_slope(a=1.0, q=0.5))
        -3.0
    """
    a, q = read(a=a, q=q)
    return -2 * a * (1 + q)


def sensing_curvature(a: ArrayLike, A: ArrayLike, *, q: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Second derivative at t = 0 of the population of σᶻ = 0 from |↑↓⟩: P_H''(0) = 4(a + ã)² + 4Γ² + 16aã.

    Beside local terms it has the nonlocal Γ² = (|A| + |Ã|)², at every temperature and whatever δ and J are.

    Args:
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.
        q: e^(−βΔ) in [0, 1].

    Returns:
        The derivative in 1/µs²; all arguments broadcast.

    Raises:
        ArgumentError: If a is negative, |A| > a, or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.sensing_curvature(a=1.0, A=0.5, q=0.5))
        19.25
    """
    a, A, q = read(a=a, A=A, q=q)
    return 4 * (1 + q) ** 2 * (a**2 + np.abs(A) ** 2) + 16 * q * a**2
