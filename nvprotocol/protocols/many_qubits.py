"""Circuits of N qubits on one medium: one excitation that is watched, and a drive towards a dark state."""

import numpy as np
from numpy.typing import NDArray
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

from nvprotocol._checks import bounded_array, fail, number_of_qubits, real_number, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.operators.states import check_label
from nvprotocol.protocols.driven import DrivenDelay
from nvprotocol.protocols.parts import prepare

__all__ = ["driven_dark_state", "w_state", "winding_drive"]

_MOST_CHECKS = 100_000


def w_state(n_qubits: int, duration: float, checks: int = 1, excited: int = 0) -> QuantumCircuit:
    """One excitation among N qubits, and checks of whether it is still there, at equal intervals while the medium acts.

    A check is the parity of all excitations: at zero temperature an excitation can only leave, and a parity that has
    changed tells that it has. Keep the runs in which every bit of `parity` reads 1. What is kept tends to the modes of
    the medium that do not decay: on A_ij = −a/(N−1) to the W state, with probability 1/N; on A_ij = a to all but it,
    with probability (N−1)/N.

    Args:
        n_qubits: Number of NV qubits N ≥ 2.
        duration: Time on the medium in µs.
        checks: Number of checks, at least 1; at zero temperature one at the end is as good as many.
        excited: The qubit that is excited at the start.

    Returns:
        A circuit with qubit registers `nv` (N) and `monitor` (1) and the classical register `parity`.

    Raises:
        ArgumentError: If there are fewer than two qubits or no check, or the duration is negative.

    Examples:
        >>> shared = nv.Medium(relaxation=1.5 * np.eye(3) - 0.5)  # A_ij = −a/2
        >>> device = nv.Device(nv.MasterEquation(shared))
        >>> circuit = nv.protocols.w_state(3, duration=10.0)
        >>> kept = nv.emulate(circuit, device, shots=None, postselect={"parity": 1}, engine="exact")
        >>> w = sum(nv.operators.state(label) for label in ("duu", "udu", "uud")) / np.sqrt(3)
        >>> round(kept.success_probability, 6), round(nv.operators.fidelity(kept.state, w), 6)
        (0.333333, 1.0)
    """
    n = number_of_qubits(n_qubits, minimum=2, matrices=0)
    time = real_number(duration, "duration", minimum=0.0)
    number = whole_number(checks, "checks", minimum=1, maximum=_MOST_CHECKS)
    first = whole_number(excited, "excited", minimum=0)
    if first >= n:
        fail("excited", f"be one of {n} qubits", f"is {first}")
    registers = (QuantumRegister(n, "nv"), QuantumRegister(1, "monitor"), ClassicalRegister(number, "parity"))
    circuit, nv = QuantumCircuit(*registers, name="w_state"), list(range(n))
    circuit.x(first)
    for bit in range(number):
        circuit.barrier(nv)
        circuit.delay(float(f"{time / number:.12g}"), nv, unit="us")
        for qubit in nv:
            circuit.cx(qubit, n)
        circuit.measure(n, bit)
        circuit.reset(n)
    return circuit


def winding_drive(n_qubits: int, even: complex, winding: complex) -> NDArray[np.complex128]:
    """The drive Ω_k = u + b e^(2πik/N) of qubits k = 0 … N−1, in rad/µs, shape (N,).

    Args:
        n_qubits: Number of qubits N.
        even: u, the part that is the same for all.
        winding: b, the part whose phase winds once around.

    Examples:
        >>> nv.protocols.winding_drive(3, 0.3, 0.3).round(3).tolist()
        [(0.6+0j), (0.15+0.26j), (0.15-0.26j)]
    """
    n = number_of_qubits(n_qubits, matrices=0)
    given = [bounded_array(value, name) for value, name in ((even, "even"), (winding, "winding"))]
    for array, name in zip(given, ("even", "winding"), strict=True):
        if array.ndim:
            fail(name, "be a number", f"has shape {array.shape}")
    return given[0] + given[1] * np.exp(2j * np.pi * np.arange(n) / n)


def driven_dark_state(duration: float, drive: ArrayLike, initial: str | None = None) -> QuantumCircuit:
    """N qubits under a drive of different phases: on a collective medium it leads to an entangled, nearly dark state.

    For three qubits with |A_ij| = a = 1 rad/µs and `winding_drive(3, 0.3, 0.3)` every initial state ends in one that
    has a fidelity of 0.8066 with a W state of winding phases, after some 1/(0.046a).

    Args:
        duration: Time in µs.
        drive: Ω of each qubit in rad/µs, as many as there are NV qubits.
        initial: Product state in the paper's order, one letter for each qubit; |↑…↑⟩ by default.

    Returns:
        A circuit with the qubit register `nv` (N), without measurements.

    Raises:
        ArgumentError: If the duration is negative, or the label does not have a letter for each of the drives.

    Examples:
        >>> collective = nv.Device(nv.MasterEquation(nv.Medium(relaxation=np.ones((3, 3)))))
        >>> circuit = nv.protocols.driven_dark_state(400.0, nv.protocols.winding_drive(3, 0.3, 0.3))
        >>> state = nv.emulate(circuit, collective, shots=None, engine="exact").state
        >>> round(float(np.trace(state @ state).real), 4)
        0.7225
    """
    given = bounded_array(drive, "drive")
    if given.ndim != 1 or not given.size:
        fail("drive", "be a row of numbers, one for each qubit", f"has shape {given.shape}")
    delay = DrivenDelay(duration, given, given.size)
    label = "u" * delay.num_qubits if initial is None else initial
    check_label(label, delay.num_qubits, "initial")
    circuit = QuantumCircuit(QuantumRegister(delay.num_qubits, "nv"), name="driven_dark_state")
    prepare(circuit, label)
    circuit.append(delay, range(delay.num_qubits))
    return circuit
