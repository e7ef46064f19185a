"""exp(Lt)x without exp(Lt), from a function that applies L: Krylov spaces, one after the other, with estimated errors.

Within a step exp(Lτ)x ≈ |x| V exp(H̄τ)e₁ for any τ up to its reach, with an orthonormal basis V of m + 1 vectors and a
small matrix H̄ (Y. Saad 1992, DOI 10.1137/0729014, the corrected scheme): many times, or the time at which a norm
crosses a value, cost no product with L.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import show
from nvprotocol.errors import ArgumentError
from nvprotocol.master_equation.exponential import expm

TOLERANCE = 1e-12
"""Estimated error of a whole evolution."""

LARGEST = 36
"""Vectors of a Krylov space."""

_TRIED = (4, 7, 11, 16, 22, 28, LARGEST)
"""Numbers of vectors after which it is asked whether they reach far enough."""

_BREAKDOWN = 1e-14
"""A new vector shorter than this, beside the size of the generator, is nothing but rounding."""

_KEPT = 1e-2
"""Least share of the length of a decaying vector that is left after a step, beyond the decay that is taken out."""

_MOST_STEPS = 2000
"""Krylov spaces of one evolution; a state that has come to rest needs no further one."""


class Step:
    """A Krylov space of one vector.

    Args:
        apply: Takes a vector to L times it.
        vector: x, shape (n,).
        span: The time that the space should reach, where that is possible.
        tolerance: Error of a vector of length 1 that is allowed after `span`, a share of it after a shorter time.
        real: Whether x and L are real in the inner product Re(x†y), such as Hermitian matrices are.
        relative: Whether the error is measured by what is left of a decaying vector.

    Attributes:
        length: |x|.
        basis: V, shape (m + 1, n).
        reach: The time up to which the error is allowed, at most `span`.
    """

    def __init__(
        self,
        apply: Callable[[NDArray], NDArray],
        vector: NDArray,
        span: float,
        tolerance: float,
        *,
        real: bool = False,
        relative: bool = False,
    ) -> None:
        self._real, self._relative = real, relative
        self._span, self._tolerance = span, tolerance
        self.length = float(np.linalg.norm(vector))
        most = min(LARGEST, 2 * vector.size if real else vector.size)
        vectors = np.empty((most + 1, vector.size), dtype=complex)
        small = np.zeros((most + 1, most), dtype=float if real else complex)
        vectors[0] = vector / self.length
        self.reach = 0.0
        for m in range(1, most + 1):
            new = apply(vectors[m - 1])
            scale = float(np.linalg.norm(new))
            for _ in range(2):  # once more: what rounding has left of the others
                overlap = self._overlap(vectors[:m], new)
                small[:m, m - 1] += overlap
                new = new - overlap @ vectors[:m]
            small[m, m - 1] = beyond = float(np.linalg.norm(new))
            last = beyond <= _BREAKDOWN * max(scale, float(np.abs(small).max()))
            if last:
                small[m, m - 1] = beyond = 0.0
            vectors[m] = new / beyond if beyond else 0.0
            if last or m == most or m in _TRIED:
                self._close(small, m)
                self.reach = self._farthest(shrink=last or m == most)
                if last or m == most or self.reach:
                    break
        self.basis = vectors[: self._closed.shape[0]]

    def coefficients(self, times: NDArray[np.float64]) -> tuple[NDArray, NDArray[np.float64]]:
        """exp(Lτ)x = e^s Σ c_k V_k at times within the reach: c, shape (T, m + 1), and s, shape (T,)."""
        return expm(self._closed * times[:, None, None])[..., 0] * self.length, self._decay * times

    def at(self, times: NDArray[np.float64]) -> tuple[NDArray, NDArray[np.float64]]:
        """exp(Lτ)x = e^s y at times within the reach: y, shape (T, n), and s, shape (T,)."""
        found, decay = self.coefficients(times)
        return found @ self.basis, decay

    def _overlap(self, vectors: NDArray, new: NDArray) -> NDArray:
        if self._real:
            return vectors.view(float) @ new.view(float)
        return vectors.conj() @ new

    def _close(self, small: NDArray, m: int) -> None:
        """H̄ with m + 1 rows and columns, less the decay of x itself where errors are relative."""
        self._closed = np.zeros((m + 1, m + 1), dtype=small.dtype)
        self._closed[:, :m] = small[: m + 1, :m]
        self._decay = float(np.real(small[0, 0])) if self._relative else 0.0
        self._closed[range(m), range(m)] -= self._decay

    def _farthest(self, *, shrink: bool) -> float:
        """A time up to the span at which the error is allowed; without `shrink`, 0 where the span itself is not one."""
        size, order, guess = float(np.abs(self._closed).sum(axis=0).max()), self._closed.shape[0] - 1, self._span
        if size * guess > (limit := 16.0 * LARGEST):  # out of the reach of any polynomial
            if not shrink:
                return 0.0
            guess = limit / size
        for _ in range(60):
            left = expm(self._closed * guess)[:, 0]
            allowed = max(self._tolerance * guess / self._span, 4e-16)
            kept = float(np.linalg.norm(left)) if self._relative else 1.0
            error = float(abs(left[-1]))
            if kept >= _KEPT and (error <= allowed * kept or not self._closed[-1, -2]):
                return guess
            if not shrink:
                return 0.0
            guess *= (
                0.5 if error <= allowed * kept else min(max(0.9 * (allowed * kept / error) ** (1 / order), 0.2), 0.9)
            )
        return guess


def propagate(
    apply: Callable[[NDArray], NDArray],
    start: NDArray,
    times: NDArray[np.float64],
    *,
    real: bool = False,
    relative: bool = False,
    tolerance: float = TOLERANCE,
) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """exp(Lt)x = e^s y at every time: y, shape (T, n), and s, shape (T,), which is 0 unless errors are relative.

    Args:
        apply: Takes a vector to L times it.
        start: x, shape (n,).
        times: Non-decreasing times, shape (T,).
        real: As for `Step`.
        relative: As for `Step`; then y has length 1.
        tolerance: Estimated error.
    """
    result = np.zeros((times.size, start.size), dtype=complex)
    logs = np.zeros(times.size)
    vector, begun, log, end = np.asarray(start, dtype=complex), 0.0, 0.0, float(times[-1])
    done = 0
    for _ in range(_MOST_STEPS):
        while done < times.size and times[done] <= begun:  # at the start, and where a step has ended
            result[done], logs[done] = vector, log
            done += 1
        if done == times.size or not np.any(vector):
            return _finished(result, logs, done, vector, log, relative=relative)
        step = Step(apply, vector, end - begun, tolerance * (end - begun) / end, real=real, relative=relative)
        inside = done + int(np.searchsorted(times[done:], begun + step.reach, side="left"))
        found, decay = step.at(np.append(times[done:inside] - begun, step.reach))
        result[done:inside], logs[done:inside] = found[:-1], log + decay[:-1]
        done, vector = inside, found[-1]
        begun = end if step.reach == end - begun else begun + step.reach
        if relative:
            length = float(np.linalg.norm(vector))
            vector, log = vector / length, log + float(decay[-1]) + np.log(length)
    must = f"be at most {show(begun)} µs for these rates"
    raise ArgumentError("times", must, f"{show(end)} is asked for")


def _finished(
    result: NDArray, logs: NDArray, done: int, vector: NDArray, log: float, *, relative: bool
) -> tuple[NDArray, NDArray]:
    result[done:], logs[done:] = vector, log
    if relative:
        lengths = np.linalg.norm(result, axis=-1)
        result /= np.where(lengths > 0, lengths, 1.0)[:, None]
        with np.errstate(divide="ignore"):
            logs = logs + np.log(lengths)
    return result, logs
