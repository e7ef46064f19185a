"""Measured coverage and width of the intervals of the concurrence, and bias and error of the estimate, on a population.

Every line is a cell (`_population.py`): a truth, its shots a setting (N) and its mean readout error. The coverage at
each level follows from where the truth lies on the profile likelihood (`_truth.py`) of every simulated table; "plain"
is the profile with a loss of 1.92 on both sides, half of the 95 % quantile of χ² of one degree of freedom. Widths are
means over the first 10 tables, with the plain one in brackets. "bound" is the share of one-sided 99 % bounds
(`concurrence_bound`) that do not pass the truth. Bias and RMSE are those of the reported concurrence.

The cells of this half had no part in the choice of the rule (tomography_thresholds.py). The lowest 2 % of them (five
at least) are measured again with other and more tables, by `concurrence_interval` itself. So are the states that
imperfect monitoring leaves, p·S + (1−p)·|uu⟩ with p from 0.85 to 0.98, as they are and locally rotated.

Run:  PYTHONPATH=. python benchmarks/tomography_coverage.py --cells 500 --again 2000 --named 1000 --output FILE
"""

import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np
from _population import HALVES, SINGLET, UP, Cell, population
from _report import Report, made_with, parser
from _truth import distances
from numpy.typing import NDArray
from scipy.stats import unitary_group

from nvprotocol import tomography
from nvprotocol.entanglement import concurrence
from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._profile_likelihood import (
    highest_concurrence,
    lowest_concurrence,
    separable_loss,
    thresholds,
)
from nvprotocol.tomography.intervals import RESOLUTION

Real = NDArray[np.float64]

LEVELS = (0.68, 0.9, 0.95, 0.99)
PLAIN = 1.96
"""√(2·1.92)"""
WIDTHS = 10
"""Tables of which widths are taken."""
NAMED_READOUTS = {
    "exact": None,
    "4.6 %": np.array([[[0.954, 0.046], [0.046, 0.954]]] * 2),
    "2-7 %": np.array([[[0.98, 0.07], [0.02, 0.93]], [[0.97, 0.05], [0.03, 0.95]]]),
}


class Row(NamedTuple):
    """What was measured in one cell."""

    cell: Cell
    coverage: Real  # at LEVELS
    plain: float
    bound: float
    width: float
    plain_width: float
    bias: float
    rmse: float


def measured(cell: Cell, tables: int, seed: int) -> Row:
    """All of a cell."""
    counts = cell.tables(tables, seed)
    this = fitted(counts, cell.settings, cell.readout, cell.ansatz)
    below, above = distances(this, cell.truth)
    limits = np.sqrt(2 * np.array([thresholds(level) for level in LEVELS]))[:, :, None]
    error = concurrence(this.fits.states) - cell.truth
    low, high = interval(cell, counts[:WIDTHS])
    low_1, high_1 = plain(cell, counts[:WIDTHS])
    return Row(
        cell,
        np.mean((below <= limits[:, 0]) & (above <= limits[:, 1]), axis=1),
        float(np.mean((below <= PLAIN) & (above <= PLAIN))),
        float(np.mean(below <= np.sqrt(2 * thresholds(0.99)[0]))),
        float(np.mean(high - low)),
        float(np.mean(high_1 - low_1)),
        float(error.mean()),
        float(np.sqrt(np.mean(error**2))),
    )


def interval(cell: Cell, counts: NDArray[np.int64]) -> tuple[Real, Real]:
    """The package's interval at 95 %."""
    found = tomography.concurrence_interval(counts, settings=cell.settings, readout=cell.readout, ansatz=cell.ansatz)
    return found.low, found.high


def plain(cell: Cell, counts: NDArray[np.int64]) -> tuple[Real, Real]:
    """The profile with a loss of 1.92 on both sides."""
    fits = fitted(counts, cell.settings, cell.readout, cell.ansatz).fits
    loss = np.full(len(counts), PLAIN**2 / 2)
    low, high = lowest_concurrence(fits, loss, separable_loss(fits)), highest_concurrence(fits, loss)
    return np.clip(low, 0, 1), np.clip(high + RESOLUTION * (high - low), 0, 1)


