"""Intervals: Wilson's for a proportion, and one for the concurrence that is honest at the edge of state space too."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nvprotocol._checks import Seed, fail, generator, real_number, show, whole_number
from nvprotocol.entanglement import signed_concurrence
from nvprotocol.tomography._checked import checked_readout, checked_table, whole_counts
from nvprotocol.tomography._model import distribution, outcome_matrix, read_out_matrix, to_vector
from nvprotocol.tomography.reconstruction import fit_tables, flat_log_likelihood, maximum_likelihood

__all__ = ["ConcurrenceInterval", "concurrence_interval", "wilson"]

PSEUDO_COUNT = 1.0
"""Counts added to every outcome of the first state that is resampled (Laplace's rule of succession)."""
LOSS_OF_RANK = 4.0
"""Loss of log-likelihood up to which the second state that is resampled may have a lower rank than the fit."""
TOLERANCE = 1e-3
"""Certificate at which the fit of a resample is accepted: it moves the concurrence by a few % of its standard error."""
TOGETHER = 2000
"""Resampled tables that are fitted in one batch: more only fills memory."""


class ConcurrenceInterval(NamedTuple):
    """Ends of the interval in [0, 1] and the standard error of the concurrence, arrays of the same shape.

    Examples:
        >>> counts = [nv.tomography.sample(label, 100, seed=3) for label in ("ud", "du")]
        >>> nv.tomography.concurrence_interval(counts, resamples=20, seed=4).low
        array([0., 0.])
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    standard_error: NDArray[np.float64]


def wilson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's interval of a proportion (DOI 10.1080/01621459.1927.10502953).

    With p = k/n and z the quantile of the normal distribution, its ends are
    (p + z²/2n ± z √(p(1−p)/n + z²/4n²))/(1 + z²/n); no trials at all leave [0, 1].

    Args:
        successes: Number k of successes, any shape.
        trials: Number n of trials, broadcast with `successes`.
        level: Nominal probability that the interval covers the truth.

    Returns:
        The lower and the upper end, each of the broadcast shape.

    Raises:
        ArgumentError: If a number is negative or not whole, there are more successes than trials, or the level is
            not between 0 and 1.

    Examples:
        >>> low, high = nv.tomography.wilson([0, 30, 100], 100)
        >>> low.round(3), high.round(3)
        (array([0.   , 0.219, 0.963]), array([0.037, 0.396, 1.   ]))
    """
    k, n = np.broadcast_arrays(whole_counts(successes, "successes"), whole_counts(trials, "trials"))
    if np.any(k > n):
        fail("successes", "be at most `trials`", f"{show(k[k > n].flat[0])} exceeds {show(n[k > n].flat[0])}")
    z2 = _quantile(level) ** 2
    safe = np.maximum(n, 1)
    p = k / safe
    centre, spread = p + z2 / (2 * safe), np.sqrt(z2 * (p * (1 - p) / safe + z2 / (4 * safe**2)))
    # The ends at k = 0 and k = n are exactly 0 and 1, which rounding would miss.
    low = np.where(k == 0, 0.0, (centre - spread) / (1 + z2 / safe))
    high = np.where(k == n, 1.0, (centre + spread) / (1 + z2 / safe))
    return low, high


def concurrence_interval(
    counts: ArrayLike,
    *,
    settings: Sequence[str] | None = None,
    readout: ArrayLike | None = None,
    resamples: int = 200,
    level: float = 0.95,
    seed: Seed = None,
) -> ConcurrenceInterval:
    """Interval of the concurrence of two qubits from a parametric bootstrap (DOI 10.1201/9780429246593), batched.

    Let Λ = λ₁−λ₂−λ₃−λ₄ be the concurrence before it is cut off at zero and Λ̂ its value at the state of maximum
    likelihood ρ̂. Counts are resampled with the kept shots of every setting, half of them from each of two states.
    ρ₁ is ρ̂ with one count added to every outcome: on the boundary, ρ̂ gives what happened not to be seen no chance,
    and would show no spread. ρ₂ is ρ̂ without its smallest eigenvalues, as many as may go for a loss of 4 in
    log-likelihood: nearer to a boundary, the bias is larger. All resamples are fitted again. With mⱼ and sⱼ, the
    mean and the standard deviation of their Λ, bⱼ = mⱼ − Λ(ρⱼ), and r² the larger of the sⱼ² + bⱼ², the interval is

        from Λ̂ − max(0, b₁, b₂) − z r  to  Λ̂ + max(0, −b₁, −b₂) + z r,

    clipped to [0, 1]: it makes room for the bias rather than take it off, as the one at the true state is not known.
    The lower end is 0 also where z = √(−2 ln(1 − level)) would reach 0: there Λ is the modulus of a complex
    number, and Rayleigh's distribution has the longer tail. Where the counts leave a Pauli string unmeasured, the
    interval is [0, 1] and the standard error NaN.

    Measured coverage of the nominal 95 %, and mean width, for N shots a setting (500 tables a cell, so ±0.01; no
    theorem stands behind them; `benchmarks/tomography_coverage.py` measures them again):

        state               C      N = 200        N = 1000       N = 10,000
        Bell                1      1.000  0.032   1.000  0.007   1.000  0.001
        steady (uu+S)/2     0.5    0.984  0.292   0.982  0.129   0.996  0.039
        Werner 0.99         0.985  1.000  0.047   0.964  0.021   0.978  0.006
        Werner 0.9          0.85   0.972  0.127   0.952  0.053   0.964  0.016
        Werner 0.4          0.1    0.968  0.220   0.952  0.108   0.964  0.034
        Werner 1/3          0      0.990  0.134   0.994  0.056   0.992  0.018
        X state             0.1    0.976  0.226   0.972  0.112   0.952  0.035
        product ud          0      1.000  0.125   1.000  0.052   1.000  0.016
        mixed (uu+dd)/2     0      0.982  0.167   0.970  0.074   0.968  0.023

    Lowest 0.952, mean 0.980. With 2 % readout error a qubit: 0.944 and 0.978 (250 tables a cell); on eight random
    states of ranks 1 to 4 that had no part in choosing the rule: 0.960 and 0.982 (250 tables a cell).

    Args:
        counts: Table of counts of two qubits, shape (…, S, 4).
        settings: Settings of the rows; the nine Pauli settings by default.
        readout: Readout probabilities P(read | true) of shape (4, 4), true outcome on the columns, taken as exact.
        resamples: Number of resampled tables; an odd one is raised by one.
        level: Nominal probability that the interval covers the truth.
        seed: Seed or generator; None draws fresh entropy.

    Returns:
        The ends and the standard error s₁, each of shape (…).

    Raises:
        ArgumentError: If an argument does not fit or the counts are not whole.
        NoKeptShotsError: If a table has no counts.
        FitError: If a fit does not reach its tolerance.

    Examples:
        >>> counts = nv.tomography.sample(nv.operators.bell_state("psi-"), 1000, seed=3)
        >>> interval = nv.tomography.concurrence_interval(counts, resamples=50, seed=4)
        >>> bool(0.98 < interval.low < 1), float(interval.high)
        (True, 1.0)
    """
    fit = maximum_likelihood(counts, settings=settings, readout=readout)
    return bootstrap(fit.state, counts, settings, readout, resamples, level, seed)


def bootstrap(
    state: NDArray[np.complex128],
    counts: ArrayLike,
    settings: Sequence[str] | None,
    readout: ArrayLike | None,
    resamples: int,
    level: float,
    seed: Seed,
) -> ConcurrenceInterval:
    """`concurrence_interval` around states of maximum likelihood that are known already, shape (…, 4, 4)."""
    each, rng = (whole_number(resamples, "resamples", minimum=4) + 1) // 2, generator(seed)
    z, tail = _quantile(level), np.sqrt(-2 * np.log1p(-level))
    table, labels, leading = checked_table(whole_counts(counts, "counts"), settings)
    if table.shape[-1] != 4:
        fail("counts", "have 4 outcomes, those of two qubits", f"has shape {np.shape(counts)}")
    model = read_out_matrix(labels, checked_readout(readout, 4))
    fitted = state.reshape(-1, 4, 4)
    centres = np.stack([_with_pseudo_counts(fitted, table), _with_lowest_rank(fitted, table, model)], axis=1)
    shots = table.sum(axis=2).astype(np.int64)
    values = np.empty((len(table), 2, each))
    stride = max(1, TOGETHER // (2 * each))
    for first in range(0, len(table), stride):
        part = slice(first, first + stride)
        values[part] = _resample(centres[part], shots[part], model, each, rng)
    estimate, spread = signed_concurrence(fitted), values.std(axis=2, ddof=1)
    bias = values.mean(axis=2) - signed_concurrence(centres)
    reach = np.hypot(spread, bias).max(axis=1)
    least = estimate - np.maximum(bias.max(axis=1), 0)
    low = np.where(least > tail * reach, least - z * reach, 0)
    high = estimate - np.minimum(bias.min(axis=1), 0) + z * reach
    known = np.all(shots @ _measured_by(labels) > 0, axis=1)
    ends = np.where(known, np.clip(low, 0, 1), 0.0), np.where(known, np.clip(high, 0, 1), 1.0)
    return ConcurrenceInterval(*(x.reshape(leading) for x in (*ends, np.where(known, spread[:, 0], np.nan))))


def _with_pseudo_counts(states: NDArray[np.complex128], table: NDArray[np.float64]) -> NDArray[np.complex128]:
    weight = PSEUDO_COUNT * table[0].size / table.sum(axis=(1, 2))[:, None, None]
    return (states + weight * np.eye(4) / 4) / (1 + weight)


def _with_lowest_rank(
    states: NDArray[np.complex128], table: NDArray[np.float64], model: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """The states without their smallest eigenvalues, as many as `LOSS_OF_RANK` allows."""
    values, vectors = np.linalg.eigh(states)
    kept = values[:, None, :] * (np.arange(4) >= np.arange(3, -1, -1)[:, None])  # ranks 1 to 4
    kept /= kept.sum(axis=2, keepdims=True)
    truncated = (vectors[:, None] * kept[:, :, None, :]) @ np.swapaxes(vectors.conj(), 1, 2)[:, None]
    likelihood = flat_log_likelihood(to_vector(truncated), table.reshape(len(table), 1, -1), model)
    lowest = np.argmax(likelihood >= likelihood[:, -1:] - LOSS_OF_RANK, axis=1)
    return truncated[np.arange(len(states)), lowest]


def _resample(
    centres: NDArray[np.complex128],
    shots: NDArray[np.int64],
    model: NDArray[np.float64],
    resamples: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Λ of refitted resamples about centres of shape (tables, 2, 4, 4), shape (tables, 2, resamples)."""
    chances = distribution(to_vector(centres), model, shots.shape[1])
    number = np.broadcast_to(shots[:, None, None, :], (*centres.shape[:2], resamples, shots.shape[1]))
    drawn = rng.multinomial(number, chances[:, :, None])
    guess = np.repeat(centres.reshape(-1, 4, 4), resamples, axis=0)
    fit = fit_tables(drawn.reshape(len(guess), -1).astype(float), model, guess, TOLERANCE)
    return signed_concurrence(fit.state).reshape(number.shape[:3])


def _measured_by(labels: tuple[str, ...]) -> NDArray[np.float64]:
    """1 where a setting measures a Pauli string, shape (S, 16)."""
    per_outcome = np.abs(outcome_matrix(labels)).reshape(len(labels), 4, -1)
    return (per_outcome.max(axis=1) > 1e-9).astype(float)


def _quantile(level: float) -> float:
    number = real_number(level, "level", above=0.0)
    if number >= 1:
        fail("level", "be less than 1", f"is {show(number)}")
    return NormalDist().inv_cdf((1 + number) / 2)
