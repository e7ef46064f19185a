"""Entangled states of N qubits by name: W, GHZ and Dicke states."""

from math import comb

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import bounded_array, fail, number_of_qubits, real_number, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.resources import require_memory


def w_state(n_qubits: int, phases: ArrayLike | None = None) -> NDArray[np.complex128]:
    """The W state Σₖ e^{iφₖ}|↓ₖ⟩/√N as a ket: one excitation, shared by all qubits (DOI 10.1103/PhysRevA.62.062314).

    Args:
        n_qubits: The number N of qubits.
        phases: The phase φₖ in rad of the term whose excitation is on qubit k, shape (…, N), qubit 0 first; 0 by
            default.

    Returns:
        The ket in Qiskit's order, shape (2ᴺ,), or (…, 2ᴺ) for several sets of phases.

    Raises:
        ArgumentError: If the number of qubits is not a whole number of at least 1, or the phases are not N numbers.

    Examples:
        >>> nv.operators.w_state(3).real.round(3)
        array([0.   , 0.577, 0.577, 0.   , 0.577, 0.   , 0.   , 0.   ])
        >>> third = 2 * np.pi / 3
        >>> wave = nv.operators.w_state(3, phases=[0, third, 2 * third])  # a momentum of 2π/3
        >>> round(nv.operators.fidelity(wave, nv.operators.w_state(3)), 12)
        0.0
    """
    n = _number_of_qubits(n_qubits)
    angles = np.zeros(n) if phases is None else bounded_array(phases, "phases", real=True)
    if angles.shape[-1:] != (n,):
        fail("phases", f"have shape (…, {n}), one for each qubit", f"has shape {angles.shape}")
    require_memory(3 * 16 * 2**n * (angles.size // n), "phases", f"3 × {angles.size // n} kets of {n} qubits")
    ket = np.zeros((*angles.shape[:-1], 2**n), dtype=complex)
    ket[..., 1 << np.arange(n)] = np.exp(1j * angles) / np.sqrt(n)
    return ket


def ghz_state(n_qubits: int, phase: float = 0.0) -> NDArray[np.complex128]:
    """The state (|↑…↑⟩ + e^{iφ}|↓…↓⟩)/√2 of Greenberger, Horne and Zeilinger as a ket (arXiv:0712.0921).

    Args:
        n_qubits: The number N of qubits.
        phase: The phase φ in rad.

    Returns:
        The ket, shape (2ᴺ,).

    Raises:
        ArgumentError: If the number of qubits is not a whole number of at least 1, or the phase is not a real number.

    Examples:
        >>> nv.operators.ghz_state(2).real.round(3)
        array([0.707, 0.   , 0.   , 0.707])
    """
    n = _number_of_qubits(n_qubits)
    ket = np.zeros(2**n, dtype=complex)
    ket[0], ket[-1] = np.sqrt(0.5), np.sqrt(0.5) * np.exp(1j * real_number(phase, "phase"))
    return ket


def dicke_state(n_qubits: int, excitations: int) -> NDArray[np.complex128]:
    """The symmetric state of N qubits with a given number of excitations as a ket (DOI 10.1103/PhysRev.93.99).

    Args:
        n_qubits: The number N of qubits.
        excitations: How many qubits are in |↓⟩.

    Returns:
        The ket in Qiskit's order, shape (2ᴺ,): equal amplitudes on all basis states with so many bits set.

    Raises:
        ArgumentError: If the number of qubits is not a whole number of at least 1, or the number of excitations is not
            one between 0 and N.

    Examples:
        >>> nv.operators.dicke_state(3, 2).real.round(3)
        array([0.   , 0.   , 0.   , 0.577, 0.   , 0.577, 0.577, 0.   ])
        >>> bool(np.allclose(nv.operators.dicke_state(4, 1), nv.operators.w_state(4)))
        True
    """
    n = _number_of_qubits(n_qubits)
    k = whole_number(excitations, "excitations", minimum=0, maximum=n)
    return np.where(_bits_set(n) == k, 1 / np.sqrt(comb(n, k)), 0).astype(complex)


def _bits_set(n: int) -> NDArray[np.int16]:
    """How many bits are set in each of the numbers below 2ⁿ."""
    bits = np.zeros(1, dtype=np.int16)
    for _ in range(n):
        bits = np.concatenate([bits, bits + 1])
    return bits


def _number_of_qubits(value: int) -> int:
    n = number_of_qubits(value, matrices=0)
    require_memory(3 * 16 * 2**n, "n_qubits", f"3 kets of {n} qubits")
    return n
