"""The collective spin J = Σᵢ σᵢ/2 of N qubits: mean, covariance, spin squeezing."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nvprotocol.operators import State
from nvprotocol.operators.reduced_states import pair_states, partial_trace
from nvprotocol.operators.spins import PAULI_MATRICES
from nvprotocol.operators.states import States, kets_or_matrices

Real = NDArray[np.float64]

_NO_SPIN = 1e-12
"""|⟨J⟩|/N below which it is rounding."""


def collective_spin(state: State) -> Real:
    """Mean collective spin ⟨J⟩ with J = Σᵢ σᵢ/2 (ħ = 1): N/2 in size for a coherent spin state.

    Args:
        state: States of N qubits: a label, kets of shape (…, 2ᴺ), density matrices of shape (…, 2ᴺ, 2ᴺ), or a state of
            Qiskit.

    Returns:
        ⟨Jˣ⟩, ⟨Jʸ⟩ and ⟨Jᶻ⟩, shape (…, 3); |↑⟩ has Jᶻ = 1/2.

    Raises:
        ArgumentError: If it is not a state.

    Examples:
        >>> nv.entanglement.collective_spin("uuu").round(12).tolist()
        [0.0, 0.0, 1.5]
    """
    states = kets_or_matrices(state)
    return _means(states).sum(axis=1).reshape(*states.leading, 3) / 2


def collective_covariance(state: State) -> Real:
    """Covariance ½⟨JₐJ_b + J_bJₐ⟩ − ⟨Jₐ⟩⟨J_b⟩ of the collective spin; variances are on the diagonal.

    Args:
        state: States of N qubits, as `collective_spin` takes them.

    Returns:
        The matrices, shape (…, 3, 3), real and symmetric.

    Raises:
        ArgumentError: If it is not a state.

    Examples:
        >>> nv.entanglement.collective_covariance("uuu").round(12).diagonal().tolist()  # N/4 across
        [0.75, 0.75, 0.0]
    """
    states = kets_or_matrices(state)
    return _covariance(states, _means(states)).reshape(*states.leading, 3, 3)


def wineland_squeezing(state: State) -> Real:
    """Spin squeezing ξ²_R = N (ΔJ_⊥)²_min/|⟨J⟩|² of Wineland et al. (DOI 10.1103/PhysRevA.50.67).

    The variance is the least one perpendicular to ⟨J⟩. A coherent spin state has 1; below 1 the qubits are entangled,
    and a Ramsey measurement is more precise by that factor in the variance.

    Args:
        state: States of N qubits, as `collective_spin` takes them.

    Returns:
        The parameter, shape (…); infinite where ⟨J⟩ is zero.

    Raises:
        ArgumentError: If it is not a state.

    Examples:
        >>> float(nv.entanglement.wineland_squeezing("+++").round(12))
        1.0
        >>> jz = sum(nv.operators.sigma_z(k, 6) for k in range(6)) / 2  # one-axis twisting of six spins
        >>> twisted = np.exp(-0.3j * jz.diagonal() ** 2) * nv.operators.state("++++++")
        >>> bool(nv.entanglement.wineland_squeezing(twisted) < 0.6)
        True
    """
    states = kets_or_matrices(state)
    single = _means(states)
    spin, n = single.sum(axis=1) / 2, states.n_qubits
    length = np.linalg.norm(spin, axis=1)
    defined = length > _NO_SPIN * n
    axis = spin / np.where(defined, length, 1.0)[:, None]
    # On the plane across, the two eigenvalues of PVP that do not belong to the axis; the shift puts that one last.
    across = np.eye(3) - axis[:, :, None] * axis[:, None, :]
    shift = (1.0 + n**2) * axis[:, :, None] * axis[:, None, :]
    least = np.linalg.eigvalsh(across @ _covariance(states, single) @ across + shift)[:, 0]
    with np.errstate(divide="ignore"):
        found = np.where(defined, n * np.maximum(least, 0.0) / np.where(defined, length, 1.0) ** 2, np.inf)
    return found.reshape(states.leading)


def _means(states: States) -> Real:
    """⟨σᵢ⟩ of every qubit, shape (n, N, 3)."""
    single = np.stack([partial_trace(states, [qubit]) for qubit in range(states.n_qubits)], axis=1)
    return np.einsum("aij,nqji->nqa", PAULI_MATRICES, single).real


def _covariance(states: States, single: Real) -> Real:
    """The covariance of J, shape (n, 3, 3), from the single spins and their correlations in pairs."""
    n = states.n_qubits
    found = n * np.eye(3) / 4 - np.einsum("nqa,nqb->nab", single, single) / 4
    if n > 1:
        pairs = pair_states(states).reshape(len(single), -1, 2, 2, 2, 2)  # the second qubit of a pair comes first
        both = np.einsum("aij,bkl,npkilj->npba", PAULI_MATRICES, PAULI_MATRICES, pairs.swapaxes(2, 4).swapaxes(3, 5))
        first, second = np.array(list(combinations(range(n), 2))).T
        both = both.real - single[:, second, :, None] * single[:, first, None, :]
        total = both.sum(axis=1) / 4
        found = found + total + np.swapaxes(total, 1, 2)
    return found
