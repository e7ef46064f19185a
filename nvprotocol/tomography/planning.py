"""Before the experiment: how many shots an interval of a wanted width costs, and how long they take."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nvprotocol._checks import Seed, fail, generator, real_number, show, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.operators import State
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography.intervals import profile_interval
from nvprotocol.tomography.settings import sample

__all__ = ["Plan", "plan"]

MOST_SHOTS = 10**8
"""Shots a setting beyond which no plan is made."""


@dataclass(frozen=True)
class Plan:
    """What an interval of the concurrence costs.

    Attributes:
        shots: Kept shots of every setting.
        runs: Runs of the experiment in all settings together, those that postselection discards included.
        hours: Laboratory time of these runs in hours; None where no cycle time was given.
        half_width: Mean half-width of the interval in simulated experiments with this number of shots.

    Examples:
        >>> nv.tomography.Plan(shots=1000, runs=18_000, hours=0.5, half_width=0.05).runs
        18000
    """

    shots: int
    runs: int
    hours: float | None
    half_width: float

    def __str__(self) -> str:
        time = "" if self.hours is None else f", {self.hours:.2g} h"
        return f"{self.shots} kept shots a setting, {self.runs} runs{time}: interval ± {self.half_width:.2g}"


_MOST_TABLES = 10_000
"""Of so many the mean half-width is known to a percent of what a single one varies by."""


def plan(
    rho: State,
    half_width: float,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    ansatz: str = "full",
    level: float = 0.95,
    success_probability: float = 1.0,
    cycle_us: float | None = None,
    tables: int = 24,
    seed: Seed = 0,
) -> Plan:
    """Shots, runs and time until the interval of the concurrence has a wanted half-width, by simulation.

    Half-widths fall like 1/√shots in the interior and faster at the boundary, so the number of shots is found by
    repeating shots ← shots·(found/wanted)², with simulated tables and the interval of `estimate`, until the mean
    half-width is within 3 % of the wanted one or below it.

    Args:
        rho: The expected state of two qubits, as `nvprotocol.operators.density_matrix` takes it.
        half_width: Wanted mean half-width of the interval, between 0 and 0.5.
        settings: Settings to measure; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true), as `estimate` takes them.
        ansatz: "full", or "X" for states that commute with the total σᶻ.
        level: Level of the interval, at least 0.5.
        success_probability: Probability that postselection keeps a run.
        cycle_us: Time of one run, with initialisation and readout, in µs.
        tables: Simulated experiments a step.
        seed: Seed or generator of the simulation.

    Raises:
        ArgumentError: If an argument does not fit, or more than 10⁸ shots a setting would be needed.

    Examples:
        >>> singlet = nv.operators.bell_state("psi-")
        >>> werner = 0.8 * nv.operators.density_matrix(singlet) + 0.05 * np.eye(4)
        >>> cost = nv.tomography.plan(werner, 0.05, success_probability=0.5, cycle_us=100.0)
        >>> cost.half_width < 0.052, cost.runs == 18 * cost.shots
        (True, True)
    """
    wanted = real_number(half_width, "half_width", above=0.0, maximum=0.5)
    kept = real_number(success_probability, "success_probability", above=0.0, maximum=1.0)
    cycle = None if cycle_us is None else real_number(cycle_us, "cycle_us", above=0.0)
    number = whole_number(tables, "tables", minimum=2, maximum=_MOST_TABLES)
    rng = generator(seed)
    shots, found, n_settings = max(20, round(0.3 / wanted**2)), np.inf, 0
    for _ in range(12):
        counts = sample(rho, shots, rng, settings=settings, readout=readout)
        drawn = [counts, *(sample(rho, shots, rng, settings=settings, readout=readout) for _ in range(number - 1))]
        this = fitted(np.stack(drawn), settings, readout, ansatz)
        n_settings = len(this.settings)
        if not this.known.all():
            fail("settings", "determine the state", f"{', '.join(this.settings)} do not")
        low, high, _ = profile_interval(this, level)
        found = float(np.mean(high - low)) / 2
        if 0.9 * wanted < found <= 1.03 * wanted or (found < wanted and shots <= 20):
            break
        shots = int(np.ceil(max(20, shots * np.clip((found / wanted) ** 2, 0.1, 10))))
        if shots > MOST_SHOTS:
            fail("half_width", f"need at most {MOST_SHOTS:g} shots a setting", f"is {show(wanted)}")
    if shots * n_settings / MOST_SHOTS > kept:
        must = f"be at least {show(shots * n_settings / MOST_SHOTS)}, for {MOST_SHOTS:g} runs"
        fail("success_probability", must, f"is {show(kept)}")
    runs = int(np.ceil(shots * n_settings / kept))
    return Plan(shots, runs, None if cycle is None else runs * cycle / 3.6e9, found)
