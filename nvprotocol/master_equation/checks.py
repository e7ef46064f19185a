"""Evolution with |σᶻ| checked at a finite rate."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import ROUNDING, fail, positive_array, real_number, show, whole_number
from nvprotocol._typing import ArrayLike
from nvprotocol.master_equation import precise
from nvprotocol.master_equation.blocked_checks import monitored_by_blocks
from nvprotocol.master_equation.conditional import SURE, Conditional, at, made_positive, made_sure
from nvprotocol.master_equation.evolution import evolved
from nvprotocol.master_equation.exponential import DENSE_LIMIT, expm, merged, refuse_endless, rounding_growth
from nvprotocol.master_equation.generator import block_generator, symmetry_of_parameters
from nvprotocol.master_equation.growth import EPSILON, relative_error
from nvprotocol.master_equation.symmetry import (
    Sector,
    from_coordinates,
    largest_block,
    on_diagonal,
    sectors,
    to_coordinates,
)

_MOST_CHECKS = 2e9
"""Beyond, times are indistinguishable from the times of checks."""


def monitored(
    values: NDArray[np.float64],
    factor: NDArray[np.complex128],
    times: NDArray[np.float64],
    period: float | NDArray[np.float64],
    keep: int,
) -> Conditional:
    """States and probabilities when |σᶻ| is checked at a period for all times, or at one for each."""
    if isinstance(period, np.ndarray):
        return _monitored_each(values, factor, times, period, keep)
    return _monitored(values, factor, times, period, keep)


def period_of(period: ArrayLike, times: tuple[int, ...]) -> float | NDArray[np.float64]:
    """A period for all times, or one for each."""
    if not hasattr(period, "__len__"):
        return real_number(period, "period", above=0.0)
    periods = positive_array(period, "period")
    if periods.shape != times:
        fail("period", f"be a number, or one for each of {times[0]} times", f"has shape {periods.shape}")
    return periods


def _monitored(
    values: NDArray[np.float64], factor: NDArray[np.complex128], times: NDArray[np.float64], period: float, keep: int
) -> Conditional:
    """States and probabilities when |σᶻ| is checked at period, 2·period, … and accepted at one value.

    Args:
        values: Parameters of the generator, shape (…, P).
        factor: W with ρ = W W†, shape (…, d, R).
        times: Non-decreasing times in µs, shape (T,).
        period: Time between checks in µs.
        keep: The value of |Σσᶻ| that is kept.

    Raises:
        NoKeptShotsError: Where checks keep nothing, or rounding of W decides what they keep.
    """
    d = factor.shape[-2]
    n_qubits = d.bit_length() - 1
    if keep or largest_block(n_qubits, symmetry_of_parameters(values, n_qubits)) > DENSE_LIMIT:
        return monitored_by_blocks(values, factor @ np.swapaxes(factor.conj(), -1, -2), times, period, keep)
    if times[-1] / _MOST_CHECKS > period:
        must = f"be at least {show(times[-1] / _MOST_CHECKS)}, for two billion checks until the last time"
        fail("period", must, f"is {show(period)}")
    ratio = times / period
    at_check = np.abs(ratio - np.round(ratio)) <= ROUNDING * np.maximum(ratio, 1000)
    checks = np.where(at_check, np.round(ratio), np.floor(ratio)).astype(int)
    batch = np.broadcast_shapes(values.shape[:-1], factor.shape[:-2])
    states = np.zeros((*batch, times.size, d, d), dtype=complex)
    log_probability = np.zeros((*batch, times.size))
    generator = block_generator(values, n_qubits, _with_populations(values, n_qubits), "full", real=True)
    before = checks == 0
    spans = np.where(before, times, np.where(at_check, 0.0, times - checks * period))
    spans = np.where(before, spans, merged(spans, ROUNDING * times[-1]))
    if np.any(before):
        states[..., before, :, :] = evolved(values, factor @ np.swapaxes(factor.conj(), -1, -2), times[before])
    if not np.all(before):
        kept, log_probability[..., ~before] = _after_checks(values, generator, factor, checks[~before], period)
        states[..., ~before, :, :] = _evolved_on(values, kept, spans[~before])
    norm = np.abs(generator).sum(axis=-2).max(axis=-1)
    made_positive(states, np.broadcast_to(8 * EPSILON * norm[..., None] * spans, log_probability.shape))
    return Conditional(states, np.exp(log_probability))


def kept_value(keep: object, n_qubits: int) -> int:
    """The value of |Σσᶻ| that is kept; for None the least one that there is."""
    if keep is None:
        return n_qubits % 2
    value = whole_number(keep, "keep", minimum=0)
    if value > n_qubits or (n_qubits - value) % 2:
        values = ", ".join(str(one) for one in range(n_qubits % 2, n_qubits + 1, 2))
        fail("keep", f"be one of the values {values} that |Σσᶻ| of {n_qubits} qubits can have", f"is {value}")
    return value


def _monitored_each(
    values: NDArray[np.float64],
    factor: NDArray[np.complex128],
    times: NDArray[np.float64],
    periods: NDArray[np.float64],
    keep: int,
) -> Conditional:
    """The same, with a period for each time, shape (T,): what differs by its unit of time only goes together."""
    ratio = merged(times / periods, ROUNDING)
    scaled = values[..., None, :] * periods[:, None]
    batch, d = np.broadcast_shapes(scaled.shape[:-1], (*factor.shape[:-2], 1)), factor.shape[-2]
    states, probability = np.empty((*batch, d, d), dtype=complex), np.empty(batch)
    for one in np.unique(ratio):
        here = ratio == one
        kept = _monitored(scaled[..., here, :], factor[..., None, :, :], np.array([one]), 1.0, keep)
        states[..., here, :, :], probability[..., here] = kept.states[..., 0, :, :], kept.probability[..., 0]
    return Conditional(states, probability)


def _after_checks(
    values: NDArray[np.float64],
    generator: NDArray[np.float64],
    factor: NDArray[np.complex128],
    checks: NDArray[np.intp],
    period: float,
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """The states right after the given numbers (≥ 1) of checks, and the logarithms of their probabilities.

    `generator` is that of the block with populations, made of `values`.
    """
    rho = factor @ np.swapaxes(factor.conj(), -1, -2)
    d = rho.shape[-1]
    n_qubits = d.bit_length() - 1
    half = (n_qubits // 2, n_qubits // 2)
    sector = _with_populations(values, n_qubits)
    inside = precise.inside_half(n_qubits, sector)
    refuse_endless(generator, period, "period")
    whole = expm(generator * period)
    first, step = whole[..., inside, :], whole[..., inside, :][..., inside]
    start = (first @ to_coordinates(rho, n_qubits, sector)[..., None])[..., 0]
    vectors, logs = _powers(step, start, checks - 1, on_diagonal(n_qubits, sector)[inside])
    eigenvalues, numbers = np.linalg.eigvals(step), checks.astype(float)
    largest = np.abs(eigenvalues).max(axis=-1, keepdims=True)
    largest = np.where(largest > 0, largest, 1.0)
    log_slowest = np.minimum(np.log(largest), 0.0) * numbers
    error = relative_error(step / largest[..., None], eigenvalues / largest, log_slowest, numbers, logs, SURE)
    norm = np.abs(generator).sum(axis=-2).max(axis=-1)
    error *= rounding_growth(norm * period)[..., None]
    kept = np.zeros((*logs.shape, d, d), dtype=complex)
    from_coordinates(vectors, n_qubits, half, kept)

    def precisely(place: tuple[int, ...]) -> precise.Kept:
        medium, start = at(values, place[:-1], 1), at(factor, place[:-1], 2)
        return precise.after_checks(medium, start, int(checks[place[-1]]), period)

    made_sure(kept, logs, error, precisely)
    made_positive(kept, np.where(error <= SURE, error, 0.0))
    return kept, np.minimum(logs, 0.0)


def _with_populations(values: NDArray[np.float64], n_qubits: int) -> Sector:
    """The block of the generator in which all populations are."""
    return sectors(n_qubits, "full", symmetry_of_parameters(values, n_qubits))[0]


def _powers(
    step: NDArray, vector: NDArray, counts: NDArray[np.intp], diagonal: NDArray[np.bool_]
) -> tuple[NDArray, NDArray]:
    """stepᵏ·vector for each k of `counts`, normalised to trace 1, and the logarithm of its trace: (…, n, T), (…, T).

    The logarithm is −∞ where the trace is lost to rounding.
    """
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
        lost = ~(trace > 0)
        trace = np.where(lost, 1.0, trace)
        vectors, logs = vectors / trace[..., None, :], np.where(lost, -np.inf, logs + np.log(trace))
        remaining //= 2
        if not np.any(remaining):
            return vectors, logs
        power = power @ power
        size = np.abs(power).max(axis=(-2, -1))
        size = np.where(size > 0, size, 1.0)
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
