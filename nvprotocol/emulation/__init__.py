"""Circuit × device × engine → estimate."""

from nvprotocol.emulation.register import probability
from nvprotocol.emulation.results import Estimate, KeptRuns, Probability
from nvprotocol.emulation.state import emulate

__all__ = ["Estimate", "KeptRuns", "Probability", "emulate", "probability"]
