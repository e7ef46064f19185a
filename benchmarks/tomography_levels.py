"""Coverage of the intervals of the concurrence at levels other than 95 %, in critical cells.

Every line is a cell (state, N shots a setting, readout error a qubit): nine settings, or five with the X ansatz and as
many shots in all. At each level stand the coverage and the mean width. The standard error of a coverage near 68 % is
2.1 % with 500 tables, as in tomography_levels.txt, and 4.7 % with the 100 that are simulated unless told otherwise.

Run:  PYTHONPATH=. python benchmarks/tomography_levels.py --tables 500 --seed 141421 --output FILE
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from _states import CRITICAL, every_state, readout_of, tables_of
from numpy.typing import NDArray

from nvprotocol import tomography
from nvprotocol.entanglement import concurrence
from nvprotocol.tomography._fitted import fitted
from nvprotocol.tomography._profile import separable_drop
from nvprotocol.tomography.intervals import profile_interval

LEVELS = (0.5, 0.68, 0.8, 0.9, 0.99)


def measure(cell: tuple[str, int, float], ansatz: str, tables: int, seed: int) -> NDArray[np.float64]:
    """Coverage and mean width at every level, shape (levels, 2)."""
    name, shots, error = cell
    rho = every_state()[name]
    truth = float(concurrence(rho))
    counts = tables_of(rho, shots, error, ansatz, tables, seed)
    settings = tomography.U1 if ansatz == "X" else tomography.PAULI
    this = fitted(counts, settings, readout_of(error), ansatz)
    separable, rows = separable_drop(this.fits), []
    for level in LEVELS:
        low, high, _ = profile_interval(this, separable, level, ansatz)
        rows.append((np.mean((low <= truth + 1e-9) & (high >= truth - 1e-9)), np.mean(high - low)))
    return np.array(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tables", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20_000)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    lines = [f"{datetime.now(UTC):%Y-%m-%d}, {arguments.tables} tables a cell, seed {arguments.seed}"]
    lines.append(f"{'':40}" + "".join(f"{100 * level:10g} %    " for level in LEVELS))
    print(*lines, sep="\n")
    found, seed = [], arguments.seed
    for ansatz in ("full", "X"):
        for cell in CRITICAL:
            seed += 1
            found.append(measure(cell, ansatz, arguments.tables, seed))
            name, shots, error = cell
            numbers = "".join(f"   {coverage:.3f} {width:.4f}" for coverage, width in found[-1])
            lines.append(f"{ansatz:<4} {name:<20} {shots:>6} {error:.2f}   {numbers}")
            print(lines[-1], flush=True)
    lowest = np.min(found, axis=0)[:, 0]
    lines.append(f"{'lowest coverage':<37}" + "".join(f"   {coverage:.3f}       " for coverage in lowest))
    print(lines[-1])
    if arguments.output:
        arguments.output.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
