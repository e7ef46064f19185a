"""Which coherences of the NV qubits a compiled circuit has while time passes, and for how long."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol.compiler.steps import CompiledCircuit, Step
from nvprotocol.device import Device
from nvprotocol.engines.exact_branches import Branches
from nvprotocol.engines.exact_plan import step_superoperator
from nvprotocol.quasi_static.exposure import Exposure, every_sign

_MOST_QUBITS = 5
"""Qubits whose elements are looked at one by one; of more, all coherences count as there."""
_NOTHING = 1e-14
"""Matrix elements up to which they are rounding."""
_MEASURED = np.diag([1.0, 0.0, 0.0, 1.0]).astype(complex)


def exposure_of(circuit: CompiledCircuit, device: Device, more: float = 0.0) -> Exposure:
    """The coherences that may be there in any branch of a circuit, if its gates are instantaneous.

    What is there is followed as a pattern of density matrices whose elements are 0 or not: preparation in |↑⟩, X gates
    and checks of |σᶻ| make no coherence, and axial media none between different σᶻ.

    Args:
        circuit: The circuit.
        device: The device.
        more: Time in µs after its end of which nothing is known.
    """
    n_nv = device.n_qubits
    pattern: Branches | None = Branches((), np.ones((1, 1), dtype=complex))
    if max(circuit.form.num_qubits, n_nv) > _MOST_QUBITS:
        pattern = None
    maps: dict[object, NDArray[np.complex128]] = {}
    pieces: dict[bytes, tuple[float, NDArray[np.int8]]] = {}
    everything = [(more, every_sign(n_nv))]
    for k, step in enumerate(circuit.steps):
        passing = circuit.elapsed.get(k)
        if pattern is not None:
            key = id(step.operation) if passing is None else passing[1]
            if key not in maps:
                maps[key] = _map_of(step) if passing is None else _reached(device, passing[1])
            pattern = _after(pattern, step, maps[key])
        if passing is not None:
            everything.append((passing[0], everything[0][1] if pattern is None else _signs(pattern, n_nv)))
    for time, signs in everything:
        if time:
            key = signs.tobytes()
            pieces[key] = (pieces.get(key, (0.0, signs))[0] + time, signs)
    return Exposure(n_nv, tuple(pieces.values()))


def _map_of(step: Step) -> NDArray[np.complex128]:
    """The elements that a step makes of each, as a matrix of zeros and ones."""
    matrix = _MEASURED if step.measures else step_superoperator(step.operation)
    return (np.abs(matrix) > _NOTHING).astype(complex)


def _reached(device: Device, drive: tuple[complex, ...]) -> NDArray[np.complex128]:
    """The elements that come up while time passes, whether or not they are there at its end."""
    equation = device.dynamics.driven(drive) if drive else device.dynamics
    found = (equation.liouvillian != 0) | np.eye(4**device.n_qubits, dtype=bool)
    for _ in range(2 * device.n_qubits):
        found = (found.astype(float) @ found) > 0
    return found.astype(complex)


def _after(before: Branches, step: Step, matrix: NDArray[np.complex128]) -> Branches:
    """What is there after a step, whether its tests hold or not."""
    after = Branches(before.qubits, before.states)
    if not step.resets:
        after.apply(matrix, step.qubits)
    elif step.qubits[0] in after.qubits:
        after.clear(step.qubits[0])
    if step.tests:
        still = Branches(before.qubits, before.states)
        for one, other in ((after, still), (still, after)):
            one.occupy(other.qubits)
        after.states = after.states + still.states
    after.states = (np.abs(after.states) > 0).astype(complex)
    return after


def _signs(pattern: Branches, n_nv: int) -> NDArray[np.int8]:
    """The vectors e of the elements that are there, each once."""
    n = len(pattern.qubits)
    columns, rows = np.divmod(np.flatnonzero(pattern.states[0]), 2**n)
    signs = np.zeros((columns.size, n_nv), dtype=np.int8)
    for place, qubit in enumerate(pattern.qubits):
        if qubit < n_nv:
            signs[:, qubit] = (columns >> place & 1) - (rows >> place & 1)
    return np.unique(signs, axis=0)
