"""Devices and schedules that several tests of pulses use."""

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nvprotocol as nv
from nvprotocol import pulses as p

HAS_DYNAMICS = importlib.util.find_spec("qiskit_dynamics") is not None
STILL = nv.MasterEquation(nv.Medium.pair(a=0.0))


def still(detuning: float = 0.0, **control: Any) -> nv.Device:
    """A pair on no medium at all."""
    return nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0), detuning), control=nv.device.Control(**control))


def one_still_spin(**control: Any) -> nv.Device:
    return nv.Device(nv.MasterEquation(nv.Medium(relaxation=[[0.0]])), control=nv.device.Control(**control))


def with_silent_pulse(events: Sequence[p.Event], duration: float) -> p.Schedule:
    """The schedule under a pulse of no strength, so that whatever integrates driven stretches is put to work."""
    return p.Schedule([*events, p.Pulse(p.Square(1000 * duration), rabi=0.0, start=0.0)], duration)


def rotation_matrix(angle: float, phase: float) -> NDArray[np.complex128]:
    """exp(−iθ/2 (cos φ σˣ + sin φ σʸ)), written out."""
    c, s = np.cos(angle / 2), np.sin(angle / 2)
    return np.array([[c, -1j * s * np.exp(-1j * phase)], [-1j * s * np.exp(1j * phase), c]])


def as_superoperator(unitary: NDArray) -> NDArray[np.complex128]:
    return np.asarray(np.kron(unitary.conj(), unitary), dtype=complex)


def envelopes() -> list[p.Envelope]:
    """One of each kind, none with special numbers."""
    wave = np.random.default_rng(40).normal(size=(2, 9))
    samples = (1.5 + 0.4 * wave[0] + 0.5j * wave[1]) / 4
    return [
        *(p.Square(37.0), p.Square(41.0, rise_ns=13.0), p.RaisedCosine(29.0), p.Gaussian(44.0, sigma_ns=9.0)),
        *(p.Drag(40.0, sigma_ns=9.0, beta_ns=1.5), p.Drag(36.0, beta_ns=-2.0), p.Samples(samples, 3.0)),
    ]
