"""`NVBackend.run(..., postselect=...)` beside plain shots sorted afterwards, and beside exact probabilities."""

from collections.abc import Mapping

import engines_on
import numpy as np
import pytest
from counting import FALSE_ALARM, counts_of, multinomial_p_value, two_sample_p_value
from hypothesis import given, settings
from laboratory import Bench, errant_device, random_device
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.result import Result
from strategies import SEEDS
from systems import EVERYTHING, pair, random_symbols

import nvprotocol as nv
from nvprotocol.backend import NVBackend, time_as_medium
from nvprotocol.compiler.postselection import kept_bits

NATIVE = {"x": 20, "sx": 10, "h": 15, "ry": 10, "cx": 40, "measure": 100, "monitor_measure": 60, "monitor_reset": 30}
DEVICE = errant_device(EVERYTHING, NATIVE)


def registers(*names: tuple[str, int]) -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"))
    circuit.add_register(*(ClassicalRegister(size, name) for name, size in names))
    return circuit


def check(circuit: QuantumCircuit, bit: int) -> None:
    circuit.cx(0, 2)
    circuit.cx(1, 2)
    circuit.measure(2, bit)
    circuit.reset(2)


def monitored() -> QuantumCircuit:
    """Checks in between, and both NV qubits read at the end."""
    circuit = registers(("parity", 3), ("out", 2))
    circuit.x(1)
    for bit in range(3):
        circuit.delay(0.15, [0, 1], unit="us")
        check(circuit, bit)
    circuit.barrier()
    circuit.measure([0, 1], [3, 4])
    return circuit


def early() -> QuantumCircuit:
    """Bits that are not kept are read early, from qubits that go on."""
    circuit = registers(("kept", 1), ("early", 2), ("late", 1))
    circuit.ry(1.1, 0)
    circuit.measure(0, 1)
    circuit.delay(0.2, [0, 1], unit="us")
    circuit.h(0)
    circuit.cx(0, 2)
    circuit.measure(2, 0)
    circuit.reset(2)
    circuit.cx(0, 2)
    circuit.measure(2, 2)
    circuit.h(0)
    circuit.measure(0, 3)
    return circuit


def overwritten() -> QuantumCircuit:
    """A bit that is kept, and one that is reported, are each written twice."""
    circuit = registers(("kept", 1), ("told", 1))
    circuit.h(0)
    circuit.measure(0, 0)
    circuit.measure(0, 1)
    circuit.ry(0.8, 0)
    circuit.cx(0, 2)
    circuit.measure(2, 0)
    circuit.sx(0)
    circuit.delay(0.1, 0, unit="us")
    circuit.measure(0, 1)
    return circuit


def conditioned() -> QuantumCircuit:
    """What is kept decides what happens; a bit is written in one branch only."""
    circuit = registers(("kept", 1), ("out", 2))
    circuit.ry(1.3, 0)
    circuit.cx(0, 2)
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(1)
        circuit.delay(0.3, 1, unit="us")
    with otherwise:
        circuit.measure(0, 2)
    circuit.measure(1, 1)
    return circuit


def undecided() -> QuantumCircuit:
    """An outcome that is not kept feeds a gate."""
    circuit = conditioned()
    circuit.reset(2)
    circuit.cx(1, 2)
    late = ClassicalRegister(1, "late")
    circuit.add_register(late)
    circuit.measure(2, late[0])
    return circuit


CASES: dict[str, tuple[QuantumCircuit, Mapping[str, int | str]]] = {
    "monitored": (monitored(), {"parity": 1}),
    "monitored, another pattern": (monitored(), {"parity": "101"}),
    "early 0": (early(), {"kept": 0}),
    "early 1": (early(), {"kept": 1}),
    "everything is kept": (early(), {"kept": 1, "early": "01", "late": 0}),
    "overwritten 0": (overwritten(), {"kept": 0}),
    "overwritten 1": (overwritten(), {"kept": 1}),
    "conditioned 0": (conditioned(), {"kept": 0}),
    "conditioned 1": (conditioned(), {"kept": 1}),
    "undecided": (undecided(), {"late": 1}),
}


def run(circuit: QuantumCircuit, device: nv.Device, shots: int, seed: int, **options: object) -> Result:
    return NVBackend(device).run(circuit, shots=shots, seed_simulator=seed, **options).result()  # pyright: ignore[reportArgumentType]


