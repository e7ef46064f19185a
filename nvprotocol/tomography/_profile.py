"""Profile likelihood of functions of a two-qubit state: what the drops of log-likelihood reach, for many tables."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from nvprotocol.entanglement import signed_concurrence
from nvprotocol.tomography import _signed
from nvprotocol.tomography._ends import PARTIAL_TRANSPOSE, Edge, reach
from nvprotocol.tomography._model import to_matrix, to_vector
from nvprotocol.tomography.reconstruction import flat_log_likelihood

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

MIXING = 20.0
"""Weight, in shots, of the mixed state that is added to start inside: it costs about as much log-likelihood."""
NEARER = 1.0
"""The same where a climb goes on from the end of its last round."""
BLUR = 0.01
"""Weight, in shots, of the mixed state that is added where Λ is linearised: its slope is infinite at the boundary."""
LEAST = 1e-5
"""Smallest share of the mixed state: with less, the slope of Λ is too steep for the interior-point method."""
ROUNDS = 12
"""Linearisations of Λ after which the climb to the upper end is left; 2 to 5 are needed."""
CLIMBERS = 256
"""Climbs that go on together: more of them leave the cache of the processor, fewer do not share the cost of a call."""
PROGRESS = 2e-2
"""Gain, in units of 1/√N, below which the climb ends."""
MOST_SHOTS = 1e8
"""Shots that a setting counts with at most: beyond, rounding hides differences of log-likelihood of order one."""
FEWER = 10.0
"""Factor by which the shots are reduced where a search has found no end."""
FEWEST_SHOTS = 10.0
"""Shots of the largest setting below which a search without an end is given up."""


@dataclass
class Fits:
    """Tables with their states of maximum likelihood, within an ansatz; all arrays have n tables in front."""

    counts: Real  # (n, K)
    model: Real  # (K, 16), projected
    projector: Real  # (16, 16)
    states: Complex
    log_likelihood: Real

    def __post_init__(self) -> None:
        self.totals = self.counts.sum(axis=1)
        self.signed = signed_concurrence(self.states)

    def part(self, wanted: NDArray) -> "Fits":
        """Some of the tables."""
        return Fits(self.counts[wanted], self.model, self.projector, self.states[wanted], self.log_likelihood[wanted])

    @cached_property
    def eigensystem(self) -> tuple[Real, Complex]:
        """Rising eigenvalues of the states, shape (n, 4), and their vectors as columns, shape (n, 4, 4)."""
        values, vectors = np.linalg.eigh(self.states)
        return values, vectors

    @cached_property
    def truncated(self) -> Complex:
        """The states without their two smallest eigenvalues."""
        values, vectors = self.eigensystem
        kept = np.maximum(values, 0) * (np.arange(4) > 1)
        kept = kept / kept.sum(axis=-1, keepdims=True)
        matrices = (vectors * kept[:, None, :]) @ np.swapaxes(vectors.conj(), -1, -2)
        return to_matrix(to_vector(matrices) @ self.projector)

    def capped(self, most: Real) -> "Fits":
        """The same frequencies with at most so many shots a setting, shape (n,), and the same states.

        Their log-likelihood, from which drops are counted, is at most the maximum: where caps are unequal more states
        are allowed than from a fit of the fewer shots.
        """
        table = self.counts.reshape(len(self.counts), -1, 4)
        share = np.minimum(1, most[:, None, None] / np.maximum(table.sum(axis=2, keepdims=True), 1))
        if np.all(share == 1):
            return self
        counts = (table * share).reshape(self.counts.shape)
        reached = flat_log_likelihood(to_vector(self.states), counts, self.model)
        return Fits(counts, self.model, self.projector, self.states, reached)

    def started(self, mixing: float = MIXING) -> Complex:
        """The states, moved a little inside."""
        return _mixed(self.states, np.minimum(0.02, mixing / self.totals))


def with_fewer_shots(fits: Fits, drops: Real, search: Callable[[Fits, Real], Real]) -> Real:
    """What a search finds, shape (n,), with as many shots as it can be found for; NaN where with none.

    Frequencies scatter no more than fewer shots would let them, and fewer shots allow more states at the same drop:
    limits move outward, and the drop of the best separable state shrinks.
    """
    found, rows = np.full(len(drops), np.nan), np.arange(len(drops))
    most = np.minimum(MOST_SHOTS, fits.counts.reshape(len(drops), -1, 4).sum(axis=2).max(axis=1, initial=0))
    while rows.size:
        found[rows] = search(fits.part(rows).capped(most[rows]), drops[rows])
        most = most / FEWER
        rows = rows[np.isnan(found[rows]) & (most[rows] >= FEWEST_SHOTS)]
    return found


def separable_drop(fits: Fits) -> Real:
    """By how much the likelihood of the best separable state falls short, shape (n,); zero where the fit is separable.

    Two qubits are separable where the partial transpose is positive (DOI 10.1103/PhysRevLett.77.1413). Zero stands
    also where no search succeeds, so that nothing is claimed.
    """
    turned = to_matrix(to_vector(fits.states) * PARTIAL_TRANSPOSE)
    negative = np.maximum(-np.linalg.eigvalsh(turned)[:, 0], 0)
    drop, entangled = np.zeros(len(negative)), negative > 0
    if entangled.any():
        found = with_fewer_shots(fits.part(entangled), negative[entangled], _separable_drop)
        drop[entangled] = np.nan_to_num(found, nan=0.0)
    return drop


def _separable_drop(fits: Fits, negative: Real) -> Real:
    """The drop of entangled fits, from minus the least eigenvalues of their partial transposes."""
    start = _mixed(fits.states, 0.02 + 0.98 * negative / (negative + 0.25))
    edge = reach(fits.counts, fits.model, start, separable=True)
    reached = flat_log_likelihood(edge.vectors, fits.counts, fits.model)
    return np.where(edge.solved, np.maximum(fits.log_likelihood - reached, 0), np.nan)


def lowest_concurrence(fits: Fits, drops: Real, separable: Real) -> Real:
    """The smallest concurrence at these drops, shape (n,): a convex problem; 0 where a separable state is allowed.

    It is positive wherever a separable state is excluded, if only by the smallest number: more is not known where no
    search succeeds with the shots that exclude it.
    """
    ends, rows = np.zeros(len(drops)), np.flatnonzero(drops < separable)
    if rows.size:
        found = with_fewer_shots(fits.part(rows), drops[rows], _lowest_concurrence)
        ends[rows] = np.maximum(np.nan_to_num(found, nan=0.0), np.finfo(float).tiny)
    return ends


def _lowest_concurrence(fits: Fits, drops: Real) -> Real:
    ends, rows = np.full(len(drops), np.nan), np.arange(len(drops))
    for mixing in (MIXING, 3 * MIXING):  # a second start for the few that the first leaves outside
        if not rows.size:
            break
        some = fits.part(rows)
        floor = some.log_likelihood - drops[rows]
        edge = reach(some.counts, some.model, some.started(mixing), floor=floor, bend=_signed.bend)
        values, change = signed_concurrence(to_matrix(edge.vectors)), _correction(edge, some.totals)
        found = np.isfinite(change)
        ends[rows[found]] = values[found] - change[found]
        rows = rows[~found]
    return ends


def highest_concurrence(fits: Fits, drops: Real) -> Real:
    """The largest signed concurrence at these drops, shape (n,): a convex function, climbed from two sides.

    Each round maximises the linearised Λ, which lies below Λ, so Λ rises from round to round. The slope is taken first
    at the fit, then at the fit without its two smallest eigenvalues, where rank 2 attracts. Within an ansatz the third
    climb is along the branch 2|ρ₁₂| − 2√(ρ₀₀ρ₃₃) of Λ, which is the entangled one also where the fit is separable.
    All starts are climbed together, as most of the time of a small batch goes to the calls.
    """
    best = with_fewer_shots(fits, drops, _highest_concurrence)
    return np.where(np.isfinite(best), np.maximum(best, fits.signed), 1.0)


def _highest_concurrence(fits: Fits, drops: Real) -> Real:
    every, floor = np.arange(len(drops)), fits.log_likelihood - drops
    points = np.concatenate([_mixed(fits.states, 1e-3), _mixed(fits.truncated, BLUR / fits.totals)])
    found = _climb(fits, np.tile(every, 2), np.tile(floor, 2), fits.started(), points)
    best = np.maximum(*np.split(found, 2))
    if np.trace(fits.projector) < 16:
        free = 1.0 if fits.projector[5, 5] > 0 else 1.0j
        points, branch = _mixed(fits.states, LEAST), partial(_entangled_branch, free=free)
        best = np.maximum(best, _climb(fits, every, floor, fits.started(3 * MIXING), points, branch))
    return np.where(np.isfinite(best), best, np.nan)


def _climb(
    fits: Fits,
    tables: NDArray[np.int64],
    floor: Real,
    start: Complex,
    points: Complex,
    gradient: Callable[[Complex], Real] = _signed.gradient,
) -> Real:
    """Where the climbs end, one for each of `tables` with its floor and its first point; starts are those of `fits`."""
    highest = np.full(len(floor), -np.inf)
    for part in np.array_split(np.arange(len(floor)), -(-len(floor) // CLIMBERS)):
        rows, point, inside = part, points[part], start[tables[part]]
        for _ in range(ROUNDS):
            which = tables[rows]
            slope = gradient(point) @ fits.projector  # two equal λ leave it undecided, also off the ansatz
            edge = reach(fits.counts[which], fits.model, inside, floor=floor[rows], gradient=slope)
            states, totals = to_matrix(edge.vectors), fits.totals[which]
            values = signed_concurrence(states) + _correction(edge, totals)
            rising = values > highest[rows] + PROGRESS / np.sqrt(totals)
            highest[rows] = np.maximum(highest[rows], values)
            if not rising.any():
                break
            rows, states, totals = rows[rising], states[rising], totals[rising]
            point, inside = _mixed(states, BLUR / totals), _mixed(states, np.minimum(0.02, NEARER / totals))
    return highest


def _entangled_branch(states: Complex, free: complex) -> Real:
    """Gradient of 2|ρ₁₂| − 2√(ρ₀₀ρ₃₃) as vectors; `free` is the phase where ρ₁₂ = 0 leaves it open."""
    slope, inner = np.zeros_like(states), states[:, 1, 2]
    ratio = np.sqrt(states[:, 3, 3].real / states[:, 0, 0].real)
    slope[:, 0, 0], slope[:, 3, 3] = -ratio, -1 / ratio
    slope[:, 1, 2] = np.where(np.abs(inner) > 0, inner / np.maximum(np.abs(inner), 1e-300), free)
    slope[:, 2, 1] = slope[:, 1, 2].conj()
    return to_vector(slope)


def linear_ends(fits: Fits, target: Real, drops: Real) -> tuple[Real, Real]:
    """The smallest and the largest tr(Aρ) at these drops; A as vectors, shape (16,). Infinite where none is found."""
    low, high = (with_fewer_shots(fits, drops, partial(_linear_end, target=sign * target)) for sign in (-1.0, 1.0))
    return -np.nan_to_num(low, nan=np.inf), np.nan_to_num(high, nan=np.inf)


def _linear_end(fits: Fits, drops: Real, target: Real) -> Real:
    direction, floor = np.broadcast_to(target @ fits.projector, (len(drops), 16)), fits.log_likelihood - drops
    edge = reach(fits.counts, fits.model, fits.started(), floor=floor, gradient=direction)
    change = _correction(edge, fits.totals)
    return np.where(np.isfinite(change), edge.vectors @ target + change, np.nan)


def _correction(edge: Edge, totals: Real) -> Real:
    """What an end gains to first order where ℓ is not quite at its floor, dv = dℓ/τ; −∞ where the search has no end."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = edge.surplus / totals / edge.multipliers
    near = (edge.multipliers > 0) & (np.abs(edge.surplus) < 1)
    return np.where(edge.solved, np.where(near, gain, 0.0), -np.inf)


def _mixed(states: Complex, weight: Real | float) -> Complex:
    share = np.maximum(np.asarray(weight, dtype=float), LEAST)[..., None, None]
    return (1 - share) * states + share * np.eye(4) / 4
