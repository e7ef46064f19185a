"""Two spins turned at once through one antenna: pulses that undo what each does to the other.

A pulse on one spin drives the other as well, off resonance. Alone, it shifts its phase (ac Stark effect), which the
gradient makes up for; beside a pulse on the other it also tilts the axis of that one, an error of the order of (Ω/δ)²
that is the same at any duration, since the gradient grows as Ω does. Amplitude, phase and tone of all pulses together
are as many numbers as the two rotations have, and are found by solving the Bloch equations of both spins under both.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol.operators.spins import PAULI_MATRICES
from nvprotocol.pulses.calibration import calibrate, turned
from nvprotocol.pulses.envelopes import Envelope
from nvprotocol.pulses.events import Pulse
from nvprotocol.pulses.magnus import magnus_propagator
from nvprotocol.pulses.schedules import TIME_RESOLUTION

LARGEST_MISS = 1e-5
"""Half the angle in rad by which a spin may be missed about any axis: an infidelity of some 1e-10 for any state."""
_REACHED = 1e-7
"""What a search for the pulses stops at."""
_INTEGRATION = 1e-9
_STEP = 1e-4
_MOST_ROUNDS = 50
_SPREADS = (0.0, *[0.3] * 5, *[0.6] * 6, *[1.0] * 6)
"""How far from the pulses of each alone a search begins, and begins anew, in the units of the changes."""


def compensated(
    pulses: Sequence[Pulse],
    targets: NDArray[np.complex128],
    splittings: NDArray[np.float64],
    field: NDArray[np.complex128],
    begin: float,
    end: float,
) -> tuple[list[Pulse], float]:
    """Pulses on the two qubits of a pair, changed so that together they turn each as it is to be turned.

    Args:
        pulses: The pulses, each on one of the two qubits, calibrated for it alone.
        targets: What the qubits are to do from `begin` to `end` in the frame of the mean splitting, shape (2, 2, 2).
        splittings: Their splittings about the mean in rad/µs, shape (2,).
        field: Field at each qubit of a tone that addresses each, shape (2, 2).
        begin: Beginning of the stretch in µs.
        end: Its end.

    Returns:
        The pulses, and half the largest angle in rad about an axis by which they miss the targets. It is above
        `LARGEST_MISS` if no change was found that makes the gates, at gradients so low that the tones can hardly be
        told apart.
    """
    moved = tuple([replace(pulse, start=pulse.begin - begin) for pulse in pulses])
    length = round(end - begin, 12)
    found, left = _solved(moved, targets.tobytes(), tuple(splittings.tolist()), np.array(field).tobytes(), length)
    return [replace(one, start=pulse.start) for one, pulse in zip(found, pulses, strict=True)], left


@lru_cache(maxsize=1024)
def stark_angle(envelope: Envelope, angle: float, field: float, offset: float) -> float:
    """The angle about z that a pulse leaves a qubit behind by, at a relative field, off resonance by an offset."""
    found = calibrate(envelope, angle)
    matrix = turned(envelope, found.rabi * field, found.phase, found.detuning + offset)
    return -float(np.angle(matrix[1, 1] / matrix[0, 0]))


def share_of_power(envelope: Envelope, part: float) -> float:
    """How much of the shift of another qubit, which goes with the power, is made in the first part of a pulse."""
    places = np.linspace(0.0, envelope.duration_ns, 401)
    power = np.abs(np.asarray(envelope.shape(places))) ** 2
    made = np.concatenate([[0.0], np.cumsum(power[1:] + power[:-1])])
    return float(np.interp(part, np.linspace(0.0, 1.0, made.size), made / made[-1]))


@lru_cache(maxsize=256)
def _solved(
    pulses: tuple[Pulse, ...], targets: bytes, splittings: tuple[float, ...], field: bytes, length: float
) -> tuple[list[Pulse], float]:
    """The changed pulses, and half the largest angle in rad about an axis by which they miss.

    The search begins at the pulses of each alone; where it ends in a minimum that is no solution it begins anew nearby.
    """
    from scipy.optimize import least_squares

    spins = _Spins(pulses, np.array(splittings), np.frombuffer(field, dtype=complex).reshape(2, 2), length)
    aims = np.frombuffer(targets, dtype=complex).reshape(2, 2, 2).conj().swapaxes(-1, -2)

    def missed(x: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rotations that are left to the targets as vectors, for changes of shape (…, 3J)."""
        left = spins.turned(np.atleast_2d(x)) @ aims
        sign = np.where(np.einsum("vkii->vk", left).real < 0, -1.0, 1.0)  # a whole turn more is none
        vectors = -0.5 * sign[..., None] * np.einsum("vkab,pba->vkp", left, PAULI_MATRICES).imag
        return vectors.reshape(*x.shape[:-1], 6)

    def slopes(x: NDArray[np.float64]) -> NDArray[np.float64]:
        steps = _STEP * np.eye(x.size)
        return (missed(np.concatenate([x + steps, x - steps])).reshape(2, x.size, 6) / (2 * _STEP)).T @ [1, -1]

    near = _REACHED**2
    starts = np.array(_SPREADS)[:, None] * np.random.default_rng(0).normal(size=(len(_SPREADS), 3 * len(pulses)))
    jacobian: Any = slopes  # SciPy's hint has only names of methods
    x, left = starts[0], np.inf
    for start in starts:
        found = least_squares(missed, start, jacobian, xtol=_REACHED / 10, ftol=near, gtol=near, max_nfev=_MOST_ROUNDS)
        if np.abs(found.fun).max() < left:
            x, left = found.x, float(np.abs(found.fun).max())
        if left <= LARGEST_MISS:
            break
    amplitudes, detunings = spins.changed(x[None])
    changed = [
        replace(pulse, rabi=abs(amplitude), phase=float(np.angle(amplitude)), detuning=float(detuning))
        for pulse, amplitude, detuning in zip(pulses, amplitudes[0], detunings[0], strict=True)
    ]
    return changed, left


