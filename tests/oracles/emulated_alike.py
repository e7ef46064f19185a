"""An emulation that processes of any kind can import: what it gives must depend on its seed alone."""

import numpy as np

import nvprotocol as nv

DEVICE = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1)), gate_ns={"sx": 20, "cx": 100})


def emulated(seed: int) -> tuple[list[list[int]], list[list[complex]]]:
    """Counts and state of a circuit whose gates have to be translated."""
    circuit = nv.protocols.monitored_bell(duration=1.0 + 0.1 * seed, checks=2)
    found = nv.emulate(circuit, DEVICE, shots=500, postselect={"parity": 1}, seed=seed)
    return np.asarray(found.counts).tolist(), found.state.tolist()
