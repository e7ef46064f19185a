"""Circuits that a transpiler would like to move, and what they read when it has not.

The readout errors of the devices are unequal, which lures the layout passes of Qiskit: they would rather read a monitor
without errors than an NV qubit. What a circuit reads is an exact distribution; the two NV qubits differ in their
lifetimes and their readout, so that it tells where each qubit of the circuit is.
"""

import re
from typing import Any

import engines_on
import numpy as np
import pytest
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.primitives import BackendSamplerV2
from qiskit_aer.primitives import SamplerV2
from systems import pair

import nvprotocol as nv
from nvprotocol.backend import NVBackend
from nvprotocol.engines import exact
from nvprotocol.errors import UnsupportedCircuitError

SYSTEM = pair(a=1.0, A=0.8 * np.exp(0.6j), q=0.3, d=0.1, J=0.5, delta=0.4)
UNEQUAL = [[[0.8, 0.25], [0.2, 0.75]], [[0.97, 0.05], [0.03, 0.95]]]
LEVELS = (0, 1, 2, 3)


def backend_of(monitors: int, readout: Any = UNEQUAL) -> NVBackend:
    """A pair whose NV qubits differ; its instruments err, or are perfect where `readout` is None."""
    errors: dict[str, Any] = {"single_qubit_error": 0.01, "two_qubit_error": 0.02, "initialisation_error": 0.02}
    imperfect = {} if readout is None else errors
    return NVBackend(
        nv.Device(SYSTEM.equation, monitors=monitors, readout=readout, intrinsic_t1_us=[3.0, 1.0], **imperfect)
    )


def exchanged(first: int, second: int) -> QuantumCircuit:
    """An excited qubit that is exchanged with another, left alone there, and read."""
    circuit = QuantumCircuit(4, 1)
    circuit.x(first)
    circuit.barrier()
    circuit.swap(first, second)
    circuit.barrier()
    circuit.delay(0.4, second, unit="us")
    circuit.barrier()
    circuit.measure(second, 0)
    return circuit


def decay() -> QuantumCircuit:
    """The decay of one qubit, the first."""
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.delay(0.5, 0, unit="us")
    circuit.measure(0, 0)
    return circuit


def checked(monitors: int) -> QuantumCircuit:
    """A pair that every monitor checks once, its registers in the order that is not the device's."""
    circuit = QuantumCircuit(
        QuantumRegister(monitors, "monitor"), QuantumRegister(2, "nv"), ClassicalRegister(monitors + 2)
    )
    pair_of_nv = [monitors, monitors + 1]
    circuit.x(monitors)
    circuit.sx(monitors + 1)
    circuit.barrier()
    for k in range(monitors):
        circuit.delay(0.2, pair_of_nv, unit="us")
        circuit.barrier()
        circuit.cx(monitors, k)
        circuit.cx(monitors + 1, k)
        circuit.barrier()
        circuit.measure(k, k)
    circuit.barrier()
    circuit.measure(pair_of_nv, [monitors, monitors + 1])
    return circuit


def on_the_last(monitors: int) -> QuantumCircuit:
    """Only the second NV qubit and the last monitor are used."""
    n = monitors + 2
    circuit = QuantumCircuit(n, 2)
    circuit.sx(1)
    circuit.delay(0.4, 1, unit="us")
    circuit.barrier()
    circuit.cx(1, n - 1)
    circuit.barrier()
    circuit.delay(0.3, 1, unit="us")
    circuit.barrier()
    circuit.measure([1, n - 1], [0, 1])
    return circuit


def three_apart() -> QuantumCircuit:
    """Three qubits in two registers, of which the second meets the third."""
    circuit = QuantumCircuit(QuantumRegister(2, "a"), QuantumRegister(1, "b"), ClassicalRegister(3))
    circuit.sx(0)
    circuit.x(1)
    circuit.barrier()
    circuit.delay(0.4, [0, 1, 2], unit="us")
    circuit.barrier()
    circuit.cx(1, 2)
    circuit.barrier()
    circuit.measure([0, 1, 2], [0, 1, 2])
    return circuit


def circuits_with(monitors: int) -> list[QuantumCircuit]:
    """Circuits that use so many monitors."""
    return [checked(monitors), on_the_last(monitors)] if monitors else [decay()]


def read(circuit: QuantumCircuit, backend: NVBackend) -> NDArray[np.float64]:
    """The exact distribution of the bits, errors of readout included; refused as the backend refuses it."""
    wide = circuit
    if circuit.num_qubits < backend.device.n_qubits:
        wide = QuantumCircuit(backend.device.n_qubits, circuit.num_clbits)
        wide.compose(circuit, range(circuit.num_qubits), range(circuit.num_clbits), inplace=True)
    compiled = engines_on.compiled(wide, backend.device, {}, to_end=False)
    return exact.distribution(compiled, backend.device, range(circuit.num_clbits))


def assert_reads(found: QuantumCircuit, written: QuantumCircuit, backend: NVBackend) -> None:
    """Checks that two circuits read the same."""
    np.testing.assert_allclose(read(found, backend), read(written, backend), atol=1e-9)


def refusal(backend: NVBackend, circuit: QuantumCircuit) -> str:
    """What every way of running a circuit says against it, which is one line."""
    said = set()
    for run in (
        lambda: backend.run(circuit),
        lambda: backend.run([decay(), circuit], shots=10),
        lambda: backend.run(circuit, postselect={circuit.cregs[0].name: 0}),
        lambda: BackendSamplerV2(backend=backend).run([circuit], shots=10).result(),
        lambda: SamplerV2.from_backend(backend).run([circuit], shots=10).result(),
        lambda: nv.emulate(circuit, backend.device),
        lambda: nv.emulate(circuit, backend.device, engine="exact"),
        lambda: nv.backend.time_as_medium(circuit, backend.device),
    ):
        with pytest.raises(UnsupportedCircuitError) as caught:
            run()
        said.add(re.sub("^Argument `circuits?`", "Argument", str(caught.value)))
    (text,) = said
    assert text.startswith("Argument must ")
    assert "\n" not in text
    return text
