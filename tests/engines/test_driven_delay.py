"""A drive that is on for a while: the master equation, all engines, and Qiskit's tools."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit, transpile
from strategies import SEEDS

import nvprotocol as nv
from nvprotocol.engines import EngineName
from nvprotocol.protocols import DrivenDelay

EQUATION = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.8, q=0.1, J=0.2), 0.2, offset=0.1)
X = nv.operators.sigma_x(1)


def driven(drive: complex | list[complex], duration: float = 0.5) -> QuantumCircuit:
    circuit = QuantumCircuit(2)
    circuit.append(DrivenDelay(duration, drive), [0, 1])
    return circuit


@settings(max_examples=15)
@given(SEEDS, st.sampled_from(["exact", "aer"]), st.floats(0.0, 1.0))
def test_it_is_the_driven_master_equation(seed: int, engine: EngineName, duration: float) -> None:
    rng = np.random.default_rng(seed)
    drive = [complex(one) for one in rng.normal(size=2) + 1j * rng.normal(size=2)]
    equation = nv.MasterEquation(EQUATION.medium, 0.2, rng.choice([0.0, 0.4]), offset=0.1)
    circuit = driven(drive, duration)
    circuit.delay(0.3, 0, unit="us")
    state = nv.emulate(circuit, nv.Device(equation), shots=None, engine=engine).state
    expected = equation.driven(drive).evolve("uu", [duration])[0]
    np.testing.assert_allclose(state, equation.evolve(expected, [0.3])[0], rtol=0, atol=1e-10)


@pytest.mark.parametrize("engine", ["exact", "aer"])
def test_other_qubits_go_on(engine: EngineName) -> None:
    """A gate on the other qubit cuts the drive in two, and the drive waits for gates on its own."""
    circuit = QuantumCircuit(2)
    circuit.x(0)
    circuit.append(DrivenDelay(0.5, 1.0, 1), [0])
    circuit.delay(0.2, 1, unit="us")
    circuit.x(1)
    state = nv.emulate(circuit, nv.Device(EQUATION), shots=None, engine=engine).state
    on = EQUATION.driven([1.0, 0.0])
    expected = X @ on.evolve("du", [0.2])[0] @ X
    np.testing.assert_allclose(state, on.evolve(expected, [0.3])[0], rtol=0, atol=1e-12)


def test_of_three_qubits() -> None:
    """Splittings stay in one frame, whether a drive is on or not."""
    medium = nv.Medium(relaxation=np.ones((3, 3)))
    equation = nv.MasterEquation(medium, [0.1, 0.5, -0.2])
    circuit = QuantumCircuit(3)
    circuit.append(DrivenDelay(0.4, [0.3, 0.2j, 0.0], 3), [0, 1, 2])
    circuit.delay(0.2, 0, unit="us")
    state = nv.emulate(circuit, nv.Device(equation), shots=None, engine="exact").state
    on = nv.MasterEquation(medium, equation.splittings, [0.3, 0.2j, 0.0])
    expected = equation.evolve(on.evolve("uuu", [0.4])[0], [0.2])[0]
    np.testing.assert_allclose(state, expected, rtol=0, atol=1e-12)


def test_pulses_play_it() -> None:
    """Gates that take no time: to rounding; others: as long as they take."""
    pytest.importorskip("qiskit_dynamics")
    found = []
    for duration in (0.0, 20.0, 10.0):
        device = nv.Device(EQUATION, gate_ns={"sx": duration, "x": duration})
        circuit = QuantumCircuit(2)
        circuit.h(0)
        circuit.rz(0.4, 0)
        circuit.rz(0.7, 1)
        circuit.delay(0.1, 0, unit="us")
        circuit.append(DrivenDelay(0.5, 1.0 + 0.5j), [0, 1])
        circuit.delay(0.3, 1, unit="us")
        circuit.sx(1)
        circuit.append(DrivenDelay(0.2, 0.5), [0, 1])
        states = [nv.emulate(circuit, device, shots=None, engine=engine).state for engine in ("exact", "pulse")]
        found.append(np.abs(states[0] - states[1]).max())
    assert found[0] < 1e-12
    assert found[2] < 0.6 * found[1] < 5e-3


def test_antennas_of_their_own() -> None:
    pytest.importorskip("qiskit_dynamics")
    device = nv.Device(EQUATION, control=nv.device.Control(crosstalk=np.eye(2)))
    circuit = driven([1.0, 0.5j])
    exact, pulse = (nv.emulate(circuit, device, shots=None, engine=engine).state for engine in ("exact", "pulse"))
    np.testing.assert_allclose(pulse, exact, rtol=0, atol=1e-12)
    assert "2 events" in str(nv.pulses.schedule(circuit, device))


def test_qiskit_takes_it() -> None:
    backend = nv.NVBackend(nv.Device(EQUATION))
    circuit = driven(3.0)
    circuit.measure_all()
    assert "driven_delay" in {entry.operation.name for entry in transpile(circuit, backend).data}
    counts: Any = backend.run(circuit, shots=2000, seed_simulator=3).result().get_counts()
    expected = np.real(EQUATION.driven(3.0).evolve("uu", [0.5])[0].diagonal())
    found = np.array([counts.get(f"{k:02b}", 0) for k in range(4)]) / 2000
    assert np.abs(found - expected).max() < 5 * np.sqrt(0.25 / 2000)  # 5 σ


def refused(circuit: QuantumCircuit, engine: EngineName = "exact") -> str:
    with pytest.raises(nv.errors.NVProtocolError) as error:
        nv.emulate(circuit, nv.Device(EQUATION), shots=None, engine=engine)
    return str(error.value)


def test_where_it_cannot_stand() -> None:
    monitored = QuantumCircuit(3)
    monitored.append(DrivenDelay(0.5, 1.0), [1, 2])
    assert '"driven_delay" on a qubit that is no NV' in refused(monitored)
    conditional = QuantumCircuit(2, 1)
    conditional.measure(0, 0)
    with conditional.if_test((conditional.clbits[0], 1)):
        conditional.append(DrivenDelay(0.5, 1.0), [0, 1])
    assert '"driven_delay" in an `if_else`' in refused(conditional)


def test_what_pulses_cannot_play() -> None:
    pytest.importorskip("qiskit_dynamics")
    assert "antennas of their own (control.crosstalk)" in refused(driven([1.0, 0.5]), "pulse")
    beside = QuantumCircuit(2)
    beside.append(DrivenDelay(0.5, 1.0, 1), [0])
    beside.delay(0.1, 1, unit="us")
    beside.x(1)
    assert 'nothing else than delays beside a "driven_delay", for pulses, but has "x"' in refused(beside, "pulse")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1.0, 1.0), "`duration` must be at least 0"),
        ((1.0, [1.0, 2.0, 3.0]), r"`drive` must be a number or 2 numbers, one for each qubit, but has shape \(3,\)"),
        ((1.0, np.nan), "`drive` must be finite"),
        ((1.0, 1.0, 0), "`n_qubits` must be at least 1"),
    ],
)
def test_bad_input_is_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(nv.errors.ArgumentError, match=message):
        DrivenDelay(*arguments)
