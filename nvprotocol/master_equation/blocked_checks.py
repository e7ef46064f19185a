"""Evolution with |σᶻ| checked at a finite rate and kept at any value, by blocks: of many qubits, or where |σᶻ| > 0.

The check leaves the coherence between σᶻ = +s and −s: a kept state has elements with a difference of 0 and of s.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import ROUNDING, fail, show
from nvprotocol.errors import NoKeptShotsError
from nvprotocol.master_equation.blocked import Blocked, evolved_by_blocks
from nvprotocol.master_equation.coefficients import Coefficients
from nvprotocol.master_equation.conditional import SURE, Conditional
from nvprotocol.master_equation.exponential import DENSE_LIMIT, expm, refuse_endless
from nvprotocol.master_equation.ket_space import KetSpace, excitations
from nvprotocol.master_equation.krylov import propagate

_STEP = 1e-14
"""Estimated error of one period."""

_SAME = 1e-14
"""Change of a state by a check, from which on every further check does the same."""

_MOST_CHECKS = 100_000

_NO_CHECK = "The checks keep nothing: their outcome |σᶻ| = {} has vanishing probability."
_LOST = (
    "The checks keep a state with a probability of about 1e{:.0f}, which rounding has taken over for so many qubits: "
    "there is no state to return."
)


@dataclass
class _Part:
    """The elements with one difference of excitations: what a period does to them, and which a check keeps."""

    blocked: Blocked
    period: Callable[[NDArray], NDArray]
    inside: NDArray[np.bool_]


def monitored_by_blocks(
    values: NDArray[np.float64], rho: NDArray[np.complex128], times: NDArray[np.float64], period: float, keep: int
) -> Conditional:
    """States and probabilities when |Σσᶻ| is checked at period, 2·period, … and accepted at `keep`.

    Args:
        values: Parameters of the generator, shape (…, P).
        rho: Initial states, shape (…, d, d).
        times: Non-decreasing times in µs, shape (T,).
        period: Time between checks in µs.
        keep: The value that is kept.

    Raises:
        NoKeptShotsError: Where checks keep nothing, or rounding decides what they keep.
    """
    most = _MOST_CHECKS
    if times[-1] > most * period:
        fail("period", f"be at least {show(times[-1] / most)}, for {most} checks at most", f"is {show(period)}")
    ratio = times / period
    at_check = np.abs(ratio - np.round(ratio)) <= ROUNDING * np.maximum(ratio, 1000)
    counts = np.where(at_check, np.round(ratio), np.floor(ratio)).astype(int)
    spans = np.where(counts == 0, times, np.where(at_check, 0.0, times - counts * period))
    batch, d = np.broadcast_shapes(values.shape[:-1], rho.shape[:-2]), rho.shape[-1]
    states, logs = np.zeros((*batch, times.size, d, d), dtype=complex), np.zeros((*batch, times.size))
    rows, starts = np.broadcast_to(values, (*batch, values.shape[-1])), np.broadcast_to(rho, (*batch, d, d))
    for place in np.ndindex(batch):
        kept, logs[place] = _after(rows[place], starts[place], counts, period, keep)
        for span in np.unique(spans):
            chosen = spans == span
            if span:
                for k in np.flatnonzero(chosen):
                    kept[k] = evolved_by_blocks(rows[place], kept[k], np.array([span]))[0]
            states[place][chosen] = kept[chosen]
    return Conditional(states, np.exp(np.minimum(logs, 0.0)))


def _after(
    values: NDArray[np.float64], rho: NDArray[np.complex128], counts: NDArray[np.intp], period: float, keep: int
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """The states right after so many checks, shape (T, d, d), and the logarithms of their probabilities."""
    n_qubits = rho.shape[-1].bit_length() - 1
    space = KetSpace(Coefficients.of(values, n_qubits))
    kept = {(n_qubits - keep) // 2, (n_qubits + keep) // 2}
    parts = _parts(space, kept, keep, period)
    result = np.repeat(rho[None], counts.size, axis=0)
    found, logs = _checked(parts, [part.blocked.elements(rho) for part in parts], int(counts[-1]), set(counts), keep)
    for count in np.unique(counts[counts > 0]):
        state = np.zeros((1, *rho.shape), dtype=complex)
        for part, vector in zip(parts, found[min(int(count), max(found))], strict=True):
            part.blocked.write(vector[None], state)
        result[counts == count] = state[0]
    _require_sure(parts, logs, counts, keep)
    return result, logs[counts]


def _parts(space: KetSpace, kept: set[int], keep: int, period: float) -> list[_Part]:
    """Of elements with a difference of 0 and of s; of all elements, where differences are not conserved."""
    parts = []
    for charge in (0, keep) if keep and space.of.conserved else (0,):
        blocked = Blocked(space, charge)
        inside = blocked.inside(kept) if space.of.conserved else _inside(space, kept)
        parts.append(_Part(blocked, _period(blocked, period), inside))
    return parts


def _inside(space: KetSpace, kept: set[int]) -> NDArray[np.bool_]:
    """Which elements of whole matrices, row by row, are between states with some numbers of excitations."""
    chosen = np.isin(excitations(space.n_qubits), list(kept))
    return (chosen[:, None] & chosen).ravel()


def _period(blocked: Blocked, period: float) -> Callable[[NDArray], NDArray]:
    if blocked.size <= DENSE_LIMIT:
        generator = blocked.matrix().toarray()
        refuse_endless(generator, period, "period")
        return expm(generator * period).__matmul__
    times = np.array([period])
    return lambda vector: propagate(blocked.apply, vector, times, real=blocked.hermitian, tolerance=_STEP)[0][0]


def _checked(
    parts: list[_Part], vectors: list[NDArray], count: int, wanted: set[int], keep: int
) -> tuple[dict[int, list[NDArray]], NDArray[np.float64]]:
    """States after checks, the last one for all further, and logarithms of probabilities after 0 to `count` checks."""
    logs, found = np.zeros(count + 1), {}
    for number in range(1, count + 1):
        last = vectors
        vectors = [np.where(part.inside, part.period(v), 0.0) for part, v in zip(parts, vectors, strict=True)]
        trace = float(np.real(vectors[0][parts[0].blocked.populations()].sum()))
        if not trace > 1e-300:
            raise NoKeptShotsError(_NO_CHECK.format(keep))
        vectors = [vector / trace for vector in vectors]
        logs[number] = logs[number - 1] + np.log(trace)
        change = max(float(np.abs(new - old).max()) for new, old in zip(vectors, last, strict=True))
        if number in wanted or number == count or change <= _SAME:
            found[number] = vectors
        if change <= _SAME:
            logs[number:] = logs[number] + np.log(trace) * np.arange(count + 1 - number)
            break
    return found, logs


def _require_sure(parts: list[_Part], logs: NDArray[np.float64], counts: NDArray[np.intp], keep: int) -> None:
    """Refuses what errors of single periods have taken over, which live on as long as the mixture of all kept states.

    Their size relative to the state is Σ_j ε e^{(M_k − M_j) − (L_k − L_j)} with the logarithms L and M of the two.
    """
    numbers, count = np.unique(counts), int(counts[-1])
    if np.all(_error(np.zeros(count + 1), logs, numbers) <= SURE):
        return
    identity = np.isin(np.arange(parts[0].blocked.size), parts[0].blocked.populations()) & parts[0].inside
    mixed = [identity / identity.sum(), *(np.zeros(part.blocked.size) for part in parts[1:])]
    error = _error(_checked(parts, mixed, count, set(), keep)[1], logs, numbers)
    if np.any(error > SURE):
        raise NoKeptShotsError(_LOST.format(float(logs[numbers[error > SURE][0]]) / np.log(10)))


def _error(mixed: NDArray[np.float64], logs: NDArray[np.float64], numbers: NDArray[np.intp]) -> NDArray[np.float64]:
    exponents = [mixed[k] - logs[k] - mixed[:k] + logs[:k] for k in numbers]
    return np.array([_STEP * np.exp(np.minimum(one, 700.0)).sum() for one in exponents])
