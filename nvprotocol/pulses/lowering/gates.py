"""A gate of one qubit as a pulse and a change of its frame."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_NOTHING = 1e-12


class Rotation(NamedTuple):
    """The gate Rz(λ) R(θ, φ), up to a global phase; R turns about cos φ x + sin φ y.

    Attributes:
        angle: θ in rad, from 0 to π.
        phase: φ in rad.
        frame: λ in rad.
    """

    angle: float
    phase: float
    frame: float


def rotation_of(matrix: NDArray[np.complex128]) -> Rotation:
    """A gate of one qubit, shape (2, 2), as one pulse followed by a change of the frame.

    R(θ, φ) has the elements cos(θ/2) on its diagonal and −i sin(θ/2) e^(∓iφ) above and below it (Qiskit's `RGate`).
    """
    (first, above), (below, last) = matrix
    angle = 2 * float(np.arctan2(abs(below), abs(first)))
    if abs(first) < _NOTHING:  # a π rotation, whose frame may as well be part of the phase
        return Rotation(np.pi, float(np.angle(below / above)) / 2, 0.0)
    frame = float(np.angle(last / first))
    if abs(below) < _NOTHING:
        return Rotation(0.0, 0.0, frame)
    return Rotation(angle, float(np.angle(1j * below / first)) - frame, frame)


def rotation_matrix(angle: float, phase: float) -> NDArray[np.complex128]:
    """R(θ, φ), shape (2, 2)."""
    c, s = np.cos(angle / 2), np.sin(angle / 2)
    return np.array([[c, -1j * s * np.exp(-1j * phase)], [-1j * s * np.exp(1j * phase), c]])


def z_rotation(angle: float) -> NDArray[np.complex128]:
    """Rz of an angle in rad."""
    return np.diag(np.exp([-0.5j * angle, 0.5j * angle]))


def turns(angle: float) -> bool:
    """Whether an angle in rad is more than whole turns."""
    return abs(np.exp(1j * angle) - 1) > 1e-9
