"""A stretch of time on a medium as a channel."""

import numpy as np

from nvprotocol._checks import fail, instance, real_number, whole_number
from nvprotocol.channels.channel import Channel
from nvprotocol.master_equation import MasterEquation
from nvprotocol.medium import Medium

__all__ = ["evolution"]

_MOST_STEPS = 10**12
"""Of so many the rounding is as large as what the splitting changes."""


def evolution(equation: MasterEquation, duration: float, *, split: int | None = None) -> Channel:
    """The channel of a stretch of time on a medium, exp(𝓛t), exact.

    Args:
        equation: The master equation, without batch axes.
        duration: Time in µs.
        split: Number of symmetric Strang steps in which Hamiltonian and dissipator take turns, with an error of
            O(t³/split²); for comparison with simulators that cannot do both at once. The default is no splitting.

    Raises:
        ArgumentError: If the equation has batch axes, the duration is negative, or `split` is not at least 1.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1), detuning=0.5)
        >>> channel = nv.channels.evolution(equation, duration=1.0)
        >>> rho = nv.operators.density_matrix("ud")
        >>> bool(np.allclose(channel(rho), equation.evolve(rho, 1.0)[0]))
        True
    """
    if instance(equation, "equation", MasterEquation).batch_shape:
        fail("equation", "have no batch axes", f"has batch {equation.batch_shape}")
    duration = real_number(duration, "duration", minimum=0.0)
    if split is None:
        return Channel(equation.propagator(duration))
    steps = whole_number(split, "split", minimum=1, maximum=_MOST_STEPS)
    medium = equation.medium
    couplings = {"flip_flop": medium.flip_flop, "ising": medium.ising}
    coherent = Medium(relaxation=np.zeros_like(medium.relaxation), **couplings)
    rates = {name: block for name, block in medium.blocks.items() if name not in couplings}
    dissipative = Medium(**rates)
    half = equation.on(coherent).propagator(duration / steps / 2)
    full = MasterEquation(dissipative).propagator(duration / steps)
    return Channel(np.linalg.matrix_power(half @ full @ half, steps))
