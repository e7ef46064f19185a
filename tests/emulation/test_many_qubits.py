"""Three and four NV qubits with shots: pairs, fidelities and witnesses with intervals, against the exact state."""

import numpy as np
import pytest
from counting import fewest_inside
from qiskit import ClassicalRegister, QuantumCircuit
from systems import random_state

import nvprotocol as nv
from nvprotocol import entanglement, operators, tomography
from nvprotocol.engines import EngineName
from nvprotocol.errors import ArgumentError

DARK = nv.MasterEquation(nv.Medium(relaxation=1.5 * (np.eye(3) - np.ones((3, 3)) / 3)))
"""A medium that leaves the W state of three qubits dark and damps both other waves."""
W = operators.w_state(3)
NOISY = np.array([[[0.97, 0.05], [0.03, 0.95]], [[0.9, 0.1], [0.1, 0.9]], [[0.99, 0.02], [0.01, 0.98]]])


def one_excitation(n_qubits: int = 3, duration: float = 1.0) -> QuantumCircuit:
    circuit = QuantumCircuit(n_qubits)
    circuit.x(0)
    circuit.delay(duration, unit="us")
    return circuit


@pytest.mark.parametrize("engine", ["exact", "aer"])
@pytest.mark.parametrize("readout", [None, NOISY])
def test_intervals_hold_what_is_exact(engine: EngineName, readout: np.ndarray | None) -> None:
    device = nv.Device(DARK, readout=readout)
    exact = nv.emulate(one_excitation(), nv.Device(DARK), None, engine=engine)
    np.testing.assert_allclose(exact.pairwise_concurrence, entanglement.pairwise_concurrence(exact.state), atol=1e-12)
    assert np.isnan(exact.concurrence)
    assert exact.witness(W).value == pytest.approx(2 / 3 - exact.fidelity(W))
    nine, seven = tomography.pairwise_settings(3), tomography.fidelity_settings(W)
    for settings in (None, nine, seven):
        found = nv.emulate(one_excitation(), device, 3000, engine=engine, seed=8, settings=settings)
        low, high = np.moveaxis(found.pairwise_interval, -1, 0)
        beyond = np.maximum(low - exact.pairwise_concurrence, exact.pairwise_concurrence - high)
        assert np.all(beyond <= 0.1 * (high - low) + 1e-12)  # of nine intervals, one may miss a little
        assert np.all(low[0, 1:] > 0.03)
        assert np.array_equal(low, low.T)
        if settings is nine:
            assert np.isnan(found.state).all()
            with pytest.raises(ArgumentError, match="`target` must be a state whose fidelity the settings fix"):
                found.fidelity(W)
        else:
            ends = found.fidelity_interval(W)
            assert ends.low <= exact.fidelity(W) <= ends.high
            assert found.fidelity(W) == pytest.approx(exact.fidelity(W), abs=0.05)
            assert ends.high - ends.low < 0.1
        assert np.isnan(found.state).any() == (settings is not None)
        assert np.isnan(found.pairwise_concurrence).any() == (settings is seven)
        assert not found.contradicted


def test_pairs_are_those_of_the_pair_machinery_with_their_own_readout() -> None:
    device = nv.Device(DARK, readout=NOISY)
    found = nv.emulate(one_excitation(), device, 500, engine="exact", seed=5)
    for one, two in ((0, 1), (0, 2), (1, 2)):
        table = tomography.pair_counts(found.counts, found.settings, (one, two))  # pyright: ignore[reportArgumentType]
        alone = tomography.estimate(table, readout=NOISY[[one, two]])
        assert found.pairwise_concurrence[one, two] == pytest.approx(float(alone.concurrence), abs=1e-6)
        np.testing.assert_allclose(found.pairwise_interval[one, two], alone.interval, atol=1e-4)


def test_four_qubits_in_pairwise_settings() -> None:
    equation = nv.MasterEquation(nv.Medium(relaxation=np.ones((4, 4))))
    circuit, device = one_excitation(4), nv.Device(equation)
    exact = nv.emulate(circuit, device, None)
    found = nv.emulate(circuit, device, 2000, seed=3, settings=tomography.pairwise_settings(4))
    low, high = np.moveaxis(found.pairwise_interval, -1, 0)
    assert np.all((low <= exact.pairwise_concurrence + 1e-12) & (exact.pairwise_concurrence <= high + 1e-12))
    assert str(found).count("[") == 6
    assert "2000 shots in each of 9 settings" in str(found)


@pytest.mark.slow
def test_four_qubits_in_all_settings() -> None:
    circuit = QuantumCircuit(4)
    circuit.h(0)
    for qubit in range(3):
        circuit.cx(qubit, qubit + 1)
    ghz = operators.ghz_state(4)
    found = nv.emulate(circuit, nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.eye(4)))), 200, seed=3)
    assert found.state.shape == (16, 16)
    assert found.fidelity(ghz) > 0.97
    assert found.witness(ghz).high < -0.4
    assert found.pairwise_interval[..., 0].max() == 0


def test_kept_runs_have_their_success_probability() -> None:
    circuit = QuantumCircuit(3)
    circuit.add_register(ClassicalRegister(1, "none"))
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    circuit.h(0)
    circuit.measure(0, 0)  # leaves the other two in a Bell state
    device = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.eye(3))))
    found = nv.emulate(circuit, device, 400, {"none": 0}, engine="exact", seed=2)
    assert found.success_interval[0] < 0.5 < found.success_interval[1]
    assert found.pairwise_interval[1, 2, 0] > 0.95
    assert found.pairwise_interval[0].max() < 0.3
    assert "success probability 0.5" in str(found)


