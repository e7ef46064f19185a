"""Qiskit and Aer: circuits in which time passes on a medium, run exactly, by kept branch, or shot by shot."""

from nvprotocol.backend.conversion import to_kraus, to_superop
from nvprotocol.backend.noise import labelled_delay, noise_model
from nvprotocol.backend.timeline import Elapse, Keep, Operation, Timeline, timeline

__all__ = [
    "Elapse",
    "Keep",
    "Operation",
    "Timeline",
    "labelled_delay",
    "noise_model",
    "timeline",
    "to_kraus",
    "to_superop",
]