def metadata_of(result: Result) -> Mapping[str, object]:
    header = result.results[0].header
    return header["metadata"] if isinstance(header, dict) else header.metadata


def cells(result: Result, circuit: QuantumCircuit, postselect: Mapping[str, int | str], shots: int) -> NDArray:
    """Counts of every kept reading and, last, of all that was not kept."""
    keep, found = kept_bits(circuit, postselect), np.zeros(2**circuit.num_clbits + 1, dtype=np.int64)
    for key, count in counts_of(result).items():
        value = int(key.replace(" ", ""), 2)
        if all(value >> bit & 1 == kept for bit, kept in keep.items()):
            found[value] += count
    found[-1] = shots - found.sum()
    return found


def exactly(circuit: QuantumCircuit, device: nv.Device, postselect: Mapping[str, int | str]) -> NDArray[np.float64]:
    plain, bits = time_as_medium(circuit, device), range(circuit.num_clbits)
    expected = engines_on.distribution(plain, device, kept_bits(circuit, postselect), bits[::-1]).ravel()
    return np.append(expected, 1 - expected.sum())


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("case", CASES)
def test_what_is_kept_is_what_sorting_all_shots_leaves(case: str) -> None:
    circuit, postselect = CASES[case]
    kept = cells(run(circuit, DEVICE, 4000, 11, postselect=postselect), circuit, postselect, 4000)
    sorted_out = cells(run(circuit, DEVICE, 4000, 12), circuit, postselect, 4000)
    assert two_sample_p_value(kept, sorted_out) > FALSE_ALARM


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("case", CASES)
def test_runs_are_kept_with_the_exact_probability(case: str) -> None:
    circuit, postselect = CASES[case]
    shots = 4000 if case == "undecided" else 10**6
    result = run(circuit, DEVICE, shots, 13, postselect=postselect)
    expected = exactly(circuit, DEVICE, postselect)
    assert multinomial_p_value(cells(result, circuit, postselect, shots), expected) > FALSE_ALARM
    told = metadata_of(result)
    assert told["postselect"] == postselect
    assert told["shots"] == result.results[0].shots == shots
    assert told["kept"] == sum(counts_of(result).values())
    if case == "undecided":
        assert told["method"] == "shot by shot"
        assert "which is not kept, decides what happens" in str(told["reason"])
        assert "success_probability" not in told
    else:
        assert told["method"] == "kept branch"
        assert "reason" not in told
        assert told["success_probability"] == pytest.approx(expected[:-1].sum(), abs=1e-12)


@pytest.mark.slow
@pytest.mark.statistical
@settings(max_examples=15)
@given(seed=SEEDS)
def test_any_circuit_on_any_device(seed: int) -> None:
    rng = np.random.default_rng(seed)
    device = random_device(rng, pair(**random_symbols(rng)))
    circuit, postselect = Bench(rng, 2).grow(15), {"f": int(rng.integers(2))}
    result = run(circuit, device, 10**6, seed % 2**31, postselect=postselect)
    expected = exactly(circuit, device, postselect)
    assert multinomial_p_value(cells(result, circuit, postselect, 10**6), expected) > FALSE_ALARM / 15
    assert metadata_of(result)["method"] == "kept branch"


def test_a_run_that_keeps_nothing_says_so() -> None:
    circuit = registers(("c", 1))
    circuit.measure(2, 0)
    result = run(circuit, nv.Device(EVERYTHING.equation), 100, 1, postselect={"c": 1})
    assert metadata_of(result)["kept"] == 0
    assert metadata_of(result)["success_probability"] == 0
    assert result.data(0)["counts"] == {}


def test_several_circuits_in_one_run_share_nothing_random() -> None:
    circuit, postselect = CASES["monitored"]
    result = NVBackend(DEVICE).run([circuit, circuit], shots=1000, seed_simulator=4, postselect=postselect).result()
    assert counts_of(result, 0) != counts_of(result, 1)
    again = NVBackend(DEVICE).run([circuit, circuit], shots=1000, seed_simulator=4, postselect=postselect).result()
    assert [counts_of(result, k) for k in (0, 1)] == [counts_of(again, k) for k in (0, 1)]


def test_the_metadata_of_a_circuit_stays() -> None:
    circuit, postselect = monitored(), {"parity": 1}
    circuit.metadata = {"run": 3}
    assert metadata_of(run(circuit, DEVICE, 10, 1, postselect=postselect))["run"] == 3
