"""From a circuit to pulses: rotations, frame changes, field gradient, parity checks."""

from nvprotocol.pulses.lowering.lowering import lowered as lowered
from nvprotocol.pulses.lowering.lowering import schedule as schedule
