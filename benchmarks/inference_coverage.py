"""How often intervals of fitted parameters hold the truth: cells of truths, circuits and readouts, many data sets each.

Every cell draws data sets from the exact distribution at its truth and fits each with `nv.inference.fit`, from a start
that is off. Told are the share of intervals that hold the truth, for each parameter, and how wide they are in units of
2·1.96 standard errors of the Fisher information (inside the limits close to 1). With a perfect readout at zero
temperature no run reads |↓↑⟩ where A = 0: then every interval begins at 0, and holds the truth.

Run:  OPENBLAS_NUM_THREADS=1 python benchmarks/inference_coverage.py --number 2000 --jobs 2 --seed 1
"""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from _internals import Fits
from _prepared import prepared
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

import nvprotocol as nv

PERFECT, ASYMMETRIC = None, np.array([[0.98, 0.07], [0.02, 0.93]])
LATE = np.array([0.3, 0.7, 1.2, 2.0, 3.0])


def monitored(time_us: float) -> QuantumCircuit:
    """Two checks of the parity during a time, then both qubits read."""
    nv_qubits, monitor = QuantumRegister(2, "nv"), QuantumRegister(1, "monitor")
    parity, readout = ClassicalRegister(2, "parity"), ClassicalRegister(2, "readout")
    circuit = QuantumCircuit(nv_qubits, monitor, parity, readout)
    circuit.x(1)
    for check in range(2):
        circuit.delay(time_us / 2, nv_qubits, unit="us")
        circuit.barrier()
        circuit.cx(0, 2)
        circuit.cx(1, 2)
        circuit.measure(2, parity[check])
        circuit.reset(2)
    circuit.barrier()
    circuit.measure(nv_qubits, readout)
    return circuit


@dataclass(frozen=True)
class Cell:
    """One truth, what is free of it, and how it is measured."""

    truth: dict[str, float]
    circuits: list[QuantumCircuit]
    start: dict[str, float]
    bounds: dict[str, tuple[float, float]]
    shots: int = 1000
    readout: Any = PERFECT
    postselect: dict[str, int] | None = None
    photons: bool = False
    fixed: dict[str, float] = field(default_factory=dict)

    def model(self) -> Callable[..., nv.Device]:
        """Parameters → device."""

        def device(
            a: float, ratio: float = 0.0, phase: float = 0.0, q: float = 0.0, d: float = 0.0, delta: float = 0.0
        ) -> nv.Device:
            medium = nv.Medium.pair(a=a, A=ratio * a * np.exp(1j * phase), q=q, d=d)
            return nv.Device(nv.MasterEquation(medium, delta), readout=self.readout)

        return lambda **free: device(**(self.fixed | free))


BOTH = [prepared(time_us, state) for state in ("ud", "dd") for time_us in LATE]
XY = [prepared(time_us, "ud", basis) for basis in ("xx", "xy", "zz") for time_us in LATE]
ONE = [prepared(time_us, "+u", basis) for basis in ("xz", "yz") for time_us in LATE] + BOTH
POSITIVE: dict[str, tuple[float, float]] = {"a": (1e-3, 20.0), "ratio": (0.0, 1.0), "q": (0.0, 0.95), "d": (0.0, 5.0)}


def of(truth: dict[str, float], circuits: list[QuantumCircuit], **more: Any) -> Cell:
    """A cell whose search starts off the truth, with the limits that all have."""
    off = {"a": 0.7, "ratio": 0.6, "q": 0.1, "d": 0.2, "phase": 0.8}
    start = {name: off[name] for name in truth}
    bounds = {name: POSITIVE[name] for name in truth if name in POSITIVE} | more.pop("bounds", {})
    return Cell(truth, circuits, start, bounds, **more)


