"""The pair under continuous monitoring of |σᶻ|, kept while it is 0 (Eqs. 12–15, Fig. 3).

`Gamma` is the net dissipative coupling. The paper's Γ = |A| + |Ã| is its modulus; a phase, that of A, may be kept, and
then shows in states only: |↓↑⟩ gets e^(iφ).
"""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail
from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import read
from nvprotocol.closed_form._two_level import (
    conditional_block,
    embedded,
    scaled_pair,
    slow_rate,
    square_and_deficit,
    trace,
)
from nvprotocol.operators import State, density_matrix

__all__ = [
    "conditional_concurrence",
    "exceptional_point_concurrence",
    "largest_conditional_concurrence",
    "monitored_state",
    "net_coupling",
    "success_probability",
]


def net_coupling(A: ArrayLike, *, q: ArrayLike = 0.0) -> NDArray[np.float64]:
    """The net dissipative coupling Γ = |A| + |Ã| = (1 + q)|A| (below Eq. 14 and S54).

    Args:
        A: Dissipative coupling in rad/µs; only |A| enters.
        q: e^(−βΔ) in [0, 1].

    Returns:
        Γ in rad/µs; the arguments broadcast.

    Raises:
        ArgumentError: If A is not finite or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.net_coupling(A=0.8, q=0.25))
        1.0
    """
    A, q = read(A=A, q=q)
    return np.abs(A) * (1 + q)


