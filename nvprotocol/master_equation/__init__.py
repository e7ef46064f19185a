"""The master equation of qubits that share a medium: generator, evolution, conditioning, steady states."""

from nvprotocol.master_equation.conditional import Conditional
from nvprotocol.master_equation.equation import MasterEquation

__all__ = ["Conditional", "MasterEquation"]
