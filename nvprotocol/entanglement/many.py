"""Entanglement of N qubits: concurrences of all pairs, negativity, three-tangle, witnesses by fidelity."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show
from nvprotocol.entanglement.pairs import concurrence
from nvprotocol.operators import State
from nvprotocol.operators.reduced_states import different_qubits, pair_states, schmidt_matrix
from nvprotocol.operators.states import States, kets_or_matrices, overlaps

Real = NDArray[np.float64]

_MOST_PARTED = 12
"""Qubits of which all 2ᴺ⁻¹ − 1 bipartitions are compared: 2047 of them take a second."""


def pairwise_concurrence(state: State) -> Real:
    """Wootters' concurrence of the reduced state of every pair of qubits (`concurrence`).

    Of a ket every pair takes one pass over its 2ᴺ amplitudes.

    Args:
        state: States of N qubits: a label, kets of shape (…, 2ᴺ), density matrices of shape (…, 2ᴺ, 2ᴺ), or a state of
            Qiskit.

    Returns:
        The concurrences, shape (…, N, N): symmetric, with zeros on the diagonal; qubits in Qiskit's numbers.

    Raises:
        ArgumentError: If it is not a state.

    Examples:
        >>> nv.entanglement.pairwise_concurrence(nv.operators.w_state(3)).round(4)
        array([[0.    , 0.6667, 0.6667],
               [0.6667, 0.    , 0.6667],
               [0.6667, 0.6667, 0.    ]])
        >>> bool(nv.entanglement.pairwise_concurrence(nv.operators.ghz_state(3)).any())
        False
    """
    states = kets_or_matrices(state)
    n = states.n_qubits
    found = np.zeros((len(states.flat), n, n))
    if n > 1:
        first, second = np.array(list(combinations(range(n), 2))).T
        found[:, first, second] = found[:, second, first] = concurrence(pair_states(states))
    return found.reshape(*states.leading, n, n)


def negativity(state: State, qubits: Sequence[int]) -> Real:
    """Negativity (‖ρ^{T_A}‖₁ − 1)/2 between some qubits and all others (DOI 10.1103/PhysRevA.65.032314).

    Minus the sum of the negative eigenvalues of the partial transpose; 1/2 for a Bell state. Of a ket it is
    ((Σ sₖ)² − 1)/2 with the Schmidt coefficients sₖ.

    Args:
        state: States of N qubits, as `pairwise_concurrence` takes them.
        qubits: The qubits of one part, in Qiskit's numbers; all others are the other part.

    Returns:
        The negativity, shape (…).

    Raises:
        ArgumentError: If it is not a state, or the qubits are not different ones of it, with at least one left over.

    Examples:
        >>> float(nv.entanglement.negativity(nv.operators.ghz_state(3), [0]).round(12))
        0.5
    """
    states = kets_or_matrices(state)
    n = states.n_qubits
    part = different_qubits(qubits, n)
    if len(part) == n:
        fail("qubits", "leave at least one qubit for the other part", f"are all {n}")
    if states.pure:
        schmidt = np.linalg.svd(schmidt_matrix(states, part), compute_uv=False)
        found = (schmidt.sum(axis=-1) ** 2 - 1) / 2
    else:
        values = np.linalg.eigvalsh(_partial_transpose(states, part))
        found = -np.minimum(values, 0).sum(axis=-1)
    return np.maximum(found, 0.0).reshape(states.leading)


def _partial_transpose(states: States, part: Sequence[int]) -> NDArray[np.complex128]:
    """Density matrices with rows and columns of some qubits exchanged, shape (n, 2ᴺ, 2ᴺ)."""
    n = states.n_qubits
    axes = np.arange(1 + 2 * n)
    rows = np.array([n - qubit for qubit in part])  # bit i of a row is axis n − i behind the batch
    axes[rows], axes[rows + n] = rows + n, rows
    return states.flat.reshape(-1, *(2,) * (2 * n)).transpose(axes).reshape(-1, 2**n, 2**n)


def three_tangle(state: State) -> Real:
    """Three-tangle of pure states of three qubits, τ = 4|d₁ − 2d₂ + 4d₃| (DOI 10.1103/PhysRevA.61.052306).

    What of C²₀₍₁₂₎ is not in the concurrences of pairs, τ = C²₀₍₁₂₎ − C²₀₁ − C²₀₂, by Cayley's hyperdeterminant of the
    amplitudes: 1 for the GHZ state, 0 for the W state.

    Args:
        state: Kets of three qubits, shape (…, 8), a label, or density matrices (…, 8, 8) of pure states.

    Returns:
        The three-tangle in [0, 1], shape (…).

    Raises:
        ArgumentError: If it is not a state of three qubits, or not pure.

    Examples:
        >>> float(nv.entanglement.three_tangle(nv.operators.ghz_state(3)).round(12))
        1.0
        >>> float(nv.entanglement.three_tangle(nv.operators.w_state(3)).round(12))
        0.0
    """
    states = kets_or_matrices(state)
    if states.n_qubits != 3:
        fail("state", "be a state of three qubits", f"is one of {states.n_qubits}")
    a = np.moveaxis(_kets(states).reshape(-1, 2, 2, 2), 0, -1)
    pairs = [a[0, 0, 0] * a[1, 1, 1], a[0, 0, 1] * a[1, 1, 0], a[0, 1, 0] * a[1, 0, 1], a[1, 0, 0] * a[0, 1, 1]]
    d1 = sum(pair**2 for pair in pairs)
    d2 = sum(one * other for one, other in combinations(pairs, 2))
    d3 = a[0, 0, 0] * a[1, 1, 0] * a[1, 0, 1] * a[0, 1, 1] + a[1, 1, 1] * a[0, 0, 1] * a[0, 1, 0] * a[1, 0, 0]
    return np.clip(4 * np.abs(d1 - 2 * d2 + 4 * d3), 0.0, 1.0).reshape(states.leading)


def _kets(states: States) -> NDArray[np.complex128]:
    """Kets of pure states, shape (n, 2ᴺ)."""
    if states.pure:
        return states.flat
    values, vectors = np.linalg.eigh(states.flat)
    lowest = values[:, -1].min()
    if lowest < 1 - 1e-9:
        fail("state", "be pure", f"has the largest eigenvalue {show(float(lowest))}")
    return vectors[:, :, -1]


def biseparable_fidelity(target: State) -> float:
    """The largest fidelity ⟨ψ|ρ|ψ⟩ that a biseparable state ρ has with a pure state of N qubits.

    The largest square of a Schmidt coefficient of |ψ⟩ over all bipartitions (DOI 10.1103/PhysRevLett.92.087902): 1/2
    for a GHZ state, (N − 1)/N for a W state. A state with a larger fidelity is genuinely N-partite entangled.

    Args:
        target: A pure state of 2 to 12 qubits: a label, a ket of shape (2ᴺ,), or a state of Qiskit.

    Raises:
        ArgumentError: If it is not a pure state of so many qubits.

    Examples:
        >>> round(nv.entanglement.biseparable_fidelity(nv.operators.w_state(3)), 12)
        0.666666666667
        >>> round(nv.entanglement.biseparable_fidelity(nv.operators.ghz_state(4)), 12)
        0.5
    """
    return _largest_of_parts(_one_ket(target, "target"))


def witness(state: State, target: State) -> Real:
    """The witness of genuine entanglement of all qubits near a pure state |ψ⟩, w = F_b − ⟨ψ|ρ|ψ⟩.

    F_b is `biseparable_fidelity(target)`, so that no mixture of biseparable states has w < 0 (DOI
    10.1103/PhysRevLett.92.087902). With the W state of three qubits it is 2/3 − F, with a GHZ state 1/2 − F (DOI
    10.1103/PhysRevLett.87.040401).

    Args:
        state: States of N qubits, as `pairwise_concurrence` takes them.
        target: The pure state |ψ⟩, as `biseparable_fidelity` takes it.

    Returns:
        The expectation value of the witness, shape (…); what is negative is genuinely N-partite entangled.

    Raises:
        ArgumentError: If one is not such a state, or they differ in size.

    Examples:
        >>> w = nv.operators.w_state(3)
        >>> float(nv.entanglement.witness(w, w).round(4)), float(nv.entanglement.witness("duu", w).round(4))
        (-0.3333, 0.3333)
    """
    states, ket = kets_or_matrices(state), _one_ket(target, "target")
    if ket.n_qubits != states.n_qubits:
        fail("target", f"be a state of {states.n_qubits} qubits", f"is one of {ket.n_qubits}")
    return (_largest_of_parts(ket) - overlaps(states, ket.flat[0])).reshape(states.leading)


def _one_ket(target: State, name: str) -> States:
    states = kets_or_matrices(target, name)
    if states.leading:
        fail(name, "be one state", f"has shape {states.array.shape}")
    if not 2 <= states.n_qubits <= _MOST_PARTED:
        fail(name, f"be a state of 2 to {_MOST_PARTED} qubits", f"is one of {states.n_qubits}")
    if states.pure:
        return states
    values, vectors = np.linalg.eigh(states.array)
    if values[-1] < 1 - 1e-9:
        fail(name, "be pure", f"has the largest eigenvalue {show(float(values[-1]))}")
    return States(vectors[:, -1], pure=True)


def _largest_of_parts(ket: States) -> float:
    """The largest square of a Schmidt coefficient over all bipartitions."""
    n, largest = ket.n_qubits, 0.0
    for size in range(1, n // 2 + 1):
        for part in combinations(range(n), size):
            amplitudes = schmidt_matrix(ket, part)[0]
            largest = max(largest, float(np.linalg.eigvalsh(amplitudes @ amplitudes.conj().T)[-1]))
    return min(largest, 1.0)
