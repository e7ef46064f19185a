"""Quasi-static noise on the Qiskit backend: counts of runs each of which has a detuning of its own."""

from typing import Any

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.primitives import BackendSamplerV2
from qiskit.result import Result
from qiskit.transpiler import PassManager

import nvprotocol as nv
from nvprotocol.backend import TimeAsMedium, time_as_medium
from nvprotocol.errors import ArgumentError

EQUATION = nv.MasterEquation(nv.Medium.pair(a=0.3, A=0.2, q=0.1), detuning=0.5)
DEVICE = nv.Device(EQUATION, t2_star_us=[1.0, 1.5], noise_correlation=0.4, readout=[[0.95, 0.1], [0.05, 0.9]])
SHOTS = 20_000


def chi_squared(counts: dict[str, int], probabilities: dict[str, float]) -> float:
    """Of counts by their bits; every reading has some of them to be expected."""
    assert set(counts) <= set(probabilities)
    expected = {bits: SHOTS * p for bits, p in probabilities.items()}
    return sum((counts.get(bits, 0) - number) ** 2 / number for bits, number in expected.items())


def counts_of(result: Result) -> dict[str, int]:
    """The counts of a result of one circuit."""
    counts = result.get_counts()
    assert isinstance(counts, dict)
    return counts


def about(result: Result) -> dict[str, Any]:
    """The metadata in the header, on either Qiskit."""
    header: Any = result.results[0].header
    return header["metadata"] if isinstance(header, dict) else header.metadata


def test_counts_are_those_of_the_average() -> None:
    backend = nv.NVBackend(DEVICE)
    circuit = transpile(nv.protocols.ramsey(0.8, qubit="both"), backend)
    table = nv.probability(circuit, DEVICE, "00", shots=None, engine="exact").distribution
    result = backend.run(circuit, shots=SHOTS, seed_simulator=7).result()
    assert result.success
    assert sum(counts_of(result).values()) == SHOTS
    assert chi_squared(counts_of(result), {f"{k:02b}": p for k, p in enumerate(table)}) < 3 + 5 * np.sqrt(6)
    again = backend.run(circuit, shots=SHOTS, seed_simulator=7).result()
    assert again.get_counts() == result.get_counts()


def test_memory_is_the_counts_in_some_order() -> None:
    backend = nv.NVBackend(DEVICE)
    circuit = transpile(nv.protocols.ramsey(0.8, qubit="both"), backend)
    result = backend.run(circuit, shots=500, seed_simulator=7, memory=True).result()
    memory = list(result.get_memory())
    assert {bits: memory.count(bits) for bits in set(memory)} == result.get_counts()
    assert memory != sorted(memory)


def test_the_sampler_of_qiskit_runs_on_it() -> None:
    backend = nv.NVBackend(DEVICE)
    circuit = transpile(nv.protocols.ramsey(0.8), backend)
    data: Any = BackendSamplerV2(backend=backend).run([circuit], shots=SHOTS).result()[0].data
    counts = data.readout.get_counts()
    wanted = nv.probability(circuit, DEVICE, "0", shots=None).value
    assert counts["0"] / SHOTS == pytest.approx(wanted, abs=5 * np.sqrt(wanted * (1 - wanted) / SHOTS))


@pytest.mark.parametrize("keep", [None, {"d": 1}])
def test_feedback_is_run_shot_by_shot(keep: dict[str, int] | None) -> None:
    """A bit that is not kept decides on a gate; runs have detunings by the weights of the nodes."""
    registers = QuantumRegister(3, "q"), ClassicalRegister(1, "c"), ClassicalRegister(1, "d")
    backend, circuit = nv.NVBackend(DEVICE), QuantumCircuit(*registers)
    circuit.sx(0)
    circuit.delay(0.6, [0, 1], unit="us")
    circuit.sx(0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    circuit.measure(1, 1)
    table = nv.probability(circuit, DEVICE, "0", "c", None, keep, "exact").distribution
    result = backend.run(transpile(circuit, backend), shots=2000, seed_simulator=3, postselect=keep).result()
    assert about(result)["method"] == "shot by shot"
    assert about(result)["nodes"] > 5
    counts = counts_of(result)
    kept = sum(counts.values())
    read = sum(number for bits, number in counts.items() if bits.replace(" ", "")[-1] == "0")
    assert kept == about(result)["kept"]
    assert read / kept == pytest.approx(table[0], abs=4.5 * np.sqrt(table[0] * table[1] / kept))


def test_kept_runs_say_over_what_they_are_averaged() -> None:
    backend = nv.NVBackend(DEVICE)
    circuit = transpile(nv.protocols.monitored_bell(1.0, checks=3), backend)
    result = backend.run(circuit, shots=SHOTS, seed_simulator=7, postselect={"parity": 1}).result()
    wanted = nv.emulate(circuit, DEVICE, None, {"parity": 1}, "exact")
    assert about(result)["success_probability"] == pytest.approx(wanted.success_probability, abs=1e-10)
    assert about(result)["nodes"] == wanted.metadata["nodes"]


def test_what_no_average_has_is_refused() -> None:
    backend = nv.NVBackend(DEVICE)
    circuit = transpile(nv.protocols.ramsey(0.8), backend)
    saving = circuit.copy()
    saving.save_density_matrix()  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ArgumentError, match="save nothing in a run of a device with quasi-static noise"):
        backend.run(saving, shots=10)
    for refused in (lambda: time_as_medium(circuit, DEVICE), lambda: PassManager([TimeAsMedium(DEVICE)]).run(circuit)):
        with pytest.raises(ArgumentError, match="`device` must have no quasi-static noise"):
            refused()
