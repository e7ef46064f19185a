"""Where to put the qubits: Bell pairs per second that a magnet gives, and what the laboratory has to keep to."""

from nvprotocol.design.bell_yield import BellYield, bell_yield
from nvprotocol.design.optimum import Optimum, optimise
from nvprotocol.design.survey import Survey, survey

__all__ = ["BellYield", "Optimum", "Survey", "bell_yield", "optimise", "survey"]
