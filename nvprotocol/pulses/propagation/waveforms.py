"""The field itself, sampled as a generator without a mixer would have to play it."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail, instance, real_number, show, whole_number
from nvprotocol.device import Device
from nvprotocol.pulses.propagation.timeline import Timeline
from nvprotocol.pulses.schedules import Schedule

__all__ = ["waveform"]

_MOST_SAMPLES = 100_000_000


def waveform(
    schedule: Schedule, device: Device, qubit: int = 0, sample_ns: float | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The drive of one NV in the laboratory frame, carriers included: f(t) = Σ Re(E e^(−iωt)) over the tones.

    It multiplies σˣ (spin operators are one half): a resonant f = Ω cos ωt turns its NV at the Rabi rate Ω.

    Args:
        schedule: The schedule.
        device: The device.
        qubit: The NV whose drive it is.
        sample_ns: Time between samples in ns; the clock of the device, unless given.

    Returns:
        Times in µs, each in the middle of a sample, and the drive in rad/µs, both of shape (T,).

    Raises:
        ArgumentError: If the sample rate is below twice the highest tone (Nyquist), or there is no such NV.

    Examples:
        >>> pulse = nv.pulses.rotation(nv.pulses.RaisedCosine(50.0), qubit=0)
        >>> schedule, device = nv.pulses.Schedule([pulse]), nv.Device(nv.MasterEquation(nv.Medium.pair()))
        >>> times, field = nv.pulses.waveform(schedule, device, sample_ns=0.01)
        >>> times.shape, round(float(np.abs(field).max()))
        ((5000,), 126)
        >>> nv.pulses.waveform(schedule, device)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        nvprotocol.errors.ArgumentError: Argument `sample_ns` must be below 0.174216 ns ..., but is 1.
    """
    timeline = Timeline(instance(schedule, "schedule", Schedule), instance(device, "device", Device))
    qubit = whole_number(qubit, "qubit", minimum=0, maximum=device.n_qubits - 1)
    step = real_number(device.dt_ns if sample_ns is None else sample_ns, "sample_ns", above=0.0)
    mean = 2000 * np.pi * device.frequency_ghz
    highest = max((abs(mean + tone.offset) for tone in timeline.tones), default=0.0)
    if highest * step / 1000 >= np.pi:
        must = (
            f"be below {show(1000 * np.pi / highest)} ns for the tone at {show(highest / (2000 * np.pi))} GHz (Nyquist)"
        )
        fail("sample_ns", must, f"is {show(step)}")
    if 1000 * schedule.duration > step * (_MOST_SAMPLES + 0.5):
        fail("sample_ns", f"give at most {_MOST_SAMPLES} samples", f"is {show(step)}")
    count = round(1000 * schedule.duration / step)
    times = (np.arange(count) + 0.5) * step / 1000
    field = np.zeros(count)
    for tone in timeline.tones:
        on, off = tone.pulse.on
        inside = (times >= on) & (times <= off)
        drive = tone.drive(times[inside])[qubit]
        field[inside] += (drive * np.exp(-1j * mean * times[inside])).real
    return times, field
