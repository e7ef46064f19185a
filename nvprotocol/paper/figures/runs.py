"""Emulated points of the two protocols that most figures are about."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol import protocols
from nvprotocol._checks import fail, instance, real_number, show, times_array, whole_number
from nvprotocol.device import Device
from nvprotocol.master_equation import Conditional, MasterEquation
from nvprotocol.medium import Medium
from nvprotocol.paper.figures.emulated import Points, emulated_points

__all__ = ["long_time_points", "monitored_points", "unmonitored_points"]

_MOST_CHECKS = 100_000
"""Those that a circuit has at most."""


def unmonitored_points(
    equation: MasterEquation, times: NDArray[np.float64], *, shots: int, rng: np.random.Generator, initial: str = "ud"
) -> Points:
    """Tomography of an unmonitored pair at some times.

    Args:
        equation: The master equation.
        times: Times in µs, shape (n,).
        shots: Runs in each setting.
        rng: What is random.
        initial: Product state in the paper's order; one with a superposition, or a medium that is not axial, takes nine
            settings instead of five.

    Examples:
        >>> from nvprotocol.paper.figures import unmonitored_points
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
        >>> points = unmonitored_points(equation, np.array([1.0]), shots=500, rng=np.random.default_rng(1))
        >>> points["exact"].round(5).tolist()
        [0.49084]
    """
    equation, times = instance(equation, "equation", MasterEquation), times_array(times)
    circuits = [protocols.dissipative_entanglement(time, initial) for time in times]
    exact = Conditional(equation.evolve(initial, times), np.ones(times.size))
    conserving = set(initial) <= {"u", "d"} and equation.symmetry == "U(1)"
    return emulated_points(circuits, Device(equation), exact, shots=shots, rng=rng, conserving=conserving)


def long_time_points(q: float, *, shots: int, rng: np.random.Generator, initial: str = "ud") -> Points:
    """Tomography of an unmonitored pair with a = |A| = 1 rad/µs after 20 µs, where it is as good as steady.

    Args:
        q: e^(−βΔ).
        shots: Runs in each setting.
        rng: What is random.
        initial: As for `unmonitored_points`.

    Examples:
        >>> from nvprotocol.paper.figures import long_time_points
        >>> long_time_points(0.0, shots=500, rng=np.random.default_rng(1))["exact"].round(5).tolist()
        [0.5]
    """
    equation = MasterEquation(Medium.pair(a=1.0, A=1.0, q=q))
    return unmonitored_points(equation, np.array([20.0]), shots=shots, rng=rng, initial=initial)


def monitored_points(
    equation: MasterEquation,
    times: NDArray[np.float64],
    *,
    period: float | None = None,
    checks: int = 20,
    shots: int,
    rng: np.random.Generator,
    initial: str = "ud",
) -> Points:
    """Tomography of a pair whose |σᶻ| is checked, in the runs that every check accepts, with the exact states.

    Args:
        equation: The master equation.
        times: Times in µs, shape (n,); multiples of the period, where there is one.
        period: Time between checks in µs; None for `checks` of them until each time.
        checks: Number of checks where there is no period.
        shots: Runs in each setting.
        rng: What is random.
        initial: Product state in the paper's order, letters u and d.

    Examples:
        >>> from nvprotocol.paper.figures import monitored_points
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.5))
        >>> points = monitored_points(equation, np.array([9.0]), period=0.3, shots=5000, rng=np.random.default_rng(1))
        >>> points["exact"].round(4).tolist()
        [0.9436]
    """
    equation, times = instance(equation, "equation", MasterEquation), times_array(times)
    checks = whole_number(checks, "checks", minimum=1)
    period = None if period is None else real_number(period, "period", above=0.0)
    if times[0] == 0:
        fail("times", "be greater than 0", "begin at 0")
    if period is not None and times[-1] / _MOST_CHECKS > period:
        fail("period", f"be at least 1/{_MOST_CHECKS} of the longest time", f"is {show(period)}")
    periods = times / checks if period is None else np.full(times.size, period)
    counts = np.rint(times / periods).astype(int)
    circuits = [
        protocols.monitored_bell(time, number, initial) for time, number in zip(times, counts.tolist(), strict=True)
    ]
    kept = [equation.monitored(initial, time, one) for time, one in zip(times, periods, strict=True)]
    exact = Conditional(np.concatenate([one.states for one in kept]), np.concatenate([one.probability for one in kept]))
    return emulated_points(circuits, Device(equation), exact, shots=shots, rng=rng, postselect={"parity": 1})
