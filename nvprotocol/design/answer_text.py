"""The answer as text, in the order in which an experimenter asks."""

from typing import TYPE_CHECKING

import numpy as np

from nvprotocol._checks import show
from nvprotocol._text_table import aligned
from nvprotocol.design.attempt import Attempt

if TYPE_CHECKING:
    from nvprotocol.design.yields import BellYield

_KETS = {"ud": "|↑↓⟩", "du": "|↓↑⟩"}
_ALIKE = 1e-3
"""Relative difference of two rates that is worth a line."""
_MUCH_LONGER = 100.0
"""Longest period, in units of the time of an attempt, up to which it is worth a word."""


def answer_text(found: "BellYield") -> str:
    """Rate, time, checks, what is kept, what else could be had, and what the laboratory has to keep to.

    Examples:
        >>> from nvprotocol.design.answer_text import answer_text
        >>> print(answer_text(nv.design.bell_yield(nv.Medium.pair(a=1e-3, A=0.9e-3, d=1e-3))))
        F = 0.95 not reached; best F = 0.6073 from |↑↓⟩ after 1.052e+04 µs, 1 check
    """
    target = show(found.target_fidelity)
    if found.rate.ndim:
        best = f", at best {show(float(found.rate.max()))} pairs/s" if found.rate.size else ""
        return f"Bell pairs of F = {target}, batch {found.rate.shape}{best}"
    rows = answer_rows(found)
    return "\n".join(aligned(rows, least=10)) if rows else not_reached(found)


def not_reached(found: "BellYield") -> str:
    """That F is not reached, and what is, in one line."""
    line = f"F = {show(found.target_fidelity)} not reached; {best_text(found)}"
    if not np.isfinite(found.fidelity):
        return f"{line}; under continuous monitoring the state oscillates without a limit"
    return line


def best_text(found: "BellYield") -> str:
    """The largest fidelity, and when and how it is reached."""
    best, start = found.attempt(), _KETS[str(found.start())]
    when = f"{_when(float(best.best_time))}, {_counted(float(best.best_checks))}"
    return f"best F = {best.best_fidelity:.4g} from {start} {when}"


def answer_rows(found: "BellYield") -> list[tuple[str, str]]:
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
    if unlimited > best.rate * (1 + _ALIKE):
        rows.append(("costs", f"perfect checks without pause would give {unlimited:.4g} per second"))
    free = found.attempt(phase="free")
    if free.rate > best.rate * (1 + _ALIKE):
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
        >>> from nvprotocol.design.answer_text import checks_text
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


def _starts(found: "BellYield", start: str) -> str:
    other = "du" if start == "ud" else "ud"
    rate, less = float(found.attempt(start).rate), float(found.attempt(other).rate)
    if rate - less <= _ALIKE * rate:
        return f"{_KETS[start]} or {_KETS[other]}"
    return f"{_KETS[start]}; from {_KETS[other]} {less:.4g} per second"


def _counted(checks: float) -> str:
    if np.isinf(checks):
        return "continuous monitoring"
    return "no check" if checks == 0 else f"{checks:g} check{'s' if checks > 1 else ''}"


def _when(time: float) -> str:
    return f"after {time:.4g} µs" if np.isfinite(time) else "in the long run"
