"""One qubit on the medium: relaxation, coherence, polarisation and the Bloch vector (Eqs. S15–S23).

The supplement's B^>, B^<, D are a, ã, d here: B^> relaxes and B^< excites. (The text below S35 names the first two the
other way round.)
"""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, show
from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import read

__all__ = ["bloch_vector", "coherence_time", "polarisation", "relaxation_time"]


def relaxation_time(a: ArrayLike, *, q: ArrayLike = 0.0) -> NDArray[np.float64]:
    """T1 of a single qubit, 1/T1 = 2(a + ã) = 4B̄ (Eq. S16).

    Args:
        a: Local relaxation in rad/µs.
        q: e^(−βΔ) in [0, 1], ã = qa.

    Returns:
        T1 in µs, ∞ for a = 0; the arguments broadcast.

    Raises:
        ArgumentError: If a is negative or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.relaxation_time(a=1.0, q=0.25))
        0.4
    """
    a, q = read(a=a, q=q)
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / (2 * a * (1 + q))


def coherence_time(a: ArrayLike, *, q: ArrayLike = 0.0, d: ArrayLike = 0.0) -> NDArray[np.float64]:
    """T2 of a single qubit, 1/T2 = (a + ã) + 4d = 2B̄ + 4D (Eq. S21).

    Args:
        a: Local relaxation in rad/µs.
        q: e^(−βΔ) in [0, 1], ã = qa.
        d: Local pure dephasing in rad/µs.

    Returns:
        T2 in µs, ∞ without relaxation and dephasing; the arguments broadcast.

    Raises:
        ArgumentError: If a or d is negative or q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.coherence_time(a=1.0, q=0.25, d=0.6875))
        0.25
    """
    a, q, d = read(a=a, q=q, d=d)
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / (a * (1 + q) + 4 * d)


def polarisation(q: ArrayLike) -> NDArray[np.float64]:
    """Equilibrium value of ⟨σᶻ⟩ = (1 − q)/(1 + q), twice the s̄ᶻ = (B^> − B^<)/4B̄ of Eq. S15.

    The populations of |↑⟩ and |↓⟩ stand as 1 : q (Eq. S18).

    Args:
        q: e^(−βΔ) in [0, 1].

    Returns:
        The polarisation, same shape as q.

    Raises:
        ArgumentError: If q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.polarisation(0.25))
        0.6
    """
    (q,) = read(q=q)
    return (1 - q) / (1 + q)


def bloch_vector(
    t: ArrayLike,
    initial: ArrayLike,
    a: ArrayLike,
    *,
    q: ArrayLike = 0.0,
    d: ArrayLike = 0.0,
    Delta: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """The Bloch vector (⟨σˣ⟩, ⟨σʸ⟩, ⟨σᶻ⟩) of a single qubit, the solution of the Bloch equations S15, S20 and S23.

    It turns clockwise about z at Δ, its transverse part decays at 1/T2 and ⟨σᶻ⟩ approaches (1 − q)/(1 + q) at 1/T1.
    S20 prints sˣ = ⟨σˣ⟩ = (ρ₁₂ + ρ₂₁)/2, which is ⟨σˣ⟩/2; the equations are linear and hold for both.

    Args:
        t: Time in µs.
        initial: Bloch vector at t = 0, shape (…, 3), of length ≤ 1.
        a: Local relaxation in rad/µs.
        q: e^(−βΔ) in [0, 1].
        d: Local pure dephasing in rad/µs.
        Delta: Splitting Δ in rad/µs, 0 in the rotating frame.

    Returns:
        Bloch vectors, shape (…, 3), … the shape to which the arguments and the batch of initial vectors broadcast.

    Raises:
        ArgumentError: If the initial vector has another shape or is longer than 1, t, a or d is negative, or q lies
            outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.bloch_vector(t=[0.0, 50.0], initial=[0, 0, -1], a=1.0, q=0.25).round(3).tolist()
        [[0.0, 0.0, -1.0], [0.0, 0.0, 0.6]]
    """
    t, a, q, d, Delta = read(t=t, a=a, q=q, d=d, Delta=Delta)
    start = bounded_array(initial, "initial", real=True)
    if start.ndim == 0 or start.shape[-1] != 3:
        fail("initial", "have shape (…, 3)", f"has shape {start.shape}")
    length = np.linalg.norm(start, axis=-1).max(initial=0.0)
    if length > 1 + 1e-9:
        fail("initial", "have length at most 1", f"has length {show(length)}")
    decay = np.exp(-(a * (1 + q) + 4 * d) * t)
    transverse = (start[..., 0] + 1j * start[..., 1]) * decay * np.exp(-1j * Delta * t)
    equilibrium = (1 - q) / (1 + q)
    longitudinal = equilibrium + (start[..., 2] - equilibrium) * np.exp(-2 * a * (1 + q) * t)
    return np.stack(np.broadcast_arrays(transverse.real, transverse.imag, longitudinal), axis=-1)
