"""A schedule on a device, followed under the master equation: cut into segments, each a map."""

from nvprotocol.pulses.propagation.generator import Frame
from nvprotocol.pulses.propagation.model import lindblad_model, non_hermitian_model
from nvprotocol.pulses.propagation.propagation import Method, Propagation
from nvprotocol.pulses.propagation.run import evolve, rwa_error, scan
from nvprotocol.pulses.propagation.waveforms import waveform

__all__ = [
    "Frame",
    "Method",
    "Propagation",
    "evolve",
    "lindblad_model",
    "non_hermitian_model",
    "rwa_error",
    "scan",
    "waveform",
]
