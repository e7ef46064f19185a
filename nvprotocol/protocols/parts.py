"""Pieces that protocols are made of."""

from collections.abc import Sequence

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

_PREPARATION = {"u": (), "d": ("x",), "+": ("h",), "-": ("x", "h"), "r": ("h", "s"), "l": ("h", "sdg")}


def pair_circuit(name: str, *, monitors: int = 0, **bits: int) -> QuantumCircuit:
    """An empty circuit of two NV qubits, with monitor qubits and the named classical registers."""
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), name=name)
    if monitors:
        circuit.add_register(QuantumRegister(monitors, "monitor"))
    for register, size in bits.items():
        circuit.add_register(ClassicalRegister(size, register))
    return circuit


def prepare(circuit: QuantumCircuit, initial: str) -> None:
    """Prepares a product state on the NV qubits, which start in |↑↑⟩, from a checked label in the paper's order."""
    for qubit, letter in enumerate(initial):
        for gate in _PREPARATION[letter]:
            getattr(circuit, gate)(qubit)


def wait(circuit: QuantumCircuit, duration: float) -> None:
    """Lets time pass on both NV qubits, in µs.

    The barrier keeps a drawing in order. It leaves the monitor out, so that where its readout takes time, the NV qubits
    wait on while it is read.
    """
    circuit.barrier([0, 1])
    circuit.delay(float(f"{duration:.12g}"), [0, 1], unit="us")


def parity_check(circuit: QuantumCircuit, number: int) -> None:
    """Checks |σᶻ| of the pair: bit `number` of `parity` reads 1 where the check accepts, |σᶻ| = 0."""
    circuit.cx(0, 2)
    circuit.cx(1, 2)
    circuit.measure(2, circuit.cregs[0][number])
    circuit.reset(2)


def read_out(circuit: QuantumCircuit, qubits: Sequence[int]) -> None:
    """Measures NV qubits into `readout`, the first of them into bit 0."""
    circuit.barrier([0, 1])
    circuit.measure(qubits, circuit.cregs[0])
