"""StateTomography of qiskit-experiments, with its own settings, order of bits and fit, finds the right states."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from client_runs import SIGNIFICANCE, known_warnings, laboratory, library, ran, value
from counting import multinomial_p_value
from numpy.typing import NDArray
from qiskit.quantum_info import state_fidelity

import nvprotocol as nv

pytestmark = [known_warnings, pytest.mark.statistical]
SHOTS = 10_000
# Rows are the outcomes 0 and 1 in the order of the settings of qiskit-experiments: Z, X, Y.
OUTCOMES = np.array([[[1, 0], [0, 1]], [[1, 1], [1, -1]] / np.sqrt(2), [[1, -1j], [1, 1j]] / np.sqrt(2)])


def dark_state() -> tuple[Any, float, NDArray]:
    """From |↑↓⟩ at A = a, q = δ = 0: half is the dark singlet, half has emitted into |↑↑⟩ (Eq. 10)."""
    singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    state = np.outer(singlet, singlet) / 2
    state[0, 0] = 0.5
    return laboratory(a=1.0, A=1.0), 8.0, state


def on_the_way() -> tuple[Any, float, NDArray]:
    """A state with no symmetry that would forgive swapped qubits or a conjugate."""
    medium = {"a": 1.0, "A": 0.8 * np.exp(0.7j), "q": 0.2, "d": 0.05, "D": 0.02, "J": 0.1}
    equation = nv.MasterEquation(nv.Medium.pair(**medium), 0.9)
    return laboratory(detuning=0.9, **medium), 0.5, equation.evolve("ud", [0.5])[0]


def outcome_probabilities(state: NDArray, settings: list[int]) -> NDArray[np.float64]:
    """Probabilities of the outcomes 00 … 11, the right-most bit that of qubit 0, whose setting comes first."""
    rows = np.kron(OUTCOMES[settings[1]], OUTCOMES[settings[0]])
    return np.einsum("ka,ab,kb->k", rows, state, rows.conj()).real


def counts_of(row: dict[str, Any]) -> list[int]:
    return [row["counts"].get(f"{left}{right}", 0) for left, right in product("01", repeat=2)]


@pytest.mark.parametrize("make", [dark_state, on_the_way], ids=lambda make: make.__name__)
def test_state_tomography_finds_the_state(make: Any) -> None:
    backend, duration, state = make()
    circuit = nv.protocols.dissipative_entanglement(duration)
    data = ran(library.StateTomography(circuit, physical_qubits=(0, 1)), backend, seed=3, shots=SHOTS)
    rows = [data.data(k) for k in range(9)]
    assert len({tuple(row["metadata"]["m_idx"]) for row in rows}) == 9
    probabilities = np.array([outcome_probabilities(state, list(row["metadata"]["m_idx"])) for row in rows])
    assert multinomial_p_value(np.array([counts_of(row) for row in rows]), probabilities) > SIGNIFICANCE
    assert state_fidelity(value(data, "state"), state) > 0.98
