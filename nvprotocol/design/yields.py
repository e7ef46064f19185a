"""What `bell_yield` finds: Bell pairs per second, and what the laboratory has to keep to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import one_of, show
from nvprotocol._read_only import holds_read_only
from nvprotocol._text_table import aligned
from nvprotocol.design.attempt import Attempt, chosen, part
from nvprotocol.design.cycle import Cycle
from nvprotocol.design.populations import PHASES, STARTS
from nvprotocol.design.sector import Array
from nvprotocol.magnets.constants import GAMMA

__all__ = ["BellYield"]

_ALIKE = 1e-9
"""Relative difference of rates, and difference of fidelities, up to which two starts do the same."""
RAD_PER_US_PER_NT = GAMMA * 1e-15
"""Precession in rad/µs by a field of 1 nT."""


_KETS = {"ud": "|↑↓⟩", "du": "|↓↑⟩"}
_WORTH_A_LINE = 1e-3
"""Relative difference of two rates that is worth a line."""
_MUCH_LONGER = 100.0
"""Longest period, in units of the time of an attempt, up to which it is worth a word."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
@holds_read_only
class BellYield:
    """Bell pairs from a monitored medium; every attribute that is an array has the batch shape of the medium.

    Rate, time, success probability, checks and period are those of the better start, |↑↓⟩ or |↓↑⟩, for the Bell state
    of the medium's own phase; `attempt` has those of the other start, and those of a Bell state of any phase, which is
    known and can be turned back by a rotation about z.

    Attributes:
        target_fidelity: Fidelity F that is waited for.
        cycle: What an attempt consists of.
        every: All attempts: arrays of shape (2, 2, …), starts |↑↓⟩ and |↓↑⟩, phases fixed and free.
        unlimited_rate: Rates in 1/s of continuous perfect monitoring with the same preparation and final readout, of
            the same shape.
        fidelity: Long-time fidelity under continuous monitoring, NaN where it oscillates. In a chiral medium it may
            pass through F on its way and end below.
        phase: Relative phase φ in rad of the Bell state (|↑↓⟩ + e^(iφ)|↓↑⟩)/√2.
        field_tolerance_nt: Largest difference of the fields at the two qubits, in nT, at which the long-time fidelity
            is at least F, without an echo; NaN where it is below F at equal fields.
        exceptional_field_nt: Difference of the fields in nT at δ = √|g₁₂g₂₁|, for J⊥ = 0 the exceptional point δ = Γ.
        dephasing_budget: Shortest dephasing time T_φ of each qubit in µs, 1/T_φ = 4(d − D), at which monitoring still
            saturates at F at δ = 0; NaN where it does not at all.

    Examples:
        >>> found = nv.design.bell_yield(nv.Medium.pair(a=1e-3, A=[0.9e-3, 0.5e-3, 0.0]))
        >>> found.reached.tolist(), bool(found.rate[0] > 2 * found.rate[1])
        ([True, True, False], True)
    """

    target_fidelity: float
    cycle: Cycle
    every: Attempt
    unlimited_rate: Array
    fidelity: Array
    phase: Array
    field_tolerance_nt: Array
    exceptional_field_nt: Array
    dephasing_budget: Array

    def attempt(self, start: str | None = None, phase: str = "fixed") -> Attempt:
        """The attempts of one start and one way to count Bell pairs.

        Args:
            start: "ud" for |↑↓⟩, "du" for |↓↑⟩; None is the better one of each medium.
            phase: "fixed" for the medium's own, `phase`; "free" for the best at the time, which is known.

        Raises:
            ArgumentError: If one is something else.

        Examples:
            >>> found = nv.design.bell_yield(nv.Medium.pair(a=1e-3, A=0.9e-3, J=2e-3))
            >>> bool(found.attempt("ud", "free").rate > found.attempt("ud").rate)
            True
        """
        of_phase = PHASES.index(one_of(phase, "phase", PHASES))
        if start is not None:
            return part(self.every, (STARTS.index(one_of(start, "start", STARTS)), of_phase))
        first, second = (part(self.every, (k, of_phase)) for k in range(2))
        return chosen(self._better(of_phase) == 0, first, second)

    def _better(self, of_phase: int) -> NDArray[np.intp]:
        """The number of the better start: of the larger rate, or else of the larger fidelity."""
        rate, fidelity = self.every.rate[:, of_phase], self.every.best_fidelity[:, of_phase]
        larger = (rate[1] > rate[0] * (1 + _ALIKE)) | ((rate[0] == 0) & (fidelity[1] > fidelity[0] + _ALIKE))
        return np.where(larger, 1, 0)

    def start(self, phase: str = "fixed") -> NDArray[np.str_]:
        """The better start, "ud" or "du"; "ud" where they do the same.

        Args:
            phase: As for `attempt`.

        Raises:
            ArgumentError: If it is neither "fixed" nor "free".

        Examples:
            >>> str(nv.design.bell_yield(nv.Medium.pair(a=1.0, A=1.0, dm=-0.45)).start("fixed"))
            'du'
        """
        better = self._better(PHASES.index(one_of(phase, "phase", PHASES)))
        return np.where(better == 0, *STARTS)

    @property
    def rate(self) -> Array:
        """Kept Bell pairs per second, 0 where F is not reached."""
        return self.attempt().rate

    @property
    def time(self) -> Array:
        """Time in µs from the start to the pair, NaN where F is not reached."""
        return self.attempt().time

    @property
    def probability(self) -> Array:
        """Probability that an attempt is kept, NaN where F is not reached."""
        return self.attempt().probability

    @property
    def checks(self) -> Array:
        """Number of checks, ∞ for continuous monitoring, NaN where F is not reached."""
        return self.attempt().checks

    @property
    def period(self) -> Array:
        """Time between checks in µs, 0 for continuous monitoring, NaN where F is not reached."""
        return self.attempt().period

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Whether the target is reached."""
        return np.isfinite(self.time)

    def __str__(self) -> str:
        return answer_text(self)

    __repr__ = __str__


def answer_text(found: BellYield) -> str:
    """Rate, time, checks, what is kept, what else could be had, and what the laboratory has to keep to.

    Examples:
        >>> from nvprotocol.design.yields import answer_text
        >>> print(answer_text(nv.design.bell_yield(nv.Medium.pair(a=1e-3, A=0.9e-3, d=1e-3))))
        F = 0.95 not reached; best F = 0.6073 from |↑↓⟩ after 4058 µs, 1 check
    """
    target = show(found.target_fidelity)
    if found.rate.ndim:
        best = f", at best {show(float(found.rate.max()))} pairs/s" if found.rate.size else ""
        return f"Bell pairs of F = {target}, batch {found.rate.shape}{best}"
    rows = answer_rows(found)
    return "\n".join(aligned(rows, least=10)) if rows else not_reached(found)


def not_reached(found: BellYield) -> str:
    """That F is not reached, and what is, in one line."""
    line = f"F = {show(found.target_fidelity)} not reached; {best_text(found)}"
    if not np.isfinite(found.fidelity):
        return f"{line}; under continuous monitoring the state oscillates without a limit"
    return line


def best_text(found: BellYield) -> str:
    """The largest fidelity, and when and how it is reached."""
    best, start = found.attempt(), _KETS[str(found.start())]
    when = f"{_when(float(best.best_time))}, {_counted(float(best.best_checks))}"
    return f"best F = {best.best_fidelity:.4g} from {start} {when}"


def answer_rows(found: BellYield) -> list[tuple[str, str]]:
    """The rows of the answer for a single medium, none where F is not reached with the medium's own phase."""
    if not found.reached:
        return []
    best, start = found.attempt(), str(found.start())
    rows = [
        ("rate", f"{best.rate:.4g} Bell pairs of F = {show(found.target_fidelity)} per second"),
        ("time", f"{best.time:.4g} µs to F, and {show(found.cycle.overhead)} µs besides"),
        ("checks", checks_text(best)),
        ("kept", f"{best.probability:.4g} of all runs"),
        ("start", _starts(found, start)),
    ]
    unlimited = float(found.unlimited_rate[:, 0].max())
    if unlimited > best.rate * (1 + _WORTH_A_LINE):
        rows.append(("costs", f"perfect checks without pause would give {unlimited:.4g} per second"))
    free = found.attempt(phase="free")
    if free.rate > best.rate * (1 + _WORTH_A_LINE):
        made = f"{free.time:.4g} µs and {_counted(float(free.checks))} from {_KETS[str(found.start('free'))]}"
        rows.append(("free phase", f"{free.rate:.4g} per second after {made}, phase known"))
    if np.isfinite(found.dephasing_budget):
        tolerated = f"tolerated difference between the qubits (no echo): {found.field_tolerance_nt:.3g} nT"
        rows.append(("field", tolerated))
        rows.append(("dephasing", f"T_φ of each qubit at least {found.dephasing_budget:.4g} µs"))
    elif np.isfinite(found.fidelity) and found.fidelity < found.target_fidelity:
        rows.append(("beyond", f"F saturates at {show(float(found.fidelity))}"))
    elif not np.isfinite(found.fidelity):
        rows.append(("beyond", "the monitored state oscillates without a limit"))
    return rows


