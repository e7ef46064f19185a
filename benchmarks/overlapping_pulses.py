"""How well pulses of unequal duration that overlap in part make the gates: a seeded population at the default gradient.

python benchmarks/overlapping_pulses.py [cases] [seed]
"""

import platform
import sys
from datetime import UTC, datetime
from time import perf_counter

import numpy as np
import qiskit
import scipy
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator

import nvprotocol as nv
from nvprotocol.errors import ArgumentError

ENVELOPES = ("square", "raised_cosine", "gaussian", "drag")
STILL = nv.MasterEquation(nv.Medium.pair(a=0.0))


def infidelity(circuit: QuantumCircuit, device: nv.Device) -> float:
    """1 minus the entanglement fidelity of what is played with the circuit."""
    unitary = np.asarray(Operator(circuit).data)
    made = nv.pulses.Propagation(nv.pulses.schedule(circuit, device), device).propagator()
    return float(1 - np.trace(np.kron(unitary.conj(), unitary).conj().T @ made).real / 16)


def main(cases: int = 400, seed: int = 2024) -> None:
    """Gates of 5 to 59 ns and any angles, one of them late by less than the other lasts, or not at all."""
    rng = np.random.default_rng(seed)
    left: dict[str, list[float]] = {name: [] for name in ENVELOPES}
    refused, slowest = 0, 0.0
    for _ in range(cases):
        name = ENVELOPES[rng.choice(4, p=[0.35, 0.35, 0.15, 0.15])]
        first, second = (int(one) for one in rng.integers(5, 60, 2))
        late = int(rng.integers(first)) if rng.random() < 0.8 else 0
        circuit = QuantumCircuit(2)
        circuit.delay(late, 1, unit="ns")
        circuit.rx(rng.uniform(-np.pi, np.pi), 0)
        circuit.ry(rng.uniform(-np.pi, np.pi), 1)
        control = nv.device.Control(envelope=name)
        device = nv.Device(STILL, gate_ns={"rx": first, "ry": second}, control=control)
        begun = perf_counter()
        try:
            left[name].append(infidelity(circuit, device))
        except ArgumentError as error:
            refused += 1
            print(f"refused: {error}")
        slowest = max(slowest, perf_counter() - begun)
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {versions}, Qiskit {qiskit.__version__}; seed {seed}")
    for name, values in left.items():
        print(f"{name:14} {len(values):4d} played, largest infidelity {max(values):.1e}")
    print(f"{refused} of {cases} refused; the slowest took {slowest:.1f} s")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
