"""Runs of gallery protocols on the exact engine, up to the readout where there is one."""

from typing import Any

from qiskit import QuantumCircuit

import nvprotocol as nv
from nvprotocol._typing import ArrayLike
from nvprotocol.protocols import GALLERY


def before_readout(circuit: QuantumCircuit) -> QuantumCircuit:
    """The circuit without what it writes into `readout`."""
    plain = circuit.copy_empty_like()
    for entry in circuit.data:
        if not any(bit in register for bit in entry.clbits for register in circuit.cregs if register.name == "readout"):
            plain.append(entry)
    return plain


def count(circuit: QuantumCircuit, name: str) -> int:
    """How often an operation is in a circuit."""
    return [entry.operation.name for entry in circuit.data].count(name)


def exactly(name: str, equation: nv.MasterEquation, *, keep: bool = True, **parameters: Any) -> nv.Estimate:
    """The state that a protocol keeps (or, without `keep`, of all its runs together), from its circuit."""
    protocol = GALLERY[name]
    circuit = before_readout(protocol.circuit(**parameters))
    postselect = protocol.postselect if keep else None
    return nv.emulate(circuit, nv.Device(equation), shots=None, postselect=postselect, engine="exact")


def signal(name: str, equation: nv.MasterEquation, **parameters: Any) -> float:
    """The probability that a protocol with a readout is about, from its circuit."""
    read = {key: value for key, value in parameters.items() if key == "qubit"}
    if "qubit" not in read and name != "relaxometry":
        read["qubit"] = 0
    return float(GALLERY[name].signal(exactly(name, equation, **parameters).state, **read))


def pair_equation(delta: ArrayLike = 0.0, **symbols: Any) -> nv.MasterEquation:
    return nv.MasterEquation(nv.Medium.pair(**symbols), detuning=delta)
