"""Where to put the qubits: Bell pairs per second that a magnet gives, and what the laboratory has to keep to."""

from nvprotocol.design.bell_yield import BellYield, bell_yield
from nvprotocol.design.optimum import Optimum, optimise

__all__ = ["BellYield", "Optimum", "bell_yield", "optimise"]
