"""`transpile(circuit, NVBackend(device))` changes nothing physical: qubits stay in place, and time passes as before."""

from collections.abc import Callable
from typing import Any

import engines_on
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray
from qiskit import QuantumCircuit, QuantumRegister, transpile
from qiskit.transpiler import generate_preset_pass_manager
from strategies import SEEDS
from systems import EVERYTHING

import nvprotocol as nv
from nvprotocol.backend import NVBackend, time_as_medium
from nvprotocol.compiler.timing import timed
from nvprotocol.errors import ArgumentError, UnsupportedCircuitError

DEVICE = nv.Device(EVERYTHING.equation, monitors=2)
BACKEND = NVBackend(DEVICE)
SLOW = nv.Device(
    EVERYTHING.equation,
    monitors=2,
    gate_ns={"x": 20, "sx": 10, "cx": 60, "measure": 200, "reset": 100, "monitor_measure": 300, "monitor_reset": 40},
    single_qubit_error=0.01,
    two_qubit_error=0.02,
    gate_slices=2,
)
LEVELS = (0, 1, 2, 3)


def state_of(circuit: QuantumCircuit, device: nv.Device = DEVICE) -> NDArray[np.complex128]:
    """The state of the NV qubits on as many qubits as the device has."""
    wide = QuantumCircuit(max(circuit.num_qubits, 4), circuit.num_clbits)
    wide.compose(circuit, range(circuit.num_qubits), range(circuit.num_clbits), inplace=True)
    return engines_on.kept_state(time_as_medium(wide, device), device, {})


def random_circuit(seed: int, n_qubits: int) -> QuantumCircuit:
    """Layers with barriers between them: without, a gate that is optimised away no longer makes qubits wait."""
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(n_qubits, 2)
    for _ in range(10):
        qubit, kind = int(rng.integers(n_qubits)), rng.choice(["h", "t", "rx", "delay", "cx", "measure", "reset"])
        if kind == "rx":
            circuit.rx(float(rng.uniform(0, 6)), qubit)
        elif kind == "delay":
            circuit.delay(int(rng.integers(1, 500)), qubit, unit="ns")
        elif kind in ("h", "t"):
            getattr(circuit, str(kind))(qubit)
        elif n_qubits > 2:
            monitor = int(rng.integers(2, n_qubits))
            if kind == "cx":
                circuit.barrier()
                circuit.cx(*rng.permutation([monitor, int(rng.integers(monitor))]).tolist())
            elif kind == "measure":
                circuit.measure(qubit, int(rng.integers(2)))
            else:
                circuit.reset(monitor)
        if rng.random() < 0.5 or kind in ("cx", "measure"):
            circuit.barrier()
    return circuit


@pytest.mark.parametrize("options", [{}, {"scheduling_method": "asap"}], ids=str)
@pytest.mark.parametrize("level", LEVELS)
def test_any_circuit_means_the_same(level: int, options: dict[str, Any]) -> None:
    @settings(max_examples=8)
    @given(seed=SEEDS)
    def check(seed: int) -> None:
        for n_qubits in (1, 2, 3, 4):
            circuit = random_circuit(seed, n_qubits)
            found = transpile(circuit, BACKEND, optimization_level=level, seed_transpiler=seed % 1000, **options)
            np.testing.assert_allclose(state_of(found), state_of(circuit), atol=1e-9)

    check()


def acts_of(circuit: QuantumCircuit, device: nv.Device) -> list[tuple[float, str, tuple[int, ...]]]:
    """What happens when in a circuit that Qiskit has scheduled, by the start times that it notes."""
    found = []
    for entry, start in zip(circuit.data, circuit.op_start_times, strict=True):
        name, qubits = entry.operation.name, tuple(circuit.find_bit(bit).index for bit in entry.qubits)
        if name not in ("delay", "barrier"):
            length = device.duration_us(name, monitor=qubits[0] >= 2) * 1000
            parts = {"measure": [0.0], "reset": [1.0]}.get(name, [0.25, 0.75] if length else [0.5])
            found += [(round(start + part * length, 6), name, qubits) for part in parts]
    return sorted(found)


