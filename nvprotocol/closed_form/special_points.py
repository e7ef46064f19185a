"""The unmonitored pair at zero temperature: the critical point δ = |A|, equal fields δ = 0, the largest concurrence."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import Array, read, refuse

__all__ = ["critical_concurrence", "equal_field_concurrence", "peak_concurrence", "peak_time"]


def critical_concurrence(t: ArrayLike, a: ArrayLike, A: ArrayLike) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ at T = 0 at the critical point δ = |A|: C = 2|A|t √(1 + |A|²t²) e^(−2at).

    The text and the caption of Fig. 2 print "C(t) ∝ t e^(−2at)", which holds for |A|t ≪ 1 only; later C grows as t²
    against the same exponential. For a = |A| = 1, C e^(2at)/t = 2.00, 2.83, 8.25 at t = .05, 1, 4.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.

    Returns:
        The concurrence; all arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.critical_concurrence(t=1.0, a=1.0, A=1.0).round(5))
        0.38279
    """
    t, a, A = read(t=t, a=a, A=A)
    reached = np.abs(A) * t
    return 2 * reached * np.hypot(1.0, reached) * np.exp(-2 * a * t)


def equal_field_concurrence(t: ArrayLike, a: ArrayLike, A: ArrayLike, *, J: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Concurrence from |↑↓⟩ at T = 0 and δ = 0: C = e^(−2at) √(sinh² 2|A|t + sin² 4Jt).

    For J = 0 this is the overdamped form of the main text at equal fields. In the gauge where A is real; a complex A
    with J ≠ 0 is also a DM coupling, see `unmonitored_concurrence`.

    Args:
        t: Time in µs.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.
        J: J⊥ in rad/µs.

    Returns:
        The concurrence; all arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.equal_field_concurrence(t=[1.0, 1e6], a=1.0, A=1.0).round(5).tolist()
        [0.49084, 0.5]
    """
    t, a, A, J = read(t=t, a=a, A=A, J=J)
    strength = np.abs(A)
    sinh = np.exp(-2 * np.maximum(a - strength, 0.0) * t) * -np.expm1(-4 * strength * t) / 2
    return np.hypot(sinh, np.exp(-2 * a * t) * np.sin(4 * J * t))


def peak_time(a: ArrayLike, A: ArrayLike) -> NDArray[np.float64]:
    """Time of the largest concurrence from |↑↓⟩ at T = 0, δ = J = 0: tanh(2|A|t) = |A|/a.

    Args:
        a: Local relaxation in rad/µs, positive.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.

    Returns:
        The time in µs: 1/2a in the limit A → 0, ∞ for |A| = a.

    Raises:
        ArgumentError: If a is not positive, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.peak_time(a=1.0, A=0.9).round(4))
        0.8179
    """
    a, ratio = _coupling_ratio(a, A)
    tiny = ratio < 1e-150
    with np.errstate(divide="ignore"):
        per_ratio = np.where(tiny, 1.0, np.arctanh(ratio) / np.where(tiny, 1.0, ratio))
    return per_ratio / (2 * a)


def peak_concurrence(a: ArrayLike, A: ArrayLike) -> NDArray[np.float64]:
    """Largest concurrence from |↑↓⟩ at T = 0, δ = J = 0, reached at `peak_time`.

    C* = (|A|/√(a² − |A|²)) ((a − |A|)/(a + |A|))^(a/2|A|), evaluated as
    r exp{[(1−r) ln(1−r) − (1+r) ln(1+r)]/2r} with r = |A|/a, which is regular at r = 1, where C* = 1/2.

    Args:
        a: Local relaxation in rad/µs, positive.
        A: Dissipative coupling in rad/µs, |A| ≤ a; only |A| enters.

    Returns:
        The concurrence; the arguments broadcast.

    Raises:
        ArgumentError: If a is not positive, |A| > a, or an argument is not finite.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.peak_concurrence(a=1.0, A=[0.3, 0.6, 0.9, 0.99, 1.0]).round(4).tolist()
        [0.1121, 0.2362, 0.4022, 0.4844, 0.5]
    """
    _, ratio = _coupling_ratio(a, A)
    below = np.where(ratio < 1, ratio, 0.0)
    logarithms = np.where(ratio < 1, (1 - ratio) * np.log1p(-below), 0.0) - (1 + ratio) * np.log1p(ratio)
    tiny = ratio < 1e-150
    return ratio * np.exp(np.where(tiny, -1.0, logarithms / np.where(tiny, 1.0, 2 * ratio)))


def _coupling_ratio(a: ArrayLike, A: ArrayLike) -> tuple[Array, Array]:
    a, A = read(a=a, A=A)
    refuse("a", a, a <= 0, "be greater than 0")
    return a, np.minimum(np.abs(A) / a, 1.0)
