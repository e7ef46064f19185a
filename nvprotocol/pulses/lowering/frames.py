"""The frames of the qubits: virtual-Z gates, rotations about z that no pulse makes.

A turn of all qubits together commutes with whatever an axial medium does, and shifts the phases of what follows. A turn
of one against the other does not: the medium's correlated part knows the phase between them; where the medium is not
axial or a drive is always on, the phase of each is known. It is shifted back to the
pulses that have prepared the qubit, shifted on to a readout, which does not see it, or, where time passes before, made
by the field gradient.
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np

from nvprotocol.channels import Channel
from nvprotocol.device import Device
from nvprotocol.operators import kraus_superoperator
from nvprotocol.pulses.events import Act
from nvprotocol.pulses.lowering.addressing import Turn
from nvprotocol.pulses.lowering.gates import turns, z_rotation


class Frames:
    """The rotations of a circuit, and the angle about z that each qubit is behind of it.

    Args:
        device: The device.
        axial: Whether nothing but relative phases means anything: no drive is on, and the medium is axial.

    Attributes:
        rotations: The rotations that pulses have to make.
        behind: The angle in rad of each qubit, shape (N,).
    """

    def __init__(self, device: Device, axial: bool) -> None:
        self.rotations: list[Turn] = []
        self.behind = np.zeros(device.n_qubits)
        self._sensitive = not axial or knows_phases(device)
        self._axial = axial
        self._since: list[list[int] | None] = [[] for _ in range(device.n_qubits)]

    def rotate(self, turn: Turn) -> None:
        """A rotation, its phase that of the circuit."""
        since = self._since[turn.qubit]
        if since is not None:
            since.append(len(self.rotations))
        self.rotations.append(turn._replace(phase=turn.phase - self.behind[turn.qubit]))

    def forget(self, qubit: int) -> None:
        """The qubit is in a state of its own along z, or a mixture: its phase means nothing."""
        others = np.delete(self.behind, qubit)
        self.behind[qubit] = others[0] if others.size and self._axial else 0.0
        self._since[qubit] = []

    def stray(self, qubit: int) -> None:
        """Something else than a pulse has turned the qubit, so that its preparation cannot be shifted any more."""
        self._since[qubit] = None

    def before_time_passes(self, time: float) -> list[Act]:
        """What the gradient has to do before the medium acts from a time in µs on."""
        found: list[Act] = []
        if self._sensitive and self._relative().size:
            for qubit in self._relative():
                self._shift_back(qubit)
            if (left := self._relative()).size:
                angles = np.where(np.isin(np.arange(self.behind.size), left), self.behind - self._reference, 0.0)
                found.append(turn_about_z(angles, "z turn", time))
                self.behind[left] = self._reference
        self._since = [None] * self.behind.size
        return found

    def at_the_end(self, time: float, common: float) -> list[Act]:
        """What completes the gates at the end, common to all qubits or not."""
        angles = self.behind + common
        return [turn_about_z(angles, "frame", time)] if any(map(turns, angles)) else []

    @property
    def _reference(self) -> float:
        """The angle that means nothing to the medium, if all qubits are behind by it."""
        return float(self.behind[0]) if self._axial else 0.0

    def _relative(self) -> np.ndarray:
        """The qubits that are behind by an angle that the medium knows."""
        return np.flatnonzero([turns(angle - self._reference) for angle in self.behind])

    def _shift_back(self, qubit: int) -> None:
        since = self._since[qubit]
        if since is None:
            return
        angle = self.behind[qubit] - self._reference
        for place in since:
            turn = self.rotations[place]
            self.rotations[place] = turn._replace(phase=turn.phase + angle)
        self.behind[qubit] = self._reference


def knows_phases(device: Device) -> bool:
    """Whether the medium acts otherwise where one qubit is turned about z against another."""
    medium = device.dynamics.medium
    blocks = (medium.relaxation, medium.excitation, medium.flip_flop)
    return any(bool(np.any(block - np.diag(np.diagonal(block)))) for block in blocks)


def turn_about_z(angles: Sequence[float] | np.ndarray, what: str, time: float) -> Act:
    """A rotation of each qubit about z by an angle of its own."""
    matrix = reduce(np.kron, [z_rotation(float(angle)) for angle in reversed(list(angles))])
    wrapped = [float(np.angle(np.exp(1j * angle))) for angle in angles]
    named = ", ".join(f"NV {k} by {angle:.4g}" for k, angle in enumerate(wrapped) if turns(angle))
    return Act(Channel(kraus_superoperator(matrix)), f"{what}: {named}", start=time)
