"""Tomography through Qiskit's own ways: any backend, any sampler; and what does not fit is said."""

import re
from functools import cache
from typing import Any

import numpy as np
import pytest
from counting import FALSE_ALARM, multinomial_p_value
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.circuit import Parameter
from qiskit.primitives import BackendSamplerV2, StatevectorSampler
from qiskit.quantum_info import Operator, Statevector
from qiskit_aer import AerSimulator

import nvprotocol as nv
from nvprotocol.backend import tomography_circuits, tomography_counts
from nvprotocol.errors import ArgumentError

SHOTS = 4000
EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8 * np.exp(0.6j), q=0.3, d=0.1, J=0.4), 0.7)
DEVICE = nv.Device(EQUATION)
CHECKS = 2


def lopsided() -> QuantumCircuit:
    """A state with no symmetry that would forgive swapped qubits, swapped outcomes or a conjugate."""
    circuit = QuantumCircuit(2)
    circuit.ry(0.7, 0)
    circuit.rx(1.9, 1)
    circuit.cx(0, 1)
    circuit.rz(0.4, 0)
    circuit.sx(1)
    circuit.ry(0.3, 0)
    return circuit


def state_of(circuit: QuantumCircuit) -> NDArray[np.complex128]:
    ket = Statevector(circuit).data
    return np.outer(ket, ket.conj())


def assert_from(
    counts: NDArray[np.int64], state: NDArray[np.complex128], settings: Any = None, comparisons: int = 1
) -> None:
    probabilities = nv.tomography.probabilities(state, settings)
    assert counts.shape == probabilities.shape
    assert multinomial_p_value(counts, probabilities) > FALSE_ALARM / comparisons


def from_statevector(circuits: list[QuantumCircuit]) -> Any:
    return StatevectorSampler(seed=5).run(circuits, shots=SHOTS).result()


def from_aer(circuits: list[QuantumCircuit], shots: int = SHOTS) -> Any:
    return AerSimulator(seed_simulator=5).run(circuits, shots=shots).result()


def from_aer_sampler(circuits: list[QuantumCircuit], shots: int = SHOTS) -> Any:
    sampler = BackendSamplerV2(backend=AerSimulator(), options={"seed_simulator": 5})
    return sampler.run(circuits, shots=shots).result()


@pytest.mark.statistical
@pytest.mark.parametrize("run", [from_statevector, from_aer, from_aer_sampler])
@pytest.mark.parametrize("settings", [None, nv.tomography.U1, ("ZX", "YZ")])
def test_any_simulator_shows_the_state_that_emulate_finds(run: Any, settings: Any) -> None:
    circuit = lopsided()
    counts = tomography_counts(run(tomography_circuits(circuit, settings)), settings)
    assert_from(counts, state_of(circuit), settings)
    ideal = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))
    np.testing.assert_allclose(nv.emulate(circuit, ideal, shots=None).state, state_of(circuit), atol=1e-12)


@pytest.mark.statistical
@pytest.mark.parametrize("run", [from_statevector, from_aer])
def test_some_qubits_of_many_in_any_order(run: Any) -> None:
    wide = QuantumCircuit(QuantumRegister(4), ClassicalRegister(3, "unused"))
    wide.compose(lopsided(), [3, 1], inplace=True)
    for qubits in ([3, 1], [wide.qubits[3], wide.qubits[1]]):
        counts = tomography_counts(run(tomography_circuits(wide, qubits=qubits)))
        assert_from(counts, state_of(lopsided()), comparisons=2)


@cache
def monitored() -> tuple[list[QuantumCircuit], NDArray[np.complex128]]:
    circuit = nv.protocols.monitored_bell(duration=0.5, checks=CHECKS)
    state = nv.emulate(circuit, DEVICE, shots=None, postselect={"parity": 1}).state
    return transpile(tomography_circuits(circuit), nv.NVBackend(DEVICE), optimization_level=1), state


@pytest.mark.slow
@pytest.mark.statistical
def test_kept_runs_of_a_sampler_on_the_backend() -> None:
    circuits, state = monitored()
    sampler = BackendSamplerV2(backend=nv.NVBackend(DEVICE), options={"seed_simulator": 3})
    result = sampler.run(circuits, shots=SHOTS).result()
    kept, again = (tomography_counts(result, postselect={"parity": keep}) for keep in (1, "1" * CHECKS))
    assert_from(kept, state)
    np.testing.assert_array_equal(kept, again)
    assert np.all(tomography_counts(result).sum(axis=-1) == SHOTS)


@pytest.mark.slow
@pytest.mark.statistical
def test_kept_runs_of_the_backend() -> None:
    circuits, state = monitored()
    backend = nv.NVBackend(DEVICE)
    plain = backend.run(circuits, shots=SHOTS, seed_simulator=3).result()
    assert_from(tomography_counts(plain, postselect={"parity": 1}), state, comparisons=2)
    sorted_out = backend.run(circuits, shots=SHOTS, seed_simulator=4, postselect={"parity": 1}).result()
    assert_from(tomography_counts(sorted_out), state, comparisons=2)


