"""Scans of experiment files: how many devices are built for 5 detunings × 41 durations, and what the exact part costs.

The same 205 points are scanned both ways, over the duration with a curve for each detuning, and over the detuning with
a curve for each duration. Devices are counted while a file is read and while it is run. The exact part, which is the
master equation at the points of the scan and where the curves are drawn, is timed against one call of the theory that
gives the states and their concurrence at the same points, all detunings at once; both must give the same states. Of
times the medians, in turns.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/scans.py [--output FILE]
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from _internals import exact_part, theory
from _report import Report, made_with, parser

import nvprotocol as nv

ROUNDS, MOST_DEVICES, MOST_RATIO, WITHIN = 3, 10, 2.0, 1e-12
DETUNINGS, DURATIONS = (0.0, 5.0, 5), (0.05, 2.05, 41)
FILE = """
[medium]
a = 1.0
A = 0.9
[protocol]
name = "{protocol}"
duration = 1.0
[scan]
parameter = "{scan}"
values = {scanned}
[curves]
parameter = "{curves}"
values = {curve_values}
[run]
shots = 200
engine = "exact"
tomography = "X"
"""


def devices_built(work: Callable[[], object]) -> int:
    """How many devices some work builds."""
    built, made = 0, nv.Device.__post_init__

    def counted(self: nv.Device) -> None:
        nonlocal built
        built += 1
        made(self)

    nv.Device.__post_init__ = counted
    try:
        work()
    finally:
        nv.Device.__post_init__ = made
    return built


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--title", default="", help="words for the head of the table")
    given = options.parse_args()
    report = Report(given.output)
    report(f"{given.title + '; ' if given.title else ''}{made_with('numpy', 'scipy')}")
    report(f"5 detunings × 41 durations; bars: {MOST_DEVICES} devices, ratio {MOST_RATIO:g}")
    columns = f"{'devices read':>14}{'devices run':>13}{'exact ms':>10}{'theory ms':>11}{'ratio':>8}"
    report(f"{'protocol':26}{'scanned':20}{columns}")
    axes = {
        "device.detuning": np.linspace(*DETUNINGS).tolist(),
        "protocol.duration": np.linspace(*DURATIONS).round(6).tolist(),
    }
    for protocol in ("dissipative_entanglement", "monitored_bell"):
        for scan, curves in (tuple(axes), tuple(reversed(axes))):
            text = FILE.format(
                protocol=protocol, scan=scan, scanned=axes[scan], curves=curves, curve_values=axes[curves]
            )
            report(f"{protocol:26}{scan:20}{row_of(text)}")


def row_of(text: str) -> str:
    """Devices and times of one experiment."""
    experiment = nv.experiment.parse(text)
    read = devices_built(lambda: nv.experiment.parse(text))
    run = devices_built(lambda: nv.experiment.run(experiment))
    works = exact_part(experiment), theory(experiment)
    difference = np.abs(works[0]() - works[1]()).max()
    if not difference <= WITHIN:
        sys.exit(f"Exact part and theory differ by {difference:.1e}; there is nothing to compare.")
    times = np.array([[seconds(work) for work in works] for _ in range(ROUNDS)])
    exact, once = (statistics.median(column) for column in times.T)
    return f"{read:14}{run:13}{1e3 * exact:10.1f}{1e3 * once:11.2f}{exact / once:8.1f}"


if __name__ == "__main__":
    main()
