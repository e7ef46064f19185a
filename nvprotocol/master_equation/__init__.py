"""The master equation of qubits that share a medium: generator, evolution, conditioning, steady states."""

from nvprotocol.master_equation.conditional import Conditional
from nvprotocol.master_equation.equation import MasterEquation
from nvprotocol.master_equation.finite_rate import (
    conditional_map,
    exceptional_detuning,
    long_time_concurrence,
    long_time_state,
    poissonian_concurrence,
    poissonian_generator,
)
from nvprotocol.master_equation.no_jump_kets import NoJumpKets

__all__ = [
    "Conditional",
    "MasterEquation",
    "NoJumpKets",
    "conditional_map",
    "exceptional_detuning",
    "long_time_concurrence",
    "long_time_state",
    "poissonian_concurrence",
    "poissonian_generator",
]
