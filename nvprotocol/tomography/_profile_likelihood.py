"""Profile likelihood of functions of a two-qubit state: confidence limits for many tables at once."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from nvprotocol._checks import fail, show
from nvprotocol.entanglement import signed_concurrence
from nvprotocol.tomography import _signed_concurrence
from nvprotocol.tomography._constrained import PARTIAL_TRANSPOSE, Optimum, constrained_maximum
from nvprotocol.tomography._fits import LEAST, MIXING, Fits, mixed
from nvprotocol.tomography._pauli_vectors import to_matrix, to_vector
from nvprotocol.tomography.proportions import checked_level
from nvprotocol.tomography.reconstruction import flat_log_likelihood

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

NEARER = 1.0
"""Weight, in shots, of the mixed state where an ascent goes on from its last round (`MIXING` at its start)."""
BLUR = 0.01
"""Weight, in shots, of the mixed state that is added where Λ is linearised: its slope is infinite at the boundary."""
ROUNDS = 12
"""Linearisations of Λ after which the ascent to the upper limit is given up; 2 to 5 are needed."""
CLIMBERS = 256
"""Ascents that go on together: more of them leave the processor's cache, fewer do not amortise the cost of a call."""
PROGRESS = 2e-2
"""Gain, in units of 1/√N, below which the ascent stops."""
MOST_SHOTS = 1e8
"""Shots that a setting counts with at most: beyond, rounding hides differences of log-likelihood of order one."""
FEWER = 10.0
"""Factor by which the shots are reduced where a search has failed."""
FEWEST_SHOTS = 10.0
"""Shots of the largest setting below which a search is given up."""
STARTS = 28
"""Random maximally entangled states from which the ascent starts, besides the four Bell states."""
BELOW = 2
"""Degrees of freedom at the lower limit: noise alone can make a coherence, which has a size and a phase."""
ABOVE = 4
"""The same at the upper limit: noise fills the two eigenvalues that a state of rank 2 lacks, a block of 2 × 2."""
LOWEST_LEVEL = 0.5
"""Below it, no coverage was measured."""


def thresholds(level: float) -> tuple[float, float]:
    """Loss of log-likelihood at the lower and at the upper limit: half the level's quantile of χ²."""
    number = interval_level(level)
    below, above = (float(gammaincinv(degrees / 2, number)) for degrees in (BELOW, ABOVE))
    return below, above


def interval_level(level: float, lowest: float = LOWEST_LEVEL) -> float:
    """A level for which coverage was measured, or a higher one."""
    number = checked_level(level)
    if number < lowest:
        fail("level", f"be at least {lowest:g}, as no coverage was measured below", f"is {show(number)}")
    return number


def with_fewer_shots(fits: Fits, losses: Real, search: Callable[[Fits, Real], Real]) -> Real:
    """What a search finds, shape (n,), with as many shots as it can be found for; NaN where with none.

    Frequencies scatter no more than fewer shots would let them, and fewer shots allow more states at the same loss:
    limits move outward, and the loss of the best separable state shrinks.
    """
    found, rows = np.full(len(losses), np.nan), np.arange(len(losses))
    most = np.minimum(MOST_SHOTS, fits.counts.reshape(len(losses), -1, 4).sum(axis=2).max(axis=1, initial=0))
    while rows.size:
        found[rows] = search(fits.part(rows).capped(most[rows]), losses[rows])
        most = most / FEWER
        rows = rows[np.isnan(found[rows]) & (most[rows] >= FEWEST_SHOTS)]
    return found


def separable_loss(fits: Fits) -> Real:
    """By how much the likelihood of the best separable state falls short, shape (n,); zero where the fit is separable.

    Two qubits are separable where the partial transpose is positive (DOI 10.1103/PhysRevLett.77.1413). Zero stands
    also where no search succeeds, so that nothing is claimed.
    """
    transposed = to_matrix(to_vector(fits.states) * PARTIAL_TRANSPOSE)
    negative = np.maximum(-np.linalg.eigvalsh(transposed)[:, 0], 0)
    loss, entangled = np.zeros(len(negative)), negative > 0
    if entangled.any():
        found = with_fewer_shots(fits.part(entangled), negative[entangled], _separable_loss)
        loss[entangled] = np.nan_to_num(found, nan=0.0)
    return loss