def test_lists_of_circuits_and_their_texts() -> None:
    circuits = [one_excitation(duration=duration) for duration in (0.0, 0.3)]
    settings = tomography.pairwise_settings(3)
    both = nv.emulate(circuits, nv.Device(DARK), 300, engine="exact", seed=[1, 2], settings=settings)
    alone = nv.emulate(circuits[1], nv.Device(DARK), 300, engine="exact", seed=2, settings=settings)
    np.testing.assert_array_equal(both[1].counts, alone.counts)
    np.testing.assert_allclose(both[1].pairwise_interval, alone.pairwise_interval, atol=1e-3)
    assert str(alone).startswith("pairwise concurrence 0.")
    assert "(1, 2), nothing discarded (exact, 300 shots in each of 9 settings)" in str(alone)
    lone = nv.emulate(circuits[1], nv.Device(DARK), 300, engine="exact", seed=2, settings=["ZZZ"])
    assert "not determined [0.0000, " in str(lone)


def test_a_pair_tells_the_same_in_the_words_of_many() -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=2.0, A=2.0)), readout=NOISY[:2])
    circuit = nv.protocols.monitored_bell(duration=1.0, checks=5)
    found = nv.emulate(circuit, device, 1000, {"parity": 1}, seed=7)
    assert found.pairwise_concurrence.tolist() == [[0, found.concurrence], [found.concurrence, 0]]
    assert tuple(found.pairwise_interval[0, 1]) == found.interval
    low, value, high = found.fidelity_interval("psi-")
    assert value == found.fidelity("psi-")
    counts: np.ndarray = found.counts  # pyright: ignore[reportAssignmentType]
    wanted = tomography.fidelity_interval(counts, "psi-", readout=NOISY[:2])
    assert (low, high) == pytest.approx((float(wanted[0]), float(wanted[1])))
    assert found.witness("psi-").high == pytest.approx(0.5 - low)


@pytest.mark.parametrize("n_qubits", [1, 5])
def test_other_numbers_of_qubits_have_no_shots(n_qubits: int) -> None:
    device = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.eye(n_qubits))))
    match = f"`shots` must be None for a device of other than 2 to 4 qubits.*but is 10 for {n_qubits} qubit"
    with pytest.raises(ArgumentError, match=match):
        nv.emulate(QuantumCircuit(n_qubits), device, shots=10)
    exact = nv.emulate(one_excitation(n_qubits), device, shots=None)
    assert exact.pairwise_concurrence.shape == (n_qubits, n_qubits)
    assert str(exact).startswith("state of 1 qubit" if n_qubits == 1 else "pairwise concurrence 0.0000 to 0.0000")


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_linear_fidelity_is_unbiased_and_exact_for_exact_frequencies(n_qubits: int, rng: np.random.Generator) -> None:
    from functools import reduce

    rho, target = random_state(rng, n_qubits, 2), random_state(rng, n_qubits, 1)
    joint = reduce(np.kron, NOISY[:n_qubits][::-1])
    wanted = operators.fidelity(rho, target)
    for readout in (None, NOISY[:n_qubits], joint):
        p = tomography.probabilities(rho)
        table = 1000 * (p if readout is None else p @ joint.T)
        low, value, high = tomography.linear_fidelity(table, target, readout=readout)
        assert value == pytest.approx(wanted, abs=1e-9)
        assert low < value < high


def test_fidelity_settings_fix_the_fidelity(rng: np.random.Generator) -> None:
    for n in range(1, 5):
        for target in (operators.w_state(n, rng.uniform(0, 6, n)), operators.ghz_state(n), "u" * n, "+" * n):
            settings = tomography.fidelity_settings(target)
            assert tomography.determines(settings, target)
            assert len(settings) <= 3**n
    assert tomography.fidelity_settings("ud+") == ("XZZ",)
    assert [len(tomography.fidelity_settings(operators.w_state(n))) for n in (2, 3, 4)] == [3, 7, 13]
    assert [len(tomography.fidelity_settings(operators.ghz_state(n))) for n in (2, 3, 4)] == [3, 5, 9]


def test_a_setting_without_shots_leaves_the_fidelity_open() -> None:
    settings = tomography.fidelity_settings(W)
    counts = tomography.sample([operators.density_matrix(W)] * 2, 100, 3, settings=settings)
    counts[1, 0] = 0
    low, value, high = tomography.linear_fidelity(counts, W, settings=settings)
    assert low[0] > 0.7
    assert (low[1], high[1]) == (0, 1)
    assert np.isnan(value[1])


@pytest.mark.slow
@pytest.mark.statistical
def test_guaranteed_interval_covers_with_unequal_shots(rng: np.random.Generator) -> None:
    settings = tomography.fidelity_settings(W)
    rho = 0.7 * operators.density_matrix(W) + 0.3 * random_state(rng, 3, 2)
    copies = np.broadcast_to(rho, (500, 8, 8))
    counts = tomography.sample(copies, rng.integers(5, 400, len(settings)), rng, settings=settings)
    low, _, high = tomography.linear_fidelity(counts, W, settings=settings)
    covered = np.sum((low <= operators.fidelity(rho, W)) & (operators.fidelity(rho, W) <= high))
    assert covered >= fewest_inside(500, 0.95, comparisons=1)
