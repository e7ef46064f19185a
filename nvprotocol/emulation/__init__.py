"""Circuit × device × engine → estimate."""

from nvprotocol.emulation.estimate import Estimate
from nvprotocol.emulation.run import emulate

__all__ = ["Estimate", "emulate"]
