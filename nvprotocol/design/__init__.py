"""Where to put the qubits: Bell pairs per second that a magnet gives, and what the laboratory has to keep to."""

from nvprotocol.design.optimum import Optimum, optimise
from nvprotocol.design.rate_map import Survey, survey
from nvprotocol.design.yields import BellYield, bell_yield

__all__ = ["BellYield", "Optimum", "Survey", "bell_yield", "optimise", "survey"]