@pytest.mark.parametrize("method", ["alap", "asap"])
@pytest.mark.parametrize("level", LEVELS)
def test_gates_that_take_time_keep_the_schedule_that_qiskit_gives_them(level: int, method: str) -> None:
    circuits = [nv.protocols.monitored_bell(0.6, checks=3), *(random_circuit(seed, 4) for seed in range(5))]
    for circuit in circuits:
        found = transpile(circuit, NVBackend(SLOW), optimization_level=level, scheduling_method=method)
        plan = timed(found, SLOW)
        events = [(round(event.time * 1e3, 6), event.operation.name, event.qubits) for event in plan.operations]
        assert sorted(events) == acts_of(found, SLOW)


@pytest.mark.parametrize("level", LEVELS)
def test_qubits_stay_in_place(level: int) -> None:
    # Only the second NV qubit and the second monitor are used: a layout pass would like to move them.
    circuit = QuantumCircuit(4, 1)
    circuit.sx(1)
    circuit.cx(1, 3)
    circuit.delay(300, 1)
    circuit.measure(3, 0)
    found = transpile(circuit, BACKEND, optimization_level=level, seed_transpiler=3)
    two = [entry for entry in found.data if entry.operation.num_qubits == 2 and entry.operation.name != "barrier"]
    assert [tuple(found.find_bit(bit).index for bit in entry.qubits) for entry in two] == [(1, 3)]
    assert found.layout is None or found.layout.initial_index_layout(filter_ancillas=True) == [0, 1, 2, 3]


@pytest.mark.parametrize("level", LEVELS)
def test_registers_in_another_order_are_followed_by_number(level: int) -> None:
    # What stands first in the circuit stands on the medium, whatever it is called.
    circuit = QuantumCircuit(QuantumRegister(2, "a"), QuantumRegister(1, "b"))
    circuit.h(1)
    circuit.delay(250, 1)
    circuit.cx(1, 2)
    np.testing.assert_allclose(
        state_of(transpile(circuit, BACKEND, optimization_level=level)), state_of(circuit), atol=1e-9
    )


@pytest.mark.parametrize("level", LEVELS)
def test_a_register_called_nv_is_put_on_the_medium(level: int) -> None:
    circuit = QuantumCircuit(QuantumRegister(1, "monitor"), QuantumRegister(2, "nv"))
    circuit.h(2)
    circuit.delay(250, 2)
    circuit.cx(2, 0)
    found = transpile(circuit, BACKEND, optimization_level=level)
    assert found.layout is not None
    assert found.layout.initial_index_layout(filter_ancillas=True) == [2, 0, 1]
    by_name = engines_on.kept_state(time_as_medium(circuit, BACKEND.device), BACKEND.device, {})
    np.testing.assert_allclose(state_of(found), by_name, atol=1e-9)


def test_a_register_called_nv_has_as_many_qubits_as_the_device() -> None:
    circuit = QuantumCircuit(QuantumRegister(3, "nv"))
    with pytest.raises(ArgumentError, match="must have 2 NV qubits, as the device has, but has 3"):
        transpile(circuit, BACKEND)


@pytest.mark.parametrize("level", LEVELS)
def test_delays_are_left_as_they_are_written(level: int) -> None:
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.delay(0.4, 0, unit="ns")
    circuit.delay(1.23456789, 1, unit="us")
    found = transpile(circuit, BACKEND, optimization_level=level)
    np.testing.assert_allclose(state_of(found), state_of(circuit), atol=1e-14)


