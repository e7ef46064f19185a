"""Circuits of the benchmarks of inference: a pair that is prepared, left alone, and read in a basis."""

import numpy as np
from qiskit import QuantumCircuit


def prepared(time_us: float, state: str, basis: str = "zz") -> QuantumCircuit:
    """The circuit for a state of u, d and + (up along x), and a basis of x, y and z, the first qubit first."""
    circuit = QuantumCircuit(2, 2)
    for k, one in enumerate(state):
        if one == "d":
            circuit.x(k)
        if one == "+":
            circuit.ry(np.pi / 2, k)
    circuit.delay(time_us, [0, 1], unit="us")
    for k, one in enumerate(basis):
        if one == "y":
            circuit.sdg(k)
        if one in "xy":
            circuit.h(k)
    circuit.measure([0, 1], [0, 1])
    return circuit
