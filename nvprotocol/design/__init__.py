"""Where to put the qubits: Bell pairs per second that a magnet gives, and what the laboratory has to keep to."""

from nvprotocol.design.attempt import Attempt
from nvprotocol.design.bell_rate import bell_yield
from nvprotocol.design.cycle import Cycle
from nvprotocol.design.optimum import Optimum, optimise
from nvprotocol.design.rate_map import Survey, survey
from nvprotocol.design.yields import BellYield

__all__ = ["Attempt", "BellYield", "Cycle", "Optimum", "Survey", "bell_yield", "optimise", "survey"]
