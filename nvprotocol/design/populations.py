"""A pair between checks of |σᶻ|, as six real numbers: four populations and the coherence of |↑↓⟩ and |↓↑⟩.

An axial medium and the checks mix v = (p(↑↑), p(↑↓), p(↓↑), p(↓↓), Re c, Im c), c = ⟨↓↑|ρ|↑↓⟩, among themselves only,
and from a product state in the z basis nothing else ever is there.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nvprotocol.design.cycle import Cycle
from nvprotocol.design.sector import Array
from nvprotocol.master_equation import MasterEquation
from nvprotocol.master_equation.exponential import expm
from nvprotocol.medium import Medium

STARTS = ("ud", "du")
"""The states that an attempt may start in: the second qubit is flipped, or the first."""
PHASES = ("fixed", "free")
"""The phase of the Bell state: that of the medium, or whatever is best at the time, which is known."""

_ELEMENTS = np.array([0, 10, 5, 15, 9, 6])
"""↑↑, ↑↓, ↓↑, ↓↓, ⟨↓↑|ρ|↑↓⟩ and ⟨↑↓|ρ|↓↑⟩ among column-stacked elements in Qiskit's order."""
_TO_REAL = np.eye(6, dtype=complex)
_TO_REAL[4:, 4:] = [[0.5, 0.5], [-0.5j, 0.5j]]
_FROM_REAL = np.linalg.inv(_TO_REAL)
_INSIDE = np.diag([0.0, 1.0, 1.0, 0.0, 1.0, 1.0])
_DOWN = np.array([[0, 0, 1, 1, 1, 0], [0, 1, 0, 1, 0, 1]]), np.array([[0, 0, 1, 1, 0, 1], [0, 1, 0, 1, 1, 0]])
"""Whether a qubit is ↓ in the ket, and in the bra, of each element; the first qubit, then the second."""
_FLIPPED = np.array([[1, 0, 3, 2], [2, 3, 0, 1]])
"""Where populations go when the second or the first qubit is flipped."""


class Kept(NamedTuple):
    """What is kept.

    Attributes:
        fidelity: F with the Bell state, of the fixed phase and of a free one, shape (…, 2).
        probability: Success probability, shape (…).
    """

    fidelity: Array
    probability: Array


def generators(medium: Medium, delta: Array) -> Array:
    """The generator of v in 1/µs, shape (…, 6, 6), for an axial medium of two qubits."""
    whole = MasterEquation(medium, delta).liouvillian[..., _ELEMENTS[:, None], _ELEMENTS]
    return (_TO_REAL @ whole @ _FROM_REAL).real


def monitored(generator: Array) -> Array:
    """The generator under continuous monitoring, which leaves nothing outside σᶻ = 0.

    Examples:
        >>> from nvprotocol.design.populations import generators, monitored
        >>> inside = monitored(generators(nv.Medium.pair(a=1.0, A=0.9), np.zeros(())))
        >>> np.sort(np.linalg.eigvals(inside).real).round(9)[:2].tolist()  # −2(a + |A|), −2a
        [-3.8, -2.0]
    """
    return _INSIDE @ generator @ _INSIDE


def started(generator: Array, cycle: Cycle) -> Array:
    """The v at the start of each of `STARTS`, shape (…, 2, 6)."""
    wrong = cycle.initialisation_error
    single = np.array([1 - wrong, wrong])
    populations = np.outer(single, single).ravel()
    before = np.zeros((*generator.shape[:-2], 2, 6))
    before[..., :4] = populations
    if not cycle.flip_duration:
        before[..., :4] = _flip(before[..., :4], cycle.flip_error)
        return before
    half = expm(generator * (cycle.flip_duration / 2))[..., None, :, :]
    v = _applied(half, before)
    v[..., :4] = _flip(v[..., :4], cycle.flip_error)
    v[..., 4:] *= 0.0  # of a coherence that the medium makes from ↑↑ in the time of the pulse, a flip leaves none here
    return _applied(half, v)


def _flip(populations: Array, error: float) -> Array:
    """Populations, shape (…, 2, 4), with the second qubit flipped in the first row, the first one in the second."""
    turned = np.stack([populations[..., k, _FLIPPED[k]] for k in range(2)], axis=-2)
    return (1 - error) * turned + error * populations


def accepted(generator: Array, cycle: Cycle) -> Array:
    """What a check leaves of v when it accepts, from the beginning of its first gate to that of its readout."""
    g = cycle.gate_duration
    if not g and not cycle.gate_error:
        return (1 - cycle.false_alarm) * _INSIDE + (1 - cycle.efficiency) * (np.eye(6) - _INSIDE)
    between = expm(generator * g)
    half = expm(generator * (g / 2))
    apart = np.einsum("mn,...ij->...minj", np.eye(4), _FROM_REAL @ between @ _TO_REAL)
    apart = apart.reshape(*generator.shape[:-2], 24, 24)
    first, second = (_gate(k, cycle.gate_error) for k in range(2))
    whole = (second @ apart @ first)[..., :, :6]  # the ancilla starts in 0
    read = (1 - cycle.efficiency) * whole[..., :6, :] + (1 - cycle.false_alarm) * whole[..., 18:, :]
    return half @ (_TO_REAL @ read @ _FROM_REAL).real @ half


def _gate(qubit: int, infidelity: float) -> Array:
    """A CX from a qubit onto the ancilla, with its error; element e of the pair with |m⟩⟨m′| has index 6(2m + m′) + e.

    The depolarising channel of qubit and ancilla leaves the populations of the other qubit; the coherences that are
    followed have both qubits in them, and are lost.
    """
    ket, bra = (side[qubit] for side in _DOWN)
    gate = np.zeros((24, 24))
    for m in range(2):
        for other in range(2):
            for element in range(6):
                to = 2 * (m ^ int(ket[element])) + (other ^ int(bra[element]))
                gate[6 * to + element, 6 * (2 * m + other) + element] = 1.0
    lost = 4 / 3 * infidelity
    mixed = np.zeros((24, 24))
    rest = _DOWN[0][1 - qubit][:4]
    for m in (0, 3):
        for n in (0, 3):
            mixed[6 * m : 6 * m + 4, 6 * n : 6 * n + 4] = np.equal.outer(rest, rest) / 4
    return ((1 - lost) * np.eye(24) + lost * mixed) @ gate


def judged(vectors: Array, phase: Array) -> Kept:
    """Fidelity and success probability of v, shape (…, 6), which are zero or positive in trace; F = 0 where it is 0."""
    inside, coherence = vectors[..., 1] + vectors[..., 2], vectors[..., 4] + 1j * vectors[..., 5]
    trace = vectors[..., :4].sum(axis=-1)
    there = trace > 0
    total = np.where(there, trace, 1.0)
    known = (coherence * np.exp(-1j * phase)).real
    fidelity = (inside / 2)[..., None] + np.stack([known, np.abs(coherence)], axis=-1)
    fidelity = np.minimum(np.where(there[..., None], fidelity / total[..., None], 0.0), 1.0)  # by rounding, above it
    return Kept(fidelity, np.where(there, trace, 0.0))


def _applied(matrix: Array, vector: NDArray) -> NDArray:
    return (matrix @ vector[..., None])[..., 0]
