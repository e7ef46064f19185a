"""How many Bell pairs a medium gives when |σᶻ| is checked: what is asked, and the searches that answer it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nvprotocol._checks import (
    batch_shape,
    bounded_array,
    fail,
    instance,
    nonnegative_array,
    numeric_array,
    plain_array,
    real_number,
    show,
    truth,
)
from nvprotocol._typing import ArrayLike
from nvprotocol.design.attempt import Attempt, chosen, reshaped, with_crossings
from nvprotocol.design.crossing import first_crossing
from nvprotocol.design.cycle import Cycle, without_checks
from nvprotocol.design.longest_period import longest_period
from nvprotocol.design.schedule_search import ALIKE, best_attempts
from nvprotocol.design.sector import (
    Array,
    Complex,
    bell_phase,
    imbalance,
    largest_dephasing,
    largest_detuning,
    steady_fidelity,
)
from nvprotocol.design.trials import Trials, flat
from nvprotocol.design.yields import RAD_PER_US_PER_NT, BellYield
from nvprotocol.magnets.nonreciprocity import chirality
from nvprotocol.medium import Medium

__all__ = ["bell_yield"]


def bell_yield(
    medium: Medium,
    target_fidelity: float = 0.95,
    *,
    cycle: Cycle | None = None,
    dephasing_time: ArrayLike = np.inf,
    field_difference_nt: ArrayLike = 0.0,
    tolerances: bool = True,
) -> BellYield:
    r"""Rate of kept Bell pairs from |↑↓⟩ or |↓↑⟩ when |σᶻ| is checked, and what the medium forgives.

    The medium acts from the start to the last readout, between checks as well as while they are read; errors of checks
    enter the kept state. Number and period of the checks are those of the largest rate unless the cycle gives them, the
    fewest that give it to 0.5 %; beside continuous monitoring, at most 8192 are tried. Under continuous monitoring
    without chirality and detuning F = 1/(1 + e^(−4Γt)), so that t_F = ln(F/(1−F))/4Γ and P = ((1−F)/F)^((a+ã−Γ)/2Γ)/2F;
    else t_F is found by root finding on the exact evolution. Where checks are apart or the phase is free, F is looked
    at eight times an octave: a narrower peak may be missed, and where the state oscillates, a better number of checks;
    a success probability below 1e-9 counts as none.

    Args:
        medium: The medium of two qubits; batches are welcome.
        target_fidelity: F between 1/2 and 1.
        cycle: What an attempt consists of; by default perfect checks that take no time, and 20 µs of preparation.
        dephasing_time: T_φ in µs of each qubit on its own, besides the medium's dephasing.
        field_difference_nt: Difference B₁ − B₂ of the fields along the NV axes in nT, δ = γ(B₁ − B₂)/2.
        tolerances: Whether tolerances and the longest period are worked out, which takes most of the time; else they
            are NaN.

    Raises:
        ArgumentError: If the medium is not that of two qubits, or an argument lies outside its range.

    Examples:
        >>> nv.design.bell_yield(nv.Medium.pair(a=1e-3, A=0.9e-3), 0.95)
        rate       533.4 Bell pairs of F = 0.95 per second
        time       817.9 µs to F, and 20 µs besides
        checks     1, at the end
        kept       0.4469 of all runs
        start      |↑↓⟩ or |↓↑⟩
        field      tolerated difference between the qubits (no echo): 4.46 nT
        dephasing  T_φ of each qubit at least 5263 µs
    """
    asked = Asked.read(medium, target_fidelity, cycle, dephasing_time, field_difference_nt)
    return answer(asked, tolerances=truth(tolerances, "tolerances"))


def answer(
    asked: "Asked", *, tolerances: bool, thorough: bool = True, alike: float = ALIKE, unlimited: bool = True
) -> BellYield:
    """The yield of what has been checked.

    Args:
        asked: The medium, and what is asked of it.
        tolerances: As for `bell_yield`.
        thorough: Whether numbers of checks between powers of 2 are tried.
        alike: Relative difference of rates up to which fewer checks are preferred.
        unlimited: Whether the rates of continuous monitoring are worked out where the answer does not take them; else
            they are NaN.
    """
    batch, g12, g21, delta = asked.phase.shape, asked.g12, asked.g21, asked.delta
    fidelity = steady_fidelity(g12, g21, asked.phase, delta, asked.dephasing, asked.eta)
    free = asked.cycle.costs_nothing and asked.cycle.checks is None and asked.cycle.period is None
    endless = _continuous(asked, fidelity) if unlimited or free or asked.cycle.continuous else None
    if endless is not None and asked.cycle.continuous:
        every = endless
    else:
        every = best_attempts(asked.trials(asked.cycle), asked.target, alike=alike, thorough=thorough)
        every = reshaped(every, 2, 2, *batch)
        if endless is not None and free:
            every = chosen(endless.rate > every.rate * (1 + alike), endless, every)
    detuning = budget = np.full(batch, np.nan)
    if tolerances:
        longest = longest_period(asked.trials(asked.cycle), asked.target)
        every = replace(every, longest_period=longest.reshape(every.rate.shape))
        detuning = largest_detuning(g12, g21, asked.phase, asked.dephasing, asked.target, asked.eta)
        budget = largest_dephasing(g12, g21, asked.phase, asked.target, asked.eta)
    return BellYield(
        target_fidelity=asked.target,
        cycle=asked.cycle,
        every=every,
        unlimited_rate=np.full(every.rate.shape, np.nan) if endless is None else endless.rate,
        fidelity=fidelity,
        phase=asked.phase,
        field_tolerance_nt=2 * detuning / RAD_PER_US_PER_NT,
        exceptional_field_nt=2 * np.sqrt(np.abs(g12 * g21)) / RAD_PER_US_PER_NT,
        dephasing_budget=1 / budget,
    )


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked of a medium, checked and broadcast to one batch shape.

    Attributes:
        medium: The medium, with the dephasing of each qubit on its own.
        target: F.
        cycle: What an attempt consists of.
        g12: ⟨↑↓|H|↓↑⟩ in rad/µs (Eq. 12), and so on for `g21`.
        delta: Detuning δ in rad/µs.
        phase: Phase of the Bell state.
        dephasing: g = 4(d − D) in rad/µs.
        eta: See `sector.imbalance`.
    """

    medium: Medium
    target: float
    cycle: Cycle
    g12: Complex
    g21: Complex
    delta: Array
    phase: Array
    dephasing: Array
    eta: Array

    @classmethod
    def read(
        cls,
        medium: Medium,
        target_fidelity: float,
        cycle: Cycle | None,
        dephasing_time: ArrayLike,
        field_difference_nt: ArrayLike,
    ) -> "Asked":
        """Checks the arguments of `bell_yield`."""
        target = checked_fidelity(target_fidelity)
        used = Cycle() if cycle is None else instance(cycle, "cycle", Cycle)
        g12 = chirality(medium).g12  # which refuses other numbers of qubits
        own = dephasing_rate(dephasing_time)
        delta = bounded_array(field_difference_nt, "field_difference_nt", real=True) * RAD_PER_US_PER_NT / 2
        batch_shape(0, medium=g12, dephasing_time=own, field_difference_nt=delta)
        _, delta, own = np.broadcast_arrays(g12, delta, own)
        return cls._of(_dephased(medium, own), target, used, delta)

    @classmethod
    def _of(cls, medium: Medium, target: float, cycle: Cycle, delta: Array) -> "Asked":
        g12, g21, _ = np.broadcast_arrays(*chirality(medium), delta)
        dephasing = 2 * np.einsum("...ij,ij->...", medium.dephasing.real, [[1, -1], [-1, 1]])  # g = 4(d − D)
        eta = np.broadcast_to(imbalance(medium), g12.shape)
        return cls(medium, target, cycle, g12, g21, delta, bell_phase(g12, g21), dephasing, eta)

    def on(self, medium: Medium) -> "Asked":
        """The same asked of another medium of that batch shape, which has all of its dephasing."""
        return self._of(medium, self.target, self.cycle, self.delta)

    def trials(self, cycle: Cycle) -> Trials:
        """Trials of a cycle, all batch axes as one."""
        batch = self.phase.shape
        blocks: dict[str, Any] = {name: flat(getattr(self.medium, name), batch, 2) for name in _BLOCKS}
        return Trials.of(Medium(**blocks), self.delta.ravel(), cycle)


