"""Following one schedule, or many, in one call."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from nvprotocol import operators
from nvprotocol._checks import instances
from nvprotocol._typing import ArrayLike
from nvprotocol.device import Device
from nvprotocol.master_equation import Conditional
from nvprotocol.pulses.propagation.generator import Frame
from nvprotocol.pulses.propagation.propagation import Method, Propagation
from nvprotocol.pulses.schedules import Schedule
from nvprotocol.quasi_static import QuasiStaticNoise
from nvprotocol.quasi_static.exposure import Exposure
from nvprotocol.quasi_static.noise import nodes_of, normalised, unnormalised

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["evolve", "rwa_error", "scan"]


_WITHOUT_AND_WITH: tuple[Frame, Frame] = ("rwa", "rotating")


def evolve(
    schedule: Schedule,
    device: Device,
    initial: operators.State | None = None,
    times: ArrayLike | None = None,
    *,
    frame: Frame = "rwa",
    method: Method = "magnus",
    tolerance: float = 1e-10,
    no_jump: bool = False,
) -> Conditional:
    """The states of a schedule on a device at the given times; arguments as for `Propagation` and its `evolve`.

    Quasi-static noise of the device is averaged over, each run weighted by the probability that it is kept.

    Raises:
        ArgumentError: As for `Propagation` and its `evolve`.
        NoKeptShotsError: If what is kept has vanishing probability.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0))
        >>> waiting = nv.pulses.Schedule([nv.pulses.Wait(50.0)])
        >>> kept = nv.pulses.evolve(waiting, nv.Device(equation), "ud")
        >>> nv.concurrence(kept.states).round(6).tolist()  # Eq. 10
        [0.5]
    """
    run = Propagation(schedule, device, frame=frame, method=method, tolerance=tolerance, no_jump=no_jump)
    if device.noise is None:
        return run.evolve(initial, times)
    return _averaged(device.noise, device, schedule.duration, lambda by: run.of(schedule, by).evolve(initial, times))


def scan(
    schedules: Iterable[Schedule],
    device: Device,
    initial: operators.State | None = None,
    *,
    frame: Frame = "rwa",
    method: Method = "magnus",
    tolerance: float = 1e-10,
    no_jump: bool = False,
) -> Conditional:
    """The states at the end of many schedules, whose driven stretches are integrated together.

    Quasi-static noise of the device is averaged over, as in `evolve`.

    What two schedules have in common is integrated once; under JAX all of it is one compiled program over all points.

    Args:
        schedules: The schedules, S of them.
        device: The device.
        initial: As for `Propagation.evolve`.
        frame: As for `Propagation`.
        method: As for `Propagation`.
        tolerance: As for `Propagation`.
        no_jump: As for `Propagation`.

    Returns:
        States of shape (…, S, d, d) and probabilities of shape (…, S).

    Raises:
        ArgumentError: If there is no schedule; else as for `Propagation` and its `evolve`.
        NoKeptShotsError: If what is kept of one has vanishing probability.

    Examples:
        >>> turns = [nv.pulses.rotation(nv.pulses.Square(20.0), angle) for angle in (1.0, 2.0, 3.0)]
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.0)))
        >>> states = nv.pulses.scan([nv.pulses.Schedule([turn]) for turn in turns], device, "uu").states
        >>> bool(np.allclose(states[:, 0, 0].real, np.cos(np.array([0.5, 1.0, 1.5])) ** 4))
        True
    """
    every = instances(schedules, "schedules", Schedule)
    first = Propagation(every[0], device, frame=frame, method=method, tolerance=tolerance, no_jump=no_jump)

    def ends(shifts: ArrayLike) -> Conditional:
        runs = [first.of(schedule, shifts) for schedule in every]
        first.maps.prepare(segment for run in runs for segment in run.driven())
        found = [run.evolve(initial) for run in runs]
        states = np.concatenate([one.states for one in found], axis=-3)
        return Conditional(states, np.concatenate([one.probability for one in found], axis=-1))

    if device.noise is None:
        return ends(0.0)
    return _averaged(device.noise, device, max(schedule.duration for schedule in every), ends)


def _averaged(
    noise: QuasiStaticNoise, device: Device, duration: float, run: Callable[[ArrayLike], Conditional]
) -> Conditional:
    """The average of what runs with given static detunings find."""
    nodes = nodes_of(noise, device.n_qubits, [Exposure.to_all(device.n_qubits, duration)])
    total: NDArray = np.zeros(())
    for weight, shifts in zip(nodes.weights, nodes.shifts, strict=True):
        total = total + weight * unnormalised(run(shifts))
    return normalised(total)


def rwa_error(schedule: Schedule, device: Device, *, tolerance: float = 1e-8) -> float:
    """What the rotating-wave approximation gets wrong in a schedule: the largest entry of the difference of the maps.

    A driven spin turns faster by Ω²/4ω than the approximation says (Bloch and Siegert, doi:10.1103/PhysRev.57.522), so
    that pulses of a given angle err in proportion to Ω/ω, besides a part as small that the edges of square ones add.

    Args:
        schedule: The schedule.
        device: The device.
        tolerance: As for `Propagation`.

    Raises:
        ArgumentError: As for `Propagation`.

    Examples:
        >>> spin = nv.Device(nv.MasterEquation(nv.Medium(relaxation=[[0.0]])))  # at 2.87 GHz
        >>> flips = [nv.pulses.rotation(nv.pulses.RaisedCosine(duration)) for duration in (20.0, 40.0)]
        >>> errors = [nv.pulses.rwa_error(nv.pulses.Schedule([flip]), spin) for flip in flips]
        >>> np.round(errors, 4).tolist()
        [0.0038, 0.0019]
    """
    approximate, exact = (
        Propagation(schedule, device, frame=frame, tolerance=tolerance).propagator() for frame in _WITHOUT_AND_WITH
    )
    return float(np.abs(exact - approximate).max())
