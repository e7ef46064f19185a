"""The protocol at the level of the laboratory: microwave pulses, a field gradient, and the medium all along."""

from nvprotocol.pulses._envelope import Envelope
from nvprotocol.pulses.calibration import Calibration, calibrate, rotation, sparing
from nvprotocol.pulses.envelopes import Drag, Gaussian, RaisedCosine, Samples, Square
from nvprotocol.pulses.events import Act, Check, GradientRamp, MediumRamp
from nvprotocol.pulses.generator import Frame
from nvprotocol.pulses.model import lindblad_model, non_hermitian_model
from nvprotocol.pulses.propagation import Method, Propagation
from nvprotocol.pulses.pulse import Event, Pulse, Wait
from nvprotocol.pulses.run import evolve, rwa_error, scan
from nvprotocol.pulses.schedule import Schedule
from nvprotocol.pulses.sequences import detuning_sweep, echo_train, magnet_off_during_pulses, selective_flip
from nvprotocol.pulses.waveform import waveform

from nvprotocol.pulses.lowering import schedule  # isort: skip  # hides the module of that name, which is loaded by now

__all__ = [
    "Act",
    "Calibration",
    "Check",
    "Drag",
    "Envelope",
    "Event",
    "Frame",
    "Gaussian",
    "GradientRamp",
    "MediumRamp",
    "Method",
    "Propagation",
    "Pulse",
    "RaisedCosine",
    "Samples",
    "Schedule",
    "Square",
    "Wait",
    "calibrate",
    "detuning_sweep",
    "echo_train",
    "evolve",
    "lindblad_model",
    "magnet_off_during_pulses",
    "non_hermitian_model",
    "rotation",
    "rwa_error",
    "scan",
    "schedule",
    "selective_flip",
    "sparing",
    "waveform",
]