def _separable_loss(fits: Fits, negative: Real) -> Real:
    """The loss of entangled fits, from minus the least eigenvalues of their partial transposes."""
    start = mixed(fits.states, 0.02 + 0.98 * negative / (negative + 0.25))
    optimum = constrained_maximum(fits.counts, fits.model, start, separable=True)
    reached = flat_log_likelihood(optimum.vectors, fits.counts, fits.model)
    return np.where(optimum.solved, np.maximum(fits.log_likelihood - reached, 0), np.nan)


def lowest_concurrence(fits: Fits, losses: Real, separable: Real) -> Real:
    """The smallest concurrence at these losses, shape (n,): a convex problem; 0 where a separable state is allowed.

    It is positive wherever a separable state is excluded, if only by the smallest number: more is not known where no
    search succeeds with the shots that exclude it.
    """
    limits, rows = np.zeros(len(losses)), np.flatnonzero(losses < separable)
    if rows.size:
        found = with_fewer_shots(fits.part(rows), losses[rows], _lowest_concurrence)
        limits[rows] = np.maximum(np.nan_to_num(found, nan=0.0), np.finfo(float).tiny)
    return limits


def _lowest_concurrence(fits: Fits, losses: Real) -> Real:
    limits, rows = np.full(len(losses), np.nan), np.arange(len(losses))
    for mixing in (MIXING, 3 * MIXING):  # a second start for the few that the first leaves outside
        if not rows.size:
            break
        some = fits.part(rows)
        floor = some.log_likelihood - losses[rows]
        optimum = constrained_maximum(
            some.counts, some.model, some.started(mixing), floor=floor, convex=_signed_concurrence.with_hessian
        )
        values, change = signed_concurrence(to_matrix(optimum.vectors)), _correction(optimum, some.totals)
        found = np.isfinite(change)
        limits[rows[found]] = values[found] - change[found]
        rows = rows[~found]
    return limits


def highest_concurrence(fits: Fits, losses: Real) -> Real:
    """The largest signed concurrence at these losses, shape (n,): a convex function, climbed from two sides.

    Each round maximises the linearised Λ, which lies below Λ, so Λ rises from round to round. The slope is taken first
    at the fit, then at the fit without its two smallest eigenvalues, where rank 2 attracts. Within an ansatz the third
    climb is along the branch 2|ρ₁₂| − 2√(ρ₀₀ρ₃₃) of Λ, which is the entangled one also where the fit is separable.
    All starts are climbed together, as most of the time of a small batch goes to the calls.
    """
    best = with_fewer_shots(fits, losses, _highest_concurrence)
    return np.where(np.isfinite(best), np.maximum(best, fits.signed), 1.0)


def _highest_concurrence(fits: Fits, losses: Real) -> Real:
    every, floor = np.arange(len(losses)), fits.log_likelihood - losses
    points = [mixed(fits.states, 1e-3), mixed(fits.truncated, BLUR / fits.totals)]
    starts = [fits.started()] * 2
    gradient, number = _of_signed_concurrence, 2
    if np.trace(fits.projector) < 16:
        points.append(mixed(fits.states, LEAST))
        starts.append(fits.started(3 * MIXING))
        free = 1.0 if fits.projector[5, 5] > 0 else 1.0j
        gradient, number = partial(_with_entangled_branch, free=free, first=2 * len(losses)), 3
    tables, floors = np.tile(every, number), np.tile(floor, number)
    found = _climb(fits, tables, floors, np.concatenate(starts), np.concatenate(points), gradient)
    best = found.reshape(number, -1).max(axis=0)
    return np.where(np.isfinite(best), best, np.nan)


def _of_signed_concurrence(points: Complex, climbs: NDArray[np.int64]) -> Real:
    """Gradient of Λ as vectors, whichever climb it is."""
    del climbs
    return _signed_concurrence.gradient(points)


def _with_entangled_branch(points: Complex, climbs: NDArray[np.int64], first: int, free: complex) -> Real:
    """The same, but that of the entangled branch from the climb `first` on."""
    slope, along = np.empty((len(points), 16)), climbs >= first
    slope[along] = _entangled_branch(points[along], free)
    slope[~along] = _signed_concurrence.gradient(points[~along])
    return slope


