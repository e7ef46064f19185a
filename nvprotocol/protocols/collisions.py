"""No emitted magnon: monitor qubits play the magnons of a medium, and the runs in which none is seen are kept.

Each jump operator L = √g·K of the pair is collective: K takes |↓↓⟩ to a bright |T⟩ = (|↑↓⟩ + e^(iψ)|↓↑⟩)/√2, and |T⟩ to
e^(iψ)|↑↑⟩; what is orthogonal to these is dark. In a collision the pair may pass an excitation on to a monitor qubit,
which is then measured and reset. The same monitor qubits play all channels in turn: the collisions act one after the
other anyway, and a laboratory has few such qubits.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import Gate
from qiskit.circuit.library import XXPlusYYGate
from scipy.special import gammainc

from nvprotocol._checks import ROUNDING, times_array
from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.operators import density_matrix, hamiltonian_superoperator, unvec, vec
from nvprotocol.protocols.parameters import checked
from nvprotocol.protocols.parts import pair_circuit, prepare, wait
from nvprotocol.protocols.references import normalised

_NV_0, _NV_1, _MONITOR, _SECOND = 0, 1, 2, 3


@dataclass(frozen=True)
class _Channel:
    """A jump operator: its rate g in rad/µs, the phase ψ of its bright state, and whether it absorbs a magnon."""

    rate: float
    phase: float
    absorbs: bool


def no_emitted_magnon(
    duration: float,
    steps: int,
    a: float = 1.0,
    A: complex = 1.0,
    q: float = 0.0,
    initial: str = "ud",
    order: int = 1,
) -> QuantumCircuit:
    """Collides the pair with monitor qubits that play the medium, and sees where no magnon has come or gone (Eq. 13).

    Keep the runs in which every bit of `quiet` reads 1: for many steps they evolve under the non-Hermitian Hamiltonian
    H − (i/2) Σ L†L of the medium with these a, A, q, and all runs together under its master equation. Use a device
    whose own medium does not relax; what it has of detuning, exchange and dephasing acts during the delays, in halves
    before and after the collisions. The monitor is flipped before it is measured, so that a device's
    `monitor_efficiency`, the probability that a run with a magnon is rejected, is the efficiency η of the detector.
    With it, from |↑↓⟩ at q = 0 with |A| = a, the concurrence goes to 1/(2 − η).

    Order 1: in each step each channel exchanges its excitation with one monitor qubit by three `XXPlusYY` gates,
    e^(X/2) e^Y e^(X/2) with X on qubit 0 and Y on qubit 1. (The commutator of a plain product e^X e^Y is of the size of
    the step itself, and would not vanish with it.) One collision cannot take two magnons from |↓↓⟩; so the error falls
    as 1/steps. Order 2: the bright state is rotated into |↑↓⟩ and the dark one into |↓↑⟩, so that rotations of two
    monitor qubits, controlled by the NV qubits, emit no, one or two magnons with the exact probability; the channels
    follow each other in a symmetric order. The error falls as 1/steps², and without detuning and exchange the kept
    runs have none. Every gate is between an NV qubit and a monitor qubit.

    Args:
        duration: Time on the medium in µs.
        steps: Number of steps, at least 1.
        a: Local relaxation of the played medium in rad/µs, greater than 0.
        A: Its dissipative coupling in rad/µs, may be complex, |A| ≤ a.
        q: Its e^(−βΔ) in [0, 1]; where it is not 0, absorbed magnons are seen as well.
        initial: Product state in the paper's order, letters out of u, d, +, -, r, l.
        order: Order of the error in the step, 1 or 2.

    Returns:
        A circuit with qubit registers `nv` (2) and `monitor` (1, or 2 for order 2) and the classical register `quiet`.

    Raises:
        ArgumentError: If the duration is negative, there is no step, a is not positive, |A| > a, q lies outside [0, 1],
            the order is neither 1 nor 2, or the label is not one of two qubits.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))
        >>> circuit = nv.protocols.no_emitted_magnon(duration=0.5, steps=5, order=2)
        >>> kept = nv.emulate(circuit, device, shots=None, engine="exact", postselect={"quiet": 1})
        >>> bool(np.isclose(kept.concurrence, np.tanh(2 * 0.5)))
        True
    """
    arguments = {"duration": duration, "steps": steps, "a": a, "A": A, "q": q, "initial": initial, "order": order}
    given = checked("no_emitted_magnon", **arguments)
    sequence = _sequence(_channels(given["a"], given["A"], given["q"]), given["order"])
    bits = given["steps"] * len(sequence) * given["order"]
    circuit = pair_circuit("no_emitted_magnon", monitors=given["order"], quiet=bits)
    prepare(circuit, given["initial"])
    step, collide = given["duration"] / given["steps"], _COLLISIONS[given["order"]]
    bit = 0
    for number in range(given["steps"]):
        wait(circuit, step if number else step / 2)
        for channel, share in sequence:
            bit = _played(circuit, channel, share * step, collide, bit)
    wait(circuit, step / 2)
    return circuit


def reference(
    equation: MasterEquation,
    duration: ArrayLike,
    steps: int,
    a: float = 1.0,
    A: complex = 1.0,
    q: float = 0.0,
    initial: str = "ud",
    order: int = 1,
) -> Conditional:
    """The limit of many steps by the master equation, for durations of shape (T,).

    The jumps of the played medium have not happened; those of the equation's own medium are unmonitored.
    """
    from scipy.linalg import expm

    given = checked("no_emitted_magnon", steps=steps, a=a, A=A, q=q, order=order)
    times = times_array(duration, "duration")
    jumps = MasterEquation(Medium.pair(given["a"], given["A"], given["q"])).jump_operators
    loss = np.einsum("kba,kbc->ac", jumps.conj(), jumps) / 2
    generator = equation.liouvillian + hamiltonian_superoperator(-1j * loss)
    start = vec(density_matrix(initial, 2))
    vectors = expm(generator[..., None, :, :] * times[:, None, None]) @ start
    return normalised(unvec(vectors))


def _channels(a: float, A: complex, q: float) -> list[_Channel]:
    """The jump operators of a pair (Eq. 5): rates 2(a ± |A|) and q times as much; those of no rate are left out."""
    phase = float(np.angle(A)) if A else 0.0
    found = []
    for absorbs, factor in ((False, 1.0), (True, q)):
        for sign in (1, -1):
            rate = 2 * factor * (a + sign * abs(A))
            # Excitation has the conjugate coupling: h = [[ã, Ã], [Ã*, ã]] beside [[a, A*], [A, a]].
            turned = (-phase if absorbs else phase) + (0.0 if sign > 0 else np.pi)
            if rate > ROUNDING * a:
                found.append(_Channel(rate, turned, absorbs))
    return found


def _sequence(channels: list[_Channel], order: int) -> list[tuple[_Channel, float]]:
    """The channels of a step, each with its share of the step: one after the other, or there and back again."""
    if order == 1:
        return [(channel, 1.0) for channel in channels]
    there = [(channel, 0.5) for channel in channels[:-1]]
    return [*there, (channels[-1], 1.0), *reversed(there)]


def _played(circuit: QuantumCircuit, channel: _Channel, step: float, collide: "_Collision", bit: int) -> int:
    """One collision, its measurement into `quiet` from `bit` on and the reset; returns the next free bit."""
    if channel.absorbs:  # with up and down exchanged, absorbing is emitting
        circuit.x([_NV_0, _NV_1])
    collide(circuit, channel.rate * step, channel.phase)
    if channel.absorbs:
        circuit.x([_NV_0, _NV_1])
    for monitor in range(_MONITOR, circuit.num_qubits):
        circuit.x(monitor)
        circuit.measure(monitor, circuit.cregs[0][bit])
        circuit.reset(monitor)
        bit += 1
    return bit


_Collision = Callable[[QuantumCircuit, float, float], None]


def _hopping(circuit: QuantumCircuit, strength: float, phase: float) -> None:
    """The excitation hops from the pair to the monitor: e^(−iφ(Kσ⁻ + h.c.)) but for O(φ³), with cos φ = e^(−gΔt/2)."""
    angle = np.sqrt(2) * np.arcsin(np.sqrt(-np.expm1(-strength)))  # Qiskit's θ is twice the angle; each qubit has φ/√2
    circuit.append(XXPlusYYGate(angle / 2, 0.0), [_NV_0, _MONITOR])
    circuit.append(XXPlusYYGate(angle, phase), [_NV_1, _MONITOR])
    circuit.append(XXPlusYYGate(angle / 2, 0.0), [_NV_0, _MONITOR])


def _passing_on(circuit: QuantumCircuit, strength: float, phase: float) -> None:
    """The bright ladder |↓↓⟩ → |T⟩ → |↑↑⟩ with the exact probabilities of no, one and two magnons, for x = gΔt.

    Only the coherence between the two ways to emit one magnon is off, by O(x³).
    """
    turn = np.pi / 2 - phase
    _between_nvs(circuit, XXPlusYYGate(np.pi / 2, turn))  # |T⟩ is now |↑↓⟩, and the dark state |↓↑⟩
    _turn_where_down(circuit, _SECOND, both=_angle(gammainc(2, strength)), only_1=0.0)  # probability 1 − e^(−x)(1 + x)
    circuit.cx(_SECOND, _NV_0)
    circuit.cx(_SECOND, _NV_1)
    # |↓↓⟩ emits just one with probability xe^(−x), which is x/(1 + x) of what has not emitted two.
    one_of_two, one = _angle(strength / (1 + strength)), _angle(-np.expm1(-strength))
    _turn_where_down(circuit, _MONITOR, both=one_of_two, only_1=one)
    circuit.cx(_MONITOR, _NV_1)
    _between_nvs(circuit, XXPlusYYGate(-np.pi / 2, turn))
    circuit.cz(_MONITOR, _NV_1)  # |↓↓⟩ that has emitted one is now in the dark state; a sign makes it the bright one


def _between_nvs(circuit: QuantumCircuit, gate: Gate) -> None:
    """A gate on the NV qubits by way of the monitor: far apart, they have no gate of their own."""
    there_and_back = ((_NV_0, _MONITOR), (_MONITOR, _NV_0), (_NV_0, _MONITOR))
    for control, target in there_and_back:  # a swap; written as one, a transpiler may take it for a change of names
        circuit.cx(control, target)
    circuit.append(gate, [_MONITOR, _NV_1])
    for control, target in there_and_back:
        circuit.cx(control, target)


def _turn_where_down(circuit: QuantumCircuit, target: int, *, both: float, only_1: float) -> None:
    """Rotates a monitor about y by one angle where both NV qubits are down, by another where only qubit 1 is.

    Each CX turns the sense of what has come before: the four parts add up to one angle for each state of the NV qubits
    (a uniformly controlled rotation, DOI 10.1103/PhysRevLett.93.130502).
    """
    total, difference = (both + only_1) / 4, (both - only_1) / 4
    for part, control in ((total, _NV_0), (-difference, _NV_1), (difference, _NV_0), (-total, _NV_1)):
        circuit.ry(part, target)
        circuit.cx(control, target)


def _angle(probability: float) -> float:
    """The rotation about y that turns |↑⟩ into |↓⟩ with a given probability."""
    return float(2 * np.arcsin(np.sqrt(probability)))


_COLLISIONS: dict[int, _Collision] = {1: _hopping, 2: _passing_on}
