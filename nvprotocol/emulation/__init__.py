"""Circuit × device × engine → estimate."""

from nvprotocol.emulation.estimate import Estimate
from nvprotocol.emulation.probability import Probability, probability
from nvprotocol.emulation.run import emulate

__all__ = ["Estimate", "Probability", "emulate", "probability"]
