"""Many media at one time, and times of any spacing: microseconds a point, and memory beside that of the result.

Processor time of one thread, the median of several runs; memory as NumPy asks for it. The same script runs on an older
version of the package (`PYTHONPATH`); what that has not is left out.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/large_batches.py [--output FILE]
"""

import inspect
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from _report import Report, made_with, parser

import nvprotocol as nv

ROUNDS = 5


def equation(number: int, seed: int = 0) -> nv.MasterEquation:
    """So many media of a pair with all kinds of rates."""
    rng = np.random.default_rng(seed)
    a = rng.uniform(0.5, 2.0, number)
    medium = nv.Medium.pair(a=a, A=a * rng.uniform(-1, 1, number), q=0.1, d=0.1, J=0.2, dm=0.1)
    return nv.MasterEquation(medium, rng.normal(size=number))


def seconds(work: Callable[[], object]) -> float:
    """Processor time of some work."""
    work()
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def memory(work: Callable[[], Any]) -> float:
    """The largest memory while some work is done, in bytes of its result."""
    tracemalloc.start()
    result = work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / result.nbytes


def main() -> None:
    """Measures."""
    options = parser(__doc__, points=200_000).parse_args()
    say, many, some = Report(options.output), equation(options.points), equation(2000)
    say(made_with("numpy"))

    def states() -> Any:
        return many.evolve("ud", [1.5])

    say(f"{options.points} media × 1 time: {1e6 * seconds(states) / options.points:.2f} µs a point")
    say(f"  memory {memory(states):.2f} × the result")
    if "observable" in inspect.signature(nv.MasterEquation.evolve).parameters:

        def values() -> Any:
            return many.evolve("ud", [1.5], nv.concurrence)

        peak = memory(values)
        say(f"  concurrence only: {1e6 * seconds(values) / options.points:.2f} µs a point")
        say(f"  memory {peak:.1f} × the result, {peak * options.points * 8 / 2**20:.0f} MiB")
    grids = {
        "equal": np.linspace(0, 5, 101),
        "zero and equal": np.r_[0.0, np.linspace(0.2, 5, 100)],
        "geometric": np.geomspace(1e-3, 5, 101),
    }
    for name, times in grids.items():
        say(f"2000 media × 101 times, {name}: {1e3 * seconds(lambda times=times: some.evolve('ud', times)):.1f} ms")
    times = np.arange(1, 51) * 0.04
    for period in (0.04, 0.05):
        taken = seconds(lambda period=period: some.monitored("ud", times, period))
        say(f"2000 media × 50 times .04 apart, checked every {period}: {1e3 * taken:.1f} ms")


if __name__ == "__main__":
    main()
