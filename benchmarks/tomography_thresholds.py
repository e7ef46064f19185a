"""Which losses of log-likelihood the intervals of the concurrence need: where the constants of the rule come from.

For every simulated table it finds the distance √(2·loss) at which the lower or the upper limit begins to hold the truth
(`_truth.py`), in cells of one half of the population (`_population.py`). Two rules are compared at all levels, with
the quantile z of the normal distribution (1.96 at 95 %):

    offset   √(2·loss) = z + b below and z + a above
    factor   √(2·loss) = b·z below and a·z above.

`needed` is the quantile of the distances at the level, on the side that needs more in a cell. Its largest value among
hundreds of cells would be one of chance, so the tenth of the cells that needs most on either side is measured again,
with more and other tables, and the constants are those that hold there: at 95 % for a coverage of 0.945 in the worst
cell, at the other levels for at most 1.3 times the nominal share of misses. What they cover elsewhere,
tomography_coverage.py reports on the other half.

Run:  PYTHONPATH=. python benchmarks/tomography_thresholds.py --cells 400 --tables 150 --again 2000 --output FILE
"""

import argparse
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from _population import HALVES, Cell, population
from _truth import distances
from numpy.typing import NDArray

from nvprotocol.tomography._fitted import fitted
from nvprotocol.tomography.proportions import normal_quantile

Real = NDArray[np.float64]

MISSES = {0.68: 1.3 * 0.32, 0.9: 1.3 * 0.1, 0.95: 0.055, 0.99: 1.3 * 0.01}
"""Largest share of misses in the worst cell."""
STEP = 0.05
"""Of the constants."""


class Distances(NamedTuple):
    """Of the tables of one cell."""

    cell: Cell
    below: Real
    above: Real

    def misses(self, below: Real | float, above: Real | float) -> Real:
        """Share of the intervals with these limits that do not hold the truth."""
        return np.mean((self.below > np.asarray(below)[..., None]) | (self.above > np.asarray(above)[..., None]), -1)

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


def smallest(cells: list[Distances], level: float, rule: str) -> tuple[float, float]:
    """The pair of constants with the smallest sum of distances that is good enough in every cell."""
    z = normal_quantile(level)
    grid = np.arange(0, 2.5, STEP) if rule == "offset" else np.arange(1, 3, STEP / 2)
    limits = grid + z if rule == "offset" else grid * z
    below, above = np.meshgrid(limits, limits, indexing="ij")
    worst = np.max([one.misses(below, above) for one in cells], axis=0)
    costs = np.where(worst <= MISSES[level], below + above, np.inf)
    k = np.unravel_index(np.argmin(costs), costs.shape)
    return float(grid[k[0]]), float(grid[k[1]])


def line(one: Distances) -> str:
    """What one cell needs."""
    below, above = one.needed(0.05)
    return f"{one.cell!s:66} {below:5.2f} {above:5.2f}"


def report(again: list[Distances]) -> Iterable[str]:
    """What all of them need."""
    yield f"level     z  | {'needed, the worst':^18}| {'less z':^18}| {'over z':^18}| {'offsets':^18}| {'factors':^18}"
    yield f"             |{'    below    above  |' * 5}"[:-1]
    for level, misses in MISSES.items():
        z, worst = normal_quantile(level), np.max([one.needed(misses) for one in again], axis=0)
        pairs = (worst, worst - z, worst / z, smallest(again, level, "offset"), smallest(again, level, "factor"))
        yield f"{level:5.2f} {z:5.2f}  |" + "|".join(f"{below:9.2f}{above:9.2f}  " for below, above in pairs).rstrip()
    yield "\none-sided: needed below, less z at the confidence"
    for confidence in (0.9, 0.95, 0.99, 0.999):
        z = normal_quantile(2 * confidence - 1)
        yield f"{confidence:5.3f} {max(one.needed(1 - confidence)[0] for one in again) - z:6.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cells", type=int, default=12)
    parser.add_argument("--tables", type=int, default=50)
    parser.add_argument("--again", type=int, default=100, help="tables of the cells that are measured again")
    parser.add_argument("--half", choices=list(HALVES), default="first")
    parser.add_argument("--seed", type=int, default=0, help="seed of the tables")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    lines: list[str] = []

    def write(*more: str) -> None:
        print(*more, sep="\n", flush=True)
        lines.extend(more)
        if arguments.output:
            arguments.output.write_text("\n".join(lines) + "\n", encoding="utf-8")

    write(
        f"{datetime.now(UTC):%Y-%m-%d}, {arguments.half} half, {arguments.cells} cells of {arguments.tables} tables, "
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
