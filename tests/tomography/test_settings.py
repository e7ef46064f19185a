"""Settings: which outcome is which, simulated counts against the Born rule, tables from dictionaries, and refusals."""

import itertools
import pickle

import numpy as np
import pytest
from counting import FALSE_ALARM, multinomial_p_value, sigmas
from hypothesis import given
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.quantum_info import Statevector
from strategies import SEEDS, states
from systems import SX, SY, SZ, random_ket, random_state

import nvprotocol as nv
from nvprotocol import tomography
from nvprotocol.errors import ArgumentError

PAULI = {"X": SX, "Y": SY, "Z": SZ}


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_pauli_settings_are_all_labels(n_qubits: int) -> None:
    settings = tomography.pauli_settings(n_qubits)
    assert len(set(settings)) == 3**n_qubits
    assert set("".join(settings)) == set("XYZ")


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_measurement_operators_are_complete_orthogonal_projectors(n_qubits: int) -> None:
    projectors = tomography.measurement_operators(tomography.pauli_settings(n_qubits))
    products = np.einsum("skab,slbc->sklac", projectors, projectors)
    expected = np.einsum("kl,skac->sklac", np.eye(2**n_qubits), projectors)
    np.testing.assert_allclose(products, expected, atol=1e-14)
    np.testing.assert_allclose(projectors.sum(axis=1), np.broadcast_to(np.eye(2**n_qubits), products[:, 0, 0].shape))


def test_bit_of_an_outcome_is_the_sign_of_the_pauli_matrix() -> None:
    settings = tomography.pauli_settings(2)
    projectors = tomography.measurement_operators()
    for (row, label), qubit in itertools.product(enumerate(settings), (0, 1)):
        factors = [np.eye(2), np.eye(2)]
        factors[1 - qubit] = PAULI[label[1 - qubit]]  # the left-most letter and factor belong to qubit 1
        signs = (-1.0) ** ((np.arange(4) >> qubit) & 1)
        np.testing.assert_allclose(np.tensordot(signs, projectors[row], 1), np.kron(*factors), atol=1e-14)


@given(seed=SEEDS)
def test_probabilities_agree_with_rotated_qiskit_circuits(seed: int) -> None:
    ket = random_ket(np.random.default_rng(seed), 2)
    ours = tomography.probabilities(ket)
    for row, label in enumerate(tomography.pauli_settings(2)):
        circuit = QuantumCircuit(2)
        for qubit, letter in enumerate(reversed(label)):
            if letter == "Y":
                circuit.sdg(qubit)
            if letter in "XY":
                circuit.h(qubit)
        np.testing.assert_allclose(ours[row], Statevector(ket).evolve(circuit).probabilities(), atol=1e-12)


@given(rho=states())
def test_probabilities_are_the_born_rule(rho: NDArray[np.complex128]) -> None:
    expected = np.einsum("skab,ba->sk", tomography.measurement_operators(), rho).real
    batch = tomography.probabilities(np.array([[rho, np.eye(4) / 4]]))
    assert batch.shape == (1, 2, 9, 4)
    np.testing.assert_allclose(batch[0, 0], expected, atol=1e-12)
    np.testing.assert_allclose(batch[0, 1], 0.25, atol=1e-12)
    assert batch.min() >= 0


@pytest.mark.statistical
def test_sample_has_the_mean_and_the_covariance_of_multinomial_draws(rng: np.random.Generator) -> None:
    rho, shots, tables = random_state(rng, 2, 3), 50, 4000
    counts = tomography.sample(np.broadcast_to(rho, (tables, 4, 4)), shots, rng)
    chances = tomography.probabilities(rho)
    sigma = np.sqrt(shots * chances * (1 - chances) / tables)
    assert np.all(counts.sum(axis=-1) == shots)
    assert np.abs((counts.mean(axis=0) - shots * chances) / sigma).max() < sigmas(2 * 36)
    centred = counts - shots * chances
    covariance = np.einsum("tsk,tsl->skl", centred, centred) / tables
    expected = shots * (np.einsum("sk,kl->skl", chances, np.eye(4)) - chances[:, :, None] * chances[:, None, :])
    # A product of two nearly normal numbers has at most sqrt(2) times the product of their sigma as spread, and more
    # than a normal number in its tail: one more sigma.
    limit = (1 + sigmas(2 * 90)) * np.sqrt(2 / tables) * shots * 0.25
    assert np.abs(covariance - expected).max() < limit


@pytest.mark.statistical
def test_sample_takes_shots_of_each_setting_and_readout_errors(rng: np.random.Generator) -> None:
    shots = np.arange(9) * 1000
    second, first = [[0.9, 0.2], [0.1, 0.8]], [[0.7, 0.0], [0.3, 1.0]]
    readout = np.kron(second, first)
    counts = tomography.sample("uu", shots, rng, readout=readout)
    assert np.array_equal(counts.sum(axis=1), shots)
    # In row ZZ |00⟩ is read through the first column.
    assert multinomial_p_value(counts[8], np.array([0.63, 0.27, 0.07, 0.03])) > FALSE_ALARM