def conditional_concurrence(t: ArrayLike, Gamma: ArrayLike, *, delta: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ under monitoring, in all three phases (Fig. 3): C = √(1 − (1 + 2V)⁻²).

    V = |Γ s|² with s = sinh(κt)/κ, κ² = Γ² − δ². For δ = 0 this is tanh 2Γt, at the exceptional point δ = Γ
    2Γt√(1 + Γ²t²)/(1 + 2Γ²t²), and for δ > Γ it oscillates. At T = 0, times `success_probability`, it is the
    concurrence without monitoring.

    Args:
        t: Time in µs.
        Gamma: Net dissipative coupling Γ in rad/µs; only |Γ| enters.
        delta: Detuning δ in rad/µs.

    Returns:
        The concurrence; all arguments broadcast.

    Raises:
        ArgumentError: If t is negative or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.conditional_concurrence(t=0.5, Gamma=2.0, delta=[0.0, 2.0]).round(5).tolist()
        [0.96403, 0.94281]
    """
    t, Gamma, delta = read(t=t, Gamma=Gamma, delta=delta)
    strength = np.abs(Gamma)
    _, cosh, sinhc = scaled_pair(t, (strength - delta) * (strength + delta))
    up_down, down_up = np.abs(cosh + 1j * delta * sinhc), strength * np.abs(sinhc)
    norm = np.hypot(up_down, down_up)
    return 2 * (up_down / norm) * (down_up / norm)


def exceptional_point_concurrence(t: ArrayLike, Gamma: ArrayLike) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ under monitoring at δ = Γ: C = 2Γt √(1 + Γ²t²)/(1 + 2Γ²t²) (main text).

    It approaches 1 as 1 − 1/8Γ⁴t⁴, and costs success probability: C = .99 at Γt = 1.745, where P = .216 for a = Γ.

    Args:
        t: Time in µs.
        Gamma: Net dissipative coupling Γ in rad/µs; only |Γ| enters.

    Returns:
        The concurrence; the arguments broadcast.

    Raises:
        ArgumentError: If t is negative or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.exceptional_point_concurrence(t=0.25, Gamma=2.0).round(5))
        0.74536
    """
    t, Gamma = read(t=t, Gamma=Gamma)
    reached = np.abs(Gamma) * t
    other = np.hypot(1.0, reached)
    norm = np.hypot(reached, other)
    return 2 * (reached / norm) * (other / norm)


def largest_conditional_concurrence(eta: ArrayLike) -> NDArray[np.float64]:
    """Largest concurrence from |↑↓⟩ under monitoring, η = |δ|/Γ: 2η/(1 + η²) for η ≥ 1, reached at ωt = π/2; 1 below.

    The text and the inset of Fig. 3 print √(2 − 1/η²)/η, which is C at ωt = π/4 and not the maximum: at η = 2 it gives
    .6614 where the maximum is .8000. The second derivative jumps from 0 to −1 at η = 1 (the printed form: to −4).

    Args:
        eta: Ratio η = |δ|/Γ, any shape.

    Returns:
        The concurrence, same shape.

    Raises:
        ArgumentError: If η is negative or not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.largest_conditional_concurrence([0.5, 1.0, 2.0, 2.5]).round(4).tolist()
        [1.0, 1.0, 0.8, 0.6897]
    """
    (eta,) = read(eta=eta)
    above = np.maximum(eta, 1.0)
    return 2 / (above + 1 / above)


def success_probability(
    t: ArrayLike,
    a: ArrayLike,
    A: ArrayLike,
    *,
    q: ArrayLike = 0.0,
    delta: ArrayLike = 0.0,
    initial: State = "ud",
) -> NDArray[np.float64]:
    """Probability that |σᶻ| has been found 0 all the time, P = e^(−2(a+ã)t)(1 + 2V) from |↑↓⟩, in all three phases.

    V = |Γ s|² with s = sinh(κt)/κ. It is the trace that Eq. 13 divides by. It goes to 1/2 for |A| = a, δ = 0, and to 0
    otherwise. Only a + ã and Γ enter: for a medium out of equilibrium give them as a and A, with q = 0.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; from |↑↓⟩ only |A| enters.
        q: e^(−βΔ) in [0, 1].
        delta: Detuning δ in rad/µs.
        initial: A label in the paper's order, a ket, density matrices (…, 4, 4) in Qiskit's order, or a Qiskit state.
            What is outside σᶻ = 0 is discarded and counts as failure.

    Returns:
        The probability; all arguments and the batch of initial states broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, q lies outside [0, 1], or the initial state is not a state of two
            qubits.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.success_probability(t=5.0, a=1.0, A=1.0, q=0.1, delta=[0.0, 0.2]).round(3).tolist()
        [0.5, 0.43]
    """
    t, a, A, q, delta = read(t=t, a=a, A=A, q=q, delta=delta)
    rate, coupling = a * (1 + q), A * (1 + q)
    _, deficit = square_and_deficit(rate, coupling, delta)
    block, kappa = conditional_block(t, coupling, delta, _block(initial), normalised=False)
    return trace(block) * np.exp(-2 * slow_rate(rate, kappa, deficit).real * t)


def monitored_state(
    t: ArrayLike, Gamma: ArrayLike, *, delta: ArrayLike = 0.0, initial: State = "ud"
) -> NDArray[np.complex128]:
    """The state under monitoring from any initial state, in all three phases (Eqs. 13 and 15).

    For δ < Γ it ends in the Bell state |a⟩ unless the initial state has no part of it, p_aa = 0; |s⟩ stays |s⟩, an
    unstable rest. The exceptional point, where Eq. 15 has no eigenkets to refer to, is included.

    Args:
        t: Time in µs.
        Gamma: Net dissipative coupling Γ in rad/µs, real or complex.
        delta: Detuning δ in rad/µs.
        initial: A label in the paper's order, a ket, density matrices (…, 4, 4) in Qiskit's order, or a Qiskit state.
            What is outside σᶻ = 0 is discarded.

    Returns:
        States of shape (…, 4, 4) in Qiskit's order, … the shape to which the arguments and initial states broadcast.

    Raises:
        ArgumentError: If t is negative, or the initial state is not a state of two qubits or has nothing in σᶻ = 0.

    Examples:
        >>> import nvprotocol as nv
        >>> state = nv.closed_form.monitored_state(t=20.0, Gamma=1.0, initial="du")
        >>> state.real.round(6)[1:3, 1:3]
        array([[ 0.5, -0.5],
               [-0.5,  0.5]])
    """
    t, Gamma, delta = read(t=t, Gamma=Gamma, delta=delta)
    block = _block(initial)
    if np.any(trace(block) <= 0):
        fail("initial", "have a part with σᶻ = 0", "has none")
    return embedded(conditional_block(t, Gamma, delta, block, normalised=True)[0])


def _block(initial: State) -> NDArray[np.complex128]:
    """The elements of a state between |↑↓⟩ and |↓↑⟩, in this order."""
    return density_matrix(initial, 2)[..., 2:0:-1, 2:0:-1]
