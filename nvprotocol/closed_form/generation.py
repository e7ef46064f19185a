"""Generation of Bell states: time, success probability, rate; lossy detection, dephasing, echoes under monitoring."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import Array, read, refuse
from nvprotocol.closed_form._two_level import amplitudes, scaled_pair
from nvprotocol.closed_form.monitored import conditional_concurrence

__all__ = [
    "bell_fidelity",
    "echo_coupling",
    "generation_rate",
    "heralded_concurrence",
    "heralded_limit",
    "probability_at_fidelity",
    "time_to_fidelity",
]


def bell_fidelity(t: ArrayLike, Gamma: ArrayLike) -> NDArray[np.float64]:
    """Fidelity with the Bell state from |↑↓⟩ under monitoring at δ = 0: F = 1/(1 + e^(−4Γt)).

    Follows from Eq. 15 with p_aa = p_ss = 1/2 and orthogonal |a⟩, |s⟩.

    Args:
        t: Time in µs.
        Gamma: Net dissipative coupling Γ in rad/µs; only |Γ| enters.

    Returns:
        The fidelity in [1/2, 1]; the arguments broadcast.

    Raises:
        ArgumentError: If t is negative or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.bell_fidelity(t=0.736, Gamma=1.0).round(3))
        0.95
    """
    t, Gamma = read(t=t, Gamma=Gamma)
    return 1 / (1 + np.exp(-4 * np.abs(Gamma) * t))


def time_to_fidelity(F: ArrayLike, Gamma: ArrayLike) -> NDArray[np.float64]:
    """Time t_F = ln(F/(1 − F))/4Γ to a Bell fidelity F from |↑↓⟩ under monitoring at δ = 0.

    Args:
        F: Fidelity in [1/2, 1).
        Gamma: Net dissipative coupling Γ in rad/µs, not 0; only |Γ| enters.

    Returns:
        The time in µs; the arguments broadcast.

    Raises:
        ArgumentError: If F lies outside [1/2, 1) or Γ = 0.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.time_to_fidelity(F=0.95, Gamma=[1.0, 0.9, 0.8]).round(3).tolist()
        [0.736, 0.818, 0.92]
    """
    F, Gamma = read(F=F, Gamma=Gamma)
    _attainable(F)
    refuse("Gamma", Gamma, np.abs(Gamma) < 1e-100, "not be 0")
    return np.log(F / (1 - F)) / (4 * np.abs(Gamma))


def probability_at_fidelity(F: ArrayLike, a: ArrayLike, A: ArrayLike, *, q: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Success probability when the Bell fidelity F is reached, P = ((1 − F)/F)^((a + ã − Γ)/2Γ)/2F, at δ = 0 from |↑↓⟩.

    The exponent is (a − |A|)/2|A| at every temperature.

    Args:
        F: Fidelity in [1/2, 1).
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, not 0, |A| ≤ a; only |A| enters.
        q: e^(−βΔ) in [0, 1]. It speeds both processes alike and leaves P as it is.

    Returns:
        The probability; all arguments broadcast.

    Raises:
        ArgumentError: If F lies outside [1/2, 1), A = 0, |A| > a, or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.probability_at_fidelity(F=0.95, a=1.0, A=[1.0, 0.9, 0.8, 0.4]).round(3).tolist()
        [0.526, 0.447, 0.364, 0.058]
    """
    F, a, A, q = read(F=F, a=a, A=A, q=q)
    _attainable(F)
    refuse("A", A, np.abs(A) < 1e-100, "not be 0")
    strength = np.abs(A)
    excess = np.maximum(a - strength, 0.0) / (2 * strength) * np.ones_like(q)
    return ((1 - F) / F) ** excess / (2 * F)


def generation_rate(
    F: ArrayLike, a: ArrayLike, A: ArrayLike, *, q: ArrayLike = 0.0, overhead: ArrayLike
) -> NDArray[np.float64]:
    """Bell states per time, R = P/(t_F + t_overhead), monitored at δ = 0 from |↑↓⟩ until the fidelity is F.

    Every attempt is given the full time t_F, and an overhead for preparation and readout.

    Args:
        F: Fidelity in [1/2, 1); above 1/2 where the overhead is 0.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, not 0, |A| ≤ a; only |A| enters.
        q: e^(−βΔ) in [0, 1].
        overhead: Additional time of each attempt in µs; 0 is none.

    Returns:
        The rate in 1/µs; all arguments broadcast.

    Raises:
        ArgumentError: If F lies outside [1/2, 1), A = 0, |A| > a, q lies outside [0, 1], or an attempt takes no time.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.generation_rate(F=0.95, a=1.0, A=1.0, overhead=1.0).round(4))
        0.3032
    """
    probability = probability_at_fidelity(F, a, A, q=q)
    F, A, q, overhead = read(F=F, A=A, q=q, overhead=overhead)
    duration = time_to_fidelity(F, np.abs(A) * (1 + q)) + overhead
    refuse("overhead", overhead, duration == 0, "be greater than 0 where F = 1/2")
    return probability / duration


