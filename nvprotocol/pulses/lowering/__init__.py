"""From a circuit to pulses: rotations, frame changes, field gradient, parity checks."""

from nvprotocol.pulses.lowering.lowering import lowered, schedule

__all__ = ["lowered", "schedule"]
