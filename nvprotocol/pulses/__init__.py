"""The protocol at the level of the laboratory: microwave pulses, a field gradient, and the medium all along."""

from nvprotocol.pulses.calibration import Calibration, calibrate, rotation, sparing
from nvprotocol.pulses.envelopes import Drag, Envelope, Gaussian, RaisedCosine, Samples, Square
from nvprotocol.pulses.events import Act, Check, Event, GradientRamp, MediumRamp, Pulse, Wait
from nvprotocol.pulses.lowering import schedule
from nvprotocol.pulses.propagation import (
    Frame,
    Method,
    Propagation,
    evolve,
    lindblad_model,
    non_hermitian_model,
    rwa_error,
    scan,
    waveform,
)
from nvprotocol.pulses.schedules import Schedule
from nvprotocol.pulses.sequences import detuning_sweep, echo_train, magnet_off_during_pulses, selective_flip

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
