"""Where names and rounding could pass for physics."""

from typing import Literal, TypeAlias

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

import nvprotocol as nv
from nvprotocol.errors import NoKeptShotsError

Engine: TypeAlias = Literal["aer", "exact"]
ENGINES: tuple[Engine, ...] = ("aer", "exact")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rounds", [1, 100])
def test_what_rounding_leaves_of_a_check_that_must_fail_is_no_state(engine: Engine, rounds: int) -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(1, "parity"))
    for _ in range(rounds):
        circuit.rx(0.7, [0, 1])
        circuit.rx(-0.7, [0, 1])
    circuit.cx(0, 2)
    circuit.cx(1, 2)
    circuit.measure(2, 0)
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0)))
    with pytest.raises(NoKeptShotsError, match="below what rounding resolves"):
        nv.emulate(circuit, device, shots=None, postselect={"parity": 1}, engine=engine)


@pytest.mark.parametrize("name", ["x", "cx", "swap", "barrier", "delay", "measure", "reset", "unitary", "u"])
def test_a_gate_that_has_the_name_of_another_stays_what_it_is(name: str) -> None:
    inner = QuantumCircuit(2, name=name)
    inner.h(0)
    inner.cx(0, 1)
    circuit = QuantumCircuit(QuantumRegister(2, "nv"))
    circuit.append(inner.to_gate(), [0, 1])
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0)))
    for engine in ENGINES:
        found = nv.emulate(circuit, device, shots=None, engine=engine)
        np.testing.assert_allclose(found.state, nv.operators.density_matrix("phi+"), atol=1e-14)
