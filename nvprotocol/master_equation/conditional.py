"""States kept by a condition, and what is done about rounding in them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.precise import Kept

SURE = 1e-8
"""Estimated relative error of a probability up to which floating point is trusted."""

POSITIVE = 5e-13
"""Estimated error of a normalised state up to which a negative eigenvalue is nothing but rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class Conditional:
    """States kept by a condition, with the odds of keeping them.

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
    """Sets eigenvalues below zero to zero, in place, where rounding could have made some."""
    chosen = error > POSITIVE
    if not np.any(chosen):
        return
    values, vectors = np.linalg.eigh(states[chosen])
    kept = vectors * np.sqrt(np.clip(values, 0.0, None))[..., None, :]
    repaired = kept @ np.swapaxes(kept.conj(), -1, -2)
    repaired = (repaired + np.swapaxes(repaired.conj(), -1, -2)) / 2
    states[chosen] = repaired / np.einsum("...ii->...", repaired).real[..., None, None]


def at(array: NDArray, place: tuple[int, ...], core: int) -> NDArray:
    """The entry for a place in a batch that the leading axes of an array broadcast to, of an array with core axes."""
    batch = array.shape[: array.ndim - core]
    own = place[len(place) - len(batch) :]
    return array[tuple(k if size > 1 else 0 for k, size in zip(own, batch, strict=True))]
