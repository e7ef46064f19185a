"""Evolution conditioned on what a watch on |σᶻ| has shown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import ROUNDING, fail, show
from nvprotocol._read_only import holds_read_only
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.master_equation.evolution import evolved, touched_sectors
from nvprotocol.master_equation.exponential import expm, refuse_endless
from nvprotocol.master_equation.generator import block_generator
from nvprotocol.master_equation.sectors import (
    elements,
    from_coordinates,
    is_diagonal,
    on_diagonal,
    to_coordinates,
)

_VANISHING = 1e-280
_MOST_CHECKS = 2e9
"""The odds lose a relative 1e-16 at every check."""


@holds_read_only
@dataclass(frozen=True, eq=False, repr=False)
class Conditional:
    """States kept by a condition, with the odds of keeping them.

    Attributes:
        states: Normalised density matrices, shape (…, T, d, d).
        probability: Probability that the condition has held up to each time, shape (…, T).

    Examples:
        >>> kept = nv.MasterEquation(nv.Medium.pair(a=1.0, A=1.0)).no_jump("ud", [0.0, 1.0])
        >>> kept.states.shape, kept.probability.round(4).tolist()
        ((2, 4, 4), [1.0, 0.5092])
    """

    states: NDArray[np.complex128]
    probability: NDArray[np.float64]

    def __str__(self) -> str:
        low, high = self.probability.min(), self.probability.max()
        return f"Conditional states of shape {self.states.shape}, kept with probability {low:.4g} to {high:.4g}"

    __repr__ = __str__


def no_jump(values: NDArray[np.float64], rho: NDArray[np.complex128], times: NDArray[np.float64]) -> Conditional:
    """States and odds on condition that no relaxation or excitation has happened (Eq. 13)."""
    n_qubits = rho.shape[-1].bit_length() - 1
    rates = []
    for sector in filter(is_diagonal, touched_sectors(rho, n_qubits, "no_jump")):
        rate = np.linalg.eigvals(block_generator(values, n_qubits, sector, "no_jump", real=True)).real.max(axis=-1)
        rates.append(np.where(np.any(to_coordinates(rho, n_qubits, sector), axis=-1), rate, -np.inf))
    slowest = np.max(np.broadcast_arrays(*rates), axis=0)
    return _normalised(evolved(values, rho, times, kind="no_jump", shift=slowest), slowest[..., None] * times)


def _normalised(states: NDArray[np.complex128], log_scale: NDArray[np.float64] | float) -> Conditional:
    weight = np.einsum("...ii->...", states).real
    if np.any(weight < _VANISHING):
        raise NoKeptShotsError("The condition holds with vanishing probability, so there is no state to return.")
    return Conditional(states / weight[..., None, None], np.minimum(weight * np.exp(log_scale), 1.0))


def monitored(
    values: NDArray[np.float64], rho: NDArray[np.complex128], times: NDArray[np.float64], period: float
) -> Conditional:
    """States and odds when |σᶻ| is checked at period, 2·period, … and every check accepts."""
    n_qubits = rho.shape[-1].bit_length() - 1
    if n_qubits % 2:
        fail("medium", "have an even number of qubits for |σᶻ| = 0 to be possible", f"has {n_qubits}")
    if times[-1] / _MOST_CHECKS > period:
        must = f"be at least {show(times[-1] / _MOST_CHECKS)}, for two billion checks until the last time"
        fail("period", must, f"is {show(period)}")
    ratio = times / period
    at_check = np.abs(ratio - np.round(ratio)) <= ROUNDING * np.maximum(ratio, 1000)
    checks = np.where(at_check, np.round(ratio), np.floor(ratio)).astype(int)
    batch = np.broadcast_shapes(values.shape[:-1], rho.shape[:-2])
    d = rho.shape[-1]
    states = np.zeros((*batch, times.size, d, d), dtype=complex)
    log_odds = np.zeros((*batch, times.size))
    before = checks == 0
    if np.any(before):
        states[..., before, :, :] = evolved(values, rho, times[before])
    if not np.all(before):
        kept, log_odds[..., ~before] = _after_checks(values, rho, checks[~before], period)
        spans = np.where(at_check, 0.0, times - checks * period)
        states[..., ~before, :, :] = _evolved_on(values, kept, spans[~before])
    return Conditional(states, np.exp(log_odds))


def _after_checks(
    values: NDArray[np.float64], rho: NDArray[np.complex128], checks: NDArray[np.intp], period: float
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """The states right after the given numbers (≥ 1) of checks, and the logarithms of their odds."""
    n_qubits = rho.shape[-1].bit_length() - 1
    half = (n_qubits // 2, n_qubits // 2)
    rows, columns = elements(n_qubits, (None, 0))
    inside = np.isin(rows * rho.shape[-1] + columns, np.ravel_multi_index(elements(n_qubits, half), rho.shape[-2:]))
    generator = block_generator(values, n_qubits, (None, 0), "full", real=True)
    refuse_endless(generator, period, "period")
    step = expm(generator * period)
    first = (step[..., inside, :] @ to_coordinates(rho, n_qubits, (None, 0))[..., None])[..., 0]
    populations = on_diagonal(n_qubits)[inside]
    vectors, logs = _powers(step[..., inside, :][..., inside], first, checks - 1, populations)
    batch = vectors.shape[:-2]
    kept = np.zeros((*batch, checks.size, *rho.shape[-2:]), dtype=complex)
    from_coordinates(vectors, n_qubits, half, kept)
    return kept, logs


def _powers(
    step: NDArray, vector: NDArray, counts: NDArray[np.intp], diagonal: NDArray[np.bool_]
) -> tuple[NDArray, NDArray]:
    """stepᵏ·vector for each k of `counts`, normalised to trace 1, and the logarithm of its trace: (…, n, T), (…, T)."""
    batch = np.broadcast_shapes(step.shape[:-2], vector.shape[:-1])
    vectors = np.broadcast_to(vector[..., None], (*batch, vector.shape[-1], counts.size)).copy()
    logs = np.zeros((*batch, counts.size))
    power, log_power = step, np.zeros(batch)
    remaining = counts.copy()
    while True:
        odd = remaining % 2 == 1
        if np.any(odd):
            vectors[..., odd] = power @ vectors[..., odd]
            logs[..., odd] += log_power[..., None]
        trace = vectors[..., diagonal, :].sum(axis=-2)
        if np.any(trace < _VANISHING):
            raise NoKeptShotsError("The checks keep nothing: their outcome |σᶻ| = 0 has vanishing probability.")
        vectors, logs = vectors / trace[..., None, :], logs + np.log(trace)
        remaining //= 2
        if not np.any(remaining):
            return vectors, logs
        power = power @ power
        size = np.abs(power).max(axis=(-2, -1))
        power, log_power = power / size[..., None, None], 2 * log_power + np.log(size)


def _evolved_on(
    values: NDArray[np.float64], kept: NDArray[np.complex128], spans: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """The states after each has evolved freely for its own span."""
    for span in np.unique(spans[spans > 0]):
        chosen = spans == span
        states = np.moveaxis(kept[..., chosen, :, :], -3, 0)
        kept[..., chosen, :, :] = np.moveaxis(evolved(values, states, np.array([span]))[..., 0, :, :], 0, -3)
    return kept
