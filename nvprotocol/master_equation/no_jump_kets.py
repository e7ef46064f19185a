"""Kets on condition that no jump happens (Eq. 13), for numbers of qubits at which density matrices do not fit.

−iH_eff acts in the sectors of excitations that the ket touches, or, without that symmetry, in the whole space.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import fail
from nvprotocol._read_only import holds_read_only
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.master_equation.coefficients import Coefficients
from nvprotocol.master_equation.conditional import SURE, Conditional
from nvprotocol.master_equation.exponential import propagate as propagate_densely
from nvprotocol.master_equation.generator import dephasing_parameters
from nvprotocol.master_equation.growth import EPSILON
from nvprotocol.master_equation.ket_space import Apply, KetSpace, dense_generators
from nvprotocol.master_equation.krylov import LARGEST, propagate
from nvprotocol.master_equation.modes import Modes
from nvprotocol.resources import require_memory

LEAST_QUBITS = 6
"""From this number on `no_jump` takes kets one by one."""

_DENSE = 40
"""Largest sector whose exponential is formed, which takes many media at once; a Krylov space is faster beyond."""

_ROUNDINGS = 100.0
"""Rounding of one evolution in a Krylov space, in units of ε: a few for each product."""

_LOST = (
    "The condition holds with a probability of about 1e{:.0f}, which rounding has taken over for so many qubits: "
    "there is no state to return."
)


@dataclass(frozen=True, eq=False, repr=False)
@holds_read_only
class NoJumpKets:
    """Pure states on condition that no jump has happened, with the probability of that.

    Attributes:
        kets: Normalised, in Qiskit's order, shape (…, T, 2ᴺ).
        probability: Probability that no jump has happened up to each time, shape (…, T); 0 below 1e-308.
        metadata: "method", which is "dense exponential" or "Krylov"; "sectors", the numbers of excitations that the ket
            has, or "all" where they are not conserved; "dimension", that of the largest of them.

    Examples:
        >>> equation = nv.MasterEquation(nv.Medium(relaxation=np.ones((12, 12))))
        >>> found = equation.no_jump_kets("d" + 11 * "u", [0.0, 5.0])
        >>> found.probability.round(6).tolist(), found.metadata["method"]  # (N − 1)/N in the end
        ([1.0, 0.916667], 'dense exponential')
    """

    kets: NDArray[np.complex128]
    probability: NDArray[np.float64]
    metadata: dict[str, Any]

    def __str__(self) -> str:
        low, high = self.probability.min(), self.probability.max()
        told = f"kept with probability {low:.4g} to {high:.4g}, by {self.metadata['method']}"
        return f"Kets of shape {self.kets.shape}, {told} in dimension {self.metadata['dimension']}"

    __repr__ = __str__


def no_jump_kets(values: NDArray[np.float64], factor: NDArray[np.complex128], times: NDArray[np.float64]) -> NoJumpKets:
    """Kets and probabilities at every time.

    Args:
        values: Parameters of the generator, shape (…, P).
        factor: W with ρ = W W†, shape (…, 2ᴺ, R), which must have one column.
        times: Non-decreasing times in µs, shape (T,).

    Raises:
        ArgumentError: If something dephases, or the state is mixed.
        NoKeptShotsError: Where rounding decides what the ket is.
    """
    if factor.shape[-1] != 1:
        fail(
            "initial", "be a pure state: a label, a ket, or a density matrix of rank 1", f"has rank {factor.shape[-1]}"
        )
    n_qubits = factor.shape[-2].bit_length() - 1
    if np.any(values[..., dephasing_parameters(n_qubits)]):
        fail("medium", "not dephase, for kets to stay kets (`no_jump` takes one that does)", "has a rate of dephasing")
    batch = np.broadcast_shapes(values.shape[:-1], factor.shape[:-2])
    kets, logs, metadata = _evolved(values, factor[..., 0], times, batch)
    start = np.log(np.linalg.norm(factor[..., 0], axis=-1))[..., None]
    return NoJumpKets(kets, np.exp(np.minimum(2 * (logs - start), 0.0)), metadata)


def conditional_by_kets(
    values: NDArray[np.float64], factor: NDArray[np.complex128], times: NDArray[np.float64]
) -> Conditional:
    """The same as density matrices, of mixed states as well: ρ(t) = W(t) W(t)†, column by column."""
    batch = np.broadcast_shapes(values.shape[:-1], factor.shape[:-2])
    d, weights = factor.shape[-2], np.sum(np.abs(factor) ** 2, axis=-2)
    parts = []
    for column in range(factor.shape[-1]):
        if np.any(weights[..., column]):
            parts.append(_evolved(values, factor[..., column], times, batch)[:2])
    logs = 2 * np.stack([log for _, log in parts])
    largest = logs.max(axis=0)
    states = np.zeros((*batch, times.size, d, d), dtype=complex)
    for (kets, _), log in zip(parts, logs, strict=True):
        share = np.exp(log - largest)
        states += (share[..., None] * kets)[..., :, None] * kets.conj()[..., None, :]
    trace = np.exp(logs - largest).sum(axis=0)
    states /= trace[..., None, None]
    log_probability = largest + np.log(trace) - np.log(weights.sum(axis=-1))[..., None]
    return Conditional(states, np.exp(np.minimum(log_probability, 0.0)))


def _evolved(
    values: NDArray[np.float64], kets: NDArray[np.complex128], times: NDArray[np.float64], batch: tuple[int, ...]
) -> tuple[NDArray[np.complex128], NDArray[np.float64], dict[str, Any]]:
    """Normalised kets (…, T, 2ᴺ), logarithms of their lengths (…, T), and what was done."""
    d, coefficients = kets.shape[-1], Coefficients.of(values, kets.shape[-1].bit_length() - 1)
    first = KetSpace(coefficients)
    touched = first.touched(kets)
    dimension = max(map(first.size, touched))
    number = prod(batch) * times.size
    require_memory(3 * 16 * number * d, "times" if times.size > 1 else "initial", f"3 × {number} kets of size {d}")
    metadata = {
        "method": "dense exponential" if dimension <= _DENSE and coefficients.conserved else "Krylov",
        "sectors": tuple(touched) if coefficients.conserved else "all",
        "dimension": dimension,
    }
    if metadata["method"] == "dense exponential":
        return (*_by_exponentials(coefficients, first, kets, times, batch), metadata)
    _require_krylov(first, max(touched, key=lambda one: _memory(first, one)), times.size)
    result, logs = np.empty((*batch, times.size, d), dtype=complex), np.empty((*batch, times.size))
    rows = np.broadcast_to(values, (*batch, values.shape[-1]))
    starts = np.broadcast_to(kets, (*batch, d))
    for place in np.ndindex(batch):
        space = first if values.ndim == 1 else KetSpace(Coefficients.of(rows[place], first.n_qubits))
        result[place], logs[place] = _by_krylov(space, starts[place], times)
    return result, logs, metadata


def _by_exponentials(
    coefficients: Coefficients,
    space: KetSpace,
    kets: NDArray[np.complex128],
    times: NDArray[np.float64],
    batch: tuple[int, ...],
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    touched = space.touched(kets)
    present = {sector: np.any(kets[..., space.states(sector)], axis=-1) for sector in touched}
    modes = Modes({sector: dense_generators(coefficients, sector) for sector in touched}, present)
    result: NDArray[np.complex128] = np.zeros((*batch, times.size, kets.shape[-1]), dtype=complex)
    for sector, generator in modes.shifted.items():
        vectors = propagate_densely(generator, kets[..., space.states(sector)], times)
        result[..., space.states(sector)] = np.swapaxes(vectors, -1, -2)
    length = np.linalg.norm(result, axis=-1)
    length = np.where(length > 0, length, np.finfo(float).tiny)
    logs = modes.slowest[..., None] * times + np.log(length)
    require_sure(modes.error(times, logs), logs)
    return result / length[..., None], logs


def _by_krylov(
    space: KetSpace, ket: NDArray[np.complex128], times: NDArray[np.float64]
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    parts = []
    for sector in space.touched(ket):
        vectors, logs = propagate(space.apply(sector), ket[space.states(sector)], times, relative=True)
        parts.append((sector, vectors, logs))
    largest = np.max([logs for _, _, logs in parts], axis=0)
    result = np.zeros((times.size, ket.size), dtype=complex)
    for sector, vectors, logs in parts:
        result[:, space.states(sector)] = vectors * np.exp(logs - largest)[:, None]
    length = np.linalg.norm(result, axis=-1)
    left = largest + np.log(length)
    slowest = {sector: least_decay(space, sector) for sector, _, _ in parts}
    for sector, rate in slowest.items():
        if np.any(rounding_error(-rate, times, left) > SURE):
            slowest[sector] = -_slowest_mode(space, sector)
    require_sure(rounding_error(-min(slowest.values()), times, left), left)
    return result / length[:, None], left


def least_decay(space: KetSpace, sector: int) -> float:
    """A rate that every ket of a sector decays with at least: that of the darkest modes of the medium."""
    of = space.of
    if not of.conserved:
        return 0.0
    relaxing, exciting = (float(np.linalg.eigvalsh(block)[0]) for block in (of.relaxation, of.excitation))
    return sector * max(relaxing, 0.0) + (of.n_qubits - sector) * max(exciting, 0.0)


def _slowest_mode(space: KetSpace, sector: int) -> float:
    """The largest real part of an eigenvalue of −iH_eff, for a better estimate than that of `least_decay`."""
    size = space.size(sector)
    return largest_real_part(space.apply(sector), size, lambda: space.dense(sector))


def largest_real_part(apply: Apply, size: int, dense: Callable[[], NDArray]) -> float:
    """Of the eigenvalues of a generator, given as a function or, where it is small, as a matrix."""
    import scipy.sparse.linalg

    linalg: Any = scipy.sparse.linalg
    if size <= _DENSE:
        return float(np.linalg.eigvals(dense()).real.max())
    operator = linalg.LinearOperator((size, size), matvec=apply, dtype=complex)
    start = np.random.default_rng(0).normal(size=size)  # the same every time
    return float(linalg.eigs(operator, 1, which="LR", v0=start, tol=1e-4, return_eigenvectors=False)[0].real)


def rounding_error(slowest: float, times: NDArray[np.float64], left: NDArray[np.float64]) -> NDArray[np.float64]:
    """Estimated relative error: what rounding puts into the slowest mode at the start, beside what is left."""
    return _ROUNDINGS * EPSILON * np.exp(np.minimum(slowest * times - left, 700.0))


def require_sure(error: NDArray[np.float64], logs: NDArray[np.float64]) -> None:
    """Refuses kets of lengths e^log that an estimated relative error has taken over."""
    unsure = ~(error <= SURE)
    if np.any(unsure):
        raise NoKeptShotsError(_LOST.format(2 * float(logs[unsure].max()) / np.log(10)))


def _require_krylov(space: KetSpace, sector: int, times: int) -> None:
    need, size = _memory(space, sector), space.size(sector)
    require_memory(need + 16.0 * times * size, "initial", f"Krylov spaces of {size} amplitudes, and {times} times,")


def _memory(space: KetSpace, sector: int) -> float:
    """Bytes of a Krylov space of a sector and of one product in it."""
    n, size = space.n_qubits, space.size(sector)
    space_itself = 16.0 * (LARGEST + 6) * size
    if not space.of.conserved:
        return space_itself + 60.0 * size * n**2
    below = comb(n, sector - 1) if sector else 0
    return space_itself + 16.0 * below * n + 12.0 * sector * size + 24.0 * 2**n
