"""The medium as an Aer noise model on a labelled identity, beside the exact master equation."""

from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray
from qiskit import QuantumCircuit, transpile
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel
from systems import System, many, pair, random_symbols

import nvprotocol as nv
from nvprotocol.backend import labelled_delay, noise_model
from nvprotocol.errors import ArgumentError

LABELS = {"wait": 0.7, "tick": 0.01}


def run(circuit: QuantumCircuit, model: NoiseModel, qubits: list[int]) -> NDArray[np.complex128]:
    """The state of some qubits, the first of them the right-most."""
    saved = circuit.copy()
    saved.save_density_matrix(qubits)  # pyright: ignore[reportAttributeAccessIssue]  # added by Aer
    simulator = AerSimulator(method="density_matrix", noise_model=model, max_parallel_threads=1)
    result = simulator.run(saved, shots=1).result()
    assert result.success, result.status
    return np.asarray(result.data(0)["density_matrix"])


def prepared(n_qubits: int, where: list[int]) -> QuantumCircuit:
    circuit = QuantumCircuit(n_qubits)
    for k, qubit in enumerate(where):
        circuit.ry(0.4 + 0.7 * k, qubit)
        circuit.rz(0.3 + 0.5 * k, qubit)
    return circuit


def exactly(system: System, duration: float) -> NDArray[np.complex128]:
    n = system.n_qubits
    circuit = prepared(n, list(range(n)))
    circuit.delay(duration, 0, unit="us")
    return nv.emulate(circuit, nv.Device(system.equation), shots=None, engine="exact").state


@pytest.mark.slow
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=str)
@pytest.mark.parametrize("where", [(0, 1), (1, 0), (2, 0)], ids=str)
def test_every_order_of_the_qubits_has_the_noise(
    where: tuple[int, int], order: tuple[int, int], rng: np.random.Generator
) -> None:
    # Aer ignores an error that was given for the qubits in another order, and says nothing.
    system = pair(**random_symbols(rng))
    model = noise_model(system.equation, LABELS, qubits=where)
    circuit = prepared(3, list(where))
    circuit.append(labelled_delay("wait"), [where[k] for k in order])
    np.testing.assert_allclose(run(circuit, model, list(where)), exactly(system, 0.7), atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_three_qubits_in_any_order(order: tuple[int, ...]) -> None:
    system = many(np.random.default_rng(5), 3)
    model = noise_model(system.equation, LABELS, qubits=(0, 1, 2))
    circuit = prepared(3, [0, 1, 2])
    circuit.append(labelled_delay("wait", 3), list(order))
    np.testing.assert_allclose(run(circuit, model, [0, 1, 2]), exactly(system, 0.7), atol=1e-12)


def test_many_short_waits_are_a_long_one(rng: np.random.Generator) -> None:
    # A tick of 10 ns has Kraus operators that Qiskit's own conversion would drop.
    system = pair(**{**random_symbols(rng), "d": 0.0, "D": 0.0})
    circuit = prepared(2, [0, 1])
    for _ in range(70):
        circuit.append(labelled_delay("tick"), [0, 1])
    found = run(circuit, noise_model(system.equation, LABELS), [0, 1])
    np.testing.assert_allclose(found, exactly(system, 0.7), atol=1e-11)


def test_other_gates_have_no_noise(rng: np.random.Generator) -> None:
    circuit = prepared(2, [0, 1])
    circuit.append(labelled_delay("another"), [0, 1])
    found = run(circuit, noise_model(pair(**random_symbols(rng)).equation, LABELS), [0, 1])
    without = nv.emulate(prepared(2, [0, 1]), nv.Device(nv.MasterEquation(nv.Medium.pair())), shots=None)
    np.testing.assert_allclose(found, without.state, atol=1e-14)


@pytest.mark.parametrize("level", [0, 1])
def test_the_label_outlives_the_lower_levels_of_the_transpiler(level: int, rng: np.random.Generator) -> None:
    system = pair(**random_symbols(rng))
    model = noise_model(system.equation, LABELS)
    circuit = prepared(2, [0, 1])
    circuit.append(labelled_delay("wait"), [0, 1])
    changed = transpile(circuit, AerSimulator(noise_model=model), optimization_level=level)
    np.testing.assert_allclose(run(changed, model, [0, 1]), exactly(system, 0.7), atol=1e-12)


def test_the_highest_level_of_the_transpiler_takes_the_noise_away(rng: np.random.Generator) -> None:
    # The reason why the medium does not sit on a label elsewhere in this package.
    system = pair(**random_symbols(rng))
    model = noise_model(system.equation, LABELS)
    circuit = prepared(2, [0, 1])
    circuit.append(labelled_delay("wait"), [0, 1])
    changed = transpile(circuit, AerSimulator(noise_model=model), optimization_level=3, seed_transpiler=1)
    found = run(changed, model, [0, 1])
    if np.allclose(found, exactly(system, 0.7), atol=1e-9):
        pytest.skip("The transpiler keeps labelled identities by now: the warning at `noise_model` is out of date")
    without = nv.emulate(prepared(2, [0, 1]), nv.Device(nv.MasterEquation(nv.Medium.pair())), shots=None)
    np.testing.assert_allclose(found, without.state, atol=1e-9)


def test_arguments_that_are_refused() -> None:
    equation = nv.MasterEquation(nv.Medium.pair())
    with pytest.raises(ArgumentError, match=r"Argument `qubits` must be 2 different qubits, but is \(0, 0\)"):
        noise_model(equation, LABELS, qubits=(0, 0))
    with pytest.raises(ArgumentError, match=r"Argument `qubits` must be 2 different qubits, but is \(0, 1, 2\)"):
        noise_model(equation, LABELS, qubits=(0, 1, 2))
    with pytest.raises(ArgumentError, match=r'Argument `durations\["wait"\]` must be at least 0, but is -1'):
        noise_model(equation, {"wait": -1.0})
    with pytest.raises(ArgumentError, match="Argument `n_qubits` must be at least 1, but is 0"):
        labelled_delay("wait", 0)


@pytest.mark.parametrize("label", ["x", "cx", "delay", "unitary"])
def test_a_label_is_no_name_of_a_gate(label: str) -> None:
    """Every gate of that name would be noisy, too."""
    with pytest.raises(nv.errors.ArgumentError, match=f'`durations` must have labels .*, but has "{label}"'):
        noise_model(nv.MasterEquation(nv.Medium.pair()), {label: 0.1})
