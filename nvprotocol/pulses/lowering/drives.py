"""Drives of a circuit as square pulses at the frequency of the frame."""

from collections.abc import Sequence

import numpy as np

from nvprotocol.compiler.timing import TimedDrive, TimedOperation
from nvprotocol.device import Device
from nvprotocol.errors import UnsupportedCircuitError
from nvprotocol.pulses.envelopes import Square
from nvprotocol.pulses.events import Pulse
from nvprotocol.pulses.lowering.gates import begin_of, length_of
from nvprotocol.pulses.schedules import TIME_RESOLUTION


def drive_pulses(drives: Sequence[TimedDrive], operations: Sequence[TimedOperation], device: Device) -> list[Pulse]:
    """The pulses: one for all NV qubits, or one from the antenna of each where it reaches no other.

    Raises:
        UnsupportedCircuitError: If a drive is on while something else is done, or is not the same for all qubits that
            an antenna reaches.
    """
    found: list[Pulse] = []
    for one in drives:
        for event in operations:
            begin = begin_of(event, device)
            if begin < one.end - TIME_RESOLUTION and begin + length_of(event, device) > one.start + TIME_RESOLUTION:
                must = 'have nothing else than delays beside a "driven_delay", for pulses'
                raise UnsupportedCircuitError("circuit", must, f'has "{event.operation.name}"')
        found += _pulses(one, device)
    return found


def _pulses(one: TimedDrive, device: Device) -> list[Pulse]:
    n, splittings = device.n_qubits, device.equation.splittings
    strength = np.zeros(n, dtype=complex)
    strength[list(one.qubits)] = one.drive
    envelope, field = Square(1000 * (one.end - one.start)), device.control.field(n)
    if not np.any(field - np.eye(n)):
        return [
            Pulse(envelope, float(abs(drive)), k, float(np.angle(drive)), -float(splittings[k]), start=one.start)
            for k, drive in enumerate(strength)
            if drive
        ]
    common = strength[0] / field[0, 0]
    if np.abs(field[:, 0] * common - strength).max() > 1e-12 * np.abs(strength).max():
        must = 'have a "driven_delay" of one drive for all NV qubits, for pulses, or antennas of their own'
        raise UnsupportedCircuitError("circuit", f"{must} (control.crosstalk)", "has one of several")
    if not common:
        return []
    return [Pulse(envelope, float(abs(common)), None, float(np.angle(common)), start=one.start)]
