"""What single calls and small batches cost: one tomography, the concurrence, scattered film points, a scan of circuits.

Processor time of one thread, the median of several runs. The same script runs on an older version of the package
(`PYTHONPATH`), so that two tables give ratios; they hold for one machine and one load of it only.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/single_calls.py [--output FILE]
"""

import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from _internals import compiled_all, kept_states
from _report import Report, made_with, parser

import nvprotocol as nv
from nvprotocol.errors import ValidityWarning

BELL = nv.operators.density_matrix(nv.operators.bell_state("psi-"))
TRUTHS = {
    "Bell": BELL,
    "steady": (nv.operators.density_matrix("uu") + BELL) / 2,
    "Werner": 0.7 * BELL + 0.3 * np.eye(4) / 4,
}
FILMS = {
    "normal": (nv.magnets.Film(nv.magnets.YIG_COLD, 20, 2.0), 2.87, 1),
    "normal, damped": (nv.magnets.Film(nv.magnets.YIG_COLD, 20, 2.0, damping=1e-3), 2.87, 1),
    "in the plane": (nv.magnets.Film.in_field(nv.magnets.YIG, 20, 20, "in-plane"), 2.31, 10),
}


def seconds(rounds: int, work: Callable[..., object], *given: Any, **options: Any) -> float:
    """Processor time of some work."""
    work(*given, **options)
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work(*given, **options)
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def tomographies(say: Report, batch: int) -> None:
    """One table at a time, and many at once."""
    for ansatz, settings in (("full", nv.tomography.PAULI), ("X", nv.tomography.U1)):
        for name, truth in TRUTHS.items():
            table = nv.tomography.sample(truth, 2000, seed=1, settings=settings)
            taken = seconds(15, nv.tomography.estimate, table, settings, ansatz=ansatz)
            say(f"estimate, ansatz {ansatz}, {name}: {1e3 * taken:.2f} ms for one table")
        truths = np.broadcast_to(TRUTHS["steady"], (batch, 4, 4))
        tables = nv.tomography.sample(truths, 2000, seed=1, settings=settings)
        taken = seconds(2, nv.tomography.estimate, tables, settings, ansatz=ansatz)
        say(f"  {batch} tables: {1e3 * taken / batch:.3f} ms each")


def concurrences(say: Report, number: int) -> None:
    """Of states with all elements."""
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(number, 4, 4, 2)) @ np.array([1, 1j])
    rho = factors @ np.swapaxes(factors.conj(), 1, 2)
    rho /= np.trace(rho, axis1=1, axis2=2)[:, None, None]
    say(f"concurrence of {number} generic states: {1e6 * seconds(5, nv.concurrence, rho) / number:.2f} µs each")


def films(say: Report, points: int) -> None:
    """Points in no order against a grid of as many."""
    rng = np.random.default_rng(0)
    for name, (film, frequency, fewer) in FILMS.items():
        number = points // fewer
        grid = np.linspace(10, 1000, number // 10)[:, None], np.linspace(10, 100, 10)
        anywhere = rng.uniform(10, 1000, number), rng.uniform(10, 100, number)
        given = {"frequency_ghz": frequency, "temperature_k": 0.01, "dipole": False, "dephasing": False}
        times = [
            1e6 * seconds(1, film.medium, separations, height_nm=heights, **given) / number
            for separations, heights in (grid, anywhere)
        ]
        say(f"film {name}: grid {times[0]:.0f} µs a point, scattered {times[1]:.0f} µs")


def scans(say: Report, number: int) -> None:
    """Circuits that differ in their durations."""
    device = nv.Device(nv.MasterEquation(nv.Medium.pair(a=1.0, A=0.9, q=0.1)))
    durations = np.linspace(0.5, 3.0, number)
    circuits = [nv.protocols.monitored_bell(duration=float(one), checks=20) for one in durations]
    keep, each = {"parity": 1}, 1e3 / number
    say(f"{number} circuits: compiled in {each * seconds(3, compiled_all, circuits, device, keep):.2f} ms each")
    steps = compiled_all(circuits, device, keep)
    five = {"settings": nv.tomography.U1, "ansatz": "X"}
    for engine in ("exact", "aer"):
        taken = seconds(3, kept_states, steps, device, engine)
        say(f"  followed by {engine}: {each * taken:.2f} ms each")
        whole = seconds(2, nv.emulate, circuits, device, 2000, keep, engine=engine, seed=1, **five)
        say(f"  emulate, {engine}, with the fit: {each * whole:.2f} ms each")


def main() -> None:
    """Measures."""
    options = parser(__doc__, tables=500, states=20_000, points=1000, circuits=200).parse_args()
    warnings.simplefilter("ignore", ValidityWarning)
    say = Report(options.output)
    say(made_with("numpy", "qiskit"))
    tomographies(say, options.tables)
    concurrences(say, options.states)
    films(say, options.points)
    scans(say, options.circuits)


if __name__ == "__main__":
    main()
