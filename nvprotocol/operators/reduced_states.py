"""States of some of the qubits: partial traces of kets and of density matrices, and the states of all pairs."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, show, whole_numbers
from nvprotocol.operators.states import State, States, kets_or_matrices
from nvprotocol.resources import require_memory

Complex = NDArray[np.complex128]


def reduced(state: State, qubits: Sequence[int]) -> Complex:
    """The state of some of the qubits: the partial trace over all others.

    Args:
        state: A label in the paper's order ("ud"), kets of shape (…, 2ᴺ), density matrices of shape (…, 2ᴺ, 2ᴺ), or a
            state of Qiskit; arrays are in Qiskit's order.
        qubits: Different qubits, in Qiskit's numbers; the first becomes qubit 0 of the result.

    Returns:
        Density matrices of k qubits, shape (…, 2ᵏ, 2ᵏ).

    Raises:
        ArgumentError: If it is not a state, or the qubits are not different ones of it.

    Examples:
        >>> ghz = nv.operators.ghz_state(3)
        >>> nv.operators.reduced(ghz, [0, 2]).real.round(12).tolist()
        [[0.5, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5]]
        >>> bool(np.allclose(nv.operators.reduced("udd", [2, 0]), nv.operators.density_matrix("du")))
        True
    """
    states = kets_or_matrices(state)
    kept = different_qubits(qubits, states.n_qubits)
    number = len(states.flat)
    require_memory(3 * 16 * number * 4 ** len(kept), "qubits", f"3 × {number} matrices of {len(kept)} qubits")
    return partial_trace(states, kept).reshape(*states.leading, *(2 ** len(kept),) * 2)


def different_qubits(qubits: Sequence[int], n_qubits: int, name: str = "qubits") -> tuple[int, ...]:
    """Checked numbers of different qubits, at least one."""
    must = "be a sequence of different qubits"
    kept = whole_numbers(qubits, name, minimum=0, maximum=n_qubits - 1, must=must)
    if not kept or len(set(kept)) < len(kept):
        fail(name, must, f"is {show(qubits)}")
    return kept


def partial_trace(states: States, kept: Sequence[int]) -> Complex:
    """The states of these qubits, shape (n, 2ᵏ, 2ᵏ)."""
    n, d = states.n_qubits, 2 ** len(kept)
    # Bit i of an index is axis n − 1 − i once it is unfolded; the last qubit that is kept comes first.
    rows = [1 + n - 1 - qubit for qubit in reversed(kept)]
    if states.pure:
        amplitudes = schmidt_matrix(states, kept)
        return amplitudes @ np.swapaxes(amplitudes.conj(), -1, -2)
    tensor = states.flat.reshape(-1, *(2,) * (2 * n))
    columns = [axis + n if axis in rows else axis for axis in range(1, n + 1)]
    wanted = [0, *rows, *(axis + n for axis in rows)]
    traced = np.einsum(tensor, [0, *range(1, n + 1), *columns], wanted)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return traced.reshape(-1, d, d)


def schmidt_matrix(kets: States, kept: Sequence[int]) -> Complex:
    """Amplitudes of kets, the qubits that are kept on the rows and all others on the columns, shape (n, 2ᵏ, 2ᴺ⁻ᵏ)."""
    n = kets.n_qubits
    tensor = kets.flat.reshape(-1, *(2,) * n)
    rows = [1 + n - 1 - qubit for qubit in reversed(kept)]
    others = [axis for axis in range(1, n + 1) if axis not in rows]
    return tensor.transpose(0, *rows, *others).reshape(len(tensor), 2 ** len(kept), -1)


def pair_states(states: States) -> Complex:
    """The states of all pairs i < j, qubit i the first of them, in the order of `itertools.combinations`.

    Returns:
        Density matrices, shape (n, N(N − 1)/2, 4, 4).
    """
    n, number = states.n_qubits, len(states.flat)
    pairs = list(combinations(range(n), 2))
    found = np.empty((number, len(pairs), 4, 4), dtype=complex)
    for k, pair in enumerate(pairs):
        found[:, k] = partial_trace(states, pair)
    return found
