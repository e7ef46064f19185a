"""What chance decides in a trajectory: uniform numbers, a stream for each trajectory, whatever others there are."""

import numpy as np
from numpy.typing import NDArray

from nvprotocol._checks import Seed, generator

_BLOCK = 16
"""Numbers that are drawn at a time for each trajectory."""


def entropy(seed: Seed) -> int:
    """What the streams of all trajectories start from."""
    if seed is None or isinstance(seed, np.random.Generator):
        return int.from_bytes(generator(seed).bytes(16), "little")
    generator(seed)  # refuses what is no seed
    return int(seed)


class Draws:
    """Streams of uniform numbers, one for each trajectory.

    Args:
        source: Of `entropy`.
        numbers: The numbers of the trajectories.
    """

    def __init__(self, source: int, numbers: range) -> None:
        self._generators = [np.random.default_rng(np.random.SeedSequence(source, spawn_key=(k,))) for k in numbers]
        self._drawn = np.empty((len(numbers), 0))
        self._taken = np.zeros(len(numbers), dtype=np.intp)

    def take(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """The next number of each of some trajectories."""
        if rows.size and self._taken[rows].max() >= self._drawn.shape[1]:
            more = np.array([one.random(_BLOCK) for one in self._generators])
            self._drawn = np.concatenate([self._drawn, more], axis=1)
        found = self._drawn[rows, self._taken[rows]]
        self._taken[rows] += 1
        return found