class _Spins:
    """A pair of spins under J pulses whose amplitudes and tones are still to be changed.

    Args:
        pulses: The pulses, from time 0 on.
        splittings: The splittings about their mean in rad/µs.
        field: Field at each spin of a tone that addresses each.
        length: How long they are followed, in µs.
    """

    def __init__(
        self,
        pulses: Sequence[Pulse],
        splittings: NDArray[np.float64],
        field: NDArray[np.complex128],
        length: float,
    ) -> None:
        addressed = [pulse.qubit or 0 for pulse in pulses]
        self._pulses, self._splittings, self._length = pulses, splittings, length
        self._field, self._resonances = field[:, addressed], splittings[addressed]
        edges = {0.0, length}
        for pulse in pulses:
            on, off = pulse.on
            edges |= {on, off, *(on + knot / 1000 for knot in pulse.envelope.knots_ns)}
        self._edges = sorted(edges)

    def changed(self, x: NDArray[np.float64]) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        """Amplitudes Ω e^(iφ) and detunings of the pulses, shapes (V, J), for V sets of changes, shape (V, 3J).

        Real and imaginary part of an amplitude change in units of the largest of all, the tone in units of 1/T.
        """
        real, imaginary, tone = np.moveaxis(x.reshape(len(x), -1, 3), -1, 0)
        amplitudes = np.array([pulse.rabi * np.exp(1j * pulse.phase) for pulse in self._pulses])
        detunings = np.array([pulse.detuning for pulse in self._pulses])
        return amplitudes + np.abs(amplitudes).max() * (real + 1j * imaginary), detunings + tone / self._length

    def turned(self, x: NDArray[np.float64]) -> NDArray[np.complex128]:
        """What V sets of changed pulses do to each spin, shape (V, 2, 2, 2); no step crosses an edge of a pulse."""
        amplitudes, detunings = self.changed(x)
        result = np.broadcast_to(np.eye(2, dtype=complex), (len(x), 2, 2, 2))
        for start, stop in pairwise(self._edges):
            if stop - start > TIME_RESOLUTION:
                result = self._stretch(amplitudes, detunings, start, stop) @ result
        return result

    def _stretch(
        self, amplitudes: NDArray[np.complex128], detunings: NDArray[np.float64], start: float, stop: float
    ) -> NDArray[np.complex128]:
        middle = (start + stop) / 2
        sounding = [j for j, pulse in enumerate(self._pulses) if pulse.on[0] < middle < pulse.on[1]]
        pulses = [self._pulses[j] for j in sounding]
        tones = (detunings + self._resonances)[:, sounding, None]
        centres = np.array([pulse.centre for pulse in pulses])[:, None]

        def generator(times: NDArray[np.float64]) -> NDArray[np.complex128]:
            shapes = [one.envelope.shape(1000 * (times - one.centre) + one.envelope.duration_ns / 2) for one in pulses]
            waves = np.reshape(shapes, (len(pulses), times.size)) * amplitudes[:, sounding, None]
            drive = np.einsum("kj,vjt->tvk", self._field[:, sounding], waves * np.exp(-1j * tones * (times - centres)))
            parts = np.stack(np.broadcast_arrays(drive.real, drive.imag, -self._splittings), axis=-1)
            return -0.5j * np.tensordot(parts, PAULI_MATRICES, axes=1)

        turning = [abs(one.detuning) + 1000 * one.envelope.steepness for one in pulses]
        rate = max([0.0, *turning]) + 2 * np.abs(self._splittings).max() + sum(one.peak for one in pulses)
        return magnus_propagator(generator, start, stop, float(rate), _INTEGRATION, _rotation)


def _rotation(matrices: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """The exponential of −iv·σ, shape (…, 2, 2): cos|v| − i sin|v| v·σ/|v|."""
    (first, above), (below, last) = np.moveaxis(matrices, (-2, -1), (0, 1))
    angle = np.sqrt(np.maximum((first * last - above * below).real, 0.0))[..., None, None]
    return np.cos(angle) * np.eye(2) + np.sinc(angle / np.pi) * matrices
