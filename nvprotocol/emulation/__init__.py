"""Circuit × device × engine → estimate."""

from nvprotocol.emulation.register_probability import probability
from nvprotocol.emulation.results import Estimate, KeptRuns, Probability
from nvprotocol.emulation.state_tomography import emulate

__all__ = ["Estimate", "KeptRuns", "Probability", "emulate", "probability"]
