"""Pairs that are prepared, wait, and are read in a basis; and counts of them."""

import numpy as np
from qiskit import QuantumCircuit

import nvprotocol as nv


def prepared(time_us: float, state: str = "ud", basis: str = "zz") -> QuantumCircuit:
    """The circuit for a state of u, d and + (up along x), the first qubit first, and a basis of x, y and z."""
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


def drawn(circuits: list[QuantumCircuit], shots: int, device: nv.Device, seed: int) -> list[dict[str, int]]:
    """Counts from the exact distribution, all readings of two bits."""
    rng = np.random.default_rng(seed)
    found = nv.probability(circuits, device, "00", "c", None, engine="exact")
    return [
        {format(k, "02b"): int(n) for k, n in enumerate(rng.multinomial(shots, one.distribution)) if n} for one in found
    ]
