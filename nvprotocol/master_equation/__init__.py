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
from nvprotocol.master_equation.one_excitation import SingleExcitation, single_excitation
from nvprotocol.master_equation.trajectories import Clicks, Trajectories

__all__ = [
    "Clicks",
    "Conditional",
    "MasterEquation",
    "NoJumpKets",
    "SingleExcitation",
    "Trajectories",
    "conditional_map",
    "exceptional_detuning",
    "long_time_concurrence",
    "long_time_state",
    "poissonian_concurrence",
    "poissonian_generator",
    "single_excitation",
]