def _climb(
    fits: Fits,
    tables: NDArray[np.int64],
    floor: Real,
    start: Complex,
    points: Complex,
    gradient: Callable[[Complex, NDArray[np.int64]], Real] = _of_signed_concurrence,
) -> Real:
    """Maxima of ascents, one for each of `tables` with its floor, start and first point."""
    highest = np.full(len(floor), -np.inf)
    for part in np.array_split(np.arange(len(floor)), -(-len(floor) // CLIMBERS)):
        rows, point, inside = part, points[part], start[part]
        for _ in range(ROUNDS):
            which = tables[rows]
            slope = gradient(point, rows) @ fits.projector  # two equal λ leave it undecided, also off the ansatz
            optimum = constrained_maximum(fits.counts[which], fits.model, inside, floor=floor[rows], gradient=slope)
            states, totals = to_matrix(optimum.vectors), fits.totals[which]
            values = signed_concurrence(states) + _correction(optimum, totals)
            rising = values > highest[rows] + PROGRESS / np.sqrt(totals)
            highest[rows] = np.maximum(highest[rows], values)
            if not rising.any():
                break
            rows, states, totals = rows[rising], states[rising], totals[rising]
            point, inside = mixed(states, BLUR / totals), mixed(states, np.minimum(0.02, NEARER / totals))
    return highest


def _entangled_branch(states: Complex, free: complex) -> Real:
    """Gradient of 2|ρ₁₂| − 2√(ρ₀₀ρ₃₃) as vectors; `free` is the phase where ρ₁₂ = 0 leaves it open."""
    slope, inner = np.zeros_like(states), states[:, 1, 2]
    ratio = np.sqrt(states[:, 3, 3].real / states[:, 0, 0].real)
    slope[:, 0, 0], slope[:, 3, 3] = -ratio, -1 / ratio
    slope[:, 1, 2] = np.where(np.abs(inner) > 0, inner / np.maximum(np.abs(inner), 1e-300), free)
    slope[:, 2, 1] = slope[:, 1, 2].conj()
    return to_vector(slope)


def highest_where_undetermined(fits: Fits, losses: Real) -> Real:
    """The largest signed concurrence that is found among the states at these losses, shape (n,).

    Many states fit equally well, far from the one that was found, and Λ has hills in several directions among them. So
    the climb of `highest_concurrence` is made from many sides: its first slope is that of Λ at a maximally entangled
    state, which leads to the allowed state of the highest overlap with it. It is 1 where every climb fails.
    """
    return np.nan_to_num(with_fewer_shots(fits, losses, _highest_where_undetermined), nan=1.0)


def _highest_where_undetermined(fits: Fits, losses: Real) -> Real:
    kets = _maximally_entangled()
    points = mixed(kets[:, :, None] * kets[:, None, :].conj(), LEAST)
    tables = np.repeat(np.arange(len(losses)), len(kets))
    floor = (fits.log_likelihood - losses)[tables]
    found = _climb(fits, tables, floor, fits.started()[tables], np.tile(points, (len(losses), 1, 1)))
    best = found.reshape(len(losses), -1).max(axis=1)
    return np.where(np.isfinite(best), best, np.nan)


def _maximally_entangled() -> NDArray[np.complex128]:
    """Kets, shape (4 + STARTS, 4): one spin of a Bell state rotated at random, which yields all of them."""
    root = np.sqrt(0.5)
    bell = root * np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]], dtype=complex)
    q = np.random.default_rng(0).normal(size=(STARTS, 4))
    a, b, c, d = (q / np.linalg.norm(q, axis=1, keepdims=True)).T
    rotated = root * np.stack([a + 1j * b, c + 1j * d, -c + 1j * d, a - 1j * b], axis=1)
    return np.concatenate([bell, rotated])


def linear_limits(fits: Fits, target: Real, losses: Real) -> tuple[Real, Real]:
    """The smallest and the largest tr(Aρ) at these losses; A as vectors, shape (16,). Infinite where none is found."""
    low, high = (with_fewer_shots(fits, losses, partial(_linear_limit, target=sign * target)) for sign in (-1.0, 1.0))
    return -np.nan_to_num(low, nan=np.inf), np.nan_to_num(high, nan=np.inf)


def _linear_limit(fits: Fits, losses: Real, target: Real) -> Real:
    direction, floor = np.broadcast_to(target @ fits.projector, (len(losses), 16)), fits.log_likelihood - losses
    optimum = constrained_maximum(fits.counts, fits.model, fits.started(), floor=floor, gradient=direction)
    change = _correction(optimum, fits.totals)
    return np.where(np.isfinite(change), optimum.vectors @ target + change, np.nan)


def _correction(optimum: Optimum, totals: Real) -> Real:
    """What a limit gains to first order where ℓ is not quite at its floor, dv = dℓ/τ; −∞ where the search failed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = optimum.surplus / totals / optimum.multipliers
    near = (optimum.multipliers > 0) & (np.abs(optimum.surplus) < 1)
    return np.where(optimum.solved, np.where(near, gain, 0.0), -np.inf)
