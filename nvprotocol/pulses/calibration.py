"""Calibration: how strong a pulse must be, and at which tone and phase, to turn a spin by a given angle."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, real_number, show
from nvprotocol.errors import FitError
from nvprotocol.operators.spins import PAULI_MATRICES
from nvprotocol.pulses.envelopes import Drag, Envelope, checked_envelope
from nvprotocol.pulses.events import Pulse
from nvprotocol.pulses.magnus import magnus_propagator

__all__ = ["Calibration", "calibrate", "rotation", "sparing"]

_REACHED = 1e-9
_INTEGRATION = 1e-13
_MOST_ROUNDS = 50


@dataclass(frozen=True)
class Calibration:
    """What a pulse with some envelope needs to be a rotation about x.

    Attributes:
        rabi: Rabi rate in rad/µs.
        phase: Phase in rad.
        detuning: Offset of the tone from the resonance in rad/µs, 0 unless the envelope turns its own phase, as DRAG.

    Examples:
        >>> nv.pulses.calibrate(nv.pulses.Square(50.0), np.pi / 2).rabi.__round__(6)
        31.415927
    """

    rabi: float
    phase: float
    detuning: float


def calibrate(envelope: Envelope, angle: float = np.pi) -> Calibration:
    """The Rabi rate, phase and detuning by which an envelope turns its spin about x by an angle.

    For an envelope whose phase does not change the angle is the area, Ω = θ/∫s dt. Elsewhere drives at different times
    do not commute, and Ω, φ and D are found by solving the Bloch equations of the spin (RWA, no relaxation).

    Args:
        envelope: The envelope.
        angle: The angle θ in rad, above 0 and at most 2π.

    Raises:
        ArgumentError: If the angle is out of range or the envelope has no area.
        FitError: If no amplitude is found.

    Examples:
        >>> drag = nv.pulses.Drag(40.0, beta_ns=2.0)
        >>> found = nv.pulses.calibrate(drag, np.pi)
        >>> bool(found.rabi < np.pi / drag.area_ns.real * 1000), round(found.phase, 9)
        (True, 0.0)
    """
    checked_envelope(envelope)
    angle = real_number(angle, "angle", above=0.0, maximum=2 * np.pi * (1 + 1e-12))
    area = envelope.area_ns / 1000
    if abs(area) < 1e-9 * envelope.duration_ns:
        fail("envelope", "have an area that is not 0, for a rotation", f"has {show(envelope.area_ns)} ns")
    return _solved(envelope, angle)


def rotation(
    envelope: Envelope,
    angle: float = np.pi,
    phase: float = 0.0,
    *,
    qubit: int | None = None,
    start: float | None = None,
    slot_ns: float | None = None,
) -> Pulse:
    """The calibrated pulse that turns a spin by an angle about the axis cos φ x + sin φ y.

    It is Qiskit's `RGate(angle, phase)` in the middle of the pulse, in the frame that rotates at the mean splitting.

    Args:
        envelope: The envelope.
        angle: The angle in rad, from −2π to 2π; a pulse of no angle has no strength.
        phase: φ in rad: 0 is about x, π/2 about y.
        qubit: The NV that is addressed; None addresses all, at their mean splitting.
        start: Time of the beginning in µs, if it is not to follow the event before it.
        slot_ns: Time in ns set aside for the pulse.

    Raises:
        ArgumentError: As for `calibrate` and `Pulse`.
        FitError: As for `calibrate`.

    Examples:
        >>> half = nv.pulses.rotation(nv.pulses.RaisedCosine(40.0), np.pi / 2, np.pi / 2)  # both spins
        >>> still = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))
        >>> state = nv.pulses.evolve(nv.pulses.Schedule([half]), still, "uu").states[-1]
        >>> round(nv.operators.fidelity(state, "++"), 9)
        1.0
    """
    turn = real_number(angle, "angle")
    if turn == 0:  # the first point of many a scan
        return Pulse(envelope, 0.0, qubit, phase, slot_ns=slot_ns, start=start)
    found = calibrate(envelope, abs(turn))
    about = real_number(phase, "phase") + found.phase + (np.pi if turn < 0 else 0.0)
    return Pulse(envelope, found.rabi, qubit, about, found.detuning, slot_ns=slot_ns, start=start)


def sparing(offset: float, duration_ns: float, angle: float = np.pi, sigma_ns: float | None = None) -> Drag:
    """The DRAG envelope that turns one spin and spares another, the shift of its own tone taken into account.

    `Drag.against` with the offset from the tone, which the calibration moves, instead of that from the spin addressed:
    β = −1/(offset − D(β)). Where pulse and offset are too short and too small for that, so that the tone would have to
    move by as much as the offset, there is no such envelope.

    Args:
        offset: How much larger in rad/µs the splitting of the spin to be spared is.
        duration_ns: Duration in ns.
        angle: Angle in rad of the rotation.
        sigma_ns: Standard deviation in ns; a quarter of the duration unless given.

    Raises:
        ArgumentError: As for `calibrate` and `Drag.against`.
        FitError: If there is no such envelope.

    Examples:
        >>> nv.pulses.sparing(1000.0, 30.0).beta_ns.__round__(4)
        -1.0277
    """
    envelope = Drag.against(offset, duration_ns, sigma_ns)
    for _ in range(_MOST_ROUNDS):
        before = envelope.beta_ns
        distance = offset - calibrate(envelope, angle).detuning
        if distance * offset <= 0:
            break
        envelope = Drag.against(distance, duration_ns, sigma_ns)
        if abs(envelope.beta_ns - before) <= 1e-9 * abs(before):
            return envelope
    raise FitError(f"No DRAG envelope of {show(duration_ns)} ns spares a spin that is {show(offset)} rad/µs away.")


def turned(envelope: Envelope, rabi: float, phase: float, detuning: float) -> NDArray[np.complex128]:
    """The unitary of a pulse on its spin, in the frame of the spin about the middle of the pulse, shape (2, 2)."""
    duration = envelope.duration_ns / 1000

    def generator(times: NDArray[np.float64]) -> NDArray[np.complex128]:
        drive = rabi * np.exp(1j * (phase - detuning * (times - duration / 2))) * envelope.shape(1000 * times)
        return -0.5j * (drive.real[:, None, None] * PAULI_MATRICES[0] + drive.imag[:, None, None] * PAULI_MATRICES[1])

    rate = abs(rabi) * envelope.peak + abs(detuning) + 1000 * envelope.steepness
    edges = [0.0, *(knot / 1000 for knot in envelope.knots_ns), duration]
    result = np.eye(2, dtype=complex)
    for start, end in pairwise(edges):
        rounding = 1e-15 * rate * (end - start)  # what the angle that is turned is known to
        result = magnus_propagator(generator, start, end, rate, max(_INTEGRATION, rounding)) @ result
    return result


@lru_cache(maxsize=256)
def _solved(envelope: Envelope, angle: float) -> Calibration:
    area = envelope.area_ns / 1000
    first = np.array([angle / abs(area), -np.angle(area), 0.0])
    missed = _missed(envelope, angle, first)
    if np.abs(missed).max() < _REACHED:
        return Calibration(float(first[0]), float(first[1]) + 0.0, 0.0)
    from scipy.optimize import root

    scale = np.array([first[0], 1.0, 1000 / envelope.duration_ns])  # all three unknowns of the order of 1
    found = root(lambda x: _missed(envelope, angle, x * scale), first / scale, tol=1e-12)
    if np.abs(found.fun).max() > _REACHED or found.x[0] <= 0:
        raise FitError(f"No Rabi rate turns a spin by {show(angle)} rad with {envelope}.")
    rabi, phase, detuning = (float(value) for value in found.x * scale)
    return Calibration(rabi, 0.0 if abs(phase) < _REACHED else phase, detuning)


def _missed(envelope: Envelope, angle: float, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation that is left to the target, as a vector."""
    target = np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * PAULI_MATRICES[0]
    left = turned(envelope, *x) @ target.conj().T
    return np.array([-np.trace(left @ pauli).imag / 2 for pauli in PAULI_MATRICES])
