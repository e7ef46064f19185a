"""Which losses of log-likelihood the intervals of the concurrence need: where the constants of the rule come from.

For every simulated table it finds the distance √(2·loss) at which the lower or the upper limit begins to hold the truth
(`_truth.py`), in cells of one half of the population (`_population.py`). "needed" is the distance at which a side
misses its share: 0.055 at 95 %, a coverage of 0.945, and 1.3 times the nominal share at the other levels. Its largest
value among hundreds of cells would be one of chance, so the tenth of the cells that needs most on either side is
measured again, with more and other tables. Beside the largest of these stands what may give it at every level: a
constant offset from the quantile z of the normal distribution, a constant factor to it, or a quantile of χ² with a
number of degrees of freedom. The last column has the misses in the worst cell with two degrees below and four above.
What the rule covers elsewhere, tomography_coverage.py reports on the other half.

Run:  PYTHONPATH=. python benchmarks/tomography_thresholds.py --cells 400 --tables 150 --again 2000 --output FILE
"""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from _population import HALVES, Cell, population
from _report import Report, made_with, parser
from _truth import distances
from numpy.typing import NDArray
from scipy.special import gammaincinv

from nvprotocol.tomography._fits import fitted
from nvprotocol.tomography._profile_likelihood import thresholds
from nvprotocol.tomography.proportions import normal_quantile

Real = NDArray[np.float64]

MISSES = {0.68: 1.3 * 0.32, 0.9: 1.3 * 0.1, 0.95: 0.055, 0.99: 1.3 * 0.01}
"""Largest share of misses in the worst cell."""


class Distances(NamedTuple):
    """Of the tables of one cell."""

    cell: Cell
    below: Real
    above: Real

    def misses(self, level: float) -> float:
        """Share of the intervals of the package at this level that do not hold the truth."""
        below, above = np.sqrt(2 * np.array(thresholds(level)))
        return float(np.mean((self.below > below) | (self.above > above)))

    def needed(self, misses: float) -> tuple[float, float]:
        """Distances below and above at which either side misses no more than this share."""
        return float(np.quantile(self.below, 1 - misses)), float(np.quantile(self.above, 1 - misses))


def measured(cell: Cell, tables: int, seed: int) -> Distances:
    """The distances of simulated tables of a cell."""
    this = fitted(cell.tables(tables, seed), cell.settings, cell.readout, cell.ansatz)
    return Distances(cell, *distances(this, cell.truth))


def neediest(cells: list[Distances], share: float) -> list[Cell]:
    """The cells that need most below and those that need most above."""
    number = max(1, round(share * len(cells) / 2))
    needed = np.array([one.needed(0.05) for one in cells])
    chosen = {int(k) for side in needed.T for k in np.argsort(-side)[:number]}
    return [cells[k].cell for k in sorted(chosen)]


def line(one: Distances) -> str:
    """What one cell needs."""
    below, above = one.needed(0.05)
    return f"{one.cell!s:66} {below:5.2f} {above:5.2f}"


def report(again: list[Distances]) -> Iterable[str]:
    """What all of them need."""
    degrees = range(1, 6)
    yield f"level     z |{'needed':^16}|{'less z':^16}|{'over z':^16}|{'√χ² of 1 to 5 degrees':^32}| misses"
    yield "            |" + "   below   above |" * 3
    for level, misses in MISSES.items():
        z, worst = normal_quantile(level), np.max([one.needed(misses) for one in again], axis=0)
        pairs = "".join(f"{below:8.2f}{above:8.2f} |" for below, above in (worst, worst - z, worst / z))
        quantiles = "".join(f"{np.sqrt(2 * gammaincinv(k / 2, level)):6.2f}" for k in degrees)
        yield f"{level:5.2f} {z:5.2f} |{pairs}{quantiles}  | {max(one.misses(level) for one in again):.4f}"
    yield "\none-sided: needed below, and what two degrees give"
    for level in (0.9, 0.95, 0.99):
        needed = max(one.needed(1 - level)[0] for one in again)
        yield f"{level:5.2f} {needed:8.2f} {np.sqrt(2 * thresholds(level)[0]):6.2f}"


def main() -> None:
    options = parser(__doc__, cells=12, tables=50, again=100, seed=0, jobs=1)
    options.add_argument("--half", choices=list(HALVES), default="first", help="half of the population")
    arguments = options.parse_args()
    write = Report(arguments.output)
    write(
        f"{made_with('numpy', 'scipy')}; {arguments.half} half, {arguments.cells} cells of {arguments.tables} tables, "
        f"the neediest again with {arguments.again}, seed {arguments.seed}",
        f"{'needed at 95 %:':66} below above",
    )
    found: list[list[Distances]] = [[], []]
    cells = population(arguments.cells, HALVES[arguments.half])
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for turn, tables in enumerate((arguments.tables, arguments.again)):
            for one in pool.map(partial(measured, tables=tables, seed=arguments.seed + turn), cells):
                found[turn].append(one)
                write(line(one))
            cells = neediest(found[0], 0.1)
            write("" if turn else f"\n{len(cells)} cells again")
    write(*report(found[1]))


if __name__ == "__main__":
    main()