def checks_text(attempt: Attempt) -> str:
    """Number and period of the checks, and how long a period may be.

    Examples:
        >>> from nvprotocol.design.yields import checks_text
        >>> checks_text(nv.design.bell_yield(nv.Medium.pair(a=1.0, A=0.9, q=0.1), cycle=nv.design.Cycle(5)).attempt())
        '5, one every 0.1623 µs; at most 1.941 µs apart'
    """
    count = float(attempt.checks)
    longest = float(attempt.longest_period)
    far = longest < _MUCH_LONGER * float(attempt.time)
    apart = f"; at most {longest:.4g} µs apart" if far else ""
    if np.isinf(count):
        return f"continuous{apart}"
    if count == 0:
        return "none"
    if count == 1:
        return f"1, at the end{apart}"
    return f"{count:g}, one every {attempt.period:.4g} µs{apart}"


def _starts(found: BellYield, start: str) -> str:
    other = "du" if start == "ud" else "ud"
    rate, less = float(found.attempt(start).rate), float(found.attempt(other).rate)
    if rate - less <= _WORTH_A_LINE * rate:
        return f"{_KETS[start]} or {_KETS[other]}"
    return f"{_KETS[start]}; from {_KETS[other]} {less:.4g} per second"


def _counted(checks: float) -> str:
    if np.isinf(checks):
        return "continuous monitoring"
    return "no check" if checks == 0 else f"{checks:g} check{'s' if checks > 1 else ''}"


def _when(time: float) -> str:
    return f"after {time:.4g} µs" if np.isfinite(time) else "in the long run"