CELLS = {
    "ratio 0": of({"a": 1.0, "ratio": 0.0}, BOTH),
    "ratio .5": of({"a": 1.0, "ratio": 0.5}, BOTH),
    "ratio .9": of({"a": 1.0, "ratio": 0.9}, BOTH),
    "ratio 1": of({"a": 1.0, "ratio": 1.0}, BOTH),
    "ratio −1": of({"a": 1.0, "ratio": -1.0}, XY, bounds={"ratio": (-1.0, 1.0)}),
    "complex A": of({"a": 1.0, "ratio": 0.75, "phase": 0.4}, XY, fixed={"delta": 0.3}),
    "q 0": of({"a": 1.0, "ratio": 0.5, "q": 0.0}, BOTH, readout=ASYMMETRIC),
    "q .2": of({"a": 1.0, "ratio": 0.75, "q": 0.2}, BOTH),
    "d 0": of({"a": 1.0, "ratio": 0.75, "d": 0.0}, ONE),
    "d .1": of({"a": 1.0, "ratio": 0.75, "d": 0.1}, ONE),
    "readout 2/7 %": of({"a": 1.0, "ratio": 0.75}, BOTH, readout=ASYMMETRIC),
    "monitored": of(
        {"a": 1.0, "ratio": 0.75}, [monitored(time_us) for time_us in LATE], postselect={"parity": 1}, shots=2000
    ),
    "photons": of({"a": 1.0, "ratio": 0.75}, BOTH, photons=True, shots=20_000),
    "ratio 0, 2/7 %": of({"a": 1.0, "ratio": 0.0}, BOTH, readout=ASYMMETRIC),
}


def drawn(cell: Cell, table: np.ndarray, names: tuple[str, ...], rng: np.random.Generator) -> Any:
    """What one circuit gives."""
    counts = rng.multinomial(cell.shots, table / table.sum())
    if cell.photons:
        second = [counts[0] + counts[1], counts[2] + counts[3]]
        return nv.inference.Photons(
            int(rng.poisson(0.03 * second[0] + 0.02 * second[1])), cell.shots, 0.03, 0.02, bit=1
        )
    return {name: int(count) for name, count in zip(names, counts, strict=False) if count}


def fitted(name: str, seed: int, numbers: range) -> list[tuple[list[bool], list[float], bool]]:
    """For some data sets whether each interval holds the truth, how wide it is, and whether the model is rejected."""
    cell = CELLS[name]
    truth = np.array(list(cell.truth.values()))
    tables = Fits(cell.model(), cell.circuits, cell.start, cell.bounds, cell.postselect).tables(cell.truth)
    keys = ("00 11", "01 11", "10 11", "11 11", "discarded") if cell.postselect else ("00", "01", "10", "11")
    found = []
    for number in numbers:
        rng = np.random.default_rng([seed, list(CELLS).index(name), number])
        data = [drawn(cell, table if cell.postselect else table[:-1], keys, rng) for table in tables]
        fit = nv.inference.fit(cell.model(), cell.circuits, data, cell.start, cell.bounds, cell.postselect)
        holds, widths = [], []
        for place, one in enumerate(cell.truth):
            low, high = fit.intervals.get(one, (-np.inf, np.inf))
            margin = 1e-9
            holds.append(bool(low - margin <= truth[place] <= high + margin))
            error = fit.standard_errors.get(one, 0.0)
            widths.append((high - low) / (2 * 1.96 * error) if error else np.nan)
        found.append((holds, widths, fit.p_value is not None and fit.p_value < 0.05))
    return found


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", nargs="*", default=list(CELLS))
    given = parser.parse_args()
    print(f"{given.number} data sets a cell, seed {given.seed}: coverage at 95 % (median width / that of Fisher)")
    with ProcessPoolExecutor(given.jobs) as pool:
        for name in given.cells:
            begun, step = time.perf_counter(), max(1, given.number // (8 * given.jobs))
            parts = [range(start, min(start + step, given.number)) for start in range(0, given.number, step)]
            done = pool.map(fitted, [name] * len(parts), [given.seed] * len(parts), parts)
            rows = [row for part in done for row in part]
            holds, widths = np.mean([row[0] for row in rows], axis=0), np.nanmedian([row[1] for row in rows], axis=0)
            each = [
                f"{one} {hold:.4f} ({width:.2f})"
                for one, hold, width in zip(CELLS[name].truth, holds, widths, strict=True)
            ]
            rejected = np.mean([row[2] for row in rows])
            took = 1e3 * (time.perf_counter() - begun) * given.jobs / given.number
            print(f"{name:14} {'  '.join(each):60} p < .05: {rejected:.3f}  {took:.0f} ms a fit", flush=True)


if __name__ == "__main__":
    sys.exit(main())
