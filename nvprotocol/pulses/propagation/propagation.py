"""A schedule followed under the master equation, segment by segment."""

from collections.abc import Iterator
from copy import copy
from functools import lru_cache, reduce
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nvprotocol import operators
from nvprotocol._checks import bounded_array, fail, numeric_array, one_of, real_number, show, times_array
from nvprotocol._typing import ArrayLike
from nvprotocol.channels import Channel, parity_check
from nvprotocol.device import Device
from nvprotocol.master_equation import Conditional
from nvprotocol.master_equation.evolution import evolved
from nvprotocol.master_equation.no_jump_evolution import no_jump
from nvprotocol.operators.states import factor_of_matrices
from nvprotocol.pulses.events import Act, Check
from nvprotocol.pulses.propagation.dynamics import DynamicsIntegrator
from nvprotocol.pulses.propagation.generator import DrivenGenerator, Frame, from_pauli
from nvprotocol.pulses.propagation.maps import MagnusIntegrator, SegmentMaps, applied, normalised, require_resolved
from nvprotocol.pulses.propagation.timeline import Segment, Timeline
from nvprotocol.pulses.schedules import TIME_RESOLUTION, Schedule

__all__ = ["Method", "Propagation"]

Method: TypeAlias = Literal["magnus", "dynamics"]
_FRAMES: tuple[Frame, ...] = ("rwa", "rotating", "lab")
_METHODS: tuple[Method, ...] = ("magnus", "dynamics")
_FINEST = 1e-13
"""Below it rounding would be taken for an error that smaller steps could mend."""


