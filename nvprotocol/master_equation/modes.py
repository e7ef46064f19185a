"""The slowest mode of what decays, taken off so that nothing underflows, and what rounding puts into it."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from nvprotocol.master_equation.conditional import SURE
from nvprotocol.master_equation.growth import relative_error

_Block = TypeVar("_Block")
"""How many excitations kets have, or the block of matrices."""


class Modes(Generic[_Block]):
    """Generators of blocks of kets or matrices, less the rate of the slowest mode that can be there.

    Attributes:
        slowest: Its rate, at most 0, shape (…).
        shifted: The generators less that rate, and 0 where there is nothing in a block, which must not grow.
        eigenvalues: Those of `shifted`, shape (…, n).
    """

    def __init__(self, generators: dict[_Block, NDArray], present: dict[_Block, NDArray[np.bool_]]) -> None:
        eigenvalues = {n: np.linalg.eigvals(generator) for n, generator in generators.items()}
        rates = [np.where(present[n], every.real.max(axis=-1), -np.inf) for n, every in eigenvalues.items()]
        self.slowest: NDArray[np.float64] = np.max(np.broadcast_arrays(*rates), axis=0)
        self.shifted = {
            charge: np.where(
                present[charge][..., None, None],
                generator - self.slowest[..., None, None] * np.eye(generator.shape[-1]),
                0.0,
            )
            for charge, generator in generators.items()
        }
        self.eigenvalues = {
            charge: np.where(present[charge][..., None], every - self.slowest[..., None], 0.0)
            for charge, every in eigenvalues.items()
        }

    def error(self, times: NDArray[np.float64], log_left: NDArray[np.float64]) -> NDArray[np.float64]:
        """Estimated relative errors of what is left, shape (…, T)."""
        log_slowest = np.minimum(self.slowest, 0.0)[..., None] * times
        return np.sum(
            [
                relative_error(generator, self.eigenvalues[charge], log_slowest, times, log_left, SURE)
                for charge, generator in self.shifted.items()
            ],
            axis=0,
        )


def log_weight(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm of a sum of squares; of 0 that of the smallest number."""
    return np.log(np.where(weight > 0, weight, np.finfo(float).tiny))


def log_norm(factor: NDArray[np.complex128]) -> NDArray[np.float64]:
    """The logarithm of the trace of W W†, for W of shape (…, d, R): shape (…, 1)."""
    return np.log(np.sum(np.abs(factor) ** 2, axis=(-2, -1)))[..., None]
