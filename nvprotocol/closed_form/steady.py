"""Steady states of the pair and the temperature of the medium (Eq. 10, S65, Fig. S5; chemical potential)."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._typing import ArrayLike
from nvprotocol.closed_form._arguments import read, refuse
from nvprotocol.closed_form._two_level import embedded, phase_of
from nvprotocol.magnets import bose
from nvprotocol.operators import State, density_matrix

__all__ = [
    "boltzmann_ratio",
    "local_rates",
    "singlet_threshold",
    "singlet_weight",
    "steady_concurrence",
    "steady_state",
]


def steady_state(q: ArrayLike = 0.0, p_S: ArrayLike = 0.5, *, A: ArrayLike = 1.0) -> NDArray[np.complex128]:
    """The steady state for |A| = a, δ = 0 and an initial weight p_S of the dark singlet (Eqs. 10 and S65 at q = 0).

    ρ(∞) = p_S |S⟩⟨S| + (1 − p_S)(|↑↑⟩⟨↑↑| + q|T₀⟩⟨T₀| + q²|↓↓⟩⟨↓↓|)/Z with Z = 1 + q + q². For a complex A = |A|e^(iφ)
    the dark state is S = (|↑↓⟩ − e^(iφ)|↓↑⟩)/√2. With |A| < a or δ ≠ 0 the steady state is the thermal product state,
    which is this one with p_S = q/(1+q)².

    Args:
        q: e^(−βΔ) in [0, 1].
        p_S: Initial weight ⟨S|ρ₀|S⟩ in [0, 1]; 1/2, the default, is that of |↑↓⟩.
        A: A number with the phase of the dissipative coupling; the modulus is not used.

    Returns:
        States of shape (…, 4, 4) in Qiskit's order, … the shape to which the arguments broadcast.

    Raises:
        ArgumentError: If q or p_S lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.steady_state().real + 0.0
        array([[ 0.5 ,  0.  ,  0.  ,  0.  ],
               [ 0.  ,  0.25, -0.25,  0.  ],
               [ 0.  , -0.25,  0.25,  0.  ],
               [ 0.  ,  0.  ,  0.  ,  0.  ]])
    """
    q, p_S, A = np.broadcast_arrays(*read(q=q, p_S=p_S, A=A))
    ground = (1 - p_S) / (1 + q + q**2)
    mean, coherence = (q * ground + p_S) / 2, phase_of(A).conj() * (q * ground - p_S) / 2
    rows = [np.stack([mean + 0j, coherence], axis=-1), np.stack([coherence.conj(), mean + 0j], axis=-1)]
    return embedded(np.stack(rows, axis=-2), ground=ground, top=q**2 * ground)


def steady_concurrence(q: ArrayLike = 0.0, p_S: ArrayLike = 0.5) -> NDArray[np.float64]:
    """Concurrence of `steady_state`: C(∞) = max(0, p_S(1 − q)² − 3q(1 − 2p_S))/Z with Z = 1 + q + q².

    From |↑↓⟩ this is (1 − q)²/2Z, the closed form of Fig. S5; at T = 0 it is p_S. For a = 30, ã = 3 it is .364865,
    where the supplement says "around 0.35". At T > 0 a weight p_S > 0 is not enough, see `singlet_threshold`.

    Args:
        q: e^(−βΔ) = |Ã|/|A| in [0, 1].
        p_S: Initial weight of the dark singlet in [0, 1].

    Returns:
        The concurrence; the arguments broadcast.

    Raises:
        ArgumentError: If q or p_S lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> nv.closed_form.steady_concurrence(q=[0.0, 0.1, 1.0]).round(6).tolist()
        [0.5, 0.364865, 0.0]
    """
    q, p_S = read(q=q, p_S=p_S)
    return np.maximum(p_S * (1 - q) ** 2 - 3 * q * (1 - 2 * p_S), 0.0) / (1 + q + q**2)


def singlet_threshold(q: ArrayLike) -> NDArray[np.float64]:
    """Weight p_c = 3q/(1 + 4q + q²) of the dark singlet above which the steady state is entangled.

    The supplement promises a finite steady entanglement for every initial state that is not symmetric; that holds at
    T = 0 only. At q = .3, p_c = .393: a product state with p_S = .115 ends unentangled.

    Args:
        q: e^(−βΔ) in [0, 1].

    Returns:
        p_c, same shape as q.

    Raises:
        ArgumentError: If q lies outside [0, 1].

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.singlet_threshold(0.3).round(3))
        0.393
    """
    (q,) = read(q=q)
    return 3 * q / (1 + 4 * q + q**2)


def singlet_weight(initial: State, A: ArrayLike = 1.0) -> NDArray[np.float64]:
    """Weight ⟨S|ρ|S⟩ of the dark singlet S = (|↑↓⟩ − e^(iφ)|↓↑⟩)/√2 in a state, φ = arg A.

    Args:
        initial: A label in the paper's order ("ud"), a ket, density matrices (…, 4, 4) in Qiskit's order, or a Qiskit
            state.
        A: A number with the phase of the dissipative coupling; the modulus is not used.

    Returns:
        The weight p_S, shape of the batch of states broadcast with A.

    Raises:
        ArgumentError: If the initial state is not a state of two qubits.

    Examples:
        >>> import nvprotocol as nv
        >>> float(nv.closed_form.singlet_weight("ud").round(6))
        0.5
    """
    (A,) = read(A=A)
    rho = density_matrix(initial, 2)
    mean = (rho[..., 1, 1].real + rho[..., 2, 2].real) / 2
    return mean - (phase_of(A) * rho[..., 2, 1]).real


def boltzmann_ratio(
    Delta: ArrayLike, kT: ArrayLike, *, mu: ArrayLike = 0.0, gap: ArrayLike | None = None
) -> NDArray[np.float64]:
    """The ratio q = ã/a = e^(−(Δ − μ)/kT) of excitation and relaxation (fluctuation–dissipation, below Eq. 6).

    A chemical potential μ of the magnons describes a pumped medium: μ > 0 speeds and heats, μ < 0 cools. At μ = Ω, the
    bottom of the band, the magnons condense.

    Args:
        Delta: Splitting Δ of the qubits, in any unit of energy.
        kT: Temperature in the same unit; 0 is allowed.
        mu: Chemical potential in the same unit.
        gap: Bottom Ω of the magnon band in the same unit; Δ where not given.

    Returns:
        q in [0, 1); all arguments broadcast.

    Raises:
        ArgumentError: If kT is negative or μ is not below Ω and Δ.

    Examples:
        >>> import nvprotocol as nv
        >>> q = nv.closed_form.boltzmann_ratio(Delta=1.0, kT=0.7, mu=[0.0, 0.6, -1.0])
        >>> nv.closed_form.steady_concurrence(q).round(3).tolist()
        [0.223, 0.05, 0.419]
    """
    Delta, kT, mu, gap = read(Delta=Delta, kT=kT, mu=mu, gap=Delta if gap is None else gap)
    refuse("mu", mu, (mu >= Delta) | (mu >= gap), "be less than the splitting `Delta` and the bottom `gap` of the band")
    return bose.boltzmann_ratio(Delta - mu, kT)


def local_rates(a0: ArrayLike, q: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Local rates a = (1 + n)a₀ and ã = na₀ with n = q/(1 − q) magnons in the mode at Δ (Eqs. S33 and S13).

    a − ã = a₀ does not depend on temperature; A and Ã scale alike, so |A|/a does not depend on it either.

    Args:
        a0: Local relaxation at T = 0 in rad/µs.
        q: e^(−(Δ−μ)/kT) in [0, 1), see `boltzmann_ratio`.

    Returns:
        (a, ã) in rad/µs; the arguments broadcast.

    Raises:
        ArgumentError: If a0 is negative or q is not in [0, 1).

    Examples:
        >>> import nvprotocol as nv
        >>> a, a_tilde = nv.closed_form.local_rates(a0=1.0, q=0.5)
        >>> float(a), float(a_tilde)
        (2.0, 1.0)
    """
    a0, q = read(a0=a0, q=q)
    refuse("q", q, q >= 1, "be less than 1")
    a = a0 / (1 - q)
    return a, q * a