class Propagation:
    """A schedule on a device, ready to be followed from any state.

    Idle stretches are exponentials of the generator, exact at any length. Where something is driven or ramped, "magnus"
    (`nvprotocol.pulses.magnus`, NumPy only) or "dynamics" (the solvers of qiskit-dynamics) follows it; no step crosses
    the beginning or the end of anything. Segments that are equal but for their time are integrated once. For a pair
    "magnus" is the faster (a pulse and 100 times: a third of the time of "dynamics" on JAX once that is compiled, a
    twentieth of that on SciPy; `benchmarks/pulses.py`), and "dynamics" an independent check of it.

    Args:
        schedule: The schedule.
        device: The device; its medium and intrinsic relaxation act all along.
        frame: "rwa", the frame that rotates at the mean splitting without counter-rotating terms; "rotating", the same
            with them; "lab", the laboratory frame, slowly and to the same result. States are those of the rotating
            frame, which is the laboratory's at time 0.
        method: "magnus" or "dynamics".
        tolerance: Largest error let pass in each driven segment, from 1e-13 to 1e-2.
        no_jump: Whether the run is on condition that no quantum of relaxation or excitation is exchanged, as
            `MasterEquation.no_jump` is (Eq. 13).
        shifts: What the splittings are off the device's own in this run in rad/µs, one number or shape (N,): the pulses
            are those of the device as it is known. A single run has no average over quasi-static noise, which
            `nv.pulses.evolve` takes.

    Raises:
        ArgumentError: If an argument is out of its range, or the device cannot play the schedule.
        MissingExtraError: If "dynamics" is chosen and qiskit-dynamics is not installed.

    Examples:
        >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=0.1, A=0.1)))
        >>> flip = nv.pulses.Pulse(nv.pulses.Square(20.0), rabi=np.pi / 0.02)  # both spins at once
        >>> run = nv.pulses.Propagation(nv.pulses.Schedule([flip, nv.pulses.Wait(1.0)]), device)
        >>> run.evolve("uu").states[-1].real.diagonal().round(2).tolist()
        [0.06, 0.13, 0.13, 0.67]
    """

    def __init__(
        self,
        schedule: Schedule,
        device: Device,
        *,
        frame: Frame = "rwa",
        method: Method = "magnus",
        tolerance: float = 1e-10,
        no_jump: bool = False,
        shifts: ArrayLike = 0.0,
    ) -> None:
        if not isinstance(device, Device):
            fail("device", "be a Device", f"is of type {type(device).__name__}")
        self.schedule, self.device = _checked(schedule), device
        self.frame = one_of(frame, "frame", _FRAMES)
        self.method = one_of(method, "method", _METHODS)
        self.tolerance = real_number(tolerance, "tolerance", minimum=_FINEST, maximum=1e-2)
        if not isinstance(no_jump, bool | np.bool_):
            fail("no_jump", "be True or False", f"is {show(no_jump)}")
        self.no_jump = bool(no_jump)
        self.timeline = Timeline(schedule, device, _checked_shifts(shifts, device))
        self.generator = DrivenGenerator(device, self.frame, "no_jump" if no_jump else "full")
        follow = DynamicsIntegrator if self.method == "dynamics" else MagnusIntegrator
        self.maps = SegmentMaps(self.generator, follow(self.generator, self.tolerance))

    def of(self, schedule: Schedule, shifts: ArrayLike = 0.0) -> "Propagation":
        """Another schedule on the same device, followed in the same way; maps of segments that both have are shared.

        Args:
            schedule: The schedule.
            shifts: As for `Propagation`, of the other run.

        Raises:
            ArgumentError: As for `Propagation`.

        Examples:
            >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair()))
            >>> run = nv.pulses.Propagation(nv.pulses.Schedule([nv.pulses.Wait(1.0)]), device)
            >>> run.of(nv.pulses.Schedule([nv.pulses.Wait(2.0)])).evolve("dd").states.shape
            (1, 4, 4)
        """
        other = copy(self)
        other.schedule = _checked(schedule)
        other.timeline = Timeline(schedule, self.device, _checked_shifts(shifts, self.device))
        return other

    def evolve(self, initial: operators.State | None = None, times: ArrayLike | None = None) -> Conditional:
        """The states at the given times, and the probability that everything kept up to then has been kept.

        Args:
            initial: As for `MasterEquation.evolve`; unless given, what the device's initialisation makes of |↑…↑⟩.
            times: Non-decreasing times in µs within the schedule, shape (T,) or a number; its end, unless given. At the
                time of a check or other map the state is the one right after it.

        Returns:
            States of shape (…, T, d, d) and probabilities of shape (…, T).

        Raises:
            ArgumentError: If the initial state is none, or a time is past the end of the schedule.
            NoKeptShotsError: If what is kept has vanishing probability, or where something is driven or ramped, one
                below 1e-9, which pulses and ramps are not followed closely enough to resolve.

        Examples:
            >>> schedule = nv.pulses.Schedule([nv.pulses.Wait(0.5), nv.pulses.Check()], duration=1.0)
            >>> device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)))
            >>> kept = nv.pulses.Propagation(schedule, device).evolve("ud", [0.5, 1.0])
            >>> kept.probability.round(4).tolist()
            [0.5677, 0.5677]
        """
        stops = times_array(self.schedule.duration if times is None else times)
        if stops[-1] > self.schedule.duration + TIME_RESOLUTION:
            fail("times", f"be within the {show(self.schedule.duration)} µs of the schedule", f"has {show(stops[-1])}")
        self.maps.prepare(self.driven(stops))
        rho = initial_state(self.device) if initial is None else operators.density_matrix(initial, self.device.n_qubits)
        if rho.size == 0:
            fail("initial", "hold at least one state", f"has shape {rho.shape}")
        states: list[NDArray[np.complex128]] = []
        logarithms: list[NDArray[np.float64]] = []
        log = np.zeros(rho.shape[:-2])
        for part in self._parts():
            if isinstance(part, Segment):
                wanted = stops[len(states) :]
                wanted = wanted[wanted < part.end - TIME_RESOLUTION]
                inside, weights = self._through(part, rho, np.append(wanted, part.end))
                found = inside[..., :-1, :, :], log[..., None] + np.log(weights[..., :-1])
                states += list(np.moveaxis(found[0], -3, 0))
                logarithms += list(np.moveaxis(found[1], -1, 0))
                rho, log = inside[..., -1, :, :], log + np.log(weights[..., -1])
            else:
                rho, weight = normalised(part(rho))
                log = log + np.log(weight)
        states += [rho] * (stops.size - len(states))
        logarithms += [log] * (stops.size - len(logarithms))
        kept = Conditional(np.stack(states, axis=-3), np.exp(np.stack(logarithms, axis=-1)))
        if not all(segment.constant for segment in self.timeline.segments):
            require_resolved(kept.probability)
        return kept

    def propagator(self, start: float = 0.0, end: float | None = None) -> NDArray[np.complex128]:
        """The map of unnormalised states from one time to another, on column-stacked density matrices.

        Checks and other maps at `start` are part of it, those at `end` only where that is the end of the schedule.

        Args:
            start: Time in µs.
            end: Time in µs; the end of the schedule, unless given.

        Returns:
            A superoperator, shape (d², d²).

        Raises:
            ArgumentError: If the times are not in order within the schedule.

        Examples:
            >>> equation = nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.5))
            >>> run = nv.pulses.Propagation(nv.pulses.Schedule([nv.pulses.Wait(2.0)]), nv.Device(equation))
            >>> bool(np.allclose(run.propagator(end=0.5), equation.propagator(0.5)))
            True
        """
        last = self.schedule.duration
        stop = last if end is None else real_number(end, "end", minimum=0.0, maximum=last + TIME_RESOLUTION)
        start = real_number(start, "start", minimum=0.0, maximum=stop)
        result: NDArray = np.eye(4**self.device.n_qubits, dtype=complex)
        now = 0.0
        for part in self._parts():
            if isinstance(part, Segment):
                low, high = max(part.start, start), min(part.end, stop)
                if high > low + TIME_RESOLUTION:
                    result = from_pauli(self.maps.of(part.between(low, high))) @ result
                now = part.end
            elif start - TIME_RESOLUTION <= now and (now < stop - TIME_RESOLUTION or stop >= last - TIME_RESOLUTION):
                result = part.superoperator @ result
        return result

    def driven(self, stops: ArrayLike = ()) -> Iterator[Segment]:
        """Everything that is driven, cut at the times that are asked for."""
        stops = numeric_array(stops, "stops", real=True)
        for segment in self.timeline.segments:
            if not segment.constant:
                inside = stops[(stops > segment.start) & (stops < segment.end - TIME_RESOLUTION)]
                for start, end in pairwise([segment.start, *np.unique(inside), segment.end]):
                    yield segment.between(start, end)

    def _parts(self) -> Iterator[Segment | Channel]:
        """Segments and maps in their order."""
        maps = list(self.timeline.maps)
        for segment in self.timeline.segments:
            while maps and maps[0].begin <= segment.start + TIME_RESOLUTION:
                yield channel_of(maps.pop(0), self.device)
            yield segment
        for event in maps:
            yield channel_of(event, self.device)

    def _through(
        self, segment: Segment, rho: NDArray[np.complex128], times: NDArray[np.float64]
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        """Normalised states, and traces left of 1, at times in a segment."""
        if segment.constant:
            return self._idle(segment, rho, times - segment.start)
        states, weights = [], []
        now, weight = segment.start, np.ones(rho.shape[:-2])
        for time in times:
            if time > now:
                rho, factor = normalised(applied(self.maps.of(segment.between(now, time)), rho))
                weight = weight * factor
            states.append(rho)
            weights.append(weight)
            now = time
        return np.stack(states, axis=-3), np.stack(weights, axis=-1)

    def _idle(
        self, segment: Segment, rho: NDArray[np.complex128], times: NDArray[np.float64]
    ) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
        values = self.generator.values(segment)
        times = np.maximum(times, 0.0)
        if self.no_jump:
            kept = no_jump(values, factor_of_matrices(rho), times)
            return kept.states, kept.probability
        return evolved(values, rho, times), np.ones((*rho.shape[:-2], times.size))


def _checked(schedule: object) -> Schedule:
    if not isinstance(schedule, Schedule):
        fail("schedule", "be a Schedule", f"is of type {type(schedule).__name__}")
    return schedule


def _checked_shifts(shifts: ArrayLike, device: Device) -> NDArray[np.float64] | None:
    """What the splittings are off, shape (N,); None where they are not."""
    given = bounded_array(shifts, "shifts", real=True)
    if given.shape not in ((), (device.n_qubits,)):
        fail(
            "shifts", f"be a number or have shape ({device.n_qubits},), one for each qubit", f"has shape {given.shape}"
        )
    return np.broadcast_to(given, (device.n_qubits,)) if np.any(given) else None


def channel_of(event: Act | Check, device: Device) -> Channel:
    """The map of an event; of a check with the errors of the device's monitor, Σ P(read | true) Π ρ Π.

    Raises:
        ArgumentError: If the map is that of another number of qubits, or there is no |σᶻ| = 0 to check for.
    """
    n = device.n_qubits
    if isinstance(event, Act):
        if event.channel.n_qubits != n:
            fail("channel", f"act on the {n} NV qubits of the device", f"acts on {event.channel.n_qubits}")
        return event.channel
    return _check(n, tuple(device.monitor_readout.ravel().tolist()), event.keep)


@lru_cache(maxsize=64)
def _check(n_qubits: int, readout: tuple[float, ...], keep: int | None) -> Channel:
    branches = parity_check(n_qubits).branches
    maps = np.array([branches[true].superoperator for true in (0, 1)])
    readings = np.tensordot(np.reshape(readout, (2, 2)), maps, axes=1)
    return Channel(readings.sum(axis=0) if keep is None else readings[keep])


def initial_state(device: Device) -> NDArray[np.complex128]:
    """|↑…↑⟩ as the device's initialisation makes it."""
    e = device.initialisation_error
    return np.diag(reduce(np.kron, [np.array([1 - e, e])] * device.n_qubits)).astype(complex)
