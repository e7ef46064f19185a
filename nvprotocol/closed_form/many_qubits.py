"""N qubits that all see the same medium, T = 0: dark states hold an excitation (beyond the paper).

The couplings are A between every two qubits, and one qubit is excited. The amplitudes without a jump follow from
H = −i[(a − A) + A·(all ones)]: the symmetric part decays at a + (N−1)A, the rest at a − A.
"""

from math import comb
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import number_of_qubits, numeric_array, one_of, truth, whole_number
from nvprotocol._read_only import holds_read_only
from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import Array, read, refuse

_MOST_QUBITS = 10**9
"""More than any ensemble that is still a number of qubits."""

__all__ = [
    "DarkLimit",
    "dark_limit",
    "dark_state_count",
    "many_qubit_amplitudes",
    "many_qubit_concurrence",
    "many_qubit_success_probability",
]

Which = Literal["first", "other"]


@holds_read_only
class DarkLimit(NamedTuple):
    """What N qubits keep of one excitation for A = a, t → ∞.

    Attributes:
        probability: Probability that the excitation is still there.
        first_pair: Concurrence of the qubit that was excited with any other one.
        other_pair: Concurrence of two others, 0 where there is only one.

    Examples:
        >>> import nvprotocol as nv
        >>> left = nv.closed_form.dark_limit(4)
        >>> left.first_pair / left.probability  # on condition that there was no jump
        0.5
    """

    probability: float
    first_pair: float
    other_pair: float


def many_qubit_amplitudes(
    t: ArrayLike, n_qubits: int, a: ArrayLike, A: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Amplitudes without a jump of the qubit that is excited at t = 0, and of each other one.

    c₁ = [(N−1)e^(−(a−A)t) + e^(−(a+(N−1)A)t)]/N and c_j = [e^(−(a+(N−1)A)t) − e^(−(a−A)t)]/N.

    Args:
        t: Time in µs.
        n_qubits: Number of qubits N ≥ 2.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling of every two qubits in rad/µs, real, −a/(N−1) ≤ A ≤ a.

    Returns:
        (c₁, c_j), each of the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, A is outside its bounds, or N < 2.

    Examples:
        >>> import nvprotocol as nv
        >>> first, other = nv.closed_form.many_qubit_amplitudes(t=50.0, n_qubits=4, a=1.0, A=1.0)
        >>> float(first), float(other)
        (0.75, -0.25)
    """
    slowest, first, other = _shares(t, n_qubits, a, A)
    return slowest * first, slowest * other


def _shares(t: ArrayLike, n_qubits: int, a: ArrayLike, A: ArrayLike) -> tuple[Array, Array, Array]:
    """Amplitude of the mode that decays least, and c₁, c_j in units of it."""
    n_qubits = whole_number(n_qubits, "n_qubits", minimum=2, maximum=_MOST_QUBITS)
    t, a, A = read(t=t, a=a, A=numeric_array(A, "A", real=True))
    bound = f"be at least −a/(N−1) with N = {n_qubits}"
    refuse("A", A, (n_qubits - 1) * A < -a * (1 + 1e-12), bound)
    slow_rate = np.maximum(np.where(A < 0, a + (n_qubits - 1) * A, a - A), 0.0)
    lost = -np.expm1(-n_qubits * np.abs(A) * t)  # 1 − faster/slower
    fraction = np.where(A < 0, (n_qubits - 1) / n_qubits, 1 / n_qubits)
    return np.exp(-slow_rate * t), 1 - fraction * lost, -np.sign(A) * lost / n_qubits


def many_qubit_success_probability(t: ArrayLike, n_qubits: int, a: ArrayLike, A: ArrayLike) -> NDArray[np.float64]:
    """Probability that the excitation is still there, P = c₁² + (N−1)c_j²; (N−1)/N in the end for A = a.

    Args:
        t: Time in µs.
        n_qubits: Number of qubits N ≥ 2.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling of every two qubits in rad/µs, real, −a/(N−1) ≤ A ≤ a.

    Returns:
        The probability; the arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, A is outside its bounds, or N < 2.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.many_qubit_success_probability(t=50.0, n_qubits=4, a=1.0, A=1.0))
        0.75
    """
    first, other = many_qubit_amplitudes(t, n_qubits, a, A)
    return first**2 + (n_qubits - 1) * other**2


def many_qubit_concurrence(
    t: ArrayLike, n_qubits: int, a: ArrayLike, A: ArrayLike, *, pair: Which = "first", conditional: bool = False
) -> NDArray[np.float64]:
    """Concurrence of two of N qubits, 2|c₁c_j| with the qubit excited at t = 0 and 2c_j² without it.

    Divided by the success probability where it is conditional on no jump. N = 2 is `equal_field_concurrence`.

    Args:
        t: Time in µs.
        n_qubits: Number of qubits N ≥ 2.
        a: Local relaxation in rad/µs.
        A: Dissipative coupling of every two qubits in rad/µs, real, −a/(N−1) ≤ A ≤ a.
        pair: "first" for the first excited qubit and another, "other" for two others.
        conditional: Whether runs with a jump are discarded.

    Returns:
        The concurrence; the arguments broadcast.

    Raises:
        ArgumentError: If t or a is negative, A is outside its bounds, N < 2, or N = 2 where `pair` is "other".

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.many_qubit_concurrence(t=50.0, n_qubits=4, a=1.0, A=1.0, conditional=True))
        0.5
    """
    conditional = truth(conditional, "conditional")
    pair = one_of(pair, "pair", ("first", "other"))
    whole_number(n_qubits, "n_qubits", minimum=3 if pair == "other" else 2, maximum=_MOST_QUBITS)
    slowest, first, other = _shares(t, n_qubits, a, A)
    value = 2 * np.abs((first if pair == "first" else other) * other)
    return value / (first**2 + (n_qubits - 1) * other**2) if conditional else value * slowest**2


def dark_limit(n_qubits: int) -> DarkLimit:
    """What is left for A = a, t → ∞: P = (N−1)/N, C₁ⱼ = 2(N−1)/N² and 2/N² for the other pairs.

    On condition of no jump these are C₁ⱼ = 2/N and 2/N(N−1).

    Args:
        n_qubits: Number of qubits N ≥ 2.

    Raises:
        ArgumentError: If N < 2.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.dark_limit(4)
        DarkLimit(probability=0.75, first_pair=0.375, other_pair=0.125)
    """
    n = whole_number(n_qubits, "n_qubits", minimum=2, maximum=_MOST_QUBITS)
    return DarkLimit((n - 1) / n, 2 * (n - 1) / n**2, 2 / n**2 if n > 2 else 0.0)


def dark_state_count(n_qubits: int) -> int:
    """Number of independent dark states of N qubits with A = a at T = 0, the binomial coefficient N over ⌊N/2⌋.

    They are the lowest states of every spin multiplet. For equal splittings and no H_eff the stationary space of the
    generator has the square of this dimension: 4, 9, 36 for N = 2, 3, 4.

    Args:
        n_qubits: Number of qubits N.

    Raises:
        ArgumentError: If N < 1.

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.dark_state_count(2)  # |↑↑⟩ and the singlet, below Eq. S65
        2
    """
    n = number_of_qubits(n_qubits, matrices=0)
    return comb(n, n // 2)