@pytest.mark.parametrize("level", LEVELS)
def test_a_gate_between_nv_qubits_by_way_of_a_monitor_is_taken(level: int) -> None:
    circuit, swap = QuantumCircuit(3), ((0, 2), (2, 0), (0, 2))
    circuit.h(0)
    for control, target in swap:
        circuit.cx(control, target)
        circuit.barrier()  # without, Qiskit 2 takes the three for a change of names
    circuit.cx(2, 1)
    for control, target in swap:
        circuit.barrier()
        circuit.cx(control, target)
    circuit.delay(100, 0)
    found = transpile(circuit, BACKEND, optimization_level=level)
    np.testing.assert_allclose(state_of(found), state_of(circuit), atol=1e-9)


SWAPPING: dict[str, Callable[[QuantumCircuit], object]] = {
    "cx": lambda circuit: circuit.cx(0, 1),
    "cz": lambda circuit: circuit.cz(0, 1),
    "swap": lambda circuit: circuit.swap(0, 1),
    "rzz": lambda circuit: circuit.rzz(0.3, 0, 1),
}


@pytest.mark.parametrize("name", SWAPPING)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("layout", [None, [0, 1]])
def test_gates_between_nv_qubits_are_refused_with_a_way_out(name: str, level: int, layout: list[int] | None) -> None:
    # Also where the caller says where qubits start: Qiskit would leave one of them on a monitor.
    circuit = QuantumCircuit(2)
    circuit.h(0)
    SWAPPING[name](circuit)
    circuit.delay(100, 0)
    with pytest.raises(UnsupportedCircuitError, match=r"three CX") as caught:
        transpile(circuit, BACKEND, optimization_level=level, initial_layout=layout)
    assert str(caught.value).startswith("Argument `circuit` must have ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("level", LEVELS)
def test_a_layout_that_is_asked_for_is_kept(level: int) -> None:
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.delay(300, 0)
    placed = QuantumCircuit(4)
    placed.compose(circuit, [1, 2], inplace=True)
    found = transpile(circuit, BACKEND, initial_layout=[1, 2], optimization_level=level)
    assert found.layout is not None
    assert found.layout.initial_index_layout(filter_ancillas=True) == [1, 2]
    np.testing.assert_allclose(state_of(found), state_of(placed), atol=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_a_pass_manager_made_for_the_backend_does_the_same(level: int) -> None:
    circuit = random_circuit(7, 4)
    found = generate_preset_pass_manager(optimization_level=level, backend=BACKEND).run(circuit)
    np.testing.assert_allclose(state_of(found), state_of(circuit), atol=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_a_gate_that_is_optimised_away_no_longer_makes_qubits_wait(level: int) -> None:
    # The one thing a transpiler may change: two CX that cancel are a rendezvous only as long as they are there.
    circuit, barred = (QuantumCircuit(3) for _ in range(2))
    for one in (circuit, barred):
        one.delay(300, 0)
        one.cx(0, 2)
        if one is barred:
            one.barrier()
        one.cx(0, 2)
        one.cx(1, 2)
        one.x(1)
    kept = timed(transpile(barred, BACKEND, optimization_level=level), DEVICE)
    assert [round(event.time, 9) for event in kept.operations if event.operation.name == "x"] == [0.3]
    lost = timed(transpile(circuit, BACKEND, optimization_level=level), DEVICE)
    assert [round(event.time, 9) for event in lost.operations if event.operation.name == "x"] in ([0.3], [0.0])


@pytest.mark.parametrize("level", LEVELS)
def test_control_flow_passes_through(level: int) -> None:
    circuit = QuantumCircuit(3, 2)
    circuit.h(0)
    circuit.cx(0, 2)
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(0)
        circuit.delay(100, 1)
    with otherwise:
        circuit.h(1)
    with circuit.for_loop(range(3)):  # pyright: ignore[reportCallIssue]
        circuit.rx(0.3, 0)
        circuit.delay(50, 0)
    found = transpile(circuit, BACKEND, optimization_level=level)
    np.testing.assert_allclose(state_of(found), state_of(circuit), atol=1e-9)
