"""States kept by a condition, and what is done about rounding in them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol._read_only import holds_read_only
from nvprotocol.master_equation.precise import Kept

SURE = 1e-7
"""Estimated relative error of a probability up to which floating point is trusted."""

POSITIVE = 1e-13
"""Estimated error of a normalised state up to which a negative eigenvalue is nothing but rounding."""


@dataclass(frozen=True, eq=False, repr=False)
@holds_read_only
class Conditional:
    """States kept by a condition, with the probability of keeping them.

    No eigenvalue is below −1e-12, and the probability is right to a relative 1e-6 for the initial state ρ₀ = W W†. A
    label or a ket is its own W; of a density matrix W has the eigenvectors, and eigenvalues below 4ε of the largest are
    dropped (ε = 2.2e-16). A state without the slowest mode decays faster than what rounding puts into that mode. Where
    one unit in the last place of W changes the probability by more than 1e-7 of itself (and the state by up to 3e-4),
    the condition is refused: below about 1e-25 of what the slowest mode keeps, and never where that mode is present.

    Attributes:
        states: Normalised density matrices, shape (…, T, d, d).
        probability: Probability that the condition has held up to each time, shape (…, T); 0 below 1e-308.

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


def made_sure(
    states: NDArray[np.complex128],
    log_probability: NDArray[np.float64],
    error: NDArray[np.float64],
    precisely: Callable[[tuple[int, ...]], Kept],
) -> None:
    """Replaces, in place, what floating point is not sure of.

    Args:
        states: Normalised density matrices, shape (…, T, d, d).
        log_probability: Logarithms of their probabilities, shape (…, T).
        error: Estimated relative errors of the probabilities, shape (…, T).
        precisely: Works out one state, given its place among (…, T), or refuses it.
    """
    for index in np.argwhere(~(error <= SURE)):
        place = tuple(index)
        kept = precisely(place)
        states[place], log_probability[place] = kept.rho, kept.log_probability


def made_positive(states: NDArray[np.complex128], error: NDArray[np.float64]) -> None:
    """Sets eigenvalues below zero to zero, in place, where rounding has made some."""
    chosen = error > POSITIVE
    if not np.any(chosen):
        return
    populations = np.einsum("...ii->...i", states)
    support = np.flatnonzero(np.any(populations.reshape(-1, states.shape[-1]), axis=0))
    blocks = states[..., support[:, None], support]
    chosen &= _negative(blocks)
    values, vectors = np.linalg.eigh(blocks[chosen])
    kept = vectors * np.sqrt(np.clip(values, 0.0, None))[..., None, :]
    repaired = kept @ np.swapaxes(kept.conj(), -1, -2)
    repaired = (repaired + np.swapaxes(repaired.conj(), -1, -2)) / 2
    blocks[chosen] = repaired / np.einsum("...ii->...", repaired).real[..., None, None]
    states[..., support[:, None], support] = blocks


def _negative(states: NDArray[np.complex128]) -> NDArray[np.bool_]:
    """Where matrices (…, d, d) have an eigenvalue below about −1e-13: ρ + 1e-13 has a pivot that is not positive.

    Elimination takes all matrices at once, and a tenth of the time of their eigenvalues.
    """
    d = states.shape[-1]
    rest = {(i, j): states[..., i, j] + POSITIVE * (i == j) for i in range(d) for j in range(i + 1)}
    found = np.zeros(states.shape[:-2], dtype=bool)
    for k in range(d):
        pivot = rest[k, k].real
        found |= ~(pivot > 0)
        inverse = 1 / np.where(pivot > 0, pivot, 1.0)
        for i in range(k + 1, d):
            factor = rest[i, k] * inverse
            for j in range(k + 1, i + 1):
                rest[i, j] = rest[i, j] - factor * rest[j, k].conj()
    return found


def at(array: NDArray, place: tuple[int, ...], core: int) -> NDArray:
    """The entry for a place in a batch that the leading axes of an array broadcast to, of an array with core axes."""
    batch = array.shape[: array.ndim - core]
    own = place[len(place) - len(batch) :]
    return array[tuple(k if size > 1 else 0 for k, size in zip(own, batch, strict=True))]
