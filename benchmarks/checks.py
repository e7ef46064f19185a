"""The exact engine and Aer against the number of checks of a postselected circuit.

`monitored_bell` of 1 µs with 10, 100, 1000, 10 000 checks on one monitor, a = 1, A = 0.9 and q = 0.2 (rad/µs), perfect
instruments, every check postselected. Timed are, of the exact engine, the circuit made steps, the steps made a state,
and the whole of `nv.emulate(…, shots=None)`; of Aer the whole call. Both must give the same state and probability. The
slope is d log(time)/d log(checks) between neighbours: 1 is linear. Times are of the CPU (of all threads), medians of
runs in turns, after one uncounted; what takes longer than 20 s is measured once. With --most, rows above a number are
left out.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/checks.py [--most 10000] [--output FILE]
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from _internals import kept_state, number_of, steps_of
from _report import Report, made_with, parser

import nvprotocol as nv

CHECKS, ROUNDS, LONG, WITHIN, MOST_SLOPE = (10, 100, 1000, 10_000), 7, 20.0, 1e-9, 1.1
KEEP: dict[str, int | str] = {"parity": 1}
DEVICE = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.2)))


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def medians(works: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Median times of works that take turns; of long ones the time of a single run."""
    first = {name: seconds(work) for name, work in works.items()}
    short = [name for name in works if first[name] < LONG]
    rounds = 3 if sum(first[name] for name in short) > 2.0 else ROUNDS
    spent = [{name: seconds(works[name]) for name in short} for _ in range(rounds)]
    return {name: statistics.median(one[name] for one in spent) if name in short else first[name] for name in works}


def works_of(checks: int) -> tuple[int, dict[str, Callable[[], Any]]]:
    """The number of steps, and what is timed."""
    circuit = nv.protocols.monitored_bell(duration=1.0, checks=checks)
    steps = steps_of(circuit, DEVICE)
    return number_of(steps), {
        "make steps": lambda: steps_of(circuit, DEVICE),
        "follow": lambda: kept_state(steps, DEVICE, KEEP),
        "exact": lambda: nv.emulate(circuit, DEVICE, shots=None, postselect=KEEP, engine="exact"),
        "aer": lambda: nv.emulate(circuit, DEVICE, shots=None, postselect=KEEP, engine="aer"),
    }


def difference(one: nv.Estimate, other: nv.Estimate) -> float:
    of_probability = abs(one.success_probability - other.success_probability)
    return max(float(np.abs(one.state - other.state).max()), of_probability)


def main() -> None:
    options = parser(__doc__, most=CHECKS[-1])
    options.add_argument("--title", default="", help="words for the head of the table")
    given = options.parse_args()
    report = Report(given.output)
    report(f"{given.title + '; ' if given.title else ''}{made_with('numpy', 'qiskit', 'qiskit-aer')}")
    report(f"ms, and slope from the row above; bar: slope {MOST_SLOPE} from 100 checks on, exact no slower than Aer")
    names = {"make steps": "circuit→steps", "follow": "steps→state", "exact": "exact, whole", "aer": "Aer, whole"}
    report(f"{'checks':>7}{'steps':>8}" + "".join(f"{title:>15}{'slope':>7}" for title in names.values()))
    before: tuple[int, dict[str, float]] | None = None
    for checks in CHECKS:
        if checks > given.most:
            break
        number, works = works_of(checks)
        if (apart := difference(works["exact"](), works["aer"]())) > WITHIN:
            sys.exit(f"The engines differ by {apart:.1e}; there is nothing to compare.")
        times = medians(works)
        row = f"{checks:7}{number:8}"
        for name, spent in times.items():
            slope = "" if before is None else f"{np.log(spent / before[1][name]) / np.log(checks / before[0]):.2f}"
            row += f"{1e3 * spent:15.2f}{slope:>7}"
        report(row)
        before = checks, times


if __name__ == "__main__":
    main()