def covered(cell: Cell, tables: int, seed: int) -> tuple[float, float, float, float, float]:
    """Coverage at 95 % by the package itself, misses above and below the truth, mean width, milliseconds a table."""
    counts = np.array_split(cell.tables(tables, seed), max(1, tables // 200))
    begun = time.process_time()
    low, high = (np.concatenate(side) for side in zip(*(interval(cell, part) for part in counts), strict=True))
    spent = time.process_time() - begun
    above, below = float(np.mean(low > cell.truth + 1e-9)), float(np.mean(high < cell.truth - 1e-9))
    return 1 - above - below, above, below, float(np.mean(high - low)), 1e3 * spent / tables


def nearly_pure() -> list[Cell]:
    """States that imperfect monitoring leaves."""
    turn = np.kron(*(unitary_group.rvs(2, random_state=seed) for seed in (1, 2)))
    cells = []
    for p, turned, (name, readout), shots in product(
        (0.85, 0.92, 0.95, 0.98), (False, True), NAMED_READOUTS.items(), (200, 1000)
    ):
        rho = p * SINGLET + (1 - p) * UP
        rho = turn @ rho @ turn.conj().T if turned else rho
        cells.append(Cell(f"{p} {name}", rho, turned, np.full(9, shots), readout, "full", 1000 + len(cells)))
    return cells


def line(row: Row) -> str:
    coverage = " ".join(f"{share:.3f}" for share in row.coverage)
    return (
        f"{row.cell!s:66} {coverage} plain {row.plain:.3f} bound {row.bound:.3f} width {row.width:.4f} "
        f"({row.plain_width:.4f}) bias {row.bias:+.4f} RMSE {row.rmse:.4f}"
    )


def summary(rows: list[Row], name: str) -> Iterable[str]:
    """What the rows say together."""
    coverage = np.array([row.coverage for row in rows])
    widths = np.array([(row.width, row.plain_width) for row in rows])
    finite = widths[widths[:, 1] > 0]
    yield f"\n{name}: {len(rows)} cells"
    for k, level in enumerate(LEVELS):
        yield (
            f"  {100 * level:g} %: misses in the mean {1 - coverage[:, k].mean():.3f}, coverage at least "
            f"{coverage[:, k].min():.3f}"
        )
    yield (
        f"  plain at 95 %: misses in the mean {1 - np.mean([row.plain for row in rows]):.3f}, coverage at least "
        f"{min(row.plain for row in rows):.3f}; bound at 99 %: at least {min(row.bound for row in rows):.3f}"
    )
    yield (
        f"  ratio of the mean widths {widths[:, 0].mean() / widths[:, 1].mean():.2f}, mean ratio "
        f"{np.mean(finite[:, 0] / finite[:, 1]):.2f}; mean bias {np.mean([row.bias for row in rows]):+.4f}, mean RMSE "
        f"{np.mean([row.rmse for row in rows]):.4f}"
    )


def again_lines(title: str, cells: list[Cell], found: list[tuple[float, ...]]) -> Iterable[str]:
    """Cells that the package itself measured."""
    yield f"\n{title}"
    for cell, (coverage, above, below, width, milliseconds) in zip(cells, found, strict=True):
        yield f"{cell!s:66} {coverage:.4f} (+{above:.4f} -{below:.4f}) width {width:.4f} {milliseconds:.1f} ms"
    shares = np.array([coverage for coverage, *_ in found])
    yield f"  lowest {shares.min():.4f}, below 0.935 in {np.sum(shares < 0.935)} of {len(shares)}"


def main() -> None:
    options = parser(__doc__, cells=12, tables=50, again=100, named=20, seed=0, jobs=1)
    options.add_argument("--half", choices=list(HALVES), default="second", help="half of the population")
    arguments = options.parse_args()
    write = Report(arguments.output)
    write(
        f"{made_with('numpy', 'scipy')}; {arguments.half} half, {arguments.cells} cells of {arguments.tables} tables, "
        f"again with {arguments.again}, nearly pure with {arguments.named}, seed {arguments.seed}; levels "
        + ", ".join(f"{100 * level:g} %" for level in LEVELS)
    )
    rows: list[Row] = []
    with ProcessPoolExecutor(arguments.jobs) as pool:
        every = population(arguments.cells, HALVES[arguments.half])
        for row in pool.map(partial(measured, tables=arguments.tables, seed=arguments.seed), every):
            rows.append(row)
            write(line(row))
        for name, some in (
            ("all", rows),
            ("nine settings", [row for row in rows if row.cell.ansatz == "full"]),
            ("five settings, X ansatz", [row for row in rows if row.cell.ansatz == "X"]),
        ):
            write(*(summary(some, name) if some else ()))
        order = np.argsort([row.coverage[LEVELS.index(0.95)] for row in rows])
        lowest = [rows[k].cell for k in order[: max(5, round(0.02 * len(rows)))]]
        for title, tables, cells in (
            (f"the lowest {len(lowest)} again, 95 %", arguments.again, lowest),
            ("nearly pure, 95 %", arguments.named, nearly_pure()),
        ):
            found = pool.map(partial(covered, tables=tables, seed=arguments.seed + 1), cells)
            write(*again_lines(title, cells, list(found)))


if __name__ == "__main__":
    main()