_BLOCKS = ("relaxation", "excitation", "dephasing", "flip_flop", "ising")


def _continuous(asked: Asked, end: Array) -> Attempt:
    """Attempts under continuous monitoring, with the preparation and the final readout of the cycle."""
    cycle = without_checks(asked.cycle)
    trials = asked.trials(cycle)
    found = reshaped(best_attempts(trials, asked.target, thorough=False), 2, 2, *asked.phase.shape)
    if cycle.flip_duration:  # in which a coherence may come about
        return found
    begins = trials.start[..., 1:3]
    changes: dict[str, Array] = {name: np.array(getattr(found, name)) for name in ("rate", "time", "probability")}
    for start in range(2):
        inside = begins[:, start].sum(axis=-1).reshape(asked.phase.shape)
        other = begins[:, start, 1].reshape(asked.phase.shape) / inside
        time, probability = first_crossing(
            asked.medium, asked.delta, asked.eta, asked.g12, asked.g21, asked.target, end=end, other=other
        )
        kept = probability * inside
        with np.errstate(invalid="ignore", divide="ignore"):
            changes["rate"][start, 0] = np.where(np.isfinite(time), kept / ((time + cycle.overhead) * 1e-6), 0.0)
        changes["time"][start, 0], changes["probability"][start, 0] = time, kept
    return with_crossings(found, **changes, long_time=end)


_SHORTEST = 1e-100
"""In µs: of a time whose rate a number holds."""


def checked_fidelity(target_fidelity: float) -> float:
    """F between 1/2 and 1.

    Raises:
        ArgumentError: If it is not.
    """
    target = real_number(target_fidelity, "target_fidelity", above=0.5)
    if target >= 1:
        fail("target_fidelity", "be less than 1, which is reached only after endless time", f"is {show(target)}")
    return target


def dephasing_rate(time: ArrayLike, name: str = "dephasing_time") -> Array:
    """1/T, 0 for T = ∞."""
    array = plain_array(time, name)
    given = array if array.dtype.kind == "f" else numeric_array(array, name, real=True)
    endless = np.isposinf(given)
    finite = nonnegative_array(np.where(endless, 1.0, given), name)
    if np.any(finite < _SHORTEST):
        fail(name, f"be greater than 0, at least {_SHORTEST:g} us", f"is {show(finite.min())}")
    return np.where(endless, 0.0, 1 / finite)


def _dephased(medium: Medium, rate: Array) -> Medium:
    """The medium with pure dephasing at 1/T_φ = 4d of each qubit on its own."""
    return medium + Medium(relaxation=np.zeros((2, 2)), dephasing=rate[..., None, None] / 4 * np.eye(2))
