"""Pieces that protocols are made of."""

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

from nvprotocol._checks import fail, real_number, show
from nvprotocol.operators.states import check_label

_PREPARATION = {"u": (), "d": ("x",), "+": ("h",), "-": ("x", "h"), "r": ("h", "s"), "l": ("h", "sdg")}


def pair_circuit(name: str, *, checks: int = 0) -> QuantumCircuit:
    """An empty circuit of two NV qubits, with a monitor qubit and a `parity` register where there are checks."""
    circuit = QuantumCircuit(QuantumRegister(2, "nv"), name=name)
    if checks:
        circuit.add_register(QuantumRegister(1, "monitor"), ClassicalRegister(checks, "parity"))
    return circuit


def prepare(circuit: QuantumCircuit, initial: str) -> None:
    """Prepares a product state on the NV qubits, which start in |↑↑⟩, from a label in the paper's order."""
    if not isinstance(initial, str):
        fail("initial", 'be a label such as "ud"', f"is of type {type(initial).__name__}")
    check_label(initial, 2, "initial")
    for qubit, letter in enumerate(initial):
        for gate in _PREPARATION[letter]:
            getattr(circuit, gate)(qubit)


def wait(circuit: QuantumCircuit, duration: float) -> None:
    """Lets time pass on both NV qubits, in µs; the barrier only keeps a drawing in order."""
    circuit.barrier()
    circuit.delay(float(f"{duration:.12g}"), [0, 1], unit="us")


def parity_check(circuit: QuantumCircuit, number: int) -> None:
    """Checks |σᶻ| of the pair: bit `number` of `parity` reads 1 where it is 0."""
    circuit.cx(0, 2)
    circuit.cx(1, 2)
    circuit.measure(2, circuit.cregs[0][number])
    circuit.reset(2)


def duration_us(value: object) -> float:
    """A duration in µs, zero or more."""
    if isinstance(value, str):
        fail("duration", "be a number of µs", f"is {show(value)}")
    return real_number(value, "duration", minimum=0.0)