def heralded_concurrence(
    t: ArrayLike, a: ArrayLike, A: ArrayLike, *, efficiency: ArrayLike, delta: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Concurrence at T = 0 from |↑↓⟩ when runs with a detected magnon are discarded; η_d is the efficiency.

    C = P C_cond/(P + (1 − η_d)(1 − P)): a missed magnon leaves |↑↑⟩. η_d = 1 is monitoring, η_d = 0 the unmonitored
    pair. The absence of magnons stands for |σᶻ| = 0 only at T = 0 and without |↑↑⟩ in the initial state.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.
        efficiency: Probability η_d in [0, 1] that an emitted magnon is detected.
        delta: Detuning δ in rad/µs.

    Returns:
        The concurrence; all arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, or the efficiency lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.heralded_concurrence(t=9.0, a=1.0, A=1.0, efficiency=[0.0, 0.43, 1.0]).round(3).tolist()
        [0.5, 0.637, 1.0]
    """
    conditional = conditional_concurrence(t, A, delta=delta)
    t, a, A, efficiency, delta = read(t=t, a=a, A=A, efficiency=efficiency, delta=delta)
    up_down, down_up = (np.abs(part) for part in amplitudes(t, a, A, delta))
    probability = np.minimum(up_down**2 + down_up**2, 1.0)
    kept = np.where(efficiency < 1, probability + (1 - efficiency) * (1 - probability), 1.0)
    # With η_d = 1 the probability drops out, even where it is too small for a floating-point number.
    return np.where(efficiency < 1, 2 * up_down * down_up / kept, conditional)


def heralded_limit(efficiency: ArrayLike) -> NDArray[np.float64]:
    """The limit C(∞) = 1/(2 − η_d) of `heralded_concurrence` for |A| = a, δ = 0, where P → 1/2.

    Args:
        efficiency: Probability η_d in [0, 1] that an emitted magnon is detected.

    Returns:
        The concurrence, same shape.

    Raises:
        ArgumentError: If the efficiency lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.heralded_limit([0.0, 0.43, 0.71, 1.0]).round(3).tolist()
        [0.5, 0.637, 0.775, 1.0]
    """
    (efficiency,) = read(efficiency=efficiency)
    return 1 / (2 - efficiency)


def echo_coupling(spacing: ArrayLike, Gamma: ArrayLike, *, delta: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Effective coupling Γ_e under monitoring with a π pulse on both qubits every `spacing` τ: sinh Γ_eτ = Γ |s(τ)|.

    A collective π pulse turns δ into −δ and leaves Γ and a + ã. Two periods give cosh 2Γ_eτ + σ⃗·n̂ sinh 2Γ_eτ with n̂
    in the equator, so after every even number of pulses, from |↑↓⟩, C = tanh 2Γ_et and P = e^(−2(a+ã)t) cosh 2Γ_et: the
    laws of δ = 0. Γ_e → Γ for τ → 0. With s = sinh(κτ)/κ, which is sin(ωτ)/ω for δ > Γ, the pair always ends in a Bell
    state unless ωτ is a multiple of π.

    Args:
        spacing: Time τ between pulses in µs, positive.
        Gamma: Net dissipative coupling Γ in rad/µs; only |Γ| enters.
        delta: Detuning δ in rad/µs.

    Returns:
        Γ_e in rad/µs; all arguments broadcast.

    Raises:
        ArgumentError: If the spacing is not positive or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.echo_coupling(spacing=[0.1, 0.03, 0.001], Gamma=1.0, delta=5.0).round(4).tolist()
        [0.959, 0.9963, 1.0]
    """
    spacing, Gamma, delta = read(spacing=spacing, Gamma=Gamma, delta=delta)
    refuse("spacing", spacing, spacing <= 0, "be greater than 0")
    strength = np.abs(Gamma)
    kappa, _, sinhc = scaled_pair(spacing, (strength - delta) * (strength + delta))
    grown, bounded = kappa.real * spacing, strength * np.abs(sinhc)
    huge = grown > 300  # asinh x = ln 2x there, and e^(κτ) would overflow
    logarithm = grown + np.log(np.where(huge, 2 * bounded, 1.0))
    return np.where(huge, logarithm, np.arcsinh(bounded * np.exp(np.where(huge, 0.0, grown)))) / spacing


def _attainable(F: Array) -> None:
    refuse("F", F, (F < 0.5) | (F >= 1), "lie in [0.5, 1)")
