"""Many quantum-jump trajectories at once, between whose jumps nothing is approximated.

exp(−iH_eff h/2ᵏ) for k = 0, 1, … is a ladder: the time at which the squared norm of a ket has fallen to a number is
found bit by bit, as the norm only falls, and below the last bit from a Taylor polynomial, which is exact to rounding.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.exponential import expm
from nvprotocol.master_equation.jump_draws import Draws
from nvprotocol.master_equation.ket_space import KetSpace

LARGEST = 512
"""Dimension of the largest sector for which a ladder is made."""

_LAST = 1 / 16
"""Norm of H_eff times the last step: the Taylor polynomial is then exact to 1e-16."""

_DEGREE = 8
_NEWTON = 6
_ROUNDING = 1e-12


class Ladder:
    """The propagators of steps h, h/2, h/4, … in the sectors that are reached.

    Args:
        space: The kets of one medium.
        longest: h.
    """

    def __init__(self, space: KetSpace, longest: float) -> None:
        self.space, self.longest = space, longest
        norms = [np.abs(space.dense(one)).sum(axis=0).max() for one in space.sectors]
        self.levels = int(max(0, np.ceil(np.log2(max(max(norms) * longest / _LAST, 1.0)))))
        self.order = np.concatenate([space.states(one) for one in space.sectors])
        ends = np.cumsum([space.size(one) for one in space.sectors])
        self.slices = [
            slice(int(end) - space.size(one), int(end)) for one, end in zip(space.sectors, ends, strict=True)
        ]
        self._generators: dict[int, NDArray] = {}
        self._steps: dict[int, list[NDArray]] = {}

    def generator(self, sector: int) -> NDArray[np.complex128]:
        """−iH_eff, transposed: it acts on rows."""
        if sector not in self._generators:
            self._generators[sector] = self.space.dense(sector).T.copy()
        return self._generators[sector]

    def step(self, sector: int, level: int) -> NDArray[np.complex128]:
        """The propagator of h/2ᵏ, transposed."""
        if sector not in self._steps:
            steps = [expm(self.generator(sector) * (self.longest / 2**self.levels))]
            for _ in range(self.levels):
                steps.append(steps[-1] @ steps[-1])
            self._steps[sector] = steps[::-1]
        return self._steps[sector][level]


class Walkers:
    """Trajectories that go from one time to the next together.

    Args:
        ladder: Of the medium, with a longest step no shorter than any that is asked for.
        kets: Initial kets, normalised, shape (M, 2ᴺ).
        draws: Their uniform numbers.

    Attributes:
        records: For each of them the jumps and their times.
    """

    def __init__(self, ladder: Ladder, kets: NDArray[np.complex128], draws: Draws) -> None:
        self._ladder, self._space, self._draws = ladder, ladder.space, draws
        self._kets = kets[:, ladder.order]
        self._present = np.array([np.any(self._kets[:, part], axis=1) for part in ladder.slices]).T
        self._bar = draws.take(np.arange(len(kets)))
        self._time = 0.0
        self.records: list[list[tuple[int, float]]] = [[] for _ in kets]

    def kets(self) -> NDArray[np.complex128]:
        """Normalised kets, in the order of basis states."""
        result = np.empty_like(self._kets)
        result[:, self._ladder.order] = self._kets / np.linalg.norm(self._kets, axis=1)[:, None]
        return result

    def go_on(self, span: float) -> None:
        """All of them go on for a time."""
        left = np.full(len(self._kets), span)
        rows = np.arange(len(self._kets))
        while rows.size:
            window, hit = self._descend(rows, left)
            rows = rows[(window > 0) | hit]
            jumping = self._finish(rows, window[(window > 0) | hit], hit[(window > 0) | hit], left)
            self._jump(jumping, self._time + span - left[jumping])
            rows = jumping
        self._time += span

    def _descend(self, rows: NDArray[np.intp], left: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
        """Goes down the ladder; returns what is left of each time, and whether a jump comes within that."""
        window, hit = left[rows].copy(), np.zeros(rows.size, dtype=bool)
        for level in range(self._ladder.levels + 1):
            length = self._ladder.longest / 2**level
            (able,) = np.nonzero(window >= length * (1 - _ROUNDING))
            if not able.size:
                continue
            trial = self._moved(rows[able], level)
            kept = np.sum(np.abs(trial) ** 2, axis=1) > self._bar[rows[able]]
            on = able[kept]
            self._kets[rows[on]] = trial[kept]
            window[on] = np.maximum(window[on] - length, 0.0)
            left[rows[on]] = np.maximum(left[rows[on]] - length, 0.0)
            window[able[~kept]] = length
            hit[able[~kept]] = True
        return window, hit

    def _moved(self, rows: NDArray[np.intp], level: int) -> NDArray[np.complex128]:
        result: NDArray[np.complex128] = np.zeros((rows.size, self._kets.shape[1]), dtype=complex)
        for sector, part, here in self._by_sector(rows):
            result[here, part] = self._kets[rows[here], part] @ self._ladder.step(sector, level)
        return result

    def _by_sector(self, rows: NDArray[np.intp]) -> Iterator[tuple[int, slice, NDArray[np.intp]]]:
        for sector, part in enumerate(self._ladder.slices):
            (here,) = np.nonzero(self._present[rows, sector])
            if here.size:
                yield sector, part, here

    def _finish(
        self, rows: NDArray[np.intp], window: NDArray[np.float64], hit: NDArray[np.bool_], left: NDArray[np.float64]
    ) -> NDArray[np.intp]:
        """The last part of a step, up to a jump or to the end; returns those that jump."""
        if not rows.size:
            return rows
        terms = np.zeros((_DEGREE + 1, rows.size, self._kets.shape[1]), dtype=complex)
        terms[0] = self._kets[rows]
        for sector, part, here in self._by_sector(rows):
            term = terms[0, here, part]
            for power in range(1, _DEGREE + 1):
                term = term @ self._ladder.generator(sector) * (window[here, None] / power)
                terms[power, here, part] = term
        norms = _norm_polynomial(terms)
        bar = self._bar[rows]
        jumps = hit | (norms.sum(axis=0) <= bar)
        share = np.where(jumps, _root(norms, bar), 1.0)
        self._kets[rows] = _polynomial(terms, share[:, None])
        left[rows] = np.where(jumps, np.maximum(left[rows] - share * window, 0.0), 0.0)
        return rows[jumps]

    def _jump(self, rows: NDArray[np.intp], times: NDArray[np.float64]) -> None:
        if not rows.size:
            return
        outcomes, weights = [], {}
        for sector, _, here in self._by_sector(rows):
            for jumps in self._space.jumps(sector):
                applied = jumps.stacked @ self._kets[rows[here], self._ladder.slices[sector]].T
                applied = applied.reshape(jumps.numbers.size, -1, here.size)
                outcomes.append((jumps, here, applied))
                for number, weight in zip(jumps.numbers, np.sum(np.abs(applied) ** 2, axis=1), strict=True):
                    weights.setdefault(int(number), np.zeros(rows.size))[here] += weight
        numbers = np.array(sorted(weights))
        summed = np.cumsum([weights[number] for number in numbers], axis=0)
        drawn = self._draws.take(rows) * summed[-1]
        chosen = numbers[np.minimum((summed <= drawn).sum(axis=0), numbers.size - 1)]
        self._kets[rows], self._present[rows] = 0.0, False
        for jumps, here, applied in outcomes:
            for place, number in enumerate(jumps.numbers):
                (taken,) = np.nonzero(chosen[here] == number)
                if taken.size:
                    self._kets[rows[here[taken]], self._ladder.slices[jumps.target]] = applied[place][:, taken].T
                    self._present[rows[here[taken]], jumps.target] = True
        self._kets[rows] /= np.linalg.norm(self._kets[rows], axis=1)[:, None]
        self._bar[rows] = self._draws.take(rows)
        for row, number, time in zip(rows, chosen, times, strict=True):
            self.records[row].append((int(number), float(time)))


def _norm_polynomial(terms: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Coefficients of |Σ x^k v_k|², shape (degree + 1, M)."""
    result = np.zeros((_DEGREE + 1, terms.shape[1]))
    for power in range(_DEGREE + 1):
        for k in range(power // 2 + 1):
            weight = 1 if 2 * k == power else 2
            result[power] += weight * np.einsum("md,md->m", terms[k].conj(), terms[power - k]).real
    return result


def _root(norms: NDArray[np.float64], bar: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where polynomials that fall from x = 0 to 1 reach a value, by Newton's method."""
    x = np.full(bar.size, 0.5)
    slopes = norms[1:] * np.arange(1, len(norms))[:, None]
    for _ in range(_NEWTON):
        slope = _polynomial(slopes, x)
        x = np.clip(x - (_polynomial(norms, x) - bar) / np.where(slope < 0, slope, -1.0), 0.0, 1.0)
    return x


def _polynomial(coefficients: NDArray, x: NDArray[np.float64]) -> NDArray:
    result = coefficients[-1]
    for one in coefficients[-2::-1]:
        result = result * x + one
    return result