@pytest.mark.slow
def test_keeping_both_outcomes_apart_loses_nothing() -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1), ClassicalRegister(2, "flag"))
    circuit.h(2)
    circuit.measure(2, 1)
    circuit.h(0)
    circuit.cx(2, 0)
    circuits = tomography_circuits(circuit)
    for result in (from_aer_sampler(circuits, shots=400), from_aer(circuits, shots=400)):
        parts = [tomography_counts(result, postselect={"flag": kept}) for kept in ("00", "10", 0)]
        np.testing.assert_array_equal(parts[0] + parts[1], tomography_counts(result))
        np.testing.assert_array_equal(parts[2], parts[0])
        assert not tomography_counts(result, postselect={"flag": "01"}).any()


@pytest.mark.statistical
def test_pubs_with_parameters_give_batches() -> None:
    angle = Parameter("angle")
    circuit = QuantumCircuit(1)
    circuit.ry(angle, 0)
    values = np.array([[0.0, 0.5, 1.0], [1.5, 2.0, 2.5]])
    circuits = tomography_circuits(circuit)
    pubs: list[Any] = [(one, {angle: values}) for one in circuits]
    counts = tomography_counts(StatevectorSampler(seed=5).run(pubs, shots=SHOTS).result())
    assert counts.shape == (2, 3, 3, 2)
    for place, value in np.ndenumerate(values):
        assert_from(counts[place], state_of(circuit.assign_parameters({angle: value})), comparisons=6)


def test_the_circuits_are_the_plain_ones_and_a_measurement() -> None:
    circuit = lopsided()
    before = circuit.copy()
    circuits = tomography_circuits(circuit)
    assert circuit == before
    assert [one.metadata["setting"] for one in circuits] == list(nv.tomography.PAULI)
    for one, setting in zip(circuits, nv.tomography.PAULI, strict=True):
        bare = one.remove_final_measurements(inplace=False)
        assert bare is not None
        whole, prepared = (np.asarray(Operator(part).data, dtype=complex) for part in (bare, circuit))
        ends = whole @ prepared.conj().T
        for outcome, projector in enumerate(nv.tomography.measurement_operators([setting])[0]):
            read = np.zeros((4, 4))
            read[outcome, outcome] = 1
            np.testing.assert_allclose(ends.conj().T @ read @ ends, projector, atol=1e-12)


def named(*registers: tuple[str, int]) -> list[QuantumCircuit]:
    """Nine empty circuits with these registers."""
    circuit = QuantumCircuit(QuantumRegister(3), *(ClassicalRegister(size, name) for name, size in registers))
    for register in circuit.cregs:
        circuit.measure(range(register.size), register)
    return [circuit] * 9


PAIR = [("c", 2), ("flag", 1)]
WRONG = {
    "number": (named(("c", 2))[:5], {}, "`result` must hold one circuit for each of 9 settings, but holds 5"),
    "number of U1": (
        named(("c", 2)),
        {"settings": nv.tomography.U1},
        "`result` must hold one circuit for each of 5 settings, but holds 9",
    ),
    "which register": (
        named(*PAIR),
        {},
        '`register` must say which of the registers holds the outcomes: "c", "flag", but is None',
    ),
    "no such register": (
        named(*PAIR),
        {"register": "read"},
        '`register` must be one of the result: "c", "flag", but is "read"',
    ),
    "width": (
        named(*PAIR),
        {"register": "flag", "settings": nv.tomography.PAULI},
        '`register` must have 2 bits, one for each letter of a setting, but is "flag" with 1 bits in circuit 0',
    ),
    "another width": (
        [*named(("c", 2))[:8], named(("c", 3))[0]],
        {},
        '`register` must have 2 bits, one for each letter of a setting, but is "c" with 3 bits in circuit 8',
    ),
    "not everywhere": (
        [*named(*PAIR)[:8], named(("d", 2))[0]],
        {"register": "c"},
        '`register` must be one of every circuit, but is "c", which circuit 8 does not have',
    ),
    "keep what": (
        named(*PAIR),
        {"register": "c", "postselect": {"parity": 1}},
        '`postselect` must name a classical register of every circuit, but names "parity", '
        'and circuit 0 has "c", "flag"',
    ),
    "keep how": (
        named(*PAIR),
        {"register": "c", "postselect": {"flag": "01"}},
        '`postselect` must keep 0, 1 or a string of 1 bits of register "flag", but keeps "01"',
    ),
    "keep two": (
        named(*PAIR),
        {"register": "c", "postselect": {"flag": 2}},
        '`postselect` must keep 0, 1 or a string of 1 bits of register "flag", but keeps 2',
    ),
    "settings": (
        named(("c", 2)),
        {"settings": ["ZZ", "ZQ"]},
        '`settings` must be labels out of X, Y and Z, but contain "ZQ"',
    ),
}


@pytest.mark.parametrize(("circuits", "arguments", "message"), WRONG.values(), ids=WRONG)
@pytest.mark.statistical
@pytest.mark.parametrize("run", [from_statevector, from_aer])
def test_what_does_not_fit(run: Any, circuits: list[QuantumCircuit], arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^{re.escape(f'Argument {message}.')}$"):
        tomography_counts(run(circuits), **arguments)