def test_a_readout_for_each_qubit_or_for_all_draws_the_same() -> None:
    # Of binary fractions: a last digit that differs between the two ways would now and then draw another count.
    second, first = [[0.875, 0.25], [0.125, 0.75]], [[0.75, 0.0], [0.25, 1.0]]
    ways = [([first, second], np.kron(second, first)), (first, np.kron(first, first))]
    for each, jointly in ways:
        one, other = (tomography.sample("ud", 500, 1, readout=readout) for readout in (each, jointly))
        np.testing.assert_array_equal(one, other)


def test_sample_is_reproducible_and_leaves_global_state_alone() -> None:
    state = pickle.dumps(np.random.get_state())  # noqa: NPY002 - to see that nobody touches it
    first, second = (tomography.sample("+r", 100, seed=5) for _ in range(2))
    assert np.array_equal(first, second)
    assert state == pickle.dumps(np.random.get_state())  # noqa: NPY002


def test_from_counts_puts_bits_in_qiskit_order() -> None:
    by_setting: dict[str, dict[str, int]] = {
        label: {"01": 3 + i, "10": 1} for i, label in enumerate(reversed(tomography.pauli_settings()))
    }
    table = tomography.from_counts(by_setting)
    assert table[0].tolist() == [0, 11, 1, 0]
    assert table[8].tolist() == [0, 3, 1, 0]
    assert tomography.from_counts(by_setting, settings=list(by_setting))[0].tolist() == [0, 3, 1, 0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({},), "must contain at least one setting, but is empty"),
        (({"Z": {"0": 1}},), 'must contain exactly the 3 settings X to Z, but lacks "X"'),
        (({"Z": {"0": 1}, "X": {}}, ["X"]), 'must contain exactly the 1 settings X to X, but has "Z" besides'),
        (({"A": {}},), 'must be labels out of X, Y and Z, but contain "A"'),
        (({"X": {}, "XX": {}},), "must be labels of equal length"),
        (({"X": {"00": 1}, "Y": {}, "Z": {}},), 'must have strings of 1 bits as keys, but has the key "00"'),
        (({"X": {"2": 1}, "Y": {}, "Z": {}},), 'but has the key "2"'),
        (({"X": {"0": -1}, "Y": {}, "Z": {}},), "must be at least 0, but is -1"),
        (({"X": {"0": 0.5}, "Y": {}, "Z": {}},), "must be a whole number, but is 0.5"),
    ],
)
def test_from_counts_refuses(arguments: tuple, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        tomography.from_counts(*arguments)


def test_other_arguments_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"Argument `n_qubits` must be at least 1, but is 0\."):
        tomography.pauli_settings(0)
    with pytest.raises(ArgumentError, match="must contain at least one setting"):
        tomography.measurement_operators([])
    with pytest.raises(ArgumentError, match='must be different labels, but contain "XX" twice'):
        tomography.measurement_operators(["XX", "YY", "XX"])
    with pytest.raises(ArgumentError, match=r"Argument `rho` must have shape \(…, 2, 2\) to fit the settings"):
        tomography.probabilities("ud", ["X"])
    with pytest.raises(ArgumentError, match="Argument `rho` must be positive semidefinite"):
        tomography.probabilities(np.diag([1.5, -0.5]))
    with pytest.raises(ArgumentError, match=r"Argument `shots` must broadcast to shape \(9,\)"):
        tomography.sample("ud", [1, 2], seed=1)
    with pytest.raises(ArgumentError, match=r"Argument `shots` must contain only whole numbers, but contains 0\.5"):
        tomography.sample("ud", 0.5, seed=1)
    with pytest.raises(ArgumentError, match=r"Argument `readout` must have shape \(4, 4\)"):
        tomography.sample("ud", 1, seed=1, readout=np.eye(3))
    with pytest.raises(ArgumentError, match=r"that sum to 1, but one sums to 1\.2"):
        tomography.sample("u", 1, seed=1, readout=[[1, 0.2], [0.2, 0.8]])
    with pytest.raises(ArgumentError, match=r"that sum to 1, but one sums to 1\.25"):  # though all jointly sum to 1
        tomography.sample("ud", 1, seed=1, readout=[np.full((2, 2), 0.4), np.full((2, 2), 0.625)])


def test_cached_arrays_cannot_be_spoilt_by_the_caller() -> None:
    tomography.measurement_operators()[:] = 0
    np.testing.assert_allclose(np.trace(tomography.measurement_operators()[0, 0]), 1)
    assert nv.tomography is tomography
